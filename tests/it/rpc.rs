//! A Polygon node that takes no batches: what is asked instead.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alloy_primitives::{Address, Bytes, U256, address, hex};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use polydoctor::client::http::Http;
use polydoctor::client::rpc::{Call, Node, Reply};
use polydoctor::facts::probe::Probe;
use serde_json::{Value, json};

use crate::support::ANY_PORT;

sol! {
    struct Call3 { address target; bool allowFailure; bytes callData; }
    struct Result3 { bool success; bytes returnData; }
    function aggregate3(Call3[] calls) external payable returns (Result3[] returnData);
    function balanceOf(address owner) external view returns (uint256);
}

const MULTICALL3: Address = address!("0xcA11bde05977b3631167028862bE2a173976CA11");
/// A contract that reverts whatever it is asked.
const STUBBORN: Address = Address::repeat_byte(9);

/// The requests that it got, and whether there is a contract that collects calls.
#[derive(Clone)]
struct PublicNode {
    asked: Arc<Mutex<Vec<String>>>,
    has_multicall: bool,
}

async fn answer(State(node): State<PublicNode>, body: String) -> String {
    let request: Value = serde_json::from_str(&body).unwrap();
    let method = request["method"].as_str().unwrap_or("batch").to_owned();
    node.asked.lock().unwrap().push(method.clone());
    let Some(id) = request.get("id") else {
        // as some public nodes say it: an array, though of one error
        return json!([{ "jsonrpc": "2.0", "id": null, "error": { "code": -32005, "message": "batch too large" } }])
            .to_string();
    };
    let reply = |result: String| json!({ "jsonrpc": "2.0", "id": id, "result": result });
    if method == "eth_getCode" {
        return reply("0x6001".to_owned()).to_string();
    }
    let to: Address = request["params"][0]["to"].as_str().unwrap().parse().unwrap();
    let data = hex::decode(request["params"][0]["data"].as_str().unwrap()).unwrap();
    let reverted = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": 3, "message": "execution reverted" } });
    node.call(to, &data).map_or(reverted, |data| reply(hex::encode_prefixed(data))).to_string()
}

impl PublicNode {
    fn call(&self, to: Address, data: &[u8]) -> Option<Vec<u8>> {
        match to {
            STUBBORN => None,
            MULTICALL3 if !self.has_multicall => Some(Vec::new()),
            MULTICALL3 => {
                let made = aggregate3Call::abi_decode(data).unwrap().calls;
                let results = made.into_iter().map(|made| {
                    let data = self.call(made.target, &made.callData);
                    Result3 { success: data.is_some(), returnData: data.unwrap_or_default().into() }
                });
                Some(results.collect::<Vec<_>>().abi_encode())
            }
            // each token says who asks after whom
            token => Some(U256::from_be_slice(token.as_slice()).abi_encode()),
        }
    }
}

async fn ask(has_multicall: bool) -> (Vec<Reply>, Vec<String>) {
    let node = PublicNode { asked: Arc::default(), has_multicall };
    let asked = Arc::clone(&node.asked);
    let listener = tokio::net::TcpListener::bind(ANY_PORT).await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer)).with_state(node)).await });
    let mut calls: Vec<Call> =
        (1..=20).map(|token| Call::of(Address::repeat_byte(token), &balanceOfCall { owner: Address::ZERO })).collect();
    calls.insert(3, Call::at("eth_getCode", Address::ZERO));
    let http = Http::new(Duration::from_secs(5));
    let url = format!("http://{address}/").parse().unwrap();
    let replies = Node { http: &http, url: &url, probe: Probe::Chain }.ask(&calls).await.unwrap();
    let asked = asked.lock().unwrap().clone();
    (replies, asked)
}

#[tokio::test]
async fn a_batch_refused_with_an_array_is_asked_in_another_way() {
    let (collected, asked) = ask(true).await;
    // the last one ended without a word there, as for want of gas
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert_eq!(asked[..2], ["batch", "eth_call"]);
    let (single, asked) = ask(false).await;
    assert_eq!(asked.len(), 2 + 21, "{asked:?}");
    for replies in [&collected, &single] {
        assert_eq!(replies[3], Reply::Data(Bytes::from_static(&[0x60, 0x01])));
        let first = U256::from_be_slice(Address::repeat_byte(1).as_slice());
        assert_eq!(replies[0], Reply::Data(first.abi_encode().into()));
        // the ninth token, one place further for the code among them
        assert!(matches!(replies[9], Reply::Reverted { .. }), "{:?}", replies[9]);
        assert_eq!(replies.len(), 21);
    }
    let data = |replies: &[Reply]| replies.iter().map(|reply| reply.data().cloned()).collect::<Vec<_>>();
    assert_eq!(data(&collected), data(&single));
}
