//! A change of one settings file: what it was read as, what it becomes, shown before it is done.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::edit::{self, ConfigText, DiffLine, EditError};
use super::save::{self, Access, Before, SaveError};
use crate::secret::Secret;

/// Why a settings file cannot be changed. It is as it was.
#[derive(Debug, Error)]
pub enum ChangeError {
    #[error("cannot read {path}: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("{path} cannot be changed: {error}")]
    Edit { path: String, error: EditError },
    #[error(transparent)]
    Save(#[from] SaveError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    EnvFile,
    Config,
}

/// A change of one settings file that has not been made yet.
#[derive(Clone)]
pub struct FileChange {
    path: PathBuf,
    kind: Kind,
    /// `None` for a file that is not there.
    before: Option<Secret>,
    after: Secret,
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
        Ok(Self { path: path.to_owned(), kind: Kind::EnvFile, before, after: Secret::new(after) })
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
        Ok(Self { path: path.to_owned(), kind: Kind::Config, before, after: Secret::new(config.to_string()) })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is made by it.
    pub fn is_new_file(&self) -> bool {
        self.before.is_none()
    }

    /// Whether the file stays as it is.
    pub fn is_empty(&self) -> bool {
        self.before.as_ref() == Some(&self.after)
    }

    /// What changes, line by line, without the secrets.
    pub fn diff(&self) -> Vec<DiffLine> {
        edit::diff(&self.shown(self.before.as_ref()), &self.shown(Some(&self.after)))
    }

    /// The whole new text, without the secrets.
    pub fn preview(&self) -> String {
        self.shown(Some(&self.after))
    }

    fn shown(&self, text: Option<&Secret>) -> String {
        let text = text.map_or("", Secret::expose);
        match self.kind {
            Kind::EnvFile => edit::masked_variables(text),
            // it was valid when it was read or made
            Kind::Config => ConfigText::parse(text).map_or_else(|_| String::new(), |config| config.masked()),
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
            Kind::Config => {
                save::make_folder_of(&self.path)?;
                Access::Owner
            }
        };
        let before = self.before.as_ref().map_or(Before::NoFile, |text| Before::Content(text.expose().as_bytes()));
        save::replace(&self.path, before, self.after.expose().as_bytes(), access)
    }
}

fn not_editable(path: &Path, error: EditError) -> ChangeError {
    ChangeError::Edit { path: path.display().to_string(), error }
}

fn read(path: &Path) -> Result<Option<Secret>, ChangeError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(ChangeError::Unreadable { path: path.display().to_string(), reason: super::files::reason(&error) })
        }
    }
}
