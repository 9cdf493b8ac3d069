//! The market that is being named, on the screen.

use ratatui::Frame;
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};

use super::{hints, middle, put, show_caret, window};
use crate::checks::Status;
use crate::tui::state::App;
use crate::tui::state::market::Market;

/// Draws the field over the panels.
pub(in crate::tui) fn draw(frame: &mut Frame, app: &App, market: &Market) {
    let area = middle(app.size, 76, 5);
    let keys = hints(app, area.width, 0, &["Enter check", "empty: no market", "Esc cancel"]);
    let block = window(app, "Check orders on which market?").title_bottom(keys);
    let inside = block.inner(area);
    let room = usize::from(inside.width);
    let (typed, column) = market.text.view(app.theme, room);
    let below = match &market.problem {
        Some(problem) => Span::styled(app.theme.fit(problem, room), app.theme.status(Status::Warn)),
        None => Span::styled(app.theme.fit("Its slug, page URL, condition ID or a token ID", room), app.theme.dim()),
    };
    let note = Span::styled(app.theme.fit("Read-only: no order is posted", room), app.theme.dim());
    put(frame, block, area, vec![Line::from(typed).bold(), Line::from(below), Line::from(note)]);
    show_caret(frame, inside, column);
}
