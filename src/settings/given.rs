//! The private key of the command line.

use std::path::Path;

use super::files::{read_text, reason};
use super::inputs::{Inputs, KeyInput, SettingsError};
use super::{KeyText, Source, Sourced, keystore};
use crate::secret::Secret;

/// The key of `--key-file`, `--keystore` or `--key-stdin`, and where it came from.
pub(super) fn read(inputs: &Inputs) -> Result<Option<Sourced<KeyText>>, SettingsError> {
    let file = |path: &Path| Source::File { path: path.display().to_string() };
    let text = |text: &str| Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    match &inputs.key {
        KeyInput::Settings => Ok(None),
        KeyInput::File(path) => Ok(Some(Sourced::new(text(&read_text(path)?), file(path)))),
        KeyInput::Keystore(path) => {
            let unlocked = keystore::unlock(path, inputs.keystore_password.as_ref(), &inputs.memory)?;
            Ok(Some(Sourced::new(unlocked, file(path))))
        }
        KeyInput::Typed(key) => Ok(Some(Sourced::new(Ok(key.clone()), Source::Typed))),
        KeyInput::StandardInput => {
            let read = inputs.memory.standard_input().map_err(|error| SettingsError::Unreadable {
                path: "standard input".to_owned(),
                reason: reason(&error),
            })?;
            Ok(Some(Sourced::new(text(read.expose()), Source::StandardInput)))
        }
    }
}
