//! Every profile of the configuration: a row an account, the worst first. Nothing is asked before a
//! person says so.

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::{Content, LIST, Panel, PanelKey, Place, Search};
use crate::fleet::row::{self, Row};
use crate::report::Verdict;
use crate::tui::Load;
use crate::tui::app::{App, Command};
use crate::tui::field::Field;
use crate::tui::keys::plain;
use crate::tui::task::{Task, TaskKind};
use crate::tui::text::Page;

pub(super) const PANEL: Panel = Panel {
    keys: &[CHECK, STOP, OPEN],
    steer: Some(|app, motion, height| {
        let last = shown(app).len().saturating_sub(1);
        app.panels.fleet.cursor = motion.apply(app.panels.fleet.cursor, last, height);
    }),
    click: Some(|app, place| app.panels.fleet.cursor = place),
    search: Some(SEARCH),
    copy: Some(|app| Some(format!("polydoctor check --profile {}", selected(app)?.profile))),
    copies: "copy command",
    ..Panel::new("Fleet", Place::Main, content)
};

const CHECK: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Char('c'))],
    label: "c",
    help: "check every profile",
    footer: |app| can_check(app).then_some("check all"),
    act: |app| {
        can_check(app).then(|| {
            app.panels.fleet = State::default();
            Command::Start(Task::CheckFleet)
        })
    },
};

const STOP: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Esc)],
    label: "Esc",
    help: "stop checking, or back to the checks",
    footer: |app| is_checking(app).then_some("stop"),
    act: |app| {
        if is_checking(app) {
            return Some(Command::Cancel(TaskKind::CheckFleet));
        }
        app.panels.fleet.filter = Field::default();
        app.focus_on(LIST);
        None
    },
};

const OPEN: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Enter)],
    label: "Enter",
    help: "open the account: its profile is loaded and checked",
    footer: |app| selected(app).map(|_| "open"),
    act: |app| {
        let load = Load { profile: Some(selected(app)?.profile.clone()), ..Load::default() };
        app.focus_on(LIST);
        Some(Command::Reload(load))
    },
};

const SEARCH: Search = Search {
    field: |app| &app.panels.fleet.filter,
    field_mut: |app| &mut app.panels.fleet.filter,
    changed: |app| app.panels.fleet.cursor = 0,
    word: "filter",
};

#[derive(Debug, Default)]
pub struct State {
    /// The worst first.
    rows: Vec<Row>,
    /// How many accounts there are; `None` before the first check.
    wanted: Option<usize>,
    /// A place among the rows that the filter lets pass.
    cursor: usize,
    filter: Field,
    /// Why none could be checked.
    refusal: Option<String>,
}

/// How far the check of a fleet is.
#[derive(Clone, Debug)]
pub enum Progress {
    Begun { wanted: usize },
    Done(Box<Row>),
    Refused(String),
}

impl State {
    pub(super) fn take(&mut self, progress: Progress) {
        match progress {
            Progress::Begun { wanted } => *self = Self { wanted: Some(wanted), ..Self::default() },
            Progress::Refused(reason) => *self = Self { refusal: Some(reason), ..Self::default() },
            Progress::Done(row) => {
                // the row under the cursor stays there while others come before it
                let held = self.rows.get(self.cursor).filter(|_| self.cursor > 0).map(|row| row.profile.clone());
                self.rows.push(*row);
                row::sort(&mut self.rows);
                let place = held.and_then(|held| self.rows.iter().position(|row| row.profile == held));
                self.cursor = place.filter(|_| self.filter.is_empty()).unwrap_or(self.cursor);
            }
        }
    }
}

fn is_checking(app: &App) -> bool {
    app.tasks.contains(&TaskKind::CheckFleet)
}

fn can_check(app: &App) -> bool {
    !app.about.profiles.is_empty() && !is_checking(app)
}

/// The rows that the filter lets pass.
fn shown(app: &App) -> Vec<&Row> {
    let State { rows, filter, .. } = &app.panels.fleet;
    let wanted = filter.text().to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&wanted);
    let passes =
        |row: &&Row| fits(&row.profile) || fits(&row.says) || row.cause.is_some_and(fits) || fits(row.verdict.word());
    rows.iter().filter(passes).collect()
}

fn selected(app: &App) -> Option<&Row> {
    let shown = shown(app);
    shown.get(app.panels.fleet.cursor.min(shown.len().checked_sub(1)?)).copied()
}

fn content(app: &App, room: Size) -> Content {
    let state = &app.panels.fleet;
    let shown = shown(app);
    if shown.is_empty() {
        return Content { lines: nothing(app, room.width.into()), ..Content::default() };
    }
    let table = Table::of(app, &shown, room.width.into());
    let cursor = state.cursor.min(shown.len() - 1);
    let title =
        if state.filter.is_empty() { String::new() } else { format!("/{}", app.theme.say(state.filter.text())) };
    Content {
        title,
        corner: corner(app, room.width.into()),
        lines: shown.iter().enumerate().map(|(place, row)| table.line(app, row, place == cursor)).collect(),
        rows: (0..shown.len()).collect(),
        cursor: Some(cursor),
        ..Content::default()
    }
}

/// "12 of 40 checked" while it goes on, or how they stand.
fn corner(app: &App, width: usize) -> String {
    let State { rows, wanted, .. } = &app.panels.fleet;
    let tally = row::tally(rows);
    match wanted {
        Some(wanted) if rows.len() < *wanted => format!("{} of {wanted} checked", rows.len()),
        _ if tally.len() + TITLE <= width => tally,
        _ => {
            let wrong = rows.iter().filter(|row| row.verdict != Verdict::Healthy).count();
            format!("{wrong} of {} not healthy", rows.len())
        }
    }
}

fn nothing(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    let State { rows, wanted, refusal, .. } = &app.panels.fleet;
    let profiles = app.about.profiles.len();
    let count = if profiles == 1 { "1 profile".to_owned() } else { format!("{profiles} profiles") };
    if let Some(refusal) = refusal {
        page.text(refusal, Style::new());
    } else if !rows.is_empty() {
        page.text("No account matches the filter", Style::new());
    } else if profiles == 0 {
        page.text("There are no profiles here, so there is no fleet; `polydoctor init` makes a profile", Style::new());
    } else if let Some(wanted) = wanted.filter(|_| is_checking(app)) {
        page.text(&format!("Checking {wanted} accounts"), Style::new());
    } else {
        page.text(
            &format!("{count}. c checks them all: it only reads, no faster than the service allows"),
            Style::new(),
        );
        page.gap();
        page.text("The same without a screen, for a script or a monitor:", Style::new());
        page.command("polydoctor check --all-profiles");
    }
    page.finish()
}

/// Cells of the columns.
struct Table {
    words: bool,
    name: usize,
    says: usize,
}

/// Cells of the longest verdict, and what a sentence needs to say anything.
const VERDICT: usize = 10;
const LEAST: usize = 16;
/// Cells of the panel's number and name, with some room after it.
const TITLE: usize = 14;
/// Names of profiles are cut here.
const LONGEST: usize = 24;

impl Table {
    fn of(app: &App, rows: &[&Row], width: usize) -> Self {
        let name = rows.iter().map(|row| app.theme.say(&row.profile).chars().count()).max().unwrap_or_default();
        let room = width.saturating_sub(3);
        let name = name.min(LONGEST).min(room);
        // the word goes before the sentence does
        let words = room >= VERDICT + 1 + name + 1 + LEAST;
        let used = name + 1 + if words { VERDICT + 1 } else { 0 };
        Self { words, name, says: room.saturating_sub(used) }
    }

    fn line(&self, app: &App, row: &Row, selected: bool) -> Line<'static> {
        let status = row.verdict.status();
        let style = app.theme.status(status);
        let name = app.theme.fit(&row.profile, self.name);
        let pad = " ".repeat(self.name.saturating_sub(name.chars().count()) + 1);
        let mut spans = vec![
            Span::raw(if selected { app.theme.cursor() } else { " " }),
            Span::styled(status.symbol(app.theme.ascii), style),
            Span::raw(" "),
        ];
        if self.words {
            spans.push(Span::styled(format!("{:<VERDICT$} ", row.verdict.word()), style));
        }
        let weight = if selected { Style::new().bold() } else { Style::new() };
        spans.push(Span::styled(name, weight));
        if self.says >= LEAST {
            let says = app.theme.say(&row.told());
            let whole = row.cause.map_or_else(|| says.clone(), |cause| format!("{cause}: {says}"));
            // the name of the cause says more than half a sentence
            let fits = display_width(&whole) <= self.says;
            let says = app.theme.fit(if fits { &whole } else { row.cause.unwrap_or(&says) }, self.says);
            let quiet = if row.cause.is_none() { app.theme.dim() } else { Style::new() };
            spans.push(Span::raw(pad));
            spans.push(Span::styled(says, quiet));
        }
        Line::from(spans)
    }
}
