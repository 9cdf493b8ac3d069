//! A page on the screen: the help, or what a reported error means here.

mod help;
mod told;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{hints, middle, more, put, window};
use crate::tui::state::App;
use crate::tui::state::sheet::Sheet;

pub(in crate::tui) use self::told::leads_to;

/// What the upper border says, and the lower one of the keys.
fn words(sheet: Sheet) -> (&'static str, &'static [&'static str]) {
    match sheet {
        Sheet::Help => ("Help", &["Esc close", "↓ ↑ scroll", "/ find a key"]),
        Sheet::Told => ("The error you reported", &["Enter open the check", "↓ ↑ scroll", "Esc close"]),
    }
}

/// Its lines, and where they lie: in the middle, over everything.
fn laid_out(app: &App, sheet: Sheet) -> (Vec<Line<'static>>, Rect) {
    let width = app.size.width.min(78);
    let room = width.saturating_sub(4).into();
    let lines = match sheet {
        Sheet::Help => help::lines(app, room),
        Sheet::Told => told::lines(app, room),
    };
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    (lines, middle(app.size, width, height))
}

/// Lines in all, and how many of them are visible.
pub(in crate::tui) fn extent(app: &App, sheet: Sheet) -> (usize, usize) {
    let (lines, area) = laid_out(app, sheet);
    (lines.len(), visible(area))
}

pub(in crate::tui) fn draw(frame: &mut Frame, app: &App, sheet: Sheet, scroll: usize) {
    let (lines, area) = laid_out(app, sheet);
    let height = visible(area);
    let scroll = scroll.min(lines.len().saturating_sub(height));
    let below = lines.len().saturating_sub(scroll + height);
    let (title, keys) = words(sheet);
    let more = more(app, below);
    let keys = hints(app, area.width, more.width(), keys);
    let block = window(app, title).title_bottom(keys).title_bottom(more);
    put(frame, block, area, lines.into_iter().skip(scroll).take(height).collect());
}

/// Lines within the border.
fn visible(area: Rect) -> usize {
    area.height.saturating_sub(2).into()
}
