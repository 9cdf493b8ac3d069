//! Text as words, so that quotes, escapes, punctuation and case do not matter.

use std::iter::Peekable;
use std::str::CharIndices;

/// Words longer than this are no part of any sentence; ids and blobs are.
const LONGEST: usize = 80;

/// The words of a text, in lower case, each with its place in the raw text.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    /// In `text`.
    start: usize,
    end: usize,
    /// In the raw text.
    from: usize,
    to: usize,
}

impl Words {
    /// A word is letters, digits and underscores; an apostrophe inside it is left out ("couldnt").
    /// Escapes of JSON are undone first, so that a sentence inside a log line reads as it was said.
    pub(super) fn of(raw: &str) -> Self {
        let mut words = Self { text: String::with_capacity(raw.len()), spans: Vec::with_capacity(raw.len() / 6) };
        let mut rest = Unescaped { raw: raw.char_indices().peekable() }.peekable();
        let mut open: Option<Span> = None;
        while let Some((at, c)) = rest.next() {
            if c.is_alphanumeric() || c == '_' {
                let span = open.get_or_insert(Span { start: words.text.len(), end: 0, from: at, to: at });
                span.to = at + c.len_utf8();
                if words.text.len() - span.start < LONGEST {
                    if c.is_ascii() {
                        words.text.push(c.to_ascii_lowercase());
                    } else {
                        words.text.extend(c.to_lowercase());
                    }
                }
            } else if open.is_some() {
                let joins = ['\'', '’', '`'].contains(&c)
                    && words.text.chars().next_back().is_some_and(char::is_alphabetic)
                    && rest.peek().is_some_and(|(_, next)| next.is_alphabetic());
                if !joins {
                    words.close(&mut open);
                }
            }
        }
        words.close(&mut open);
        words
    }

    fn close(&mut self, open: &mut Option<Span>) {
        if let Some(span) = open.take() {
            self.spans.push(Span { end: self.text.len(), ..span });
        }
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<&str> {
        self.spans.get(place).map(|span| &self.text[span.start..span.end])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| &self.text[span.start..span.end])
    }

    /// Where a word begins in the raw text.
    pub(super) fn begins(&self, place: usize) -> usize {
        self.spans.get(place).map_or(0, |span| span.from)
    }

    /// Where a word ends in the raw text.
    pub(super) fn ends(&self, place: usize) -> usize {
        self.spans.get(place).map_or(0, |span| span.to)
    }
}

/// The words of raw text, in lower case.
pub(super) fn words(raw: &str) -> Vec<String> {
    Words::of(raw).iter().map(str::to_owned).collect()
}

/// The characters of a text without the escapes of JSON, also doubled ones, and without a terminal's
/// colour codes.
struct Unescaped<'a> {
    raw: Peekable<CharIndices<'a>>,
}

impl Iterator for Unescaped<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, c) = self.raw.next()?;
            match c {
                '\\' => {
                    while self.raw.next_if(|(_, c)| *c == '\\').is_some() {}
                    match self.raw.peek() {
                        Some((_, 'n' | 'r' | 't')) => {
                            self.raw.next();
                            return Some((at, ' '));
                        }
                        Some((_, 'u')) => match self.unicode() {
                            '\u{1b}' => self.skip_colour(),
                            c => return Some((at, c)),
                        },
                        _ => {}
                    }
                }
                '\u{1b}' => self.skip_colour(),
                c => return Some((at, c)),
            }
        }
    }
}

impl Unescaped<'_> {
    fn skip_colour(&mut self) {
        if self.raw.next_if(|(_, c)| *c == '[').is_some() {
            while self.raw.next().is_some_and(|(_, c)| !c.is_ascii_alphabetic()) {}
        }
    }

    /// The character of `u` and four hex digits; a blank where they are none.
    fn unicode(&mut self) -> char {
        self.raw.next();
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.raw.peek().and_then(|(_, c)| c.to_digit(16)) else { return ' ' };
            self.raw.next();
            code = code * 16 + digit;
        }
        char::from_u32(code).unwrap_or(' ')
    }
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
            r"\u001b[31mthe order\u001b[0m couldn't be filled balance 1",
        ] {
            assert_eq!(words(other), plain, "{other}");
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(words("").is_empty());
        assert!(words(" \\ \\u12 '\"\u{7}").len() <= 1);
    }

    #[test]
    fn words_know_their_place_in_the_raw_text() {
        let raw = "a \u{1b}[31mRed\u{1b}[0m wörd";
        let words = Words::of(raw);
        assert_eq!(words.len(), 3);
        assert_eq!(&raw[words.begins(1)..words.ends(1)], "Red");
        assert_eq!(&raw[words.begins(2)..words.ends(2)], "wörd");
    }
}
