//! Programs that are known by the names of their variables, and set the signature type elsewhere.

use super::{Setting, Settings, Source};

/// A variable by which a program is known, and where that program has the signature type.
const PROGRAMS: &[(&str, &str)] = &[
    ("PROXY_WALLET", "copy-trading bots set it in their code"),
    ("CLOB_HTTP_URL", "copy-trading bots set it in their code"),
    ("BROWSER_ADDRESS", "poly-maker reads it from config.toml"),
    ("PROXY_WALLET_ADDRESS", "polymarket-terminal sets it in its code"),
    ("POLYMARKET_PK", "nautilus_trader and pmxt have it in their configuration"),
    ("POLYGON_PRIVATE_KEY", "polymarket-mcp-server sets it in its code"),
    ("POLYMARKET_DEPOSIT_WALLET", "the unified SDK detects it from the wallet"),
    ("POLYMARKET_PROXY_WALLET", "the unified SDK detects it from the wallet"),
    ("POLYMARKET_SAFE_WALLET", "the unified SDK detects it from the wallet"),
    ("DEPOSIT_WALLET", "the examples of the official clients set it in their code"),
    ("SAFE_ADDRESS", "bots that know the wallet as a Safe set it in their code"),
    ("POLY_SAFE_ADDRESS", "bots that know the wallet as a Safe set it in their code"),
    ("WPK", "the bot that reads WPK sets it in its code"),
    ("SIMMER_PRIVATE_KEY", "simmer detects it from the wallet"),
    ("WALLET_PRIVATE_KEY", "simmer detects it from the wallet"),
];

/// Where the program that these settings are of has the signature type; `None` for no known one.
pub(super) fn type_is_set_in(settings: &Settings) -> Option<&'static str> {
    let settings_of_names = [Setting::Funder, Setting::PrivateKey, Setting::ClobUrl];
    let sources = settings_of_names.iter().filter_map(|setting| settings.places.get(setting));
    sources.flatten().find_map(|source| {
        let (Source::Variable { name } | Source::EnvFile { name, .. }) = source else { return None };
        PROGRAMS.iter().find(|(variable, _)| variable == name).map(|(_, place)| *place)
    })
}
