//! What differs between a recorded run and this one, as lines.

use std::io::{self, Write};

use super::Style;
use super::text::{color, painted};
use crate::report::comparison::{Comparison, Difference, Judged, Pair};

const INDENT: &str = "      ";
/// Where values begin.
const VALUE: &str = "                ";

pub(super) fn print(comparison: &Comparison, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let with = format!("Compared with the run of {}, {}", comparison.recorded_at, comparison.signer);
    writeln!(out, "\n{}", painted(&super::wrapped(&with, "", "  ", style.width), "1", style))?;
    if comparison.is_same() {
        return writeln!(out, "  Nothing differs");
    }
    if let Some(Pair { recorded, now }) = comparison.verdict {
        writeln!(out, "  verdict  {} {} {}", recorded.word(), arrow(style), now.word())?;
    }
    for Judged { id, status, summary } in &comparison.judgement {
        let word = |status: crate::checks::Status| painted(status.word(), color(status), style);
        writeln!(out, "  {id}  {} {} {}", word(status.recorded), arrow(style), word(status.now))?;
        values(summary, style, out)?;
    }
    of_kind("Settings", &comparison.settings, style, out)?;
    of_kind("Observed", &comparison.facts, style, out)
}

fn of_kind(heading: &str, differences: &[Difference], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if differences.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {heading}")?;
    for Difference { what, values: pair } in differences {
        writeln!(out, "    {what}")?;
        values(pair, style, out)?;
    }
    Ok(())
}

fn values(pair: &Pair<String>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (label, value) in [("recorded", &pair.recorded), ("now", &pair.now)] {
        let value = if value.is_empty() { "not there" } else { value };
        let first = format!("{INDENT}{label:<10}");
        writeln!(out, "{}", super::wrapped(value, &first, VALUE, style.width))?;
    }
    Ok(())
}

fn arrow(style: Style) -> &'static str {
    if style.ascii { "->" } else { "→" }
}
