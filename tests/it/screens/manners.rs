//! What keys, pastes and questions do, whatever is on the screen.

use alloy_primitives::U256;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use polydoctor::checks::Status;
use polydoctor::facts::ClockReading;
use polydoctor::keys::Change;
use polydoctor::reference::Reported;
use polydoctor::report::Replay;
use polydoctor::secret::Secret;
use polydoctor::settings::{Origin, OriginKind, Source, Sourced};
use polydoctor::tui::keys::of_panel;
use polydoctor::tui::layout;
use polydoctor::tui::panels;
use polydoctor::tui::state::Mode;
use polydoctor::tui::state::load::{Scope, SessionInfo};
use polydoctor::tui::state::message::{Command, Message};
use polydoctor::tui::state::panel::PanelId;
use polydoctor::tui::state::task::{News, NotChanged, Perhaps, Task};
use polydoctor::tui::verdict;
use ratatui::layout::Size;

use super::{App, Observed, SIZES, app, draw, press, samples, send};

const WIDE_TOO: [(u16, u16); 4] = [(200, 60), (120, 40), (80, 24), (44, 20)];

fn text(app: &App) -> String {
    draw(app).backend().to_string()
}

fn footer(app: &App) -> String {
    text(app).lines().last().unwrap().to_owned()
}

fn control(app: &mut App, c: char) -> Option<Command> {
    send(app, Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)))
}

/// Every panel, reached by its key.
fn on_each_panel(size: (u16, u16)) -> impl Iterator<Item = (PanelId, App)> {
    PanelId::ALL.into_iter().map(move |panel| {
        let mut app = app(samples::failed(), size);
        press(&mut app, &of_panel(panel).unwrap().to_string());
        assert_eq!(app.shown.focus, panel);
        (panel, app)
    })
}

#[test]
fn every_panel_is_reached_by_its_number() {
    for size in WIDE_TOO {
        for (panel, mut app) in on_each_panel(size) {
            assert!(text(&app).contains(&format!(" {} {} ", panel.number(), panel.name())), "{}", text(&app));
            press(&mut app, "1");
            press(&mut app, &format!(":{}\n", panel.number()));
            assert_eq!(app.shown.focus, panel, ":{}", panel.number());
        }
    }
}

#[test]
fn after_any_panel_the_detail_of_the_selected_check_comes_back() {
    for size in [(200, 60), (120, 40), (80, 24)] {
        for way in ["\x1b", "1", "n", "\x1bn", "1j", "1k"] {
            for (_, mut app) in on_each_panel(size) {
                press(&mut app, way);
                let shown = layout::screen(&app).panels.iter().any(|(panel, _)| *panel == PanelId::Detail);
                let title = &app.selected().unwrap().title;
                // as much of it as stands in one line everywhere
                let begins: Vec<&str> = title.split(' ').take(4).collect();
                assert!(shown && text(&app).contains(&begins.join(" ")), "{way:?} at {size:?}:\n{}", text(&app));
            }
        }
    }
}

#[test]
fn the_footer_offers_nothing_for_a_check_that_is_not_shown() {
    for size in WIDE_TOO {
        for (panel, mut app) in on_each_panel(size) {
            let shown = app.shown.focus == PanelId::Checks
                || layout::screen(&app).panels.iter().any(|(panel, _)| *panel == PanelId::Detail);
            let footer = footer(&app);
            let offered = ["copy fix", "apply fix", "r again"].iter().any(|word| footer.contains(word));
            assert!(shown || !offered, "{footer}");
            if !shown && panels::copies_fix(panel) {
                for key in ["y", "r", "F"] {
                    assert_eq!(press(&mut app, key), None, "{key} in {}", panel.name());
                    assert!(app.notice.as_deref().unwrap().contains("No check is shown"));
                }
            }
        }
    }
}

#[test]
fn q_in_the_help_leaves_the_help_and_the_menu_of_panels_quits_by_q() {
    let mut app = app(samples::failed(), (80, 24));
    assert_eq!(press(&mut app, "?q"), None);
    assert!(matches!(app.mode, Mode::Panels));
    assert_eq!(press(&mut app, ":q\n"), Some(Command::Quit));
    press(&mut app, "?");
    assert!(text(&app).contains("Esc close"), "{}", text(&app));
    send(&mut app, Message::Resize(Size::new(200, 60)));
    assert!(!footer(&app).contains("quit"), "{}", footer(&app));
}

#[test]
fn control_keys_move_in_menus_and_among_the_known_errors() {
    let mut app = app(samples::failed(), (80, 24));
    for (down, up) in [('n', 'p'), ('j', 'k')] {
        press(&mut app, ":");
        control(&mut app, down);
        control(&mut app, down);
        control(&mut app, up);
        press(&mut app, "\n");
        assert_eq!(app.shown.focus, PanelId::Detail, "Ctrl-{down} Ctrl-{down} Ctrl-{up}");
        press(&mut app, "1");
    }
    press(&mut app, "e");
    control(&mut app, 'n');
    assert!(matches!(press(&mut app, "\n"), Some(Command::Tell(Some(error))) if !error.is_empty()));
}

#[test]
fn keys_that_find_nothing_say_so() {
    let mut app = app(samples::healthy(), (80, 24));
    press(&mut app, "n");
    assert_eq!(app.notice.as_deref(), Some("No problem found"));
    press(&mut app, "t");
    assert_eq!(app.notice, Some(format!("Palette: {}", app.theme.palette.name())));
    let mut app = super::app(samples::failed(), (80, 24));
    press(&mut app, "/setup\nN");
    assert!(app.notice.as_deref().unwrap().contains("matches the filter"));
}

#[test]
fn a_paste_outside_of_a_field_is_taken_for_an_error_and_never_for_keys() {
    for keys in ["", "?", "4", "9"] {
        let mut app = app(samples::failed(), (80, 24));
        press(&mut app, keys);
        let looks_up = send(&mut app, Message::Paste("quit: invalid signature".to_owned()));
        assert!(matches!(looks_up, Some(Command::Start(Task::Recognise { .. }))), "{looks_up:?}");
        assert!(matches!(app.mode, Mode::Symptom));
        assert!(text(&app).contains("quit: invalid signature"), "{}", text(&app));
        assert!(
            matches!(press(&mut app, "\n"), Some(Command::Tell(Some(error))) if error.contains("invalid signature"))
        );
    }
    let mut app = app(samples::failed(), (80, 24));
    press(&mut app, "xupdate\n");
    assert_eq!(send(&mut app, Message::Paste("y\n".to_owned())), None);
    assert!(matches!(app.mode, Mode::Asking(_)), "a paste answers no question");
}

#[test]
fn a_long_log_is_looked_through_beside_the_screen() {
    let log = "INFO nothing of note\r".repeat(60_000) + "PolyApiException: {'error': 'invalid signature'}";
    for size in SIZES {
        let mut app = app(samples::failed(), size);
        press(&mut app, "e");
        let began = std::time::Instant::now();
        let Some(Command::Start(Task::Recognise { lookup: number, text: kept })) =
            send(&mut app, Message::Paste(log.clone()))
        else {
            panic!("a long log is looked through by a task");
        };
        assert!(kept.expose().ends_with("'invalid signature'}") && kept.expose().len() <= 1 << 20);
        for key in ["a", "q", "7"] {
            assert_eq!(press(&mut app, key), None);
            draw(&app);
        }
        assert!(began.elapsed().as_millis() < 1_000, "{:?}", began.elapsed());
        assert!(text(&app).contains("Pasted log: 1024 KB, 499"), "{}", text(&app));
        assert!(text(&app).contains("Esc cancel"), "{}", text(&app));
        let found = polydoctor::reference::recognise("invalid signature");
        send(&mut app, Message::News(News::Recognised { lookup: number - 1, found: found.clone() }));
        assert!(text(&app).contains("Looking for known errors"), "what was found in another log says nothing of this");
        send(&mut app, Message::News(News::Recognised { lookup: number, found }));
        assert!(text(&app).contains("Known errors found:") && text(&app).contains("invalid signature"));
        assert!(matches!(press(&mut app, "\n"), Some(Command::Tell(Some(told))) if told == kept.expose()));
    }
    let mut app = app(samples::failed(), (80, 24));
    press(&mut app, "e");
    send(&mut app, Message::Paste(log));
    send(&mut app, Message::Key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
    assert!(!text(&app).contains("Pasted log"));
    assert_eq!(press(&mut app, "\n"), Some(Command::Tell(None)));
}

#[test]
fn a_replay_offers_nothing_that_it_cannot_do_and_says_why() {
    for size in WIDE_TOO {
        let mut app = app(samples::credentials(), size);
        send(&mut app, Message::Launched(SessionInfo { recorded: true, ..SessionInfo::default() }));
        for panel in PanelId::ALL {
            app.shown.focus_on(panel);
            for word in ["apply fix", "again", "watch", "actions"] {
                assert!(!footer(&app).contains(word), "{word} in {}: {}", panel.name(), footer(&app));
            }
            for key in ["F", "r", "R", "x", "w"] {
                if panels::keys(panel).iter().any(|own| own.label == key) {
                    continue;
                }
                assert_eq!(press(&mut app, key), None, "{key}");
                assert!(app.notice.as_deref().unwrap().contains("replay"), "{key}: {:?}", app.notice);
                app.notice = None;
            }
            assert!(!text(&app).contains("Reading"), "{}", text(&app));
        }
        assert!(app.watching.every.is_none());
    }
}

#[test]
fn a_replay_is_marked_with_the_time_of_its_recording_at_every_width() {
    for width in [200, 120, 100, 80, 60, 44] {
        let mut observed = samples::failed();
        observed.report.replay = Some(Replay { recorded_at: observed.report.started_at.clone() });
        let app = app(observed, (width, 24));
        let text = text(&app);
        let line = text.lines().next().unwrap();
        assert!(line.contains("replay,") && line.contains(":00"), "{width}: {line}");
    }
}

#[test]
fn questions_about_keys_name_the_account_and_the_host() {
    for (keys, asked) in [
        ("7xdelete\n", "Delete the configured API key?"),
        ("7xrevoke\n", "Revoke the configured builder key?"),
        ("7xcreate an api\n", "Create an API key?"),
        ("7xread-only\n", "Create a read-only key?"),
        ("1xupdate\n", "Update the balance cache?"),
    ] {
        for size in SIZES {
            let mut observed = samples::credentials();
            let setup = &mut observed.facts.setup;
            if let Some(set) = &mut setup.credentials {
                let source = Source::Variable { name: "CLOB_PASS_PHRASE".to_owned() };
                set.passphrase = Some(Sourced::new(Secret::new("passphrase").shape(), source));
            }
            setup.builder.clone_from(&setup.credentials);
            let mut app = app(observed, size);
            send(
                &mut app,
                Message::Launched(SessionInfo { profiles: vec!["default".to_owned()], ..SessionInfo::default() }),
            );
            for nonce in samples::scanned() {
                send(&mut app, Message::News(News::Nonce(nonce)));
            }
            app.theme.full_addresses = true;
            press(&mut app, keys);
            let dialogue = app.dialogue().unwrap();
            assert_eq!(dialogue.title, asked);
            let said = format!("{:?}", dialogue.changes);
            let signer = app.report.account.signer.unwrap().to_string();
            for named in [&signer, "profile default", "private key from", "https://clob.polymarket.com", "chain 137"] {
                assert!(said.contains(named), "{asked} does not name {named}: {said}");
            }
        }
    }
}

#[test]
fn a_key_at_another_nonce_is_saved_by_a_command_with_that_nonce() {
    for (kind, argument) in [(OriginKind::EnvFile, "--save"), (OriginKind::Environment, "--show-secrets")] {
        let mut app = super::keys::credentials((120, 40));
        app.facts.setup.origin = Some(Origin::new(kind, ".env"));
        app.facts.setup.places.clear();
        press(&mut app, "xcreate an api\n");
        let command = format!("polydoctor keys derive --nonce 1 {argument}");
        assert!(text(&app).contains(&command), "{}", text(&app));
    }
}

#[test]
fn what_an_action_does_is_never_cut() {
    for size in SIZES {
        let mut app = super::keys::credentials(size);
        press(&mut app, "x");
        let Mode::Menu(menu) = &app.mode else { panic!("a menu") };
        let notes: Vec<String> = menu.entries.iter().map(|entry| entry.note.clone()).collect();
        for note in notes {
            let words = text(&app).replace(['│', '┃', '"'], " ");
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&note), "{note}:\n{}", text(&app));
            send(&mut app, Message::Key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE)));
        }
    }
}

#[test]
fn a_change_without_an_answer_may_have_been_made() {
    let key = || "0c1e".to_owned();
    for change in [
        Change::CreateApiKey { nonce: U256::from(3) },
        Change::DeleteApiKey { key: key() },
        Change::CreateReadonlyKey,
        Change::DeleteReadonlyKey { key: key() },
        Change::CreateBuilderKey,
        Change::RevokeBuilderKey { key: Some(key()) },
        Change::RevokeBuilderKey { key: None },
    ] {
        let mut app = super::keys::credentials((80, 24));
        let perhaps = Some(Perhaps { what: change.perhaps(), look: change.look() });
        let lost = NotChanged { why: "no answer within 10 s".to_owned(), perhaps };
        let next = send(&mut app, Message::News(News::KeysChanged(Err(lost))));
        let notice = app.notice.unwrap();
        assert!(!notice.contains("Nothing was changed") && notice.contains(" may have been "), "{notice}");
        assert!(notice.contains(&change.look()) && change.look().starts_with("polydoctor keys "), "{notice}");
        assert_eq!(next, Some(Command::Run(Scope::Check("creds.l2"))), "what is there now is looked at");
    }
}

#[test]
fn readings_and_requests_of_a_hand_edited_recording_are_drawn() {
    for size in SIZES {
        let mut observed = samples::failed();
        let reading = |server_s, sent_s, received_s| ClockReading { server_s, sent_s, received_s, from_time: true };
        // this clock was set back by a minute while the second answer was on its way
        observed.facts.clock = vec![reading(100, 160.4, 160.5), reading(101, 161.4, 101.5), reading(102, 102.4, 102.5)];
        observed.report.requests[0].sent_ms = i64::MAX;
        observed.report.requests[0].elapsed_ms = Some(u64::MAX);
        let mut app = app(observed, size);
        for key in ["6", "4", "\n"] {
            press(&mut app, key);
            draw(&app);
        }
    }
}

#[test]
fn a_filter_that_hides_every_problem_is_not_called_health() {
    let mut app = app(samples::failed(), (80, 24));
    assert!(app.report.checks.iter().any(|check| check.status == Status::Fail));
    press(&mut app, "/key.format\nn");
    assert!(!app.notice.unwrap().starts_with("No problem found"));
}

/// An error that the reference does not know is said to be unknown, and no cause is named for it.
#[test]
fn an_unknown_reported_error_is_said_to_be_unknown() {
    for size in SIZES {
        let Observed { facts, mut report } = samples::healthy();
        report.reported_errors.extend(Reported::of("blah blah xyz"));
        assert_eq!(report.reported_errors.len(), 1);
        let mut app = app(Observed { facts, report }, size);
        assert!(verdict::advice(&app).iter().all(|said| said.starts_with("This error is not in the reference")));
        press(&mut app, "2");
        let screen = text(&app);
        assert!(screen.contains("This error is not in the"), "{screen}");
        assert!(!screen.contains("Verified:") && !screen.contains("The error you reported may be"), "{screen}");
    }
}

/// What is not configured was not verified, though no check of it failed.
#[test]
fn only_what_was_seen_to_pass_is_called_verified() {
    let Observed { facts, mut report } = samples::healthy();
    for check in &mut report.checks {
        if ["creds.match", "creds.l2"].contains(&check.id) || check.id.starts_with("builder.") {
            check.status = Status::Note;
        }
        if check.id.starts_with("creds.") || check.id == "account.status" {
            check.status = Status::Note;
        }
    }
    let advice = verdict::advice(&app(Observed { facts, report }, (120, 40))).join("\n");
    assert_eq!(advice, "Verified: key, wallet, funds. No order was placed");
}
