//! What a check can find.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::cause::{Cause, Certainty};
use crate::facts::probe::OFFLINE;
use crate::settings::Setting;
use crate::settings::wanted::{FixKey, Wanted};

/// How a check stands; the first two only while a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// None of its probes has started.
    Waiting,
    /// One of its probes is under way.
    Running,
    /// Seen to be right in this run.
    Pass,
    /// Nothing wrong, worth knowing.
    Note,
    /// Works now, but will cause trouble.
    Warn,
    /// Orders or sign-in will be refused.
    Fail,
    /// Could not be determined.
    Unknown,
    /// Something it needs did not pass.
    Skip,
}

impl Status {
    /// Whether it wants attention: a warning, a failure, or what could not be determined.
    pub fn is_problem(self) -> bool {
        matches!(self, Self::Warn | Self::Fail | Self::Unknown)
    }

    /// Whether it is final for this run.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }

    /// Whether a check that needs this one can still say something.
    pub fn lets_go_on(self) -> bool {
        matches!(self, Self::Pass | Self::Note | Self::Warn)
    }

    /// Place in a list that has the worst first.
    pub fn severity(self) -> u8 {
        match self {
            Self::Fail => 0,
            Self::Unknown => 1,
            Self::Warn => 2,
            Self::Running => 3,
            Self::Waiting => 4,
            Self::Skip => 5,
            Self::Note => 6,
            Self::Pass => 7,
        }
    }

    /// One cell wide, each status its own, so that it never hangs on colour.
    pub fn symbol(self, ascii: bool) -> &'static str {
        let (unicode, plain) = match self {
            Self::Pass => ("✓", "+"),
            Self::Note => ("i", "i"),
            Self::Warn => ("!", "!"),
            Self::Fail => ("✗", "x"),
            Self::Unknown => ("?", "?"),
            Self::Skip => ("–", "-"),
            Self::Waiting | Self::Running => ("·", "."),
        };
        if ascii { plain } else { unicode }
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
    /// What was observed, in a few words.
    pub label: String,
    /// What was seen; never a secret.
    pub value: String,
    /// What it is there for.
    #[serde(skip)]
    pub role: Role,
}

/// What a piece of evidence is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// It supports the finding.
    #[default]
    Support,
    /// It differs in every run, such as a time that was measured.
    Varying,
    /// It is part of the whole picture, whatever was found.
    Background,
}

/// What to do: in words, and as commands to copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What to do, beginning with a verb.
    pub text: String,
    /// What to write where, such as `line 7 of .env: POLYMARKET_FUNDER=0x…`. The report fills it in.
    pub edits: Vec<String>,
    /// Lines for a shell, in the order in which to run them.
    pub commands: Vec<String>,
    /// Settings that nothing shows to help, or whose value only the user knows.
    #[serde(skip)]
    pub tries: Tries,
}

/// Settings, each with what may be written.
pub type Tries = Vec<(Setting, Try)>;

/// What may be written for a setting, though it is not known to help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Try {
    /// A value that is worth a try.
    Value(String),
    /// Words for a value that only the user knows.
    Words(String),
}

/// That nothing was asked, and why.
pub(super) fn not_checked(why: &str) -> String {
    if why == OFFLINE { format!("Not checked ({why})") } else { format!("Not checked: {why}") }
}

/// The root cause that a finding points to.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspicion {
    /// What would explain the finding.
    pub cause: Cause,
    /// What the evidence for it is worth.
    pub certainty: Certainty,
    /// In [0, 1]: a rank among the causes of a run, not a measured probability.
    pub likelihood: f64,
    /// Setting values that would repair it.
    pub settings: Wanted,
}

/// What a check found.
///
/// A problem cannot be stated without a cause: [`Finding::fail`], [`Finding::warn`] and
/// [`Finding::unknown`] take one. Only what a person cut off, [`Finding::stopped`], has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How the check stands with it.
    pub status: Status,
    /// One sentence without a full stop.
    pub summary: String,
    /// In the order in which it is shown.
    pub evidence: Vec<Evidence>,
    /// `None` where nothing is to be done.
    pub fix: Option<Fix>,
    /// The first is the most likely.
    pub suspicions: Vec<Suspicion>,
    /// The check whose outcome keeps this one from saying anything.
    pub blocked_by: Option<&'static str>,
}

impl Finding {
    fn new(status: Status, summary: impl Into<String>) -> Self {
        let summary = summary.into();
        Self { status, summary, evidence: Vec::new(), fix: None, suspicions: Vec::new(), blocked_by: None }
    }

    /// Seen to be right in this run.
    pub fn pass(summary: impl Into<String>) -> Self {
        Self::new(Status::Pass, summary)
    }

    /// Nothing wrong, and worth knowing.
    pub fn note(summary: impl Into<String>) -> Self {
        Self::new(Status::Note, summary)
    }

    /// Works now, but will cause trouble; 0.7 likely unless [`Finding::likely`] says otherwise.
    pub fn warn(cause: Cause, summary: impl Into<String>) -> Self {
        Self::new(Status::Warn, summary).or(cause, 0.7)
    }

    /// Orders or sign-in will be refused; 0.9 likely unless [`Finding::likely`] says otherwise.
    pub fn fail(cause: Cause, summary: impl Into<String>) -> Self {
        Self::new(Status::Fail, summary).or(cause, 0.9)
    }

    /// Could not be determined; 0.8 likely unless [`Finding::likely`] says otherwise.
    pub fn unknown(cause: Cause, summary: impl Into<String>) -> Self {
        Self::new(Status::Unknown, summary).or(cause, 0.8)
    }

    /// The run ended before the answer came, which tells nothing of the account.
    pub fn stopped(summary: impl Into<String>) -> Self {
        Self::new(Status::Unknown, summary)
    }

    /// Not judged, because the check `blocked_by` did not pass.
    pub fn skip(blocked_by: &'static str, summary: impl Into<String>) -> Self {
        Self { blocked_by: Some(blocked_by), ..Self::new(Status::Skip, summary) }
    }

    /// Not asked at all, and not because of another check.
    pub fn not_asked(summary: impl Into<String>) -> Self {
        Self::new(Status::Skip, summary)
    }

    /// A further cause that would explain the finding, which then points to none alone.
    #[must_use]
    pub fn or(mut self, cause: Cause, likelihood: f64) -> Self {
        if let Some(first) = self.suspicions.first_mut() {
            first.certainty =
                if first.certainty == Certainty::Proven { Certainty::Proven } else { Certainty::Possible };
        }
        let certainty = if self.suspicions.is_empty() { Certainty::Likely } else { Certainty::Possible };
        self.suspicions.push(Suspicion { cause, certainty, likelihood, settings: Wanted::new() });
        self
    }

    /// What was found is the cause itself: reproduced, measured beyond its error, or read from the chain
    /// or from the settings.
    #[must_use]
    pub fn proven(self) -> Self {
        self.certain(Certainty::Proven)
    }

    /// How certain the first cause is, where the number of causes does not tell.
    #[must_use]
    pub fn certain(mut self, certainty: Certainty) -> Self {
        if let Some(first) = self.suspicions.first_mut() {
            first.certainty = certainty;
        }
        self
    }

    /// The rank of the first cause, where it is not the usual.
    #[must_use]
    pub fn likely(mut self, likelihood: f64) -> Self {
        if let Some(first) = self.suspicions.first_mut() {
            first.likelihood = likelihood;
        }
        self
    }

    /// A setting that would repair the first cause.
    #[must_use]
    pub fn set(mut self, key: impl Into<FixKey>, value: impl Into<Value>) -> Self {
        if let Some(first) = self.suspicions.first_mut() {
            first.settings.insert(key.into(), value.into());
        }
        self
    }

    /// A further line of evidence.
    #[must_use]
    pub fn with(mut self, label: impl Into<String>, value: impl fmt::Display) -> Self {
        self.push(label.into(), format!("{value}"), Role::Support);
        self
    }

    /// Evidence that differs in every run, such as a time that was measured.
    #[must_use]
    pub fn with_varying(mut self, label: impl Into<String>, value: impl fmt::Display) -> Self {
        self.push(label.into(), format!("{value}"), Role::Varying);
        self
    }

    pub(super) fn push(&mut self, label: String, value: String, role: Role) {
        self.evidence.push(Evidence { label, value, role });
    }

    /// The fix, to be filled in; nothing is to be mended where the run was stopped before a response came.
    fn mended(mut self, fill: impl FnOnce(&mut Fix)) -> Self {
        let is_stopped = self.status == Status::Unknown && self.suspicions.is_empty();
        if !is_stopped {
            fill(self.fix.get_or_insert_default());
        }
        self
    }

    /// What to do, in place of what the fix said before.
    #[must_use]
    pub fn fixed_by(self, text: impl Into<String>) -> Self {
        self.mended(|fix| fix.text = text.into())
    }

    /// A setting of the fix that is worth a try, though nothing shows that it helps.
    #[must_use]
    pub fn try_setting(self, setting: Setting, value: impl Into<String>) -> Self {
        self.mended(|fix| fix.tries.push((setting, Try::Value(value.into()))))
    }

    /// A setting of the fix whose value only the user knows, in words.
    #[must_use]
    pub fn write_words(self, setting: Setting, words: impl Into<String>) -> Self {
        self.mended(|fix| fix.tries.push((setting, Try::Words(words.into()))))
    }

    /// A command of the fix.
    #[must_use]
    pub fn command(self, command: impl Into<String>) -> Self {
        self.mended(|fix| fix.commands.push(command.into()))
    }
}
