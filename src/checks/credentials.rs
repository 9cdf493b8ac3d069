//! API credentials: derived, configured, compared, tried.

use super::Finding;
use super::clock::{OFFICIAL_HOST, is_official, not_told};
use crate::auth::builder::builder_key_created_ms;
use crate::auth::contracts;
use crate::cause::{Cause, Certainty};
use crate::facts::{CredentialsFact, Derived, Facts, Failure, SecretFact};
use crate::secret::Secret;
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
            Finding::pass(format!("The wallet signature is accepted; there is no key at nonce {nonce}"))
                .with("answer", failure)
        }
        Some(failure @ Failure::Refused { status: 401, .. }) => signature_refused(facts).with("answer", failure),
        Some(failure) => not_told(facts, failure, "The CLOB did not say whether the wallet signature is good"),
        None => Finding::not_asked("Nothing was asked"),
    }
}

/// L1 refused: the same signature for the other chain tells whether the chain id is it.
fn signature_refused(facts: &Facts) -> Finding {
    let configured = facts.setup.chain();
    if let Some(Some(chain)) = facts.other_chain.known() {
        let name = contracts::chain(*chain).map_or("another chain", |chain| chain.name.as_str());
        return Finding::fail(
            Cause::WrongChainId,
            format!("The CLOB is on chain {chain} ({name}), the settings say {configured}"),
        )
        .likely(0.99)
        .proven()
        .set(Setting::ChainId, *chain)
        .with("proof", format!("the same request signed for chain {chain} is accepted"))
        .fixed_by(format!("Set the chain id to {chain}"));
    }
    if !is_official(facts) {
        return Finding::fail(
            Cause::HeadersDropped,
            "The wallet signature is refused, and the CLOB is asked through a host that is not the official one",
        )
        .likely(0.6)
        .or(Cause::L1SignerMismatch, 0.3)
        .or(Cause::AccountBanned, 0.1)
        .fixed_by("Ask the official host. A relay in between must pass on every header: nginx drops names with an underscore unless underscores_in_headers is on")
        .try_setting(Setting::ClobUrl, OFFICIAL_HOST);
    }
    Finding::fail(Cause::L1SignerMismatch, "The CLOB refuses the wallet signature")
        .likely(0.4)
        .or(Cause::ClockDrift, if crate::facts::clock::drift(&facts.clock).is_none() { 0.3 } else { 0.1 })
        .or(Cause::AccountBanned, 0.15)
        .fixed_by("The signature was made and checked here, so the account itself may be restricted: ask Polymarket's support with this report")
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
            let summary = format!("The configured key is that of nonce {other}, while nonce {nonce} is configured");
            Finding::warn(Cause::CredentialsOtherNonce, summary)
                .likely(0.95)
                .proven()
                .set(Setting::Nonce, other.to_string())
                .fixed_by(format!("Set the nonce to {other}, or the credentials to those of nonce {nonce}"))
        }
        (Some(_), None) => Finding::pass(format!("Nonce {nonce} holds a key")),
        (None, None) if works => Finding::note(format!(
            "No key at nonce {nonce}; the configured credentials pass, so they were made at another"
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
            format!("There is no API key at nonce {nonce}, nor at those tried beside it"),
        )
        .likely(0.6)
        .proven()
    } else if is_chosen || other.is_some() {
        Finding::fail(Cause::NoKeyAtNonce, format!("There is no API key at nonce {nonce}")).likely(0.93).proven()
    } else {
        Finding::fail(
            Cause::CredentialsMissing,
            "The signer has no API credentials: none were ever made, or they were deleted",
        )
        .likely(0.9)
        .or(Cause::NoKeyAtNonce, 0.5)
        .certain(Certainty::Likely)
    };
    match other {
        Some(other) => finding
            .set(Setting::Nonce, other.nonce.to_string())
            .fixed_by(format!("Set the nonce to {}, which holds a key, or create one", other.nonce)),
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
        let summary =
            "The configured API key is a UUID of version 7: builder and relayer keys are, users' keys are not";
        Some(stale(Finding::fail(Cause::BuilderCredentialsAsUser, summary).likely(0.94).certain(Certainty::Likely)))
    };
    incomplete(configured).or_else(of_builder).or_else(|| unusable_secret(configured))
}

fn incomplete(configured: &CredentialsFact) -> Option<Finding> {
    let missing = configured.missing();
    (!missing.is_empty()).then(|| {
        Finding::fail(
            Cause::CredentialsIncomplete,
            format!("Of the API credentials the {} is missing", missing.join(" and the ")),
        )
        .likely(0.97)
        .proven()
        .set(FixKey::ApiCredentials, wanted::DERIVED)
        .fixed_by(format!("Set all three from one derivation: {DERIVE}"))
    })
}

pub(super) fn matching(facts: &Facts) -> Finding {
    let Some(configured) = &facts.setup.credentials else {
        return Finding::note("No API credentials are configured; a bot can derive them at its start");
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
            .fixed_by("Set the secret as it was given: 44 characters of URL-safe base64"),
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

fn compare(facts: &Facts, configured: &CredentialsFact) -> Finding {
    let works = facts.configured_credentials.known().is_some();
    let key = configured.key().unwrap_or_default();
    let derived = facts.derived.known();
    match derived {
        Some(derived) if derived.key == key => same_key(configured, derived, works),
        _ if works => accepted_other(facts, configured),
        _ => foreign_key(facts, configured, derived),
    }
}

fn fingerprint(secret: &SecretFact) -> Option<&str> {
    secret.decoded.as_ref().ok().map(|decoded| decoded.fingerprint.as_str())
}

/// Which of secret and passphrase are the derived ones.
fn equal_parts(configured: &CredentialsFact, derived: &Derived) -> [(&'static str, bool); 2] {
    let secret = configured.secret.as_ref().and_then(|secret| fingerprint(&secret.value));
    let passphrase = configured.passphrase.as_ref().map(|text| &text.value);
    [("secret", secret == fingerprint(&derived.secret)), ("passphrase", passphrase == Some(&derived.passphrase))]
}

/// Whether the passphrase is the derived one but for what surrounds it.
fn is_surrounded(configured: &CredentialsFact, derived: &Derived) -> bool {
    let cleaned = configured.passphrase.as_ref().and_then(|passphrase| passphrase.value.cleaned.as_ref());
    cleaned == Some(&derived.passphrase.fingerprint)
}

/// The ids are equal: secret and passphrase must be too.
fn same_key(configured: &CredentialsFact, derived: &Derived, works: bool) -> Finding {
    let parts = equal_parts(configured, derived).into_iter();
    let differing: Vec<&str> = parts.filter_map(|(name, equal)| (!equal).then_some(name)).collect();
    if differing == ["passphrase"] && !works && is_surrounded(configured, derived) {
        return Finding::fail(
            Cause::CredentialsStale,
            "White space or quotes around the passphrase are sent along; without them it is the derived one",
        )
        .likely(0.98)
        .proven()
        .set(FixKey::ApiCredentials, wanted::CLEANED)
        .fixed_by(
            "Remove what surrounds the passphrase: a line end often comes along from a file or a Kubernetes secret",
        );
    }
    if !differing.is_empty() && !works {
        let summary =
            format!("The API key is this key's, but the {} is not the derived one", differing.join(" and the "));
        return stale(Finding::fail(Cause::CredentialsStale, summary).likely(0.97).proven());
    }
    spelled(configured, "Key, secret and passphrase equal the derived ones")
}

/// Right credentials: passed, unless some clients refuse the secret as it is written.
fn spelled(configured: &CredentialsFact, summary: &str) -> Finding {
    let form = configured.secret_form();
    let Some(clients) = form.and_then(crate::auth::l2::SecretForm::refused_by) else { return Finding::pass(summary) };
    if form.is_some_and(|form| form.unclean) {
        let summary = format!("{summary}, but quotes or white space came along with the secret: {clients} refuse it");
        return Finding::warn(Cause::SecretEncoding, summary)
            .likely(0.9)
            .proven()
            .set(FixKey::ApiCredentials, wanted::CLEANED)
            .fixed_by("Remove what surrounds the secret: docker's --env-file keeps quotes that a shell takes off");
    }
    Finding::note(format!("{summary}; {clients} refuse the secret in this form"))
        .fixed_by("Write the secret as padded URL-safe base64, which every client takes")
}

fn stale(finding: Finding) -> Finding {
    finding
        .set(FixKey::ApiCredentials, wanted::DERIVED)
        .fixed_by(format!("Replace all three by the derived ones: {DERIVE}"))
}

/// Another key than the derived one, and yet it passes.
fn accepted_other(facts: &Facts, configured: &CredentialsFact) -> Finding {
    let summary = match facts.derived.known() {
        Some(_) => "Another key of this signer than the derived one; the CLOB accepts it",
        None => "The CLOB accepts the configured credentials",
    };
    spelled(configured, summary)
}

/// Another key than the derived one, and it does not pass: whose is it?
fn foreign_key(facts: &Facts, configured: &CredentialsFact, derived: Option<&Derived>) -> Finding {
    let key = configured.key().unwrap_or_default();
    match facts.configured_credentials.failure() {
        None => return Finding::skip("net.reach", "The configured credentials were not tried"),
        Some(failure) if !failure.is_refusal() => {
            return not_told(facts, failure, "The CLOB did not say whether the configured credentials are good");
        }
        Some(_) => {}
    }
    if facts.funder_address.known().is_some() {
        let summary =
            "The configured credentials are the funder's: they pass with its address, and not with the signer's";
        return stale(Finding::fail(Cause::CredentialsOtherAddress, summary).likely(0.98).proven());
    }
    if let Some(created_ms) = builder_key_created_ms(key) {
        let created = i64::try_from(created_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        let date = created.map_or_else(String::new, |at| format!(" of {}", at.strftime("%Y-%m-%d")));
        // the relayer's keys are of version 7 too: whose it is, only the account's list or the settings tell
        let is_builders = facts.builder_keys.known().is_some_and(|keys| keys.iter().any(|known| known.key == key));
        let is_relayers = facts.setup.relayer_key.as_ref().is_some_and(|own| own.value == Secret::new(key).shape());
        let whose = match (is_builders, is_relayers) {
            (true, _) => format!("a builder key of this account{date}"),
            (_, true) => format!("the relayer API key{date}"),
            _ => format!("a builder key or a relayer API key{date} (UUID version 7)"),
        };
        let certainty = if is_builders || is_relayers { Certainty::Proven } else { Certainty::Likely };
        let summary = format!("The configured API key is {whose}, which opens no user endpoint");
        return stale(Finding::fail(Cause::BuilderCredentialsAsUser, summary).likely(0.96).certain(certainty));
    }
    if let Some((part, _)) =
        derived.and_then(|derived| equal_parts(configured, derived).into_iter().find(|part| part.1))
    {
        let summary = format!("The {part} is the derived one, but the API key is another's: two sets are mixed");
        return stale(Finding::fail(Cause::CredentialsStale, summary).likely(0.97).proven());
    }
    let listed = facts.derived_credentials.known().is_some_and(|keys| keys.iter().any(|known| known == key));
    if listed {
        let summary = "The key is one of this signer's, but its secret or passphrase is wrong";
        return stale(Finding::fail(Cause::CredentialsStale, summary).likely(0.96).proven());
    }
    if derived.is_none()
        && !facts.other_nonces.known().is_some_and(|others| others.iter().any(|other| other.key.is_some()))
    {
        let summary = "The CLOB refuses the configured credentials, and the signer has no key: they were deleted, or are another address's";
        return Finding::fail(Cause::CredentialsStale, summary)
            .likely(0.75)
            .set(FixKey::ApiCredentials, wanted::CREATED)
            .or(Cause::CredentialsOtherAddress, 0.5)
            .certain(Certainty::Likely)
            .fixed_by("Create a new API key and replace all three");
    }
    Finding::fail(Cause::CredentialsOtherAddress, "The configured API key is none of this signer's")
        .likely(0.86)
        .set(FixKey::ApiCredentials, wanted::DERIVED)
        .or(Cause::CredentialsStale, 0.3)
        .certain(Certainty::Likely)
        .with("the signer's keys", known_keys(facts))
        .fixed_by(format!("Replace all three by the ones derived from this key: {DERIVE}. Credentials made in the browser or by another key never pass"))
}

fn known_keys(facts: &Facts) -> String {
    match facts.derived_credentials.known() {
        Some(keys) if keys.is_empty() => "none".to_owned(),
        Some(keys) => keys.iter().map(|key| short(key)).collect::<Vec<_>>().join(", "),
        None => "not told".to_owned(),
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
        (Some(keys), _) => Finding::pass(format!("GET /auth/api-keys passes with the {whose} credentials"))
            .with("keys of this signer", keys.len()),
        (None, Some(failure)) if !failure.is_refusal() => {
            not_told(facts, failure, "The CLOB did not answer the signed request")
        }
        (None, Some(failure)) if configured && facts.derived_credentials.known().is_some() => Finding::warn(
            Cause::CredentialsReactivated,
            "Refused before the derivation, accepted after it, with the same credentials",
        )
        .likely(0.9)
        .proven()
        .with("before", failure)
        .fixed_by("Nothing to set: deriving woke the credentials. Let the bot derive at its start"),
        (None, Some(failure)) => Finding::fail(
            Cause::CredentialsJustCreated,
            "The credentials are the right ones, and the CLOB still refuses them",
        )
        .likely(0.6)
        .or(Cause::ClockDrift, 0.2)
        .with("answer", failure)
        .fixed_by(
            "New credentials have been seen to take two minutes: run again then. If it stays, replace them by new ones; \
             the old ones cannot be restored once they are deleted",
        ),
        (None, None) => Finding::skip("creds.derive", "There are no credentials to try"),
    }
}
