//! API credentials: derived, configured, compared, tried.

mod beside;

use self::beside::{compare, stale};
use super::Finding;
use super::clock::{OFFICIAL_HOST, is_official, not_told};
use crate::auth::builder::builder_key_created_ms;
use crate::auth::contracts;
use crate::cause::{Cause, Certainty};
use crate::facts::{CredentialsFact, Facts, Failure, SecretFact};
use crate::settings::wanted::{self, FixKey};
use crate::settings::{Setting, Source};

/// A key id that can be told from another, without showing all of it.
pub fn short(key: &str) -> String {
    match (key.get(..8), key.len().checked_sub(4).and_then(|end| key.get(end..))) {
        (Some(start), Some(end)) if key.len() > 16 => format!("{start}…{end}"),
        _ => key.to_owned(),
    }
}

/// The form of a secret in words, or why it has none.
pub fn secret_form(secret: &SecretFact) -> String {
    match &secret.decoded {
        Ok(decoded) => format!("{}, fingerprint {}", decoded.form, decoded.fingerprint),
        Err(error) => error.to_string(),
    }
}

/// What gives the right credentials, in the words of the clients.
const DERIVE: &str = "create_or_derive_api_key() in Python and Rust, createOrDeriveApiKey() in TypeScript";

pub(super) fn derive(facts: &Facts) -> Finding {
    let nonce = facts.setup.nonce();
    if let Some(derived) = facts.derived.known() {
        let time = if derived.with_server_time { ", stamped with the server's time" } else { "" };
        return Finding::pass(format!("The wallet signature is accepted{time}"))
            .with("API key", short(&derived.key))
            .with("nonce", nonce)
            .with("secret", secret_form(&derived.secret));
    }
    match facts.derived.failure() {
        Some(failure) if facts.has_no_key() => {
            Finding::pass(format!("The wallet signature is accepted; nonce {nonce} has no API key"))
                .with("answer", failure)
        }
        Some(failure @ Failure::Refused { status: 401, .. }) => signature_refused(facts).with("answer", failure),
        Some(failure) => not_told(facts, failure, "Whether the wallet signature is accepted could not be determined"),
        None => Finding::not_asked("Nothing was requested"),
    }
}

/// L1 refused: the same signature for the other chain tells whether the chain id is it.
fn signature_refused(facts: &Facts) -> Finding {
    let configured = facts.setup.chain();
    if let Some(Some(chain)) = facts.other_chain.known() {
        let name = contracts::chain(*chain).map_or("a different chain", |chain| chain.name.as_str());
        return Finding::fail(
            Cause::WrongChainId,
            format!("The CLOB is on chain {chain} ({name}), but chain {configured} is configured"),
        )
        .likely(0.99)
        .proven()
        .set(Setting::ChainId, *chain)
        .with("proof", format!("the same request, signed for chain {chain}, is accepted"))
        .fixed_by(format!("Set the chain ID to {chain}"));
    }
    if !is_official(facts) {
        return Finding::fail(
            Cause::HeadersDropped,
            "The wallet signature is rejected, and the CLOB URL is not the official one",
        )
        .likely(0.6)
        .or(Cause::L1SignerMismatch, 0.3)
        .or(Cause::AccountBanned, 0.1)
        .fixed_by("Use the official host. A proxy in between must forward every header: nginx drops names with an underscore unless underscores_in_headers is on")
        .try_setting(Setting::ClobUrl, OFFICIAL_HOST);
    }
    Finding::fail(Cause::L1SignerMismatch, "The CLOB rejects the wallet signature")
        .likely(0.4)
        .or(Cause::ClockDrift, if crate::facts::clock::drift(&facts.clock).is_none() { 0.3 } else { 0.1 })
        .or(Cause::AccountBanned, 0.15)
        .fixed_by("Contact Polymarket support with this report: the signature was verified here, so the account itself may be restricted")
}

pub(super) fn nonce(facts: &Facts) -> Finding {
    let nonce = facts.setup.nonce();
    let works = facts.configured_credentials.known().is_some();
    let configured = facts.setup.credentials.as_ref().and_then(CredentialsFact::key);
    let others = facts.other_nonces.known();
    let of_configured = configured
        .and_then(|key| others?.iter().find(|other| other.key.as_deref() == Some(key)).map(|other| other.nonce));
    let finding = match (facts.derived.known(), of_configured) {
        (_, Some(other)) => {
            let summary = format!("The configured API key belongs to nonce {other}, but nonce {nonce} is configured");
            Finding::warn(Cause::CredentialsOtherNonce, summary)
                .likely(0.95)
                .proven()
                .set(Setting::Nonce, other.to_string())
                .fixed_by(format!("Set the nonce to {other}, or set the API credentials of nonce {nonce}"))
        }
        (Some(_), None) => Finding::pass(format!("Nonce {nonce} has an API key")),
        (None, None) if works => Finding::note(format!(
            "No key at nonce {nonce}; the configured credentials work, so they have a different nonce"
        )),
        (None, None) => no_key(facts),
    };
    others.into_iter().flatten().fold(finding, |finding, other| {
        let held = other.key.as_deref().map_or_else(|| "no key".to_owned(), |key| format!("key {}", short(key)));
        finding.with(format!("nonce {}", other.nonce), held)
    })
}

fn no_key(facts: &Facts) -> Finding {
    let nonce = facts.setup.nonce();
    let other = facts.other_nonces.known().and_then(|others| others.iter().find(|other| other.key.is_some()));
    let is_chosen = facts.setup.nonce.as_ref().is_some_and(|nonce| nonce.source != Source::Default);
    let finding = if facts.setup.credentials.is_some() && other.is_none() {
        Finding::fail(
            Cause::NoKeyAtNonce,
            format!("There is no API key at nonce {nonce}, nor at the other nonces tried"),
        )
        .likely(0.6)
        .proven()
    } else if is_chosen || other.is_some() {
        Finding::fail(Cause::NoKeyAtNonce, format!("There is no API key at nonce {nonce}")).likely(0.93).proven()
    } else {
        Finding::fail(
            Cause::CredentialsMissing,
            "The signer has no API credentials: none were ever created, or they were deleted",
        )
        .likely(0.9)
        .or(Cause::NoKeyAtNonce, 0.5)
        .certain(Certainty::Likely)
    };
    match other {
        Some(other) => finding
            .set(Setting::Nonce, other.nonce.to_string())
            .fixed_by(format!("Set the nonce to {}, which has a key, or create one", other.nonce)),
        None => {
            finding.fixed_by(format!("Create one, or let the client do it: {DERIVE}")).command("polydoctor keys create")
        }
    }
}

/// What is wrong with the configured credentials whatever the CLOB says.
pub(super) fn by_settings(facts: &Facts) -> Option<Finding> {
    let configured = facts.setup.credentials.as_ref()?;
    let of_builder = || {
        builder_key_created_ms(configured.key()?)?;
        let summary = "The configured API key is a version 7 UUID, like builder and relayer keys, not user keys";
        Some(stale(Finding::fail(Cause::BuilderCredentialsAsUser, summary).likely(0.94).certain(Certainty::Likely)))
    };
    incomplete(configured).or_else(of_builder).or_else(|| unusable_secret(configured))
}

fn incomplete(configured: &CredentialsFact) -> Option<Finding> {
    let missing = configured.missing();
    (!missing.is_empty()).then(|| {
        Finding::fail(
            Cause::CredentialsIncomplete,
            format!("API credentials incomplete: {} missing", missing.join(" and ")),
        )
        .likely(0.97)
        .proven()
        .set(FixKey::ApiCredentials, wanted::DERIVED)
        .fixed_by(format!("Set all three from one derivation: {DERIVE}"))
    })
}

pub(super) fn matching(facts: &Facts) -> Finding {
    let Some(configured) = &facts.setup.credentials else {
        return Finding::note("No API credentials are configured; a bot can derive them at startup");
    };
    if let Some(incomplete) = incomplete(configured) {
        return incomplete;
    }
    let finding = unusable_secret(configured).unwrap_or_else(|| compare(facts, configured));
    let finding = match &configured.secret {
        Some(secret) => finding.with("secret", format!("{} ({})", secret_form(&secret.value), secret.source)),
        None => finding,
    };
    let finding = match &configured.key {
        Some(key) => finding.with("configured key", format!("{} ({})", short(&key.value), key.source)),
        None => finding,
    };
    let finding = match facts.derived.known() {
        Some(derived) => finding.with("derived key", format!("{} at nonce {}", short(&derived.key), derived.nonce)),
        None => finding,
    };
    match (facts.configured_credentials.known(), facts.configured_credentials.failure()) {
        (Some(_), _) => finding.with("L2 with the configured", "accepted"),
        (None, Some(failure)) => finding.with("L2 with the configured", failure),
        (None, None) => finding,
    }
}

/// A secret that no form of the HMAC key can come from.
fn unusable_secret(configured: &CredentialsFact) -> Option<Finding> {
    let wrong = secret_mistake(configured)?;
    Some(
        Finding::fail(Cause::SecretEncoding, format!("The API secret {wrong}"))
            .likely(0.96)
            .proven()
            .set(FixKey::ApiCredentials, wanted::DERIVED)
            .fixed_by("Set the secret exactly as it was returned: 44 characters of URL-safe base64"),
    )
}

/// What is wrong with a secret, to stand behind its name.
pub(super) fn secret_mistake(configured: &CredentialsFact) -> Option<String> {
    match &configured.secret.as_ref()?.value.decoded {
        Err(error) => Some(format!("cannot be decoded: {error}")),
        Ok(decoded) if decoded.form.hex => Some("is hex: clients decode it as base64, to a wrong key".to_owned()),
        Ok(decoded) if !decoded.form.is_usual_length() => {
            Some(format!("decodes to {} bytes instead of 32: part of it is missing", decoded.form.bytes))
        }
        Ok(_) => None,
    }
}

pub(super) fn l2(facts: &Facts) -> Finding {
    let configured = facts.setup.credentials.is_some();
    let (fact, whose) = if configured {
        (&facts.configured_credentials, "configured")
    } else {
        (&facts.derived_credentials, "derived")
    };
    match (fact.known(), fact.failure()) {
        (Some(keys), _) => Finding::pass(format!("GET /auth/api-keys is accepted with the {whose} credentials"))
            .with("keys of this signer", keys.len()),
        (None, Some(failure)) if !failure.is_refusal() => {
            not_told(facts, failure, "The CLOB did not respond to the signed request")
        }
        (None, Some(failure)) if configured && facts.derived_credentials.known().is_some() => Finding::warn(
            Cause::CredentialsReactivated,
            "The same credentials were rejected before the derivation and accepted after it",
        )
        .likely(0.9)
        .proven()
        .with("before", failure)
        .fixed_by("No change needed: deriving reactivated the credentials. Have the bot derive them at startup"),
        (None, Some(failure)) => Finding::fail(
            Cause::CredentialsJustCreated,
            "The credentials are correct, but the CLOB still rejects them",
        )
        .likely(0.6)
        .or(Cause::ClockDrift, 0.2)
        .with("answer", failure)
        .fixed_by(
            "Run again in two minutes: new credentials can take that long. If they are still rejected, replace them with new ones; deleted credentials cannot be restored",
        ),
        (None, None) => Finding::skip("creds.derive", "There are no credentials to try"),
    }
}
