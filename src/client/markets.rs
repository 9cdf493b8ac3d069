//! Markets: what Gamma says of a page, and the CLOB of a condition or a token.

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::clob::{amount, get};
use super::http::{Answer, Http, LARGEST_PAGE, Request};
use crate::endpoints;
use crate::facts::probe::Probe;
use crate::facts::{Failure, Market, MarketOutcome, millionths};
use crate::text;

/// Characters of a question or a slug that are kept.
const LONGEST_TEXT: usize = 300;
/// The name of an outcome is a word or a few.
const LONGEST_NAME: usize = 80;
/// Outcomes of one market, and markets of one event, that are read.
const MOST: usize = 200;

/// What an event's page leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// The condition id of its one market.
    One(B256),
    /// The slugs of its markets, the open ones where some are.
    Several(Vec<String>),
}

/// `GET /markets/slug/{slug}` of Gamma: the condition id of a market; `None` where there is none of this slug.
///
/// # Errors
///
/// [`Failure`] for every other answer than a market and 404.
pub async fn by_slug(http: &Http, gamma: &Url, slug: &str) -> Result<Option<B256>, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        condition_id: B256,
    }
    let path = format!("{}{slug}", endpoints::MARKET_BY_SLUG);
    let Some(answer) = there(http.send(whole(gamma, &path)).await)? else { return Ok(None) };
    Ok(Some(answer.object::<Body>()?.condition_id))
}

/// `GET /events/slug/{slug}` of Gamma: the markets of an event; `None` where there is none of this slug.
///
/// # Errors
///
/// [`Failure`] for every other answer than an event with markets and 404.
pub async fn by_event(http: &Http, gamma: &Url, slug: &str) -> Result<Option<Event>, Failure> {
    #[derive(Deserialize)]
    struct Body {
        markets: Vec<Row>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        slug: String,
        /// Empty as long as a market is only planned.
        #[serde(default)]
        condition_id: String,
        #[serde(default)]
        closed: bool,
    }
    let path = format!("{}{slug}", endpoints::EVENT_BY_SLUG);
    let Some(answer) = there(http.send(whole(gamma, &path)).await)? else { return Ok(None) };
    let rows = answer.object::<Body>()?.markets;
    let is_open = rows.iter().any(|row| !row.closed);
    let shown: Vec<&Row> = rows.iter().filter(|row| !row.closed || !is_open).take(MOST).collect();
    match &shown[..] {
        [] => Err(answer.garbled("an event without markets")),
        [one] => {
            let condition = one.condition_id.parse();
            Ok(Some(Event::One(condition.map_err(|_| answer.garbled("the market of the event has no condition ID"))?)))
        }
        several => Ok(Some(Event::Several(several.iter().map(|row| text::quoted(&row.slug, LONGEST_TEXT)).collect()))),
    }
}

/// Events have up to hundreds of markets, with everything that the site shows of each.
fn whole(gamma: &Url, path: &str) -> Request<'static> {
    Request { largest: LARGEST_PAGE, ..get(Probe::Market, gamma, path, &[]) }
}

/// The answer, unless it is that there is nothing of this name.
fn there<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Failure::Refused { status: 404, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// `{"condition_id": "0x…"}`, of `GET /markets-by-token/{token}`.
pub(super) fn read_condition(answer: &Answer) -> Result<B256, Failure> {
    #[derive(Deserialize)]
    struct Body {
        condition_id: B256,
    }
    Ok(answer.object::<Body>()?.condition_id)
}

/// A market of `GET /markets/{condition}`, which has to be the one that was asked for.
pub(super) fn read(answer: &Answer, condition: B256) -> Result<Market, Failure> {
    #[derive(Deserialize)]
    #[expect(clippy::struct_excessive_bools, reason = "as the CLOB sends it")]
    struct Body {
        condition_id: B256,
        #[serde(default)]
        question: String,
        #[serde(default)]
        market_slug: String,
        #[serde(default, deserialize_with = "or_none")]
        tokens: Vec<Row>,
        neg_risk: bool,
        #[serde(deserialize_with = "decimal")]
        minimum_tick_size: u64,
        #[serde(deserialize_with = "decimal")]
        minimum_order_size: u64,
        #[serde(default)]
        taker_base_fee: Option<f64>,
        enable_order_book: bool,
        active: bool,
        closed: bool,
        archived: bool,
        accepting_orders: bool,
    }
    #[derive(Deserialize)]
    struct Row {
        #[serde(deserialize_with = "amount")]
        token_id: U256,
        outcome: String,
        #[serde(default)]
        winner: bool,
    }
    let body: Body = answer.object()?;
    if body.condition_id != condition {
        return Err(answer.garbled("a market with a different condition ID than requested"));
    }
    if body.minimum_tick_size == 0 || body.minimum_tick_size >= 1_000_000 {
        return Err(answer.garbled("its minimum_tick_size is not a fraction of a dollar"));
    }
    if body.enable_order_book && body.tokens.is_empty() {
        return Err(answer.garbled("a market with an order book but no tokens"));
    }
    let outcomes = body.tokens.into_iter().take(MOST).map(|row| MarketOutcome {
        name: text::quoted(&row.outcome, LONGEST_NAME),
        token: row.token_id,
        won: row.winner,
    });
    Ok(Market {
        question: text::quoted(&body.question, LONGEST_TEXT),
        slug: text::quoted(&body.market_slug, LONGEST_TEXT),
        condition,
        outcomes: outcomes.collect(),
        neg_risk: body.neg_risk,
        tick: body.minimum_tick_size,
        min_size: body.minimum_order_size,
        taker_fee_bps: body.taker_base_fee.and_then(whole_number),
        has_order_book: body.enable_order_book,
        active: body.active,
        closed: body.closed,
        archived: body.archived,
        accepts_orders: body.accepting_orders,
    })
}

/// A list that may be null.
fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A number or its text, in millionths.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    // JSON writes small numbers with an exponent
    let text = value.as_str().map(str::to_owned).or_else(|| value.as_f64().map(|number| number.to_string()));
    let number = text.as_deref().and_then(millionths);
    number.ok_or_else(|| serde::de::Error::custom("expected a decimal number of at most six decimals"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a small whole number")]
fn whole_number(number: f64) -> Option<u64> {
    ((0.0..=10_000.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}
