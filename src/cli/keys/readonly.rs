//! `polydoctor keys readonly`
//!
//! A read-only key is all that reading takes, so it is treated as a secret: shown short, and in
//! full only where the user asks for it.

#![expect(clippy::doc_markdown, reason = "some of these comments are the help text")]

use std::io::Read as _;

use alloy_primitives::Address;
use clap::Subcommand;
use serde_json::json;

use super::consent::{ConsentArgs, dry_run};
use super::failed::KeysError;
use super::session::{CommonArgs, KeysSession};
use super::{Format, print};
use crate::checks::short;
use crate::cli::Exit;
use crate::keys::Change;
use crate::operations::{Signing, Undone};
use crate::secret::Secret;

/// The variable that holds a read-only key; the name of the header that it is sent in.
const VARIABLE: &str = "POLY_READONLY_API_KEY";
/// A read-only key is told from others by so many of its first characters.
const SHORTEST: usize = 6;

#[derive(Debug, Subcommand)]
pub(super) enum Readonly {
    /// List the read-only keys of the account
    List(Box<ListArgs>),
    /// Create a read-only key
    Create(Box<CreateArgs>),
    /// Delete a read-only key
    Delete(Box<DeleteArgs>),
    /// Check whether a read-only key can read the orders of a wallet address
    Validate(Box<ValidateArgs>),
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Print the keys in full
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// Print the key in full
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    /// First characters of the key, as `list` shows it
    #[arg(value_name = "BEGINNING")]
    key: String,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Needs no private key with --address. The key is read from POLY_READONLY_API_KEY, or with `-` from standard input.
#[derive(Debug, clap::Args)]
pub(super) struct ValidateArgs {
    /// First characters of the key, as `list` shows it; or - for standard input
    #[arg(value_name = "BEGINNING")]
    key: Option<String>,
    /// Wallet address that the key belongs to [default: the signer]
    #[arg(long)]
    address: Option<Address>,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

fn shown(key: &str, in_full: bool) -> String {
    if in_full { key.to_owned() } else { short(key) }
}

async fn keys(session: &KeysSession, signing: &Signing) -> Result<Vec<String>, KeysError> {
    match session.operator.account.readonly_keys(&signing.credentials).await {
        Ok(keys) => Ok(keys),
        Err(error) => Err(session.operator.explain("The read-only keys could not be listed", error).await.into()),
    }
}

pub(super) async fn list(args: ListArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let signing = session.signing().await?;
    let keys = keys(&session, &signing).await?;
    let shown: Vec<String> = keys.iter().map(|key| shown(key, args.show_secrets)).collect();
    if session.format == Format::Json {
        print::json(&json!({ "schema": 1, "done": true, "keys": shown }))?;
    } else {
        let head = format!("Read-only keys of {}: {}", session.operator.account_text(), shown.len());
        print::list(&head, &shown)?;
    }
    Ok(Exit::Done)
}

pub(super) async fn create(args: CreateArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let change = Change::CreateReadonlyKey;
    if args.consent.dry_run {
        let mut requests = session.operator.signing_plan();
        requests.push(change.request());
        return dry_run(&session, &requests, &[change]);
    }
    let signing = session.signing().await?;
    let text =
        if args.show_secrets { "shown" } else { "shortened; `keys readonly list --show-secrets` shows it in full" };
    args.consent.ask(&session, &change, &[("key", text.to_owned())])?;
    let key = match session.operator.account.create_readonly_key(&signing.credentials).await {
        Ok(key) => key,
        Err(error) => {
            let summary = "No read-only key was created";
            return Err(session.operator.explain_change(&change, summary, error).await.into());
        }
    };
    let shown = shown(&key, args.show_secrets);
    if session.format == Format::Json {
        print::json(&json!({ "schema": 1, "done": true, "key": shown }))?;
    } else {
        let rows =
            [("key", shown), ("use", format!("send it as {VARIABLE}, with POLY_ADDRESS; it reads orders and trades"))];
        print::text(&print::lines(&rows))?;
    }
    Ok(Exit::Done)
}

pub(super) async fn delete(args: DeleteArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    if args.consent.dry_run {
        let change = Change::DeleteReadonlyKey { key: short(&args.key) };
        let mut requests = session.operator.signing_plan();
        requests.push(change.request());
        return dry_run(&session, &requests, &[change]);
    }
    let signing = session.signing().await?;
    let key = chosen(&keys(&session, &signing).await?, &args.key)?;
    let change = Change::DeleteReadonlyKey { key: short(&key) };
    args.consent.ask(&session, &change, &[])?;
    let missing = || Undone::not_done("The key no longer existed");
    match session.operator.account.delete_readonly_key(&signing.credentials, &key).await {
        Ok(true) => {}
        Ok(false) => return Err(missing().into()),
        Err(error) => {
            let summary = "The read-only key was not deleted";
            return Err(session.operator.explain_change(&change, summary, error).await.into());
        }
    }
    if session.format == Format::Json {
        print::json(&json!({ "schema": 1, "done": true, "deleted": short(&key) }))?;
    } else {
        print::text(&format!("Deleted {}\n", short(&key)))?;
    }
    Ok(Exit::Done)
}

/// The one key that begins so.
fn chosen(keys: &[String], beginning: &str) -> Result<String, KeysError> {
    // `list` shows the beginning, an ellipsis and the end
    let beginning = beginning.split('…').next().unwrap_or_default();
    if beginning.chars().count() < SHORTEST {
        return Err(KeysError::Usage(format!("pass at least {SHORTEST} characters of the key")));
    }
    let found: Vec<&String> = keys.iter().filter(|key| key.starts_with(beginning)).collect();
    match found[..] {
        [key] => Ok(key.clone()),
        [] => {
            let undone = Undone::not_done("No read-only key of the account starts with this");
            Err(undone.command("polydoctor keys readonly list").into())
        }
        _ => Err(KeysError::Usage(format!("{} keys start with this: pass more characters", found.len()))),
    }
}

pub(super) async fn validate(args: ValidateArgs) -> Result<Exit, KeysError> {
    if args.key.as_deref() == Some("-") && args.common.settings.reads_standard_input() {
        return Err(KeysError::Usage(
            "standard input contains the private key: set POLY_READONLY_API_KEY instead".to_owned(),
        ));
    }
    let session = KeysSession::open_unsigned(args.common).await?;
    let address = match args.address {
        Some(address) => address,
        None => session
            .operator
            .account
            .signer()
            .map_err(|error| KeysError::Usage(format!("{error}; or pass --address")))?
            .address(),
    };
    let key = match args.key.as_deref() {
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().take(1024).read_to_string(&mut text)?;
            Secret::new(text.trim())
        }
        Some(beginning) => {
            session.operator.account.signer().map_err(|error| KeysError::Usage(error.to_string()))?;
            let signing = session.signing().await?;
            Secret::new(chosen(&keys(&session, &signing).await?, beginning)?)
        }
        None => match std::env::var(VARIABLE) {
            Ok(key) => Secret::new(key.trim()),
            Err(_) => {
                return Err(KeysError::Usage(format!("set {VARIABLE}, or pass - to read the key from standard input")));
            }
        },
    };
    if key.is_empty() {
        return Err(KeysError::Usage("the read-only key is empty".to_owned()));
    }
    match session.operator.account.is_valid_readonly_key(address, key.expose()).await {
        Ok(valid) => {
            let shown = short(key.expose());
            if session.format == Format::Json {
                print::json(&json!({ "schema": 1, "done": true, "valid": valid, "address": address, "key": shown }))?;
            } else {
                let answer = if valid { "can read" } else { "cannot read" };
                print::text(&format!("{shown} {answer} the orders of {address}\n"))?;
            }
            Ok(if valid { Exit::Done } else { Exit::No })
        }
        Err(error) => Err(session.operator.explain("The key could not be validated", error).await.into()),
    }
}
