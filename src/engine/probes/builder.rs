//! Probes of the builder programme: credentials, trades, remote signer.

use crate::auth::builder as headers;
use crate::auth::l2::ApiCredentials;
use crate::client::clob::{self, Clob};
use crate::client::{services, signer as remote};
use crate::engine::context::{Context, Missing, Outcome, unless_unsendable, url};
use crate::engine::facts::{BuilderTrades, RemoteSigner};
use crate::engine::probe::Probe;

fn credentials(context: &Context) -> Outcome<ApiCredentials> {
    let whole = context.settings.builder.whole();
    whole.ok_or_else(|| Missing::because("no whole set of builder credentials is configured"))
}

pub(super) async fn access(context: &Context) -> Outcome<usize> {
    let credentials = credentials(context)?;
    let path = services::RELAYER_TRANSACTIONS;
    let sign = || unless_unsendable(headers::headers(&credentials, context.timestamp(), "GET", path, None));
    let relayer = url(context.settings.relayer_url.as_ref(), "relayer")?;
    Ok(services::builder_transactions(context.http()?, relayer, &sign).await?)
}

/// By builder code without headers (protocol version 2), or by builder credentials (version 1).
pub(super) async fn trades(context: &Context) -> Outcome<BuilderTrades> {
    let (path, first) = (clob::BUILDER_TRADES, ("next_cursor", "MA=="));
    let answer = if let Some(code) = &context.settings.builder_code {
        let query = [("builder_code", code.value.as_str()), first];
        context.get(Probe::BuilderTrades, path, &query, None).await?
    } else {
        let credentials = credentials(context)?;
        let sign = || unless_unsendable(headers::headers(&credentials, context.timestamp(), "GET", path, None));
        context.get(Probe::BuilderTrades, path, &[first], Some(&sign)).await?
    };
    Ok(Clob::read_builder_trades(&answer)?)
}

pub(super) async fn signer(context: &Context) -> Outcome<RemoteSigner> {
    let settings = &context.settings;
    let url =
        &settings.builder_signer_url.as_ref().ok_or_else(|| Missing::because("no remote signer is configured"))?.value;
    let token = settings.builder_signer_token.as_ref().map(|token| &token.value);
    let secret = settings.builder.secret.as_ref().map(|secret| &secret.value);
    Ok(remote::ask(context.http()?, url, token, secret).await?)
}
