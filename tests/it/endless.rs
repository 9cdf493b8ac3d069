//! Answers without an end: listings that go round or on for ever, and bodies that would fill the memory.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use polydoctor::client::account::{Account, AccountError};
use polydoctor::client::http::Http;
use polydoctor::client::trades::{Filter, Listing, Source};
use polydoctor::facts::Failure;
use polydoctor::settings::{self, EnvFile, Inputs};
use serde_json::{Value, json};

use crate::program::{polydoctor, stdout};
use crate::support::{ANY_PORT, DEMO_KEY};

/// What a listing does at its page of this number: its cursor, and its rows.
type Page = fn(usize) -> (String, Vec<Value>);

fn row(number: usize) -> Value {
    json!({ "id": format!("trade-{number}"), "size": "1", "price": "0.5", "matchTime": "1790000000" })
}

const LISTINGS: [(&str, Page, usize); 6] = [
    ("ever new cursors and no rows", |page| (format!("c{page}"), Vec::new()), 0),
    ("two cursors in turn", |page| (format!("c{}", page % 2), vec![row(page)]), 3),
    ("the first cursor again", |page| ("MA==".to_owned(), vec![row(page)]), 1),
    ("its own cursor again", |_| ("c".to_owned(), vec![row(0)]), 1),
    ("the same rows", |page| (format!("c{page}"), vec![row(0), row(1)]), 2),
    ("two pages in turn", |page| (format!("c{page}"), vec![row(page % 2)]), 2),
];

async fn listing(State((page, asked)): State<(Page, Arc<AtomicUsize>)>, _: Request) -> Response {
    let (cursor, rows) = page(asked.fetch_add(1, Ordering::Relaxed));
    json!({ "limit": 300, "count": rows.len(), "next_cursor": cursor, "data": rows }).to_string().into_response()
}

async fn serve(page: Page) -> (SocketAddr, Arc<AtomicUsize>) {
    let (listener, asked) = (tokio::net::TcpListener::bind(ANY_PORT).await.unwrap(), Arc::new(AtomicUsize::new(0)));
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(listing).with_state((page, Arc::clone(&asked)));
    tokio::spawn(axum::serve(listener, app).into_future());
    (address, asked)
}

fn environment(address: SocketAddr) -> BTreeMap<String, String> {
    [("PRIVATE_KEY", DEMO_KEY.to_owned()), ("CLOB_HOST", format!("http://{address}"))]
        .into_iter()
        .chain([
            ("POLY_BUILDER_CODE", format!("0x{}", "1a".repeat(32))),
            ("CLOB_API_KEY", "5d1c266a-ed39-b9bd-c1f5-f24ae3e14a7b".to_owned()),
        ])
        .chain([
            ("CLOB_SECRET", "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=".to_owned()),
            ("CLOB_PASS_PHRASE", "1816e5ed89518467".to_owned()),
        ])
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn account(address: SocketAddr) -> Account {
    let inputs = Inputs { environment: environment(address), env_file: EnvFile::None, ..Inputs::default() };
    Account::new(settings::load(&inputs).unwrap(), Http::new(Duration::from_secs(5)))
}

/// The names of the rows that are read, and why it ended.
async fn read(mut listing: Listing<'_>) -> (Vec<String>, Option<AccountError>) {
    let mut rows = Vec::new();
    loop {
        match listing.next().await {
            Ok(Some(page)) => rows.extend(page.rows.iter().map(|row| row.get().to_owned())),
            Ok(None) => return (rows, None),
            Err(error) => return (rows, Some(error)),
        }
    }
}

#[tokio::test]
async fn a_listing_that_goes_round_or_on_for_ever_ends_with_what_was_read() {
    for (name, page, least) in LISTINGS {
        let (address, asked) = serve(page).await;
        let account = account(address);
        let source = Source::ByCode(format!("0x{}", "1a".repeat(32)));
        let (rows, end) = read(Listing::new(&account, source, &Filter::default(), None)).await;
        assert!(matches!(end, Some(AccountError::Failure(Failure::Garbled { .. }))), "{name}: {end:?}");
        assert!(rows.len() >= least.min(1) && rows.len() <= least, "{name}: {rows:?}");
        assert!(asked.load(Ordering::Relaxed) <= 5, "{name}: {asked:?}");
        let mut command = polydoctor();
        command.args(["builder", "trades", "--format", "json"]).envs(environment(address));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!((output.status.code(), &told["complete"]), (Some(3), &json!(false)), "{name}: {told}");
        let err = String::from_utf8_lossy(&output.stderr);
        let is_said = ["the listing repeats", "the listing does not end"].iter().any(|said| err.contains(said));
        assert!(is_said, "{name}: {err}");
    }
}

#[tokio::test]
async fn a_listing_has_a_deadline() {
    let (address, _) = serve(|page| (format!("c{page}"), vec![row(page)])).await;
    let account = account(address);
    let source = Source::ByCode(format!("0x{}", "1a".repeat(32)));
    let began = Instant::now();
    let listing = Listing::new(&account, source, &Filter::default(), None).within(Duration::from_millis(700));
    let (rows, end) = read(listing).await;
    assert!(matches!(end, Some(AccountError::Failure(Failure::TimedOut { .. }))), "{end:?}");
    assert!(!rows.is_empty() && began.elapsed() < Duration::from_secs(10), "{}", rows.len());
}

/// Sixteen megabytes of what takes far more as values.
async fn fill(request: Request) -> Response {
    let fill =
        |unit: &str, before: &str, after: &str| format!("{before}{}{after}", unit.repeat((16 << 20) / unit.len()));
    match request.uri().path() {
        "/auth/api-keys" => fill("{},", r#"{"apiKeys":["#, "0]}").into_response(),
        "/builder/trades" => fill("0,", r#"{"next_cursor":"","data":["#, "0]}").into_response(),
        "/auth/builder-api-key" => fill("{},", "[", "0]").into_response(),
        "/auth/readonly-api-keys" => {
            (axum::http::StatusCode::BAD_REQUEST, fill("{},", r#"{"error":["#, "0]}")).into_response()
        }
        path => (axum::http::StatusCode::NOT_FOUND, path.to_owned()).into_response(),
    }
}

/// The most that a process had of memory of its own, in MiB.
#[cfg(target_os = "linux")]
fn most_memory(mut process: std::process::Child) -> (u64, Option<i32>) {
    let mut most = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kib.unwrap_or_default());
        if let Some(ended) = process.try_wait().unwrap() {
            return (most / 1024, ended.code());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_takes_more_than_64_mib() {
    let listener = tokio::net::TcpListener::bind(ANY_PORT).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, Router::new().fallback(fill)).into_future());
    for arguments in ["keys list", "builder trades", "keys builder list", "keys readonly list"] {
        let mut command = polydoctor();
        command.args(arguments.split(' ')).envs(environment(address));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let (most, code) = tokio::task::spawn_blocking(move || most_memory(command.spawn().unwrap())).await.unwrap();
        assert!(most <= 64, "{arguments}: {most} MiB");
        assert!(matches!(code, Some(1 | 3)), "{arguments}: {code:?}");
    }
}
