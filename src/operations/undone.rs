//! What was not done, why, and what to do now, in the words of causes.

use serde_json::{Value, json};

use crate::cause::Cause;
use crate::diagnosis::Diagnosis;

/// What is known of something that was not seen to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service or the person said no.
    NotDone,
    /// It could not be found out: a change may have been made.
    Unknown,
}

/// Why an operation stops.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// A setting is missing or cannot be used, so nothing was sent.
    Setting(String),
    Undone(Box<Undone>),
}

impl From<Undone> for Stopped {
    fn from(undone: Undone) -> Self {
        Self::Undone(Box::new(undone))
    }
}

impl Stopped {
    /// Of a setting that a call needs, or of a place that cannot be used.
    #[expect(clippy::needless_pass_by_value, reason = "what map_err gives")]
    pub(super) fn by_setting(error: impl ToString) -> Self {
        Self::Setting(error.to_string())
    }
}

#[derive(Debug)]
pub(crate) struct Undone {
    pub(crate) outcome: Outcome,
    /// `None` where no cause is proved.
    pub(crate) cause: Option<Cause>,
    /// What was not done.
    pub(crate) summary: String,
    pub(crate) because: Vec<String>,
    pub(crate) fix: String,
    pub(crate) commands: Vec<String>,
}

impl Undone {
    pub(crate) fn not_done(summary: impl Into<String>) -> Self {
        Self::new(Outcome::NotDone, summary)
    }

    pub(crate) fn unknown(summary: impl Into<String>) -> Self {
        Self::new(Outcome::Unknown, summary)
    }

    pub(crate) fn new(outcome: Outcome, summary: impl Into<String>) -> Self {
        let (summary, because, fix, commands) = (summary.into(), Vec::new(), String::new(), Vec::new());
        Self { outcome, cause: None, summary, because, fix, commands }
    }

    /// With a cause, and its own fix.
    pub(crate) fn by(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self.fix.clone_from(&cause.words().fix);
        self
    }

    /// With the cause and the fix of a diagnosis.
    pub(super) fn diagnosed(mut self, diagnosis: &Diagnosis) -> Self {
        self.cause = Some(diagnosis.cause);
        self.because.extend(diagnosis.because.iter().cloned());
        self.fix.clone_from(&diagnosis.fix.text);
        self.commands.clone_from(&diagnosis.fix.commands);
        self
    }

    pub(crate) fn because(mut self, because: impl std::fmt::Display) -> Self {
        self.because.push(because.to_string());
        self
    }

    pub(crate) fn fixed_by(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    pub(crate) fn command(mut self, command: impl Into<String>) -> Self {
        self.commands.push(command.into());
        self
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "schema": 1,
            "done": false,
            "cause": self.cause,
            "summary": self.summary,
            "because": self.because,
            "fix": { "text": self.fix, "commands": self.commands },
        })
    }
}
