//! A change of one settings file: what it was read as, what it becomes, shown before it is done.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::edit::{self, ConfigText, DiffLine, EditError};
use super::save::{self, Access, Before, SaveError};
use crate::secret::Secret;

/// Why a settings file cannot be changed. It is as it was.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// The file is there, and reading it failed.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The new text cannot be made from the old one.
    #[error("{path} cannot be changed: {error}")]
    Edit {
        /// The file, as it was named.
        path: String,
        /// What keeps it from being edited.
        error: EditError,
    },
    /// The new text could not be written.
    #[error(transparent)]
    Save(#[from] SaveError),
}

/// What a file is, and so how it is shown and who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    EnvFile,
    Config,
    /// A file of secrets that is written anew as a whole; nothing of it is shown.
    Secret,
}

/// A change of one settings file that has not been made yet.
#[derive(Clone)]
pub struct FileChange {
    path: PathBuf,
    kind: Kind,
    /// `None` for a file that is not there.
    before: Option<Secret>,
    /// `None` where the file is removed.
    after: Option<Secret>,
}

impl fmt::Debug for FileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileChange").field("path", &self.path).finish_non_exhaustive()
    }
}

impl FileChange {
    /// Sets variables of a `.env`, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Unreadable`], or [`ChangeError::Edit`] for a value that cannot be written.
    pub fn of_variables(path: &Path, values: &[(&str, &str)]) -> Result<Self, ChangeError> {
        let before = read(path)?;
        let old = before.as_ref().map_or("", Secret::expose);
        let after = edit::set_variables(old, values).map_err(|error| not_editable(path, error))?;
        Ok(Self { path: path.to_owned(), kind: Kind::EnvFile, before, after: Some(Secret::new(after)) })
    }

    /// Changes the configuration file, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Unreadable`], or [`ChangeError::Edit`] when it is no valid configuration.
    pub fn of_config(
        path: &Path,
        change: impl FnOnce(&mut ConfigText) -> Result<(), EditError>,
    ) -> Result<Self, ChangeError> {
        let before = read(path)?;
        let old = before.as_ref().map_or("", Secret::expose);
        let mut config = ConfigText::parse(old).map_err(|error| not_editable(path, error))?;
        change(&mut config).map_err(|error| not_editable(path, error))?;
        let after = Some(Secret::new(config.to_string()));
        Ok(Self { path: path.to_owned(), kind: Kind::Config, before, after })
    }

    /// Writes a file of secrets anew, for its owner only.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Unreadable`] for the file as it is now.
    pub fn of_secrets(path: &Path, text: Secret) -> Result<Self, ChangeError> {
        Ok(Self { path: path.to_owned(), kind: Kind::Secret, before: read(path)?, after: Some(text) })
    }

    pub(super) fn between(path: &Path, kind: Kind, before: Option<Secret>, after: Option<Secret>) -> Self {
        Self { path: path.to_owned(), kind, before, after }
    }

    /// The change back.
    pub(super) fn reversed(&self) -> Self {
        Self::between(&self.path, self.kind, self.after.clone(), self.before.clone())
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn before(&self) -> Option<&Secret> {
        self.before.as_ref()
    }

    pub(super) fn after(&self) -> Option<&Secret> {
        self.after.as_ref()
    }

    /// The profiles that are not the same before and after.
    pub(super) fn profiles(&self) -> Vec<String> {
        let texts = [&self.before, &self.after].map(|text| text.as_ref().map_or("", Secret::expose));
        match self.kind {
            Kind::Config => edit::changed_profiles(texts[0], texts[1]),
            Kind::EnvFile | Kind::Secret => Vec::new(),
        }
    }

    /// The file, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is made by it.
    pub fn is_new_file(&self) -> bool {
        self.before.is_none()
    }

    /// Whether the file is removed by it.
    pub fn removes_file(&self) -> bool {
        self.after.is_none()
    }

    /// Whether the file stays as it is.
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }

    /// What changes, line by line, without the secrets.
    pub fn diff(&self) -> Vec<DiffLine> {
        edit::diff(&self.shown(self.before.as_ref()), &self.shown(self.after.as_ref()))
    }

    /// The whole new text, without the secrets.
    pub fn preview(&self) -> String {
        self.shown(self.after.as_ref())
    }

    fn shown(&self, text: Option<&Secret>) -> String {
        let text = text.map_or("", Secret::expose);
        match self.kind {
            Kind::EnvFile => edit::masked_variables(text),
            // it was valid when it was read or made
            Kind::Config => ConfigText::parse(text).map_or_else(|_| String::new(), |config| config.masked()),
            Kind::Secret => String::new(),
        }
    }

    /// Makes the change. The configuration file is for its owner only, and so is a new file.
    ///
    /// # Errors
    ///
    /// [`SaveError`]; the file is as it was, also when somebody else has changed it meanwhile.
    pub fn apply(&self) -> Result<(), SaveError> {
        let access = match self.kind {
            Kind::EnvFile => Access::AsItIs,
            Kind::Secret => Access::Owner,
            Kind::Config => {
                save::make_folder_of(&self.path)?;
                Access::Owner
            }
        };
        let before = self.before.as_ref().map(|text| text.expose().as_bytes());
        match (before, &self.after) {
            (before, Some(after)) => {
                let expected = before.map_or(Before::NoFile, Before::Content);
                save::replace(&self.path, expected, after.expose().as_bytes(), access)
            }
            (Some(before), None) => save::remove(&self.path, before),
            (None, None) => Ok(()),
        }
    }
}

fn not_editable(path: &Path, error: EditError) -> ChangeError {
    ChangeError::Edit { path: path.display().to_string(), error }
}

fn read(path: &Path) -> Result<Option<Secret>, ChangeError> {
    match super::files::read_regular(path) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(ChangeError::Unreadable { path: path.display().to_string(), reason: super::files::reason(&error) })
        }
    }
}
