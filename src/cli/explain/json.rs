//! Entries as JSON: `{"schema": 1, "reported": […], "exposed": […], "inspection": {…} | null, "entries": […],
//! "further": […], "nearest": […]}`.
//!
//! `reported` has each error of the text, the one nearest to the failure first: `service`, `host`,
//! `method`, `path`, `status`, `text`, `sentence`, `client`, `line`, `causes`; what is not known is left
//! out, and `sentence` is left out where the reference does not have it. `inspection` is what
//! `polydoctor inspect --format json` prints of the requests and orders of the text. `exposed` names secrets of the
//! text by `kind` and `line`. An entry has `kind` (`error`, `cause`, `check`, `term`) and `name`, then the
//! fields of its file; a cause of an error has its title and fix beside its weight. `further` and
//! `nearest` hold `kind`, `name` and `title` alone. The text itself is not repeated: it may hold secrets.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Answer, known, proven};
use crate::cause::Cause;
use crate::checks::{self, Check};
use crate::inspect::Inspection;
use crate::reference::{Entry, ErrorEntry, Reading, Reported, Weighted, shows_as};

pub(super) fn print(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let none: &[Entry] = &[];
    let (entries, further, nearest) = match answer {
        Answer::All => (Entry::all().map(|entry| full(&entry)).collect(), none, none),
        Answer::Page { entry, further } | Answer::Guess { entry, further } => (vec![full(entry)], &further[..], none),
        Answer::Read { reading, further, .. } => (of_reading(reading), &further[..], none),
        Answer::Nothing { nearest } => (Vec::new(), none, &nearest[..]),
    };
    let read = if let Answer::Read { reading, .. } = answer { Some(reading) } else { None };
    let inspection = if let Answer::Read { inspection, .. } = answer { inspection.as_ref() } else { None };
    let brief = |entries: &[Entry]| entries.iter().map(brief).collect::<Vec<_>>();
    let mut reported: Vec<Value> = read.into_iter().flat_map(|reading| &reading.errors).map(reported).collect();
    if let (Some(first), Some(proven)) = (reported.first_mut(), proven(inspection)) {
        first["cause"] = json!({ "cause": proven.cause, "certainty": proven.certainty });
    }
    let answer = json!({
        "schema": 1,
        "guess": matches!(answer, Answer::Guess { .. }),
        "reported": reported,
        "exposed": read.map(|reading| &reading.exposed[..]).unwrap_or_default(),
        "inspection": inspection.map(Inspection::json),
        "entries": entries,
        "further": brief(further),
        "nearest": brief(nearest),
    });
    serde_json::to_writer_pretty(&mut *out, &answer)?;
    writeln!(out)
}

/// A secret in the text comes before whatever else it holds. Where the error nearest to the failure is
/// not known, no other is put in its place.
fn of_reading(reading: &Reading) -> Vec<Value> {
    let exposed = (!reading.exposed.is_empty()).then(|| full(&Entry::Cause(Cause::SecretExposed)));
    let is_known = reading.errors.first().is_some_and(|first| first.sentence.is_some());
    let errors = known(reading).filter(|_| is_known).map(|(error, reported)| {
        let mut value = full(&Entry::Error(error));
        value["causes"] = reported.causes.iter().map(weighted).collect();
        value
    });
    exposed.into_iter().chain(errors).collect()
}

fn reported(reported: &Reported) -> Value {
    let mut value = json!(reported);
    value["causes"] = reported.causes.iter().map(weighted).collect();
    if let Some((first, certainty)) = reported.cause() {
        value["cause"] = json!({ "cause": first.cause, "certainty": certainty });
    }
    value
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
        Entry::Term(term) => json!(term),
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
