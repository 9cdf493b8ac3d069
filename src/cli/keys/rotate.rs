//! `polydoctor keys rotate`

use std::time::Duration;

use alloy_primitives::U256;
use serde_json::json;

use super::caller::{Caller, CommonArgs, derive_plan};
use super::consent::{ConsentArgs, dry_run};
use super::failed::{Failed, Stop};
use super::give::{Give, GiveArgs};
use super::place::Kind;
use super::print;
use crate::auth::l2::ApiCredentials;
use crate::cause::Cause;
use crate::checks::network_cause;
use crate::cli::Exit;
use crate::client::account::AccountError;
use crate::endpoints;
use crate::keys::{Change, Planned, SignedWith};

/// So many nonces behind the old one are tried for a free one.
const TRIED: u64 = 20;
const PAUSE: Duration = Duration::from_secs(5);

/// Creates credentials at a new nonce, proves that they pass, writes them where the old ones are,
/// and then deletes the old key. Stopped at any point, it can be taken up again with --to-nonce.
#[derive(Debug, clap::Args)]
pub(super) struct RotateArgs {
    /// The new nonce; one that has a key already goes on from there [default: the next free one]
    #[arg(long, value_name = "NUMBER")]
    to_nonce: Option<U256>,
    /// Leave the old key as it is
    #[arg(long)]
    keep_old: bool,
    /// How long new credentials may be refused before they count as bad: two minutes have been seen
    #[arg(long, value_name = "SECONDS", default_value_t = 150)]
    wait: u64,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    give: GiveArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// The new credentials: made by this run, or by one that was stopped.
struct New {
    nonce: U256,
    credentials: ApiCredentials,
}

pub(super) async fn run(args: RotateArgs) -> Result<Exit, Stop> {
    let caller = Caller::open(args.common).await?;
    if args.consent.dry_run {
        return plan(&caller, args.to_nonce, args.keep_old);
    }
    let give = args.give.prepare_usual(Kind::User, &caller)?;
    let old = caller.signing().await?;
    let (nonce, existing) = free_nonce(&caller, args.to_nonce).await?;
    if existing.as_ref().is_some_and(|existing| existing.key == old.credentials.key) {
        return Err(Stop::Usage(format!("nonce {nonce} holds the key that is to be replaced")));
    }
    let credentials = if let Some(credentials) = existing {
        print::note(&format!("Nonce {nonce} has the key {} already: going on with it", credentials.key));
        credentials
    } else {
        let beside = [("replaces", caller.id(&old.credentials.key)), ("secret", give.text(Some(nonce), &caller))];
        args.consent.ask(&caller, &Change::CreateApiKey { nonce }, &beside)?;
        match caller.account.create_api_key(nonce).await {
            Ok(credentials) => credentials,
            Err(error) => return Err(caller.explain_creation(nonce, error).await),
        }
    };
    let new = New { nonce, credentials };
    let key = &new.credentials.key;
    print::note(&format!(
        "1 of 4  the new key is {key} at nonce {nonce}; {} goes on from here",
        caller.command(&again(&new))
    ));
    prove(&caller, &new, Duration::from_secs(args.wait)).await?;
    print::note("2 of 4  it passes a signed request");
    switch(&caller, &give, &new, args.consent)?;
    print::note(&format!("3 of 4  {}", give.text(Some(nonce), &caller)));
    let deleted = if args.keep_old {
        print::note("4 of 4  the old key stays, as --keep-old says");
        false
    } else {
        delete(&caller, &give, &old.credentials, &new, args.consent).await?
    };
    let facts = [
        ("nonce", json!(nonce.to_string())),
        ("replaced", json!(old.credentials.key)),
        ("old_deleted", json!(deleted)),
    ];
    give.print(&new.credentials, &facts, &caller)?;
    Ok(Exit::Done)
}

/// The nonce that was asked for, with what it holds, or the next free one.
async fn free_nonce(caller: &Caller, wanted: Option<U256>) -> Result<(U256, Option<ApiCredentials>), Stop> {
    if let Some(nonce) = wanted {
        return Ok((nonce, caller.derive(nonce).await?));
    }
    let first = caller.nonce()?.saturating_add(U256::from(1));
    for further in 0..TRIED {
        let nonce = first.saturating_add(U256::from(further));
        if caller.derive(nonce).await?.is_none() {
            return Ok((nonce, None));
        }
    }
    Err(Stop::Usage(format!("the {TRIED} nonces from {first} on all hold keys; name a free one with --to-nonce")))
}

/// A signed request with the new credentials, again while they are too new to be taken.
async fn prove(caller: &Caller, new: &New, wait: Duration) -> Result<(), Stop> {
    let mut left = wait;
    loop {
        let failure = match caller.account.api_keys(&new.credentials).await {
            Ok(_) => return Ok(()),
            Err(AccountError::Failure(failure)) => failure,
            Err(error) => return Err(caller.explain("The new key could not be tried", error).await),
        };
        if failure.is_refusal() && !left.is_zero() {
            print::note(&format!("        refused ({failure}): new keys have been seen to take two minutes; waiting"));
            let pause = PAUSE.min(left);
            tokio::time::sleep(pause).await;
            left = left.saturating_sub(pause);
            continue;
        }
        let (exit, cause) = if failure.is_refusal() {
            (Exit::No, Cause::CredentialsJustCreated)
        } else {
            (Exit::Unknown, network_cause(&failure).0)
        };
        let summary = if failure.is_refusal() {
            "The new key does not pass, so nothing was switched and the old one stays"
        } else {
            "Whether the new key passes could not be determined, so nothing was switched and the old one stays"
        };
        let failed = Failed::new(exit, summary);
        return Err(failed.by(cause).because(failure).command(again(new)).into());
    }
}

fn again(new: &New) -> String {
    format!("polydoctor keys rotate --to-nonce {}", new.nonce)
}

fn switch(caller: &Caller, give: &Give, new: &New, consent: ConsentArgs) -> Result<(), Stop> {
    let Err(stop) = give.save(&new.credentials, new.nonce, caller, consent) else { return Ok(()) };
    let failed = Failed::new(Exit::No, "The new key passes, and was not saved: the old one stays in use");
    let failed = match stop {
        Stop::Other(error) => failed.because(format!("{error:#}")),
        Stop::Failed(_) | Stop::Lost(_) => failed,
        usage @ Stop::Usage(_) => return Err(usage),
    };
    Err(failed.fixed_by("Nothing is lost: this takes it up again").command(again(new)).into())
}

/// Whether the old key was deleted, which is asked for on its own.
async fn delete(
    caller: &Caller,
    give: &Give,
    old: &ApiCredentials,
    new: &New,
    consent: ConsentArgs,
) -> Result<bool, Stop> {
    let change = Change::DeleteApiKey { key: caller.id(&old.key) };
    let mut beside = vec![("which", "the old one".to_owned())];
    if let Some(other) = give.still_configured(&new.credentials.key, caller) {
        if consent.is_unasked() {
            print::note(&format!("4 of 4  the old key stays: {other}"));
            return Ok(false);
        }
        beside.push(("but", other));
    }
    match consent.ask(caller, &change, &beside) {
        Ok(()) => {}
        Err(Stop::Failed(_) | Stop::Lost(_)) => {
            print::note("4 of 4  the old key stays");
            return Ok(false);
        }
        Err(stop) => return Err(stop),
    }
    match caller.account.delete_api_key(old).await {
        Ok(()) => {
            print::note(&format!("4 of 4  deleted {}", old.key));
            Ok(true)
        }
        Err(AccountError::Failure(failure)) if failure.is_refusal() => {
            print::note(&format!(
                "4 of 4  the old key does not pass any more, so there is nothing to delete ({failure})"
            ));
            Ok(false)
        }
        Err(error) => {
            let summary = "The new key is in use; the old one was not deleted";
            match caller.explain_change(&change, summary, error).await {
                Stop::Failed(failed) => Err(failed.because("the new key is saved, and in use from now on").into()),
                stop => Err(stop),
            }
        }
    }
}

fn plan(caller: &Caller, to: Option<U256>, keep_old: bool) -> Result<Exit, Stop> {
    let first = caller.nonce()?.saturating_add(U256::from(1));
    let change = Change::CreateApiKey { nonce: to.unwrap_or(first) };
    let mut requests = caller.signing_plan();
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
