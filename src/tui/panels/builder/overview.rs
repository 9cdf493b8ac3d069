//! The builder at a glance.

use jiff::civil::Date;
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::nothing_yet;
use crate::attribution::{Amount, Reconciliation};
use crate::checks::Status;
use crate::client::boards::Boards;
use crate::tui::state::App;
use crate::tui::state::panels::builder::Reading;
use crate::tui::state::task::TaskKind;
use crate::tui::text::Page;

/// Days of the chart.
const DAYS: usize = 14;

pub(super) fn lines(app: &App, room: Size) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, room.width.into());
    for id in ["builder.credentials", "builder.signer", "builder.attribution"] {
        check(app, id, &mut page);
    }
    page.gap();
    if nothing_yet(app, &mut page) {
        return page.finish();
    }
    attribution(app, &mut page);
    trades(app, room.width.into(), &mut page);
    boards(app, &mut page);
    page.finish()
}

/// What the checklist says, in a line or two.
fn check(app: &App, id: &str, page: &mut Page) {
    let Some(check) = app.report.check(id) else { return };
    let name = id.strip_prefix("builder.").unwrap_or(id);
    let sign = format!("{} {:<11} ", app.theme.symbol(check.status, app.now_ms), name);
    let summary = if check.summary.is_empty() { check.status.word() } else { &check.summary };
    page.beside(vec![Span::styled(sign, app.theme.status(check.status))], summary, Style::new());
    for evidence in check.evidence.iter().filter(|evidence| evidence.label == "fees of the code") {
        page.beside(vec![Span::raw(" ".repeat(14))], &format!("fees: {}", evidence.value), app.theme.dim());
    }
}

fn attribution(app: &App, page: &mut Page) {
    page.heading("Your trades vs. the builder's");
    let of_newest = app.facts.own_trades.known().and_then(|own| own.reconciliation.as_ref());
    let going_on = app.tasks.contains(&TaskKind::Reconcile);
    let state = &app.panels.builder;
    match (&state.compared, of_newest) {
        (Some(found), _) => {
            let how_far = match (going_on, found.complete) {
                (true, _) => "Reading; Esc stops and keeps this",
                (false, true) => "Complete",
                (false, false) => "Incomplete; c reads all again",
            };
            summary(app, how_far, found, page);
        }
        (None, _) if going_on => page.text("Reading the first pages", Style::new()),
        (None, Some(found)) => summary(app, "Newest only; c compares all", found, page),
        (None, None) => page.text("Not compared yet; c compares", Style::new()),
    }
    if let Some(why) = &state.not_compared {
        page.text(&format!("Reading stopped: {why}"), Style::new());
    }
}

fn summary(app: &App, how_far: &str, found: &Reconciliation, page: &mut Page) {
    let nothing = found.own == 0;
    let status = match (found.comparable && !nothing, found.missing.is_empty(), found.complete) {
        (false, ..) => Status::Unknown,
        (true, false, _) => Status::Warn,
        (true, true, true) => Status::Pass,
        (true, true, false) => Status::Note,
    };
    let said = if nothing {
        "no trades of yours to compare".to_owned()
    } else if found.comparable {
        format!(
            "{} missing, {} pending, {} of {} matched",
            found.missing.len(),
            found.pending.len(),
            found.matched,
            found.own
        )
    } else {
        "not comparable: the listings use different trade IDs".to_owned()
    };
    let sign = format!("{} ", app.theme.symbol(status, app.now_ms));
    page.beside(vec![Span::styled(sign, app.theme.status(status))], &said, Style::new());
    for (reason, count) in found.reasons() {
        page.point(&format!("{count}: {}", reason.words()));
    }
    page.text(how_far, app.theme.dim());
}

fn trades(app: &App, width: usize, page: &mut Page) {
    let state = &app.panels.builder;
    page.heading("Trades under the builder");
    if let Reading::Failed(why) = &state.reading {
        page.text(&format!("Reading stopped: {why}"), Style::new());
    }
    let all = &state.totals.all;
    match &state.reading {
        Reading::NotYet => page.text("Reading the first page", Style::new()),
        _ if all.trades == 0 => page.text("None", Style::new()),
        _ => {
            let of = if state.reading == Reading::Whole { "all" } else { "the newest" };
            page.text(
                &format!("{of} {}: ${}, fees ${}, yours ${}", all.trades, all.volume, all.fees, all.builder_fees),
                Style::new(),
            );
            chart(app, width, page);
        }
    }
}

/// A bar a day, the newest day first. The oldest day goes on where reading stopped, and is said to.
fn chart(app: &App, width: usize, page: &mut Page) {
    let state = &app.panels.builder;
    let days: Vec<(&Date, Amount)> =
        state.totals.by_day.iter().rev().map(|(day, sum)| (day, sum.volume)).take(DAYS).collect();
    let most = days.iter().map(|(_, volume)| volume.base_units()).max().unwrap_or_default();
    let figures = days.iter().map(|(_, volume)| volume.to_string().len()).max().unwrap_or_default();
    // day, two gaps, the dollar sign
    let Some(cells) = width.checked_sub(5 + 2 + 1 + figures).filter(|cells| *cells >= 4) else { return };
    let (full, _) = app.theme.gauge();
    let oldest = state.totals.by_day.keys().next().filter(|_| state.reading != Reading::Whole);
    let partial = days.last().map(|(day, _)| *day).filter(|day| oldest == Some(*day));
    page.gap();
    for (day, volume) in days {
        let bar = bar(volume.base_units(), most, cells);
        page.line(vec![
            Span::styled(format!("{} ", day.strftime("%m-%d")), app.theme.dim()),
            Span::styled(full.repeat(bar), app.theme.status(Status::Running)),
            Span::raw(" ".repeat(cells - bar)),
            Span::raw(format!(" {:>1$}", format!("${volume}"), figures + 1)),
        ]);
    }
    if let Some(day) = partial {
        page.text(&format!("{} is a partial day: reading stopped there", day.strftime("%m-%d")), app.theme.dim());
    }
}

/// Cells of a bar: at least one for whatever is more than nothing.
fn bar(value: i128, most: i128, cells: usize) -> usize {
    if value <= 0 || most <= 0 {
        return 0;
    }
    let share = value.saturating_mul(cells as i128) / most;
    usize::try_from(share).unwrap_or(cells).clamp(1, cells)
}

fn boards(app: &App, page: &mut Page) {
    page.heading("Leaderboard");
    match &app.panels.builder.boards {
        None if app.facts.setup.builder_code.is_none() => {
            page.text("The leaderboard needs a builder code", Style::new());
        }
        None => page.text("Reading", Style::new()),
        Some(Err(why)) => page.text(&format!("Not read: {why}"), Style::new()),
        Some(Ok(Boards { standing, volume })) => {
            match standing {
                Some(row) => {
                    let rank = row.rank.map_or_else(|| "no rank".to_owned(), |rank| format!("#{rank}"));
                    let shares = row.volume.unwrap_or_default();
                    let users = row.active_users.unwrap_or_default();
                    page.text(&format!("{rank} of the day, {shares} shares, {users} users"), Style::new());
                }
                None => page.text("This builder code is not on today's leaderboard", Style::new()),
            }
            if let Some(newest) = volume.first().and_then(|row| row.date) {
                page.text(&format!("Volume data up to {}", newest.strftime("%Y-%m-%d")), Style::new());
            }
            page.text("Up to 24 hours behind, in shares, verified builders only", app.theme.dim());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_fit_and_show_whatever_there_is() {
        assert_eq!(
            [(0, 9), (1, 1_000_000), (5, 10), (10, 10)].map(|(value, most)| bar(value, most, 20)),
            [0, 1, 10, 20]
        );
        assert_eq!(bar(i128::MAX, 1, 20), 20);
    }
}
