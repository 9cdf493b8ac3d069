//! What a run, or other settings, come to in the state.

use super::first_run;
use crate::tui::state::first_run::FirstRun;
use crate::tui::state::load::SessionInfo;
use crate::tui::state::message::{Command, Observed};
use crate::tui::state::{App, Later, Mode, Phase};
use crate::watch::Watch;

impl App {
    /// Other settings are in force: what was watched is no longer the same.
    pub(super) fn use_settings(&mut self, about: SessionInfo) {
        self.about = about;
        self.unread = None;
        self.watching.seen = Watch::default();
        self.list.steered = false;
        self.panels.forget_account();
        if let Some(before) = &mut self.fixed.before {
            before.begun = true;
        }
        self.mode = match self.about.first_run.clone() {
            Some(draft) => Mode::FirstRun(Box::new(FirstRun::new(*draft.0))),
            None => Mode::Panels,
        };
        if self.about.chooses_profile {
            self.notice = Some(format!("{} profiles, and no default: choose one", self.about.profiles.len()));
            self.choose_profile();
        }
    }

    pub(super) fn finish_run(&mut self) -> Option<Command> {
        self.say_what_changed();
        let anew = std::mem::take(&mut self.anew);
        let mut bell = None;
        if self.watching.every.is_some() && self.phase() == Phase::Over && !self.was_stopped() {
            let news = self.watching.seen.take(&self.report, self.now_ms, anew);
            bell = self.bell_for(&news);
        }
        first_run::offer(self).or(bell)
    }

    /// After a fix: what it has come to.
    fn say_what_changed(&mut self) {
        let Some(before) = self.fixed.before.as_ref().filter(|before| before.begun && self.phase() == Phase::Over)
        else {
            return;
        };
        self.fixed.changes = before.changes(&self.report);
        self.fixed.before = None;
        self.notice = Some(match self.fixed.changes.as_slice() {
            [] => "Fix saved. No check changed".to_owned(),
            [one] => format!("The fix changed {one}"),
            [first, more @ ..] => format!("The fix changed {first}, and {} more", more.len()),
        });
    }

    pub(super) fn observe(&mut self, Observed { facts, mut report }: Observed) {
        if facts.setup.signer() != self.facts.setup.signer() {
            self.watching.seen = Watch::default();
        }
        if facts.started_ms != self.facts.started_ms {
            (self.later, self.part) = (Later::default(), None);
        }
        self.later.refresh(&mut report);
        self.facts = facts;
        if let Some(part) = &mut self.part {
            part.standing.clone_from(&report);
        }
        self.report = report;
        if !self.list.steered {
            let start = self.report.start().map(|start| start.id);
            let start = self.report.checks.iter().position(|check| Some(check.id) == start);
            self.select(start.or_else(|| self.rows().first().copied()).unwrap_or_default());
        }
    }
}
