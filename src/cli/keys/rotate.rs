//! `polydoctor keys rotate`

use std::time::Duration;

use alloy_primitives::U256;
use serde_json::json;

use super::caller::{Caller, CommonArgs};
use super::consent::{ConsentArgs, dry_run};
use super::failed::Stop;
use super::give::{Give, GiveArgs, OLD_DELETED};
use super::print;
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
    /// One that already has a key continues from there.
    #[arg(long, value_name = "NUMBER")]
    to_nonce: Option<U256>,
    /// Keep the old key
    #[arg(long)]
    keep_old: bool,
    /// Seconds that new credentials may be rejected before they count as bad
    ///
    /// Two minutes were observed.
    #[arg(long, value_name = "SECONDS", default_value_t = 150)]
    wait: u64,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    give: GiveArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: RotateArgs) -> Result<Exit, Stop> {
    let caller = Caller::open(args.common).await?;
    if args.consent.dry_run {
        return plan(&caller, args.to_nonce, args.keep_old);
    }
    let give = args.give.prepare_usual(Kind::User, &caller)?;
    let old = caller.signing().await?.credentials;
    let rotation = Rotation::plan(&caller.operator, old, args.to_nonce).await?;
    let nonce = rotation.nonce;
    if let Some(existing) = &rotation.existing {
        print::note(&format!("Nonce {nonce} already has the key {}: continuing with it", existing.key));
    } else {
        let replaced = caller.operator.id(&rotation.old.key);
        let beside = [("replaces", replaced), ("secret", give.text(Some(nonce), &caller))];
        args.consent.ask(&caller, &Change::CreateApiKey { nonce }, &beside)?;
    }
    let new = rotation.create(&caller.operator).await?;
    let key = &new.credentials.key;
    print::note(&format!(
        "1 of 4  the new key is {key} at nonce {nonce}; {} continues from here",
        caller.operator.command(&new.again())
    ));
    let refused = |failure: &Failure| {
        print::note(&format!("        rejected ({failure}): new keys can take two minutes; waiting"));
    };
    new.prove(&caller.operator, Duration::from_secs(args.wait), refused).await?;
    print::note("2 of 4  it works for a signed request");
    switch(&caller, &give, &new, args.consent)?;
    print::note(&format!("3 of 4  {}", give.text(Some(nonce), &caller)));
    let deleted = if args.keep_old {
        print::note("4 of 4  the old key stays (--keep-old)");
        false
    } else {
        delete(&caller, &give, &new, args.consent).await?
    };
    let facts = [("nonce", json!(nonce.to_string())), ("replaced", json!(new.old.key)), (OLD_DELETED, json!(deleted))];
    give.print(&new.credentials, &facts, &caller)?;
    Ok(Exit::Done)
}

/// Asks where something else would be replaced.
fn switch(caller: &Caller, give: &Give, new: &Replacement, consent: ConsentArgs) -> Result<(), Stop> {
    let Err(stop) = give.save(&new.credentials, new.nonce, caller, consent) else { return Ok(()) };
    match stop {
        Stop::Other(error) => Err(new.unsaved().because(format!("{error:#}")).into()),
        Stop::Failed { .. } | Stop::Lost(_) => Err(new.unsaved().into()),
        usage @ Stop::Usage(_) => Err(usage),
    }
}

/// Whether the old key was deleted, which is asked for on its own.
async fn delete(caller: &Caller, give: &Give, new: &Replacement, consent: ConsentArgs) -> Result<bool, Stop> {
    let mut beside = vec![("which", "the old one".to_owned())];
    if let Some(other) = give.still_configured(&new.credentials.key, caller) {
        if consent.is_unasked() {
            print::note(&format!("4 of 4  the old key stays: {other}"));
            return Ok(false);
        }
        beside.push(("but", other));
    }
    match consent.ask(caller, &new.deletion(&caller.operator), &beside) {
        Ok(()) => {}
        Err(Stop::Failed { .. } | Stop::Lost(_)) => {
            print::note("4 of 4  the old key stays");
            return Ok(false);
        }
        Err(stop) => return Err(stop),
    }
    Ok(match new.delete_old(&caller.operator).await? {
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

fn plan(caller: &Caller, to: Option<U256>, keep_old: bool) -> Result<Exit, Stop> {
    let first = Rotation::first_nonce(&caller.operator)?;
    if to.is_none() {
        print::note(&format!("note: the run uses the first nonce from {first} on that has no key"));
    }
    let change = Change::CreateApiKey { nonce: to.unwrap_or(first) };
    let mut requests = caller.operator.signing_plan();
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
    dry_run(caller, &requests, &changes)
}
