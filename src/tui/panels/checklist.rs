//! The checklist: one row a check.

use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::{Content, PanelAction, PanelKey, watched};
use crate::checks::Status;
use crate::report::CheckReport;
use crate::tui::key::char;
use crate::tui::state::action::{Account, Action};
use crate::tui::state::panels::checklist::State;
use crate::tui::state::shape::Shape;
use crate::tui::state::{App, Phase};
use crate::tui::text::duration;
use crate::tui::theme::Theme;
use crate::tui::verdict::{SLOW_MS, awaited, since};

pub(super) const KEYS: &[PanelKey] = &[PanelKey {
    keys: &[char('M')],
    label: "M",
    help: "on checks of funds and orders: also check a market",
    footer: |app| app.can_name_market().then_some("market"),
    action: Action::Market,
}];

/// What may be done from the checklist and from a check.
pub(super) fn offers(app: &App) -> Vec<PanelAction> {
    let mut offers = Vec::new();
    if app.facts.setup.signer().is_some() {
        offers.push(PanelAction {
            label: "Update the balance cache".to_owned(),
            note: "refreshes the CLOB's cached balance from the chain".to_owned(),
            action: Action::Account(Account::UpdateBalance),
        });
    }
    if app.phase() == Phase::Over {
        offers.push(PanelAction {
            label: "Check one market".to_owned(),
            note: "its rules, and whether balance and approvals suffice".to_owned(),
            action: Action::Market,
        });
    }
    offers
}

/// Room that the longest row needs with the word of its status.
const WITH_WORDS: u16 = 36;

pub(super) fn content(app: &App, room: Size) -> Content {
    let rows = app.rows();
    let cursor = app.cursor();
    let mut content = Content { title: title(app, room.width), ..Content::default() };
    if rows.is_empty() {
        content.lines = nothing(app);
        return content;
    }
    let hidden = app.report.checks.len() - rows.len();
    if app.nothing_was_reached() && !app.has_filter() {
        content.corner.push_str("no network");
    } else if hidden > 0 && app.has_filter() {
        content.corner = match app.panels.checklist.matched_checks.len() {
            0 => format!("{} of {} shown", rows.len(), app.report.checks.len()),
            _ => format!("error points to {}", rows.len()),
        };
    }
    let grouped = has_room_for_groups(app, &rows, room);
    let mut group = "";
    for (place, &row) in rows.iter().enumerate() {
        let check = &app.report.checks[row];
        if grouped && check.group != group {
            group = check.group;
            content.lines.push(Line::from(format!(" {}", app.theme.say(group))).style(app.theme.dim()));
        }
        let selected = cursor == Some(place);
        if selected {
            content.cursor = Some(content.lines.len());
        }
        content.rows.push(content.lines.len());
        content.lines.push(line(app, check, selected, room.width));
    }
    let mut folded = |more: String| content.lines.push(Line::from(app.theme.say(&more)).style(app.theme.dim()));
    let elsewhere = app.report.checks.iter().filter(|check| app.is_elsewhere(check.id)).count();
    if hidden > elsewhere && app.nothing_was_reached() && !app.has_filter() {
        folded(format!(" {} more need the network", hidden - elsewhere));
    }
    if elsewhere > 0 && app.panels.checklist.filter.is_empty() {
        folded(format!(" {elsewhere} checks of the CLOB do not apply"));
    }
    content
}

fn title(app: &App, width: u16) -> String {
    let mut title = String::new();
    let State { filter, problems_only, matched_checks, .. } = &app.panels.checklist;
    if *problems_only {
        title.push_str("problems ");
    }
    if !filter.is_empty() {
        title.push('/');
        // beside it stands how many checks an error points to
        let least = if matched_checks.is_empty() { 18 } else { 10 };
        title.push_str(&app.theme.fit(filter.text(), usize::from(width).saturating_sub(34).max(least)));
    }
    title
}

fn nothing(app: &App) -> Vec<Line<'static>> {
    let why = if app.panels.checklist.filter.is_empty() { "Every check passed" } else { "No check matches the filter" };
    vec![Line::from(format!(" {why}")), Line::from(" Esc shows all").style(app.theme.dim())]
}

/// Groups are named where nothing has to scroll for it, and always on a wide screen.
fn has_room_for_groups(app: &App, rows: &[usize], room: Size) -> bool {
    let is_wide = Shape::of(app.size) == Shape::Wide;
    let in_order = rows.is_sorted();
    let groups = rows.chunk_by(|&a, &b| app.report.checks[a].group == app.report.checks[b].group).count();
    in_order && (is_wide || rows.len() + groups <= usize::from(room.height))
}

fn line(app: &App, check: &CheckReport, selected: bool, width: u16) -> Line<'static> {
    let status = app.theme.status(check.status);
    let mut left = vec![
        Span::raw(if selected { app.theme.cursor() } else { " " }),
        Span::styled(app.theme.symbol(check.status, app.now_ms), status),
        Span::raw(" "),
    ];
    if width >= WITH_WORDS {
        left.push(Span::styled(check.status.word(), status));
        left.push(Span::raw(" ".repeat(5 - check.status.word().len())));
    }
    let weight = match check.status {
        _ if selected => Style::new().bold(),
        Status::Skip | Status::Waiting => app.theme.dim(),
        _ => Style::new(),
    };
    left.push(Span::styled(check.id, weight));
    let used: usize = left.iter().map(Span::width).sum();
    let room = usize::from(width).saturating_sub(used);
    let times: Vec<String> = times(app, check).into_iter().filter(|time| display_width(time) < room).collect();
    // what was found matters more than how long it took, and less than how old it is
    let nothing = if times.is_empty() || !app.is_ageing() { Some(String::new()) } else { None };
    let beside = times.iter().cloned().chain(nothing).find_map(|time| {
        let timed = if time.is_empty() { 0 } else { display_width(&time).max(TIME) + 2 };
        Some((value(app, check, room.saturating_sub(timed))?, time, timed))
    });
    let time = times.into_iter().next().unwrap_or_default();
    if let Some((value, time, timed)) = beside {
        let space = room - timed - display_width(&value);
        left.extend([Span::raw(" ".repeat(space)), Span::raw(value)]);
        left.push(Span::styled(format!("{time:>timed$}"), app.theme.dim()));
    } else if !time.is_empty() {
        left.push(Span::styled(format!("{time:>room$}"), app.theme.dim()));
    }
    Line::from(left)
}

/// Cells of a usual time, so that the values before it stand under each other.
const TIME: usize = 6;

/// The value of a check, where so many cells have room for it behind a gap: addresses and ids by their ends
/// unless there is room for the whole.
fn value(app: &App, check: &CheckReport, room: usize) -> Option<String> {
    let said = check.value.as_ref()?;
    let room = room.checked_sub(2)?;
    let whole = app.theme.say(said);
    if display_width(&whole) <= room {
        return Some(whole);
    }
    let short = Theme { full_addresses: false, ..app.theme }.say(said);
    if display_width(&short) <= room {
        return Some(short);
    }
    let by_its_ends = uuid::Uuid::try_parse(&whole).is_ok().then(|| app.theme.fit(&whole, 13));
    by_its_ends.filter(|value| display_width(value) <= room)
}

/// What may stand at the end of a row, the fullest first.
fn times(app: &App, check: &CheckReport) -> Vec<String> {
    if check.status != Status::Running {
        let took = check.elapsed_ms.map(duration);
        let Some(age) = watched::asked(app, check).filter(|_| app.is_ageing()) else {
            return took.into_iter().collect();
        };
        // how old it is matters more than how long it took
        let both = took.map(|took| format!("{took}  {age:>9}"));
        return both.into_iter().chain([age]).collect();
    }
    let running = since(app, check.running_since_ms);
    let seconds = duration(running);
    match awaited(app, check) {
        Some(party) if running >= SLOW_MS => vec![format!("{party}, {seconds}"), seconds],
        _ if running >= 2_000 => vec![seconds],
        _ => Vec::new(),
    }
}
