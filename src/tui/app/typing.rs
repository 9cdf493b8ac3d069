//! Keys as text: searches, the error that is told, the fields of panels.

use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Command, Mode};
use crate::tui::field;
use crate::tui::keys;
use crate::tui::panels::{self, Search, Typing, checklist};
use crate::tui::sheet::Sheet;

impl App {
    /// Whether keys are text.
    pub fn is_typing(&self) -> bool {
        match self.mode {
            Mode::Search | Mode::Symptom | Mode::Menu(_) => true,
            Mode::Panels => self.typing().is_some(),
            Mode::FirstRun(ref wizard) => wizard.is_typing(),
            Mode::Sheet { .. } | Mode::Asking(_) => false,
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
                let told = self.symptom.told();
                self.mode = match told {
                    Some(_) => Mode::Sheet { sheet: Sheet::Told, scroll: 0 },
                    None => Mode::Panels,
                };
                // where the explanation stays
                (self.main, self.beside) = (panels::DETAIL, panels::DETAIL);
                if told.is_none() && !self.report.reported_errors.is_empty() {
                    self.notice = Some("No error is reported any more".to_owned());
                }
                return Some(Command::Tell(told));
            }
            KeyCode::Esc => {
                self.symptom.clear();
                self.mode = Mode::Panels;
            }
            _ => match keys::step(key) {
                Some(step) => self.symptom.choose(step),
                None => return self.symptom.key(key),
            },
        }
        None
    }

    /// Text that is pasted goes where text is typed. Elsewhere it is taken for the error that one got:
    /// its letters are never keys.
    pub(super) fn paste(&mut self, text: &str) -> Option<Command> {
        self.notice = None;
        let typing = self.typing();
        match &mut self.mode {
            Mode::Menu(menu) => menu.paste(text),
            Mode::Symptom => return self.symptom.paste(text),
            Mode::Search => {
                let search = self.search();
                (search.field_mut)(self).paste(text);
                (search.changed)(self);
                if text.len() > field::LONGEST {
                    self.notice =
                        Some("Only the beginning of the text is searched for; e takes a whole log".to_owned());
                }
            }
            Mode::Panels if let Some(typing) = typing => {
                (typing.field)(self).paste(text);
                (typing.changed)(self);
            }
            Mode::Panels | Mode::Sheet { .. } => {
                self.mode = Mode::Symptom;
                self.symptom.clear();
                return self.symptom.paste(text);
            }
            Mode::FirstRun(wizard) => wizard.paste(text),
            Mode::Asking(_) => {}
        }
        None
    }
}
