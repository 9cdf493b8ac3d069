//! The table of checks, in the order of the checklist.

use std::collections::BTreeSet;

use super::{Finding, account, builder, clock, credentials, funder, secrets, setup, wallet};
use crate::engine::facts::Facts;
use crate::engine::probe::Probe;

/// One row of the checklist.
pub struct Check {
    /// `group.thing`; never reused for something else.
    pub id: &'static str,
    pub group: &'static str,
    /// Checks that must not fail before this one can say anything.
    pub needs: &'static [&'static str],
    /// Probes that must be settled before it is judged.
    pub reads: &'static [Probe],
    /// Probes whose facts it weighs too where they are there, and does not wait for.
    pub weighs: &'static [Probe],
    pub judge: fn(&Facts) -> Finding,
}

macro_rules! checks {
    ($($group:literal {
        $($id:literal needs [$($need:literal),*] reads [$($probe:ident),*] $(weighs [$($weighed:ident),*])? => $judge:path;)+
    })+) => {
        /// Every check, in the order of the checklist.
        pub const CHECKS: &[Check] = &[
            $($(Check {
                id: $id,
                group: $group,
                needs: &[$($need),*],
                reads: &[$(Probe::$probe),*],
                weighs: &[$($(Probe::$weighed),*)?],
                judge: $judge,
            },)+)+
        ];
    };
}

checks! {
    "Settings" {
        "setup.settings" needs [] reads [] => setup::settings;
        "setup.secrets" needs [] reads [SecretFiles] => secrets::secrets;
    }
    "Key and reach" {
        "key.format" needs [] reads [] => setup::key_format;
        "net.reach" needs [] reads [ServerTime, Version] weighs [Geoblock, Chain, Profile] => clock::reach;
        "net.geoblock" needs [] reads [Geoblock] weighs [ServerTime, Chain, Profile] => clock::geoblock;
        "clock.drift" needs ["net.reach"] reads [ServerTime, GuideTime]
            weighs [LocalClock, ConfiguredCredentials, DerivedCredentials] => clock::drift;
    }
    "Wallet" {
        "wallet.map" needs ["key.format"] reads [Chain, Profile]
            weighs [ServerTime, Version, Geoblock, Derive, SessionSigners] => wallet::map;
        "wallet.signature-type" needs ["key.format"] reads [Chain, Profile]
            weighs [Version, SessionSigners, OwnTrades] => wallet::signature_type;
        "wallet.funder" needs ["key.format"] reads [Chain, Profile]
            weighs [Version, SessionSigners, Ownership] => funder::funder;
        "wallet.deployed" needs ["wallet.map", "wallet.funder"] reads [Chain, Deployed] => wallet::deployed;
    }
    "Credentials" {
        "creds.derive" needs ["key.format", "net.reach"] reads [Derive, OtherChain] => credentials::derive;
        "creds.nonce" needs ["creds.derive"] reads [Derive, OtherNonces, ConfiguredCredentials] => credentials::nonce;
        "creds.match" needs ["creds.derive"]
            reads [Derive, OtherNonces, ConfiguredCredentials, FunderAddress, DerivedCredentials] => credentials::matching;
        "creds.l2" needs ["creds.nonce", "creds.match"]
            reads [ConfiguredCredentials, DerivedCredentials] => credentials::l2;
    }
    "Account and funds" {
        "account.status" needs ["creds.derive", "creds.nonce"] reads [ClosedOnly]
            weighs [ConfiguredCredentials, DerivedCredentials] => account::status;
        "funds.balance" needs ["key.format"] reads [Chain, BalanceAllowance, Version]
            weighs [Profile, SessionSigners, OwnTrades, Ownership] => account::balance;
        "funds.allowance" needs ["wallet.map"] reads [Chain, Version]
            weighs [Profile, SessionSigners, OwnTrades, Ownership] => account::allowance;
    }
    "Builder" {
        "builder.credentials" needs [] reads [BuilderAccess, BuilderKeys]
            weighs [ConfiguredCredentials, DerivedCredentials] => builder::credentials;
        "builder.signer" needs [] reads [BuilderSigner, BuilderAccess, BuilderKeys, ServerTime]
            weighs [Geoblock, Chain, Profile] => builder::signer;
        "builder.attribution" needs ["net.reach"] reads [BuilderTrades, OwnTrades, BuilderFees, Version] => builder::attribution;
    }
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// These checks and, transitively, those that they need.
pub fn with_needs<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    let mut left: Vec<&'static Check> = ids.into_iter().filter_map(find).collect();
    while let Some(check) = left.pop() {
        if all.insert(check.id) {
            left.extend(check.needs.iter().filter_map(|need| find(need)));
        }
    }
    all
}

/// The probes without which these checks and those that they need say nothing: what is repeated for
/// them while the facts that they weigh beside are known from before.
pub fn reads_of<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<Probe> {
    with_needs(ids).into_iter().filter_map(find).flat_map(|check| check.reads).copied().collect()
}

/// The probes that these checks and those that they need read or weigh.
pub fn probes_of<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<Probe> {
    with_needs(ids)
        .into_iter()
        .filter_map(find)
        .flat_map(|check| check.reads.iter().chain(check.weighs))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_needs_stand_before_their_checks() {
        for (place, check) in CHECKS.iter().enumerate() {
            assert!(CHECKS[..place].iter().all(|earlier| earlier.id != check.id), "{}", check.id);
            for need in check.needs {
                assert!(CHECKS[..place].iter().any(|earlier| earlier.id == *need), "{} needs {need}", check.id);
            }
        }
        assert_eq!(CHECKS.len(), 20);
    }

    #[test]
    fn every_probe_is_read_or_weighed_by_a_check() {
        let all: BTreeSet<Probe> = Probe::ALL.iter().copied().collect();
        assert_eq!(probes_of(CHECKS.iter().map(|check| check.id)), all);
    }
}
