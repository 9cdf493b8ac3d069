//! What the CLOB says without changing anything.

// All functions of a route table have one type.
#![allow(clippy::unnecessary_wraps)]

use alloy_primitives::{Address, B256, U256};
use serde_json::{Map, Value, json};

use crate::auth::wallet::{SignatureType, WalletKind, WalletMap};
use crate::sandbox::Sandbox;
use crate::sandbox::http::{Answer, Received, Refusal};
use crate::sandbox::ledger::collateral;
use crate::sandbox::markets;
use crate::sandbox::trades::{DEMO_CODE, SAMPLE_CODE};

pub(super) fn ok(_: &Sandbox, _: &Received) -> Answer {
    Ok(json!("OK"))
}

pub(super) fn time(sandbox: &Sandbox, _: &Received) -> Answer {
    Ok(json!(sandbox.now()))
}

pub(super) fn version(sandbox: &Sandbox, _: &Received) -> Answer {
    Ok(json!({ "version": sandbox.scenario.server.version }))
}

pub(super) fn notifications(sandbox: &Sandbox, received: &Received) -> Answer {
    sandbox.user(received)?;
    Ok(json!([]))
}

/// The rules of a sample market's token, or of a usual one for every other token.
fn rules(received: &Received) -> Result<(bool, f64), Refusal> {
    const USUAL: (bool, f64) = (false, 0.01);
    let digits = received.parameter("token_id").unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { Ok(markets::rules(digits).unwrap_or(USUAL)) } else { Err(Refusal::bad_request("Invalid token id")) }
}

pub(super) fn neg_risk(_: &Sandbox, received: &Received) -> Answer {
    rules(received).map(|(neg_risk, _)| json!({ "neg_risk": neg_risk }))
}

pub(super) fn tick_size(_: &Sandbox, received: &Received) -> Answer {
    rules(received).map(|(_, tick)| json!({ "minimum_tick_size": tick }))
}

pub(super) fn fee_rate(_: &Sandbox, received: &Received) -> Answer {
    rules(received).map(|_| json!({ "base_fee": 0 }))
}

/// Builders that are not known here take nothing.
pub(super) fn builder_fees(sandbox: &Sandbox, received: &Received) -> Answer {
    let code: B256 = received.last_segment().parse().map_err(|_| Refusal::bad_request("invalid builder code"))?;
    let fees = &sandbox.scenario.builder;
    let (maker, taker) = match code {
        DEMO_CODE => (fees.maker_bps, fees.taker_bps),
        SAMPLE_CODE => (0, 0),
        _ => return Err(Refusal::not_found("Unknown builder code")),
    };
    Ok(json!({ "builder_maker_fee_rate_bps": maker, "builder_taker_fee_rate_bps": taker }))
}

/// The wallet that the service looks at for a signer and a signature type; funders are never sent.
pub(super) fn wallet_of_type(
    sandbox: &Sandbox,
    owner: Address,
    signature_type: SignatureType,
) -> Result<Address, Refusal> {
    let map = WalletMap::derive(sandbox.ledger.chain, owner);
    match signature_type {
        SignatureType::Eoa => Ok(map.eoa),
        SignatureType::PolyProxy => Ok(map.proxy),
        SignatureType::PolyGnosisSafe => Ok(map.safe),
        SignatureType::Poly1271 => {
            deposit_wallet(sandbox, &map).ok_or_else(|| Refusal::bad_request("no deposit wallet found for owner"))
        }
    }
}

/// The deposit wallet that the service knows: the one on the chain.
fn deposit_wallet(sandbox: &Sandbox, map: &WalletMap) -> Option<Address> {
    [WalletKind::DepositUups, WalletKind::DepositBeacon].into_iter().find_map(|kind| sandbox.ledger.deployed(map, kind))
}

/// Whose balance of what a request is about.
fn balance_subject(sandbox: &Sandbox, received: &Received) -> Result<(Address, bool), Refusal> {
    let user = sandbox.user(received)?;
    let is_collateral = match received.parameter("asset_type") {
        Some("COLLATERAL") => true,
        Some("CONDITIONAL" | "CONDITIONAL-V2") => false,
        _ => return Err(Refusal::bad_request("Invalid asset type")),
    };
    if !is_collateral && received.parameter("token_id").is_none() {
        return Err(Refusal::bad_request("assetId invalid value -1"));
    }
    let number: Result<u8, _> = received.parameter("signature_type").unwrap_or("0").parse();
    let signature_type = number.ok().and_then(|number| SignatureType::ALL.get(usize::from(number)).copied());
    let signature_type = signature_type.ok_or_else(|| Refusal::bad_request("Invalid signature_type"))?;
    Ok((wallet_of_type(sandbox, user.owner, signature_type)?, is_collateral))
}

/// The service's cached view: it is behind the chain where the scenario says so, until updated.
pub(super) fn balance_allowance(sandbox: &Sandbox, received: &Received) -> Answer {
    let (wallet, is_collateral) = balance_subject(sandbox, received)?;
    let (ledger, version) = (&sandbox.ledger, sandbox.scenario.server.version);
    let token = if is_collateral { collateral(ledger.chain, version) } else { ledger.chain.tokens.conditional };
    let seen = sandbox.has_seen(wallet);
    let balance = if seen { ledger.balance(token, wallet) } else { sandbox.cached };
    let knows_allowances = seen || !sandbox.cached.is_zero();
    let allowance = |spender| if knows_allowances { ledger.allowance(token, wallet, spender) } else { U256::ZERO };
    let allowances: Map<String, Value> = (ledger.chain.exchanges.of_version(version).into_iter())
        .map(|(_, spender)| (spender, allowance(spender)))
        .map(|(spender, allowance)| (spender.to_string(), Value::from(allowance.to_string())))
        .collect();
    Ok(json!({ "balance": balance.to_string(), "allowances": allowances }))
}

pub(super) fn update_balance_allowance(sandbox: &Sandbox, received: &Received) -> Answer {
    let (wallet, _) = balance_subject(sandbox, received)?;
    sandbox.look_again(wallet);
    Ok(json!({}))
}

/// Which deposit wallet the service has for a signer, and its session keys, of which there are none.
pub(super) fn session_signers(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    let wallet = wallet_of_type(sandbox, user.owner, SignatureType::Poly1271)?;
    Ok(json!({ "wallet": wallet.to_string(), "signers": [] }))
}
