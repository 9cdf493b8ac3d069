//! Ethereum JSON-RPC: many calls in one round trip.

use alloy_primitives::{Address, Bytes, hex};
use alloy_sol_types::{Revert, SolCall, SolError as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use url::Url;

use super::http::{Http, Request, clean};
use crate::engine::facts::Failure;
use crate::engine::probe::Probe;

/// One call: method and parameters.
pub struct Call {
    method: &'static str,
    params: Value,
}

impl Call {
    pub fn new(method: &'static str, params: Value) -> Self {
        Self { method, params }
    }

    /// A read function of a contract, at the latest block.
    pub fn of(to: Address, function: &impl SolCall) -> Self {
        let data = hex::encode_prefixed(function.abi_encode());
        Self::new("eth_call", json!([{ "to": to, "data": data }, "latest"]))
    }

    /// Something that the node knows of an address, at the latest block.
    pub fn at(method: &'static str, address: Address) -> Self {
        Self::new(method, json!([address, "latest"]))
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
    /// The data; none where the contract stopped.
    pub fn data(self) -> Bytes {
        match self {
            Self::Data(bytes) => bytes,
            Self::Reverted { .. } => Bytes::new(),
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
    /// One batch is one round trip. Public nodes that refuse batches of this size get the same calls
    /// one by one, a few at a time.
    ///
    /// # Errors
    ///
    /// When the node does not answer, or answers a call with an error of its own.
    pub async fn ask(&self, calls: &[Call]) -> Result<Vec<Reply>, Failure> {
        let batch: Value = calls.iter().enumerate().map(|(id, call)| call.request(id)).collect();
        let answer = self.http.send(self.post(&batch)).await;
        let messages = match answer.and_then(|answer| answer.json::<Vec<Message>>()) {
            Ok(messages) => messages,
            Err(Failure::Garbled { .. }) => self.one_by_one(calls).await?,
            Err(failure) if failure.is_refusal() || failure.status() == Some(500) => self.one_by_one(calls).await?,
            Err(failure) => return Err(failure),
        };
        in_order(messages, calls)
    }

    fn post(&self, body: &Value) -> Request<'static> {
        let shown = crate::settings::shown_url(self.url);
        Request { shown: Some(shown), ..Request::post(self.probe, self.url.clone(), body.to_string()) }
    }

    async fn one_by_one(&self, calls: &[Call]) -> Result<Vec<Message>, Failure> {
        const AT_ONCE: usize = 8;
        let mut messages = Vec::new();
        let mut running = JoinSet::new();
        let mut waiting = calls.iter().enumerate();
        loop {
            while running.len() < AT_ONCE
                && let Some((id, call)) = waiting.next()
            {
                let (http, request) = (self.http.clone(), self.post(&call.request(id)));
                running.spawn(async move { http.send(request).await?.json::<Message>() });
            }
            match running.join_next().await {
                Some(Ok(message)) => messages.push(message?),
                Some(Err(_)) => return Err(Failure::Stopped),
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
        let data = self.data.as_ref().and_then(Value::as_str).and_then(|data| hex::decode(data).ok());
        let said = data.and_then(|data| Revert::abi_decode(&data).ok()).map(|revert| revert.reason);
        clean(&said.unwrap_or_else(|| self.message.clone()), 120)
    }
}

impl Message {
    fn reply(self) -> Result<Reply, Failure> {
        match (self.result, self.error) {
            (Some(Value::String(text)), _) => bytes(&text).map(Reply::Data),
            (_, Some(error)) if error.is_of_the_contract() => Ok(Reply::Reverted { reason: error.reason() }),
            (_, Some(error)) => Err(Failure::Refused {
                status: 200,
                message: format!("{} (JSON-RPC code {})", clean(&error.message, 200), error.code),
                retry_after_s: None,
            }),
            _ => Err(Failure::Garbled { status: 200, reason: "a JSON-RPC answer without a result".to_owned() }),
        }
    }
}

/// Quantities such as `0x1` have an odd number of digits.
fn bytes(text: &str) -> Result<Bytes, Failure> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    let bytes = hex::decode(even);
    bytes.map(Bytes::from).map_err(|_| Failure::Garbled { status: 200, reason: "a result that is no hex".to_owned() })
}

/// Nodes may answer a batch in any order.
fn in_order(messages: Vec<Message>, calls: &[Call]) -> Result<Vec<Reply>, Failure> {
    let mut sorted: Vec<Option<Message>> = calls.iter().map(|_| None).collect();
    for message in messages {
        if let Some(place) = message.id.and_then(|id| sorted.get_mut(id)) {
            *place = Some(message);
        }
    }
    let missing = |call: &Call| Failure::Garbled { status: 200, reason: format!("no answer to {}", call.method) };
    calls.iter().zip(sorted).map(|(call, message)| message.ok_or_else(|| missing(call))?.reply()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Result<Reply, Failure> {
        serde_json::from_str::<Message>(text).unwrap().reply()
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
    }

    #[test]
    fn quantities_and_data_are_bytes() {
        for (text, expected) in [("0x", &[][..]), ("0x1", &[1]), ("0x0102", &[1, 2]), ("0x102", &[1, 2])] {
            assert_eq!(&bytes(text).unwrap()[..], expected, "{text}");
        }
    }
}
