//! Each state of the dashboard at three sizes, as text; and random handling of it.

mod builder;
mod fleet;
mod headers;
mod inspect;
mod keys;
mod live;
mod manners;
mod moving;
mod panels;
mod random_screens;
mod requests;
mod samples;
mod wizard;

use alloy_primitives::U256;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::{Settings, assert_snapshot};
use polydoctor::checks::Status;
use polydoctor::keys::Change;
use polydoctor::settings::{Origin, OriginKind};
use polydoctor::tui::state::load::{Load, Scope, SessionInfo};
use polydoctor::tui::state::message::{Command, Message, Observed};
use polydoctor::tui::state::panel::PanelId;
use polydoctor::tui::state::sheet::Sheet;
use polydoctor::tui::state::task::{News, NotChanged, Task, TaskKind};
use polydoctor::tui::state::{App, Mode};
use polydoctor::tui::theme::{Palette, Theme};
use polydoctor::tui::update::update;
use polydoctor::tui::{header, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use ratatui::style::Color;

use crate::support::DEMO_KEY;

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (44, 20)];

const THEME: Theme = Theme { palette: Palette::Auto, ascii: false, animation: true, full_addresses: false };

fn app(observed: Observed, (width, height): (u16, u16)) -> App {
    let mut app = App::new(THEME, None, samples::waiting());
    send(&mut app, Message::Resize(Size::new(width, height)));
    send(&mut app, Message::Tick(samples::STARTED_MS + 6_200));
    send(&mut app, Message::Observed(Box::new(observed)));
    app
}

fn send(app: &mut App, message: Message) -> Option<Command> {
    update(app, message)
}

fn press(app: &mut App, keys: &str) -> Option<Command> {
    let code = |c| match c {
        '\n' => KeyCode::Enter,
        '\x1b' => KeyCode::Esc,
        '\t' => KeyCode::Tab,
        c => KeyCode::Char(c),
    };
    keys.chars().map(|c| send(app, Message::Key(KeyEvent::new(code(c), KeyModifiers::NONE)))).last().flatten()
}

fn draw(app: &App) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    terminal.draw(|frame| view::draw(frame, app)).unwrap();
    terminal
}

fn assert_screen(name: &str, app: &App) {
    let size = format!("{}x{}", app.size.width, app.size.height);
    assert_text(&format!("{name}-{size}"), &draw(app).backend().to_string());
}

fn assert_text(name: &str, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(name, text));
}

/// Every palette says the same, and `mono` says it without any colour.
fn assert_colour_only_repeats(app: &mut App) {
    let text = |app: &App| draw(app).backend().buffer().content().iter().map(|cell| cell.symbol().to_owned()).collect();
    let in_colour: Vec<String> = text(app);
    for palette in [Palette::Mono, Palette::Contrast, Palette::BlueOrange] {
        app.theme.palette = palette;
        // the help names the palette
        if !matches!(app.mode, Mode::Sheet { sheet: Sheet::Help, .. }) {
            assert_eq!(text(app), in_colour, "{palette:?}");
        }
        let is_plain = |cell: &ratatui::buffer::Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(palette != Palette::Mono || draw(app).backend().buffer().content().iter().all(is_plain));
    }
}

/// The screen of a state, after some keys, at the three sizes.
fn assert_screens(name: &str, observed: &Observed, keys: &str) {
    for size in SIZES {
        let mut app = app(observed.clone(), size);
        press(&mut app, keys);
        assert_screen(name, &app);
        assert_colour_only_repeats(&mut app);
    }
}

#[test]
fn before_anything_is_known() {
    assert_screens("waiting", &samples::waiting(), "");
}

#[test]
fn while_checks_run() {
    assert_screens("running", &samples::running(), "");
}

#[test]
fn a_failed_run_starts_at_the_cause() {
    assert_screens("failed", &samples::failed(), "");
}

#[test]
fn an_opened_check() {
    assert_screens("opened", &samples::failed(), "\n");
}

#[test]
fn a_healthy_account() {
    assert_screens("healthy", &samples::healthy(), "");
}

#[test]
fn an_account_with_a_warning() {
    assert_screens("degraded", &samples::degraded(), "");
}

#[test]
fn no_network_at_all() {
    assert_screens("unreachable", &samples::unreachable(), "");
}

#[test]
fn a_run_that_was_stopped() {
    assert_screens("stopped", &samples::stopped(), "");
}

#[test]
fn whatever_a_person_stops_has_no_cause_and_no_fix() {
    let recorded = serde_json::to_value(samples::healthy().facts).unwrap();
    let facts: Vec<&String> = recorded
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, fact)| fact["state"] == "known")
        .map(|(name, _)| name)
        .collect();
    assert!(facts.len() > 15, "{facts:?}");
    let mut wrong = Vec::new();
    for name in facts {
        let mut stopped = recorded.clone();
        stopped[name] = serde_json::json!({ "state": "failed", "failure": { "kind": "stopped" }, "took_ms": 20 });
        let Observed { report, .. } = samples::judged(serde_json::from_value(stopped).unwrap());
        let mended = report.checks.iter().filter(|check| check.status == Status::Unknown && check.fix.is_some());
        wrong.extend(mended.map(|check| format!("{name}: {} {:?}", check.id, check.fix)));
        wrong.extend(report.diagnoses.iter().map(|diagnosis| format!("{name}: {:?}", diagnosis.cause)));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_copied_fix() {
    let mut app = app(samples::failed(), (80, 24));
    send(&mut app, Message::Notice("Copied: polydoctor fix funder-is-signer".to_owned()));
    assert_screen("copied", &app);
    press(&mut app, "j");
    assert!(app.notice.is_none());
}

#[test]
fn a_terminal_without_copies_and_a_saved_report() {
    let mut app = app(samples::failed(), (80, 24));
    app.terminal.copies = false;
    assert_eq!(press(&mut app, "y"), None);
    assert_screen("copy-not-possible", &app);
    assert!(matches!(press(&mut app, "s"), Some(Command::Start(Task::SaveReport(text))) if text.starts_with("## ")));
    send(&mut app, Message::News(News::Said("Saved as polydoctor-20261120-140200.md".into())));
    assert_screen("saved", &app);
}

#[test]
fn a_check_that_is_blocked_and_what_watching_saw() {
    let mut blocked = app(samples::failed(), (80, 24));
    press(&mut blocked, "gjjjjjjjjj\n");
    assert_eq!(blocked.selected().unwrap().id, "wallet.deployed");
    assert_screen("blocked", &blocked);
    for size in SIZES {
        let mut app = app(samples::healthy(), size);
        press(&mut app, "wg");
        while app.selected().unwrap().id != "net.reach" {
            press(&mut app, "j");
        }
        press(&mut app, "\n");
        for (second, state) in
            [(30, samples::unreachable as fn() -> Observed), (60, samples::unreachable), (90, samples::healthy)]
        {
            send(&mut app, Message::Tick(samples::STARTED_MS + second * 1_000));
            send(&mut app, Message::Observed(Box::new(state())));
            send(&mut app, Message::RunOver);
        }
        let changes: Vec<_> = app.watching.seen.changes().map(|change| (change.check, change.to)).collect();
        assert!(changes.contains(&("net.reach", Status::Unknown)), "{changes:?}");
        assert!(changes.iter().all(|(_, to)| *to != Status::Pass), "what was seen once is not told: {changes:?}");
        // the times of day are those of this machine's zone
        let text: String = draw(&app).backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("✓??✓") && text.contains("watch 30 s"), "{text}");
        send(&mut app, Message::Resize(Size::new(size.0, 60)));
        let text: String = draw(&app).backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("net.reach PASS → UNKN"), "what comes first in the checklist is told first: {text}");
    }
}

#[test]
fn another_profile_is_another_account() {
    let mut app = app(samples::failed(), (80, 24));
    let profiles = vec!["default".to_owned(), "bot-2".to_owned()];
    send(&mut app, Message::Launched(SessionInfo { profiles, ..SessionInfo::default() }));
    press(&mut app, "P");
    assert_screen("profiles", &app);
    let profile = Some("bot-2".to_owned());
    assert_eq!(press(&mut app, "bot\n"), Some(Command::Reload(Load { profile, ..Load::default() })));
}

#[test]
fn a_fix_is_shown_before_it_is_asked_for() {
    for size in SIZES {
        let mut app = app(samples::failed(), size);
        send(&mut app, Message::News(News::FixPlanned(Ok(random_screens::fix()))));
        assert_screen("fix", &app);
        assert_eq!(press(&mut app, "\n"), None);
    }
}

#[test]
fn an_error_sentence_filters_too() {
    let mut app = app(samples::failed(), (80, 24));
    press(&mut app, "/Invalid signature\n");
    let listed: Vec<_> = app.rows().iter().map(|&row| app.report.checks[row].id).collect();
    for told_of in ["wallet.funder", "wallet.signature-type"] {
        assert!(listed.contains(&told_of), "{listed:?}");
    }
    assert!(listed.len() < app.report.checks.len());
    assert_screen("filter-sentence", &app);
}

#[test]
fn the_help() {
    assert_screens("help", &samples::failed(), "?");
}

#[test]
fn a_question_is_answered_by_no_until_a_person_moves_to_yes() {
    assert_screens("question", &samples::failed(), "xupdate\n");
    let asked = |keys: &str| {
        let mut app = app(samples::failed(), (80, 24));
        press(&mut app, "xupdate\n");
        press(&mut app, keys)
    };
    for accident in ["\n", "n", "\x1b", "q", "\t\t\n", "\t\x1b"] {
        assert_eq!(asked(accident), None, "{accident:?}");
    }
    for answer in ["\t\n", "y", "\ty", "l\n"] {
        assert_eq!(asked(answer), Some(Command::Start(Task::UpdateBalance)), "{answer:?}");
    }
}

#[test]
fn a_filter_that_nothing_matches() {
    assert_screens("filter-no-match", &samples::failed(), "/nothing like it\n");
}

#[test]
fn a_filter_while_it_is_typed() {
    assert_screens("filter", &samples::failed(), "/creds");
}

#[test]
fn identity_and_requests() {
    assert_screens("identity", &samples::failed(), "3");
    assert_screens("requests", &samples::failed(), "4");
}

#[test]
fn a_terminal_that_is_too_small() {
    for size in [(23, 5), (10, 1)] {
        assert_screen("small", &app(samples::failed(), size));
    }
}

#[test]
fn ascii_draws_nothing_else() {
    let mut app = app(samples::failed(), (80, 24));
    app.theme.ascii = true;
    assert_screen("ascii", &app);
    assert!(draw(&app).backend().buffer().content().iter().all(|cell| cell.symbol().is_ascii()));
}

#[test]
fn mono_has_no_colour_and_no_palette_paints_the_background() {
    for palette in [Palette::Auto, Palette::Mono, Palette::BlueOrange] {
        let mut app = app(samples::failed(), (120, 40));
        app.theme.palette = palette;
        for cell in draw(&app).backend().buffer().content() {
            assert_eq!(cell.bg, Color::Reset);
            assert!(palette != Palette::Mono || cell.fg == Color::Reset);
        }
    }
}

#[test]
fn control_characters_from_outside_never_reach_the_screen() {
    let mut observed = samples::failed();
    for check in &mut observed.report.checks {
        check.summary = "\x1b]0;owned\x07\u{202e}evil\u{9b}31m".into();
    }
    let app = app(observed, (120, 40));
    let text: String = draw(&app).backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'));
}

#[test]
fn the_header_names_signer_and_place_at_every_width() {
    let places = [
        (Origin::new(OriginKind::EnvFile, ".env"), ".env"),
        (Origin::profile("bot-7"), "bot-7"),
        (Origin::new(OriginKind::EnvFile, "/srv/bots/of/somebody/with/a/long/path/main.env"), "main.env"),
        (Origin::profile("a-profile-with-quite-a-long-name"), "name"),
    ];
    for width in [200, 120, 100, 80, 60, 44, 36, 30] {
        for (origin, shown) in &places {
            for observed in [samples::failed(), samples::running()] {
                let mut observed = observed;
                observed.report.source = Some(origin.clone());
                let app = app(observed, (width, 20));
                let line = header::lines(&app, width.into())[0].to_string();
                assert!(line.contains("0xf39F…2266"), "{width}: {line}");
                assert!(line.contains(shown), "{width}: {line}");
                // the longest names leave no room for it in the narrowest
                assert!(
                    line.contains(&format!("/{}", crate::support::usual_checks().count())) || width == 30,
                    "{width}: {line}"
                );
                assert!(line.chars().count() <= width.into(), "{width}: {line}");
                assert!(!line.trim_end().ends_with("0.1.0"), "{width}: {line}");
                if width >= 120 && shown == &".env" {
                    assert!(line.contains("clob.polymarket.com   Polygon"), "{line}");
                }
            }
        }
    }
}
