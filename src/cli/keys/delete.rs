//! `polydoctor keys delete`

use serde_json::json;

use super::consent::{ConsentArgs, dry_run};
use super::failed::KeysError;
use super::session::{CommonArgs, KeysSession};
use super::{Format, print};
use crate::cli::Exit;
use crate::keys::Change;

/// Deletes the configured API key, or with --nonce the one at that nonce.
/// A key signs its own deletion, so a key whose secret is lost cannot be deleted unless its nonce is
/// known.
#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: DeleteArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    if args.consent.dry_run {
        let configured =
            session.operator.account.settings().credentials.key.as_ref().map(|key| session.operator.id(&key.value));
        let mut requests = session.operator.signing_plan();
        let key = match configured.filter(|_| requests.is_empty()) {
            Some(key) => key,
            None => format!("of nonce {}", session.operator.nonce()?),
        };
        let change = Change::DeleteApiKey { key };
        requests.push(change.request());
        return dry_run(&session, &requests, &[change]);
    }
    let signing = session.signing().await?;
    let key = &signing.credentials.key;
    let change = Change::DeleteApiKey { key: session.operator.id(key) };
    args.consent.ask(&session, &change, &[("which", signing.whose.clone())])?;
    if let Err(error) = session.operator.account.delete_api_key(&signing.credentials).await {
        return Err(session.operator.explain_change(&change, "The API key was not deleted", error).await.into());
    }
    let configured =
        session.operator.account.settings().credentials.key.as_ref().filter(|configured| configured.value == *key);
    if session.format == Format::Json {
        print::json(&json!({ "schema": 1, "done": true, "deleted": key, "was_configured": configured.is_some() }))?;
    } else {
        print::text(&format!("Deleted {key}\n"))?;
    }
    if let Some(configured) = configured {
        print::note(&format!(
            "The settings still contain it ({}): remove it there, or derive new credentials",
            configured.source
        ));
    }
    Ok(Exit::Done)
}
