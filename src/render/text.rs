//! The report as lines: for a terminal, a log, a screen reader.

use std::io::{self, Write};

use super::{Show, Style};
use crate::checks::{ELSEWHERE, Evidence, MARKET, Role, Status};
use crate::diagnosis::Diagnosis;
use crate::report::{CheckReport, Report, VenueReport, Verdict};
use crate::settings::Venue;

/// The ANSI colour that repeats a status.
pub(super) fn color(status: Status) -> &'static str {
    match status {
        Status::Pass => "32",
        Status::Warn => "33",
        Status::Fail => "1;31",
        Status::Unknown => "35",
        Status::Skip => "2",
        Status::Note | Status::Waiting | Status::Running => "0",
    }
}

pub(super) fn painted(text: &str, code: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// So many diagnoses are printed in full.
const IN_FULL: usize = 3;
const INDENT: &str = "         ";
/// Where summaries begin.
const SUMMARY: usize = 32;

pub(super) fn print(report: &Report, show: Show, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = super::wrapped(&super::heading(&report.heading(), style), "", "  ", style.width);
    writeln!(out, "{}\n", painted(&heading, "1", style))?;
    let is_elsewhere = |check: &&CheckReport| check.summary == ELSEWHERE;
    let shown = report.checks.iter().filter(|check| show.shows(check.status));
    let mut elsewhere = Some(shown.clone().filter(is_elsewhere).count()).filter(|count| *count > 1);
    let has_checks = shown.clone().next().is_some();
    for check in shown {
        // what many checks would say of the other venue is said once
        match elsewhere {
            Some(count) if is_elsewhere(&check) && count > 0 => {
                print_elsewhere(count, style, out)?;
                elsewhere = Some(0);
            }
            Some(_) if is_elsewhere(&check) => {}
            _ => print_check(check, style, out)?,
        }
    }
    if has_checks {
        writeln!(out)?;
    }
    for reported in report.reported_errors.iter().filter(|reported| reported.sentence.is_none()) {
        writeln!(out, "{}\n", not_known(&reported.text))?;
    }
    for (place, diagnosis) in report.diagnoses.iter().take(IN_FULL).enumerate() {
        print_diagnosis(place, diagnosis, style, out)?;
    }
    let rest: Vec<String> = report.diagnoses.iter().skip(IN_FULL).map(brief).collect();
    if !rest.is_empty() {
        line(&rest.join(", "), "Other causes: ", "  ", style, out)?;
        writeln!(out)?;
    }
    line(&tally(report), "", "", style, out)?;
    line(&verdict(report), "", "", style, out)?;
    if let Some(venues) = venues(report) {
        line(&venues, "", "", style, out)?;
    }
    if let Some(next) = &report.next_step {
        line(&next.text, "next: ", "      ", style, out)?;
        next.command.iter().try_for_each(|command| writeln!(out, "      $ {command}"))?;
    }
    report.comparison.iter().try_for_each(|comparison| super::comparison::print(comparison, style, out))
}

/// What there is to say of a reported error that the reference does not have.
pub(super) fn not_known(text: &str) -> String {
    format!("This error is not in the reference: \"{text}\"")
}

/// Cells of a line from which long labels stand in the column of the others.
const WIDE: usize = 100;
/// And fewer than these leave no room beside the ids of the checks.
const NARROW: usize = 64;

/// Where the fields of a diagnosis begin.
const FIELD: &str = "              ";

/// A line, as wide as the terminal.
fn line(text: &str, first: &str, further: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", super::wrapped(text, first, further, style.width))
}

fn print_elsewhere(count: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let head = format!("{} {}", Status::Skip.symbol(style.ascii), Status::Skip.word());
    let head = painted(&head, color(Status::Skip), style);
    let first = format!(" {head}  {:<22} ", format!("{count} checks of the CLOB"));
    line(ELSEWHERE, &first, &" ".repeat(SUMMARY), style, out)
}

fn print_check(check: &CheckReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let head = format!("{} {}", check.status.symbol(style.ascii), check.status.word());
    let head = painted(&head, color(check.status), style);
    // on a narrow terminal, columns would leave no room for what is in them
    let is_narrow = style.width.is_some_and(|width| width < NARROW);
    let indent = if is_narrow { "   " } else { INDENT };
    if is_narrow {
        writeln!(out, " {head}  {}", check.id)?;
        line(&check.summary, indent, indent, style, out)?;
    } else {
        line(&check.summary, &format!(" {head}  {:<22} ", check.id), &" ".repeat(SUMMARY), style, out)?;
    }
    // whoever names a market wants to know its rules
    if !check.status.is_problem() && check.id != MARKET {
        return Ok(());
    }
    let most = if style.width.is_some_and(|width| width < WIDE) { 24 } else { 32 };
    // of all settings, those that are in order are what `polydoctor config` is for
    let evidence = || check.evidence.iter().filter(|evidence| evidence.role != Role::Background);
    let width = evidence().map(|evidence| evidence.label.chars().count()).max().unwrap_or(0).min(most);
    for Evidence { label, value, .. } in evidence() {
        if is_narrow || label.chars().count() > width {
            let further = format!("{indent}  ");
            line(value, &format!("{indent}{label}: "), &further, style, out)?;
            continue;
        }
        let further = " ".repeat(indent.len() + width + 2);
        line(value, &format!("{indent}{label:<width$}  "), &further, style, out)?;
    }
    if matches!(check.status, Status::Fail | Status::Warn) {
        line(&check.why, &format!("{indent}why: "), &format!("{indent}     "), style, out)?;
    }
    if let Some(fix) = &check.fix {
        line(&fix.text, &format!("{indent}fix: "), &format!("{indent}     "), style, out)?;
        for edit in &fix.edits {
            line(edit, &format!("{indent}  "), &format!("{indent}    "), style, out)?;
        }
        for command in &fix.commands {
            writeln!(out, "{indent}  $ {command}")?;
        }
    }
    Ok(())
}

fn print_diagnosis(place: usize, diagnosis: &Diagnosis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let head = diagnosis.certainty.heading(place == 0);
    let title = format!("{} ({})", diagnosis.title, diagnosis.cause.name());
    line(&title, &format!("{}: ", painted(head, "1", style)), FIELD, style, out)?;
    for because in &diagnosis.because {
        line(because, "  evidence    ", FIELD, style, out)?;
    }
    let met: Vec<&String> = diagnosis.explains.iter().filter(|text| !diagnosis.shows_as.contains(text)).collect();
    if !met.is_empty() {
        line(&quoted(&met), "  explains    ", FIELD, style, out)?;
    }
    if !diagnosis.shows_as.is_empty() {
        line(&quoted(&diagnosis.shows_as.iter().collect::<Vec<_>>()), "  shows as    ", FIELD, style, out)?;
    }
    // what is ruled out is much the same for all of them
    for excluded in diagnosis.excluded.iter().filter(|_| place == 0) {
        line(excluded, "  ruled out   ", FIELD, style, out)?;
    }
    if let Some(decide) = &diagnosis.decide {
        line(decide, "  find out    ", FIELD, style, out)?;
    }
    line(&diagnosis.fix.text, "  fix         ", FIELD, style, out)?;
    for edit in &diagnosis.fix.edits {
        line(edit, FIELD, &format!("{FIELD}  "), style, out)?;
    }
    for command in &diagnosis.fix.commands {
        writeln!(out, "              $ {command}")?;
    }
    writeln!(out)
}

fn brief(diagnosis: &Diagnosis) -> String {
    format!("{} ({})", diagnosis.cause.name(), diagnosis.certainty.word())
}

/// Error sentences in quotes, ids of checks as they are.
fn quoted(explains: &[&String]) -> String {
    let is_id = |text: &str| crate::checks::find(text).is_some();
    let words = explains.iter().map(|text| if is_id(text) { (*text).clone() } else { format!("\"{text}\"") });
    words.collect::<Vec<_>>().join(", ")
}

/// "2 failed, 1 warning, 3 skipped, 11 passed in 2.1 s"
fn tally(report: &Report) -> String {
    let words: Vec<String> = report.counts().into_iter().map(|(_, words)| words).collect();
    format!("{} in {}", words.join(", "), seconds(report.elapsed_ms))
}

pub(super) fn seconds(millis: u64) -> String {
    if millis < 1000 { format!("{millis} ms") } else { format!("{}.{} s", millis / 1000, millis % 1000 / 100) }
}

/// "15 of 21 checks were not run (offline)"
fn left_out(report: &Report) -> String {
    let (count, all) = (report.not_asked.len(), report.checks.len());
    let why = if report.requests.is_empty() { " (offline)" } else { "" };
    match report.not_asked.as_slice() {
        [only] => format!("1 of {all} checks was not run ({only})"),
        _ => format!("{count} of {all} checks were not run{why}"),
    }
}

/// The verdict in words, with the place to start.
pub(super) fn verdict(report: &Report) -> String {
    let start = report.start().map_or_else(String::new, |check| format!("; start with {}", check.id));
    match report.verdict {
        Verdict::Healthy | Verdict::Degraded if !report.not_asked.is_empty() => {
            format!("{} so far: {}{start}", report.verdict.word(), left_out(report))
        }
        Verdict::Healthy => match (report.likely(), report.venues.as_slice()) {
            (Some(first), _) => {
                let name = first.cause.name();
                format!("healthy: all checks passed, but the reported error points to {name}: {}", first.title)
            }
            (None, [only]) if only.venue == Venue::Us => {
                "healthy: all checks of Polymarket US passed (no test order was placed)".to_owned()
            }
            _ => "healthy: all checks passed (no test order was placed)".to_owned(),
        },
        Verdict::Degraded => format!("degraded: trading may be affected{start}"),
        Verdict::Incomplete if report.start().is_none() => {
            format!("incomplete: nothing failed here, but {}", open(report))
        }
        Verdict::Incomplete => format!("incomplete: nothing failed, but some checks could not be completed{start}"),
        Verdict::Broken => match report.leading() {
            Some(first) => format!("broken: {}{start}", first.title),
            None => format!("broken{start}"),
        },
    }
}

/// Where two venues are looked at: how each stands. "the CLOB: healthy; Polymarket US: broken"
pub(super) fn venues(report: &Report) -> Option<String> {
    let word = |one: &VenueReport| format!("{}: {}", one.venue.spoken(), one.verdict.word());
    (report.venues.len() > 1).then(|| report.venues.iter().map(word).collect::<Vec<_>>().join("; "))
}

/// What keeps the verdict open although no shown check has a problem.
fn open(report: &Report) -> String {
    match report.left_open.first() {
        Some(id) => format!("{id}, which is not shown, has a problem or could not be determined"),
        None => left_out(report),
    }
}
