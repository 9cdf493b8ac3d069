//! Many reports: each printed when it is there, or all of them as one list.

use std::io::{self, Write};

use super::{Format, Show, Style, junit, text, to_ascii};
use crate::fleet::row::{self, Problem, Row};
use crate::report::Report;

/// Names of profiles are cut here.
pub(super) const LONGEST_NAME: usize = 32;
/// So many profiles are named for one problem.
const NAMED: usize = 8;
/// Where the further lines of an account, and of a problem, begin.
const MORE: &str = "     ";
const FIELD: &str = "        ";

/// Takes reports as they come. As JSON each is a line at once, and nothing of it is kept.
pub(crate) struct Printer {
    format: Format,
    show: Show,
    style: Style,
    heading: String,
    rows: Vec<Row>,
    suites: junit::Suites,
}

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FleetSummary {
    pub(crate) wanted: usize,
    pub(crate) elapsed_ms: u64,
}

impl Printer {
    /// `heading` is the first line: of what the accounts are.
    pub(crate) fn new(format: Format, show: Show, style: Style, heading: String) -> Self {
        Self { format, show, style, heading, rows: Vec::new(), suites: junit::Suites::default() }
    }

    /// # Errors
    ///
    /// Those of the writer.
    pub(crate) fn take(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            Format::Text | Format::Markdown => self.rows.push(Row::of(report)),
            Format::Json => {
                super::json::line(report, self.show, out)?;
                out.flush()?;
            }
            Format::Junit => self.suites.add(report, self.show),
        }
        Ok(())
    }

    /// # Errors
    ///
    /// Those of the writer.
    pub(crate) fn finish(mut self, ended: FleetSummary, out: &mut dyn Write) -> io::Result<()> {
        row::sort(&mut self.rows);
        match self.format {
            Format::Text | Format::Markdown if self.style.ascii => {
                let mut text = Vec::new();
                self.style.ascii = false;
                self.finish(ended, &mut text)?;
                out.write_all(to_ascii(&String::from_utf8_lossy(&text)).as_bytes())
            }
            Format::Text => self.lines(ended, out),
            Format::Markdown => self.table(ended, out),
            Format::Json => Ok(()),
            Format::Junit => self.suites.print(out),
        }
    }

    fn shown(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| self.show.shows(row.verdict.status()))
    }

    fn lines(&self, ended: FleetSummary, out: &mut dyn Write) -> io::Result<()> {
        let signers = self.shown().map(|row| row.signer.chars().count()).max().unwrap_or_default();
        let width = self.shown().map(|row| name(&row.profile).chars().count()).max().unwrap_or_default();
        writeln!(out, "{}\n", text::painted(&self.style.fit(&self.heading), "1", self.style))?;
        for row in self.shown() {
            let status = row.verdict.status();
            let head = format!("{} {:<10}", status.symbol(self.style.ascii), row.verdict.word());
            let head = text::painted(&head, text::color(status), self.style);
            let cause = row.cause.or(row.start).map_or_else(String::new, |cause| format!("{cause}: "));
            let first = format!(" {head} {:<width$}  {:<signers$}  ", name(&row.profile), row.signer);
            self.line(&format!("{cause}{}", row.told()), &first, MORE, out)?;
        }
        for problem in row::problems(&self.rows) {
            let count = problem.profiles.len();
            let accounts = if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") };
            let head = text::painted(problem.cause, text::color(problem.status), self.style);
            writeln!(out)?;
            self.line(&format!("{} ({accounts})", problem.says), &format!("{head}: "), FIELD, out)?;
            self.line(&named(&problem), "  of    ", FIELD, out)?;
            self.line(problem.fix, "  fix   ", FIELD, out)?;
            for step in problem.steps.iter().take(NAMED).flat_map(|steps| steps.iter()) {
                writeln!(out, "{FIELD}{step}")?;
            }
            writeln!(out, "  more  $ polydoctor check --profile {}", quoted(problem.profiles[0]))?;
        }
        writeln!(out, "\n{}", self.sum(ended))
    }

    /// A line, as wide as the terminal.
    fn line(&self, text: &str, first: &str, further: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", super::wrapped(text, first, further, self.style.width))
    }

    fn table(&self, ended: FleetSummary, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "## {}\n\n{}\n\n| | account | signer | found |\n|---|---|---|---|",
            self.sum(ended),
            self.heading
        )?;
        for row in self.shown() {
            let cause = row.cause.map_or_else(String::new, |cause| format!("`{cause}`: "));
            let cells = [row.verdict.word(), &name(&row.profile), &row.signer, &format!("{cause}{}", row.told())];
            writeln!(out, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))?;
        }
        for problem in row::problems(&self.rows) {
            writeln!(
                out,
                "\n**{}** (`{}`): {}\n\n- fix: {}",
                problem.says,
                problem.cause,
                named(&problem),
                problem.fix
            )?;
            let steps: Vec<&str> =
                problem.steps.iter().take(NAMED).flat_map(|steps| steps.iter()).map(String::as_str).collect();
            if !steps.is_empty() {
                writeln!(out, "\n```text\n{}\n```", steps.join("\n"))?;
            }
        }
        Ok(())
    }

    /// "5 accounts: 2 broken, 1 incomplete, 2 healthy, in 12.1 s"
    fn sum(&self, ended: FleetSummary) -> String {
        let (done, took) = (self.rows.len(), text::seconds(ended.elapsed_ms));
        let accounts = match ended.wanted {
            1 => "1 account".to_owned(),
            wanted if done < wanted => format!("stopped: {done} of {wanted} accounts were checked"),
            wanted => format!("{wanted} accounts"),
        };
        let tally = row::tally(&self.rows);
        if tally.is_empty() { format!("{accounts}, in {took}") } else { format!("{accounts}: {tally}, in {took}") }
    }
}

fn name(profile: &str) -> String {
    crate::text::quoted(profile, LONGEST_NAME)
}

fn named(problem: &Problem<'_>) -> String {
    let names: Vec<String> = problem.profiles.iter().take(NAMED).map(|profile| name(profile)).collect();
    match problem.profiles.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// A name as a shell takes it, as long as it is.
fn quoted(profile: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let whole = crate::text::quoted(profile, usize::MAX);
    if whole.chars().all(is_plain) { whole } else { format!("'{}'", whole.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_command_is_whole_however_long_it_is() {
        let long = "a".repeat(64);
        assert_eq!(quoted(&long), long);
        assert_eq!(quoted("it's mine"), r"'it'\''s mine'");
    }
}
