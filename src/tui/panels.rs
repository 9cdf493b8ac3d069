//! The panels. Each is one file that makes lines of `&App`; a new one is one more line in the table.

pub mod checklist;
pub mod detail;
pub mod errors;
pub mod help;
pub mod identity;
pub mod requests;
pub mod wallets;

use ratatui::layout::Size;
use ratatui::text::Line;

use super::app::App;
use super::layout;

pub struct Panel {
    pub name: &'static str,
    pub place: Place,
    /// What it shows in the room it has.
    content: fn(&App, Size) -> Content,
}

impl Panel {
    pub const fn new(name: &'static str, place: Place, content: fn(&App, Size) -> Content) -> Self {
        Self { name, place, content }
    }
}

/// Where a panel stands on a wide screen; on smaller ones all but the list share one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    List,
    Main,
    UnderList,
    UnderMain,
}

#[derive(Clone, Debug, Default)]
pub struct Content {
    /// What the title says after the name.
    pub title: String,
    /// At the right end of the upper border.
    pub corner: String,
    pub lines: Vec<Line<'static>>,
    /// The line to keep in sight.
    pub cursor: Option<usize>,
    /// Shows its end until it is scrolled.
    pub newest_last: bool,
}

pub const PANELS: &[Panel] =
    &[checklist::PANEL, detail::PANEL, identity::PANEL, requests::PANEL, wallets::PANEL, errors::PANEL];

/// Places in [`PANELS`] that others refer to.
pub const LIST: usize = 0;
pub const DETAIL: usize = 1;
pub const ERRORS: usize = 5;

/// What a panel shows, in the room it has on this screen.
pub fn content(app: &App, panel: usize) -> Content {
    (PANELS[panel].content)(app, layout::room_of(app, panel))
}
