//! Are they builder credentials, and are they taken?

use super::super::Finding;
use super::super::clock::service_unknown;
use super::super::credentials::{secret_form, secret_mistake, short};
use crate::auth::builder::builder_key_created_ms;
use crate::cause::{Cause, Certainty};
use crate::facts::{BuilderAccess, CredentialsFact, Facts, RelayerKeySlot};
use crate::secret::Secret;
use crate::settings::wanted::FixKey;

pub(in crate::checks) fn credentials(facts: &Facts) -> Finding {
    let Some(configured) = &facts.setup.builder else {
        return Finding::note(
            "No builder credentials are configured; only apps that place orders for others need them",
        );
    };
    let missing = configured.missing();
    if is_relayer_key(facts, configured) || is_accepted_as_relayer_key(facts) {
        return relayer_key("The builder key setting contains a relayer API key", 0.97).proven();
    }
    if missing == ["secret", "passphrase"] && configured.key().is_some_and(|key| builder_key_created_ms(key).is_none())
    {
        return relayer_key(
            "A key without secret and passphrase, and not in the format of a builder key: relayer API keys look like this",
            0.86,
        )
        .or(Cause::BuilderCredentialsInvalid, 0.5)
        .certain(Certainty::Likely);
    }
    if !missing.is_empty() {
        let finding = Finding::fail(
            Cause::BuilderCredentialsInvalid,
            format!("Builder credentials incomplete: {} missing", missing.join(" and ")),
        )
        .likely(0.9)
        .proven();
        // relayer keys have neither, and newer ones have the form of a builder key
        let is_alone = missing == ["secret", "passphrase"];
        let finding = if is_alone { finding.or(Cause::RelayerKeyAsBuilder, 0.4) } else { finding };
        return finding
            .set(FixKey::BuilderCredentials, "key, secret and passphrase of one builder key")
            .fixed_by("Set all three; the page polymarket.com/settings?tab=builder shows them when a key is created");
    }
    let key = configured.key().unwrap_or_default();
    let revoked = facts
        .builder_keys
        .known()
        .and_then(|keys| keys.iter().find(|known| known.key == key))
        .map(|known| known.revoked);
    let finding = match (facts.builder_access.known(), facts.builder_access.failure()) {
        (None, _) if secret_mistake(configured).is_some() => unusable_secret(configured),
        (Some(BuilderAccess::Relayer { transactions, .. }), _) => {
            Finding::pass("The relayer accepts the builder credentials").with("transactions", transactions)
        }
        (Some(BuilderAccess::Clob), _) => {
            Finding::pass("The CLOB lists the builder's trades for the builder credentials")
        }
        (None, Some(failure)) if failure.is_refusal() => refused(facts, configured, revoked).with("relayer", failure),
        (None, Some(failure)) => service_unknown(facts, "The relayer", failure),
        (None, None) => Finding::not_asked("The relayer was not checked"),
    };
    let listed = match revoked {
        Some(true) => "on this account, revoked",
        Some(false) => "on this account",
        None if facts.builder_keys.known().is_some() => "not among this account's",
        None => "this account's keys could not be read",
    };
    let finding = finding.with("builder key", format!("{}, {listed}", short(key))).with("created", made(key));
    match &configured.secret {
        Some(secret) => finding.with("secret", secret_form(&secret.value)),
        None => finding,
    }
}

fn unusable_secret(configured: &CredentialsFact) -> Finding {
    let wrong = secret_mistake(configured).unwrap_or_default();
    Finding::fail(Cause::SecretEncoding, format!("The builder secret {wrong}"))
        .likely(0.96)
        .proven()
        .set(FixKey::BuilderCredentials, "key, secret and passphrase of one builder key")
        .fixed_by("Set the builder secret exactly as it was shown: 44 characters of URL-safe base64")
}

/// Whether the builder slot holds the very key that is configured as the relayer's.
fn is_relayer_key(facts: &Facts, configured: &CredentialsFact) -> bool {
    let key = configured.key().map(|key| Secret::new(key).shape());
    key.is_some() && facts.setup.relayer_key.as_ref().map(|relayer| &relayer.value) == key.as_ref()
}

/// Whether the relayer took the key that stands alone in the builder's place for one of its own.
fn is_accepted_as_relayer_key(facts: &Facts) -> bool {
    facts.relayer_key.known().is_some_and(|key| key.slot == RelayerKeySlot::Builder)
}

fn relayer_key(summary: &str, likelihood: f64) -> Finding {
    Finding::fail(Cause::RelayerKeyAsBuilder, summary)
        .likely(likelihood)
        .set(FixKey::BuilderCredentials, "key, secret and passphrase of one builder key")
        .fixed_by("Set the relayer key as RELAYER_API_KEY with RELAYER_API_KEY_ADDRESS; create a builder key at polymarket.com/settings?tab=builder")
}

fn made(key: &str) -> String {
    let at = builder_key_created_ms(key).and_then(|ms| jiff::Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok());
    at.map_or_else(
        || "not in the format of a builder key (UUID version 7)".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

fn refused(facts: &Facts, configured: &CredentialsFact, revoked: Option<bool>) -> Finding {
    let key = configured.key().unwrap_or_default();
    let user_keys = [facts.derived_credentials.known(), facts.configured_credentials.known()];
    let is_user_key = user_keys.into_iter().flatten().flatten().any(|known| known == key)
        || facts.derived.known().is_some_and(|derived| derived.key == key);
    let is_surrounded = configured.passphrase.as_ref().is_some_and(|passphrase| passphrase.value.cleaned.is_some());
    let finding = if is_surrounded {
        let summary = "The builder passphrase has extra whitespace or quotes, which are sent as part of it";
        Finding::fail(Cause::BuilderCredentialsInvalid, summary).likely(0.97).proven()
    } else if revoked == Some(true) {
        Finding::fail(Cause::BuilderKeyRevoked, "The builder key is revoked").likely(0.98).proven()
    } else if is_user_key {
        Finding::fail(
            Cause::UserCredentialsAsBuilder,
            "These are API credentials of the account, not builder credentials",
        )
        .likely(0.98)
        .proven()
    } else if revoked == Some(false) {
        Finding::fail(Cause::BuilderCredentialsInvalid, "The builder key is right, but its secret or passphrase is not")
            .likely(0.96)
            .proven()
    } else if builder_key_created_ms(key).is_none() {
        let summary = "The builder credentials are rejected, and the key is not in the format of a builder key";
        // the account's own keys are all known where they were listed, and this is none of them
        if facts.derived_credentials.known().is_some() {
            Finding::fail(Cause::RelayerKeyAsBuilder, summary).likely(0.6).or(Cause::UserCredentialsAsBuilder, 0.4)
        } else {
            Finding::fail(Cause::UserCredentialsAsBuilder, summary).likely(0.6).or(Cause::RelayerKeyAsBuilder, 0.4)
        }
    } else {
        Finding::fail(Cause::BuilderCredentialsInvalid, "The relayer rejects the builder credentials").likely(0.85)
    };
    finding
        .set(FixKey::BuilderCredentials, "key, secret and passphrase of one builder key")
        .fixed_by("Create a builder key at polymarket.com/settings?tab=builder and set its three values")
}
