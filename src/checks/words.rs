//! Titles and reasons of the checks, read from `assets/checks.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What never changes about a check.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The question that it answers.
    pub title: String,
    /// Why the answer matters.
    pub why: String,
    /// What popular guides say of it wrongly, and what is so.
    pub myth: Option<String>,
}

static WORDS: LazyLock<BTreeMap<String, Words>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/checks.toml"))
        .unwrap_or_else(|error| unreachable!("assets/checks.toml is part of the program: {error}"))
});

/// The words of a check of the table.
pub fn words(id: &str) -> &'static Words {
    WORDS.get(id).unwrap_or_else(|| unreachable!("assets/checks.toml and the table differ: {id} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CHECKS;

    #[test]
    fn table_and_words_name_the_same_checks() {
        let mut ids: Vec<_> = CHECKS.iter().map(|check| check.id).collect();
        ids.sort_unstable();
        assert_eq!(WORDS.keys().map(String::as_str).collect::<Vec<_>>(), ids);
    }
}
