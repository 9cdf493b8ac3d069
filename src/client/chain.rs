//! Polygon JSON-RPC: everything about every wallet in one batch.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolValue as _, sol};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use url::Url;

use super::http::{Http, Request, clean};
use crate::auth::contracts::Chain;
use crate::auth::wallet::classify_code;
use crate::engine::facts::{ChainState, Failure, OnChain};
use crate::engine::probe::Probe;

sol! {
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    function getOwners() external view returns (address[]);
    function owner() external view returns (address);
    function BEACON() external view returns (address);
}

/// What one call of the batch is for.
#[derive(Clone, Copy)]
enum Question {
    ChainId,
    Beacon,
    Code(Address),
    Pol(Address),
    Token(Address, Token),
    Owners(Address),
    Owner(Address),
    Allowance(Address, Address),
    Approval(Address, Address),
}

#[derive(Clone, Copy)]
enum Token {
    Pusd,
    UsdcE,
    Usdc,
}

/// One call: its question, method and parameters.
struct Call {
    question: Question,
    method: &'static str,
    params: Value,
}

/// Asks for code, owners, balances and allowances of every address in `wallets`.
///
/// One batch is one round trip. Public nodes that refuse batches of this size get the same calls
/// one by one, a few at a time.
pub async fn read(http: &Http, rpc: &Url, chain: &Chain, wallets: &[Address]) -> Result<ChainState, Failure> {
    let calls = questions(chain, wallets);
    let batch: Vec<Value> = calls.iter().enumerate().map(|(id, call)| request(id, call)).collect();
    let answer = http.send(post(rpc, &Value::Array(batch))).await;
    let results = match answer.and_then(|answer| answer.json::<Vec<Reply>>()) {
        Ok(replies) => by_id(replies, calls.len()),
        Err(Failure::Garbled { .. }) => one_by_one(http, rpc, &calls).await?,
        Err(failure) if failure.is_refusal() || failure.status() == Some(500) => one_by_one(http, rpc, &calls).await?,
        Err(failure) => return Err(failure),
    };
    state(chain, wallets, &calls, &results)
}

fn post(rpc: &Url, body: &Value) -> Request<'static> {
    let shown = crate::settings::shown_url(rpc);
    Request { shown: Some(shown), ..Request::post(Probe::Chain, rpc.clone(), body.to_string()) }
}

fn request(id: usize, call: &Call) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": call.method, "params": call.params })
}

#[derive(Deserialize)]
struct Reply {
    id: Option<usize>,
    result: Option<Value>,
    error: Option<RpcError>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
}

impl Reply {
    /// The hex text; a call that reverts has none, which is an answer too.
    fn as_text(&self) -> Result<Option<&str>, Failure> {
        match (&self.result, &self.error) {
            (Some(Value::String(text)), _) => Ok(Some(text)),
            (_, Some(error)) if error.code == 3 || error.message.contains("revert") => Ok(None),
            (_, Some(error)) => Err(Failure::Refused {
                status: 200,
                message: format!("{} (JSON-RPC code {})", clean(&error.message, 200), error.code),
                retry_after_s: None,
            }),
            _ => Err(Failure::Garbled { status: 200, reason: "a JSON-RPC answer without a result".to_owned() }),
        }
    }
}

fn by_id(replies: Vec<Reply>, count: usize) -> Vec<Option<Reply>> {
    let mut sorted: Vec<Option<Reply>> = (0..count).map(|_| None).collect();
    for reply in replies {
        if let Some(place) = reply.id.and_then(|id| sorted.get_mut(id)) {
            *place = Some(reply);
        }
    }
    sorted
}

async fn one_by_one(http: &Http, rpc: &Url, calls: &[Call]) -> Result<Vec<Option<Reply>>, Failure> {
    const AT_ONCE: usize = 8;
    let mut replies = Vec::new();
    let mut running = JoinSet::new();
    let mut waiting = calls.iter().enumerate();
    loop {
        while running.len() < AT_ONCE
            && let Some((id, call)) = waiting.next()
        {
            let (http, request) = (http.clone(), post(rpc, &request(id, call)));
            running.spawn(async move { http.send(request).await?.json::<Reply>() });
        }
        match running.join_next().await {
            Some(Ok(reply)) => replies.push(reply?),
            Some(Err(_)) => return Err(Failure::Stopped),
            None => return Ok(by_id(replies, calls.len())),
        }
    }
}

fn call(question: Question, to: Address, data: &impl SolCall) -> Call {
    let data = hex::encode_prefixed(data.abi_encode());
    Call { question, method: "eth_call", params: json!([{ "to": to, "data": data }, "latest"]) }
}

fn questions(chain: &Chain, wallets: &[Address]) -> Vec<Call> {
    let at = |question, method, address: Address| Call { question, method, params: json!([address, "latest"]) };
    let mut calls = vec![
        Call { question: Question::ChainId, method: "eth_chainId", params: json!([]) },
        call(Question::Beacon, chain.deposit.factory, &BEACONCall {}),
    ];
    for &wallet in wallets {
        calls.push(at(Question::Code(wallet), "eth_getCode", wallet));
        calls.push(at(Question::Pol(wallet), "eth_getBalance", wallet));
        let tokens = [
            (Token::Pusd, Some(chain.tokens.pusd)),
            (Token::UsdcE, Some(chain.tokens.usdc_e)),
            (Token::Usdc, chain.tokens.usdc),
        ];
        for (token, address) in tokens {
            if let Some(address) = address {
                calls.push(call(Question::Token(wallet, token), address, &balanceOfCall { owner: wallet }));
            }
        }
        calls.push(call(Question::Owners(wallet), wallet, &getOwnersCall {}));
        calls.push(call(Question::Owner(wallet), wallet, &ownerCall {}));
        for (spender, token) in spenders(chain) {
            calls.push(call(Question::Allowance(wallet, spender), token, &allowanceCall { owner: wallet, spender }));
            let approval = isApprovedForAllCall { owner: wallet, operator: spender };
            calls.push(call(Question::Approval(wallet, spender), chain.tokens.conditional, &approval));
        }
    }
    calls
}

/// Every exchange with the token that it takes as collateral.
fn spenders(chain: &Chain) -> impl Iterator<Item = (Address, Address)> {
    let old = chain.exchanges.of_version(1).map(|(_, exchange)| (exchange, chain.tokens.usdc_e));
    let new = chain.exchanges.of_version(2).map(|(_, exchange)| (exchange, chain.tokens.pusd));
    old.into_iter().chain(new)
}

fn state(chain: &Chain, wallets: &[Address], calls: &[Call], results: &[Option<Reply>]) -> Result<ChainState, Failure> {
    let empty = || OnChain {
        code: classify_code(chain, &[]),
        owners: Vec::new(),
        pol: U256::ZERO,
        pusd: U256::ZERO,
        usdc_e: U256::ZERO,
        usdc: U256::ZERO,
        allowances: BTreeMap::new(),
        approvals: BTreeMap::new(),
    };
    let mut state =
        ChainState { chain_id: 0, wallets: wallets.iter().map(|&wallet| (wallet, empty())).collect(), beacon: None };
    for (call, reply) in calls.iter().zip(results) {
        let Some(reply) = reply else {
            return Err(Failure::Garbled { status: 200, reason: format!("no answer to {}", call.method) });
        };
        let text = reply.as_text()?;
        let bytes: Bytes = text.unwrap_or("0x").parse().or_else(|_| odd_hex(text.unwrap_or_default()))?;
        place(&mut state, chain, call.question, &bytes);
    }
    Ok(state)
}

/// Quantities such as `0x1` have an odd number of digits.
fn odd_hex(text: &str) -> Result<Bytes, Failure> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    format!("0x0{digits}")
        .parse()
        .map_err(|_| Failure::Garbled { status: 200, reason: "a result that is no hex".to_owned() })
}

fn place(state: &mut ChainState, chain: &Chain, question: Question, bytes: &Bytes) {
    // Calls to addresses without code answer nothing, which counts as zero.
    let number = || if bytes.len() <= 32 { U256::from_be_slice(bytes) } else { U256::ZERO };
    let address = || Address::abi_decode(bytes).ok().filter(|address| !address.is_zero());
    match question {
        Question::ChainId => state.chain_id = number().try_into().unwrap_or(u64::MAX),
        Question::Beacon => state.beacon = address(),
        Question::Code(wallet) => with(state, wallet, |at| at.code = classify_code(chain, bytes)),
        Question::Pol(wallet) => with(state, wallet, |at| at.pol = number()),
        Question::Token(wallet, Token::Pusd) => with(state, wallet, |at| at.pusd = number()),
        Question::Token(wallet, Token::UsdcE) => with(state, wallet, |at| at.usdc_e = number()),
        Question::Token(wallet, Token::Usdc) => with(state, wallet, |at| at.usdc = number()),
        Question::Owners(wallet) => {
            let owners = getOwnersCall::abi_decode_returns(bytes).unwrap_or_default();
            with(state, wallet, |at| at.owners.extend(owners));
        }
        Question::Owner(wallet) => with(state, wallet, |at| at.owners.extend(address())),
        Question::Allowance(wallet, spender) => with(state, wallet, |at| {
            at.allowances.insert(spender, number());
        }),
        Question::Approval(wallet, operator) => with(state, wallet, |at| {
            at.approvals.insert(operator, !number().is_zero());
        }),
    }
}

fn with(state: &mut ChainState, wallet: Address, change: impl FnOnce(&mut OnChain)) {
    if let Some(at) = state.wallets.get_mut(&wallet) {
        change(at);
    }
}
