//! Looking something up: by id, by a sentence inside it, by likeness.

use std::cmp::Ordering;
use std::sync::LazyLock;

use super::glossary::term;
use super::patterns::has_code;
use super::words::words;
use super::{Entry, recognise};
use crate::cause::Cause;
use crate::checks;

/// Likeness from which on an entry counts as meant.
const MEANT: f64 = 0.62;
/// The same beside what is certain.
const ALSO_MEANT: f64 = 0.75;
/// A text of more words than this is a log, and not compared word by word.
const QUERY_WORDS: usize = 24;

/// A longer text, in bytes, is like nothing.
const LONG_QUERY: usize = 4 << 10;
/// A text of at most so many words may name a subject: "pUSD", "wrong funder".
const SUBJECT_WORDS: usize = 6;
/// Words that name no subject.
const SMALL_WORDS: &[&str] =
    &["the", "and", "for", "how", "why", "what", "does", "not", "get", "fix", "error", "wrong", "bad"];

/// What was found.
pub struct Found {
    /// An id, or sentences that stand in the text; best first.
    pub certain: Vec<Entry>,
    /// What is like the text: typos, another order of words; best first.
    pub near: Vec<Entry>,
}

/// What a text is about: an id first, then sentences inside it, then what is like it.
pub fn find(query: &str) -> Found {
    let id = query.trim().to_lowercase();
    // blanks may stand for the hyphens of an id; with underscores it is first what guides call an error
    let named = by_id(&id).or_else(|| by_id(&id.replace(' ', "-"))).or_else(|| term(query).map(Entry::Term));
    let mut certain: Vec<Entry> = named.into_iter().collect();
    if certain.is_empty() {
        certain = recognise(query).into_iter().map(Entry::Error).collect();
    }
    if certain.is_empty() {
        certain.extend(by_id(&id.replace([' ', '_'], "-")));
    }
    let enough = if certain.is_empty() && !has_code(query) { MEANT } else { ALSO_MEANT };
    let meant = ranked(query).into_iter().filter(|(likeness, entry)| *likeness >= enough && !certain.contains(entry));
    Found { near: meant.map(|(_, entry)| entry).collect(), certain }
}

/// Everything that a text may mean, best first; all there is for an empty one.
pub fn search(query: &str) -> Vec<Entry> {
    if query.trim().is_empty() {
        return Entry::all().collect();
    }
    let found = find(query);
    found.certain.into_iter().chain(found.near).collect()
}

/// The entries that are most like a text, however little.
pub fn nearest(query: &str, count: usize) -> Vec<Entry> {
    if query.len() > LONG_QUERY {
        return Vec::new();
    }
    ranked(query).into_iter().take(count).map(|(_, entry)| entry).collect()
}

/// The cause or check of this id.
fn by_id(id: &str) -> Option<Entry> {
    Cause::named(id).map(Entry::Cause).or_else(|| checks::find(id).map(Entry::Check))
}

/// An entry with the words that it is compared by.
struct Indexed {
    entry: Entry,
    name: Vec<String>,
    /// Of a cause or a check; the meaning of a sentence is too long to compare.
    title: Vec<String>,
    /// All that tells what it is about.
    prose: Vec<String>,
}

impl Indexed {
    fn new(entry: Entry) -> Self {
        let name = parts(entry.name());
        let (title, prose) = match entry {
            Entry::Error(error) => (String::new(), format!("{} {}", error.meaning, error.at.as_deref().unwrap_or(""))),
            Entry::Cause(cause) => {
                (cause.words().title.clone(), format!("{} {}", cause.words().meaning, cause.words().fix))
            }
            Entry::Check(check) => (checks::words(check.id).title.clone(), checks::words(check.id).why.clone()),
            Entry::Term(term) => (term.also.join(" "), String::new()),
        };
        let title = parts(&title);
        let prose = [name.clone(), title.clone(), parts(&prose)].concat();
        Self { entry, name, title, prose }
    }
}

static INDEX: LazyLock<Vec<Indexed>> = LazyLock::new(|| Entry::all().map(Indexed::new).collect());

/// All that is at all like a text, with its likeness, best first.
fn ranked(query: &str) -> Vec<(f64, Entry)> {
    let is_subject = !has_code(query);
    let query = parts(query);
    if query.is_empty() || query.len() > QUERY_WORDS {
        return Vec::new();
    }
    let liked = INDEX.iter().map(|indexed| (likeness_to(&query, indexed, is_subject), indexed.entry));
    let mut ranked: Vec<(f64, Entry)> = liked.filter(|(likeness, _)| *likeness > 0.2).collect();
    ranked.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
    ranked
}

/// Words in pieces: of a name with underscores each part is a word.
fn parts(text: &str) -> Vec<String> {
    words(text).iter().flat_map(|word| word.split('_')).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Names count fully, titles somewhat less; what is about the subject just counts as meant.
fn likeness_to(query: &[String], indexed: &Indexed, is_subject: bool) -> f64 {
    let name = likeness(query, &indexed.name);
    // what begins alike is meant rather than what holds the same word later
    let begins = !query.is_empty() && query.first() == indexed.name.first();
    let name = if begins { (name + 0.12).min(1.0) } else { name };
    let likeness = if indexed.title.is_empty() { name } else { name.max(0.9 * likeness(query, &indexed.title)) };
    if is_subject && likeness < MEANT && is_about(query, &indexed.prose) { MEANT + 0.1 * likeness } else { likeness }
}

fn is_about(query: &[String], prose: &[String]) -> bool {
    let tells = |word: &&String| word.len() >= 3 && !SMALL_WORDS.contains(&word.as_str());
    let named = |word: &String| prose.iter().any(|other| other.starts_with(word.as_str()));
    let mut telling = query.iter().filter(tells).peekable();
    query.len() <= SUBJECT_WORDS && telling.peek().is_some() && telling.all(named)
}

/// In [0, 1]: how much of the query is in the text, and how much of the text is the query.
fn likeness(query: &[String], text: &[String]) -> f64 {
    let letters = |words: &[String]| words.iter().map(|word| weight(word)).sum::<f64>();
    let common: f64 = query.iter().map(|word| weight(word) * best(word, text)).sum();
    let covered = common / letters(query);
    let dice = (2.0 * common / (letters(query) + letters(text))).min(1.0);
    let squeezed = strsim::normalized_damerau_levenshtein(&query.concat(), &text.concat());
    (0.4 * covered + 0.6 * dice).max(squeezed)
}

/// Long words tell more than short ones.
fn weight(word: &str) -> f64 {
    u32::try_from(word.chars().count().min(12)).map_or(12.0, f64::from)
}

/// How like the likest word of the text is; what is too unlike counts as nothing.
fn best(word: &str, text: &[String]) -> f64 {
    text.iter().map(|other| alike(word, other)).fold(0.0, f64::max)
}

fn alike(word: &str, other: &str) -> f64 {
    if word.len() >= 3 && other.starts_with(word) {
        return if word == other { 1.0 } else { 0.9 };
    }
    let likeness = strsim::normalized_damerau_levenshtein(word, other);
    if likeness >= 0.7 { likeness } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(query: &str) -> Option<&'static str> {
        search(query).first().map(Entry::name)
    }

    #[test]
    fn ids_come_first() {
        for entry in Entry::all().filter(|entry| entry.kind() != "error") {
            assert_eq!(first(entry.name()), Some(entry.name()));
            assert_eq!(first(&entry.name().to_uppercase().replace('-', " ")), Some(entry.name()));
        }
    }

    #[test]
    fn typos_and_another_order_are_forgiven() {
        for (query, expected) in [
            ("invlid signatre", "invalid signature"),
            ("order version mismatch", "order_version_mismatch"),
            ("api key could not derive", "Could not derive api key!"),
            ("Unathorized Invalid apikey", "Unauthorized/Invalid api key"),
            ("not enough balence alowance", "not enough balance / allowance"),
            ("clock", "clock-drift"),
            ("onramp", "wrong-collateral-token"),
            ("delegated EOA", "deposit-wallet-delegated"),
            ("wrong funder", "wallet.funder"),
            ("nonce already used", "nonce-already-used"),
        ] {
            assert_eq!(first(query), Some(expected), "{query}");
        }
    }

    #[test]
    fn nonsense_finds_nothing_and_emptiness_everything() {
        assert!(search("the quick brown fox jumps over the lazy dog").is_empty());
        assert!(search("\u{0}\u{1b}[31m").is_empty());
        assert_eq!(search(" \n").len(), Entry::all().count());
        assert!(!nearest("quick signature fox", 3).is_empty());
    }
}
