//! Variables that no setting reads, though what they hold is a wallet or a key.
//!
//! No list knows every bot's names. What a variable holds shows what it is for: a wallet of this key,
//! or 64 hex digits under a name with KEY in it.

use std::str::FromStr as _;

use alloy_primitives::Address;

use super::{ProblemKind, SettingProblem, Settings};
use crate::auth::contracts;
use crate::auth::wallet::{WalletKind, WalletMap};

/// Words of names that hold the wallet of an account.
const WALLETS: &[&str] = &["PROXY", "FUNDER", "SAFE", "WALLET", "DEPOSIT", "BROWSER", "MAKER", "PROFILE"];
/// Words of names that hold the wallet of somebody else, or a contract.
const OTHERS: &[&str] = &[
    "TARGET",
    "TARGETS",
    "LEADER",
    "COPY",
    "COPIED",
    "FOLLOW",
    "FOLLOWED",
    "WHALE",
    "WATCH",
    "TRACKED",
    "CONTRACT",
    "FACTORY",
    "TOKEN",
    "EXCHANGE",
    "ADAPTER",
    "FEE",
    "TREASURY",
    "MULTISEND",
    "SINGLETON",
    "HANDLER",
];
/// Words of names whose 64 hex digits are no key.
const HASHES: &[&str] =
    &["CONDITION", "MARKET", "TOKEN", "TX", "HASH", "CODE", "TOPIC", "SALT", "INIT", "API", "PASSPHRASE", "SECRET"];

/// A variable that nothing reads.
pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// "line 4 of .env"
    pub(super) place: String,
}

/// What the variables that nothing reads hold, where it concerns the account.
pub(super) fn unread<'a>(
    variables: impl IntoIterator<Item = Variable<'a>>,
    settings: &Settings,
) -> Vec<SettingProblem> {
    let signer = settings.parsed_key().map(|key| key.signer.address());
    let chain = settings.chain_id.as_ref().and_then(|id| contracts::chain(id.value));
    let wallets = chain.zip(signer).map(|(chain, signer)| WalletMap::derive(chain, signer));
    let account = Account { wallets, signer, funder: settings.funder.as_ref().map(|funder| funder.value) };
    variables.into_iter().filter_map(|variable| account.told(&variable)).collect()
}

struct Account {
    wallets: Option<WalletMap>,
    signer: Option<Address>,
    funder: Option<Address>,
}

impl Account {
    fn told(&self, variable: &Variable<'_>) -> Option<SettingProblem> {
        let words: Vec<&str> = variable.name.split('_').collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.to_ascii_uppercase().as_str()));
        let value = variable.value.trim().trim_matches(['"', '\'']);
        let digits = value.strip_prefix("0x").unwrap_or(value);
        let is_hex = |length: usize| digits.len() == length && digits.bytes().all(|c| c.is_ascii_hexdigit());
        if is_hex(64) && !has(HASHES) && words.iter().any(|word| matches!(*word, "KEY" | "PK" | "PRIVKEY")) {
            let is_ours = crate::auth::key::parse(&crate::secret::Secret::new(value))
                .is_ok_and(|key| Some(key.signer.address()) == self.signer);
            return (!is_ours).then(|| problem(variable, "private_key", "64 hex digits, as a private key has"));
        }
        let address = is_hex(40).then(|| Address::from_str(digits).ok())??;
        if Some(address) == self.funder || Some(address) == self.signer {
            return None;
        }
        match self.wallets.as_ref().and_then(|wallets| wallets.kind_of(address)) {
            Some(WalletKind::Eoa) => None,
            Some(kind) => Some(problem(variable, "funder", &format!("the {kind} of this key"))),
            None if !has(WALLETS) || has(OTHERS) => None,
            None if self.wallets.is_some() => {
                Some(problem(variable, "funder", "an address that is not one of this key's wallets"))
            }
            None => Some(problem(variable, "funder", "an address")),
        }
    }
}

fn problem(variable: &Variable<'_>, setting: &str, what: &str) -> SettingProblem {
    let Variable { name, place, .. } = variable;
    let spoken = super::names::spoken(setting);
    SettingProblem {
        kind: ProblemKind::Unread,
        setting: setting.to_owned(),
        text: format!("{name} ({place}) contains {what}, and no setting reads it"),
        fix: format!("If your bot takes its {spoken} from there, add --env-map {setting}={name}"),
    }
}
