//! The panel that takes a pasted text apart.

use polydoctor::facts::SentHeader;
use polydoctor::inspect::{Known, KnownCredentials, inspect};
use polydoctor::secret::Secret;
use polydoctor::tui::state::App;
use polydoctor::tui::state::message::{Command, Message};
use polydoctor::tui::state::panel::PanelId;
use polydoctor::tui::state::task::{News, Task};
use polydoctor::tui::theme::Palette;

use super::{SIZES, app, assert_colour_only_repeats, assert_screen, draw, press, samples, send};

const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
const PASSPHRASE: &str = "9f0c2d7b51e84a6d9f0c2d7b51e84a6d";
const WIDE_TOO: [(u16, u16); 4] = [SIZES[0], SIZES[1], SIZES[2], (200, 60)];

/// A call whose query was signed, for this secret.
fn request() -> String {
    format!(
        "curl 'https://clob.polymarket.com/balance-allowance?asset_type=COLLATERAL&signature_type=0' \
         -H 'POLY_ADDRESS: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' \
         -H 'POLY_API_KEY: f4f247b7-4ac7-ff29-a152-04fda0a8755a' -H 'POLY_PASSPHRASE: {PASSPHRASE}' \
         -H 'POLY_SIGNATURE: SA7joDnC-uci2DekZvDZiISh3ufL2MltoAAd090_60g=' -H 'POLY_TIMESTAMP: 1700000000'"
    )
}

/// What the task finds that the panel asked for.
fn answer(app: &mut App, command: Option<Command>) {
    let Some(Command::Start(Task::Inspect { number, text })) = command else { panic!("{command:?}") };
    let user = KnownCredentials { secret: Some(Secret::new(SECRET)), ..KnownCredentials::default() };
    let found = Box::new(inspect(text.expose(), &Known { user, ..Known::default() }));
    send(app, Message::News(News::Inspected { number, found }));
}

fn text(app: &App) -> String {
    draw(app).backend().to_string()
}

#[test]
fn a_pasted_request_is_taken_apart_and_the_difference_is_marked() {
    for size in WIDE_TOO {
        let mut app = app(samples::healthy(), size);
        press(&mut app, "i");
        assert_eq!(app.shown.focus, PanelId::Inspect);
        assert_screen("inspect", &app);
        let command = send(&mut app, Message::Paste(request().replace('\n', "\r")));
        assert!(text(&app).contains("Inspecting"), "{}", text(&app));
        answer(&mut app, command);
        assert!(!text(&app).contains(PASSPHRASE));
        assert_screen("inspect-found", &app);
        assert_colour_only_repeats(&mut app);
        app.theme.palette = Palette::Mono;
        app.theme.ascii = true;
        assert_screen("inspect-found-mono", &app);
    }
}

#[test]
fn what_was_found_in_another_text_is_not_shown_and_a_text_can_be_removed() {
    let mut app = app(samples::healthy(), (80, 24));
    press(&mut app, "i");
    let first = send(&mut app, Message::Paste(request()));
    let second = send(&mut app, Message::Paste("nothing of an account".to_owned()));
    answer(&mut app, first);
    assert!(text(&app).contains("Inspecting"), "{}", text(&app));
    answer(&mut app, second);
    assert!(text(&app).contains("No signed request or order found"), "{}", text(&app));
    let third = send(&mut app, Message::Paste(request()));
    send(
        &mut app,
        Message::Key(crossterm::event::KeyEvent::new(
            crossterm::event::KeyCode::Backspace,
            crossterm::event::KeyModifiers::NONE,
        )),
    );
    answer(&mut app, third);
    assert!(text(&app).contains("Paste a request"), "{}", text(&app));
    assert_eq!(send(&mut app, Message::Paste(" \n".to_owned())), None);
    assert!(app.notice.as_deref().is_some_and(|notice| notice.contains("empty")), "{:?}", app.notice);
    // elsewhere a paste stays the error that is reported
    press(&mut app, "1");
    send(&mut app, Message::Paste("invalid signature".to_owned()));
    assert!(text(&app).contains("Which error did you get?"), "{}", text(&app));
}

#[test]
fn findings_are_copied_without_whose_they_are() {
    let mut app = app(samples::healthy(), (120, 40));
    press(&mut app, "i");
    let command = send(&mut app, Message::Paste(request()));
    answer(&mut app, command);
    let Some(Command::Copy(copied)) = press(&mut app, "y") else { panic!("{}", text(&app)) };
    assert!(copied.contains("path-has-query") && copied.contains("the query is never signed"), "{copied}");
    for secret in [PASSPHRASE, SECRET, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"] {
        assert!(!copied.contains(secret), "{copied}");
    }
}

#[test]
fn a_request_of_the_list_is_opened_there() {
    for size in WIDE_TOO {
        let mut app = app(samples::failed(), size);
        // its headers were not kept
        app.report.requests.last_mut().unwrap().headers.clear();
        assert_eq!(press(&mut app, "4i"), None);
        assert_eq!(app.shown.focus, PanelId::Inspect);
        assert!(text(&app).contains("No signed request or order found"), "{}", text(&app));
        let header = |name: &str, value: &str| SentHeader::new(name, value);
        app.report.requests.last_mut().unwrap().headers =
            vec![header("POLY_BUILDER_API_KEY", "x"), header("POLY_BUILDER_TIMESTAMP", "1700000000000")];
        let command = press(&mut app, "4Gi");
        answer(&mut app, command);
        assert!(text(&app).contains("builder request: GET"), "{}", text(&app));
        assert_screen("inspect-own", &app);
    }
}

#[test]
fn a_megabyte_is_pasted_at_once_and_taken_apart_elsewhere() {
    let mut app = app(samples::healthy(), (120, 40));
    press(&mut app, "i");
    let log = format!("{}{}", "2026-11-30 12:00:00 INFO tick\n".repeat(35_000), request());
    let began = std::time::Instant::now();
    let command = send(&mut app, Message::Paste(log));
    draw(&app);
    assert!(began.elapsed().as_millis() < 1_000, "{:?}", began.elapsed());
    answer(&mut app, command);
    assert!(text(&app).contains("path-has-query"), "{}", text(&app));
}
