//! Whose values are whose. Each place may hold a private key, and where places of two accounts
//! meet, the account whose key is used wins whole.

use std::fmt;
use std::path::PathBuf;

use alloy_primitives::Address;

use super::Setting;
use crate::auth::contracts::chains;
use crate::auth::key;
use crate::auth::wallet::WalletMap;
use crate::secret::Secret;

/// The kinds of places, in the order in which they win over each other for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// The command line: its flags, and the private key of `--key-file`, `--keystore` or
    /// `--key-stdin`.
    Run,
    Environment,
    EnvFile,
    Profile,
    PolymarketCli,
}

/// How a place came to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChosenBy {
    /// On the command line: `--profile`, `--env-file`, the private key itself.
    Named,
    /// By `POLYDOCTOR_PROFILE`.
    ByVariable,
    /// It is there: the environment, `./.env`.
    There,
    /// The default profile, or the file of polymarket-cli.
    Fallback,
}

/// Whose key a place holds, as far as that is known without a password.
#[derive(Clone)]
pub(super) enum Whose {
    Signer(Address),
    /// Of a text that is no key.
    Text(Secret),
    /// Of a keystore that does not say its address.
    Keystore(PathBuf),
    /// Of a program that was not run, or a place where there is none.
    Unknown,
}

impl Whose {
    pub(super) fn of(text: &str) -> Self {
        let text = Secret::new(text.trim());
        key::parse(&text).map_or_else(|_| Self::Text(text.clone()), |parsed| Self::Signer(parsed.signer.address()))
    }

    /// Whether both are seen to be one account's.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Signer(a), Self::Signer(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Keystore(a), Self::Keystore(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Debug for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signer(address) => write!(f, "Signer({address})"),
            Self::Text(_) => f.write_str("Text"),
            Self::Keystore(path) => write!(f, "Keystore({})", path.display()),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

/// A place that has values, and its private key if it has one.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) group: Group,
    pub(super) standing: ChosenBy,
    pub(super) key: Option<Whose>,
    pub(super) funder: Option<Address>,
}

impl Held {
    /// Whether its funder is a wallet of this account: a place without a key is then seen to be its.
    fn has_wallet_of(&self, account: &[Whose]) -> bool {
        let is_wallet = |signer: &Address| self.funder.is_some_and(|funder| is_wallet_of(*signer, funder));
        account.iter().any(|key| matches!(key, Whose::Signer(signer) if is_wallet(signer)))
    }
}

/// Whether an address is a wallet of this signer, on any chain.
pub(super) fn is_wallet_of(signer: Address, wallet: Address) -> bool {
    chains().iter().any(|chain| WalletMap::derive(chain, signer).kind_of(wallet).is_some())
}

/// What of a place counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Whole,
    /// Only what is no account's own, such as addresses of services: it has no private key that says
    /// whose the rest is.
    Shared,
    /// Nothing: its private key is another account's.
    Nothing,
}

impl Use {
    /// Whether a setting of such a place counts. How long to wait is a matter of this run, whosever key is beside it.
    pub(super) fn counts(self, group: Group, setting: Setting) -> bool {
        match self {
            Self::Whole => true,
            Self::Shared => setting.is_shared(),
            Self::Nothing => group == Group::Environment && setting.is_of_run(),
        }
    }
}

/// The place whose private key says which account this is; `None` where there is no key at all.
pub(super) fn chosen(places: &[Held]) -> Option<&Held> {
    places.iter().filter(|place| place.key.is_some()).min_by_key(|place| rank(place))
}

/// A place that the command line names means that account. The environment comes before a `.env`,
/// as for the bots that read both, and both before what polydoctor alone knows.
fn rank(place: &Held) -> u8 {
    match (place.group, place.standing) {
        (Group::Run, _) => 0,
        (Group::Profile, ChosenBy::Named) => 1,
        (Group::Environment, _) => 2,
        (Group::EnvFile, ChosenBy::Named) => 3,
        (Group::Profile, ChosenBy::ByVariable) => 4,
        (Group::EnvFile, _) => 5,
        (Group::Profile, _) => 6,
        (Group::PolymarketCli, _) => 7,
    }
}

/// What counts of a place, for the account of the chosen place; `account` is all that is known of
/// whose key it is.
pub(super) fn usage(place: &Held, places: &[Held], account: &[Whose], chosen: Option<Group>) -> Use {
    if Some(place.group) == chosen {
        return Use::Whole;
    }
    let is_of_account = |key: &Whose| account.iter().any(|account| key.is(account));
    let is_of_another = |group: Group| {
        let key = places.iter().find(|other| other.group == group).and_then(|other| other.key.as_ref());
        key.is_some_and(|key| !is_of_account(key)) && Some(group) != chosen
    };
    match (&place.key, place.group, place.standing) {
        // whoever has a key here means no profile that they did not name, be it of the same key
        (_, Group::Profile, ChosenBy::Fallback) if chosen.is_some() => Use::Nothing,
        (Some(key), ..) if is_of_account(key) => Use::Whole,
        (Some(_), ..) => Use::Nothing,
        // environment and `.env` are read together
        (None, Group::Environment, _) if is_of_another(Group::EnvFile) => Use::Shared,
        (None, Group::EnvFile, _) if is_of_another(Group::Environment) => Use::Shared,
        // what has its key elsewhere says for itself what is its; the `.env` of this folder may be any bot's
        (None, Group::EnvFile, ChosenBy::There) if is_elsewhere(chosen) && !place.has_wallet_of(account) => {
            Use::Nothing
        }
        // nobody asked for that account, and the environment shows that it is about another one
        (None, Group::Environment, _)
            if is_fallback(chosen, places) && place.funder.is_some() && !place.has_wallet_of(account) =>
        {
            Use::Nothing
        }
        (None, ..) => Use::Whole,
    }
}

/// Whether the key is in none of the places that a bot reads.
fn is_elsewhere(chosen: Option<Group>) -> bool {
    matches!(chosen, Some(Group::Profile | Group::PolymarketCli))
}

fn is_fallback(chosen: Option<Group>, places: &[Held]) -> bool {
    places.iter().any(|place| Some(place.group) == chosen && place.standing == ChosenBy::Fallback)
}

/// Whether both places claim to be in force: a run that names only the winner has decided.
pub(super) fn is_conflict(winner: ChosenBy, loser: ChosenBy) -> bool {
    match (winner, loser) {
        (_, ChosenBy::Fallback) => false,
        (ChosenBy::Named, loser) => loser == ChosenBy::Named,
        _ => true,
    }
}
