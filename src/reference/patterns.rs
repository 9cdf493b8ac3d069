//! Known sentences inside raw text: logs, exceptions, bodies.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::artefact::is_reason;
use super::words::Words;
use super::{ErrorEntry, errors};

/// What varies in a sentence is at most so many words.
const GAP: usize = 8;
/// So many words with a meaning of their own make a sentence known wherever it stands.
const TELLING: usize = 3;

enum Part {
    Word(String),
    /// Stands for what varies.
    Gap,
}

/// A sentence, or one of the other ways to say it, as it is looked for.
pub(super) struct Pattern {
    pub(super) error: &'static ErrorEntry,
    parts: Vec<Part>,
    /// Letters that have to be there: how specific it is.
    pub(super) letters: usize,
    /// The sentence itself, not another way to say it.
    is_main: bool,
    /// Whether a value stands before and after the words.
    pub(super) is_open: [bool; 2],
    /// Needs no host, status or place of its own to be certain.
    pub(super) is_telling: bool,
}

impl Pattern {
    fn new(error: &'static ErrorEntry, text: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut telling = 0;
        for (place, piece) in text.split("{}").enumerate() {
            let piece = Words::of(piece);
            // what varies at either end leaves nothing to look for
            if place > 0 && !parts.is_empty() && piece.len() > 0 {
                parts.push(Part::Gap);
            }
            telling += piece.iter().filter(|word| is_content(word)).count();
            parts.extend(piece.iter().map(|word| Part::Word(word.to_owned())));
        }
        // a figure beside its name is as good as a code: `balance: 0`
        let is_reading = error.said_by == "symptom" && text.contains(|c: char| c.is_ascii_digit());
        // quotes around a value are no words of the sentence
        let is_empty = |piece: Option<&str>| piece.is_some_and(|piece| !piece.contains(char::is_alphanumeric));
        let letters = parts.iter().map(|part| if let Part::Word(word) = part { word.len() } else { 0 }).sum();
        Self {
            error,
            parts,
            letters,
            is_main: error.text == text,
            is_open: [is_empty(text.split("{}").next()), is_empty(text.rsplit("{}").next())],
            is_telling: (telling >= TELLING && !is_reason(text)) || has_code(text) || is_reading,
        }
    }

    fn first(&self) -> &str {
        if let Some(Part::Word(word)) = self.parts.first() { word } else { "" }
    }

    /// Whether these words are how the sentence begins.
    /// `is_cut`: the last word may be only the beginning of one.
    fn begins_with(&self, words: &[&str], is_cut: bool) -> bool {
        fn begins(parts: &[Part], words: &[&str], is_cut: bool) -> bool {
            match (parts.split_first(), words.split_first()) {
                (_, None) => true,
                (Some((Part::Word(word), _)), Some((last, []))) if is_cut => word.starts_with(last),
                (None, Some(_)) => false,
                (Some((Part::Word(word), further)), Some((first, rest))) => {
                    word == first && begins(further, rest, is_cut)
                }
                (Some((Part::Gap, further)), _) => {
                    (0..=GAP.min(words.len() - 1)).any(|skipped| begins(further, &words[skipped..], is_cut))
                }
            }
        }
        begins(&self.parts, words, is_cut)
    }

    /// Whether a text has the same words, apart from the small ones.
    fn is_worded(&self, words: &[&str]) -> bool {
        let own =
            self.parts.iter().filter_map(|part| if let Part::Word(word) = part { Some(word.as_str()) } else { None });
        let own: Vec<&str> = own.filter(|word| counts(word)).collect();
        own.len() > TELLING && words.windows(own.len()).any(|window| window == own)
    }
}

/// A word without which a sentence says something else.
fn counts(word: &str) -> bool {
    is_content(word) || ["not", "no", "cannot"].contains(&word)
}

/// Whether a word says something by itself.
pub(super) fn is_content(word: &str) -> bool {
    const SMALL: &[&str] = &[
        "a", "an", "the", "is", "are", "was", "were", "be", "been", "to", "of", "for", "in", "on", "at", "by", "with",
        "and", "or", "not", "no", "has", "have", "had", "this", "that", "it", "its", "as", "from", "your", "you",
        "please", "must", "can", "could", "cannot", "does", "do", "did", "error", "failed", "will", "all", "if",
    ];
    word.len() > 1 && !SMALL.contains(&word)
}

/// How many words of a sentence say something by themselves.
#[cfg(test)]
pub(super) fn content_words(text: &str) -> usize {
    text.split("{}").map(|piece| Words::of(piece).iter().filter(|word| is_content(word)).count()).sum()
}

/// Whether a sentence holds a code, which no prose does: `ECONNREFUSED`, `order_version_mismatch`, `GS026`.
pub(super) fn has_code(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let names_number = |word: &str| ["error", "errno", "code", "winerror"].contains(&word.to_lowercase().as_str());
    if words.windows(2).any(|pair| names_number(pair[0]) && is_number(pair[1])) {
        return true;
    }
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| {
        let upper = word.chars().filter(char::is_ascii_uppercase).count();
        let lower = word.chars().filter(char::is_ascii_lowercase).count();
        let digits = word.chars().filter(char::is_ascii_digit).count();
        (word.contains('_') && lower + upper >= 4)
            || (lower == 0 && upper >= 5)
            || (lower == 0 && upper >= 2 && digits >= 3)
            || (upper >= 2 && lower >= 4 && word.len() >= 8)
    })
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let all = |error: &'static ErrorEntry| std::iter::once(&error.text).chain(&error.also);
    let said = errors().iter().filter(|error| !error.is_status());
    said.flat_map(|error| all(error).map(move |text| Pattern::new(error, text))).collect()
});

/// The patterns that begin with one word.
#[derive(Default)]
struct Starts {
    /// One word, or something that varies behind the first.
    short: Vec<&'static Pattern>,
    by_second: HashMap<&'static str, Vec<&'static Pattern>>,
}

/// The patterns by their first word, and then by their second: many begin with `invalid`.
static BY_FIRST: LazyLock<HashMap<&'static str, Starts>> = LazyLock::new(|| {
    let mut patterns: HashMap<&'static str, Starts> = HashMap::new();
    for pattern in &*PATTERNS {
        let starts = patterns.entry(pattern.first()).or_default();
        match pattern.parts.get(1) {
            Some(Part::Word(second)) => starts.by_second.entry(second).or_default().push(pattern),
            Some(Part::Gap) | None => starts.short.push(pattern),
        }
    }
    patterns
});

/// How many of the words from `at` on match the parts.
fn matched(parts: &[Part], words: &Words, at: usize) -> Option<usize> {
    let Some((part, further)) = parts.split_first() else { return Some(0) };
    match part {
        Part::Word(word) => {
            let same = words.get(at) == Some(word.as_str());
            same.then(|| matched(further, words, at + 1)).flatten().map(|count| count + 1)
        }
        Part::Gap => (0..=GAP.min(words.len().saturating_sub(at)))
            .find_map(|skipped| matched(further, words, at + skipped).map(|count| count + skipped)),
    }
}

/// Where the gaps of a match lie, from word to word.
fn locate(parts: &[Part], words: &Words, at: usize, gaps: &mut Vec<(usize, usize)>) {
    let mut at = at;
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Word(_) => at += 1,
            Part::Gap => {
                let rest = &parts[place + 1..];
                let skipped = (0..=GAP).find(|skipped| matched(rest, words, at + skipped).is_some()).unwrap_or(0);
                gaps.push((at, at + skipped));
                at += skipped;
            }
        }
    }
}

/// A value without the surrounding characters.
fn bare(text: &str) -> Option<String> {
    let value = text.trim_matches(|c: char| !c.is_alphanumeric());
    (!value.is_empty()).then(|| value.to_owned())
}

/// A sentence at a place of the text: from one word to another.
#[derive(Clone, Copy)]
pub(super) struct Occurrence {
    pub(super) pattern: &'static Pattern,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Occurrence {
    pub(super) fn error(&self) -> &'static ErrorEntry {
        self.pattern.error
    }

    /// The sentence with the text's own values in place of what varies; another way to say it stays as it was
    /// said.
    pub(super) fn filled(&self, raw: &str, words: &Words) -> String {
        let error = self.error();
        let slice = |from: usize, to: usize| &raw[words.begins(from)..words.ends(to - 1)];
        if !self.pattern.is_main {
            return slice(self.start, self.end).to_owned();
        }
        let mut values = Vec::new();
        // at either end nothing bounds the value: it is the one next to the sentence
        if error.text.split("{}").next().is_some_and(|piece| !piece.contains(char::is_alphanumeric))
            && error.text.contains("{}")
        {
            let before = raw[..words.begins(self.start)].split_whitespace().next_back();
            values.push(before.and_then(bare));
        }
        let mut gaps = Vec::new();
        locate(&self.pattern.parts, words, self.start, &mut gaps);
        values.extend(gaps.into_iter().map(|(from, to)| (from < to).then(|| slice(from, to).to_owned())));
        if error.text.ends_with("{}") {
            let after = &raw[words.ends(self.end - 1)..];
            values.push(after.split_whitespace().find_map(bare));
        }
        // a value that is not there is not said to be
        let Some(values) = values.into_iter().collect::<Option<Vec<String>>>() else {
            return slice(self.start, self.end).to_owned();
        };
        let mut values = values.into_iter();
        let mut pieces = error.text.split("{}");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            text.push_str(values.next().as_deref().unwrap_or("…"));
            text.push_str(piece);
        }
        text
    }

    /// Sorts the sentences that say most to the front: those of a server before what libraries say of a
    /// connection, the specific before the general, then the earlier.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let error = self.error();
        (error.wraps, error.kind, error.harmless.is_some(), Reverse(self.pattern.letters), self.start)
    }
}

/// Every known sentence in a text, in the order of the text. In linear time: what begins at a word is
/// bounded by the patterns that begin with it.
pub(super) fn occurrences(words: &Words) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for start in 0..words.len() {
        let Some(starts) = words.get(start).and_then(|word| BY_FIRST.get(word)) else { continue };
        let second = words.get(start + 1).and_then(|word| starts.by_second.get(word));
        for pattern in starts.short.iter().chain(second.into_iter().flatten()) {
            if let Some(length) = matched(&pattern.parts, words, start) {
                found.push(Occurrence { pattern, start, end: start + length });
            }
        }
    }
    whole(found)
}

/// Without those that are only a part of another sentence; what wraps a sentence does not take it in.
fn whole(mut found: Vec<Occurrence>) -> Vec<Occurrence> {
    found.sort_by_key(|occurrence| (occurrence.start, Reverse(occurrence.end)));
    let mut widest = 0..0;
    found.retain(|occurrence| {
        let is_part =
            occurrence.end <= widest.end && !(occurrence.start == widest.start && occurrence.end == widest.end);
        if occurrence.end > widest.end && !occurrence.error().wraps {
            widest = occurrence.start..occurrence.end;
        }
        !is_part
    });
    found
}

/// The sentence that a text is the beginning of: cut off, or quoted in part.
pub(super) fn begun_by(text: &str) -> Option<&'static ErrorEntry> {
    let is_cut = text.trim_end_matches(['"', '\'', ' ', '\n']).ends_with(['…']) || text.trim_end().ends_with("...");
    let words = Words::of(text);
    let words: Vec<&str> = words.iter().collect();
    if words.iter().filter(|word| is_content(word)).count() < TELLING {
        return None;
    }
    PATTERNS.iter().find(|pattern| pattern.begins_with(&words, is_cut)).map(|pattern| pattern.error)
}

/// The sentence that a text has with other small words: `is not allowed` for `not allowed`.
pub(super) fn reworded(text: &str) -> Option<&'static ErrorEntry> {
    let words = Words::of(text);
    let words: Vec<&str> = words.iter().filter(|word| counts(word)).collect();
    let alike = PATTERNS.iter().filter(|pattern| pattern.is_worded(&words));
    alike.max_by_key(|pattern| pattern.letters).map(|pattern| pattern.error)
}
