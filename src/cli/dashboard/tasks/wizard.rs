//! What the set-up wizard asks for: a look at the wallets of a key, and a profile.

use tokio::task::spawn_blocking;

use super::fix::shown;
use super::{Planned, TaskContext};
use crate::engine::Engine;
use crate::onboarding;
use crate::settings::change::FileChange;
use crate::settings::{self, FoundKey, KeyInput, UnreadKey};
use crate::tui::state::task::{Draft, FilePlan, Looked};

/// The key of the file that the answers name. A keystore takes a while to unlock.
pub(super) async fn read_key(draft: &Draft) -> Result<FoundKey, UnreadKey> {
    let (input, password) = draft
        .0
        .key_to_read()
        .map_or((KeyInput::Settings, None), |(input, password)| (input.clone(), password.cloned()));
    let read = spawn_blocking(move || settings::read_key(&input, password.as_ref())).await;
    read.unwrap_or_else(|error| Err(UnreadKey { text: error.to_string(), is_password: false }))
}

impl TaskContext {
    /// The settings of the key of the wizard's answers, and what is on chain for it where that may be
    /// asked.
    pub(super) async fn look(&self, draft: &Draft) -> Looked {
        let inputs = draft.0.inputs(&self.inputs);
        let settings = match spawn_blocking(move || settings::load(&inputs)).await {
            Ok(Ok(settings)) => settings,
            // the settings in force were read from the same places
            Ok(Err(_)) | Err(_) => (*self.settings()).clone(),
        };
        let engine = Engine::new(settings.clone(), !draft.0.may_ask_network(), &[]);
        engine.run(&onboarding::PROBES.into_iter().collect()).await;
        let facts = engine.facts().borrow().clone();
        self.remember(&facts, "the set-up wizard");
        Looked { facts, settings }
    }

    pub(super) fn plan_profile(&self, draft: &Draft) -> Result<FilePlan, String> {
        let path = self.inputs.config_file.as_ref().ok_or("there is no home folder for a profile")?;
        let change = FileChange::of_config(path, |config| draft.0.write(config)).map_err(|error| error.to_string())?;
        let plan = shown(&change);
        self.planned.replace(Planned { changes: vec![change], command: "polydoctor, set-up" });
        Ok(plan)
    }

    pub(super) fn save_profile(&self) -> Result<String, String> {
        let path = |change: &FileChange| change.path().display().to_string();
        let planned = self.planned.take().changes;
        planned.iter().try_for_each(FileChange::apply).map_err(|error| error.to_string())?;
        Ok(planned.iter().map(path).collect())
    }
}
