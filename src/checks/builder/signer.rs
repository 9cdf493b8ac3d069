//! Does the remote signer sign what the official SDK sends it?

use super::super::Finding;
use super::super::clock::{is_cut_off, is_said_by_all, service_unknown};
use super::super::credentials::short;
use crate::cause::Cause;
use crate::facts::clock;
use crate::facts::{CredentialsFact, Facts, Failure, RemoteSigner, SignedOver};
use crate::settings::Setting;

/// What the address of a builder signing server looks like.
const SIGN_URL: &str = "the full URL of POST /sign, such as https://signer.example/sign";

pub(in crate::checks) fn signer(facts: &Facts) -> Finding {
    let Some(url) = &facts.setup.builder_signer_url else {
        return Finding::note("No remote builder signer is configured");
    };
    let finding = match (facts.builder_signer.known(), facts.builder_signer.failure()) {
        (Some(answer), _) => answered(facts, answer),
        (None, Some(failure)) => not_signed(facts, failure),
        (None, None) => Finding::not_asked("Offline: nothing was requested"),
    };
    finding.with("signer", format!("{} ({})", url.value, url.source))
}

fn not_signed(facts: &Facts, failure: &Failure) -> Finding {
    if is_said_by_all(facts, failure) || is_cut_off(failure) {
        return service_unknown(facts, "The remote builder signer", failure);
    }
    let silent = "the official SDK would drop the headers and post the order unattributed, without an error";
    let finding = match failure {
        Failure::Refused { status: 401 | 403, .. } => {
            Finding::fail(Cause::RemoteSignerUnauthorized, format!("The remote builder signer rejects the token; {silent}"))
                .likely(0.97)
                .proven()
                .fixed_by("Set POLY_BUILDER_SIGNER_TOKEN to the server's AUTHORIZATION_TOKEN")
                .write_words(Setting::BuilderSignerToken, "the server's AUTHORIZATION_TOKEN")
        }
        Failure::Refused { status: 404 | 405, .. } | Failure::Garbled { .. } | Failure::Redirected { .. } | Failure::BlockPage { .. } => {
            Finding::fail(Cause::RemoteSignerWrongPath, format!("There is a server, but no POST /sign at this URL; {silent}"))
                .likely(0.9)
                .fixed_by("Set the full URL, ending in /sign")
                .write_words(Setting::BuilderSignerUrl, SIGN_URL)
        }
        Failure::Refused { status: 400 | 422, .. } => {
            Finding::fail(Cause::RemoteSignerWrongPath, format!("The server at this URL does not sign what the official SDK sends; {silent}"))
                .likely(0.7)
                .fixed_by("Set the full URL of a builder signing server, ending in /sign: it accepts {method, path, body}")
                .write_words(Setting::BuilderSignerUrl, SIGN_URL)
        }
        // like every server that does not answer: nothing is known of it
        _ => Finding::unknown(Cause::RemoteSignerUnreachable, format!("The remote builder signer does not return headers; {silent}"))
            .likely(0.9)
            .fixed_by("Start it, or correct host and port: the official server listens on 8080 unless PORT is set, while its documentation says 3000 and 5001"),
    };
    finding.with("answer", failure)
}

fn answered(facts: &Facts, answer: &RemoteSigner) -> Finding {
    let key = facts.setup.builder.as_ref().and_then(CredentialsFact::key);
    let revoked =
        facts.builder_keys.known().into_iter().flatten().any(|known| known.key == answer.key && known.revoked);
    // credentials that the relayer refuses are no measure for the signer's
    let known_good = !facts
        .builder_access
        .failure()
        .is_some_and(|failure| failure.is_refusal() || matches!(failure, Failure::NotSent { .. }));
    let signature = answer.signature.filter(|_| known_good);
    let differs = signature == Some(SignedOver::Nothing) || (known_good && key.is_some_and(|key| key != answer.key));
    let own = clock::drift(&facts.clock).map(clock::Drift::middle_s);
    let off = signer_offset(answer, own.unwrap_or_default());
    let finding = if revoked {
        Finding::fail(Cause::BuilderKeyRevoked, "The remote builder signer uses a revoked builder key")
            .likely(0.97)
            .proven()
            .fixed_by("Start the remote builder signer with a new builder key from polymarket.com/settings?tab=builder")
    } else if differs {
        Finding::fail(
            Cause::RemoteSignerWrongCredentials,
            "The remote builder signer uses different builder credentials than configured",
        )
        .likely(0.95)
        .proven()
        .fixed_by("Start the remote builder signer with the builder credentials from the builder profile")
    } else if let Some(finding) = signature.and_then(other_message) {
        finding
    } else if answer.timestamp.len() == 13 {
        Finding::fail(
            Cause::RemoteSignerClock,
            "The remote builder signer stamps in milliseconds; the CLOB expects seconds",
        )
        .likely(0.97)
        .proven()
        .fixed_by("Stamp with whole seconds: a published sample that uses Date.now() is wrong")
    } else {
        match off {
            Some(_) if own.is_none() => {
                Finding::note("The remote builder signer works; its clock was not compared: no CLOB time")
            }
            Some(off) if off.abs() <= 10.0 && answer.open_without_token == Some(true) => Finding::note(
                "The remote builder signer works, but also without the token: anyone who can reach it can use your key",
            ),
            Some(off) if off.abs() <= 10.0 && signature.is_some() => {
                Finding::pass("The remote builder signer works, and its clock is right")
            }
            // what it signs with is no part of the claim then
            Some(off) if off.abs() <= 10.0 => {
                Finding::pass("The remote builder signer responds, and its clock is right")
            }
            Some(off) if off.abs() <= 30.0 => signer_clock(Finding::warn(Cause::RemoteSignerClock, drifted(off))),
            Some(off) => signer_clock(Finding::fail(Cause::RemoteSignerClock, drifted(off)).likely(0.97)),
            None => signer_clock(Finding::fail(
                Cause::RemoteSignerClock,
                "The remote builder signer's timestamp is not a number",
            )),
        }
    };
    let finding = finding
        .with("signature", signature.map_or("not checked: no valid builder secret is configured here", covers))
        .with("key", short(&answer.key))
        .with_varying("timestamp", &answer.timestamp);
    let finding = match off.filter(|_| own.is_some() && answer.timestamp.len() != 13) {
        Some(off) => finding.with("its clock", format!("{off:+.0} s from the CLOB's")),
        None => finding,
    };
    let finding = match answer.takes_timestamp {
        Some(true) => finding.with("requested timestamp", "used; the official server stamps with its own clock"),
        Some(false) => finding.with("requested timestamp", "ignored, as the official server does"),
        None => finding.with("requested timestamp", "rejected; official clients may send one"),
    };
    let finding = match answer.open_without_token {
        Some(true) => finding.with("token", "not required: it signs without it"),
        Some(false) => finding.with("token", "required, and the configured one is right"),
        None => finding.with("token", "not set, and not required"),
    };
    finding.with_varying("answered in", format!("{} ms, added to each order", answer.latency_ms))
}

/// The remote signer's clock minus the CLOB's in seconds, to half a second; `None` where its stamp is
/// no number. `own_s` is this clock minus the CLOB's.
pub fn signer_offset(answer: &RemoteSigner, own_s: f64) -> Option<f64> {
    let stamp: f64 = answer.timestamp.parse().ok()?;
    Some(stamp + 0.5 - (answer.asked_s - own_s))
}

/// It has the right secret and signs something else than it was sent.
fn other_message(signature: SignedOver) -> Option<Finding> {
    let finding = match signature {
        SignedOver::Everything | SignedOver::Nothing => return None,
        SignedOver::NoBody => Finding::fail(Cause::BodyMissing, "The remote builder signer does not sign the body"),
        SignedOver::BodyRewritten => Finding::fail(
            Cause::BodySerialisation,
            "The remote builder signer rewrites the body before signing, so the signature is for a different text",
        ),
        SignedOver::OtherCase => Finding::fail(
            Cause::MethodMismatch,
            "The remote builder signer changes the case of the method before signing",
        ),
    };
    Some(finding.likely(0.96).proven().fixed_by(
        "Sign timestamp, method, path and body exactly as received, as `polydoctor sign-server` and the official server do",
    ))
}

fn covers(signature: SignedOver) -> &'static str {
    match signature {
        SignedOver::Everything => "right for the configured secret, over timestamp, method, path and body",
        SignedOver::NoBody => "right for the configured secret, without the body",
        SignedOver::BodyRewritten => "right for the configured secret, over a rewritten body",
        SignedOver::OtherCase => "right for the configured secret, over the method in lower case",
        SignedOver::Nothing => "wrong for the configured secret",
    }
}

fn signer_clock(finding: Finding) -> Finding {
    finding.proven().fixed_by("Turn on network time sync (NTP) on the signer's machine")
}

fn drifted(off: f64) -> String {
    format!(
        "The remote builder signer's clock is {:.0} s {} the CLOB's",
        off.abs(),
        if off > 0.0 { "ahead of" } else { "behind" }
    )
}
