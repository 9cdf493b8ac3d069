//! The rows of the checklist: which are listed, and where the cursor is.

use super::App;
use super::panel::PanelId;
use super::panels::checklist;
use super::shape::Shape;
use crate::checks::{self, Status};
use crate::report::CheckReport;

impl App {
    /// The checks that are listed, by their place in the report, in the order of the list.
    pub fn rows(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.report.checks.len()).filter(|&row| self.is_listed(row)).collect();
        if Shape::of(self.size) == Shape::Narrow && self.report.is_settled() {
            rows.sort_by_key(|&row| self.report.checks[row].status.severity());
        }
        rows
    }

    /// Whether a check passes the filter: by its words, or by an error sentence that it leads to.
    fn is_listed(&self, row: usize) -> bool {
        let check = &self.report.checks[row];
        let list = &self.panels.checklist;
        if list.filter.is_empty() && self.is_elsewhere(check.id) {
            return false;
        }
        if list.problems_only && matches!(check.status, Status::Pass | Status::Note) {
            return false;
        }
        if list.filter.is_empty() {
            return list.problems_only || check.id == "net.reach" || !self.hides_for_want_of_network(check.status);
        }
        if list.matched_checks.contains(check.id) {
            return true;
        }
        let explained = self.report.diagnoses.iter().map(|diagnosis| &diagnosis.explains);
        let sentences = explained.filter(|explains| explains.iter().any(|id| id == check.id)).flatten();
        let own = [check.id, check.group, &check.title, &check.summary, check.status.word()];
        let text = own.into_iter().chain(sentences.map(String::as_str)).collect::<Vec<_>>().join(" ").to_lowercase();
        list.filter.text().to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// Place of the selected check among the listed ones.
    pub fn cursor(&self) -> Option<usize> {
        self.rows().iter().position(|&row| row == self.list.selected)
    }

    /// Whether the selected check is one that a market adds to.
    pub fn can_name_market(&self) -> bool {
        let is_of_orders = |id: &str| id.starts_with("funds.") || id.starts_with("order.");
        self.is_live() && self.selected().is_some_and(|check| is_of_orders(check.id))
    }

    /// The check under the cursor; `None` when no check is listed.
    pub fn selected(&self) -> Option<&CheckReport> {
        self.cursor().map(|_| &self.report.checks[self.list.selected])
    }

    /// Whether a check is about a venue that this account is not at: one line says so of all of them.
    pub fn is_elsewhere(&self, id: &str) -> bool {
        checks::find(id).is_some_and(|check| !check.is_looked_at(&self.facts))
    }

    /// Without any network one line says so, and not one for each check.
    fn hides_for_want_of_network(&self, status: Status) -> bool {
        matches!(status, Status::Unknown | Status::Skip) && self.nothing_was_reached()
    }

    pub fn has_filter(&self) -> bool {
        let list = &self.panels.checklist;
        list.problems_only || !list.filter.is_empty()
    }

    pub(in crate::tui) fn clear_filter(&mut self) {
        self.panels.checklist = checklist::State::default();
    }

    /// Keeps the selection on a listed check.
    pub(in crate::tui) fn keep_in_list(&mut self) {
        let rows = self.rows();
        if !rows.contains(&self.list.selected) {
            let after = rows.iter().copied().find(|&row| row > self.list.selected);
            self.select(after.or_else(|| rows.last().copied()).unwrap_or_default());
        }
    }

    pub(in crate::tui) fn select(&mut self, row: usize) {
        if self.list.selected != row {
            self.list.selected = row;
            self.shown.scroll[PanelId::Detail as usize] = None;
        }
    }

    pub(in crate::tui) fn steer(&mut self, to: impl FnOnce(&[usize], usize) -> Option<usize>) {
        self.list.steered = true;
        let rows = self.rows();
        let cursor = self.cursor().unwrap_or_default();
        if let Some(&row) = to(&rows, cursor).and_then(|cursor| rows.get(cursor)) {
            self.select(row);
        }
    }
}
