//! One check in full: how it stands, what to do, what was found and why it matters.

use ratatui::layout::Size;
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};

use super::{Content, watched};
use crate::checks::{Fix, Status};
use crate::diagnosis::Diagnosis;
use crate::report::{CheckReport, MISCONCEPTION, Verdict};
use crate::tui::state::{App, Phase};
use crate::tui::text::{Page, duration};
use crate::tui::verdict::{SLOW_MS, awaited, patience, since};

pub(super) fn content(app: &App, room: Size) -> Content {
    let Some(check) = app.selected() else {
        return Content { lines: vec![Line::from("No check is selected")], ..Content::default() };
    };
    let mut page = Page::new(app.theme, room.width.into());
    if app.is_untouched() && app.report.verdict == Verdict::Healthy && app.phase() == Phase::Over {
        all_in_order(app, &mut page);
        return Content { title: "all in order".to_owned(), lines: page.finish(), ..Content::default() };
    }
    standing(app, check, &mut page);
    let diagnosis = app.diagnosis_of(check);
    if let Some(diagnosis) = diagnosis {
        cause(diagnosis, &check.summary, &mut page);
    }
    if let Some(fix) = check.fix.as_ref().filter(|fix| !repeats(fix, diagnosis)) {
        fix_section(&fix.text, &fix.edits, &fix.commands, &mut page);
    }
    others(app, check, diagnosis, &mut page);
    seen(app, &mut page);
    after_fix(app, &mut page);
    watched::section(app, check.id, &mut page);
    let (myths, found): (Vec<_>, Vec<_>) = check.evidence.iter().partition(|found| found.label == MISCONCEPTION);
    if !found.is_empty() {
        page.heading("What was found");
        page.fields(found.iter().map(|found| (found.label.as_str(), found.value.as_str())));
    }
    if !check.why.is_empty() {
        page.heading("Why it matters");
        page.text(&check.why, Style::new());
    }
    if !myths.is_empty() {
        page.heading("Common misconception");
        for myth in myths {
            page.text(&myth.value, Style::new());
        }
    }
    if let Some(diagnosis) = diagnosis.filter(|diagnosis| !diagnosis.excluded.is_empty()) {
        page.heading("Ruled out");
        for excluded in &diagnosis.excluded {
            page.point(excluded);
        }
    }
    neighbours(app, check, &mut page);
    Content { lines: page.finish(), ..Content::default() }
}

/// What was proved and what was not, while nobody looks at one check.
fn all_in_order(app: &App, page: &mut Page) {
    after_fix(app, page);
    watched::changes(app, page);
    seen(app, page);
    page.heading("Verified");
    let with = |status| app.report.checks.iter().filter(move |check| check.status == status);
    page.fields(with(Status::Pass).map(|check| (check.id, check.summary.as_str())));
    page.heading("Not verified");
    page.point("No order was placed: the checks never post one.");
    for note in with(Status::Note) {
        page.point(&format!("{}: {}", note.id, note.summary));
    }
}

fn after_fix(app: &App, page: &mut Page) {
    if !app.fixed.changes.is_empty() {
        page.heading("Since the fix");
        app.fixed.changes.iter().for_each(|change| page.point(change));
    }
}

fn standing(app: &App, check: &CheckReport, page: &mut Page) {
    let symbol = app.theme.symbol(check.status, app.now_ms);
    let mut line = vec![
        Span::styled(format!("{symbol} {}", check.status.word()), app.theme.status(check.status)),
        Span::from(format!("  {}", check.id)).bold(),
    ];
    let times = check.elapsed_ms.map(duration).into_iter().chain(watched::asked(app, check));
    line.extend(times.map(|time| Span::styled(format!("  {time}"), app.theme.dim())));
    page.line(line);
    page.text(&check.title, app.theme.dim());
    page.gap();
    let summary = match check.status {
        Status::Running => waits(app, check),
        Status::Waiting => "Not started".to_owned(),
        Status::Skip if let Some(need) = check.blocked_by => format!("Skipped: depends on {need}"),
        _ => check.summary.clone(),
    };
    page.text(&summary, Style::new().bold());
}

fn waits(app: &App, check: &CheckReport) -> String {
    let running = since(app, check.running_since_ms);
    match awaited(app, check).unwrap_or("an answer") {
        party if running >= SLOW_MS => format!("Waiting for {}", patience(app, party, running)),
        _ => "Running".to_owned(),
    }
}

fn cause(diagnosis: &Diagnosis, summary: &str, page: &mut Page) {
    page.heading(&format!("Cause: {}", diagnosis.certainty.word()));
    page.text(&diagnosis.title, Style::new());
    let fix = &diagnosis.fix;
    fix_section(&fix.text, &fix.edits, &fix.commands, page);
    // the summary stands above already
    let because: Vec<&String> = diagnosis.because.iter().filter(|because| *because != summary).collect();
    if !because.is_empty() {
        page.heading("Evidence");
        for because in because {
            page.point(because);
        }
    }
    if let Some(decide) = &diagnosis.decide {
        page.heading("To narrow it down");
        page.text(decide, Style::new());
    }
    if !diagnosis.shows_as.is_empty() {
        page.heading("Shows as");
        for sentence in &diagnosis.shows_as {
            page.point(sentence);
        }
    }
}

/// Less likely causes of the same finding.
fn others(app: &App, check: &CheckReport, first: Option<&Diagnosis>, page: &mut Page) {
    let explains = |diagnosis: &&Diagnosis| diagnosis.explains.iter().any(|id| id == check.id);
    let mut others = app.report.diagnoses.iter().filter(explains).filter(|other| Some(*other) != first).peekable();
    if others.peek().is_some() {
        page.heading("Other possible causes");
    }
    for other in others {
        page.point(&format!("{} ({})", other.title, other.certainty.word()));
    }
}

/// The errors that were reported, and what may explain them where no check shows it.
fn seen(app: &App, page: &mut Page) {
    const MOST: usize = 3;
    if app.report.reported_errors.is_empty() {
        return;
    }
    page.heading("Reported error");
    for error in &app.report.reported_errors {
        page.point(&error.text);
        if error.sentence.is_none() {
            page.text("This error is not in the reference", Style::new());
        }
    }
    let is_seen_only = |diagnosis: &&Diagnosis| diagnosis.explains.iter().all(|text| app.report.check(text).is_none());
    for (place, diagnosis) in app.report.diagnoses.iter().filter(is_seen_only).take(MOST).enumerate() {
        if place == 0 {
            page.heading("Possible reasons for the error you reported");
        } else {
            page.gap();
        }
        page.text(&format!("{} ({})", diagnosis.title, diagnosis.certainty.word()), Style::new().bold());
        for because in &diagnosis.because {
            page.point(because);
        }
        page.text(&diagnosis.fix.text, Style::new());
    }
}

pub(in crate::tui) fn fix_section(text: &str, edits: &[String], commands: &[String], page: &mut Page) {
    if text.is_empty() && edits.is_empty() && commands.is_empty() {
        return;
    }
    page.heading("Fix");
    if !text.is_empty() {
        page.text(text, Style::new());
    }
    for edit in edits {
        page.whole(edit, Style::new());
    }
    for command in commands {
        page.command(command);
    }
}

/// Whether the diagnosis already says what the check would have one do.
fn repeats(fix: &Fix, diagnosis: Option<&Diagnosis>) -> bool {
    diagnosis.is_some_and(|diagnosis| {
        let has_steps = !fix.edits.is_empty() || !fix.commands.is_empty();
        let same_steps = diagnosis.fix.edits == fix.edits && diagnosis.fix.commands == fix.commands;
        diagnosis.fix.text == fix.text || (has_steps && same_steps)
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
