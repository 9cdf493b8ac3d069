//! What is done with the request whose headers are shown.

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::state::App;
use crate::tui::state::action::Headers;
use crate::tui::state::message::Command;
use crate::tui::state::panels::headers::SignedSets;

pub(super) fn act(app: &mut App, action: Headers) -> Option<Command> {
    match action {
        Headers::Edit => {
            app.panels.headers.open = true;
            None
        }
        // the open field takes the key
        Headers::NextField => None,
        Headers::NextSet => {
            app.panels.headers.set = app.panels.headers.next();
            app.shown.show_top();
            None
        }
        Headers::SignAndCopy => app.sign_request(app.panels.headers.chosen().levels).map(Command::Start),
    }
}

/// Takes in what was signed, and copies the command that was asked for.
pub(super) fn signed(app: &mut App, mut signed: SignedSets) -> Option<Command> {
    let curl = signed.curl.take();
    app.panels.headers.signed = Some(signed);
    match curl? {
        Ok(command) => Some(Command::CopyUnseen(command, "the request as curl, valid for half a minute".to_owned())),
        Err(why) => {
            app.notice = Some(why);
            None
        }
    }
}

/// Takes a key as text of the open field.
pub(super) fn type_text(app: &mut App, key: KeyEvent) -> Option<Command> {
    let state = &mut app.panels.headers;
    if state.fields[state.row].key(key) {
        state.signed = None;
        return None;
    }
    let rows = state.fields.len();
    match key.code {
        KeyCode::Tab | KeyCode::Down => state.row = (state.row + 1) % rows,
        KeyCode::BackTab | KeyCode::Up => state.row = (state.row + rows - 1) % rows,
        KeyCode::Enter | KeyCode::Esc => {
            state.open = false;
            return app.sign_request(&[]).map(Command::Start);
        }
        _ => {}
    }
    None
}

pub(super) fn paste(app: &mut App, text: &str) {
    let state = &mut app.panels.headers;
    state.fields[state.row].paste(text);
    state.signed = None;
}
