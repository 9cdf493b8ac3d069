//! Why a command ended before it was done, in the words of causes.

use std::io;

use serde_json::{Value, json};

use crate::cause::Cause;
use crate::cli::Exit;
use crate::diagnosis::Diagnosis;
use crate::settings::SettingsError;

/// Why a command stops.
pub(super) enum Stop {
    /// Used wrongly, or a setting is missing: exit code 2.
    Usage(String),
    /// The service or the person said no, or nothing could be found out.
    Failed(Box<Failed>),
    /// Credentials exist that are neither saved nor shown, and that nobody can have again.
    Lost(Box<Failed>),
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<SettingsError> for Stop {
    fn from(error: SettingsError) -> Self {
        Self::Other(error.into())
    }
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Failed(Box::new(failed))
    }
}

/// What was not done, why, and what to do now.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) exit: Exit,
    /// `None` where no cause is proved.
    pub(super) cause: Option<Cause>,
    /// What was not done.
    pub(super) summary: String,
    pub(super) because: Vec<String>,
    pub(super) fix: String,
    pub(super) commands: Vec<String>,
    /// Credentials that exist all the same and were asked to be shown.
    pub(super) credentials: Option<Value>,
}

impl Failed {
    pub(super) fn new(exit: Exit, summary: impl Into<String>) -> Self {
        let (summary, because, fix, commands) = (summary.into(), Vec::new(), String::new(), Vec::new());
        Self { exit, cause: None, summary, because, fix, commands, credentials: None }
    }

    /// With a cause, and its own fix.
    pub(super) fn by(mut self, cause: Cause) -> Self {
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

    pub(super) fn because(mut self, because: impl std::fmt::Display) -> Self {
        self.because.push(because.to_string());
        self
    }

    pub(super) fn fixed_by(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    pub(super) fn command(mut self, command: impl Into<String>) -> Self {
        self.commands.push(command.into());
        self
    }

    pub(super) fn json(&self) -> Value {
        let mut object = json!({
            "schema": 1,
            "done": false,
            "cause": self.cause,
            "summary": self.summary,
            "because": self.because,
            "fix": { "text": self.fix, "commands": self.commands },
        });
        if let Some(credentials) = &self.credentials {
            object["credentials"] = credentials.clone();
        }
        object
    }
}
