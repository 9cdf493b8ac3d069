//! The builder's side: credentials, remote signer and code, the trades under it, the account's own
//! trades beside them, and volume over time.

mod overview;
mod trades;

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::Style;

use super::{Content, PanelKey};
use crate::tui::key::{char, plain};
use crate::tui::state::action::{Action, Builder};
use crate::tui::state::panels::builder::{Reading, View};
use crate::tui::state::task::{Task, TaskKind};
use crate::tui::state::{App, Phase};
use crate::tui::text::Page;

pub(super) use self::trades::copied;

pub(super) const KEYS: &[PanelKey] = &[
    PanelKey {
        keys: &[char('v')],
        label: "v",
        help: "switch between overview, trades and missing trades",
        footer: |app| {
            Some(match app.panels.builder.view.next() {
                View::Overview => "overview",
                View::Trades => "trades",
                View::Missing => "missing",
            })
        },
        action: Action::Builder(Builder::NextView),
    },
    PanelKey {
        keys: &[plain(KeyCode::Enter)],
        label: "Enter",
        help: "read the next page of trades",
        footer: |app| app.panels.builder.unread().is_some().then_some("next page"),
        action: Action::Builder(Builder::ReadPage),
    },
    PanelKey {
        keys: &[char('A')],
        label: "A",
        help: "read all trades; Esc stops and keeps them",
        footer: |app| app.panels.builder.unread().is_some().then_some("read all"),
        action: Action::Builder(Builder::ReadAll),
    },
    PanelKey {
        keys: &[char('c')],
        label: "c",
        help: "compare all your trades with the builder's; Esc stops and keeps the results",
        footer: |app| (app.can_ask_of_builder() && !app.tasks.contains(&TaskKind::Reconcile)).then_some("compare all"),
        action: Action::Builder(Builder::Compare),
    },
    PanelKey {
        keys: &[plain(KeyCode::Esc)],
        label: "Esc",
        help: "stop reading and keep what was read; otherwise back to the list",
        // the program's own Esc says so
        footer: |_| None,
        action: Action::Builder(Builder::Stop),
    },
];

/// The first page and the boards, once the run is over.
pub(super) fn while_shown(app: &App) -> Option<Task> {
    let state = &app.panels.builder;
    let looked = state.reading != Reading::NotYet && state.boards.is_some();
    (app.can_ask_of_builder() && !looked).then_some(Task::LookAtBuilder)
}

/// The last row that the cursor can be on.
pub(in crate::tui) fn last_row(app: &App, room: Size) -> usize {
    let rows = match app.panels.builder.view {
        View::Overview => overview::lines(app, room).len(),
        View::Trades => trades::passing(app).count(),
        View::Missing => trades::unlisted(app).len(),
    };
    rows.saturating_sub(1)
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let state = &app.panels.builder;
    let (lines, cursor) = match state.view {
        View::Overview => {
            let lines = overview::lines(app, room);
            let cursor = state.cursor.min(lines.len().saturating_sub(1));
            (lines, cursor)
        }
        View::Trades => trades::table(app, room.width.into()),
        View::Missing => trades::missing(app, room.width.into()),
    };
    let title = match state.view {
        View::Overview => String::new(),
        View::Trades if state.filter.is_empty() => "trades".to_owned(),
        View::Trades => format!("trades /{}", app.theme.say(state.filter.text())),
        View::Missing => "missing".to_owned(),
    };
    Content { title, corner: corner(app), lines, cursor: Some(cursor), ..Content::default() }
}

/// How far the listing is.
fn corner(app: &App) -> String {
    let state = &app.panels.builder;
    let read = state.totals.all.trades;
    match &state.reading {
        Reading::NotYet => String::new(),
        Reading::Whole => format!("{read} trades"),
        Reading::More(_) if app.tasks.contains(&TaskKind::BuilderTrades) => format!("{read} trades, reading"),
        Reading::More(_) => format!("{read} trades, more"),
        Reading::Failed(_) => format!("{read} trades, stopped"),
    }
}

/// What keeps the panel from showing anything of the service.
fn nothing_yet(app: &App, page: &mut Page) -> bool {
    let setup = &app.facts.setup;
    let said = if setup.builder_code.is_none() && setup.builder.is_none() {
        "No builder code or builder credentials are configured: only apps that place orders for others need them"
    } else if setup.offline || app.about.recorded {
        "No requests: offline, or recorded facts"
    } else if app.phase() != Phase::Over && app.panels.builder.reading == Reading::NotYet {
        "The trades are read once the checks are done"
    } else {
        return false;
    };
    page.text(said, Style::new());
    true
}
