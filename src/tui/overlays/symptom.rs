//! The error that is being told, on the screen.

use ratatui::Frame;
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};

use super::{hints, middle, put, show_caret, window};
use crate::reference;
use crate::tui::state::App;
use crate::tui::state::symptom::Symptom;

/// What stands in the place of the field, and below it.
fn said(symptom: &Symptom) -> (Option<String>, &'static str) {
    let Some(log) = &symptom.log else { return (None, "Paste a log, or pick an error:") };
    let kilobytes = log.text.expose().len().div_ceil(1024);
    let lines = if log.lines == 1 { "1 line".to_owned() } else { format!("{} lines", log.lines) };
    let below = match (log.is_read, symptom.offered.is_empty()) {
        (false, _) => "Looking for known errors",
        (true, true) => "No known error found",
        (true, false) => "Known errors found:",
    };
    (Some(format!("Pasted log: {kilobytes} KB, {lines}")), below)
}

/// Draws the field and the errors over the panels.
pub(in crate::tui) fn draw(frame: &mut Frame, app: &App) {
    let symptom = &app.symptom;
    let area = middle(app.size, 90, 18);
    let keys: &[&str] = if symptom.log.is_some() {
        &["Enter add", "Backspace remove", "↓ ↑ choose", "Esc cancel"]
    } else {
        &["Enter add", "↓ ↑ choose", "Esc cancel"]
    };
    let block = window(app, "Which error did you get?").title_bottom(hints(app, area.width, 0, keys));
    let inside = block.inner(area);
    let room = usize::from(inside.width);
    let (typed, column) = symptom.text.view(app.theme, room);
    let (log, below) = said(symptom);
    let is_typed = symptom.choice.is_none() && log.is_none();
    let mut lines = vec![Line::from(log.unwrap_or(typed)).bold()];
    lines.push(Line::from(Span::styled(below, app.theme.dim())));
    let rows = usize::from(inside.height).saturating_sub(lines.len());
    let above = symptom.choice.map_or(0, |place| place.saturating_sub(rows.saturating_sub(1)));
    for (place, entry) in symptom.offered.iter().enumerate().skip(above).take(rows) {
        let mark = if symptom.choice == Some(place) { app.theme.cursor() } else { " " };
        let line =
            Line::from(format!("{mark} {}", app.theme.fit(&reference::varied(&entry.text), room.saturating_sub(2))));
        lines.push(if symptom.choice == Some(place) { line.bold() } else { line });
    }
    put(frame, block, area, lines);
    if is_typed {
        show_caret(frame, inside, column);
    }
}
