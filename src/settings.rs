//! draft
use serde::{Deserialize, Serialize};

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    pub fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: change(self.value), source: self.source }
    }
}

/// Where a value came from, for people to find it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Source {
    /// `--funder`
    Flag {
        name: String,
    },
    /// `FUNDER`
    Variable {
        name: String,
    },
    EnvFile {
        path: String,
        line: usize,
        name: String,
    },
    Profile {
        path: String,
        name: String,
        key: String,
    },
    /// `--key-file` or `--keystore`
    File {
        path: String,
    },
    StandardInput,
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag { name } => write!(f, "flag {name}"),
            Self::Variable { name } => write!(f, "env {name}"),
            Self::EnvFile { path, line, name } => write!(f, "{name}, line {line} of {path}"),
            Self::Profile { path, name, key } => write!(f, "{key} of profile {name} in {path}"),
            Self::File { path } => write!(f, "file {path}"),
            Self::StandardInput => f.write_str("standard input"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Something wrong or worth knowing about a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingProblem {
    pub kind: ProblemKind,
    /// The setting's name in the contract: `signature_type`, `funder`, …
    pub setting: String,
    /// One sentence: what was found and where; never a secret's text.
    pub text: String,
    /// What to do about it.
    pub fix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The value cannot be used.
    Invalid,
    /// Two places or names give different values.
    Conflict,
    /// A name that nothing reads, close to one that is read.
    NearMiss,
    /// Part of a set is missing.
    Incomplete,
}
