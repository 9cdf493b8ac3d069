//! Polymarket US: its key, its clock, its signed reads and its private channel; and why the checks of the
//! other venue say nothing of an account there.

use uuid::Uuid;

use super::clock::{drift_status, is_cut_off, network_cause, network_certainty};
use super::finding::not_checked;
use super::{Check, Finding, Status};
use crate::auth::builder::builder_key_created_ms;
use crate::auth::us::{PublicHalf, TOLERANCE_S};
use crate::cause::{Cause, Certainty};
use crate::facts::clock::{self, Drift, humanize};
use crate::facts::probe::Probe;
use crate::facts::{ChannelAnswer, Fact, Facts, Failure, UsBalance, UsBalances, UsSetup};
use crate::settings::{ProblemKind, Setting, Venue};

/// The heading that the checks of Polymarket US stand under.
pub(super) const GROUP: &str = "Polymarket US";
const COPY: &str = "Copy key ID and secret key together from polymarket.us/developer, signed in the same way as when the \
                    key was created";

/// What most checks of the CLOB say of an account at Polymarket US.
pub const ELSEWHERE: &str = "Not checked: this account is at Polymarket US only";

/// The venue that a check is about; `None` for the settings and the files of this machine.
pub(super) fn venue_of(check: &Check) -> Option<Venue> {
    match check.group {
        GROUP => Some(Venue::Us),
        "Settings" => None,
        _ => Some(Venue::Global),
    }
}

/// Why a check of the CLOB says nothing of an account at Polymarket US.
pub(super) fn elsewhere(check: &Check) -> Finding {
    Finding::not_asked(match check.id {
        "wallet.signature-type" => "Polymarket US has no signature types: a key ID and its secret key are the account",
        "wallet.funder" => "Polymarket US has no funder: orders are for the account of the key",
        "creds.nonce" => "Polymarket US has no nonces: each key has its own ID",
        _ => ELSEWHERE,
    })
}

fn official(setting: Setting) -> &'static str {
    setting.official_url().unwrap_or_default()
}

fn setup(facts: &Facts) -> Option<&UsSetup> {
    facts.setup.us.as_ref()
}

/// Whether a value was taken out because it belongs to the other venue, or stood in the wrong place.
fn is_taken_out(facts: &Facts, setting: Setting) -> bool {
    let is_it = |kind| matches!(kind, ProblemKind::VenueMixed | ProblemKind::Invalid);
    facts.setup.problems.iter().any(|problem| problem.is_of(setting) && is_it(problem.kind))
}

/// A part of the key that is not there.
fn missing(facts: &Facts, setting: Setting, what: &str) -> Finding {
    if is_taken_out(facts, setting) {
        return Finding::skip("setup.settings", format!("Skipped: the {what} cannot be used (setup.settings)"));
    }
    let is_placeholder = facts.setup.problems.iter().any(|problem| problem.is_of(setting));
    let state = if is_placeholder { "is still the placeholder of an example file" } else { "is not set" };
    Finding::fail(Cause::UsCredentialsMissing, format!("The {what} of Polymarket US {state}"))
        .likely(0.97)
        .proven()
        .fixed_by(COPY)
        .write_words(setting, format!("the {what} of polymarket.us/developer"))
}

pub(super) fn key(facts: &Facts) -> Finding {
    let Some(us) = setup(facts) else { return Finding::not_asked("Polymarket US was not checked") };
    let Some(id) = &us.key_id else { return missing(facts, Setting::UsKeyId, "key ID") };
    let configured = format!("{} ({})", id.value, id.source);
    if Uuid::try_parse(&id.value).is_err() {
        return Finding::fail(Cause::UsKeyUnknown, "The key ID is not a UUID, as every key ID of Polymarket US is")
            .likely(0.9)
            .with("configured", configured)
            .fixed_by(COPY)
            .write_words(Setting::UsKeyId, "the key ID of polymarket.us/developer");
    }
    Finding::pass("The key ID is a UUID").with("configured", configured)
}

pub(super) fn secret(facts: &Facts) -> Finding {
    let Some(us) = setup(facts) else { return Finding::not_asked("Polymarket US was not checked") };
    let Some(secret) = &us.secret else { return missing(facts, Setting::UsSecretKey, "secret key") };
    let configured = format!("{} ({})", secret.value.shape, secret.source);
    let finding = match secret.value.decoded {
        Err(mistake) => Finding::fail(Cause::UsSecretFormat, format!("The secret key cannot be used: {mistake}"))
            .likely(0.97)
            .proven()
            .fixed_by("Copy the secret key again as it was shown: base64, without quotes or line breaks")
            .write_words(Setting::UsSecretKey, "the secret key of polymarket.us/developer"),
        Ok(form) if form.public_half == PublicHalf::Differs => {
            let summary = "The secret key combines two different keys: its public half does not match its seed";
            Finding::fail(Cause::UsKeyMismatch, summary)
                .likely(0.96)
                .proven()
                .fixed_by("Copy the secret key again; if it was shown only once, create a new key and set both values")
                .write_words(Setting::UsSecretKey, "the secret key of polymarket.us/developer")
        }
        Ok(form) => match form.refused_by() {
            Some(who) => Finding::warn(Cause::UsSecretFormat, format!("The secret key is {form}: {who} rejects it"))
                .likely(0.9)
                .proven()
                .fixed_by("Write it exactly as it was shown, with its padding (=) and without quotes")
                .write_words(Setting::UsSecretKey, "the same with its padding and without quotes"),
            None => Finding::pass(format!("The secret key is {form}")),
        },
    };
    finding.with("configured", configured)
}

/// How far this clock is from that of Polymarket US.
pub fn drift(facts: &Facts) -> Option<Drift> {
    clock::by_headers(&facts.us_clock.known()?.readings)
}

/// Nothing is asked where no URL is known: beside a CLOB of one's own the official host is not the account's.
fn unasked(facts: &Facts, why: &str) -> Finding {
    let said = not_checked(why);
    let has_url = setup(facts).is_some_and(|us| us.url.is_some());
    if has_url || facts.setup.offline { Finding::not_asked(said) } else { Finding::note(said) }
}

pub(super) fn clock(facts: &Facts) -> Finding {
    let Some(drift) = drift(facts) else {
        return match &facts.us_clock {
            Fact::Failed { failure, .. } => not_told(failure, "The clock of Polymarket US could not be read"),
            Fact::NotAsked { why } => unasked(facts, why),
            Fact::Blocked { .. } => {
                Finding::skip("us.read", "Skipped: no response from Polymarket US contains its time")
            }
            Fact::Known { .. } | Fact::Waiting | Fact::Running { .. } => {
                Finding::not_asked("The clock of Polymarket US was not read")
            }
        };
    };
    let off = drift.middle_s();
    let side = if off > 0.0 { "ahead of" } else { "behind" };
    let apart = format!("This clock is {} {side} Polymarket US", humanize(off.abs()));
    let wrong = |finding: Finding| {
        finding
            .likely(0.96)
            .proven()
            .fixed_by("Turn on network time sync (NTP)")
            .command("sudo timedatectl set-ntp true")
    };
    let finding = match drift_status(off) {
        Status::Pass => Finding::pass(format!("Within {:.1} s of Polymarket US", off.abs() + drift.uncertainty_s())),
        Status::Note => Finding::note(apart),
        Status::Warn => wrong(Finding::warn(Cause::UsClock, apart)),
        _ => wrong(Finding::fail(Cause::UsClock, apart)),
    };
    let finding = finding
        .with("this clock", format!("{off:+.2} s from the server, ± {:.2} s", drift.uncertainty_s()))
        .with("limit", format!("±{TOLERANCE_S} s (documentation of Polymarket US)"));
    match facts.us_balances.known().and_then(|read| read.by_this_clock.as_ref()) {
        Some(failure) => {
            finding.with("proof", format!("with the time of this clock: {failure}; with the server's time: accepted"))
        }
        None => finding,
    }
}

pub(super) fn read(facts: &Facts) -> Finding {
    let finding = match &facts.us_balances {
        Fact::Known { value, .. } => accepted(facts, value),
        Fact::Failed { failure, .. } => rejected(facts, failure),
        Fact::NotAsked { why } => unasked(facts, why),
        Fact::Blocked { .. } | Fact::Waiting | Fact::Running { .. } => {
            Finding::not_asked("Polymarket US was not checked")
        }
    };
    let finding = match setup(facts).and_then(|us| us.url.as_ref()) {
        Some(url) => finding.with("signed requests", format!("{} ({})", url.value, url.source)),
        None => finding,
    };
    match (&facts.us_gateway, setup(facts).and_then(|us| us.gateway_url.as_ref())) {
        (Fact::Known { .. }, Some(url)) => finding.with("gateway", format!("{} responds", url.value)),
        (Fact::Failed { failure, .. }, Some(url)) => finding.with("gateway", format!("{}: {failure}", url.value)),
        _ => finding,
    }
}

fn accepted(facts: &Facts, read: &UsBalances) -> Finding {
    let gateway = facts.us_gateway.failure();
    let finding = match (&facts.us_positions, gateway) {
        (Fact::Failed { failure, .. }, _) if is_cut_off(failure) => {
            Finding::stopped("Polymarket US had not responded when the run ended").with("positions", failure)
        }
        (Fact::Failed { failure, .. }, _) => {
            not_told(failure, "Polymarket US accepts the key, but the positions could not be read")
        }
        (Fact::NotAsked { .. } | Fact::Waiting | Fact::Blocked { .. }, _) => {
            return Finding::not_asked("Polymarket US accepts the key; the positions were not read");
        }
        (_, Some(failure)) if wants_a_key(failure) => {
            Finding::warn(Cause::UsWrongHost, "The gateway URL points to the host for signed requests")
                .likely(0.95)
                .proven()
                .set(Setting::UsGatewayUrl, official(Setting::UsGatewayUrl))
                .fixed_by(format!("Set the gateway URL to {}, or remove it", official(Setting::UsGatewayUrl)))
        }
        (positions, _) => {
            let what = match positions.known() {
                Some(_) => "balances and positions",
                None => "balances",
            };
            Finding::pass(format!("Polymarket US accepts the signed reads: {what}"))
        }
    };
    let finding = finding.with("balances", words(&read.balances));
    match facts.us_positions.known() {
        Some(positions) => finding.with("positions", positions.listed),
        None => finding,
    }
}

fn words(balances: &[UsBalance]) -> String {
    let word = |one: &UsBalance| match &one.amount {
        Some(amount) => format!("{amount} {}", one.currency),
        None => one.currency.clone(),
    };
    if balances.is_empty() { "none".to_owned() } else { balances.iter().map(word).collect::<Vec<_>>().join(", ") }
}

/// Whether a server answers as the host for signed requests does to one without headers.
fn wants_a_key(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { status: 401, message, .. } if message.contains("Missing required API key headers"))
}

fn is_unknown_key(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { status: 401, message, .. } if message.contains("API key not found"))
}

fn is_official(facts: &Facts) -> bool {
    setup(facts).and_then(|us| us.url.as_ref()).is_some_and(|url| url.value == official(Setting::UsUrl))
}

fn rejected(facts: &Facts, failure: &Failure) -> Finding {
    let finding = match failure {
        _ if wants_a_key(failure) => {
            let summary =
                "Polymarket US received the request without its X-PM headers: something in between drops them";
            Finding::fail(Cause::HeadersDropped, summary)
                .likely(0.93)
                .fixed_by("Forward the X-PM headers unchanged, or remove the proxy in between: check POLYMARKET_US_URL")
        }
        _ if is_unknown_key(failure) => unknown_key(facts),
        Failure::Refused { status: 401 | 403, .. } => unproven(facts),
        Failure::Refused { status: 404 | 405, .. } if !is_official(facts) => {
            Finding::fail(Cause::UsWrongHost, "This host has no path for signed reads")
                .likely(0.9)
                .set(Setting::UsUrl, official(Setting::UsUrl))
                .fixed_by(format!("Set POLYMARKET_US_URL to {}, or remove it", official(Setting::UsUrl)))
        }
        _ => return not_told(failure, "Polymarket US did not respond to a signed read"),
    };
    finding.with("answer", failure)
}

fn unknown_key(facts: &Facts) -> Finding {
    let id = setup(facts).and_then(|us| us.key_id.as_ref()).map(|id| id.value.as_str()).unwrap_or_default();
    let finding = Finding::fail(Cause::UsKeyUnknown, "Polymarket US does not know this key ID").likely(0.95);
    let finding = if builder_key_created_ms(id).is_some() {
        finding.or(Cause::VenueMixed, 0.4).with("key ID", "it has the form of a builder or relayer key of the CLOB")
    } else {
        finding.certain(Certainty::Likely)
    };
    finding.fixed_by(COPY)
}

/// Path, unit and encoding are as the official clients have them, and the clock is right, or was corrected.
fn unproven(facts: &Facts) -> Finding {
    let off = drift(facts).map(Drift::at_least_s);
    let finding = Finding::fail(
        Cause::UsKeyMismatch,
        "Polymarket US rejects the signature: the secret key does not belong to this key ID",
    )
    .likely(0.88)
    .or(Cause::UsKeyUnknown, 0.35)
    .fixed_by(COPY);
    match off {
        Some(off) if off < TOLERANCE_S => finding.with("ruled out", "the clock, and the format of the signed text"),
        _ => finding.with("ruled out", "the format of the signed text"),
    }
}

/// A finding for an answer that says nothing of the account.
fn not_told(failure: &Failure, summary: &str) -> Finding {
    if is_cut_off(failure) {
        return Finding::stopped(summary).with("answer", failure);
    }
    let (cause, likelihood) = match network_cause(failure) {
        found @ (Cause::RateLimited | Cause::TlsFailure | Cause::CloudflareBlocked | Cause::SettingInvalid, _) => found,
        (_, likelihood) => (Cause::UsUnavailable, likelihood),
    };
    let finding = Finding::unknown(cause, summary).likely(likelihood).with("answer", failure);
    let certainty = match failure {
        Failure::Unreachable { .. } | Failure::Refused { status: 500.., .. } => Certainty::Proven,
        _ => network_certainty(cause, failure),
    };
    let finding = finding.certain(certainty);
    match cause {
        Cause::RateLimited => finding.fixed_by("Wait, then limit this key to 20 requests per second"),
        _ => finding,
    }
}

pub(super) fn live(facts: &Facts) -> Finding {
    let finding = match &facts.us_live {
        Fact::Known { value, .. } => match &value.answer {
            ChannelAnswer::Accepted => Finding::pass("The private channel accepts the key and sent the balance"),
            ChannelAnswer::Rejected { how } | ChannelAnswer::Unclear { how } => {
                Finding::note(format!("The private channel opens, but sent no balance: {how}"))
            }
        }
        .with_varying(
            "timing",
            format!("connected after {} ms, answered {} ms later", value.connected_ms, value.answered_ms),
        ),
        Fact::Failed { failure, .. } if is_cut_off(failure) => {
            Finding::stopped("The private channel had not responded when the run ended").with("answer", failure)
        }
        Fact::Failed { failure: failure @ Failure::Refused { status: 401 | 403, .. }, .. } => {
            closed(facts).with("answer", failure)
        }
        Fact::Failed { failure, .. } => Finding::note("The private channel did not respond; orders do not need it")
            .with("answer", failure)
            .fixed_by(
                "Orders are not affected. If your bot receives no fills, check that WebSocket connections are allowed",
            ),
        Fact::NotAsked { why } if facts.setup.offline => Finding::not_asked(not_checked(why)),
        Fact::NotAsked { why } => Finding::note(not_checked(why)),
        Fact::Blocked { .. } => Finding::skip("us.read", "Skipped: depends on us.read"),
        Fact::Waiting | Fact::Running { .. } => Finding::not_asked("The private channel was not checked"),
    };
    match setup(facts).and_then(|us| us.url.as_ref()) {
        Some(url) if finding.status != Status::Skip => finding.with("channel", format!("{}/v1/ws/private", url.value)),
        _ => finding,
    }
}

/// A channel that is not opened for the key, which is worth what the signed reads say.
fn closed(facts: &Facts) -> Finding {
    if facts.us_balances.known().is_some() {
        return Finding::note("The private channel rejects a key that signed reads accept: a bot may receive no fills")
            .fixed_by(
                "Orders are not affected. If your bot receives no fills, check that its clock is right when it \
                       connects",
            );
    }
    let summary = "The private channel rejects the key, as signed reads do";
    let found = read(facts).suspicions.into_iter().next();
    match found.filter(|found| facts.failure(Probe::UsBalances).is_some() && found.cause != Cause::UsUnavailable) {
        Some(found) => {
            let mut finding = Finding::fail(found.cause, summary);
            let certainty = found.certainty.min(Certainty::Likely);
            let likelihood = found.likelihood.min(0.6);
            finding.suspicions = vec![super::Suspicion { certainty, likelihood, ..found }];
            finding.fixed_by(COPY)
        }
        None => Finding::fail(Cause::UsKeyMismatch, "The private channel rejects the key")
            .likely(0.6)
            .or(Cause::UsKeyUnknown, 0.35)
            .fixed_by(COPY),
    }
}
