//! Whether orders would be accepted.

use super::judged::{Judged, root};
use crate::checks::{Check, Status};
use crate::facts::Facts;

/// By the checks that orders hang on, shown or not.
pub(super) fn can_trade(judged: &[Judged], facts: &Facts) -> Option<bool> {
    let mut needed = judged.iter().filter(|one| one.check.trading);
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
