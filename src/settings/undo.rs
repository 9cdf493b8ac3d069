//! Copies of settings files from before they were changed, so that a change can be undone.
//!
//! They are kept in the platform's folder for state, never beside the file: a copy of a `.env` in a
//! project folder is one that git does not ignore.

mod index;
mod scope;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::index::digest;
pub use self::scope::Scope;
use super::change::{FileChange, Kind};
use super::save::{self, Reserved, SaveError};
use crate::secret::Secret;

/// Why files were not changed, or a change was not undone.
#[derive(Debug, Error)]
pub enum UndoError {
    /// The platform names no home folder.
    #[error("nothing was changed, because the files could not be backed up: there is no home folder")]
    NoHome,
    /// The copies could not be written.
    #[error(
        "nothing was changed, because the files could not be backed up: {0}; set XDG_STATE_HOME to use a different folder"
    )]
    NotKept(SaveError),
    /// All files are as they were.
    #[error("nothing was changed: {0}")]
    NotChanged(SaveError),
    /// A file was written, a later one was not, and the first could not be put back.
    #[error("{error}; {path} was written before that and could not be restored: {reason}. Its content is in {copy}")]
    HalfDone {
        /// Why the later file was not written.
        error: Box<SaveError>,
        /// The file that was written.
        path: String,
        /// Why it could not be put back.
        reason: Box<SaveError>,
        /// The copy with its content from before.
        copy: String,
    },
    /// A file is not as the change left it, so undoing would lose what was written since.
    #[error("nothing was undone: {path} has changed since; its content from before is in {copy}")]
    ChangedSince {
        /// The file that has changed.
        path: String,
        /// The copy with its content from before.
        copy: String,
    },
    /// The list of changes, or a copy that it names, cannot be read.
    #[error("the list of changes in {path} cannot be read: {reason}")]
    Unreadable {
        /// The list of changes, or the copy.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// One change that can be undone: all files that were written together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// RFC 3339, UTC.
    pub at: String,
    /// What changed the files, as it is typed.
    pub command: String,
    /// All files that were written together.
    pub files: Vec<KeptFile>,
}

impl Step {
    /// The command of a change that saved keys.
    pub(crate) const KEYS_SAVED: &str = "polydoctor keys --save";

    /// Whether undoing brings back credentials, which the service may no longer take.
    pub(crate) fn restores_credentials(&self) -> bool {
        self.command == Self::KEYS_SAVED
    }
}

/// A file as it was before a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Absolute.
    pub path: PathBuf,
    kind: Kind,
    /// The profiles that the change is about, of a configuration file.
    #[serde(default)]
    profiles: Vec<String>,
    /// The name of the copy in the folder of copies; `None` where the change made the file.
    copy: Option<String>,
    /// SHA-256 of what was written, in hex: by it a file is seen to have changed since.
    after: String,
}

/// The folder of copies, and the list of the changes that they belong to.
#[derive(Clone, Debug)]
pub struct Undo {
    folder: PathBuf,
}

impl Undo {
    /// In the platform's folder for state.
    ///
    /// # Errors
    ///
    /// [`UndoError::NoHome`]
    pub fn of_platform() -> Result<Self, UndoError> {
        let folders = directories::ProjectDirs::from("", "", "polydoctor").ok_or(UndoError::NoHome)?;
        let state = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        Ok(Self::in_folder(state.join("undo")))
    }

    /// In a folder of the caller's choice, which is made when it is needed.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes all changes or none, with a copy of each file first. Changes of nothing are left out;
    /// `None` when there is no other.
    ///
    /// # Errors
    ///
    /// [`UndoError`]; unless it is [`UndoError::HalfDone`], every file is as it was.
    pub fn apply(&self, changes: &[FileChange], command: &str) -> Result<Option<Step>, UndoError> {
        let changes: Vec<&FileChange> = changes.iter().filter(|change| !change.is_empty()).collect();
        if changes.is_empty() {
            return Ok(None);
        }
        let step = self.locked(|| self.remember(&changes, command))?;
        match self.apply_all(&changes, &step) {
            Ok(()) => Ok(Some(step)),
            Err(error) => {
                if !matches!(error, UndoError::HalfDone { .. }) {
                    self.locked(|| self.forget(&step))?;
                }
                Err(error)
            }
        }
    }

    /// Takes the room that copies of these files need, until it is dropped.
    ///
    /// # Errors
    ///
    /// [`UndoError::NotKept`]
    pub fn reserve<'a>(&self, files: impl IntoIterator<Item = &'a Path>) -> Result<Reserved, UndoError> {
        const INDEX: u64 = 16 * 1024;
        save::make_private_folder(&self.folder).map_err(UndoError::NotKept)?;
        let lengths = files.into_iter().map(|path| fs::metadata(path).map_or(0, |found| found.len()));
        let room = usize::try_from(lengths.sum::<u64>().saturating_add(INDEX)).unwrap_or(usize::MAX);
        save::reserve(&self.folder.join("reserved"), room).map_err(UndoError::NotKept)
    }

    /// The latest change of all that was not undone.
    ///
    /// # Errors
    ///
    /// [`UndoError::Unreadable`]
    pub fn last(&self) -> Result<Option<Step>, UndoError> {
        Ok(self.index()?.steps.pop())
    }

    /// What undoing comes to, file by file.
    ///
    /// # Errors
    ///
    /// [`UndoError::ChangedSince`] when a file is neither as the change left it nor as it was before.
    pub fn plan(&self, step: &Step) -> Result<Vec<FileChange>, UndoError> {
        let mut changes = Vec::new();
        for file in &step.files {
            let changed_since = || UndoError::ChangedSince {
                path: file.path.display().to_string(),
                copy: file.copy.as_ref().map_or_else(
                    || "no copy, because the change created the file".to_owned(),
                    |copy| self.folder.join(copy).display().to_string(),
                ),
            };
            let before = match &file.copy {
                Some(copy) => Some(read(&self.folder.join(copy))?.ok_or_else(|| UndoError::Unreadable {
                    path: self.folder.join(copy).display().to_string(),
                    reason: "the copy is gone".to_owned(),
                })?),
                None => None,
            };
            let now = read(&file.path)?;
            if now == before {
                continue;
            }
            match &now {
                Some(text) if digest(text) == file.after => {
                    changes.push(FileChange::between(&file.path, file.kind, now, before));
                }
                _ => return Err(changed_since()),
            }
        }
        Ok(changes)
    }

    /// Puts back every file of a change, byte for byte, or none.
    ///
    /// # Errors
    ///
    /// As [`Undo::plan`] and [`Undo::apply`].
    pub fn restore(&self, step: &Step) -> Result<(), UndoError> {
        let changes = self.plan(step)?;
        self.apply_all(&changes.iter().collect::<Vec<_>>(), step)?;
        self.locked(|| self.forget(step))
    }

    /// Where the copies of a change are, for people who want to look.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn apply_all(&self, changes: &[&FileChange], step: &Step) -> Result<(), UndoError> {
        for (count, change) in changes.iter().enumerate() {
            let Err(error) = change.apply() else { continue };
            for done in changes[..count].iter().rev() {
                if let Err(reason) = done.reversed().apply() {
                    let kept = step
                        .files
                        .iter()
                        .find(|file| done.path().ends_with(&file.path) || file.path.ends_with(done.path()));
                    let copy = kept.and_then(|file| file.copy.as_ref()).map(|copy| self.folder.join(copy));
                    return Err(UndoError::HalfDone {
                        error: Box::new(error),
                        path: done.path().display().to_string(),
                        reason: Box::new(reason),
                        copy: copy.unwrap_or_else(|| self.folder.clone()).display().to_string(),
                    });
                }
            }
            return Err(UndoError::NotChanged(error));
        }
        Ok(())
    }
}

impl Step {
    /// "polydoctor fix at 2026-11-30T06:40:00Z: /srv/bot/.env"
    pub fn text(&self) -> String {
        let files: Vec<String> = self.files.iter().map(|file| file.path.display().to_string()).collect();
        format!("`{}` at {}: {}", self.command, self.at, files.join(", "))
    }
}

fn read(path: &Path) -> Result<Option<Secret>, UndoError> {
    match super::files::read_regular(path) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(UndoError::Unreadable { path: path.display().to_string(), reason: super::files::reason(&error) })
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::index::KEPT;
    use super::*;

    struct Lab {
        folder: tempfile::TempDir,
        undo: Undo,
    }

    impl Lab {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let undo = Undo::in_folder(folder.path().join("state/polydoctor/undo"));
            Self { folder, undo }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn change(&self, name: &str, value: &str) -> FileChange {
            FileChange::of_variables(&self.path(name), &[("FUNDER", value)]).unwrap()
        }

        fn set(&self, name: &str, value: &str) -> Step {
            self.undo.apply(&[self.change(name, value)], "a test").unwrap().unwrap()
        }

        fn copies(&self) -> usize {
            fs::read_dir(self.undo.folder()).unwrap().count() - 1
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_change_is_undone_byte_for_byte_and_then_the_one_before_it() {
        let lab = Lab::new();
        let before = "# mine\r\nFUNDER = 'old' # x\r\n";
        fs::write(lab.path(".env"), before).unwrap();
        lab.set(".env", "one");
        let first = fs::read_to_string(lab.path(".env")).unwrap();
        lab.set(".env", "two");
        lab.undo.restore(&lab.undo.last().unwrap().unwrap()).unwrap();
        assert_eq!(fs::read_to_string(lab.path(".env")).unwrap(), first);
        lab.undo.restore(&lab.undo.last().unwrap().unwrap()).unwrap();
        assert_eq!(fs::read_to_string(lab.path(".env")).unwrap(), before);
        assert_eq!((lab.undo.last().unwrap(), lab.copies()), (None, 0));
    }

    #[test]
    fn copies_are_private_and_outside_of_the_project_folder() {
        let lab = Lab::new();
        fs::write(lab.path(".env"), "FUNDER=old\n").unwrap();
        lab.set(".env", "new");
        assert_eq!(mode(lab.undo.folder()), 0o700);
        for entry in fs::read_dir(lab.undo.folder()).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
        let beside: Vec<_> = fs::read_dir(lab.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(beside.len(), 2, "{beside:?}");
    }

    #[test]
    fn a_file_that_was_changed_since_is_left_alone() {
        let lab = Lab::new();
        fs::write(lab.path(".env"), "FUNDER=old\n").unwrap();
        let step = lab.set(".env", "new");
        fs::write(lab.path(".env"), "FUNDER=mine\n").unwrap();
        let error = lab.undo.restore(&step).unwrap_err().to_string();
        assert!(error.contains("has changed since") && error.contains("state/polydoctor/undo"), "{error}");
        assert_eq!(fs::read_to_string(lab.path(".env")).unwrap(), "FUNDER=mine\n");
    }

    #[test]
    fn a_file_that_the_change_made_is_removed_again() {
        let lab = Lab::new();
        let step = lab.set("new.env", "value");
        assert!(lab.path("new.env").exists());
        lab.undo.restore(&step).unwrap();
        assert!(!lab.path("new.env").exists());
    }

    #[test]
    fn where_one_file_cannot_be_written_none_is_changed() {
        let lab = Lab::new();
        fs::write(lab.path("a.env"), "FUNDER=old\n").unwrap();
        fs::write(lab.path("b.env"), "FUNDER=old\n").unwrap();
        let changes = [lab.change("a.env", "new"), lab.change("b.env", "new")];
        fs::write(lab.path("b.env"), "FUNDER=theirs\n").unwrap();
        let error = lab.undo.apply(&changes, "a test").unwrap_err();
        assert!(error.to_string().starts_with("nothing was changed: "), "{error}");
        assert_eq!(fs::read_to_string(lab.path("a.env")).unwrap(), "FUNDER=old\n");
        assert_eq!((lab.undo.last().unwrap(), lab.copies()), (None, 0));
    }

    #[test]
    fn of_each_file_the_latest_copies_are_kept() {
        let lab = Lab::new();
        fs::write(lab.path("a.env"), "FUNDER=old\n").unwrap();
        fs::write(lab.path("b.env"), "FUNDER=old\n").unwrap();
        lab.set("b.env", "new");
        for number in 0..KEPT + 3 {
            lab.set("a.env", &number.to_string());
        }
        assert_eq!(lab.copies(), KEPT + 1);
    }

    #[test]
    fn without_a_place_for_copies_nothing_is_changed() {
        let lab = Lab::new();
        fs::write(lab.path(".env"), "FUNDER=old\n").unwrap();
        fs::write(lab.path("state"), "a file").unwrap();
        let error = lab.undo.apply(&[lab.change(".env", "new")], "a test").unwrap_err();
        assert!(error.to_string().contains("nothing was changed"), "{error}");
        assert_eq!(fs::read_to_string(lab.path(".env")).unwrap(), "FUNDER=old\n");
    }
}
