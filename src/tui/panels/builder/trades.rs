//! The builder's trades, and the own ones that are not among them.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::nothing_yet;
use crate::attribution::{Amount, BuilderTrade, Unlisted};
use crate::checks::Status;
use crate::tui::state::App;
use crate::tui::state::panels::builder::View;
use crate::tui::text::Page;

/// What a row shows beside time, side and shares; the first of these where every row fits, since a number
/// that is cut is another one.
const COLUMNS: [&[Column]; 5] = [
    &[Column::Price, Column::Volume, Column::Status, Column::Market],
    &[Column::Price, Column::Volume, Column::Status],
    &[Column::Price, Column::Volume],
    &[Column::Price],
    &[],
];
/// Cells of a market's id that may be cut off.
const MARKET_END: usize = 54;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Price,
    Volume,
    Status,
    Market,
}

/// The trades that have all words of the filter somewhere in them.
pub(super) fn passing(app: &App) -> impl Iterator<Item = &BuilderTrade> {
    let state = &app.panels.builder;
    let words: Vec<String> = state.filter.text().to_lowercase().split_whitespace().map(str::to_owned).collect();
    state.trades.iter().filter(move |trade| {
        let text = if words.is_empty() { String::new() } else { searched(trade) };
        words.iter().all(|word| text.contains(word))
    })
}

fn searched(trade: &BuilderTrade) -> String {
    let texts = [
        Some(trade.id.clone()),
        trade.side.clone(),
        trade.status.clone(),
        trade.outcome.clone(),
        trade.trade_type.clone(),
        trade.transaction_hash.clone(),
        trade.market.map(|market| market.to_string()),
        trade.maker.map(|maker| maker.to_string()),
        trade.match_time.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()),
    ];
    texts.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Own trades that the builder's listing lacks: of all where they were compared, else of the newest.
pub(super) fn unlisted(app: &App) -> Vec<&Unlisted> {
    let of_newest = || app.facts.own_trades.known()?.reconciliation.as_ref();
    let found = app.panels.builder.compared.as_ref().or_else(of_newest);
    found.map(|found| found.missing.iter().chain(&found.pending).collect()).unwrap_or_default()
}

pub(in crate::tui::panels) fn copied(app: &App) -> Option<String> {
    let cursor = app.panels.builder.cursor;
    match app.panels.builder.view {
        View::Overview => Some("polydoctor builder reconcile".to_owned()),
        View::Trades => passing(app).nth(cursor).map(|trade| trade.id.clone()),
        View::Missing => unlisted(app).get(cursor).and_then(|unlisted| unlisted.trade.order_id.clone()),
    }
}

pub(super) fn table(app: &App, width: usize) -> (Vec<Line<'static>>, usize) {
    let mut page = Page::new(app.theme, width);
    if nothing_yet(app, &mut page) {
        return (page.finish(), 0);
    }
    let cursor = app.panels.builder.cursor;
    let rows = COLUMNS.into_iter().find_map(|columns| rows(app, columns, width));
    let rows = rows.unwrap_or_else(|| passing(app).map(|trade| row(trade, &[])).collect());
    for (place, row) in rows.into_iter().enumerate() {
        let mark = if place == cursor { app.theme.cursor() } else { " " };
        let style = if place == cursor { Style::new().bold() } else { Style::new() };
        let line = format!("{mark}{row}");
        page.line(Line::styled(app.theme.fit(&app.theme.say(&line), width), style));
    }
    if page.is_empty() {
        let filtered = !app.panels.builder.filter.is_empty();
        page.text(if filtered { "No trade matches" } else { "No trades" }, Style::new());
    }
    let last = page.len().saturating_sub(1);
    (page.finish(), cursor.min(last))
}

/// The rows with these columns, where each fits behind its mark.
fn rows(app: &App, columns: &[Column], width: usize) -> Option<Vec<String>> {
    let fitting = |trade: &BuilderTrade| {
        let row = row(trade, columns);
        let spare = if columns.contains(&Column::Market) && trade.market.is_some() { MARKET_END } else { 0 };
        (display_width(&row) < width + spare).then_some(row)
    };
    passing(app).map(fitting).collect()
}

fn row(trade: &BuilderTrade, columns: &[Column]) -> String {
    let amount = |value: Option<Amount>| value.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
    let at = trade.match_time.map_or_else(|| " ".repeat(11), |at| at.strftime("%m-%d %H:%M").to_string());
    let mut row = format!("{at} {:<4} {:>7}", trade.side.as_deref().unwrap_or("?"), amount(trade.size));
    for column in columns {
        let cell = match column {
            Column::Price => format!(" @ {:<5}", amount(trade.price)),
            Column::Volume => format!(" {:>9}", format!("${}", amount(trade.size_usdc))),
            Column::Status => {
                format!("  {:<9}", trade.status.as_deref().unwrap_or("?").trim_start_matches("TRADE_STATUS_"))
            }
            Column::Market => format!("  {}", trade.market.map(|market| market.to_string()).unwrap_or_default()),
        };
        row.push_str(&cell);
    }
    row
}

pub(super) fn missing(app: &App, width: usize) -> (Vec<Line<'static>>, usize) {
    let mut page = Page::new(app.theme, width);
    if nothing_yet(app, &mut page) {
        return (page.finish(), 0);
    }
    let unlisted = unlisted(app);
    if unlisted.is_empty() {
        page.text("None of your compared trades is missing from the builder's; c compares all", Style::new());
        return (page.finish(), 0);
    }
    let mut at = 0;
    for (place, Unlisted { trade, reason }) in unlisted.into_iter().enumerate() {
        let selected = place == app.panels.builder.cursor;
        if selected {
            at = page.len();
        }
        let young = *reason == crate::attribution::Reason::Young;
        let status = if young { Status::Note } else { Status::Warn };
        let mark = if selected { app.theme.cursor() } else { " " };
        let sign =
            format!("{mark}{} {}  ", app.theme.symbol(status, app.now_ms), trade.match_time.strftime("%Y-%m-%d %H:%M"));
        page.line(vec![
            Span::styled(sign, app.theme.status(status)),
            Span::raw(app.theme.say(&format!(
                "{} {}",
                trade.side.as_deref().unwrap_or("?"),
                shares(trade.size, trade.price)
            ))),
        ]);
        for (label, id) in [("order", &trade.order_id), ("transaction", &trade.transaction_hash)] {
            let text = format!("   {label:<12}{}", id.as_deref().unwrap_or("unknown"));
            page.line(Line::styled(app.theme.fit(&app.theme.say(&text), width), app.theme.dim()));
        }
        page.beside(vec![Span::raw("   ")], reason.words(), Style::new());
    }
    (page.finish(), at)
}

fn shares(size: Option<Amount>, price: Option<Amount>) -> String {
    let amount = |value: Option<Amount>| value.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
    format!("{} @ {}", amount(size), amount(price))
}
