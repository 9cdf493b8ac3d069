//! What lies over the panels: questions, menus, pages, the error that is told; and the set-up wizard,
//! in their place.

pub(super) mod dialogue;
pub(super) mod first_run;
pub(super) mod market;
pub(super) mod menu;
pub(super) mod sheet;
pub(super) mod symptom;

use ratatui::Frame;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};
use textwrap::core::display_width;

use super::state::App;

/// In the middle of the screen, as large as wanted where there is room for that.
fn middle(screen: Size, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    Rect::new((screen.width - width) / 2, (screen.height - height) / 2, width, height)
}

/// The frame of what lies over the panels.
fn window(app: &App, title: &str) -> Block<'static> {
    Block::bordered().padding(Padding::horizontal(1)).border_set(app.theme.border(true)).title_top(
        Span::from(format!(" {} ", app.theme.fit(title, usize::from(app.size.width).saturating_sub(4)))).bold(),
    )
}

/// The keys on the lower border, as far as they fit beside `taken` cells: the first and the last go last.
fn hints(app: &App, width: u16, taken: usize, keys: &[&str]) -> Line<'static> {
    let room = usize::from(width).saturating_sub(2 + taken);
    let mut keys = keys.to_vec();
    loop {
        let said = app.theme.say_whole(&format!(" {} ", keys.join("   ")));
        if display_width(&said) <= room {
            return Line::from(said);
        }
        match keys.len() {
            0 | 1 => return Line::default(),
            2 => keys.remove(1),
            count => keys.remove(count - 2),
        };
    }
}

/// How many lines are below, on the lower border.
fn more(app: &App, below: usize) -> Line<'static> {
    if below == 0 {
        return Line::default();
    }
    Line::from(app.theme.say_whole(&format!(" ↓ {below} more "))).right_aligned()
}

/// Draws it over whatever is there.
fn put(frame: &mut Frame, block: Block<'static>, area: Rect, lines: Vec<Line<'static>>) {
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The terminal's cursor in the first line of a window, so many cells from its left end.
fn show_caret(frame: &mut Frame, inside: Rect, cell: usize) {
    if inside.width > 0 && inside.height > 0 {
        let x = inside.x.saturating_add(u16::try_from(cell).unwrap_or(u16::MAX));
        frame.set_cursor_position(Position::new(x.min(inside.right() - 1), inside.y));
    }
}
