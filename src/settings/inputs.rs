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
use crate::text::given_back;

/// A settings file that cannot be read: exit code 2.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A file that was named, or the configuration, cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The configuration file is not TOML, or has no tables where it should.
    #[error("{path} is not a valid configuration file: {reason}")]
    Malformed {
        /// The configuration file.
        path: String,
        /// What is wrong, with its line where that is known.
        reason: String,
    },
    /// The profile that was asked for is not there.
    #[error("no profile `{}` in {path} ({known})", given_back(name))]
    NoSuchProfile {
        /// The profile that was asked for.
        name: String,
        /// The configuration file.
        path: String,
        /// The profiles that there are: `available: a, b`, or that there are none.
        known: String,
    },
    /// The program ended while the settings were read.
    #[error("reading the settings was interrupted")]
    Interrupted,
    /// Of a program that cannot show it as a finding, and must not run without what the line says.
    #[error("{text}")]
    BadLine {
        /// What is wrong with the line and where it is, in a sentence.
        text: String,
    },
}

/// Where the private key is to be read from, if not from variables.
#[derive(Clone, Debug, Default)]
pub enum KeyInput {
    /// From variables, `.env` or profile, as any other setting.
    #[default]
    Settings,
    /// `--key-file`: all of the file is the key, without the line end.
    File(PathBuf),
    /// Web3 secret storage: JSON that a password unlocks.
    Keystore(PathBuf),
    /// `--key-stdin`: all of standard input is the key, without the line end.
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
    /// The variables of the process.
    pub environment: BTreeMap<String, String>,
    /// Which `.env` to read.
    pub env_file: EnvFile,
    /// Where to read the private key from.
    pub key: KeyInput,
    /// Of the keystore that is given, or that the profile names: see
    /// [`Reading::locked_keystore`](super::Reading::locked_keystore).
    pub keystore_password: Option<Secret>,
    /// `--profile` or `POLYDOCTOR_PROFILE`.
    pub profile: Option<String>,
    /// Whether the profile is that of `POLYDOCTOR_PROFILE`.
    pub profile_by_variable: bool,
    /// The file with the profiles; `None` to read none.
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
    /// Whether no signature of a probe order may leave this machine.
    pub no_order_proof: bool,
    /// What earlier readings found out that need not be had again.
    pub memory: Memory,
}
