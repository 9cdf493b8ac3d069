//! `polydoctor keys create`

use serde_json::json;

use super::caller::{Caller, CommonArgs};
use super::consent::{ConsentArgs, dry_run};
use super::failed::Stop;
use super::give::GiveArgs;
use super::print;
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

pub(super) async fn run(args: CreateArgs) -> Result<Exit, Stop> {
    let caller = Caller::open(args.common).await?;
    let nonce = caller.operator.nonce()?;
    let change = Change::CreateApiKey { nonce };
    if args.consent.dry_run {
        print::note(&format!("the second request is only sent if the first finds no key at nonce {nonce}"));
        return dry_run(&caller, &[derive_plan(), change.request()], &[change]);
    }
    let give = args.give.prepare(Kind::User, &caller)?;
    if let Some(existing) = caller.operator.derive(nonce).await? {
        let undone = Undone::not_done(format!("No API key was created: nonce {nonce} has one"));
        return Err(already_used(undone, nonce, &existing).into());
    }
    args.consent.ask(&caller, &change, &[("secret", give.text(Some(nonce), &caller))])?;
    let credentials = match caller.operator.account.create_api_key(nonce).await {
        Ok(credentials) => credentials,
        Err(error) => return Err(caller.operator.explain_creation(nonce, error).await.into()),
    };
    give.keep(&credentials, Some(nonce), &caller)?;
    give.print(&credentials, &[("nonce", json!(nonce.to_string()))], &caller)?;
    Ok(Exit::Done)
}
