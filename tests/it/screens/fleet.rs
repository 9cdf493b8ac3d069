//! The fleet panel: a row an account, and the way into each.

use polydoctor::cause::Certainty;
use polydoctor::fleet::row::Row;
use polydoctor::report::Verdict;
use polydoctor::tui::state::load::Load;
use polydoctor::tui::state::panels::fleet::Progress;
use polydoctor::tui::state::task::{News, TaskKind};

use super::*;

fn row(profile: &str, verdict: Verdict, cause: Option<&'static str>, says: &str) -> Row {
    let (signer, certainty) = ("0x71C7…976F".to_owned(), cause.map(|_| Certainty::Proven));
    Row {
        profile: profile.to_owned(),
        signer,
        verdict,
        start: None,
        cause,
        certainty,
        says: says.to_owned(),
        fix: None,
        steps: Vec::new(),
        elapsed_ms: 300,
    }
}

/// The panel, while these accounts are done of so many.
fn fleet(size: (u16, u16), wanted: usize, rows: &[Row]) -> App {
    let mut app = app(samples::healthy(), size);
    app.about.profiles = (0..wanted).map(|number| format!("bot-{number}")).collect();
    press(&mut app, ":fleet\n");
    if !rows.is_empty() {
        assert_eq!(press(&mut app, "c"), Some(Command::Start(Task::CheckFleet)));
        send(&mut app, Message::TaskBegan(TaskKind::CheckFleet));
        send(&mut app, Message::News(News::Fleet(Progress::Begun { wanted })));
    }
    for row in rows {
        send(&mut app, Message::News(News::Fleet(Progress::Done(Box::new(row.clone())))));
    }
    if rows.len() == wanted {
        send(&mut app, Message::TaskOver(TaskKind::CheckFleet));
    }
    app
}

fn rows() -> Vec<Row> {
    vec![
        row("market-maker", Verdict::Healthy, None, "16 passed, 4 notes"),
        row("arb-eu", Verdict::Incomplete, Some("clob-unreachable"), "The CLOB cannot be reached"),
        row("copy-trader-2", Verdict::Broken, Some("funder-is-signer"), "The funder is the signer itself"),
        row("sports", Verdict::Degraded, Some("gas-missing"), "The signer has no POL to pay gas with"),
    ]
}

#[test]
fn the_fleet_is_shown_the_worst_first() {
    for size in SIZES {
        assert_screen("fleet", &fleet(size, 4, &rows()));
        let mut mono = fleet(size, 4, &rows());
        mono.theme = Theme { palette: Palette::Mono, ascii: true, ..mono.theme };
        assert_screen("fleet-mono", &mono);
        assert_screen("fleet-before", &fleet(size, 40, &[]));
    }
}

#[test]
fn what_is_wrong_with_the_selected_account_stands_below_the_list_where_there_is_room() {
    let mut broken = row("copy-trader-2", Verdict::Broken, Some("funder-is-signer"), "The funder is the signer itself");
    broken.fix = Some("Set the funder to the Safe of this key".to_owned());
    broken.steps =
        vec!["line 7 of /srv/bots/2/.env: POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47".to_owned()];
    let mut accounts = rows();
    accounts[2] = broken;
    for size in [(200, 60), (120, 40), (44, 20)] {
        assert_screen("fleet-detail", &fleet(size, 4, &accounts));
    }
    let narrow = draw(&fleet((80, 16), 4, &accounts)).backend().to_string();
    assert!(narrow.contains("sports") && !narrow.contains("line 7 of"), "{narrow}");
}

#[test]
fn an_account_of_the_fleet_is_opened_and_copied() {
    let mut app = fleet((120, 40), 4, &rows());
    let load = |profile: &str| Some(Command::Reload(Load { profile: Some(profile.to_owned()), ..Load::default() }));
    assert_eq!(press(&mut app, "jy"), Some(Command::Copy("polydoctor check --profile arb-eu".to_owned())));
    assert_eq!(press(&mut app, "\n"), load("arb-eu"));
    let mut app = fleet((120, 40), 4, &rows());
    assert_eq!(press(&mut app, "/funder\n\n"), load("copy-trader-2"));
    assert_eq!(press(&mut fleet((120, 40), 0, &[]), "c\n"), None, "there is nothing to check or to open");
}

#[test]
fn checking_the_fleet_is_stopped_by_esc_and_the_cursor_stays_on_its_account() {
    let mut app = fleet((80, 24), 5, &rows());
    press(&mut app, "j");
    let next = row("another", Verdict::Broken, Some("key-missing"), "There is no private key");
    send(&mut app, Message::News(News::Fleet(Progress::Done(Box::new(next)))));
    assert_eq!(press(&mut app, "y"), Some(Command::Copy("polydoctor check --profile arb-eu".to_owned())));
    assert_eq!(press(&mut app, "\x1b"), Some(Command::Cancel(TaskKind::CheckFleet)));
}
