//! Whom the contract at the funder obeys: what it names, and what it answers to a signature.

use alloy_primitives::Address;

use super::Finding;
use crate::auth::wallet::CodeClass;
use crate::auth::wallet_signature::SignatureForm;
use crate::cause::Cause;
use crate::facts::{Facts, OnChain, Ownership};

/// What the key is to a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyRole {
    Owner,
    /// A key that the owner approved, until then in Unix seconds.
    Session {
        until_s: u64,
    },
    Stranger,
    /// The wallet does not tell.
    Unknown,
}

/// What the signer is to this wallet, by all that the chain said.
pub(crate) fn standing(facts: &Facts, wallet: Address, signer: Address) -> KeyRole {
    // a Polymarket proxy names its factory, never the key
    let Some(at) = facts.on_chain(wallet).filter(|at| at.code != CodeClass::Proxy) else {
        return KeyRole::Unknown;
    };
    let answered = asked(facts, wallet);
    if at.owners.contains(&signer) {
        KeyRole::Owner
    } else if let Some(until_s) = at.session_authorized_until_s.filter(|until_s| *until_s > now_s(facts)) {
        KeyRole::Session { until_s }
    } else if answered.is_some_and(|answered| answered.accepted().is_some()) {
        KeyRole::Owner
    } else if !at.owners.is_empty() || answered.is_some_and(Ownership::is_refused) {
        KeyRole::Stranger
    } else {
        KeyRole::Unknown
    }
}

/// Whether the wallet itself refused the key's signatures, which leaves no doubt.
pub(super) fn is_refused(facts: &Facts, wallet: Address) -> bool {
    asked(facts, wallet).is_some_and(Ownership::is_refused)
}

fn asked(facts: &Facts, wallet: Address) -> Option<&Ownership> {
    facts.ownership.known().filter(|ownership| ownership.wallet == wallet)
}

fn now_s(facts: &Facts) -> u64 {
    u64::try_from(facts.started_ms / 1000).unwrap_or_default()
}

/// Adds what the wallet answered to signatures of the key, and since when a session key is none.
pub(super) fn evidence(finding: Finding, facts: &Facts, wallet: Address) -> Finding {
    let answers = asked(facts, wallet).into_iter().flat_map(|ownership| &ownership.answers);
    let finding = answers.fold(finding, |finding, (form, answer)| {
        let limit = match form {
            SignatureForm::Plain if answer.is_accepted() => ": proves the owner, not that an order is accepted",
            _ => "",
        };
        finding.with(format!("signature, {}", form.name()), format!("{answer}{limit}"))
    });
    let until_s = facts.on_chain(wallet).and_then(|at| at.session_authorized_until_s);
    match until_s.filter(|until_s| *until_s <= now_s(facts)) {
        Some(until_s) => finding.with("session key until", date(until_s)),
        None => finding,
    }
}

/// The finding for a key that the owner approved.
pub(super) fn session_key(until_s: u64) -> Finding {
    Finding::note(format!("An approved session key, not the owner: it may sign until {}", date(until_s)))
}

/// The finding for a wallet of the key whose signature alone does not do; `None` where it does.
pub(super) fn warning(facts: &Facts, wallet: Address) -> Option<Finding> {
    if is_refused(facts, wallet) {
        let summary = "The contract at the funder has this key as owner, but rejects its signatures";
        let finding = Finding::warn(Cause::KeyNotWalletOwner, summary).likely(0.6).proven();
        return Some(
            finding.fixed_by(
                "Use a different wallet of this key, or contact Polymarket support: no bot setting fixes this",
            ),
        );
    }
    several_owners(facts.on_chain(wallet)?)
}

fn several_owners(at: &OnChain) -> Option<Finding> {
    let threshold = at.threshold.filter(|threshold| *threshold > 1)?;
    let summary = format!("The Safe requires {threshold} of {} owners to sign: this key alone cannot", at.owners.len());
    let finding = Finding::warn(Cause::KeyNotWalletOwner, summary).likely(0.5).proven();
    Some(
        finding.fixed_by("Lower the Safe's threshold to 1, or let the other owners sign approvals and withdrawals too"),
    )
}

/// Unix seconds as a date; contracts write "for ever" as the largest number.
pub(crate) fn date(unix_s: u64) -> String {
    let time = i64::try_from(unix_s).ok().and_then(|unix_s| jiff::Timestamp::from_second(unix_s).ok());
    time.map_or_else(|| "the end of time".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ChainState, Fact, SignatureAnswer};

    const WALLET: Address = Address::repeat_byte(1);
    const SIGNER: Address = Address::repeat_byte(2);
    const OTHER: Address = Address::repeat_byte(3);

    fn facts(at: OnChain, answers: &[(SignatureForm, SignatureAnswer)]) -> Facts {
        let state = ChainState { chain_id: 137, wallets: [(WALLET, at)].into(), beacon: None };
        let ownership = Ownership { wallet: WALLET, answers: answers.to_vec() };
        let ownership = match answers {
            [] => Fact::NotAsked { why: String::new() },
            _ => Fact::Known { value: ownership, took_ms: 0 },
        };
        Facts { started_ms: 1_000_000, chain: Fact::Known { value: state, took_ms: 0 }, ownership, ..Facts::default() }
    }

    fn deposit() -> OnChain {
        OnChain { code: CodeClass::DepositBeacon { owner: OTHER }, ..OnChain::default() }
    }

    #[test]
    fn what_the_chain_said_last_counts() {
        use SignatureAnswer::{Accepted, Refused, Reverted};
        use SignatureForm::{Nested, Plain};
        let (yes, no) = ([(Plain, Accepted), (Nested, Accepted)], [(Plain, Refused), (Nested, Refused)]);
        let unclear = [(Plain, Refused), (Nested, Reverted { reason: String::new() })];
        let owned_by = |owner| OnChain { owners: vec![owner], ..deposit() };
        let session = |until_s| OnChain { session_authorized_until_s: Some(until_s), ..owned_by(OTHER) };
        for (at, answers, expected) in [
            (deposit(), &[][..], KeyRole::Unknown),
            (deposit(), &yes, KeyRole::Owner),
            (deposit(), &no, KeyRole::Stranger),
            (deposit(), &unclear, KeyRole::Unknown),
            (owned_by(SIGNER), &[], KeyRole::Owner),
            (owned_by(OTHER), &[], KeyRole::Stranger),
            (session(1001), &no, KeyRole::Session { until_s: 1001 }),
            (session(1000), &no, KeyRole::Stranger),
            (OnChain { code: CodeClass::Proxy, ..owned_by(OTHER) }, &[], KeyRole::Unknown),
        ] {
            let facts = facts(at, answers);
            assert_eq!(standing(&facts, WALLET, SIGNER), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_plain_signature_proves_the_owner_and_no_order() {
        let facts = facts(deposit(), &[(SignatureForm::Plain, SignatureAnswer::Accepted)]);
        let finding = evidence(Finding::pass("x"), &facts, WALLET);
        assert_eq!(finding.evidence[0].value, "accepted: proves the owner, not that an order is accepted");
    }

    #[test]
    fn an_owner_whose_signature_does_not_do_is_warned() {
        use SignatureAnswer::{Accepted, Refused};
        let owned = OnChain { owners: vec![SIGNER], ..deposit() };
        let answered = |at, answer| facts(at, &[(SignatureForm::Nested, answer)]);
        let silent = answered(owned.clone(), Refused);
        assert_eq!(standing(&silent, WALLET, SIGNER), KeyRole::Owner);
        assert!(warning(&silent, WALLET).unwrap().summary.contains("but rejects its signatures"));
        assert_eq!(warning(&answered(owned.clone(), Accepted), WALLET), None);
        let shared = OnChain { threshold: Some(2), owners: vec![SIGNER, OTHER], ..owned };
        assert!(warning(&answered(shared, Accepted), WALLET).unwrap().summary.contains("requires 2 of 2 owners"));
    }

    #[test]
    fn dates_beyond_the_calendar_do_not_end_it() {
        assert_eq!(date(1_700_000_000), "2023-11-14 22:13 UTC");
        assert_eq!(date(u64::MAX), "the end of time");
    }
}
