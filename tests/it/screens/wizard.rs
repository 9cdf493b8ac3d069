//! The set-up wizard.

use polydoctor::facts::{Facts, Setup};
use polydoctor::onboarding::Wizard;
use polydoctor::secret::Secret;
use polydoctor::settings::{EnvFile, FoundKey, Inputs, KeyInput, Source};
use polydoctor::tui::state::task::{Draft, Looked};

use super::*;

const US_SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

/// The set-up wizard with a key that was found, after some keys.
pub(super) fn wizard(size: (u16, u16), keys: &str) -> App {
    let mut app = app(samples::waiting(), size);
    let source = Source::Variable { name: "PK".to_owned() };
    let found = FoundKey { key: Secret::new(DEMO_KEY), place: None, source };
    let first_run = Some(Draft(Box::new(Wizard::new(vec![found], "default"))));
    send(&mut app, Message::Launched(SessionInfo { first_run, ..SessionInfo::default() }));
    press(&mut app, keys);
    app
}

/// Settings and facts of the wizard's key, before the Polygon RPC has answered.
pub(super) fn looked() -> News {
    let inputs = Inputs { env_file: EnvFile::None, key: KeyInput::Typed(Secret::new(DEMO_KEY)), ..Inputs::default() };
    let settings = polydoctor::settings::load(&inputs).unwrap();
    News::Looked(Box::new(Looked { facts: samples::looked(), settings }))
}

#[test]
fn the_set_up_wizard() {
    for size in SIZES {
        assert_screen("first-run", &wizard(size, "k"));
    }
    // an address in the place of the key
    assert_screen("first-run-wrong-key", &wizard((80, 24), "\n\t\t\t0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\n"));
    let mut app = wizard((80, 24), "");
    assert!(matches!(press(&mut app, "\n\n"), Some(Command::Start(Task::Look(_)))));
    assert_eq!(press(&mut app, "\x1b\x1b"), Some(Command::Cancel(TaskKind::Look)));
    assert!(matches!(press(&mut app, "d"), Some(Command::Reload(Load { demo: true, .. }))));
    assert_eq!(press(&mut app, "q"), Some(Command::Quit));
}

#[test]
fn wallets_are_looked_up_only_after_a_question_that_names_who_is_asked() {
    for size in [(80, 24), (44, 20), (30, 10)] {
        for (answer, may_ask) in [("\n", true), ("j\n", false)] {
            let mut app = wizard(size, "\n");
            let Some(Command::Start(Task::Look(Draft(wizard)))) = press(&mut app, "\n") else { panic!("no look") };
            assert!(!wizard.may_ask_network(), "the settings are read first, and nothing is asked");
            send(&mut app, Message::News(looked()));
            assert_screen("first-run-look-up", &app);
            let mut read = draw(&app).backend().to_string();
            for _ in 0..4 {
                send(&mut app, Message::Key(KeyEvent::new(KeyCode::PageDown, KeyModifiers::NONE)));
                read += &draw(&app).backend().to_string();
            }
            for text in ["polygon.drpc.org", "address", "private key"] {
                assert!(read.contains(text), "{size:?}: no {text} in\n{read}");
            }
            match press(&mut app, answer) {
                Some(Command::Start(Task::Look(Draft(wizard)))) => assert!(wizard.may_ask_network() && may_ask),
                other => assert!(other.is_none() && !may_ask, "{other:?}"),
            }
        }
    }
}

#[test]
fn no_wallet_is_preselected_where_nothing_says_which() {
    for size in SIZES {
        let mut app = wizard(size, "\n\n");
        send(&mut app, Message::News(looked()));
        press(&mut app, "j\n");
        assert_screen("first-run-funder", &app);
        assert!(!draw(&app).backend().to_string().contains('•'));
        assert_eq!(press(&mut app, "\n"), None);
        assert!(draw(&app).backend().to_string().contains("could not be determined"), "and Enter takes none");
        press(&mut app, "jjj\n");
        assert_screen("first-run-review", &app);
    }
}

/// From the first question to the review, at sizes where not all of a question fits.
#[test]
fn what_is_chosen_stays_on_the_screen_at_every_size() {
    for size in [(80, 24), (44, 20), (30, 10)] {
        for question in ["", "\n", "\n\n", "\n\n\x01j\n"] {
            let mut app = wizard(size, "");
            for key in question.chars() {
                if key == '\x01' {
                    send(&mut app, Message::News(looked()));
                } else {
                    press(&mut app, &key.to_string());
                }
            }
            if question == "\n\n" {
                send(&mut app, Message::News(looked()));
            }
            for _ in 0..8 {
                press(&mut app, "\t");
                let screen = draw(&app).backend().to_string();
                assert!(screen.contains('•'), "{size:?} after {question:?}:\n{screen}");
            }
        }
        let mut app = wizard(size, "\n\n");
        send(&mut app, Message::News(looked()));
        press(&mut app, "j\njjj\n");
        let read = |app: &App| draw(app).backend().to_string();
        let mut seen = read(&app);
        for _ in 0..40 {
            press(&mut app, "j");
            seen += &read(&app);
        }
        for text in ["signer", "profile", "This saves nothing"] {
            assert!(seen.contains(text), "{size:?}: no {text} in\n{seen}");
        }
    }
}

#[test]
fn a_key_that_is_typed_is_never_drawn() {
    for keys in ["\n", "\nj", "\n\t\t", "\n\t\t\t"] {
        let mut app = wizard((120, 40), keys);
        send(&mut app, Message::Paste(DEMO_KEY.to_owned()));
        let text: String = draw(&app).backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("******") && !text.contains("ac0974bec3"), "{keys:?}");
        assert!(!format!("{:?}", app.mode).contains("ac0974bec3"));
    }
}

#[test]
fn an_account_of_polymarket_us_is_set_up_without_wallets() {
    for size in SIZES {
        let mut app = wizard(size, "");
        press(&mut app, "k\n");
        assert_screen("first-run-us-key", &app);
        send(&mut app, Message::Paste("3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11".to_owned()));
        press(&mut app, "\n");
        send(&mut app, Message::Paste(US_SECRET.to_owned()));
        assert_screen("first-run-us-secret", &app);
        let Some(Command::Start(Task::Look(Draft(asked)))) = press(&mut app, "\n") else { panic!("no look") };
        let none = Inputs { env_file: EnvFile::None, ..Inputs::default() };
        let settings = polydoctor::settings::load(&asked.inputs(&none)).unwrap();
        let facts = Facts { setup: Setup::of(&settings, true), ..Facts::default() };
        send(&mut app, Message::News(News::Looked(Box::new(Looked { facts, settings }))));
        assert_screen("first-run-us-review", &app);
        assert!(!format!("{:?}", app.mode).contains(&US_SECRET[..12]));
    }
}
