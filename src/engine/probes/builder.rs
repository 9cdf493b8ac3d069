//! Probes of the builder programme: credentials, trades, fees, remote signer.

use alloy_signer_local::PrivateKeySigner;

use crate::attribution::{AccountIdentity, BuilderTrade, Coverage, OwnTrade, Reconciler};
use crate::auth::builder::{self as headers, builder_key_created_ms};
use crate::auth::l2::ApiCredentials;
use crate::client::calls::{self, Trades};
use crate::client::clob::{self, Clob};
use crate::client::http::Answer;
use crate::client::trades::By;
use crate::client::{services, signer as remote};
use crate::endpoints;
use crate::endpoints::FIRST_CURSOR;
use crate::engine::context::{Context, Outcome, ProbeSkip, unless_unsendable, url};
use crate::facts::probe::Probe;
use crate::facts::{BuilderAccess, BuilderFees, BuilderTrades, Failure, OwnTrades, RemoteSigner};

/// What every listing's first page is asked with.
fn first_page() -> Vec<(&'static str, String)> {
    vec![("next_cursor", FIRST_CURSOR.to_owned())]
}

fn credentials(context: &Context) -> Outcome<ApiCredentials> {
    let whole = context.settings.builder.whole();
    whole.ok_or_else(|| ProbeSkip::because("the builder credentials are not configured, or incomplete"))
}

pub(super) async fn access(context: &Context) -> Outcome<BuilderAccess> {
    let (credentials, path) = (credentials(context)?, endpoints::RELAYER_TRANSACTIONS);
    let sign = || unless_unsendable(headers::headers(&credentials, context.timestamp(), "GET", path, None));
    let relayer = url(context.settings.relayer_url.as_ref(), "relayer");
    let signer = context.signer().ok().map(PrivateKeySigner::address);
    let asked = match relayer {
        Ok(relayer) => services::builder_transactions(context.http()?, relayer, signer, &sign).await,
        Err(_) => Err(Failure::NotSent { reason: "the relayer URL is not usable".to_owned() }),
    };
    match asked {
        Ok(read) => Ok(BuilderAccess::Relayer { transactions: read.listed, newest: read.newest }),
        Err(failure) if failure.is_refusal() => Err(failure.into()),
        Err(failure) => match page(context, Probe::BuilderAccess, Trades::ByKey(&credentials), first_page()).await {
            Ok(_) => Ok(BuilderAccess::Clob),
            Err(ProbeSkip::Failed(refused @ Failure::Refused { status: 401 | 403, .. })) => Err(refused.into()),
            // version 2 wants a code there, and says nothing of the credentials
            Err(_) => Err(failure.into()),
        },
    }
}

async fn page(context: &Context, probe: Probe, of: Trades<'_>, query: Vec<(&'static str, String)>) -> Outcome<Answer> {
    Ok(context.ask(probe, &calls::page(of, query)).await?.0)
}

/// A page by builder code without headers (protocol version 2), or by builder credentials (version 1).
async fn listed(context: &Context, probe: Probe, mut query: Vec<(&'static str, String)>) -> Outcome<Answer> {
    let settings = &context.settings;
    match (By::usual(settings), &settings.builder_code) {
        (By::Code, Some(code)) => {
            query.push(("builder_code", code.value.clone()));
            page(context, probe, Trades::ByCode, query).await
        }
        _ => page(context, probe, Trades::ByKey(&credentials(context)?), query).await,
    }
}

pub(super) async fn trades(context: &Context) -> Outcome<BuilderTrades> {
    let answer = listed(context, Probe::BuilderTrades, first_page()).await?;
    let (rows, next) = Clob::read_page(&answer)?;
    let times = rows.iter().filter_map(|text| BuilderTrade::read(&clob::row(text))?.matched_s());
    Ok(BuilderTrades { on_first_page: rows.len(), more: next.is_some(), newest_s: times.max() })
}

pub(super) async fn fees(context: &Context) -> Outcome<BuilderFees> {
    let code = context.settings.builder_code.as_ref();
    let code = &code.ok_or_else(|| ProbeSkip::because("no builder code is configured"))?.value;
    if let Err(wrong) = headers::usable_code(code) {
        return Err(ProbeSkip::because(format!("the builder code {wrong}")));
    }
    Ok(context.ask(Probe::BuilderFees, &calls::builder_fees(code)).await?.1)
}

/// The newest trades of the maker, beside the newest of the maker in the builder's listing.
pub(super) async fn own_trades(context: &Context) -> Outcome<OwnTrades> {
    let maker = context.facts.borrow().setup.maker().ok_or_else(|| ProbeSkip::because("no funder is set"))?;
    let credentials = context.credentials()?;
    let of_maker = || [vec![("maker_address", maker.to_string())], first_page()].concat();
    let own = page(context, Probe::OwnTrades, Trades::Own(context.user(&credentials)?), of_maker());
    let settings = &context.settings;
    if settings.builder_code.is_none() && settings.builder.whole().is_none() {
        let answer = own.await?;
        let (rows, _) = Clob::read_page(&answer)?;
        return Ok(OwnTrades { on_first_page: rows.len(), reconciliation: None });
    }
    let (own, listed) = tokio::join!(own, listed(context, Probe::OwnTrades, of_maker()));
    let own = own?;
    let (own, more_own) = Clob::read_page(&own)?;
    let on_first_page = own.len();
    // what the builder's listing says of itself is the fact of another probe
    let Ok(listed) = listed else { return Ok(OwnTrades { on_first_page, reconciliation: None }) };
    let (listed, more_listed) = Clob::read_page(&listed)?;
    let made_s = settings.builder.key.as_ref().and_then(|key| builder_key_created_ms(&key.value));
    let mut both = Reconciler::new(AccountIdentity {
        maker,
        api_key: Some(credentials.key),
        builder_key_made_s: made_s.filter(|_| By::usual(settings) == By::Key).map(|ms| (ms / 1000).cast_signed()),
    });
    listed.iter().filter_map(|text| BuilderTrade::read(&clob::row(text))).for_each(|trade| both.add_listed(&trade));
    own.iter().filter_map(|text| OwnTrade::read(&clob::row(text), maker)).for_each(|trade| both.add_own(trade));
    let read = |more: Option<String>| if more.is_some() { Coverage::Partial } else { Coverage::Complete };
    Ok(OwnTrades {
        on_first_page,
        reconciliation: Some(both.judge(context.timestamp(), read(more_own), read(more_listed))),
    })
}

pub(super) async fn signer(context: &Context) -> Outcome<RemoteSigner> {
    let settings = &context.settings;
    let url = &settings
        .builder_signer_url
        .as_ref()
        .ok_or_else(|| ProbeSkip::because("no remote builder signer is configured"))?
        .value;
    let token = settings.builder_signer_token.as_ref().map(|token| &token.value);
    let secret = settings.builder.secret.as_ref().map(|secret| &secret.value);
    Ok(remote::ask(context.http()?, url, token, secret).await?)
}
