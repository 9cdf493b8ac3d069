//! What a reported error means, what explains it here, and which checks speak to it.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::diagnosis::Diagnosis;
use crate::reference::Reported;
use crate::report::CheckReport;
use crate::tui::panels::detail::fix_section;
use crate::tui::state::{App, Phase};
use crate::tui::text::Page;

/// So many other causes are named.
const OTHERS: usize = 3;

pub(super) fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    for reported in &app.report.reported_errors {
        page.gap();
        quotation(reported, &mut page);
        meaning(reported, &mut page);
        explanation(app, reported, &mut page);
        checks(app, reported, &mut page);
    }
    if page.is_empty() {
        page.text("Checking it against these results", Style::new());
    }
    page.finish()
}

/// The first check that explains a reported error or, where none does, that speaks to it.
pub(in crate::tui) fn leads_to(app: &App) -> Option<usize> {
    let place = |id: &str| app.report.checks.iter().position(|check| check.id == id);
    let first = |reported: &Reported| {
        let explaining = diagnoses(app, reported).flat_map(|diagnosis| &diagnosis.explains).find_map(|id| place(id));
        explaining.or_else(|| spoken_to_by(app, reported).first().and_then(|check| place(check.id)))
    };
    app.report.reported_errors.iter().find_map(first)
}

fn diagnoses<'a>(app: &'a App, reported: &'a Reported) -> impl Iterator<Item = &'a Diagnosis> {
    app.report.diagnoses.iter().filter(|diagnosis| diagnosis.explains.contains(&reported.text))
}

/// The checks that tell the causes of an error apart, problems first.
fn spoken_to_by<'a>(app: &'a App, reported: &Reported) -> Vec<&'a CheckReport> {
    let speaks = |check: &&CheckReport| {
        reported.causes.iter().any(|weighted| weighted.cause.words().checks.iter().any(|id| id == check.id))
    };
    let mut checks: Vec<_> = app.report.checks.iter().filter(speaks).collect();
    checks.sort_by_key(|check| !check.status.is_problem());
    checks
}

fn quotation(reported: &Reported, page: &mut Page) {
    page.text(&format!("\"{}\"", reported.text), Style::new().add_modifier(Modifier::BOLD));
    let spoken = reported.service.map(|service| format!("from {}", service.words()));
    let call = [reported.method.as_deref(), reported.path.as_deref()];
    let call = call.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let status = reported.status.map(|status| format!("status {status}"));
    let parts = [spoken, reported.host.clone(), Some(call).filter(|call| !call.is_empty()), status];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if !said.is_empty() {
        page.text(&said, Style::new());
    }
    for exposure in &reported.exposed {
        page.text(&format!("The text contains a secret: {}, line {}", exposure.kind, exposure.line), Style::new());
    }
}

fn meaning(reported: &Reported, page: &mut Page) {
    page.heading("What it means");
    let Some(entry) = reported.entry() else {
        page.text("This error is not in the reference", Style::new());
        return;
    };
    page.text(&entry.meaning, Style::new());
}

fn explanation(app: &App, reported: &Reported, page: &mut Page) {
    let mut diagnoses = diagnoses(app, reported);
    let Some(first) = diagnoses.next() else {
        let said = match (app.phase(), reported.causes.is_empty()) {
            _ if reported.entry().is_none() => "Nothing here can be linked to it",
            (Phase::Over, false) => "No check here points to one of its causes",
            (Phase::Over, true) => "It does not affect this account",
            _ => "The checks are not finished",
        };
        page.heading("Here");
        page.text(said, Style::new());
        return;
    };
    page.heading(&format!("Explained here by: {}", first.certainty.word()));
    page.text(&first.title, Style::new().add_modifier(Modifier::BOLD));
    first.because.iter().for_each(|because| page.point(because));
    fix_section(&first.fix.text, &first.fix.edits, &first.fix.commands, page);
    if let Some(decide) = &first.decide {
        page.heading("To narrow it down");
        page.text(decide, Style::new());
    }
    let others: Vec<&Diagnosis> = diagnoses.take(OTHERS).collect();
    if !others.is_empty() {
        page.heading("Other possible causes");
    }
    for other in others {
        page.point(&format!("{} ({})", other.title, other.certainty.word()));
    }
}

fn checks(app: &App, reported: &Reported, page: &mut Page) {
    let checks = spoken_to_by(app, reported);
    if checks.is_empty() {
        return;
    }
    page.heading("Related checks");
    let width = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    for check in checks {
        let symbol = app.theme.symbol(check.status, app.now_ms);
        let sign = Span::styled(format!("{symbol} {:<4}", check.status.word()), app.theme.status(check.status));
        page.beside(vec![sign, Span::raw(format!("  {:<width$}  ", check.id))], &check.summary, Style::new());
    }
}
