//! What the exchange contract's own word rules out.

use super::{Case, Clue, Weight, symptoms};
use crate::auth::wallet::SignatureType;
use crate::cause::Cause;
use crate::checks::order_proof;

/// The check that asks the exchange.
pub(super) const CHECK: &str = "order.exchange";

/// The causes for which no exchange would accept an order.
const REJECTED: [Cause; 7] = [
    Cause::WrongChainId,
    Cause::FunderMissing,
    Cause::FunderIsSigner,
    Cause::FunderNotControlled,
    Cause::FunderIsDepositAddress,
    Cause::DepositWalletDelegated,
    Cause::WrongSignatureType,
];

/// Causes that only a deposit wallet's own answer rules out: of the other types the exchange asks nothing
/// but the signature.
const REJECTED_BY_WALLET: [Cause; 2] = [Cause::KeyNotWalletOwner, Cause::WalletNotDeployed];

/// What a yes of both exchanges rules out; nothing without it. What a check has found itself is never
/// among it: of type 0 every key's own address is accepted, whichever wallet the account has.
pub(super) fn excluded(case: &Case<'_>) -> Vec<Cause> {
    let Some(proof) = order_proof(case.facts).filter(|proof| proof.is_accepted()) else { return Vec::new() };
    let by_wallet = REJECTED_BY_WALLET.iter().filter(|_| proof.signature_type == SignatureType::Poly1271);
    let is_open = |cause: &Cause| *cause == Cause::WrongSignatureType && proof.signature_type == SignatureType::Eoa;
    let is_found = |cause: &Cause| {
        let mut problems = case.findings.iter().filter(|(_, finding)| finding.status.is_problem());
        problems.any(|(_, finding)| finding.suspicions.first().is_some_and(|first| first.cause == *cause))
    };
    REJECTED.iter().chain(by_wallet).copied().filter(|cause| !is_open(cause) && !is_found(cause)).collect()
}

/// The strongest evidence that there is: the contract that settles orders would accept one.
pub(super) fn accepts(case: &Case<'_>) -> Vec<Clue> {
    let says = "Both exchanges accept an order signed with these settings";
    let excluded = excluded(case).into_iter().filter(|cause| !symptoms::is_elsewhere(case, *cause));
    excluded.map(|cause| Clue::new(cause, Weight::Excludes, says)).collect()
}

/// What only the CLOB judges, whatever the exchange accepts.
const OF_THE_CLOB: [Cause; 8] = [
    Cause::DepositWalletRequired,
    Cause::OrderOwnerNotApiKey,
    Cause::CredentialsOtherAddress,
    Cause::BalanceCacheStale,
    Cause::AccountBanned,
    Cause::ClosedOnly,
    Cause::Geoblocked,
    Cause::OrderParameters,
];

/// What is wrong with an order that was not signed as these settings sign.
const OF_THE_ORDER: [Cause; 9] = [
    Cause::OrderWrongExchange,
    Cause::OrderWrongChain,
    Cause::OrderWrongVersion,
    Cause::OrderSignatureType,
    Cause::OrderMakerIsSigner,
    Cause::OrderSignerField,
    Cause::OrderSignerMismatch,
    Cause::OrderUnwrappedSignature,
    Cause::OrderModified,
];

/// An order was refused that the exchange would accept: by a rule of the CLOB alone, or it was another order
/// than these settings sign.
pub(super) fn refused_by_the_clob(case: &Case<'_>) -> Vec<Clue> {
    if order_proof(case.facts).is_none_or(|proof| !proof.is_accepted()) {
        return Vec::new();
    }
    let of_orders = symptoms::recognised(case).into_iter();
    let of_orders = of_orders.filter(|(entry, _)| entry.at.as_ref().is_some_and(|at| at.contains("POST /order")));
    let clues = of_orders.flat_map(|(_, reported)| {
        reported.causes.iter().filter(|weighted| symptoms::is_open(case, weighted.cause)).filter_map(|weighted| {
            let says = if OF_THE_CLOB.contains(&weighted.cause) {
                "The exchange contract accepts orders with these settings: the rejection comes from a CLOB rule alone"
            } else if OF_THE_ORDER.contains(&weighted.cause) {
                "The exchange contract accepts orders with these settings: the rejected order was signed differently"
            } else {
                return None;
            };
            Some(Clue::new(weighted.cause, Weight::Supports(0.1), says).explains(&reported.text))
        })
    });
    clues.collect()
}
