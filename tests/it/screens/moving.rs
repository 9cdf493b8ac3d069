//! Moving about: the cursor, panels, and one step out at a time.

use super::*;

#[test]
fn panels_are_chosen_by_name() {
    assert_screens("panels", &samples::failed(), "p");
    let mut app = app(samples::failed(), (80, 24));
    press(&mut app, ":err\n");
    assert_eq!(app.shown.focus.name(), "Errors");
    press(&mut app, "pnothing like it\n");
    assert_eq!(app.shown.focus.name(), "Errors");
}

#[test]
fn the_cursor_follows_the_place_to_start_until_a_person_moves_it() {
    let mut app = app(samples::running(), (80, 24));
    send(&mut app, Message::Observed(Box::new(samples::failed())));
    assert_eq!(app.selected().unwrap().id, "wallet.funder");
    press(&mut app, "g");
    send(&mut app, Message::Observed(Box::new(samples::failed())));
    assert_eq!(app.selected().unwrap().id, "setup.settings");
    press(&mut app, "n");
    assert_eq!(app.selected().unwrap().id, "clock.drift");
    press(&mut app, "N");
    assert_eq!(app.selected().unwrap().id, "live.channel");
}

#[test]
fn keys_ask_for_what_the_state_cannot_do() {
    let mut app = app(samples::failed(), (80, 24));
    assert_eq!(press(&mut app, "r"), Some(Command::Run(Scope::Check("wallet.funder"))));
    assert_eq!(press(&mut app, "R"), Some(Command::Run(Scope::All)));
    let fix = "# line 7 of .env: POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\n\
               polydoctor fix funder-is-signer";
    assert_eq!(press(&mut app, "y"), Some(Command::Copy(fix.to_owned())));
    assert_eq!(press(&mut app, "q"), Some(Command::Quit));
    assert_eq!(press(&mut app, "/q"), None);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(send(&mut app, Message::Key(interrupt)), Some(Command::Quit));
}

#[test]
fn esc_steps_out_one_thing_at_a_time() {
    let mut app = app(samples::running(), (80, 24));
    press(&mut app, "/creds\n2?");
    assert_eq!(press(&mut app, "\x1b"), None);
    assert_eq!((app.shown.focus, matches!(app.mode, Mode::Panels)), (PanelId::Detail, true));
    assert_eq!(press(&mut app, "\x1b"), None);
    assert_eq!((app.shown.focus, app.has_filter()), (PanelId::Checks, true));
    assert_eq!(press(&mut app, "\x1b"), None);
    assert!(!app.has_filter());
    assert_eq!(press(&mut app, "\x1b"), Some(Command::Stop));
}

#[test]
fn only_what_did_not_pass_is_listed_on_demand() {
    let mut app = app(samples::failed(), (80, 24));
    press(&mut app, "f");
    let listed = app.rows();
    assert!(!listed.is_empty() && listed.len() < app.report.checks.len());
    press(&mut app, "f");
    assert_eq!(app.rows().len(), app.report.checks.len());
}
