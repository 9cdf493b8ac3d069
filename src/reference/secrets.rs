//! Secrets in a pasted text: which kind, on which line, how to replace it. The values are never kept.

use regex::Regex;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A secret that a text gives away.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Exposure {
    /// What it is: `private key`, `API passphrase`, …
    pub kind: String,
    /// The line of the text, from 1.
    pub line: usize,
    /// How to replace it.
    pub fix: String,
}

struct Kind {
    name: &'static str,
    fix: &'static str,
    pattern: Regex,
    /// Long and random enough not to be a word of prose.
    is_value: fn(&str) -> bool,
}

const CREDENTIALS: &str = "create API credentials at a new nonce and delete these: `polydoctor keys rotate`";

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |name, fix, pattern: &str, is_value| Kind {
        name,
        fix,
        pattern: Regex::new(pattern).unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use")),
        is_value,
    };
    let hex = |value: &str| value.chars().collect::<std::collections::BTreeSet<_>>().len() > 4;
    let random = |value: &str| {
        value.len() >= 16 && value.chars().any(|c| c.is_ascii_digit()) && value.chars().any(|c| c.is_ascii_alphabetic())
    };
    vec![
        kind(
            "private key",
            "move the funds to a wallet of a new key now: a private key cannot be replaced",
            r#"(?i-u)(?:private[_ -]?key|privkey|secret[_ -]?key|signer[_ -]?key|wallet[_ -]?key|signing[_ -]?key|eoa[_ -]?key|\bPK|_PK|\bkey)["']?\s*(?:[:=]|\bis\b|\s)\s*["'`]?(?:0x)?([0-9a-f]{64})\b"#,
            hex,
        ),
        kind(
            "recovery phrase",
            "move the funds of every account of this phrase to a new one now",
            r#"(?i-u)(?:mnemonic|seed[_ -]?phrase|recovery[_ -]?phrase|seed)["']?\s*[:=]?\s*["'`]?((?:[a-z]{3,8}[ ,]+){11,23}[a-z]{3,8})"#,
            |value| value.split_whitespace().collect::<std::collections::BTreeSet<_>>().len() >= 9,
        ),
        kind(
            "API passphrase",
            CREDENTIALS,
            r#"(?i-u)POLY_PASSPHRASE["']?\s*[:=]>?\s*\[?\s*["'`]?([A-Za-z0-9+/=_-]{6,})"#,
            |value| !is_placeholder(value),
        ),
        kind(
            "builder passphrase",
            "revoke the builder key and create a new one: `polydoctor keys builder`",
            r#"(?i-u)BUILDER_PASS_?PHRASE["']?\s*[:=]>?\s*\[?\s*["'`]?([A-Za-z0-9+/=_-]{6,})"#,
            |value| !is_placeholder(value),
        ),
        kind(
            "API passphrase",
            CREDENTIALS,
            r#"(?i-u)pass_?phrase["']?\s*[:=]>?\s*(?:Some\()?["'`]?([A-Za-z0-9+/=_-]{16,})"#,
            random,
        ),
        kind(
            "API secret",
            CREDENTIALS,
            r#"(?i-u)(?:secret|api[_ -]?secret)(?:_key)?["']?\s*(?:[:=]>?|\s)\s*(?:Some\()?["'`]?([A-Za-z0-9+/_-]{40,90}={0,2})"#,
            random,
        ),
        kind(
            "relayer API key",
            "delete the relayer API key and create a new one at polymarket.com/settings?tab=api-keys",
            r#"(?i-u)RELAYER[_-]API[_-]KEY["']?\s*[:=]>?\s*["'`]?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"#,
            hex,
        ),
        kind(
            "bearer token",
            "replace the token where it was issued",
            r"(?i-u)\bbearer\s+([A-Za-z0-9._~+/-]{20,}=*)",
            random,
        ),
    ]
});

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    [
        "your",
        "xxx",
        "undefined",
        "null",
        "none",
        "redacted",
        "hidden",
        "masked",
        "required",
        "missing",
        "example",
        "process",
        "env_",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// A secret of a kind that is named here, found in another way.
pub fn exposure(kind: &str, line: usize) -> Option<Exposure> {
    let kind = KINDS.iter().find(|known| known.name == kind)?;
    Some(Exposure { kind: kind.name.to_owned(), line, fix: kind.fix.to_owned() })
}

/// The secrets in a text, each kind once, in the order of what they put at risk.
pub fn exposed(text: &str) -> Vec<Exposure> {
    let mut found: Vec<Exposure> = Vec::new();
    for kind in &*KINDS {
        let first = kind.pattern.captures_iter(text).filter_map(|captures| captures.get(1));
        let Some(value) = first.into_iter().find(|value| (kind.is_value)(value.as_str())) else { continue };
        if found.iter().all(|other| other.kind != kind.name) {
            let line = 1 + text[..value.start()].matches('\n').count();
            found.push(Exposure { kind: kind.name.to_owned(), line, fix: kind.fix.to_owned() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<String> {
        exposed(text).into_iter().map(|exposure| exposure.kind).collect()
    }

    #[test]
    fn each_kind_of_secret_is_seen() {
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let secret = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
        for (text, kind) in [
            (format!("PRIVATE_KEY=0x{key}"), "private key"),
            (format!("ClobClient(host, key='{key}', chain_id=137)"), "private key"),
            (format!(r#"{{"privateKey": "0x{key}"}}"#), "private key"),
            (r#""POLY_PASSPHRASE":"aaaaaaaa""#.to_owned(), "API passphrase"),
            ("POLY_BUILDER_PASSPHRASE: 0c9d1e2f".to_owned(), "builder passphrase"),
            ("api_passphrase='9f0c2d7b51e84a6d9f0c2d7b51e84a6d'".to_owned(), "API passphrase"),
            (format!("CLOB_SECRET={secret}"), "API secret"),
            (format!("secret: '{secret}'"), "API secret"),
            ("Authorization: Bearer abcdef0123456789abcdef0123".to_owned(), "bearer token"),
            ("RELAYER-API-KEY: f4f247b7-4ac7-ff29-a152-04fda0a8755a".to_owned(), "relayer API key"),
            ("'RELAYER_API_KEY': 'f4f247b7-4ac7-ff29-a152-04fda0a8755a'".to_owned(), "relayer API key"),
            (
                "MNEMONIC=\"legal winner thank year wave sausage worth useful legal winner thank yellow\"".to_owned(),
                "recovery phrase",
            ),
        ] {
            assert_eq!(kinds(&text).first().map(String::as_str), Some(kind), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "condition id 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
            "POLY_PASSPHRASE=your_passphrase",
            "passphrase: required",
            "the private key is 0x0000000000000000000000000000000000000000000000000000000000000000",
            "API secret is required but was not given to the client",
            "\"POLY_SIGNATURE\":\"m6lGS9WyES7JjpAYNd7zIdW5bfHxAAI_pIa1St9vLO4=\"",
        ] {
            assert!(exposed(text).is_empty(), "{text}: {:?}", kinds(text));
        }
    }
}
