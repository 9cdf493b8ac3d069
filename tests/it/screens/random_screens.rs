//! Random handling: whatever is pressed, pasted, clicked or heard, it draws, and shows no secret.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use polydoctor::settings::edit::{Change, DiffLine};
use polydoctor::tui::state::load::SessionInfo;
use polydoctor::tui::state::message::Message;
use polydoctor::tui::state::task::{FilePlan, FixPlan, News};
use polydoctor::tui::state::{App, Mode};
use proptest::prelude::*;
use ratatui::layout::Size;

use super::wizard::{looked, wizard};
use super::{app, draw, samples, send};
use crate::support::DEMO_KEY;

#[derive(Clone, Copy, Debug)]
enum Event {
    Key(KeyCode, KeyModifiers),
    /// The private key where one is asked for, else a log.
    Paste,
    Mouse(MouseEventKind, u16, u16),
    Resize(u16, u16),
    Observed(usize),
    Tick(i64),
    FixPlanned,
    Looked,
    RunOver,
    Launched,
}

fn events() -> impl Strategy<Value = Event> {
    let usual = "q?hjklgGnNrRfaytxp:/esYFwmPd 12345679".chars().collect::<Vec<_>>();
    let codes = prop_oneof![
        8 => prop::sample::select(usual).prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        5 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down,
            KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Backspace, KeyCode::Delete, KeyCode::F(1),
        ]),
    ];
    let modifiers = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::SHIFT,
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
    ]);
    let mouse = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::Moved,
    ]);
    prop_oneof![
        12 => (codes, modifiers).prop_map(|(code, modifiers)| Event::Key(code, modifiers)),
        2 => Just(Event::Paste),
        2 => (mouse, 0..140_u16, 0..50_u16).prop_map(|(kind, column, row)| Event::Mouse(kind, column, row)),
        1 => (1..=140_u16, 1..=50_u16).prop_map(|(width, height)| Event::Resize(width, height)),
        1 => (1..=30_u16, 1..=12_u16).prop_map(|(width, height)| Event::Resize(width, height)),
        2 => (0..5_usize).prop_map(Event::Observed),
        1 => any::<i64>().prop_map(Event::Tick),
        1 => Just(Event::FixPlanned),
        1 => Just(Event::Looked),
        1 => Just(Event::RunOver),
        1 => Just(Event::Launched),
    ]
}

pub(super) fn fix() -> FixPlan {
    let line = |change, text: &str| DiffLine { change, line: 1, text: text.to_owned() };
    let diff = vec![line(Change::Removed, "FUNDER=0x1"), line(Change::Added, "FUNDER=0x2")];
    FixPlan { files: vec![FilePlan { path: ".env".into(), is_new: false, diff }], by_hand: Vec::new() }
}

fn message(event: Event, app: &App) -> Message {
    let observed = [samples::waiting, samples::running, samples::failed, samples::stopped, samples::unreachable];
    match event {
        Event::Key(code, modifiers) => Message::Key(KeyEvent::new(code, modifiers)),
        Event::Paste if matches!(app.mode, Mode::FirstRun(_)) => Message::Paste(DEMO_KEY.to_owned()),
        Event::Paste => Message::Paste("400 {\"error\":\n\"invalid signature\"} \u{202e}\x1b[2J".to_owned()),
        Event::Mouse(kind, column, row) => {
            Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
        }
        Event::Resize(width, height) => Message::Resize(Size::new(width, height)),
        Event::Observed(state) => Message::Observed(Box::new(observed[state]())),
        Event::Tick(now_ms) => Message::Tick(now_ms),
        Event::FixPlanned => Message::News(News::FixPlanned(Ok(fix()))),
        Event::Looked => Message::News(looked()),
        Event::RunOver => Message::RunOver,
        Event::Launched => Message::Launched(SessionInfo { profiles: vec!["main".into()], ..SessionInfo::default() }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_draws_and_the_selection_is_listed(
        first_run in any::<bool>(),
        happened in prop::collection::vec(events(), 1..32),
    ) {
        let size = (80, 24);
        let mut app = if first_run { wizard(size, "") } else { app(samples::waiting(), size) };
        app.terminal.mouse = true;
        for event in happened {
            let message = message(event, &app);
            send(&mut app, message);
            let screen = draw(&app);
            let text: String = screen.backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
            prop_assert!(!text.contains(&DEMO_KEY[12..32]), "a secret is shown");
            let harmful = text.chars().find(|c| c.is_control() || *c == '\u{202e}');
            prop_assert_eq!(harmful, None);
            prop_assert_eq!(app.selected().is_none(), app.rows().is_empty());
        }
    }
}
