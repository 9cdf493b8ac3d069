//! Naming the market that the checks are asked about.

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::state::market::Market;
use crate::tui::state::message::Command;
use crate::tui::state::panel::PanelId;
use crate::tui::state::{App, Mode};

/// Opens the field, with the market of now.
pub(super) fn begin(app: &mut App) {
    app.mode = Mode::Market(Market::of(app.facts.about.as_ref()));
}

pub(super) fn press(app: &mut App, key: KeyEvent) -> Option<Command> {
    let Mode::Market(market) = &mut app.mode else { return None };
    match key.code {
        KeyCode::Enter => match market.question() {
            Ok(question) => {
                app.mode = Mode::Panels;
                app.shown.focus_on(PanelId::Checks);
                return Some(Command::Ask(question));
            }
            Err(problem) => market.problem = Some(problem.to_string()),
        },
        KeyCode::Esc => app.mode = Mode::Panels,
        _ => {
            market.problem = None;
            market.text.key(key);
        }
    }
    None
}
