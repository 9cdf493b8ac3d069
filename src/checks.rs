//! The checklist: a table of checks, each a pure function from facts to a finding.

use serde::Serialize;

use crate::engine::facts::Facts;
use crate::engine::probe::Probe;

/// How a check stands; the first two only while a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Waiting,
    Running,
    /// Proved right.
    Pass,
    /// Nothing wrong, worth knowing.
    Note,
    /// Works now, will bite.
    Warn,
    /// Orders or sign-in will be refused.
    Fail,
    /// Could not be found out.
    Unknown,
    /// Something it needs did not pass.
    Skip,
}

impl Status {
    pub fn is_problem(self) -> bool {
        matches!(self, Self::Warn | Self::Fail | Self::Unknown)
    }

    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }

    /// The word that stands beside the symbol.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "WAIT",
            Self::Running => "RUN",
            Self::Pass => "PASS",
            Self::Note => "NOTE",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
            Self::Unknown => "UNKN",
            Self::Skip => "SKIP",
        }
    }
}

/// One observation, as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub label: String,
    pub value: String,
}

/// What to do: in words, and as commands to copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fix {
    pub text: String,
    pub commands: Vec<String>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub status: Status,
    /// One sentence without a full stop.
    pub summary: String,
    pub evidence: Vec<Evidence>,
    pub fix: Option<Fix>,
}

/// One row of the checklist.
pub struct Check {
    pub id: &'static str,
    pub group: &'static str,
    /// Checks that must not fail before this one can say anything.
    pub needs: &'static [&'static str],
    /// Probes whose facts it reads.
    pub reads: &'static [Probe],
    pub judge: fn(&Facts) -> Finding,
}
