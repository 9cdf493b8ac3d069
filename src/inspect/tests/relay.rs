//! Requests to the relayer, as the official clients make them and with mistakes put into them.

mod headers;

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};

use super::drafts::{Draft, FORMS, Form};
use super::{Cause, Certainty, Inspection, Kind, Known, Outcome, Secret, causes, inspect, key};
use crate::auth::contracts;
use crate::auth::relay::tests::{approval, proxy_data};
use crate::auth::relay::{Call, ProxyTransaction, SafeCreation, SafeTransaction, Signing, Transaction, WalletBatch};
use crate::auth::wallet::WalletMap;

const PRIVATE_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const RELAYER_KEY: &str = "01967c03-b8c8-7000-8f68-8b8eaec6fd3d";
const HUB: &str = "0xD216153c06E857cD7f72665E0aF1d7D82172F494";
const RELAY: &str = "0xae700edfd9ab986395f3999fe11177b9903a52f1";
const USDC: &str = "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174";

fn signer() -> PrivateKeySigner {
    key::parse(&Secret::new(PRIVATE_KEY)).unwrap().signer
}

fn wallets() -> WalletMap {
    WalletMap::derive(contracts::chain(137).unwrap(), signer().address())
}

fn known() -> Known {
    Known { signer: Some(signer().address()), private_key: Some(Secret::new(PRIVATE_KEY)), ..Known::default() }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// A transaction before it is signed, and what is sent of it.
#[derive(Clone)]
struct Signed {
    transaction: Transaction,
    signing: Signing,
    /// Added to the last byte.
    shift: u8,
    key: PrivateKeySigner,
    body: Value,
}

impl Signed {
    fn body(&self) -> Value {
        let signature = self.key.sign_hash_sync(&self.signing.digest(self.transaction.hash())).unwrap();
        let mut bytes = signature.as_bytes().to_vec();
        bytes[64] = bytes[64].wrapping_add(self.shift);
        let mut body = self.body.clone();
        body["signature"] = hex::encode_prefixed(bytes).into();
        body
    }
}

fn safe() -> Signed {
    let transaction = Transaction::Safe(SafeTransaction {
        chain_id: 137,
        safe: wallets().safe,
        to: address(USDC),
        value: U256::ZERO,
        data: approval(),
        operation: 0,
        safe_tx_gas: U256::ZERO,
        base_gas: U256::ZERO,
        gas_price: U256::ZERO,
        gas_token: Address::ZERO,
        refund_receiver: Address::ZERO,
        nonce: U256::from(60),
    });
    let zero = Address::ZERO.to_string();
    let body = json!({
        "from": signer().address().to_string(),
        "to": USDC,
        "proxyWallet": wallets().safe.to_string(),
        "data": approval().to_string(),
        "nonce": "60",
        "signature": "",
        "signatureParams": {
            "gasPrice": "0", "operation": "0", "safeTxnGas": "0", "baseGas": "0", "gasToken": zero, "refundReceiver": zero,
        },
        "type": "SAFE",
        "metadata": "",
    });
    Signed { transaction, signing: Signing::Message, shift: 4, key: signer(), body }
}

fn creation() -> Signed {
    let factory = contracts::chain(137).unwrap().safe.factory;
    let transaction = Transaction::SafeCreate(SafeCreation {
        chain_id: 137,
        factory,
        payment_token: Address::ZERO,
        payment: U256::ZERO,
        payment_receiver: Address::ZERO,
    });
    let zero = Address::ZERO.to_string();
    let body = json!({
        "from": signer().address().to_string(),
        "to": factory.to_string(),
        "proxyWallet": wallets().safe.to_string(),
        "data": "0x",
        "signature": "",
        "signatureParams": { "paymentToken": zero, "payment": "0", "paymentReceiver": zero },
        "type": "SAFE-CREATE",
    });
    Signed { transaction, signing: Signing::Hash, shift: 0, key: signer(), body }
}

fn proxy() -> Signed {
    let factory = contracts::chain(137).unwrap().proxy.factory;
    let transaction = Transaction::Proxy(ProxyTransaction {
        from: signer().address(),
        to: factory,
        data: proxy_data(),
        fee: U256::ZERO,
        gas_price: U256::ZERO,
        gas_limit: U256::from(85338),
        nonce: U256::from(3),
        hub: address(HUB),
        relay: address(RELAY),
    });
    let body = json!({
        "from": signer().address().to_string(),
        "to": factory.to_string(),
        "proxyWallet": wallets().proxy.to_string(),
        "data": proxy_data().to_string(),
        "nonce": "3",
        "signature": "",
        "signatureParams": {
            "gasPrice": "0", "gasLimit": "85338", "relayerFee": "0", "relayHub": HUB, "relay": RELAY,
        },
        "type": "PROXY",
        "metadata": "",
    });
    Signed { transaction, signing: Signing::Message, shift: 0, key: signer(), body }
}

fn batch() -> Signed {
    let wallet = wallets().deposit_beacon.unwrap();
    let call = Call { target: address(USDC), value: U256::ZERO, data: approval() };
    let transaction = Transaction::Wallet(WalletBatch {
        chain_id: 137,
        wallet,
        nonce: U256::from(7),
        deadline: U256::from(1_800_000_000),
        calls: vec![call],
    });
    let body = json!({
        "type": "WALLET",
        "from": signer().address().to_string(),
        "to": contracts::chain(137).unwrap().deposit.factory.to_string(),
        "nonce": "7",
        "signature": "",
        "depositWalletParams": {
            "depositWallet": wallet.to_string(),
            "deadline": "1800000000",
            "calls": [{ "target": USDC, "value": "0", "data": approval().to_string() }],
        },
    });
    Signed { transaction, signing: Signing::Hash, shift: 0, key: signer(), body }
}

/// The call of the relayer that carries a body, with a relayer API key.
fn call(body: &Value) -> Draft {
    Draft {
        method: "POST".into(),
        base: "https://relayer-v2.polymarket.com".into(),
        path: "/submit".into(),
        headers: vec![
            ("RELAYER_API_KEY".into(), RELAYER_KEY.into()),
            ("RELAYER_API_KEY_ADDRESS".into(), signer().address().to_string()),
        ],
        body: Some(body.to_string()),
        ..Draft::default()
    }
}

/// What was found of the transaction, the only one.
fn transaction(found: &Inspection) -> &super::super::Inspected {
    let all: Vec<_> = found.requests.iter().filter(|request| request.kind == Kind::Transaction).collect();
    assert_eq!(all.len(), 1, "{:?} {:?}", found.requests, found.unread);
    all[0]
}

#[test]
fn nothing_is_wrong_with_the_transactions_of_official_clients_in_any_form() {
    for signed in [safe(), creation(), proxy(), batch()] {
        let body = signed.body();
        for form in FORMS.iter().copied() {
            let pasted = call(&body).pasted(form);
            let found = inspect(&pasted, &known());
            assert_eq!(causes(&found), Vec::<&str>::new(), "{form:?} {pasted}");
            let kinds: Vec<Kind> = found.requests.iter().map(|request| request.kind).collect();
            assert_eq!(kinds, [Kind::Relayer, Kind::Transaction], "{form:?} {pasted}");
            let only = transaction(&found);
            assert_eq!(only.outcome, Outcome::Right, "{form:?} {pasted}");
            let signed_by = only.transaction.as_ref().map(|transaction| transaction["signed_by"].clone());
            assert_eq!(signed_by, Some(signer().address().to_string().into()));
            assert!(!found.json().to_string().contains(RELAYER_KEY), "{form:?}");
        }
        // as clients print it, without any request around it, and with no settings at all
        let python = body.to_string().replace('"', "'");
        let node: String = body.to_string().replace(",\"", ",\n  \"");
        for text in
            [body.to_string(), format!("Created Safe Transaction Request:\n{node}"), format!("DEBUG Created: {python}")]
        {
            let found = inspect(&text, &Known::default());
            assert_eq!((causes(&found), transaction(&found).outcome), (vec![], Outcome::Right), "{text}");
        }
    }
}

/// The signature of the official clients' test, whose last byte is that of a Safe.
#[test]
fn a_published_transaction_of_a_safe_is_found_right() {
    let mut body = safe().body;
    body["nonce"] = "0".into();
    body["signature"] = "0xf368488355b0566e99eff3bccc35e98b77d8f3a6e6866176188488c34f0305b07e4a4c600c7a1592e4ac1e96b5887ebff2cb26987a3ad501006b39944df098c21f".into();
    let found = inspect(&body.to_string(), &Known::default());
    assert_eq!((causes(&found), transaction(&found).outcome), (vec![], Outcome::Right));
    // the example of the documentation hides its data
    body["data"] = "0x...".into();
    let found = inspect(&body.to_string(), &Known::default());
    assert_eq!((causes(&found), transaction(&found).outcome), (vec![], Outcome::Unchecked));
}

struct Mistake {
    name: &'static str,
    of: fn() -> Signed,
    cause: Cause,
    certainty: Certainty,
    make: fn(&mut Signed),
}

const fn proven(name: &'static str, of: fn() -> Signed, cause: Cause, make: fn(&mut Signed)) -> Mistake {
    Mistake { name, of, cause, certainty: Certainty::Proven, make }
}

const fn likely(name: &'static str, of: fn() -> Signed, cause: Cause, make: fn(&mut Signed)) -> Mistake {
    Mistake { name, of, cause, certainty: Certainty::Likely, make }
}

fn of_safe(signed: &mut Signed) -> &mut SafeTransaction {
    let Transaction::Safe(safe) = &mut signed.transaction else { unreachable!("a Safe's") };
    safe
}

fn of_proxy(signed: &mut Signed) -> &mut ProxyTransaction {
    let Transaction::Proxy(proxy) = &mut signed.transaction else { unreachable!("a proxy's") };
    proxy
}

fn of_batch(signed: &mut Signed) -> &mut WalletBatch {
    let Transaction::Wallet(batch) = &mut signed.transaction else { unreachable!("a deposit wallet's") };
    batch
}

const MALFORMED: Cause = Cause::RelayerRequestMalformed;

const MISTAKES: &[Mistake] = &[
    proven("typed data with the byte of a message", safe, Cause::SignatureEncoding, |s| s.signing = Signing::Hash),
    proven("a message with the byte of typed data", safe, Cause::SignatureEncoding, |s| s.shift = 0),
    proven("a message that counts from 0", safe, Cause::SignatureEncoding, |s| s.shift = 0_u8.wrapping_sub(27)),
    proven("the text of the hash", safe, Cause::SignatureEncoding, |s| s.signing = Signing::MessageOfText),
    proven("the other chain", safe, Cause::WrongChainId, |s| of_safe(s).chain_id = 80002),
    proven("the nonce before", safe, MALFORMED, |s| of_safe(s).nonce = U256::from(59)),
    proven("nonce 0 is signed", safe, MALFORMED, |s| of_safe(s).nonce = U256::ZERO),
    proven("the proxy's domain", safe, MALFORMED, |s| of_safe(s).safe = wallets().proxy),
    proven("a delegate call is signed", safe, MALFORMED, |s| of_safe(s).operation = 1),
    proven("another key's from", safe, MALFORMED, |s| s.body["from"] = Address::repeat_byte(5).to_string().into()),
    proven("the proxy is sent and signed", safe, MALFORMED, |s| {
        of_safe(s).safe = wallets().proxy;
        s.body["proxyWallet"] = wallets().proxy.to_string().into();
    }),
    proven("the signer is the wallet", safe, Cause::FunderIsSigner, |s| {
        of_safe(s).safe = signer().address();
        s.body["proxyWallet"] = signer().address().to_string().into();
    }),
    proven("a foreign wallet", safe, Cause::FunderNotControlled, |s| {
        of_safe(s).safe = Address::repeat_byte(9);
        s.body["proxyWallet"] = Address::repeat_byte(9).to_string().into();
    }),
    likely("data changed after signing", safe, MALFORMED, |s| s.body["data"] = "0xdeadbeef".into()),
    likely("a foreign key", safe, MALFORMED, |s| {
        s.key = PrivateKeySigner::from_bytes(&B256::repeat_byte(7)).unwrap();
    }),
    likely("no signature", safe, MALFORMED, |s| s.body["signatureParams"] = Value::Null),
    likely("the name of the struct", safe, MALFORMED, |s| {
        let parameters = s.body["signatureParams"].as_object_mut().unwrap();
        let gas = parameters.remove("safeTxnGas").unwrap();
        parameters.insert("safeTxGas".into(), gas);
    }),
    likely("a type that there is not", safe, MALFORMED, |s| s.body["type"] = "safe".into()),
    likely("many calls as a call", safe, MALFORMED, |s| {
        let data: Bytes = [&[0x8d, 0x80, 0xff, 0x0a][..], &[0; 64]].concat().into();
        s.body["data"] = data.to_string().into();
        of_safe(s).data = data;
    }),
    proven("a message of a creation", creation, Cause::SignatureEncoding, |s| s.signing = Signing::Message),
    proven("another factory", creation, MALFORMED, |s| s.body["to"] = USDC.into()),
    proven("the hash itself", proxy, Cause::SignatureEncoding, |s| s.signing = Signing::Hash),
    proven("the byte of a Safe", proxy, Cause::SignatureEncoding, |s| s.shift = 4),
    proven("the next nonce", proxy, MALFORMED, |s| of_proxy(s).nonce = U256::from(4)),
    proven("the usual gas limit", proxy, MALFORMED, |s| of_proxy(s).gas_limit = U256::from(10_000_000)),
    proven("the proxy is signed as to", proxy, MALFORMED, |s| of_proxy(s).to = wallets().proxy),
    proven("a Safe's wallet", proxy, MALFORMED, |s| s.body["proxyWallet"] = wallets().safe.to_string().into()),
    likely("no relay", proxy, MALFORMED, |s| drop(s.body["signatureParams"].as_object_mut().unwrap().remove("relay"))),
    proven("a message of a batch", batch, Cause::SignatureEncoding, |s| s.signing = Signing::Message),
    proven("the last byte counts from 0", batch, Cause::SignatureEncoding, |s| s.shift = 0_u8.wrapping_sub(27)),
    proven("the batch of another chain", batch, Cause::WrongChainId, |s| of_batch(s).chain_id = 80002),
    proven("the older wallet is signed", batch, MALFORMED, |s| of_batch(s).wallet = wallets().deposit_uups),
    proven("a deadline in milliseconds is signed", batch, MALFORMED, |s| {
        of_batch(s).deadline = U256::from(1_800_000_000_000_u64);
    }),
    proven("a deadline in milliseconds", batch, MALFORMED, |s| {
        of_batch(s).deadline = U256::from(1_800_000_000_000_u64);
        s.body["depositWalletParams"]["deadline"] = "1800000000000".into();
    }),
    likely("the wallet as to", batch, MALFORMED, |s| {
        s.body["to"] = wallets().deposit_beacon.unwrap().to_string().into();
    }),
];

#[test]
fn each_mistake_in_a_transaction_is_named_first() {
    for (place, mistake) in MISTAKES.iter().enumerate() {
        let mut signed = (mistake.of)();
        (mistake.make)(&mut signed);
        let form = FORMS[place % FORMS.len()];
        let pasted = call(&signed.body()).pasted(form);
        let found = inspect(&pasted, &known());
        let first = transaction(&found).findings.first().map(|first| (first.cause, first.certainty));
        assert_eq!(
            first,
            Some((mistake.cause, mistake.certainty)),
            "{} {form:?}: {:#?}",
            mistake.name,
            transaction(&found)
        );
        let printed = found.json().to_string();
        assert!(!printed.contains(RELAYER_KEY), "{}", mistake.name);
        let _ = causes(&found);
    }
}

#[test]
fn the_age_of_a_batch_is_checked_where_the_time_of_sending_is_given() {
    let text = batch().body().to_string();
    let sent = |sent_s| inspect(&text, &Known { sent_s: Some(sent_s), ..known() });
    assert_eq!(causes(&sent(1_799_999_000)), Vec::<&str>::new());
    let late = sent(1_800_000_010);
    assert_eq!(causes(&late), ["relayer-request-malformed"]);
    assert!(late.requests[0].findings[0].summary.contains("10 s before"), "{:?}", late.requests[0].findings);
}

#[test]
fn a_relayer_key_of_another_address_is_seen_beside_its_transaction() {
    let mut draft = call(&safe().body());
    draft.headers[1].1 = Address::repeat_byte(0x22).to_string();
    let found = inspect(&draft.pasted(Form::Curl), &Known::default());
    let only = transaction(&found);
    assert_eq!(only.findings[0].cause, Cause::RelayerKeyOfOtherAddress, "{only:#?}");
    assert!(only.findings[0].summary.contains("RELAYER_API_KEY_ADDRESS is 0x2222"), "{only:#?}");
}

/// Bodies of all kinds, for whoever damages them.
pub(super) fn bodies() -> Vec<String> {
    let bodies = [safe(), creation(), proxy(), batch()].map(|signed| signed.body());
    let calls = bodies.iter().zip(FORMS).map(|(body, form)| call(body).pasted(*form));
    calls.chain(bodies.iter().map(Value::to_string)).collect()
}
