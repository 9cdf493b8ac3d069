//! The Polygon node of the stand-in.

use std::fmt::Write as _;

use alloy_primitives::{Address, U256, address, hex};
use serde_json::{Value, json};

use super::exchange::EXCHANGES;
use super::world::{Reply, World, ok};

impl World {
    /// JSON-RPC; the answers of a batch come in another order than its questions.
    pub(super) fn node(&self, body: &[u8]) -> Reply {
        match serde_json::from_slice(body).unwrap() {
            Value::Array(_) if self.refuses_batches => ok(
                &json!({ "id": null, "error": { "message": "batches are for paying customers", "code": -32005 }, "jsonrpc": "2.0" }),
            ),
            Value::Array(calls) => ok(&calls.iter().rev().map(|call| self.rpc(call)).collect()),
            call => ok(&self.rpc(&call)),
        }
    }

    fn rpc(&self, call: &Value) -> Value {
        let address = |value: &Value| value.as_str().unwrap_or_default().parse::<Address>().unwrap();
        let params = &call["params"];
        let result = match call["method"].as_str().unwrap() {
            "eth_chainId" => Some(format!("{:#x}", self.chain_id)),
            "eth_getCode" if EXCHANGES.contains(&address(&params[0])) => Some("0x6080604052".to_owned()),
            "eth_getCode" => {
                let code = self.code.get(&address(&params[0])).map(Vec::as_slice).unwrap_or_default();
                Some(hex::encode_prefixed(code))
            }
            "eth_getBalance" => {
                let pol = self.pol.get(&address(&params[0])).copied().unwrap_or_default();
                Some(format!("{:#x}", u128::from(pol) * 10_u128.pow(18)))
            }
            "eth_call" if EXCHANGES.contains(&address(&params[0]["to"])) => {
                let data = params[0]["data"].as_str().or(params[0]["input"].as_str()).unwrap();
                match self.exchange(address(&params[0]["to"]), &hex::decode(data).unwrap()) {
                    Some(Err(data)) => {
                        return json!({ "id": call["id"], "error": { "message": "VM execution reverted", "code": -32000, "data": data }, "jsonrpc": "2.0" });
                    }
                    answer => answer.and_then(Result::ok),
                }
            }
            "eth_call" => {
                let data = params[0]["data"].as_str().or(params[0]["input"].as_str()).unwrap();
                self.call(address(&params[0]["to"]), &hex::decode(data).unwrap())
            }
            _ => None,
        };
        match result {
            Some(result) => json!({ "id": call["id"], "result": result, "jsonrpc": "2.0" }),
            None => {
                json!({ "id": call["id"], "error": { "message": "VM execution reverted", "code": -32000 }, "jsonrpc": "2.0" })
            }
        }
    }

    /// The few functions that there are, by their published selectors.
    fn call(&self, to: Address, data: &[u8]) -> Option<String> {
        let word = |value: U256| format!("{value:064x}");
        let argument = |place: usize| Address::from_slice(&data[4 + 32 * place + 12..4 + 32 * (place + 1)]);
        let mut text = String::from("0x");
        let owner = self.owners.get(&to).filter(|_| self.code.get(&to).is_some_and(|code| !code.is_empty()));
        let is_safe = self.code.get(&to).is_some_and(|code| code.len() == 124);
        let value = match hex::encode(&data[..4]).as_str() {
            "70a08231" => word(U256::from(self.money.get(&(to, argument(0))).copied().unwrap_or_default())),
            // shares: as many as anybody asks for
            "00fdd58e" => word(U256::from(if self.approved.contains(&argument(0)) { 77_000_000 } else { 0 })),
            "dd62ed3e" => word(if self.approved.contains(&argument(0)) { U256::MAX >> 1 } else { U256::ZERO }),
            "e985e9c5" => word(U256::from(u8::from(self.approved.contains(&argument(0))))),
            "a0e67e2b" if is_safe => {
                let owner = U256::from_be_slice(owner?.as_slice());
                format!("{}{}{}", word(U256::from(32)), word(U256::ONE), word(owner))
            }
            "8da5cb5b" if !is_safe && self.code.get(&to).is_some_and(|code| code.len() > 100) => {
                word(U256::from_be_slice(owner?.as_slice()))
            }
            "49493a4d" => word(U256::from_be_slice(address!("7A18EDfe055488A3128f01F563e5B479D92ffc3a").as_slice())),
            _ if self.code.get(&to).is_none_or(Vec::is_empty) => String::new(),
            _ => return None,
        };
        write!(text, "{value}").unwrap();
        Some(text)
    }
}
