//! What the user saw: an error sentence changes how likely causes are, and is always explained.

use alloy_primitives::Address;

use super::coverage::seen_by;
use super::{Case, Cause, Clue, Weight};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::checks::{Finding, Status};
use crate::engine::facts::OnChain;
use crate::reference::{ErrorEntry, recognise};

/// The known sentences in what the user saw; of each text the most specific one.
pub(super) fn recognised(case: &Case<'_>) -> Vec<&'static ErrorEntry> {
    let mut entries: Vec<&ErrorEntry> = Vec::new();
    for entry in case.facts.symptoms.iter().filter_map(|text| recognise(text).into_iter().next()) {
        if entries.iter().all(|known| known.text != entry.text) {
            entries.push(entry);
        }
    }
    entries
}

/// Each cause that a seen sentence can have, as far as the checks leave it open.
pub(super) fn shows_as(case: &Case<'_>) -> Vec<Clue> {
    recognised(case).into_iter().flat_map(|entry| explain(case, entry)).collect()
}

fn explain(case: &Case<'_>, entry: &ErrorEntry) -> Vec<Clue> {
    if let Some(clue) = harmless(case, entry) {
        return vec![clue];
    }
    let clues: Vec<Clue> = entry
        .causes
        .iter()
        .filter_map(|weighted| {
            let (share, says) = openness(case, weighted.cause)?;
            let says = format!("You saw \"{}\"{says}", entry.text);
            Some(Clue::new(weighted.cause, Weight::Supports(share * weighted.weight), says).explains(&entry.text))
        })
        .collect();
    if clues.is_empty() { elsewhere(entry) } else { clues }
}

/// A sentence that means nothing bad where deriving works.
fn harmless(case: &Case<'_>, entry: &ErrorEntry) -> Option<Clue> {
    let (text, first) = (entry.harmless.as_ref()?, entry.causes.first()?);
    let works = case.facts.derived.known().is_some() && case.passes("creds.derive");
    works.then(|| Clue::new(first.cause, Weight::Proves, format!("Harmless: {text}")).explains(&entry.text))
}

/// How much of a sentence's weight goes to a cause, by what its check says; `None` when that check
/// passes, which rules the cause out.
fn openness(case: &Case<'_>, cause: Cause) -> Option<(f64, &'static str)> {
    let Some(check) = seen_by(cause) else {
        return Some((0.6, "; a captured request or order would show it"));
    };
    let suspects = |finding: &Finding| finding.suspicions.iter().any(|suspicion| suspicion.cause == cause);
    match case.finding(check) {
        Some(finding) if finding.status.is_problem() && suspects(finding) => Some((0.4, "")),
        Some(finding) if finding.status.is_problem() => Some((0.1, "")),
        Some(finding) if finding.status == Status::Skip => Some((0.5, "; its check could not be made")),
        Some(_) => None,
        None => Some((0.5, "; its check was not asked for")),
    }
}

/// Every check that could show a cause passes: the error comes from other settings than these.
fn elsewhere(entry: &ErrorEntry) -> Vec<Clue> {
    let says = format!(
        "You saw \"{}\", but every check that could show why passes here: compare the settings of the machine where it happens",
        entry.text
    );
    let first =
        entry.causes.first().map(|first| Clue::new(first.cause, Weight::Supports(0.2), says).explains(&entry.text));
    first.into_iter().collect()
}

/// The CLOB wants the deposit-wallet flow, and the settings say another type.
pub(super) fn deposit_wallet_flow(case: &Case<'_>) -> Vec<Clue> {
    const SENTENCE: &str = "maker address not allowed, please use the deposit wallet flow";
    let seen = recognised(case).iter().any(|entry| entry.text == SENTENCE);
    let setup = &case.facts.setup;
    let (true, Some(configured), Some(wallets)) = (seen, setup.signature_type(), &setup.wallets) else {
        return Vec::new();
    };
    if configured == SignatureType::Poly1271 || !case.passes("wallet.signature-type") {
        return Vec::new();
    }
    // the newer generation first: that is what an account made today would get
    let deposit: Vec<_> = [WalletKind::DepositBeacon, WalletKind::DepositUups]
        .into_iter()
        .filter_map(|kind| wallets.address(kind))
        .collect();
    let deployed = |wallet: &&Address| case.facts.on_chain(**wallet).is_some_and(OnChain::has_code);
    let wallet = deposit.iter().find(deployed).or(deposit.first());
    let says = format!("The CLOB refuses makers of type {configured} for this account: it wants its deposit wallet");
    let clue = Clue::new(Cause::DepositWalletRequired, Weight::Proves, says)
        .explains(SENTENCE)
        .set("signature_type", u8::from(SignatureType::Poly1271));
    vec![match wallet {
        Some(wallet) => clue.set("funder", wallet.to_string()),
        None => clue,
    }]
}
