//! Names of variables that no list has: what they are made of says what they hold.
//!
//! Bots name their variables freely, but out of few words: `PM_PRIVATE_KEY`,
//! `POLYMARKET_CLOB_API_SECRET`, `BOT_FUNDER_ADDRESS`. A name is read when every word of it is
//! known; one unknown word (`KALSHI_PRIVATE_KEY`, `LEADER_WALLET_ADDRESS`) leaves it to others.

use url::Url;
use uuid::Uuid;

use crate::auth::l2::SecretKey;
use crate::secret::Secret;

/// What a name says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::settings) struct Meaning {
    /// The setting's name.
    pub(in crate::settings) setting: &'static str,
    pub(in crate::settings) strength: Strength,
}

/// How sure a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::settings) enum Strength {
    /// It says that it is Polymarket's, or means nothing else.
    Ours,
    /// `WALLET_PRIVATE_KEY`: it counts only where no better name gives the setting.
    Weak,
    /// `API_KEY`: it counts only where no better name does, and the value has the right form.
    Anybodys,
}

/// Words that make a name Polymarket's.
const OURS: &[&str] = &["POLYMARKET", "POLY", "PM", "CLOB"];
/// Words before a name that change nothing.
const BENIGN: &[&str] = &[
    "NEXT",
    "PUBLIC",
    "VITE",
    "REACT",
    "APP",
    "BOT",
    "MY",
    "MAIN",
    "DEFAULT",
    "TRADING",
    "TRADER",
    "USER",
    "ACCOUNT",
    "LIVE",
    "PROD",
    "PRODUCTION",
    "MAINNET",
];
/// Whose key it is: words before a private key.
const SIGNERS: &[&str] = &[
    "WALLET", "SIGNER", "OWNER", "EOA", "EVM", "ETH", "ETHEREUM", "POLYGON", "MATIC", "METAMASK", "MAGIC", "WEB3",
    "SIMMER", "PROXY", "SAFE",
];
/// Whose node or chain it is.
const CHAINS: &[&str] = &["POLYGON", "MATIC"];

/// The ends of names, in words, and the setting that each gives; the longest that fits counts.
const ENDS: &[(&str, &str, Before)] = &[
    ("PRIVATE KEY", "private_key", Before::Signers),
    ("PRIVATE KEY WALLET", "private_key", Before::Signers),
    ("PRIVATEKEY", "private_key", Before::Signers),
    ("PRIVKEY", "private_key", Before::Signers),
    ("PK", "private_key", Before::Signers),
    ("WPK", "private_key", Before::Signers),
    ("FUNDER", "funder", Before::Anything),
    ("FUNDER ADDRESS", "funder", Before::Anything),
    ("FUNDER WALLET", "funder", Before::Anything),
    ("FUNDER WALLET ADDRESS", "funder", Before::Anything),
    ("FUNDING ADDRESS", "funder", Before::Ours),
    ("PROXY FUNDER", "funder", Before::Anything),
    ("MAKER ADDRESS", "funder", Before::Ours),
    ("PROXY WALLET", "funder", Before::Anything),
    ("PROXY WALLET ADDRESS", "funder", Before::Anything),
    ("PROXY ADDRESS", "funder", Before::Anything),
    ("SAFE", "funder", Before::Ours),
    ("SAFE ADDRESS", "funder", Before::Anything),
    ("SAFE WALLET", "funder", Before::Anything),
    ("SAFE WALLET ADDRESS", "funder", Before::Anything),
    ("SAFE PROXY ADDRESS", "funder", Before::Anything),
    ("GNOSIS SAFE ADDRESS", "funder", Before::Anything),
    ("DEPOSIT WALLET", "funder", Before::Anything),
    ("DEPOSIT WALLET ADDRESS", "funder", Before::Anything),
    ("PROFILE ADDRESS", "funder", Before::Anything),
    ("BROWSER ADDRESS", "funder", Before::Anything),
    ("BROWSER WALLET", "funder", Before::Anything),
    ("SIGNATURE TYPE", "signature_type", Before::Anything),
    ("SIG TYPE", "signature_type", Before::Anything),
    ("SIGTYPE", "signature_type", Before::Anything),
    ("CHAIN ID", "chain_id", Before::Chains),
    ("CHAINID", "chain_id", Before::Chains),
    ("NONCE", "nonce", Before::Ours),
    ("API NONCE", "nonce", Before::Ours),
    ("KEY NONCE", "nonce", Before::Ours),
    ("API KEY", "api_key", Before::Ours),
    ("APIKEY", "api_key", Before::Ours),
    ("API KEY ID", "api_key", Before::Ours),
    ("SECRET", "api_secret", Before::Ours),
    ("API SECRET", "api_secret", Before::Ours),
    ("API SECRET KEY", "api_secret", Before::Ours),
    ("APISECRET", "api_secret", Before::Ours),
    ("PASSPHRASE", "api_passphrase", Before::Ours),
    ("API PASSPHRASE", "api_passphrase", Before::Ours),
    ("API PASS", "api_passphrase", Before::Ours),
    ("WPK CLOB API KEY", "api_key", Before::Anything),
    ("WPK CLOB SECRET", "api_secret", Before::Anything),
    ("WPK CLOB PASSPHRASE", "api_passphrase", Before::Anything),
    ("BUILDER API KEY", "builder_api_key", Before::Anything),
    ("BUILDER KEY", "builder_api_key", Before::Anything),
    ("BUILDER SECRET", "builder_secret", Before::Anything),
    ("BUILDER API SECRET", "builder_secret", Before::Anything),
    ("BUILDER PASSPHRASE", "builder_passphrase", Before::Anything),
    ("BUILDER API PASSPHRASE", "builder_passphrase", Before::Anything),
    ("BUILDER CODE", "builder_code", Before::Anything),
    ("BUILDER SIGNER URL", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNING URL", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNING SERVER URL", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNING SERVER", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNER TOKEN", "builder_signer_token", Before::Anything),
    ("BUILDER SIGNING TOKEN", "builder_signer_token", Before::Anything),
    ("BUILDER SIGNING SERVER TOKEN", "builder_signer_token", Before::Anything),
    ("RELAYER API KEY", "relayer_api_key", Before::Anything),
    ("RELAYER KEY", "relayer_api_key", Before::Ours),
    ("RELAYER API KEY ADDRESS", "relayer_api_key_address", Before::Anything),
    ("RELAYER KEY ADDRESS", "relayer_api_key_address", Before::Ours),
    ("RELAYER", "relayer_url", Before::Service),
    ("CLOB", "clob_url", Before::Service),
    ("POLYMARKET", "clob_url", Before::Service),
    ("GAMMA", "gamma_url", Before::Service),
    ("DATA", "data_url", Before::Service),
    ("GEOBLOCK", "geoblock_url", Before::Service),
    ("RPC", "rpc_url", Before::Node),
    ("LEDGER RPC", "rpc_url", Before::Node),
    ("NODE", "rpc_url", Before::Node),
];

/// What may stand before the end of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Words of Polymarket and benign ones, or none.
    Anything,
    /// At least one word of Polymarket.
    Ours,
    /// Also whose key it is.
    Signers,
    /// Also the chain.
    Chains,
    /// A service, with an ending that says that this is where it is (`CLOB_API_URL`).
    Service,
    /// The same for a node; `POLYGON_RPC` says enough.
    Node,
}

/// Endings of names of URLs.
const PLACES: &[&str] = &[
    "URL",
    "HOST",
    "API",
    "BASE",
    "ENDPOINT",
    "API URL",
    "HTTP URL",
    "BASE URL",
    "API HOST",
    "API BASE",
    "API BASE URL",
    "API ENDPOINT",
    "REST URL",
    "HTTP",
    "HTTP ENDPOINT",
    "PROVIDER",
    "PROVIDER URL",
];

/// Names that are anybody's: they are read where the value itself says what it is.
const ANYBODYS: &[(&str, &str)] = &[
    ("API_KEY", "api_key"),
    ("API_SECRET", "api_secret"),
    ("API_PASSPHRASE", "api_passphrase"),
    ("HOST", "clob_url"),
    ("API_URL", "clob_url"),
    ("API_HOST", "clob_url"),
    ("BASE_URL", "clob_url"),
];

/// What a variable holds by its name, for names that no list has.
pub(in crate::settings) fn meaning(variable: &str) -> Option<Meaning> {
    if let Some((_, setting)) = ANYBODYS.iter().find(|(name, _)| *name == variable) {
        return Some(Meaning { setting, strength: Strength::Anybodys });
    }
    // names in small letters are other programs' (http_proxy)
    if variable.bytes().any(|c| c.is_ascii_lowercase()) {
        return None;
    }
    let joined = variable.replace("PASS_PHRASE", "PASSPHRASE");
    let words: Vec<&str> = joined.split('_').filter(|word| !word.is_empty()).collect();
    (0..words.len()).find_map(|start| end_of(&words[..start], &words[start..].join(" ")))
}

/// The setting that the rest of a name gives after the words before it.
fn end_of(before: &[&str], rest: &str) -> Option<Meaning> {
    let fits = |(end, _, kind): &&(&str, &str, Before)| match kind {
        Before::Service | Before::Node => is_place(end, rest, *kind),
        _ => rest == *end,
    };
    let (end, setting, kind) = ENDS.iter().find(fits)?;
    let ours = before.iter().any(|word| OURS.contains(word));
    let further: &[&str] = match kind {
        Before::Signers => SIGNERS,
        Before::Chains | Before::Node => CHAINS,
        _ => &[],
    };
    let known = before.iter().all(|word| OURS.contains(word) || BENIGN.contains(word) || further.contains(word));
    let named = match kind {
        // a bare NODE_URL is anything's, and so is DATA_URL
        Before::Node if *end == "NODE" => before.iter().any(|word| CHAINS.contains(word)),
        Before::Service if *end == "DATA" => ours || rest.contains("API"),
        Before::Ours => ours,
        _ => true,
    };
    let strength = if ours || *setting != "private_key" { Strength::Ours } else { Strength::Weak };
    (known && named).then_some(Meaning { setting, strength })
}

/// Whether a rest is a service and the word that says that it is a URL.
fn is_place(end: &str, rest: &str, kind: Before) -> bool {
    match rest.strip_prefix(end) {
        Some("") => kind == Before::Node && end.ends_with("RPC"),
        Some(place) => place.strip_prefix(' ').is_some_and(|place| PLACES.contains(&place)),
        None => false,
    }
}

/// Whether a value can be what its name means, for names that mean other things too: `PROXY_ADDRESS`
/// may be a proxy of the network. What exactly it is, is judged later.
pub(in crate::settings) fn can_hold(meaning: Meaning, value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let is_sure = meaning.strength != Strength::Anybodys;
    match meaning.setting {
        "funder" | "relayer_api_key_address" => !value.contains([':', '/', '.', ' ', ',']),
        "private_key" => !value.contains(['/', ',']) && !value.starts_with("-----"),
        "chain_id" | "nonce" => value.bytes().all(|c| c.is_ascii_digit()),
        "clob_url" if !is_sure => Url::parse(value).is_ok_and(|url| is_polymarket(&url)),
        "api_key" => is_sure || Uuid::try_parse(value).is_ok(),
        "api_secret" => is_sure || SecretKey::decode(&Secret::new(value)).is_ok_and(|_| value.len() >= 40),
        "api_passphrase" => is_sure || value.len() == 64 && value.bytes().all(|c| c.is_ascii_hexdigit()),
        name if name.ends_with("_url") => value.contains("://") && !value.contains(','),
        _ => true,
    }
}

fn is_polymarket(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host == "polymarket.com" || host.ends_with(".polymarket.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of public bots and clients, with what each holds there.
    const KNOWN: &[(&str, &str)] = &[
        ("POLYMARKET_PK", "private_key"),
        ("POLYGON_PRIVATE_KEY", "private_key"),
        ("WALLET_PRIVATE_KEY", "private_key"),
        ("EVM_PRIVATE_KEY", "private_key"),
        ("SIMMER_PRIVATE_KEY", "private_key"),
        ("PRIVATE_KEY_WALLET", "private_key"),
        ("WPK", "private_key"),
        ("PM_PRIVATE_KEY", "private_key"),
        ("PROXY_WALLET", "funder"),
        ("PROXY_WALLET_ADDRESS", "funder"),
        ("POLYMARKET_FUNDER_ADDRESS", "funder"),
        ("SAFE_ADDRESS", "funder"),
        ("POLY_SAFE_ADDRESS", "funder"),
        ("POLYMARKET_SAFE_ADDRESS", "funder"),
        ("GNOSIS_SAFE_ADDRESS", "funder"),
        ("BROWSER_ADDRESS", "funder"),
        ("CLOB_FUNDER_ADDRESS", "funder"),
        ("PROFILE_ADDRESS", "funder"),
        ("PROXY_FUNDER", "funder"),
        ("PM_PROXY_ADDRESS", "funder"),
        ("PM_MAKER_ADDRESS", "funder"),
        ("DEPOSIT_WALLET_ADDRESS", "funder"),
        ("SAFE_PROXY_ADDRESS", "funder"),
        ("CLOB_SIGNATURE_TYPE", "signature_type"),
        ("PM_SIG_TYPE", "signature_type"),
        ("POLYGON_CHAIN_ID", "chain_id"),
        ("POLYMARKET_API_NONCE", "nonce"),
        ("POLYMARKET_PASSPHRASE", "api_passphrase"),
        ("CLOB_API_PASSPHRASE", "api_passphrase"),
        ("CLOB_PASSPHRASE", "api_passphrase"),
        ("POLYMARKET_CLOB_PASS_PHRASE", "api_passphrase"),
        ("CLOB_API_SECRET", "api_secret"),
        ("POLYMARKET_SECRET", "api_secret"),
        ("POLYMARKET_CLOB_API_SECRET", "api_secret"),
        ("POLYMARKET_CLOB_API_KEY", "api_key"),
        ("WPK_CLOB_API_KEY", "api_key"),
        ("WPK_CLOB_SECRET", "api_secret"),
        ("WPK_CLOB_PASS_PHRASE", "api_passphrase"),
        ("CLOB_HTTP_URL", "clob_url"),
        ("CLOB_BASE_URL", "clob_url"),
        ("POLYMARKET_API_URL", "clob_url"),
        ("CLOB_API", "clob_url"),
        ("POLYMARKET_HOST", "clob_url"),
        ("POLY_CLOB_HOST", "clob_url"),
        ("POLYMARKET_CLOB_API_URL", "clob_url"),
        ("CLOB_URL", "clob_url"),
        ("POLYMARKET_CLOB_HOST", "clob_url"),
        ("POLYMARKET_SIG_TYPE", "signature_type"),
        ("PM_POLYMARKET_WALLET_PRIVATE_KEY", "private_key"),
        ("POLYMARKET_PROXY_WALLET_ADDRESS", "funder"),
        ("API_KEY", "api_key"),
        ("HOST", "clob_url"),
        ("GAMMA_API", "gamma_url"),
        ("GAMMA_BASE_URL", "gamma_url"),
        ("GAMMA_BASE", "gamma_url"),
        ("GAMMA_HOST", "gamma_url"),
        ("POLYMARKET_GAMMA_API_URL", "gamma_url"),
        ("DATA_API", "data_url"),
        ("DATA_API_BASE", "data_url"),
        ("DATA_API_HOST", "data_url"),
        ("POLYMARKET_DATA_API_URL", "data_url"),
        ("POLYMARKET_DATA_API", "data_url"),
        ("NEXT_PUBLIC_POLYGON_RPC_URL", "rpc_url"),
        ("POLYGON_LEDGER_RPC", "rpc_url"),
        ("POLYGON_RPC", "rpc_url"),
        ("POLY_RPC_URL", "rpc_url"),
        ("BUILDER_API_PASSPHRASE", "builder_passphrase"),
        ("BUILDER_API_SECRET", "builder_secret"),
        ("BUILDER_PASSPHRASE", "builder_passphrase"),
        ("POLY_BUILDER_API_SECRET", "builder_secret"),
        ("POLY_BUILDER_API_PASSPHRASE", "builder_passphrase"),
        ("BUILDER_SIGNING_URL", "builder_signer_url"),
        ("BUILDER_SIGNING_TOKEN", "builder_signer_token"),
    ];

    #[test]
    fn names_of_public_bots_are_read_for_what_they_hold() {
        for (name, setting) in KNOWN {
            assert_eq!(meaning(name).map(|meaning| meaning.setting), Some(*setting), "{name}");
        }
    }

    #[test]
    fn names_of_other_things_are_left_alone() {
        for name in [
            "KALSHI_PRIVATE_KEY",
            "BINANCE_API_KEY",
            "OPENAI_API_KEY",
            "SECRET",
            "PASSPHRASE",
            "DEPLOYER_PRIVATE_KEY",
            "LEADER_WALLET_ADDRESS",
            "TARGET_WALLET",
            "USER_ADDRESS",
            "USER_ADDRESSES",
            "WALLET_ADDRESS",
            "EOA_ADDRESS",
            "POLYMARKET_ADDRESS",
            "POLYMARKET_US_API_KEY",
            "POLYMARKET_US_API_SECRET",
            "POLYMARKET_KEY_ID",
            "POLYMARKET_SECRET_KEY",
            "POLYMARKET_TEST_API_KEY",
            "CLOB_READONLY_API_KEY",
            "KEY",
            "WALLET",
            "NONCE",
            "DATA_URL",
            "NODE_URL",
            "RPC_TOKEN",
            "WS_URL",
            "http_proxy",
            "USDC_CONTRACT_ADDRESS",
            "CTF_EXCHANGE_ADDRESS",
            "BUILDER_NAME",
            "TELEGRAM_API_KEY",
        ] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_mean_other_things_count_by_their_values() {
        let holds = |name: &str, value: &str| can_hold(meaning(name).unwrap(), value);
        for (name, value) in [
            ("PROXY_WALLET", "http://127.0.0.1:7890"),
            ("PROXY_WALLET", "127.0.0.1:7890"),
            ("POLYGON_RPC", "https://a.example,https://b.example"),
            ("API_KEY", "sk-proj-1234"),
            ("HOST", "0.0.0.0"),
            ("HOST", "https://example.com"),
            ("API_PASSPHRASE", "hunter2"),
        ] {
            assert!(!holds(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("PROXY_WALLET", "0x12"),
            ("API_KEY", "f4f247b7-4ac7-ff29-a152-04fda0a8755a"),
            ("HOST", "https://clob.polymarket.com"),
            ("CLOB_PASSPHRASE", "hunter2"),
        ] {
            assert!(holds(name, value), "{name}={value}");
        }
    }
}
