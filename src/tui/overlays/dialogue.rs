//! A question on the screen.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};

use super::{middle, put, window};
use crate::checks::Status;
use crate::settings::edit;
use crate::tui::state::App;
use crate::tui::state::dialogue::{Change, Dialogue};
use crate::tui::text::Page;

/// Where it lies, and the room for its text.
fn area(app: &App) -> (Rect, Size) {
    let width = app.size.width.min(84);
    let room = width.saturating_sub(4);
    let lines = app.dialogue().map_or(0, |dialogue| text(app, dialogue, room.into()).len());
    let area = middle(app.size, width, u16::try_from(lines + 4).unwrap_or(u16::MAX));
    (area, Size::new(room, area.height.saturating_sub(3 + gap(area))))
}

/// The line above the buttons; text is worth more on a small screen.
fn gap(area: Rect) -> u16 {
    u16::from(area.height > SMALL)
}

/// Rows from which there is room for what only helps to find one's way.
const SMALL: u16 = 20;

/// How far its text can be scrolled.
pub(in crate::tui) fn furthest(app: &App) -> usize {
    let (_, room) = area(app);
    let lines = app.dialogue().map_or(0, |dialogue| text(app, dialogue, room.width.into()).len());
    lines.saturating_sub(room.height.into())
}

fn text(app: &App, dialogue: &Dialogue, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    let is_small = app.size.height <= SMALL;
    for change in &dialogue.changes {
        match change {
            Change::Line(line) if is_small && line.change == edit::Change::Same => {}
            Change::Text(said) => page.text(said, Style::new()),
            Change::Line(line) => page.whole(&format!("{} {}", line.sign(), line.text), style(app, line.change)),
        }
    }
    if !dialogue.notes.is_empty() {
        page.gap();
        for note in &dialogue.notes {
            page.text(note, Style::new().bold());
        }
    }
    if !dialogue.breaks.is_empty() {
        page.heading("What stops working");
        dialogue.breaks.iter().for_each(|breaks| page.point(breaks));
    }
    if !dialogue.undo.is_empty() {
        page.heading("How to undo");
        page.text(&dialogue.undo, Style::new());
    }
    page.finish()
}

fn style(app: &App, change: edit::Change) -> Style {
    match change {
        edit::Change::Same => app.theme.dim(),
        edit::Change::Removed => app.theme.status(Status::Fail),
        edit::Change::Added => app.theme.status(Status::Pass),
    }
}

pub(in crate::tui) fn draw(frame: &mut Frame, app: &App, dialogue: &Dialogue) {
    let (area, room) = area(app);
    let lines = text(app, dialogue, room.width.into());
    let furthest = lines.len().saturating_sub(room.height.into());
    let scroll = dialogue.scroll.min(furthest);
    let mut block = window(app, &dialogue.title);
    if scroll < furthest {
        let below = format!(" ↓ {} more ", furthest - scroll);
        block = block.title_bottom(Line::from(app.theme.say(&below)).right_aligned());
    }
    let mut shown: Vec<_> = lines.into_iter().skip(scroll).take(room.height.into()).collect();
    shown.extend((0..gap(area)).map(|_| Line::default()));
    shown.push(buttons(app, dialogue, room.width.into()));
    put(frame, block, area, shown);
}

/// The chosen one is in brackets and bold: neither colour nor place alone says it.
fn buttons(app: &App, dialogue: &Dialogue, width: usize) -> Line<'static> {
    let button = |word: &str, chosen: bool| {
        let word = app.theme.say(word);
        if chosen { Span::from(format!("[ {word} ]")).bold() } else { Span::raw(format!("  {word}  ")) }
    };
    let mut line =
        Line::from(vec![button("No", !dialogue.on_yes), Span::raw(" "), button(&dialogue.yes, dialogue.on_yes)]);
    let room = width.saturating_sub(line.width());
    let hints = [
        "   y: yes · n: no · Tab: switch · Enter: confirm · Esc: cancel",
        "   y / n · Tab: switch · Enter: confirm",
        "   y / n",
    ];
    if let Some(hint) = hints.into_iter().find(|hint| hint.chars().count() <= room) {
        line.push_span(Span::styled(app.theme.say(hint), app.theme.dim()));
    }
    line
}
