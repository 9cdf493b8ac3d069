//! What was found out after the last run of everything: a check that was run again by itself, and the
//! rounds of watching. Their rows stand in the report as long as nothing is judged otherwise by them;
//! as soon as something is, everything is run again, so that the report is always of one run.

use std::collections::BTreeMap;

use super::{App, Command, Observed, Phase};
use crate::checks::Status;
use crate::facts::RequestRecord;
use crate::report::{CheckReport, Report};
use crate::tui::verdict::was_stopped;
use crate::tui::{Renewed, Scope};
use crate::watch::{News, Round};

/// So many requests of later runs are kept.
const KEPT_REQUESTS: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Later {
    /// Each with when it was asked, in Unix milliseconds.
    rows: BTreeMap<&'static str, (CheckReport, i64)>,
    /// Timed from the start of the run of everything.
    requests: Vec<RequestRecord>,
}

impl Later {
    /// Puts what is newer in its place.
    pub(super) fn refresh(&self, report: &mut Report) {
        for row in &mut report.checks {
            if let Some((later, _)) = self.rows.get(row.id) {
                row.clone_from(later);
            }
        }
        report.requests.extend(self.requests.iter().cloned());
    }
}

/// Of a check that is run by itself.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) started_ms: i64,
    /// The report as it was before.
    pub(super) standing: Report,
}

impl App {
    /// When a check was asked last, in Unix milliseconds; `None` while it is, and where it was not.
    pub fn asked_ms(&self, check: &CheckReport) -> Option<i64> {
        if !check.status.is_settled() || check.status == Status::Skip {
            return None;
        }
        self.later.rows.get(check.id).map(|(_, at_ms)| *at_ms).or_else(|| self.ended_ms())
    }

    /// When the last run of everything was over.
    pub fn ended_ms(&self) -> Option<i64> {
        let elapsed_ms = i64::try_from(self.facts.elapsed_ms?).ok()?;
        (self.facts.started_ms > 0).then(|| self.facts.started_ms.saturating_add(elapsed_ms))
    }

    /// Whether a round of watching would say too little.
    pub fn is_full_due(&self) -> bool {
        was_stopped(self) || self.watch.is_full_due(self.now_ms)
    }

    pub(super) fn begin_part(&mut self) {
        let standing = self.part.take().map_or_else(|| self.report.clone(), |part| part.standing);
        self.part = Some(Part { started_ms: self.now_ms, standing });
    }

    pub(super) fn observe_part(&mut self, report: &Report) {
        if self.part.is_some() {
            crate::watch::refresh(&mut self.report, report);
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
        if self.watching.is_none() || self.phase() != Phase::Over {
            return None;
        }
        match self.watch.take_round(&self.report, &observed.report, self.now_ms) {
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
        crate::watch::refresh(&mut rows, report);
        let asked = rows.checks.into_iter().filter(|row| report.check(row.id).is_some());
        self.later.rows.extend(asked.map(|row| (row.id, (row, self.now_ms))));
        self.report.requests.clone_from(&self.facts.requests);
        self.later.refresh(&mut self.report);
    }

    /// A person who looks elsewhere hears that something has changed.
    pub(super) fn bell_for(&self, news: &[News]) -> Option<Command> {
        let is_change = |news: &News| !matches!(news, News::Verdict { from: None, .. });
        (self.bell && news.iter().any(is_change)).then_some(Command::Bell)
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
        if let super::Mode::FirstRun(first) = &self.mode {
            // what was answered is not thrown away
            return first.is_untouched().then(|| Command::Reload(super::Load::default()));
        }
        self.notice = Some(format!("{names} changed: checking again"));
        Some(Command::Run(Scope::All))
    }
}
