//! The configured credentials beside the derived ones.

use super::super::clock::not_told;
use super::{DERIVE, Finding, short};
use crate::auth::builder::builder_key_created_ms;
use crate::cause::{Cause, Certainty};
use crate::facts::{CredentialsFact, Derived, Facts, SecretFact};
use crate::secret::Secret;
use crate::settings::wanted::{self, FixKey};

pub(super) fn compare(facts: &Facts, configured: &CredentialsFact) -> Finding {
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
            "The passphrase has extra whitespace or quotes; without them it matches the derived one",
        )
        .likely(0.98)
        .proven()
        .set(FixKey::ApiCredentials, wanted::CLEANED)
        .fixed_by(
            "Remove the whitespace or quotes around the passphrase: files and Kubernetes secrets often add a newline",
        );
    }
    if !differing.is_empty() && !works {
        let summary = format!("The API key belongs to this signer, but with a different {}", differing.join(" and "));
        return stale(Finding::fail(Cause::CredentialsStale, summary).likely(0.97).proven());
    }
    spelled(configured, "Key, secret and passphrase match the derived ones")
}

/// Right credentials: passed, unless some clients refuse the secret as it is written.
fn spelled(configured: &CredentialsFact, summary: &str) -> Finding {
    let form = configured.secret_form();
    let Some(clients) = form.and_then(crate::auth::l2::SecretForm::refused_by) else { return Finding::pass(summary) };
    if form.is_some_and(|form| form.unclean) {
        let summary = format!("{summary}, but the secret has extra quotes or whitespace: rejected by {clients}");
        return Finding::warn(Cause::SecretEncoding, summary)
            .likely(0.9)
            .proven()
            .set(FixKey::ApiCredentials, wanted::CLEANED)
            .fixed_by("Remove the quotes or whitespace around the secret: docker's --env-file keeps quotes that a shell removes");
    }
    Finding::note(format!("{summary}; {clients} reject the secret in this encoding"))
        .fixed_by("Write the secret as padded URL-safe base64, which every client accepts")
}

pub(super) fn stale(finding: Finding) -> Finding {
    finding
        .set(FixKey::ApiCredentials, wanted::DERIVED)
        .fixed_by(format!("Replace all three with the derived ones: {DERIVE}"))
}

/// Another key than the derived one, and yet it passes.
fn accepted_other(facts: &Facts, configured: &CredentialsFact) -> Finding {
    let summary = match facts.derived.known() {
        Some(_) => "A different key of this signer than the derived one; the CLOB accepts it",
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
            return not_told(
                facts,
                failure,
                "Whether the CLOB accepts the configured credentials could not be determined",
            );
        }
        Some(_) => {}
    }
    if facts.funder_address.known().is_some() {
        let summary = "The configured credentials belong to the funder: they work with it, not with the signer";
        return stale(Finding::fail(Cause::CredentialsOtherAddress, summary).likely(0.98).proven());
    }
    if let Some(created_ms) = builder_key_created_ms(key) {
        let created = i64::try_from(created_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        let date = created.map_or_else(String::new, |at| format!(", created {}", at.strftime("%Y-%m-%d")));
        // the relayer's keys are of version 7 too: whose it is, only the account's list or the settings tell
        let is_builders = facts.builder_keys.known().is_some_and(|keys| keys.iter().any(|known| known.key == key));
        let is_relayers = facts.setup.relayer_key.as_ref().is_some_and(|own| own.value == Secret::new(key).shape());
        let whose = match (is_builders, is_relayers) {
            (true, _) => format!("a builder key of this account{date}"),
            (_, true) => format!("the relayer API key{date}"),
            _ => format!("a builder key or a relayer API key{date} (UUID version 7)"),
        };
        let certainty = if is_builders || is_relayers { Certainty::Proven } else { Certainty::Likely };
        let summary = format!("The configured API key is {whose}, which does not work for user endpoints");
        return stale(Finding::fail(Cause::BuilderCredentialsAsUser, summary).likely(0.96).certain(certainty));
    }
    if let Some((part, _)) =
        derived.and_then(|derived| equal_parts(configured, derived).into_iter().find(|part| part.1))
    {
        let summary =
            format!("The {part} matches the derived one, but the API key does not: the credentials are mixed");
        return stale(Finding::fail(Cause::CredentialsStale, summary).likely(0.97).proven());
    }
    let listed = facts.derived_credentials.known().is_some_and(|keys| keys.iter().any(|known| known == key));
    if listed {
        let summary = "The API key belongs to this signer, but its secret or passphrase is wrong";
        return stale(Finding::fail(Cause::CredentialsStale, summary).likely(0.96).proven());
    }
    if derived.is_none()
        && !facts.other_nonces.known().is_some_and(|others| others.iter().any(|other| other.key.is_some()))
    {
        let summary = "The CLOB rejects the configured credentials, and the signer has no API key: they were deleted, or belong to a different signer";
        return Finding::fail(Cause::CredentialsStale, summary)
            .likely(0.75)
            .set(FixKey::ApiCredentials, wanted::CREATED)
            .or(Cause::CredentialsOtherAddress, 0.5)
            .certain(Certainty::Likely)
            .fixed_by("Create a new API key and replace all three");
    }
    Finding::fail(Cause::CredentialsOtherAddress, "The configured API key does not belong to this signer")
        .likely(0.86)
        .set(FixKey::ApiCredentials, wanted::DERIVED)
        .or(Cause::CredentialsStale, 0.3)
        .certain(Certainty::Likely)
        .with("the signer's keys", known_keys(facts))
        .fixed_by(format!("Replace all three with the ones derived from this key: {DERIVE}. Credentials from the browser or a different private key never work"))
}

fn known_keys(facts: &Facts) -> String {
    match facts.derived_credentials.known() {
        Some(keys) if keys.is_empty() => "none".to_owned(),
        Some(keys) => keys.iter().map(|key| short(key)).collect::<Vec<_>>().join(", "),
        None => "unknown".to_owned(),
    }
}
