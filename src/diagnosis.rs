//! From findings to ranked root causes.
//!
//! Each problem that a check states names the causes that it points to. Here findings that point to
//! the same cause are joined, and causes are ranked: the likelier first, and of equals the one that
//! stands earlier in the checklist, since it has to be mended first.

mod causes;

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Map, Value};

pub use causes::{Cause, CauseWords, Snippets};

use crate::checks::Finding;
use crate::reference;

/// Of the sentences that a cause shows as, so many stand in a diagnosis, the most typical first.
const SENTENCES: usize = 4;

/// A root cause with what speaks for it and what mends it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    pub cause: Cause,
    pub title: String,
    /// In [0, 1].
    pub likelihood: f64,
    pub because: Vec<String>,
    /// What it explains: error sentences and ids of checks.
    pub explains: Vec<String>,
    pub fix: DiagnosisFix,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DiagnosisFix {
    pub text: String,
    /// Setting values that would repair it, where they are known.
    pub settings: Map<String, Value>,
    pub commands: Vec<String>,
}

/// Joins what the checks suspect into ranked diagnoses, the most likely first.
///
/// Findings that only follow from another are skipped by the checklist and arrive here without a
/// suspicion. `findings` are in the order of the checklist.
pub fn diagnose<'a>(findings: impl IntoIterator<Item = (&'static str, &'a Finding)>) -> Vec<Diagnosis> {
    let mut diagnoses: Vec<Diagnosis> = Vec::new();
    for (check, finding) in findings.into_iter().filter(|(_, finding)| finding.status.is_problem()) {
        for (place, suspicion) in finding.suspicions.iter().enumerate() {
            let index = diagnoses.iter().position(|known| known.cause == suspicion.cause).unwrap_or_else(|| {
                diagnoses.push(begin(suspicion.cause));
                diagnoses.len() - 1
            });
            let joined = &mut diagnoses[index];
            joined.likelihood = joined.likelihood.max(suspicion.likelihood);
            joined.because.push(finding.summary.clone());
            joined.explains.push(check.to_owned());
            for (setting, value) in &suspicion.settings {
                joined.fix.settings.entry(*setting).or_insert_with(|| value.clone());
            }
            if let (0, Some(fix)) = (place, &finding.fix)
                && joined.fix.commands.is_empty()
            {
                joined.fix.text.clone_from(&fix.text);
                joined.fix.commands.clone_from(&fix.commands);
            }
        }
    }
    // a stable sort: equals stay in the order of the checklist
    diagnoses.sort_by(|a, b| b.likelihood.partial_cmp(&a.likelihood).unwrap_or(Ordering::Equal));
    diagnoses
}

fn begin(cause: Cause) -> Diagnosis {
    let words = cause.words();
    Diagnosis {
        cause,
        title: words.title.clone(),
        likelihood: 0.0,
        because: Vec::new(),
        explains: reference::shows_as(cause).into_iter().take(SENTENCES).map(reference::varied).collect(),
        fix: DiagnosisFix { text: words.fix.clone(), ..DiagnosisFix::default() },
    }
}
