//! Which request is looked at.

use crate::tui::state::App;
use crate::tui::state::panel::PanelId;
use crate::tui::state::shape::Shape;

#[derive(Debug, Default)]
pub struct State {
    /// By its place among the requests in the order in which they were sent; `None` follows the newest.
    pub(in crate::tui) cursor: Option<usize>,
    pub(in crate::tui) open: bool,
    /// Of the opened request: the line to keep in sight.
    pub(in crate::tui) line: usize,
}

impl App {
    /// Whether one request is shown rather than their list.
    pub(in crate::tui) fn is_request_open(&self) -> bool {
        self.panels.requests.open && (Shape::of(self.size) != Shape::Wide || self.shown.main == PanelId::Requests)
    }

    /// The selected request, by its place among those in the order in which they were sent.
    pub(in crate::tui) fn request_cursor(&self) -> usize {
        let last = self.report.requests.len().saturating_sub(1);
        self.panels.requests.cursor.unwrap_or(last).min(last)
    }
}
