//! What is known: plain data, serialisable, with no field that could hold a secret.
//!
//! Checks and diagnosis read facts and nothing else, so a recorded set replays the same report
//! anywhere.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::probe::Probe;
use crate::auth::key::{KeyMistake, KeyRemark};
use crate::auth::l2::{NotBase64, SecretForm};
use crate::auth::wallet::{CodeClass, SignatureType, WalletMap};
use crate::secret::SecretShape;
use crate::settings::{SettingProblem, Sourced};

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
    #[error("{status} {message}")]
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

    /// Whether the server looked at the request and refused it, which says something about the
    /// request; 429 and 5xx say something about the server only.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status: 400..=424 | 426..=428 | 430..=499, .. })
    }
}

/// One request as it went over the wire; never with a header's value or a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    pub method: String,
    pub url: String,
    /// `None` while it runs, and when no answer came.
    pub status: Option<u16>,
    /// When it was sent, in milliseconds after the start of the run.
    pub sent_ms: u64,
    /// From sending to the last byte of the answer; `None` while it runs.
    pub elapsed_ms: Option<u64>,
    pub probe: Probe,
    /// Two when a lost connection was tried again.
    pub attempts: u32,
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

/// What the settings say, before anything is asked: no secret, only shapes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    pub profile: String,
    pub problems: Vec<SettingProblem>,
    /// `None` when no key is configured.
    pub key: Option<Sourced<KeyFact>>,
    pub signature_type: Option<Sourced<SignatureType>>,
    pub funder: Option<Sourced<Address>>,
    pub chain_id: Option<Sourced<u64>>,
    pub nonce: Option<Sourced<U256>>,
    pub clob_url: Option<Sourced<String>>,
    pub rpc_url: Option<Sourced<String>>,
    pub credentials: Option<CredentialsFact>,
    pub builder: Option<CredentialsFact>,
    pub builder_signer_url: Option<Sourced<String>>,
    pub builder_signer_token: Option<Sourced<SecretShape>>,
    pub builder_code: Option<Sourced<String>>,
    pub relayer_key: Option<Sourced<SecretShape>>,
    /// Every wallet of the key; `None` without a usable key or on a chain without contracts.
    pub wallets: Option<WalletMap>,
    /// Every setting with its value (secrets as shapes) and source, for people to read.
    pub shown: Vec<ShownSetting>,
    /// True when nothing may be asked over the network.
    pub offline: bool,
}

impl Setup {
    /// The key's own address.
    pub fn signer(&self) -> Option<Address> {
        match &self.key.as_ref()?.value {
            KeyFact::Usable { signer, .. } => Some(*signer),
            KeyFact::Unusable { .. } => None,
        }
    }

    /// Chain id in force; Polygon unless set.
    pub fn chain(&self) -> u64 {
        self.chain_id.as_ref().map_or(crate::auth::contracts::POLYGON, |chain| chain.value)
    }

    pub fn nonce(&self) -> U256 {
        self.nonce.as_ref().map_or(U256::ZERO, |nonce| nonce.value)
    }

    /// Signature type in force; `None` when a value is set that is none.
    pub fn signature_type(&self) -> Option<SignatureType> {
        self.signature_type.as_ref().map(|kind| kind.value)
    }

    /// The wallet that orders would be made for: the funder, or for type 0 the signer.
    pub fn maker(&self) -> Option<Address> {
        match (&self.funder, self.signature_type()?) {
            (Some(funder), _) => Some(funder.value),
            (None, SignatureType::Eoa) => self.signer(),
            (None, _) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownSetting {
    pub name: String,
    pub value: String,
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "key")]
pub enum KeyFact {
    Usable { signer: Address, shape: SecretShape, remarks: Vec<KeyRemark> },
    Unusable { shape: SecretShape, mistake: KeyMistake },
}

/// A set of credentials: whole, or with parts missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CredentialsFact {
    pub key: Option<Sourced<String>>,
    pub secret: Option<Sourced<SecretFact>>,
    pub passphrase: Option<Sourced<SecretShape>>,
}

impl CredentialsFact {
    pub fn missing(&self) -> Vec<&'static str> {
        [("key", self.key.is_none()), ("secret", self.secret.is_none()), ("passphrase", self.passphrase.is_none())]
            .into_iter()
            .filter_map(|(name, missing)| missing.then_some(name))
            .collect()
    }

    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.value.as_str())
    }

    /// The form of a secret that decodes.
    pub fn secret_form(&self) -> Option<SecretForm> {
        self.secret.as_ref()?.value.decoded.as_ref().ok().map(|decoded| decoded.form)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretFact {
    pub shape: SecretShape,
    pub decoded: Result<DecodedSecret, NotBase64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodedSecret {
    pub form: SecretForm,
    /// Of the decoded bytes, so that two spellings of one secret are equal.
    pub fingerprint: String,
}

/// A file that a secret came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretFile {
    pub path: String,
    /// Permission bits; `None` where the platform has none.
    pub mode: Option<u32>,
    /// `None` when git is not there to be asked.
    pub tracked_by_git: Option<bool>,
}

/// What `/server-time` answered: `time` when it exists after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuideTime {
    pub status: u16,
    pub time_s: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Geoblock {
    pub blocked: bool,
    pub country: String,
    pub region: String,
}

/// What the Polygon node says, all from one batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainState {
    pub chain_id: u64,
    /// The signer, the funder and every derived wallet.
    pub wallets: BTreeMap<Address, OnChain>,
    /// What the deposit-wallet factory answers for its beacon; `None` when it has none.
    pub beacon: Option<Address>,
}

/// One address on chain. Amounts are in base units: 6 decimals for tokens, 18 for POL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnChain {
    pub code: CodeClass,
    /// Owners that the contract itself names; empty when it names none.
    pub owners: Vec<Address>,
    pub pol: U256,
    pub pusd: U256,
    pub usdc_e: U256,
    pub usdc: U256,
    /// Collateral that each exchange may spend, by the exchange's address.
    pub allowances: BTreeMap<Address, U256>,
    /// Exchanges that may move outcome shares.
    pub approvals: BTreeMap<Address, bool>,
}

impl OnChain {
    /// Collateral of a protocol version: USDC.e for 1, pUSD since.
    pub fn collateral(&self, version: u64) -> U256 {
        if version == 1 { self.usdc_e } else { self.pusd }
    }

    pub fn has_code(&self) -> bool {
        self.code != CodeClass::Empty
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicProfile {
    /// `None` when there is no public profile.
    pub proxy_wallet: Option<Address>,
}

/// Credentials that L1 gave: the key id and fingerprints of the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    pub nonce: U256,
    pub key: String,
    pub secret: SecretFact,
    pub passphrase: SecretShape,
    /// True when the request was stamped with the server's time, because this clock is off.
    pub with_server_time: bool,
}

/// Whether a nonce holds a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NonceKey {
    pub nonce: U256,
    /// `None` when there is no key at this nonce.
    pub key: Option<String>,
}

/// What the CLOB's cache says for one signature type; amounts in base units of 6 decimals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CachedBalance {
    pub signature_type: SignatureType,
    pub answer: Result<BalanceAllowance, Failure>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BalanceAllowance {
    pub balance: U256,
    pub allowances: BTreeMap<Address, U256>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionSigners {
    pub wallet: Option<Address>,
    pub signers: Vec<Address>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuilderKey {
    pub key: String,
    pub revoked: bool,
}

/// The first page of a builder's trades.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuilderTrades {
    pub on_first_page: usize,
    pub more: bool,
    /// Unix seconds of the newest match on the page.
    pub newest_s: Option<i64>,
}

/// What a remote signer did when it was asked to sign a harmless message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemoteSigner {
    pub key: String,
    /// The timestamp as it was answered; seconds have 10 digits.
    pub timestamp: String,
    /// Unix seconds by this clock, halfway through the request.
    pub asked_s: f64,
    /// Whether the signature is right; `None` when no builder secret is configured to tell.
    pub signature_verifies: Option<bool>,
}

/// Everything that a run found out, one field a probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// When the run started, in Unix milliseconds; 0 before.
    pub started_ms: i64,
    /// How long it took; `None` while it runs.
    pub elapsed_ms: Option<u64>,
    pub setup: Setup,
    /// Errors that the user saw, as they gave them.
    pub symptoms: Vec<String>,
    pub secret_files: Fact<Vec<SecretFile>>,
    pub server_time: Fact<ClockReading>,
    pub guide_time: Fact<GuideTime>,
    pub version: Fact<u64>,
    pub geoblock: Fact<Geoblock>,
    pub chain: Fact<ChainState>,
    pub profile: Fact<PublicProfile>,
    pub deployed: Fact<bool>,
    pub derived: Fact<Derived>,
    pub other_nonces: Fact<Vec<NonceKey>>,
    /// The chain that an L1 signature passes for, other than the configured one.
    pub other_chain: Fact<Option<u64>>,
    pub configured_credentials: Fact<Vec<String>>,
    pub derived_credentials: Fact<Vec<String>>,
    pub local_clock: Fact<()>,
    pub closed_only: Fact<bool>,
    pub balance_allowance: Fact<Vec<CachedBalance>>,
    pub session_signers: Fact<SessionSigners>,
    pub builder_keys: Fact<Vec<BuilderKey>>,
    pub builder_access: Fact<usize>,
    pub builder_trades: Fact<BuilderTrades>,
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
            Profile: profile,
            Deployed: deployed,
            Derive: derived,
            OtherNonces: other_nonces,
            OtherChain: other_chain,
            ConfiguredCredentials: configured_credentials,
            DerivedCredentials: derived_credentials,
            LocalClock: local_clock,
            ClosedOnly: closed_only,
            BalanceAllowance: balance_allowance,
            SessionSigners: session_signers,
            BuilderKeys: builder_keys,
            BuilderAccess: builder_access,
            BuilderTrades: builder_trades,
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

    pub fn failure(&self, probe: Probe) -> Option<&Failure> {
        with_fact!(self, probe, fact => fact.failure())
    }

    /// Back to waiting, before a probe runs again.
    pub(super) fn forget(&mut self, probe: Probe) {
        with_fact!(mut self, probe, fact => *fact = Fact::Waiting);
    }

    pub(super) fn fail(&mut self, probe: Probe, failure: Failure) {
        with_fact!(mut self, probe, fact => *fact = Fact::Failed { failure, took_ms: 0 });
    }

    /// Protocol version in force: what the server says, and 2 where it does not, as the official
    /// clients assume.
    pub fn protocol_version(&self) -> u64 {
        self.version.known().copied().unwrap_or(2)
    }

    /// What the chain says of an address; `None` when the node did not answer.
    pub fn on_chain(&self, address: Address) -> Option<&OnChain> {
        self.chain.known()?.wallets.get(&address)
    }
}
