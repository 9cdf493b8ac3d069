//! Names that are almost ones that are read.

use super::{grammar, is_known, words};
use crate::settings::Setting;

/// Names that could be either of two things, and what the clients read instead.
const MISTAKEN: &[(&str, &str)] = &[("CLOB_KEY", "CLOB_API_KEY")];

/// Beginnings of names that are ours: others may be of any program.
const FAMILIES: [&str; 4] = ["POLY", "CLOB_", "BUILDER_", "FUNDER"];

/// Shorter words are one letter away from too many others.
const SHORTEST: usize = 5;

/// The variable that a misspelt one was probably meant to be: alike but for underscores,
/// known as a mistake, or one letter off in the whole or in one of its words.
pub(in crate::settings) fn meant(variable: &str) -> Option<String> {
    if is_known(variable) || super::folded(variable).is_some_and(|name| is_known(&name)) {
        return None;
    }
    let folded = |name: &str| name.replace('_', "").to_ascii_uppercase();
    let wanted = folded(variable);
    let known = || Setting::ALL.iter().flat_map(|setting| setting.variables()).copied().filter(|name| name.len() > 4);
    let mistaken = || MISTAKEN.iter().find(|(name, _)| folded(name) == wanted).map(|(_, meant)| *meant);
    let close = || {
        let is_ours = variable.len() >= 10 && FAMILIES.iter().any(|family| variable.starts_with(family));
        known().find(|name| is_ours && strsim::osa_distance(&folded(name), &wanted) == 1)
    };
    let found = known().find(|name| folded(name) == wanted).or_else(mistaken).or_else(close);
    found.map(str::to_owned).or_else(|| with_a_word_corrected(variable))
}

/// The name that comes out with one word spelt right, where that gives a name that is read.
fn with_a_word_corrected(variable: &str) -> Option<String> {
    let parts: Vec<&str> = variable.split('_').collect();
    let vocabulary = || {
        let ends = words::ENDS.iter().flat_map(|(end, ..)| end.split(' '));
        ends.chain(words::OURS.iter().copied()).filter(|word| word.len() >= SHORTEST)
    };
    parts.iter().enumerate().find_map(|(place, part)| {
        if part.len() + 1 < SHORTEST || vocabulary().any(|word| word == *part) {
            return None;
        }
        let near = vocabulary().find(|word| strsim::osa_distance(word, part) == 1)?;
        let mut corrected = parts.clone();
        corrected[place] = near;
        let corrected = corrected.join("_");
        (Setting::listing(&corrected).is_some() || grammar::meaning(&corrected).is_some()).then_some(corrected)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_found() {
        for (wrong, right) in [
            ("CLOB_PASPHRASE", "CLOB_PASS_PHRASE"),
            ("CLOB_PASS_PHRSE", "CLOB_PASS_PHRASE"),
            ("CLOB_KEY", "CLOB_API_KEY"),
            ("POLYMARKET_PRIVTE_KEY", "POLYMARKET_PRIVATE_KEY"),
            ("POLYMARKET_FUNDR", "POLYMARKET_FUNDER"),
            ("POLY_PRIVTE_KEY", "POLY_PRIVATE_KEY"),
            ("PM_PRIVATE_KYE", "PM_PRIVATE_KYE"),
            ("PROXY_WALET", "PROXY_WALLET"),
            ("PM_SIGNTURE_TYPE", "PM_SIGNATURE_TYPE"),
            ("POLYMARKET_CLOB_PASSPRHASE", "POLYMARKET_CLOB_PASSPHRASE"),
            ("POLYMARKT_FUNDER_ADDRESS", "POLYMARKET_FUNDER_ADDRESS"),
        ] {
            if wrong == right {
                assert_eq!(meant(wrong), None, "{wrong}");
            } else {
                assert_eq!(meant(wrong).as_deref(), Some(right), "{wrong}");
            }
        }
        // those of the signing server, and of other programs
        for other in [
            "CLOB_PASS_PHRASE",
            "CLOB_PASSPHRASE",
            "CLOB_API_SECRET",
            "clob_api_key",
            "AUTHORIZATION_TOKEN",
            "PORT",
            "WS_URL",
            "POLYMARKET_ADDRESS",
            "POLYMARKET_PRIVATE_KEY_2",
            "TOKEN_ID",
            "PATH",
        ] {
            assert_eq!(meant(other), None, "{other}");
        }
    }
}
