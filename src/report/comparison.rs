//! Two reports side by side: another machine and this one, or before and after.

use indexmap::IndexMap;
use serde::Serialize;

use super::{CheckReport, Report, Verdict};
use crate::checks::{Role, Status};

/// The check whose evidence is the settings.
const SETTINGS: &str = "setup.settings";

/// What differs between a recorded run and this one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// When the other run was recorded: RFC 3339, UTC.
    pub recorded_at: String,
    /// The signer of that run, or why there was none.
    pub signer: String,
    /// `None` where both come to the same.
    pub verdict: Option<Pair<Verdict>>,
    /// Checks that stand differently.
    pub judgement: Vec<Judged>,
    /// Settings with another value or from another place.
    pub settings: Vec<Difference>,
    /// What checks that stand alike have seen otherwise, without what differs in every run.
    pub facts: Vec<Difference>,
}

/// The same thing in both runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    /// In the recorded run.
    pub recorded: T,
    /// In this one.
    pub now: T,
}

/// A check that stands differently; one that only one of the runs has is skipped in the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The check.
    pub id: &'static str,
    /// How it stands.
    pub status: Pair<Status>,
    /// What it found, in one sentence without a full stop.
    pub summary: Pair<String>,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The setting, or the check and what it observed.
    pub what: String,
    /// Empty where it was not there.
    #[serde(flatten)]
    pub values: Pair<String>,
}

impl Comparison {
    /// What the recorded report and that of this run do not have in common.
    pub fn of(recorded: &Report, now: &Report) -> Self {
        let mut comparison = Self {
            recorded_at: recorded.started_at.clone(),
            signer: recorded.who.clone(),
            verdict: differing(recorded.verdict, now.verdict),
            judgement: Vec::new(),
            settings: Vec::new(),
            facts: Vec::new(),
        };
        for check in &now.checks {
            comparison.take(check.id, recorded.check(check.id), Some(check));
        }
        for check in recorded.checks.iter().filter(|check| now.check(check.id).is_none()) {
            comparison.take(check.id, Some(check), None);
        }
        comparison
    }

    /// Whether both runs come to the same, from the same settings.
    pub fn is_same(&self) -> bool {
        self.verdict.is_none() && self.judgement.is_empty() && self.settings.is_empty() && self.facts.is_empty()
    }

    fn take(&mut self, id: &'static str, recorded: Option<&CheckReport>, now: Option<&CheckReport>) {
        let both = Pair { recorded, now };
        let status = both.map(|check| check.map_or(Status::Skip, |check| check.status));
        let summary = both.map(|check| check.map_or_else(String::new, |check| check.summary.clone()));
        let is_same_status = status.recorded == status.now;
        if id == SETTINGS {
            self.settings.extend(of_evidence("", both));
        } else if is_same_status {
            let is_same = summary.recorded == summary.now;
            self.facts.extend((!is_same).then(|| Difference { what: id.to_owned(), values: summary.clone() }));
            self.facts.extend(of_evidence(id, both));
        }
        if !is_same_status {
            self.judgement.push(Judged { id, status, summary });
        }
    }
}

impl<T> Pair<T> {
    fn map<U>(self, each: impl Fn(T) -> U) -> Pair<U> {
        Pair { recorded: each(self.recorded), now: each(self.now) }
    }
}

fn differing<T: PartialEq>(recorded: T, now: T) -> Option<Pair<T>> {
    (recorded != now).then_some(Pair { recorded, now })
}

/// Evidence under the same label, which may stand there more than once.
fn of_evidence(id: &str, both: Pair<Option<&CheckReport>>) -> Vec<Difference> {
    let mut rows: IndexMap<&str, Pair<Vec<&str>>> = IndexMap::new();
    let Pair { recorded, now } = both.map(|check| check.map_or(&[][..], |check| &check.evidence));
    for row in now.iter().filter(|row| row.role != Role::Varying) {
        rows.entry(&row.label).or_default().now.push(&row.value);
    }
    for row in recorded.iter().filter(|row| row.role != Role::Varying) {
        rows.entry(&row.label).or_default().recorded.push(&row.value);
    }
    rows.retain(|_, values| values.recorded != values.now);
    let difference = |(label, values): (&str, Pair<Vec<&str>>)| Difference {
        what: if id.is_empty() { label.to_owned() } else { format!("{id}: {label}") },
        values: values.map(|values| values.join("; ")),
    };
    rows.into_iter().map(difference).collect()
}
