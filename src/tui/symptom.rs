//! Entering the error that one got: a text of one's own, a whole log, or one of the known errors.
//!
//! Known errors are looked for beside the screen, so that no key waits: those like a typed text, or
//! those in a log.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

use super::app::{App, Command};
use super::field::{self, Field};
use super::keys;
use super::task::Task;
use crate::reference::{self, Entry, ErrorEntry};
use crate::secret::Secret;

/// Of a longer log only the end is kept: what failed stands last.
const LONGEST_LOG: usize = 1 << 20;

/// What is being entered.
#[derive(Clone, Debug)]
pub struct Symptom {
    text: Field,
    /// In place of the text: a log that is too long for a field.
    log: Option<Log>,
    /// The known errors that are like the text, or in the log.
    offered: Vec<&'static ErrorEntry>,
    /// Place among the offered errors; `None` while the own text or log counts.
    choice: Option<usize>,
    /// How many texts were looked up so far.
    lookups: u64,
}

#[derive(Clone, Debug)]
struct Log {
    text: Secret,
    lines: usize,
    /// Whether the known errors in it are still looked for.
    is_read: bool,
}

impl Default for Symptom {
    fn default() -> Self {
        Self { text: Field::default(), log: None, offered: offered(""), choice: None, lookups: 0 }
    }
}

/// The known errors that are like a short text, all of them for none; the known ones in a long one.
pub fn offered(text: &str) -> Vec<&'static ErrorEntry> {
    if text.len() > field::LONGEST {
        return reference::recognise(text);
    }
    let found = reference::search(text).into_iter();
    found.filter_map(|entry| if let Entry::Error(error) = entry { Some(error) } else { None }).collect()
}

impl Symptom {
    /// Moves the choice by one; above the first error stands the own text.
    pub(super) fn choose(&mut self, step: isize) {
        let last = self.offered.len().checked_sub(1);
        self.choice = match (self.choice, step) {
            (None, 1..) => last.map(|_| 0),
            (Some(place), 1..) => last.map(|last| last.min(place + 1)),
            (place, _) => place.and_then(|place| place.checked_sub(1)),
        };
    }

    /// Takes a key as text. A log is not edited, only removed.
    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Command> {
        if self.log.is_some() {
            let removes = matches!(key.code, KeyCode::Backspace | KeyCode::Delete)
                || keys::pressed(key) == (KeyModifiers::CONTROL, KeyCode::Char('u'));
            if removes {
                self.clear();
            }
            return None;
        }
        let before = self.text.text().len();
        let is_text = self.text.key(key) && self.text.text().len() != before;
        is_text.then(|| self.look_up(Secret::new(self.text.text())))
    }

    /// A text that is too long for the field stands in place of what is in it.
    pub(super) fn paste(&mut self, text: &str) -> Option<Command> {
        if self.log.is_none() && self.text.text().len() + text.len() <= field::LONGEST {
            self.text.paste(text);
            return Some(self.look_up(Secret::new(self.text.text())));
        }
        self.clear();
        self.offered.clear();
        // terminals send the end of a line as the Enter key does
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let end = &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST_LOG))..];
        let text = Secret::new(end);
        self.log = Some(Log { text: text.clone(), lines: end.lines().count(), is_read: false });
        Some(self.look_up(text))
    }

    /// What was found for a text, unless it was changed since.
    pub(super) fn take(&mut self, lookup: u64, found: Vec<&'static ErrorEntry>) {
        if lookup != self.lookups {
            return;
        }
        if let Some(log) = &mut self.log {
            log.is_read = true;
        }
        self.choice = None;
        self.offered = found;
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.log = None;
        self.choice = None;
        self.offered = offered("");
        // what is still being looked for is of no use now
        self.lookups += 1;
    }

    fn look_up(&mut self, text: Secret) -> Command {
        self.choice = None;
        self.lookups += 1;
        Command::Start(Task::Recognise { lookup: self.lookups, text })
    }

    /// The chosen error, or else the text or log; `None` when there is neither.
    pub(super) fn told(&self) -> Option<String> {
        let chosen = self.choice.and_then(|place| self.offered.get(place).map(|entry| entry.text.clone()));
        let own = self.log.as_ref().map_or(self.text.text(), |log| log.text.expose());
        chosen.or_else(|| Some(own.to_owned()).filter(|text| !text.trim().is_empty()))
    }

    /// What stands in the place of the field, and below it.
    fn said(&self) -> (Option<String>, &'static str) {
        let Some(log) = &self.log else { return (None, "Paste a log, or choose the closest error:") };
        let kilobytes = log.text.expose().len().div_ceil(1024);
        let lines = if log.lines == 1 { "1 line".to_owned() } else { format!("{} lines", log.lines) };
        let below = match (log.is_read, self.offered.is_empty()) {
            (false, _) => "Looking for known errors in it",
            (true, true) => "No known error found in it",
            (true, false) => "Known errors in it:",
        };
        (Some(format!("Pasted log: {kilobytes} KB, {lines}")), below)
    }
}

/// Draws the field and the errors over the panels.
pub fn draw(frame: &mut Frame, app: &App) {
    let symptom = &app.symptom;
    let whole = frame.area();
    let (width, height) = (whole.width.min(90), whole.height.min(18));
    let area = Rect::new((whole.width - width) / 2, (whole.height - height) / 2, width, height);
    let keys = match (symptom.log.is_some(), width) {
        (true, 60..) => " Enter add   ↓ ↑ choose   Backspace remove   Esc cancel ",
        (true, _) => " Enter add   Backspace remove   Esc cancel ",
        (false, _) => " Enter add   ↓ ↑ choose   Esc cancel ",
    };
    let block = Block::bordered()
        .padding(Padding::horizontal(1))
        .border_set(app.theme.border(true))
        .title_top(Span::from(" Which error did you get? ").bold())
        .title_bottom(Line::from(app.theme.say(keys)));
    let inside = block.inner(area);
    let room = usize::from(inside.width);
    let (typed, column) = symptom.text.view(app.theme, room);
    let (log, below) = symptom.said();
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
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
    if is_typed && inside.width > 0 && inside.height > 0 {
        let x = inside.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
        frame.set_cursor_position(Position::new(x.min(inside.right() - 1), inside.y));
    }
}
