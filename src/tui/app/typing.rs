//! Keys as text: searches, the error that is told, the fields of panels.

use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Command, Mode};
use crate::tui::panels::{self, Search, Typing, checklist};

impl App {
    /// Whether keys are text, so that pasted text is too.
    pub fn is_typing(&self) -> bool {
        match self.mode {
            Mode::Search | Mode::Symptom | Mode::Menu(_) => true,
            Mode::Panels => self.typing().is_some(),
            Mode::FirstRun(ref wizard) => wizard.is_typing(),
            Mode::Help { .. } | Mode::Asking(_) => false,
        }
    }

    /// The panel's own text, while one is typed in it.
    fn typing(&self) -> Option<&'static Typing> {
        self.panel().typing.as_ref().filter(|typing| (typing.is_open)(self))
    }

    /// What `/` looks for in this panel; the list's filter where it has nothing to search.
    pub fn search(&self) -> &'static Search {
        self.panel().search.as_ref().unwrap_or(&checklist::SEARCH)
    }

    /// Takes a key as text.
    pub(super) fn type_text(&mut self, key: KeyEvent) -> Option<Command> {
        match self.mode {
            Mode::Symptom => return self.type_symptom(key),
            Mode::Search => return self.type_search(key),
            _ => {}
        }
        let typing = self.typing()?;
        if !(typing.field)(self).key(key) {
            return (typing.key)(self, key);
        }
        (typing.changed)(self);
        None
    }

    fn type_search(&mut self, key: KeyEvent) -> Option<Command> {
        let search = self.search();
        match key.code {
            KeyCode::Enter => self.mode = Mode::Panels,
            KeyCode::Esc => {
                (search.field_mut)(self).clear();
                (search.changed)(self);
                self.mode = Mode::Panels;
            }
            KeyCode::Down | KeyCode::Up => self.go_a_line(key.code == KeyCode::Down),
            _ => {
                if (search.field_mut)(self).key(key) {
                    (search.changed)(self);
                }
            }
        }
        None
    }

    fn type_symptom(&mut self, key: KeyEvent) -> Option<Command> {
        match key.code {
            KeyCode::Enter => {
                self.mode = Mode::Panels;
                // where the explanation stands
                (self.main, self.beside) = (panels::DETAIL, panels::DETAIL);
                return Some(Command::Tell(self.symptom.told()));
            }
            KeyCode::Esc => {
                self.symptom.text.clear();
                self.mode = Mode::Panels;
            }
            KeyCode::Down => self.symptom.choose(1),
            KeyCode::Up => self.symptom.choose(-1),
            _ => {
                if self.symptom.text.key(key) {
                    self.symptom.choice = None;
                }
            }
        }
        None
    }

    /// A log that is pasted becomes one line.
    pub(super) fn paste(&mut self, text: &str) {
        match &mut self.mode {
            Mode::Menu(menu) => menu.paste(text),
            Mode::Symptom => {
                self.symptom.text.paste(text);
                self.symptom.choice = None;
            }
            Mode::Search => {
                let search = self.search();
                (search.field_mut)(self).paste(text);
                (search.changed)(self);
            }
            Mode::Panels => {
                if let Some(typing) = self.typing() {
                    (typing.field)(self).paste(text);
                    (typing.changed)(self);
                }
            }
            Mode::FirstRun(wizard) => wizard.paste(text),
            Mode::Help { .. } | Mode::Asking(_) => {}
        }
    }
}
