//! What is done with the keys of the account, each after its question, and what comes of it.

use alloy_primitives::U256;

use super::{balance, fix};
use crate::checks::short;
use crate::keys::Change;
use crate::settings::{home, selecting};
use crate::tui::panels::credentials::offered::{configured, free_nonce, nonce_to_save};
use crate::tui::state::App;
use crate::tui::state::action::Account;
use crate::tui::state::dialogue::{self, Dialogue};
use crate::tui::state::load::Scope;
use crate::tui::state::message::Command;
use crate::tui::state::task::{FilePlan, NotChanged, Perhaps, RotationPlan, Task, TaskKind};

/// How far a scan goes.
const LAST_NONCE: u64 = 19;

pub(super) fn act(app: &mut App, action: Account) -> Option<Command> {
    let setup = &app.facts.setup;
    let (title, change) = match action {
        Account::UpdateBalance => return balance::ask(app),
        Account::ScanNonces => return Some(Command::Start(Task::ScanNonces { last: LAST_NONCE })),
        Account::StopScan => return Some(Command::Cancel(TaskKind::ScanNonces)),
        Account::SaveCredentials => {
            return nonce_to_save(app).map(|nonce| Command::Start(Task::PlanSaving { nonce }));
        }
        Account::RotateApiKey => return Some(Command::Start(Task::PlanRotation)),
        Account::CreateApiKey => ("Create an API key?", Change::CreateApiKey { nonce: free_nonce(app)? }),
        Account::DeleteApiKey => {
            ("Delete the configured API key?", Change::DeleteApiKey { key: configured(setup.credentials.as_ref())? })
        }
        Account::CreateReadonlyKey => ("Create a read-only key?", Change::CreateReadonlyKey),
        Account::RevokeBuilderKey => {
            ("Revoke the configured builder key?", Change::RevokeBuilderKey { key: configured(setup.builder.as_ref()) })
        }
    };
    ask(app, title, change);
    None
}

/// The command that writes the credentials of a nonce to the place of the private key, or shows them
/// where there is none.
fn saving(app: &App, nonce: U256) -> String {
    let setup = &app.facts.setup;
    let argument = home::argument(&setup.places, setup.origin.as_ref());
    selecting(&format!("polydoctor keys derive --nonce {nonce} {argument}"), &setup.selection)
}

fn ask(app: &mut App, title: &str, change: Change) {
    let said = |text: String| dialogue::Change::Text(text);
    let request = change.request();
    let mut changes = vec![said(change.does()), said(format!("{} {}", request.method, request.path))];
    changes.extend(dialogue::account(app));
    if let Change::CreateApiKey { nonce } = &change {
        changes.push(said(String::new()));
        changes.push(said("The secret is not shown here. This command saves it:".to_owned()));
        // on a line of its own, to be copied
        changes.push(said(saving(app, *nonce)));
    }
    app.ask(Dialogue {
        changes,
        breaks: vec![change.breaks().to_owned()],
        undo: change.undo(&app.facts.setup.selection),
        yes: "Yes, do it".to_owned(),
        ..Dialogue::new(title, Command::Start(Task::ChangeKeys(change)))
    });
}

/// Says what came of a change, and looks at the credentials again.
pub(super) fn changed(app: &mut App, outcome: Result<String, NotChanged>) -> Option<Command> {
    app.panels.credentials.scanned.clear();
    match outcome {
        Ok(done) => {
            app.notice = Some(done);
            Some(Command::Run(Scope::Check("creds.l2")))
        }
        Err(NotChanged { why, perhaps: Some(Perhaps { what, look }) }) => {
            let look = selecting(&look, &app.facts.setup.selection);
            app.notice = Some(format!("{what}: {why}. Check before you try again: {look}"));
            Some(Command::Run(Scope::Check("creds.l2")))
        }
        Err(NotChanged { why, perhaps: None }) => {
            app.notice = Some(format!("Nothing was changed: {why}"));
            None
        }
    }
}

/// Shows what would be written, and asks.
pub(super) fn saving_planned(app: &mut App, nonce: U256, plan: Result<Vec<FilePlan>, String>) -> Option<Command> {
    match plan {
        Ok(files) if files.is_empty() => {
            app.notice = Some(format!("Nothing to save: the credentials of nonce {nonce} are already there"));
        }
        Ok(files) => fix::ask(app, &format!("Save the credentials of nonce {nonce}?"), &files, Vec::new()),
        Err(why) => app.notice = Some(format!("Nothing was saved: {why}")),
    }
    None
}

/// Says every step of a rotation, and asks once for all of them.
pub(super) fn rotation_planned(app: &mut App, plan: Result<RotationPlan, String>) -> Option<Command> {
    let RotationPlan { old, nonce, existing, place } = match plan {
        Ok(plan) => plan,
        Err(why) => {
            app.notice = Some(format!("Nothing was changed: {why}"));
            return None;
        }
    };
    let said = |text: String| dialogue::Change::Text(text);
    let (create, delete) = (Change::CreateApiKey { nonce }, Change::DeleteApiKey { key: short(&old) });
    let create = match existing {
        Some(key) => format!("Continue with the key {} that nonce {nonce} already has", short(&key)),
        None => create.does(),
    };
    let mut changes = vec![
        said(format!("1  {create}")),
        said("2  Test it with a signed request; new keys can take two minutes".to_owned()),
        said(format!("3  The new credentials are {place}")),
        said(format!("4  {}", delete.does())),
    ];
    changes.extend(dialogue::account(app));
    app.ask(Dialogue {
        changes,
        breaks: vec![delete.breaks().to_owned()],
        undo: format!(
            "{}. If a step fails, the following steps are skipped, and the old key stays",
            delete.undo(&app.facts.setup.selection)
        ),
        yes: "Yes, replace it".to_owned(),
        ..Dialogue::new("Rotate the API key?", Command::Start(Task::Rotate))
    });
    None
}

/// The file has other credentials now, so everything is read again; where it stopped, what is known of
/// the keys is asked again.
pub(super) fn rotated(app: &mut App, outcome: Result<String, String>) -> Option<Command> {
    app.panels.credentials.scanned.clear();
    match outcome {
        Ok(_) => fix::applied(app, outcome),
        Err(stopped) => {
            app.notice = Some(stopped);
            Some(Command::Run(Scope::Check("creds.l2")))
        }
    }
}

/// How a scan ended.
pub(super) fn scanned(app: &mut App, outcome: Result<(), String>) {
    app.panels.credentials.failure = outcome.err();
}
