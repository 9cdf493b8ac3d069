//! `polydoctor keys rotate`

use std::time::Duration;

use alloy_primitives::U256;
use serde_json::json;

use super::consent::{ConsentArgs, dry_run};
use super::failed::KeysError;
use super::give::{GiveArgs, OLD_DELETED, SecretOutput};
use super::print;
use super::session::{CommonArgs, KeysSession};
use crate::cli::Exit;
use crate::endpoints;
use crate::facts::Failure;
use crate::keys::{Change, Planned, SignedWith};
use crate::operations::{Kind, Old, Replacement, Rotation, derive_plan};

/// Creates credentials at a new nonce, tests them, saves them where the old ones are, then deletes the old key. If it is stopped, continue with --to-nonce.
#[derive(Debug, clap::Args)]
pub(super) struct RotateArgs {
    /// New nonce [default: the next free one]
    ///
    /// If it already has a key, the rotation continues with it.
    #[arg(long, value_name = "NUMBER")]
    to_nonce: Option<U256>,
    /// Keep the old key
    #[arg(long)]
    keep_old: bool,
    /// Seconds to wait for new credentials to be accepted
    ///
    /// They can be rejected for about two minutes.
    #[arg(long, value_name = "SECONDS", default_value_t = 150)]
    wait: u64,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    give: GiveArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: RotateArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    if args.consent.dry_run {
        return plan(&session, args.to_nonce, args.keep_old);
    }
    let give = args.give.prepare_usual(Kind::User, &session)?;
    let old = session.signing().await?.credentials;
    let rotation = Rotation::plan(&session.operator, old, args.to_nonce).await?;
    let nonce = rotation.nonce;
    if let Some(existing) = &rotation.existing {
        print::note(&format!("Nonce {nonce} already has the key {}: continuing with it", existing.key));
    } else {
        let replaced = session.operator.id(&rotation.old.key);
        let beside = [("replaces", replaced), ("secret", give.text(Some(nonce), &session))];
        args.consent.ask(&session, &Change::CreateApiKey { nonce }, &beside)?;
    }
    let new = rotation.create(&session.operator).await?;
    let key = &new.credentials.key;
    print::note(&format!(
        "1 of 4  the new key is {key} at nonce {nonce}; {} continues from here",
        session.operator.command(&new.again())
    ));
    let refused = |failure: &Failure| {
        print::note(&format!("        rejected ({failure}): new keys can take two minutes; waiting"));
    };
    new.prove(&session.operator, Duration::from_secs(args.wait), refused).await?;
    print::note("2 of 4  it works for a signed request");
    switch(&session, &give, &new, args.consent)?;
    print::note(&format!("3 of 4  {}", give.text(Some(nonce), &session)));
    let deleted = if args.keep_old {
        print::note("4 of 4  the old key stays (--keep-old)");
        false
    } else {
        delete(&session, &give, &new, args.consent).await?
    };
    let facts = [("nonce", json!(nonce.to_string())), ("replaced", json!(new.old.key)), (OLD_DELETED, json!(deleted))];
    give.print(&new.credentials, &facts, &session)?;
    Ok(Exit::Done)
}

/// Asks where something else would be replaced.
fn switch(
    session: &KeysSession,
    give: &SecretOutput,
    new: &Replacement,
    consent: ConsentArgs,
) -> Result<(), KeysError> {
    let Err(stop) = give.save(&new.credentials, new.nonce, session, consent) else { return Ok(()) };
    match stop {
        KeysError::Other(error) => Err(new.unsaved().because(format!("{error:#}")).into()),
        KeysError::Failed { .. } | KeysError::Lost(_) => Err(new.unsaved().into()),
        usage @ KeysError::Usage(_) => Err(usage),
    }
}

/// Whether the old key was deleted, which is asked for on its own.
async fn delete(
    session: &KeysSession,
    give: &SecretOutput,
    new: &Replacement,
    consent: ConsentArgs,
) -> Result<bool, KeysError> {
    let mut beside = vec![("which", "the old one".to_owned())];
    if let Some(other) = give.still_configured(&new.credentials.key, session) {
        if consent.is_unasked() {
            print::note(&format!("4 of 4  the old key stays: {other}"));
            return Ok(false);
        }
        beside.push(("but", other));
    }
    match consent.ask(session, &new.deletion(&session.operator), &beside) {
        Ok(()) => {}
        Err(KeysError::Failed { .. } | KeysError::Lost(_)) => {
            print::note("4 of 4  the old key stays");
            return Ok(false);
        }
        Err(stop) => return Err(stop),
    }
    Ok(match new.delete_old(&session.operator).await? {
        Old::Deleted => {
            print::note(&format!("4 of 4  deleted {}", new.old.key));
            true
        }
        Old::Gone(failure) => {
            print::note(&format!("4 of 4  the old key no longer works, so there is nothing to delete ({failure})"));
            false
        }
    })
}

fn plan(session: &KeysSession, to: Option<U256>, keep_old: bool) -> Result<Exit, KeysError> {
    let first = Rotation::first_nonce(&session.operator)?;
    if to.is_none() {
        print::note(&format!("note: the run uses the first nonce from {first} on that has no key"));
    }
    let change = Change::CreateApiKey { nonce: to.unwrap_or(first) };
    let mut requests = session.operator.signing_plan();
    let prove = Planned {
        method: "GET",
        path: endpoints::API_KEYS,
        query: String::new(),
        signed_with: SignedWith::ApiCredentials,
        body: None,
    };
    requests.extend([derive_plan(), change.request(), prove]);
    let mut changes = vec![change];
    if !keep_old {
        let old = Change::DeleteApiKey { key: "that is replaced".to_owned() };
        requests.push(old.request());
        changes.push(old);
    }
    dry_run(session, &requests, &changes)
}
