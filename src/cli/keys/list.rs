//! `polydoctor keys list`

use serde_json::json;

use super::failed::KeysError;
use super::session::{CommonArgs, KeysSession};
use super::{Format, print};
use crate::cli::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

pub(super) async fn run(args: ListArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let signing = session.signing().await?;
    let keys = match session.operator.account.api_keys(&signing.credentials).await {
        Ok(keys) => keys,
        Err(error) => return Err(session.operator.explain("The API keys could not be listed", error).await.into()),
    };
    let configured = session.operator.account.settings().credentials.key.as_ref();
    let is_configured = |key: &str| configured.is_some_and(|configured| configured.value == key);
    if session.format == Format::Json {
        let rows: Vec<_> = keys.iter().map(|key| json!({ "key": key, "configured": is_configured(key) })).collect();
        print::json(&json!({ "schema": 1, "done": true, "keys": rows }))?;
        return Ok(Exit::Done);
    }
    let row = |key: &String| match configured {
        Some(configured) if configured.value == *key => format!("{key}  configured ({})", configured.source),
        _ => key.clone(),
    };
    let head = format!("API keys of {}: {}", session.operator.account_text(), keys.len());
    print::list(&head, &keys.iter().map(row).collect::<Vec<_>>())?;
    print::note(&format!(
        "The API does not return nonces; to find them: {}",
        session.operator.command("polydoctor keys nonces")
    ));
    Ok(Exit::Done)
}
