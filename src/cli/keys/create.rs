//! `polydoctor keys create`

use serde_json::json;

use super::consent::{ConsentArgs, dry_run};
use super::failed::{Failed, Stop};
use super::give::GiveArgs;
use super::place::Kind;
use super::session::{CommonArgs, Session, already_used, derive_plan};
use crate::cli::Exit;
use crate::keys::Change;

/// Creates credentials at the nonce of --nonce, or of the settings, or 0.
#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    give: GiveArgs,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: CreateArgs) -> Result<Exit, Stop> {
    let session = Session::open(args.common).await?;
    let nonce = session.nonce()?;
    let change = Change::CreateApiKey { nonce };
    if args.consent.dry_run {
        return dry_run(&session, &[derive_plan(), change.request()], &[change]);
    }
    let give = args.give.prepare(Kind::User, &session)?;
    if let Some(existing) = session.derive(nonce).await? {
        let failed = Failed::new(Exit::No, format!("No API key was created: nonce {nonce} has one"));
        return Err(already_used(failed, nonce, &existing).into());
    }
    args.consent.ask(&session, &change, &[("secret", give.text())])?;
    let credentials = match session.account.create_api_key(nonce).await {
        Ok(credentials) => credentials,
        Err(error) => return Err(session.explain_creation(nonce, error).await),
    };
    give.keep(&credentials, Some(nonce), &session)?;
    give.print(&credentials, &[("nonce", json!(nonce.to_string()))], &session)?;
    Ok(Exit::Done)
}
