//! Why a command ended before it was done.

use std::io;

use serde_json::Value;

use crate::operations::{Stopped, Undone};
use crate::settings::SettingsError;

/// Why a command stops.
pub(super) enum KeysError {
    /// Used wrongly, or a setting is missing: exit code 2.
    Usage(String),
    /// The service or the person said no, or nothing could be found out.
    Failed {
        undone: Box<Undone>,
        /// Credentials that exist all the same and were asked to be shown.
        credentials: Option<Value>,
    },
    /// Credentials exist that are neither saved nor shown, and that nobody can have again.
    Lost(Box<Undone>),
    Other(anyhow::Error),
}

impl From<anyhow::Error> for KeysError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<io::Error> for KeysError {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<SettingsError> for KeysError {
    fn from(error: SettingsError) -> Self {
        Self::Other(error.into())
    }
}

impl From<Undone> for KeysError {
    fn from(undone: Undone) -> Self {
        Self::Failed { undone: Box::new(undone), credentials: None }
    }
}

impl From<Stopped> for KeysError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Setting(text) => Self::Usage(text),
            Stopped::Undone(undone) => Self::Failed { undone, credentials: None },
        }
    }
}
