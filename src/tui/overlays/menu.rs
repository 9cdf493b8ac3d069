//! A menu on the screen.

use ratatui::Frame;
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::{hints, middle, more, put, show_caret, window};
use crate::tui::state::App;
use crate::tui::state::menu::Menu;

/// Cells of the widest label that keeps the notes beside the labels.
const WIDEST: usize = 40;

pub(in crate::tui) fn draw(frame: &mut Frame, app: &App, menu: &Menu) {
    let whole = app.size;
    let widest = menu.entries.iter().map(|entry| display_width(&app.theme.say(&entry.label))).max();
    let widest = widest.unwrap_or_default().min(WIDEST);
    let note = menu.entries.iter().map(|entry| display_width(&app.theme.say(&entry.note))).max().unwrap_or_default();
    // borders and padding, the mark, and the gap between label and note
    let wanted = u16::try_from(widest + note + 8).unwrap_or(u16::MAX).max(64);
    let width = whole.width.min(wanted);
    // where notes would be cut, the chosen one stands whole below the list
    let is_cut = wanted > whole.width;
    let lines_of = |note: &str| textwrap::wrap(note, usize::from(width.saturating_sub(4)).max(1)).len();
    let longest = menu.entries.iter().map(|entry| lines_of(&app.theme.say(&entry.note))).max().unwrap_or_default();
    let below = if is_cut && note > 0 { longest + 1 } else { 0 };
    let rows = menu.entries.len().saturating_add(4 + below);
    let area = middle(app.size, width, u16::try_from(rows).unwrap_or(u16::MAX));
    let block = window(app, menu.title);
    let inside = block.inner(area);
    let room = usize::from(inside.width);
    let (typed, column) = menu.typed.view(app.theme, room.saturating_sub(2));
    let mut lines = vec![Line::from(format!("> {typed}")).bold()];
    let rows = usize::from(inside.height).saturating_sub(1 + below);
    let found = menu.found();
    let above = menu.cursor.saturating_sub(rows.saturating_sub(1));
    for (place, entry) in found.iter().enumerate().skip(above).take(rows) {
        let chosen = place == menu.cursor;
        let mark = if chosen { app.theme.cursor() } else { " " };
        let label = app.theme.fit(&entry.label, room.saturating_sub(2));
        let padding = widest.saturating_sub(display_width(&label)) + 2;
        let mut line = Line::from(format!("{mark} {label}"));
        if !is_cut {
            line.push_span(Span::raw(" ".repeat(padding)));
            line.push_span(Span::styled(app.theme.say(&entry.note), app.theme.dim()));
        }
        let line = app.theme.cut_line(line, room);
        lines.push(if chosen { line.bold() } else { line });
    }
    if found.is_empty() {
        lines.push(Line::from("  No match").style(app.theme.dim()));
    }
    if let Some(chosen) = found.get(menu.cursor).filter(|_| below > 0) {
        lines.push(Line::default());
        let note = app.theme.say(&chosen.note);
        let note = textwrap::wrap(&note, room.max(1)).into_iter();
        lines.extend(note.map(|line| Line::from(line.into_owned()).style(app.theme.dim())));
    }
    let more = more(app, found.len().saturating_sub(above + rows));
    let keys = hints(app, area.width, more.width(), &["Enter choose", "↓ ↑ move", "Esc close"]);
    put(frame, block.title_bottom(keys).title_bottom(more), area, lines);
    show_caret(frame, inside, column + 2);
}
