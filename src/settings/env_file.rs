//! What a `.env` says, and what is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::edit::{Assignment, Entry, entries};
use super::files::read_text_now;
use super::inputs::SettingsError;
use super::{ProblemKind, Setting, SettingProblem, Subject, names};

/// Which `.env` file is read.
#[derive(Clone, Debug, Default)]
pub enum EnvFile {
    /// `.env` in the working directory, if there is one.
    #[default]
    Usual,
    /// This one, which must be there.
    Named(PathBuf),
    /// No file, not even the one in the working directory.
    None,
}

impl EnvFile {
    pub(super) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Usual => Some(PathBuf::from(".env")).filter(|path| path.exists() && !path.is_dir()),
            Self::Named(path) => Some(path.clone()),
            Self::None => None,
        }
    }
}

/// One variable of a `.env`.
pub(super) struct EnvLine {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// A line of a `.env` that programs do not read, or not alike. Its text is not kept: it may hold a
/// secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    pub(super) line: usize,
    pub(super) kind: ProblemKind,
    pub(super) name: Option<String>,
    pub(super) wrong: &'static str,
    pub(super) fix: &'static str,
}

/// Every variable of a `.env` file, for what is not one of the settings.
///
/// # Errors
///
/// [`SettingsError`] when the file cannot be read, or holds a line that is no assignment.
pub fn env_file_variables(file: &EnvFile) -> Result<BTreeMap<String, String>, SettingsError> {
    let Some(path) = file.path() else { return Ok(BTreeMap::new()) };
    let (lines, bad) = parse(&read_text_now(&path)?);
    // a line that is no assignment may be meant to be one of those
    match bad.iter().find(|bad| bad.kind == ProblemKind::Invalid || bad.name.is_none()) {
        Some(bad) => Err(SettingsError::BadLine { text: bad.problem(&path).text }),
        // the last line of a name wins
        None => Ok(lines.into_iter().map(|line| (line.name, line.value)).collect()),
    }
}

/// The line, the name and what is wrong of a private key that cannot be read, where no line has one that can.
pub(super) fn unreadable_key<'a>(lines: &[EnvLine], bad: &'a [BadLine]) -> Option<(usize, &'a str, &'static str)> {
    let is_key = |name: &str| names::gives(Setting::PrivateKey, name);
    if lines.iter().any(|line| is_key(&line.name) && !line.value.trim().is_empty()) {
        return None;
    }
    let unread = bad.iter().filter(|bad| bad.kind == ProblemKind::Invalid);
    unread.filter_map(|bad| Some((bad.line, bad.name.as_deref()?, bad.wrong))).find(|(_, name, _)| is_key(name))
}

impl BadLine {
    pub(super) fn problem(&self, path: &Path) -> SettingProblem {
        let Self { line, wrong, .. } = self;
        let what = self.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        SettingProblem {
            kind: self.kind,
            setting: Subject::EnvFile,
            text: format!("Line {line} of {}{what} {wrong}", path.display()),
            fix: self.fix.to_owned(),
        }
    }
}

/// The variables of a `.env` in order, and the lines that are wrong.
///
/// Each assignment is read by dotenvy on its own, so that a line it cannot read spoils no other.
pub(super) fn parse(text: &str) -> (Vec<EnvLine>, Vec<BadLine>) {
    let (mut lines, mut bad): (Vec<EnvLine>, _) = (Vec::new(), Vec::new());
    let mut earlier = String::new();
    for entry in entries(text) {
        let assignment = match entry {
            Entry::Assignment(assignment) => assignment,
            Entry::Other(line) => {
                // what may be one of ours is not read; anything else most programs pass over
                let names_ours = text.lines().nth(line.saturating_sub(1)).is_some_and(|line| {
                    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(names::is_known)
                });
                bad.push(BadLine {
                    line,
                    kind: if names_ours { ProblemKind::Invalid } else { ProblemKind::Conflict },
                    name: None,
                    wrong: "is not a NAME=value line",
                    fix: "Write one NAME=value per line, and # before comments",
                });
                continue;
            }
        };
        let raw = &text[assignment.value.clone()];
        let this = format!("{}={raw}\n", assignment.name);
        // others are needed where a value refers to them
        let whole = if raw.contains('$') { format!("{earlier}{this}") } else { this.clone() };
        match dotenvy::from_read_iter(whole.as_bytes()).last() {
            // a value of ours is one line: more are a quote that a later one happens to close
            Some(Ok((name, value)))
                if name == assignment.name && !(names::is_known(&name) && value.trim_end().contains('\n')) =>
            {
                let is_set = |name: &str| lines.iter().any(|line| line.name == name);
                bad.extend(read_differently(&assignment, raw, &value, is_set));
                lines.push(EnvLine { name, value, line: assignment.line });
                earlier.push_str(&this);
            }
            _ if is_with_blanks(raw) => {
                bad.push(with_blanks(&assignment));
                lines.push(EnvLine {
                    name: assignment.name.to_owned(),
                    value: raw.trim().to_owned(),
                    line: assignment.line,
                });
            }
            _ => bad.push(unreadable(&assignment, raw)),
        }
    }
    bad.extend(twice(&lines));
    (lines, bad)
}

/// Whether a value is without quotes and has blanks in it, and nothing else that programs read in different
/// ways.
fn is_with_blanks(raw: &str) -> bool {
    let is_plain = !raw.starts_with(['"', '\'']) && !raw.contains(['$', '\\']);
    is_plain && raw.trim().contains(char::is_whitespace)
}

/// Most bots read it to the end of the line, so only of a variable that matters here is it more than a remark.
fn with_blanks(assignment: &Assignment<'_>) -> BadLine {
    let is_known = names::is_known(assignment.name);
    BadLine {
        line: assignment.line,
        kind: if is_known { ProblemKind::Conflict } else { ProblemKind::Remark },
        name: Some(assignment.name.to_owned()),
        wrong: "has a space in an unquoted value: python-dotenv, Node's dotenv and Docker Compose read all of it, shells and Rust clients reject the line",
        fix: "Put the value in quotes",
    }
}

/// Why dotenvy cannot read a value.
fn unreadable(assignment: &Assignment<'_>, raw: &str) -> BadLine {
    let opens = raw.starts_with(['"', '\'']);
    let closed = opens && raw.len() > 1 && raw.ends_with(&raw[..1]) && !raw.contains('\n');
    let (wrong, fix) = if opens && !closed {
        ("has an unclosed quote", "Close the quote, or remove it")
    } else if raw.contains("${") && !raw.contains('}') {
        ("has an unclosed ${", "Put the value in single quotes, or close the brace")
    } else if raw.contains('$') {
        ("has a $ outside of single quotes, which programs read differently", "Put the value in single quotes")
    } else {
        ("has a backslash that programs read differently", "Put the value in single quotes")
    };
    // what other programs make of a variable that is theirs is no matter of this account
    let is_ours = opens || names::is_known(assignment.name);
    let kind = if is_ours { ProblemKind::Invalid } else { ProblemKind::Remark };
    BadLine { line: assignment.line, kind, name: Some(assignment.name.to_owned()), wrong, fix }
}

/// A value that programs read, but not all of them alike.
fn read_differently(
    assignment: &Assignment<'_>,
    raw: &str,
    value: &str,
    is_set: impl Fn(&str) -> bool,
) -> Option<BadLine> {
    if !names::is_known(assignment.name) {
        return None;
    }
    // a reference to a variable that is there is meant as one
    if reference(raw).is_some_and(is_set) {
        return Some(BadLine {
            line: assignment.line,
            kind: ProblemKind::Remark,
            name: Some(assignment.name.to_owned()),
            wrong: "refers to a variable: python-dotenv, shells and Docker Compose replace it, Node's dotenv does not",
            fix: "If your bot runs on Node, write the value itself, or use dotenv-expand",
        });
    }
    let wrong = if !raw.starts_with(['"', '\'']) && raw.contains('#') {
        "has a # in an unquoted value: Node's dotenv ends the value there, others do not"
    } else if !raw.starts_with('\'') && raw.contains('$') && raw.trim_matches('"') != value {
        "has a $ that shells and dotenvy replace with a variable's value, but Node's dotenv keeps"
    } else {
        return None;
    };
    Some(BadLine {
        line: assignment.line,
        kind: ProblemKind::Conflict,
        name: Some(assignment.name.to_owned()),
        wrong,
        fix: "Put the value in single quotes",
    })
}

/// The variable that a value consists of: `${PK}`, `"$PK"`.
fn reference(raw: &str) -> Option<&str> {
    let bare = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    let name = bare.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
    (!name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')).then_some(name)
}

/// One name with two values: the clients in Rust take the first, all others the last.
fn twice(lines: &[EnvLine]) -> Vec<BadLine> {
    let again = |(index, line): (usize, &EnvLine)| {
        let differs = |other: &EnvLine| other.name == line.name && other.value != line.value;
        (names::is_known(&line.name) && lines[..index].iter().any(differs)).then(|| BadLine {
            line: line.line,
            kind: ProblemKind::Conflict,
            name: Some(line.name.clone()),
            wrong: "sets a variable again: Rust clients use the first line, others the last",
            fix: "Keep one of the lines",
        })
    };
    lines.iter().enumerate().filter_map(again).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_line_is_told_and_spoils_no_other() {
        let text = "\u{feff}PK=a\r\nno assignment\r\n\nB=x y\nC=a\\qb\nD=${open\n\nCLOB_SECRET=a#b\n\
                    CLOB_PASS_PHRASE=p$w\nG=\"p$w\"\nE='multi\nline'\nPK=b  # don't\nF=\"${E}!\"\n\
                    FUNDER='open\nCHAIN_ID='1'\nH='open\nI=1\n";
        let (lines, bad) = parse(text);
        let read: Vec<_> = lines.iter().map(|line| (line.name.as_str(), line.value.as_str(), line.line)).collect();
        assert_eq!(
            read,
            [
                ("PK", "a", 1),
                ("B", "x y", 4),
                ("CLOB_SECRET", "a#b", 8),
                ("CLOB_PASS_PHRASE", "p", 9),
                ("E", "multi\nline", 11),
                ("PK", "b", 13),
                ("F", "multi\nline!", 14),
                ("I", "1", 18),
            ]
        );
        let wrong: Vec<_> = bad.iter().map(|bad| (bad.line, bad.wrong.split(':').next().unwrap_or_default())).collect();
        assert_eq!(
            wrong,
            [
                (2, "is not a NAME=value line"),
                (4, "has a space in an unquoted value"),
                (5, "has a backslash that programs read differently"),
                (6, "has an unclosed ${"),
                (8, "has a # in an unquoted value"),
                (9, "has a $ that shells and dotenvy replace with a variable's value, but Node's dotenv keeps"),
                (10, "has a $ outside of single quotes, which programs read differently"),
                (15, "has an unclosed quote"),
                (13, "sets a variable again"),
            ]
        );
    }
}
