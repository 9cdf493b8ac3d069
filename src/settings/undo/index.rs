//! The list of changes that can be undone, and the copies that belong to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use alloy_primitives::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{KeptFile, Step, Undo, UndoError};
use crate::secret::Secret;
use crate::settings::change::FileChange;
use crate::settings::files::reason;
use crate::settings::save::{self, Access};

/// Of each file so many changes can be undone; older copies are removed.
pub(super) const KEPT: usize = 10;

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Index {
    schema: u32,
    /// The latest last.
    pub(super) steps: Vec<Step>,
}

impl Undo {
    fn index_path(&self) -> PathBuf {
        self.folder.join("index.json")
    }

    pub(super) fn index(&self) -> Result<Index, UndoError> {
        let path = self.index_path();
        let unreadable = |reason: String| UndoError::Unreadable { path: path.display().to_string(), reason };
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Index { schema: 1, steps: Vec::new() }),
            Err(error) => Err(unreadable(reason(&error))),
        }
    }

    /// Copies the files, and writes down what is about to be written: a crash later on loses nothing.
    pub(super) fn remember(&self, changes: &[&FileChange], command: &str) -> Result<Step, UndoError> {
        let mut index = self.index()?;
        let now = jiff::Timestamp::now();
        let mut step =
            Step { at: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), command: command.to_owned(), files: Vec::new() };
        for (place, change) in changes.iter().enumerate() {
            let path = std::path::absolute(change.path()).unwrap_or_else(|_| change.path().to_owned());
            let copy = match change.before() {
                Some(before) => {
                    // milliseconds alone could be those of a change just before
                    let copy = format!("{}-{}-{place}", now.as_millisecond(), &digest(before)[..8]);
                    save::write(&self.folder.join(&copy), before.expose().as_bytes(), Access::Owner)
                        .map_err(UndoError::NotKept)?;
                    Some(copy)
                }
                None => None,
            };
            let after = change.after().map(digest).unwrap_or_default();
            step.files.push(KeptFile { path, kind: change.kind(), profiles: change.profiles(), copy, after });
        }
        index.steps.push(step.clone());
        self.prune(&mut index);
        self.write(&index)?;
        Ok(step)
    }

    /// Takes a change off the list, and removes its copies.
    pub(super) fn forget(&self, step: &Step) -> Result<(), UndoError> {
        let mut index = self.index()?;
        if let Some(place) = index.steps.iter().rposition(|known| known == step) {
            index.steps.remove(place);
            self.write(&index)?;
            self.remove_copies(&index, step);
        }
        Ok(())
    }

    /// Removes the oldest changes of files that have had more than [`KEPT`].
    fn prune(&self, index: &mut Index) {
        let count = |steps: &[Step], path: &Path| {
            steps.iter().filter(|step| step.files.iter().any(|file| file.path == path)).count()
        };
        while let Some(place) =
            index.steps.iter().position(|step| step.files.iter().any(|file| count(&index.steps, &file.path) > KEPT))
        {
            let old = index.steps.remove(place);
            self.remove_copies(index, &old);
        }
    }

    fn remove_copies(&self, index: &Index, step: &Step) {
        let used =
            |copy: &str| index.steps.iter().flat_map(|step| &step.files).any(|file| file.copy.as_deref() == Some(copy));
        for copy in step.files.iter().filter_map(|file| file.copy.as_deref()).filter(|copy| !used(copy)) {
            // one that stays is of no use to anybody else: only its owner can read it
            let _ = fs::remove_file(self.folder.join(copy));
        }
    }

    fn write(&self, index: &Index) -> Result<(), UndoError> {
        let text = serde_json::to_vec_pretty(index).unwrap_or_default();
        save::write(&self.index_path(), &text, Access::Owner).map_err(UndoError::NotKept)
    }

    /// Does something while no other process changes the list. The folder is there, for its owner only.
    pub(super) fn locked<T>(&self, work: impl FnOnce() -> Result<T, UndoError>) -> Result<T, UndoError> {
        save::make_private_folder(&self.folder).map_err(UndoError::NotKept)?;
        // that of the copies is locked by each write of one
        let lock = self.folder.parent().map(save::lock_folder).transpose().map_err(UndoError::NotKept)?;
        let done = work();
        drop(lock);
        done
    }
}

/// SHA-256, in hex.
pub(super) fn digest(text: &Secret) -> String {
    hex::encode(Sha256::digest(text.expose().as_bytes()))
}
