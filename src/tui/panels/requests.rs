//! Every request, the newest last: those of the run, each as a bar of its time, and those of panels and
//! actions with what they were for. Opened: names of headers, never a secret's value; what the server said
//! where it failed.

mod target;

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use self::target::Targets;
use super::{Content, PanelKey};
use crate::checks::{CHECKS, Status};
use crate::facts::RequestRecord;
use crate::headers;
use crate::tui::key::{char, plain};
use crate::tui::state::App;
use crate::tui::state::action::{Action, Inspect, Requests};
use crate::tui::state::panel::PanelId;
use crate::tui::text::{Page, duration};
use crate::tui::verdict::party;

pub(super) const KEYS: &[PanelKey] = &[
    PanelKey {
        keys: &[plain(KeyCode::Enter)],
        label: "Enter",
        help: "open the request",
        footer: |app| (!app.is_request_open() && !app.report.requests.is_empty()).then_some("open"),
        action: Action::Requests(Requests::Open),
    },
    PanelKey {
        keys: &[plain(KeyCode::Esc)],
        label: "Esc",
        help: "back to the list of requests",
        // the program's own Esc says so
        footer: |_| None,
        action: Action::Requests(Requests::Close),
    },
    PanelKey {
        keys: &[char('i')],
        label: "i",
        help: "inspect the request, as far as it was kept",
        footer: |app| app.is_request_open().then_some("inspect"),
        action: Action::Inspect(Inspect::Request),
    },
];

/// The request that keys mean.
pub(in crate::tui) fn selected(app: &App) -> Option<&RequestRecord> {
    sorted(app).get(app.request_cursor()).copied()
}

/// The selected request as a command.
pub(super) fn copied(app: &App) -> Option<String> {
    headers::curl_of(selected(app)?).ok()
}

/// In the order in which they were sent.
fn sorted(app: &App) -> Vec<&RequestRecord> {
    let mut requests: Vec<_> = app.report.requests.iter().collect();
    requests.sort_by_key(|request| request.sent_ms);
    requests
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let requests = sorted(app);
    let cursor = app.request_cursor();
    let Some(selected) = requests.get(cursor) else {
        return Content { lines: vec![Line::from("No requests yet")], ..Content::default() };
    };
    if app.is_request_open() && app.shown.focus == PanelId::Requests {
        return Content {
            corner: format!("{} of {}", cursor + 1, requests.len()),
            lines: opened(app, selected, room.width.into()),
            cursor: Some(app.panels.requests.line),
            ..Content::default()
        };
    }
    let table = Table::of(app, &requests, room.width.into());
    let focused = app.shown.focus == PanelId::Requests;
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    let mut purpose = None;
    for (place, request) in requests.iter().enumerate() {
        if request.purpose != purpose {
            purpose.clone_from(&request.purpose);
            let said = purpose.as_ref().map_or_else(|| "The run".to_owned(), |purpose| format!("For {purpose}"));
            lines.push(Line::styled(app.theme.fit(&said, room.width.into()), app.theme.dim()));
        }
        rows.push(lines.len());
        lines.push(table.line(app, request, focused && place == cursor));
    }
    let took = duration(table.whole_ms);
    let corner = match (requests.iter().any(|request| request.changes), room.width) {
        (false, _) => format!("{}, {took}", requests.len()),
        (true, 60..) => format!("{}, {took}, * changes something", requests.len()),
        (true, _) => format!("{}, * changes", requests.len()),
    };
    Content {
        corner,
        lines,
        cursor: focused.then(|| rows[cursor]),
        rows,
        newest_last: app.is_launching_or_running(),
        ..Content::default()
    }
}

/// Cells of the columns; a narrow panel does without bars.
struct Table {
    method: usize,
    target: usize,
    tries: usize,
    time: usize,
    gap: usize,
    bar: usize,
    targets: Targets,
    /// What the bars are parts of.
    whole_ms: u64,
}

/// Cells of the mark, and of the answer.
const MARK: usize = 1;
const ANSWER: usize = 5;

impl Table {
    fn of(app: &App, requests: &[&RequestRecord], width: usize) -> Self {
        let (method, time, gap, bar) = match width {
            0..28 => (0, 7, 0, 0),
            28..36 => (5, 7, 0, 0),
            36..56 => (6, 7, 0, 0),
            _ => (6, 8, 2, (width / 4).min(30)),
        };
        let of_run = requests.iter().filter(|request| request.probe.is_some());
        let ends = of_run.map(|request| after_start(request).saturating_add(took_ms(app, request)));
        let tries = if requests.iter().any(|request| request.attempts > 1) { 3 } else { 0 };
        let target = width.saturating_sub(MARK + method + tries + ANSWER + time + gap + bar);
        let targets = Targets::of(requests);
        Self { method, target, tries, time, gap, bar, targets, whole_ms: ends.max().unwrap_or_default().max(1) }
    }

    fn line(&self, app: &App, request: &RequestRecord, is_selected: bool) -> Line<'static> {
        let (status, answer) = answer(app, request);
        let tries = if request.attempts > 1 { format!("x{}", request.attempts) } else { String::new() };
        let took_ms = took_ms(app, request);
        let target = self.targets.said(app, request, self.target);
        let padding = " ".repeat(self.target.saturating_sub(display_width(&target)));
        let method = if self.method > 0 { format!("{:<1$}", method(app, request), self.method) } else { String::new() };
        let style = if is_selected { Style::new().bold() } else { Style::new() };
        let method_style = if request.changes { Style::new().bold() } else { app.theme.dim() };
        let mut spans = vec![
            Span::raw(if is_selected { app.theme.cursor() } else { " " }),
            Span::styled(method, method_style),
            Span::styled(format!("{target}{padding}"), style),
            Span::raw(format!("{tries:>0$}", self.tries)),
            Span::styled(format!("{answer:>ANSWER$}"), app.theme.status(status)),
            Span::styled(format!("{:>1$}", duration(took_ms), self.time), app.theme.dim()),
        ];
        if self.bar > 0 && request.probe.is_some() && request.sent_ms >= 0 {
            let (before, long) = self.bar(after_start(request), took_ms);
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

/// As short as it is told apart, with a star where the request was sent to change something.
fn method(app: &App, request: &RequestRecord) -> String {
    let method = if request.method == "DELETE" { "DEL".to_owned() } else { app.theme.fit(&request.method, 4) };
    let mark = if request.changes { "*" } else { "" };
    format!("{method}{mark}")
}

/// Milliseconds after the start of the run; 0 for a request of before.
fn after_start(request: &RequestRecord) -> u64 {
    u64::try_from(request.sent_ms).unwrap_or_default()
}

/// The status code; dots while it runs, a word when no answer came.
fn answer(app: &App, request: &RequestRecord) -> (Status, String) {
    let is_live = request.probe.is_none() || app.is_launching_or_running();
    match (request.status, request.elapsed_ms) {
        (Some(code @ 200..=299), _) if request.failure.is_none() => (Status::Pass, code.to_string()),
        (Some(code), _) => (Status::Warn, code.to_string()),
        (None, None) if is_live && app.is_live() => (Status::Running, "...".to_owned()),
        (None, _) => (Status::Unknown, "none".to_owned()),
    }
}

fn took_ms(app: &App, request: &RequestRecord) -> u64 {
    let so_far = || {
        let now_ms = if request.probe.is_some() {
            i64::try_from(app.elapsed_ms()).unwrap_or(i64::MAX)
        } else {
            app.now_ms.saturating_sub(app.facts.started_ms)
        };
        u64::try_from(now_ms.saturating_sub(request.sent_ms)).unwrap_or_default()
    };
    request.elapsed_ms.unwrap_or_else(so_far)
}

/// Who was asked: in a word, and in a sentence.
fn asked(app: &App, request: &RequestRecord) -> (String, String) {
    if let Some(probe) = request.probe {
        let (name, party) = party(probe);
        return (name.to_owned(), party.to_owned());
    }
    let clob = app.report.target.clob_url.as_deref().map(|url| url.trim_end_matches('/'));
    match clob {
        Some(clob) if request.url.starts_with(clob) => ("clob".to_owned(), "the CLOB".to_owned()),
        _ => {
            let host = request.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
            // an IP address has no first name
            let is_name = host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('[');
            let short = if is_name { host.split('.').next().unwrap_or_default() } else { host };
            (short.to_owned(), host.to_owned())
        }
    }
}

fn when(request: &RequestRecord) -> String {
    let ms = duration(request.sent_ms.unsigned_abs());
    if request.sent_ms < 0 { format!("{ms} before the start of the last run") } else { format!("{ms} after the start") }
}

fn opened(app: &App, request: &RequestRecord, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    let (status, answer) = answer(app, request);
    let (_, party) = asked(app, request);
    page.line(vec![
        Span::styled(format!("{} {answer}", app.theme.symbol(status, app.now_ms)), app.theme.status(status)),
        Span::from(format!("  {}", app.theme.say(&request.method))).bold(),
    ]);
    page.text(&request.url, Style::new().bold());
    page.gap();
    let reads = |probe| CHECKS.iter().filter(move |check| check.reads.contains(&probe)).map(|check| check.id);
    let readers: Vec<_> = request.probe.into_iter().flat_map(reads).collect();
    let tries = if request.attempts > 1 { ", twice: the connection was lost the first time" } else { "" };
    let mut fields = vec![
        ("Sent to", party),
        ("Sent", format!("{}{tries}", when(request))),
        ("Took", format!("{}, to the last byte", duration(took_ms(app, request)))),
    ];
    fields.extend(request.purpose.clone().map(|purpose| ("For", purpose)));
    if request.changes {
        fields.push(("Changes", "it was sent to change something at the service".to_owned()));
    }
    if !readers.is_empty() {
        fields.push(("Used by", readers.join(", ")));
    }
    let of_probe = || Some(app.facts.failure(request.probe?)?.to_string());
    if let Some(failure) = request.failure.clone().or_else(of_probe).filter(|_| status != Status::Pass) {
        fields.push(("Failure", failure));
    }
    fields.push(match request.body_bytes {
        Some(bytes) => ("Body", format!("{bytes} bytes")),
        None => ("Body", "none".to_owned()),
    });
    page.fields(fields.iter().map(|(label, value)| (*label, value.as_str())));
    if let Some(answer) = &request.answer {
        page.heading("Answer");
        page.text(if answer.is_empty() { "Empty body" } else { answer }, Style::new());
    }
    page.heading("Headers sent");
    if request.headers.is_empty() {
        page.text("No authentication headers", Style::new());
    }
    let widest = request.headers.iter().map(|header| header.name.len()).max().unwrap_or_default();
    for header in &request.headers {
        let value = header.value.clone().unwrap_or_else(|| format!("{} characters, hidden", header.characters));
        page.field(&header.name, widest, &value);
    }
    page.finish()
}
