//! What the panel offers, each with its question, and what comes of it.

use alloy_primitives::U256;

use super::super::{Offer, checklist};
use super::known_nonces;
use crate::checks::{Status, short};
use crate::facts::CredentialsFact;
use crate::keys::Change;
use crate::settings::{home, selecting};
use crate::tui::app::{App, Command};
use crate::tui::dialogue::{self, Dialogue};
use crate::tui::task::{FilePlan, NotChanged, Perhaps, RotationPlan, Task, TaskKind};
use crate::tui::{Scope, fix};

/// How far a scan goes.
const LAST_NONCE: u64 = 19;

pub(super) fn offers(app: &App) -> Vec<Offer> {
    if app.facts.setup.signer().is_none() || app.facts.setup.offline {
        return Vec::new();
    }
    let offer = |label: &str, note: &str, act| Offer { label: label.to_owned(), note: note.to_owned(), act };
    let mut offers = vec![if app.tasks.contains(&TaskKind::ScanNonces) {
        offer("Stop the scan", "keeps what is read", |_| Some(Command::Cancel(TaskKind::ScanNonces)))
    } else {
        offer("Scan the nonces", "0 to 19; changes nothing", |_| {
            Some(Command::Start(Task::ScanNonces { last: LAST_NONCE }))
        })
    }];
    if free_nonce(app).is_some() {
        offers.push(offer("Create an API key", "at the lowest free nonce", |app| {
            let nonce = free_nonce(app)?;
            ask(app, "Create an API key?", Change::CreateApiKey { nonce })
        }));
    }
    if let Some(nonce) = nonce_to_save(app) {
        let label = format!("Save the credentials of nonce {nonce}");
        offers.push(offer(&label, "to where the private key comes from", |app| {
            nonce_to_save(app).map(|nonce| Command::Start(Task::PlanSaving { nonce }))
        }));
    }
    if configured(app.facts.setup.credentials.as_ref()).is_some() {
        offers.push(offer("Rotate the API key", "creates, proves and saves a new one, then deletes the old", |_| {
            Some(Command::Start(Task::PlanRotation))
        }));
        offers.push(offer("Delete the configured API key", "cannot be undone", |app| {
            let key = configured(app.facts.setup.credentials.as_ref())?;
            ask(app, "Delete the configured API key?", Change::DeleteApiKey { key })
        }));
    }
    offers.push(offer("Create a read-only key", "reads orders and trades", |app| {
        ask(app, "Create a read-only key?", Change::CreateReadonlyKey)
    }));
    if configured(app.facts.setup.builder.as_ref()).is_some() {
        offers.push(offer("Revoke the configured builder key", "cannot be undone", |app| {
            let key = configured(app.facts.setup.builder.as_ref());
            ask(app, "Revoke the configured builder key?", Change::RevokeBuilderKey { key })
        }));
    }
    offers.extend(checklist::offers(app));
    offers
}

/// The key of a whole set.
fn configured(set: Option<&CredentialsFact>) -> Option<String> {
    set.filter(|set| set.missing().is_empty())?.key().map(str::to_owned)
}

/// The lowest nonce that is known to hold no key, or the one behind those that do.
fn free_nonce(app: &App) -> Option<U256> {
    let known = known_nonces(app);
    let free = known.iter().find(|nonce| nonce.key.is_none()).map(|nonce| nonce.nonce);
    free.or_else(|| known.last().map(|nonce| nonce.nonce.saturating_add(U256::from(1))))
}

/// The highest nonce whose key is not the configured one, or the derived one where the configured
/// credentials are not its.
fn nonce_to_save(app: &App) -> Option<U256> {
    let configured = app.facts.setup.credentials.as_ref().and_then(CredentialsFact::key);
    let known = known_nonces(app);
    let other = known.iter().rev().find(|nonce| nonce.key.as_deref().is_some_and(|key| Some(key) != configured));
    let derived = || {
        let is_right = app.report.check("creds.match").is_some_and(|check| check.status == Status::Pass);
        app.facts.derived.known().filter(|_| !is_right).map(|derived| derived.nonce)
    };
    other.map(|nonce| nonce.nonce).or_else(derived)
}

/// The command that writes the credentials of a nonce to the place of the private key, or shows them
/// where there is none.
fn saving(app: &App, nonce: U256) -> String {
    let setup = &app.facts.setup;
    let argument = home::argument(&setup.places, setup.origin.as_ref());
    selecting(&format!("polydoctor keys derive --nonce {nonce} {argument}"), &setup.selection)
}

fn ask(app: &mut App, title: &str, change: Change) -> Option<Command> {
    let said = |text: String| dialogue::Change::Text(text);
    let request = change.request();
    let mut changes = vec![said(change.does()), said(format!("{} {}", request.method, request.path))];
    changes.extend(dialogue::account(app));
    if let Change::CreateApiKey { nonce } = &change {
        changes.push(said(String::new()));
        changes.push(said("The secret is not shown here. This command gives it:".to_owned()));
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
    None
}

/// Says what came of a change, and looks at the credentials again.
pub(in crate::tui::panels) fn changed(app: &mut App, outcome: Result<String, NotChanged>) -> Option<Command> {
    app.panels.credentials.scanned.clear();
    match outcome {
        Ok(done) => {
            app.notice = Some(done);
            Some(Command::Run(Scope::Check("creds.l2")))
        }
        Err(NotChanged { why, perhaps: Some(Perhaps { what, look }) }) => {
            let look = selecting(&look, &app.facts.setup.selection);
            app.notice = Some(format!("{what}: {why}. Look before you try again: {look}"));
            Some(Command::Run(Scope::Check("creds.l2")))
        }
        Err(NotChanged { why, perhaps: None }) => {
            app.notice = Some(format!("Nothing was changed: {why}"));
            None
        }
    }
}

/// Shows what would be written, and asks.
pub(in crate::tui::panels) fn saving_planned(
    app: &mut App,
    nonce: U256,
    plan: Result<Vec<FilePlan>, String>,
) -> Option<Command> {
    match plan {
        Ok(files) if files.is_empty() => {
            app.notice = Some(format!("Nothing to save: the credentials of nonce {nonce} are there already"));
        }
        Ok(files) => fix::ask(app, &format!("Save the credentials of nonce {nonce}?"), &files, Vec::new()),
        Err(why) => app.notice = Some(format!("Nothing was saved: {why}")),
    }
    None
}

/// Says every step of a rotation, and asks once for all of them.
pub(in crate::tui::panels) fn rotation_planned(app: &mut App, plan: Result<RotationPlan, String>) -> Option<Command> {
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
        Some(key) => format!("Go on with the key {} that nonce {nonce} holds already", short(&key)),
        None => create.does(),
    };
    let mut changes = vec![
        said(format!("1  {create}")),
        said("2  Prove it by a signed request; new keys have been seen to take two minutes".to_owned()),
        said(format!("3  The new credentials are {place}")),
        said(format!("4  {}", delete.does())),
    ];
    changes.extend(dialogue::account(app));
    app.ask(Dialogue {
        changes,
        breaks: vec![delete.breaks().to_owned()],
        undo: format!(
            "{}. Where a step fails, the steps behind it are not taken, and the old key stays",
            delete.undo(&app.facts.setup.selection)
        ),
        yes: "Yes, replace it".to_owned(),
        ..Dialogue::new("Rotate the API key?", Command::Start(Task::Rotate))
    });
    None
}

/// The file has other credentials now, so everything is read again; where it stopped, what is known of
/// the keys is asked again.
pub(in crate::tui::panels) fn rotated(app: &mut App, outcome: Result<String, String>) -> Option<Command> {
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
pub(in crate::tui::panels) fn scanned(app: &mut App, outcome: Result<(), String>) {
    app.panels.credentials.failure = outcome.err();
}
