//! What else stands in a pasted text, and which cause of its error that shows.
//!
//! A sentence has many causes, and people paste more than the sentence: code, settings, a header, the answer of
//! a second request, what they tried. `assets/clues.toml` has the words and patterns, and [`computed`] what has
//! to be compared first.

mod computed;

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::plain::{Rule, normalized, statements};
use super::reported::Reported;
use super::{ErrorEntry, Weighted};
use crate::assets;
use crate::cause::{Cause, Certainty};

/// In a longer text, words far from the error say nothing of it.
const LONGEST: usize = 8 << 10;
/// Of a cause that the text itself shows: more than any sentence alone.
const SHOWN: f64 = 0.97;
/// No other cause is worth more beside one that is shown.
const BESIDE: f64 = 0.8;
/// Between two that are shown.
const STEP: f64 = 0.001;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    cause: Cause,
    beside: Option<Cause>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    text: Vec<String>,
}

/// A file of clues is a list; `toml` reads it table by table.
#[derive(Deserialize)]
struct Table {
    clue: Vec<Words>,
}

struct Clue {
    cause: Cause,
    beside: Cause,
    says: Vec<Rule>,
    text: Vec<Regex>,
}

static CLUES: LazyLock<Vec<Clue>> = LazyLock::new(|| {
    let tables: Vec<Table> = assets::tables("clues.toml", include_str!("../../assets/clues.toml"));
    let clue = |words: Words| Clue {
        cause: words.cause,
        beside: words.beside.unwrap_or(words.cause),
        says: words.says.iter().map(|says| Rule::of(says)).collect(),
        text: words.text.iter().map(|text| pattern(text)).collect(),
    };
    tables.into_iter().flat_map(|table| table.clue).map(clue).collect()
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("assets/clues.toml is part of the program: {error}"))
}

/// Weighs the causes of the error nearest to the failure by what else stands in its text.
pub(super) fn weigh(first: &mut Reported, text: &str) {
    let Some(entry) = first.entry().filter(|_| text.len() <= LONGEST) else { return };
    let shown = computed::shown(entry, text).into_iter().chain(told(entry, text));
    promote(&mut first.causes, shown);
}

/// Puts first what a request or an order of the text shows by itself.
pub(super) fn inspected(first: &mut Reported, findings: impl Iterator<Item = (Cause, Certainty)>) {
    let Some(entry) = first.entry() else { return };
    let (proven, rest): (Vec<_>, Vec<_>) = findings.partition(|(_, certainty)| *certainty == Certainty::Proven);
    // what is only likely there does not outweigh what stands in the text
    let told: Vec<Cause> = first.causes.iter().filter(|it| is_shown(it)).map(|it| it.cause).collect();
    let likely = rest
        .into_iter()
        .filter(|(cause, certainty)| *certainty == Certainty::Likely && entry.weight_of(*cause).is_some());
    let shown = proven.into_iter().chain(told.into_iter().map(|cause| (cause, Certainty::Likely))).chain(likely);
    promote(&mut first.causes, shown.map(|(cause, _)| cause));
}

/// What is shown goes before the rest, in this order.
fn promote(causes: &mut Vec<Weighted>, shown: impl Iterator<Item = Cause>) {
    let mut known: Vec<Cause> = Vec::new();
    for cause in shown {
        if !known.contains(&cause) {
            known.push(cause);
        }
    }
    if known.is_empty() {
        return;
    }
    causes.retain(|weighted| !known.contains(&weighted.cause));
    let count = known.len();
    let weights = std::iter::successors(Some(SHOWN), |weight| Some(weight - STEP));
    let shown = known.into_iter().zip(weights).map(|(cause, weight)| Weighted { cause, weight });
    causes.splice(0..0, shown);
    for weighted in causes.iter_mut().skip(count) {
        weighted.weight = weighted.weight.min(BESIDE);
    }
}

fn is_shown(weighted: &Weighted) -> bool {
    weighted.weight > BESIDE && weighted.weight <= SHOWN
}

fn told<'a>(entry: &'a ErrorEntry, text: &'a str) -> impl Iterator<Item = Cause> + 'a {
    let statements: Vec<String> = statements(text).into_iter().map(normalized).filter(|said| said.len() > 1).collect();
    let pairs: Vec<String> = statements.windows(2).map(|pair| format!("{}{}", pair[0], pair[1].trim_start())).collect();
    let is_said = move |rule: &Rule| statements.iter().chain(&pairs).any(|said| rule.is_in(said));
    let counts = |clue: &&Clue| entry.weight_of(clue.beside).is_some();
    CLUES.iter().filter(counts).filter_map(move |clue| {
        let found = clue.text.iter().any(|pattern| pattern.is_match(text)) || clue.says.iter().any(&is_said);
        found.then_some(clue.cause)
    })
}

#[cfg(test)]
mod tests;
