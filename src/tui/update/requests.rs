//! What is done in the list of requests.

use crate::tui::motion::Motion;
use crate::tui::panels;
use crate::tui::state::App;
use crate::tui::state::action::Requests;
use crate::tui::state::panel::PanelId;
use crate::tui::state::panels::requests::State;

pub(super) fn act(app: &mut App, action: Requests) {
    match action {
        Requests::Open => {
            app.panels.requests = State { cursor: Some(app.request_cursor()), open: true, line: 0 };
            // where there is room for several panels, it takes the large place too
            app.shown.main = PanelId::Requests;
        }
        Requests::Close if app.is_request_open() => {
            app.panels.requests.open = false;
            app.shown.main = PanelId::Detail;
        }
        Requests::Close => app.shown.focus_on(PanelId::Checks),
    }
}

/// Lines go through the requests, also while one is open; pages through what is said of it.
pub(super) fn steer(app: &mut App, motion: Motion, height: usize) {
    let open = app.is_request_open();
    if open && !matches!(motion, Motion::Lines(_)) {
        let last = panels::content(app, PanelId::Requests).lines.len().saturating_sub(1);
        app.panels.requests.line = motion.apply(app.panels.requests.line, last, height);
        return;
    }
    let last = app.report.requests.len().saturating_sub(1);
    let to = motion.apply(app.request_cursor(), last, height);
    // at its end the list goes on following
    let cursor = (to < last || open).then_some(to);
    app.panels.requests = State { cursor, open, line: 0 };
}
