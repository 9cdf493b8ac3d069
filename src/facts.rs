//! What is known: plain data, serialisable, with no field that could hold a secret.
//!
//! Checks and diagnosis read facts and nothing else, so a recorded set replays the same report
//! anywhere.

pub mod clock;
mod exchange;
mod observed;
pub mod probe;
mod setup;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use exchange::ExchangeAnswer;
pub use observed::*;
pub use setup::*;

use probe::Probe;

/// One fact, and how it came or why it did not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Fact<T> {
    #[default]
    Waiting,
    /// Since so many milliseconds after the start of the run.
    Running {
        since_ms: u64,
    },
    Known {
        value: T,
        took_ms: u64,
    },
    Failed {
        failure: Failure,
        took_ms: u64,
    },
    /// What it is asked with could not be had.
    Blocked {
        by: Probe,
    },
    /// There was nothing to ask; the text says why.
    NotAsked {
        why: String,
    },
}

impl<T> Fact<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }

    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Running { .. })
    }

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

/// Why a request gave no fact. Texts from outside are cleaned of control characters and cut.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Failure {
    /// The server said no; `message` is its own sentence.
    #[error("{status} {message}{}", asks_to_wait(*.retry_after_s))]
    Refused { status: u16, message: String, retry_after_s: Option<u64> },
    /// A page for people instead of an answer: a block page, a captive portal.
    #[error("{status} with a web page instead of JSON: {title}")]
    BlockPage { status: u16, title: String },
    /// Another host than the one asked for was named.
    #[error("{status} redirects to {location}")]
    Redirected { status: u16, location: String },
    #[error("no answer within {after_ms} ms")]
    TimedOut { after_ms: u64 },
    #[error("no connection: {reason}")]
    Unreachable { reason: String },
    #[error("no secure connection: {reason}")]
    Tls { reason: String },
    /// An answer, but not of the expected shape.
    #[error("{status} with an unexpected answer: {reason}")]
    Garbled { status: u16, reason: String },
    /// The run was stopped, by a person or by its deadline.
    #[error("stopped before an answer came")]
    Stopped,
    /// Nothing was sent: the request itself could not be made.
    #[error("{reason}")]
    NotSent { reason: String },
    /// The probe itself ended by a fault of this program.
    #[error("an error inside polydoctor ended the request; please report it")]
    Internal,
}

fn asks_to_wait(retry_after_s: Option<u64>) -> String {
    retry_after_s.map_or_else(String::new, |seconds| format!(" (it asks to wait {seconds} s)"))
}

impl Failure {
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. }
            | Self::BlockPage { status, .. }
            | Self::Redirected { status, .. }
            | Self::Garbled { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether it is the answer to a good signature for a nonce that holds no key: a bad signature is
    /// answered with 401. A 400 without these words may be any server's.
    pub fn says_no_key(&self) -> bool {
        matches!(self, Self::Refused { status: 400, message, .. } if message.to_lowercase().contains("derive"))
    }

    /// Whether the server looked at the request and refused it, which says something about the
    /// request. Other statuses are none that the service judges with: they may come from a machine in
    /// between, and say nothing of who sends. 404 is an answer of a few requests only.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status: 400 | 401 | 403, .. })
    }

    /// The same, with every text of a server changed so.
    #[must_use]
    pub fn saying(self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Refused { status, message, retry_after_s } => {
                Self::Refused { status, message: change(&message), retry_after_s }
            }
            Self::BlockPage { status, title } => Self::BlockPage { status, title: change(&title) },
            Self::Redirected { status, location } => Self::Redirected { status, location: change(&location) },
            Self::Garbled { status, reason } => Self::Garbled { status, reason: change(&reason) },
            other => other,
        }
    }
}

/// One request as it went over the wire; never with a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    pub method: String,
    pub url: String,
    /// `None` while it runs, and when no answer came.
    pub status: Option<u16>,
    /// When it was sent, in milliseconds after the start of the run; negative for one that was sent
    /// before it.
    pub sent_ms: i64,
    /// From sending to the last byte of the answer; `None` while it runs.
    pub elapsed_ms: Option<u64>,
    /// `None` for one that was sent beside the run.
    pub probe: Option<Probe>,
    /// What it was for, where that is not a probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Whether it was sent to change something.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changes: bool,
    /// Two when a lost connection was tried again.
    pub attempts: u32,
    /// The headers that authenticate, and those that say what the body is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<SentHeader>,
    /// Length of the body; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<usize>,
    /// By which it is found again, within one process.
    #[serde(skip)]
    pub number: u64,
    /// The body of a read, for a copy of the request; it is not recorded.
    #[serde(skip)]
    pub body: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The beginning of an answer other than 200 to 299: cleaned, and without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A header of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentHeader {
    pub name: String,
    /// `None` where the value authenticates.
    pub value: Option<String>,
    pub characters: usize,
}

/// Headers whose values anybody may see.
const PUBLIC_HEADERS: [&str; 5] =
    ["POLY_ADDRESS", "POLY_TIMESTAMP", "POLY_NONCE", "POLY_BUILDER_TIMESTAMP", "content-type"];

impl SentHeader {
    pub fn new(name: &str, value: &str) -> Self {
        let public = Self::is_public(name).then(|| value.to_owned());
        Self { name: name.to_owned(), value: public, characters: value.chars().count() }
    }

    /// Whether anybody may see the values of this header.
    pub fn is_public(name: &str) -> bool {
        PUBLIC_HEADERS.contains(&name)
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
    pub setup: Setup,
    /// Errors that the user reported: known sentences with their own values, and the beginnings of texts
    /// that are not known.
    pub symptoms: Vec<String>,
    pub secret_files: Fact<SecretPlaces>,
    pub server_time: Fact<ClockReading>,
    pub guide_time: Fact<GuideTime>,
    pub version: Fact<u64>,
    pub geoblock: Fact<Geoblock>,
    pub chain: Fact<ChainState>,
    pub ownership: Fact<Ownership>,
    pub profile: Fact<PublicProfile>,
    pub deployed: Fact<bool>,
    pub derived: Fact<Derived>,
    pub other_nonces: Fact<Vec<NonceKey>>,
    /// The chain that an L1 signature passes for, other than the configured one.
    pub other_chain: Fact<Option<u64>>,
    pub configured_credentials: Fact<Vec<String>>,
    /// Known when the configured credentials are the funder's.
    pub funder_address: Fact<()>,
    pub derived_credentials: Fact<Vec<String>>,
    pub local_clock: Fact<()>,
    pub closed_only: Fact<bool>,
    pub balance_allowance: Fact<Vec<CachedBalance>>,
    pub session_signers: Fact<SessionSigners>,
    pub builder_keys: Fact<Vec<BuilderKey>>,
    pub own_trades: Fact<OwnTrades>,
    pub builder_access: Fact<BuilderAccess>,
    pub builder_trades: Fact<BuilderTrades>,
    pub builder_fees: Fact<BuilderFees>,
    pub builder_signer: Fact<RemoteSigner>,
    /// Readings of the CLOB's clock, one an answer.
    pub clock: Vec<ClockReading>,
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
            BuilderSigner: builder_signer)
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
    pub fn is_settled(&self, probe: Probe) -> bool {
        with_fact!(self, probe, fact => fact.is_settled())
    }

    pub fn running_since_ms(&self, probe: Probe) -> Option<u64> {
        with_fact!(self, probe, fact => fact.running_since_ms())
    }

    pub fn took_ms(&self, probe: Probe) -> Option<u64> {
        with_fact!(self, probe, fact => fact.took_ms())
    }

    /// Whether a probe got an answer that says something of what it asked for.
    pub fn is_answered(&self, probe: Probe) -> bool {
        let no_key = probe == Probe::Derive && self.has_no_key();
        no_key || with_fact!(self, probe, fact => fact.known().is_some())
    }

    pub fn failure(&self, probe: Probe) -> Option<&Failure> {
        with_fact!(self, probe, fact => fact.failure())
    }

    /// Back to waiting, before a probe runs again.
    pub(super) fn forget(&mut self, probe: Probe) {
        with_fact!(mut self, probe, fact => *fact = Fact::Waiting);
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
