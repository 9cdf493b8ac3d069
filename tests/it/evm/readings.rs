//! Money, approvals, and nodes that do not behave.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolValue as _, sol};
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::{Router, routing};
use polydoctor::auth::wallet::{CodeClass, WalletMap};
use polydoctor::facts::Failure;
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

use super::node::{Anvil, polygon, read_from};
use crate::program::{Sandbox, causes, polydoctor};
use crate::support::{ANY_PORT, DEMO_KEY, client, signer};

sol! {
    function transfer(address to, uint256 amount) external returns (bool);
    function approve(address spender, uint256 amount) external returns (bool);
    function setApprovalForAll(address operator, bool approved) external;
}

const ERC20: &str = "node_modules/@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json";
const ERC1155: &str = "node_modules/@openzeppelin/contracts/build/contracts/ERC1155PresetMinterPauser.json";

fn eoa() -> Address {
    signer(DEMO_KEY).address()
}

/// All three tokens of collateral, whole supply with the signer, and the token of shares.
async fn tokens(anvil: &Anvil) {
    let tokens = &polygon().tokens;
    for token in [tokens.pusd, tokens.usdc_e, tokens.usdc.unwrap()] {
        let arguments = ("Dollar".to_owned(), "USD".to_owned(), U256::from(1_000_000_000), eoa()).abi_encode_params();
        anvil.create_at(token, ERC20, &arguments).await;
    }
    anvil.create_at(tokens.conditional, ERC1155, &("https://example.org/".to_owned(),).abi_encode_params()).await;
}

#[tokio::test]
async fn balances_and_approvals_are_those_of_real_tokens() {
    let Some(anvil) = Anvil::polygon().await else { return };
    tokens(&anvil).await;
    let (tokens, exchanges) = (&polygon().tokens, &polygon().exchanges);
    let safe = WalletMap::derive(polygon(), eoa()).safe;
    for (token, amount) in [(tokens.pusd, 250_000_000), (tokens.usdc_e, 3), (tokens.usdc.unwrap(), 7)] {
        anvil.call(eoa(), token, &transferCall { to: safe, amount: U256::from(amount) }).await;
    }
    anvil.rpc("anvil_setBalance", json!([safe, "0x1bc16d674ec80000"])).await;
    anvil.call(safe, tokens.pusd, &approveCall { spender: exchanges.v2, amount: U256::MAX }).await;
    anvil.call(safe, tokens.pusd, &approveCall { spender: exchanges.v2_neg_risk, amount: U256::from(5) }).await;
    anvil.call(safe, tokens.usdc_e, &approveCall { spender: exchanges.v1, amount: U256::from(9) }).await;
    anvil.call(safe, tokens.conditional, &setApprovalForAllCall { operator: exchanges.v2, approved: true }).await;
    let state = anvil.read(eoa(), &[safe, eoa()]).await.unwrap();
    assert_eq!((state.chain_id, state.beacon), (137, None));
    let at = &state.wallets[&safe];
    assert_eq!(
        [at.pusd, at.usdc_e, at.usdc, at.pol],
        [250_000_000, 3, 7, 2_000_000_000_000_000_000_u64].map(U256::from)
    );
    let allowed = [exchanges.v1, exchanges.v1_neg_risk, exchanges.v2, exchanges.v2_neg_risk];
    assert_eq!(allowed.map(|spender| at.allowances[&spender]), [U256::from(9), U256::ZERO, U256::MAX, U256::from(5)]);
    assert_eq!(allowed.map(|operator| at.approvals[&operator]), [false, false, true, false]);
    assert_eq!(state.wallets[&eoa()].pusd, U256::from(750_000_000));
    assert!(state.wallets[&eoa()].allowances.values().all(U256::is_zero));
}

/// Code that ends every call: by an invalid instruction, a revert, and without end.
const STOPPING: [&[u8]; 3] = [&[0xfe], &[0x5f, 0x5f, 0xfd], &[0x5b, 0x5f, 0x56]];

#[tokio::test]
async fn a_contract_that_stops_every_call_spoils_no_other_answer() {
    let Some(anvil) = Anvil::polygon().await else { return };
    tokens(&anvil).await;
    let funder = Address::repeat_byte(0x77);
    for code in STOPPING {
        anvil.set_code(funder, code).await;
        let state = anvil.read(eoa(), &[funder, eoa()]).await.unwrap();
        let at = &state.wallets[&funder];
        assert_eq!((at.code, at.owners.len(), at.threshold), (CodeClass::Unknown { bytes: code.len() }, 0, None));
        assert_eq!(state.wallets[&eoa()].pusd, U256::from(1_000_000_000));
    }
}

/// A node before the node, which takes one call at a time.
async fn without_batches(anvil: &Anvil, status: StatusCode, refusal: &'static str) -> Url {
    let (node, http) = (anvil.url.clone(), client());
    let answer = move |body: Bytes| async move {
        if body.starts_with(b"[") {
            return (status, refusal.to_owned());
        }
        let request = http.post(node).header("content-type", "application/json").body(body);
        (StatusCode::OK, request.send().await.unwrap().text().await.unwrap())
    };
    let listener = TcpListener::bind(ANY_PORT).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async { axum::serve(listener, Router::new().fallback(routing::any(answer))).await });
    url
}

#[tokio::test]
async fn a_refused_batch_is_asked_one_by_one() {
    const REFUSAL: &str = r#"{"jsonrpc":"2.0","id":null,"error":{"code":31,"message":"Batch is too large"}}"#;
    let Some(anvil) = Anvil::polygon().await else { return };
    tokens(&anvil).await;
    let direct = anvil.read(eoa(), &[eoa()]).await.unwrap();
    assert_eq!(direct.wallets[&eoa()].pusd, U256::from(1_000_000_000));
    for status in [StatusCode::OK, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::INTERNAL_SERVER_ERROR] {
        let url = without_batches(&anvil, status, REFUSAL).await;
        assert_eq!(read_from(&url, eoa(), &[eoa()]).await, Ok(direct.clone()), "{status}");
    }
    let overloaded = without_batches(&anvil, StatusCode::SERVICE_UNAVAILABLE, REFUSAL).await;
    assert!(matches!(read_from(&overloaded, eoa(), &[eoa()]).await, Err(Failure::Refused { status: 503, .. })));
}

#[tokio::test]
async fn a_node_of_another_chain_is_named() {
    let Some(anvil) = Anvil::of_chain(1).await else { return };
    assert_eq!(anvil.read(eoa(), &[eoa()]).await.unwrap().chain_id, 1);
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let mut command = polydoctor();
    command.args(["check", "--format", "json"]).envs(sandbox.env()).env("POLYMARKET_RPC_URL", anvil.url.as_str());
    let report = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(causes(&report).first(), Some(&"polygon-node-wrong-chain"), "{report:#}");
}
