//! The keys of the account: listed, scanned for, changed, saved, replaced.

use std::time::Duration;

use alloy_primitives::U256;

use super::fix::shown;
use super::{Planned, TaskContext};
use crate::checks::short;
use crate::client::account::{Account, AccountError};
use crate::facts::Failure;
use crate::keys::Change;
use crate::operations::{
    Destination, Kind, Old, Operator, Replacement, Rotation, SaveTarget, Stopped, Undone, Unusable, no_key,
};
use crate::settings::{home, selecting};
use crate::tui::NewsSender;
use crate::tui::state::panels::credentials::AccountKeys;
use crate::tui::state::task::{FilePlan, News, NotChanged, Perhaps, RotationPlan};

/// Lists the keys of the account.
pub(super) async fn read(account: &Account) -> News {
    let keys = match account.credentials_or_derived().await {
        Ok(with) => {
            let (api, readonly, builder) =
                tokio::join!(account.api_keys(&with), account.readonly_keys(&with), account.builder_keys(&with));
            AccountKeys {
                api: api.map_err(|error| error.to_string()),
                readonly: readonly
                    .map(|keys| keys.iter().map(|key| short(key)).collect())
                    .map_err(|error| error.to_string()),
                builder: builder.map_err(|error| error.to_string()),
            }
        }
        Err(error) => {
            let error = error.to_string();
            AccountKeys { api: Err(error.clone()), readonly: Err(error.clone()), builder: Err(error) }
        }
    };
    News::Keys(Box::new(keys))
}

/// Tells each nonce as it is found out.
pub(super) async fn scan(account: &Account, last: u64, post: &NewsSender) -> News {
    let found = |nonce| {
        // the end of the dashboard drops this
        let _ = post.send(News::Nonce(nonce));
    };
    News::NoncesScanned(account.scan_nonces(last, found).await.map_err(|error| error.to_string()))
}

/// Makes a change, and lists the keys again.
pub(super) async fn change(context: &TaskContext, change: &Change, post: &NewsSender) -> News {
    let done = make(&context.account(&change.does()).await, change).await;
    // the list that follows shows it, whether or not it was done
    let _ = post.send(News::KeysChanged(done));
    read(&context.account("the list of keys").await).await
}

/// What was done, in words.
async fn make(account: &Account, change: &Change) -> Result<String, NotChanged> {
    let another = |what: &str| AccountError::Setting(format!("the settings now contain a different {what}"));
    // what fails before the change itself is sent has changed nothing
    let before = |error: AccountError| NotChanged { why: error.to_string(), perhaps: None };
    let perhaps = || Perhaps { what: change.perhaps(), look: change.look() };
    let sent =
        |error: AccountError| NotChanged { perhaps: error.may_have_arrived().then(perhaps), why: error.to_string() };
    match change {
        Change::CreateApiKey { nonce } => {
            let key = account.create_api_key(*nonce).await.map_err(sent)?.key;
            let settings = account.settings();
            let argument = home::argument(&settings.places, settings.origin.as_ref());
            let what = if argument == home::SHOWN { "show it" } else { "write it to a file" };
            let derive = selecting(&format!("polydoctor keys derive --nonce {nonce} {argument}"), &settings.selection);
            Ok(format!("Created {} at nonce {nonce}; to {what}: {derive}", short(&key)))
        }
        Change::DeleteApiKey { key } => {
            let credentials = account.credentials().map_err(before)?;
            if credentials.key != *key {
                return Err(before(another("API key")));
            }
            account.delete_api_key(&credentials).await.map_err(sent)?;
            Ok(format!("Deleted {}", short(key)))
        }
        Change::CreateReadonlyKey => {
            let with = account.credentials_or_derived().await.map_err(before)?;
            let key = account.create_readonly_key(&with).await.map_err(sent)?;
            Ok(format!("Created {}; show it with: polydoctor keys readonly list --show-secrets", short(&key)))
        }
        Change::RevokeBuilderKey { key: Some(key) } => {
            let credentials = account.builder_credentials().map_err(before)?;
            if credentials.key != *key {
                return Err(before(another("builder key")));
            }
            account.revoke_builder_key(&credentials).await.map_err(sent)?;
            Ok(format!("Revoked {}", short(key)))
        }
        // these show a secret or choose a key, which the command line does
        Change::CreateBuilderKey
        | Change::RevokeBuilderKey { key: None }
        | Change::DeleteReadonlyKey { .. }
        | Change::UpdateBalances { .. } => {
            Err(before(AccountError::Setting(format!("{}: use polydoctor keys", change.does()))))
        }
    }
}

/// New keys have been seen to be refused for two minutes.
const WAIT: Duration = Duration::from_secs(150);

/// A rotation that was shown, and where its credentials go.
pub(super) struct PlannedRotation {
    rotation: Rotation,
    destination: Destination,
}

/// In one sentence, with the command that goes on.
fn in_words(operator: &Operator, stopped: Stopped) -> String {
    let Undone { summary, because, commands, .. } = match stopped {
        Stopped::Setting(text) => return text,
        Stopped::Undone(undone) => *undone,
    };
    let because = if because.is_empty() { String::new() } else { format!(": {}", because.join("; ")) };
    let command = commands.first().map_or_else(String::new, |command| format!(". {}", operator.command(command)));
    format!("{summary}{because}{command}")
}

/// Where the credentials of this account belong; else why there is no such place, and what to do.
fn home(operator: &Operator, command: &str) -> Result<Destination, String> {
    match Destination::prepare(&SaveTarget::Usual, None, Kind::User, operator) {
        Ok(destination) => Ok(destination),
        Err(Unusable::Stopped(stopped)) => Err(in_words(operator, stopped)),
        Err(Unusable::NoUsual(reason)) => {
            Err(format!("{reason}. Name a file: {}", operator.command(&format!("{command} --save env=PATH"))))
        }
    }
}

pub(super) async fn plan_saving(context: &TaskContext, nonce: U256) -> News {
    let operator = context.operator("the credentials to be saved").await;
    News::SavingPlanned { nonce, plan: saving(context, &operator, nonce).await }
}

async fn saving(context: &TaskContext, operator: &Operator, nonce: U256) -> Result<Vec<FilePlan>, String> {
    let destination = home(operator, &format!("polydoctor keys derive --nonce {nonce}"))?;
    let derived = operator.derive(nonce).await.map_err(|stopped| in_words(operator, stopped))?;
    let credentials = derived.ok_or_else(|| in_words(operator, no_key(nonce).into()))?;
    let change = destination.change(&credentials, Some(nonce)).map_err(|error| error.to_string())?;
    let changes = change.into_files();
    let files = changes.iter().map(shown).collect();
    context.planned.replace(Planned { changes, command: "polydoctor, save the credentials" });
    Ok(files)
}

pub(super) async fn plan_rotation(context: &TaskContext) -> News {
    let operator = context.operator("the rotation of the API key").await;
    News::RotationPlanned(planned(context, &operator).await)
}

async fn planned(context: &TaskContext, operator: &Operator) -> Result<RotationPlan, String> {
    let destination = home(operator, "polydoctor keys rotate")?;
    let old = operator.account.credentials().map_err(|error| error.to_string())?;
    let rotation = Rotation::plan(operator, old, None).await.map_err(|stopped| in_words(operator, stopped))?;
    let plan = RotationPlan {
        old: operator.id(&rotation.old.key),
        nonce: rotation.nonce,
        existing: rotation.existing.as_ref().map(|existing| existing.key.clone()),
        place: destination.text(),
    };
    context.rotation.replace(Some(PlannedRotation { rotation, destination }));
    Ok(plan)
}

/// Takes the steps that were agreed to, and tells each.
pub(super) async fn rotate(context: &TaskContext, post: &NewsSender) -> News {
    let Some(planned) = context.rotation.take() else {
        let why = "Nothing was changed: the settings were reloaded after this was shown";
        return News::Rotated(Err(why.to_owned()));
    };
    let operator = context.operator("the rotation of the API key").await;
    News::Rotated(steps(&operator, planned, post).await.map_err(|stopped| in_words(&operator, stopped)))
}

async fn steps(operator: &Operator, planned: PlannedRotation, post: &NewsSender) -> Result<String, Stopped> {
    let PlannedRotation { rotation, destination } = planned;
    let say = |text: String| {
        // the end of the dashboard drops this
        let _ = post.send(News::Said(text));
    };
    let new: Replacement = rotation.create(operator).await?;
    let key = short(&new.credentials.key);
    say(format!("1 of 4  the new key is {key} at nonce {}; testing it", new.nonce));
    let refused = |failure: &Failure| say(format!("2 of 4  {key} is still rejected ({failure}); waiting"));
    new.prove(operator, WAIT, refused).await?;
    new.switch(&destination)?;
    say(format!("3 of 4  {key} is accepted, and {}", destination.text()));
    let old = short(&operator.id(&new.old.key));
    if let Some(source) = destination.still_configured(&new.credentials.key, operator) {
        return Ok(format!(
            "Created {key} at nonce {}, {}. The old key {old} stays: it is still configured ({source})",
            new.nonce,
            destination.text()
        ));
    }
    let replaced = format!("Replaced {old} with {key} at nonce {}, {destination}", new.nonce);
    Ok(match new.delete_old(operator).await? {
        Old::Deleted => format!("{replaced}; the old key is deleted"),
        Old::Gone(failure) => format!("{replaced}; the old key no longer worked ({failure})"),
    })
}
