//! Entries as JSON: `{"schema": 1, "entries": […], "further": […], "nearest": […]}`.
//!
//! An entry has `kind` (`error`, `cause`, `check`) and `name`, then the fields of its file; a cause
//! of an error has its title and fix beside its weight. `further` and `nearest` hold `kind`, `name`
//! and `title` alone. The text that was asked is not repeated: it may hold secrets.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Answer;
use crate::checks::{self, Check};
use crate::diagnosis::Cause;
use crate::reference::{Entry, ErrorEntry, Weighted, shows_as};

pub(super) fn print(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let everything = Entry::all().collect();
    let none = Vec::new();
    let (entries, further, nearest, is_guess) = match answer {
        Answer::All => (&everything, &none, &none, false),
        Answer::Found { entries, further, is_guess } => (entries, further, &none, *is_guess),
        Answer::Nothing { nearest } => (&none, &none, nearest, false),
    };
    let full: Vec<Value> = entries.iter().map(full).collect();
    let brief = |entries: &[Entry]| entries.iter().map(brief).collect::<Vec<_>>();
    let answer = json!({
        "schema": 1,
        "guess": is_guess,
        "entries": full,
        "further": brief(further),
        "nearest": brief(nearest),
    });
    serde_json::to_writer_pretty(&mut *out, &answer)?;
    writeln!(out)
}

fn brief(entry: &Entry) -> Value {
    json!({ "kind": entry.kind(), "name": entry.name(), "title": entry.title() })
}

fn full(entry: &Entry) -> Value {
    let mut value = json!({ "kind": entry.kind(), "name": entry.name() });
    let fields = match entry {
        Entry::Error(error) => of_error(error),
        Entry::Cause(cause) => of_cause(*cause),
        Entry::Check(check) => of_check(check),
    };
    if let (Some(value), Value::Object(fields)) = (value.as_object_mut(), fields) {
        value.extend(fields);
    }
    value
}

fn of_error(error: &ErrorEntry) -> Value {
    let mut value = json!(error);
    value["causes"] = error.causes.iter().map(weighted).collect();
    value
}

fn weighted(weighted: &Weighted) -> Value {
    let words = weighted.cause.words();
    let fix = json!({ "text": words.fix, "commands": words.commands, "clients": words.clients });
    json!({ "cause": weighted.cause, "weight": weighted.weight, "title": words.title, "fix": fix })
}

fn of_cause(cause: Cause) -> Value {
    let mut value = json!(cause.words());
    value["shows_as"] = json!(shows_as(cause));
    value
}

fn of_check(check: &Check) -> Value {
    let words = checks::words(check.id);
    let finds = Cause::ALL.iter().filter(|cause| cause.words().checks.iter().any(|id| id == check.id));
    json!({
        "title": words.title,
        "why": words.why,
        "group": check.group,
        "needs": check.needs,
        "finds": finds.collect::<Vec<_>>(),
    })
}
