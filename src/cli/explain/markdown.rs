//! Pages as Markdown: for an issue, a wiki, a chat.

use std::io::{self, Write};

use super::{Answer, groups, has_context, in_a_line, known, left_out, proven, shown};
use crate::inspect::{Finding, Inspected, Inspection};
use crate::reference::{Block, Entry, Page, Reading, Section, varied};

pub(super) fn print(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    match answer {
        Answer::All => {
            writeln!(out, "# Errors, causes and checks")?;
            for (name, entries) in groups() {
                writeln!(out, "\n## {name}\n")?;
                list(&entries, out)?;
            }
            Ok(())
        }
        Answer::Page { entry, further } => {
            page(&Page::from(*entry), out)?;
            see_also(further, out)
        }
        Answer::Read { reading, inspection, further } => {
            read(reading, inspection.as_ref(), out)?;
            see_also(further, out)
        }
        Answer::Guess { entry, further } => {
            writeln!(out, "No exact match. Closest known {}:\n", entry.kind())?;
            page(&Page::from(*entry), out)?;
            see_also(further, out)
        }
        Answer::Nothing { nearest } => {
            writeln!(out, "No known error found in this text.")?;
            if !nearest.is_empty() {
                writeln!(out, "\n## Nearest\n")?;
            }
            list(nearest, out)
        }
    }
}

fn read(reading: &Reading, inspection: Option<&Inspection>, out: &mut dyn Write) -> io::Result<()> {
    for exposure in &reading.exposed {
        writeln!(
            out,
            "**This text contains a secret: {}, line {}.** To fix: {}.\n",
            exposure.kind, exposure.line, exposure.fix
        )?;
    }
    if has_context(reading) {
        for (place, reported) in reading.errors.iter().enumerate() {
            let proven = proven(inspection).filter(|_| place == 0);
            let cause = match (reported.cause(), &reported.sentence) {
                _ if proven.is_some() => proven.map_or_else(String::new, |proven| {
                    format!(" Cause: {} ({}), proven.", proven.cause.words().title, proven.cause.name())
                }),
                (Some((first, certainty)), _) => {
                    format!(" Cause: {} ({}), {certainty}.", first.cause.words().title, first.cause.name())
                }
                (None, Some(_)) => String::new(),
                (None, None) => " Not in the reference.".to_owned(),
            };
            writeln!(out, "- line {}: {}.{}", reported.line, escaped(&in_a_line(reported)), escaped(&cause))?;
        }
        writeln!(out)?;
    }
    if let Some(inspection) = inspection {
        inspected(inspection, out)?;
    }
    known(reading).try_for_each(|(error, reported)| page(&Page::of_reported(error, reported), out))
}

/// Fit for a public thread: wallet addresses, keys and signatures are shortened.
fn inspected(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let mut inspection = inspection.clone();
    inspection.share();
    let (shown, others) = shown(&inspection);
    for request in shown {
        writeln!(out, "## {}\n", escaped(&request.title()))?;
        writeln!(out, "{}\n", request.signature_words())?;
        request
            .findings
            .iter()
            .enumerate()
            .try_for_each(|(place, finding)| found(finding, place == 0, request, out))?;
    }
    if others > 0 {
        writeln!(out, "{}\n", left_out(others))?;
    }
    Ok(())
}

fn found(finding: &Finding, is_first: bool, request: &Inspected, out: &mut dyn Write) -> io::Result<()> {
    let heading = finding.certainty.heading(is_first);
    writeln!(out, "- **{heading}: {}** ({})", escaped(&finding.summary), finding.cause.name())?;
    for evidence in &finding.because {
        writeln!(out, "  - Evidence: {}", escaped(evidence))?;
    }
    writeln!(out, "  - Fix: {}", escaped(&finding.fix))?;
    let is_last = request.findings.last() == Some(finding);
    if is_last { writeln!(out) } else { Ok(()) }
}

fn see_also(further: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    if !further.is_empty() {
        writeln!(out, "## See also\n")?;
    }
    list(further, out)
}

fn page(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let title = if page.is_verbatim { code(&page.title) } else { escaped(&page.title) };
    writeln!(out, "# {title}\n\n{}\n", escaped(&page.place))?;
    page.sections.iter().try_for_each(|shown| section(shown, out))
}

fn section(section: &Section, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", section.heading)?;
    let mut rest = section.blocks.iter().peekable();
    while let Some(block) = rest.next() {
        match block {
            Block::Text(text) => writeln!(out, "{}\n", escaped(text))?,
            Block::Point { lead, text } => {
                let lead = if lead.is_empty() { String::new() } else { format!("*{lead}* ") };
                writeln!(out, "- {lead}{}", escaped(text))?;
                if !matches!(rest.peek(), Some(Block::Point { .. })) {
                    writeln!(out)?;
                }
            }
            Block::Code { language, line } => writeln!(out, "```{language}\n{line}\n```\n")?,
        }
    }
    Ok(())
}

fn list(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    entries.iter().try_for_each(|entry| writeln!(out, "- {}: {}", code(&varied(entry.name())), escaped(entry.title())))
}

/// Text as code, whatever backticks it holds.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Text without what Markdown would take as its own.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| "\\`*_<>|#[]".contains(c).then_some('\\').into_iter().chain([c])).collect()
}
