//! The list of requests on the screen.

use polydoctor::facts::RequestRecord;
use polydoctor::tui::state::message::{Command, Message};

use super::{App, SIZES, app, assert_screen, draw, press, samples, send};

fn text(app: &App) -> String {
    draw(app).backend().to_string()
}

/// A run, with requests beside it: some before it, one that changed something, and one that failed.
fn beside(size: (u16, u16)) -> App {
    let mut observed = samples::failed();
    let run = observed.report.requests[0].clone();
    let request = |method: &str, path: &str, sent_ms, status, purpose: &str| RequestRecord {
        method: method.to_owned(),
        url: format!("https://clob.polymarket.com{path}"),
        status: Some(status),
        sent_ms,
        elapsed_ms: Some(90),
        probe: None,
        purpose: Some(purpose.to_owned()),
        changes: method != "GET",
        ..run.clone()
    };
    let mut failed = request("GET", "/balance-allowance?asset_type=CONDITIONAL", 9_000, 400, "a look at the balance");
    failed.failure = Some("400 Bad Request".to_owned());
    failed.answer = Some("{\"error\":\"asset_type: \u{202e}unknown token [redacted]\"}".to_owned());
    let requests = &mut observed.report.requests;
    requests.push(request("GET", "/time", -4_000, 200, "the clock panel"));
    requests.push(request("POST", "/auth/api-key", 7_000, 200, "Create API credentials at nonce 1"));
    requests.push(failed);
    let mut app = app(observed, size);
    press(&mut app, "4");
    app
}

#[test]
fn requests_beside_the_run_stand_with_what_they_were_for() {
    for size in SIZES {
        let mut app = beside(size);
        press(&mut app, "k");
        assert_screen("requests-beside", &app);
        assert!(text(&app).contains("POST*"), "what changed something is marked\n{}", text(&app));
        assert!(text(&app).contains("For Create API credentials"), "{}", text(&app));
    }
}

#[test]
fn a_failed_request_shows_the_answer_of_the_server() {
    for size in SIZES {
        let mut app = beside(size);
        press(&mut app, "\n");
        assert!(text(&app).contains("asset_type: unknown token"), "{}", text(&app));
        assert_screen("request-failed", &app);
    }
}

#[test]
fn method_and_what_tells_requests_apart_stay_visible_when_narrow() {
    for size in [(200, 60), (120, 40), (100, 34), (80, 24), (44, 20)] {
        let mut observed = samples::failed();
        let run = observed.report.requests[6].clone();
        for (kind, status) in [("0", 200), ("1", 400), ("2", 200), ("3", 200)] {
            observed.report.requests.push(RequestRecord {
                url: format!(
                    "https://clob.polymarket.com/balance-allowance?asset_type=COLLATERAL&signature_type={kind}"
                ),
                status: Some(status),
                ..run.clone()
            });
        }
        let mut app = app(observed, size);
        press(&mut app, "4");
        let text = text(&app);
        for kind in ["0", "1", "3"] {
            let row = text
                .lines()
                .find(|line| line.contains("GET") && line.contains("bal") && line.contains(&format!("={kind} ")));
            assert!(row.is_some(), "type {kind} at {size:?}:\n{text}");
        }
    }
}

#[test]
fn a_request_is_copied_as_curl() {
    let mut app = beside((80, 24));
    let Some(Command::Copy(curl)) = press(&mut app, "y") else { panic!("y copies") };
    assert!(curl.starts_with("curl --request GET 'https://clob.polymarket.com/balance-allowance"), "{curl}");
    let footer = |app: &App| text(app).lines().last().unwrap().to_owned();
    press(&mut app, "k");
    assert!(footer(&app).contains("copy curl"), "{}", footer(&app));
    send(&mut app, Message::Key(crossterm::event::KeyCode::Esc.into()));
    assert!(!footer(&app).contains("copy curl"));
}
