//! The search for what an order's signature was made over, and by whom.

mod nested;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use alloy_primitives::{Address, B256, Signature, eip191_hash_message};
use serde_json::{Value, json};

pub(super) use self::nested::{Opened, nested};
use super::candidates::{self, Candidates, DomainCandidate, Mistake};
use super::changes::FieldChange;
use crate::auth::contracts;
use crate::auth::order::{Exchange, Order, Terms};
use crate::auth::recovery::Recovery;
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::auth::wallet_signature;
use crate::cause::Cause;
use crate::inspect::known::Known;

/// Signers recovered before the search gives up; each costs some 40 microseconds.
const MOST: usize = 256;
/// At first, then at once, then at once of the rest: the likely ones are few.
const AT_ONCE: [usize; 3] = [2, 14, 120];

/// What was signed, and by whom.
pub(super) struct Explained {
    pub(super) signer: Address,
    /// Whether the signer is one that the order or the settings name.
    pub(super) is_expected: bool,
    /// The order as it was signed.
    pub(super) order: Order,
    /// The exchange that it was signed for; `None` where none has this domain.
    pub(super) exchange: Option<Exchange>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) reproduced_by: Value,
}

/// How the digest was made of the order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Hash,
    /// For a deposit wallet (ERC-7739).
    Nested,
    /// A message of `personal_sign` over the hash, as bytes.
    Personal,
    /// The same over the hash's hex digits.
    PersonalText,
    /// The hash of the struct, without a domain.
    Struct,
}

impl Scheme {
    fn digest(self, order: &Order, domain: &DomainCandidate) -> B256 {
        self.digest_of(order.struct_hash(), order.maker, domain)
    }

    fn digest_of(self, struct_hash: B256, maker: Address, domain: &DomainCandidate) -> B256 {
        let hash = || wallet_signature::typed_data_hash(domain.separator, struct_hash);
        match self {
            Self::Hash => hash(),
            Self::Nested => {
                wallet_signature::nested_digest(domain.domain.chain_id, maker, domain.separator, struct_hash)
            }
            Self::Personal => eip191_hash_message(hash()),
            Self::PersonalText => eip191_hash_message(hash().to_string()),
            Self::Struct => struct_hash,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hash => "typed data",
            Self::Nested => "typed data nested for the deposit wallet (ERC-7739)",
            Self::Personal => "personal_sign over the order's hash",
            Self::PersonalText => "personal_sign over the text of the order's hash",
            Self::Struct => "the struct hash without a domain",
        }
    }

    fn mistake(self, signature_type: u8) -> Option<Mistake> {
        let is_1271 = signature_type == u8::from(SignatureType::Poly1271);
        let (cause, signed, but, change) = match self {
            Self::Personal => (
                Cause::SignatureEncoding,
                "with personal_sign over the order's hash",
                "an order is signed as typed data (eth_signTypedData_v4)",
                "Sign the typed data of the order, without the prefix of personal_sign",
            ),
            Self::PersonalText => (
                Cause::SignatureEncoding,
                "with personal_sign over the text of the order's hash",
                "an order is signed as typed data (eth_signTypedData_v4)",
                "Sign the typed data of the order, without the prefix of personal_sign",
            ),
            Self::Struct => (
                Cause::SignatureEncoding,
                "over the struct hash alone",
                "the domain of the exchange is part of what is signed",
                "Sign the typed data of the order, with its domain",
            ),
            Self::Hash if is_1271 => (
                Cause::OrderUnwrappedSignature,
                "as an order of an EOA",
                "a deposit wallet needs the nested form (ERC-7739)",
                "Sign in the nested form of ERC-7739, as clients that support type 3 do",
            ),
            Self::Nested => (
                Cause::OrderUnwrappedSignature,
                "for a deposit wallet (ERC-7739)",
                "only the 65 bytes were sent, without the rest that the wallet needs",
                "Append the domain, the contents hash, the order type and its length to the signature",
            ),
            Self::Hash => return None,
        };
        let [signed, but, change] = [signed, but, change].map(str::to_owned);
        Some(Mistake { cause, signed, but, change, difference: None })
    }
}

/// Whom a signature is expected of.
pub(super) struct Expected {
    signers: Vec<Address>,
    chain_id: u64,
}

impl Expected {
    pub(super) fn new(order: &Order, known: &Known, header: Option<Address>) -> Self {
        let mut signers = vec![order.signer, order.maker];
        signers.extend(known.signer.into_iter().chain(header));
        Self { signers, chain_id: candidates::chain_of(known) }
    }

    /// Whether a recovered address is named, or has a wallet that the order names.
    fn includes(&self, recovered: Address, order: &Order) -> bool {
        if self.signers.contains(&recovered) || recovered == order.signer || recovered == order.maker {
            return true;
        }
        let Some(chain) = contracts::chain(self.chain_id) else { return false };
        let wallets = WalletMap::derive(chain, recovered);
        [order.maker, order.signer]
            .into_iter()
            .chain(self.signers.iter().copied())
            .any(|wallet| wallets.kind_of(wallet).is_some())
    }
}

/// What a signature may have been made over.
struct Attempt<'a> {
    order: Cow<'a, Order>,
    struct_hash: B256,
    domain: &'a DomainCandidate,
    scheme: Scheme,
    fields: Vec<&'a FieldChange>,
}

/// An order, its struct hash, and how it was changed.
type Changed<'a> = (Cow<'a, Order>, B256, Vec<&'a FieldChange>);

impl<'a> Attempt<'a> {
    fn of((order, struct_hash, fields): &Changed<'a>, domain: &'a DomainCandidate, scheme: Scheme) -> Self {
        Self { order: order.clone(), struct_hash: *struct_hash, domain, scheme, fields: fields.clone() }
    }

    fn digest(&self) -> B256 {
        self.scheme.digest_of(self.struct_hash, self.order.maker, self.domain)
    }

    fn explained(self, signer: Address) -> Explained {
        let mut mistakes: Vec<Mistake> = self.domain.mistake.iter().cloned().collect();
        mistakes.extend(self.fields.iter().map(|change| change.mistake.clone()));
        mistakes.extend(self.scheme.mistake(self.order.signature_type));
        explained(signer, true, self.order.into_owned(), self.domain, self.scheme, mistakes)
    }
}

fn unchanged<'a>(candidates: &'a Candidates<'_>) -> Changed<'a> {
    let order = candidates.order;
    (Cow::Borrowed(order), order.struct_hash(), Vec::new())
}

fn with<'a>(candidates: &Candidates<'_>, changes: &[&'a FieldChange]) -> Changed<'a> {
    let order = changes.iter().fold(candidates.order.clone(), |order, change| change.apply(&order));
    let struct_hash = order.struct_hash();
    (Cow::Owned(order), struct_hash, changes.to_vec())
}

/// The order as it was sent, under every domain.
fn as_sent<'a>(all: &'a [Candidates<'_>]) -> impl Iterator<Item = Attempt<'a>> {
    let of = |candidates: &'a Candidates<'_>, domains: &'a [DomainCandidate]| {
        let sent = unchanged(candidates);
        let is_1271 = sent.0.signature_type == u8::from(SignatureType::Poly1271);
        let schemes = [Scheme::Hash, Scheme::Nested].into_iter().take(1 + usize::from(is_1271));
        domains.iter().flat_map(move |domain| {
            let sent = sent.clone();
            schemes.clone().map(move |scheme| Attempt::of(&sent, domain, scheme))
        })
    };
    let exchanges = all.iter().flat_map(move |candidates| of(candidates, candidates.exchanges()));
    let odd = all.iter().flat_map(move |candidates| of(candidates, candidates.odd()));
    exchanges.chain(odd)
}

/// One thing signed otherwise, under the right domains.
fn with_one<'a>(all: &'a [Candidates<'_>]) -> impl Iterator<Item = Attempt<'a>> {
    all.iter().flat_map(|candidates| {
        let sent = unchanged(candidates);
        let changed: Vec<Changed<'a>> = candidates.changes().iter().map(|change| with(candidates, &[change])).collect();
        candidates.right().flat_map(move |domain| {
            let schemes = [Scheme::Personal, Scheme::PersonalText, Scheme::Struct];
            let otherwise = schemes.map(|scheme| Attempt::of(&sent, domain, scheme));
            let changed: Vec<_> = changed.iter().map(|changed| Attempt::of(changed, domain, Scheme::Hash)).collect();
            otherwise.into_iter().chain(changed)
        })
    })
}

/// A salt that a JSON number cannot hold, as it was before it was rounded to the nearest one.
fn with_salt<'a>(all: &'a [Candidates<'_>]) -> impl Iterator<Item = Attempt<'a>> {
    all.iter().flat_map(|candidates| {
        let changed: Rc<[Changed<'a>]> = candidates.salts().iter().map(|change| with(candidates, &[change])).collect();
        candidates.right().flat_map(move |domain| {
            let changed = Rc::clone(&changed);
            (0..changed.len()).map(move |place| Attempt::of(&changed[place], domain, Scheme::Hash))
        })
    })
}

/// Two things at once: the common ones.
fn with_two<'a>(all: &'a [Candidates<'_>]) -> impl Iterator<Item = Attempt<'a>> {
    all.iter().flat_map(|candidates| {
        let common = candidates.changes().iter().filter(|change| change.is_common);
        let changed: Rc<[Changed<'a>]> = common.map(|change| with(candidates, &[change])).collect();
        let under = move |domain: &'a DomainCandidate, scheme: Scheme| {
            let changed = Rc::clone(&changed);
            (0..changed.len()).map(move |place| Attempt::of(&changed[place], domain, scheme))
        };
        let wrong = |is_common| {
            let under = under.clone();
            candidates.wrong(is_common).flat_map(move |domain| under(domain, Scheme::Hash))
        };
        let last = wrong(false);
        let first = wrong(true);
        let personal = candidates.right().flat_map(move |domain| under(domain, Scheme::Personal));
        let pairs = candidates.pairs().flat_map(|(one, other)| {
            let changed = with(candidates, &[one, other]);
            candidates.right().map(move |domain| Attempt::of(&changed, domain, Scheme::Hash))
        });
        first.chain(personal).chain(pairs).chain(last)
    })
}

/// Searches for what a plain signature of 65 bytes was made over.
pub(super) fn plain(signature: &Signature, all: &[Candidates<'_>], expected: &Expected) -> Option<Explained> {
    let recovery = Recovery::of(signature)?;
    let mut tried = BTreeSet::new();
    let attempts = as_sent(all).chain(with_one(all)).chain(with_salt(all)).chain(with_two(all));
    let mut attempts = attempts.filter_map(|attempt| {
        let digest = attempt.digest();
        tried.insert(digest).then_some((attempt, digest))
    });
    // the likely ones are few; of the others, as many at once as several processors are worth
    let mut left = MOST;
    for size in AT_ONCE.into_iter().chain(std::iter::repeat(AT_ONCE[2])) {
        let some: Vec<(Attempt<'_>, B256)> = attempts.by_ref().take(size.min(left)).collect();
        if some.is_empty() {
            return None;
        }
        left -= some.len();
        let digests: Vec<B256> = some.iter().map(|(_, digest)| *digest).collect();
        let found = some.into_iter().zip(recovery.signers_on_threads(&digests)).find_map(|((attempt, _), signer)| {
            let signer = signer.filter(|signer| expected.includes(*signer, &attempt.order))?;
            Some(attempt.explained(signer))
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

fn explained(
    signer: Address,
    is_expected: bool,
    order: Order,
    domain: &DomainCandidate,
    scheme: Scheme,
    mistakes: Vec<Mistake>,
) -> Explained {
    let reproduced_by = json!({
        "domain_name": domain.domain.name,
        "domain_version": domain.domain.version,
        "chain_id": domain.domain.chain_id,
        "verifying_contract": domain.domain.contract.to_string(),
        "neg_risk": domain.exchange.filter(|exchange| exchange.version.number() < 3).map(|exchange| exchange.neg_risk),
        "signed_as": scheme.name(),
        "order": fields(&order),
        "struct_hash": order.struct_hash(),
        "digest": scheme.digest(&order, domain),
        "signer": signer.to_string(),
    });
    Explained { signer, is_expected, order, exchange: domain.exchange, mistakes, reproduced_by }
}

/// The signed fields, by their names in the typed data.
fn fields(order: &Order) -> Value {
    let mut fields = json!({
        "salt": order.salt.to_string(),
        "maker": order.maker.to_string(),
        "signer": order.signer.to_string(),
        "tokenId": order.token_id.to_string(),
        "makerAmount": order.maker_amount.to_string(),
        "takerAmount": order.taker_amount.to_string(),
        "side": order.side,
        "signatureType": order.signature_type,
    });
    let more = match order.terms {
        Terms::V1 { taker, expiration, nonce, fee_rate_bps } => json!({
            "taker": taker.to_string(),
            "expiration": expiration.to_string(),
            "nonce": nonce.to_string(),
            "feeRateBps": fee_rate_bps.to_string(),
        }),
        Terms::V2 { timestamp, metadata, builder } => {
            json!({ "timestamp": timestamp.to_string(), "metadata": metadata, "builder": builder })
        }
    };
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    fields
}
