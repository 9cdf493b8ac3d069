//! Pages as lines for a terminal.

use std::io::{self, Write};

use super::{Answer, groups};
use crate::cli::wrap;
use crate::reference::{Block, Entry, Page, varied};
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
            writeln!(out, "polydoctor explain TEXT shows one of them")
        }
        Answer::Found { entries, further, is_guess } => {
            if *is_guess {
                writeln!(out, "No known sentence is in this text; the likest is:\n")?;
            }
            for entry in entries {
                page(&Page::from(*entry), style, out)?;
            }
            if !further.is_empty() {
                writeln!(out, "{}", bold("See also", style))?;
                list(further, out)?;
            }
            Ok(())
        }
        Answer::Nothing { nearest } => {
            writeln!(out, "Nothing known is in this text; polydoctor explain lists all there is")?;
            if !nearest.is_empty() {
                writeln!(out, "\n{}", bold("Nearest", style))?;
            }
            list(nearest, out)
        }
    }
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
