//! What the whole program makes of the evidence: the sandbox for everything but the chain, which is
//! a real one.

use alloy_primitives::{Address, U256};
use serde_json::Value;

use super::node::Anvil;
use super::wallets::{ALWAYS_ONE, BASE_FEE, authorize, delegate, deposit_wallets, eoa, hand_over, safe, share};
use crate::program::{Sandbox, causes, polydoctor};
use crate::support::{STRANGER_KEY, signer};

fn stranger() -> Address {
    signer(STRANGER_KEY).address()
}

/// The report on an account that is healthy but for its funder.
fn report(anvil: &Anvil, scenario: &str, funder: Address) -> Value {
    let sandbox = Sandbox::start(&["--scenario", scenario]);
    let mut command = polydoctor();
    command.args(["check", "--format", "json"]).envs(sandbox.env());
    command.env("POLYMARKET_RPC_URL", anvil.url.as_str()).env("POLYMARKET_FUNDER", funder.to_string());
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

/// What one check says: its status, its sentence and its evidence.
fn said<'a>(report: &'a Value, id: &str) -> (&'a str, &'a str, String) {
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
    (check["status"].as_str().unwrap(), check["summary"].as_str().unwrap(), check["evidence"].to_string())
}

fn funder(report: &Value) -> (&str, &str, String) {
    said(report, "wallet.funder")
}

#[tokio::test]
async fn the_owner_of_a_deposit_wallet_is_proved_and_so_is_a_stranger() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let [_, (_, wallet)] = deposit_wallets(&anvil, eoa()).await;
    anvil.set_code(BASE_FEE, &ALWAYS_ONE).await;
    let own = report(&anvil, "healthy-deposit-beacon", wallet);
    let (status, _, evidence) = funder(&own);
    assert_eq!(status, "pass");
    assert!(evidence.contains("proves the owner, not that an order is accepted"), "{evidence}");
    hand_over(&anvil, wallet, stranger()).await;
    let sold = report(&anvil, "healthy-deposit-beacon", wallet);
    assert_eq!(causes(&sold).first(), Some(&"key-not-wallet-owner"), "{:#}", sold["diagnoses"]);
    let (_, summary, evidence) = funder(&sold);
    assert!(summary.contains("rejects signatures of this key"), "{summary}");
    assert!(evidence.contains(&stranger().to_string()), "{evidence}");
    authorize(&anvil, wallet, U256::from(4_000_000_000_u64)).await;
    let session = report(&anvil, "healthy-deposit-beacon", wallet);
    let (status, summary, _) = funder(&session);
    assert_eq!((status, summary.ends_with("it may sign until 2096-10-02 07:06 UTC")), ("note", true), "{summary}");
}

#[tokio::test]
async fn a_deposit_wallet_that_was_taken_over_is_the_keys_own() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let [(_, wallet), _] = deposit_wallets(&anvil, stranger()).await;
    let before = report(&anvil, "healthy-deposit-uups", wallet);
    // this key has a wallet of its own, so the funder is the wrong one of the two
    assert_eq!(causes(&before).first(), Some(&"funder-not-controlled"), "{:#}", before["diagnoses"]);
    hand_over(&anvil, wallet, eoa()).await;
    let after = report(&anvil, "healthy-deposit-uups", wallet);
    assert_eq!((funder(&after).0, said(&after, "wallet.signature-type").0), ("pass", "pass"));
}

#[tokio::test]
async fn a_delegated_funder_is_named_as_such() {
    let Some(anvil) = Anvil::polygon().await else { return };
    delegate(&anvil, &signer(STRANGER_KEY)).await;
    let report = report(&anvil, "healthy-deposit-beacon", stranger());
    assert_eq!(causes(&report).first(), Some(&"deposit-wallet-delegated"), "{:#}", report["diagnoses"]);
}

#[tokio::test]
async fn a_safe_that_wants_two_owners_is_a_warning() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let wallet = safe(&anvil).await;
    let own = report(&anvil, "healthy-safe", wallet);
    let (status, _, evidence) = funder(&own);
    assert_eq!(status, "pass");
    assert!(evidence.contains(r#""label":"signature, Safe message","value":"accepted""#), "{evidence}");
    share(&anvil, wallet).await;
    let shared = report(&anvil, "healthy-safe", wallet);
    let (status, summary, _) = funder(&shared);
    assert_eq!((status, summary.contains("requires 2 of 2 owners")), ("warn", true), "{summary}");
}
