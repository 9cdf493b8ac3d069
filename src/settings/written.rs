//! Secrets that stand in a line of a script.

use super::edit::assignments;
use super::{Settings, names};
use crate::auth::key;
use crate::secret::Secret;

/// Words before a private key on a command line or in an assignment.
const BEFORE_KEYS: [&str; 4] = ["PRIVATE_KEY", "PRIVATE-KEY", "PRIVATEKEY", "PK"];

/// What secret stands in a line: one of the settings in force, or a private key behind a word that
/// says so.
pub(crate) fn written_secret(line: &str, settings: &Settings) -> Option<&'static str> {
    /// Shorter ones stand in texts by chance.
    const SHORTEST: usize = 16;
    let key = settings.private_key.as_ref().and_then(|key| key.value.as_ref().ok());
    let (user, builder) = (&settings.credentials, &settings.builder);
    let part = |part: &'_ Option<super::Sourced<Secret>>| part.as_ref().map(|part| part.value.clone());
    let ours = [
        ("the private key", key.cloned()),
        ("the API secret", part(&user.secret)),
        ("the API passphrase", part(&user.passphrase)),
        ("the builder secret", part(&builder.secret)),
        ("the builder passphrase", part(&builder.passphrase)),
        ("the secret key of Polymarket US", part(&settings.us.secret)),
    ];
    let holds = |secret: &Secret| {
        let text = secret.expose().trim().trim_start_matches("0x");
        text.len() >= SHORTEST && line.contains(text)
    };
    let named = ours.into_iter().find(|(_, secret)| secret.as_ref().is_some_and(holds)).map(|(what, _)| what);
    named.or_else(|| has_key(line).then_some("a private key"))
}

/// Whether a text sets a variable of a secret setting, as a `.env` does.
pub(crate) fn sets_a_secret(text: &str) -> bool {
    let is_set = |value: &str| !value.trim_matches(['"', '\'', ' ', '\t']).is_empty();
    assignments(text).into_iter().any(|assignment| names::is_secret(assignment.name) && is_set(&text[assignment.value]))
}

fn has_key(line: &str) -> bool {
    let ends_word = |c: char| c.is_whitespace() || "=:\"'`,;".contains(c);
    let words: Vec<&str> = line.split(ends_word).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| {
        let name = pair[0].trim_start_matches('-').to_ascii_uppercase();
        let says_so = BEFORE_KEYS.iter().any(|before| name == *before || name.ends_with(&format!("_{before}")));
        says_so && pair[1].len() >= 64 && key::parse(&Secret::new(pair[1])).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_behind_its_name_is_found() {
        let key = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
        for line in [
            format!("bot --private-key {key}"),
            format!("bot --private-key={}", &key[2..]),
            format!("  \"start\": \"PK={key} node bot.js\""),
            format!("Environment=\"POLYMARKET_PRIVATE_KEY={key}\""),
            format!("      - PRIVATE_KEY: '{key}'"),
        ] {
            assert!(has_key(&line), "{line}");
        }
        for line in
            [format!("TX={key}"), "PK=$PK bot".to_owned(), "bot --private-key \"$KEY\"".to_owned(), String::new()]
        {
            assert!(!has_key(&line), "{line}");
        }
    }
}
