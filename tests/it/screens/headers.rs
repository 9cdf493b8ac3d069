//! The panel that signs a request.

use polydoctor::auth::l2::ApiCredentials;
use polydoctor::headers::{Key, Level, Signed, Unsigned};
use polydoctor::secret::Secret;
use polydoctor::tui::state::App;
use polydoctor::tui::state::message::{Command, Message, Observed};
use polydoctor::tui::state::panels::headers::{SignedSets, ToSign};
use polydoctor::tui::state::task::{News, Task, TaskKind};
use polydoctor::tui::theme::Palette;

use super::{SIZES, app, assert_screen, draw, press, samples, send};
use crate::support::{DEMO_KEY, signer};

const PASSPHRASE: &str = "a-passphrase-that-nobody-may-see";
const NOW: i64 = samples::STARTED_MS / 1000;

fn credentials(key: &str) -> ApiCredentials {
    ApiCredentials {
        key: key.to_owned(),
        secret: Secret::new("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE="),
        passphrase: Secret::new(PASSPHRASE),
    }
}

/// What the panel asked to have signed, signed with known keys; without builder credentials.
fn answer(command: Option<Command>) -> (SignedSets, Vec<Signed>) {
    let Some(Command::Start(Task::SignHeaders(request))) = command else { panic!("{command:?}") };
    let ToSign { method, path, body, timestamp, copy, .. } = *request;
    let unsigned = Unsigned { method, path, body, timestamp: timestamp.unwrap_or(NOW) };
    let (signer, credentials) = (signer(DEMO_KEY), credentials("f4f247b7-4ac7-ff29-a152-04fda0a8755a"));
    let l1 = Key::L1 { signer: &signer, chain_id: 137, nonce: alloy_primitives::U256::ZERO };
    let signed =
        [l1, Key::L2 { signer: &signer, credentials: &credentials }].map(|key| unsigned.sign(key, NOW).unwrap());
    let [l1, l2] = signed.each_ref().map(|signed| Ok(signed.shown()));
    let missing = "there are no builder credentials; set POLY_BUILDER_API_KEY".to_owned();
    let sets = vec![(Level::L1, l1), (Level::L2, l2), (Level::Builder, Err(missing))];
    let curl = (!copy.is_empty()).then(|| Ok(Secret::new("curl --request GET")));
    (SignedSets { timestamp: unsigned.timestamp, sets, curl }, signed.into())
}

fn hear(app: &mut App, command: Option<Command>) -> Option<Command> {
    let (sets, _) = answer(command);
    send(app, Message::News(News::HeadersSigned(Box::new(sets))))
}

fn panel(observed: Observed, size: (u16, u16), keys: &str) -> App {
    let mut app = app(observed, size);
    press(&mut app, ":head\n");
    assert_eq!(app.shown.focus.name(), "Headers");
    let request = press(&mut app, &format!("\n{keys}\n"));
    hear(&mut app, request);
    app
}

#[test]
fn a_request_and_what_is_signed_of_it() {
    for size in SIZES {
        let mut app = panel(samples::healthy(), size, "");
        assert_screen("headers", &app);
        app.theme.palette = Palette::Mono;
        app.theme.ascii = true;
        assert_screen("headers-mono", &app);
        press(&mut app, "vvv");
        assert_screen("headers-l1-mono", &app);
    }
}

#[test]
fn what_a_server_would_refuse_is_said_beside_it() {
    for size in SIZES {
        let mut app = app(samples::healthy(), size);
        press(&mut app, ":head\n\n?a=1\t");
        // line ends that are pasted are signed
        send(&mut app, Message::Paste("{\n  \"a\": 1\n}\n".to_owned()));
        assert_screen("headers-editing", &app);
        let request = press(&mut app, "\t1700000000\n");
        hear(&mut app, request);
        assert_screen("headers-remarks", &app);
    }
}

#[test]
fn no_frame_holds_a_passphrase_or_a_signature() {
    let mut app = panel(samples::healthy(), (120, 200), "");
    let request = press(&mut app, "\n\n");
    let (_, signed) = answer(request);
    app.theme.full_addresses = true;
    for _ in 0..4 {
        press(&mut app, "v");
        let text: String = draw(&app).backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("POLY_PASSPHRASE") && !text.contains(PASSPHRASE));
        for signed in &signed {
            let signature = signed.headers.get("POLY_SIGNATURE").unwrap();
            assert!(text.contains(&signature[..10]) && !text.contains(&signature[..14]), "{signature}");
        }
    }
}

#[test]
fn y_signs_anew_and_copies_without_showing() {
    let mut app = panel(samples::healthy(), (80, 24), "");
    let asked = press(&mut app, "vy");
    let Some(Command::Start(Task::SignHeaders(request))) = &asked else { panic!("{asked:?}") };
    assert_eq!(request.copy, [Level::L2, Level::Builder]);
    assert_eq!(
        asked.as_ref().and_then(|asked| if let Command::Start(task) = asked { Some(task.kind()) } else { None }),
        Some(TaskKind::SignHeaders)
    );
    let copied = hear(&mut app, asked);
    let Some(Command::CopyUnseen(text, said)) = copied else { panic!("{copied:?}") };
    assert_eq!(text.expose(), "curl --request GET");
    assert!(!said.contains("--request"));
}

#[test]
fn a_timestamp_that_is_no_number_signs_nothing() {
    let mut app = app(samples::healthy(), (80, 24));
    assert_eq!(press(&mut app, ":head\n\n\t\tyesterday\n"), None);
    assert_screen("headers-timestamp", &app);
    assert_eq!(press(&mut app, "y"), None);
}
