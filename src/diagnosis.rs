//! From findings, facts and symptoms to ranked root causes.
//!
//! [`RULES`] weigh what is known for and against causes; their evidence is joined and ranked. What
//! proves outranks what suggests: a recovered signer, a reproduced secret or an owner on chain
//! counts more than any error sentence, and causes that the checks have ruled out are said to be.
//!
//! A report has the diagnoses of its findings:
//!
//! ```
//! use polydoctor::facts::Facts;
//! use polydoctor::report::Report;
//!
//! let facts = Facts { symptoms: vec!["invalid signature".to_owned()], ..Facts::default() };
//! let report = Report::of(&facts);
//! assert!(report.diagnoses.iter().all(|diagnosis| (0.0..=1.0).contains(&diagnosis.likelihood)));
//! ```

mod exchange;
mod live;
mod ranking;
mod rules;
mod symptoms;

use serde::Serialize;
use serde_json::Value;

pub use rules::{RULES, Rule};

use crate::cause::{Cause, Certainty};
use crate::checks::{Finding, Status, Tries};
use crate::facts::Facts;
use crate::reference::Reported;
use crate::settings::wanted::{FixKey, Wanted};

/// A root cause with its evidence and its fix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// What is wrong.
    pub cause: Cause,
    /// One short sentence without a full stop, from `assets/causes.toml`.
    pub title: String,
    /// What all of the evidence is worth together.
    pub certainty: Certainty,
    /// In [0, 1]: a rank among the causes of this run, not a measured probability.
    pub likelihood: f64,
    /// The evidence, one sentence each.
    pub because: Vec<String>,
    /// What it explains: the errors that were reported, ids of checks, errors that were received, then the
    /// sentences of [`Diagnosis::shows_as`].
    pub explains: Vec<String>,
    /// Sentences of the reference that this cause shows as, which nobody reported or received here.
    pub shows_as: Vec<String>,
    /// Other causes of the same errors, and what rules them out.
    pub excluded: Vec<String>,
    /// Where another cause is as likely: the observation that would decide.
    pub decide: Option<String>,
    /// What to do about it.
    pub fix: DiagnosisFix,
}

/// How to repair a cause: in words, as settings and as commands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DiagnosisFix {
    /// What to do, beginning with a verb; the cause's own words where no check knows better.
    pub text: String,
    /// Setting values that would repair it, where they are known.
    pub settings: Wanted,
    /// What to write where, such as `line 7 of .env: POLYMARKET_FUNDER=0x…`. The report fills it in.
    pub edits: Vec<String>,
    /// Lines for a shell, in the order in which to run them.
    pub commands: Vec<String>,
    /// Settings that nothing shows to help, or whose value only the user knows.
    #[serde(skip)]
    pub tries: Tries,
}

/// Everything that a diagnosis rests on.
pub struct Case<'a> {
    /// What the run found out.
    pub facts: &'a Facts,
    /// The errors that the user reported, the known ones among them recognised.
    pub reported: &'a [Reported],
    /// What the checks found, in the order of the checklist.
    pub findings: Vec<(&'static str, &'a Finding)>,
}

impl<'a> Case<'a> {
    /// What the check of this id found; `None` where it is not shown or not settled.
    pub fn finding(&self, check: &str) -> Option<&'a Finding> {
        self.findings.iter().find(|(id, _)| *id == check).map(|(_, finding)| *finding)
    }

    /// Whether a check says that all is right with what it looks at.
    pub fn passes(&self, check: &str) -> bool {
        self.finding(check).is_some_and(|finding| matches!(finding.status, Status::Pass | Status::Note))
    }

    /// The place of a check in the checklist: what stands earlier has to be mended first.
    fn place(&self, check: &str) -> usize {
        self.findings.iter().position(|(id, _)| *id == check).unwrap_or(usize::MAX)
    }
}

/// How much an observation says about a cause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weight {
    /// Leaves no doubt about the cause.
    Proves,
    /// In (0, 1): how likely the cause is by this alone.
    Supports(f64),
    /// In (0, 1): by how much it makes the cause less likely.
    Opposes(f64),
    /// Leaves no room for the cause.
    Excludes,
}

/// One observation for or against a cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Clue {
    /// What it is evidence for or against.
    pub cause: Cause,
    /// What it is worth if nothing else is known.
    pub certainty: Certainty,
    /// How much it says, and in which direction.
    pub weight: Weight,
    /// What was observed, in words.
    pub says: String,
    /// The check or the error sentence that it explains.
    pub explains: Option<String>,
    /// How it would be repaired, as far as this observation tells.
    pub fix: DiagnosisFix,
}

impl Clue {
    /// `Proven` where it proves, otherwise `Possible`; see [`Clue::certain`].
    pub fn new(cause: Cause, weight: Weight, says: impl Into<String>) -> Self {
        let certainty = if weight == Weight::Proves { Certainty::Proven } else { Certainty::Possible };
        Self { cause, certainty, weight, says: says.into(), explains: None, fix: DiagnosisFix::default() }
    }

    /// What this observation is worth by itself, where its weight does not say.
    #[must_use]
    pub fn certain(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }

    /// The id of the check or the error sentence that it accounts for.
    #[must_use]
    pub fn explains(mut self, what: impl Into<String>) -> Self {
        self.explains = Some(what.into());
        self
    }

    /// A setting that would repair the cause.
    #[must_use]
    pub fn set(mut self, key: impl Into<FixKey>, value: impl Into<Value>) -> Self {
        self.fix.settings.insert(key.into(), value.into());
        self
    }
}

/// Ranks the root causes of a case, the most likely first.
pub fn diagnose(case: &Case<'_>) -> Vec<Diagnosis> {
    let clues: Vec<Clue> = RULES.iter().flat_map(|rule| (rule.weigh)(case)).collect();
    ranking::rank(case, &clues)
}
