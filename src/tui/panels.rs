//! What the panels show: each is one file that makes lines of `&App`. A new panel is one more
//! [`PanelId`], one more line in each table here, and one more of
//! [`States`](super::state::panels::States) where it keeps something of its own.

pub mod builder;
pub mod checklist;
pub mod clock;
pub mod credentials;
pub mod detail;
pub mod errors;
pub mod fleet;
pub mod headers;
pub mod identity;
pub mod inspect;
pub mod live;
pub mod requests;
pub mod settings;
pub mod wallets;
mod watched;

use ratatui::text::Line;

use super::key::Key;
use super::layout;
use super::state::App;
use super::state::action::Action;
use super::state::menu::Entry;
use super::state::panel::PanelId;
use super::state::task::Task;

/// A key of one panel, for handler, footer and help alike. It wins over the same key of the program.
pub struct PanelKey {
    pub keys: &'static [Key],
    pub label: &'static str,
    pub help: &'static str,
    /// The word in the footer, while the key does something.
    pub footer: fn(&App) -> Option<&'static str>,
    pub action: Action,
}

/// An action of a panel, as `x` lists it: it opens a question before it changes anything.
pub struct PanelAction {
    pub label: String,
    /// What it does in a few words.
    pub note: String,
    pub action: Action,
}

impl PanelAction {
    /// As a menu lists it.
    pub(super) fn entry(self) -> Entry {
        let Self { label, note, action } = self;
        Entry { label, note, action }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Content {
    /// What the title says after the name.
    pub title: String,
    /// At the right end of the upper border.
    pub corner: String,
    pub lines: Vec<Line<'static>>,
    /// The first line of each row that a click chooses.
    pub rows: Vec<usize>,
    /// The line to keep in sight.
    pub cursor: Option<usize>,
    /// Where text is typed: line and cell.
    pub caret: Option<(usize, usize)>,
    /// Shows its end until it is scrolled.
    pub newest_last: bool,
}

/// What a panel shows, in the room it has on this screen.
pub fn content(app: &App, panel: PanelId) -> Content {
    let room = layout::room_of(app, panel);
    match panel {
        PanelId::Checks => checklist::content(app, room),
        PanelId::Detail => detail::content(app, room),
        PanelId::Identity => identity::content(app, room),
        PanelId::Requests => requests::content(app, room),
        PanelId::Wallets => wallets::content(app, room),
        PanelId::Clock => clock::content(app, room),
        PanelId::Credentials => credentials::content(app, room),
        PanelId::Headers => headers::content(app, room),
        PanelId::Builder => builder::content(app, room),
        PanelId::Errors => errors::content(app, room),
        PanelId::Settings => settings::content(app, room),
        PanelId::Fleet => fleet::content(app, room),
        PanelId::Inspect => inspect::content(app, room),
        PanelId::Live => live::content(app, room),
    }
}

/// The keys that a panel has for itself while it has the focus.
pub fn keys(panel: PanelId) -> &'static [PanelKey] {
    match panel {
        PanelId::Checks | PanelId::Detail => checklist::KEYS,
        PanelId::Requests => requests::KEYS,
        PanelId::Headers => headers::KEYS,
        PanelId::Builder => builder::KEYS,
        PanelId::Fleet => fleet::KEYS,
        PanelId::Inspect => inspect::KEYS,
        _ => &[],
    }
}

/// What may be done in the panel with the focus: nothing with recorded facts.
pub fn offers(app: &App) -> Vec<PanelAction> {
    match app.shown.focus {
        _ if !app.is_live() => Vec::new(),
        PanelId::Checks | PanelId::Detail => checklist::offers(app),
        PanelId::Credentials => credentials::offers(app),
        _ => Vec::new(),
    }
}

/// The word in the footer for what `/` does in a panel; `None` where it filters the checks.
pub fn search_word(panel: PanelId) -> Option<&'static str> {
    match panel {
        PanelId::Builder => Some("filter trades"),
        PanelId::Errors => Some("search"),
        PanelId::Fleet => Some("filter"),
        _ => None,
    }
}

/// Whether `y` means the selected check there, and not something of the panel's own.
pub fn copies_fix(panel: PanelId) -> bool {
    !matches!(panel, PanelId::Requests | PanelId::Headers | PanelId::Builder | PanelId::Fleet | PanelId::Inspect)
}

/// What `y` copies, and the word in the footer for that: something of the panel, or else the fix of the
/// selected check while it is shown.
pub fn copyable(app: &App) -> Option<(String, &'static str)> {
    let (text, word) = match app.shown.focus {
        PanelId::Requests => (requests::copied(app), "copy curl"),
        PanelId::Builder => (builder::copied(app), "copy"),
        PanelId::Fleet => (fleet::copied(app), "copy command"),
        PanelId::Inspect => (inspect::copied(app), "copy findings"),
        // `y` is a key of its own there: what it copies is signed first
        PanelId::Headers => (None, ""),
        _ => (app.fix_to_copy().filter(|_| shows_check(app)), "copy fix"),
    };
    Some((text?, word))
}

/// Whether the selected check is on the screen, so that keys may mean it.
pub fn shows_check(app: &App) -> bool {
    app.shown.focus == PanelId::Checks || layout::screen(app).panels.iter().any(|(panel, _)| *panel == PanelId::Detail)
}

/// Lines scrolled in a panel of this content, of which so many are visible.
pub fn scrolled(app: &App, panel: PanelId, content: &Content, height: usize) -> usize {
    let furthest = content.lines.len().saturating_sub(height);
    let scrolled = app.shown.scroll[panel as usize];
    match content.cursor {
        Some(cursor) => cursor.saturating_sub(height / 2).min(furthest),
        None if content.newest_last => scrolled.unwrap_or(furthest).min(furthest),
        None => scrolled.unwrap_or_default().min(furthest),
    }
}

/// The work that the panels on the screen want to go on, and that stops when they leave it.
pub fn wanted(app: &App) -> Vec<Task> {
    let of_panel = |panel| match panel {
        PanelId::Clock => clock::while_shown(app),
        PanelId::Credentials => credentials::while_shown(app),
        PanelId::Headers => app.sign_request(&[]),
        PanelId::Builder => builder::while_shown(app),
        PanelId::Live => live::while_shown(app),
        _ => None,
    };
    layout::screen(app).panels.into_iter().filter_map(|(panel, _)| of_panel(panel)).collect()
}
