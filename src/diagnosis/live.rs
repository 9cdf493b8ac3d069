//! What a live channel's word says of refused credentials: it sees the three values alone, so what HTTP
//! refuses although a channel accepts it is refused for what else goes into a signature.

use super::{Case, Clue, Weight};
use crate::cause::{Cause, Certainty};
use crate::checks::{self, Status};
use crate::facts::SentCredentials;
use crate::facts::clock;

/// The check that asks the channel.
const CHECK: &str = "live.channel";

/// The causes for which the three values themselves would be wrong.
const OF_THE_VALUES: [Cause; 4] =
    [Cause::CredentialsStale, Cause::CredentialsJustCreated, Cause::WrongSecret, Cause::CredentialsIncomplete];

/// What lies between these settings and the CLOB where nothing of the values, the address or the clock is
/// wrong: a reverse proxy of somebody's own loses headers, and one that nobody knows of changes them.
const BETWEEN: [(Cause, f64); 2] = [(Cause::HeadersDropped, 0.86), (Cause::ProxyTampering, 0.4)];

pub(super) fn accepts(case: &Case<'_>) -> Vec<Clue> {
    if checks::is_right_triple(case.facts).is_none() || case.finding(CHECK).is_none() {
        return Vec::new();
    }
    let says = "A live channel accepts the same API credentials; it checks no signature, wallet address or clock";
    let mut clues: Vec<Clue> =
        OF_THE_VALUES.into_iter().map(|cause| Clue::new(cause, Weight::Opposes(0.8), says)).collect();
    if is_of_another_address(case) {
        clues.push(Clue::new(Cause::CredentialsOtherAddress, Weight::Supports(0.3), says).certain(Certainty::Likely));
        return clues;
    }
    let is_clock_off = clock::drift(&case.facts.clock).is_some_and(clock::Drift::is_noticeable);
    if is_clock_off {
        clues.push(Clue::new(Cause::ClockDrift, Weight::Supports(0.4), says).explains("creds.l2"));
    }
    let share = if is_clock_off { 0.6 } else { 1.0 };
    clues.extend(BETWEEN.into_iter().map(|(cause, likelihood)| {
        let certainty = if cause == Cause::HeadersDropped { Certainty::Likely } else { Certainty::Possible };
        Clue::new(cause, Weight::Supports(likelihood * share), says).certain(certainty).explains("creds.l2")
    }));
    clues
}

/// Whether the values are good, and another signer's: then the address is what HTTP refuses.
fn is_of_another_address(case: &Case<'_>) -> bool {
    let is_it = |cause| {
        matches!(cause, Cause::CredentialsOtherAddress | Cause::AddressHeader | Cause::BuilderCredentialsAsUser)
    };
    let found = case.finding("creds.match").filter(|finding| finding.status == Status::Fail);
    let is_configured = checks::channel_answer(case.facts).is_some_and(|(sent, _)| sent == SentCredentials::Configured);
    is_configured && found.is_some_and(|finding| finding.suspicions.first().is_some_and(|first| is_it(first.cause)))
}
