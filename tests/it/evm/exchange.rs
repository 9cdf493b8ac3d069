//! The exchange's views on a real EVM: a contract with the published rules, beside the answers of the real one
//! and those of the sandbox.

use alloy_primitives::Address;
use alloy_sol_types::{SolValue as _, sol};
use polydoctor::auth::contracts::{POLYGON, chain};
use polydoctor::auth::wallet::{SignatureType, WalletMap};
use polydoctor::client::chain::{self as polygon, Subjects};
use polydoctor::client::exchange::ProofOrder;
use polydoctor::client::http::Http;
use polydoctor::client::rpc::Node;
use polydoctor::facts::OrderProof;
use polydoctor::facts::probe::Probe;
use serde_json::{Value, json};

use super::node::Anvil;
use crate::support::{DEMO_KEY, STRANGER_KEY, signer};

sol! {
    function initialize(address first) external;
    function pauseUser() external;
    function pauseTrading() external;
}

const WALLET: &str = "DepositWallet.json";
const EXCHANGE: &str = "Exchange.json";

/// Both exchanges at their real addresses.
async fn exchanges(node: &Anvil) -> [Address; 2] {
    let known = chain(POLYGON).unwrap();
    let (proxy, safe) = (&known.proxy, &known.safe);
    let arguments = (proxy.factory, proxy.init_code_hash, safe.factory, safe.init_code_hash).abi_encode();
    let both = known.exchanges.of_version(2).map(|(_, exchange)| exchange);
    for exchange in both {
        node.create_at(exchange, EXCHANGE, &arguments).await;
    }
    both
}

async fn deploy(node: &Anvil, wallet: Address, owner: Address) {
    node.create_at(wallet, WALLET, &[]).await;
    node.call(owner, wallet, &initializeCall { first: owner }).await;
}

#[tokio::test]
async fn the_published_rules_give_the_answers_of_the_real_exchange() {
    let Some(node) = Anvil::polygon().await else { return };
    exchanges(&node).await;
    let file: Value = serde_json::from_str(include_str!("../../vectors/exchange.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 117);
    let address = |value: &Value| -> Address { value.as_str().unwrap().parse().unwrap() };
    for vector in vectors {
        let (exchange, maker) = (address(&vector["exchange"]), address(&vector["order"]["maker"]));
        if vector["wallet_code_at_maker"] == true && node.code(maker).await.is_empty() {
            deploy(&node, maker, address(&vector["owner"])).await;
        }
        if vector["id"] == "user-paused" {
            node.call(maker, exchange, &pauseUserCall {}).await;
        }
        for view in ["validateOrderSignature", "validateOrder"] {
            let asked = &vector[view];
            let answer =
                node.answer("eth_call", json!([{ "to": exchange, "data": asked["calldata"] }, "latest"])).await;
            let given = answer["result"].as_str().or(answer["error"]["data"].as_str()).unwrap().to_owned();
            let expected = asked["result"].as_str().or(asked["revert"].as_str()).unwrap();
            assert_eq!(given, expected, "{} {view}: {}", vector["id"], vector["note"]);
        }
    }
}

async fn prove(node: &Anvil, key: &str, maker: Address, kind: SignatureType) -> OrderProof {
    let (known, key) = (chain(POLYGON).unwrap(), signer(key));
    let (order, calls) = ProofOrder::sign(&key, known, maker, kind, 7, 1_790_000_000_000).unwrap();
    let http = Http::new(std::time::Duration::from_secs(10));
    let subjects = Subjects { wallets: vec![maker], maker: Some(maker), signer: Some(key.address()) };
    let node = Node { http: &http, url: &node.url, probe: Probe::Chain };
    let (state, replies) = polygon::read_with(&node, known, &subjects, calls).await.unwrap();
    assert_eq!(state.unwrap().chain_id, POLYGON);
    order.read(&replies)
}

#[tokio::test]
async fn orders_of_every_type_are_accepted_from_their_own_wallet_only() {
    let Some(node) = Anvil::polygon().await else { return };
    let asked = prove(&node, DEMO_KEY, Address::repeat_byte(1), SignatureType::Eoa).await;
    assert!(!asked.is_accepted() && !asked.is_rejected(), "without an exchange nothing is known: {asked:?}");
    let [plain, neg_risk] = exchanges(&node).await;
    let map = WalletMap::derive(chain(POLYGON).unwrap(), signer(DEMO_KEY).address());
    let beacon = map.deposit_beacon.unwrap();
    deploy(&node, beacon, map.eoa).await;
    for (own, wallet) in map.iter() {
        for kind in SignatureType::ALL {
            let proof = prove(&node, DEMO_KEY, wallet, kind).await;
            let is_there = kind != SignatureType::Poly1271 || wallet == beacon;
            let expected = own.signature_type() == kind && is_there;
            assert_eq!((proof.is_accepted(), proof.is_rejected()), (expected, !expected), "{own} {kind}: {proof:?}");
            for other in &proof.others {
                let is_there = other.signature_type != SignatureType::Poly1271 || other.wallet == beacon;
                assert_eq!(other.verdict.is_accepted(), is_there, "{other:?}");
            }
            for word in &proof.exchanges {
                assert_eq!((word.same_digest, word.same_wallets), (Some(true), Some(true)), "{word:?}");
            }
        }
    }
    assert!(prove(&node, STRANGER_KEY, beacon, SignatureType::Poly1271).await.is_rejected());
    node.call(beacon, neg_risk, &pauseUserCall {}).await;
    node.call(map.eoa, plain, &pauseTradingCall {}).await;
    let proof = prove(&node, DEMO_KEY, beacon, SignatureType::Poly1271).await;
    let paused: Vec<_> = proof.exchanges.iter().map(|word| (word.is_paused, word.is_maker_paused)).collect();
    assert_eq!(paused, [(Some(true), Some(false)), (Some(false), Some(true))]);
}
