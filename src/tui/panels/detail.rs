//! One check in full: how it stands, what to do, what was found and why it matters.

use ratatui::layout::Size;
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};

use super::{Content, Panel, Place, checklist};
use crate::checks::{Fix, Status};
use crate::diagnosis::Diagnosis;
use crate::report::CheckReport;
use crate::tui::app::App;
use crate::tui::text::{Page, duration};
use crate::tui::verdict::{SLOW_MS, awaited, since};

pub(super) const PANEL: Panel = Panel { offers: checklist::offers, ..Panel::new("Detail", Place::Main, content) };

fn content(app: &App, room: Size) -> Content {
    let Some(check) = app.selected() else {
        return Content { lines: vec![Line::from("No check is selected")], ..Content::default() };
    };
    let mut page = Page::new(app.theme, room.width.into());
    standing(app, check, &mut page);
    let diagnosis = app.diagnosis_of(check);
    if let Some(diagnosis) = diagnosis {
        cause(diagnosis, &check.summary, &mut page);
    }
    if let Some(fix) = check.fix.as_ref().filter(|fix| !repeats(fix, diagnosis)) {
        fix_section(&fix.text, &fix.commands, &mut page);
    }
    seen(app, &mut page);
    if !check.evidence.is_empty() {
        page.heading("What was found");
        page.fields(check.evidence.iter().map(|found| (found.label.as_str(), found.value.as_str())));
    }
    if !check.why.is_empty() {
        page.heading("Why it matters");
        page.text(&check.why, Style::new());
    }
    neighbours(app, check, &mut page);
    Content { lines: page.finish(), ..Content::default() }
}

fn standing(app: &App, check: &CheckReport, page: &mut Page) {
    let symbol = app.theme.symbol(check.status, app.now_ms);
    let mut line = vec![
        Span::styled(format!("{symbol} {}", check.status.word()), app.theme.status(check.status)),
        Span::from(format!("  {}", check.id)).bold(),
    ];
    line.extend(check.elapsed_ms.map(|ms| Span::styled(format!("  {}", duration(ms)), app.theme.dim())));
    page.line(line);
    page.text(&check.title, app.theme.dim());
    page.gap();
    let summary = match check.status {
        Status::Running => waits(app, check),
        Status::Waiting => "Not started".to_owned(),
        _ => check.summary.clone(),
    };
    page.text(&summary, Style::new().bold());
    if let (Status::Skip, Some(need)) = (check.status, check.blocked_by) {
        page.text(&format!("Skipped because {need} did not pass"), Style::new());
    }
}

fn waits(app: &App, check: &CheckReport) -> String {
    let running = since(app, check.running_since_ms);
    match awaited(app, check).unwrap_or("an answer") {
        party if running >= SLOW_MS => format!("Waiting for {party}, {}", duration(running)),
        _ => "Running".to_owned(),
    }
}

fn cause(diagnosis: &Diagnosis, summary: &str, page: &mut Page) {
    page.heading(&format!("Cause, {:.0} % likely", diagnosis.likelihood * 100.0));
    page.text(&diagnosis.title, Style::new());
    fix_section(&diagnosis.fix.text, &diagnosis.fix.commands, page);
    // the summary stands above already
    let because: Vec<&String> = diagnosis.because.iter().filter(|because| *because != summary).collect();
    if !because.is_empty() {
        page.heading("What speaks for it");
        for because in because {
            page.point(because);
        }
    }
}

/// What explains the error that was told, where no check shows it.
fn seen(app: &App, page: &mut Page) {
    const MOST: usize = 3;
    let is_seen_only = |diagnosis: &&Diagnosis| diagnosis.explains.iter().all(|text| app.report.check(text).is_none());
    for diagnosis in app.report.diagnoses.iter().filter(is_seen_only).take(MOST) {
        page.heading(&format!("What you saw, {:.0} % likely", diagnosis.likelihood * 100.0));
        page.text(&diagnosis.title, Style::new().bold());
        for because in &diagnosis.because {
            page.point(because);
        }
        page.text(&diagnosis.fix.text, Style::new());
    }
}

fn fix_section(text: &str, commands: &[String], page: &mut Page) {
    if text.is_empty() && commands.is_empty() {
        return;
    }
    page.heading("Fix");
    if !text.is_empty() {
        page.text(text, Style::new());
    }
    for command in commands {
        page.command(command);
    }
}

/// Whether the diagnosis already says what the check would have one do.
fn repeats(fix: &Fix, diagnosis: Option<&Diagnosis>) -> bool {
    diagnosis.is_some_and(|diagnosis| {
        diagnosis.fix.text == fix.text || (!fix.commands.is_empty() && diagnosis.fix.commands == fix.commands)
    })
}

fn neighbours(app: &App, check: &CheckReport, page: &mut Page) {
    let said = |id: &str| match app.report.check(id) {
        Some(need) => format!("{id} {}", need.status.word()),
        None => id.to_owned(),
    };
    let needs: Vec<_> = check.needs.iter().map(|need| said(need)).collect();
    let blocked = app.report.checks.iter().filter(|other| other.blocked_by == Some(check.id));
    let blocks: Vec<_> = blocked.map(|other| other.id).collect();
    let fields = [("Needs", needs.join(", ")), ("Blocks", blocks.join(", "))];
    page.gap();
    for (label, ids) in fields.iter().filter(|(_, ids)| !ids.is_empty()) {
        page.field(label, 6, ids);
    }
}
