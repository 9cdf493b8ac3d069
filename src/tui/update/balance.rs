//! Making the CLOB read the balance again.

use crate::tui::state::App;
use crate::tui::state::dialogue::{self, Change, Dialogue};
use crate::tui::state::load::Scope;
use crate::tui::state::message::Command;
use crate::tui::state::task::Task;

pub(super) fn ask(app: &mut App) -> Option<Command> {
    let said = |text: &str| Change::Text(text.to_owned());
    let what = [
        said("GET /balance-allowance/update, signed with the API credentials"),
        said("The CLOB reads balance and allowance of this account from the chain again."),
    ];
    app.ask(Dialogue {
        changes: what.into_iter().chain(dialogue::account(app)).collect(),
        undo: "Nothing to undo: this only refreshes the CLOB's cached balance.".to_owned(),
        yes: "Yes, update".to_owned(),
        ..Dialogue::new("Update the balance cache?", Command::Start(Task::UpdateBalance))
    });
    None
}

/// Shows by a new look at the balance what the update has changed.
pub(super) fn updated(app: &mut App, outcome: Result<(), String>) -> Option<Command> {
    match outcome {
        Ok(()) => {
            app.notice = Some("The CLOB has updated the balance".to_owned());
            Some(Command::Run(Scope::Check("funds.balance")))
        }
        Err(error) => {
            app.notice = Some(format!("The balance was not updated: {error}"));
            None
        }
    }
}
