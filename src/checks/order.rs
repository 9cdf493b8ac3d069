//! What the exchange contract itself says of orders that are signed with these settings.

use alloy_primitives::Address;

use super::clock::node_unknown;
use super::finding::not_checked;
use super::wallet::{account_wallet, deployed, map, signature_type, wallets};
use super::{Finding, Fix, Status, Suspicion, funder};
use crate::auth::contracts::{self, POLYGON};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::cause::{Cause, Certainty};
use crate::facts::{ExchangeWord, Fact, Facts, OrderProof, OrderVerdict};
use crate::settings::Setting;
use crate::settings::wanted::Wanted;

/// The proof, where it was given for the settings in force and by a node of their chain.
pub fn order_proof(facts: &Facts) -> Option<&OrderProof> {
    let is_on_chain = facts.chain.known().is_some_and(|state| state.chain_id == facts.setup.chain());
    facts.exchange.known().filter(|proof| is_on_chain && is_of_settings(facts, proof))
}

/// Whether the order was signed with the settings in force, and not with those before them.
fn is_of_settings(facts: &Facts, proof: &OrderProof) -> bool {
    facts.setup.order_maker() == Some(proof.maker)
        && facts.setup.signature_type().is_none_or(|kind| kind == proof.signature_type)
}

pub(super) fn exchange(facts: &Facts) -> Finding {
    let setup = &facts.setup;
    if contracts::chain(setup.chain()).is_none() {
        let summary = format!("Polymarket has no exchange on chain {}: orders for it are never valid", setup.chain());
        return Finding::fail(Cause::WrongChainId, summary)
            .proven()
            .set(Setting::ChainId, POLYGON)
            .fixed_by("Set the chain ID to 137 (Polygon)");
    }
    let proof = match &facts.exchange {
        // what it is worth, the chain id of the same batch says
        Fact::Known { value, .. } => match facts.chain.failure() {
            Some(failure) => return node_unknown(facts, failure),
            None if facts.chain.known().is_none() => return Finding::not_asked("The chain was not read"),
            None if !is_of_settings(facts, value) => {
                return Finding::not_asked("The exchange was checked with different settings");
            }
            None => value,
        },
        Fact::Failed { failure, .. } => return node_unknown(facts, failure),
        Fact::NotAsked { .. } if setup.no_order_proof => {
            return Finding::note("Not checked (--no-order-proof)");
        }
        Fact::NotAsked { why } => return Finding::not_asked(not_checked(why)),
        Fact::Blocked { .. } => {
            return match facts.chain.failure() {
                Some(failure) => node_unknown(facts, failure),
                None => Finding::not_asked("The chain was not read"),
            };
        }
        Fact::Waiting | Fact::Running { .. } => return Finding::not_asked("The exchange was not checked"),
    };
    let finding = judged(facts, proof);
    let finding = proof.exchanges.iter().fold(finding, said);
    let key = setup.signer().filter(|signer| *signer == proof.maker).map_or("", |_| " (the signer)");
    let finding = finding
        .with("signed for", format!("type {}, maker {}{key}", u8::from(proof.signature_type), proof.maker))
        .with("probe order", "every amount is 0: no exchange ever fills it");
    others(finding, facts, proof)
}

fn judged(facts: &Facts, proof: &OrderProof) -> Finding {
    if order_proof(facts).is_none() {
        return elsewhere(facts, proof);
    }
    if proof.is_rejected() {
        return rejected(facts, proof);
    }
    if let Some(word) = proof.exchanges.iter().find(|word| word.same_digest == Some(false)) {
        let summary = format!("The contract at {} computes a different order digest", word.exchange);
        return Finding::unknown(Cause::PolygonNodeUnavailable, summary).likely(0.5).fixed_by(
            "Update polydoctor: the exchange may have a new version. Or set the URL of a different Polygon RPC",
        );
    }
    let unclear = proof.exchanges.iter().find_map(|word| match &word.verdict {
        OrderVerdict::Unclear { reason } => Some((word, reason)),
        _ => None,
    });
    if let Some((word, reason)) = unclear {
        let summary = format!("The response of the {} could not be determined: {reason}", word.name());
        return Finding::unknown(Cause::PolygonNodeUnavailable, summary)
            .likely(0.6)
            .fixed_by("Run again, or set the URL of a different Polygon RPC");
    }
    if let Some(finding) = paused(proof) {
        return finding;
    }
    let problem = [signature_type, funder::funder, deployed].map(|check| check(facts));
    if problem.iter().any(|finding| finding.status == Status::Fail) {
        return Finding::note("The exchange accepts orders with these settings, but this is not the account's wallet");
    }
    Finding::pass("Both exchanges accept an order signed with these settings")
}

/// The node is on another chain than the settings: what it says is about that one.
fn elsewhere(facts: &Facts, proof: &OrderProof) -> Finding {
    let node = facts.chain.known().map_or(0, |state| state.chain_id);
    let configured = facts.setup.chain();
    let is_other = proof.exchanges.iter().any(|word| word.same_digest == Some(false));
    if is_other && !facts.takes_chain() {
        let summary = format!("Orders are signed for chain {configured}, but the exchange is on chain {node}");
        return Finding::fail(Cause::WrongChainId, summary)
            .proven()
            .set(Setting::ChainId, node)
            .fixed_by("Set the chain ID and the Polygon RPC to the same chain: 137 is Polygon");
    }
    let summary =
        format!("Could not be determined: the Polygon RPC is on chain {node}, but chain {configured} is configured");
    Finding::unknown(Cause::PolygonNodeWrongChain, summary)
        .fixed_by("Set the URL of an RPC of the configured chain")
        .likely(0.6)
}

/// The contract has one error for a wrong type, maker, owner and signature. Which of them it is, the
/// checks of the wallet say.
fn rejected(facts: &Facts, proof: &OrderProof) -> Finding {
    let summary = "The exchange rejects every order signed with these settings (InvalidSignature)";
    let told = [map, signature_type, funder::funder, deployed].map(|check| check(facts));
    let mut failed: Vec<Finding> = told.into_iter().filter(|finding| finding.status == Status::Fail).collect();
    // one of them holds: the established ones in the order of mending, then the rest
    failed.sort_by_key(|finding| likelihood(finding) < ESTABLISHED);
    let fix = failed.first().and_then(|finding| finding.fix.clone());
    let mut suspicions: Vec<Suspicion> = Vec::new();
    for suspicion in failed.into_iter().filter_map(|finding| finding.suspicions.into_iter().next()) {
        if suspicions.iter().all(|known| known.cause != suspicion.cause) {
            suspicions.push(suspicion);
        }
    }
    let fix = if suspicions.is_empty() {
        let unexplained = unexplained(facts, proof);
        let text = unexplained.cause.words().fix.clone();
        suspicions.push(unexplained);
        Some(Fix { text, ..Fix::default() })
    } else {
        fix
    };
    let mut finding = Finding::fail(suspicions[0].cause, summary);
    (finding.suspicions, finding.fix) = (suspicions, fix);
    accepted_instead(finding, facts, proof)
}

/// From here on a cause of a check of the wallet counts as established.
const ESTABLISHED: f64 = 0.85;

fn likelihood(finding: &Finding) -> f64 {
    finding.suspicions.first().map_or(0.0, |first| first.likelihood)
}

/// What a no means where no check of the wallet finds anything.
fn unexplained(facts: &Facts, proof: &OrderProof) -> Suspicion {
    let has_code = facts.on_chain(proof.maker).is_some_and(crate::facts::OnChain::has_code);
    let cause = match proof.signature_type {
        SignatureType::Poly1271 if !has_code => Cause::WalletNotDeployed,
        SignatureType::Poly1271 => Cause::KeyNotWalletOwner,
        _ => Cause::FunderNotControlled,
    };
    Suspicion { cause, certainty: Certainty::Likely, likelihood: 0.9, settings: Wanted::new() }
}

/// The settings that the exchange accepts, where it was asked about them.
fn accepted_instead(finding: Finding, facts: &Facts, proof: &OrderProof) -> Finding {
    let Some((kind, wallet)) = accepted_wallet(facts, proof) else { return finding };
    let number = u8::from(kind.signature_type());
    // rejected as it is, accepted with these: reproduced
    let mut finding = finding.proven();
    // what is right already is not written once more
    let other_type = kind.signature_type() != proof.signature_type;
    let other_funder = facts.setup.funder.as_ref().is_none_or(|funder| funder.value != wallet);
    for suspicion in &mut finding.suspicions {
        if other_type {
            suspicion.settings.insert(Setting::SignatureType.into(), number.into());
        }
        if other_funder {
            suspicion.settings.insert(Setting::Funder.into(), wallet.to_string().into());
        }
    }
    finding.fixed_by(format!(
        "Set the signature type to {number} and the funder to {wallet}, the {kind} of this key: the exchange accepts \
         an order signed with these"
    ))
}

/// The account's wallet, where it is not the configured one and the exchange accepts orders of it.
pub fn accepted_wallet(facts: &Facts, proof: &OrderProof) -> Option<(WalletKind, Address)> {
    let (kind, wallet, _) = account_wallet(facts)?;
    let is_other = (wallet, kind.signature_type()) != (proof.maker, proof.signature_type);
    let verdict = proof.verdict(wallet, kind.signature_type()).filter(|_| is_other)?;
    verdict.is_accepted().then_some((kind, wallet))
}

fn paused(proof: &OrderProof) -> Option<Finding> {
    let place = |is: fn(&ExchangeWord) -> Option<bool>| {
        let paused: Vec<&ExchangeWord> = proof.exchanges.iter().filter(|word| is(word) == Some(true)).collect();
        match paused[..] {
            [] => None,
            [one] if proof.exchanges.len() > 1 => Some((format!("the {}", one.name()), false)),
            _ => Some(("both exchange contracts".to_owned(), true)),
        }
    };
    if let Some((place, is_whole)) = place(|word| word.is_paused) {
        let summary = format!("Trading is paused at {place}: valid orders are not filled");
        let finding = if is_whole { Finding::fail } else { Finding::warn };
        return Some(
            finding(Cause::ExchangePaused, summary)
                .likely(0.97)
                .proven()
                .fixed_by("Wait until trading resumes; see status.polymarket.com"),
        );
    }
    let (place, is_whole) = place(|word| word.is_maker_paused)?;
    let summary = format!("The funder paused itself at {place}: its orders are not filled");
    let finding = if is_whole { Finding::fail } else { Finding::warn };
    Some(
        finding(Cause::UserPaused, summary)
            .likely(0.97)
            .proven()
            .fixed_by("Call unpauseUser on the exchange contract from the funder, then run again"),
    )
}

/// One exchange's word, as evidence.
fn said(finding: Finding, word: &ExchangeWord) -> Finding {
    let verdict = match word.same_digest {
        Some(false) => "rejects: it computes a different digest".to_owned(),
        _ => verdict(&word.verdict),
    };
    let further = [
        (word.same_digest == Some(true)).then_some("digest as computed here"),
        (word.same_wallets == Some(true)).then_some("proxy and Safe as derived here"),
        (word.same_wallets == Some(false)).then_some("derives different wallets"),
        (word.is_paused == Some(true)).then_some("paused"),
        (word.is_maker_paused == Some(true)).then_some("the maker is paused"),
    ];
    let said: Vec<&str> = std::iter::once(verdict.as_str()).chain(further.into_iter().flatten()).collect();
    finding.with(word.name(), format!("{} ({})", said.join(", "), word.exchange))
}

/// An exchange's yes or no in words.
pub fn verdict(verdict: &OrderVerdict) -> String {
    match verdict {
        OrderVerdict::Accepted { as_session: false } => "accepts".to_owned(),
        OrderVerdict::Accepted { as_session: true } => "accepts, as the signature of a session key".to_owned(),
        OrderVerdict::Rejected => "rejects".to_owned(),
        OrderVerdict::Unclear { reason } => format!("could not be determined ({reason})"),
    }
}

/// The other wallets of this key, where the configured one is not accepted.
fn others(finding: Finding, facts: &Facts, proof: &OrderProof) -> Finding {
    if !proof.is_rejected() || order_proof(facts).is_none() {
        return finding;
    }
    let Some(own) = wallets(facts) else { return finding };
    proof.others.iter().fold(finding, |finding, other| {
        let kind = own.kind_of(other.wallet).map_or("wallet", WalletKind::name);
        let label = format!("{kind}, type {}", u8::from(other.signature_type));
        finding.with(label, format!("{}: {}", other.wallet, verdict(&other.verdict)))
    })
}
