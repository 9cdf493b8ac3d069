//! Reach, region and time.

use super::{Finding, Status};
use crate::cause::{Cause, Certainty};
use crate::facts::clock::{self, Drift, humanize};
use crate::facts::{Facts, Failure};
use crate::settings::Setting;

/// The official host of the CLOB.
pub(super) const OFFICIAL_HOST: &str = Setting::ClobUrl.official_url().unwrap();

/// The pages of Cloudflare: blocked, or asked to prove that one is no machine.
fn is_firewall(title: &str) -> bool {
    let title = title.to_lowercase();
    ["cloudflare", "blocked", "just a moment"].iter().any(|words| title.contains(words))
}

/// The cause and likelihood that a request which gave nothing points to, by itself.
pub fn network_cause(failure: &Failure) -> (Cause, f64) {
    match failure {
        // gateways and Cloudflare say these in pages of their own
        Failure::Refused { .. } if super::relayer::is_quota(failure) => (Cause::RelayerQuota, 0.95),
        Failure::Refused { status: 429, .. } | Failure::BlockPage { status: 429, .. } => (Cause::RateLimited, 0.95),
        Failure::BlockPage { status: 500.., .. } => (Cause::ClobOutage, 0.8),
        Failure::BlockPage { title, .. } if is_firewall(title) => (Cause::CloudflareBlocked, 0.95),
        Failure::BlockPage { .. } => (Cause::ProxyTampering, 0.7),
        Failure::Tls { .. } => (Cause::TlsFailure, 0.9),
        Failure::Refused { status: 425 | 500.., .. } => (Cause::ClobOutage, 0.85),
        Failure::Refused { status: 403 | 451, message, .. } if is_of_the_region(message) => (Cause::Geoblocked, 0.85),
        _ if is_unexpected(failure) => (Cause::ClobOutage, 0.5),
        Failure::Redirected { .. } | Failure::Garbled { .. } | Failure::Refused { .. } => (Cause::WrongHost, 0.8),
        // it was never sent, so no host is to blame
        Failure::NotSent { .. } => (Cause::SettingInvalid, 0.8),
        Failure::TimedOut { .. } | Failure::Unreachable { .. } | Failure::Stopped | Failure::Internal => {
            (Cause::ClobUnreachable, 0.95)
        }
    }
}

/// What a failure is worth as evidence of this cause: proven is what the other side said itself, or that
/// there is nobody.
pub fn network_certainty(cause: Cause, failure: &Failure) -> Certainty {
    match (cause, failure) {
        _ if is_unexpected(failure) => Certainty::Possible,
        (
            Cause::RateLimited | Cause::RelayerQuota | Cause::CloudflareBlocked | Cause::Geoblocked | Cause::TlsFailure,
            _,
        )
        | (Cause::ClobOutage, Failure::Refused { status: 425 | 500.., .. })
        | (Cause::ClobUnreachable, Failure::Unreachable { .. }) => Certainty::Proven,
        _ => Certainty::Likely,
    }
}

/// A status that the service is not known to send: it says nothing of who asks.
fn is_unexpected(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { status: 402 | 405..=424 | 426..=428 | 430..=499, .. })
}

/// Whether a failure tells nothing but that the run ended: by a person, or by a fault of this program.
pub(super) fn is_cut_off(failure: &Failure) -> bool {
    matches!(failure, Failure::Stopped | Failure::Internal)
}

/// `Trading restricted in your region`
fn is_of_the_region(message: &str) -> bool {
    let message = message.to_lowercase();
    ["restricted in your region", "region", "country"].iter().any(|words| message.contains(words))
}

/// Whether the CLOB is asked at its official host, with nothing of somebody's own in between.
pub(super) fn is_official(facts: &Facts) -> bool {
    facts.setup.clob_url.as_ref().is_some_and(|url| url.value == OFFICIAL_HOST)
}

/// Whether the CLOB and another host give this same kind of answer, which is none of theirs.
pub(super) fn is_said_by_all(facts: &Facts, failure: &Failure) -> bool {
    let is_like = |other: Option<&Failure>| {
        other.is_some_and(|other| std::mem::discriminant(other) == std::mem::discriminant(failure))
    };
    let foreign = matches!(failure, Failure::BlockPage { .. } | Failure::Redirected { .. } | Failure::Garbled { .. });
    let others = [facts.geoblock.failure(), facts.profile.failure(), facts.chain.failure()];
    foreign && is_like(facts.server_time.failure()) && others.into_iter().any(is_like)
}

/// The cause of a failure of the CLOB in the light of what else was answered: what all hosts give comes
/// from something in between; a page that one address alone gives, from a wrong address; and where the
/// official host answers everything else, it is that host which is at fault. None where a person
/// stopped the run.
fn cause_among(facts: &Facts, failure: &Failure) -> Option<(Cause, f64)> {
    if is_cut_off(failure) {
        return None;
    }
    Some(match network_cause(failure) {
        (Cause::WrongHost | Cause::ProxyTampering, _) if is_said_by_all(facts, failure) => {
            (Cause::ProxyTampering, 0.92)
        }
        (Cause::WrongHost, _) if is_official(facts) && facts.server_time.known().is_some() => (Cause::ClobOutage, 0.5),
        (Cause::WrongHost, _) if is_official(facts) => (Cause::ProxyTampering, 0.8),
        (Cause::ProxyTampering, _) if !is_official(facts) => (Cause::WrongHost, 0.86),
        found => found,
    })
}

/// A finding for an answer of the CLOB that says nothing of the account.
pub(super) fn not_told(facts: &Facts, failure: &Failure, summary: &str) -> Finding {
    match cause_among(facts, failure) {
        Some((cause, likelihood)) => {
            Finding::unknown(cause, summary).likely(likelihood).certain(network_certainty(cause, failure))
        }
        None => Finding::stopped(summary),
    }
    .with("answer", failure)
}

/// Whether a failure tells nothing but that the answer is not known yet.
fn leaves_open(failure: &Failure) -> bool {
    is_unexpected(failure)
        || matches!(failure.status(), Some(425 | 429))
        || !matches!(
            failure,
            Failure::Refused { status: ..500, .. } | Failure::Garbled { .. } | Failure::Redirected { .. }
        )
}

pub(super) fn reach(facts: &Facts) -> Finding {
    let Some(url) = &facts.setup.clob_url else {
        return Finding::skip("setup.settings", "The CLOB URL is not usable");
    };
    let host = format!("{} ({})", url.value, url.source);
    let answered = facts.server_time.known().is_some() || facts.version.known().is_some();
    match facts.server_time.failure() {
        _ if answered => {}
        Some(failure) => return unreached(facts, failure).with("CLOB", host).with("GET /time", failure),
        None if facts.setup.offline => return Finding::not_asked("Offline: nothing was requested").with("CLOB", host),
        None => return Finding::not_asked("Nothing was requested").with("CLOB", host),
    }
    let version = match (facts.version.known(), facts.version.failure()) {
        (Some(version), _) => version.to_string(),
        (None, Some(failure)) => failure.to_string(),
        (None, None) => "not checked".to_owned(),
    };
    let finding = match (facts.version.known(), is_official(facts)) {
        (Some(version), _) if facts.server_time.known().is_none() => {
            Finding::note(format!("The CLOB responds, protocol version {version}; its time could not be read"))
        }
        (Some(version), true) => Finding::pass(format!("The CLOB responds, protocol version {version}")),
        (Some(version), false) => {
            Finding::note(format!("The CLOB responds, protocol version {version}; it is not the official host"))
        }
        (None, _) => {
            Finding::note("The CLOB responds; its protocol version could not be determined, and clients then assume 2")
        }
    };
    let finding = match facts.server_time.failure() {
        Some(failure) => finding.with("GET /time", failure),
        None => finding,
    };
    finding.with("CLOB", host).with("GET /version", version)
}

fn unreached(facts: &Facts, failure: &Failure) -> Finding {
    let Some((cause, likelihood)) = cause_among(facts, failure) else {
        return Finding::stopped("The run was stopped before the CLOB responded");
    };
    let summary = match failure {
        _ if cause == Cause::RateLimited => "The CLOB is rate-limiting this IP address (HTTP 429)",
        _ if is_unexpected(failure) => "The CLOB returned an unexpected response",
        _ if cause == Cause::ClobOutage => "The CLOB is reachable but out of service",
        _ if cause == Cause::ProxyTampering => "Something between you and the CLOB is answering instead",
        Failure::BlockPage { .. } => "Got an HTML page instead of JSON",
        Failure::Tls { .. } => "TLS connection to the CLOB failed",
        _ if leaves_open(failure) => "The CLOB does not respond",
        _ => "This host responds, but it is not the CLOB",
    };
    let finding = if cause == Cause::ProxyTampering || (leaves_open(failure) && cause != Cause::WrongHost) {
        Finding::unknown(cause, summary)
    } else {
        let finding = Finding::fail(cause, summary);
        if cause == Cause::WrongHost { finding.set(Setting::ClobUrl, OFFICIAL_HOST) } else { finding }
    };
    let finding = finding.likely(likelihood).certain(network_certainty(cause, failure));
    match cause {
        Cause::CloudflareBlocked => finding.fixed_by("Use a different network, or a host whose IP address is not a data center's: this IP address is blocked before authentication"),
        Cause::ProxyTampering => finding.fixed_by("Log in to the network's portal, or check HTTPS_PROXY: something between you and the CLOB is answering in its place"),
        Cause::TlsFailure => finding.fixed_by("Update the system's root certificates and check the clock; behind a company proxy, install its certificate"),
        Cause::RateLimited => finding.fixed_by("Wait, then run again; send fewer requests from this IP address"),
        Cause::ClobOutage => finding.fixed_by("Wait and run again: nothing is wrong with the account"),
        Cause::WrongHost => finding.fixed_by("Set the CLOB URL"),
        _ => finding.fixed_by("Check the network, the host name and the port; for a slow connection, raise --timeout"),
    }
}

/// A finding for a service beside the CLOB that could not be asked.
pub(super) fn service_unknown(facts: &Facts, service: &str, failure: &Failure) -> Finding {
    beside_the_clob(facts, service, failure, |cause| match cause {
        Cause::ClobUnreachable | Cause::ClobOutage => (Cause::WrongHost, 0.6),
        other => (other, network_cause(failure).1),
    })
}

/// A finding for a Polygon RPC that did not answer: whatever it said instead, another one has to be set.
pub(super) fn node_unknown(facts: &Facts, failure: &Failure) -> Finding {
    beside_the_clob(facts, "The Polygon RPC", failure, |cause| match cause {
        // what was never sent says nothing of the node, and certificates are this machine's matter
        Cause::SettingInvalid | Cause::TlsFailure => (cause, network_cause(failure).1),
        _ => (Cause::PolygonNodeUnavailable, 0.9),
    })
}

/// The fix where nothing can be reached.
pub(super) const NETWORK_FIRST: &str = "Check the network: the CLOB does not respond either";

/// Whether the CLOB fails in the same way: then nothing at all can be reached, and that is one cause and not one
/// for each host.
pub(super) fn is_everything(facts: &Facts, failure: &Failure) -> bool {
    facts.server_time.failure().is_some_and(|clob| std::mem::discriminant(clob) == std::mem::discriminant(failure))
}

fn beside_the_clob(
    facts: &Facts,
    service: &str,
    failure: &Failure,
    alone: impl FnOnce(Cause) -> (Cause, f64),
) -> Finding {
    let everything = is_everything(facts, failure);
    if is_cut_off(failure) {
        return Finding::stopped(format!("{service} had not responded when the run ended")).with("answer", failure);
    }
    let summary = format!("{service} did not respond");
    let (cause, likelihood) = match network_cause(failure) {
        _ if is_said_by_all(facts, failure) => (Cause::ProxyTampering, 0.92),
        found if everything => found,
        (cause, _) => alone(cause),
    };
    let finding = Finding::unknown(cause, summary).likely(likelihood);
    finding.certain(network_certainty(cause, failure)).with("answer", failure)
}

pub(super) fn drift(facts: &Facts) -> Finding {
    let Some(drift) = clock::drift(&facts.clock) else {
        let Some(failure) = facts.server_time.failure() else { return Finding::not_asked("Nothing was requested") };
        return not_told(facts, failure, "The server's time could not be read");
    };
    let summary = describe(drift);
    let finding = match clock_status(drift) {
        Status::Pass => Finding::pass(summary),
        Status::Note => Finding::note(summary),
        status => {
            let finding = match status {
                Status::Warn => Finding::warn(Cause::ClockDrift, summary),
                _ => Finding::fail(Cause::ClockDrift, summary),
            };
            // how much it matters: what the server makes of a request stamped by this clock settles it
            let likelihood = match (facts.local_clock.known(), facts.local_clock.failure()) {
                (_, Some(failure)) if proves_drift(facts, failure) => 0.99,
                (Some(()), _) => 0.6,
                _ => 0.9,
            };
            finding
                .likely(likelihood)
                .proven()
                .fixed_by("Turn on network time sync (NTP); until then let the client use the server's time (useServerTime in TypeScript, use_server_time in Python and Rust)")
                .command("sudo timedatectl set-ntp true")
        }
    };
    let finding = finding.with("this clock", against_the_server(drift)).with_varying("readings", facts.clock.len());
    limits(guide(finding, facts), facts)
}

/// The measured offset; a value inside its own uncertainty is none.
fn against_the_server(drift: Drift) -> String {
    if drift.at_least_s() <= 0.0 {
        return format!("within ± {:.2} s of the server", drift.at_most_s());
    }
    format!("{:+.2} s from the server, ± {:.2} s", drift.middle_s(), drift.uncertainty_s())
}

/// How a measured drift is judged. One that may be none at all, and is not known to be small either, is
/// no fact: a note.
pub fn clock_status(drift: Drift) -> Status {
    if is_undetermined(drift) { Status::Note } else { drift_status(drift.middle_s()) }
}

/// Whether the clocks may agree, and may as well differ by more than passes.
fn is_undetermined(drift: Drift) -> bool {
    drift.at_least_s() <= 0.0 && drift_status(drift.at_most_s()) != Status::Pass
}

/// How a drift of so many seconds is judged, either way.
pub fn drift_status(seconds: f64) -> Status {
    match seconds.abs() {
        ..2.0 => Status::Pass,
        ..10.0 => Status::Note,
        ..30.0 => Status::Warn,
        _ => Status::Fail,
    }
}

fn describe(drift: Drift) -> String {
    if is_undetermined(drift) {
        let within = drift.uncertainty_s();
        return format!("The clock offset could not be determined more precisely than ± {within:.1} s");
    }
    let off = drift.middle_s();
    let direction = if off > 0.0 { "ahead of" } else { "behind" };
    if off.abs() < 2.0 {
        format!("Within {:.1} s of the server", off.abs() + drift.uncertainty_s())
    } else {
        format!("This clock is {} {direction} the server", humanize(off.abs()))
    }
}

fn guide(finding: Finding, facts: &Facts) -> Finding {
    match facts.guide_time.known() {
        Some(answer) => match answer.time_s {
            Some(_) => finding.with("endpoints", "/time and /server-time both respond"),
            None => finding.with(
                "endpoints",
                format!(
                    "/time responds; /server-time (mentioned in a popular guide) returns {}; no client uses it",
                    answer.status
                ),
            ),
        },
        None => finding,
    }
}

/// Refused with this clock's stamp, while the same credentials pass with the server's.
fn proves_drift(facts: &Facts, failure: &Failure) -> bool {
    let pass = if facts.derived.known().is_some() { &facts.derived_credentials } else { &facts.configured_credentials };
    failure.is_refusal() && pass.known().is_some()
}

fn limits(finding: Finding, facts: &Facts) -> Finding {
    let finding = finding.with("limit", "not published by the CLOB; related Polymarket services allow ±30 s");
    match (facts.local_clock.known(), facts.local_clock.failure()) {
        (Some(()), _) => finding.with("proof", "the server still accepts requests with the time of this clock"),
        (None, Some(failure)) if proves_drift(facts, failure) => {
            finding.with("proof", format!("with the time of this clock: {failure}; with the server's time: accepted"))
        }
        (None, _) => finding,
    }
}
