//! Texts from outside reach no terminal as they are: not from a record that somebody else made, and not
//! from what stands in settings.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::program::{check, polydoctor};

/// Writes the clipboard, clears the screen, colours, rings, goes back, turns the direction, hides.
const HOSTILE: &str = "\u{1b}]52;c;aGk=\u{7}\u{1b}[2J\u{9b}31m\u{1b}[8m\r\u{8}\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{ad}\u{3164}\u{e0041}";

fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{3164}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Nothing of it is in what a program printed.
fn assert_harmless(output: &Output, what: &str) {
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8(stream.clone()).unwrap();
        let found: Vec<String> =
            text.chars().filter(|c| is_harmful(*c)).map(|c| c.escape_unicode().to_string()).collect();
        assert!(found.is_empty(), "{what}: {found:?} in {text:?}");
        assert!(!text.contains("panicked"), "{what}: {text}");
    }
}

/// The places of all texts of a value.
fn texts(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(place.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| texts(item, &format!("{place}/{i}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, item)| {
            texts(item, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), found);
        }),
        _ => {}
    }
}

fn spoilt(record: &Value, places: &[&String]) -> Value {
    let mut record = record.clone();
    for place in places {
        let text = record.pointer_mut(place).unwrap();
        *text = Value::String(format!("{}{HOSTILE}", text.as_str().unwrap()));
    }
    record
}

#[test]
fn a_record_of_somebody_else_writes_nothing_to_the_terminal_that_it_would_obey() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.json");
    let file = file.to_str().unwrap();
    let (mut tried, mut taken) = (0, 0);
    for scenario in ["demo", "credentials-stale"] {
        let recorded = polydoctor().args(["check", "--demo", scenario, "--record", file]).output().unwrap();
        assert_ne!(recorded.status.code(), Some(2), "there is no scenario {scenario}");
        let record: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let mut places = Vec::new();
        texts(&record, "", &mut places);
        assert!(places.len() > 100, "{scenario}: {}", places.len());
        let replay = |record: &Value, format: &str, more: &[&str]| {
            fs::write(file, serde_json::to_vec(record).unwrap()).unwrap();
            polydoctor().args(["check", "--replay", file, "--format", format]).args(more).output().unwrap()
        };
        // each text alone: where it is not taken, what is said of it is harmless too
        let is_taken = |place: &&String| {
            let output = replay(&spoilt(&record, &[*place]), "text", &[]);
            assert_harmless(&output, place);
            output.status.code() != Some(2)
        };
        let free: Vec<&String> = places.iter().filter(is_taken).collect();
        (tried, taken) = (tried + places.len(), taken + free.len());
        let all = spoilt(&record, &free);
        for format in ["text", "json", "markdown", "junit"] {
            for more in [&[][..], &["--anonymous"]] {
                assert_harmless(&replay(&all, format, more), &format!("{scenario} as {format} {more:?}"));
            }
        }
    }
    assert!(taken > 40, "{taken} of {tried}");
}

#[test]
fn settings_and_arguments_are_printed_without_what_a_terminal_would_obey() {
    let folder = tempfile::tempdir().unwrap();
    let names =
        ["POLYMARKET_FUNDER", "POLYMARKET_SIGNATURE_TYPE", "CLOB_API_KEY", "POLY_BUILDER_CODE", "POLYMARKET_CLOB_URL"];
    for name in names.into_iter().chain(["POLYMARKET_PRIVATE_KEY", "CLOB_SECRET", "POLYMARKET_RPC_URL", "PROXY_WALLET"])
    {
        // a file cannot hold every character in every form: quoted, it takes those of one line
        let value = HOSTILE.replace('\r', "");
        fs::write(folder.path().join(".env"), format!("{name}=\"x{value}\"\n")).unwrap();
        for arguments in
            [&["check", "--offline"][..], &["config"], &["check", "--offline", "--format", "json"], &["keys", "list"]]
        {
            let output = polydoctor().current_dir(folder.path()).args(arguments).output().unwrap();
            assert_harmless(&output, &format!("{name} {arguments:?}"));
        }
    }
    for arguments in [
        &["check", "--profile"][..],
        &["explain"],
        &["check", "--env-file"],
        &["check", "--symptom"],
        &["builder", "trades", "--cursor"],
        &["keys", "delete"],
        &["check"],
    ] {
        let output = polydoctor().current_dir(folder.path()).args(arguments).arg(HOSTILE).output().unwrap();
        assert_harmless(&output, &format!("{arguments:?}"));
    }
    let (report, _) = check(&["--demo", "healthy-safe", "--symptom", HOSTILE]);
    assert!(!report["reported_errors"].to_string().contains(is_harmful), "{}", report["reported_errors"]);
}
