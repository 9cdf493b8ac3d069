//! The places that values come from, read once, with the place kept beside each value.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::names::{self, Name};
use super::{KeyText, ProblemKind, SettingProblem, Source, Sourced};
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
    Keystore {
        path: PathBuf,
        password: Secret,
    },
    StandardInput,
}

/// Which `.env` file is read.
#[derive(Clone, Debug, Default)]
pub enum EnvFile {
    /// `.env` in the working directory, if there is one.
    #[default]
    Usual,
    /// This one, which must be there.
    Named(PathBuf),
    None,
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
    /// `--profile` or `POLYDOCTOR_PROFILE`.
    pub profile: Option<String>,
    pub config_file: Option<PathBuf>,
}

/// One variable of a `.env` file.
struct EnvLine {
    name: String,
    value: String,
    line: usize,
}

/// All places, highest precedence first.
pub(super) struct Sources {
    flags: BTreeMap<&'static str, String>,
    environment: BTreeMap<String, String>,
    env_path: String,
    env_lines: Vec<EnvLine>,
    pub(super) profile: String,
    profile_path: String,
    profile_values: toml::Table,
    pub(super) secret_files: Vec<PathBuf>,
    pub(super) problems: Vec<SettingProblem>,
}

impl EnvFile {
    fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Usual => Some(PathBuf::from(".env")).filter(|path| path.exists() && !path.is_dir()),
            Self::Named(path) => Some(path.clone()),
            Self::None => None,
        }
    }
}

/// Every variable of a `.env` file, for what is not one of the settings.
///
/// # Errors
///
/// [`SettingsError`] when the file cannot be read, or holds a line that is no assignment.
pub fn env_file_variables(file: &EnvFile) -> Result<BTreeMap<String, String>, SettingsError> {
    let Some(path) = file.path() else { return Ok(BTreeMap::new()) };
    let mut problems = Vec::new();
    let lines = parse_env_file(&path, &read_text(&path)?, &mut problems);
    match problems.into_iter().next() {
        Some(problem) => Err(SettingsError::BadLine { text: problem.text }),
        // the last line of a name wins
        None => Ok(lines.into_iter().map(|line| (line.name, line.value)).collect()),
    }
}

impl Sources {
    pub(super) fn read(inputs: &Inputs) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let mut secret_files = Vec::new();
        let env_path = inputs.env_file.path();
        let mut env_lines = Vec::new();
        if let Some(path) = &env_path {
            env_lines = parse_env_file(path, &read_text(path)?, &mut problems);
            if env_lines.iter().any(|line| names::is_secret(&line.name)) {
                secret_files.push(path.clone());
            }
        }
        let (profile, profile_path, profile_values) = read_profile(inputs)?;
        Ok(Self {
            flags: inputs.flags.clone(),
            environment: inputs.environment.clone(),
            env_path: env_path.map_or_else(String::new, |path| path.display().to_string()),
            env_lines,
            profile,
            profile_path,
            profile_values,
            secret_files,
            problems,
        })
    }

    /// Every value of a setting, the one that wins first. Empty text counts as not set.
    pub(super) fn all(&self, setting: &Name) -> Vec<Sourced<String>> {
        let mut found = Vec::new();
        if let (Some(value), Some(flag)) = (self.flags.get(setting.name), setting.flag) {
            found.push(Sourced::new(value.clone(), Source::Flag { name: format!("--{flag}") }));
        }
        for &name in setting.variables {
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
        if let Some(value) = self.profile_values.get(setting.name) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let source = Source::Profile {
                path: self.profile_path.clone(),
                name: self.profile.clone(),
                key: setting.name.to_owned(),
            };
            found.push(Sourced::new(value, source));
        }
        found.retain(|value| !value.value.trim().is_empty());
        found
    }

    /// Names that nothing reads but that look like ones that are read.
    pub(super) fn near_misses(&self) -> Vec<SettingProblem> {
        let lines = self.env_lines.iter().map(|line| (&line.name, format!("line {} of {}", line.line, self.env_path)));
        let variables = self.environment.keys().map(|name| (name, "the environment".to_owned()));
        lines
            .chain(variables)
            .filter_map(|(name, place)| {
                let meant = names::meant(name)?;
                let setting = names::SETTINGS.iter().find(|setting| setting.variables.contains(&meant))?;
                Some(SettingProblem {
                    kind: ProblemKind::NearMiss,
                    setting: setting.name.to_owned(),
                    text: format!("{name} is set ({place}) and nothing reads it; the clients read {meant}"),
                    fix: format!("Rename {name} to {meant}"),
                })
            })
            .collect()
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> SettingsError {
    SettingsError::Unreadable { path: path.display().to_string(), reason: reason(error) }
}

/// Why a file cannot be read, in words.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

fn read_text(path: &Path) -> Result<String, SettingsError> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// The key of `--key-file`, `--keystore` or `--key-stdin`, and where it came from.
pub(super) fn read_key(input: &KeyInput) -> Result<Option<Sourced<KeyText>>, SettingsError> {
    match input {
        KeyInput::Settings => Ok(None),
        KeyInput::File(path) => {
            let text = read_text(path)?;
            let source = Source::File { path: path.display().to_string() };
            Ok(Some(Sourced::new(Ok(Secret::new(text.trim_end_matches(['\r', '\n']))), source)))
        }
        KeyInput::Keystore { path, password } => {
            // read here too, so that a missing file is not taken for a wrong password
            read_text(path)?;
            let source = Source::File { path: path.display().to_string() };
            Ok(Some(Sourced::new(unlock(path, password), source)))
        }
        KeyInput::StandardInput => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| unreadable(Path::new("standard input"), &error))?;
            let key = Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
            Ok(Some(Sourced::new(key, Source::StandardInput)))
        }
    }
}

fn unlock(path: &Path, password: &Secret) -> KeyText {
    use alloy_signer_local::{LocalSignerError, PrivateKeySigner};
    let signer = PrivateKeySigner::decrypt_keystore(path, password.expose()).map_err(|error| {
        let reason = match error {
            // the library says "Mac Mismatch" to a wrong password
            LocalSignerError::EthKeystoreError(inner) if inner.to_string().contains("Mac") => {
                "the password is wrong".to_owned()
            }
            _ => "it is not a keystore of version 3 (Web3 secret storage)".to_owned(),
        };
        KeyMistake::Keystore { reason }
    })?;
    Ok(Secret::new(alloy_primitives::hex::encode_prefixed(signer.to_bytes())))
}

fn parse_env_file(path: &Path, text: &str, problems: &mut Vec<SettingProblem>) -> Vec<EnvLine> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: Vec<EnvLine> = Vec::new();
    for entry in dotenvy::from_read_iter(text.as_bytes()) {
        match entry {
            Ok((name, value)) => {
                let seen = lines.iter().filter(|line| line.name == name).count();
                let line = line_of(text, &name, seen);
                lines.push(EnvLine { name, value, line });
            }
            Err(error) => problems.push(SettingProblem {
                kind: ProblemKind::Invalid,
                setting: "env_file".to_owned(),
                text: format!("{} has a line that is no NAME=value{}", path.display(), place_of(text, &error)),
                fix: "Write one NAME=value a line; quote values that hold spaces or #".to_owned(),
            }),
        }
    }
    lines
}

/// The line of the n-th assignment of a name, counted from 1.
fn line_of(text: &str, name: &str, nth: usize) -> usize {
    let assigns = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().enumerate().filter(|(_, line)| assigns(line)).nth(nth).map_or(0, |(index, _)| index + 1)
}

/// Where a line that cannot be parsed stands. Its text is not shown: it may hold a secret.
fn place_of(text: &str, error: &dotenvy::Error) -> String {
    let dotenvy::Error::LineParse(bad, _) = error else { return String::new() };
    let line = text.lines().position(|line| !bad.is_empty() && line.contains(bad.trim()));
    line.map_or_else(String::new, |index| format!(" (line {})", index + 1))
}

fn read_profile(inputs: &Inputs) -> Result<(String, String, toml::Table), SettingsError> {
    let wanted = inputs.profile.clone();
    let Some(path) = inputs.config_file.as_ref().filter(|path| path.exists()) else {
        return match wanted {
            Some(name) => Err(SettingsError::NoSuchProfile {
                name,
                path: inputs
                    .config_file
                    .as_ref()
                    .map_or_else(|| "the configuration".to_owned(), |path| path.display().to_string()),
                known: "none".to_owned(),
            }),
            None => Ok(("default".to_owned(), String::new(), toml::Table::new())),
        };
    };
    let shown = path.display().to_string();
    let config: toml::Table = read_text(path)?.parse().map_err(|error: toml::de::Error| SettingsError::Malformed {
        path: shown.clone(),
        reason: error.message().to_owned(),
    })?;
    let profiles = config.get("profiles").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let named = wanted.clone().or_else(|| config.get("default_profile")?.as_str().map(str::to_owned));
    let name = named.clone().unwrap_or_else(|| "default".to_owned());
    match (profiles.get(&name).and_then(toml::Value::as_table), named) {
        (Some(values), _) => Ok((name, shown, values.clone())),
        (None, None) => Ok((name, shown, toml::Table::new())),
        (None, Some(_)) => {
            let known = profiles.keys().cloned().collect::<Vec<_>>().join(", ");
            Err(SettingsError::NoSuchProfile { name, path: shown, known })
        }
    }
}
