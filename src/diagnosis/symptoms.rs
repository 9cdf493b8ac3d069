//! What the user saw: an error sentence changes how likely causes are, and is always explained.

use alloy_primitives::Address;

use super::coverage::seen_by;
use super::{Case, Cause, Clue, Weight};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::checks::{Finding, Status};
use crate::engine::facts::{Failure, OnChain};
use crate::reference::{self, ErrorEntry, recognise};

/// How likely it is that one of the known causes of a sentence is the one.
const EXPLAINED: f64 = 0.8;

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
    let open: Vec<(Cause, Openness, f64)> = entry
        .causes
        .iter()
        .filter_map(|weighted| {
            let openness = openness(case, weighted.cause)?;
            Some((weighted.cause, openness, weighted.weight * openness.share()))
        })
        .collect();
    let sum: f64 = open.iter().map(|(.., weight)| weight).sum();
    // Something caused what was seen: where no check suspects a cause, the open ones share that.
    let scale =
        if open.iter().any(|(_, openness, _)| *openness == Openness::Suspected) { 1.0 } else { EXPLAINED / sum };
    let clues: Vec<Clue> = open
        .into_iter()
        .map(|(cause, openness, weight)| {
            let says = format!("You saw \"{}\"{}", reference::varied(&entry.text), openness.words());
            Clue::new(cause, Weight::Supports((weight * scale).min(EXPLAINED)), says).explains(&entry.text)
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

/// What the check that would show a cause leaves open.
#[derive(Clone, Copy, PartialEq)]
enum Openness {
    /// The check found a problem and suspects this cause.
    Suspected,
    /// The check found a problem of another kind.
    Overshadowed,
    /// The check could not be made.
    Unchecked,
    /// Only a captured request or order shows the cause.
    Elsewhere,
}

impl Openness {
    /// How much of a sentence's weight goes to the cause.
    fn share(self) -> f64 {
        match self {
            Self::Suspected => 0.4,
            Self::Overshadowed => 0.1,
            Self::Unchecked => 0.5,
            Self::Elsewhere => 0.6,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Suspected | Self::Overshadowed => "",
            Self::Unchecked => "; its check could not be made",
            Self::Elsewhere => "; only the request or order itself would show it",
        }
    }
}

/// `None` when the check of the cause passes, which rules it out.
fn openness(case: &Case<'_>, cause: Cause) -> Option<Openness> {
    let Some(check) = seen_by(cause) else { return Some(Openness::Elsewhere) };
    let suspects = |finding: &Finding| finding.suspicions.iter().any(|suspicion| suspicion.cause == cause);
    match case.finding(check) {
        Some(finding) if finding.status.is_problem() && suspects(finding) => Some(Openness::Suspected),
        Some(finding) if finding.status.is_problem() => Some(Openness::Overshadowed),
        Some(finding) if finding.status != Status::Skip => None,
        Some(_) | None => Some(Openness::Unchecked),
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

/// A page of the firewall was seen, the server itself answers, and there is no key: the creation was
/// stopped, and the client told of the derivation only.
pub(super) fn create_was_blocked(case: &Case<'_>) -> Vec<Clue> {
    let is_block =
        |entry: &&&ErrorEntry| entry.causes.first().is_some_and(|first| first.cause == Cause::CloudflareBlocked);
    let no_key = matches!(case.facts.derived.failure(), Some(Failure::Refused { status: 400, .. }));
    let seen = recognised(case);
    let Some(page) = seen.iter().find(is_block).filter(|_| no_key && case.passes("net.reach")) else {
        return Vec::new();
    };
    let says = format!("You saw \"{}\", the CLOB answers all the same, and the signer has no key", page.text);
    let clue = Clue::new(Cause::CreateBlocked, Weight::Proves, says).explains("creds.nonce");
    vec![
        clue,
        Clue::new(Cause::CreateBlocked, Weight::Supports(0.1), "Clients derive after any failure of create")
            .explains(&page.text),
    ]
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
