//! Runs: begun with settings that were read again, ended, planned while watching.

use std::time::SystemTime;

use tokio::time::sleep;

use super::{Dashboard, Going};
use crate::settings::Snapshot;
use crate::tui::state::load::{Renewed, Scope};
use crate::tui::state::message::Message;
use crate::tui::update::update;
use crate::tui::{Reread, Session, Started};
use crate::watch;

impl Dashboard {
    pub(super) fn use_launched(&mut self, launched: Session) {
        self.stop();
        self.tasks.forget_all(&mut self.app);
        let runs = launched.about.runs();
        update(&mut self.app, Message::Launched(launched.about.clone()));
        self.follow(launched.files.clone());
        self.launched = Some(launched);
        if runs {
            self.start(Scope::All);
        }
        self.observe();
    }

    /// Notices from now on when these files change.
    fn follow(&mut self, files: Snapshot) {
        if let Some(text) = self.files.follow(files) {
            update(&mut self.app, Message::Notice(text));
        }
    }

    /// Reads the settings again, and then runs. The run that goes on does so until they are read.
    pub(super) fn begin(&mut self, scope: Scope) {
        let Some(launched) = self.launched.as_ref().filter(|launched| launched.about.runs()) else { return };
        // what was wanted before and has not begun is part of everything
        let scope = if self.rereading.is_some() && self.wanted != scope { Scope::All } else { scope };
        self.wanted = scope;
        self.rereading = Some((launched.reread)(scope));
        update(&mut self.app, Message::Rereading(scope.is_seen()));
    }

    pub(super) fn use_reread(&mut self, Reread { files, outcome }: Reread) {
        self.rereading = None;
        update(&mut self.app, Message::Rereading(false));
        self.follow(files);
        match outcome {
            Ok(renewed) => {
                let scope = if renewed.anew { Scope::All } else { self.wanted };
                if renewed.anew {
                    self.tasks.forget_reads(&mut self.app);
                }
                self.use_renewed(renewed);
                self.start(scope);
            }
            Err(why) => _ = update(&mut self.app, Message::Unread(why)),
        }
    }

    fn use_renewed(&mut self, renewed: Renewed) {
        if let Some(launched) = &mut self.launched {
            launched.about = renewed.about.clone();
        }
        update(&mut self.app, Message::Renewed(renewed));
    }

    /// Starts a run in place of the one that goes on, with the settings that were read last.
    pub(super) fn start(&mut self, scope: Scope) {
        self.stop();
        let Some(launched) = &self.launched else { return };
        let Started { facts, run, stop } = (launched.run)(scope);
        (self.running, self.going) = (Some(run), Some(Going { scope, facts, stop }));
        self.second_look = false;
        if let Scope::Check(_) = scope {
            update(&mut self.app, Message::PartBegan);
            self.observe_part();
        }
    }

    pub(super) fn stop(&mut self) {
        self.running = None;
        if let Some(going) = self.going.take() {
            (going.stop)();
            update(&mut self.app, Message::PartStopped);
        }
    }

    /// A round, or everything where a round says too little.
    pub(super) fn begin_round(&mut self) {
        self.round_due = None;
        self.begin(if self.second_look || self.app.is_full_due() { Scope::AllUnseen } else { Scope::Round });
    }

    /// While watching, the next round comes some time after the last run.
    pub(super) fn plan_round(&mut self) {
        let is_busy = self.running.is_some() || self.rereading.is_some() || self.launching.is_some();
        match self.app.watching.every {
            Some(period) if !is_busy && self.launched.is_some() => {
                let random =
                    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
                let pause = if self.second_look { watch::SECOND_LOOK } else { watch::pause(period, random.into()) };
                self.round_due.get_or_insert_with(|| Box::pin(sleep(pause)));
            }
            _ => self.round_due = None,
        }
    }
}
