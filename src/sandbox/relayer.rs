//! The relayer: keys of its own, nonces, transactions.

// All functions of a route table have one type.
#![allow(clippy::unnecessary_wraps)]

use alloy_primitives::{Address, keccak256};
use axum::routing::MethodFilter as Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::http::{Answer, Received, Refusal, Route};
use super::scenario::RelayerTransaction;
use super::views::address;
use super::{NEW_RELAYER_KEY, OTHER_RELAYER_KEY, RELAYER_KEY, Sandbox};
use crate::auth::wallet::{WalletKind, WalletMap};

pub(super) const ROUTES: &[Route] = &[
    (Method::GET, "/-/relayer/deployed", deployed),
    (Method::GET, "/-/relayer/nonce", nonce),
    (Method::GET, "/-/relayer/relay-payload", relay_payload),
    (Method::GET, "/-/relayer/v1/account/transactions/params", transaction_params),
    (Method::GET, "/-/relayer/transactions", transactions),
    (Method::GET, "/-/relayer/transaction", transaction),
    (Method::GET, "/-/relayer/relayer/api/keys", keys),
];

const INVALID: &str = "invalid authorization";

/// `WALLET` means any wallet; every other type means a Safe or a proxy, whichever of them it names.
fn deployed(sandbox: &Sandbox, received: &Received) -> Answer {
    let wallet = address(received, "address")?;
    let has_code = !sandbox.ledger.code(wallet).is_empty();
    let is_deposit = [&sandbox.demo, &sandbox.other]
        .into_iter()
        .chain(sandbox.customers.iter().map(|customer| &customer.wallets))
        .filter_map(|map| map.kind_of(wallet))
        .any(|kind| matches!(kind, WalletKind::DepositUups | WalletKind::DepositBeacon));
    let is_meant = received.parameter("type") == Some("WALLET") || !is_deposit;
    Ok(json!({ "deployed": has_code && is_meant }))
}

fn nonce(sandbox: &Sandbox, received: &Received) -> Answer {
    let signer = address(received, "address")?;
    let kind = match received.parameter("type").unwrap_or("SAFE") {
        "SAFE" => WalletKind::Safe,
        "PROXY" => WalletKind::Proxy,
        _ => return Err(Refusal::bad_request("invalid type")),
    };
    Ok(json!({ "nonce": wallet_nonce(sandbox, signer, &[kind]) }))
}

fn transaction_params(sandbox: &Sandbox, received: &Received) -> Answer {
    let signer = address(received, "address")?;
    let nonce = wallet_nonce(sandbox, signer, &[WalletKind::DepositUups, WalletKind::DepositBeacon]);
    Ok(json!({ "address": signer.to_string(), "nonce": nonce }))
}

/// As text; a wallet that is not there has used none.
fn wallet_nonce<'a>(sandbox: &'a Sandbox, signer: Address, kinds: &[WalletKind]) -> &'a str {
    let map = WalletMap::derive(sandbox.ledger.chain, signer);
    let is_there = kinds.iter().any(|kind| sandbox.ledger.deployed(&map, *kind).is_some());
    if is_there { &sandbox.scenario.relayer.nonce } else { "0" }
}

/// The address here is the relayer's own, never the caller's.
fn relay_payload(_: &Sandbox, received: &Received) -> Answer {
    address(received, "address")?;
    Ok(json!({ "address": Address::repeat_byte(0x5e).to_string(), "nonce": "0" }))
}

/// The signer whose relayer key the headers hold. The address is compared as text.
fn owner_of_key(sandbox: &Sandbox, received: &Received) -> Option<Address> {
    let owner = match received.header("RELAYER_API_KEY")? {
        RELAYER_KEY | NEW_RELAYER_KEY => sandbox.demo.eoa,
        OTHER_RELAYER_KEY => sandbox.other.eoa,
        _ => return None,
    };
    (received.header("RELAYER_API_KEY_ADDRESS") == Some(owner.to_string().as_str())).then_some(owner)
}

/// The keys of whoever asks with one of them; builder headers do not open this.
fn keys(sandbox: &Sandbox, received: &Received) -> Answer {
    let owner = owner_of_key(sandbox, received).ok_or_else(|| Refusal::unauthorized(INVALID))?;
    let own: &[&str] = if owner == sandbox.demo.eoa { &[RELAYER_KEY, NEW_RELAYER_KEY] } else { &[OTHER_RELAYER_KEY] };
    let row = |key: &&str| {
        json!({
            "apiKey": key,
            "address": owner.to_string(),
            "createdAt": "2026-10-02T09:14:07Z",
            "updatedAt": "2026-10-02T09:14:07Z",
        })
    };
    Ok(own.iter().map(row).collect())
}

/// The transactions of whoever asks, by a relayer key or by a builder's headers, the newest first; the signed
/// path is `/transactions`.
fn transactions(sandbox: &Sandbox, received: &Received) -> Answer {
    let owner = if let Some(owner) = owner_of_key(sandbox, received) {
        owner
    } else {
        sandbox.builder(received).map_err(|_| Refusal::unauthorized(INVALID))?;
        sandbox.demo.eoa
    };
    let is_own = owner == sandbox.demo.eoa;
    let own = sandbox.scenario.relayer.transactions.iter().enumerate().filter(|_| is_own);
    Ok(own.map(|(place, transaction)| row(sandbox, place, transaction)).collect())
}

/// One by its id, for everybody.
fn transaction(sandbox: &Sandbox, received: &Received) -> Answer {
    let id = received.parameter("id").ok_or_else(|| Refusal::bad_request("id is required"))?;
    let all = sandbox.scenario.relayer.transactions.iter().enumerate();
    Ok(all.filter(|(place, _)| id_of(*place) == id).map(|(place, one)| row(sandbox, place, one)).collect())
}

fn id_of(place: usize) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&keccak256(format!("relayer transaction {place}"))[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

fn row(sandbox: &Sandbox, place: usize, transaction: &RelayerTransaction) -> Value {
    let id = id_of(place);
    let at = sandbox.timestamp() - SignedDuration::from_mins(transaction.minutes_ago);
    let wallet = sandbox.demo.address(sandbox.scenario.account.wallet).unwrap_or(sandbox.demo.eoa);
    let is_sent = !["STATE_NEW", "STATE_INVALID"].contains(&transaction.state.as_str());
    json!({
        "transactionID": id,
        "transactionHash": if is_sent { keccak256(&id).to_string() } else { String::new() },
        "from": sandbox.demo.eoa.to_string(),
        "to": sandbox.ledger.chain.tokens.pusd.to_string(),
        "proxyAddress": wallet.to_string(),
        "data": "0x",
        "nonce": place.to_string(),
        "value": "0",
        "state": transaction.state,
        "type": transaction.kind,
        "metadata": "",
        "errorMsg": transaction.error,
        "createdAt": at.to_string(),
        "updatedAt": at.to_string(),
    })
}
