//! `polydoctor keys builder`

use clap::Subcommand;
use serde_json::{Value, json};

use super::consent::{ConsentArgs, dry_run};
use super::failed::KeysError;
use super::give::GiveArgs;
use super::session::{CommonArgs, KeysSession};
use super::{Format, print};
use crate::auth::l2::ApiCredentials;
use crate::cause::Cause;
use crate::cli::Exit;
use crate::client::account::AccountError;
use crate::facts::BuilderKey;
use crate::keys::{Change, RevokeAs};
use crate::operations::{Kind, Signing, Undone};

#[derive(Debug, Subcommand)]
pub(super) enum Builder {
    /// List the builder keys of the account, including revoked ones
    List(Box<ListArgs>),
    /// Create a builder key; its secret is shown only once
    Create(Box<CreateArgs>),
    /// Revoke a builder key
    Revoke(Box<RevokeArgs>),
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    give: GiveArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Official clients do this in two ways: signed with the builder credentials, that key is revoked; signed with the API credentials, the service chooses the key.
#[derive(Debug, clap::Args)]
pub(super) struct RevokeArgs {
    /// Who signs [default: builder if builder credentials are configured, else user]
    #[arg(long = "as", value_enum, value_name = "WHO")]
    by: Option<RevokeAs>,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

async fn keys(session: &KeysSession, signing: &Signing) -> Result<Vec<BuilderKey>, KeysError> {
    match session.operator.account.builder_keys(&signing.credentials).await {
        Ok(keys) => Ok(keys),
        Err(error) => Err(session.operator.explain("The builder keys could not be listed", error).await.into()),
    }
}

fn time(unix_ms: Option<i64>) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(unix_ms?).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn is_configured(session: &KeysSession, key: &str) -> bool {
    session.operator.account.settings().builder.key.as_ref().is_some_and(|configured| configured.value == key)
}

fn object(session: &KeysSession, key: &BuilderKey) -> Value {
    json!({
        "key": key.key,
        "created_at": time(key.created_ms),
        "revoked": key.revoked,
        "revoked_at": time(key.revoked_ms),
        "configured": is_configured(session, &key.key),
    })
}

fn line(session: &KeysSession, key: &BuilderKey) -> String {
    let created = time(key.created_ms).map(|time| format!("created {time}"));
    let revoked = time(key.revoked_ms).map_or_else(|| "revoked".to_owned(), |time| format!("revoked {time}"));
    let configured = is_configured(session, &key.key).then(|| "configured".to_owned());
    let parts = [Some(key.key.clone()), created, key.revoked.then_some(revoked), configured];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

pub(super) async fn list(args: ListArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let signing = session.signing().await?;
    let keys = keys(&session, &signing).await?;
    if session.format == Format::Json {
        let rows: Vec<Value> = keys.iter().map(|key| object(&session, key)).collect();
        print::json(&json!({ "schema": 1, "done": true, "keys": rows }))?;
    } else {
        let head = format!("Builder keys of {}: {}", session.operator.account_text(), keys.len());
        print::list(&head, &keys.iter().map(|key| line(&session, key)).collect::<Vec<_>>())?;
    }
    Ok(Exit::Done)
}

pub(super) async fn create(args: CreateArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let change = Change::CreateBuilderKey;
    if args.consent.dry_run {
        let mut requests = session.operator.signing_plan();
        requests.push(change.request());
        return dry_run(&session, &requests, &[change]);
    }
    let give = args.give.prepare(Kind::Builder, &session)?;
    if give.is_lost() && args.consent.is_unasked() {
        let text = "the secret of a builder key is shown only once: pass --save or --show-secrets";
        return Err(KeysError::Usage(text.to_owned()));
    }
    let signing = session.signing().await?;
    args.consent.ask(&session, &change, &[("secret", give.text(None, &session))])?;
    let reserved = give.reserve()?;
    let credentials = match session.operator.account.create_builder_key(&signing.credentials).await {
        Ok(credentials) => credentials,
        Err(error) => {
            let summary = "No builder key was created";
            return Err(session.operator.explain_change(&change, summary, error).await.into());
        }
    };
    drop(reserved);
    match give.keep(&credentials, None, &session) {
        Err(KeysError::Lost(undone)) => return Err(take_back(&session, &credentials, *undone).await),
        kept => kept?,
    }
    give.print(&credentials, &[], &session)?;
    Ok(Exit::Done)
}

/// A key whose secret nobody will have is revoked again, while it can still sign for that.
async fn take_back(session: &KeysSession, credentials: &ApiCredentials, undone: Undone) -> KeysError {
    let undone = match session.operator.account.revoke_builder_key(credentials).await {
        Ok(()) => undone.because("the service returns the secret only once, so the key was revoked again"),
        Err(error) => undone
            .because("the service returns the secret only once, so the key is useless")
            .because(format!("it could not be revoked again: {error}"))
            .command("polydoctor keys builder list"),
    };
    undone
        .fixed_by("Make sure that the file is writable, then create a new key")
        .command("polydoctor keys builder create --save env=PATH")
        .into()
}

pub(super) async fn revoke(args: RevokeArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let builder = session.operator.account.settings().builder.whole();
    let by = args.by.unwrap_or(if builder.is_some() { RevokeAs::Builder } else { RevokeAs::User });
    let signing_builder = match (by, builder) {
        (RevokeAs::User, _) => None,
        (RevokeAs::Builder, Some(credentials)) => Some(credentials),
        (RevokeAs::Builder, None) => {
            let text = "the builder credentials are incomplete; set POLY_BUILDER_API_KEY, POLY_BUILDER_SECRET and POLY_BUILDER_PASSPHRASE, or pass --as user";
            return Err(KeysError::Usage(text.to_owned()));
        }
    };
    let change = Change::RevokeBuilderKey { key: signing_builder.as_ref().map(|builder| builder.key.clone()) };
    if args.consent.dry_run {
        let mut requests = if signing_builder.is_some() { Vec::new() } else { session.operator.signing_plan() };
        requests.push(change.request());
        return dry_run(&session, &requests, &[change]);
    }
    match signing_builder {
        Some(builder) => {
            args.consent.ask(&session, &change, &[])?;
            if let Err(error) = session.operator.account.revoke_builder_key(&builder).await {
                return Err(not_revoked(&session, &change, error).await);
            }
            revoked(&session, &[builder.key])
        }
        None => revoke_as_user(&session, &change, args.consent).await,
    }
}

/// The request names no key; which one went is seen by listing them before and after.
async fn revoke_as_user(session: &KeysSession, change: &Change, consent: ConsentArgs) -> Result<Exit, KeysError> {
    let signing = session.signing().await?;
    let active = |keys: Vec<BuilderKey>| -> Vec<String> {
        keys.into_iter().filter(|key| !key.revoked).map(|key| key.key).collect()
    };
    let before = active(keys(session, &signing).await?);
    if before.is_empty() {
        return Err(Undone::not_done("The account has no builder key to revoke").into());
    }
    consent.ask(session, change, &[("one of", before.join(", "))])?;
    if let Err(error) = session.operator.account.revoke_builder_key_as_user(&signing.credentials).await {
        return Err(session.operator.explain_change(change, "No builder key was revoked", error).await.into());
    }
    let unseen = |why: String| Undone::unknown(change.perhaps()).because(why).command(change.look());
    let after = match session.operator.account.builder_keys(&signing.credentials).await {
        Ok(keys) => active(keys),
        Err(error) => return Err(unseen(format!("the list of keys could not be read afterwards: {error}")).into()),
    };
    let gone: Vec<String> = before.into_iter().filter(|key| !after.contains(key)).collect();
    if gone.is_empty() {
        let why = "the service reported success, but still lists every key".to_owned();
        return Err(unseen(why).into());
    }
    revoked(session, &gone)
}

fn revoked(session: &KeysSession, keys: &[String]) -> Result<Exit, KeysError> {
    if session.format == Format::Json {
        print::json(&json!({ "schema": 1, "done": true, "revoked": keys }))?;
    } else {
        print::text(&format!("Revoked {}\n", keys.join(", ")))?;
    }
    if let Some(configured) =
        session.operator.account.settings().builder.key.as_ref().filter(|key| keys.contains(&key.value))
    {
        print::note(&format!("The settings still contain it ({}): remove it there", configured.source));
    }
    Ok(Exit::Done)
}

/// Why the builder's own signature did not revoke its key.
async fn not_revoked(session: &KeysSession, change: &Change, error: AccountError) -> KeysError {
    let summary = "The builder key was not revoked";
    match error {
        AccountError::Failure(failure) if failure.is_refusal() => Undone::not_done(summary)
            .by(Cause::BuilderCredentialsInvalid)
            .because(failure)
            .because("the builder credentials signed; version 2 clients sign as the user: --as user")
            .command("polydoctor check builder.credentials")
            .command("polydoctor keys builder list")
            .into(),
        error => session.operator.explain_change(change, summary, error).await.into(),
    }
}
