//! What is wrong with a request, an order or a log that is pasted here: taken apart beside the screen, so
//! that no key waits.

use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::{Content, PanelKey};
use crate::cause::Certainty;
use crate::checks::Status;
use crate::inspect::{Difference, Finding, Inspected, Outcome};
use crate::tui::key::plain;
use crate::tui::state::App;
use crate::tui::state::action::{Action, Inspect};
use crate::tui::text::Page;

pub(super) const KEYS: &[PanelKey] = &[PanelKey {
    keys: &[plain(KeyCode::Backspace), plain(KeyCode::Delete)],
    label: "Backspace",
    help: "remove what was pasted",
    footer: |app| app.panels.inspect.given.is_some().then_some("remove"),
    action: Action::Inspect(Inspect::Clear),
}];

/// So many requests of one text are shown.
const SHOWN: usize = 50;
/// As wide as a line that is copied; what reads it wraps it.
const COPIED: usize = 2000;
/// Cells of what stands before a signed text and a sent one.
const LABEL: usize = 10;

/// The findings, fit for a public thread.
pub(super) fn copied(app: &App) -> Option<String> {
    let mut found = app.panels.inspect.found.clone().filter(|found| !found.requests.is_empty())?;
    found.share();
    let mut page = Page::new(app.theme, COPIED);
    found.requests.iter().take(SHOWN).for_each(|request| of_request(app, request, &mut page));
    let lines = page.finish().into_iter().map(|line| line.to_string().trim_end().to_owned());
    Some(lines.collect::<Vec<_>>().join("\n") + "\n")
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let state = &app.panels.inspect;
    let mut page = Page::new(app.theme, room.width.into());
    let Some(given) = &state.given else {
        invite(&mut page);
        return Content { lines: page.finish(), ..Content::default() };
    };
    page.text(given, Style::new());
    let Some(found) = &state.found else {
        page.text("Inspecting", app.theme.dim());
        return Content { lines: page.finish(), ..Content::default() };
    };
    for exposure in &found.exposed {
        let text = format!("This text contains a secret: {}, line {}", exposure.kind, exposure.line);
        sign(app, Status::Warn, &text, &mut page);
        page.text(&format!("If it was posted anywhere: {}", exposure.fix), Style::new());
    }
    if found.requests.is_empty() {
        page.heading("No signed request or order found");
        page.text("For an error message, press e", Style::new());
    }
    for request in found.requests.iter().take(SHOWN) {
        of_request(app, request, &mut page);
    }
    if found.requests.len() > SHOWN {
        page.gap();
        page.text(&format!("{} more: `polydoctor inspect` shows all", found.requests.len() - SHOWN), Style::new());
    }
    if !found.unread.is_empty() {
        page.heading("Not read");
    }
    for unread in &found.unread {
        page.point(&format!("line {}: {}", unread.line, unread.text));
    }
    let problems = found.findings().count();
    let corner = if problems == 0 { String::new() } else { format!("{problems} found") };
    Content { corner, lines: page.finish(), ..Content::default() }
}

fn invite(page: &mut Page) {
    page.text("Paste a request, an order or a log here to see what is wrong with it:", Style::new());
    page.point("raw HTTP, a curl command (also as browsers copy it), HAR, JSON, headers as a program prints them");
    page.point("the body of POST /order or /orders, or a signed order as a program prints it");
    page.point("the body of the relayer's POST /submit");
    page.point("a log that contains any of them");
    page.gap();
    page.text(
        "It is inspected on this computer, with the credentials from your settings, and not sent anywhere. In Requests, i opens the selected request here.",
        Style::new(),
    );
}

fn of_request(app: &App, request: &Inspected, page: &mut Page) {
    page.gap();
    page.text(&request.title(), Style::new().add_modifier(Modifier::BOLD));
    let status = match request.outcome {
        Outcome::Right if request.findings.is_empty() => Status::Pass,
        Outcome::Mistaken => Status::Fail,
        Outcome::Right | Outcome::Unexplained => Status::Warn,
        Outcome::Unchecked => Status::Note,
    };
    sign(app, status, request.signature_words(), page);
    for finding in &request.findings {
        of_finding(app, finding, page);
    }
    for note in &request.notes {
        page.text(&format!("Note: {note}"), app.theme.dim());
    }
    if !request.changes.is_empty() {
        page.gap();
        page.text("To be accepted:", Style::new());
        for (place, change) in request.changes.iter().enumerate() {
            page.beside(vec![Span::raw(format!("{}. ", place + 1))], change, Style::new());
        }
    }
}

fn of_finding(app: &App, finding: &Finding, page: &mut Page) {
    page.gap();
    let status = match finding.certainty {
        Certainty::Proven => Status::Fail,
        Certainty::Likely => Status::Warn,
        Certainty::Possible => Status::Note,
    };
    let text = format!("{} ({}, {})", finding.summary, finding.cause.name(), finding.certainty.word());
    sign(app, status, &text, page);
    if let Some(difference) = &finding.difference {
        differing(app, difference, page);
    }
    for evidence in &finding.because {
        page.beside(vec![Span::raw("  ")], &format!("Evidence: {evidence}"), app.theme.dim());
    }
    page.beside(vec![Span::raw("  ")], &format!("Fix: {}", finding.fix), Style::new().add_modifier(Modifier::BOLD));
    if finding.has_code {
        for (language, code) in finding.cause.words().clients.iter() {
            page.beside(vec![Span::styled(format!("  {language:<11} "), app.theme.dim())], code, Style::new());
        }
    }
}

fn sign(app: &App, status: Status, text: &str, page: &mut Page) {
    let mark = format!("{} ", app.theme.symbol(status, app.now_ms));
    page.beside(vec![Span::styled(mark, app.theme.status(status))], text, Style::new());
}

/// What was signed and what was sent under each other; what is not the same is marked.
fn differing(app: &App, difference: &Difference, page: &mut Page) {
    let (start, end) = difference.common();
    page.beside(vec![Span::raw("  ")], &format!("{}:", difference.part), app.theme.dim());
    let marked = Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED);
    for (label, text) in [("signed", &difference.signed), ("sent", &difference.sent)] {
        let odd = &text[start..text.len() - end];
        // what is missing on one side has a mark, too
        let odd = if odd.is_empty() { " " } else { odd };
        let parts = [(&text[..start], Style::new()), (odd, marked), (&text[text.len() - end..], Style::new())];
        let parts = parts.map(|(part, style)| (shown(app, part), style));
        broken(&format!("  {label:<width$}", width = LABEL - 2), &parts, app, page);
    }
}

/// Every character has a sign: this text counts to the last byte.
fn shown(app: &App, text: &str) -> String {
    let visible: String = text.chars().map(visible).collect();
    app.theme.say_whole(&visible)
}

fn visible(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => c.to_string(),
    }
}

/// Parts one after the other, broken where the line is full.
fn broken(label: &str, parts: &[(String, Style)], app: &App, page: &mut Page) {
    let room = page.width().saturating_sub(LABEL).max(8);
    let mut spans = vec![Span::styled(label.to_owned(), app.theme.dim())];
    let mut used = 0;
    for (text, style) in parts {
        let mut piece = String::new();
        for c in text.chars() {
            let width = display_width(c.encode_utf8(&mut [0; 4]));
            if used + width > room {
                spans.push(Span::styled(std::mem::take(&mut piece), *style));
                page.line(Line::from(std::mem::take(&mut spans)));
                spans.push(Span::raw(" ".repeat(LABEL)));
                used = 0;
            }
            used += width;
            piece.push(c);
        }
        spans.push(Span::styled(piece, *style));
    }
    page.line(Line::from(spans));
}
