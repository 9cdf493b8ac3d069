//! What is wrong with a request, in words.

use serde_json::{Value, json};

use super::difference::Difference;
use crate::cause::{Cause, Certainty};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What is wrong, by its name.
    pub cause: Cause,
    /// `Proven` only where the captured signature was reproduced, or its signer recovered.
    pub certainty: Certainty,
    /// One sentence without a full stop.
    pub summary: String,
    /// The evidence, one sentence each.
    pub because: Vec<String>,
    /// What to do; where nothing better is known, the words of the cause.
    pub fix: String,
    /// Whether the code of the cause is an example of the fix.
    pub has_code: bool,
    /// What was signed and what was sent, where that shows it.
    pub difference: Option<Difference>,
}

impl Finding {
    pub(super) fn new(cause: Cause, certainty: Certainty, summary: impl Into<String>) -> Self {
        let fix = cause.words().fix.clone();
        Self { cause, certainty, summary: summary.into(), because: Vec::new(), fix, has_code: true, difference: None }
    }

    #[must_use]
    pub(super) fn because(mut self, evidence: impl Into<String>) -> Self {
        self.because.push(evidence.into());
        self
    }

    #[must_use]
    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// For what the example code of the cause is not about.
    #[must_use]
    pub(super) fn without_code(mut self) -> Self {
        self.has_code = false;
        self
    }

    #[must_use]
    pub(super) fn differing(mut self, difference: Option<Difference>) -> Self {
        self.difference = difference;
        self
    }

    pub(super) fn for_each_text(&mut self, change: &dyn Fn(&mut String)) {
        change(&mut self.summary);
        change(&mut self.fix);
        self.because.iter_mut().for_each(change);
        if let Some(difference) = &mut self.difference {
            change(&mut difference.signed);
            change(&mut difference.sent);
        }
    }

    /// `fix` has the shape that `explain` gives it.
    pub fn json(&self) -> Value {
        let words = self.cause.words();
        let fix = if self.has_code {
            json!({ "text": self.fix, "commands": words.commands, "clients": words.clients })
        } else {
            json!({ "text": self.fix, "commands": [], "clients": {} })
        };
        let mut json = json!({
            "cause": self.cause,
            "certainty": self.certainty,
            "summary": self.summary,
            "because": self.because,
            "fix": fix,
        });
        if let Some(difference) = &self.difference {
            json["difference"] = difference.json();
        }
        json
    }
}

/// Adds a finding; of two with one cause the more certain stays, with the evidence of both.
pub(super) fn add(findings: &mut Vec<Finding>, finding: Finding) {
    let Some(known) = findings.iter_mut().find(|known| known.cause == finding.cause) else {
        return findings.push(finding);
    };
    let (kept, other) = if finding.certainty > known.certainty {
        let other = std::mem::replace(known, finding);
        (known, other)
    } else {
        (known, finding)
    };
    if kept.difference.is_none() {
        kept.difference = other.difference;
    }
    for evidence in std::iter::once(other.summary).chain(other.because) {
        if evidence != kept.summary && !kept.because.contains(&evidence) {
            kept.because.push(evidence);
        }
    }
}
