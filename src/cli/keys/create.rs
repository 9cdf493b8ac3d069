//! `polydoctor keys create`

use serde_json::json;

use super::consent::{ConsentArgs, dry_run};
use super::failed::KeysError;
use super::give::GiveArgs;
use super::print;
use super::session::{CommonArgs, KeysSession};
use crate::cli::Exit;
use crate::keys::Change;
use crate::operations::{Kind, Undone, already_used, derive_plan};

/// Creates credentials at --nonce, the configured nonce, or 0.
#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    give: GiveArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: CreateArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let nonce = session.operator.nonce()?;
    let change = Change::CreateApiKey { nonce };
    if args.consent.dry_run {
        print::note(&format!("the second request is only sent if the first finds no key at nonce {nonce}"));
        return dry_run(&session, &[derive_plan(), change.request()], &[change]);
    }
    let give = args.give.prepare(Kind::User, &session)?;
    if let Some(existing) = session.operator.derive(nonce).await? {
        let undone = Undone::not_done(format!("No API key was created: nonce {nonce} has one"));
        return Err(already_used(undone, nonce, &existing).into());
    }
    args.consent.ask(&session, &change, &[("secret", give.text(Some(nonce), &session))])?;
    let credentials = match session.operator.account.create_api_key(nonce).await {
        Ok(credentials) => credentials,
        Err(error) => return Err(session.operator.explain_creation(nonce, error).await.into()),
    };
    give.keep(&credentials, Some(nonce), &session)?;
    give.print(&credentials, &[("nonce", json!(nonce.to_string()))], &session)?;
    Ok(Exit::Done)
}
