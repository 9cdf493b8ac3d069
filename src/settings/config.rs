//! The configuration file: profiles, each value with its line.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml_edit::{Document, Item, TableLike};

use super::edit::line_at;
use super::files::read_text;
use super::inputs::{Inputs, SettingsError};
use super::secret_ref::SecretRef;
use super::{ProblemKind, Setting, SettingProblem, Source, Subject};

/// What the dashboard reads outside of the profiles, each `true` or `false`.
pub(super) const SWITCHES: [&str; 2] = ["mouse", "reduced_motion"];

/// A configuration file as it was read.
pub struct ConfigFile {
    path: PathBuf,
    document: Document<String>,
}

/// What a profile says of one setting. A text may be a secret, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum ProfileValue {
    Text(String),
    SecretRef(SecretRef),
}

impl fmt::Debug for ProfileValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} characters)", text.chars().count()),
            Self::SecretRef(place) => write!(f, "SecretRef({place:?})"),
        }
    }
}

/// A setting in a profile.
#[derive(Clone)]
pub(crate) struct ProfileEntry {
    pub(crate) setting: Setting,
    pub(crate) value: ProfileValue,
    pub(super) source: Source,
}

/// A profile as it was read.
#[derive(Clone, Default)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// Empty without a configuration file.
    pub(super) path: PathBuf,
    pub(crate) entries: Vec<ProfileEntry>,
    pub(crate) problems: Vec<SettingProblem>,
    /// `env_map = { funder = "MY_WALLET" }`: the variable that a setting is read from.
    pub(super) env_map: BTreeMap<Setting, String>,
}

impl Profile {
    fn map_variables(&mut self, item: &Item, line: usize) {
        for (setting, name) in item.as_table_like().into_iter().flat_map(TableLike::iter) {
            match (setting.parse::<Setting>(), name.as_str()) {
                (Ok(setting), Some(name)) => {
                    self.env_map.insert(setting, name.to_owned());
                }
                (found, _) => self.problems.push(SettingProblem {
                    kind: ProblemKind::Invalid,
                    setting: Subject::Profile,
                    text: format!(
                        "env_map of profile {}, line {line} of {}: {}",
                        self.name,
                        self.path.display(),
                        found.err().map_or_else(
                            || format!("the name of the variable for {setting} must be a string"),
                            |unknown| unknown.to_string(),
                        )
                    ),
                    fix: "Write env_map = { funder = \"MY_WALLET\" }".to_owned(),
                }),
            }
        }
    }
}

impl ConfigFile {
    /// # Errors
    ///
    /// [`SettingsError`] when the file cannot be read, or is no TOML with tables for profiles.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = read_text(path)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let malformed = |line: Option<usize>, reason: String| SettingsError::Malformed {
            path: path.display().to_string(),
            reason: line.map_or_else(|| reason.clone(), |line| format!("line {line}: {reason}")),
        };
        let document = Document::parse(text.clone()).map_err(|error| {
            let line = error.span().map(|span| line_at(&text, span.start));
            malformed(line, error.message().lines().next().unwrap_or_default().to_owned())
        })?;
        let line = |item: &Item| item.span().map(|span| line_at(&text, span.start));
        if let Some(item) = document.get("profiles") {
            let Some(profiles) = item.as_table_like() else {
                return Err(malformed(line(item), "`profiles` must be a table: write [profiles.NAME]".to_owned()));
            };
            if let Some((name, item)) = profiles.iter().find(|(_, item)| !item.is_table_like()) {
                return Err(malformed(line(item), format!("`{name}` must be a table: write [profiles.{name}]")));
            }
        }
        match document.get("default_profile") {
            Some(item) if !item.is_str() => Err(malformed(line(item), "`default_profile` must be a string".to_owned())),
            _ => Ok(Self { path: path.to_owned(), document }),
        }
    }

    /// The profile that is used where none is named, if the file names one.
    pub fn default_profile(&self) -> Option<&str> {
        self.document.get("default_profile")?.as_str()
    }

    /// The names of all profiles, in the order of the file.
    pub fn names(&self) -> Vec<&str> {
        self.profiles().map(|profiles| profiles.iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    fn profiles(&self) -> Option<&dyn TableLike> {
        self.document.get("profiles")?.as_table_like()
    }

    fn line(&self, key: &toml_edit::Key) -> usize {
        key.span().map_or(1, |span| line_at(self.document.raw(), span.start))
    }

    /// # Errors
    ///
    /// [`SettingsError::NoSuchProfile`]
    pub(crate) fn profile(&self, name: &str) -> Result<Profile, SettingsError> {
        let values = self.profiles().and_then(|profiles| profiles.get(name)).and_then(Item::as_table_like);
        let Some(values) = values else {
            return Err(SettingsError::NoSuchProfile {
                name: name.to_owned(),
                path: self.path.display().to_string(),
                known: available(&self.names()),
            });
        };
        let mut profile = Profile { name: name.to_owned(), path: self.path.clone(), ..Profile::default() };
        for (key, item) in values.iter() {
            let line = values.key(key).map_or(1, |key| self.line(key));
            if key == "env_map" {
                profile.map_variables(item, line);
                continue;
            }
            match entry(&profile, key, item, line) {
                Ok(entry) => profile.entries.push(entry),
                Err(problem) => profile.problems.push(problem),
            }
        }
        profile.problems.extend(self.outside_of_profiles());
        Ok(profile)
    }

    /// A switch of the dashboard, which stands outside of the profiles; off unless it is `true`.
    pub fn switch(&self, name: &str) -> bool {
        self.document.get(name).and_then(Item::as_bool).unwrap_or_default()
    }

    fn outside_of_profiles(&self) -> impl Iterator<Item = SettingProblem> {
        let root = self.document.as_table();
        let is_read = |key: &str, item: &Item| {
            matches!(key, "profiles" | "default_profile") || (SWITCHES.contains(&key) && item.is_bool())
        };
        root.iter().filter(move |(key, item)| !is_read(key, item)).map(|(key, _)| {
            let line = root.key(key).map_or(1, |key| self.line(key));
            SettingProblem {
                kind: ProblemKind::NearMiss,
                setting: Subject::Profile,
                text: format!(
                    "{key} (line {line} of {}) is outside the profiles, where nothing reads it",
                    self.path.display()
                ),
                fix: "Move it below [profiles.NAME]".to_owned(),
            }
        })
    }
}

fn entry(profile: &Profile, key: &str, item: &Item, line: usize) -> Result<ProfileEntry, SettingProblem> {
    let path = profile.path.display().to_string();
    let source = Source::Profile { path, name: profile.name.clone(), key: key.to_owned(), line };
    let Some(setting) = Setting::named(key) else {
        let meant = Setting::closest(key);
        return Err(SettingProblem {
            kind: ProblemKind::NearMiss,
            setting: meant.map_or(Subject::Profile, Subject::Setting),
            text: format!("Unknown setting: {source}"),
            fix: meant.map_or_else(|| "Remove it".to_owned(), |meant| format!("Did you mean {meant}?")),
        });
    };
    let value = match item {
        _ if item.is_table_like() => {
            item.as_table_like().map(|table| SecretRef::parse(table).map(ProfileValue::SecretRef))
        }
        _ => item
            .as_str()
            .map(str::to_owned)
            .or_else(|| Some(item.as_integer()?.to_string()))
            .map(|text| Ok(ProfileValue::Text(text))),
    };
    let problem = |wrong: String| SettingProblem {
        kind: ProblemKind::Invalid,
        setting: setting.into(),
        text: format!("The {} {wrong} ({source})", setting.spoken()),
        fix: "Write a quoted string, a number, or a reference to the value".to_owned(),
    };
    match value {
        Some(Ok(value)) => Ok(ProfileEntry { setting, value, source }),
        Some(Err(wrong)) => Err(problem(wrong)),
        None => Err(problem(format!("is a TOML {}, which is neither a string nor a number", item.type_name()))),
    }
}

/// The profile that is asked for, or the default one; an empty one where there is none at all.
pub(super) fn chosen(inputs: &Inputs) -> Result<Profile, SettingsError> {
    let none = || Profile { name: "default".to_owned(), ..Profile::default() };
    let wanted = inputs.profile.as_deref().filter(|name| !name.is_empty());
    let Some(path) = inputs.config_file.as_ref().filter(|path| fs::symlink_metadata(path).is_ok()) else {
        let path = inputs.config_file.as_ref();
        return wanted.map_or_else(
            || Ok(none()),
            |name| {
                Err(SettingsError::NoSuchProfile {
                    name: name.to_owned(),
                    path: path.map_or_else(|| "the configuration".to_owned(), |path| path.display().to_string()),
                    known: available(&[]),
                })
            },
        );
    };
    let config = match &inputs.config {
        Some(config) => Arc::clone(config),
        None => Arc::new(ConfigFile::read(path)?),
    };
    match wanted.or_else(|| config.default_profile()) {
        Some(name) => config.profile(name),
        None if config.names().contains(&"default") => config.profile("default"),
        None => Ok(Profile { problems: config.outside_of_profiles().collect(), ..none() }),
    }
}

/// What there is instead of a profile that is not there.
fn available(names: &[&str]) -> String {
    if names.is_empty() { "no profiles exist yet".to_owned() } else { format!("available: {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text_of_a_profile() {
        let shown = format!("{:?}", ProfileValue::Text("hunter2".to_owned()));
        assert_eq!(shown, "Text(7 characters)");
    }
}
