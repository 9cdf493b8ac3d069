//! What settings are loaded from, and why that may end before there are any.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::Setting;
use super::config::ConfigFile;
use super::env_file::EnvFile;
use super::memory::Memory;
use crate::secret::Secret;

/// A settings file that cannot be read: exit code 2.
#[derive(Debug, Error)]
pub enum SettingsError {
    #[error("cannot read {path}: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("{path} is not a valid configuration file: {reason}")]
    Malformed { path: String, reason: String },
    #[error("there is no profile named {name} in {path}; known are: {known}")]
    NoSuchProfile { name: String, path: String, known: String },
    #[error("reading the settings was interrupted")]
    Interrupted,
    /// Of a program that cannot show it as a finding, and must not run without what the line says.
    #[error("{text}")]
    BadLine { text: String },
}

/// Where the private key is to be read from, if not from variables.
#[derive(Clone, Debug, Default)]
pub enum KeyInput {
    #[default]
    Settings,
    File(PathBuf),
    /// Web3 secret storage: JSON that a password unlocks.
    Keystore(PathBuf),
    StandardInput,
    /// Typed into the set-up wizard.
    Typed(Secret),
}

/// What settings are loaded from; a plain value, so that tests need no environment. It holds
/// secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Inputs {
    /// From the command line.
    pub flags: BTreeMap<Setting, String>,
    pub environment: BTreeMap<String, String>,
    pub env_file: EnvFile,
    pub key: KeyInput,
    /// Of the keystore that is given, or that the profile names: see
    /// [`Reading::locked_keystore`](super::Reading::locked_keystore).
    pub keystore_password: Option<Secret>,
    /// `--profile` or `POLYDOCTOR_PROFILE`.
    pub profile: Option<String>,
    /// Whether the profile is that of `POLYDOCTOR_PROFILE`.
    pub profile_by_variable: bool,
    pub config_file: Option<PathBuf>,
    /// What polymarket-cli has written; it may be missing.
    pub polymarket_cli: Option<PathBuf>,
    /// `--env-map` and that of the profile: the variable that a setting is read from before all others.
    pub env_map: BTreeMap<Setting, String>,
    /// Where the bot's own scripts are; they are looked at for secrets.
    pub folder: Option<PathBuf>,
    /// Where the configuration was read already: for those who load many profiles of it.
    pub config: Option<Arc<ConfigFile>>,
    /// A profile of a fleet stands for itself: of the flags and the environment only what is nobody's
    /// own (addresses of services, time limits) counts, and the environment only where the profile
    /// leaves it open.
    pub in_fleet: bool,
    /// The scenario of the embedded sandbox, where the settings are those of its account.
    pub scenario: Option<String>,
    /// What earlier readings found out that need not be had again.
    pub memory: Memory,
}
