//! Names of variables that a program misses, whatever program it is.

use regex::Regex;
use std::sync::LazyLock;

use super::{ErrorEntry, find_error};

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|PK|FUNDER)\b")
        .unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use"))
});

/// Words by which a line says that something is not there.
const MISSING: &[&str] = &[
    "missing",
    "required",
    "not set",
    "isn't set",
    "is unset",
    "not found",
    "not defined",
    "undefined",
    "must be set",
    "to be set",
    " requires ",
    "not configured",
    "is empty",
    "cannot be empty",
    "keyerror",
    "environment variable",
    "env var",
    "please set",
    "notpresent",
    "not provided",
    "no value",
    "must be provided",
    "field required",
    "is null",
    "nil",
    "expected string, received undefined",
    "none is not",
    "缺少",
    "未设置",
    "не задан",
    "не найден",
    "falta",
    "manquant",
    "fehlt",
];

/// Parts of names, the particular first, and the sentence that stands for a missing one.
const PARTS: &[(&[&str], &str)] = &[
    (
        &["POLYMARKET_US", "POLYMARKET_KEY_ID", "POLYMARKET_SECRET_KEY"],
        "API key credentials required for authenticated endpoints",
    ),
    (&["BUILDER_API", "BUILDER_SECRET", "BUILDER_PASS", "BUILDER_KEY"], "{} environment variable is required"),
    (&["RELAYER_API", "RELAYER_KEY"], "Gasless transactions require a Builder API Key or Relayer API Key"),
    (
        &[
            "TELEGRAM",
            "OPENAI",
            "DISCORD",
            "KALSHI",
            "BINANCE",
            "ANTHROPIC",
            "DATABASE",
            "REDIS",
            "MONGO",
            "TAVILY",
            "NEWS",
        ],
        "",
    ),
    (&["PRIVATE_KEY", "PRIVKEY", "_PK", "MNEMONIC", "SIGNER_KEY", "WALLET_KEY"], "Private key is not set"),
    (
        &[
            "FUNDER",
            "PROXY_WALLET",
            "PROXY_ADDRESS",
            "SAFE_ADDRESS",
            "SAFE_WALLET",
            "DEPOSIT_WALLET",
            "WALLET_ADDRESS",
            "MAKER_ADDRESS",
        ],
        "Funder address is required",
    ),
    (&["RPC"], "Could not connect to Polygon RPC"),
    (
        &["API_SECRET", "CLOB_SECRET", "POLY_SECRET", "PASSPHRASE", "PASS_PHRASE"],
        "key, secret and passphrase are all required",
    ),
    (
        &["CLOB_API_KEY", "POLY_API_KEY", "POLYMARKET_API_KEY", "CLOB_KEY", "API_CREDS", "POLYMARKET_KEY", "POLY_KEY"],
        "API credentials are not configured",
    ),
];

/// The names in a text that says that something is not there.
fn named(text: &str) -> Vec<&str> {
    let says = |line: &str| {
        let lower = line.to_lowercase();
        MISSING.iter().any(|word| lower.contains(word))
    };
    let lines: Vec<&str> = text.lines().collect();
    // pydantic names each on the line above what is wrong with it
    let required: Vec<&str> = lines
        .windows(2)
        .filter(|pair| pair[1].trim_start().starts_with("Field required"))
        .map(|pair| pair[0])
        .collect();
    if !required.is_empty() {
        return required.into_iter().map(str::trim).collect();
    }
    // a list of names may stand below the line that says what is the matter with them
    let about =
        lines.iter().enumerate().filter(|(_, line)| says(line)).flat_map(|(place, _)| lines[place..].iter().take(6));
    about.flat_map(|line| NAME.find_iter(line)).map(|found| found.as_str()).collect()
}

/// Whether one of the names has one of these parts.
fn is_of(names: &[&str], parts: &[&str]) -> bool {
    names.iter().any(|name| {
        let name = &name.to_ascii_uppercase();
        parts.iter().any(|part| name.contains(part) && (*part != "_PK" || name.ends_with(part)))
            || (parts.contains(&"_PK") && name == "PK")
    })
}

/// The sentence for the variables that a text says are missing.
pub(super) fn missing(text: &str) -> Option<&'static ErrorEntry> {
    let names = named(text);
    let sentence = PARTS.iter().find(|(parts, _)| is_of(&names, parts)).map(|(_, sentence)| *sentence)?;
    // key, secret and passphrase all missing: that is no credentials at all
    let is_all = sentence.starts_with("key, secret") && is_of(&names, PARTS[PARTS.len() - 1].0);
    find_error(if is_all { PARTS[PARTS.len() - 1].1 } else { sentence })
}

/// Whether what is missing has names, and none of them is one of an account's settings.
pub(super) fn is_of_another_program(text: &str) -> bool {
    let names: Vec<&str> =
        named(text).into_iter().filter(|name| !name.starts_with("ERR_") && *name != "RUST_BACKTRACE").collect();
    let is_setting = |(parts, sentence): &(&[&str], &str)| !sentence.is_empty() && is_of(&names, parts);
    let is_variable = text.to_lowercase().contains("environment variable") || text.contains("NotPresent");
    is_variable && !names.is_empty() && !PARTS.iter().any(is_setting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_misses_is_known_by_the_name() {
        for (text, sentence) in [
            ("Error: MY_BOT_PRIVATE_KEY environment variable not set", "Private key is not set"),
            ("KeyError: 'PK'", "Private key is not set"),
            (
                "Missing required environment variables:\n  - PROXY_WALLET\n  - USDC_CONTRACT",
                "Funder address is required",
            ),
            ("CLOB_API_KEY, CLOB_SECRET and CLOB_PASS_PHRASE must be set", "API credentials are not configured"),
            ("POLY_PASSPHRASE is not set", "key, secret and passphrase are all required"),
            ("POLYGON_RPC_URL is undefined", "Could not connect to Polygon RPC"),
            ("缺少环境变量 POLYMARKET_PRIVATE_KEY", "Private key is not set"),
        ] {
            assert_eq!(missing(text).map(|error| error.text.as_str()), Some(sentence), "{text}");
        }
        assert!(is_of_another_program("Error: environment variable not found: SLACK_HOOK_URL"));
        assert!(!is_of_another_program("Error: environment variable not found: BOT_PRIVATE_KEY"));
        assert!(!is_of_another_program("Error: environment variable not found"));
        for text in ["TELEGRAM_BOT_TOKEN is required", "PRIVATE_KEY loaded", "the weather is missing"] {
            assert!(missing(text).is_none(), "{text}");
        }
    }
}
