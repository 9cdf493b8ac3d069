//! `polydoctor explain`

mod json;
mod markdown;
mod text;

use std::io::{self, Read as _, Write};

use super::Exit;
use crate::reference::{self, Entry, Found};

/// So many pages are printed in full; of what else a log holds, only the name.
const PAGES: usize = 4;
/// So many entries are named that are like the text.
const NEAR: usize = 6;
/// Of a pipe at most so much is read.
const LONGEST: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// An error sentence, a log with one in it, or the id of a cause or a check; `-` reads a pipe.
    /// Without it, the whole reference
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is printed.
enum Answer {
    /// The whole reference.
    All,
    /// What was found, and what is like it.
    Found { entries: Vec<Entry>, further: Vec<Entry>, is_guess: bool },
    /// Nothing; what is least unlike.
    Nothing { nearest: Vec<Entry> },
}

impl Answer {
    fn to(query: &str) -> Self {
        if query.trim().is_empty() {
            return Self::All;
        }
        let Found { certain, near } = reference::find(query);
        let is_guess = certain.is_empty();
        let (mut entries, mut further) = if is_guess { (near, Vec::new()) } else { (certain, near) };
        if entries.is_empty() {
            return Self::Nothing { nearest: reference::nearest(query, NEAR) };
        }
        let rest = entries.split_off(entries.len().min(if is_guess { 1 } else { PAGES }));
        further.splice(0..0, rest);
        further.truncate(NEAR);
        Self::Found { entries, further, is_guess }
    }
}

pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let answer = Answer::to(&query(&args.text)?);
    let mut printed = Vec::new();
    match args.format {
        Format::Text => {
            text::print(&answer, super::style(), &mut printed)?;
            printed = super::style().fit(&String::from_utf8_lossy(&printed)).into_bytes();
        }
        Format::Json => json::print(&answer, &mut printed)?,
        Format::Markdown => markdown::print(&answer, &mut printed)?,
    }
    match io::stdout().lock().write_all(&printed) {
        // whoever read as much as they wanted has closed the pipe
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if matches!(answer, Answer::Nothing { .. }) { Exit::No } else { Exit::Done })
}

fn query(text: &[String]) -> io::Result<String> {
    if text != ["-"] {
        return Ok(text.join(" "));
    }
    let mut bytes = Vec::new();
    io::stdin().take(LONGEST).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // an empty pipe asks nothing, and is not answered with everything
    Ok(if text.trim().is_empty() { "\0".to_owned() } else { text })
}

/// The whole reference in groups: sentences by who says them, causes, checks by their part of the
/// checklist.
fn groups() -> Vec<(&'static str, Vec<Entry>)> {
    let mut groups: Vec<(&'static str, Vec<Entry>)> = Vec::new();
    for entry in Entry::all() {
        let name = group(&entry);
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((name, vec![entry])),
        }
    }
    groups
}

fn group(entry: &Entry) -> &'static str {
    match entry {
        Entry::Error(error) => match error.said_by.as_str() {
            "guide" => "Names that only guides use",
            "HTTP" => "Bare statuses",
            "symptom" => "Symptoms without an error",
            said_by => said_by,
        },
        Entry::Cause(_) => "Causes",
        Entry::Check(_) => "Checks",
    }
}
