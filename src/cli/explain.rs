//! `polydoctor explain`

mod json;
mod markdown;
mod text;

use std::io::{self, Read, Write};

use super::Exit;
use super::settings::SettingsArgs;
use crate::cause::Certainty;
use crate::cli::terminal;
use crate::inspect::{self, Finding, Inspected, Inspection, Known};
use crate::reference::{self, Entry, ErrorEntry, Exposure, Found, Reading, Reported};
use crate::settings;

/// So many pages are printed in full; of what else a log holds, only the name.
const PAGES: usize = 4;
/// So many entries are named that are like the text.
const NEAR: usize = 6;
/// A longer text is not compared with names.
const NAMED: usize = 4 << 10;
/// Of a pipe so much is kept, from its end.
const LONGEST: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// Error message, log, term, or ID of a cause or check; `-` reads standard input
    ///
    /// Requests and orders in the text are also inspected. Without TEXT, prints the whole reference.
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is printed.
enum Answer {
    /// The whole reference.
    All,
    /// The page of an id or a term.
    Page { entry: Entry, further: Vec<Entry> },
    /// What was read in a text; the requests and orders in it are taken apart.
    Read { reading: Reading, inspection: Option<Inspection>, further: Vec<Entry> },
    /// Not the text itself, but what is like it.
    Guess { entry: Entry, further: Vec<Entry> },
    /// Nothing; what is least unlike.
    Nothing { nearest: Vec<Entry> },
}

impl Answer {
    fn to(query: &str) -> Self {
        if query.trim().is_empty() {
            return Self::All;
        }
        // a log is no name of anything, and is read only once
        let is_log = query.len() > NAMED;
        let found = if is_log { Found { certain: Vec::new(), near: Vec::new() } } else { reference::find(query) };
        let Found { certain, mut near } = found;
        near.truncate(NEAR);
        if let [entry] = certain[..]
            && !matches!(entry, Entry::Error(_))
        {
            return Self::Page { entry, further: near };
        }
        let mut reading = reference::read(query);
        let inspection = inspect::inspect_any(query, known_of_settings);
        if let Some(inspection) = &inspection {
            add_exposed(&mut reading.exposed, &inspection.exposed);
            reading.inspected(inspection.findings().map(|finding| (finding.cause, finding.certainty)));
        }
        let is_told = |reported: &Reported| {
            reported.sentence.is_some() || !reported.text.is_empty() || reported.service.is_some()
        };
        let is_read = reading.errors.iter().any(is_told) || !reading.exposed.is_empty();
        if is_read || inspection.is_some() {
            // what only looks like a request is like nothing of the reference
            let further = if is_read { near } else { Vec::new() };
            return Self::Read { reading, inspection, further };
        }
        if near.is_empty() {
            return Self::Nothing { nearest: reference::nearest(query, NEAR) };
        }
        let entry = near.remove(0);
        Self::Guess { entry, further: near }
    }

    /// Whether it is found what the text is about.
    fn is_known(&self) -> bool {
        match self {
            Self::Nothing { .. } => false,
            Self::Read { reading, inspection, .. } => {
                inspection.is_some()
                    || !reading.exposed.is_empty()
                    || reading.errors.first().is_some_and(|first| first.sentence.is_some())
            }
            _ => true,
        }
    }
}

/// What requests and orders of a text are compared with. Nobody is asked for a password here, and settings
/// that cannot be read are no matter of the text.
fn known_of_settings() -> Known {
    let settings = settings::load(&SettingsArgs::default().all_inputs());
    settings.map(|settings| Known::of(&settings, None)).unwrap_or_default()
}

/// Secrets that only the settings tell from other text.
fn add_exposed(exposed: &mut Vec<Exposure>, more: &[Exposure]) {
    for exposure in more {
        if exposed.iter().all(|known| known.kind != exposure.kind) {
            exposed.push(exposure.clone());
        }
    }
}

/// The requests and orders of a text that are shown, and how many are not. Of a long log the right ones are
/// only counted.
fn shown(inspection: &Inspection) -> (Vec<&Inspected>, usize) {
    let all = &inspection.requests;
    let is_long = all.len() > PAGES;
    let shown: Vec<&Inspected> =
        all.iter().filter(|request| !is_long || !request.findings.is_empty()).take(PAGES).collect();
    let left_out = all.len() - shown.len();
    (shown, left_out)
}

/// What a request or an order of the text proves: it stands before what a sentence makes likely.
fn proven(inspection: Option<&Inspection>) -> Option<&Finding> {
    inspection?.findings().find(|finding| finding.certainty == Certainty::Proven)
}

/// How many requests are not shown, and where they are.
fn left_out(count: usize) -> String {
    format!("{count} more in this text: `polydoctor inspect` shows each")
}

/// The known sentences of a reading with their causes, at most as many as there are pages.
fn known(reading: &Reading) -> impl Iterator<Item = (&'static ErrorEntry, &Reported)> {
    reading.errors.iter().filter_map(|reported| Some((reported.entry()?, reported))).take(PAGES)
}

/// An error of a text in a line: who says what.
fn in_a_line(reported: &Reported) -> String {
    let place = reported.place();
    let said = &reported.text;
    let mut line = match (place.is_empty(), said.is_empty()) {
        (true, _) => format!("\"{said}\""),
        (false, true) => place,
        (false, false) => format!("{place}: \"{said}\""),
    };
    if let Some(first) = line.get(..1) {
        let first = first.to_uppercase();
        line.replace_range(..1, &first);
    }
    line
}

/// Whether the text tells more than the sentence on its page.
fn has_context(reading: &Reading) -> bool {
    reading.errors.len() > 1
        || !reading.exposed.is_empty()
        || reading.errors.first().is_some_and(|first| {
            first.host.is_some()
                || first.status.is_some()
                || first.path.is_some()
                || first.sentence.is_none()
                || first.client.is_some()
        })
}

pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let answer = Answer::to(&query(&args.text)?);
    let mut printed = Vec::new();
    match args.format {
        Format::Text => text::print(&answer, super::style(), &mut printed)?,
        Format::Json => json::print(&answer, &mut printed)?,
        Format::Markdown => markdown::print(&answer, &mut printed)?,
    }
    if args.format != Format::Json {
        printed = super::style().fit(&String::from_utf8_lossy(&printed)).into_bytes();
    }
    match terminal::out().write_all(&printed) {
        // whoever read as much as they wanted has closed the pipe
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if answer.is_known() { Exit::Done } else { Exit::No })
}

fn query(text: &[String]) -> io::Result<String> {
    if text != ["-"] {
        return Ok(text.join(" "));
    }
    let bytes = end_of(io::stdin().lock())?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // an empty pipe asks nothing, and is not answered with everything
    Ok(if text.trim().is_empty() { "\0".to_owned() } else { text })
}

/// The end of a pipe, which is nearest to the failure; however much comes, little of it is held.
fn end_of(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        let count = pipe.read(&mut piece)?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..count]);
        if bytes.len() > 2 * LONGEST {
            bytes.drain(..bytes.len() - LONGEST);
        }
    }
    bytes.drain(..bytes.len().saturating_sub(LONGEST));
    Ok(bytes)
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
            "guide" => "Names used only in guides",
            "HTTP" if error.is_placed() => "Status codes and failures by host",
            "HTTP" => "Status codes alone",
            "symptom" => "Symptoms without an error",
            said_by => said_by,
        },
        Entry::Cause(_) => "Causes",
        Entry::Check(_) => "Checks",
        Entry::Term(_) => "Terms",
    }
}
