//! One market: whether it takes orders, and whether one of this account would be within its rules, its
//! balance and the approvals of the exchange that settles it.

mod funds;
mod order;

use super::clock::{not_told, service_unknown};
use super::finding::not_checked;
use super::{Finding, Status, order_proof};
use crate::auth::order::amounts::Precision;
use crate::auth::order::{Exchange, Version};
use crate::cause::Cause;
use crate::facts::probe::Probe;
use crate::facts::{
    Fact, Facts, Failure, Market, MarketAnswer, MarketName, MarketOutcome, MarketQuestion, PlannedOrder, decimal,
};

/// Of an event's markets, so many are listed.
const MOST_LISTED: usize = 12;

/// A market that was found, and what is asked about it.
struct Case<'a> {
    facts: &'a Facts,
    market: &'a Market,
    outcome: &'a MarketOutcome,
    order: Option<PlannedOrder>,
    exchange: &'a Exchange,
}

pub(super) fn market(facts: &Facts) -> Finding {
    let Some(question) = &facts.about else { return Finding::not_asked("No market given: pass --market") };
    match &facts.market {
        Fact::Known { value: MarketAnswer::Found(market), .. } => found(facts, question, market),
        Fact::Known { value: MarketAnswer::Unknown { by }, .. } => {
            Finding::fail(Cause::MarketUnavailable, format!("{by} has no {}", question.name))
                .likely(0.95)
                .proven()
                .fixed_by("Copy the URL of the market's page, or copy its condition ID from Gamma")
        }
        Fact::Known { value: MarketAnswer::Several { slugs }, .. } => several(slugs),
        Fact::Failed { failure, .. } => unread(facts, failure),
        Fact::Blocked { .. } => Finding::skip("net.reach", "Skipped: depends on net.reach"),
        Fact::NotAsked { why } => Finding::not_asked(not_checked(why)),
        Fact::Waiting | Fact::Running { .. } => Finding::not_asked("The market was not looked up"),
    }
}

fn several(slugs: &[String]) -> Finding {
    let finding = Finding::not_asked(format!("The event has {} markets: choose one of them", slugs.len()));
    let finding = slugs.iter().take(MOST_LISTED).fold(finding, |finding, slug| finding.with("market", slug));
    let finding = match slugs.len().checked_sub(MOST_LISTED) {
        Some(more @ 1..) => finding.with("further markets", more),
        _ => finding,
    };
    finding.fixed_by("Pass the slug of one of these markets with --market")
}

/// Whoever was asked last gave no answer: Gamma resolves slugs, the CLOB everything else.
fn unread(facts: &Facts, failure: &Failure) -> Finding {
    let last = facts.requests.iter().rev().find(|request| request.probe == Some(Probe::Market));
    let is_gamma = last.is_some_and(|request| request.url.contains("/slug/"));
    if is_gamma {
        return service_unknown(facts, "The Gamma service", failure).fixed_by(
            "Check POLYMARKET_GAMMA_URL and the network, or pass the condition ID, which needs only the CLOB",
        );
    }
    if facts.server_time.failure().is_some() {
        return Finding::skip("net.reach", "Skipped: depends on net.reach");
    }
    not_told(facts, failure, "The CLOB did not return the rules of the market")
}

fn found(facts: &Facts, question: &MarketQuestion, market: &Market) -> Finding {
    if let Some(finding) = unavailable(market) {
        return described(finding, market);
    }
    let Some(outcome) = market.outcome(question) else {
        return described(no_such_outcome(question, market), market);
    };
    let version = match (facts.protocol_version(), Exchange::is_v3_token(outcome.token)) {
        (1, _) => Version::V1,
        (_, true) => Version::V3,
        (_, false) => Version::V2,
    };
    let Some(exchange) = Exchange::find(facts.setup.chain(), version, market.neg_risk) else {
        return Finding::skip("setup.settings", "Polymarket has no contracts on this chain");
    };
    let case = Case { facts, market, outcome, order: question.order, exchange };
    let finding = order::breaks_rules(&case)
        .or_else(|| paused(&case))
        .or_else(|| funds::missing(&case))
        .or_else(|| order::is_changed_by_clients(&case))
        .unwrap_or_else(|| fits(&case));
    order::shown(rules(described(finding, market), &case), &case)
}

/// Why the market takes no orders, if it takes none.
fn unavailable(market: &Market) -> Option<Finding> {
    const CHOOSE: &str = "Choose a market that is open";
    let winner = market.outcomes.iter().find(|outcome| outcome.won);
    let (summary, fix) = match winner {
        _ if market.archived => ("The market is archived and does not accept orders".to_owned(), CHOOSE),
        Some(winner) => (format!("The market was resolved as {}", winner.name), CHOOSE),
        None if market.closed => ("The market is closed and does not accept orders".to_owned(), CHOOSE),
        None if !market.has_order_book => ("The market has no order book".to_owned(), CHOOSE),
        None if !market.active => ("The market is not open yet".to_owned(), "Wait until the market opens"),
        None if !market.accepts_orders => (
            "The market does not accept orders at the moment".to_owned(),
            "Wait until the market accepts orders again, then run again",
        ),
        None => return None,
    };
    Some(Finding::fail(Cause::MarketUnavailable, summary).likely(0.97).proven().fixed_by(fix))
}

/// Whether the exchange of this market fills no orders of the account.
fn paused(case: &Case<'_>) -> Option<Finding> {
    let words = &order_proof(case.facts)?.exchanges;
    let word = words.iter().find(|word| word.exchange == case.exchange.address)?;
    let place = exchange_name(case.exchange);
    let (cause, summary, fix) = if word.is_paused == Some(true) {
        let summary = format!("Trading is paused at the {place}, which settles this market");
        (Cause::ExchangePaused, summary, "Wait until trading resumes; see status.polymarket.com")
    } else if word.is_maker_paused == Some(true) {
        let summary = format!("The funder has paused itself at the {place}, which settles this market");
        (Cause::UserPaused, summary, "Call unpauseUser on the exchange contract from the funder, then run again")
    } else {
        return None;
    };
    Some(Finding::fail(cause, summary).likely(0.97).proven().fixed_by(fix))
}

/// Why there is no outcome as it is asked about.
fn no_such_outcome(question: &MarketQuestion, market: &Market) -> Finding {
    let name = question.outcome.as_deref().unwrap_or_default();
    if let MarketName::Token(token) = &question.name
        && let Some(of_token) = market.outcomes.iter().find(|outcome| outcome.token == *token)
    {
        return Finding::not_asked(format!("The token is that of {}, not of {name}", of_token.name))
            .fixed_by("Leave out --outcome, or pass the token of that outcome");
    }
    let names = market.outcomes.iter().map(|outcome| outcome.name.as_str()).collect::<Vec<_>>().join(", ");
    Finding::not_asked(format!("The market has no outcome {name}: it has {names}"))
        .fixed_by(format!("Pass one of these with --outcome: {names}"))
}

fn fits(case: &Case<'_>) -> Finding {
    let place = exchange_name(case.exchange);
    match case.order {
        Some(order) => {
            let summary =
                format!("{} fits the market, the balance and the approvals of the {place}", order::name(order));
            Finding::pass(summary)
        }
        None => Finding::pass(format!(
            "Accepts orders at the {place}: tick {}, at least {} shares",
            decimal(case.market.tick),
            decimal(case.market.min_size)
        )),
    }
}

/// Which market it is.
fn described(finding: Finding, market: &Market) -> Finding {
    let named = [("market", &market.question), ("slug", &market.slug)].into_iter().filter(|(_, text)| !text.is_empty());
    let finding = named.fold(finding, |finding, (label, text)| finding.with(label, text));
    let finding = finding.with("condition", market.condition);
    market
        .outcomes
        .iter()
        .fold(finding, |finding, outcome| finding.with(format!("token of {}", outcome.name), outcome.token))
}

/// What an order has to keep to.
fn rules(finding: Finding, case: &Case<'_>) -> Finding {
    let Case { market, exchange, .. } = case;
    let least = decimal(funds::least(market));
    let finding = finding
        .with("exchange", format!("{} ({})", exchange_name(exchange), exchange.address))
        .with("domain version", exchange.version.number())
        .with("tick size", decimal(market.tick))
        .with("prices", format!("{} to {}", decimal(market.tick), decimal(1_000_000 - market.tick)))
        .with("smallest order", format!("{} shares, {least} {}", decimal(market.min_size), funds::token(case.facts)));
    let finding = match Precision::of_tick(market.tick) {
        Some(Precision { price, size, amount }) => {
            finding.with("decimals", format!("price {price}, size {size}, price × size {amount}"))
        }
        None => finding.with("decimals", "no official client knows this tick size"),
    };
    match market.taker_fee_bps {
        Some(bps) => finding.with("base fee of takers", format!("{bps} bps")),
        None => finding,
    }
}

/// "neg-risk exchange V2"
fn exchange_name(exchange: &Exchange) -> String {
    let kind = if exchange.neg_risk { "neg-risk exchange" } else { "exchange" };
    format!("{kind} {}", exchange.version)
}

/// Whether another check says already what is wrong.
fn is_failing(finding: &Finding) -> bool {
    finding.status == Status::Fail
}
