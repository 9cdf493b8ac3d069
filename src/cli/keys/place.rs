//! `--save`: where new credentials are written. That it can be written is made sure before they
//! are created.

#![expect(clippy::doc_markdown, reason = "some of these comments are the help text")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use alloy_primitives::U256;
use anyhow::Context as _;
use serde_json::{Value, json};

use super::caller::Caller;
use super::failed::Stop;
use crate::auth::l2::ApiCredentials;
use crate::secret::Secret;
use crate::settings::change::{ChangeError, FileChange};
use crate::settings::save::{self, Access, SaveError};
use crate::settings::{CredentialParts, SETTINGS, Settings, Source, edit};

/// What the argument says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where the credentials of the settings are, else `.env`.
    Usual,
    /// Lines of a `.env`.
    Env(Option<PathBuf>),
    /// A profile of the configuration file.
    Profile(Option<String>),
    /// A JSON file of its own.
    Json(PathBuf),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once('=').map_or((text, None), |(kind, rest)| (kind, Some(rest)));
        match (kind, rest) {
            (_, Some("")) => Err(format!("nothing follows {kind}=")),
            ("", None) => Ok(Self::Usual),
            ("env", path) => Ok(Self::Env(path.map(PathBuf::from))),
            ("profile", name) => Ok(Self::Profile(name.map(str::to_owned))),
            ("json", Some(path)) => Ok(Self::Json(PathBuf::from(path))),
            ("json", None) => Err("json needs a file: json=PATH".to_owned()),
            _ => Err("expected env, env=PATH, profile, profile=NAME or json=PATH".to_owned()),
        }
    }
}

/// Which variables a `.env` gets that has none of them yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Names {
    /// CLOB_API_KEY and so on, as in the TypeScript and Python clients
    Clob,
    /// POLYMARKET_API_KEY and so on, as in the Rust client
    Polymarket,
}

/// Whose credentials are saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Builder,
}

impl Kind {
    /// The settings of key, secret and passphrase.
    fn settings(self) -> [&'static str; 3] {
        match self {
            Self::User => ["api_key", "api_secret", "api_passphrase"],
            Self::Builder => ["builder_api_key", "builder_secret", "builder_passphrase"],
        }
    }

    /// The variables of key, secret and passphrase: those that the text has, else a family of names.
    fn names_in(self, text: &str, names: Option<Names>) -> [Vec<&'static str>; 3] {
        let all = self.settings().map(variables);
        // names of one family stand at the same place of each setting
        let used = all.iter().find_map(|names| names.iter().position(|name| is_assigned(text, name)));
        let family = used.unwrap_or(match names {
            Some(Names::Polymarket) => 2,
            Some(Names::Clob) | None => 0,
        });
        all.map(|names| {
            let found: Vec<&'static str> = names.iter().copied().filter(|name| is_assigned(text, name)).collect();
            if found.is_empty() { vec![names.get(family).copied().unwrap_or(names[0])] } else { found }
        })
    }

    /// The lines of a `.env`, to be shown.
    pub(super) fn lines(self, names: Option<Names>, credentials: &ApiCredentials) -> String {
        let parts = [credentials.key.as_str(), credentials.secret.expose(), credentials.passphrase.expose()];
        let names = self.names_in("", names);
        let lines: Vec<String> =
            names.iter().zip(parts).map(|(names, value)| format!("{}={value}\n", names[0])).collect();
        lines.concat()
    }

    pub(super) fn configured(self, settings: &Settings) -> &CredentialParts {
        match self {
            Self::User => &settings.credentials,
            Self::Builder => &settings.builder,
        }
    }
}

/// The variables of a setting, those of the official clients first.
fn variables(setting: &str) -> &'static [&'static str] {
    SETTINGS.iter().find(|known| known.name == setting).map_or(&[], |known| known.variables)
}

/// A file that can be written, and how.
pub(super) struct Destination {
    form: Form,
    path: PathBuf,
    kind: Kind,
    /// Whether it holds other values now.
    replaces: bool,
}

enum Form {
    Env { names: Option<Names> },
    Profile { name: String },
    Json { account: Value },
}

/// What is written into a file, before it is.
pub(super) enum Change {
    Edit(FileChange),
    Whole { path: PathBuf, text: Secret, replaces: bool },
}

impl Destination {
    /// Finds the file, and makes sure that it can be edited and written.
    pub(super) fn prepare(place: &Place, names: Option<Names>, kind: Kind, caller: &Caller) -> Result<Self, Stop> {
        let settings = caller.account.settings();
        let (form, path) = match resolved(place, kind, settings) {
            Place::Profile(name) => {
                let path =
                    crate::settings::config_file().context("there is no home folder for a configuration file")?;
                (Form::Profile { name: name.unwrap_or_else(|| settings.profile.clone()) }, path)
            }
            Place::Json(path) => {
                let signer = caller.account.signer().map_err(|error| Stop::Usage(error.to_string()))?.address();
                let chain_id = settings.chain_id.as_ref().map(|id| id.value);
                (Form::Json { account: json!({ "address": signer, "chain_id": chain_id }) }, path)
            }
            Place::Env(Some(path)) => (Form::Env { names }, path),
            Place::Env(None) | Place::Usual => (Form::Env { names }, caller.env_file.clone()),
        };
        let mut destination = Self { form, path, kind, replaces: false };
        destination.replaces = destination.check().map_err(|error| Stop::Usage(error.to_string()))?;
        Ok(destination)
    }

    /// Whether something would be replaced; an error when the file cannot be edited or written.
    fn check(&self) -> Result<bool, ChangeError> {
        // any text will do
        let text = || Secret::new("-");
        let change = self.change(&ApiCredentials { key: "-".to_owned(), secret: text(), passphrase: text() }, None)?;
        if matches!(self.form, Form::Profile { .. }) {
            save::make_folder_of(&self.path)?;
        }
        save::check(&self.path)?;
        Ok(change.replaces())
    }

    /// What saving these comes to. The nonce is written where it is not the usual one, or one is
    /// written already.
    pub(super) fn change(&self, credentials: &ApiCredentials, nonce: Option<U256>) -> Result<Change, ChangeError> {
        let parts = [credentials.key.as_str(), credentials.secret.expose(), credentials.passphrase.expose()];
        let number = nonce.map(|nonce| nonce.to_string());
        match &self.form {
            Form::Env { names } => {
                let held = read(&self.path)?;
                let all = self.kind.names_in(&held, *names);
                let mut values: Vec<(&str, &str)> = Vec::new();
                for (names, value) in all.iter().zip(parts) {
                    values.extend(names.iter().map(|name| (*name, value)));
                }
                if let Some(number) = &number {
                    let name = variables("nonce")[0];
                    if number != "0" || is_assigned(&held, name) {
                        values.push((name, number));
                    }
                }
                FileChange::of_variables(&self.path, &values).map(Change::Edit)
            }
            Form::Profile { name } => FileChange::of_config(&self.path, |config| {
                for (key, value) in self.kind.settings().into_iter().zip(parts) {
                    config.set(name, key, value)?;
                }
                match &number {
                    Some(number) if number == "0" => {
                        config.unset(name, "nonce");
                        Ok(())
                    }
                    Some(number) => config.set(name, "nonce", number.as_str()),
                    None => Ok(()),
                }
            })
            .map(Change::Edit),
            Form::Json { account } => {
                let mut content = account.clone();
                for (name, value) in ["key", "secret", "passphrase"].into_iter().zip(parts) {
                    content[name] = value.into();
                }
                if let Some(number) = number {
                    content["nonce"] = number.into();
                }
                let text = Secret::new(format!("{content:#}\n"));
                Ok(Change::Whole { path: self.path.clone(), text, replaces: self.path.exists() })
            }
        }
    }

    pub(super) fn text(&self) -> String {
        let instead = if self.replaces { ", in place of the values that it holds" } else { "" };
        format!("written to {self}{instead}")
    }

    /// Where the settings have another key than this one, although it has been written.
    pub(super) fn still_configured(&self, key: &str, caller: &Caller) -> Option<Source> {
        let configured = self.kind.configured(caller.account.settings()).key.as_ref()?;
        let written = match (&self.form, &configured.source) {
            (Form::Env { .. }, Source::EnvFile { path, .. }) => Path::new(path) == self.path,
            (Form::Profile { name }, Source::Profile { name: own, .. }) => own == name,
            _ => false,
        };
        (!written && configured.value != key).then(|| configured.source.clone())
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.form {
            Form::Profile { name } => write!(f, "profile {name} in {}", self.path.display()),
            Form::Env { .. } | Form::Json { .. } => write!(f, "{}", self.path.display()),
        }
    }
}

impl Change {
    /// Whether something is lost that the file holds now.
    pub(super) fn replaces(&self) -> bool {
        match self {
            Self::Edit(change) => change.diff().iter().any(|line| line.change == edit::Change::Removed),
            Self::Whole { replaces, .. } => *replaces,
        }
    }

    /// The lines that change, with the shapes of secrets.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Edit(change) => change.diff().iter().map(|line| format!("{} {}", line.sign(), line.text)).collect(),
            Self::Whole { path, .. } => vec![format!("{} is written anew", path.display())],
        }
    }

    pub(super) fn apply(&self) -> Result<(), SaveError> {
        match self {
            Self::Edit(change) => change.apply(),
            Self::Whole { path, text, .. } => save::write(path, text.expose().as_bytes(), Access::Owner),
        }
    }
}

/// The place that is meant when none is named: the file that the credentials come from.
fn resolved(place: &Place, kind: Kind, settings: &Settings) -> Place {
    let source = kind.configured(settings).key.as_ref().map(|key| &key.source);
    match (place, source) {
        (Place::Usual, Some(Source::EnvFile { path, .. })) => Place::Env(Some(PathBuf::from(path))),
        (Place::Usual, Some(Source::Profile { name, .. })) => Place::Profile(Some(name.clone())),
        (place, _) => place.clone(),
    }
}

fn is_assigned(text: &str, name: &str) -> bool {
    edit::assignments(text).iter().any(|assignment| assignment.name == name)
}

fn read(path: &Path) -> Result<String, ChangeError> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ChangeError::Unreadable { path: path.display().to_string(), reason: error.to_string() })
        }
        read => Ok(read.unwrap_or_default()),
    }
}
