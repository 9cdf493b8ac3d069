//! Entering the error that one got: a text of one's own, a whole log, or one of the known errors.
//!
//! Known errors are looked for beside the screen, so that no key waits: those like a typed text, or
//! those in a log.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::message::Command;
use super::task::Task;
use crate::reference::{self, Entry, ErrorEntry};
use crate::secret::Secret;
use crate::tui::field::{self, Field};
use crate::tui::key;

/// Of a longer log only the end is kept: what failed stands last.
const LONGEST_LOG: usize = 1 << 20;

/// What is being entered.
#[derive(Clone, Debug, Default)]
pub struct Symptom {
    pub(in crate::tui) text: Field,
    /// In place of the text: a log that is too long for a field.
    pub(in crate::tui) log: Option<Log>,
    /// The known errors that are like the text, or in the log.
    pub(in crate::tui) offered: Vec<&'static ErrorEntry>,
    /// Place among the offered errors; `None` while the own text or log counts.
    pub(in crate::tui) choice: Option<usize>,
    /// How many texts were looked up so far.
    lookups: u64,
}

#[derive(Clone, Debug)]
pub(in crate::tui) struct Log {
    pub(in crate::tui) text: Secret,
    pub(in crate::tui) lines: usize,
    /// Whether the known errors in it were looked for.
    pub(in crate::tui) is_read: bool,
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
    /// Offers all known errors where nothing was entered yet. The first frame does not wait for them.
    pub(in crate::tui) fn begin(&mut self) {
        if self.log.is_none() && self.text.text().is_empty() {
            self.offered = offered("");
        }
    }

    /// Moves the choice by one; above the first error stands the own text.
    pub(in crate::tui) fn choose(&mut self, step: isize) {
        let last = self.offered.len().checked_sub(1);
        self.choice = match (self.choice, step) {
            (None, 1..) => last.map(|_| 0),
            (Some(place), 1..) => last.map(|last| last.min(place + 1)),
            (place, _) => place.and_then(|place| place.checked_sub(1)),
        };
    }

    /// Takes a key as text. A log is not edited, only removed.
    pub(in crate::tui) fn key(&mut self, pressed: KeyEvent) -> Option<Command> {
        if self.log.is_some() {
            let removes = matches!(pressed.code, KeyCode::Backspace | KeyCode::Delete)
                || key::pressed(pressed) == (KeyModifiers::CONTROL, KeyCode::Char('u'));
            if removes {
                self.clear();
            }
            return None;
        }
        let before = self.text.text().len();
        let is_text = self.text.key(pressed) && self.text.text().len() != before;
        is_text.then(|| self.look_up(Secret::new(self.text.text())))
    }

    /// A text that is too long for the field stands in place of what is in it.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<Command> {
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
    pub(in crate::tui) fn take(&mut self, lookup: u64, found: Vec<&'static ErrorEntry>) {
        if lookup != self.lookups {
            return;
        }
        if let Some(log) = &mut self.log {
            log.is_read = true;
        }
        self.choice = None;
        self.offered = found;
    }

    pub(in crate::tui) fn clear(&mut self) {
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
    pub(in crate::tui) fn told(&self) -> Option<String> {
        let chosen = self.choice.and_then(|place| self.offered.get(place).map(|entry| entry.text.clone()));
        let own = self.log.as_ref().map_or(self.text.text(), |log| log.text.expose());
        chosen.or_else(|| Some(own.to_owned()).filter(|text| !text.trim().is_empty()))
    }
}
