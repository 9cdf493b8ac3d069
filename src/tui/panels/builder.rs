//! The builder's side: credentials, remote signer and code, the trades under it, the account's own
//! trades beside them, and volume over time.

mod overview;
mod trades;

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::Style;

use super::{Content, LIST, Panel, PanelKey, Place, Search};
use crate::attribution::{BuilderTrade, Reconciliation, Totals};
use crate::client::boards::Boards;
use crate::tui::app::{App, Command, Phase};
use crate::tui::field::Field;
use crate::tui::keys::{char, plain};
use crate::tui::motion::Motion;
use crate::tui::task::{Task, TaskKind};
use crate::tui::text::Page;

pub(super) const PANEL: Panel = Panel {
    keys: &[VIEW, MORE, ALL, COMPARE, STOP],
    steer: Some(steer),
    search: Some(SEARCH),
    copy: Some(trades::copied),
    copies: "copy",
    while_shown: Some(while_shown),
    ..Panel::new("Builder", Place::Main, content)
};

/// Trades that are kept for the table; the sums hold all that were read.
const MOST: usize = 5_000;

const SEARCH: Search = Search {
    field: |app| &app.panels.builder.filter,
    field_mut: |app| &mut app.panels.builder.filter,
    changed: |app| app.panels.builder.cursor = 0,
    word: "filter trades",
};

const VIEW: PanelKey = PanelKey {
    keys: &[char('v')],
    label: "v",
    help: "the builder at a glance, the trades, or what is missing",
    footer: |app| {
        Some(match app.panels.builder.view.next() {
            View::Overview => "overview",
            View::Trades => "trades",
            View::Missing => "missing",
        })
    },
    act: |app| {
        let state = &mut app.panels.builder;
        (state.view, state.cursor) = (state.view.next(), 0);
        None
    },
};

const MORE: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Enter)],
    label: "Enter",
    help: "read the next page of trades",
    footer: |app| app.panels.builder.unread().is_some().then_some("next page"),
    act: |app| read(app, false),
};

const ALL: PanelKey = PanelKey {
    keys: &[char('A')],
    label: "A",
    help: "read the trades to the end; Esc stops and keeps them",
    footer: |app| app.panels.builder.unread().is_some().then_some("read all"),
    act: |app| read(app, true),
};

const COMPARE: PanelKey = PanelKey {
    keys: &[char('c')],
    label: "c",
    help: "set all own trades beside the builder's; Esc stops and keeps what is known",
    footer: |app| (is_ready(app) && !app.tasks.contains(&TaskKind::Reconcile)).then_some("compare all"),
    act: |app| is_ready(app).then_some(Command::Start(Task::Reconcile)),
};

const STOP: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Esc)],
    label: "Esc",
    help: "stop reading and keep what was read; else back to the list",
    // the program's own Esc says so
    footer: |_| None,
    act: |app| {
        let going_on = [TaskKind::BuilderTrades, TaskKind::Reconcile].into_iter().find(|kind| app.tasks.contains(kind));
        match going_on {
            Some(kind) => return Some(Command::Cancel(kind)),
            None if !app.panels.builder.filter.is_empty() => app.panels.builder.filter.clear(),
            None => app.focus_on(LIST),
        }
        None
    },
};

/// What the panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum View {
    #[default]
    Overview,
    Trades,
    Missing,
}

impl View {
    fn next(self) -> Self {
        match self {
            Self::Overview => Self::Trades,
            Self::Trades => Self::Missing,
            Self::Missing => Self::Overview,
        }
    }
}

/// How far the listing of trades was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    NotYet,
    /// There is more behind this cursor.
    More(String),
    Whole,
    Failed(String),
}

#[derive(Debug, Default)]
pub struct State {
    view: View,
    trades: Vec<BuilderTrade>,
    totals: Totals,
    reading: Reading,
    /// Of all trades; the checklist has that of the newest.
    compared: Option<Reconciliation>,
    /// Why that is not the whole.
    not_compared: Option<String>,
    boards: Option<Result<Boards, String>>,
    filter: Field,
    /// The row, or in the overview the line, that is kept in sight.
    cursor: usize,
}

/// What a task about the builder found, or how far it is.
#[derive(Debug)]
pub enum BuilderNews {
    /// A page of trades, and the cursor of the next one.
    Trades(Vec<BuilderTrade>, Option<String>),
    NoTrades(String),
    /// What both listings come to so far.
    Compared(Reconciliation),
    NotCompared(String),
    Boards(Result<Boards, String>),
}

impl State {
    pub(super) fn take(&mut self, news: BuilderNews) {
        match news {
            BuilderNews::Trades(trades, next) => {
                for trade in &trades {
                    self.totals.add(trade);
                }
                let room = MOST.saturating_sub(self.trades.len());
                self.trades.extend(trades.into_iter().take(room));
                self.reading = next.map_or(Reading::Whole, Reading::More);
            }
            BuilderNews::NoTrades(why) => self.reading = Reading::Failed(why),
            BuilderNews::Compared(found) => (self.compared, self.not_compared) = (Some(found), None),
            BuilderNews::NotCompared(why) => self.not_compared = Some(why),
            BuilderNews::Boards(found) => self.boards = Some(found),
        }
    }

    /// Where to read on.
    fn unread(&self) -> Option<&str> {
        match &self.reading {
            Reading::More(cursor) => Some(cursor),
            _ => None,
        }
    }
}

/// Whether there is a builder to ask about, and nothing else is being found out.
fn is_ready(app: &App) -> bool {
    let setup = &app.facts.setup;
    let may_ask = app.phase() == Phase::Over && !setup.offline && !app.about.recorded;
    may_ask && (setup.builder_code.is_some() || setup.builder.is_some())
}

/// The first page and the boards, once the run is over.
fn while_shown(app: &App) -> Option<Task> {
    let state = &app.panels.builder;
    let looked = state.reading != Reading::NotYet && state.boards.is_some();
    (is_ready(app) && !looked).then_some(Task::LookAtBuilder)
}

fn read(app: &mut App, all: bool) -> Option<Command> {
    let cursor = app.panels.builder.unread()?.to_owned();
    Some(Command::Start(Task::BuilderTrades { cursor, all }))
}

fn steer(app: &mut App, motion: Motion, height: usize) {
    let last = match app.panels.builder.view {
        View::Overview => overview::lines(app, super::layout::room_of(app, app.focus)).len(),
        View::Trades => trades::passing(app).count(),
        View::Missing => trades::unlisted(app).len(),
    };
    let state = &mut app.panels.builder;
    state.cursor = motion.apply(state.cursor, last.saturating_sub(1), height);
}

fn content(app: &App, room: Size) -> Content {
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
        Reading::Failed(_) => format!("{read} trades, cut off"),
    }
}

/// What keeps the panel from showing anything of the service.
fn nothing_yet(app: &App, page: &mut Page) -> bool {
    let setup = &app.facts.setup;
    let said = if setup.builder_code.is_none() && setup.builder.is_none() {
        "No builder code and no builder credentials are configured: only apps that place orders for others have them"
    } else if setup.offline || app.about.recorded {
        "Nothing is asked: offline, or recorded facts"
    } else if app.phase() != Phase::Over && app.panels.builder.reading == Reading::NotYet {
        "The trades are read once the checks are through"
    } else {
        return false;
    };
    page.text(said, Style::new());
    true
}
