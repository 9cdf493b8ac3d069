//! Where credentials are written. That it can be written is made sure before they are created.

mod variables;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};
use thiserror::Error;

use self::variables::is_assigned;
pub(crate) use self::variables::{Kind, Names};
use super::operator::Operator;
use super::undone::{Stopped, Undone};
use crate::auth::l2::ApiCredentials;
use crate::secret::Secret;
use crate::settings::change::{ChangeError, FileChange};
use crate::settings::edit::{ConfigText, EditError};
use crate::settings::home::{self, Home};
use crate::settings::save::{Reserved, SaveError};
use crate::settings::undo::{Step, Undo, UndoError};
use crate::settings::{KeyProfile, SecretRef, Setting, Source, edit, save};

/// Which place is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SaveTarget {
    /// Where the private key in use comes from.
    Usual,
    /// Lines of a `.env`.
    Env(PathBuf),
    /// Profile from the configuration file.
    Profile(Option<String>),
    /// A JSON file of its own.
    Json(PathBuf),
}

/// A file that can be written, and how.
pub(crate) struct Destination {
    form: Form,
    path: PathBuf,
    kind: Kind,
    /// Whether it holds other values now.
    replaces: bool,
}

enum Form {
    Env {
        names: Option<Names>,
        /// The variables that the profile reads.
        variables: Option<[String; 3]>,
        /// The profile that reads the file.
        profile: Option<KeyProfile>,
    },
    Profile {
        name: String,
    },
    Json {
        account: Value,
    },
}

/// What is written into files, before it is.
pub(crate) struct Change(Vec<FileChange>);

/// Why a place takes no credentials.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// The private key's own place cannot hold them; says why.
    NoUsual(String),
    /// It belongs to another account, or cannot be written.
    Stopped(Stopped),
}

impl<E: Into<Stopped>> From<E> for Unusable {
    fn from(stopped: E) -> Self {
        Self::Stopped(stopped.into())
    }
}

/// Why credentials were not written.
#[derive(Debug, Error)]
pub(crate) enum WriteError {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Undo(#[from] UndoError),
}

impl Destination {
    /// Finds the file, and makes sure that it is this account's, and can be edited and written.
    pub(crate) fn prepare(
        place: &SaveTarget,
        names: Option<Names>,
        kind: Kind,
        operator: &Operator,
    ) -> Result<Self, Unusable> {
        let settings = operator.account.settings();
        let signer = operator.signer()?;
        let (form, path) = match place {
            SaveTarget::Usual => match home::of(settings, kind.settings()).map_err(Unusable::NoUsual)? {
                Home::EnvFile { path, names: variables, profile } => (Form::Env { names, variables, profile }, path),
                Home::Profile(KeyProfile { name, path }) => (Form::Profile { name }, path),
            },
            SaveTarget::Profile(name) => {
                let path = crate::settings::config_file()
                    .ok_or_else(|| Stopped::by_setting("there is no home folder for the configuration file"))?;
                let name = name.clone().or_else(|| Some(settings.profile.clone()).filter(|name| !name.is_empty()));
                let no_name = || Stopped::by_setting("no profile is in use: choose one with --save profile=NAME");
                (Form::Profile { name: name.ok_or_else(no_name)? }, path)
            }
            SaveTarget::Json(path) => {
                let chain_id = settings.chain_id.as_ref().map(|id| id.value);
                (Form::Json { account: json!({ "address": signer, "chain_id": chain_id }) }, path.clone())
            }
            SaveTarget::Env(path) => (Form::Env { names, variables: None, profile: None }, path.clone()),
        };
        let mut destination = Self { form, path, kind, replaces: false };
        if let Some(reason) = destination.refusal(signer, operator) {
            let undone = Undone::not_done("Nothing was written, and nothing was changed").because(reason);
            return Err(undone
                .fixed_by("Choose a file of this account: --save env=PATH, profile=NAME or json=PATH")
                .into());
        }
        Undo::of_platform().map_err(Stopped::by_setting)?;
        destination.replaces = destination.check().map_err(Stopped::by_setting)?;
        Ok(destination)
    }

    /// Why the credentials of this signer must not be written there.
    fn refusal(&self, signer: Address, operator: &Operator) -> Option<String> {
        match &self.form {
            // the profile says which lines of the file are its own
            Form::Env { variables: Some(variables), .. }
                if !variables.iter().any(|name| self.kind.families().iter().flatten().any(|known| known == name)) =>
            {
                None
            }
            Form::Env { .. } => home::refusal_of_env_file(&self.path, signer),
            Form::Profile { name } => {
                let profile = KeyProfile { name: name.clone(), path: self.path.clone() };
                let own = operator.account.settings().key_profile.as_ref();
                home::refusal_of_profile(&profile, signer, own, &operator.environment)
            }
            Form::Json { .. } => {
                let held: Value = serde_json::from_str(&fs::read_to_string(&self.path).ok()?).ok()?;
                let other: Address = held.get("address")?.as_str()?.parse().ok()?;
                let path = self.path.display();
                (other != signer)
                    .then(|| format!("{path} belongs to a different account: it contains the wallet address {other}"))
            }
        }
    }

    /// Whether something would be replaced; an error when a file cannot be edited or written.
    fn check(&self) -> Result<bool, ChangeError> {
        let change = self.change_of_any()?;
        if matches!(self.form, Form::Profile { .. }) {
            save::make_folder_of(&self.path)?;
        }
        for file in &change.0 {
            save::check(file.path())?;
        }
        Ok(change.replaces())
    }

    /// What saving comes to before there is anything to save: any text will do.
    fn change_of_any(&self) -> Result<Change, ChangeError> {
        let text = || Secret::new("-");
        self.change(&ApiCredentials { key: "-".to_owned(), secret: text(), passphrase: text() }, None)
    }

    /// What saving these comes to. The nonce is written where it is not the usual one, or one is
    /// written already.
    pub(crate) fn change(&self, credentials: &ApiCredentials, nonce: Option<U256>) -> Result<Change, ChangeError> {
        let parts = [credentials.key.as_str(), credentials.secret.expose(), credentials.passphrase.expose()];
        let number = nonce.map(|nonce| nonce.to_string());
        let mut changes = Vec::new();
        match &self.form {
            Form::Env { names, variables: referred, profile } => {
                let held = read(&self.path)?;
                let own = self.kind.names_in(&held, *names);
                let all = match referred {
                    Some(names) => names.each_ref().map(|name| vec![name.as_str()]),
                    None => own,
                };
                let mut values: Vec<(&str, &str)> = Vec::new();
                for (names, value) in all.iter().zip(parts) {
                    values.extend(names.iter().map(|name| (*name, value)));
                }
                if let (Some(number), None, Some(name)) = (&number, profile, Setting::Nonce.usual_variable())
                    && (number != "0" || is_assigned(&held, name))
                {
                    values.push((name, number));
                }
                changes.push(FileChange::of_variables(&self.path, &values)?);
                if let Some(profile) = profile {
                    let lines = referred.is_none().then(|| all.each_ref().map(|names| names[0]));
                    changes.push(self.references(profile, lines, number.as_deref())?);
                }
            }
            Form::Profile { name } => changes.push(FileChange::of_config(&self.path, |config| {
                for (setting, value) in self.kind.settings().into_iter().zip(parts) {
                    config.set(name, setting, value)?;
                }
                set_nonce(config, name, number.as_deref())
            })?),
            Form::Json { account } => {
                let mut content = account.clone();
                for (name, value) in ["key", "secret", "passphrase"].into_iter().zip(parts) {
                    content[name] = value.into();
                }
                if let Some(number) = number {
                    content["nonce"] = number.into();
                }
                changes.push(FileChange::of_secrets(&self.path, Secret::new(format!("{content:#}\n")))?);
            }
        }
        changes.retain(|change| !change.is_empty());
        Ok(Change(changes))
    }

    /// Writes credentials, all or nothing, and keeps a copy of what the files held.
    pub(crate) fn write(&self, credentials: &ApiCredentials, nonce: Option<U256>) -> Result<(), WriteError> {
        Ok(self.change(credentials, nonce)?.apply()?)
    }

    /// A profile that reads these lines of the file; it has the nonce itself.
    fn references(
        &self,
        profile: &KeyProfile,
        lines: Option<[&str; 3]>,
        nonce: Option<&str>,
    ) -> Result<FileChange, ChangeError> {
        let file = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        FileChange::of_config(&profile.path, |config| {
            for (setting, line) in self.kind.settings().into_iter().zip(lines.into_iter().flatten()) {
                let place = SecretRef::EnvFile { path: file.display().to_string(), name: line.to_owned() };
                config.set(&profile.name, setting, place)?;
            }
            set_nonce(config, &profile.name, nonce)
        })
    }

    /// Takes the room that the files and the copies of what they hold need, until it is dropped.
    pub(crate) fn reserve(&self) -> Result<Vec<Reserved>, UndoError> {
        const CREDENTIALS: usize = 4 * 1024;
        let unwritten = |error: ChangeError| {
            let path = self.path.display().to_string();
            UndoError::NotChanged(SaveError::Failed { path, reason: error.to_string() })
        };
        let files = self.change_of_any().map_err(unwritten)?.0;
        let mut reserved = vec![Undo::of_platform()?.reserve(files.iter().map(FileChange::path))?];
        for file in &files {
            reserved.push(save::reserve(file.path(), CREDENTIALS).map_err(UndoError::NotChanged)?);
        }
        Ok(reserved)
    }

    pub(crate) fn text(&self) -> String {
        let instead = if self.replaces { ", replacing its current values" } else { "" };
        format!("saved to {self}{instead}")
    }

    /// Where the settings have another key than this one, although it has been written.
    pub(crate) fn still_configured(&self, key: &str, operator: &Operator) -> Option<Source> {
        let configured = self.kind.configured(operator.account.settings()).key.as_ref()?;
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
            Form::Env { profile: Some(KeyProfile { name, .. }), .. } => {
                write!(f, "{}, which profile {name} reads", self.path.display())
            }
            Form::Env { .. } | Form::Json { .. } => write!(f, "{}", self.path.display()),
        }
    }
}

impl Change {
    /// Whether something is lost that a file holds now.
    pub(crate) fn replaces(&self) -> bool {
        self.0.iter().any(|change| match change.diff() {
            // nothing of a file of secrets is shown
            diff if diff.is_empty() => !change.is_new_file(),
            diff => diff.iter().any(|line| line.change == edit::Change::Removed),
        })
    }

    /// The lines that change, with the shapes of secrets.
    pub(crate) fn lines(&self) -> Vec<String> {
        let of = |change: &FileChange| {
            let diff = change.diff();
            if diff.is_empty() {
                return vec![format!("{} is replaced", change.path().display())];
            }
            diff.iter().map(|line| format!("{} {}", line.sign(), line.text)).collect()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The files that change, to be shown and then written.
    #[cfg(feature = "tui")]
    pub(crate) fn into_files(self) -> Vec<FileChange> {
        self.0
    }

    /// Writes the files, all or none, and keeps a copy of what they held.
    pub(crate) fn apply(&self) -> Result<(), UndoError> {
        Undo::of_platform()?.apply(&self.0, Step::KEYS_SAVED).map(drop)
    }
}

/// The usual nonce needs no line.
fn set_nonce(config: &mut ConfigText, profile: &str, nonce: Option<&str>) -> Result<(), EditError> {
    match nonce {
        Some("0") => {
            config.unset(profile, Setting::Nonce);
            Ok(())
        }
        Some(nonce) => config.set(profile, Setting::Nonce, nonce),
        None => Ok(()),
    }
}

fn read(path: &Path) -> Result<String, ChangeError> {
    match crate::settings::read_regular(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ChangeError::Unreadable { path: path.display().to_string(), reason: error.to_string() })
        }
        read => Ok(read.unwrap_or_default()),
    }
}
