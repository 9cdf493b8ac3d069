//! The market that a run is asked about.

use alloy_primitives::B256;

use super::wallets::{contracts_of, node};
use crate::auth::order::Exchange;
use crate::client::calls::{self, Call};
use crate::client::chain as polygon;
use crate::client::markets::{self, Event};
use crate::engine::context::{Context, Outcome, ProbeSkip, url};
use crate::facts::probe::Probe;
use crate::facts::{Failure, HeldShares, MarketAnswer, MarketName, PlannedOrder, Side};

pub(super) async fn market(context: &Context) -> Outcome<MarketAnswer> {
    let name = context.facts.borrow().about.as_ref().map(|question| question.name.clone());
    let name = name.ok_or_else(|| ProbeSkip::because("no market is given"))?;
    let condition = match condition(context, &name).await? {
        Ok(condition) => condition,
        Err(answer) => return Ok(answer),
    };
    let Some(market) = from_clob(context, &calls::market(condition)).await? else {
        return Ok(MarketAnswer::Unknown { by: "The CLOB".to_owned() });
    };
    if let MarketName::Token(token) = name
        && market.outcomes.iter().all(|outcome| outcome.token != token)
    {
        let reason = "the market that it returned for the token has different tokens".to_owned();
        return Err(Failure::Garbled { status: 200, reason }.into());
    }
    Ok(MarketAnswer::Found(Box::new(market)))
}

/// The condition id behind a name, or why there is none.
async fn condition(context: &Context, name: &MarketName) -> Outcome<Result<B256, MarketAnswer>> {
    let slug = match name {
        MarketName::Condition(condition) => return Ok(Ok(*condition)),
        MarketName::Token(token) => {
            let found = from_clob(context, &calls::market_of_token(*token)).await?;
            return Ok(found.ok_or_else(|| MarketAnswer::Unknown { by: "The CLOB".to_owned() }));
        }
        MarketName::Slug(slug) | MarketName::Event(slug) => slug,
    };
    let gamma = url(context.settings.gamma_url.as_ref(), "Gamma API")?;
    let http = context.http()?;
    if let MarketName::Slug(_) = name
        && let Some(condition) = markets::by_slug(http, gamma, slug).await?
    {
        return Ok(Ok(condition));
    }
    // the URL of a page often ends with the event
    Ok(match markets::by_event(http, gamma, slug).await? {
        Some(Event::One(condition)) => Ok(condition),
        Some(Event::Several(slugs)) => Err(MarketAnswer::Several { slugs }),
        None => Err(MarketAnswer::Unknown { by: "Gamma".to_owned() }),
    })
}

/// What the maker holds of the outcome that is to be sold.
pub(super) async fn shares(context: &Context) -> Outcome<HeldShares> {
    let chain = contracts_of(context)?;
    let (wallet, token) = {
        let facts = context.facts.borrow();
        let question = facts.about.as_ref().ok_or_else(|| ProbeSkip::because("no market is given"))?;
        if !matches!(question.order, Some(PlannedOrder { side: Side::Sell, .. })) {
            return Err(ProbeSkip::because("no sale is planned"));
        }
        let Some(MarketAnswer::Found(market)) = facts.market.known() else {
            return Err(ProbeSkip::Blocked(Probe::Market));
        };
        let token = market.outcome(question).map(|outcome| outcome.token);
        let token = token.ok_or_else(|| ProbeSkip::because("the market has no such outcome"))?;
        if Exchange::is_v3_token(token) {
            return Err(ProbeSkip::because("shares of the exchange V3 are in a different contract"));
        }
        let state = facts.chain.known().ok_or(ProbeSkip::Blocked(Probe::Chain))?;
        if state.chain_id != facts.setup.chain() {
            return Err(ProbeSkip::because("the Polygon RPC is on a different chain"));
        }
        (facts.setup.maker().ok_or_else(|| ProbeSkip::because("no funder is set"))?, token)
    };
    let amount = polygon::shares(&node(context, Probe::MarketShares)?, chain, wallet, token).await?;
    Ok(HeldShares { wallet, token, amount })
}

/// What the CLOB says, unless that there is none.
async fn from_clob<T>(context: &Context, call: &Call<'_, T>) -> Outcome<Option<T>> {
    match context.ask(Probe::Market, call).await {
        Ok((_, value)) => Ok(Some(value)),
        Err(ProbeSkip::Failed(Failure::Refused { status: 404, .. })) => Ok(None),
        Err(missing) => Err(missing),
    }
}
