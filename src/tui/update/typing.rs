//! Keys as text: searches, the error that is told, the fields of panels.

use crossterm::event::{KeyCode, KeyEvent};

use super::{headers, inspect, market};
use crate::reference;
use crate::tui::field::{self, Field};
use crate::tui::key;
use crate::tui::state::message::Command;
use crate::tui::state::panel::PanelId;
use crate::tui::state::sheet::Sheet;
use crate::tui::state::{App, Mode};

impl App {
    /// Takes a key as text.
    pub(super) fn type_text(&mut self, key: KeyEvent) -> Option<Command> {
        match self.mode {
            Mode::Symptom => return self.type_symptom(key),
            Mode::Search => return self.type_search(key),
            Mode::Market(_) => return market::press(self, key),
            _ => {}
        }
        headers::type_text(self, key)
    }

    /// Changes what `/` looks for, and shows what is found from its top.
    fn change_search(&mut self, change: impl FnOnce(&mut Field) -> bool) {
        if !change(self.search_mut()) {
            return;
        }
        match self.shown.focus {
            PanelId::Builder => self.panels.builder.cursor = 0,
            PanelId::Errors => self.shown.show_top(),
            PanelId::Fleet => self.panels.fleet.cursor = 0,
            _ => self.panels.checklist.matched_checks = reference::checks_for(self.search().text()),
        }
    }

    fn type_search(&mut self, key: KeyEvent) -> Option<Command> {
        match key.code {
            KeyCode::Enter => self.mode = Mode::Panels,
            KeyCode::Esc => {
                self.change_search(|field| {
                    field.clear();
                    true
                });
                self.mode = Mode::Panels;
            }
            KeyCode::Down | KeyCode::Up => self.go_a_line(key.code == KeyCode::Down),
            _ => self.change_search(|field| field.key(key)),
        }
        None
    }

    fn type_symptom(&mut self, pressed: KeyEvent) -> Option<Command> {
        match pressed.code {
            KeyCode::Enter => {
                let told = self.symptom.told();
                self.mode = match told {
                    Some(_) => Mode::Sheet { sheet: Sheet::Told, scroll: 0 },
                    None => Mode::Panels,
                };
                // where the explanation stays
                (self.shown.main, self.shown.beside) = (PanelId::Detail, PanelId::Detail);
                if told.is_none() && !self.report.reported_errors.is_empty() {
                    self.notice = Some("Reported error removed".to_owned());
                }
                return Some(Command::Tell(told));
            }
            KeyCode::Esc => {
                self.symptom.clear();
                self.mode = Mode::Panels;
            }
            _ => match key::step(pressed) {
                Some(step) => self.symptom.choose(step),
                None => return self.symptom.key(pressed),
            },
        }
        None
    }

    /// Text that is pasted goes where text is typed. Elsewhere it is taken for the error that one got:
    /// its letters are never keys.
    pub(super) fn paste(&mut self, text: &str) -> Option<Command> {
        self.notice = None;
        let edits_request = self.edits_request();
        match &mut self.mode {
            Mode::Menu(menu) => menu.paste(text),
            Mode::Symptom => return self.symptom.paste(text),
            Mode::Search => {
                self.change_search(|field| {
                    field.paste(text);
                    true
                });
                if text.len() > field::LONGEST {
                    self.notice =
                        Some("Only the beginning of the text is searched; press e to paste a whole log".to_owned());
                }
            }
            Mode::Panels if edits_request => headers::paste(self, text),
            Mode::Panels if self.shown.focus == PanelId::Inspect => return inspect::paste(self, text),
            Mode::Panels | Mode::Sheet { .. } => {
                self.mode = Mode::Symptom;
                self.symptom.clear();
                return self.symptom.paste(text);
            }
            Mode::Market(market) => market.text.paste(text),
            Mode::FirstRun(wizard) => wizard.paste(text),
            Mode::Asking(_) => {}
        }
        None
    }
}
