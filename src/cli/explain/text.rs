//! Pages as lines for a terminal.

use std::io::{self, Write};

use super::{Answer, groups, has_context, in_a_line, known, left_out, proven, shown};
use crate::cause::CauseWords;
use crate::cli::inspect::text::request_text;
use crate::cli::wrap;
use crate::inspect::{Finding, Inspection};
use crate::reference::{Block, Entry, Page, Reading, Reported, Service, varied};
use crate::render::Style;

/// A longer name has a line of its own, so that what follows the others stays in line.
const NAMES: usize = 44;

pub(super) fn print(answer: &Answer, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match answer {
        Answer::All => {
            for (name, entries) in groups() {
                writeln!(out, "{}", bold(name, style))?;
                list(&entries, out)?;
                writeln!(out)?;
            }
            writeln!(out, "`polydoctor explain TEXT` shows one of them")
        }
        Answer::Page { entry, further } => {
            page(&Page::from(*entry), style, out)?;
            see_also(further, style, out)
        }
        Answer::Read { reading, inspection, further } => read(reading, inspection.as_ref(), further, style, out),
        Answer::Guess { entry, further } => {
            writeln!(out, "No exact match. Closest known {}:\n", entry.kind())?;
            page(&Page::from(*entry), style, out)?;
            see_also(further, style, out)
        }
        Answer::Nothing { nearest } => {
            writeln!(out, "No known error found in this text. `polydoctor explain` lists all of them")?;
            if !nearest.is_empty() {
                writeln!(out, "\n{}", bold("Nearest", style))?;
            }
            list(nearest, out)
        }
    }
}

/// What was read in a text: secrets, then the error nearest to the failure, then what its requests and
/// orders themselves show, then the pages.
fn read(
    reading: &Reading,
    inspection: Option<&Inspection>,
    further: &[Entry],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for exposure in &reading.exposed {
        writeln!(
            out,
            "{}",
            bold(&format!("This text contains a secret: {}, line {}", exposure.kind, exposure.line), style)
        )?;
        wrapped(&format!("To fix: {}; remove it wherever the text was posted", exposure.fix), "  ", "  ", out)?;
        writeln!(out)?;
    }
    if has_context(reading) {
        for (place, reported) in reading.errors.iter().enumerate() {
            if place == 1 {
                writeln!(out, "{}", bold("Also in this text", style))?;
            }
            summary(reported, place == 0, reading.errors.len() > 1, style, out)?;
            if place == 0 {
                cause(reported, proven(inspection), out)?;
            }
        }
        writeln!(out)?;
    }
    if let Some(inspection) = inspection {
        inspected(inspection, style, out)?;
    }
    for (error, reported) in known(reading) {
        page(&Page::of_reported(error, reported), style, out)?;
    }
    see_also(further, style, out)
}

fn inspected(inspection: &Inspection, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (shown, others) = shown(inspection);
    for request in shown {
        writeln!(out, "{}", request_text(request, style))?;
    }
    if others > 0 {
        writeln!(out, "{}\n", left_out(others))?;
    }
    Ok(())
}

/// Who says what, and what that points to.
fn summary(reported: &Reported, is_first: bool, has_line: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let line = if has_line { format!("line {}: ", reported.line) } else { String::new() };
    let client = reported.client.as_deref().map_or_else(String::new, |client| format!(" (printed by {client})"));
    let told = format!("{line}{}{client}", in_a_line(reported));
    if !is_first {
        return wrapped(&told, "  - ", "    ", out);
    }
    wrapped(&bold(&told, style), "", "  ", out)
}

fn cause(reported: &Reported, proven: Option<&Finding>, out: &mut dyn Write) -> io::Result<()> {
    let mut print = |words: &CauseWords, name: &str, certainty: &dyn std::fmt::Display, fix: &str| {
        wrapped(&format!("Cause: {} ({name}), {certainty}", words.title), "  ", "         ", out)?;
        wrapped(&format!("Fix:   {fix}"), "  ", "         ", out)
    };
    if let Some(proven) = proven {
        return print(proven.cause.words(), proven.cause.name(), &proven.certainty.word(), &proven.fix);
    }
    match (reported.cause(), reported.entry()) {
        (Some((first, certainty)), _) => {
            let words = first.cause.words();
            print(words, first.cause.name(), &certainty, &words.fix)
        }
        (None, Some(entry)) if !entry.wraps => {
            wrapped("Cause: not the account, as far as this text shows", "  ", "         ", out)
        }
        _ => {
            let who = reported.service.map_or("the text", Service::words);
            let known = if reported.text.is_empty() { "its error is" } else { "its message is" };
            wrapped(&format!("Not in the reference: this comes from {who}, and {known} unknown"), "  ", "  ", out)?;
            wrapped("The status code alone does not show the cause", "  ", "  ", out)
        }
    }
}

fn see_also(further: &[Entry], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if !further.is_empty() {
        writeln!(out, "{}", bold("See also", style))?;
    }
    list(further, out)
}

fn page(page: &Page, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", bold(&page.title, style))?;
    writeln!(out, "{}\n", page.place)?;
    for section in &page.sections {
        writeln!(out, "{}", bold(section.heading, style))?;
        let lead =
            section.blocks.iter().map(|block| if let Block::Point { lead, .. } = block { lead.len() } else { 0 });
        let lead = lead.max().unwrap_or(0);
        for shown in &section.blocks {
            block(shown, lead, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn block(block: &Block, width: usize, out: &mut dyn Write) -> io::Result<()> {
    match block {
        Block::Text(text) => wrapped(text, "  ", "  ", out),
        Block::Point { text, .. } if width == 0 => wrapped(text, "  - ", "    ", out),
        Block::Point { lead, text } => wrapped(text, &format!("  {lead:<width$}  "), &" ".repeat(width + 4), out),
        // not wrapped: it is there to be copied
        Block::Code { language: "shell", line } => writeln!(out, "    $ {line}"),
        Block::Code { language, line } => writeln!(out, "    {language:<10}  {line}"),
    }
}

/// Breaks no line inside of a command.
fn wrapped(text: &str, first: &str, further: &str, out: &mut dyn Write) -> io::Result<()> {
    const COMMANDS: [(&str, &str); 2] =
        [("polydoctor check ", "polydoctor\u{a0}check\u{a0}"), ("polydoctor keys ", "polydoctor\u{a0}keys\u{a0}")];
    let kept = COMMANDS.iter().fold(text.to_owned(), |text, (written, kept)| text.replace(written, kept));
    let filled = wrap::wrapped(&kept, first, further);
    writeln!(out, "{}", COMMANDS.iter().fold(filled, |text, (written, kept)| text.replace(kept, written)))
}

/// Names, and what each is in a line.
fn list(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = entries.iter().map(|entry| varied(entry.name())).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(NAMES);
    for (entry, name) in entries.iter().zip(&names) {
        let title = first_sentence(entry.title());
        if name.chars().count() > NAMES {
            writeln!(out, "  {name}")?;
            wrapped(title, &" ".repeat(longest + 4), &" ".repeat(longest + 4), out)?;
        } else {
            wrapped(title, &format!("  {name:<longest$}  "), &" ".repeat(longest + 4), out)?;
        }
    }
    Ok(())
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}

fn bold(text: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}
