//! Mistakes that are put into orders of the official clients.

mod made;
mod unusual;

use alloy_primitives::{Address, B256, U256, eip191_hash_message, hex};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::made::{MISTAKES, Mistake};
use self::unusual::UNUSUAL;
use super::super::{KnownCredentials, Random, Secret, key};
use super::{Cause, Certainty, Known, ORDERS, causes, inspect, known, only, text, vectors};
use crate::auth::contracts;
use crate::auth::order::{Domain, Exchange, Order, Terms, Version};
use crate::auth::wallet::WalletMap;
use crate::auth::wallet_signature::{nest, nested_digest};

const API_KEY: &str = "7c4fcf4b-0504-4ab6-ae31-1bc83fbb1abb";
const BUILDER_KEY: &str = "019ad0f8-5d6c-7c4e-9f0a-1b2c3d4e5f60";
const NOW_S: i64 = 1_784_000_000;

/// How the digest is made, and what of the signature is sent.
#[derive(Clone, Copy)]
enum Scheme {
    Usual,
    Personal,
    /// A message of the hash's hex digits.
    PersonalText,
    /// The struct's hash, without a domain.
    Struct,
    /// For a deposit wallet of this address.
    NestedFor(fn(&Signing) -> Address),
    Plain,
    InnerOnly,
}

/// An order about to be signed and sent.
#[derive(Clone)]
struct Signing {
    signer: PrivateKeySigner,
    wallets: WalletMap,
    domain: Domain,
    signed: Order,
    sent: Order,
    scheme: Scheme,
    /// Whether the struct of V1 is signed.
    is_old: bool,
    encode: fn(&[u8]) -> String,
    change: Vec<fn(&mut Value)>,
    order_type: &'static str,
    owner: String,
    expiration: String,
    known: Known,
}

impl Signing {
    fn of(vector: &Value) -> Self {
        let private_key = Secret::new(text(vector, "private_key"));
        let signer = key::parse(&private_key).unwrap().signer;
        let given = &vector["order"];
        let number = |name: &str| text(given, name).parse::<U256>().unwrap();
        let order = Order {
            salt: number("salt"),
            maker: text(given, "maker").parse().unwrap(),
            signer: text(given, "signer").parse().unwrap(),
            token_id: number("tokenId"),
            maker_amount: number("makerAmount"),
            taker_amount: number("takerAmount"),
            side: u8::from(given["side"] == "SELL"),
            signature_type: u8::try_from(given["signatureType"].as_u64().unwrap()).unwrap(),
            terms: Terms::V2 {
                timestamp: number("timestamp"),
                metadata: text(given, "metadata").parse().unwrap(),
                builder: text(given, "builder").parse().unwrap(),
            },
        };
        let chain_id = vector["chain_id"].as_u64().unwrap();
        let exchange = Exchange::find(chain_id, Version::V2, vector["neg_risk"] == true).unwrap();
        let mut known = known(vector);
        known.user.key = Some(API_KEY.into());
        known.builder = KnownCredentials { key: Some(BUILDER_KEY.into()), ..KnownCredentials::default() };
        known.sent_s = Some(NOW_S);
        known.funder = Some(order.maker);
        let signing = Self {
            wallets: WalletMap::derive(contracts::chain(chain_id).unwrap(), signer.address()),
            signer,
            domain: exchange.domain(),
            signed: order.clone(),
            sent: order,
            scheme: Scheme::Usual,
            is_old: false,
            encode: |bytes| hex::encode_prefixed(bytes),
            change: Vec::new(),
            order_type: "GTC",
            owner: API_KEY.into(),
            expiration: "0".into(),
            known,
        };
        assert_eq!((signing.encode)(&signing.signature()), text(vector, "signature"), "{}", vector["id"]);
        signing
    }

    fn signature(&self) -> Vec<u8> {
        let zero = U256::ZERO;
        let old = Terms::V1 { taker: Address::ZERO, expiration: zero, nonce: zero, fee_rate_bps: zero };
        let terms = if self.is_old { old } else { self.signed.terms };
        let (order, separator) = (&Order { terms, ..self.signed.clone() }, self.domain.separator());
        let sign = |digest: B256| self.signer.sign_hash_sync(&digest).unwrap().as_bytes().to_vec();
        let hash = order.hash(separator);
        let nested_for = |wallet| sign(nested_digest(self.domain.chain_id, wallet, separator, order.struct_hash()));
        let nested = || nested_for(order.maker);
        match self.scheme {
            Scheme::Personal => sign(eip191_hash_message(hash)),
            Scheme::PersonalText => sign(eip191_hash_message(hash.to_string())),
            Scheme::Struct => sign(order.struct_hash()),
            Scheme::NestedFor(wallet) => nest(&nested_for(wallet(self)), separator, order.struct_hash()),
            Scheme::InnerOnly => nested(),
            Scheme::Usual if order.signature_type == 3 => nest(&nested(), separator, order.struct_hash()),
            Scheme::Usual | Scheme::Plain => sign(hash),
        }
    }

    fn body(&self) -> String {
        let order = &self.sent;
        let Terms::V2 { timestamp, metadata, builder } = order.terms else { unreachable!() };
        let mut body = json!({
            "order": {
                "salt": order.salt.to::<u64>(),
                "maker": order.maker.to_string(),
                "signer": order.signer.to_string(),
                "tokenId": order.token_id.to_string(),
                "makerAmount": order.maker_amount.to_string(),
                "takerAmount": order.taker_amount.to_string(),
                "side": if order.side == 0 { "BUY" } else { "SELL" },
                "signatureType": order.signature_type,
                "timestamp": timestamp.to_string(),
                "expiration": self.expiration,
                "metadata": metadata.to_string(),
                "builder": builder.to_string(),
                "signature": (self.encode)(&self.signature()),
            },
            "owner": self.owner,
            "orderType": self.order_type,
            "postOnly": false,
            "deferExec": false,
        });
        for change in &self.change {
            change(&mut body);
        }
        body.to_string()
    }

    fn both(&mut self, change: impl Fn(&mut Order)) {
        change(&mut self.signed);
        change(&mut self.sent);
    }
}

const FOREIGN: Address = Address::repeat_byte(0x77);

fn mistakes() -> Vec<&'static Mistake> {
    MISTAKES.iter().chain(UNUSUAL).collect()
}

/// Twenty orders of version 2, of every type and for both exchanges.
fn signings() -> Vec<Signing> {
    let vectors = vectors(ORDERS);
    vectors.iter().filter(|vector| vector["exchange_version"] == 2).take(20).map(Signing::of).collect()
}

#[test]
fn each_single_mistake_in_an_order_is_named_first_and_proven_by_the_signature() {
    let signings = signings();
    assert_eq!(signings.len(), 20);
    let mut made: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let mut missed = Vec::new();
    for (place, signing) in signings.iter().enumerate() {
        // the common ones in each, the others in some of every type
        let unusual = UNUSUAL.iter().filter(|_| place % 3 == 0);
        for mistake in MISTAKES.iter().chain(unusual) {
            let mut signing = signing.clone();
            if !(mistake.make)(&mut signing) {
                continue;
            }
            *made.entry(mistake.name).or_default() += 1;
            let body = signing.body();
            let found = inspect(&body, &signing.known);
            let first = only(&found).findings.first();
            let is_right = first.is_some_and(|first| {
                first.cause == mistake.cause && (!mistake.is_proven || first.certainty == Certainty::Proven)
            });
            if !is_right {
                let found = found
                    .findings()
                    .map(|found| format!("{} {:?}: {}", found.cause.name(), found.certainty, found.summary));
                missed.push(format!(
                    "{} (type {}): {:#?}",
                    mistake.name,
                    signing.sent.signature_type,
                    found.collect::<Vec<_>>()
                ));
            }
            assert!(!only(&found).changes.is_empty() || !is_right, "{}", mistake.name);
        }
    }
    assert!(missed.is_empty(), "{} missed: {}", missed.len(), missed[..missed.len().min(12)].join("\n"));
    assert_eq!(made.len(), mistakes().len(), "each can be made somewhere");
    assert!(MISTAKES.len() >= 60, "{}", MISTAKES.len());
}

#[test]
fn of_two_mistakes_in_an_order_one_is_named_first_and_mostly_both() {
    const PAIRS: usize = 200;
    let (signings, mistakes) = (signings(), mistakes());
    let mut random = Random(0x0bad_04de_5eed_0002);
    let (mut first, mut both, mut made) = (0, 0, 0);
    let mut missed = Vec::new();
    while made < PAIRS {
        let mut signing = signings[random.below(signings.len())].clone();
        let (one, other) = (mistakes[random.below(mistakes.len())], mistakes[random.below(mistakes.len())]);
        if one.part == other.part || one.cause == other.cause {
            continue;
        }
        let (one, other) = if one.part < other.part { (one, other) } else { (other, one) };
        if !(one.make)(&mut signing) || !(other.make)(&mut signing) {
            continue;
        }
        made += 1;
        let found = inspect(&signing.body(), &signing.known);
        let named: Vec<Cause> = found.findings().map(|finding| finding.cause).collect();
        let is_first = named.first().is_some_and(|cause| [one.cause, other.cause].contains(cause));
        let is_both = named.contains(&one.cause) && named.contains(&other.cause);
        first += usize::from(is_first);
        both += usize::from(is_both);
        if !is_first || !is_both {
            missed.push(format!(
                "{} and {} (type {}): {:?}",
                one.name,
                other.name,
                signing.sent.signature_type,
                causes(&found)
            ));
        }
    }
    assert!(first * 100 >= 95 * PAIRS, "{first} of {PAIRS}: {missed:#?}");
    assert!(both * 100 >= 80 * PAIRS, "both {both} of {PAIRS}: {missed:#?}");
}

/// Which of the two it was cannot be told; both are said, and neither as proven.
#[test]
fn a_signature_of_another_key_is_not_proven_to_be_anything() {
    for mut signing in signings().into_iter().filter(|signing| signing.sent.signature_type < 3) {
        signing.signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x51)).unwrap();
        let found = inspect(&signing.body(), &signing.known);
        assert_eq!(causes(&found), ["order-modified", "order-signer-mismatch"]);
        assert!(found.findings().all(|finding| finding.certainty < Certainty::Proven));
    }
}

fn chain(s: &Signing) -> &'static contracts::Chain {
    contracts::chain(s.domain.chain_id).unwrap()
}

fn is_1271(s: &Signing) -> bool {
    s.sent.signature_type == 3
}

fn is_wallet(s: &Signing) -> bool {
    matches!(s.sent.signature_type, 1 | 2)
}

/// On Amoy nobody knows whose proxy is whose.
fn has_known_proxies(s: &Signing) -> bool {
    s.domain.chain_id == 137
}
