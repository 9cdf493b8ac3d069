//! Two reports side by side: another machine and this one, or before and after.

use indexmap::IndexMap;
use serde::Serialize;

use super::{CheckReport, Report, Verdict};
use crate::checks::{Evidence, Status};

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
    /// What checks that stand alike have seen otherwise; measured times differ in every run.
    pub facts: Vec<Difference>,
}

/// The same thing in both runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
        let ids = now.checks.iter().chain(&recorded.checks).map(|check| check.id);
        let mut ids: Vec<&'static str> = ids.collect();
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        for id in ids {
            comparison.take(id, recorded.check(id), now.check(id));
        }
        comparison
    }

    /// Whether both runs come to the same, from the same settings.
    pub fn is_same(&self) -> bool {
        self.verdict.is_none() && self.judgement.is_empty() && self.settings.is_empty() && self.facts.is_empty()
    }

    fn take(&mut self, id: &'static str, recorded: Option<&CheckReport>, now: Option<&CheckReport>) {
        let status = |check: Option<&CheckReport>| check.map_or(Status::Skip, |check| check.status);
        let summary = |check: Option<&CheckReport>| check.map_or_else(String::new, |check| check.summary.clone());
        let is_same_status = status(recorded) == status(now);
        if !is_same_status {
            let status = Pair { recorded: status(recorded), now: status(now) };
            self.judgement.push(Judged {
                id,
                status,
                summary: Pair { recorded: summary(recorded), now: summary(now) },
            });
        }
        if id == SETTINGS {
            self.settings.extend(of_evidence("", recorded, now));
        } else if is_same_status {
            let values = Pair { recorded: summary(recorded), now: summary(now) };
            self.facts.extend((values.recorded != values.now).then(|| Difference { what: id.to_owned(), values }));
            self.facts.extend(of_evidence(id, recorded, now));
        }
    }
}

fn differing<T: PartialEq>(recorded: T, now: T) -> Option<Pair<T>> {
    (recorded != now).then_some(Pair { recorded, now })
}

/// Evidence under the same label, which may stand there more than once.
fn of_evidence(id: &str, recorded: Option<&CheckReport>, now: Option<&CheckReport>) -> Vec<Difference> {
    let mut rows: IndexMap<&str, Pair<Vec<&str>>> = IndexMap::new();
    for row in evidence(now) {
        rows.entry(&row.label).or_insert_with(none).now.push(&row.value);
    }
    for row in evidence(recorded) {
        rows.entry(&row.label).or_insert_with(none).recorded.push(&row.value);
    }
    rows.retain(|_, values| values.recorded != values.now);
    let difference = |(label, values): (&str, Pair<Vec<&str>>)| Difference {
        what: if id.is_empty() { label.to_owned() } else { format!("{id}: {label}") },
        values: Pair { recorded: values.recorded.join("; "), now: values.now.join("; ") },
    };
    rows.into_iter().map(difference).collect()
}

fn evidence(check: Option<&CheckReport>) -> &[Evidence] {
    check.map_or(&[], |check| &check.evidence)
}

const fn none<'a>() -> Pair<Vec<&'a str>> {
    Pair { recorded: Vec::new(), now: Vec::new() }
}
