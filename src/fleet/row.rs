//! What is shown of each account of a fleet: one row.

use std::cmp::Reverse;

use crate::cause::{Cause, Certainty};
use crate::checks::Status;
use crate::diagnosis::DiagnosisFix;
use crate::report::{Report, Verdict};

/// An account in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub profile: String,
    /// `0xf39F…2266`, or why there is no signer.
    pub signer: String,
    pub verdict: Verdict,
    /// The check to start with.
    pub start: Option<&'static str>,
    /// The likeliest cause, by its name, and what its evidence is worth.
    pub cause: Option<&'static str>,
    pub certainty: Option<Certainty>,
    /// What is wrong in one sentence, or how many checks passed.
    pub says: String,
    /// What fixes it.
    pub fix: Option<String>,
    /// Where to write what, and what to run, for this account.
    pub steps: Vec<String>,
    pub elapsed_ms: u64,
}

impl Row {
    /// What is wrong, and what the evidence is worth: "This machine's clock is wrong (proven)".
    pub fn told(&self) -> String {
        let word = self.certainty.map_or_else(String::new, |certainty| format!(" ({})", certainty.word()));
        format!("{}{word}", self.says)
    }

    pub fn of(report: &Report) -> Self {
        let start = report.start();
        let diagnosis = report.leading();
        let says = match (diagnosis, start) {
            // which one, is the whole of it
            (Some(diagnosis), Some(check)) if diagnosis.cause == Cause::SettingInvalid => check.summary.clone(),
            (Some(diagnosis), _) => diagnosis.title.clone(),
            (None, Some(check)) => check.summary.clone(),
            (None, None) => counts(report),
        };
        Self {
            profile: report.profile.clone(),
            signer: report.heading().signer,
            verdict: report.verdict,
            start: start.map(|check| check.id),
            cause: diagnosis.map(|diagnosis| diagnosis.cause.name()),
            certainty: diagnosis.map(|diagnosis| diagnosis.certainty),
            says,
            fix: diagnosis.map(|diagnosis| diagnosis.fix.text.clone()),
            steps: diagnosis.map(|diagnosis| steps(&diagnosis.fix)).unwrap_or_default(),
            elapsed_ms: report.elapsed_ms,
        }
    }
}

fn steps(fix: &DiagnosisFix) -> Vec<String> {
    let commands = fix.commands.iter().map(|command| format!("$ {command}"));
    fix.edits.iter().cloned().chain(commands).collect()
}

/// "16 passed, 3 notes, 1 skipped"
fn counts(report: &Report) -> String {
    report.counts().into_iter().rev().map(|(_, words)| words).collect::<Vec<_>>().join(", ")
}

/// The worst first, and those that are alike by name.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| (Reverse(a.verdict), &a.profile).cmp(&(Reverse(b.verdict), &b.profile)));
}

/// How many accounts stand how, the worst first: "2 broken, 1 incomplete, 2 healthy".
pub fn tally(rows: &[Row]) -> String {
    let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let said = Verdict::ALL.into_iter().rev().map(|verdict| (count(verdict), verdict)).filter(|(count, _)| *count > 0);
    let said: Vec<String> = said.map(|(count, verdict)| format!("{count} {}", verdict.word())).collect();
    said.join(", ")
}

/// One problem of some accounts: the same cause, mended in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem<'a> {
    pub cause: &'a str,
    pub status: Status,
    pub says: &'a str,
    pub fix: &'a str,
    pub profiles: Vec<&'a str>,
    /// Of each profile, in their order: where to write what, and what to run.
    pub steps: Vec<&'a [String]>,
}

/// The problems of sorted rows, the worst first.
pub fn problems(rows: &[Row]) -> Vec<Problem<'_>> {
    let mut problems: Vec<Problem<'_>> = Vec::new();
    for row in rows {
        let (Some(cause), Some(fix)) = (row.cause, &row.fix) else { continue };
        match problems.iter_mut().find(|problem| problem.cause == cause && problem.fix == fix) {
            Some(problem) => {
                problem.profiles.push(&row.profile);
                problem.steps.push(&row.steps);
            }
            None => problems.push(Problem {
                cause,
                status: row.verdict.status(),
                says: &row.says,
                fix,
                profiles: vec![&row.profile],
                steps: vec![&row.steps],
            }),
        }
    }
    problems
}
