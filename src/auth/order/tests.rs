//! The module against what the official clients signed, and what the exchange contract answered.

use std::collections::BTreeSet;

use alloy_primitives::{B256, Bytes, b256, hex, keccak256};
use serde_json::Value;

use super::*;
use crate::auth::key;
use crate::secret::Secret;

fn vectors(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn number(value: &Value, field: &str) -> U256 {
    text(value, field).parse().unwrap()
}

/// The order of a vector.
fn order(value: &Value) -> Order {
    let side = match &value["side"] {
        Value::String(side) => u8::from(side == "SELL"),
        side => u8::try_from(side.as_u64().unwrap()).unwrap(),
    };
    let terms = if value["timestamp"].is_null() {
        Terms::V1 {
            taker: text(value, "taker").parse().unwrap(),
            expiration: number(value, "expiration"),
            nonce: number(value, "nonce"),
            fee_rate_bps: number(value, "feeRateBps"),
        }
    } else {
        Terms::V2 {
            timestamp: number(value, "timestamp"),
            metadata: text(value, "metadata").parse().unwrap(),
            builder: text(value, "builder").parse().unwrap(),
        }
    };
    Order {
        salt: number(value, "salt"),
        maker: text(value, "maker").parse().unwrap(),
        signer: text(value, "signer").parse().unwrap(),
        token_id: number(value, "tokenId"),
        maker_amount: number(value, "makerAmount"),
        taker_amount: number(value, "takerAmount"),
        side,
        signature_type: u8::try_from(value["signatureType"].as_u64().unwrap()).unwrap(),
        terms,
    }
}

fn signer(private_key: &str) -> PrivateKeySigner {
    key::parse(&Secret::new(private_key)).unwrap().signer
}

#[test]
fn orders_are_signed_as_every_official_client_signs_them() {
    let vectors = vectors(include_str!("../../../tests/vectors/orders.json"));
    assert_eq!(vectors.len(), 72);
    let mut differing = BTreeSet::new();
    for vector in &vectors {
        let id = text(vector, "id");
        let order = order(&vector["order"]);
        let version = Version::ALL[usize::try_from(vector["exchange_version"].as_u64().unwrap()).unwrap() - 1];
        let chain_id = vector["chain_id"].as_u64().unwrap();
        let exchange = Exchange::find(chain_id, version, vector["neg_risk"].as_bool().unwrap()).unwrap();
        assert_eq!(exchange.address.to_string(), text(&vector["domain"], "verifyingContract"), "{id}");
        assert_eq!(order.hash(exchange.separator).to_string(), text(vector, "order_hash"), "{id}");
        let signer = signer(text(vector, "private_key"));
        let signature = order.sign(&signer, exchange).unwrap();
        assert_eq!(hex::encode_prefixed(&signature), text(vector, "signature"), "{id}");
        let decoded = OrderSignature::decode(&signature).unwrap();
        assert_eq!(order.recover(&decoded, exchange), Some(signer.address()), "{id}");
        let digest = if order.signature_type == 3 {
            order.nested_digest(chain_id, exchange.separator)
        } else {
            order.hash(exchange.separator)
        };
        assert_eq!(digest.to_string(), text(vector, "signed_digest"), "{id}");
        let is_known = (chain_id, order.signature_type) != (80002, 1);
        assert_eq!(order.is_signed_for(&signature, exchange), is_known.then_some(true), "{id}");
        for (client, theirs) in vector["results"].as_object().unwrap() {
            if theirs["signature"] != vector["signature"] {
                differing.insert((id, client.as_str()));
            }
        }
    }
    // amounts that Python rounds, and the contract that two clients of version 1 take on Amoy
    let rounded = [("o-005", "py_v1"), ("o-005", "py_v2"), ("o-055", "py_v2")];
    let adapter = ["o-019", "o-020", "o-021", "o-022", "o-023", "o-024"];
    let adapter = adapter.into_iter().flat_map(|id| [(id, "py_v1"), (id, "rs_v1")]);
    assert_eq!(differing, rounded.into_iter().chain(adapter).collect());
}

#[test]
fn the_exchange_contract_answers_as_its_rules_are_written_here() {
    let vectors = vectors(include_str!("../../../tests/vectors/exchange.json"));
    assert_eq!(vectors.len(), 117);
    for vector in &vectors {
        let id = text(vector, "id");
        let order = order(&vector["order"]);
        let exchange = Exchange::all().iter().find(|exchange| exchange.address.to_string() == text(vector, "exchange"));
        let exchange = exchange.unwrap();
        assert_eq!(order.hash(exchange.separator).to_string(), text(vector, "order_hash"), "{id}");
        let signature: Bytes = text(&vector["order"], "signature").parse().unwrap();
        let accepted = vector["validateOrderSignature"]["result"].as_str() == Some("0x");
        assert_eq!(order.is_signed_for(&signature, exchange), Some(accepted), "{id} {}", text(vector, "note"));
    }
}

/// Published by the official Python client for the unified accounts.
#[test]
fn a_session_key_signs_in_its_envelope() {
    let wallet = "0xdf8b9E8f9AB23f261F6e1B171B7454ae6E46Ba76".parse().unwrap();
    let order = Order {
        salt: U256::from(479_249_096_354_u64),
        maker: wallet,
        signer: wallet,
        token_id: U256::from(1234),
        maker_amount: U256::from(100_000_000),
        taker_amount: U256::from(50_000_000),
        side: 0,
        signature_type: 3,
        terms: Terms::V2 { timestamp: U256::from(1_710_000_000_000_u64), metadata: B256::ZERO, builder: B256::ZERO },
    };
    let contents = b256!("83fe0a3ed78767fc80bcbf4f89e3b4facf8206f191514012dfeec1fd15de8f93");
    assert_eq!(order.struct_hash(), contents);
    let exchange = Exchange::find(137, Version::V2, false).unwrap();
    let session = signer("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    let signature = order.sign_as_session(&session, exchange).unwrap();
    assert_eq!(signature.len(), 480);
    let published = b256!("a9760162d8748dea2e11321d0cac10d3e5488f7adb71c65af46465dc515f2bf4");
    assert_eq!(keccak256(&signature), published);
    let decoded = OrderSignature::decode(&signature).unwrap();
    let OrderSignature::Session { key, nested } = &decoded else { panic!("{decoded:?}") };
    assert_eq!((*key, nested.contents), (session.address(), contents));
    assert_eq!(order.recover(&decoded, exchange), Some(session.address()));
    assert_eq!(order.is_signed_for(&signature, exchange), None);
    // for another exchange or another order it is no signature
    assert_eq!(order.recover(&decoded, Exchange::find(137, Version::V2, true).unwrap()), None);
    assert_eq!(Order { side: 1, ..order }.recover(&decoded, exchange), None);
    for length in 0..signature.len() {
        let cut = OrderSignature::decode(&signature[..length]);
        assert!(cut.is_none_or(|cut| matches!(cut, OrderSignature::Plain(_))), "{length}");
    }
}

#[test]
fn compact_signatures_are_read_and_odd_last_bytes_are_not() {
    let signer = signer("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    for seed in 0..8_u8 {
        let digest = B256::repeat_byte(seed);
        let signature = signer.sign_hash_sync(&digest).unwrap();
        let OrderSignature::Plain(read) = OrderSignature::decode(&signature.as_erc2098()).unwrap() else { panic!() };
        assert_eq!(read.recover_address_from_prehash(&digest).unwrap(), signer.address());
        let mut bytes = signature.as_bytes();
        for last in [2, 26, 29, 31, 93] {
            bytes[64] = last;
            assert_eq!(OrderSignature::decode(&bytes), None, "{last}");
        }
    }
}

#[test]
fn tokens_of_version_3_are_told_by_their_ids() {
    let id = |module: u8| (U256::from(module) << 248) | (U256::from(77) << 104) | U256::from(5);
    assert!([1, 2, 3].into_iter().all(|module| Exchange::is_v3_token(id(module))));
    assert!(!Exchange::is_v3_token(id(0)) && !Exchange::is_v3_token(id(4)) && !Exchange::is_v3_token(U256::from(1234)));
    assert!(!Exchange::is_v3_token(id(1) | (U256::from(1) << 50)));
}

/// The four probe orders that the real contract accepted, and refused to fill.
#[test]
fn a_probe_order_is_the_one_that_the_exchange_accepts_and_never_fills() {
    let vectors = vectors(include_str!("../../../tests/vectors/exchange.json"));
    let probes: Vec<&Value> = vectors.iter().filter(|vector| text(vector, "id").starts_with("probe-")).collect();
    assert_eq!(probes.len(), 4);
    for vector in probes {
        let known = order(&vector["order"]);
        let owner: Address = text(vector, "owner").parse().unwrap();
        let kind = SignatureType::try_from(known.signature_type).unwrap();
        let probe = Order::probe(owner, known.maker, kind, 42, 1_790_000_000_000);
        assert_eq!(probe, known);
        assert!(probe.is_probe());
        assert_eq!(vector["validateOrder"]["revert"], "0xb2f300d0", "ZeroMakerAmount()");
    }
    let own = Address::repeat_byte(7);
    let salted = Order::probe(own, own, SignatureType::Eoa, u64::MAX, 0);
    assert_eq!(salted.salt, U256::from((1_u64 << 53) - 1), "a salt fits into a JSON number");
}
