//! The table of rules: small functions from a case to clues, each with the public thread or
//! document that it comes from.

use super::{Case, Clue, DiagnosisFix, Weight, exchange, live, symptoms};
use crate::auth::wallet::SignatureType;
use crate::cause::{Cause, Certainty};
use crate::facts::Failure;
use crate::reference::Reported;
use crate::settings::{Setting, Source};

/// One way from what is known to what it says about causes.
pub struct Rule {
    /// Unique among the rules, such as `exchange-accepts`.
    pub name: &'static str,
    /// The public thread or document that it comes from.
    pub source: &'static str,
    /// Its clues for a case; none where it does not apply.
    pub weigh: fn(&Case<'_>) -> Vec<Clue>,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule { name: "findings", source: "the sources of the checks", weigh: findings },
    Rule {
        name: "balance-under-another-type",
        source: "py-clob-client#277, py-clob-client-v2#105: the CLOB computes the wallet from key and type",
        weigh: balance_under_another_type,
    },
    Rule {
        name: "exchange-accepts",
        source: "source of the exchange contracts: validateOrderSignature",
        weigh: exchange::accepts,
    },
    Rule {
        name: "refused-though-accepted-on-chain",
        source: "source of the exchange contracts, and the documented errors of POST /order",
        weigh: exchange::refused_by_the_clob,
    },
    Rule {
        name: "type-left-to-the-client",
        source: "py-clob-client#277, pmxt#80: a client without a signature type uses 0",
        weigh: type_left_to_the_client,
    },
    Rule {
        name: "profile-shows-another-wallet",
        source: "docs.polymarket.com: the funder is the wallet address in the profile menu",
        weigh: profile_shows_another_wallet,
    },
    Rule {
        name: "derived-credentials-pass",
        source: "clob-client#248, py-clob-client#187: derived credentials work when configured ones do not",
        weigh: derived_credentials_pass,
    },
    Rule {
        name: "live-channel-accepts",
        source: "documentation: live data (WebSocket), which receives the credentials without a signature",
        weigh: live::accepts,
    },
    Rule {
        name: "nothing-can-be-reached",
        source: "services that are unreachable together have one cause",
        weigh: nothing_can_be_reached,
    },
    Rule { name: "seen-errors", source: "the sources of the error reference", weigh: symptoms::shows_as },
    Rule {
        name: "text-with-secrets",
        source: "clob-client#327: clients log the headers of failed requests",
        weigh: symptoms::exposes,
    },
    Rule {
        name: "create-was-blocked",
        source: "py-clob-client-v2#41: the block page came on create, the error was reported for derive",
        weigh: symptoms::create_was_blocked,
    },
    Rule {
        name: "order-version",
        source: "py-clob-client-v2#104, 5min-btc-polymarket#5: two generations of the client made the type look wrong",
        weigh: symptoms::order_version,
    },
    Rule {
        name: "deposit-wallet-flow",
        source: "py-clob-client-v2#50, #51, #74, #111: the error never mentions the type",
        weigh: symptoms::deposit_wallet_flow,
    },
];

/// What each check suspects, as it stands in its finding.
fn findings(case: &Case<'_>) -> Vec<Clue> {
    let problems = case.findings.iter().filter(|(_, finding)| finding.status.is_problem());
    problems
        .flat_map(|(check, finding)| {
            finding.suspicions.iter().enumerate().map(move |(place, suspicion)| Clue {
                cause: suspicion.cause,
                certainty: suspicion.certainty,
                weight: Weight::Supports(suspicion.likelihood),
                says: finding.summary.clone(),
                explains: Some((*check).to_owned()),
                fix: DiagnosisFix {
                    settings: suspicion.settings.clone(),
                    // the fix of a finding is that of its first suspicion
                    ..finding.fix.clone().filter(|_| place == 0).map_or_else(DiagnosisFix::default, |fix| {
                        DiagnosisFix {
                            text: fix.text,
                            commands: fix.commands,
                            tries: fix.tries,
                            ..DiagnosisFix::default()
                        }
                    })
                },
            })
        })
        .collect()
}

/// The CLOB sees money under another type than the configured one, and none under this one.
fn balance_under_another_type(case: &Case<'_>) -> Vec<Clue> {
    let (Some(configured), Some(rows)) = (case.facts.setup.signature_type(), case.facts.balance_allowance.known())
    else {
        return Vec::new();
    };
    let seen = |kind: SignatureType| {
        let row = rows.iter().find(|row| row.signature_type == kind)?;
        row.answer.as_ref().ok().map(|answer| answer.balance)
    };
    let empty = seen(configured).is_none_or(|balance| balance.is_zero());
    let other = SignatureType::ALL.into_iter().find(|kind| seen(*kind).is_some_and(|balance| !balance.is_zero()));
    let suspected = case.finding("wallet.signature-type").is_some_and(|finding| finding.status.is_problem());
    match other {
        Some(other) if empty && suspected && other != configured => {
            let says = format!("The CLOB sees a balance under type {other} and none under type {configured}");
            vec![
                Clue::new(Cause::WrongSignatureType, Weight::Proves, says)
                    .explains("wallet.signature-type")
                    .set(Setting::SignatureType, u8::from(other)),
            ]
        }
        _ => Vec::new(),
    }
}

/// No signature type is set, and an error was reported that the type 0 of such a client leads to.
fn type_left_to_the_client(case: &Case<'_>) -> Vec<Clue> {
    let kind = case.facts.setup.signature_type.as_ref();
    let Some(kind) = kind.filter(|kind| matches!(kind.source, Source::Inferred { .. })) else { return Vec::new() };
    let fits =
        |reported: &&Reported| reported.causes.iter().any(|weighted| weighted.cause == Cause::WrongSignatureType);
    let clue = |reported: &Reported| {
        let says = "No signature type is set, and clients without one use 0, which leads to this error";
        Clue::new(Cause::WrongSignatureType, Weight::Supports(0.85), says)
            .certain(Certainty::Likely)
            .explains(reported.text.as_str())
            .set(Setting::SignatureType, u8::from(kind.value))
    };
    case.reported.iter().filter(fits).take(1).map(clue).collect()
}

/// Polymarket's own profile names a wallet of this key that is not the funder.
fn profile_shows_another_wallet(case: &Case<'_>) -> Vec<Clue> {
    let setup = &case.facts.setup;
    let shown = case.facts.profile.known().and_then(|profile| profile.proxy_wallet);
    let (Some(shown), Some(funder), Some(wallets)) = (shown, &setup.funder, &setup.wallets) else {
        return Vec::new();
    };
    let Some(finding) = case.finding("wallet.funder").filter(|finding| finding.status.is_problem()) else {
        return Vec::new();
    };
    let (Some(kind), Some(first)) = (wallets.kind_of(shown), finding.suspicions.first()) else { return Vec::new() };
    if shown == funder.value {
        return Vec::new();
    }
    let says = format!("Polymarket's profile shows the {kind} {shown} for this signer");
    vec![Clue::new(first.cause, Weight::Supports(0.6), says).certain(Certainty::Likely)]
}

/// The derived credentials pass, so address, clock and encoding of the requests are right.
fn derived_credentials_pass(case: &Case<'_>) -> Vec<Clue> {
    let refused = case.facts.configured_credentials.failure().is_some_and(Failure::is_refusal);
    if !refused || case.facts.derived_credentials.known().is_none() {
        return Vec::new();
    }
    let Some(first) = case.finding("creds.match").and_then(|finding| finding.suspicions.first()) else {
        return Vec::new();
    };
    let says = "The derived credentials are accepted, the configured ones are rejected";
    vec![Clue::new(first.cause, Weight::Supports(0.5), says).certain(Certainty::Likely)]
}

/// One network that is down is one cause, not one for each host.
fn nothing_can_be_reached(case: &Case<'_>) -> Vec<Clue> {
    let down =
        |failure: Option<&Failure>| matches!(failure, Some(Failure::Unreachable { .. } | Failure::TimedOut { .. }));
    let facts = case.facts;
    if !(down(facts.server_time.failure()) && down(facts.chain.failure())) {
        return Vec::new();
    }
    let says = "The CLOB and the Polygon RPC cannot be reached";
    let is_refused = |failure: Option<&Failure>| matches!(failure, Some(Failure::Unreachable { .. }));
    // silence within a time limit may be a slow answer
    let certainty = if is_refused(facts.server_time.failure()) { Certainty::Proven } else { Certainty::Likely };
    vec![
        Clue::new(Cause::ClobUnreachable, Weight::Proves, says).certain(certainty).explains("net.reach"),
        Clue::new(Cause::WrongHost, Weight::Excludes, says),
        Clue::new(Cause::PolygonNodeUnavailable, Weight::Excludes, says),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_names_and_sources() {
        for (place, rule) in RULES.iter().enumerate() {
            assert!(!rule.source.is_empty(), "{}", rule.name);
            assert!(RULES[..place].iter().all(|earlier| earlier.name != rule.name), "{}", rule.name);
        }
    }
}
