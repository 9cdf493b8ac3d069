//! The live channels: do they accept the API credentials?

use super::clock::is_cut_off;
use super::credentials::{by_settings, l2, matching};
use super::finding::not_checked;
use super::{Finding, Status, Suspicion};
use crate::cause::{Cause, Certainty};
use crate::facts::{ChannelAnswer, Fact, Facts, Failure, SentCredentials, UserChannel};

/// A rejection by a channel alone is worth less than a reproduced signature: builder and session credentials
/// were never seen there.
const REJECTED_ALONE: f64 = 0.6;

/// The yes or no of a channel, and whose credentials it is about: of the live data service, which
/// acknowledges, or else of the user channel.
pub fn channel_answer(facts: &Facts) -> Option<(SentCredentials, &ChannelAnswer)> {
    let live = facts.live.known().map(|live| (live.sent, &live.answer));
    let user = facts.user_channel.known().map(|user| (user.sent, &user.answer));
    let is_decided = |(_, answer): &(_, &ChannelAnswer)| answer.is_accepted() || answer.is_rejected();
    live.filter(is_decided).or_else(|| user.filter(is_decided)).or(live).or(user)
}

/// What HTTP said to a signed request with the same credentials.
fn over_http(facts: &Facts, sent: SentCredentials) -> &Fact<Vec<String>> {
    match sent {
        SentCredentials::Configured => &facts.configured_credentials,
        SentCredentials::Derived => &facts.derived_credentials,
    }
}

/// The refusal of a signed request whose credentials a channel accepts: they are right, and what is wrong is
/// what else goes into a signature.
pub fn is_right_triple(facts: &Facts) -> Option<&Failure> {
    let (sent, answer) = channel_answer(facts)?;
    over_http(facts, sent).failure().filter(|failure| answer.is_accepted() && failure.is_refusal())
}

pub(super) fn channel(facts: &Facts) -> Finding {
    let finding = match channel_answer(facts) {
        Some((sent, ChannelAnswer::Accepted)) => accepted(facts, sent),
        Some((sent, ChannelAnswer::Rejected { how })) => rejected(facts, sent, how),
        Some((_, ChannelAnswer::Unclear { how })) => {
            Finding::note(format!("The live channel responds, but without a verdict on the API credentials: {how}"))
        }
        None => unanswered(facts),
    };
    user_channel(live_data(finding, facts), facts)
}

fn accepted(facts: &Facts, sent: SentCredentials) -> Finding {
    let user = facts.user_channel.known();
    match is_right_triple(facts) {
        Some(failure) => Finding::pass(format!(
            "The live channel accepts the {} API credentials that HTTP rejects: they are valid",
            sent.word()
        ))
        .with("over HTTP", failure),
        None if user.is_some_and(|user| user.answer.is_rejected()) => Finding::note(format!(
            "The live data service accepts the {} API credentials, but the user channel does not: a bot may receive no events",
            sent.word()
        )),
        None if user.is_some_and(|user| user.answer.is_accepted()) && facts.live.known().is_some() => {
            Finding::pass(format!("Both live channels accept the {} API credentials", sent.word()))
        }
        None if let Fact::Failed { failure, .. } = &facts.live => Finding::note(format!(
            "The user channel accepts the {} API credentials, but the live data service did not respond",
            sent.word()
        ))
        .with("answer", failure),
        None => Finding::pass(format!("The live channel accepts the {} API credentials", sent.word())),
    }
}

fn rejected(facts: &Facts, sent: SentCredentials, how: &str) -> Finding {
    let http = over_http(facts, sent);
    let finding = if http.known().is_some() {
        Finding::note("The live channel rejects API credentials that HTTP accepts: a bot may receive no events")
            .fixed_by(
                "If your bot receives no fills, derive the API credentials again and restart it. Orders are not affected",
            )
    } else {
        let summary = if http.failure().is_some_and(Failure::is_refusal) {
            format!("The live channel rejects the {} API credentials, as HTTP does: the values are wrong", sent.word())
        } else {
            format!("The live channel rejects the {} API credentials", sent.word())
        };
        same_cause(facts, summary)
    };
    let finding = match http.failure() {
        Some(failure) => finding.with("over HTTP", failure),
        None => finding,
    };
    finding.with("answer", how).with("unknown", "whether it accepts builder or session credentials")
}

/// A rejection has the cause that the checks of the credentials find.
fn same_cause(facts: &Facts, summary: String) -> Finding {
    let told = by_settings(facts).into_iter().chain([matching(facts), l2(facts)]);
    let mut found = told.filter(|finding| finding.status.is_problem() && !finding.suspicions.is_empty());
    match found.next() {
        Some(found) => {
            let mut finding = Finding::fail(found.suspicions[0].cause, summary);
            finding.fix.clone_from(&found.fix);
            finding.suspicions = found.suspicions.into_iter().take(1).map(less_certain).collect();
            finding
        }
        None => Finding::fail(Cause::CredentialsStale, summary)
            .likely(REJECTED_ALONE)
            .or(Cause::CredentialsOtherAddress, 0.2)
            .fixed_by("Derive the API credentials again, and set all three values from one derivation"),
    }
}

/// The channel's word alone proves nothing.
fn less_certain(suspicion: Suspicion) -> Suspicion {
    let likelihood = suspicion.likelihood.min(REJECTED_ALONE);
    Suspicion { certainty: suspicion.certainty.min(Certainty::Likely), likelihood, ..suspicion }
}

/// A channel that cannot be asked is never worse than a note: orders do not need it.
fn unanswered(facts: &Facts) -> Finding {
    match &facts.live {
        Fact::Failed { failure, .. } if is_cut_off(failure) => {
            Finding::stopped("The live channel had not responded when the run ended").with("answer", failure)
        }
        Fact::Failed { failure, .. } => {
            Finding::note("The live channel did not respond; orders do not need it").with("answer", failure).fixed_by(
                "If your bot receives no events, check POLYMARKET_LIVE_URL and that WebSocket connections are allowed from here. Orders are not affected",
            )
        }
        Fact::NotAsked { why } if facts.setup.offline => Finding::not_asked(not_checked(why)),
        Fact::NotAsked { why } => Finding::note(not_checked(why)),
        Fact::Blocked { .. } => {
            let open = match facts.setup.signer() {
                None => "key.format",
                Some(_) if facts.has_no_key() => "creds.nonce",
                Some(_) => "creds.derive",
            };
            Finding::skip(open, "There are no API credentials to try")
        }
        Fact::Known { .. } | Fact::Waiting | Fact::Running { .. } => {
            Finding::not_asked("The live channel was not checked")
        }
    }
}

/// What the live data service did, and how long it took.
fn live_data(finding: Finding, facts: &Facts) -> Finding {
    let finding = match &facts.setup.live_url {
        Some(url) if finding.status != Status::Skip => {
            finding.with("live data", format!("{} ({})", url.value, url.source))
        }
        _ => finding,
    };
    match facts.live.known() {
        Some(live) => finding.with_varying(
            "timing",
            format!("connected after {} ms, answered {} ms later", live.connected_ms, live.answered_ms),
        ),
        None => finding,
    }
}

fn user_channel(finding: Finding, facts: &Facts) -> Finding {
    match &facts.user_channel {
        Fact::Known { value, .. } => finding.with("user channel", user_words(value)),
        Fact::Failed { failure, .. } => finding.with("user channel", failure),
        Fact::NotAsked { why } if facts.setup.deep => finding.with("user channel", format!("not checked: {why}")),
        _ => finding,
    }
}

fn user_words(user: &UserChannel) -> String {
    let pong = user.pong_ms.map_or_else(|| "no PONG".to_owned(), |ms| format!("PONG after {ms} ms"));
    match &user.answer {
        ChannelAnswer::Accepted => format!("accepts them: {pong}, still open after {} ms", user.open_ms),
        ChannelAnswer::Rejected { how } => format!("rejects them: {how} after {} ms", user.open_ms),
        ChannelAnswer::Unclear { how } => format!("no response: {how} after {} ms ({pong})", user.open_ms),
    }
}
