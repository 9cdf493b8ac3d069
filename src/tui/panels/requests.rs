//! What was asked over the network, the newest last, each as a bar of the run's time. Opened: names of
//! headers, never a secret's value or a body.

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::{Content, Panel, PanelKey, Place, REQUESTS};
use crate::checks::{CHECKS, Status};
use crate::engine::facts::RequestRecord;
use crate::tui::app::{App, Command};
use crate::tui::keys::plain;
use crate::tui::layout::Shape;
use crate::tui::motion::Motion;
use crate::tui::text::{Page, duration};
use crate::tui::verdict::party;

pub(super) const PANEL: Panel =
    Panel { keys: &[OPEN, CLOSE], steer: Some(steer), ..Panel::new("Requests", Place::UnderMain, content) };

const OPEN: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Enter)],
    label: "Enter",
    help: "open the request",
    footer: |app| (!is_open(app) && !app.report.requests.is_empty()).then_some("open"),
    act: |app| {
        app.panels.requests = State { cursor: Some(cursor(app)), open: true, line: 0 };
        // where there is room for several panels, it takes the large place too
        app.main = REQUESTS;
        None
    },
};

const CLOSE: PanelKey = PanelKey {
    keys: &[plain(KeyCode::Esc)],
    label: "Esc",
    help: "back to the list of requests",
    // the program's own Esc says so
    footer: |_| None,
    act: |app| close(app),
};

fn close(app: &mut App) -> Option<Command> {
    if is_open(app) {
        app.panels.requests.open = false;
        app.main = super::DETAIL;
    } else {
        app.focus_on(super::LIST);
    }
    None
}

#[derive(Debug, Default)]
pub struct State {
    /// By its place among the requests in the order in which they were sent; `None` follows the newest.
    cursor: Option<usize>,
    open: bool,
    /// Of the opened request: the line to keep in sight.
    line: usize,
}

/// Lines go through the requests, also while one is open; pages through what is said of it.
fn steer(app: &mut App, motion: Motion, height: usize) {
    let open = is_open(app);
    if open && !matches!(motion, Motion::Lines(_)) {
        let last = super::content(app, REQUESTS).lines.len().saturating_sub(1);
        app.panels.requests.line = motion.apply(app.panels.requests.line, last, height);
        return;
    }
    let last = app.report.requests.len().saturating_sub(1);
    let to = motion.apply(cursor(app), last, height);
    // at its end the list goes on following
    let cursor = (to < last || open).then_some(to);
    app.panels.requests = State { cursor, open, line: 0 };
}

fn is_open(app: &App) -> bool {
    app.panels.requests.open && (Shape::of(app.size) != Shape::Wide || app.main == REQUESTS)
}

fn cursor(app: &App) -> usize {
    let last = app.report.requests.len().saturating_sub(1);
    app.panels.requests.cursor.unwrap_or(last).min(last)
}

fn content(app: &App, room: Size) -> Content {
    let mut requests: Vec<_> = app.report.requests.iter().collect();
    requests.sort_by_key(|request| request.sent_ms);
    let cursor = cursor(app);
    let Some(selected) = requests.get(cursor) else {
        return Content { lines: vec![Line::from("Nothing has been asked yet")], ..Content::default() };
    };
    if is_open(app) && app.focus == REQUESTS {
        return Content {
            corner: format!("{} of {}", cursor + 1, requests.len()),
            lines: opened(app, selected, room.width.into()),
            cursor: Some(app.panels.requests.line),
            ..Content::default()
        };
    }
    let table = Table::of(app, &requests, room.width.into());
    let focused = app.focus == REQUESTS;
    let line = |(place, request): (usize, &&RequestRecord)| table.line(app, request, focused && place == cursor);
    Content {
        corner: format!("{}, {}", requests.len(), duration(table.whole_ms)),
        lines: requests.iter().enumerate().map(line).collect(),
        cursor: focused.then_some(cursor),
        newest_last: true,
        ..Content::default()
    }
}

/// Cells of the columns; a narrow panel does without the method, and has short bars.
struct Table {
    method: usize,
    target: usize,
    tries: usize,
    time: usize,
    gap: usize,
    bar: usize,
    /// What the bars are parts of.
    whole_ms: u64,
}

/// Cells of the mark, and of the answer.
const MARK: usize = 1;
const ANSWER: usize = 5;

impl Table {
    fn of(app: &App, requests: &[&RequestRecord], width: usize) -> Self {
        let (method, time, gap, bar) = match width {
            0..36 => (0, 7, 0, 0),
            36..56 => (0, 7, 1, 6),
            _ => (5, 8, 2, (width / 4).min(30)),
        };
        let ends = requests.iter().map(|request| request.sent_ms + took_ms(app, request));
        let tries = if requests.iter().any(|request| request.attempts > 1) { 3 } else { 0 };
        let target = width.saturating_sub(MARK + method + tries + ANSWER + time + gap + bar);
        Self { method, target, tries, time, gap, bar, whole_ms: ends.max().unwrap_or_default().max(1) }
    }

    fn line(&self, app: &App, request: &RequestRecord, is_selected: bool) -> Line<'static> {
        let (status, answer) = answer(app, request);
        let tries = if request.attempts > 1 { format!("x{}", request.attempts) } else { String::new() };
        let took_ms = took_ms(app, request);
        let target = target(app, request, self.target);
        let padding = " ".repeat(self.target.saturating_sub(display_width(&target)));
        let method = if self.method > 0 { format!("{:<5}", app.theme.fit(&request.method, 4)) } else { String::new() };
        let style = if is_selected { Style::new().bold() } else { Style::new() };
        let mut spans = vec![
            Span::raw(if is_selected { app.theme.cursor() } else { " " }),
            Span::styled(method, app.theme.dim()),
            Span::styled(format!("{target}{padding}"), style),
            Span::raw(format!("{tries:>0$}", self.tries)),
            Span::styled(format!("{answer:>ANSWER$}"), app.theme.status(status)),
            Span::styled(format!("{:>1$}", duration(took_ms), self.time), app.theme.dim()),
        ];
        if self.bar > 0 {
            let (before, long) = self.bar(request.sent_ms, took_ms);
            let (full, _) = app.theme.gauge();
            spans.push(Span::raw(" ".repeat(self.gap + before)));
            spans.push(Span::styled(full.repeat(long), app.theme.status(status)));
        }
        Line::from(spans)
    }

    /// Where the bar begins and how long it is: one cell at least.
    fn bar(&self, sent_ms: u64, took_ms: u64) -> (usize, usize) {
        let cell = |ms: u64| {
            let share = u128::from(ms) * self.bar as u128 / u128::from(self.whole_ms);
            usize::try_from(share).unwrap_or(self.bar).min(self.bar)
        };
        let from = cell(sent_ms).min(self.bar - 1);
        (from, cell(sent_ms.saturating_add(took_ms)).saturating_sub(from).max(1))
    }
}

/// The status code; dots while it runs, a word when no answer came.
fn answer(app: &App, request: &RequestRecord) -> (Status, String) {
    match (request.status, request.elapsed_ms) {
        (Some(code @ 200..=299), _) => (Status::Pass, code.to_string()),
        (Some(code), _) => (Status::Warn, code.to_string()),
        (None, None) if app.is_launching_or_running() => (Status::Running, "...".to_owned()),
        (None, _) => (Status::Unknown, "none".to_owned()),
    }
}

fn took_ms(app: &App, request: &RequestRecord) -> u64 {
    request.elapsed_ms.unwrap_or_else(|| app.elapsed_ms().saturating_sub(request.sent_ms))
}

/// Who was asked, and the path: as much of it as there is room for, its end first.
fn target(app: &App, request: &RequestRecord, room: usize) -> String {
    let (name, _) = party(request.probe);
    let whole = path(&request.url);
    let (bare, query) = whole.split_once('?').unwrap_or((whole, ""));
    // what tells requests of one path apart stands at the end of the query
    let last = query.rsplit('&').next().filter(|last| !last.is_empty());
    let value = last.and_then(|last| last.split_once('=')).map(|(_, value)| format!("{name} {bare}?…={value}"));
    let end = bare.rsplit('/').next().unwrap_or_default();
    let forms = [
        Some(format!("{name} {whole}")),
        last.map(|last| format!("{name} {bare}?…{last}")),
        value,
        Some(format!("{name} {bare}")),
        Some(format!("{name} …/{end}")),
        Some(format!("…/{end}")),
        Some(end.to_owned()),
    ];
    let said = forms.into_iter().flatten().map(|form| app.theme.say(&form));
    let fitting = said.clone().find(|form| display_width(form) <= room);
    fitting.or_else(|| said.into_iter().next_back()).map_or_else(String::new, |form| app.theme.fit(&form, room))
}

/// The path and query of an address.
fn path(url: &str) -> &str {
    let target = url.split_once("://").map_or(url, |(_, target)| target);
    target.find('/').map_or("/", |start| &target[start..])
}

fn opened(app: &App, request: &RequestRecord, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    let (status, answer) = answer(app, request);
    let (_, party) = party(request.probe);
    page.line(vec![
        Span::styled(format!("{} {answer}", app.theme.symbol(status, app.now_ms)), app.theme.status(status)),
        Span::from(format!("  {}", app.theme.say(&request.method))).bold(),
    ]);
    page.text(&request.url, Style::new().bold());
    page.gap();
    let readers: Vec<_> =
        CHECKS.iter().filter(|check| check.reads.contains(&request.probe)).map(|check| check.id).collect();
    let tries = if request.attempts > 1 { ", twice: the connection was lost the first time" } else { "" };
    let mut fields = vec![
        ("Asked of", party.to_owned()),
        ("Sent", format!("{} after the start{tries}", duration(request.sent_ms))),
        ("Took", format!("{}, to the last byte", duration(took_ms(app, request)))),
        ("Fills", format!("the fact {}", request.probe)),
    ];
    if !readers.is_empty() {
        fields.push(("Read by", readers.join(", ")));
    }
    if let Some(failure) = app.facts.failure(request.probe).filter(|_| status != Status::Pass) {
        fields.push(("Answer", failure.to_string()));
    }
    fields.push(match request.body_bytes {
        Some(bytes) => ("Body", format!("{bytes} bytes, not kept")),
        None => ("Body", "none".to_owned()),
    });
    page.fields(fields.iter().map(|(label, value)| (*label, value.as_str())));
    page.heading("Headers sent");
    if request.headers.is_empty() {
        page.text("None that authenticate", Style::new());
    }
    let widest = request.headers.iter().map(|header| header.name.len()).max().unwrap_or_default();
    for header in &request.headers {
        let value = header.value.clone().unwrap_or_else(|| format!("{} characters, not shown", header.characters));
        page.field(&header.name, widest, &value);
    }
    page.finish()
}
