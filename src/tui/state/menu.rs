//! A list to choose from by name: panels, actions, profiles.

use crossterm::event::{KeyCode, KeyEvent};

use super::action::Action;
use crate::tui::field::Field;
use crate::tui::key;

/// What is offered, and what has been typed to find it.
#[derive(Clone, Debug)]
pub struct Menu {
    pub title: &'static str,
    pub entries: Vec<Entry>,
    pub typed: Field,
    pub(in crate::tui) cursor: usize,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub label: String,
    pub note: String,
    pub action: Action,
}

impl Entry {
    /// What a key does, named by the beginning of its help.
    pub(in crate::tui) fn of_key(help: &str, key: &str, action: Action) -> Self {
        let name = help.split([',', ';']).next().unwrap_or(help);
        let mut letters = name.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        Self { label: first.chain(letters).collect(), note: format!("key {key}"), action }
    }
}

/// What a key makes of a menu.
pub(in crate::tui) enum Choice {
    Open,
    Closed,
    Picked(Action),
}

impl Menu {
    pub fn new(title: &'static str, entries: Vec<Entry>) -> Self {
        Self { title, entries, typed: Field::default(), cursor: 0 }
    }

    /// The entries that hold every typed word, those that begin with the text first.
    pub(in crate::tui) fn found(&self) -> Vec<&Entry> {
        let typed = self.typed.text().to_lowercase();
        let holds = |entry: &&Entry| {
            let text = format!("{} {}", entry.label, entry.note).to_lowercase();
            typed.split_whitespace().all(|word| text.contains(word))
        };
        let mut found: Vec<&Entry> = self.entries.iter().filter(holds).collect();
        found.sort_by_key(|entry| {
            let name = entry.label.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            !name.to_lowercase().starts_with(&typed)
        });
        found
    }

    pub(in crate::tui) fn key(&mut self, pressed: KeyEvent) -> Choice {
        let last = self.found().len().saturating_sub(1);
        match pressed.code {
            KeyCode::Esc => return Choice::Closed,
            KeyCode::Enter => {
                return self.found().get(self.cursor).map_or(Choice::Closed, |entry| Choice::Picked(entry.action));
            }
            _ => match key::step(pressed) {
                Some(step) => self.cursor = self.cursor.saturating_add_signed(step).min(last),
                None if self.typed.key(pressed) => self.cursor = 0,
                None => {}
            },
        }
        Choice::Open
    }

    pub(in crate::tui) fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.cursor = 0;
    }
}
