//! The probes: one piece of input or output each, and what must be settled before it.

use serde::{Deserialize, Serialize};

use crate::settings::Venue;

/// Why nothing was asked, where nothing may be.
pub const OFFLINE: &str = "offline";

macro_rules! probes {
    ($($(#[doc = $doc:literal])+ $probe:ident = $name:literal after [$($after:ident),*];)+) => {
        /// One piece of input or output, which fills one fact.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Probe {
            $($(#[doc = $doc])+ $probe,)+
        }

        impl Probe {
            /// Every probe, in the order of the enum.
            pub const ALL: &[Self] = &[$(Self::$probe),+];

            /// The name in requests, records and messages.
            pub fn name(self) -> &'static str {
                match self { $(Self::$probe => $name),+ }
            }

            /// What must be settled, one way or another, before this probe can start.
            pub fn after(self) -> &'static [Self] {
                match self { $(Self::$probe => &[$(Self::$after),*]),+ }
            }
        }
    };
}

probes! {
    /// Permissions of the files that secrets came from, and whether git tracks them.
    SecretFiles = "secret-files" after [];
    /// `GET /time`: the clock of the CLOB, in whole Unix seconds.
    ServerTime = "server-time" after [];
    /// `GET /server-time`, which a popular guide names and no client knows.
    GuideTime = "guide-time" after [];
    /// `GET /version`: the protocol version of orders.
    Version = "version" after [];
    /// The geoblock endpoint: may this address trade?
    Geoblock = "geoblock" after [];
    /// One batch to the Polygon node: code, owners, balances and allowances of every wallet.
    Chain = "chain" after [];
    /// Two calls to the Polygon node: does the maker's contract take signatures of the key?
    Ownership = "ownership" after [Chain];
    /// The exchange contracts, in the batch of [`Probe::Chain`]: would they accept an order of these settings?
    Exchange = "exchange" after [Chain];
    /// The market that the run is asked about: by Gamma where it is named by a page, then by the CLOB. Nothing
    /// is sent where none is named.
    Market = "market" after [];
    /// The Polygon RPC: how many shares of its outcome does the maker hold? Only where a sale is planned.
    MarketShares = "market-shares" after [Market, Chain];
    /// Gamma's public profile: which wallet does Polymarket show for this signer?
    Profile = "profile" after [];
    /// The relayer: does it know the funder as deployed?
    Deployed = "deployed" after [];
    /// `GET /auth/derive-api-key`, signed with the private key. Deriving wakes credentials that fell
    /// asleep, so what they gave before has to be known.
    Derive = "derive" after [ServerTime, ConfiguredCredentials];
    /// `GET /auth/derive-api-key` at other nonces than the configured one.
    OtherNonces = "other-nonces" after [Derive];
    /// The same signed for the other chain: only where the configured one was refused.
    OtherChain = "other-chain" after [Derive];
    /// `GET /auth/api-keys` with the configured credentials: at once, and again by the server's clock
    /// where this one turns out to be off.
    ConfiguredCredentials = "configured-credentials" after [];
    /// The same with the funder as `POLY_ADDRESS`: only where the configured ones were refused.
    FunderAddress = "funder-address" after [ConfiguredCredentials];
    /// `GET /auth/api-keys` with the derived credentials.
    DerivedCredentials = "derived-credentials" after [Derive];
    /// The same, stamped by this clock as it is: only where it is off.
    LocalClock = "local-clock" after [Derive];
    /// `GET /auth/ban-status/closed-only`.
    ClosedOnly = "closed-only" after [Derive];
    /// `GET /balance-allowance` for each signature type.
    BalanceAllowance = "balance-allowance" after [Derive];
    /// `GET /v1/user/session-signers`: which deposit wallet does the CLOB know for this signer?
    SessionSigners = "session-signers" after [Derive];
    /// `GET /auth/builder-api-key`: the account's own builder keys.
    BuilderKeys = "builder-keys" after [Derive];
    /// `GET /data/trades` of the maker, and which of them are listed under the builder code.
    OwnTrades = "own-trades" after [Derive];
    /// The relayer's `GET /transactions`, which takes builder credentials only; where it gives no answer,
    /// the CLOB's `GET /builder/trades`, as clients of version 1 ask it.
    BuilderAccess = "builder-access" after [ServerTime];
    /// `GET /builder/trades`, the first page.
    BuilderTrades = "builder-trades" after [ServerTime];
    /// `GET /fees/builder-fees/{code}`.
    BuilderFees = "builder-fees" after [ServerTime];
    /// The remote builder signer: is it there, and what does it sign?
    BuilderSigner = "builder-signer" after [];
    /// The live data service: does it accept the API credentials? Without configured ones the connection is
    /// opened at once, and the derived ones are sent when they are there.
    Live = "live" after [];
    /// The user channel, which acknowledges nothing and so takes three seconds: only where that is wanted.
    UserChannel = "user-channel" after [];
    /// The relayer's `GET /relayer/api/keys`: does it accept its API key, and whose is it?
    RelayerKey = "relayer-key" after [];
    /// The relayer's `GET /transactions` with that key.
    RelayerTransactions = "relayer-transactions" after [RelayerKey];
    /// The relayer's next nonce of the funder.
    RelayerNonce = "relayer-nonce" after [];
    /// Polymarket US: `GET /v1/account/balances`, stamped by this clock, and again by the server's where it
    /// turns out to be off.
    UsBalances = "us-balances" after [];
    /// Polymarket US: `GET /v1/portfolio/positions`.
    UsPositions = "us-positions" after [UsBalances];
    /// The public gateway of Polymarket US.
    UsGateway = "us-gateway" after [];
    /// The `Date` headers of the other answers of Polymarket US. It asks nothing itself.
    UsClock = "us-clock" after [UsBalances, UsGateway];
    /// The private channel of Polymarket US, which sends a snapshot of the balance at once.
    UsLive = "us-live" after [UsBalances];
}

impl Probe {
    /// The venue that it is about; `None` for what is about this machine.
    pub fn venue(self) -> Option<Venue> {
        match self {
            Self::SecretFiles => None,
            Self::UsBalances | Self::UsPositions | Self::UsGateway | Self::UsClock | Self::UsLive => Some(Venue::Us),
            _ => Some(Venue::Global),
        }
    }

    /// Who answers it: in a word, and in a sentence.
    pub fn party(self) -> (&'static str, &'static str) {
        match self {
            Self::SecretFiles => ("disk", "the disk"),
            Self::Geoblock => ("geoblock", "the geoblock service"),
            Self::Chain | Self::Ownership | Self::Exchange | Self::MarketShares => ("node", "the Polygon RPC"),
            Self::Profile => ("gamma", "the Gamma service"),
            Self::Deployed
            | Self::BuilderAccess
            | Self::RelayerKey
            | Self::RelayerTransactions
            | Self::RelayerNonce => ("relayer", "the relayer"),
            Self::BuilderSigner => ("signer", "the remote builder signer"),
            Self::Live => ("live", "the live data service"),
            Self::UserChannel => ("user", "the user channel"),
            Self::UsBalances | Self::UsPositions | Self::UsGateway | Self::UsClock | Self::UsLive => {
                ("us", "Polymarket US")
            }
            Self::ServerTime
            | Self::GuideTime
            | Self::Version
            | Self::Market
            | Self::Derive
            | Self::OtherNonces
            | Self::OtherChain
            | Self::ConfiguredCredentials
            | Self::FunderAddress
            | Self::DerivedCredentials
            | Self::LocalClock
            | Self::ClosedOnly
            | Self::BalanceAllowance
            | Self::SessionSigners
            | Self::BuilderKeys
            | Self::OwnTrades
            | Self::BuilderTrades
            | Self::BuilderFees => ("clob", "the CLOB"),
        }
    }
}

impl std::fmt::Display for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_have_no_cycle_and_are_at_most_three_long() {
        fn depth(probe: Probe) -> usize {
            1 + probe.after().iter().map(|&need| depth(need)).max().unwrap_or(0)
        }
        assert_eq!(Probe::ALL.iter().map(|&probe| depth(probe)).max(), Some(3));
    }
}
