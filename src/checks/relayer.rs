//! The relayer: does it accept its API key, whose is it, and what became of the last transactions?

use alloy_primitives::Address;

use super::Finding;
use super::credentials::short;
use super::finding::not_checked;
use crate::cause::Cause;
use crate::facts::{BuilderAccess, Fact, Facts, Failure, RelayerKey, RelayerKeySlot, RelayerTransaction, SentAddress};
use crate::settings::Setting;

/// Where relayer API keys are made.
const CREATE: &str =
    "Create a relayer API key at polymarket.com/settings?tab=api-keys and set it with its wallet address";
/// A transaction that is not on the chain after so long will hardly get there by itself.
const STUCK_MS: i64 = 5 * 60_000;

/// The newest transactions of this account: as its own key lists them, or else the builder's.
pub fn relayer_transactions(facts: &Facts) -> Option<&[RelayerTransaction]> {
    let own = facts.relayer_transactions.known().map(|known| known.newest.as_slice());
    own.or_else(|| match facts.builder_access.known()? {
        BuilderAccess::Relayer { newest, .. } => Some(newest.as_slice()),
        BuilderAccess::Clob => None,
    })
}

/// The relayer's nonce and the Safe's own, where they differ.
pub fn nonces_apart(facts: &Facts) -> Option<(u64, u64)> {
    let of_relayer = facts.relayer_nonce.known()?.nonce;
    let on_chain = facts.on_chain(facts.setup.maker()?)?.nonce?;
    (of_relayer != on_chain).then_some((of_relayer, on_chain))
}

/// Whether the relayer says that the quota is used up.
pub fn is_quota(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { status: 429, message, .. } if message.to_lowercase().contains("quota"))
}

pub(super) fn key(facts: &Facts) -> Finding {
    let finding = of_key(facts);
    let finding = if finding.status.is_problem() { finding } else { of_transactions(facts).unwrap_or(finding) };
    with_nonce(with_transactions(with_key(finding, facts), facts), facts)
}

fn of_key(facts: &Facts) -> Finding {
    let setup = &facts.setup;
    match &facts.relayer_key {
        Fact::Known { value, .. } => accepted(facts, value),
        Fact::Failed { failure, .. } if is_quota(failure) => quota(failure),
        Fact::Failed { failure: failure @ Failure::Refused { status: 401 | 403, .. }, .. } => rejected(facts, failure),
        Fact::Failed { failure: failure @ Failure::Stopped, .. } => {
            Finding::stopped("The relayer had not responded when the run ended").with("answer", failure)
        }
        Fact::Failed { failure, .. } => {
            Finding::note("The relayer did not respond; orders do not need it").with("answer", failure)
        }
        Fact::NotAsked { why } if setup.relayer_key.is_some() && setup.offline => {
            by_form(facts).unwrap_or_else(|| Finding::not_asked(not_checked(why)))
        }
        Fact::NotAsked { why } if setup.relayer_key.is_some() => Finding::note(not_checked(why)),
        Fact::NotAsked { .. } if setup.relayer_key_address.is_some() => {
            missing("RELAYER_API_KEY_ADDRESS is set without RELAYER_API_KEY").fixed_by(CREATE)
        }
        Fact::NotAsked { .. } => Finding::note("No relayer API key is configured; only gasless transactions need one"),
        Fact::Waiting | Fact::Running { .. } | Fact::Blocked { .. } => {
            Finding::not_asked("The relayer was not checked")
        }
    }
}

/// What the values show without asking anyone.
fn by_form(facts: &Facts) -> Option<Finding> {
    const UUID: usize = 36;
    let setup = &facts.setup;
    let key = setup.relayer_key.as_ref()?;
    if key.value.characters != UUID {
        let summary = format!("The relayer API key is not a UUID: it has {} characters", key.value.characters);
        let finding = Finding::fail(Cause::RelayerKeyInvalid, summary).likely(0.9).proven();
        return Some(finding.with("configured", &key.source).fixed_by(CREATE));
    }
    let signer = setup.signer()?;
    match &setup.relayer_key_address {
        None => {
            let summary = "A relayer API key is set without RELAYER_API_KEY_ADDRESS";
            Some(
                missing(summary)
                    .fixed_by("Set RELAYER_API_KEY_ADDRESS to the wallet address that the key was created for"),
            )
        }
        Some(written) if written.value.address != signer => {
            let address = written.value.address;
            let summary = format!("The relayer API key is set for {address}, which is not the signer {signer}");
            Some(of_other(summary).fixed_by(CREATE))
        }
        Some(_) => None,
    }
}

fn missing(summary: &str) -> Finding {
    Finding::fail(Cause::RelayerCredentialsMissing, summary).likely(0.9).proven()
}

fn accepted(facts: &Facts, key: &RelayerKey) -> Finding {
    let signer = facts.setup.signer();
    let address = facts.setup.relayer_key_address.as_ref().map(|address| &address.value);
    if key.slot == RelayerKeySlot::Builder {
        let summary = "The key among the builder credentials is a relayer API key: the relayer accepts it";
        return Finding::fail(Cause::RelayerKeyAsBuilder, summary).likely(0.98).proven().fixed_by(
            "Set it as RELAYER_API_KEY with RELAYER_API_KEY_ADDRESS, and remove it from the builder credentials",
        );
    }
    match (key.sent, address) {
        (SentAddress::AsWritten, _) if signer.is_none_or(|signer| signer == key.owner) => {
            Finding::pass("The relayer accepts the API key, and it belongs to this signer")
        }
        (SentAddress::Signer, Some(address)) => {
            let summary = format!(
                "The relayer API key belongs to the signer, but its wallet address is set to {}",
                address.address
            );
            of_other(summary).set(Setting::RelayerApiKeyAddress, key.owner.to_string()).fixed_by(format!(
                "Set RELAYER_API_KEY_ADDRESS to {}, the wallet address that the key was created for",
                key.owner
            ))
        }
        (SentAddress::Signer, None) => missing("The relayer API key works, but RELAYER_API_KEY_ADDRESS is not set")
            .set(Setting::RelayerApiKeyAddress, key.owner.to_string())
            .fixed_by(format!("Set RELAYER_API_KEY_ADDRESS to {}", key.owner)),
        (SentAddress::AsWritten | SentAddress::Checksummed, _) if signer.is_some_and(|own| own != key.owner) => {
            let summary = format!("The relayer API key belongs to {}, not to the signer", key.owner);
            of_other(summary).fixed_by(
                "Create a relayer API key with this signer, or use builder credentials to act for other wallets",
            )
        }
        (SentAddress::AsWritten | SentAddress::Checksummed, _) => {
            let summary = "The relayer rejects RELAYER_API_KEY_ADDRESS as written, but accepts its checksummed form";
            Finding::fail(Cause::RelayerKeyInvalid, summary)
                .likely(0.98)
                .proven()
                .set(Setting::RelayerApiKeyAddress, key.owner.to_string())
                .fixed_by(format!("Write RELAYER_API_KEY_ADDRESS as {} (EIP-55)", key.owner))
        }
    }
}

fn of_other(summary: String) -> Finding {
    Finding::fail(Cause::RelayerKeyOfOtherAddress, summary).likely(0.98).proven()
}

fn rejected(facts: &Facts, failure: &Failure) -> Finding {
    let setup = &facts.setup;
    if setup.relayer_key.is_none() {
        // a builder key that lacks its other parts, or a relayer key of somebody else: builder.credentials says so
        return Finding::note("No relayer API key is configured; only gasless transactions need one");
    }
    let is_other = |address: Address| setup.signer().is_some_and(|signer| signer != address);
    let finding = match &setup.relayer_key_address {
        Some(address) if is_other(address.value.address) => {
            let summary = "The relayer rejects the relayer API key, and RELAYER_API_KEY_ADDRESS is not the signer";
            Finding::fail(Cause::RelayerKeyInvalid, summary).likely(0.6).or(Cause::RelayerKeyOfOtherAddress, 0.5)
        }
        _ => Finding::fail(Cause::RelayerKeyInvalid, "The relayer rejects the relayer API key")
            .likely(0.88)
            .or(Cause::RelayerKeyOfOtherAddress, 0.2),
    };
    finding.with("answer", failure).fixed_by(CREATE)
}

fn quota(failure: &Failure) -> Finding {
    Finding::warn(Cause::RelayerQuota, "The relayer's quota for today is used up")
        .likely(0.96)
        .proven()
        .with("answer", failure)
        .fixed_by("Wait until the quota resets, or raise the builder tier")
}

/// What became of the newest transactions.
fn of_transactions(facts: &Facts) -> Option<Finding> {
    if let Some(failure) = facts.relayer_transactions.failure().filter(|failure| is_quota(failure)) {
        return Some(quota(failure));
    }
    let newest = relayer_transactions(facts)?.first()?;
    if newest.has_failed() {
        let reason = newest.error.as_deref().unwrap_or("no reason from the relayer");
        let finding =
            Finding::warn(Cause::RelayerTransactionFailed, format!("The last relayer transaction failed: {reason}"));
        return Some(finding.likely(0.95).proven().fixed_by(
            "Read the reason, correct the transaction and send it again; a transaction that failed changed nothing",
        ));
    }
    let age_ms = facts.started_ms.saturating_sub(newest.created_ms?);
    (newest.is_new() && age_ms >= STUCK_MS).then(|| {
        let summary = format!("The last relayer transaction has been pending for {} min", age_ms / 60_000);
        Finding::warn(Cause::RelayerTransactionFailed, summary).likely(0.7).fixed_by(
            "Wait a little longer; if it is still pending, send it again with a new nonce and report its ID to Polymarket",
        )
    })
}

fn with_key(finding: Finding, facts: &Facts) -> Finding {
    let Some(key) = &facts.setup.relayer_key else { return finding };
    let finding = finding.with("relayer API key", format!("{} ({})", key.value, key.source));
    let finding = match &facts.setup.relayer_key_address {
        Some(address) => finding.with("its wallet address", format!("{} ({})", address.value.text, address.source)),
        None => finding.with("its wallet address", "not set"),
    };
    match facts.relayer_key.known() {
        Some(known) => finding.with("owner", format!("{}, according to the relayer", known.owner)),
        None => finding,
    }
}

fn with_transactions(finding: Finding, facts: &Facts) -> Finding {
    const SHOWN: usize = 3;
    let finding = match (relayer_transactions(facts), facts.relayer_transactions.failure()) {
        (Some([]), _) => finding.with("transactions", "none"),
        (None, Some(failure)) => finding.with("transactions", failure),
        _ => finding,
    };
    relayer_transactions(facts).into_iter().flatten().take(SHOWN).fold(finding, |finding, transaction| {
        finding.with(format!("transaction {}", short(&transaction.id)), transaction_words(transaction))
    })
}

/// `failed: execution reverted (SAFE, nonce 3, 2026-11-30 21:00 UTC)`
pub fn transaction_words(transaction: &RelayerTransaction) -> String {
    let at = transaction.created_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let about: Vec<String> = [
        (!transaction.kind.is_empty()).then(|| transaction.kind.clone()),
        transaction.nonce.as_ref().map(|nonce| format!("nonce {nonce}")),
        at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let error = transaction.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
    format!("{}{error} ({})", transaction.state_word(), about.join(", "))
}

fn with_nonce(finding: Finding, facts: &Facts) -> Finding {
    let Some(nonce) = facts.relayer_nonce.known() else { return finding };
    match nonces_apart(facts) {
        Some((of_relayer, on_chain)) => finding.with(
            "nonce",
            format!("{of_relayer} at the relayer, {on_chain} in the Safe: a transaction is pending, or was sent without the relayer"),
        ),
        None => finding.with("nonce", nonce.nonce),
    }
}
