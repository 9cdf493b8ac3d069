//! Making a fix where the settings came from: planned first, then written as it was shown.

use super::{Planned, TaskContext};
use crate::settings::change::{ChangeError, FileChange};
use crate::settings::fix::{self, Plan};
use crate::settings::undo::{Undo, UndoError};
use crate::settings::wanted::Wanted;
use crate::tui::state::task::{FilePlan, FixPlan};

impl TaskContext {
    pub(super) fn plan_fix(&self, wanted: &Wanted) -> Result<FixPlan, ChangeError> {
        let Plan { changes, by_hand } = fix::plan(&self.settings(), wanted)?;
        let files = changes.iter().map(shown).collect();
        self.planned.replace(Planned { changes, command: "polydoctor, F" });
        Ok(FixPlan { files, by_hand })
    }

    /// Makes the planned changes, all or none, so that they can be undone.
    pub(super) fn apply_fix(&self) -> Result<String, UndoError> {
        let undo = Undo::of_platform()?;
        let Planned { changes, command } = self.planned.take();
        let step = undo.apply(&changes, command)?;
        let files = step.iter().flat_map(|step| &step.files).map(|file| file.path.display().to_string());
        let files: Vec<String> = files.collect();
        let undo = step.and_then(|step| step.undoing()).map(|command| format!(". To undo: `{command}`"));
        Ok(format!("Saved: {}{}", files.join(", "), undo.unwrap_or_default()))
    }
}

pub(super) fn shown(change: &FileChange) -> FilePlan {
    FilePlan { path: change.path().display().to_string(), is_new: change.is_new_file(), diff: change.diff() }
}
