//! Nested signatures (ERC-7739) say what they were made for: domain and contents are compared, not searched.

use alloy_primitives::{Address, U256};

use super::{Candidates, DomainCandidate, Expected, Explained, Mistake, Scheme, explained};
use crate::auth::order::{Exchange, Nested, Order, Terms};
use crate::auth::recovery::Recovery;
use crate::auth::wallet::SignatureType;
use crate::auth::wallet_signature;
use crate::cause::Cause;
use crate::inspect::difference::Difference;

/// What a nested signature says it was made for.
pub(in super::super) enum Opened {
    Explained(Box<Explained>),
    /// It is for another order; whose it is then, and for which exchange.
    OtherOrder {
        signer: Option<Address>,
        is_expected: bool,
        exchange: Option<Exchange>,
    },
}

/// Opens a nested signature: its domain and its contents are compared, and then whose it is.
pub(in super::super) fn nested(
    nested: &Nested,
    session: Option<Address>,
    all: &[Candidates<'_>],
    expected: &Expected,
) -> Option<Opened> {
    let recovery = Recovery::of(&nested.inner)?;
    let candidates = all.iter().find(|candidates| matches!(candidates.order.terms, Terms::V2 { .. }))?;
    let order = candidates.order;
    let is = |domain: &&DomainCandidate| domain.separator == nested.separator;
    let domain = candidates.exchanges().iter().find(is).or_else(|| candidates.odd().iter().find(is));
    let first = candidates.exchanges().first()?;
    let unknown = || DomainCandidate {
        mistake: Some(Mistake {
            cause: Cause::OrderWrongExchange,
            signed: format!("for an unknown domain ({})", nested.separator),
            but: "no exchange has it".to_owned(),
            change: first
                .exchange
                .map_or_else(String::new, |exchange| format!("Sign for {exchange}, {}", exchange.address)),
            difference: None,
        }),
        separator: nested.separator,
        exchange: None,
        is_common: false,
        ..first.clone()
    };
    let domain = domain.cloned().unwrap_or_else(unknown);
    let is = |order: &Order| order.struct_hash() == nested.contents;
    let signed = if is(order) { Some((order.clone(), Vec::new())) } else { changed(candidates, is) };
    let chain_id = domain.domain.chain_id;
    let includes = |signer: Address, order: &Order| session == Some(signer) || expected.includes(signer, order);
    let Some((signed, fields)) = signed else {
        let digest = wallet_signature::nested_digest(chain_id, order.maker, nested.separator, nested.contents);
        let signer = recovery.signer(digest);
        let is_expected = signer.is_some_and(|signer| includes(signer, order));
        return Some(Opened::OtherOrder { signer, is_expected, exchange: domain.exchange });
    };
    let mut mistakes: Vec<Mistake> = domain.mistake.iter().cloned().collect();
    mistakes.extend(fields);
    let signer = recovery.signer(signed.nested_digest(chain_id, domain.separator))?;
    if includes(signer, &signed) {
        let found = explained(signer, true, signed, &domain, Scheme::Nested, mistakes);
        return Some(Opened::Explained(Box::new(found)));
    }
    // the right order and domain, signed inside in another way
    let plain = recovery.signer(signed.hash(domain.separator)).filter(|signer| includes(*signer, &signed));
    if let Some(signer) = plain {
        mistakes.extend(Scheme::Hash.mistake(u8::from(SignatureType::Poly1271)));
        let found = explained(signer, true, signed, &domain, Scheme::Hash, mistakes);
        return Some(Opened::Explained(Box::new(found)));
    }
    let others = expected.signers.iter().copied().chain([domain.domain.contract, Address::ZERO]);
    for wallet in others.filter(|wallet| *wallet != signed.maker) {
        let digest = wallet_signature::nested_digest(chain_id, wallet, nested.separator, nested.contents);
        if let Some(signer) = recovery.signer(digest).filter(|signer| includes(*signer, &signed)) {
            mistakes.push(Mistake {
                cause: Cause::OrderUnwrappedSignature,
                signed: format!("for the wallet {wallet}"),
                but: format!("the maker is {}", signed.maker),
                change: "Set verifyingContract in the nested struct to the maker".to_owned(),
                difference: Difference::of("verifyingContract", &wallet.to_string(), &signed.maker.to_string()),
            });
            let found = explained(signer, true, signed, &domain, Scheme::Nested, mistakes);
            return Some(Opened::Explained(Box::new(found)));
        }
    }
    Some(Opened::Explained(Box::new(explained(signer, false, signed, &domain, Scheme::Nested, mistakes))))
}

/// The order that was signed, where it follows from the one that was sent by one or two known changes.
fn changed(candidates: &Candidates<'_>, is: impl Fn(&Order) -> bool) -> Option<(Order, Vec<Mistake>)> {
    let order = candidates.order;
    for change in candidates.changes() {
        let changed = change.apply(order);
        if is(&changed) {
            return Some((changed, vec![change.mistake.clone()]));
        }
    }
    for (first, second) in candidates.pairs() {
        let changed = second.apply(&first.apply(order));
        if is(&changed) {
            return Some((changed, vec![first.mistake.clone(), second.mistake.clone()]));
        }
    }
    // seconds were sent: the milliseconds are tried one by one
    let Terms::V2 { timestamp, metadata, builder } = order.terms else { return None };
    if timestamp >= U256::from(100_000_000_000_u64) {
        return None;
    }
    (0..1000_u64).find_map(|milliseconds| {
        let signed = timestamp * U256::from(1000) + U256::from(milliseconds);
        let changed = Order { terms: Terms::V2 { timestamp: signed, metadata, builder }, ..order.clone() };
        let mistake = || Mistake {
            cause: Cause::TimestampUnit,
            signed: format!("with timestamp {signed}"),
            but: format!("the order has {timestamp}, in seconds"),
            change: "Send the timestamp in milliseconds, as it was signed".to_owned(),
            difference: Difference::of("timestamp", &signed.to_string(), &timestamp.to_string()),
        };
        is(&changed).then(|| (changed, vec![mistake()]))
    })
}
