//! What is written: results to standard output, what goes on beside them to standard error.

use std::io::{self, Write as _};

use serde_json::Value;

use super::Format;
use crate::cli::wrap::wrapped;
use crate::cli::{Exit, terminal};
use crate::operations::{Outcome, Undone};
use crate::settings::selecting;

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

/// What was not done, with commands that are about the account of these flags; and its exit code.
pub(super) fn undone(
    mut undone: Undone,
    credentials: Option<Value>,
    selection: &str,
    format: Format,
) -> anyhow::Result<Exit> {
    for command in &mut undone.commands {
        *command = selecting(command, selection);
    }
    if format == Format::Json {
        let mut object = undone.json();
        if let Some(credentials) = credentials {
            object["credentials"] = credentials;
        }
        json(&object)?;
    } else {
        let mut rows: Vec<(&str, String)> = Vec::new();
        if let Some(cause) = undone.cause {
            rows.push(("cause", format!("{} ({})", cause.words().title, cause.name())));
        }
        rows.extend(undone.because.into_iter().map(|because| ("because", because)));
        if !undone.fix.is_empty() {
            rows.push(("fix", undone.fix));
        }
        rows.extend(undone.commands.iter().map(|command| ("", format!("$ {command}"))));
        text(&format!("{}\n{}", undone.summary, lines(&rows)))?;
    }
    Ok(match undone.outcome {
        Outcome::NotDone => Exit::No,
        Outcome::Unknown => Exit::Unknown,
    })
}
