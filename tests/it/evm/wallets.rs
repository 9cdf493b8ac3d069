//! Wallets: who owns them, and whose signatures they take.

use alloy_primitives::{Address, Bytes, U256, address, hex, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolValue as _, sol};
use polydoctor::auth::wallet::{CodeClass, WalletKind, WalletMap, beacon_init_code, deployed_code, uups_init_code};
use polydoctor::auth::wallet_signature::SignatureForm;
use polydoctor::facts::{OnChain, Ownership, SignatureAnswer};
use serde_json::json;

use super::node::{Anvil, polygon};
use crate::support::{DEMO_KEY, STRANGER_KEY, signer};

sol! {
    function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver) external;
    function addOwnerWithThreshold(address owner, uint256 threshold) external;
    function setFallbackHandler(address handler) external;
    function initialize(address first) external;
    function authorize(address signer, uint256 until) external;
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

pub(super) fn eoa() -> Address {
    signer(DEMO_KEY).address()
}

fn map() -> WalletMap {
    WalletMap::derive(polygon(), eoa())
}

async fn look(anvil: &Anvil, wallet: Address) -> OnChain {
    anvil.read(eoa(), &[wallet]).await.unwrap().wallets[&wallet].clone()
}

fn answer(ownership: &Ownership, form: SignatureForm) -> &SignatureAnswer {
    &ownership.answers.iter().find(|(asked, _)| *asked == form).unwrap().1
}

/// The Safe of the demo key, with it as the only owner and the usual handler.
pub(super) async fn safe(anvil: &Anvil) -> Address {
    let (chain, safe) = (polygon(), map().safe);
    anvil.create_at(chain.safe.implementation, SAFE, &[]).await;
    anvil.create_at(HANDLER_AT, HANDLER, &[]).await;
    anvil.set_code(safe, &deployed_code(chain, WalletKind::Safe, eoa()).unwrap()).await;
    anvil.set_storage(safe, U256::ZERO, chain.safe.implementation.into_word()).await;
    let setup = setupCall {
        owners: vec![eoa()],
        threshold: U256::ONE,
        to: Address::ZERO,
        data: Bytes::new(),
        fallbackHandler: HANDLER_AT,
        paymentToken: Address::ZERO,
        payment: U256::ZERO,
        paymentReceiver: Address::ZERO,
    };
    anvil.call(eoa(), safe, &setup).await;
    safe
}

/// Gives a Safe a second owner, and has it want both.
pub(super) async fn share(anvil: &Anvil, safe: Address) {
    let add = addOwnerWithThresholdCall { owner: signer(STRANGER_KEY).address(), threshold: U256::from(2) };
    anvil.call(safe, safe, &add).await;
}

#[tokio::test]
async fn a_safe_names_its_owners_and_takes_their_message() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let safe = safe(&anvil).await;
    let at = look(&anvil, safe).await;
    assert_eq!((at.code, &at.owners[..]), (CodeClass::Safe, &[eoa()][..]));
    assert_eq!((at.threshold, at.version.as_deref(), at.session_authorized_until_s), (Some(1), Some("1.3.0"), None));
    let own = anvil.ask(safe, &signer(DEMO_KEY)).await;
    assert_eq!(own.answers, [(SignatureForm::SafeMessage, SignatureAnswer::Accepted)]);
    let foreign = anvil.ask(safe, &signer(STRANGER_KEY)).await;
    assert_eq!(foreign.answers, [(SignatureForm::SafeMessage, SignatureAnswer::Refused)]);
    assert!(foreign.is_refused());
}

#[tokio::test]
async fn a_safe_of_several_owners_does_not_call_one_of_them_a_stranger() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let safe = safe(&anvil).await;
    share(&anvil, safe).await;
    let at = look(&anvil, safe).await;
    assert_eq!((at.owners.len(), at.threshold), (2, Some(2)));
    let asked = anvil.ask(safe, &signer(DEMO_KEY)).await;
    let said = answer(&asked, SignatureForm::SafeMessage);
    assert!(matches!(said, SignatureAnswer::Reverted { reason } if reason.contains("GS020")), "{said:?}");
    assert!(!asked.is_refused() && asked.accepted().is_none());
}

#[tokio::test]
async fn a_safe_without_a_handler_says_nothing() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let safe = safe(&anvil).await;
    anvil.call(safe, safe, &setFallbackHandlerCall { handler: Address::ZERO }).await;
    let asked = anvil.ask(safe, &signer(DEMO_KEY)).await;
    assert_eq!(answer(&asked, SignatureForm::SafeMessage), &SignatureAnswer::Other { data: "nothing".to_owned() });
    assert!(!asked.is_refused());
    assert_eq!(look(&anvil, safe).await.owners, [eoa()]);
}

/// Both deposit wallets of an owner, made by CREATE2 from their factory's address.
pub(super) async fn deposit_wallets(anvil: &Anvil, owner: Address) -> [(WalletKind, Address); 2] {
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
    let Some(anvil) = Anvil::polygon().await else { return };
    for (kind, wallet) in deposit_wallets(&anvil, eoa()).await {
        assert_eq!(Some(anvil.code(wallet).await.to_vec()), deployed_code(polygon(), kind, eoa()), "{kind}");
        let at = look(&anvil, wallet).await;
        assert_eq!((at.code.wallet_kind(), &at.owners[..]), (Some(kind), &[eoa()][..]));
        assert_eq!((at.threshold, at.version, at.session_authorized_until_s), (None, None, None), "{kind}");
    }
}

/// The contract whose answer Solady takes for the base fee; beyond 0 it leaves out the test that a
/// call has more gas than a block.
pub(super) const BASE_FEE: Address = address!("000000000000378eDCD5B5B0A24f5342d8C10485");
pub(super) const ALWAYS_ONE: [u8; 9] = hex!("60015f5260205ff300");

#[tokio::test]
async fn deposit_wallets_take_the_nested_signature_of_their_owner_only() {
    use SignatureForm::{Nested, Plain};
    let Some(anvil) = Anvil::polygon().await else { return };
    let (own, foreign) = (signer(DEMO_KEY), signer(STRANGER_KEY));
    for (kind, wallet) in deposit_wallets(&anvil, eoa()).await {
        // a node that gives a call no more gas than a block has: the plain form ends in an invalid
        // instruction, whoever signed
        anvil.set_code(BASE_FEE, &[]).await;
        let owned = anvil.ask(wallet, &own).await;
        assert_eq!((answer(&owned, Nested), owned.accepted()), (&SignatureAnswer::Accepted, Some(Nested)), "{kind}");
        assert!(matches!(answer(&owned, Plain), SignatureAnswer::Reverted { .. }), "{kind}: {owned:?}");
        let refused = anvil.ask(wallet, &foreign).await;
        assert!(refused.accepted().is_none() && !refused.is_refused(), "{kind}: {refused:?}");
        // and one that gives more, as most do
        anvil.set_code(BASE_FEE, &ALWAYS_ONE).await;
        let owned = anvil.ask(wallet, &own).await;
        assert!(owned.answers.iter().all(|(_, answer)| answer.is_accepted()), "{kind}: {owned:?}");
        let refused = anvil.ask(wallet, &foreign).await;
        assert!(refused.is_refused(), "{kind}: {refused:?}");
    }
}

#[tokio::test]
async fn a_session_key_is_known_by_its_end() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let owner = signer(STRANGER_KEY).address();
    let [_, (_, wallet)] = deposit_wallets(&anvil, owner).await;
    for (until, read) in [(U256::from(1_900_000_000), 1_900_000_000), (U256::MAX, u64::MAX)] {
        authorize(&anvil, wallet, until).await;
        let at = look(&anvil, wallet).await;
        assert_eq!((at.session_authorized_until_s, &at.owners[..]), (Some(read), &[owner][..]));
    }
}

/// Where the public report of a delegated funder points.
const DELEGATE: Address = address!("e6cae83bde06e4c305530e199d7217f42808555b");

/// Has a key delegate its address (EIP-7702): 0x05 and the RLP of chain id, delegate and nonce are signed.
pub(super) async fn delegate(anvil: &Anvil, key: &PrivateKeySigner) {
    let authorization = [&hex!("05d8818994")[..], DELEGATE.as_slice(), &[0x80]].concat();
    let signature = key.sign_hash_sync(&keccak256(authorization)).unwrap();
    let list = json!([{
        "chainId": "0x89",
        "address": DELEGATE,
        "nonce": "0x0",
        "yParity": format!("{:#x}", u8::from(signature.v())),
        "r": signature.r(),
        "s": signature.s(),
    }]);
    anvil.transact(json!({ "from": eoa(), "to": eoa(), "type": "0x4", "authorizationList": list })).await;
}

#[tokio::test]
async fn a_delegated_key_address_is_told_by_its_code() {
    let Some(anvil) = Anvil::polygon().await else { return };
    let key = signer(STRANGER_KEY);
    delegate(&anvil, &key).await;
    let at = look(&anvil, key.address()).await;
    assert_eq!(at.code, CodeClass::Delegated { to: DELEGATE });
    assert!(SignatureForm::of_code(at.code).is_empty());
}

/// Gives a deposit wallet away, which its functions for a pending owner allow.
pub(super) async fn hand_over(anvil: &Anvil, wallet: Address, owner: Address) {
    anvil.set_storage(wallet, U256::ZERO, owner.into_word()).await;
}

/// Has a deposit wallet take the demo key for a session key, until then in Unix seconds.
pub(super) async fn authorize(anvil: &Anvil, wallet: Address, until: U256) {
    anvil.call(eoa(), wallet, &authorizeCall { signer: eoa(), until }).await;
}
