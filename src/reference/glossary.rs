//! Words of the field, explained.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::assets;

/// A word of the field: an entry of `assets/glossary.toml`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// As it is written in a sentence, such as `signature type`.
    pub name: String,
    /// Other ways to write it, in lower case.
    #[serde(default)]
    pub also: Vec<String>,
    /// What it means, in a few sentences.
    pub meaning: String,
    /// Ids of causes and checks to go on with.
    pub see: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    term: Vec<Term>,
}

static TERMS: LazyLock<Vec<Term>> = LazyLock::new(|| {
    let files: Vec<File> = assets::tables("glossary.toml", include_str!("../../assets/glossary.toml"));
    files.into_iter().flat_map(|file| file.term).collect()
});

/// Every term.
pub fn terms() -> &'static [Term] {
    &TERMS
}

/// The term of this name, however it is written.
pub(super) fn term(text: &str) -> Option<&'static Term> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], " ");
    let wanted = plain(text.trim().trim_matches(['"', '\'', '?', '.']));
    let wanted = wanted
        .strip_prefix("what is ")
        .unwrap_or(&wanted)
        .trim_start_matches("an ")
        .trim_start_matches("a ")
        .trim_start_matches("the ");
    let named = |term: &&Term| plain(&term.name) == wanted || term.also.iter().any(|also| plain(also) == wanted);
    terms()
        .iter()
        .find(named)
        .or_else(|| wanted.strip_suffix('s').and_then(|one| terms().iter().find(|term| plain(&term.name) == one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::Cause;
    use crate::checks;

    #[test]
    fn terms_are_found_however_they_are_written() {
        for (text, name) in [
            ("funder", "funder"),
            ("L2", "L2"),
            ("nonce", "nonce"),
            ("Deposit Wallet", "deposit wallet"),
            ("deposit-wallet", "deposit wallet"),
            ("what is a relayer?", "relayer"),
            ("signature_type", "signature type"),
            ("PUSD", "pUSD"),
            ("api credentials", "API credentials"),
            ("builder codes", "builder code"),
        ] {
            assert_eq!(term(text).map(|term| term.name.as_str()), Some(name), "{text}");
        }
        assert!(term("wombat").is_none());
    }

    #[test]
    fn what_terms_point_to_exists() {
        assert!(terms().len() >= 25);
        for term in terms() {
            assert!(term.meaning.ends_with('.'), "{}", term.name);
            for id in &term.see {
                assert!(Cause::named(id).is_some() || checks::find(id).is_some(), "{}: {id}", term.name);
            }
        }
    }
}
