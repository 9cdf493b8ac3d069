//! Credentials, and keys that are changed.

use super::*;

/// The credentials panel of an account whose keys and nonces are read.
pub(super) fn credentials(size: (u16, u16)) -> App {
    let mut app = app(samples::credentials(), size);
    press(&mut app, "7");
    send(&mut app, Message::News(News::Keys(Box::new(samples::account_keys()))));
    for nonce in samples::scanned() {
        send(&mut app, Message::News(News::Nonce(nonce)));
    }
    app
}

#[test]
fn credentials_beside_the_derived_ones() {
    assert_screens("credentials-unread", &samples::failed(), "7");
    for size in SIZES {
        let mut app = credentials(size);
        assert_screen("credentials", &app);
        let text = |app: &App| draw(app).backend().to_string();
        let painted = text(&app);
        app.theme.palette = Palette::Mono;
        assert_eq!(text(&app), painted, "words carry what colours repeat");
        assert!(draw(&app).backend().buffer().content().iter().all(|cell| cell.fg == Color::Reset));
        press(&mut app, "x");
        assert_screen("credentials-actions", &app);
    }
}

#[test]
fn keys_are_changed_after_a_question_only() {
    for size in SIZES {
        let mut app = credentials(size);
        press(&mut app, "xcreate an api\n");
        assert_screen("credentials-create", &app);
    }
    let create = Command::Start(Task::ChangeKeys(Change::CreateApiKey { nonce: U256::from(1) }));
    for (keys, command) in [
        ("xcreate an api\n\n", None),
        ("xcreate an api\n\t\n", Some(create)),
        ("xscan\n", Some(Command::Start(Task::ScanNonces { last: 19 }))),
        ("xdelete\n\x1b", None),
    ] {
        assert_eq!(press(&mut credentials((80, 24)), keys), command, "{keys:?}");
    }
    let mut app = credentials((80, 24));
    let done = send(&mut app, Message::News(News::KeysChanged(Ok("Created a key".to_owned()))));
    assert_eq!(done, Some(Command::Run(Scope::Check("creds.l2"))));
    assert_eq!(app.notice.as_deref(), Some("Created a key"));
    let refused = NotChanged { why: "400 Could not create api key".to_owned(), perhaps: None };
    send(&mut app, Message::News(News::KeysChanged(Err(refused))));
    assert_eq!(app.notice.as_deref(), Some("Nothing was changed: 400 Could not create api key"));
}
