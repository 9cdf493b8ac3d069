//! Every profile of the configuration: a row an account, the worst first. Nothing is asked before a
//! person says so.

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::detail::fix_section;
use super::{Content, PanelKey};
use crate::fleet::row::{self, Row};
use crate::report::Verdict;
use crate::tui::key::{char, plain};
use crate::tui::state::App;
use crate::tui::state::action::{Action, Fleet};
use crate::tui::state::panels::fleet::State;
use crate::tui::text::Page;

pub(super) const KEYS: &[PanelKey] = &[
    PanelKey {
        keys: &[char('c')],
        label: "c",
        help: "check every profile",
        footer: |app| app.can_check_fleet().then_some("check all"),
        action: Action::Fleet(Fleet::Check),
    },
    PanelKey {
        keys: &[plain(KeyCode::Esc)],
        label: "Esc",
        help: "stop checking, or back to the checks",
        footer: |app| app.is_checking_fleet().then_some("stop"),
        action: Action::Fleet(Fleet::Stop),
    },
    PanelKey {
        keys: &[plain(KeyCode::Enter)],
        label: "Enter",
        help: "open the account: its profile is loaded and checked",
        footer: |app| app.panels.fleet.selected().map(|_| "open"),
        action: Action::Fleet(Fleet::Open),
    },
];

/// The command that checks the selected account.
pub(super) fn copied(app: &App) -> Option<String> {
    Some(format!("polydoctor check --profile {}", app.panels.fleet.selected()?.profile))
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let state = &app.panels.fleet;
    let shown = state.passing();
    if shown.is_empty() {
        return Content { lines: nothing(app, room.width.into()), ..Content::default() };
    }
    let table = Table::of(app, &shown, room.width.into());
    let cursor = state.cursor.min(shown.len() - 1);
    let title =
        if state.filter.is_empty() { String::new() } else { format!("/{}", app.theme.say(state.filter.text())) };
    let mut lines: Vec<_> =
        shown.iter().enumerate().map(|(place, row)| table.line(app, row, place == cursor)).collect();
    let mut rows: Vec<_> = (0..shown.len()).collect();
    let detail = selected(app, shown[cursor], room.width.into());
    // what all rows need comes before what one of them says
    if lines.len() + detail.len() <= room.height.into() {
        // a click there is on none of the accounts
        rows.push(lines.len());
        lines.extend(detail);
    }
    Content { title, corner: corner(app, room.width.into()), lines, rows, cursor: Some(cursor), ..Content::default() }
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
        page.text("There are no profiles yet, so there is no fleet; `polydoctor init` creates one", Style::new());
    } else if let Some(wanted) = wanted.filter(|_| app.is_checking_fleet()) {
        page.text(&format!("Checking {wanted} accounts"), Style::new());
    } else {
        page.text(&format!("{count}. c checks them all: read-only, within the API rate limits"), Style::new());
        page.gap();
        page.text("The same on the command line, for scripts and monitoring:", Style::new());
        page.command("polydoctor check --all-profiles");
        page.heading("Profiles");
        app.about.profiles.iter().for_each(|profile| page.text(profile, Style::new()));
    }
    page.finish()
}

/// The selected account below the list: what is wrong with it, and what fixes it there.
fn selected(app: &App, row: &Row, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    let (Some(cause), Some(fix)) = (row.cause, &row.fix) else { return Vec::new() };
    page.line(Line::default());
    page.heading(&format!("{}  {}", row.profile, row.signer));
    page.text(&format!("{cause}: {}", row.told()), Style::new());
    fix_section(fix, &row.steps, &[], &mut page);
    page.finish()
}

/// Cells of the columns; those of no cells are left out.
struct Table {
    words: bool,
    name: usize,
    signer: usize,
    says: usize,
}

/// Cells of the longest verdict, and what a sentence needs to say anything.
const VERDICT: usize = 10;
const LEAST: usize = 16;
/// What is left to a sentence before signers stand beside it.
const SENTENCE: usize = 64;
/// Cells of the panel's number and name, with some room after it.
const TITLE: usize = 14;
/// Names of profiles are cut here.
const LONGEST: usize = 48;

impl Table {
    fn of(app: &App, rows: &[&Row], width: usize) -> Self {
        let name = rows.iter().map(|row| app.theme.say(&row.profile).chars().count()).max().unwrap_or_default();
        let room = width.saturating_sub(3);
        // a sentence needs room, too
        let name = name.min(LONGEST).min(room.saturating_sub(LEAST + 1)).min(room / 2);
        // the word goes before the sentence does
        let words = room >= VERDICT + 1 + name + 1 + LEAST;
        let used = name + 1 + if words { VERDICT + 1 } else { 0 };
        let signer = rows.iter().map(|row| app.theme.say(&row.signer).chars().count()).max().unwrap_or_default();
        let says = room.saturating_sub(used);
        match says.checked_sub(signer + 2) {
            Some(says) if says >= SENTENCE => Self { words, name, signer, says },
            _ => Self { words, name, signer: 0, says },
        }
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
            if self.signer > 0 {
                spans.push(Span::raw(format!("{:<1$}  ", app.theme.say(&row.signer), self.signer)));
            }
            spans.push(Span::styled(says, quiet));
        }
        Line::from(spans)
    }
}
