//! Whether the wallet holds what an order takes, and the exchange of the market may take it.

use alloy_primitives::U256;

use super::{Case, exchange_name, is_failing, order};
use crate::auth::order::Version;
use crate::cause::Cause;
use crate::checks::account::{allowance, balance, cached};
use crate::checks::clock::node_unknown;
use crate::checks::trading::{TradingWallet, trading_wallet};
use crate::checks::{Finding, Status, collateral};
use crate::facts::{Facts, Market, OnChain, Side, decimal};

/// The token that orders are paid in.
pub(super) fn token(facts: &Facts) -> &'static str {
    collateral(facts.protocol_version())
}

/// What the smallest order costs, in millionths of a dollar: the fewest shares at the lowest price.
pub(super) fn least(market: &Market) -> u64 {
    let cost = (u128::from(market.min_size) * u128::from(market.tick)).div_ceil(1_000_000);
    u64::try_from(cost).unwrap_or(u64::MAX)
}

/// What keeps the order, or any order, from being filled although it is within the market's rules.
pub(super) fn missing(case: &Case<'_>) -> Option<Finding> {
    let facts = case.facts;
    let Some(trading) = trading_wallet(facts) else {
        return Some(Finding::skip("wallet.funder", "The wallet that should hold the balance could not be determined"));
    };
    let Some(at) = facts.on_chain(trading.address) else {
        return Some(Finding::skip(
            "wallet.map",
            "Balance and approvals could not be determined: the chain was not read",
        ));
    };
    if !at.has_code() && facts.setup.signer() != Some(trading.address) {
        return Some(Finding::skip("wallet.deployed", "A wallet that is not deployed yet has no approvals"));
    }
    let side = case.order.map(|order| order.side);
    let cost = case.order.map_or_else(|| least(case.market), |order| order::cost(order, case.market));
    let buying = || too_little(case, &trading, at, cost).or_else(|| unapproved(case, at, cost));
    let finding = match side {
        Some(Side::Sell) => immovable(case, at, true).or_else(|| too_few(case, &trading)),
        Some(Side::Buy) => buying(),
        None => buying().or_else(|| immovable(case, at, false)),
    };
    // another contract keeps its shares, and neither is asked about
    let is_unread = case.exchange.version == Version::V3;
    let unread = || is_unread.then(|| Finding::note("Accepts orders; the approvals of the exchange V3 were not read"));
    finding.or_else(unread).map(|finding| trading.named(finding))
}

/// The balance, by the chain and by the CLOB's copy of it.
fn too_little(case: &Case<'_>, trading: &TradingWallet, at: &OnChain, cost: u64) -> Option<Finding> {
    let (facts, wanted) = (case.facts, U256::from(cost));
    let held = at.collateral(facts.protocol_version());
    let seen = cached(facts, trading.signature_type).and_then(|answer| answer.as_ref().ok()).map(|seen| seen.balance);
    let too_little = held < wanted;
    if !too_little && seen.is_none_or(|seen| seen >= wanted) {
        return None;
    }
    let of_account = balance(facts);
    if is_failing(&of_account) {
        return Some(Finding::skip("funds.balance", "Skipped: depends on funds.balance"));
    }
    let subject = if case.order.is_some() { "The order" } else { "The smallest order" };
    let (cost, token) = (decimal(cost), token(facts));
    if too_little {
        let summary = format!("{subject} costs {cost} {token}, and the funder holds {}", amount(held));
        let fix = of_account.fix.map(|fix| fix.text).filter(|_| held.is_zero());
        let fix = fix.unwrap_or_else(|| format!("Deposit {token} through polymarket.com, or reduce the order"));
        return Some(Finding::fail(Cause::BalanceMissing, summary).likely(0.95).proven().fixed_by(fix));
    }
    let seen = amount(seen.unwrap_or_default());
    let summary =
        format!("{subject} costs {cost} {token}; the funder holds it, but the CLOB's cached balance is {seen}");
    Some(Finding { status: Status::Fail, summary, evidence: Vec::new(), ..of_account })
}

fn amount(of: U256) -> String {
    decimal(u64::try_from(of).unwrap_or(u64::MAX))
}

/// Whether there are not as many shares as are to be sold, or it could not be determined.
fn too_few(case: &Case<'_>, trading: &TradingWallet) -> Option<Finding> {
    let order = case.order?;
    let held = case.facts.market_shares.known();
    let held = held.filter(|held| held.wallet == trading.address && held.token == case.outcome.token);
    match (held, case.facts.market_shares.failure()) {
        (Some(held), _) if held.amount >= U256::from(order.size) => None,
        (Some(held), _) => {
            let (size, held) = (decimal(order.size), amount(held.amount));
            let summary =
                format!("The order sells {size} shares of {}, and the funder holds {held}", case.outcome.name);
            let fix = format!("Reduce the order, or buy shares of {} first", case.outcome.name);
            Some(Finding::fail(Cause::BalanceMissing, summary).likely(0.95).proven().fixed_by(fix))
        }
        (None, Some(failure)) => Some(node_unknown(case.facts, failure)),
        (None, None) => {
            let name = order::name(order);
            Some(Finding::note(format!("{name} fits the market and the approvals; the shares held were not read")))
        }
    }
}

/// Whether the exchange may not take what the order costs.
fn unapproved(case: &Case<'_>, at: &OnChain, cost: u64) -> Option<Finding> {
    let allowed = at.allowances.get(&case.exchange.address)?;
    let wanted = U256::from(cost.max(1));
    if *allowed >= wanted {
        return None;
    }
    let place = exchange_name(case.exchange);
    if !allowed.is_zero() {
        let summary =
            format!("The {place} may spend {} of the {} that the order costs", amount(*allowed), decimal(cost));
        return Some(Finding::fail(Cause::AllowanceMissing, summary).likely(0.95).proven().fixed_by(format!(
            "Raise the allowance of {} from the funder, which moves no funds",
            case.exchange.address
        )));
    }
    Some(as_of_account(case, format!("The {place}, which settles this market, cannot spend the funder's collateral")))
}

/// Whether the exchange may not take the shares: nothing can be sold then.
fn immovable(case: &Case<'_>, at: &OnChain, is_sale: bool) -> Option<Finding> {
    let place = exchange_name(case.exchange);
    let is_approved = at.approvals.get(&case.exchange.address)?;
    (!is_approved).then(|| {
        let summary = format!("The {place}, which settles this market, cannot move outcome shares");
        let finding = as_of_account(case, summary);
        if is_sale { finding } else { Finding { status: Status::Warn, ..finding } }
    })
}

/// What the check of the approvals suspects and proposes, for this exchange.
fn as_of_account(case: &Case<'_>, summary: String) -> Finding {
    let of_account = allowance(case.facts);
    if of_account.suspicions.is_empty() {
        let finding = Finding::fail(Cause::AllowanceMissing, summary).likely(0.95).proven();
        return finding.fixed_by("Approve the exchange from the funder, which moves no funds");
    }
    Finding { status: Status::Fail, summary, evidence: Vec::new(), ..of_account }
}
