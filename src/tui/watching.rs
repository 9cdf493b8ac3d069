//! What watching has seen: the last results of a check, how long they took, what changed.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::app::App;
use super::text::{Page, duration};
use crate::watch::Point;

/// So many changes are listed.
const SHOWN: usize = 8;

/// The section of the detail; nothing where nothing was watched.
pub(super) fn section(app: &App, check: &str, page: &mut Page) {
    let points: Vec<&Point> = app.watch.points(check).collect();
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
        page.text(&format!("{} results{took}", points.len()), app.theme.dim());
    }
    changes(app, page);
}

/// What stands otherwise since the watching began, the newest first.
pub(super) fn changes(app: &App, page: &mut Page) {
    let changes: Vec<String> = app.watch.changes().rev().take(SHOWN).map(ToString::to_string).collect();
    if !changes.is_empty() {
        page.heading("Changed while watching");
    }
    for change in &changes {
        page.text(change, Style::new());
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
    fn bars_grow_with_the_time_and_gaps_stay() {
        assert_eq!(sparkline(&[Some(0), None, Some(50), Some(100)], false), "▁ ▄█");
        assert!(sparkline(&[Some(u64::from(u32::MAX)), Some(1)], true).is_ascii());
        assert_eq!(sparkline(&[], false), "");
    }
}
