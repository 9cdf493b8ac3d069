//! What is done with a text that is taken apart.

use crate::tui::panels;
use crate::tui::state::App;
use crate::tui::state::action::Inspect;
use crate::tui::state::message::Command;
use crate::tui::state::panel::PanelId;

pub(super) fn act(app: &mut App, action: Inspect) -> Option<Command> {
    match action {
        Inspect::Clear => {
            app.panels.inspect.clear();
            app.shown.show_top();
            None
        }
        Inspect::Request => {
            let request = panels::requests::selected(app)?.clone();
            app.shown.focus_on(PanelId::Inspect);
            app.shown.show_top();
            app.panels.inspect.open(&request)
        }
    }
}

pub(super) fn paste(app: &mut App, text: &str) -> Option<Command> {
    let command = app.panels.inspect.paste(text);
    match command {
        Some(_) => app.shown.show_top(),
        None => app.notice = Some("The pasted text is empty".to_owned()),
    }
    command
}
