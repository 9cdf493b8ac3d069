//! The Polygon JSON-RPC view: single requests and batches, reads only.

// All functions of a route table have one type.
#![allow(clippy::unnecessary_wraps)]

use alloy_primitives::{Address, B256, Bytes, U256, b256, hex};
use serde_json::{Value, json};

use super::Sandbox;
use super::calls::{self, Reverted};
use super::http::{Answer, Received};
use super::ledger::Ledger;
use crate::auth::wallet::WalletKind;

/// A JSON-RPC error: its code and message, and what a contract gave back with it.
struct Failure(i64, String, Bytes);

impl Failure {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self(code, message.into(), Bytes::new())
    }

    fn invalid_params(what: &str) -> Self {
        Self::new(-32602, format!("invalid params: {what}"))
    }
}

impl From<Reverted> for Failure {
    fn from(reverted: Reverted) -> Self {
        match reverted {
            Reverted::Silently => Self::new(3, "execution reverted"),
            Reverted::Saying(reason) => Self::new(3, format!("execution reverted: {reason}")),
            Reverted::Named(selector) => Self(3, "execution reverted".to_owned(), selector.into()),
        }
    }
}

pub(super) fn serve(sandbox: &Sandbox, received: &Received) -> Answer {
    let respond = |request: &Value| respond(sandbox, request);
    Ok(match serde_json::from_slice(&received.body) {
        Ok(Value::Array(batch)) if !batch.is_empty() => batch.iter().map(respond).collect(),
        Ok(request @ Value::Object(_)) => respond(&request),
        Ok(_) => error(&Value::Null, &Failure::new(-32600, "invalid request".to_owned())),
        Err(_) => error(&Value::Null, &Failure::new(-32700, "parse error".to_owned())),
    })
}

fn respond(sandbox: &Sandbox, request: &Value) -> Value {
    let id = &request["id"];
    let (method, params) = (request["method"].as_str().unwrap_or_default(), &request["params"]);
    let answer = match sandbox.scenario.server.rpc_chain_id {
        Some(chain_id) => elsewhere(chain_id, method),
        None => result(&sandbox.ledger, sandbox.block_number(), method, params),
    };
    match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(failure) => error(id, &failure),
    }
}

fn error(id: &Value, Failure(code, message, data): &Failure) -> Value {
    let mut error = json!({ "code": code, "message": message });
    if !data.is_empty() {
        error["data"] = Value::from(data.to_string());
    }
    json!({ "jsonrpc": "2.0", "id": id, "error": error })
}

fn result(ledger: &Ledger, block: u64, method: &str, params: &Value) -> Result<Value, Failure> {
    let account = || address(&params[0]);
    Ok(match method {
        "eth_chainId" => quantity(U256::from(ledger.chain.id)),
        "net_version" => Value::from(ledger.chain.id.to_string()),
        "eth_blockNumber" => quantity(U256::from(block)),
        "eth_gasPrice" => quantity(U256::from(30_000_000_000_u64)),
        "eth_getCode" => Value::from(ledger.code(account()?).to_string()),
        "eth_getBalance" => quantity(ledger.holder(account()?).map_or(U256::ZERO, |holder| holder.pol)),
        "eth_getTransactionCount" => quantity(transaction_count(ledger, account()?)),
        "eth_getStorageAt" => Value::from(storage(ledger, account()?, slot(&params[1])?).to_string()),
        "eth_call" => {
            Value::from(calls::call(ledger, address(&params[0]["to"])?, &call_data(&params[0])?)?.to_string())
        }
        other => return Err(Failure::new(-32601, format!("the method {other} does not exist/is not available"))),
    })
}

/// A node of another chain: it knows none of these addresses.
fn elsewhere(chain_id: u64, method: &str) -> Result<Value, Failure> {
    Ok(match method {
        "eth_chainId" => quantity(U256::from(chain_id)),
        "net_version" => Value::from(chain_id.to_string()),
        "eth_getCode" | "eth_call" => Value::from("0x"),
        "eth_getBalance" | "eth_getTransactionCount" => quantity(U256::ZERO),
        other => return Err(Failure::new(-32601, format!("the method {other} does not exist/is not available"))),
    })
}

fn quantity(value: U256) -> Value {
    Value::from(format!("{value:#x}"))
}

fn address(value: &Value) -> Result<Address, Failure> {
    let text = value.as_str().filter(|text| text.starts_with("0x"));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Failure::invalid_params("not an address"))
}

fn slot(value: &Value) -> Result<U256, Failure> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits.and_then(|digits| U256::from_str_radix(digits, 16).ok()).ok_or_else(|| Failure::invalid_params("not a slot"))
}

/// Clients differ in the name: `data` is the older one, `input` the one of the specification.
fn call_data(call: &Value) -> Result<Bytes, Failure> {
    match call["input"].as_str().or(call["data"].as_str()) {
        None => Ok(Bytes::new()),
        Some(text) => hex::decode(text).map(Bytes::from).map_err(|_| Failure::invalid_params("not hex data")),
    }
}

/// A contract begins at 1; an account with gas has used some.
fn transaction_count(ledger: &Ledger, account: Address) -> U256 {
    let used = ledger.holder(account).is_some_and(|holder| !holder.pol.is_zero());
    U256::from(match (ledger.code(account).is_empty(), used) {
        (false, _) => 1,
        (true, true) => 21,
        (true, false) => 0,
    })
}

const IMPLEMENTATION: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
const BEACON: B256 = b256!("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50");
/// Where a Polymarket proxy keeps its owner, which is always the factory, and its implementation.
const PROXY_OWNER: B256 = b256!("734a2a5caf82146a5ddd5263d9af379f9f72724959f0567ddc9df2c40cf2cc20");
const PROXY_IMPLEMENTATION: B256 = b256!("8ba0ed1f62da1d3048614c2c1feb566f041c8467eb00fb8294776a9179dc1643");

fn storage(ledger: &Ledger, account: Address, slot: U256) -> B256 {
    let chain = ledger.chain;
    let kind = ledger.holder(account).filter(|holder| !holder.code.is_empty()).and_then(|holder| holder.kind);
    let stored = match (kind, B256::from(slot)) {
        (Some(WalletKind::DepositUups), IMPLEMENTATION) => Some(chain.deposit.implementation),
        (Some(WalletKind::DepositBeacon), BEACON) => chain.deposit.beacon,
        (Some(WalletKind::Proxy), PROXY_OWNER) => Some(chain.proxy.factory),
        (Some(WalletKind::Proxy), PROXY_IMPLEMENTATION) => Some(chain.proxy.implementation),
        (Some(WalletKind::Safe), B256::ZERO) => Some(chain.safe.implementation),
        _ => None,
    };
    stored.unwrap_or_default().into_word()
}
