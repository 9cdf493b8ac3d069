//! The order that somebody means to post: by the market's rules, and as each client would send it.

use alloy_primitives::{Address, B256, U256};
use serde::Serialize;

use super::Case;
use crate::auth::order::Version;
use crate::auth::order::amounts::{Client, Precision};
use crate::auth::wallet::SignatureType;
use crate::cause::Cause;
use crate::checks::Finding;
use crate::checks::trading::trading_wallet;
use crate::facts::{Market, PlannedOrder, Side, decimal};

/// "BUY 10 at 0.55"
pub(super) fn name(order: PlannedOrder) -> String {
    format!("{} {} at {}", order.side, decimal(order.size), decimal(order.price))
}

/// The most that a client makes it cost, in millionths of a dollar.
pub(super) fn cost(order: PlannedOrder, market: &Market) -> u64 {
    let costs = clients(order, market).into_iter().map(|(_, (_, collateral))| collateral);
    costs.max().unwrap_or_else(|| {
        let cost = u128::from(order.price) * u128::from(order.size) / 1_000_000;
        u64::try_from(cost).unwrap_or(u64::MAX)
    })
}

/// Shares and collateral of each client; none where no client knows the tick size.
fn clients(order: PlannedOrder, market: &Market) -> Vec<(Client, (u64, u64))> {
    let Some(precision) = Precision::of_tick(market.tick) else { return Vec::new() };
    let amounts = |client: Client| (client, client.shares_and_collateral(order.price, order.size, precision));
    Client::ALL.into_iter().map(amounts).collect()
}

/// The rule of the market that the order breaks, if it breaks one.
pub(super) fn breaks_rules(case: &Case<'_>) -> Option<Finding> {
    let (order, market) = (case.order?, case.market);
    let most = 1_000_000 - market.tick;
    let (tick, price) = (decimal(market.tick), decimal(order.price));
    let (summary, fix) = if is_out_of_range(order, market) {
        let range = format!("from {tick} to {}", decimal(most));
        (format!("The price {price} is out of range: prices are {range}"), format!("Use a price {range}"))
    } else if order.price % market.tick != 0 {
        let below = order.price - order.price % market.tick;
        let above = (below + market.tick).min(most);
        let fix = format!("Use {} or {}", decimal(below), decimal(above));
        (format!("The price {price} is not a multiple of the tick size {tick}"), fix)
    } else if order.size < market.min_size {
        let least = decimal(market.min_size);
        let summary = format!("The size {} is below the minimum of {least} shares", decimal(order.size));
        (summary, format!("Use a size of at least {least}"))
    } else {
        return None;
    };
    Some(Finding::fail(Cause::OrderParameters, summary).likely(0.97).proven().fixed_by(fix))
}

fn is_out_of_range(order: PlannedOrder, market: &Market) -> bool {
    order.price < market.tick || order.price > 1_000_000 - market.tick
}

/// What a client sends instead of what is planned.
pub(super) fn is_changed_by_clients(case: &Case<'_>) -> Option<Finding> {
    let order = case.order?;
    let Some(precision) = Precision::of_tick(case.market.tick) else {
        let summary = format!("No official client knows the tick size {}", decimal(case.market.tick));
        return Some(
            Finding::warn(Cause::OrderParameters, summary)
                .likely(0.6)
                .fixed_by("Update the client, and check what it sends before you post it"),
        );
    };
    let changed: Vec<String> = (clients(order, case.market).iter())
        .filter(|(_, (shares, _))| *shares != order.size)
        .map(|(client, (shares, _))| format!("{} {}", client.name(), decimal(*shares)))
        .collect();
    if changed.is_empty() {
        return None;
    }
    let sends = changed.join(", ");
    if order.size % 10_u64.pow(6 - precision.size) != 0 {
        let size = decimal(order.size);
        let summary = format!("Clients round the size {size} down to {} decimals: {sends}", precision.size);
        return Some(
            Finding::warn(Cause::OrderParameters, summary)
                .likely(0.6)
                .proven()
                .fixed_by(format!("Use a size with at most {} decimals", precision.size)),
        );
    }
    Some(Finding::note(format!("{} fits, but rounding makes it smaller: {sends}", name(order))))
}

/// The order in the evidence: what each client makes of it, and the body that it becomes.
pub(super) fn shown(finding: Finding, case: &Case<'_>) -> Finding {
    let Some(order) = case.order else { return finding };
    let finding = finding.with("order", format!("{} of {}", name(order), case.outcome.name));
    if is_out_of_range(order, case.market) {
        // no client builds it
        return finding;
    }
    let of_clients = clients(order, case.market);
    let is_on_tick = order.price % case.market.tick == 0;
    let finding = of_clients.iter().fold(finding, |finding, (client, amounts)| {
        let (maker, taker) = by_side(order.side, *amounts);
        let sends = match client {
            // the others round it
            Client::Rust if !is_on_tick => "refuses to build it".to_owned(),
            _ => format!("makerAmount {maker}, takerAmount {taker}"),
        };
        finding.with(format!("{} client", client.name()), sends)
    });
    if breaks_rules(case).is_some() {
        return finding;
    }
    // decimals are what the others come close to
    let exact = of_clients.into_iter().find(|(client, _)| *client == Client::Rust);
    match exact.and_then(|(_, amounts)| body(case, order, amounts)) {
        Some(body) => finding.with("unsigned body", body),
        None => finding,
    }
}

/// What the maker gives and takes.
fn by_side(side: Side, (shares, collateral): (u64, u64)) -> (u64, u64) {
    match side {
        Side::Buy => (collateral, shares),
        Side::Sell => (shares, collateral),
    }
}

/// The body of `POST /order` with everything but what the client adds when it signs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    order: Fields,
    owner: &'static str,
    order_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    salt: &'static str,
    maker: String,
    signer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    taker: Option<String>,
    token_id: String,
    maker_amount: String,
    taker_amount: String,
    side: String,
    expiration: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_rate_bps: Option<String>,
    signature_type: u8,
    #[serde(flatten)]
    since_v2: Option<SinceV2>,
    signature: &'static str,
}

#[derive(Serialize)]
struct SinceV2 {
    timestamp: &'static str,
    metadata: B256,
    builder: String,
}

fn body(case: &Case<'_>, order: PlannedOrder, amounts: (u64, u64)) -> Option<String> {
    let setup = &case.facts.setup;
    let trading = trading_wallet(case.facts)?;
    let (maker, kind) = (trading.address, trading.signature_type);
    let (maker_amount, taker_amount) = by_side(order.side, amounts);
    let is_old = case.exchange.version == Version::V1;
    let builder = setup.builder_code.as_ref().map_or_else(|| B256::ZERO.to_string(), |code| code.value.clone());
    let fields = Fields {
        salt: "<random whole number>",
        maker: maker.to_string(),
        // a deposit wallet speaks for itself
        signer: if kind == SignatureType::Poly1271 { maker } else { setup.signer()? }.to_string(),
        taker: is_old.then(|| Address::ZERO.to_string()),
        token_id: U256::to_string(&case.outcome.token),
        maker_amount: maker_amount.to_string(),
        taker_amount: taker_amount.to_string(),
        side: order.side.to_string(),
        expiration: "0",
        nonce: is_old.then_some("0"),
        fee_rate_bps: is_old.then(|| case.market.taker_fee_bps.unwrap_or_default().to_string()),
        signature_type: kind.into(),
        since_v2: (!is_old).then_some(SinceV2 { timestamp: "<now in milliseconds>", metadata: B256::ZERO, builder }),
        signature: "<signature>",
    };
    serde_json::to_string(&Body { order: fields, owner: "<API key>", order_type: "GTC" }).ok()
}
