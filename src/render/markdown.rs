//! The report as Markdown, to be pasted into an issue.

use std::io::{self, Write};

use super::{Share, Show, Style};
use crate::checks::{MARKET, Status};
use crate::report::{CheckReport, Report};
use crate::settings::Venue;

pub(super) fn print(report: &Report, show: Show, share: Option<Share>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", super::text::verdict(report))?;
    if let Some(share) = share {
        writeln!(out, "_{}_\n", share.notice())?;
    }
    writeln!(out, "{}\n", cell(&super::heading(&report.heading(), Style::default())))?;
    let protocol = report.target.protocol_version.map_or_else(|| "unknown".to_owned(), |version| version.to_string());
    writeln!(
        out,
        "{} {}, {}, {}\n",
        report.tool.name,
        report.tool.version,
        report.started_at,
        if report.venues.iter().any(|venue| venue.venue == Venue::Global) {
            let kind = report.account.signature_type.map_or_else(|| "unusable".to_owned(), |kind| kind.to_string());
            format!("protocol version {protocol}, signature type {kind}")
        } else {
            "Polymarket US".to_owned()
        },
    )?;
    for reported in &report.reported_errors {
        match reported.sentence {
            Some(_) => writeln!(out, "Reported error: {}\n", cell(&reported.text))?,
            None => writeln!(out, "{}\n", cell(&super::text::not_known(&reported.text)))?,
        }
    }
    for diagnosis in &report.diagnoses {
        writeln!(out, "**{}** (`{}`, {})\n", diagnosis.title, diagnosis.cause.name(), diagnosis.certainty.word())?;
        diagnosis.because.iter().try_for_each(|because| writeln!(out, "- {because}"))?;
        writeln!(out, "- fix: {}\n", diagnosis.fix.text)?;
        steps(&diagnosis.fix.edits, &diagnosis.fix.commands, out)?;
    }
    writeln!(out, "| | check | found |\n|---|---|---|")?;
    for check in report.checks.iter().filter(|check| show.shows(check.status) && check.status != Status::Pass) {
        row(check, out)?;
    }
    if show == Show::All {
        let passed: Vec<&CheckReport> = report.checks.iter().filter(|check| check.status == Status::Pass).collect();
        writeln!(out, "\n<details><summary>{} passed</summary>\n\n| | check | found |\n|---|---|---|", passed.len())?;
        passed.into_iter().try_for_each(|check| row(check, out))?;
        writeln!(out, "\n</details>")?;
    }
    for check in report.checks.iter().filter(|check| check.status.is_problem() || check.id == MARKET) {
        writeln!(out, "\n### {}\n", check.id)?;
        check
            .evidence
            .iter()
            .try_for_each(|evidence| writeln!(out, "- {}: {}", evidence.label, cell(&evidence.value)))?;
        if let Some(fix) = &check.fix {
            writeln!(out, "\n{}\n", fix.text)?;
            steps(&fix.edits, &fix.commands, out)?;
        }
    }
    Ok(())
}

fn row(check: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| {} {} | `{}` | {} |",
        check.status.symbol(false),
        check.status.word(),
        check.id,
        cell(&check.summary)
    )
}

/// What to write where, and what to run.
fn steps(edits: &[String], commands: &[String], out: &mut dyn Write) -> io::Result<()> {
    if !edits.is_empty() {
        writeln!(out, "```text\n{}\n```\n", edits.join("\n"))?;
    }
    if commands.is_empty() {
        return Ok(());
    }
    writeln!(out, "```sh\n{}\n```\n", commands.join("\n"))
}

/// Text that cannot end a cell or begin markup of its own.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('`', "'")
}
