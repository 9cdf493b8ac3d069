//! Variables that no setting reads, though what they hold is a wallet or a key.
//!
//! No list knows every bot's names. What a variable holds shows what it is for: a wallet of this key,
//! or 64 hex digits under a name with KEY in it.

use std::str::FromStr as _;

use alloy_primitives::Address;

use super::{ProblemKind, Setting, SettingProblem, Settings, Source, Sourced};
use crate::auth::contracts;
use crate::auth::wallet::{SignatureType, WalletKind, WalletMap};
use crate::secret::Secret;

/// Words of names that hold the wallet of an account.
const WALLETS: &[&str] = &["PROXY", "FUNDER", "SAFE", "WALLET", "DEPOSIT", "BROWSER", "MAKER", "PROFILE"];
/// Words of names that hold the address of the private key.
const SIGNERS: &[&str] = &["SIGNER", "EOA", "AUTH", "OWNER"];
/// Words of names that hold the wallets of people whose trades are copied.
const COPIED: &[&str] = &[
    "TARGET",
    "TARGETS",
    "LEADER",
    "LEADERS",
    "COPY",
    "COPIED",
    "FOLLOW",
    "FOLLOWED",
    "WHALE",
    "WHALES",
    "WATCH",
    "TRACK",
    "TRACKED",
    "MIRROR",
    "SMART",
    "INSIDER",
    "TRADERS",
    "WALLETS",
    "ADDRESSES",
];
/// Words of names that hold where money goes, or a contract.
const OTHERS: &[&str] = &[
    "WITHDRAW",
    "WITHDRAWAL",
    "RECIPIENT",
    "PAYOUT",
    "RECEIVER",
    "DESTINATION",
    "USDC",
    "PUSD",
    "COLLATERAL",
    "CTF",
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

/// Words beside which WALLET or ADDRESS is the account's own.
const OWN: &[&str] = &["POLYMARKET", "POLY", "PM", "CLOB", "MY", "BOT", "TRADING", "MAIN", "WALLET", "ADDRESS"];

/// A variable that nothing reads.
pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) source: Source,
}

impl Variable<'_> {
    fn words(&self) -> Vec<String> {
        let name = super::names::folded(self.name).unwrap_or_else(|| self.name.to_owned());
        name.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn has(&self, list: &[&str]) -> bool {
        self.words().iter().any(|word| list.contains(&word.as_str()))
    }

    fn bare(&self) -> &str {
        self.value.trim().trim_matches(['"', '\''])
    }

    fn digits(&self, length: usize) -> Option<&str> {
        let digits = self.bare().strip_prefix("0x").unwrap_or(self.bare());
        (digits.len() == length && digits.bytes().all(|c| c.is_ascii_hexdigit())).then_some(digits)
    }

    fn address(&self) -> Option<Address> {
        Address::from_str(self.digits(40)?).ok()
    }

    /// "line 4 of .env"
    fn place(&self) -> String {
        match &self.source {
            Source::EnvFile { path, line, .. } => format!("line {line} of {path}"),
            _ => "the environment".to_owned(),
        }
    }

    /// Whether its name is that of the address of the private key: `SIGNER_ADDRESS`, `POLY_AUTH_ADDRESS`.
    fn is_signer(&self) -> bool {
        const OF_OTHERS: &[&str] = &["BUILDER", "RELAYER", "REMOTE", "URL", "CONTRACT", "DEPLOYER"];
        self.has(SIGNERS) && !self.has(OTHERS) && !self.has(COPIED) && !self.has(OF_OTHERS)
    }

    /// Whether its name is that of the account's own wallet, as `POLYMARKET_WALLET_ADDRESS`.
    fn is_own_wallet(&self) -> bool {
        let words = self.words();
        let is_ours = words.iter().any(|word| ["POLYMARKET", "POLY", "PM"].contains(&word.as_str()));
        let is_wallet = words.last().is_some_and(|word| word == "ADDRESS" || word == "WALLET");
        is_ours && is_wallet && words.iter().all(|word| OWN.contains(&word.as_str()))
    }
}

/// Takes the funder from a variable that holds a wallet of this key, or that is named as the account's
/// own wallet and holds another address than the signer's, where no setting gives one.
pub(super) fn take_wallet(variables: &[Variable<'_>], settings: &mut Settings) {
    let account = Account::of(settings);
    let (Some(wallets), Some(signer), None) = (&account.wallets, account.signer, account.funder) else { return };
    let is_wallet = |variable: &Variable<'_>| {
        let kind = variable.address().and_then(|address| wallets.kind_of(address));
        let is_named = variable.has(WALLETS) || variable.has(&["ADDRESS", "ACCOUNT"]);
        is_named && !variable.has(OTHERS) && !variable.has(COPIED) && kind.is_some_and(|kind| kind != WalletKind::Eoa)
    };
    let own: Vec<&Variable<'_>> = variables.iter().filter(|variable| is_wallet(variable)).collect();
    let is_one = own.iter().all(|variable| variable.address() == own.first().and_then(|first| first.address()));
    let is_eoa = settings
        .signature_type
        .as_ref()
        .is_some_and(|kind| kind.value == SignatureType::Eoa && kind.source != Source::Default);
    let is_foreign = |variable: &&Variable<'_>| {
        variable.is_own_wallet() && variable.address().is_some_and(|address| address != signer)
    };
    let found = match own.first() {
        // an account that says that it is an EOA has its wallets for something else
        _ if is_eoa => None,
        Some(first) => Some(*first).filter(|_| is_one),
        None => variables.iter().find(is_foreign),
    };
    if let Some((variable, address)) = found.and_then(|variable| Some((variable, variable.address()?))) {
        settings.places.entry(Setting::Funder).or_default().insert(0, variable.source.clone());
        settings.funder = Some(Sourced::new(address, variable.source.clone()));
    }
}

/// What the variables that nothing reads hold, where it concerns the account.
pub(super) fn unread(variables: &[Variable<'_>], settings: &Settings) -> Vec<SettingProblem> {
    let account = Account::of(settings);
    let has_key = settings.private_key.is_some();
    let is_read =
        |variable: &&Variable<'_>| settings.funder.as_ref().is_none_or(|funder| funder.source != variable.source);
    let told = variables.iter().filter(is_read).filter_map(|variable| {
        let told = account.told(variable);
        told.or_else(|| if has_key { account.copied(variable) } else { key_elsewhere(variable) })
    });
    told.collect()
}

/// Where a bot has its key that keeps it in another form.
fn key_elsewhere(variable: &Variable<'_>) -> Option<SettingProblem> {
    let words = variable.bare().split_whitespace().count();
    let is_phrase = variable.has(&["MNEMONIC", "SEED", "PHRASE"]) && (12..=24).contains(&words);
    let has_path = !variable.bare().is_empty() && variable.bare().len() < 256;
    let is_file = variable.has(&["PATH", "FILE"]) && has_path && !variable.has(&["LOG", "DB", "CONFIG"]);
    let (what, fix) = if is_phrase {
        ("a recovery phrase", "Derive the private key of the account that trades and set it as PRIVATE_KEY".to_owned())
    } else if is_file && variable.has(&["KEYSTORE"]) {
        ("the path of a keystore", format!("If your bot reads its key from there, add --keystore {}", path(variable)))
    } else if is_file
        && variable.has(&["KEY", "PK"])
        && variable.has(&["PRIVATE", "POLYMARKET", "POLY", "PM", "WALLET"])
        && !variable.has(super::names::OTHER_VENUES)
    {
        ("the path of a key", format!("If your bot reads its key from there, add --key-file {}", path(variable)))
    } else {
        return None;
    };
    Some(SettingProblem { fix, ..problem(variable, Setting::PrivateKey, what) })
}

/// A path as a shell takes it.
fn path(variable: &Variable<'_>) -> String {
    shlex::try_quote(variable.bare()).map_or_else(|_| "FILE".to_owned(), Into::into)
}

struct Account {
    wallets: Option<WalletMap>,
    signer: Option<Address>,
    funder: Option<Address>,
}

impl Account {
    fn of(settings: &Settings) -> Self {
        let signer = settings.parsed_key().map(|key| key.signer.address());
        let chain = settings.chain_id.as_ref().and_then(|id| contracts::chain(id.value));
        let wallets = chain.zip(signer).map(|(chain, signer)| WalletMap::derive(chain, signer));
        Self { wallets, signer, funder: settings.funder.as_ref().map(|funder| funder.value) }
    }

    fn told(&self, variable: &Variable<'_>) -> Option<SettingProblem> {
        if variable.digits(64).is_some() && !variable.has(HASHES) && is_of_key(variable) {
            let is_ours = crate::auth::key::parse(&Secret::new(variable.bare()))
                .is_ok_and(|key| Some(key.signer.address()) == self.signer);
            return (!is_ours).then(|| problem(variable, Setting::PrivateKey, "64 hex digits, as a private key has"));
        }
        let address = variable.address()?;
        if Some(address) == self.funder || Some(address) == self.signer {
            return None;
        }
        let kind = self.wallets.as_ref().and_then(|wallets| wallets.kind_of(address));
        if let Some(signer) = self.signer.filter(|_| variable.is_signer()) {
            return Some(other_signer(variable, address, signer, kind));
        }
        match kind {
            Some(WalletKind::Eoa) => None,
            Some(kind) => Some(problem(variable, Setting::Funder, &format!("the {kind} of this key"))),
            None if !variable.has(WALLETS) || variable.has(OTHERS) || variable.has(COPIED) => None,
            None if self.wallets.is_some() => {
                Some(problem(variable, Setting::Funder, "a wallet address that is not one of this key's wallets"))
            }
            None => Some(problem(variable, Setting::Funder, "a wallet address")),
        }
    }

    /// The funder among the wallets that are copied, which is none of this key's.
    fn copied(&self, variable: &Variable<'_>) -> Option<SettingProblem> {
        let funder = self.funder?;
        let is_ours = self.wallets.as_ref()?.kind_of(funder).is_some();
        let is_of_traders = ["USER_ADDRESS", "USER_ADDRESSES"].contains(&variable.name) || variable.has(COPIED);
        let mut addresses = variable.value.split(|c: char| !c.is_ascii_alphanumeric());
        let holds = addresses.any(|text| Address::from_str(text).is_ok_and(|address| address == funder));
        (!is_ours && is_of_traders && holds).then(|| SettingProblem {
            kind: ProblemKind::CopiedWallet,
            setting: Setting::Funder.into(),
            text: format!(
                "The funder {funder} is also in {} ({}): a trader to copy, not this account",
                variable.name,
                variable.place()
            ),
            fix: "Set the funder to this account's own wallet".to_owned(),
        })
    }
}

/// Whether a name is one of keys: `ARBBOT_KEY`, `magickey`.
fn is_of_key(variable: &Variable<'_>) -> bool {
    let ends = |word: &String| ["KEY", "PK", "PRIVKEY"].contains(&word.as_str()) || word.ends_with("KEY");
    variable.words().iter().any(ends) && !variable.has(super::names::OTHER_VENUES)
}

/// A variable for the address of the private key that holds another one.
fn other_signer(
    variable: &Variable<'_>,
    address: Address,
    signer: Address,
    kind: Option<WalletKind>,
) -> SettingProblem {
    let name = variable.name;
    let what = kind.map_or_else(|| address.to_string(), |kind| format!("the {kind} of this key"));
    let right = format!("The signer is {signer}: set {name} to it");
    SettingProblem {
        kind: ProblemKind::Unread,
        setting: Setting::PrivateKey.into(),
        text: format!("{name} ({}) contains {what}, and the signer is {signer}", variable.place()),
        fix: if kind.is_some() { right } else { format!("{right}, or use the private key of {address}") },
    }
}

fn problem(variable: &Variable<'_>, setting: Setting, what: &str) -> SettingProblem {
    let (name, place) = (variable.name, variable.place());
    let spoken = setting.spoken();
    SettingProblem {
        kind: ProblemKind::Unread,
        setting: setting.into(),
        text: format!("{name} ({place}) contains {what}, but no setting reads it"),
        fix: format!("If your bot reads its {spoken} from there, add --env-map {setting}={name}"),
    }
}
