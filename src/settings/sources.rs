//! The places that values come from, read once, with the place kept beside each value.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::config::{self, ConfigFile, Profile, ProfileValue};
use super::copies::{self, Copy};
use super::env_file::{self, EnvFile, EnvLine};
use super::files::{path_named, read_text, reason};
use super::names::{self, Name, setting, spoken};
use super::place::Place;
use super::{KeyText, ProblemKind, SettingProblem, Source, Sourced, keystore, polymarket_cli};
use crate::auth::key::KeyMistake;
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
    /// Setting name to value, from the command line.
    pub flags: BTreeMap<&'static str, String>,
    pub environment: BTreeMap<String, String>,
    pub env_file: EnvFile,
    pub key: KeyInput,
    /// Of the keystore that is given, or that the profile names: see [`locked_keystore`].
    pub keystore_password: Option<Secret>,
    /// `--profile` or `POLYDOCTOR_PROFILE`.
    pub profile: Option<String>,
    pub config_file: Option<PathBuf>,
    /// What polymarket-cli has written; it may be missing.
    pub polymarket_cli: Option<PathBuf>,
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
}

/// The keystore that the private key is in, if it is in one, and its password is not known yet.
///
/// # Errors
///
/// As [`super::load`].
pub fn locked_keystore(inputs: &Inputs) -> Result<Option<PathBuf>, SettingsError> {
    if inputs.keystore_password.is_some() {
        return Ok(None);
    }
    match &inputs.key {
        KeyInput::Keystore(path) => Ok(Some(path.clone())),
        KeyInput::Settings => match Sources::read(inputs)?.keystore {
            Some(Keystore { path, password: None, .. }) => Ok(Some(path)),
            _ => Ok(None),
        },
        KeyInput::File(_) | KeyInput::StandardInput | KeyInput::Typed(_) => Ok(None),
    }
}

/// A keystore that the profile names, and what it says of its password.
struct Keystore {
    path: PathBuf,
    password: Option<Result<Secret, String>>,
}

/// All places, highest precedence first.
pub(super) struct Sources {
    flags: BTreeMap<&'static str, String>,
    environment: BTreeMap<String, String>,
    env_path: String,
    env_lines: Vec<EnvLine>,
    pub(super) profile: String,
    /// Whether there is such a profile.
    pub(super) uses_profile: bool,
    profile_values: BTreeMap<&'static str, Sourced<String>>,
    /// Why the profile does not give the private key, though it names a place.
    key_mistake: Option<Sourced<KeyMistake>>,
    keystore: Option<Keystore>,
    polymarket_cli: BTreeMap<&'static str, Sourced<String>>,
    in_fleet: bool,
    pub(super) secret_files: Vec<PathBuf>,
    pub(super) problems: Vec<SettingProblem>,
}

impl Sources {
    pub(super) fn read(inputs: &Inputs) -> Result<Self, SettingsError> {
        let profile = config::chosen(inputs)?;
        let mut sources = Self {
            flags: inputs.flags.clone(),
            environment: inputs.environment.clone(),
            env_path: String::new(),
            env_lines: Vec::new(),
            profile: profile.name.clone(),
            uses_profile: !profile.path.as_os_str().is_empty(),
            profile_values: BTreeMap::new(),
            key_mistake: None,
            keystore: None,
            polymarket_cli: BTreeMap::new(),
            in_fleet: inputs.in_fleet,
            secret_files: Vec::new(),
            problems: Vec::new(),
        };
        if let Some(path) = inputs.env_file.path() {
            sources.add_env_file(&path)?;
        }
        let key_is_given = !matches!(inputs.key, KeyInput::Settings);
        let copies = copies::copies(&profile);
        sources.add_profile(profile, key_is_given);
        sources.add_copies(copies);
        let has_key = key_is_given
            || sources.key_mistake.is_some()
            || sources.keystore.is_some()
            || !sources.all(setting("private_key")).is_empty();
        if let Some(path) = inputs.polymarket_cli.as_ref().filter(|path| !has_key && path.exists()) {
            sources.add_polymarket_cli(path);
        }
        Ok(sources)
    }

    fn add_env_file(&mut self, path: &Path) -> Result<(), SettingsError> {
        let (lines, bad) = env_file::parse(&read_text(path)?);
        self.problems.extend(bad.iter().map(|bad| bad.problem(path)));
        if lines.iter().any(|line| names::is_secret(&line.name)) {
            self.secret_files.push(path.to_owned());
        }
        self.env_path = path.display().to_string();
        self.env_lines = lines;
        Ok(())
    }

    fn add_profile(&mut self, profile: Profile, key_is_given: bool) {
        self.problems.extend(profile.problems);
        for entry in profile.entries {
            let name = entry.setting;
            let place = match entry.value {
                ProfileValue::Text(text) => {
                    if names::is_secret_setting(name) && !self.secret_files.contains(&profile.path) {
                        self.secret_files.push(profile.path.clone());
                    }
                    self.profile_values.insert(name, Sourced::new(text, entry.source));
                    continue;
                }
                ProfileValue::Place(place) => place,
            };
            let is_overridden = (name == "private_key" && key_is_given) || !self.all(setting(name)).is_empty();
            if place.is_costly() && is_overridden {
                continue;
            }
            if names::is_secret_setting(name) {
                self.secret_files.extend(place.secret_file(&profile.path));
            }
            match (name, place) {
                ("private_key", Place::Keystore { path, password }) => {
                    let password = password.map(|place| {
                        let read = place.read(&self.environment, &entry.source, &profile.path);
                        read.map(|secret| secret.value).map_err(|wrong| format!("its password {wrong}"))
                    });
                    self.keystore = Some(Keystore { path: path_named(&path, &profile.path), password });
                }
                (_, place) => match place.read(&self.environment, &entry.source, &profile.path) {
                    Ok(found) => {
                        self.profile_values.insert(name, found.map(|secret| secret.expose().to_owned()));
                    }
                    Err(wrong) if name == "private_key" && !is_overridden => {
                        let mistake = KeyMistake::NotThere { reason: wrong };
                        self.key_mistake = Some(Sourced::new(mistake, entry.source));
                    }
                    Err(wrong) => self.problems.push(SettingProblem {
                        kind: ProblemKind::Invalid,
                        setting: name.to_owned(),
                        text: format!("The {} {wrong} ({})", spoken(name), entry.source),
                        fix: "Put the value there, or say in the profile where it is".to_owned(),
                    }),
                },
            }
        }
    }

    /// Says which values of the profile are copies, where they count.
    fn add_copies(&mut self, copies: Vec<Copy>) {
        let counts = |copy: &Copy| self.all(copy.setting).first().map(|value| &value.source) == copy.source.as_ref();
        let counting: Vec<SettingProblem> = copies.into_iter().filter(counts).map(|copy| copy.problem).collect();
        self.problems.extend(counting);
    }

    fn add_polymarket_cli(&mut self, path: &Path) {
        match polymarket_cli::read(path) {
            Ok(values) if values.is_empty() => {}
            Ok(values) => {
                self.polymarket_cli = values.into_iter().collect();
                self.secret_files.push(path.to_owned());
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Every value of a setting, the one that wins first. Empty text counts as not set.
    pub(super) fn all(&self, setting: &Name) -> Vec<Sourced<String>> {
        let mut found = Vec::new();
        // in a fleet only the profile says what is an account's own
        let is_own = self.in_fleet && !setting.is_shared();
        if let (Some(value), Some(flag), false) = (self.flags.get(setting.name), setting.flag, is_own) {
            found.push(Sourced::new(value.clone(), Source::Flag { name: format!("--{flag}") }));
        }
        let of_profile = self.profile_values.get(setting.name).cloned();
        if self.in_fleet {
            found.extend(of_profile.clone());
        }
        let is_settled = is_own || self.in_fleet && of_profile.is_some();
        let variables = if is_settled { &[] } else { setting.variables };
        for &name in variables {
            if let Some(value) = self.environment.get(name) {
                found.push(Sourced::new(value.clone(), Source::Variable { name: name.to_owned() }));
            }
        }
        for &name in setting.variables {
            // the last line of a name wins, as in the shells that source such files
            if let Some(line) = self.env_lines.iter().rev().find(|line| line.name == name) {
                let source = Source::EnvFile { path: self.env_path.clone(), line: line.line, name: name.to_owned() };
                found.push(Sourced::new(line.value.clone(), source));
            }
        }
        if !self.in_fleet {
            found.extend(of_profile);
        }
        found.extend(self.polymarket_cli.get(setting.name).cloned());
        found.retain(|value| !value.value.trim().is_empty());
        found
    }

    /// The private key, or why the place that should have it does not give it.
    pub(super) fn key(&self, inputs: &Inputs) -> Result<Option<Sourced<KeyText>>, SettingsError> {
        if let Some(given) = read_key(inputs)? {
            return Ok(Some(given));
        }
        if let Some(text) = self.all(setting("private_key")).into_iter().next() {
            return Ok(Some(text.map(|text| Ok(Secret::new(text)))));
        }
        if let Some(Keystore { path, password }) = &self.keystore {
            let source = Source::File { path: path.display().to_string() };
            let locked = |reason| Err(KeyMistake::Keystore { reason });
            let key = match password {
                Some(Err(reason)) => locked(reason.clone()),
                Some(Ok(password)) => {
                    keystore::unlock(path, Some(password)).unwrap_or_else(|error| locked(error.to_string()))
                }
                None => {
                    let password = inputs.keystore_password.as_ref();
                    keystore::unlock(path, password).unwrap_or_else(|error| locked(error.to_string()))
                }
            };
            return Ok(Some(Sourced::new(key, source)));
        }
        Ok(self.key_mistake.clone().map(|mistake| mistake.map(Err)))
    }

    /// Whether the private key in force, or the reason why there is none, comes from the profile.
    pub(super) fn key_is_of_profile(&self) -> bool {
        match self.all(setting("private_key")).into_iter().next() {
            Some(key) => self.profile_values.get("private_key") == Some(&key),
            None => self.keystore.is_some() || self.key_mistake.is_some(),
        }
    }

    /// Names that nothing reads but that look like ones that are read.
    pub(super) fn near_misses(&self) -> Vec<SettingProblem> {
        let lines = self.env_lines.iter().map(|line| (&line.name, format!("line {} of {}", line.line, self.env_path)));
        let variables = self.environment.keys().filter(|_| !self.in_fleet);
        let variables = variables.map(|name| (name, "the environment".to_owned()));
        lines.chain(variables).filter_map(|(name, place)| near_miss(name, &place)).collect()
    }
}

/// Polymarket US is another product, with keys of another kind.
const POLYMARKET_US: [&str; 2] = ["POLYMARKET_KEY_ID", "POLYMARKET_SECRET_KEY"];

fn near_miss(name: &str, place: &str) -> Option<SettingProblem> {
    if POLYMARKET_US.contains(&name) {
        return Some(SettingProblem {
            kind: ProblemKind::NearMiss,
            setting: "api_credentials".to_owned(),
            text: format!(
                "{name} is set ({place}): it is of Polymarket US, another product, and the CLOB takes none of its keys"
            ),
            fix: "Derive the API credentials of the CLOB from the private key".to_owned(),
        });
    }
    let meant = names::meant(name)?;
    let setting = names::SETTINGS.iter().find(|setting| setting.variables.contains(&meant))?;
    Some(SettingProblem {
        kind: ProblemKind::NearMiss,
        setting: setting.name.to_owned(),
        text: format!("{name} is set ({place}) and nothing reads it; the clients read {meant}"),
        fix: format!("Rename {name} to {meant}"),
    })
}

/// The key of `--key-file`, `--keystore` or `--key-stdin`, and where it came from.
fn read_key(inputs: &Inputs) -> Result<Option<Sourced<KeyText>>, SettingsError> {
    let file = |path: &Path| Source::File { path: path.display().to_string() };
    let key = |text: &str| Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    match &inputs.key {
        KeyInput::Settings => Ok(None),
        KeyInput::File(path) => Ok(Some(Sourced::new(key(&read_text(path)?), file(path)))),
        KeyInput::Keystore(path) => {
            Ok(Some(Sourced::new(keystore::unlock(path, inputs.keystore_password.as_ref())?, file(path))))
        }
        KeyInput::Typed(key) => Ok(Some(Sourced::new(Ok(key.clone()), Source::Typed))),
        KeyInput::StandardInput => {
            let mut text = zeroize::Zeroizing::new(String::new());
            std::io::stdin().read_to_string(&mut text).map_err(|error| SettingsError::Unreadable {
                path: "standard input".to_owned(),
                reason: reason(&error),
            })?;
            Ok(Some(Sourced::new(key(&text), Source::StandardInput)))
        }
    }
}
