//! What is known: plain data, serialisable, with no field that could hold a secret.
//!
//! Checks and diagnosis read facts and nothing else, so a recorded set replays the same report
//! anywhere.
//!
//! ```
//! use polydoctor::facts::{Fact, Facts};
//!
//! let facts = Facts { version: Fact::Known { value: 2, took_ms: 41 }, ..Facts::default() };
//! let recorded = serde_json::to_string(&facts)?;
//! let again: Facts = serde_json::from_str(&recorded)?;
//! assert_eq!(again.version.known(), Some(&2));
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod clock;
mod exchange;
mod failure;
mod live;
mod market;
mod observed;
pub mod probe;
mod relayer;
mod request;
mod setup;
mod us;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

pub use exchange::{ExchangeAnswer, ExchangeWord, OrderProof, OrderVerdict, OtherWallet};
pub use failure::Failure;
pub use live::{ChannelAnswer, LiveAuth, SentCredentials, UserChannel, UserEvent};
pub use market::{
    HeldShares, Market, MarketAnswer, MarketName, MarketOutcome, MarketQuestion, NotAMarket, PlannedOrder, Side,
    decimal, millionths,
};
pub use observed::*;
pub use relayer::{RelayerKey, RelayerKeySlot, RelayerNonce, RelayerTransaction, RelayerTransactions, SentAddress};
pub use request::{RequestRecord, SentHeader};
pub use setup::*;
pub use us::{UsBalance, UsBalances, UsClock, UsGateway, UsLive, UsPositions, UsSecretFact, UsSetup};

use probe::Probe;

/// One fact, and how it came or why it did not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Fact<T> {
    /// Not asked yet.
    #[default]
    Waiting,
    /// Since so many milliseconds after the start of the run.
    Running {
        /// Milliseconds after the start of the run.
        since_ms: u64,
    },
    /// It was asked and answered.
    Known {
        /// The answer, without secrets.
        value: T,
        /// How long the probe took, in milliseconds.
        took_ms: u64,
    },
    /// It was asked, and no usable answer came.
    Failed {
        /// Why no usable answer came.
        failure: Failure,
        /// How long the probe took, in milliseconds.
        took_ms: u64,
    },
    /// What it is asked with could not be had.
    Blocked {
        /// The probe whose answer is missing.
        by: Probe,
    },
    /// There was nothing to ask; the text says why.
    NotAsked {
        /// A clause such as `there is no usable chain id`.
        why: String,
    },
}

impl<T> Fact<T> {
    /// The answer, where one came.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Why no usable answer came, where it was asked in vain.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }

    /// Whether nothing more comes in this run.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Running { .. })
    }

    /// How long the probe took, in milliseconds; `None` where it was not asked to the end.
    pub fn took_ms(&self) -> Option<u64> {
        match self {
            Self::Known { took_ms, .. } | Self::Failed { took_ms, .. } => Some(*took_ms),
            _ => None,
        }
    }

    /// Since when it runs, in milliseconds after the start of the run.
    pub fn running_since_ms(&self) -> Option<u64> {
        match self {
            Self::Running { since_ms } => Some(*since_ms),
            _ => None,
        }
    }
}

/// One reading of the server's clock: what it said, between which moments here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockReading {
    /// Whole Unix seconds, cut off, as the server says them.
    pub server_s: i64,
    /// Unix seconds by this clock when the request was sent.
    pub sent_s: f64,
    /// Unix seconds by this clock when the answer was there.
    pub received_s: f64,
    /// Whether it is the answer of `/time`; otherwise the `Date` header of another answer.
    pub from_time: bool,
}

/// Everything that a run found out, one field a probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// When the run started, in Unix milliseconds; 0 before.
    pub started_ms: i64,
    /// How long it took; `None` while it runs.
    pub elapsed_ms: Option<u64>,
    /// Whether they were read from a record instead of observed now; whoever reads one sets it.
    #[serde(skip)]
    pub is_replay: bool,
    /// What the settings say.
    pub setup: Setup,
    /// Errors that the user reported: known sentences with their own values, and the beginnings of texts
    /// that are not known.
    pub symptoms: Vec<String>,
    /// Files and scripts on this machine that hold secrets.
    pub secret_files: Fact<SecretPlaces>,
    /// The answer of `GET /time`.
    pub server_time: Fact<ClockReading>,
    /// What `GET /server-time` answered, which a popular guide names.
    pub guide_time: Fact<GuideTime>,
    /// The answer of `GET /version`: the protocol version of orders, such as 2.
    pub version: Fact<u64>,
    /// Whether orders are accepted from this IP address.
    pub geoblock: Fact<Geoblock>,
    /// What the run is asked about a market; `None` where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<MarketQuestion>,
    /// What Gamma and the CLOB say of that market.
    #[serde(default)]
    pub market: Fact<MarketAnswer>,
    /// What the maker holds of the outcome that an order is to sell.
    #[serde(default)]
    pub market_shares: Fact<HeldShares>,
    /// What the Polygon RPC says of every wallet.
    pub chain: Fact<ChainState>,
    /// What the maker's contract says to signatures of the key.
    pub ownership: Fact<Ownership>,
    /// `Waiting` in records from before it was asked.
    #[serde(default)]
    pub exchange: Fact<OrderProof>,
    /// The wallet that Gamma shows for the signer.
    pub profile: Fact<PublicProfile>,
    /// Whether the relayer knows the funder as deployed.
    pub deployed: Fact<bool>,
    /// The credentials that L1 gives at the configured nonce.
    pub derived: Fact<Derived>,
    /// Which of the nonces 0 to 2, other than the configured one, hold keys.
    pub other_nonces: Fact<Vec<NonceKey>>,
    /// The chain that an L1 signature passes for, other than the configured one.
    pub other_chain: Fact<Option<u64>>,
    /// The key ids that `GET /auth/api-keys` lists for the configured credentials.
    pub configured_credentials: Fact<Vec<String>>,
    /// Known when the configured credentials are the funder's.
    pub funder_address: Fact<()>,
    /// The key ids that it lists for the derived credentials.
    pub derived_credentials: Fact<Vec<String>>,
    /// Known where a request stamped by this clock was accepted, although the clock is off.
    pub local_clock: Fact<()>,
    /// Whether the account may only close positions.
    pub closed_only: Fact<bool>,
    /// What the CLOB has cached, one row per signature type.
    pub balance_allowance: Fact<Vec<CachedBalance>>,
    /// The deposit wallet that the CLOB knows for the signer.
    pub session_signers: Fact<SessionSigners>,
    /// The account's own builder keys, revoked ones too.
    pub builder_keys: Fact<Vec<BuilderKey>>,
    /// The newest trades of the maker, beside those under the builder's code.
    pub own_trades: Fact<OwnTrades>,
    /// Who accepted the builder credentials.
    pub builder_access: Fact<BuilderAccess>,
    /// The first page of the trades under the builder's code.
    pub builder_trades: Fact<BuilderTrades>,
    /// What the builder takes of a trade.
    pub builder_fees: Fact<BuilderFees>,
    /// What the remote builder signer signed.
    pub builder_signer: Fact<RemoteSigner>,
    /// What the live data service says to the credentials; `Waiting` in records from before it was asked, as
    /// those that follow.
    #[serde(default)]
    pub live: Fact<LiveAuth>,
    /// What the user channel does with them.
    #[serde(default)]
    pub user_channel: Fact<UserChannel>,
    /// Whose the relayer says its API key is.
    #[serde(default)]
    pub relayer_key: Fact<RelayerKey>,
    /// What it lists for that key.
    #[serde(default)]
    pub relayer_transactions: Fact<RelayerTransactions>,
    /// The next nonce of the funder there.
    #[serde(default)]
    pub relayer_nonce: Fact<RelayerNonce>,
    /// The first signed read of Polymarket US; those that follow are of it, too.
    #[serde(default)]
    pub us_balances: Fact<UsBalances>,
    /// The second one.
    #[serde(default)]
    pub us_positions: Fact<UsPositions>,
    /// Whether its public gateway answers.
    #[serde(default)]
    pub us_gateway: Fact<UsGateway>,
    /// When its answers were dated.
    #[serde(default)]
    pub us_clock: Fact<UsClock>,
    /// What its private channel does with the key.
    #[serde(default)]
    pub us_live: Fact<UsLive>,
    /// Readings of the CLOB's clock, one an answer.
    pub clock: Vec<ClockReading>,
    /// The requests in the order of sending; of very many, the newest.
    pub requests: Vec<RequestRecord>,
}

/// Applies an expression to the fact of a probe, whatever its type; the one place that knows which
/// field a probe fills.
macro_rules! with_fact {
    (mut $facts:expr, $probe:expr, $fact:ident => $then:expr) => {
        with_fact!(@ [&mut] $facts, $probe, $fact => $then)
    };
    ($facts:expr, $probe:expr, $fact:ident => $then:expr) => {
        with_fact!(@ [&] $facts, $probe, $fact => $then)
    };
    (@ [$($borrow:tt)+] $facts:expr, $probe:expr, $fact:ident => $then:expr) => {
        with_fact!(@@ [$($borrow)+] $facts, $probe, $fact => $then;
            SecretFiles: secret_files,
            ServerTime: server_time,
            GuideTime: guide_time,
            Version: version,
            Geoblock: geoblock,
            Chain: chain,
            Ownership: ownership,
            Exchange: exchange,
            Market: market,
            MarketShares: market_shares,
            Profile: profile,
            Deployed: deployed,
            Derive: derived,
            OtherNonces: other_nonces,
            OtherChain: other_chain,
            ConfiguredCredentials: configured_credentials,
            FunderAddress: funder_address,
            DerivedCredentials: derived_credentials,
            LocalClock: local_clock,
            ClosedOnly: closed_only,
            BalanceAllowance: balance_allowance,
            SessionSigners: session_signers,
            BuilderKeys: builder_keys,
            OwnTrades: own_trades,
            BuilderAccess: builder_access,
            BuilderTrades: builder_trades,
            BuilderFees: builder_fees,
            BuilderSigner: builder_signer,
            Live: live,
            UserChannel: user_channel,
            RelayerKey: relayer_key,
            RelayerTransactions: relayer_transactions,
            RelayerNonce: relayer_nonce,
            UsBalances: us_balances,
            UsPositions: us_positions,
            UsGateway: us_gateway,
            UsClock: us_clock,
            UsLive: us_live)
    };
    (@@ $borrow:tt $facts:expr, $probe:expr, $fact:ident => $then:expr; $($name:ident: $field:ident),+) => {
        match $probe {
            $(Probe::$name => with_fact!(@one $borrow $facts, $field, $fact => $then),)+
        }
    };
    (@one [$($borrow:tt)+] $facts:expr, $field:ident, $fact:ident => $then:expr) => {{
        let $fact = $($borrow)+ $facts.$field;
        $then
    }};
}

impl Facts {
    /// Whether nothing more comes from this probe in this run.
    pub fn is_settled(&self, probe: Probe) -> bool {
        with_fact!(self, probe, fact => fact.is_settled())
    }

    /// Since when this probe runs, in milliseconds after the start of the run.
    pub fn running_since_ms(&self, probe: Probe) -> Option<u64> {
        with_fact!(self, probe, fact => fact.running_since_ms())
    }

    /// How long this probe took, in milliseconds; `None` where it was not asked to the end.
    pub fn took_ms(&self, probe: Probe) -> Option<u64> {
        with_fact!(self, probe, fact => fact.took_ms())
    }

    /// Whether a probe got an answer that says something of what it asked for.
    pub fn is_answered(&self, probe: Probe) -> bool {
        let no_key = probe == Probe::Derive && self.has_no_key();
        no_key || with_fact!(self, probe, fact => fact.known().is_some())
    }

    /// Why no usable answer came to this probe, where it was asked in vain.
    pub fn failure(&self, probe: Probe) -> Option<&Failure> {
        with_fact!(self, probe, fact => fact.failure())
    }

    /// Back to waiting, before a probe runs again.
    pub(super) fn forget(&mut self, probe: Probe) {
        with_fact!(mut self, probe, fact => *fact = Fact::Waiting);
    }

    /// Settles a probe that there is nothing to ask with; `why` is a clause.
    pub(super) fn leave_out(&mut self, probe: Probe, why: &str) {
        with_fact!(mut self, probe, fact => *fact = Fact::NotAsked { why: why.to_owned() });
    }

    /// Settles what did not arrive as stopped, `now_ms` Unix milliseconds.
    pub fn stop(&mut self, now_ms: i64) {
        for &probe in Probe::ALL {
            if !self.is_settled(probe) {
                self.fail(probe, Failure::Stopped);
            }
        }
        if self.elapsed_ms.is_none() {
            self.elapsed_ms = Some(u64::try_from(now_ms.saturating_sub(self.started_ms)).unwrap_or_default());
        }
    }

    pub(super) fn fail(&mut self, probe: Probe, failure: Failure) {
        with_fact!(mut self, probe, fact => *fact = Fact::Failed { failure, took_ms: 0 });
    }

    /// Adds a reading of the server's clock. Where it contradicts the earlier ones, they no longer hold and
    /// are forgotten. True when they are so far apart that a clock must have been set.
    pub fn take_reading(&mut self, reading: ClockReading) -> bool {
        // more would let the clocks' own pace pass for a contradiction
        const MOST: usize = 64;
        const SERVERS_DIFFER_S: f64 = 1.5;
        let apart_s = clock::contradiction(&self.clock, &reading);
        if apart_s.is_some() {
            self.clock.clear();
        }
        self.clock.push(reading);
        self.clock.drain(..self.clock.len().saturating_sub(MOST));
        apart_s.is_some_and(|apart_s| apart_s > SERVERS_DIFFER_S)
    }

    /// Protocol version in force: what the server says, and 2 where it does not, as the official
    /// clients assume.
    pub fn protocol_version(&self) -> u64 {
        self.version.known().copied().unwrap_or(2)
    }

    /// Whether the CLOB said that the nonce holds no key, for which it has to take the signature.
    pub fn has_no_key(&self) -> bool {
        self.derived.failure().is_some_and(Failure::says_no_key)
    }

    /// Whether the CLOB has taken a signature for the configured chain.
    pub fn takes_chain(&self) -> bool {
        self.derived.known().is_some() || self.has_no_key()
    }

    /// What the chain says of an address; `None` when the node did not answer, or is on another
    /// chain than the settings.
    pub fn on_chain(&self, address: Address) -> Option<&OnChain> {
        self.chain.known().filter(|chain| chain.chain_id == self.setup.chain())?.wallets.get(&address)
    }
}
