//! Names that are one bot's own (`WEATHERBOT_POLY_PRIVATE_KEY`), or one account's among several
//! (`POLYMARKET_PRIVATE_KEY_2`): what stands around a known name.

use super::grammar::{Meaning, Strength, can_hold, meaning};
use super::words;
use crate::settings::Setting;

/// A name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::settings) struct Member {
    pub(in crate::settings) family: Family,
    pub(in crate::settings) meaning: Meaning,
}

/// What names of one account have in common around the words that say what they hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::settings) struct Family {
    /// `WEATHERBOT`, `ACCOUNT_1`; empty for none.
    before: String,
    /// `1`, `A`; empty for none.
    behind: String,
}

/// Words that make a family that of another venue, chain or person.
pub(in crate::settings) const OTHERS: &[&str] = &[
    "US",
    "TEST",
    "TESTNET",
    "AMOY",
    "MUMBAI",
    "STAGING",
    "EXAMPLE",
    "OLD",
    "BACKUP",
    "TARGET",
    "LEADER",
    "COPIED",
    "WHALE",
    "DEPLOYER",
    "KALSHI",
    "BINANCE",
    "BYBIT",
    "OKX",
    "HYPERLIQUID",
    "HL",
    "SOLANA",
    "SOL",
    "JUPITER",
    "COINBASE",
    "KRAKEN",
    "DERIBIT",
    "DRIFT",
    "DYDX",
    "LIMITLESS",
    "OPINION",
    "PREDICT",
    "PREDICTFUN",
    "MYRIAD",
    "SXBET",
    "AZURO",
    "MANIFOLD",
    "OPENAI",
    "FLASK",
    "JWT",
    "SESSION",
    "ENCRYPTION",
    "BASE",
    "BSC",
    "ARBITRUM",
    "AVALANCHE",
    "FIREBASE",
    "GOOGLE",
    "TELEGRAM",
    "DISCORD",
];
/// Words before a number: `ACCOUNT_1_PRIVATE_KEY`.
const COUNTED: &[&str] = &["ACCOUNT", "ACC", "WALLET", "BOT", "USER", "TRADER", "SIGNER", "PROFILE", "KEY"];

impl Family {
    /// How its names look: `WEATHERBOT_…`, `…_2`.
    pub(in crate::settings) fn pattern(&self) -> String {
        let before = if self.before.is_empty() { String::new() } else { format!("{}_", self.before) };
        let behind = if self.behind.is_empty() { String::new() } else { format!("_{}", self.behind) };
        format!("{before}…{behind}")
    }

    /// Whether a name looks like one of it, whatever it holds.
    pub(in crate::settings) fn has(&self, variable: &str) -> bool {
        let rest = match self.before.as_str() {
            "" => Some(variable),
            before => variable.strip_prefix(before).and_then(|rest| rest.strip_prefix('_')),
        };
        rest.is_some_and(|rest| {
            let before = rest.strip_suffix(&self.behind).unwrap_or_default();
            self.behind.is_empty() || before.ends_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        })
    }

    /// The number or letter of the account among several; `None` for a bot's own names.
    pub(in crate::settings) fn count(&self) -> Option<&str> {
        if !self.behind.is_empty() {
            return Some(&self.behind);
        }
        let (word, count) = self.before.rsplit_once('_').unwrap_or_else(|| {
            let digits = self.before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            self.before.split_at(digits)
        });
        let word = word.rsplit('_').next().unwrap_or_default();
        (is_count(count) && COUNTED.contains(&word)).then_some(count)
    }

    /// Whether it is another venue's, or a name of Polymarket with a letter wrong.
    fn is_of_others(&self) -> bool {
        let is_misspelt = |word: &str| word != "POLYMARKET" && strsim::osa_distance(word, "POLYMARKET") == 1;
        self.before.split('_').any(|word| OTHERS.contains(&word) || is_misspelt(word))
    }

    /// Whether it says that it is Polymarket's: `POLYBOT`, `MY_PM`.
    fn is_ours(&self) -> bool {
        let says_so = |word: &str| {
            words::OURS.contains(&word)
                || ["POLY", "CLOB"].iter().any(|start| word.starts_with(start)) && !word.starts_with("POLYGON")
        };
        self.before.split('_').any(says_so)
    }
}

fn is_count(text: &str) -> bool {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    is_number || (text.len() == 1 && text.bytes().all(|c| c.is_ascii_uppercase()))
}

/// The family of a name, and what it holds; `None` for a name without words around it.
pub(in crate::settings) fn member(variable: &str) -> Option<Member> {
    let joined = variable.replace("PASS_PHRASE", "PASSPHRASE");
    let mut words: Vec<&str> = joined.split('_').filter(|word| !word.is_empty()).collect();
    let last = words.pop()?;
    let digits = last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let behind = match last.split_at(digits) {
        _ if is_count(last) && !words.is_empty() => last,
        (word, count) if is_count(count) && word.len() > 1 && word != "WEB" => {
            words.push(word);
            count
        }
        _ => {
            words.push(last);
            ""
        }
    };
    (0..words.len()).find_map(|start| {
        let core = words[start..].join("_");
        let found = if start == 0 && behind.is_empty() { None } else { of_core(&core, start > 0) };
        let family = Family { before: words[..start].join("_"), behind: behind.to_owned() };
        found.map(|meaning| Member { family, meaning })
    })
}

/// What the known part of a name says; behind a bot's own word `SECRET` is enough.
fn of_core(core: &str, is_behind_a_word: bool) -> Option<Meaning> {
    // a bare KEY says too little behind any word
    if core == "KEY" {
        return None;
    }
    let listed = Setting::listing(core).map(|setting| Meaning { setting, strength: Strength::Ours });
    listed.or_else(|| meaning(core)).or_else(|| {
        let weak = |meaning| Meaning { strength: Strength::Anybodys, ..meaning };
        meaning(&format!("POLY_{core}")).filter(|_| is_behind_a_word).map(weak)
    })
}

/// Whether these variables, the names of one family with their values, are an account of Polymarket:
/// there is a private key, and something that only Polymarket has.
pub(in crate::settings) fn is_account(family: &Family, members: &[(Setting, &str)]) -> bool {
    const ONLY_OURS: [Setting; 6] = [
        Setting::Funder,
        Setting::SignatureType,
        Setting::ApiPassphrase,
        Setting::BuilderApiKey,
        Setting::RelayerApiKey,
        Setting::BuilderCode,
    ];
    let Some((_, key)) = members.iter().find(|(setting, _)| *setting == Setting::PrivateKey) else { return false };
    let digits = key.trim().trim_start_matches("0x");
    let is_key = (60..=66).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_hexdigit());
    let says_so = || members.iter().any(|(setting, _)| ONLY_OURS.contains(setting));
    let is_ours = family.is_ours();
    !family.is_of_others() && (is_ours || is_key && (family.count().is_some() || says_so()))
}

/// Whether a value can be what a member's name says.
pub(in crate::settings) fn fits(member: &Member, value: &str) -> bool {
    can_hold(member.meaning, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_known_name_is_its_family() {
        for (name, pattern, setting) in [
            ("WEATHERBOT_POLY_PRIVATE_KEY", "WEATHERBOT_…", Setting::PrivateKey),
            ("BOT_SECRET_PM_API_KEY", "BOT_SECRET_…", Setting::ApiKey),
            ("POLYBOT_CLOB_PASS_PHRASE", "POLYBOT_…", Setting::ApiPassphrase),
            ("MYARB_SECRET", "MYARB_…", Setting::ApiSecret),
            ("POLYMARKET_PRIVATE_KEY_2", "…_2", Setting::PrivateKey),
            ("POLYMARKET_PROXY_1", "…_1", Setting::Funder),
            ("PK_A", "…_A", Setting::PrivateKey),
            ("PK1", "…_1", Setting::PrivateKey),
            ("PROXY_WALLET2", "…_2", Setting::Funder),
            ("ACCOUNT_1_FUNDER", "ACCOUNT_1_…", Setting::Funder),
            ("WALLET3_PRIVATE_KEY", "WALLET3_…", Setting::PrivateKey),
        ] {
            let member = member(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((member.family.pattern().as_str(), member.meaning.setting), (pattern, setting), "{name}");
        }
        for name in ["PRIVATE_KEY", "POLY_PRIVTE_KEY", "TELEGRAM_BOT_TOKEN", "MAX_ORDERS_2", "OPENAI_MODEL", "RETRY_1"]
        {
            assert_eq!(member(name), None, "{name}");
        }
    }

    #[test]
    fn a_family_is_an_account_by_its_key_and_what_only_polymarket_has() {
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let is = |name: &str, members: &[(Setting, &str)]| is_account(&member(name).unwrap().family, members);
        assert!(is("POLYBOT_PRIVATE_KEY", &[(Setting::PrivateKey, key)]));
        assert!(is("ARB_PRIVATE_KEY", &[(Setting::PrivateKey, key), (Setting::Funder, "0x1")]));
        assert!(is("PRIVATE_KEY_1", &[(Setting::PrivateKey, key)]));
        assert!(!is("ARB_PRIVATE_KEY", &[(Setting::PrivateKey, key)]));
        assert!(!is("HL_PRIVATE_KEY", &[(Setting::PrivateKey, key), (Setting::Funder, "0x1")]));
        assert!(!is("POLYMARKET_US_PRIVATE_KEY", &[(Setting::PrivateKey, key)]));
        assert!(!is("KALSHI_PRIVATE_KEY", &[(Setting::PrivateKey, "-----BEGIN RSA PRIVATE KEY-----")]));
        assert!(!is("ARB_FUNDER", &[(Setting::Funder, "0x1")]));
    }
}
