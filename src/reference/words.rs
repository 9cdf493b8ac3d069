//! Text as words, so that quotes, escapes, punctuation and case do not matter.

use std::ops::Range;

/// Words longer than this are no part of any sentence; ids and blobs are.
const LONGEST: usize = 80;

/// The words of raw text, in lower case.
///
/// A word is letters, digits and underscores; an apostrophe inside it is left out ("couldnt").
/// Escapes of JSON are undone first, so that a sentence inside a log line reads as it was said.
pub(super) fn words(raw: &str) -> Vec<String> {
    Words::of(raw).words
}

/// Words with their places in the text, whose escapes are undone.
pub(super) struct Words {
    pub(super) text: String,
    pub(super) words: Vec<String>,
    /// Where each word stands, in bytes of the text.
    pub(super) places: Vec<Range<usize>>,
}

impl Words {
    pub(super) fn of(raw: &str) -> Self {
        let text = unescaped(raw);
        let (mut words, mut places) = (Vec::new(), Vec::new());
        let (mut word, mut start) = (String::new(), 0);
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let joins = ['\'', '’', '`'].contains(&c)
                && word.chars().last().is_some_and(char::is_alphabetic)
                && rest.peek().is_some_and(|(_, next)| next.is_alphabetic());
            if c.is_alphanumeric() || c == '_' {
                if word.is_empty() {
                    start = at;
                }
                if word.len() < LONGEST {
                    word.extend(c.to_lowercase());
                }
            } else if !joins && !word.is_empty() {
                words.push(std::mem::take(&mut word));
                places.push(start..at);
            }
        }
        if !word.is_empty() {
            words.push(word);
            places.push(start..text.len());
        }
        Self { text, words, places }
    }
}

/// Undoes the escapes of JSON, also doubled ones; a terminal's colour codes go too.
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.peek() {
                Some('n' | 'r' | 't') => {
                    rest.next();
                    text.push(' ');
                }
                Some('u') => text.push(unicode(&mut rest)),
                _ => {}
            },
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
            }
            c => text.push(c),
        }
    }
    text
}

/// The character of `u` and four hex digits; a blank where they are none.
fn unicode(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> char {
    rest.next();
    let mut code = 0;
    for _ in 0..4 {
        let Some(digit) = rest.peek().and_then(|c| c.to_digit(16)) else { return ' ' };
        rest.next();
        code = code * 16 + digit;
    }
    char::from_u32(code).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_escapes_and_case_do_not_matter() {
        let plain = words("the order couldn't be filled -> balance: 1");
        assert_eq!(plain.join(" "), "the order couldnt be filled balance 1");
        for other in [
            r#""The order couldn’t be FILLED -\u003e balance: 1""#,
            "the\torder\ncouldn't  be filled\u{1b}[31m ->\u{1b}[0m balance: 1\u{0}",
            r#"{\\\"the order couldn\\\'t be\\nfilled\\\" -> balance: \"1\"}"#,
        ] {
            assert_eq!(words(other), plain, "{other}");
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(words("").is_empty());
        assert!(words(" \\ \\u12 '\"\u{7}").len() <= 1);
    }
}
