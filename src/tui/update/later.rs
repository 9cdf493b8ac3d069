//! What becomes of a check that was run by itself, and of a round of watching.

use crate::report::Report;
use crate::tui::state::load::{Load, Renewed, Scope};
use crate::tui::state::message::{Command, Observed};
use crate::tui::state::{App, Mode, Part, Phase};
use crate::watch::{self, News, Round};

/// So many requests of later runs are kept.
const KEPT_REQUESTS: usize = 100;

impl App {
    pub(super) fn begin_part(&mut self) {
        let standing = self.part.take().map_or_else(|| self.report.clone(), |part| part.standing);
        self.part = Some(Part { started_ms: self.now_ms, standing });
    }

    pub(super) fn observe_part(&mut self, report: &Report) {
        if self.part.is_some() {
            watch::refresh(&mut self.report, report);
        }
    }

    pub(super) fn stop_part(&mut self) {
        if let Some(part) = self.part.take() {
            self.report = part.standing;
        }
    }

    /// Takes in a check that was run by itself; what it says otherwise may change more.
    pub(super) fn end_part(&mut self, observed: &Observed) -> Option<Command> {
        self.stop_part();
        let says = |report: &Report, id: &str| report.check(id).map(|row| (row.status, row.summary.clone()));
        let mut rows = observed.report.checks.iter();
        if rows.any(|row| says(&self.report, row.id) != Some((row.status, row.summary.clone()))) {
            return Some(Command::RunOn(Scope::All));
        }
        self.keep(observed);
        None
    }

    /// Takes in a round of watching.
    pub(super) fn end_round(&mut self, observed: &Observed) -> Option<Command> {
        if self.watching.every.is_none() || self.phase() != Phase::Over {
            return None;
        }
        match self.watching.seen.take_round(&self.report, &observed.report, self.now_ms) {
            Round::Otherwise => Some(Command::LookAgain),
            Round::AsBefore(news) => {
                self.keep(observed);
                self.bell_for(&news)
            }
        }
    }

    fn keep(&mut self, Observed { facts, report }: &Observed) {
        let after_ms = facts.started_ms.saturating_sub(self.facts.started_ms);
        let moved = facts.requests.iter().cloned().map(|mut request| {
            request.sent_ms = request.sent_ms.saturating_add(after_ms);
            request
        });
        self.later.requests.extend(moved);
        let surplus = self.later.requests.len().saturating_sub(KEPT_REQUESTS);
        self.later.requests.drain(..surplus);
        let mut rows = self.report.clone();
        watch::refresh(&mut rows, report);
        let asked = rows.checks.into_iter().filter(|row| report.check(row.id).is_some());
        self.later.rows.extend(asked.map(|row| (row.id, (row, self.now_ms))));
        self.report.requests.clone_from(&self.facts.requests);
        self.later.refresh(&mut self.report);
    }

    /// A person who looks elsewhere hears that something has changed.
    pub(super) fn bell_for(&self, news: &[News]) -> Option<Command> {
        let is_change = |news: &News| !matches!(news, News::Verdict { from: None, .. });
        (self.watching.bell && news.iter().any(is_change)).then_some(Command::Bell)
    }

    /// Other settings may be in force from now on.
    pub(super) fn renew(&mut self, Renewed { about, anew }: Renewed) {
        self.unread = None;
        self.about = about;
        if anew {
            self.anew = true;
            self.panels.forget_account();
        }
    }

    /// What was found before stays on the screen, with its time.
    pub(super) fn keep_unread(&mut self, why: String) {
        self.notice = Some(format!("The settings cannot be read: {why}"));
        self.unread = Some(why);
    }

    /// Settings files have been changed, by their names.
    pub(super) fn files_changed(&mut self, names: &str) -> Option<Command> {
        if let Mode::FirstRun(first) = &self.mode {
            // what was answered is not thrown away
            return first.is_untouched().then(|| Command::Reload(Load::default()));
        }
        self.notice = Some(format!("{names} changed: checking again"));
        Some(Command::Run(Scope::All))
    }
}
