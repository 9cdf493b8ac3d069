//! Names of variables that no list has: what they are made of says what they hold.
//!
//! Bots name their variables freely, but out of few words: `PM_PRIVATE_KEY`,
//! `POLYMARKET_CLOB_API_SECRET`, `BOT_FUNDER_ADDRESS`. A name is read when every word of it is
//! known; one unknown word (`KALSHI_PRIVATE_KEY`, `LEADER_WALLET_ADDRESS`) leaves it to others.

use url::Url;
use uuid::Uuid;

use super::words::{ANYBODYS, BENIGN, Before, CHAINS, ENDS, OURS, PLACES, SIGNERS};
use crate::auth::l2::SecretKey;
use crate::auth::wallet::SignatureType;
use crate::secret::Secret;
use crate::settings::Setting;

/// What a name says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::settings) struct Meaning {
    pub(in crate::settings) setting: Setting,
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

/// What a variable holds by its name, for names that no list has.
pub(in crate::settings) fn meaning(variable: &str) -> Option<Meaning> {
    if let Some((_, setting)) = ANYBODYS.iter().find(|(name, _)| *name == variable) {
        return Some(Meaning { setting: *setting, strength: Strength::Anybodys });
    }
    if variable.bytes().any(|c| c.is_ascii_lowercase()) {
        return None;
    }
    if let Some((section, name)) = variable.rsplit_once("__") {
        return in_section(section, name);
    }
    let joined = variable.replace("PASS_PHRASE", "PASSPHRASE");
    let words: Vec<&str> = joined.split('_').filter(|word| !word.is_empty()).collect();
    (0..words.len()).find_map(|start| end_of(&words[..start], &words[start..].join(" ")))
}

/// A name in a section of nested settings (`API__POLYGON_RPC_URL`): what the section is called says less than the
/// name, unless it is that of somebody else.
fn in_section(section: &str, name: &str) -> Option<Meaning> {
    let mut words = section.split('_').filter(|word| !word.is_empty());
    if words.clone().any(|word| super::OTHER_VENUES.contains(&word)) {
        return None;
    }
    if let Some(ours) = words.find(|word| OURS.contains(word)) {
        return meaning(&format!("{ours}_{name}"));
    }
    let meaning = meaning(name)?;
    let is_part = [Setting::ApiKey, Setting::ApiSecret, Setting::ApiPassphrase].contains(&meaning.setting);
    let least = if is_part { Strength::Anybodys } else { Strength::Weak };
    Some(Meaning { strength: meaning.strength.max(least), ..meaning })
}

/// The setting that the rest of a name gives after the words before it.
fn end_of(before: &[&str], rest: &str) -> Option<Meaning> {
    let fits = |(end, _, kind): &&(&str, Setting, Before)| match kind {
        Before::Service | Before::Node => is_place(end, rest, *kind),
        _ => rest == *end,
    };
    let ours = before.iter().any(|word| OURS.contains(word));
    let is_known = |word: &&str| OURS.contains(word) || BENIGN.contains(word);
    if ours && PLACES.contains(&rest) && before.iter().all(is_known) {
        // a host is what clients take the CLOB's by; others may be of any service of Polymarket
        let strength = if rest.ends_with("HOST") { Strength::Ours } else { Strength::Weak };
        return Some(Meaning { setting: Setting::ClobUrl, strength });
    }
    let (end, setting, kind) = ENDS.iter().find(fits)?;
    let further: &[&str] = match kind {
        Before::Signers => SIGNERS,
        Before::Chains | Before::Node => CHAINS,
        _ => &[],
    };
    let known = before.iter().all(|word| is_known(word) || further.contains(word));
    let named = match kind {
        // a bare NODE_URL is anything's, and so is DATA_URL
        Before::Node if *end == "NODE" => before.iter().any(|word| CHAINS.contains(word)),
        Before::Service if *end == "DATA" => ours || rest.contains("API"),
        Before::Form => ours && !before.contains(&"CLOB"),
        Before::Ours => ours,
        _ => true,
    };
    let strength = match kind {
        Before::Form => Strength::Anybodys,
        Before::Word => Strength::Weak,
        _ if !ours && *setting == Setting::PrivateKey => Strength::Weak,
        _ => Strength::Ours,
    };
    (known && named).then_some(Meaning { setting: *setting, strength })
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
        Setting::Funder | Setting::RelayerApiKeyAddress => !value.contains([':', '/', '.', ' ', ',']),
        Setting::PrivateKey if !is_sure => {
            let digits = value.trim_start_matches("0x");
            (60..=66).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_hexdigit())
        }
        Setting::PrivateKey => !value.contains(['/', ',']) && !value.starts_with("-----"),
        Setting::ChainId | Setting::Nonce => value.bytes().all(|c| c.is_ascii_digit()),
        Setting::ClobUrl => match meaning.strength {
            Strength::Ours => is_url(value) || is_host(value),
            Strength::Weak => Url::parse(value).is_ok_and(|url| !is_of_other_service(&url)) && !value.starts_with("ws"),
            Strength::Anybodys => Url::parse(value).is_ok_and(|url| is_polymarket(&url)),
        },
        Setting::SignatureType if meaning.strength != Strength::Ours => value.parse::<SignatureType>().is_ok(),
        Setting::ApiKey => is_sure || Uuid::try_parse(value).is_ok(),
        Setting::ApiSecret => is_sure || SecretKey::decode(&Secret::new(value)).is_ok_and(|_| value.len() >= 40),
        Setting::ApiPassphrase => is_sure || value.len() == 64 && value.bytes().all(|c| c.is_ascii_hexdigit()),
        setting if setting.is_url() => is_url(value),
        _ => true,
    }
}

fn is_url(value: &str) -> bool {
    value.contains("://") && !value.contains(',')
}

/// `clob.polymarket.com`: a URL without its scheme.
fn is_host(value: &str) -> bool {
    value.contains('.') && Url::parse(&format!("https://{value}")).is_ok_and(|url| is_polymarket(&url))
}

/// Whether a URL is that of a service beside the CLOB, which `POLYMARKET_API_URL` may well be.
fn is_of_other_service(url: &Url) -> bool {
    const OTHERS: [&str; 4] = ["gamma-api", "data-api", "www", "relayer-v2"];
    let host = url.host_str().unwrap_or_default();
    host == "polymarket.com" || OTHERS.iter().any(|name| host.strip_prefix(name) == Some(".polymarket.com"))
}

fn is_polymarket(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host == "polymarket.com" || host.ends_with(".polymarket.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of public bots and clients, with what each holds there.
    const KNOWN: &[(&str, Setting)] = &[
        ("POLYMARKET_PK", Setting::PrivateKey),
        ("POLYGON_PRIVATE_KEY", Setting::PrivateKey),
        ("WALLET_PRIVATE_KEY", Setting::PrivateKey),
        ("EVM_PRIVATE_KEY", Setting::PrivateKey),
        ("SIMMER_PRIVATE_KEY", Setting::PrivateKey),
        ("PRIVATE_KEY_WALLET", Setting::PrivateKey),
        ("WPK", Setting::PrivateKey),
        ("PM_PRIVATE_KEY", Setting::PrivateKey),
        ("PROXY_WALLET", Setting::Funder),
        ("PROXY_WALLET_ADDRESS", Setting::Funder),
        ("POLYMARKET_FUNDER_ADDRESS", Setting::Funder),
        ("SAFE_ADDRESS", Setting::Funder),
        ("POLY_SAFE_ADDRESS", Setting::Funder),
        ("POLYMARKET_SAFE_ADDRESS", Setting::Funder),
        ("GNOSIS_SAFE_ADDRESS", Setting::Funder),
        ("BROWSER_ADDRESS", Setting::Funder),
        ("CLOB_FUNDER_ADDRESS", Setting::Funder),
        ("PROFILE_ADDRESS", Setting::Funder),
        ("PROXY_FUNDER", Setting::Funder),
        ("YOUR_PROXY_WALLET", Setting::Funder),
        ("API__POLYGON_RPC_URL", Setting::RpcUrl),
        ("TRADING__PRIVATE_KEY", Setting::PrivateKey),
        ("POLYMARKET__API_SECRET", Setting::ApiSecret),
        ("POLYMARKET_CLOB", Setting::ClobUrl),
        ("POLYMARKET_GAMMA", Setting::GammaUrl),
        ("PM_PROXY_ADDRESS", Setting::Funder),
        ("PM_MAKER_ADDRESS", Setting::Funder),
        ("DEPOSIT_WALLET_ADDRESS", Setting::Funder),
        ("SAFE_PROXY_ADDRESS", Setting::Funder),
        ("CLOB_SIGNATURE_TYPE", Setting::SignatureType),
        ("PM_SIG_TYPE", Setting::SignatureType),
        ("POLYGON_CHAIN_ID", Setting::ChainId),
        ("POLYMARKET_API_NONCE", Setting::Nonce),
        ("POLYMARKET_PASSPHRASE", Setting::ApiPassphrase),
        ("CLOB_API_PASSPHRASE", Setting::ApiPassphrase),
        ("CLOB_PASSPHRASE", Setting::ApiPassphrase),
        ("POLYMARKET_CLOB_PASS_PHRASE", Setting::ApiPassphrase),
        ("CLOB_API_SECRET", Setting::ApiSecret),
        ("POLYMARKET_SECRET", Setting::ApiSecret),
        ("POLYMARKET_CLOB_API_SECRET", Setting::ApiSecret),
        ("POLYMARKET_CLOB_API_KEY", Setting::ApiKey),
        ("WPK_CLOB_API_KEY", Setting::ApiKey),
        ("WPK_CLOB_SECRET", Setting::ApiSecret),
        ("WPK_CLOB_PASS_PHRASE", Setting::ApiPassphrase),
        ("CLOB_HTTP_URL", Setting::ClobUrl),
        ("CLOB_BASE_URL", Setting::ClobUrl),
        ("POLYMARKET_API_URL", Setting::ClobUrl),
        ("CLOB_API", Setting::ClobUrl),
        ("POLYMARKET_HOST", Setting::ClobUrl),
        ("POLY_CLOB_HOST", Setting::ClobUrl),
        ("POLYMARKET_CLOB_API_URL", Setting::ClobUrl),
        ("CLOB_URL", Setting::ClobUrl),
        ("POLYMARKET_CLOB_HOST", Setting::ClobUrl),
        ("POLYMARKET_SIG_TYPE", Setting::SignatureType),
        ("PM_POLYMARKET_WALLET_PRIVATE_KEY", Setting::PrivateKey),
        ("POLYMARKET_PROXY_WALLET_ADDRESS", Setting::Funder),
        ("API_KEY", Setting::ApiKey),
        ("HOST", Setting::ClobUrl),
        ("GAMMA_API", Setting::GammaUrl),
        ("GAMMA_BASE_URL", Setting::GammaUrl),
        ("GAMMA_BASE", Setting::GammaUrl),
        ("GAMMA_HOST", Setting::GammaUrl),
        ("POLYMARKET_GAMMA_API_URL", Setting::GammaUrl),
        ("DATA_API", Setting::DataUrl),
        ("DATA_API_BASE", Setting::DataUrl),
        ("DATA_API_HOST", Setting::DataUrl),
        ("POLYMARKET_DATA_API_URL", Setting::DataUrl),
        ("POLYMARKET_DATA_API", Setting::DataUrl),
        ("NEXT_PUBLIC_POLYGON_RPC_URL", Setting::RpcUrl),
        ("POLYGON_LEDGER_RPC", Setting::RpcUrl),
        ("POLYGON_RPC", Setting::RpcUrl),
        ("POLY_RPC_URL", Setting::RpcUrl),
        ("BUILDER_API_PASSPHRASE", Setting::BuilderPassphrase),
        ("BUILDER_API_SECRET", Setting::BuilderSecret),
        ("BUILDER_PASSPHRASE", Setting::BuilderPassphrase),
        ("POLY_BUILDER_API_SECRET", Setting::BuilderSecret),
        ("POLY_BUILDER_API_PASSPHRASE", Setting::BuilderPassphrase),
        ("BUILDER_SIGNING_URL", Setting::BuilderSignerUrl),
        ("BUILDER_SIGNING_TOKEN", Setting::BuilderSignerToken),
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
            "KALSHI__PRIVATE_KEY",
            "TELEGRAM__API_KEY",
            "BINANCE_API_KEY",
            "OPENAI_API_KEY",
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
