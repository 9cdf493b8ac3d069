//! Wallets: who owns them, and whose signatures they take.

use alloy_primitives::{Address, B256, Bytes, U256, address, hex, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolValue as _, sol};
use polydoctor::auth::wallet::{
    CodeClass, WalletKind, WalletMap, beacon_init_code, classify_code, deployed_code, uups_init_code,
};
use polydoctor::auth::wallet_signature::SignatureForm;
use polydoctor::client::chain;
use polydoctor::client::rpc::Node;
use polydoctor::engine::facts::{OnChain, Ownership, SignatureAnswer};
use polydoctor::engine::probe::Probe;
use serde_json::{Value, json};

use super::node::{Anvil, http, polygon};
use crate::program::{Sandbox, causes, polydoctor};
use crate::support::{DEMO_KEY, STRANGER_KEY, signer};

sol! {
    function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver) external;
    function addOwnerWithThreshold(address owner, uint256 threshold) external;
    function setFallbackHandler(address handler) external;
    function initialize(address first) external;
    function authorize(address signer, uint256 until) external;
    function transferOwnership(address next) external;
}

const SAFE: &str = "node_modules/@gnosis.pm/safe-contracts/build/artifacts/contracts/GnosisSafe.sol/GnosisSafe.json";
const HANDLER: &str = "node_modules/@gnosis.pm/safe-contracts/build/artifacts/contracts/handler/\
    CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json";
const BEACON: &str = "node_modules/@openzeppelin/contracts/build/contracts/UpgradeableBeacon.json";
const DEPOSIT_WALLET: &str = "DepositWallet.json";

/// Where the handler of Safe 1.3.0 lives on every chain.
const HANDLER_AT: Address = address!("f48f2B2d2a534e402487b3ee7C18c33Aec0Fe5e4");
/// The deployer that every development node has: CREATE2 from calldata of salt and creation code.
const DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

fn eoa() -> Address {
    signer(DEMO_KEY).address()
}

fn map() -> WalletMap {
    WalletMap::derive(polygon(), eoa())
}

async fn look(anvil: &Anvil, wallet: Address) -> OnChain {
    anvil.read(eoa(), &[wallet]).await.unwrap().wallets[&wallet].clone()
}

/// What a wallet says to signatures of a key in every form that its code could take.
async fn ask(anvil: &Anvil, wallet: Address, key: &PrivateKeySigner) -> Ownership {
    let forms = SignatureForm::of_code(classify_code(polygon(), &anvil.code(wallet).await));
    let (http, url) = (http(), &anvil.url);
    let node = Node { http: &http, url, probe: Probe::Ownership };
    chain::ownership(&node, polygon(), wallet, key, forms).await.unwrap()
}

fn answer(ownership: &Ownership, form: SignatureForm) -> &SignatureAnswer {
    &ownership.answers.iter().find(|(asked, _)| *asked == form).unwrap().1
}

/// The Safe of the demo key, as the factory of Polymarket leaves it.
async fn safe(anvil: &Anvil, owners: &[Address], handler: Address) -> Address {
    let (chain, safe) = (polygon(), map().safe);
    anvil.create_at(chain.safe.implementation, SAFE, &[]).await;
    anvil.create_at(HANDLER_AT, HANDLER, &[]).await;
    anvil.set_code(safe, &deployed_code(chain, WalletKind::Safe, eoa()).unwrap()).await;
    anvil.set_storage(safe, U256::ZERO, chain.safe.implementation.into_word()).await;
    let setup = setupCall {
        owners: owners.to_vec(),
        threshold: U256::ONE,
        to: Address::ZERO,
        data: Bytes::new(),
        fallbackHandler: handler,
        paymentToken: Address::ZERO,
        payment: U256::ZERO,
        paymentReceiver: Address::ZERO,
    };
    anvil.call(eoa(), safe, &setup).await;
    safe
}

#[tokio::test]
async fn a_safe_names_its_owners_and_takes_their_message() {
    let Some(anvil) = Anvil::polygon() else { return };
    let safe = safe(&anvil, &[eoa()], HANDLER_AT).await;
    let at = look(&anvil, safe).await;
    assert_eq!((at.code, &at.owners[..]), (CodeClass::Safe, &[eoa()][..]));
    assert_eq!((at.threshold, at.version.as_deref(), at.session_authorized_until_s), (Some(1), Some("1.3.0"), None));
    let own = ask(&anvil, safe, &signer(DEMO_KEY)).await;
    assert_eq!(own.answers, [(SignatureForm::SafeMessage, SignatureAnswer::Accepted)]);
    let foreign = ask(&anvil, safe, &signer(STRANGER_KEY)).await;
    assert_eq!(foreign.answers, [(SignatureForm::SafeMessage, SignatureAnswer::Refused)]);
    assert!(foreign.is_refused());
}

#[tokio::test]
async fn a_safe_of_several_owners_does_not_call_one_of_them_a_stranger() {
    let Some(anvil) = Anvil::polygon() else { return };
    let safe = safe(&anvil, &[eoa()], HANDLER_AT).await;
    let add = addOwnerWithThresholdCall { owner: signer(STRANGER_KEY).address(), threshold: U256::from(2) };
    anvil.call(safe, safe, &add).await;
    let at = look(&anvil, safe).await;
    assert_eq!((at.owners.len(), at.threshold), (2, Some(2)));
    let asked = ask(&anvil, safe, &signer(DEMO_KEY)).await;
    let said = answer(&asked, SignatureForm::SafeMessage);
    assert!(matches!(said, SignatureAnswer::Reverted { reason } if reason.contains("GS020")), "{said:?}");
    assert!(!asked.is_refused() && asked.accepted().is_none());
}

#[tokio::test]
async fn a_safe_without_a_handler_says_nothing() {
    let Some(anvil) = Anvil::polygon() else { return };
    let safe = safe(&anvil, &[eoa()], HANDLER_AT).await;
    anvil.call(safe, safe, &setFallbackHandlerCall { handler: Address::ZERO }).await;
    let asked = ask(&anvil, safe, &signer(DEMO_KEY)).await;
    assert_eq!(answer(&asked, SignatureForm::SafeMessage), &SignatureAnswer::Other { data: "nothing".to_owned() });
    assert!(!asked.is_refused());
    assert_eq!(look(&anvil, safe).await.owners, [eoa()]);
}

/// Both deposit wallets of an owner, made by CREATE2 from their factory's address.
async fn deposit_wallets(anvil: &Anvil, owner: Address) -> [(WalletKind, Address); 2] {
    let deposit = &polygon().deposit;
    let beacon = deposit.beacon.unwrap();
    anvil.create_at(deposit.implementation, DEPOSIT_WALLET, &[]).await;
    anvil.create_at(beacon, BEACON, &deposit.implementation.abi_encode()).await;
    anvil.set_code(deposit.factory, &anvil.code(DEPLOYER).await).await;
    let salt = keccak256([deposit.factory.into_word(), owner.into_word()].concat());
    for code in [uups_init_code(deposit, owner), beacon_init_code(deposit, owner).unwrap()] {
        let data = hex::encode_prefixed([salt.as_slice(), &code].concat());
        anvil.transact(json!({ "from": owner, "to": deposit.factory, "data": data })).await;
    }
    let map = WalletMap::derive(polygon(), owner);
    let wallets =
        [(WalletKind::DepositUups, map.deposit_uups), (WalletKind::DepositBeacon, map.deposit_beacon.unwrap())];
    for (_, wallet) in wallets {
        anvil.call(owner, wallet, &initializeCall { first: owner }).await;
    }
    wallets
}

#[tokio::test]
async fn deposit_wallets_are_where_they_are_computed_and_are_told_by_their_code() {
    let Some(anvil) = Anvil::polygon() else { return };
    for (kind, wallet) in deposit_wallets(&anvil, eoa()).await {
        assert_eq!(Some(anvil.code(wallet).await.to_vec()), deployed_code(polygon(), kind, eoa()), "{kind}");
        let at = look(&anvil, wallet).await;
        assert_eq!((at.code.wallet_kind(), &at.owners[..]), (Some(kind), &[eoa()][..]));
        assert_eq!((at.threshold, at.version, at.session_authorized_until_s), (None, None, None), "{kind}");
    }
}

/// The contract whose answer Solady takes for the base fee; beyond 0 it leaves out the test that a
/// call has more gas than a block.
const BASE_FEE: Address = address!("000000000000378eDCD5B5B0A24f5342d8C10485");
const ALWAYS_ONE: [u8; 9] = hex!("60015f5260205ff300");

#[tokio::test]
async fn deposit_wallets_take_the_nested_signature_of_their_owner_only() {
    use SignatureForm::{Nested, Plain};
    let Some(anvil) = Anvil::polygon() else { return };
    let (own, foreign) = (signer(DEMO_KEY), signer(STRANGER_KEY));
    for (kind, wallet) in deposit_wallets(&anvil, eoa()).await {
        // a node that gives a call no more gas than a block has: the plain form ends in an invalid
        // instruction, whoever signed
        anvil.set_code(BASE_FEE, &[]).await;
        let owned = ask(&anvil, wallet, &own).await;
        assert_eq!((answer(&owned, Nested), owned.accepted()), (&SignatureAnswer::Accepted, Some(Nested)), "{kind}");
        assert!(matches!(answer(&owned, Plain), SignatureAnswer::Reverted { .. }), "{kind}: {owned:?}");
        let refused = ask(&anvil, wallet, &foreign).await;
        assert!(refused.accepted().is_none() && !refused.is_refused(), "{kind}: {refused:?}");
        // and one that gives more, as most do
        anvil.set_code(BASE_FEE, &ALWAYS_ONE).await;
        let owned = ask(&anvil, wallet, &own).await;
        assert!(owned.answers.iter().all(|(_, answer)| answer.is_accepted()), "{kind}: {owned:?}");
        let refused = ask(&anvil, wallet, &foreign).await;
        assert!(refused.is_refused(), "{kind}: {refused:?}");
    }
}

#[tokio::test]
async fn a_session_key_is_known_by_its_end() {
    let Some(anvil) = Anvil::polygon() else { return };
    let [_, (_, wallet)] = deposit_wallets(&anvil, signer(STRANGER_KEY).address()).await;
    let until = U256::from(1_900_000_000_u64);
    anvil.call(eoa(), wallet, &authorizeCall { signer: eoa(), until }).await;
    let at = look(&anvil, wallet).await;
    assert_eq!(
        (at.session_authorized_until_s, &at.owners[..]),
        (Some(1_900_000_000), &[signer(STRANGER_KEY).address()][..])
    );
}

#[tokio::test]
async fn a_delegated_key_address_is_told_by_its_code() {
    let Some(anvil) = Anvil::polygon() else { return };
    let delegate = address!("e6cae83bde06e4c305530e199d7217f42808555b");
    let key = signer(STRANGER_KEY);
    // EIP-7702: 0x05 and the RLP of chain id, delegate and nonce are signed
    let authorization = [&hex!("05d8818994")[..], delegate.as_slice(), &[0x80]].concat();
    let signature = key.sign_hash_sync(&keccak256(authorization)).unwrap();
    let list = json!([{
        "chainId": "0x89",
        "address": delegate,
        "nonce": "0x0",
        "yParity": format!("{:#x}", u8::from(signature.v())),
        "r": signature.r(),
        "s": signature.s(),
    }]);
    anvil.transact(json!({ "from": eoa(), "to": eoa(), "type": "0x4", "authorizationList": list })).await;
    let at = look(&anvil, key.address()).await;
    assert_eq!(at.code, CodeClass::Delegated { to: delegate });
    assert!(SignatureForm::of_code(at.code).is_empty());
}

/// The report of the real binary on a healthy demo account, but with the chain of this node.
fn report(anvil: &Anvil, scenario: &str) -> Value {
    let sandbox = Sandbox::start(&["--scenario", scenario]);
    let mut command = polydoctor();
    command.args(["check", "--format", "json"]).envs(sandbox.env()).env("POLYMARKET_RPC_URL", anvil.url.as_str());
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

fn finding<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()
}

#[tokio::test]
async fn the_program_proves_who_owns_a_deposit_wallet() {
    let Some(anvil) = Anvil::polygon() else { return };
    let [_, (_, wallet)] = deposit_wallets(&anvil, eoa()).await;
    anvil.set_code(BASE_FEE, &ALWAYS_ONE).await;
    let healthy = report(&anvil, "healthy-deposit-beacon");
    let funder = finding(&healthy, "wallet.funder");
    assert_eq!(funder["status"], "pass", "{funder:#}");
    assert!(funder["evidence"].to_string().contains("proves the owner, not that an order passes"), "{funder:#}");
    // the wallet is given away, as its functions for a pending owner allow
    anvil.set_storage(wallet, U256::ZERO, B256::left_padding_from(signer(STRANGER_KEY).address().as_slice())).await;
    let sold = report(&anvil, "healthy-deposit-beacon");
    assert_eq!(causes(&sold).first(), Some(&"key-not-wallet-owner"), "{:#}", sold["diagnoses"]);
    let summary = finding(&sold, "wallet.funder")["summary"].as_str().unwrap();
    assert!(summary.contains("refuses signatures of this key"), "{summary}");
    let until = U256::from(4_000_000_000_u64);
    anvil.call(eoa(), wallet, &authorizeCall { signer: eoa(), until }).await;
    let session = report(&anvil, "healthy-deposit-beacon");
    let funder = finding(&session, "wallet.funder");
    assert_eq!(funder["status"], "note", "{funder:#}");
    assert!(funder["summary"].as_str().unwrap().ends_with("it may sign until 2096-10-02 07:06 UTC"), "{funder:#}");
}
