//! The private key of a profile: its text where that costs nothing, else how it is got.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::accounts::Whose;
use super::config::{Profile, ProfileValue};
use super::files::path_named;
use super::inputs::Inputs;
use super::memory::Memory;
use super::secret_ref::SecretRef;
use super::{KeyText, Setting, Source, Sourced, keystore};
use crate::auth::key::KeyMistake;
use crate::secret::Secret;

/// What a profile says of its private key.
pub(super) enum ProfileKey {
    None,
    Text(Sourced<Secret>),
    /// It names a place that does not give it.
    Mistake(Sourced<KeyMistake>),
    Keystore {
        path: PathBuf,
        password: Option<SecretRef>,
        source: Source,
    },
    /// A program that is run only when its key is the one in use.
    Program {
        place: SecretRef,
        source: Source,
    },
}

impl ProfileKey {
    pub(super) fn read(profile: &Profile, environment: &BTreeMap<String, String>, memory: &Memory) -> Self {
        let Some(entry) = profile.entries.iter().find(|entry| entry.setting == Setting::PrivateKey) else {
            return Self::None;
        };
        let source = entry.source.clone();
        match &entry.value {
            ProfileValue::Text(text) if text.trim().is_empty() => Self::None,
            ProfileValue::Text(text) => Self::Text(Sourced::new(Secret::new(text.as_str()), source)),
            ProfileValue::SecretRef(SecretRef::Keystore { path, password }) => {
                Self::Keystore { path: path_named(path, &profile.path), password: password.as_deref().cloned(), source }
            }
            ProfileValue::SecretRef(place) if place.is_costly() => Self::Program { place: place.clone(), source },
            ProfileValue::SecretRef(place) => match place.read(environment, &source, &profile.path, memory) {
                Ok(found) => Self::Text(found),
                Err(reason) => Self::Mistake(Sourced::new(KeyMistake::NotThere { reason }, source)),
            },
        }
    }

    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// The key where it is known without a password and without a program.
    pub(super) fn text(&self) -> Option<Sourced<String>> {
        match self {
            Self::Text(text) => Some(text.clone().map(|text| text.expose().to_owned())),
            _ => None,
        }
    }

    /// Whose it is, as far as that can be seen.
    pub(super) fn whose(&self) -> Option<Whose> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(Whose::of(text.value.expose())),
            Self::Mistake(_) | Self::Program { .. } => Some(Whose::Unknown),
            Self::Keystore { path, .. } => {
                Some(keystore::address(path).map_or_else(|| Whose::Keystore(path.clone()), Whose::Signer))
            }
        }
    }

    /// The keystore whose password is to be asked for.
    pub(super) fn locked_keystore(&self) -> Option<PathBuf> {
        match self {
            Self::Keystore { path, password: None, .. } => Some(path.clone()),
            _ => None,
        }
    }

    /// The key, by a password or a program if need be, or why it is not to be had.
    pub(super) fn unlocked(&self, beside: &Path, inputs: &Inputs) -> Option<Sourced<KeyText>> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(text.clone().map(Ok)),
            Self::Mistake(mistake) => Some(mistake.clone().map(Err)),
            Self::Program { place, source } => {
                Some(match place.read(&inputs.environment, source, beside, &inputs.memory) {
                    Ok(found) => found.map(Ok),
                    Err(reason) => Sourced::new(Err(KeyMistake::NotThere { reason }), source.clone()),
                })
            }
            Self::Keystore { path, password, source } => {
                let locked = |reason| Err(KeyMistake::Keystore { reason });
                let said =
                    password.as_ref().map(|place| place.read(&inputs.environment, source, beside, &inputs.memory));
                let password = match &said {
                    Some(Err(wrong)) => Err(format!("its password {wrong}")),
                    Some(Ok(password)) => Ok(Some(&password.value)),
                    None => Ok(inputs.keystore_password.as_ref()),
                };
                let key = password.map_or_else(locked, |password| {
                    keystore::unlock(path, password, &inputs.memory).unwrap_or_else(|error| locked(error.to_string()))
                });
                Some(Sourced::new(key, Source::File { path: path.display().to_string() }))
            }
        }
    }
}
