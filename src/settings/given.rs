//! The private key of the command line.

use std::io::Read as _;
use std::path::Path;

use super::files::{read_text, reason};
use super::sources::{KeyInput, SettingsError};
use super::{KeyText, Source, Sourced, keystore};
use crate::secret::Secret;

/// The key of `--key-file`, `--keystore` or `--key-stdin`, and where it came from.
pub(super) fn read(key: &KeyInput, password: Option<&Secret>) -> Result<Option<Sourced<KeyText>>, SettingsError> {
    let file = |path: &Path| Source::File { path: path.display().to_string() };
    let text = |text: &str| Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    match key {
        KeyInput::Settings => Ok(None),
        KeyInput::File(path) => Ok(Some(Sourced::new(text(&read_text(path)?), file(path)))),
        KeyInput::Keystore(path) => Ok(Some(Sourced::new(keystore::unlock(path, password)?, file(path)))),
        KeyInput::Typed(key) => Ok(Some(Sourced::new(Ok(key.clone()), Source::Typed))),
        KeyInput::StandardInput => {
            let mut read = zeroize::Zeroizing::new(String::new());
            std::io::stdin().read_to_string(&mut read).map_err(|error| SettingsError::Unreadable {
                path: "standard input".to_owned(),
                reason: reason(&error),
            })?;
            Ok(Some(Sourced::new(text(&read), Source::StandardInput)))
        }
    }
}
