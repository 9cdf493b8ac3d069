//! Ethereum JSON-RPC: many calls in one round trip.

mod multicall;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, Bytes, hex};
use alloy_sol_types::{Revert, SolCall, SolError as _, sol};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use url::Url;

use super::http::{Http, Request};
use crate::facts::Failure;
use crate::facts::probe::Probe;
use crate::text;

/// One call: method and parameters.
pub struct Call {
    method: &'static str,
    params: Value,
    /// The address that it is about, and the data that it sends there.
    about: Option<(Address, Vec<u8>)>,
}

impl Call {
    pub fn new(method: &'static str, params: Value) -> Self {
        Self { method, params, about: None }
    }

    /// A read function of a contract, at the latest block.
    pub fn of(to: Address, function: &impl SolCall) -> Self {
        let data = function.abi_encode();
        let params = json!([{ "to": to, "data": hex::encode_prefixed(&data) }, "latest"]);
        Self { about: Some((to, data)), ..Self::new("eth_call", params) }
    }

    /// Where a read function is called, and with which data.
    #[cfg(test)]
    pub(super) fn data(&self) -> (Address, &[u8]) {
        self.about.as_ref().map(|(to, data)| (*to, data.as_slice())).unwrap_or_default()
    }

    /// Something that the node knows of an address, at the latest block.
    pub fn at(method: &'static str, address: Address) -> Self {
        Self { about: Some((address, Vec::new())), ..Self::new(method, json!([address, "latest"])) }
    }

    /// Whether it gives a number without leading zeros instead of data.
    fn is_quantity(&self) -> bool {
        matches!(self.method, "eth_chainId" | "eth_getBalance")
    }

    fn request(&self, id: usize) -> Value {
        json!({ "jsonrpc": "2.0", "id": id, "method": self.method, "params": self.params })
    }
}

/// What a call gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Empty where a contract was asked and there is none.
    Data(Bytes),
    /// The contract stopped: reverted, or ran into an instruction that ends it.
    Reverted { reason: String },
}

impl Reply {
    /// The data; `None` where the contract stopped.
    pub fn data(&self) -> Option<&Bytes> {
        match self {
            Self::Data(bytes) => Some(bytes),
            Self::Reverted { .. } => None,
        }
    }
}

/// Where to ask, and for which probe.
pub struct Node<'a> {
    pub http: &'a Http,
    pub url: &'a Url,
    pub probe: Probe,
}

impl Node<'_> {
    /// The replies to these calls, in their order.
    ///
    /// One batch is one round trip. Public nodes that refuse batches of this size get what a contract
    /// can collect in one call, and the rest one by one, a few at a time.
    ///
    /// # Errors
    ///
    /// When the node does not answer, or answers a call with an error of its own.
    pub async fn ask(&self, calls: &[Call]) -> Result<Vec<Reply>, Failure> {
        self.ask_each(calls).await?.into_iter().collect()
    }

    /// The same, where one call may come to nothing without the others.
    ///
    /// # Errors
    ///
    /// When the node does not answer.
    pub async fn ask_each(&self, calls: &[Call]) -> Result<Vec<Result<Reply, Failure>>, Failure> {
        let batch: Value = calls.iter().enumerate().map(|(id, call)| call.request(id)).collect();
        let answer = self.http.send(self.post(&batch)).await;
        match answer.and_then(|answer| answer.list::<Message>(calls.len())) {
            Ok(messages) if !is_refused(&messages, calls) => Ok(in_order(messages, calls)),
            // each of these is how some node refuses a batch
            Ok(_) | Err(Failure::Garbled { .. } | Failure::Refused { status: 400..=428 | 430..=500, .. }) => {
                self.without_batch(calls).await
            }
            Err(failure) => Err(failure),
        }
    }

    async fn without_batch(&self, calls: &[Call]) -> Result<Vec<Result<Reply, Failure>>, Failure> {
        let Some(collected) = self.collect(calls).await? else {
            return Ok(in_order(self.one_by_one(calls.iter().enumerate().collect()).await?, calls));
        };
        let rest = calls.iter().enumerate().filter(|(place, _)| collected[*place].is_none()).collect();
        let mut rest: BTreeMap<usize, Message> =
            self.one_by_one(rest).await?.into_iter().filter_map(|message| Some((message.id?, message))).collect();
        let reply = |(place, collected): (usize, Option<Reply>)| match collected {
            Some(reply) => Ok(reply),
            None => rest.remove(&place).ok_or_else(|| no_answer(&calls[place]))?.reply(&calls[place]),
        };
        Ok(collected.into_iter().enumerate().map(reply).collect())
    }

    /// What one call to a contract gives of these; `None` for the others, and for all of them where
    /// the chain does not have the contract.
    async fn collect(&self, calls: &[Call]) -> Result<Option<Vec<Option<Reply>>>, Failure> {
        let Some(call) = multicall::call(calls) else { return Ok(None) };
        let answer = self.http.send(self.post(&call.request(0))).await?;
        let reply = answer.json::<Message>().and_then(|message| message.answering(0)?.reply(&call));
        Ok(reply.ok().and_then(|reply| multicall::replies(calls, reply.data()?)))
    }

    fn post(&self, body: &Value) -> Request<'static> {
        let shown = crate::settings::shown_url(self.url);
        Request { shown: Some(shown), ..Request::post(self.probe, self.url.clone(), body.to_string()) }
    }

    async fn one_by_one(&self, calls: Vec<(usize, &Call)>) -> Result<Vec<Message>, Failure> {
        const AT_ONCE: usize = 8;
        let mut messages = Vec::new();
        let mut running = JoinSet::new();
        let mut waiting = calls.into_iter();
        loop {
            while running.len() < AT_ONCE
                && let Some((id, call)) = waiting.next()
            {
                let (http, request) = (self.http.clone(), self.post(&call.request(id)));
                running.spawn(async move { http.send(request).await?.json::<Message>()?.answering(id) });
            }
            match running.join_next().await {
                Some(Ok(message)) => messages.push(message?),
                Some(Err(_)) => return Err(Failure::Internal),
                None => return Ok(messages),
            }
        }
    }
}

#[derive(Deserialize)]
struct Message {
    id: Option<usize>,
    result: Option<Value>,
    error: Option<RpcError>,
}

/// The ends of a call in the words of nodes: geth's (`core/vm/errors.go`) and its forks', then those
/// of Nethermind and of nodes on revm. They agree on a code, 3, for `REVERT` only.
const ENDS: [&str; 12] = [
    "revert",
    "invalid opcode",
    "out of gas",
    "invalid jump",
    "stack underflow",
    "stack limit reached",
    "gas uint64 overflow",
    "write protection",
    "return data out of bounds",
    "vm execution error",
    "bad instruction",
    "evm error",
];

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
    data: Option<Value>,
}

impl RpcError {
    /// Whether the contract stopped the call, as opposed to the node.
    fn is_of_the_contract(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.code == 3 || ENDS.iter().any(|end| message.contains(end))
    }

    /// What the contract says itself, where it does; otherwise the node's sentence.
    fn reason(&self) -> String {
        // some nodes write `Reverted 0x…`
        let data = self.data.as_ref().and_then(Value::as_str).and_then(|data| data.split_whitespace().last());
        let data = data.and_then(|data| hex::decode(data).ok());
        reason_of(&data.unwrap_or_default(), &self.message)
    }
}

sol! {
    error InvalidSignature();
    error UserIsPaused();
    error OrderAlreadyFilled();
    error ZeroMakerAmount();
}

/// Errors of the exchange contracts, which have a name instead of a text.
const NAMED: [([u8; 4], &str); 4] = [
    (InvalidSignature::SELECTOR, InvalidSignature::SIGNATURE),
    (UserIsPaused::SELECTOR, UserIsPaused::SIGNATURE),
    (OrderAlreadyFilled::SELECTOR, OrderAlreadyFilled::SIGNATURE),
    (ZeroMakerAmount::SELECTOR, ZeroMakerAmount::SIGNATURE),
];

/// The reason in what a reverted call gave back, or these words where there is none.
fn reason_of(data: &[u8], otherwise: &str) -> String {
    if let Some((_, name)) = NAMED.iter().find(|(selector, _)| data == selector) {
        return (*name).to_owned();
    }
    let said = Revert::abi_decode(data).map(|revert| revert.reason);
    text::quoted(said.as_deref().unwrap_or(otherwise), 120)
}

impl Message {
    /// The same, where it is the answer to this call: an error may leave out which it is of.
    fn answering(self, id: usize) -> Result<Self, Failure> {
        match self.id {
            Some(own) if own == id => Ok(self),
            None if self.error.is_some() => Ok(Self { id: Some(id), ..self }),
            _ => Err(Failure::Garbled { status: 200, reason: "a JSON-RPC response to a different call".to_owned() }),
        }
    }

    fn reply(self, call: &Call) -> Result<Reply, Failure> {
        match (self.result, self.error) {
            (Some(Value::String(text)), None) => bytes(&text, call.is_quantity()).map(Reply::Data),
            (_, Some(error)) if error.is_of_the_contract() => Ok(Reply::Reverted { reason: error.reason() }),
            (_, Some(error)) => Err(Failure::Refused {
                status: 200,
                message: format!("{} (JSON-RPC code {})", text::quoted(&error.message, 200), error.code),
                retry_after_s: None,
            }),
            _ => Err(Failure::Garbled { status: 200, reason: "a JSON-RPC response without a result".to_owned() }),
        }
    }
}

/// Quantities such as `0x1` may have an odd number of digits; of anything else that is a part.
fn bytes(text: &str, is_quantity: bool) -> Result<Bytes, Failure> {
    let garbled = || Failure::Garbled { status: 200, reason: "a result that is not hex".to_owned() };
    let digits = text.strip_prefix("0x").ok_or_else(garbled)?;
    let is_odd = !digits.len().is_multiple_of(2);
    let even = if is_odd && is_quantity { format!("0{digits}") } else { digits.to_owned() };
    hex::decode(even).map(Bytes::from).map_err(|_| garbled())
}

/// Whether an answer to a batch is the node's no: one error for all of it, errors of its own in place of
/// replies, or other than one reply to each call.
fn is_refused(messages: &[Message], calls: &[Call]) -> bool {
    let refused = |message: &Message| message.error.as_ref().is_some_and(|error| !error.is_of_the_contract());
    let answered: BTreeSet<usize> = messages.iter().filter_map(|message| message.id).collect();
    let is_whole = messages.len() == calls.len() && answered.into_iter().eq(0..calls.len());
    !is_whole || messages.iter().any(refused)
}

fn no_answer(call: &Call) -> Failure {
    Failure::Garbled { status: 200, reason: format!("no response to {}", call.method) }
}

/// Nodes may answer a batch in any order.
fn in_order(messages: Vec<Message>, calls: &[Call]) -> Vec<Result<Reply, Failure>> {
    let mut sorted: Vec<Option<Message>> = calls.iter().map(|_| None).collect();
    for message in messages {
        if let Some(place) = message.id.and_then(|id| sorted.get_mut(id)) {
            *place = Some(message);
        }
    }
    calls.iter().zip(sorted).map(|(call, message)| message.ok_or_else(|| no_answer(call))?.reply(call)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Result<Reply, Failure> {
        serde_json::from_str::<Message>(text).unwrap().reply(&Call::at("eth_getCode", Address::ZERO))
    }

    #[test]
    fn a_contract_that_stops_is_an_answer_and_a_node_that_refuses_is_none() {
        for (error, said) in [
            (r#"{"code":3,"message":"execution reverted: GS026"}"#, "execution reverted: GS026"),
            (r#"{"code":-32000,"message":"invalid opcode: INVALID"}"#, "invalid opcode: INVALID"),
            (r#"{"code":-32603,"message":"EVM error InvalidOperandOOG"}"#, "EVM error InvalidOperandOOG"),
            (r#"{"code":-32015,"message":"VM execution error: reverted"}"#, "VM execution error: reverted"),
            (
                "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x08c379a0\
                 0000000000000000000000000000000000000000000000000000000000000020\
                 0000000000000000000000000000000000000000000000000000000000000005\
                 4753303236000000000000000000000000000000000000000000000000000000\"}",
                "GS026",
            ),
        ] {
            let reason = said.to_owned();
            assert_eq!(reply(&format!(r#"{{"id":1,"error":{error}}}"#)), Ok(Reply::Reverted { reason }), "{error}");
        }
        let limited = reply(r#"{"id":1,"error":{"code":-32005,"message":"limit exceeded"}}"#).unwrap_err();
        assert_eq!(limited.to_string(), "200 limit exceeded (JSON-RPC code -32005)");
        assert!(reply(r#"{"id":1,"result":null}"#).is_err());
        assert!(reply(r#"{"id":1,"result":"0xzz"}"#).is_err());
        assert!(
            reply(r#"{"id":1,"result":"0x12","error":{"code":3,"message":"?"}}"#)
                .is_ok_and(|reply| reply.data().is_none())
        );
    }

    #[test]
    fn quantities_and_data_are_bytes() {
        for (text, expected) in [("0x", &[][..]), ("0x1", &[1]), ("0x0102", &[1, 2]), ("0x102", &[1, 2])] {
            assert_eq!(&bytes(text, true).unwrap()[..], expected, "{text}");
            assert_eq!(bytes(text, false).is_ok(), text.len() % 2 == 0, "{text}");
        }
        assert!(bytes("0102", false).is_err() && bytes("", true).is_err());
    }
}
