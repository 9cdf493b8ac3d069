//! The table of checks, in the order of the checklist.

use std::collections::BTreeSet;

use super::{
    Finding, Status, account, builder, clock, credentials, funder, live, market, order, region, relayer, secrets,
    setup, us, wallet,
};
use crate::facts::Facts;
use crate::facts::probe::Probe;
use crate::settings::Venue;

/// The check that is about one market.
pub const MARKET: &str = "order.market";

/// One row of the checklist.
pub struct Check {
    /// `group.thing`; never reused for something else.
    pub id: &'static str,
    /// The heading that it stands under, such as `Wallet`.
    pub group: &'static str,
    /// Checks that must not fail before this one can say anything.
    pub needs: &'static [&'static str],
    /// Probes that must be settled before it is judged.
    pub reads: &'static [Probe],
    /// Probes whose facts it weighs too where they are there, and does not wait for.
    pub weighs: &'static [Probe],
    /// Without an answer to at least one probe of each of these it cannot pass, whatever else it read.
    /// What it reads beside them only says more of what it found, or is asked in some cases only.
    pub proof: &'static [&'static [Probe]],
    /// Whether an order is refused while it fails.
    pub trading: bool,
    /// What the settings alone prove, where what it needs was not asked or failed.
    pub by_settings: fn(&Facts) -> Option<Finding>,
    /// The judgement itself; [`Check::finding`] holds it to its proof.
    pub judge: fn(&Facts) -> Finding,
}

impl Check {
    /// What it finds in these facts. It never passes without the answers that prove it.
    pub fn finding(&self, facts: &Facts) -> Finding {
        if !self.is_looked_at(facts) {
            return us::elsewhere(self);
        }
        let finding = (self.judge)(facts);
        let is_missing = |any: &&&[Probe]| !any.iter().any(|probe| facts.is_answered(*probe));
        match self.proof.iter().find(is_missing) {
            Some(any) if finding.status == Status::Pass => unseen(facts, finding, any),
            _ => finding,
        }
    }

    /// The venue that it is about; `None` for the settings and the files of this machine.
    pub fn venue(&self) -> Option<Venue> {
        us::venue_of(self)
    }

    /// Whether it is part of a report about these facts: what is asked about a market is not without one, and
    /// Polymarket US only where it is looked at.
    pub fn applies(&self, facts: &Facts) -> bool {
        let is_here = self.venue() != Some(Venue::Us) || facts.setup.venues.has(Venue::Us);
        is_here && (self.id != MARKET || facts.about.is_some())
    }

    /// Whether it is about a venue that is looked at. The others say in one sentence why they say nothing.
    pub fn is_looked_at(&self, facts: &Facts) -> bool {
        self.venue().is_none_or(|venue| facts.setup.venues.has(venue))
    }

    /// The command that runs it alone.
    pub fn command(&self) -> String {
        if self.id == MARKET {
            "polydoctor check --market SLUG".to_owned()
        } else {
            format!("polydoctor check {}", self.id)
        }
    }

    /// Whether it passes by answers that came, and not by the settings alone.
    pub fn is_seen(&self) -> bool {
        !self.proof.is_empty()
    }
}

/// A pass whose proof is missing: nothing contradicts, and nothing was seen.
fn unseen(facts: &Facts, finding: Finding, missing: &[Probe]) -> Finding {
    let names = missing.iter().map(|probe| probe.name()).collect::<Vec<_>>().join(" or ");
    let summary = format!("Could not be determined: no response ({names})");
    let mut unseen = match missing.iter().find_map(|probe| facts.failure(*probe)) {
        Some(failure) => clock::not_told(facts, failure, &summary),
        None => Finding::not_asked(summary),
    };
    unseen.evidence.extend(finding.evidence);
    unseen
}

macro_rules! checks {
    ($($group:literal {
        $($(#[$trading:ident])? $id:literal needs [$($need:literal),*] reads [$($probe:ident),*]
            $(weighs [$($weighed:ident),*])? $(proof $([$($proof:ident),+])+)? $(or $alone:path)? => $judge:path;)+
    })+) => {
        /// Every check, in the order of the checklist.
        pub const CHECKS: &[Check] = &[
            $($(Check {
                id: $id,
                group: $group,
                needs: &[$($need),*],
                reads: &[$(Probe::$probe),*],
                weighs: &[$($(Probe::$weighed),*)?],
                proof: &[$($(&[$(Probe::$proof),+]),+)?],
                trading: checks!(@trading $($trading)?),
                by_settings: checks!(@alone $($alone)?),
                judge: $judge,
            },)+)+
        ];
    };
    (@trading trading) => { true };
    (@trading) => { false };
    (@alone $alone:path) => { $alone };
    (@alone) => { |_| None };
}

checks! {
    "Settings" {
        "setup.settings" needs [] reads [] => setup::settings;
        "setup.secrets" needs [] reads [SecretFiles] proof [SecretFiles] => secrets::secrets;
    }
    "Key and network" {
        #[trading] "key.format" needs [] reads [] => setup::key_format;
        #[trading] "net.reach" needs [] reads [ServerTime, Version] weighs [Geoblock, Chain, Profile]
            proof [ServerTime] [Version] => clock::reach;
        #[trading] "net.geoblock" needs [] reads [Geoblock] weighs [ServerTime, Chain, Profile]
            proof [Geoblock] => region::geoblock;
        #[trading] "clock.drift" needs ["net.reach"] reads [ServerTime, GuideTime]
            weighs [LocalClock, ConfiguredCredentials, DerivedCredentials] proof [ServerTime] => clock::drift;
    }
    "Wallet" {
        "wallet.map" needs ["key.format"] reads [Chain, Profile]
            weighs [ServerTime, Version, Geoblock, Derive, SessionSigners] proof [Chain] => wallet::map;
        #[trading] "wallet.signature-type" needs ["key.format"] reads [Chain, Profile]
            weighs [Version, SessionSigners, OwnTrades] proof [Chain] => wallet::signature_type;
        #[trading] "wallet.funder" needs ["key.format"] reads [Chain, Profile]
            weighs [Version, SessionSigners, Ownership] proof [Chain] => funder::funder;
        #[trading] "wallet.deployed" needs ["wallet.map", "wallet.funder"] reads [Chain, Deployed]
            proof [Chain] => wallet::deployed;
    }
    "Orders" {
        // a wrong wallet does not keep the exchange from saying so
        #[trading] "order.exchange" needs ["key.format"] reads [Chain, Exchange]
            weighs [Profile, Version, SessionSigners, OwnTrades, Ownership, Deployed, Derive]
            proof [Chain] [Exchange] => order::exchange;
        // what it takes of balance and approvals it judges itself, for one exchange
        "order.market" needs [] reads [Market, MarketShares, Chain, Version]
            weighs [Exchange, ServerTime, Geoblock, Profile, SessionSigners, OwnTrades, Ownership, BalanceAllowance, Derive,
                ConfiguredCredentials, DerivedCredentials]
            proof [Market] [Chain] [Version] => market::market;
    }
    "Credentials" {
        "creds.derive" needs ["key.format", "net.reach"] reads [Derive, OtherChain]
            proof [Derive] => credentials::derive;
        "creds.nonce" needs ["creds.derive"] reads [Derive, OtherNonces, ConfiguredCredentials]
            proof [Derive] => credentials::nonce;
        #[trading] "creds.match" needs ["creds.derive"]
            reads [Derive, OtherNonces, ConfiguredCredentials, FunderAddress, DerivedCredentials]
            weighs [BuilderKeys] proof [Derive, ConfiguredCredentials] or credentials::by_settings
                => credentials::matching;
        #[trading] "creds.l2" needs ["creds.nonce", "creds.match"]
            reads [ConfiguredCredentials, DerivedCredentials]
            proof [ConfiguredCredentials, DerivedCredentials] => credentials::l2;
    }
    "Account and funds" {
        #[trading] "account.status" needs ["creds.derive", "creds.nonce"] reads [ClosedOnly]
            weighs [ConfiguredCredentials, DerivedCredentials] proof [ClosedOnly] => account::status;
        #[trading] "funds.balance" needs ["key.format"] reads [Chain, BalanceAllowance, Version]
            weighs [Profile, SessionSigners, OwnTrades, Ownership, Derive, ServerTime, ConfiguredCredentials,
                DerivedCredentials]
            proof [Chain] [BalanceAllowance] [Version] => account::balance;
        #[trading] "funds.allowance" needs ["wallet.map"] reads [Chain, Version]
            weighs [Profile, SessionSigners, OwnTrades, Ownership] proof [Chain] [Version] => account::allowance;
    }
    "Builder" {
        "builder.credentials" needs [] reads [BuilderAccess, BuilderKeys]
            weighs [ConfiguredCredentials, DerivedCredentials, RelayerKey] proof [BuilderAccess] => builder::credentials;
        "builder.signer" needs [] reads [BuilderSigner, BuilderAccess, BuilderKeys, ServerTime]
            weighs [Geoblock, Chain, Profile] proof [BuilderSigner] [ServerTime] => builder::signer;
        "builder.attribution" needs ["net.reach"] reads [BuilderTrades, OwnTrades, BuilderFees, Version]
            proof [BuilderTrades] [OwnTrades] [Version] => builder::attribution;
    }
    "Live channels" {
        // whatever keeps HTTP from accepting the credentials, the channel says whether they are right
        "live.channel" needs [] reads [Live, UserChannel, Derive, ConfiguredCredentials, DerivedCredentials]
            weighs [OtherNonces, FunderAddress, BuilderKeys, ServerTime] proof [Live, UserChannel] => live::channel;
    }
    "Relayer" {
        "relayer.key" needs [] reads [RelayerKey, RelayerTransactions, RelayerNonce, BuilderAccess]
            weighs [Chain] proof [RelayerKey] => relayer::key;
    }
    "Polymarket US" {
        #[trading] "us.key" needs [] reads [] => us::key;
        #[trading] "us.secret" needs [] reads [] => us::secret;
        // the gateway takes no key, and has the same clock
        #[trading] "us.clock" needs [] reads [UsClock] weighs [UsBalances, UsGateway] proof [UsClock] => us::clock;
        #[trading] "us.read" needs ["us.key", "us.secret"] reads [UsBalances, UsPositions, UsGateway]
            weighs [UsClock] proof [UsBalances] [UsPositions] => us::read;
        "us.live" needs ["us.key", "us.secret"] reads [UsLive] weighs [UsBalances, UsPositions, UsGateway, UsClock]
            proof [UsLive] => us::live;
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
        assert_eq!(CHECKS.len(), 29);
    }

    #[test]
    fn what_a_check_is_proved_by_it_reads() {
        for check in CHECKS {
            let mut proof = check.proof.iter().copied().flatten();
            assert!(proof.all(|probe| check.reads.contains(probe)), "{}", check.id);
            assert_eq!(check.proof.is_empty(), check.reads.is_empty(), "{} passes by nothing that it reads", check.id);
        }
    }

    #[test]
    fn every_probe_is_read_or_weighed_by_a_check() {
        let all: BTreeSet<Probe> = Probe::ALL.iter().copied().collect();
        assert_eq!(probes_of(CHECKS.iter().map(|check| check.id)), all);
    }
}
