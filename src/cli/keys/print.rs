//! What is written: results to standard output, what goes on beside them to standard error.

use std::io::{self, Write as _};

use serde_json::Value;

use super::Format;
use super::failed::Failed;
use crate::cli::terminal;
use crate::cli::wrap::wrapped;

/// Label and text of one line, aligned; a long text is wrapped behind its label.
pub(super) fn lines(rows: &[(&str, String)]) -> String {
    let longest = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (label, value) in rows {
        text.push_str(&wrapped(value, &format!("  {label:<longest$}  "), &" ".repeat(longest + 4)));
        text.push('\n');
    }
    text
}

/// One object on standard output.
pub(super) fn json(value: &Value) -> io::Result<()> {
    let mut out = terminal::out();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

pub(super) fn text(text: &str) -> io::Result<()> {
    terminal::out().write_all(text.as_bytes())
}

/// A headline and a list under it.
pub(super) fn list(head: &str, rows: &[String]) -> io::Result<()> {
    let rows: Vec<&str> = std::iter::once(head).chain(rows.iter().map(String::as_str)).collect();
    text(&(rows.join("\n  ") + "\n"))
}

/// What a person reads while the command works.
pub(super) fn note(text: &str) {
    // a lost standard error must not end what is half done
    let _ = writeln!(terminal::err(), "{}", wrapped(text, "", ""));
}

pub(super) fn failed(failed: &Failed, format: Format) -> io::Result<()> {
    if format == Format::Json {
        return json(&failed.json());
    }
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some(cause) = failed.cause {
        rows.push(("cause", format!("{} ({})", cause.words().title, cause.name())));
    }
    rows.extend(failed.because.iter().map(|because| ("because", because.clone())));
    if !failed.fix.is_empty() {
        rows.push(("fix", failed.fix.clone()));
    }
    rows.extend(failed.commands.iter().map(|command| ("", format!("$ {command}"))));
    text(&format!("{}\n{}", failed.summary, lines(&rows)))
}
