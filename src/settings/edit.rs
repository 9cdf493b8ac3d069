//! Edits of settings files, as text to text: nothing is read or written here.

mod profiles;
mod variables;

use similar::{ChangeTag, TextDiff};
use thiserror::Error;

pub use profiles::ConfigText;
pub(super) use profiles::line_at;
pub use variables::{Assignment, Entry, assignments, entries, set_variables};

use crate::secret::Secret;

/// Why an edit cannot be made. The messages hold names, never values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    #[error(
        "the value of {name} holds {what}, which no form of quotes keeps the same for every program that reads .env files"
    )]
    Unquotable { name: String, what: &'static str },
    #[error("{0:?} is no name of a variable: letters, digits and underscores, not beginning with a digit")]
    Name(String),
    #[error("line {line} is no TOML: {reason}")]
    Malformed { line: usize, reason: String },
    #[error("line {line}: {key} is no table")]
    NoTable { line: usize, key: String },
    #[error("there is no profile named {0}")]
    NoSuchProfile(String),
}

/// How a line of a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    Removed,
    Added,
}

/// A line of a file before or after an edit, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    pub change: Change,
    /// From 1: in the old file where it is removed, else in the new one.
    pub line: usize,
    /// Without its line end.
    pub text: String,
}

impl DiffLine {
    /// `-`, `+`, or a space.
    pub fn sign(&self) -> char {
        match self.change {
            Change::Same => ' ',
            Change::Removed => '-',
            Change::Added => '+',
        }
    }
}

/// What changes from one text to another, each change with a line of what stands around it.
///
/// Both texts are shown as they are: see [`masked_variables`] and [`ConfigText::masked`].
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    const AROUND: usize = 1;
    let diff = TextDiff::from_lines(old, new);
    let groups = diff.grouped_ops(AROUND);
    let changes = groups.iter().flatten().flat_map(|op| diff.iter_changes(op));
    changes
        .map(|change| {
            let (kind, index) = match change.tag() {
                ChangeTag::Equal => (Change::Same, change.new_index()),
                ChangeTag::Delete => (Change::Removed, change.old_index()),
                ChangeTag::Insert => (Change::Added, change.new_index()),
            };
            let text = change.value().trim_end_matches(['\r', '\n']).chars().filter(|c| !c.is_control()).collect();
            DiffLine { change: kind, line: index.unwrap_or_default() + 1, text }
        })
        .collect()
}

/// The text of a `.env` with the shape of each secret in its place. Two secrets differ in it.
pub fn masked_variables(text: &str) -> String {
    let mut masked = text.to_owned();
    // from the end, so that the places of the others stay
    for assignment in assignments(text).iter().rev().filter(|assignment| holds_secret(assignment.name)) {
        if !assignment.value.is_empty() {
            masked.replace_range(
                assignment.value.clone(),
                &mask(setting(assignment.name), &text[assignment.value.clone()]),
            );
        }
    }
    masked
}

/// What stands for a secret on a screen.
fn mask(setting: &str, secret: &str) -> String {
    format!("({})", super::setup::secret_shape(setting, &Secret::new(secret.trim_matches(['"', '\'']))))
}

/// The setting of a variable; empty for a variable of another program.
fn setting(variable: &str) -> &'static str {
    super::names::setting_of(variable).map_or("", |setting| setting.name)
}

/// Whether the value of a variable is not to be shown: that of a secret setting, and of any other
/// name that sounds like one.
fn holds_secret(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    let sounds = ["KEY", "SECRET", "TOKEN", "PASS", "MNEMONIC", "SEED", "AUTH", "CREDENTIAL"];
    super::names::is_secret(variable) || sounds.iter().any(|part| name.contains(part)) || name == "PK"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changes_and_no_secret() {
        let old = "# bot\nPK=0xabcdef\n\nFUNDER=0x1\nA=1\nB=2\n";
        let new = "# bot\nPK=0xabcdee\n\nFUNDER=0x2\nA=1\nB=2\n";
        let lines = diff(&masked_variables(old), &masked_variables(new));
        let shown: Vec<String> =
            lines.iter().map(|line| format!("{}{} {}", line.sign(), line.line, line.text)).collect();
        assert!(shown.iter().all(|line| !line.contains("abcde")), "{shown:#?}");
        assert!(shown[1].starts_with("-2 PK=(8 characters, fingerprint "), "{shown:#?}");
        assert!(shown[2].starts_with("+2 PK=(8 characters, fingerprint ") && shown[1][1..] != shown[2][1..]);
        assert_eq!(shown[3..], [" 3 ", "-4 FUNDER=0x1", "+4 FUNDER=0x2", " 5 A=1"]);
    }

    #[test]
    fn a_secret_that_is_written_otherwise_has_the_same_fingerprint() {
        let shown = |text: &str| masked_variables(text).split("fingerprint ").nth(1).unwrap()[..6].to_owned();
        let secret = "CLOB_SECRET=_-8ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn=";
        assert_eq!(shown(secret), shown(&secret.replace('_', "/").replace('-', "+").replace("mn=", "mn")));
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        assert_eq!(shown(&format!("PK=0x{key}")), shown(&format!("PK={}", key.to_uppercase())));
        assert_ne!(shown("CLOB_PASS_PHRASE=ab"), shown("CLOB_PASS_PHRASE=AB"));
    }
}
