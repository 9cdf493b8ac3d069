//! Orders and trades: own ones, those of a builder, and the refusals of new ones.

use alloy_primitives::B256;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::reads::wallet_of_type;
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::sandbox::Sandbox;
use crate::sandbox::auth::User;
use crate::sandbox::http::{Answer, Received, Refusal};
use crate::sandbox::ledger::collateral;
use crate::sandbox::trades::{Filter, page};

pub(super) fn open_orders(sandbox: &Sandbox, received: &Received) -> Answer {
    sandbox.reader(received)?;
    page(received.parameter("next_cursor"), 500, 0, |_| Vec::new())
        .ok_or_else(|| Refusal::bad_request("invalid order params payload"))
}

pub(super) fn order(sandbox: &Sandbox, received: &Received) -> Answer {
    sandbox.reader(received)?;
    let is_hash = received.last_segment().parse::<B256>().is_ok();
    Err(if is_hash { Refusal::not_found("order not found") } else { Refusal::bad_request("Invalid orderID") })
}

pub(super) fn trades(sandbox: &Sandbox, received: &Received) -> Answer {
    let owner = sandbox.reader(received)?;
    let refusal = || Refusal::bad_request("Invalid trade params payload");
    let filter = Filter::read(received).ok_or_else(refusal)?;
    sandbox.trades.of_account(owner, &filter, received.parameter("next_cursor")).ok_or_else(refusal)
}

/// Three ways of asking: by builder code alone, by code with L2 headers that nobody needs, and, as
/// the older clients do, by a builder's HMAC.
pub(super) fn builder_trades(sandbox: &Sandbox, received: &Received) -> Answer {
    let refusal = || Refusal::bad_request("invalid builder trade params");
    let code = match received.parameter("builder_code") {
        Some(text) => {
            text.strip_prefix("0x").and_then(|digits| digits.parse().ok()).filter(|code: &B256| !code.is_zero())
        }
        None if received.has_builder_headers() => {
            let key = sandbox.builder(received)?;
            sandbox.keys().builder(&key).map(|key| key.code)
        }
        None => None,
    };
    let filter = Filter::read(received).ok_or_else(refusal)?;
    let cursor = received.parameter("next_cursor");
    sandbox.trades.of_builder(code.ok_or_else(refusal)?, &filter, cursor).ok_or_else(refusal)
}

pub(super) fn is_scoring(sandbox: &Sandbox, received: &Received) -> Answer {
    sandbox.user(received)?;
    Ok(json!({ "scoring": false }))
}

pub(super) fn are_scoring(sandbox: &Sandbox, received: &Received) -> Answer {
    sandbox.user(received)?;
    let body = received.json().unwrap_or_default();
    let ids = body.as_array().ok_or_else(|| Refusal::bad_request("Invalid orderID"))?;
    Ok(ids.iter().filter_map(|id| Some((id.as_str()?, Value::from(false)))).collect())
}

const WRONG_BEAT: &str = "Invalid Heartbeat ID";

/// The first one, with an empty id, gives the id that the next has to carry.
pub(super) fn heartbeat(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    let body = received.json().unwrap_or_default();
    let given = body["heartbeat_id"].as_str().unwrap_or_default();
    match sandbox.beat(user.owner, given) {
        Ok(id) => Ok(json!({ "heartbeat_id": id, "error": null })),
        // The documentation calls the field `error`, the clients read `error_msg`.
        Err(expected) => Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            body: json!({ "error": WRONG_BEAT, "error_msg": WRONG_BEAT, "heartbeat_id": expected }),
        }),
    }
}

/// There is never anything to cancel.
pub(super) fn cancel(sandbox: &Sandbox, received: &Received) -> Answer {
    sandbox.user(received)?;
    Ok(json!({ "canceled": [], "not_canceled": {} }))
}

pub(super) fn place(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = trader(sandbox, received)?;
    Err(refuse(sandbox, &user, &received.json().unwrap_or_default()))
}

pub(super) fn place_many(sandbox: &Sandbox, received: &Received) -> Answer {
    const MOST: usize = 15;
    let user = trader(sandbox, received)?;
    let body = received.json().unwrap_or_default();
    let orders = body.as_array().ok_or_else(|| Refusal::bad_request("Invalid order payload"))?;
    Err(match orders.first() {
        _ if orders.len() > MOST => {
            Refusal::bad_request(format!("Too many orders in payload: {}, max allowed: {MOST}", orders.len()))
        }
        Some(first) => refuse(sandbox, &user, first),
        None => Refusal::bad_request("Invalid order payload"),
    })
}

/// The region is looked at before the caller.
fn trader(sandbox: &Sandbox, received: &Received) -> Result<User, Refusal> {
    if sandbox.scenario.server.geoblocked {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "Trading restricted in your region"));
    }
    sandbox.user(received)
}

/// Why an order is not taken. No order ever is: the sandbox has no markets.
fn refuse(sandbox: &Sandbox, user: &User, body: &Value) -> Refusal {
    Refusal::bad_request(mistake(sandbox, user, body).unwrap_or_else(|| "Invalid order payload".to_owned()))
}

/// The documented error for what is wrong with an order; `None` when it is no order at all.
fn mistake(sandbox: &Sandbox, user: &User, body: &Value) -> Option<String> {
    let (scenario, ledger) = (&sandbox.scenario, &sandbox.ledger);
    let order = body["order"].as_object()?;
    let address = |field: &str| order.get(field).and_then(Value::as_str).and_then(|text| text.parse().ok());
    let number = order.get("signatureType").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let signature_type = number.and_then(|number| SignatureType::ALL.get(number).copied())?;
    let (maker, signer) = (address("maker")?, address("signer")?);
    let is_v1 = order.contains_key("nonce") || order.contains_key("feeRateBps");
    let map = WalletMap::derive(ledger.chain, user.owner);
    let is_demo = user.owner == sandbox.demo.eoa;
    let version = scenario.server.version;
    let token = collateral(ledger.chain, version);
    let account = &scenario.account;
    let needs_deposit_wallet =
        is_demo && (account.deposit_wallet_required || account.wallet.signature_type() == SignatureType::Poly1271);
    let exchanges = ledger.chain.exchanges.of_version(version);
    let may_trade = exchanges.iter().all(|(_, exchange)| ledger.is_granted(token, maker, *exchange));
    let own_signer = match signature_type {
        // the wallet itself is asked, and it knows its owner
        SignatureType::Poly1271 => wallet_of_type(sandbox, user.owner, signature_type)
            .ok()
            .filter(|wallet| ledger.holder(*wallet).is_some_and(|holder| holder.owner == user.owner)),
        _ => Some(map.eoa),
    };
    Some(if is_v1 != (version == 1) {
        "invalid order version, please use the latest clob-client".to_owned()
    } else if body["owner"].as_str() != Some(&user.key) {
        "the order owner has to be the owner of the API KEY".to_owned()
    } else if is_demo && scenario.account.banned {
        format!("'{maker}' address banned")
    } else if is_demo && scenario.account.closed_only {
        format!("'{maker}' address in closed only mode")
    } else if own_signer != Some(signer) {
        "the order signer address has to be the address of the API KEY".to_owned()
    } else if needs_deposit_wallet && signature_type != SignatureType::Poly1271 {
        "maker address not allowed, please use the deposit wallet flow".to_owned()
    } else if wallet_of_type(sandbox, user.owner, signature_type) != Ok(maker) {
        "invalid signature".to_owned()
    } else if ledger.balance(token, maker).is_zero() || !may_trade || !sandbox.has_seen(maker) {
        "not enough balance / allowance".to_owned()
    } else {
        "the market is not yet ready to process new orders".to_owned()
    })
}
