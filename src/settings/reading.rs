//! One reading of all places: the question for a password, the keys that are there and the settings
//! come from it, so that no file is read and no program is run twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::config::{self, ProfileValue};
use super::inputs::{Inputs, KeyInput, SettingsError};
use super::load::{DEFAULT_DEADLINE, parse_seconds, settle};
use super::sources::Sources;
use super::{EnvFile, FoundKey, KeyProfile, SecretRef, Setting, Settings, found};
use crate::secret::Secret;

/// Every place as it was read. It holds secrets, so it has no `Debug`.
pub struct Reading {
    inputs: Inputs,
    sources: Sources,
}

impl Reading {
    /// Reads every place, as far as neither a password nor a program is needed.
    ///
    /// # Errors
    ///
    /// As [`super::load`].
    pub fn of(mut inputs: Inputs) -> Result<Self, SettingsError> {
        inputs.memory = inputs.memory.with_time_for_programs(deadline(&inputs));
        let sources = Sources::open(&inputs)?;
        Ok(Self { inputs, sources })
    }

    /// The keystore that the private key is in, if it is in one, and its password is not known yet.
    pub fn locked_keystore(&self) -> Option<PathBuf> {
        match &self.inputs.key {
            _ if self.inputs.keystore_password.is_some() => None,
            KeyInput::Keystore(path) => Some(path.clone()),
            KeyInput::Settings => self.sources.keystore_to_unlock(),
            KeyInput::File(_) | KeyInput::StandardInput | KeyInput::Typed(_) => None,
        }
    }

    /// Takes the password of the keystore that [`Reading::locked_keystore`] names.
    pub fn unlock_with(&mut self, password: Secret) {
        self.inputs.keystore_password = Some(password);
    }

    /// The profile, where its private key says which account this is.
    pub(super) fn key_profile(&self) -> Option<KeyProfile> {
        self.sources.key_profile()
    }

    /// Every private key in the environment, the `.env`, the profile and the file of polymarket-cli,
    /// the one in force first.
    pub fn found_keys(&self) -> Vec<FoundKey> {
        found::keys(&self.inputs, &self.sources)
    }

    /// Unlocks and runs what is needed, and settles which value is in force.
    ///
    /// # Errors
    ///
    /// As [`super::load`].
    pub fn settings(self) -> Result<Settings, SettingsError> {
        Ok(settle(&self.inputs, self.sources.settled(&self.inputs)?))
    }
}

/// The time that a run may take, as far as it is known before values are read from elsewhere.
fn deadline(inputs: &Inputs) -> Duration {
    let of_profile = || {
        let entries = config::chosen(inputs).unwrap_or_default().entries;
        entries.into_iter().find_map(|entry| match entry.value {
            ProfileValue::Text(text) if entry.setting == Setting::Deadline => Some(text),
            _ => None,
        })
    };
    let given = inputs.flags.get(&Setting::Deadline).cloned().or_else(of_profile);
    given.and_then(|text| parse_seconds(text.trim())).unwrap_or(DEFAULT_DEADLINE)
}

/// The files and variables that settings are read from.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Those that may appear, too.
    pub files: BTreeSet<PathBuf>,
    /// Variables that the profile names as the place of a secret.
    pub variables: BTreeSet<String>,
}

impl Origins {
    /// Nothing but the configuration is read for it.
    pub fn of(inputs: &Inputs) -> Self {
        let mut origins = Self::default();
        match &inputs.env_file {
            EnvFile::Usual => _ = origins.files.insert(PathBuf::from(".env")),
            EnvFile::Named(path) => _ = origins.files.insert(path.clone()),
            EnvFile::None => {}
        }
        if let KeyInput::File(path) | KeyInput::Keystore(path) = &inputs.key {
            origins.files.insert(path.clone());
        }
        origins.files.extend(inputs.config_file.iter().chain(&inputs.polymarket_cli).cloned());
        // a configuration that cannot be read is reported when the settings are read
        let profile = config::chosen(inputs).unwrap_or_default();
        for entry in &profile.entries {
            if let ProfileValue::SecretRef(place) = &entry.value {
                let mut read = Self::default();
                place.origins(&profile.path, &mut read);
                origins.files.append(&mut read.files);
                if entry.setting.is_secret() {
                    origins.variables.append(&mut read.variables);
                }
            }
        }
        origins
    }
}

/// Whether the profile names a keystore. Nothing but the configuration is read for it.
pub fn names_keystore(inputs: &Inputs) -> bool {
    let is_keystore = |value: &ProfileValue| matches!(value, ProfileValue::SecretRef(SecretRef::Keystore { .. }));
    config::chosen(inputs).is_ok_and(|profile| profile.entries.iter().any(|entry| is_keystore(&entry.value)))
}

/// How files were at one moment: enough to see that one has been written, replaced or removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, Option<Stamp>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    /// Inode, mode, and when either changed: who may read a file is a finding, too.
    #[cfg(unix)]
    node: (u64, u32, i64, i64),
}

impl Snapshot {
    /// Looks at these files now.
    pub fn of(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(files.into_iter().map(|path| (path.clone(), Stamp::of(&path))).collect())
    }

    /// The files that were looked at, whether they are there or not.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// The files that are not as they were.
    pub fn changed(&self) -> Vec<&Path> {
        let changed = self.0.iter().filter(|(path, stamp)| Stamp::of(path) != **stamp);
        changed.map(|(path, _)| path.as_path()).collect()
    }
}

impl Stamp {
    /// `None` where no such file.
    fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self {
            modified: found.modified().ok(),
            bytes: found.len(),
            #[cfg(unix)]
            node: {
                use std::os::unix::fs::MetadataExt as _;
                (found.ino(), found.mode(), found.ctime(), found.ctime_nsec())
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_a_profile_refers_to_is_an_origin() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let text = "default_profile = 'a'\n[profiles.a]\nprivate_key = { keystore = 'k.json', password = { file = 'p' } }\n\
                    api_secret = { env_file = 'b.env', name = 'S' }\napi_passphrase = { env = 'MINE' }\n\
                    funder = { env = 'PUBLIC' }\n[profiles.b]\n\
                    api_secret = { file = 'other' }\n";
        fs::write(&config, text).unwrap();
        let inputs = Inputs {
            config_file: Some(config.clone()),
            key: KeyInput::File("key".into()),
            polymarket_cli: Some("cli.json".into()),
            ..Inputs::default()
        };
        let Origins { files, variables } = Origins::of(&inputs);
        let beside = |name: &str| folder.path().join(name);
        let expected: BTreeSet<PathBuf> =
            [".env".into(), "key".into(), "cli.json".into(), config, beside("k.json"), beside("p"), beside("b.env")]
                .into();
        assert_eq!(files, expected);
        assert_eq!(variables, BTreeSet::from(["MINE".to_owned()]));
    }

    #[test]
    fn a_file_that_is_written_replaced_made_or_removed_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let snapshot = || Snapshot::of([path.clone()]);
        let none = snapshot();
        assert!(none.changed().is_empty());
        fs::write(&path, "A=1").unwrap();
        assert_eq!(none.changed(), [path.as_path()]);
        let first = snapshot();
        assert!(first.changed().is_empty());
        fs::write(folder.path().join("new"), "A=2").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        assert_eq!(first.changed(), [path.as_path()], "renamed over it, of the same length");
        let second = snapshot();
        fs::remove_file(&path).unwrap();
        assert_eq!(second.changed(), [path.as_path()]);
    }
}
