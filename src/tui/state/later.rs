//! What was found out after the last run of everything: a check that was run again by itself, and the
//! rounds of watching. Their rows stand in the report as long as nothing is judged otherwise by them;
//! as soon as something is, everything is run again, so that the report is always of one run.

use std::collections::BTreeMap;

use super::App;
use crate::checks::Status;
use crate::facts::RequestRecord;
use crate::report::{CheckReport, Report};

#[derive(Debug, Default)]
pub(in crate::tui) struct Later {
    /// Each with when it was asked, in Unix milliseconds.
    pub(in crate::tui) rows: BTreeMap<&'static str, (CheckReport, i64)>,
    /// Timed from the start of the run of everything.
    pub(in crate::tui) requests: Vec<RequestRecord>,
}

impl Later {
    /// Puts what is newer in its place.
    pub(in crate::tui) fn refresh(&self, report: &mut Report) {
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
pub(in crate::tui) struct Part {
    pub(in crate::tui) started_ms: i64,
    /// The report as it was before.
    pub(in crate::tui) standing: Report,
}

impl App {
    /// When a check was asked last, in Unix milliseconds; `None` while it is, and where it was not.
    pub fn asked_ms(&self, check: &CheckReport) -> Option<i64> {
        if !check.status.is_settled() || check.status == Status::Skip {
            return None;
        }
        self.later.rows.get(check.id).map(|(_, at_ms)| *at_ms).or_else(|| self.ended_ms())
    }

    /// When the last answer came that any check is judged by, while watching.
    pub fn last_asked_ms(&self) -> Option<i64> {
        self.report.checks.iter().filter_map(|check| self.asked_ms(check)).max()
    }

    /// While nobody presses a key, what was said once gives its place back to the keys.
    pub(in crate::tui) fn let_notice_expire(&mut self) {
        const SHOWN_MS: i64 = 10_000;
        if self.is_ageing() && self.now_ms.saturating_sub(self.noticed_ms) >= SHOWN_MS {
            self.notice = None;
        }
    }

    /// When the last run of everything was over.
    pub fn ended_ms(&self) -> Option<i64> {
        let elapsed_ms = i64::try_from(self.facts.elapsed_ms?).ok()?;
        (self.facts.started_ms > 0).then(|| self.facts.started_ms.saturating_add(elapsed_ms))
    }

    /// Whether a round of watching would say too little.
    pub fn is_full_due(&self) -> bool {
        self.was_stopped() || self.watching.seen.is_full_due(self.now_ms)
    }
}
