//! What watching has seen: the last results of a check, how long they took, what changed.

use std::cmp::Reverse;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::report::CheckReport;
use crate::tui::state::App;
use crate::tui::text::{Page, duration};
use crate::watch::{Change, Point, time_of_day};

/// So many changes are listed.
const SHOWN: usize = 8;

/// How old what a check says is: `12 s ago` while watching; otherwise when it was asked, where that was
/// later than the run that the header tells of.
pub(super) fn asked(app: &App, check: &CheckReport) -> Option<String> {
    let at_ms = app.asked_ms(check)?;
    if app.is_ageing() {
        return Some(age(app.now_ms.saturating_sub(at_ms)));
    }
    (app.ended_ms() != Some(at_ms)).then(|| format!("at {}", time_of_day(at_ms)))
}

/// In the unit that a person would take.
fn age(ms: i64) -> String {
    match ms / 1_000 {
        ..1 => "now".to_owned(),
        seconds @ 1..=99 => format!("{seconds} s ago"),
        seconds @ 100..7_200 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3_600),
    }
}

/// The section of the detail; nothing where nothing was watched.
pub(super) fn section(app: &App, check: &str, page: &mut Page) {
    let points: Vec<&Point> = app.watching.seen.points(check).collect();
    if let Some(last) = points.last() {
        page.heading("Watch");
        let fitting = points.len().saturating_sub(page.width());
        let points = &points[fitting..];
        let mark =
            |point: &&Point| Span::styled(app.theme.symbol(point.status, point.at_ms), app.theme.status(point.status));
        page.line(points.iter().map(mark).collect::<Line>());
        let took: Vec<Option<u64>> = points.iter().map(|point| point.elapsed_ms).collect();
        page.line(Line::styled(sparkline(&took, app.theme.ascii), app.theme.dim()));
        let took = last.elapsed_ms.map_or_else(String::new, |ms| format!(", the last took {}", duration(ms)));
        let span = points.first().map_or(0, |first| last.at_ms.saturating_sub(first.at_ms));
        let span = duration(u64::try_from(span).unwrap_or_default());
        let results = if points.len() == 1 { "1 result".to_owned() } else { format!("{} results", points.len()) };
        page.text(
            &format!("{results} in {span}, the latest on the right; below, how long each took{took}"),
            app.theme.dim(),
        );
    }
    changes(app, page);
}

/// What stands otherwise since the watching began, the newest first. Of one round it keeps the order of
/// the checklist: what stands first there is the cause of what follows from it.
pub(super) fn changes(app: &App, page: &mut Page) {
    let mut changes: Vec<&Change> = app.watching.seen.changes().collect();
    changes.sort_by_key(|change| Reverse(change.at_ms));
    if !changes.is_empty() {
        page.heading("Changed while watching");
    }
    for change in changes.into_iter().take(SHOWN) {
        page.text(&change.to_string(), Style::new());
    }
}

/// Bars from nothing to the longest; a gap where nothing was measured.
fn sparkline(took: &[Option<u64>], ascii: bool) -> String {
    const UNICODE: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 4] = ['_', '.', '-', '^'];
    let bars: &[char] = if ascii { &ASCII } else { &UNICODE };
    let longest = took.iter().flatten().copied().max().unwrap_or_default().max(1);
    let steps = bars.len() as u64;
    let bar = |ms: u64| usize::try_from((ms * steps / (longest + 1)).min(steps - 1)).map_or(' ', |step| bars[step]);
    took.iter().map(|took| took.map_or(' ', bar)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_in_the_unit_that_a_person_would_take() {
        let said: Vec<_> = [-5, 0, 999, 1_000, 99_999, 100_000, 7_199_000, 7_200_000].map(age).into();
        assert_eq!(said, ["now", "now", "now", "1 s ago", "99 s ago", "1 min ago", "119 min ago", "2 h ago"]);
    }

    #[test]
    fn bars_grow_with_the_time_and_gaps_stay() {
        assert_eq!(sparkline(&[Some(0), None, Some(50), Some(100)], false), "▁ ▄█");
        assert!(sparkline(&[Some(u64::from(u32::MAX)), Some(1)], true).is_ascii());
        assert_eq!(sparkline(&[], false), "");
    }
}
