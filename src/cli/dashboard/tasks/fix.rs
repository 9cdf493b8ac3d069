//! Making a fix where the settings came from: planned first, then written as it was shown.

use serde_json::{Map, Value};

use super::Desk;
use crate::settings::change::{ChangeError, FileChange};
use crate::settings::fix::{self, Plan};
use crate::settings::save::{self, SaveError};
use crate::tui::task::{FilePlan, FixPlan};

impl Desk {
    pub(super) fn plan_fix(&self, wanted: &Map<String, Value>) -> Result<FixPlan, ChangeError> {
        let Plan { changes, by_hand } = fix::plan(&self.settings, wanted)?;
        let files = changes.iter().map(shown).collect();
        self.planned.replace(changes);
        Ok(FixPlan { files, by_hand })
    }

    /// Makes the planned changes, each with a copy of the file before it.
    pub(super) fn apply_fix(&self) -> Result<String, SaveError> {
        let mut done = Vec::new();
        for change in self.planned.take() {
            let backup = if change.is_new_file() { None } else { Some(save::backup(change.path())?) };
            change.apply()?;
            let kept = backup.map_or_else(String::new, |path| format!(", kept as {} before", path.display()));
            done.push(format!("Written: {}{kept}", change.path().display()));
        }
        Ok(done.join("; "))
    }
}

pub(super) fn shown(change: &FileChange) -> FilePlan {
    FilePlan { path: change.path().display().to_string(), is_new: change.is_new_file(), diff: change.diff() }
}
