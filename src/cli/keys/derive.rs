//! `polydoctor keys derive`

use serde_json::{Value, json};

use super::consent::ConsentArgs;
use super::failed::KeysError;
use super::give::GiveArgs;
use super::session::{CommonArgs, KeysSession};
use crate::auth::l2::{ApiCredentials, SecretKey};
use crate::checks::short;
use crate::cli::Exit;
use crate::operations::{Kind, no_key};

#[derive(Debug, clap::Args)]
pub(super) struct DeriveArgs {
    #[command(flatten)]
    give: GiveArgs,
    /// Replace existing values in the --save file without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: DeriveArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let give = args.give.prepare(Kind::User, &session)?;
    let nonce = session.operator.nonce()?;
    let Some(credentials) = session.operator.derive(nonce).await? else { return Err(no_key(nonce).into()) };
    give.save(&credentials, nonce, &session, ConsentArgs::for_files(args.yes))?;
    let facts = [("nonce", json!(nonce.to_string())), ("configured", configured(&session, &credentials))];
    give.print(&credentials, &facts, &session)?;
    Ok(Exit::Done)
}

/// Whether both sign alike, however their secret is written.
fn is_same(configured: &ApiCredentials, derived: &ApiCredentials) -> bool {
    let secrets = [configured, derived].map(|credentials| SecretKey::decode(&credentials.secret).ok());
    let is_same_secret = match secrets {
        [Some(configured), Some(derived)] => configured.is(&derived),
        _ => configured.secret == derived.secret,
    };
    configured.key == derived.key && is_same_secret && configured.passphrase == derived.passphrase
}

/// What the configured credentials are beside these.
fn configured(session: &KeysSession, derived: &ApiCredentials) -> Value {
    let parts = &session.operator.account.settings().credentials;
    match (&parts.key, parts.whole()) {
        (_, Some(configured)) if is_same(&configured, derived) => "the same".into(),
        (Some(key), _) if key.value == derived.key => "the same key, with a different secret or passphrase".into(),
        (Some(key), _) => format!("a different key, {} ({})", short(&key.value), key.source).into(),
        (None, _) => "none".into(),
    }
}
