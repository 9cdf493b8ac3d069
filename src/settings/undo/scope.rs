//! Which of all changes are this account's: a change to another bot's file is not undone in passing.

use std::path::{Path, PathBuf};

use super::{KeptFile, Step, Undo, UndoError};
use crate::settings::Reading;
use crate::settings::change::Kind;
use crate::settings::inputs::Inputs;
use crate::settings::target::quoted;

/// The files of the account that a run is about.
pub struct Scope {
    /// Every file in it counts: here is where the user is.
    folder: Option<PathBuf>,
    env_file: Option<PathBuf>,
    /// Of the configuration, which all accounts share, only this profile.
    profile: Option<String>,
}

impl Scope {
    /// Those that these inputs are read from. No program is run, and no keystore unlocked.
    pub fn of(inputs: &Inputs) -> Self {
        let named = || inputs.profile.clone().filter(|name| !name.is_empty());
        let of_key = || Some(Reading::of(inputs.clone()).ok()?.key_profile()?.name);
        Self {
            folder: std::env::current_dir().ok().map(|folder| canonical(&folder)),
            env_file: inputs.env_file.path().map(|path| canonical(&path)),
            profile: named().or_else(of_key),
        }
    }

    fn has(&self, file: &KeptFile) -> bool {
        let path = canonical(&file.path);
        match file.kind {
            Kind::Config => {
                file.profiles.is_empty() || self.profile.as_ref().is_some_and(|name| file.profiles.contains(name))
            }
            Kind::EnvFile | Kind::Secret => {
                self.env_file.as_ref() == Some(&path) || path.parent() == self.folder.as_deref()
            }
        }
    }
}

/// Without links; a file that the change removed, or that is gone, by its folder.
fn canonical(path: &Path) -> PathBuf {
    let whole = path.canonicalize().ok();
    let by_folder = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    whole.or_else(by_folder).unwrap_or_else(|| path.to_owned())
}

impl Undo {
    /// The latest change of one of these files that was not undone.
    ///
    /// # Errors
    ///
    /// [`UndoError::Unreadable`]
    pub fn last_of(&self, scope: &Scope) -> Result<Option<Step>, UndoError> {
        let mut steps = self.index()?.steps;
        steps.retain(|step| step.files.iter().any(|file| scope.has(file)));
        Ok(steps.pop())
    }
}

impl Step {
    /// The command that undoes it, run where the user is; `None` where no flag says whose files these are.
    pub fn undoing(&self) -> Option<String> {
        let here = std::env::current_dir().ok().map(|folder| canonical(&folder));
        let is_here = |file: &KeptFile| file.kind != Kind::Config && canonical(&file.path).parent() == here.as_deref();
        let command = "polydoctor fix --undo";
        if self.files.iter().any(is_here) {
            return Some(command.to_owned());
        }
        let by_flag = |file: &KeptFile| match (file.kind, file.profiles.first()) {
            (Kind::Config, None) => Some(command.to_owned()),
            (Kind::Config, Some(profile)) => Some(format!("{command} --profile {}", quoted(profile))),
            (Kind::EnvFile, _) => Some(format!("{command} --env-file {}", quoted(&file.path.display().to_string()))),
            (Kind::Secret, _) => None,
        };
        self.files.iter().find_map(by_flag)
    }
}
