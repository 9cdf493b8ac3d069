//! Telling which error one sees: a text of one's own, or one of the known sentences.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

use super::app::App;
use super::field::Field;
use crate::reference::{self, Entry, ErrorEntry};

/// What is being told.
#[derive(Clone, Debug, Default)]
pub struct Symptom {
    pub text: Field,
    /// Place among the offered sentences; `None` while the own text counts.
    pub choice: Option<usize>,
}

impl Symptom {
    /// The known sentences that are like the text: all of them while there is none.
    pub fn offered(&self) -> Vec<&'static ErrorEntry> {
        let found = reference::search(self.text.text()).into_iter();
        found.filter_map(|entry| if let Entry::Error(error) = entry { Some(error) } else { None }).collect()
    }

    /// Moves the choice by one; above the first sentence stands the own text.
    pub(super) fn choose(&mut self, step: isize) {
        let last = self.offered().len().checked_sub(1);
        self.choice = match (self.choice, step) {
            (None, 1..) => last.map(|_| 0),
            (Some(place), 1..) => last.map(|last| last.min(place + 1)),
            (place, _) => place.and_then(|place| place.checked_sub(1)),
        };
    }

    /// The chosen sentence, or else the text; `None` when there is neither.
    pub(super) fn told(&self) -> Option<String> {
        let chosen = self.choice.and_then(|place| self.offered().get(place).map(|entry| entry.text.clone()));
        chosen.or_else(|| Some(self.text.text().to_owned()).filter(|text| !text.trim().is_empty()))
    }
}

/// Draws the field and the sentences over the panels.
pub fn draw(frame: &mut Frame, app: &App) {
    let whole = frame.area();
    let (width, height) = (whole.width.min(90), whole.height.min(18));
    let area = Rect::new((whole.width - width) / 2, (whole.height - height) / 2, width, height);
    let block = Block::bordered()
        .padding(Padding::horizontal(1))
        .border_set(app.theme.border(true))
        .title_top(Span::from(" Which error do you see? ").bold())
        .title_bottom(Line::from(app.theme.say(" Enter tell   ↓ ↑ choose   Esc take back ")));
    let inside = block.inner(area);
    let room = usize::from(inside.width);
    let (typed, column) = app.symptom.text.view(app.theme, room);
    let mut lines = vec![Line::from(typed).bold()];
    lines.push(Line::from(Span::styled("Paste a log, or choose what comes nearest:", app.theme.dim())));
    let rows = usize::from(inside.height).saturating_sub(lines.len());
    let chosen = app.symptom.choice;
    let above = chosen.map_or(0, |place| place.saturating_sub(rows.saturating_sub(1)));
    for (place, entry) in app.symptom.offered().into_iter().enumerate().skip(above).take(rows) {
        let mark = if chosen == Some(place) { app.theme.cursor() } else { " " };
        let line =
            Line::from(format!("{mark} {}", app.theme.fit(&reference::varied(&entry.text), room.saturating_sub(2))));
        lines.push(if chosen == Some(place) { line.bold() } else { line });
    }
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
    if chosen.is_none() && inside.width > 0 && inside.height > 0 {
        let x = inside.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
        frame.set_cursor_position(Position::new(x.min(inside.right() - 1), inside.y));
    }
}
