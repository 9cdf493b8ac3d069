//! Keys as text: the filter, the search, the error that is told.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Command, Mode};
use crate::tui::panels;

impl App {
    /// Whether keys are text.
    pub fn is_typing(&self) -> bool {
        matches!(self.mode, Mode::Filter | Mode::Symptom)
    }

    /// The text that is being typed.
    fn field(&mut self) -> &mut String {
        match self.mode {
            Mode::Symptom => &mut self.symptom.text,
            _ if self.focus == panels::ERRORS => &mut self.query,
            _ => &mut self.filter,
        }
    }

    /// Takes a key as text; everything but Enter, Esc and the arrows means the same in every field.
    pub(super) fn type_text(&mut self, key: KeyEvent) -> Option<Command> {
        match key.code {
            KeyCode::Enter => return self.finish_typing(),
            KeyCode::Esc => {
                self.field().clear();
                self.mode = Mode::Panels;
            }
            KeyCode::Down if self.mode == Mode::Symptom => self.symptom.choose(1),
            KeyCode::Up if self.mode == Mode::Symptom => self.symptom.choose(-1),
            KeyCode::Down => self.steer(|_, cursor| Some(cursor + 1)),
            KeyCode::Up => self.steer(|_, cursor| cursor.checked_sub(1)),
            KeyCode::Backspace => self.edit(|text| {
                text.pop();
            }),
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => self.edit(String::clear),
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                self.edit(|text| text.push(c));
            }
            _ => {}
        }
        None
    }

    /// Changes the text that is being typed; what was chosen or scrolled to is another place now.
    fn edit(&mut self, change: impl FnOnce(&mut String)) {
        change(self.field());
        self.symptom.choice = None;
        self.scroll[panels::ERRORS] = None;
    }

    fn finish_typing(&mut self) -> Option<Command> {
        let told = (self.mode == Mode::Symptom).then(|| self.symptom.told());
        self.mode = Mode::Panels;
        if told.is_some() {
            // where the explanation stands
            (self.main, self.beside) = (panels::DETAIL, panels::DETAIL);
        }
        told.map(Command::Tell)
    }

    /// A log that is pasted becomes one line.
    pub(super) fn paste(&mut self, text: &str) {
        if self.is_typing() {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.edit(|typed| typed.push_str(&words));
        }
    }
}
