//! `polydoctor inspect` of orders, and what the exchange contract says of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::{Value, json};

use super::inspect;
use crate::program::stdout;
use crate::support::ANY_PORT;

const EXCHANGE: &str = include_str!("../../vectors/exchange.json");
const ORDERS: &str = include_str!("../../vectors/orders.json");

fn vectors(file: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(file).unwrap()["vectors"].as_array().unwrap().clone()
}

/// Polygon RPC URL that answers what a real one did, by the data of the call.
#[derive(Clone, Default)]
struct RecordedNode {
    answers: Arc<BTreeMap<String, Value>>,
    chain_id: u64,
    has_contract: bool,
    is_maker_paused: bool,
}

impl RecordedNode {
    fn new() -> Self {
        let mut answers = BTreeMap::new();
        for vector in vectors(EXCHANGE) {
            let call = &vector["validateOrderSignature"];
            answers.insert(call["calldata"].as_str().unwrap().to_owned(), call.clone());
        }
        Self { answers: Arc::new(answers), chain_id: 137, has_contract: true, is_maker_paused: false }
    }

    fn answer(&self, call: &Value) -> Value {
        let result = |result: &str| json!({ "jsonrpc": "2.0", "id": call["id"], "result": result });
        let word = |is: bool| format!("0x{:064x}", u8::from(is));
        match call["method"].as_str().unwrap() {
            "eth_chainId" => result(&format!("{:#x}", self.chain_id)),
            "eth_getCode" => result(if self.has_contract { "0x6001" } else { "0x" }),
            _ => {
                let data = call["params"][0]["data"].as_str().unwrap();
                match (&data[..10], self.answers.get(data)) {
                    ("0xf5db3e4b", Some(known)) if known["result"] == "0x" => result("0x"),
                    ("0xf5db3e4b", Some(known)) => {
                        let reason = known["result"].as_str().or(known["revert"].as_str()).unwrap();
                        json!({ "jsonrpc": "2.0", "id": call["id"],
                            "error": { "code": 3, "message": "execution reverted", "data": reason } })
                    }
                    ("0x46423aa7", _) => result(&format!("{}{}", word(false), &word(false)[2..])),
                    ("0x28872101", _) => result(&word(self.is_maker_paused)),
                    ("0x5c975abb", _) => result(&word(false)),
                    _ => {
                        json!({ "jsonrpc": "2.0", "id": call["id"], "error": { "code": -32000, "message": "not recorded" } })
                    }
                }
            }
        }
    }

    /// Its URL.
    async fn start(self) -> String {
        let listener = tokio::net::TcpListener::bind(ANY_PORT).await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let answer = |State(node): State<Self>, body: String| async move {
            match serde_json::from_str(&body).unwrap() {
                Value::Array(calls) => calls.iter().map(|call| node.answer(call)).collect::<Value>().to_string(),
                call => node.answer(&call).to_string(),
            }
        };
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/", post(answer)).with_state(self)).await },
        );
        format!("http://{address}/")
    }
}

fn asked(arguments: &[&str], url: &str, order: &Value) -> (Option<i32>, Value) {
    let arguments = [arguments, &["--format", "json", "--on-chain", "--rpc-url", url]].concat();
    let output = inspect(&arguments, order.to_string().as_bytes());
    let found = serde_json::from_slice(&output.stdout);
    (output.status.code(), found.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

/// The calls are the recorded ones, byte for byte, or the node would not know them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exchange_contract_confirms_what_is_computed() {
    let url = RecordedNode::new().start().await;
    for case in vectors(EXCHANGE).iter().step_by(4) {
        let neg_risk = case["exchange"].as_str().unwrap().starts_with("0xe2222d").to_string();
        let (_, found) = asked(&["--neg-risk", &neg_risk], &url, &case["order"]);
        let on_chain = &found["requests"][0]["on_chain"];
        let accepted = case["validateOrderSignature"]["result"] == "0x";
        assert_eq!((&on_chain["accepted"], &on_chain["agrees"]), (&accepted.into(), &true.into()), "{case} {found:#}");
        assert_eq!(on_chain["exchange"], case["exchange"]);
        let error = on_chain["error"].as_str();
        assert_eq!(error, if accepted { None } else { Some("InvalidSignature()") });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_cannot_tell_is_not_taken_for_an_answer() {
    let order = vectors(EXCHANGE)[0]["order"].clone();
    let told = |found: &Value| found["requests"][0]["on_chain"]["reason"].as_str().unwrap_or_default().to_owned();
    let node = RecordedNode { has_contract: false, ..RecordedNode::new() };
    let (code, found) = asked(&[], &node.start().await, &order);
    assert_eq!(code, Some(3), "{found:#}");
    assert!(told(&found).contains("no contract at"), "{found:#}");
    let node = RecordedNode { chain_id: 1, ..RecordedNode::new() };
    let (code, found) = asked(&[], &node.start().await, &order);
    assert!(code == Some(3) && told(&found).contains("on chain 1"), "{found:#}");
    let (code, found) = asked(&[], "http://127.0.0.1:9/", &order);
    assert!(code == Some(3) && found["requests"][0]["on_chain"]["accepted"].is_null(), "{found:#}");
    // and what is known to be wrong stays so
    let (code, _) = asked(&["--neg-risk", "true"], "http://127.0.0.1:9/", &order);
    assert_eq!(code, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_maker_that_paused_itself_is_found_on_chain() {
    let order = vectors(EXCHANGE)[0]["order"].clone();
    let node = RecordedNode { is_maker_paused: true, ..RecordedNode::new() };
    let (code, found) = asked(&[], &node.start().await, &order);
    assert_eq!((code, &found["findings"][0]["cause"]), (Some(1), &"user-paused".into()), "{found:#}");
    assert_eq!(found["requests"][0]["on_chain"]["accepted"], true);
}

#[test]
fn an_order_is_explained_in_text_and_json_and_shared_without_names() {
    let vector = &vectors(ORDERS)[28];
    let body = vector["results"]["py_v2"]["post_body"].as_str().unwrap();
    let bare = ["--signature-type", "eoa"];
    let output = inspect(&[&bare[..], &["--neg-risk", "true", "--format", "json"]].concat(), body.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["kind"], "order");
    let first = &found["findings"][0];
    assert_eq!((&first["cause"], &first["certainty"]), (&"order-wrong-exchange".into(), &"proven".into()), "{found:#}");
    assert_eq!(found["reproduced_by"]["verifying_contract"], "0xE111180000d2663C0091e4f400237545B87B996B");
    let changes = found["requests"][0]["to_be_accepted"].as_array().unwrap();
    assert!(changes[0].as_str().unwrap().contains("0xe2222d279d744050d28e00520010520000310F59"), "{changes:?}");
    let maker = vector["order"]["maker"].as_str().unwrap();
    let owner = "7c4fcf4b-0504-4ab6-ae31-1bc83fbb1abb";
    let text = stdout(&inspect(&["--neg-risk", "true"], body.as_bytes()));
    for said in ["To be accepted:", "(proven)", maker, "Signed by"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for format in ["text", "json"] {
        let shared = stdout(&inspect(&["--neg-risk", "true", "--share", "--format", format], body.as_bytes()));
        let names = [
            maker,
            owner,
            &maker[10..],
            vector["signer_address"].as_str().unwrap(),
            vector["order"]["tokenId"].as_str().unwrap(),
        ];
        for name in names {
            assert!(!shared.contains(name), "{name}: {shared}");
        }
    }
}
