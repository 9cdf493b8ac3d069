//! The builder panel: at a glance, its trades, and what is missing.

use alloy_primitives::Address;
use polydoctor::attribution::{AccountIdentity, Amount, BuilderTrade, Coverage, OwnTrade, Reconciler, Reconciliation};
use polydoctor::client::boards::{Boards, LeaderboardRow};
use polydoctor::settings::{Source, Sourced};
use polydoctor::tui::state::App;
use polydoctor::tui::state::message::{Command, Message, Observed};
use polydoctor::tui::state::panels::builder::BuilderNews;
use polydoctor::tui::state::task::{News, Task, TaskKind};
use serde_json::json;

use super::{SIZES, assert_screen, draw, press, samples, send};

const NOW_S: i64 = samples::STARTED_MS / 1000;
const MAKER: Address = Address::repeat_byte(0xc0);

fn observed() -> Observed {
    let mut observed = samples::healthy();
    let code = format!("0x4f2c{}", "0b".repeat(30));
    observed.facts.setup.builder_code = Some(Sourced::new(code, Source::Default));
    observed
}

fn trade(number: i64) -> BuilderTrade {
    let row = json!({
        "id": format!("trade-{number}"),
        "side": if number % 3 == 0 { "SELL" } else { "BUY" },
        "size": (5 + number * 7 % 90).to_string(),
        "price": format!("0.{:02}", 1 + number * 13 % 99),
        "sizeUsdc": format!("{}.5", number * 31 % 400),
        "feeUsdc": "0.01",
        "builderFee": "0.005",
        "status": "CONFIRMED",
        "market": format!("0x{:064x}", 0xaaaa_0000 + number % 4),
        "maker": MAKER.to_string(),
        "matchTime": (NOW_S - number * 4 * 3600).to_string(),
        "transactionHash": format!("0x{number:064x}"),
    });
    BuilderTrade::read(&row).unwrap()
}

fn compared() -> Reconciliation {
    let mut both =
        Reconciler::new(AccountIdentity { maker: MAKER, api_key: Some("own".to_owned()), builder_key_made_s: None });
    for number in 0..60 {
        let row = json!({
            "id": format!("trade-{number}"),
            "taker_order_id": format!("0x{:064x}", 0xfeed_0000_u64 + number),
            "transaction_hash": format!("0x{number:064x}"),
            "owner": if number == 40 { "another" } else { "own" },
            "side": "BUY",
            "size": "12.5",
            "price": "0.42",
            "match_time": (NOW_S - i64::try_from(number).unwrap() * 4 * 3600).to_string(),
        });
        both.add_own(OwnTrade::read(&row, MAKER).unwrap());
    }
    (0..60).filter(|number| ![2, 20, 40].contains(number)).for_each(|number| both.add_listed(&trade(number)));
    both.judge(NOW_S, Coverage::Complete, Coverage::Complete)
}

fn boards() -> Boards {
    let row = |volume: &str| LeaderboardRow {
        rank: Some(12),
        name: Some("a builder".to_owned()),
        verified: Some(true),
        volume: volume.parse::<Amount>().ok(),
        active_users: Some(31),
        date: "2026-11-19T00:00:00Z".parse().ok(),
    };
    Boards { standing: Some(row("48211")), volume: vec![row("1200")] }
}

fn tell(app: &mut App, news: BuilderNews) -> Option<Command> {
    send(app, Message::News(News::Builder(news)))
}

/// The panel with everything read, after some keys.
fn app(size: (u16, u16), keys: &str) -> App {
    let mut app = super::app(observed(), size);
    press(&mut app, ":builder\n");
    tell(&mut app, BuilderNews::Trades((0..60).map(trade).collect(), Some("MzAw".to_owned())));
    tell(&mut app, BuilderNews::Boards(Ok(boards())));
    tell(&mut app, BuilderNews::Compared(compared()));
    press(&mut app, keys);
    app
}

#[test]
fn the_builder_at_a_glance_its_trades_and_what_is_missing() {
    for size in SIZES {
        assert_screen("builder", &app(size, ""));
        assert_screen("builder-trades", &app(size, "vjjj"));
        assert_screen("builder-filtered", &app(size, "v/sell aaaa0002\n"));
        assert_screen("builder-missing", &app(size, "vvj"));
    }
}

#[test]
fn without_a_builder_it_says_who_has_one() {
    for size in SIZES {
        let mut facts = samples::healthy().facts;
        (facts.setup.builder, facts.setup.builder_code, facts.setup.builder_signer_url) = (None, None, None);
        let mut app = super::app(samples::judged(facts), size);
        press(&mut app, ":builder\n");
        assert_screen("builder-none", &app);
        assert_eq!(press(&mut app, "c"), None);
    }
}

#[test]
fn the_builder_is_drawn_in_ascii_and_without_colour() {
    let mut app = app((80, 24), "G");
    app.theme.ascii = true;
    app.theme.palette = polydoctor::tui::theme::Palette::Mono;
    assert_screen("builder-ascii", &app);
    let cells = draw(&app);
    let cells = cells.backend().buffer().content();
    assert!(cells.iter().all(|cell| cell.symbol().is_ascii() && cell.fg == ratatui::style::Color::Reset));
}

#[test]
fn reading_goes_on_from_where_it_was_and_esc_keeps_what_was_read() {
    let mut app = app((120, 40), "");
    let on = |all| Some(Command::Start(Task::BuilderTrades { cursor: "MzAw".to_owned(), all }));
    assert_eq!(press(&mut app, "\n"), on(false));
    assert_eq!(press(&mut app, "A"), on(true));
    assert_eq!(press(&mut app, "c"), Some(Command::Start(Task::Reconcile)));
    for kind in [TaskKind::BuilderTrades, TaskKind::Reconcile] {
        send(&mut app, Message::TaskBegan(kind));
        assert_eq!(press(&mut app, "\x1b"), Some(Command::Cancel(kind)));
        send(&mut app, Message::TaskOver(kind));
    }
    assert_screen("builder", &app);
    tell(&mut app, BuilderNews::Trades(vec![trade(61)], None));
    assert_eq!(press(&mut app, "\n"), None);
    tell(&mut app, BuilderNews::NotCompared("429 Too Many Requests".to_owned()));
    let text: String = draw(&app).backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("429 Too Many Requests") && text.contains("2 missing"), "{text}");
}

#[test]
fn what_is_under_the_cursor_is_copied() {
    let copied = |keys: &str| press(&mut app((120, 40), keys), "y");
    assert_eq!(copied("vjj"), Some(Command::Copy("trade-2".to_owned())));
    assert_eq!(copied("vv"), Some(Command::Copy(format!("0x{:064x}", 0xfeed_0014_u64))));
}

/// The oldest day goes on where reading stopped: its sum is no whole day's, and neither is the whole.
#[test]
fn sums_of_what_was_not_read_to_its_end_are_called_partial() {
    for (more, words, is_partial) in [(Some("MzAw".to_owned()), "the newest 20", true), (None, "all 20", false)] {
        let mut app = super::app(observed(), (120, 40));
        press(&mut app, ":builder\n");
        tell(&mut app, BuilderNews::Trades((0..20).map(trade).collect(), more));
        let text = draw(&app).backend().to_string();
        assert!(text.contains(words), "{text}");
        let oldest = jiff::Timestamp::from_second(NOW_S - 19 * 4 * 3600).unwrap().strftime("%m-%d").to_string();
        assert_eq!(text.contains(&format!("{oldest} is a partial day")), is_partial, "{text}");
    }
}
