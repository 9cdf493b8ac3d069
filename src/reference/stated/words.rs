//! The words of a text, names taken apart.

use super::tables::Subject;
use crate::settings::{Named, named};

/// Stands for the end of a sentence or line, which parts words further than a word does.
pub(super) const STOP: &str = ".";

/// A word as it is compared, and the subject whose name begins with it.
pub(super) struct Word {
    pub(super) text: String,
    pub(super) variable: Option<(Subject, usize)>,
    /// A part of a name that is no word of prose: `CONFIG_INVALID_FUNDER`, `MissingFunder`.
    pub(super) is_code: bool,
}

/// The words of a text: names are taken apart at their underscores and capitals.
pub(super) fn words_of(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let is_part = |c: char| c.is_alphanumeric() || ['_', '\'', '’', '$'].contains(&c);
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let between = &rest[..start];
        // a quoted sentence is a statement of its own, and so is what happens then
        let is_next = || {
            between.contains(", ") && ["then ", "but ", "and then "].iter().any(|next| rest[start..].starts_with(next))
        };
        let is_quoted = || {
            between.ends_with(" \"")
                && rest[start..].split('"').next().is_some_and(|quoted| quoted.matches(' ').count() >= 2)
        };
        let ends = between.contains(['\n', ';', '。', '!', '?'])
            || between.contains(". ")
            || between.contains(".\"")
            || is_next()
            || is_quoted();
        if ends && words.last().is_some_and(|word| word.text != STOP) {
            words.push(Word { text: STOP.to_owned(), variable: None, is_code: false });
        }
        let end = rest[start..].find(|c| !is_part(c)).map_or(rest.len(), |length| start + length);
        take(&rest[start..end], &mut words);
        rest = &rest[end..];
    }
    words
}

/// One name or word, in its parts.
fn take(token: &str, words: &mut Vec<Word>) {
    let name = token.trim_matches(['\'', '’', '$']);
    let first = words.len();
    let mut part = String::new();
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    let is_code = name.contains('_')
        || (name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()));
    let close = |part: &mut String, words: &mut Vec<Word>| {
        if !part.is_empty() {
            words.push(Word { text: std::mem::take(part), variable: None, is_code });
        }
    };
    while let Some(c) = chars.next() {
        let is_small_next = chars.peek().is_some_and(char::is_ascii_lowercase);
        let is_turn =
            c.is_ascii_uppercase() && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && is_small_next));
        if c == '_' || is_turn || (before.is_ascii() != c.is_ascii() && before != ' ') {
            close(&mut part, words);
        }
        if c.is_alphanumeric() {
            part.extend(c.to_lowercase());
        }
        before = c;
    }
    close(&mut part, words);
    if words.len() == first {
        return;
    }
    // a word in capitals may be no name: of those only the usual two
    if !name.contains('_') && !["PK", "FUNDER"].contains(&name) {
        return;
    }
    match named(name) {
        Named::Setting(setting) => {
            let length = words.len() - first;
            words[first].variable = Subject::of(setting).map(|subject| (subject, length));
        }
        // of somebody else, whatever its parts are
        Named::Other => {
            words.truncate(first);
            words.push(Word { text: "…".to_owned(), variable: None, is_code: false });
        }
        Named::Unknown => {}
    }
}
