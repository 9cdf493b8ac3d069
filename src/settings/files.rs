//! Files of settings, read with words for what keeps them from it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use super::sources::SettingsError;

/// Larger than any settings file; what is longer is another file.
const LONGEST: u64 = 1 << 20;

pub(super) fn read_text(path: &Path) -> Result<String, SettingsError> {
    read(path, |path| fs::read_to_string(path))
}

pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, SettingsError> {
    read(path, |path| fs::read(path))
}

fn read<T>(path: &Path, read: impl Fn(&Path) -> io::Result<T>) -> Result<T, SettingsError> {
    let found = fs::metadata(path).and_then(|found| match found.len() {
        0..=LONGEST => read(path),
        _ => Err(io::Error::other("it is larger than 1 MiB")),
    });
    found.map_err(|error| SettingsError::Unreadable { path: path.display().to_string(), reason: reason(&error) })
}

/// Why a file cannot be read, in words.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// A path that a settings file names: `~` is the home folder, and what is not absolute is beside
/// that file.
pub(super) fn path_named(text: &str, beside: &Path) -> PathBuf {
    match (text.strip_prefix("~/"), super::home_folder()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => beside.parent().unwrap_or(Path::new("")).join(text),
    }
}

/// The path from the root. What stands before `..` is resolved, since it may be a link; links behind
/// it stay, since they may come to point elsewhere.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parts: Vec<Component<'_>> = path.components().collect();
    let Some(last) = parts.iter().rposition(|part| *part == Component::ParentDir) else { return path };
    let (before, behind) = parts.split_at(last + 1);
    let before: PathBuf = before.iter().collect();
    fs::canonicalize(before).map_or_else(|_| path.clone(), |folder| folder.join(behind.iter().collect::<PathBuf>()))
}
