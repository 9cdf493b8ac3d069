//! Sample markets: Gamma's and the CLOB's views of a few of every kind.

use alloy_primitives::{B256, U256, keccak256};
use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::Sandbox;
use super::http::{Answer, Received, Refusal, Route};

pub(super) const ROUTES: &[Route] = &[
    (Method::GET, "/markets/{condition}", market),
    (Method::GET, "/markets-by-token/{token}", by_token),
    (Method::GET, "/-/gamma/markets/slug/{slug}", by_slug),
    (Method::GET, "/-/gamma/events/slug/{slug}", event),
];

/// What keeps a market from taking orders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Not opened yet.
    Inactive,
    /// No orders at the moment.
    Halted,
    WithoutBook,
    Closed,
    /// For the first outcome.
    Resolved,
    Archived,
}

struct Sample {
    slug: &'static str,
    event: &'static str,
    question: &'static str,
    outcomes: [&'static str; 2],
    neg_risk: bool,
    /// In dollars.
    tick: f64,
    state: State,
    /// Its tokens are positions of the newer protocol.
    is_v3: bool,
}

const USUAL: Sample = Sample {
    slug: "sample-rain-tomorrow",
    event: "sample-rain",
    question: "Will it rain tomorrow?",
    outcomes: ["Yes", "No"],
    neg_risk: false,
    tick: 0.01,
    state: State::Open,
    is_v3: false,
};

const SAMPLES: &[Sample] = &[
    USUAL,
    Sample {
        slug: "sample-match-final",
        event: "sample-match",
        question: "Harbour or Valley: who wins the final?",
        outcomes: ["Harbour", "Valley"],
        tick: 0.001,
        ..USUAL
    },
    Sample { slug: "sample-election-anna", question: "Will Anna win the election?", ..ELECTION },
    Sample { slug: "sample-election-boris", question: "Will Boris win the election?", ..ELECTION },
    Sample { slug: "sample-election-clara", question: "Will Clara win the election?", tick: 0.001, ..ELECTION },
    Sample { slug: "sample-resolved", event: "sample-past", state: State::Resolved, ..USUAL },
    Sample { slug: "sample-closed", event: "sample-ended", state: State::Closed, ..USUAL },
    Sample { slug: "sample-halted", event: "sample-pause", state: State::Halted, ..USUAL },
    Sample { slug: "sample-planned", event: "sample-plan", state: State::Inactive, ..USUAL },
    Sample { slug: "sample-without-book", event: "sample-booklet", state: State::WithoutBook, ..USUAL },
    Sample { slug: "sample-archived", event: "sample-archive", state: State::Archived, ..USUAL },
    Sample { slug: "sample-fifths", event: "sample-ticks", tick: 0.2, ..USUAL },
    Sample { slug: "sample-position", event: "sample-positions", is_v3: true, ..USUAL },
];

const ELECTION: Sample = Sample { event: "sample-election", neg_risk: true, ..USUAL };

/// Shares of the smallest order.
const LEAST: u32 = 5;

impl Sample {
    fn condition(&self) -> B256 {
        keccak256(self.slug)
    }

    /// Of an outcome, by its place.
    fn token(&self, place: u8) -> U256 {
        let hash = U256::from_be_bytes(keccak256([self.condition().as_slice(), &[place]].concat()).0);
        if self.is_v3 {
            // the module in the top byte, 64 bits of zero below the condition, and the outcome at the end
            const BINARY_MODULE: u64 = 1;
            let middle = (hash >> 112_usize) << 104_usize;
            return (U256::from(BINARY_MODULE) << 248_usize) | middle | U256::from(place);
        }
        hash
    }

    fn tokens(&self) -> [U256; 2] {
        [self.token(0), self.token(1)]
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Closed | State::Resolved | State::Archived)
    }

    /// As Gamma has it, which writes lists into texts.
    fn of_gamma(&self) -> Value {
        let tokens = self.tokens().map(|token| token.to_string());
        json!({
            "slug": self.slug,
            "question": self.question,
            "conditionId": self.condition(),
            "outcomes": json!(self.outcomes).to_string(),
            "clobTokenIds": json!(tokens).to_string(),
            "active": self.state != State::Inactive,
            "closed": self.is_over(),
            "archived": self.state == State::Archived,
            "enableOrderBook": self.state != State::WithoutBook,
            "acceptingOrders": self.state == State::Open,
            "orderPriceMinTickSize": self.tick,
            "orderMinSize": LEAST,
            "negRisk": self.neg_risk,
        })
    }

    fn of_clob(&self) -> Value {
        let token = |(place, name): (u8, &&str)| {
            let won = self.state == State::Resolved && place == 0;
            let price = if self.state == State::Resolved { f64::from(1 - place) } else { 0.5 };
            json!({ "token_id": self.token(place).to_string(), "outcome": name, "price": price, "winner": won })
        };
        json!({
            "enable_order_book": self.state != State::WithoutBook,
            "active": self.state != State::Inactive,
            "closed": self.is_over(),
            "archived": self.state == State::Archived,
            "accepting_orders": self.state == State::Open,
            "accepting_order_timestamp": null,
            "minimum_order_size": LEAST,
            "minimum_tick_size": self.tick,
            "condition_id": self.condition(),
            "question_id": keccak256(self.question),
            "question": self.question,
            "description": "A sample market of the sandbox.",
            "market_slug": self.slug,
            "end_date_iso": "2030-01-01T00:00:00Z",
            "game_start_time": null,
            "seconds_delay": 0,
            "fpmm": "",
            "maker_base_fee": 0,
            "taker_base_fee": 0,
            "notifications_enabled": true,
            "neg_risk": self.neg_risk,
            "neg_risk_market_id": "",
            "neg_risk_request_id": "",
            "icon": "",
            "image": "",
            "rewards": { "rates": null, "min_size": 0, "max_spread": 0 },
            "is_50_50_outcome": false,
            "tokens": (0_u8..).zip(&self.outcomes).map(token).collect::<Vec<Value>>(),
            "tags": ["Sample"],
        })
    }
}

/// What each account holds of a token, in millionths: some of every first outcome.
pub(super) fn shares(token: U256) -> U256 {
    let is_first = SAMPLES.iter().any(|sample| sample.token(0) == token);
    if is_first { U256::from(25_000_000) } else { U256::ZERO }
}

/// Whether the market of a token is one of negative risk, and its tick size; `None` of other tokens.
pub(super) fn rules(token: &str) -> Option<(bool, f64)> {
    let token: U256 = token.parse().ok()?;
    let sample = SAMPLES.iter().find(|sample| sample.tokens().contains(&token))?;
    Some((sample.neg_risk, sample.tick))
}

fn market(_: &Sandbox, received: &Received) -> Answer {
    let condition: Option<B256> = received.last_segment().parse().ok();
    let found = SAMPLES.iter().find(|sample| Some(sample.condition()) == condition);
    found.map(Sample::of_clob).ok_or_else(|| Refusal::not_found("market not found"))
}

fn by_token(_: &Sandbox, received: &Received) -> Answer {
    let token: Option<U256> = received.last_segment().parse().ok();
    let found = SAMPLES.iter().find(|sample| token.is_some_and(|token| sample.tokens().contains(&token)));
    let found = found.ok_or_else(|| Refusal::not_found("market not found"))?;
    let [first, second] = found.tokens().map(|token| token.to_string());
    Ok(json!({ "condition_id": found.condition(), "primary_token_id": first, "secondary_token_id": second }))
}

fn by_slug(_: &Sandbox, received: &Received) -> Answer {
    let found = SAMPLES.iter().find(|sample| sample.slug == received.last_segment());
    found.map(Sample::of_gamma).ok_or_else(|| Refusal::not_found("slug not found"))
}

fn event(_: &Sandbox, received: &Received) -> Answer {
    let of_event = SAMPLES.iter().filter(|sample| sample.event == received.last_segment());
    let markets: Vec<Value> = of_event.map(Sample::of_gamma).collect();
    if markets.is_empty() {
        return Err(Refusal::not_found("slug not found"));
    }
    Ok(json!({ "slug": received.last_segment(), "title": "Sample", "closed": false, "markets": markets }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::order::Exchange;

    #[test]
    fn slugs_and_tokens_of_the_samples_are_their_own_and_only_positions_are_of_version_3() {
        let slugs: std::collections::BTreeSet<&str> = SAMPLES.iter().map(|sample| sample.slug).collect();
        let tokens: std::collections::BTreeSet<U256> = SAMPLES.iter().flat_map(Sample::tokens).collect();
        assert_eq!((slugs.len(), tokens.len()), (SAMPLES.len(), 2 * SAMPLES.len()));
        for sample in SAMPLES {
            assert!(
                sample.tokens().iter().all(|token| Exchange::is_v3_token(*token) == sample.is_v3),
                "{}",
                sample.slug
            );
        }
    }
}
