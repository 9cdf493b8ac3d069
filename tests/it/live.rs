//! The live channels: what a check makes of them.

mod channels;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use polydoctor::checks::Status;
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{ChannelAnswer, Facts};
use polydoctor::report::{Report, Verdict};
use polydoctor::sandbox::scenario::{self, UsAccount};
use polydoctor::settings::{self, EnvFile, Inputs};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use crate::program::polydoctor;
use crate::support::Lab;

const ID: &str = "live.channel";

/// A run of everything with these variables.
async fn observe(mut environment: BTreeMap<String, String>, deep: bool) -> Facts {
    environment.retain(|_, value| !value.is_empty());
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]);
    let engine = if deep { engine.deep() } else { engine };
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    engine.facts().borrow().clone()
}

async fn observe_scenario(name: &str, deep: bool) -> Facts {
    let lab = Lab::named(name).await;
    observe(lab.running.announcement().env.clone(), deep).await
}

#[tokio::test]
async fn a_healthy_account_of_any_kind_passes_and_no_channel_makes_one_broken() {
    let mut passed = 0;
    for name in scenario::names().filter(|name| name.starts_with("healthy")) {
        let report = Report::of(&observe_scenario(name, false).await);
        let status = report.check(ID).unwrap().status;
        if scenario::find(name).unwrap().us.account == UsAccount::Only {
            // there is no account of the CLOB, and its channels are not asked
            assert_eq!(status, Status::Skip, "{name}");
            continue;
        }
        assert!(matches!(status, Status::Pass | Status::Note), "{name}: {status:?}");
        assert_eq!(
            status == Status::Note,
            name.starts_with("healthy-live-"),
            "{name}: {}",
            report.check(ID).unwrap().summary
        );
        assert_eq!(report.verdict, Verdict::Healthy, "{name}");
        passed += usize::from(status == Status::Pass);
    }
    assert!(passed >= 15, "{passed}");
}

/// One channel that accepts does not hide that the other is silent.
#[tokio::test]
async fn a_silent_service_is_named_beside_a_channel_that_accepts() {
    let deep = observe_scenario("healthy-live-down", true).await;
    let report = Report::of(&deep);
    let check = report.check(ID).unwrap();
    assert_eq!(check.status, Status::Note, "{}", check.summary);
    assert!(check.summary.contains("the live data service did not respond"), "{}", check.summary);
}

#[tokio::test]
async fn the_user_channel_is_asked_only_when_told_and_its_answer_is_known_after_three_seconds() {
    let usual = observe_scenario("healthy-safe", false).await;
    assert!(usual.user_channel.known().is_none());
    assert!(!usual.requests.iter().any(|request| request.url.contains("/ws/user")));
    let deep = observe_scenario("healthy-safe", true).await;
    let user = deep.user_channel.known().unwrap();
    assert!(user.answer.is_accepted() && user.pong_ms.is_some() && user.open_ms >= 3_000, "{user:?}");
    assert_eq!(
        Report::of(&deep).check(ID).unwrap().summary,
        "Both live channels accept the configured API credentials"
    );
    let wrong = observe_scenario("credentials-mixed-secret", true).await;
    let user = wrong.user_channel.known().unwrap();
    assert_eq!(user.answer, ChannelAnswer::Rejected { how: "closed with code 1008".to_owned() });
    let report = Report::of(&wrong);
    assert_eq!(report.check(ID).unwrap().status, Status::Fail);
    assert_eq!(report.diagnoses[0].cause.name(), "credentials-stale");
}

#[tokio::test]
async fn a_channel_that_is_silent_costs_no_more_than_its_own_time_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let lab = Lab::named("healthy-safe").await;
    let mut environment = lab.running.announcement().env.clone();
    let url = format!("ws://{}/ws", silent.local_addr().unwrap());
    environment.insert("POLYMARKET_LIVE_URL".to_owned(), url);
    let began = Instant::now();
    let facts = observe(environment, false).await;
    assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
    let report = Report::of(&facts);
    let check = report.check(ID).unwrap();
    assert_eq!((report.verdict, check.status), (Verdict::Healthy, Status::Note), "{check:?}");
}

#[tokio::test]
async fn nothing_is_opened_offline_nor_beside_a_clob_whose_channel_is_not_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/ws", listener.local_addr().unwrap());
    let output = polydoctor()
        .args(["check", "--offline", "--format", "json"])
        .envs([("POLYMARKET_LIVE_URL", url.as_str()), ("POLYMARKET_WS_URL", url.as_str())])
        .envs([("CLOB_API_KEY", "a"), ("CLOB_SECRET", "b"), ("CLOB_PASS_PHRASE", "c")])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["requests"], json!([]));
    let asked = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(asked.is_err(), "offline, and somebody came");
    // a local CLOB: its credentials are not shown to the official channel
    let lab = Lab::named("healthy-safe").await;
    let mut environment = lab.running.announcement().env.clone();
    environment.remove("POLYMARKET_LIVE_URL");
    environment.remove("POLYMARKET_WS_URL");
    let facts = observe(environment, true).await;
    let report = Report::of(&facts);
    let check = report.check(ID).unwrap();
    assert_eq!((report.verdict, check.status), (Verdict::Healthy, Status::Note));
    assert!(check.summary.contains("set POLYMARKET_LIVE_URL"), "{}", check.summary);
    assert!(facts.requests.iter().all(|request| request.url.contains("127.0.0.1")), "{:?}", facts.requests);
}

/// What a server makes of the first frame.
type Answer = fn(&str) -> Vec<Message>;

/// A server that takes a WebSocket and answers every frame by what this makes of it.
async fn server(answer: impl Fn(&str) -> Vec<Message> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/ws", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { continue };
            if let Some(Ok(Message::Text(text))) = socket.next().await {
                for message in answer(&text) {
                    let _ = socket.send(message).await;
                }
            }
            let _ = tokio::time::timeout(Duration::from_secs(10), socket.next()).await;
        }
    });
    url
}

#[tokio::test]
async fn whatever_a_channel_answers_no_account_becomes_broken_and_no_secret_is_shown() {
    let lab = Lab::named("healthy-safe").await;
    let own = lab.configured().credentials;
    let answers: [(&str, Answer); 12] = [
        ("an echo as a code", |text| {
            vec![Message::text(json!({ "op": "error", "rid": "a1", "code": text }).to_string())]
        }),
        ("an echo as the reason of a close", |text| {
            let frame: Value = serde_json::from_str(text).unwrap();
            let reason = frame["auth"]["secret"].as_str().unwrap().to_owned();
            let code = tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode::Library(4003);
            vec![Message::Close(Some(tokio_tungstenite::tungstenite::protocol::CloseFrame {
                code,
                reason: reason.into(),
            }))]
        }),
        ("an echo as it is", |text| vec![Message::text(text.to_owned()), Message::Close(None)]),
        ("something else first", |_| {
            vec![Message::text("{\"op\":\"hello\"}"), Message::text("{\"op\":\"authed\",\"rid\":\"a1\"}")]
        }),
        ("the answer of another request", |_| {
            vec![Message::text("{\"op\":\"authed\",\"rid\":\"b\"}"), Message::Close(None)]
        }),
        ("no JSON", |_| vec![Message::text("no"), Message::Close(None)]),
        ("bytes", |_| vec![Message::binary(vec![1, 2, 3]), Message::Close(None)]),
        ("pings", |_| vec![Message::Ping(vec![1].into()), Message::text("{\"op\":\"authed\",\"rid\":\"a1\"}")]),
        ("a message that is too large", |_| vec![Message::text("x".repeat(100_000))]),
        ("a deep one", |_| vec![Message::text("[".repeat(60_000)), Message::Close(None)]),
        ("control characters", |_| {
            vec![Message::text(json!({ "op": "error", "rid": "a1", "code": "\u{1b}[31mred\u{7}" }).to_string())]
        }),
        ("rate_limited", |_| vec![Message::text("{\"op\":\"error\",\"rid\":\"a1\",\"code\":\"rate_limited\"}")]),
    ];
    for (name, answer) in answers {
        let mut environment = lab.running.announcement().env.clone();
        environment.insert("POLYMARKET_LIVE_URL".to_owned(), server(answer).await);
        let facts = observe(environment, false).await;
        let report = Report::of(&facts);
        let check = report.check(ID).unwrap();
        assert_eq!(report.verdict, Verdict::Healthy, "{name}: {check:?}");
        let is_yes = ["something else first", "pings"].contains(&name);
        assert_eq!(check.status, if is_yes { Status::Pass } else { Status::Note }, "{name}: {}", check.summary);
        let shown = serde_json::to_string(&report).unwrap() + &serde_json::to_string(&facts).unwrap();
        for secret in [own.secret.expose(), own.passphrase.expose()] {
            assert!(!shown.contains(secret.trim_end_matches('=')), "{name}: {shown}");
        }
        assert!(!shown.contains("\\u001b"), "{name}");
    }
}

#[tokio::test]
async fn what_comes_instead_of_a_channel_is_a_note_with_its_reason() {
    let lab = Lab::named("healthy-safe").await;
    let with = |url: String| {
        let mut environment = lab.running.announcement().env.clone();
        environment.insert("POLYMARKET_LIVE_URL".to_owned(), url);
        environment
    };
    let host = lab.running.announcement().ws_url.clone();
    for (url, reason) in
        [(format!("{host}/time"), "200 with an unexpected response"), (format!("{host}/nothing"), "404 not found")]
    {
        let report = Report::of(&observe(with(url.clone()), false).await);
        let check = report.check(ID).unwrap();
        assert_eq!((report.verdict, check.status), (Verdict::Healthy, Status::Note), "{url}");
        assert!(check.evidence.iter().any(|evidence| evidence.value.contains(reason)), "{url}: {:?}", check.evidence);
    }
}

#[tokio::test]
async fn credentials_that_a_channel_accepts_and_http_rejects_are_not_what_is_wrong() {
    let facts = observe_scenario("relay-drops-one-header", false).await;
    let report = Report::of(&facts);
    let first = &report.diagnoses[0];
    assert_eq!(first.cause.name(), "headers-dropped");
    assert!(first.because.iter().any(|text| text.contains("live channel accepts")), "{:?}", first.because);
    // without the channel the same answers look like new credentials
    let without = Facts { live: polydoctor::facts::Fact::NotAsked { why: "not checked".to_owned() }, ..facts };
    assert_ne!(Report::of(&without).diagnoses[0].cause.name(), "headers-dropped");
}

#[test]
fn the_check_opens_the_channel_at_once_so_that_it_adds_no_round_trip() {
    // long beside what the program itself computes, also when it is not optimised
    const LATENCY: u64 = 800;
    let sandbox = crate::program::Sandbox::start(&["--latency", &LATENCY.to_string()]);
    let output = polydoctor().args(["check", "--format", "json"]).envs(sandbox.env()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "healthy", "{report}");
    let requests = report["requests"].as_array().unwrap();
    let number = |of: &Value, name: &str| of[name].as_u64().unwrap();
    let live = requests.iter().find(|request| request["probe"] == "live").unwrap();
    assert!(number(live, "sent_ms") < LATENCY, "{live}");
    assert_eq!(live["status"], 101);
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == ID).unwrap();
    let timing = check["evidence"].as_array().unwrap().iter().find(|evidence| evidence["label"] == "timing").unwrap();
    let timing = timing["value"].as_str().unwrap();
    assert!(timing.starts_with("connected after ") && timing.contains(" later"), "{timing}");
    // its answer is there before the last of the others: two round trips of its own beside three
    let others = requests.iter().filter(|request| request["probe"] != "live");
    let last = others.map(|request| number(request, "sent_ms") + number(request, "elapsed_ms")).max().unwrap();
    let facts_ms: u64 = timing.split(' ').filter_map(|word| word.parse::<u64>().ok()).sum();
    assert!(number(live, "sent_ms") + facts_ms < last, "{timing}, and {last}");
}
