//! The builder programme: credentials, remote signer, attribution.

use super::Finding;
use super::clock::{is_said_by_all, service_unknown};
use super::credentials::{secret_form, secret_mistake, short};
use crate::auth::builder::builder_key_created_ms;
use crate::diagnosis::Cause;
use crate::engine::clock;
use crate::engine::facts::{CredentialsFact, Facts, Failure, OwnTrades, RemoteSigner};
use crate::secret::Secret;

pub(super) fn credentials(facts: &Facts) -> Finding {
    let Some(configured) = &facts.setup.builder else {
        return Finding::note(
            "No builder credentials are configured; only apps that place orders for others need them",
        );
    };
    let missing = configured.missing();
    if is_relayer_key(facts, configured) {
        return relayer_key("A relayer API key stands where the builder key belongs", 0.97);
    }
    if missing == ["secret", "passphrase"] && configured.key().is_some_and(|key| builder_key_created_ms(key).is_none())
    {
        return relayer_key(
            "A key without secret and passphrase, and not of a builder key's form: relayer API keys are like that",
            0.86,
        )
        .or(Cause::BuilderCredentialsInvalid, 0.5);
    }
    if !missing.is_empty() {
        return Finding::fail(
            Cause::BuilderCredentialsInvalid,
            format!("Of the builder credentials the {} is missing", missing.join(" and the ")),
        )
        .likely(0.9)
        .set("builder_credentials", "key, secret and passphrase of one builder key")
        .fixed_by("Set all three; the page polymarket.com/settings?tab=builder shows them when a key is made");
    }
    let key = configured.key().unwrap_or_default();
    let revoked = facts
        .builder_keys
        .known()
        .and_then(|keys| keys.iter().find(|known| known.key == key))
        .map(|known| known.revoked);
    let finding = match (facts.builder_access.known(), facts.builder_access.failure()) {
        (None, _) if secret_mistake(configured).is_some() => unusable_secret(configured),
        (Some(count), _) => Finding::pass("The relayer accepts the builder credentials").with("transactions", count),
        (None, Some(failure)) if failure.is_refusal() => refused(facts, configured, revoked).with("relayer", failure),
        (None, Some(failure)) => {
            Finding::note("The relayer did not say whether the builder credentials are good").with("relayer", failure)
        }
        (None, None) => Finding::not_asked("The relayer was not asked"),
    };
    let listed = match revoked {
        Some(true) => "on this account, revoked",
        Some(false) => "on this account",
        None => "not among this account's",
    };
    let finding = finding.with("builder key", format!("{}, {listed}", short(key))).with("made", made(key));
    match &configured.secret {
        Some(secret) => finding.with("secret", secret_form(&secret.value)),
        None => finding,
    }
}

fn unusable_secret(configured: &CredentialsFact) -> Finding {
    let wrong = secret_mistake(configured).unwrap_or_default();
    Finding::fail(Cause::SecretEncoding, format!("The builder secret {wrong}"))
        .likely(0.96)
        .set("builder_credentials", "key, secret and passphrase of one builder key")
        .fixed_by("Set the builder secret as it was given: 44 characters of URL-safe base64")
}

/// Whether the builder slot holds the very key that is configured as the relayer's.
fn is_relayer_key(facts: &Facts, configured: &CredentialsFact) -> bool {
    let key = configured.key().map(|key| Secret::new(key).shape());
    key.is_some() && facts.setup.relayer_key.as_ref().map(|relayer| &relayer.value) == key.as_ref()
}

fn relayer_key(summary: &str, likelihood: f64) -> Finding {
    Finding::fail(Cause::RelayerKeyAsBuilder, summary)
        .likely(likelihood)
        .set("builder_credentials", "key, secret and passphrase of one builder key")
        .fixed_by("Set the relayer key as RELAYER_API_KEY with RELAYER_API_KEY_ADDRESS; a builder key is made at polymarket.com/settings?tab=builder")
}

fn made(key: &str) -> String {
    let at = builder_key_created_ms(key).and_then(|ms| jiff::Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok());
    at.map_or_else(
        || "not a builder key by its form (UUID version 7)".to_owned(),
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
        Finding::fail(Cause::SettingInvalid, "White space or quotes around the builder passphrase are sent along")
            .likely(0.97)
    } else if revoked == Some(true) {
        Finding::fail(Cause::BuilderKeyRevoked, "The builder key is revoked").likely(0.98)
    } else if is_user_key {
        Finding::fail(
            Cause::UserCredentialsAsBuilder,
            "These are API credentials of the account, not builder credentials",
        )
        .likely(0.98)
    } else if revoked == Some(false) {
        Finding::fail(Cause::BuilderCredentialsInvalid, "The builder key is right, its secret or passphrase is not")
            .likely(0.96)
    } else if builder_key_created_ms(key).is_none() {
        let summary = "The builder credentials are refused, and the key has not the form of a builder key";
        // the account's own keys are all known where they were listed, and this is none of them
        if facts.derived_credentials.known().is_some() {
            Finding::fail(Cause::RelayerKeyAsBuilder, summary).likely(0.6).or(Cause::UserCredentialsAsBuilder, 0.4)
        } else {
            Finding::fail(Cause::UserCredentialsAsBuilder, summary).likely(0.6).or(Cause::RelayerKeyAsBuilder, 0.4)
        }
    } else {
        Finding::fail(Cause::BuilderCredentialsInvalid, "The relayer refuses the builder credentials").likely(0.85)
    };
    finding
        .set("builder_credentials", "key, secret and passphrase of one builder key")
        .fixed_by("Make a builder key at polymarket.com/settings?tab=builder and set its three values")
}

pub(super) fn signer(facts: &Facts) -> Finding {
    let Some(url) = &facts.setup.builder_signer_url else {
        return Finding::note("No remote signer is configured");
    };
    let finding = match (facts.builder_signer.known(), facts.builder_signer.failure()) {
        (Some(answer), _) => answered(facts, answer),
        (None, Some(failure)) => not_signed(facts, failure),
        (None, None) => Finding::not_asked("Offline: nothing was asked"),
    };
    finding.with("signer", format!("{} ({})", url.value, url.source))
}

fn not_signed(facts: &Facts, failure: &Failure) -> Finding {
    if is_said_by_all(facts, failure) {
        return service_unknown(facts, "The remote signer", failure);
    }
    let silent = "the official SDK would drop the headers and post the order unattributed, without an error";
    let finding = match failure {
        Failure::Refused { status: 401 | 403, .. } => {
            Finding::fail(Cause::RemoteSignerUnauthorized, format!("The remote signer refuses the token; {silent}"))
                .likely(0.97)
                .fixed_by("Set POLY_BUILDER_SIGNER_TOKEN to the server's AUTHORIZATION_TOKEN")
        }
        Failure::Refused { status: 404 | 405, .. } | Failure::Garbled { .. } | Failure::Redirected { .. } | Failure::BlockPage { .. } => {
            Finding::fail(Cause::RemoteSignerWrongPath, format!("There is a server, but no POST /sign at this address; {silent}"))
                .likely(0.9)
                .fixed_by("Set the full address, with /sign at its end")
        }
        Failure::Refused { status: 400 | 422, .. } => {
            Finding::fail(Cause::RemoteSignerWrongPath, format!("The server at this address does not sign what the official SDK sends; {silent}"))
                .likely(0.7)
                .fixed_by("Set the full address of a builder signing server, with /sign at its end: it takes {method, path, body}")
        }
        // like every server that does not answer: nothing is known of it
        _ => Finding::unknown(Cause::RemoteSignerUnreachable, format!("The remote signer gives no headers; {silent}"))
            .likely(0.9)
            .fixed_by("Start it, or correct host and port: the official server listens on 8080 unless PORT says otherwise, while its pages name 3000 and 5001"),
    };
    finding.with("answer", failure)
}

fn answered(facts: &Facts, answer: &RemoteSigner) -> Finding {
    let key = facts.setup.builder.as_ref().and_then(CredentialsFact::key);
    let own = clock::drift(&facts.clock).map_or(0.0, clock::Drift::middle_s);
    let off = signer_offset(answer, own);
    let revoked =
        facts.builder_keys.known().into_iter().flatten().any(|known| known.key == answer.key && known.revoked);
    // credentials that the relayer refuses are no measure for the signer's
    let known_good = !facts
        .builder_access
        .failure()
        .is_some_and(|failure| failure.is_refusal() || matches!(failure, Failure::NotSent { .. }));
    let differs = answer.signature_verifies == Some(false) || key.is_some_and(|key| key != answer.key);
    let finding = if revoked {
        Finding::fail(Cause::BuilderKeyRevoked, "The remote signer signs with a builder key that is revoked")
            .likely(0.97)
            .fixed_by("Start the signer with a new builder key from polymarket.com/settings?tab=builder")
    } else if known_good && differs {
        Finding::fail(
            Cause::RemoteSignerWrongCredentials,
            "The remote signer signs with other builder credentials than the configured ones",
        )
        .likely(0.95)
        .fixed_by("Start the signer with the builder credentials that the profile shows")
    } else if answer.timestamp.len() == 13 {
        Finding::fail(Cause::RemoteSignerClock, "The remote signer stamps in milliseconds; the CLOB takes seconds")
            .likely(0.97)
            .fixed_by("Stamp with whole seconds: one published sample uses Date.now() and is wrong")
    } else {
        match off {
            Some(off) if off.abs() <= 10.0 => Finding::pass("The remote signer signs, with the right time"),
            Some(off) if off.abs() <= 30.0 => signer_clock(Finding::warn(Cause::RemoteSignerClock, drifted(off))),
            Some(off) => signer_clock(Finding::fail(Cause::RemoteSignerClock, drifted(off)).likely(0.97)),
            None => signer_clock(Finding::fail(Cause::RemoteSignerClock, "The remote signer's timestamp is no number")),
        }
    };
    let verified = match answer.signature_verifies.filter(|_| known_good) {
        Some(true) => "right for the configured secret",
        Some(false) => "wrong for the configured secret",
        None => "not checked: no good builder secret is configured here",
    };
    let finding =
        finding.with("signature", verified).with("key", short(&answer.key)).with("timestamp", &answer.timestamp);
    match off {
        Some(off) if answer.timestamp.len() != 13 => {
            finding.with("its clock", format!("{off:+.0} s against the CLOB's"))
        }
        _ => finding,
    }
}

/// The remote signer's clock minus the CLOB's in seconds, to half a second; `None` where its stamp is
/// no number. `own_s` is this clock minus the CLOB's.
pub fn signer_offset(answer: &RemoteSigner, own_s: f64) -> Option<f64> {
    let stamp: f64 = answer.timestamp.parse().ok()?;
    Some(stamp + 0.5 - (answer.asked_s - own_s))
}

fn signer_clock(finding: Finding) -> Finding {
    finding.fixed_by("Set the clock of the signer's machine by the network")
}

fn drifted(off: f64) -> String {
    format!(
        "The remote signer's clock is {:.0} s {} the CLOB's",
        off.abs(),
        if off > 0.0 { "ahead of" } else { "behind" }
    )
}

pub(super) fn attribution(facts: &Facts) -> Finding {
    let code = facts.setup.builder_code.as_ref();
    let version = facts.protocol_version();
    if let Some(code) = code
        && let Err(wrong) = usable_code(&code.value)
    {
        return Finding::fail(Cause::BuilderCodeMissing, format!("The builder code {wrong}"))
            .likely(0.9)
            .set("builder_code", "0x and 64 hex digits")
            .with("configured", &code.source)
            .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder");
    }
    if code.is_none() && facts.setup.builder.is_none() {
        return Finding::note("Nothing of a builder is configured, so nothing is attributed");
    }
    if code.is_none() && version >= 2 {
        return Finding::warn(
            Cause::BuilderCodeMissing,
            "Builder credentials alone attribute nothing: since version 2 the order carries a builder code",
        )
        .likely(0.85)
        .set("builder_code", "0x and 64 hex digits")
        .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder and pass it with each order")
        .command("export POLY_BUILDER_CODE=0x…");
    }
    let own = facts.own_trades.known().map(|own| unlisted(own, facts.started_ms / 1000)).unwrap_or_default();
    if own.settled > 0 {
        return Finding::warn(
            Cause::TradesUnattributed,
            format!(
                "{} of the {} newest trades of the funder are not listed under the builder code",
                own.settled, own.all
            ),
        )
        .likely(0.7)
        .fixed_by(
            "Pass the builder code with each order. Trades made on polymarket.com itself carry none, and need none",
        );
    }
    if own.pending > 0 {
        return Finding::note(format!(
            "{} trades of the last day are not listed under the builder code yet; it can take a day",
            own.pending
        ));
    }
    match (facts.builder_trades.known(), facts.builder_trades.failure()) {
        (Some(trades), _) if trades.on_first_page == 0 => {
            Finding::note("No trade is attributed yet; new ones can take a day to count")
        }
        (Some(trades), _) => {
            let more = if trades.more { " or more" } else { "" };
            let newest = trades.newest_s.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
            Finding::pass(format!("{}{more} trades are attributed", trades.on_first_page)).with(
                "newest",
                newest.map_or_else(|| "no time given".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
            )
        }
        (None, Some(failure)) if failure.is_refusal() && code.is_some() => Finding::fail(
            Cause::BuilderCodeMissing,
            "The CLOB takes the question for trades under the builder code as wrong",
        )
        .likely(0.5)
        .or(Cause::ProxyTampering, 0.3)
        .with("answer", failure)
        .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder"),
        (None, Some(failure)) if failure.is_refusal() => {
            Finding::fail(Cause::BuilderCredentialsInvalid, "The CLOB refuses to list the builder's trades")
                .likely(0.6)
                .with("answer", failure)
        }
        (None, Some(failure)) => service_unknown(facts, "The list of attributed trades", failure),
        (None, None) => Finding::not_asked("Nothing was asked"),
    }
}

/// How many trades of the maker are not listed under the builder code.
#[derive(Default)]
struct Unlisted {
    all: usize,
    /// Of more than a day ago: they will not be any more.
    settled: usize,
    pending: usize,
}

fn unlisted(own: &OwnTrades, now_s: i64) -> Unlisted {
    const DAY_S: i64 = 24 * 60 * 60;
    let compared = own.trades.iter().filter(|trade| own.listed_since_s.is_none_or(|since| trade.matched_s >= since));
    let (settled, pending): (Vec<i64>, Vec<i64>) = compared
        .filter(|trade| trade.attributed == Some(false))
        .map(|trade| trade.matched_s)
        .partition(|matched_s| now_s - matched_s > DAY_S);
    Unlisted { all: own.trades.len(), settled: settled.len(), pending: pending.len() }
}

/// 32 bytes of hex that are not all zero.
fn usable_code(code: &str) -> Result<(), &'static str> {
    let digits = code.strip_prefix("0x").ok_or("does not begin with 0x")?;
    if digits.len() != 64 || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Err("is not 64 hex digits");
    }
    if digits.bytes().all(|c| c == b'0') { Err("is zero, which attributes nothing") } else { Ok(()) }
}
