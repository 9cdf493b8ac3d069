//! The services beside the CLOB: chain, Gamma, data API, relayer, geoblock.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_signer::SignerSync as _;
use alloy_sol_types::{SolCall, sol};
use polydoctor::auth::builder;
use polydoctor::auth::contracts::{Chain, chain};
use polydoctor::auth::l2::ApiCredentials;
use polydoctor::auth::wallet::{WalletKind, WalletMap, classify_code};
use polydoctor::secret::Secret;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{DEMO_KEY, Lab, answer, now, signer};

sol! {
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    function getOwners() external view returns (address[]);
    function owner() external view returns (address);
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    function BEACON() external view returns (address);
    function getSafeAddress(address signer) external view returns (address);
}

fn polygon() -> &'static Chain {
    chain(137).unwrap()
}

fn demo() -> WalletMap {
    WalletMap::derive(polygon(), signer(DEMO_KEY).address())
}

impl Lab {
    async fn rpc(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        answer(self.http.post(self.url("/-/rpc")).json(&request)).await.1
    }

    async fn call<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, Value> {
        let data = Bytes::from(call.abi_encode()).to_string();
        let answer = self.rpc("eth_call", json!([{ "to": to, "data": data }, "latest"])).await;
        let Some(result) = answer["result"].as_str() else { return Err(answer["error"]["code"].clone()) };
        let bytes: Bytes = result.parse().unwrap();
        C::abi_decode_returns(&bytes).map_err(|_| json!(result))
    }
}

#[tokio::test]
async fn each_healthy_wallet_is_on_the_chain_as_what_it_is() {
    for (name, kind) in [
        ("healthy-proxy", WalletKind::Proxy),
        ("healthy-safe", WalletKind::Safe),
        ("healthy-deposit-uups", WalletKind::DepositUups),
        ("healthy-deposit-beacon", WalletKind::DepositBeacon),
    ] {
        let lab = Lab::named(name).await;
        let wallet = demo().address(kind).unwrap();
        for (other, address) in demo().iter() {
            let code = lab.rpc("eth_getCode", json!([address, "latest"])).await;
            let code: Bytes = code["result"].as_str().unwrap().parse().unwrap();
            let expected = (other == kind).then_some(kind);
            assert_eq!(classify_code(polygon(), &code).wallet_kind(), expected, "{name}: {other}");
        }
        let (tokens, exchanges) = (&polygon().tokens, &polygon().exchanges);
        let held = lab.call(tokens.pusd, balanceOfCall { owner: wallet }).await;
        assert_eq!(held, Ok(U256::from(250_000_000)));
        for spender in [exchanges.v2, exchanges.v2_neg_risk] {
            assert_eq!(lab.call(tokens.pusd, allowanceCall { owner: wallet, spender }).await, Ok(U256::MAX));
            let approved =
                lab.call(tokens.conditional, isApprovedForAllCall { owner: wallet, operator: spender }).await;
            assert_eq!(approved, Ok(true));
        }
        let owners = lab.call(wallet, getOwnersCall {}).await;
        let owner = lab.call(wallet, ownerCall {}).await;
        match kind {
            WalletKind::Safe => assert_eq!((owners, owner), (Ok(vec![demo().eoa]), Err(json!(3)))),
            WalletKind::Proxy => assert_eq!((owners, owner), (Err(json!(3)), Err(json!(3)))),
            _ => assert_eq!((owners, owner), (Err(json!(3)), Ok(demo().eoa))),
        }
    }
}

#[tokio::test]
async fn a_deposit_wallet_takes_its_owners_plain_signature() {
    let lab = Lab::named("healthy-deposit-uups").await;
    let hash = keccak256("anything");
    let sign = |hash: &B256| Bytes::from(signer(DEMO_KEY).sign_hash_sync(hash).unwrap().as_bytes().to_vec());
    let ask = |signature: Bytes| lab.call(demo().deposit_uups, isValidSignatureCall { hash, signature });
    assert_eq!(ask(sign(&hash)).await.unwrap().0, [0x16, 0x26, 0xba, 0x7e]);
    for bad in [sign(&keccak256("another")), Bytes::new(), Bytes::from(vec![7; 65]), Bytes::from(vec![0; 317])] {
        assert_eq!(ask(bad).await.unwrap().0, [0xff; 4]);
    }
}

#[tokio::test]
async fn json_rpc_manners() {
    let lab = Lab::named("healthy-eoa").await;
    assert_eq!(lab.rpc("eth_chainId", json!([])).await["result"], "0x89");
    assert_eq!(lab.rpc("eth_getBalance", json!([demo().eoa, "latest"])).await["result"], "0x4563918244f40000");
    let nobody = Address::repeat_byte(9);
    assert_eq!(lab.call(nobody, ownerCall {}).await, Err(json!("0x")));
    assert_eq!(lab.call(polygon().deposit.factory, BEACONCall {}).await, Ok(polygon().deposit.beacon.unwrap()));
    assert_eq!(lab.call(polygon().exchanges.v1, getSafeAddressCall { signer: demo().eoa }).await, Ok(demo().safe));
    assert_eq!(lab.call(polygon().tokens.pusd, ownerCall {}).await, Err(json!(3)));
    let slot = lab.rpc("eth_getStorageAt", json!([nobody, "0x0", "latest"])).await;
    assert_eq!(slot["result"], format!("0x{}", "00".repeat(32)));
    assert_eq!(lab.rpc("eth_sendRawTransaction", json!(["0x"])).await["error"]["code"], -32601);
    assert_eq!(lab.rpc("eth_getCode", json!(["safe"])).await["error"]["code"], -32602);
    let batch = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "eth_blockNumber", "params": [] },
        { "jsonrpc": "2.0", "id": 2, "method": "eth_getTransactionCount", "params": [demo().eoa, "latest"] },
    ]);
    let (_, answers) = answer(lab.http.post(lab.url("/-/rpc")).json(&batch)).await;
    assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&json!("a"), &json!(2)));
    assert!(answers[0]["result"].as_str().unwrap().starts_with("0x"));
    let (status, garbled) = answer(lab.http.post(lab.url("/-/rpc")).body("{")).await;
    assert_eq!((status.as_u16(), &garbled["error"]["code"]), (200, &json!(-32700)));
}

#[tokio::test]
async fn profile_approvals_and_relayer_know_the_wallet() {
    let lab = Lab::named("healthy-safe").await;
    for address in [demo().eoa, demo().safe] {
        let (_, profile) = lab.get(&format!("/-/gamma/public-profile?address={address}")).await;
        assert_eq!(profile["proxyWallet"], demo().safe.to_string());
    }
    let (status, body) = lab.get(&format!("/-/gamma/public-profile?address={}", demo().proxy)).await;
    assert_eq!((status.as_u16(), body), (404, json!({ "error": "profile not found" })));
    let (_, approvals) = lab.get(&format!("/-/data/v2/approvals?user={}", demo().safe)).await;
    let contracts = approvals["data"]["contracts"].as_array().unwrap();
    assert_eq!(contracts.len(), 17);
    assert!(contracts.iter().all(|contract| contract["approved"] == true));
    let (_, deployed) = lab.get(&format!("/-/relayer/deployed?address={}&type=SAFE", demo().safe)).await;
    assert_eq!(deployed, json!({ "deployed": true }));
    assert_eq!(lab.get("/-/geoblock").await.1["blocked"], false);
    assert_eq!(lab.get("/-/nothing").await.0, 404);
}

#[tokio::test]
async fn the_relayer_asks_for_a_builder_or_a_relayer_key() {
    let lab = Lab::named("healthy-safe").await;
    let env = &lab.running.announcement().env;
    let key = ApiCredentials {
        key: env["POLY_BUILDER_API_KEY"].clone(),
        secret: Secret::new(&*env["POLY_BUILDER_SECRET"]),
        passphrase: Secret::new(&*env["POLY_BUILDER_PASSPHRASE"]),
    };
    let path = "/-/relayer/transactions";
    let ask = |signed: &'static str| {
        let headers = builder::headers(&key, now(), "GET", signed, None).unwrap();
        answer(lab.request(Method::GET, path, &headers))
    };
    assert_eq!(ask("/transactions").await.0, 200);
    assert_eq!(ask(path).await.0, 401);
    assert_eq!(lab.get(path).await.0, 401);
    let relayer_key = |key: &str| {
        let request = lab.http.get(lab.url(path)).header("RELAYER_API_KEY", key);
        answer(request.header("RELAYER_API_KEY_ADDRESS", demo().eoa.to_string()))
    };
    assert_eq!(relayer_key("7c0a2f58-3b41-4c6e-9d02-5e8f1a6b4d93").await.0, 200);
    assert_eq!(relayer_key("x").await.0, 401);
    let account = lab.configured();
    let session = lab.l2(&account, Method::GET, "/v1/user/session-signers", None).await;
    assert_eq!(session.0, 400);
}
