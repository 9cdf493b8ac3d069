//! Edits of settings files, as text to text: nothing is read or written here.

mod profiles;
mod variables;

use similar::{ChangeTag, TextDiff};
use thiserror::Error;

pub(super) use profiles::changed_profiles;
pub(super) use profiles::line_at;
pub use profiles::{ConfigText, check_profile_name};
pub use variables::set_variables;
pub(crate) use variables::{Assignment, Entry, assignments, entries};

use super::Setting;
use crate::secret::Secret;

/// Why an edit cannot be made. The messages hold names, never values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// The value has characters that shells and programs read in different ways.
    #[error(
        "the value of {name} contains {what}, which no quoting keeps the same for every program that reads .env files"
    )]
    Unquotable {
        /// The variable.
        name: String,
        /// What the value has, such as `a line end`.
        what: &'static str,
    },
    /// The name cannot be that of a variable; here without control characters, and cut.
    #[error("{0:?} is not a variable name: use letters, digits and underscores, not starting with a digit")]
    Name(String),
    /// The configuration file is not TOML.
    #[error("line {line} is not TOML: {reason}")]
    Malformed {
        /// From 1.
        line: usize,
        /// What the TOML parser says.
        reason: String,
    },
    /// Something else has the name of a table, such as `profiles = 1`.
    #[error("line {line}: {key} is not a table")]
    NoTable {
        /// From 1.
        line: usize,
        /// The name that should be a table.
        key: String,
    },
    /// The file has no profile of this name.
    #[error("no profile named {0}")]
    NoSuchProfile(String),
    /// A new profile cannot be named so; here without control characters.
    #[error(
        "{0:?} is not a valid profile name: use letters, digits, `-`, `_` and `.`, at most 64, starting with a letter or digit"
    )]
    ProfileName(String),
}

/// How a line of a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The line stays.
    Same,
    /// Only the old file has the line.
    Removed,
    /// Only the new file has the line.
    Added,
}

/// A line of a file before or after an edit, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What happens to the line.
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

/// The text of a `.env` as it may be shown: of settings that are not secret the value, of secrets the
/// shape, by which two of them differ. Of everything else only that it is there, since a comment or a
/// line that is no assignment can hold an old key.
pub fn masked_variables(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for assignment in assignments(text) {
        let start = text[..assignment.value.start].rfind('\n').map_or(0, |newline| newline + 1);
        masked.push_str(&withheld_lines(&text[end..start]));
        masked.push_str(&text[start..assignment.value.start]);
        masked.push_str(&masked_value(assignment.name, &text[assignment.value.clone()]));
        let rest = &text[assignment.value.end..];
        let line_end = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let (behind, ending) = rest[..line_end].split_at(rest[..line_end].trim_end_matches(['\r', '\n']).len());
        masked.push_str(if behind.trim().is_empty() { "" } else { " # …" });
        masked.push_str(ending);
        end = assignment.value.end + line_end;
    }
    masked.push_str(&withheld_lines(&text[end..]));
    masked
}

/// Lines that are no assignments: how many there are, and which of them are comments.
fn withheld_lines(text: &str) -> String {
    let shown = |line: &str| {
        let (inside, ending) = line.split_at(line.trim_end_matches(['\r', '\n']).len());
        let inside = inside.trim().trim_start_matches('\u{feff}');
        let shown = match inside.chars().next() {
            None => "",
            Some('#') => "# …",
            Some(_) => "…",
        };
        format!("{shown}{ending}")
    };
    text.split_inclusive('\n').map(shown).collect()
}

fn masked_value(variable: &str, value: &str) -> String {
    let Some(setting) = Setting::listing(variable) else {
        return if value.is_empty() { String::new() } else { "…".to_owned() };
    };
    let bare = value.trim_matches(['"', '\'']);
    if value.is_empty() || (!setting.is_secret() && is_harmless(setting, bare)) {
        return value.to_owned();
    }
    mask(setting, value)
}

/// Whether a value is none of a secret in the wrong place: those are longer, or parts of a URL.
fn is_harmless(setting: Setting, value: &str) -> bool {
    /// Of an address; keys and secrets are longer.
    const LONGEST: usize = 42;
    if setting.is_url() {
        let bare = |text: &str| text.trim_end_matches('/').to_owned();
        return url::Url::parse(value)
            .is_ok_and(|url| bare(url.as_str()) == bare(&super::shown_url(&url)) || is_public_path(&url));
    }
    value.chars().count() <= LONGEST
}

/// A path of words, with nothing that could be the access key of a provider.
fn is_public_path(url: &url::Url) -> bool {
    let is_word = |segment: &str| segment.len() <= 12 && segment.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.path().split('/').all(is_word)
}

/// What stands for a secret on a screen. The quotes and blanks around it are no part of it, and may be
/// what is wrong.
fn mask(setting: Setting, secret: &str) -> String {
    let surrounds = |c: char| matches!(c, '"' | '\'') || c.is_whitespace();
    let bare = secret.trim_matches(surrounds);
    let (before, after) = secret.split_once(bare).filter(|_| !bare.is_empty()).unwrap_or_default();
    format!("{before}({}){after}", super::secret_shape(setting, &Secret::new(bare)))
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
        assert_eq!(shown[3..], [" 3 ", "-4 FUNDER=0x1", "+4 FUNDER=0x2", " 5 A=…"]);
    }

    #[test]
    fn nothing_beside_a_setting_is_shown() {
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let text = format!(
            "\u{feff}# PK=0x{key}\r\nold key {key}\r\n  export FUNDER = '0x1' # was {key}\r\nWEBHOOK=https://x/{key}\r\n\
             CHAIN_ID=0x{key}\r\nRPC_URL=https://node/v2/{key}\r\nNOTE='one\n{key}\n' # {key}\r\n\r\n# {key}"
        );
        let masked = masked_variables(&text);
        assert!(!masked.contains(&key[..8]), "{masked}");
        let lines: Vec<&str> = masked.lines().collect();
        assert_eq!(lines[..4], ["# …", "…", "  export FUNDER = '0x1' # …", "WEBHOOK=…"]);
        assert!(lines[4].starts_with("CHAIN_ID=(66 characters") && lines[5].starts_with("RPC_URL=("), "{masked}");
        assert_eq!(lines[6..], ["NOTE=… # …", "", "# …"]);
    }

    #[test]
    fn a_secret_that_is_written_otherwise_has_the_same_fingerprint() {
        let shown = |text: &str| masked_variables(text).split("fingerprint ").nth(1).unwrap()[..6].to_owned();
        let secret = "CLOB_SECRET=_-8ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn=";
        assert_eq!(shown(secret), shown("CLOB_SECRET=/+8ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"));
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        assert_eq!(shown(&format!("PK=0x{key}")), shown(&format!("PK={}", key.to_uppercase())));
        assert_ne!(shown("CLOB_PASS_PHRASE=ab"), shown("CLOB_PASS_PHRASE=AB"));
    }
}
