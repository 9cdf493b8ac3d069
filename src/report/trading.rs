//! Whether orders would be accepted.

use super::judged::{Judged, root};
use crate::cause::Certainty;
use crate::checks::{Check, Status};
use crate::diagnosis::Diagnosis;
use crate::facts::Facts;
use crate::reference::Reported;
use crate::settings::Venue;

/// By the checks that orders hang on, shown or not. What was reported and no check sees, such as a ban, leaves
/// it open.
pub(super) fn can_trade(
    judged: &[Judged],
    facts: &Facts,
    diagnoses: &[Diagnosis],
    reported: &[Reported],
) -> Option<bool> {
    let is_reported = |text: &String| reported.iter().any(|error| error.text == *text);
    let speaks_against = |diagnosis: &Diagnosis| {
        diagnosis.certainty != Certainty::Possible && diagnosis.explains.iter().any(is_reported)
    };
    can_trade_at(judged, facts, None).filter(|can| !can || !diagnoses.iter().any(speaks_against))
}

/// The same for one venue, with the checks that are of none; `None` for all venues that are looked at.
pub(super) fn can_trade_at(judged: &[Judged], facts: &Facts, venue: Option<Venue>) -> Option<bool> {
    let is_of = |check: &Check| venue.is_none() || check.venue().is_none() || check.venue() == venue;
    let mut needed = judged.iter().filter(|one| one.check.trading && one.check.is_looked_at(facts) && is_of(one.check));
    if needed.clone().any(|one| root(judged, one).status == Status::Fail) {
        return Some(false);
    }
    let is_seen = |check: &Check| check.proof.iter().all(|any| any.iter().any(|probe| facts.is_answered(*probe)));
    needed
        .all(|one| match one.status {
            Status::Pass => true,
            Status::Note => is_seen(one.check),
            _ => false,
        })
        .then_some(true)
}
