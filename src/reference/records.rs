//! A log in records: a line with a time, a level or an exception, and what belongs to it.

use std::ops::Range;

/// One record of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// In bytes of the text.
    pub(super) span: Range<usize>,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
}

/// The records of a text, in its order.
pub(super) fn records(text: &str) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match records.last_mut() {
            Some(last) if !begins(line) || ends_frames(&text[last.span.clone()], line) => {
                last.span.end = at + line.len();
            }
            _ => records.push(Record { span: at..at + line.len(), line: number + 1 }),
        }
        at += line.len();
    }
    records
}

/// Whether a line begins a record of its own.
fn begins(line: &str) -> bool {
    if line.trim_ascii_start().is_empty() {
        return false;
    }
    let head: String = uncoloured(line).chars().take(96).collect();
    let head = without_unit(&head);
    is_time(head) || is_level(head) || is_exception(head) || is_json_log(line)
}

/// Whether a line is the exception below the frames of a Python traceback.
fn ends_frames(record: &str, line: &str) -> bool {
    let head: String = line.chars().take(96).collect();
    let record = record.trim_start();
    (record.starts_with("Traceback (most") || record.starts_with("File \""))
        && !head.starts_with("Traceback")
        && is_exception(&head)
}

/// One object a line, as structured logs are.
fn is_json_log(line: &str) -> bool {
    const NAMES: &[&str] = &["ts", "time", "timestamp", "@timestamp", "level", "lvl", "severity", "msg", "message"];
    let line = line.trim();
    let head = &line[..line.floor_char_boundary(line.len().min(160))];
    line.starts_with("{\"") && line.ends_with('}') && NAMES.iter().any(|name| head.contains(&format!("\"{name}\":")))
}

fn uncoloured(line: &str) -> &str {
    let mut line = line.trim_start_matches(['[', '(', '"', '\'', '{']);
    while let Some(rest) = line.strip_prefix('\u{1b}') {
        line = rest.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
        line = line.trim_start_matches(['[', '(']);
    }
    line
}

/// Docker, pm2 and systemd put the name of the unit in front: `bot-1  | `, `0|bot  | `.
fn without_unit(head: &str) -> &str {
    match head.split_once("| ") {
        Some((unit, rest)) if unit.len() <= 30 && !unit.contains(['{', '"', ':']) => rest.trim_start_matches('['),
        _ => head,
    }
}

fn is_time(head: &str) -> bool {
    const MONTHS: &[&str] =
        &["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "];
    const SHAPES: &[&str] =
        &["dddd-dd-dd", "dddd/dd/dd", "dd:dd:dd", "dd/dd/dddd", "dd.dd.dddd", "dd/dd/dd dd:", "dd-dd-dddd", "d:dd:dd"];
    let is_like = |shape: &&str| {
        let mut chars = head.chars();
        shape
            .chars()
            .all(|wanted| chars.next().is_some_and(|c| if wanted == 'd' { c.is_ascii_digit() } else { c == wanted }))
    };
    SHAPES.iter().any(is_like) || MONTHS.iter().any(|month| head.starts_with(month)) || head.starts_with("time=\"")
}

fn is_level(head: &str) -> bool {
    const LEVELS: &[&str] =
        &["INFO", "WARN", "WARNING", "ERROR", "ERR", "DEBUG", "TRACE", "CRITICAL", "FATAL", "NOTICE"];
    let word = head.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let after = head.get(word.len()..).unwrap_or_default();
    LEVELS.contains(&word) && after.starts_with([' ', ':', ']', '\t', '|', '[', '\u{1b}'])
        || head.starts_with("level=")
        || ["info:", "warn:", "error:", "debug:"].iter().any(|level| head.starts_with(level))
}

/// `requests.exceptions.HTTPError: …`, `Uncaught Error: …`; frames and causes are indented.
fn is_exception(head: &str) -> bool {
    const ENDS: &[&str] = &["Error", "Exception", "Exit", "Interrupt", "Refused", "Timeout"];
    if head.starts_with("Traceback (most") || head.starts_with("thread '") || head.starts_with("panic: ") {
        return true;
    }
    let name = head.strip_prefix("Uncaught ").or_else(|| head.strip_prefix("Unhandled ")).unwrap_or(head);
    let end =
        name.find(|c: char| !c.is_ascii_alphanumeric() && !['.', '_', '\\', '$'].contains(&c)).unwrap_or(name.len());
    let (name, after) = name.split_at(end);
    ENDS.iter().any(|ending| name.ends_with(ending))
        && (after.trim_end().is_empty() || after.starts_with([':', '(', '[', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        records(text).iter().map(|record| record.line).collect()
    }

    #[test]
    fn a_record_is_a_line_with_a_time_or_a_level_and_what_follows_it() {
        assert_eq!(lines("2026-01-02 22:07:12 INFO a\n  b\n2026-01-02 22:07:13 ERROR c\n{\n}\n"), [1, 3]);
        assert_eq!(lines("\u{1b}[32m[INFO]\u{1b}[0m a\n\u{1b}[31mERROR\u{1b}[0m b\n"), [1, 2]);
        assert_eq!(lines("bot-1  | 2026-01-02T22:07:12Z a\nbot-1  | 2026-01-02T22:07:13Z b"), [1, 2]);
        assert_eq!(lines("Traceback (most recent call last):\n  File \"x\"\nhttpx.ConnectError: a\n\nb"), [1]);
        assert_eq!(lines("ValueError: a\nhttpx.ConnectError: b"), [1, 2]);
        assert_eq!(lines("HTTP/2 401\ncontent-type: application/json\n\n{\"error\":\"x\"}"), [1]);
        assert_eq!(lines("{\"level\":\"info\",\"a\":1}\n{\"level\":\"error\",\"a\":{}}\n{\"error\":\"x\"}"), [1, 2]);
        assert!(records("").is_empty());
    }
}
