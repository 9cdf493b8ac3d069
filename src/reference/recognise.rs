//! Known sentences inside raw text: logs, exceptions, bodies.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use super::words::{Words, words};
use super::{ErrorEntry, errors};

/// Of a text longer than this only its beginning is read.
const LONGEST: usize = 1 << 20;
/// What varies in a sentence is at most so many words.
const GAP: usize = 8;

enum Part {
    Word(String),
    /// Stands for what varies.
    Gap,
}

/// A sentence as it is looked for.
struct Pattern {
    error: &'static ErrorEntry,
    parts: Vec<Part>,
    /// Letters that have to be there: how specific it is.
    letters: usize,
}

impl Pattern {
    fn new(error: &'static ErrorEntry, text: &str) -> Self {
        let mut parts = Vec::new();
        for (place, piece) in text.split("{}").enumerate() {
            let piece = words(piece);
            // what varies at either end leaves nothing to look for
            if place > 0 && !parts.is_empty() && !piece.is_empty() {
                parts.push(Part::Gap);
            }
            parts.extend(piece.into_iter().map(Part::Word));
        }
        let letters = parts.iter().map(|part| if let Part::Word(word) = part { word.len() } else { 0 }).sum();
        Self { error, parts, letters }
    }

    /// The sentence, and for a bare status also the way in which logs write it.
    fn of(error: &'static ErrorEntry) -> Vec<Self> {
        let mut patterns = vec![Self::new(error, &error.text)];
        if let (true, Some((_, reason))) = (error.is_status(), error.text.split_once(' ')) {
            patterns.push(Self::new(error, &format!("statusText {reason}")));
        }
        patterns
    }
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| errors().iter().flat_map(Pattern::of).collect());

/// How many of the words match the parts, from the first on.
fn matched(parts: &[Part], words: &[String]) -> Option<usize> {
    let Some((part, further)) = parts.split_first() else { return Some(0) };
    match part {
        Part::Word(word) => {
            let same = words.first() == Some(word);
            same.then(|| matched(further, &words[1..])).flatten().map(|count| count + 1)
        }
        Part::Gap => (0..=GAP.min(words.len()))
            .find_map(|skipped| matched(further, &words[skipped..]).map(|count| count + skipped)),
    }
}

/// A sentence at a place of the text.
struct Occurrence {
    pattern: &'static Pattern,
    span: Range<usize>,
}

impl Occurrence {
    /// Sorts the sentences that say most to the front: those of a server before those that are
    /// harmless, the specific before the general, then the earlier.
    fn rank(&self) -> impl Ord + use<> {
        let error = self.pattern.error;
        (error.wraps, error.is_status(), error.harmless.is_some(), Reverse(self.pattern.letters), self.span.start)
    }
}

/// The known sentences inside raw text, the most specific first.
///
/// Case, quotes, escapes and punctuation do not matter, and what varies in a sentence is skipped.
/// Text may be a log of any official client: Python's
/// `PolyApiException[status_code=400, error_message={'error': '…'}]`, the JSON that the TypeScript
/// client logs of a failed request, Rust's
/// `Status: error(401 Unauthorized) making GET call to /auth/api-keys with {"error":"…"}`. Where no
/// sentence is found, the status number in the text decides.
pub fn recognise(raw: &str) -> Vec<&'static ErrorEntry> {
    let words = words(beginning(raw));
    let mut found = whole(occurrences(&words));
    found.sort_by_key(Occurrence::rank);
    let mut entries: Vec<&'static ErrorEntry> = Vec::new();
    for occurrence in &found {
        let error = occurrence.pattern.error;
        let known = entries.iter().any(|entry| std::ptr::eq(*entry, error));
        // a bare status adds nothing to a sentence
        let is_bare = error.is_status() && entries.first().is_some_and(|first| !first.is_status());
        if !known && !is_bare {
            entries.push(error);
        }
    }
    if entries.iter().all(|entry| entry.wraps)
        && let Some(status) = status(&words)
    {
        entries.insert(0, status);
    }
    entries
}

/// The most specific known sentence in raw text, with the text's own values in place of what varies.
pub(super) fn filled(raw: &str) -> Option<(&'static ErrorEntry, String)> {
    let entry = *recognise(raw).first()?;
    let words = Words::of(beginning(raw));
    let mut found = whole(occurrences(&words.words));
    found.retain(|occurrence| std::ptr::eq(occurrence.pattern.error, entry));
    found.sort_by_key(Occurrence::rank);
    let values = found.first().map(|occurrence| occurrence.values(&words)).unwrap_or_default();
    let mut values = values.into_iter();
    let mut pieces = entry.text.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(values.next().flatten().as_deref().unwrap_or("…"));
        text.push_str(piece);
    }
    Some((entry, text))
}

impl Occurrence {
    /// What stands in the text for each `{}` of the sentence; `None` where nothing can be told.
    fn values(&self, words: &Words) -> Vec<Option<String>> {
        let mut at = self.span.start;
        let mut inner = Vec::new();
        let mut parts = self.pattern.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Word(_) => at += 1,
                Part::Gap => {
                    let further: Vec<&str> = parts
                        .clone()
                        .map_while(|part| if let Part::Word(word) = part { Some(word.as_str()) } else { None })
                        .collect();
                    let ends = |end: &usize| words.words[*end..].iter().zip(&further).all(|(a, b)| a == b);
                    let end = (at..=self.span.end).find(ends).unwrap_or(at);
                    let text = (at < end).then(|| &words.text[words.places[at].start..words.places[end - 1].end]);
                    inner.push(text.map(str::to_owned));
                    at = end;
                }
            }
        }
        // at either end nothing bounds the value: it is the one next to the sentence
        let text = &self.pattern.error.text;
        let mut values = Vec::new();
        if text.split("{}").next().is_some_and(|piece| super::words::words(piece).is_empty()) && text.contains("{}") {
            let before = words.places.get(self.span.start).map_or("", |place| &words.text[..place.start]);
            values.push(before.split_whitespace().next_back().and_then(bare));
        }
        values.append(&mut inner);
        if text.ends_with("{}") {
            let last = self.span.end.checked_sub(1).and_then(|last| words.places.get(last));
            let after = last.map_or("", |place| &words.text[place.end..]);
            values.push(after.split_whitespace().find_map(bare));
        }
        values
    }
}

/// A value without what surrounds it.
fn bare(text: &str) -> Option<String> {
    let value = text.trim_matches(|c: char| !c.is_alphanumeric());
    (!value.is_empty()).then(|| value.to_owned())
}

fn beginning(raw: &str) -> &str {
    &raw[..raw.floor_char_boundary(LONGEST)]
}

/// Without those that are only a part of another sentence; what wraps a sentence does not take it in.
fn whole(mut found: Vec<Occurrence>) -> Vec<Occurrence> {
    found.sort_by_key(|occurrence| (occurrence.span.start, Reverse(occurrence.span.end)));
    let mut widest = 0..0;
    found.retain(|occurrence| {
        let is_part = occurrence.span.end <= widest.end && occurrence.span != widest;
        if occurrence.span.end > widest.end && !occurrence.pattern.error.wraps {
            widest = occurrence.span.clone();
        }
        !is_part
    });
    found
}

fn occurrences(words: &[String]) -> Vec<Occurrence> {
    let at = |start: usize| {
        PATTERNS.iter().filter_map(move |pattern| {
            let length = matched(&pattern.parts, &words[start..])?;
            Some(Occurrence { pattern, span: start..start + length })
        })
    };
    (0..words.len()).flat_map(at).collect()
}

/// The bare status that is named in the text: after a word for it, or in a text of few words.
fn status(words: &[String]) -> Option<&'static ErrorEntry> {
    const MARKS: &[&str] = &["status", "status_code", "statuscode", "code", "http", "error", "returned", "1", "2"];
    let named = |word: &String| errors().iter().find(|error| error.is_status() && error.text.starts_with(&**word));
    let number = |word: &String| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let marked = words.windows(2).filter(|pair| MARKS.contains(&pair[0].as_str())).map(|pair| &pair[1]);
    let few = if words.len() <= 6 { words } else { &[] };
    marked.chain(few).filter(|word| number(word)).find_map(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(raw: &str) -> Vec<&'static str> {
        recognise(raw).into_iter().map(|error| error.text.as_str()).collect()
    }

    #[test]
    fn a_part_of_another_sentence_is_no_sentence() {
        assert_eq!(texts("Unauthorized/Invalid api key"), ["Unauthorized/Invalid api key"]);
        assert_eq!(texts("404 Not Found"), ["404 Not Found"]);
        assert_eq!(texts(r#"{"error":"Not Found","path":"/nope"}"#), ["Not Found"]);
    }

    #[test]
    fn a_status_counts_only_where_nothing_else_does() {
        assert_eq!(texts("401"), ["401 Unauthorized"]);
        assert_eq!(texts("HTTP/1.1 503"), ["503 Service Unavailable"]);
        assert_eq!(texts("Request failed with status code 403")[0], "403 Forbidden");
        assert_eq!(texts("429 Too Many Requests: invalid signature"), ["invalid signature"]);
        assert!(texts("it took 401 of all the many seconds that there are").is_empty());
    }

    #[test]
    fn every_sentence_is_found_in_itself() {
        for error in errors() {
            let said = error.text.replace("{}", "0x4fd2");
            assert_eq!(texts(&said).first(), Some(&error.text.as_str()), "{said}");
        }
    }

    #[test]
    fn hostile_text_is_bounded() {
        assert!(texts("").is_empty());
        let huge = "order ".repeat(400_000) + "invalid signature";
        assert!(texts(&huge).is_empty(), "only the beginning is read");
        assert!(texts(&"é".repeat(600_000)).is_empty());
        assert_eq!(texts(&"Not Found ".repeat(50_000)), ["Not Found"]);
    }
}
