//! The list of requests: what a server said is in it, and nothing that must not be.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use polydoctor::checks::Status;
use polydoctor::client::account::Account;
use polydoctor::client::calls;
use polydoctor::client::http::Http;
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{ClockReading, Facts, RequestRecord, SentHeader};
use polydoctor::headers;
use polydoctor::report::Report;
use polydoctor::settings::{self, EnvFile, Inputs};

use crate::program::polydoctor;
use crate::support::{DEMO_KEY, Lab, now};

/// A server that refuses everything and says all that it was sent. Its URL.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                    head.extend(byte);
                }
                let said = String::from_utf8_lossy(&head).replace("\r\n", " \u{1b}[31m ");
                let body = serde_json::json!({ "error": format!("refused {said}"), "secret": DEMO_KEY }).to_string();
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 401 Unauthorized\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    url
}

#[test]
fn what_a_server_echoes_is_listed_without_secrets() {
    let url = echo();
    let secrets = [
        ("POLYMARKET_PRIVATE_KEY", DEMO_KEY),
        ("CLOB_SECRET", "d3Jvbmctc2VjcmV0LW9mLW5vYm9keS1hdC1hbGwtMDAwMDA="),
        ("CLOB_PASS_PHRASE", "hunter2hunter2hunter2"),
        ("RELAYER_API_KEY", "relayer-key-that-nobody-has"),
    ];
    let mut command = polydoctor();
    command.args(["check", "--format", "json"]).envs(secrets);
    command.env("CLOB_API_KEY", "019a4c1e-7b7d-7000-8000-0242ac12c41f");
    for name in ["CLOB", "GAMMA", "DATA", "RELAYER", "GEOBLOCK", "RPC"] {
        command.env(format!("POLYMARKET_{name}_URL"), &url);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let requests = report["requests"].as_array().unwrap();
    let answers: Vec<&str> = requests.iter().filter_map(|request| request["answer"].as_str()).collect();
    assert!(answers.len() >= 5 && answers.iter().all(|answer| answer.contains("refused")), "{answers:?}");
    assert!(answers.iter().any(|answer| answer.contains("poly_passphrase: [redacted]")), "{answers:?}");
    for (name, secret) in secrets {
        let bare = secret.trim_start_matches("0x").trim_end_matches('=');
        assert!(!text.to_lowercase().contains(&bare.to_lowercase()), "{name} is in the report");
    }
    for answer in answers {
        assert!(!answer.chars().any(char::is_control) && answer.chars().count() <= 2_001);
        // a signature that was sent is as good as a secret while it lasts
        let signature = answer.split("poly_signature: ").nth(1);
        assert!(signature.is_none_or(|rest| rest.starts_with("[redacted]")), "{answer}");
    }
}

fn engine_of(lab: &Lab) -> (Engine, settings::Settings) {
    let environment = lab.running.announcement().env.clone().into_iter().collect();
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let settings = settings::load(&inputs).unwrap();
    (Engine::new(settings.clone(), false, &[]), settings)
}

#[tokio::test]
async fn requests_beside_the_run_are_in_its_list_with_what_they_were_for() {
    let lab = Lab::named("healthy-safe").await;
    let (engine, settings) = engine_of(&lab);
    let account = |purpose: &str| Account::new(settings.clone(), engine.noting(&Http::new(settings.timeout), purpose));
    account("the clock panel").use_server_time().await.unwrap();
    account("Create API credentials at nonce 1").create_api_key(alloy_primitives::U256::from(1)).await.unwrap();
    engine.run(&[Probe::ServerTime].into()).await;
    let refused = account("a test").ask(&calls::builder_fees("/nothing-here")).await;
    assert!(refused.is_err());
    let facts = engine.facts().borrow().clone();
    let beside: Vec<&RequestRecord> = facts.requests.iter().filter(|request| request.probe.is_none()).collect();
    let said: Vec<_> = beside.iter().map(|request| (request.purpose.as_deref().unwrap(), request.changes)).collect();
    let wanted = [("the clock panel", false), ("Create API credentials at nonce 1", true), ("a test", false)];
    assert_eq!(said, wanted);
    assert!(beside[0].sent_ms < 0 && beside[1].sent_ms < 0, "they were sent before the run");
    assert!(beside[2].sent_ms >= 0 && beside[2].answer.is_some() && beside[2].status == Some(404));
    assert!(facts.requests.iter().any(|request| request.probe.is_some()));
    // settings are read again: the new list begins with what was done before
    let (next, _) = engine_of(&lab);
    next.remember(beside.into_iter().cloned(), facts.started_ms);
    next.run(&[Probe::ServerTime].into()).await;
    let kept = next.facts().borrow().requests.iter().filter(|request| request.changes).count();
    assert_eq!(kept, 1, "a key that was created stays in the list");
}

#[tokio::test]
async fn readings_beside_the_run_change_the_judgement_of_the_clock() {
    let lab = Lab::named("healthy-safe").await;
    let (engine, _) = engine_of(&lab);
    let reading = |server_s, sent_s| ClockReading { server_s, sent_s, received_s: sent_s + 0.1, from_time: true };
    engine.run(&[Probe::ServerTime].into()).await;
    let now_s = now();
    #[allow(clippy::cast_precision_loss)]
    let here_s = now_s as f64;
    let judged = || Report::of(&engine.facts().borrow()).check("clock.drift").unwrap().status;
    assert_eq!(judged(), Status::Pass);
    assert!(engine.read_clock(reading(now_s, here_s + 41.3)), "the clock was set, and is wrong now");
    assert_eq!(judged(), Status::Fail);
    // narrower by the half of a second
    assert!(!engine.read_clock(reading(now_s + 1, here_s + 42.9)));
    assert!(engine.read_clock(reading(now_s + 5, here_s + 5.3)), "the clock was set right");
    assert_eq!(judged(), Status::Pass);
    assert_eq!(engine.facts().borrow().clock.len(), 1, "what was read before it was set does not hold any more");
}

#[tokio::test]
async fn a_request_that_is_given_up_is_not_shown_as_running_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let environment = [("POLYMARKET_CLOB_URL".to_owned(), url)].into_iter().collect();
    let settings = settings::load(&Inputs { environment, env_file: EnvFile::None, ..Inputs::default() }).unwrap();
    let engine = Engine::new(settings.clone(), false, &[]);
    let mut account = Account::new(settings.clone(), engine.noting(&Http::new(settings.timeout), "a test"));
    let waiting = account.use_server_time();
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), waiting).await.is_err());
    let facts: Facts = engine.facts().borrow().clone();
    assert!(facts.requests[0].elapsed_ms.is_some() && facts.requests[0].failure.is_some(), "{:?}", facts.requests);
}

#[test]
fn a_request_as_curl_holds_no_secret_and_is_read_by_a_shell_as_it_was_sent() {
    let header = |name: &str, value: &str| SentHeader::new(name, value);
    let request = RequestRecord {
        method: "GET".to_owned(),
        url: "https://clob.polymarket.com/balance-allowance?asset_type=COLLATERAL&signature_type=2".to_owned(),
        status: Some(401),
        sent_ms: 0,
        elapsed_ms: Some(1),
        probe: None,
        purpose: None,
        changes: false,
        attempts: 1,
        headers: vec![
            header("POLY_ADDRESS", "0xf39F"),
            header("POLY_SIGNATURE", "c2lnbmF0dXJl"),
            header("POLY_TIMESTAMP", "1795269600"),
            header("POLY_API_KEY", "019a4c1e"),
            header("POLY_PASSPHRASE", "hunter2"),
        ],
        body_bytes: None,
        number: 0,
        body: None,
        failure: None,
        answer: None,
    };
    let curl = headers::curl_of(&request).unwrap();
    let words = shlex::split(&curl.replace("\\\n", "")).unwrap();
    let wanted = [
        "curl",
        "--request",
        "GET",
        &request.url,
        "--header",
        "POLY_ADDRESS: 0xf39F",
        "--header",
        "POLY_SIGNATURE: $POLY_SIGNATURE",
        "--header",
        "POLY_TIMESTAMP: $POLY_TIMESTAMP",
        "--header",
        "POLY_API_KEY: $POLY_API_KEY",
        "--header",
        "POLY_PASSPHRASE: $POLY_PASSPHRASE",
    ];
    assert_eq!(words, wanted);
    let hidden = RequestRecord {
        method: "POST".to_owned(),
        url: "https://polygon-mainnet.g.alchemy.com/…".to_owned(),
        headers: vec![header("authorization", "token"), header("content-type", "application/json")],
        body_bytes: Some(13),
        body: Some("{\"it's\": [1]}".to_owned()),
        ..request.clone()
    };
    let curl = headers::curl_of(&hidden).unwrap();
    assert!(curl.contains("\"$URL\"") && curl.contains("\"authorization: Bearer $TOKEN\""), "{curl}");
    assert!(shlex::split(&curl.replace("\\\n", "")).unwrap().contains(&"{\"it's\": [1]}".to_owned()), "{curl}");
    let not_kept = headers::curl_of(&RequestRecord { body: None, ..hidden }).unwrap();
    assert!(not_kept.contains("--data-binary @body.json"), "{not_kept}");
}
