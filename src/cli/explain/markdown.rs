//! Pages as Markdown: for an issue, a wiki, a chat.

use std::io::{self, Write};

use super::{Answer, groups};
use crate::reference::{Block, Entry, Page, Section, varied};

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
        Answer::Found { entries, further, is_guess } => {
            if *is_guess {
                writeln!(out, "No known sentence is in this text; the likest is:\n")?;
            }
            for entry in entries {
                page(&Page::from(*entry), out)?;
            }
            if !further.is_empty() {
                writeln!(out, "## See also\n")?;
            }
            list(further, out)
        }
        Answer::Nothing { nearest } => {
            writeln!(out, "Nothing known is in this text.")?;
            if !nearest.is_empty() {
                writeln!(out, "\n## Nearest\n")?;
            }
            list(nearest, out)
        }
    }
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
