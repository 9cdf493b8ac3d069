//! Every value with where it came from: flag, variable, line of a `.env`, profile, default.
//!
//! The first place that has a value wins. A value that cannot be used is not an error here but a
//! [`SettingProblem`], which the checklist shows with its place; only a file that cannot be read
//! stops the program.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use polydoctor::settings::{self, EnvFile, Inputs};
//!
//! let environment = BTreeMap::from([("SIGNATURE_TYPE".to_owned(), "7".to_owned())]);
//! let settings = settings::load(&Inputs { environment, env_file: EnvFile::None, ..Inputs::default() })?;
//! assert!(settings.signature_type.is_none());
//! assert!(settings.problems[0].text.contains("\"7\" (env SIGNATURE_TYPE)"));
//! # Ok::<(), settings::SettingsError>(())
//! ```

mod accounts;
pub mod change;
mod checksum;
mod config;
mod conflicts;
mod copies;
pub mod edit;
mod env_file;
mod env_form;
mod files;
pub mod fix;
mod found;
mod given;
pub(crate) mod home;
mod hosts;
mod inputs;
mod keystore;
mod left_out;
mod load;
mod memory;
mod misplaced;
mod names;
mod origin;
mod polymarket_cli;
mod problem;
mod profile_key;
mod programs;
mod reading;
pub mod save;
mod secret_ref;
mod selection;
mod setting;
mod shape;
mod sources;
pub(crate) mod target;
mod together;
pub mod undo;
mod unread;
mod variables;
mod venue;
mod venue_mixed;
pub mod wanted;
mod written;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use url::Url;

pub use config::ConfigFile;
pub(crate) use config::{ProfileEntry, ProfileValue};
pub(crate) use copies::diverging;
pub use env_file::{EnvFile, env_file_variables};
pub(crate) use files::reason as why_unreadable;
pub use files::{read_file, read_regular};
pub use found::{FoundKey, UnreadKey, read_key};
pub(crate) use hosts::chain_of_rpc;
pub use inputs::{Inputs, KeyInput, SettingsError};
pub(crate) use load::is_loopback;
pub use load::{DEFAULT_DEADLINE, DEFAULT_TIMEOUT, SECONDS, config_file, home_folder, load, parse_seconds};
pub use memory::Memory;
pub(crate) use names::{Named, named};
pub use origin::{Origin, OriginKind};
pub use polymarket_cli::polymarket_cli_file;
pub use problem::{ProblemKind, SettingProblem, Subject};
pub use reading::{Origins, Reading, Snapshot, names_keystore};
pub use secret_ref::SecretRef;
pub(crate) use selection::{of as selection, selecting};
pub use setting::{Setting, UnknownSetting};
pub(crate) use shape::{secret_shape, shown_url};
pub use venue::{UsParts, Venue, Venues};
pub(crate) use written::{sets_a_secret, written_secret};

use crate::auth::key::KeyMistake;
use crate::auth::l2::ApiCredentials;
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::secret::Secret;

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sourced<T> {
    /// Parsed, or as its text.
    pub value: T,
    /// Where people find it again.
    pub source: Source,
}

impl<T> Sourced<T> {
    /// A value with its place.
    pub fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }

    /// The value in another form, from the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: change(self.value), source: self.source }
    }

    /// The same, with the value borrowed and its place cloned.
    pub fn as_ref(&self) -> Sourced<&T> {
        Sourced { value: &self.value, source: self.source.clone() }
    }
}

/// Where a value came from, for people to find it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Source {
    /// `--funder`
    Flag {
        /// With its dashes.
        name: String,
    },
    /// `FUNDER`
    Variable {
        /// Its name.
        name: String,
    },
    /// An assignment in a `.env`.
    EnvFile {
        /// Of the file, as it was named.
        path: String,
        /// From 1.
        line: usize,
        /// The variable, such as `FUNDER`.
        name: String,
    },
    /// A field of a profile in the configuration file.
    Profile {
        /// Of the configuration file.
        path: String,
        /// The name of the profile.
        name: String,
        /// The field, such as `funder`.
        key: String,
        /// From 1; 0 in records from before it was kept.
        #[serde(default)]
        line: usize,
    },
    /// The configuration of polymarket-cli.
    PolymarketCli {
        /// Of its `config.json`.
        path: String,
        /// The field, such as `private_key`.
        key: String,
    },
    /// `--key-file` or `--keystore`
    File {
        /// Of the file, as it was named.
        path: String,
    },
    /// `--key-stdin`
    StandardInput,
    /// Into the set-up wizard.
    Typed,
    /// A signature type that is not set: that of the funder, which is this wallet of the key.
    Inferred {
        /// The kind of wallet that the funder is.
        kind: WalletKind,
        /// Where the program whose names these are has the type, if it is a known one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_in: Option<String>,
    },
    /// Nowhere: what the program takes where nothing is set.
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag { name } => write!(f, "flag {name}"),
            Self::Variable { name } => write!(f, "env {name}"),
            Self::EnvFile { path, line, name } => write!(f, "{name}, line {line} of {path}"),
            Self::Profile { path, name, key, line } => write!(f, "{key} of profile {name}, line {line} of {path}"),
            Self::PolymarketCli { path, key } => write!(f, "{key} of polymarket-cli in {path}"),
            Self::File { path } => write!(f, "file {path}"),
            Self::Typed => f.write_str("typed in"),
            Self::StandardInput => f.write_str("standard input"),
            Self::Inferred { kind, .. } => write!(f, "inferred: the funder is the {kind} of this key"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The parts of a set of credentials, as far as they are configured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CredentialParts {
    /// Key id, a UUID.
    pub key: Option<Sourced<String>>,
    /// Base64 of the HMAC key.
    pub secret: Option<Sourced<Secret>>,
    /// As it is sent.
    pub passphrase: Option<Sourced<Secret>>,
}

impl CredentialParts {
    /// Whether no part is set.
    pub fn is_empty(&self) -> bool {
        self.key.is_none() && self.secret.is_none() && self.passphrase.is_none()
    }

    /// The whole set; `None` while a part is missing.
    pub fn whole(&self) -> Option<ApiCredentials> {
        Some(ApiCredentials {
            key: self.key.as_ref()?.value.clone(),
            secret: self.secret.as_ref()?.value.clone(),
            passphrase: self.passphrase.as_ref()?.value.clone(),
        })
    }
}

/// An address, and how it is written: the relayer compares the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenAddress {
    /// What it stands for.
    pub address: Address,
    /// As it is written.
    pub text: String,
}

/// The text of a private key, or why a keystore did not give it.
pub(crate) type KeyText = Result<Secret, KeyMistake>;

/// A profile and the configuration file that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProfile {
    /// The name of the profile.
    pub name: String,
    /// Of the configuration file.
    pub path: PathBuf,
}

/// All settings in force. `None` where nothing usable is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The profile that values come from; empty where none do.
    pub profile: String,
    /// The profile that has the private key in use, or says where it is.
    pub key_profile: Option<KeyProfile>,
    /// The flags that choose this account and its host, as a shell takes them: what a command needs
    /// that is to be about the same account.
    pub selection: String,
    /// What the account is named by; `None` where there is neither a key nor a profile.
    pub origin: Option<Origin>,
    /// The text of the key, or why a keystore did not give it.
    pub private_key: Option<Sourced<Result<Secret, KeyMistake>>>,
    /// As configured, or inferred from the funder.
    pub signature_type: Option<Sourced<SignatureType>>,
    /// The wallet that holds the funds and makes the orders.
    pub funder: Option<Sourced<Address>>,
    /// 137 by default; `None` where the configured one is not a number.
    pub chain_id: Option<Sourced<u64>>,
    /// Which credentials of the signer are meant; `None` is 0.
    pub nonce: Option<Sourced<U256>>,
    /// The API credentials.
    pub credentials: CredentialParts,
    /// The builder credentials.
    pub builder: CredentialParts,
    /// As it is written: `0x` and 64 hex digits where it is right.
    pub builder_code: Option<Sourced<String>>,
    /// Full URL of `POST /sign`.
    pub builder_signer_url: Option<Sourced<Url>>,
    /// The token that the remote builder signer wants.
    pub builder_signer_token: Option<Sourced<Secret>>,
    /// The relayer API key.
    pub relayer_key: Option<Sourced<Secret>>,
    /// The address that the relayer API key was made for.
    pub relayer_key_address: Option<Sourced<WrittenAddress>>,
    /// `https://clob.polymarket.com` by default.
    pub clob_url: Option<Sourced<Url>>,
    /// `https://gamma-api.polymarket.com` by default.
    pub gamma_url: Option<Sourced<Url>>,
    /// `https://data-api.polymarket.com` by default.
    pub data_url: Option<Sourced<Url>>,
    /// `https://relayer-v2.polymarket.com` by default.
    pub relayer_url: Option<Sourced<Url>>,
    /// Full URL, `https://polymarket.com/api/geoblock` by default.
    pub geoblock_url: Option<Sourced<Url>>,
    /// The base of the user channel, without `/ws/user`. By default the official one, and only where the CLOB
    /// is: credentials of another service are nobody's business there.
    pub ws_url: Option<Sourced<Url>>,
    /// The live data service, whole; by default as above.
    pub live_url: Option<Sourced<Url>>,
    /// The chain's public node by default, see [`Chain::rpc_url`](crate::auth::contracts::Chain::rpc_url).
    pub rpc_url: Option<Sourced<Url>>,
    /// The key of Polymarket US.
    pub us: UsParts,
    /// Where signed requests of Polymarket US go. By default the official host, and only where the CLOB is the
    /// official one, too: keys are nobody's business elsewhere.
    pub us_url: Option<Sourced<Url>>,
    /// Its public gateway; by default as above.
    pub us_gateway_url: Option<Sourced<Url>>,
    /// The venue that was chosen; `None` to look at what is configured.
    pub venue: Option<Sourced<Venue>>,
    /// The venues that are looked at.
    pub venues: Venues,
    /// Of one request.
    pub timeout: Duration,
    /// Of a whole run.
    pub deadline: Duration,
    /// Every place that has a value for a setting; the first is in force.
    pub places: BTreeMap<Setting, Vec<Source>>,
    /// The folder whose scripts are looked at for secrets; `None` to look at none.
    pub folder: Option<PathBuf>,
    /// Whether no signature of a probe order may leave this machine.
    pub no_order_proof: bool,
    /// Files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
    /// What is wrong or worth knowing about the values.
    pub problems: Vec<SettingProblem>,
}

impl Settings {
    /// Every secret in force: what no answer of a server may bring to a screen.
    pub fn secrets(&self) -> Vec<Secret> {
        let parts = [&self.credentials, &self.builder];
        let of_parts = parts.into_iter().flat_map(|parts| [&parts.secret, &parts.passphrase]);
        let single = [&self.builder_signer_token, &self.relayer_key, &self.us.secret];
        let key = self.private_key.as_ref().and_then(|key| key.value.as_ref().ok());
        let named = of_parts.chain(single).flatten().map(|secret| &secret.value);
        key.into_iter().chain(named).cloned().collect()
    }

    /// The value in force of a setting that is not secret, as it is written in a profile; `None`
    /// where there is no usable one.
    pub fn public_text(&self, setting: Setting) -> Option<String> {
        let url = |url: &Option<Sourced<Url>>| url.as_ref().map(|url| url.value.to_string());
        match setting {
            Setting::Nonce => self.nonce.as_ref().map(|nonce| nonce.value.to_string()),
            Setting::BuilderCode => self.builder_code.as_ref().map(|code| code.value.clone()),
            Setting::BuilderSignerUrl => url(&self.builder_signer_url),
            Setting::ClobUrl => url(&self.clob_url),
            Setting::GammaUrl => url(&self.gamma_url),
            Setting::DataUrl => url(&self.data_url),
            Setting::RelayerUrl => url(&self.relayer_url),
            Setting::GeoblockUrl => url(&self.geoblock_url),
            Setting::WsUrl => url(&self.ws_url),
            Setting::LiveUrl => url(&self.live_url),
            Setting::RpcUrl => url(&self.rpc_url),
            Setting::UsUrl => url(&self.us_url),
            Setting::UsGatewayUrl => url(&self.us_gateway_url),
            Setting::Venue => self.venue.as_ref().map(|venue| venue.value.to_string()),
            _ => None,
        }
    }
}
