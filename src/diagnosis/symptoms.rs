//! Errors that the user reports: they change how likely causes are, and are always explained.

use alloy_primitives::Address;

use super::{Case, Clue, Weight, exchange};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::cause::{Cause, Certainty};
use crate::checks::{Finding, Status};
use crate::facts::OnChain;
use crate::reference::{ErrorEntry, Reported};
use crate::settings::Setting;

/// How likely it is that one of the known causes of a sentence is the one.
const EXPLAINED: f64 = 0.8;

/// The known sentences among the reported errors, each with how it was reported.
pub(super) fn recognised<'a>(case: &Case<'a>) -> Vec<(&'static ErrorEntry, &'a Reported)> {
    let mut entries: Vec<(&ErrorEntry, &Reported)> = Vec::new();
    for (entry, reported) in case.reported.iter().filter_map(|reported| Some((reported.entry()?, reported))) {
        if entries.iter().all(|(known, _)| known.text != entry.text) {
            entries.push((entry, reported));
        }
    }
    entries
}

/// Each cause that a reported sentence can have, as far as the checks leave it open.
pub(super) fn shows_as(case: &Case<'_>) -> Vec<Clue> {
    recognised(case).into_iter().flat_map(|(entry, reported)| explain(case, entry, reported)).collect()
}

/// Secrets that a reported text gives away. That comes before whatever else it is about.
pub(super) fn exposes(case: &Case<'_>) -> Vec<Clue> {
    let exposed = case.reported.iter().flat_map(|reported| &reported.exposed);
    exposed
        .map(|exposure| {
            let says = format!("The reported text contains a secret: {}, line {}", exposure.kind, exposure.line);
            let mut clue = Clue::new(Cause::SecretExposed, Weight::Proves, says).certain(Certainty::Proven);
            clue.fix.text = format!("To fix: {}; remove it wherever the text was posted", exposure.fix);
            clue
        })
        .collect()
}

fn explain(case: &Case<'_>, entry: &ErrorEntry, reported: &Reported) -> Vec<Clue> {
    let text = reported.text.as_str();
    if let Some(clue) = harmless(case, entry, text) {
        return vec![clue];
    }
    // as the text around the sentence weighs them: its host, method and path
    let open: Vec<(Cause, Openness, f64)> = reported
        .causes
        .iter()
        .filter_map(|weighted| {
            let openness = openness(case, weighted.cause)?;
            Some((weighted.cause, openness, weighted.weight * openness.share()))
        })
        .collect();
    let sum: f64 = open.iter().map(|(.., weight)| weight).sum();
    // Something caused what was reported: where no check suspects a cause, the open ones share that.
    let scale =
        if open.iter().any(|(_, openness, _)| *openness == Openness::Suspected) { 1.0 } else { EXPLAINED / sum };
    let certainty = if open.len() == 1 { Certainty::Likely } else { Certainty::Possible };
    let clues: Vec<Clue> = open
        .into_iter()
        .map(|(cause, openness, weight)| {
            let says = format!("You reported \"{text}\"{}", openness.words());
            let weight = Weight::Supports((weight * scale).min(EXPLAINED));
            Clue::new(cause, weight, says).certain(certainty).explains(text)
        })
        .collect();
    if clues.is_empty() { elsewhere(case, reported) } else { clues }
}

/// A sentence that means nothing bad where deriving works.
fn harmless(case: &Case<'_>, entry: &ErrorEntry, text: &str) -> Option<Clue> {
    let (why, first) = (entry.harmless.as_ref()?, entry.causes.first()?);
    let works = case.facts.derived.known().is_some() && case.passes("creds.derive");
    works.then(|| Clue::new(first.cause, Weight::Proves, format!("Harmless: {why}")).explains(text))
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
            Self::Unchecked => "; the check for it could not be completed",
            Self::Elsewhere => "; only visible in the request or order itself",
        }
    }
}

/// `None` when the check of the cause passes, or the exchange accepts such orders, which rules it out.
fn openness(case: &Case<'_>, cause: Cause) -> Option<Openness> {
    if exchange::excluded(case).contains(&cause) {
        return None;
    }
    let Some(check) = cause.words().shown_by.as_deref() else { return Some(Openness::Elsewhere) };
    let suspects = |finding: &Finding| finding.suspicions.iter().any(|suspicion| suspicion.cause == cause);
    match case.finding(check) {
        Some(finding) if finding.status.is_problem() && suspects(finding) => Some(Openness::Suspected),
        Some(finding) if finding.status.is_problem() => Some(Openness::Overshadowed),
        Some(finding) if finding.status != Status::Skip => None,
        Some(_) | None => Some(Openness::Unchecked),
    }
}

/// Whether a reported error has no cause that is left open, and this one stands for all of them.
pub(super) fn is_elsewhere(case: &Case<'_>, cause: Cause) -> bool {
    recognised(case).iter().any(|(_, reported)| {
        let mut causes = reported.causes.iter();
        let is_first = reported.causes.first().is_some_and(|first| first.cause == cause);
        is_first && !causes.any(|weighted| is_open(case, weighted.cause))
    })
}

/// Whether the checks leave a cause open.
pub(super) fn is_open(case: &Case<'_>, cause: Cause) -> bool {
    openness(case, cause).is_some()
}

/// Every check that could show a cause passes: the error comes from other settings than these, or from what
/// other checks found.
fn elsewhere(case: &Case<'_>, reported: &Reported) -> Vec<Clue> {
    let text = reported.text.as_str();
    let is_broken = case.findings.iter().any(|(_, finding)| finding.status == Status::Fail);
    let says = if is_broken {
        format!("You reported \"{text}\": its usual causes are ruled out here, so first fix what fails, then try again")
    } else {
        format!(
            "You reported \"{text}\", but all related checks pass here: run polydoctor on the machine where the error \
             occurs"
        )
    };
    let first = reported.causes.first();
    first.map(|first| Clue::new(first.cause, Weight::Supports(0.2), says).explains(text)).into_iter().collect()
}

/// A page of the firewall was reported, the server itself answers, and there is no key: the creation was
/// stopped, and the client told of the derivation only.
pub(super) fn create_was_blocked(case: &Case<'_>) -> Vec<Clue> {
    let is_block = |(entry, _): &&(&ErrorEntry, &Reported)| {
        entry.causes.first().is_some_and(|first| first.cause == Cause::CloudflareBlocked)
    };
    let seen = recognised(case);
    let is_open = case.facts.has_no_key() && case.passes("net.reach");
    let Some((_, page)) = seen.iter().find(is_block).filter(|_| is_open) else { return Vec::new() };
    let says = format!("You reported \"{}\", but the CLOB responds, and the signer has no key", page.text);
    vec![
        Clue::new(Cause::CreateBlocked, Weight::Proves, says).certain(Certainty::Likely).explains("creds.nonce"),
        Clue::new(Cause::CreateBlocked, Weight::Supports(0.1), "Clients derive after any create failure")
            .explains(&page.text),
    ]
}

/// The CLOB refuses the version of an order before it looks at maker, type and signature: whatever else is
/// wrong, nothing can be tried with that client.
pub(super) fn order_version(case: &Case<'_>) -> Vec<Clue> {
    const SENTENCES: &[&str] = &["invalid order version, please use the latest clob-client", "order_version_mismatch"];
    let seen = recognised(case);
    let said = seen.iter().find(|(entry, _)| SENTENCES.contains(&entry.text.as_str()));
    let Some((_, reported)) = said.filter(|_| case.facts.protocol_version() >= 2) else { return Vec::new() };
    let says = format!("You reported \"{}\": the CLOB rejects the order for its version", reported.text);
    vec![
        Clue::new(Cause::SdkOutdated, Weight::Proves, says.clone()).certain(Certainty::Likely).explains(&reported.text),
        Clue::new(Cause::SdkOutdated, Weight::Supports(0.1), says).certain(Certainty::Likely).explains("net.reach"),
    ]
}

/// The CLOB wants the deposit-wallet flow, and the settings say another type.
pub(super) fn deposit_wallet_flow(case: &Case<'_>) -> Vec<Clue> {
    const SENTENCE: &str = "maker address not allowed, please use the deposit wallet flow";
    let seen = recognised(case).iter().any(|(entry, _)| entry.text == SENTENCE);
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
    let says = format!("The CLOB rejects makers of type {configured} for this account: it requires the deposit wallet");
    // the server's own words, but of another request than those of this run
    let clue = Clue::new(Cause::DepositWalletRequired, Weight::Proves, says)
        .certain(Certainty::Likely)
        .explains(SENTENCE)
        .set(Setting::SignatureType, u8::from(SignatureType::Poly1271));
    vec![match wallet {
        Some(wallet) => clue.set(Setting::Funder, wallet.to_string()),
        None => clue,
    }]
}
