//! Private keys that are there already: what the set-up wizard offers.

use std::path::Path;

use super::files::{path_named, read_text};
use super::inputs::{Inputs, KeyInput, SettingsError};
use super::memory::Memory;
use super::sources::Sources;
use super::{SecretRef, Setting, Source, keystore, polymarket_cli};
use crate::auth::key::KeyMistake;
use crate::secret::Secret;

/// A private key and the place that it was found in.
#[derive(Clone, Debug)]
pub struct FoundKey {
    /// The text of the key, usable or not.
    pub key: Secret,
    /// Where it was found.
    pub source: Source,
    /// How a profile says that place; `None` where a profile cannot.
    pub place: Option<SecretRef>,
}

/// The one in force first.
pub(super) fn keys(inputs: &Inputs, sources: &Sources) -> Vec<FoundKey> {
    let mut values = sources.everywhere(Setting::PrivateKey);
    let cli = inputs.polymarket_cli.as_deref().filter(|path| path.exists());
    let of_cli = cli.and_then(|path| polymarket_cli::read(path).ok()).into_iter().flatten();
    for (_, value) in of_cli.filter(|(name, _)| *name == Setting::PrivateKey) {
        if !values.iter().any(|known| known.source == value.source) {
            values.push(value);
        }
    }
    let found = |value: super::Sourced<String>| FoundKey {
        key: Secret::new(value.value),
        place: SecretRef::of(&value.source),
        source: value.source,
    };
    values.into_iter().map(found).collect()
}

/// Why a file that was named gives no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadKey {
    /// A sentence with the path.
    pub text: String,
    /// Another password may open it.
    pub is_password: bool,
}

impl From<SettingsError> for UnreadKey {
    fn from(error: SettingsError) -> Self {
        Self { text: error.to_string(), is_password: false }
    }
}

/// The key in a file or a keystore that a person names; `~/` is the home folder. Unlocking a keystore
/// takes a processor for a second.
///
/// # Errors
///
/// [`UnreadKey`]
pub fn read_key(input: &KeyInput, password: Option<&Secret>) -> Result<FoundKey, UnreadKey> {
    let named = |path: &Path| path_named(&path.to_string_lossy(), Path::new(""));
    let source = |path: &Path| Source::File { path: path.display().to_string() };
    match input {
        KeyInput::File(path) => {
            let path = named(path);
            let key = Secret::new(read_text(&path)?.trim_end_matches(['\r', '\n']));
            Ok(FoundKey { key, place: SecretRef::of(&source(&path)), source: source(&path) })
        }
        KeyInput::Keystore(path) => {
            let path = named(path);
            let key = keystore::unlock(&path, password, &Memory::default())?.map_err(|mistake| UnreadKey {
                text: format!("{}: {mistake}", path.display()),
                is_password: matches!(&mistake, KeyMistake::Keystore { reason } if reason == keystore::WRONG_PASSWORD),
            })?;
            Ok(FoundKey { key, place: Some(SecretRef::keystore(&path)), source: source(&path) })
        }
        KeyInput::Settings | KeyInput::StandardInput | KeyInput::Typed(_) => {
            Err(UnreadKey { text: "No such file".to_owned(), is_password: false })
        }
    }
}
