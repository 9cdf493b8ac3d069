//! What the probes observe: one type a fact.

use std::collections::BTreeMap;
use std::fmt;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use super::{Failure, RelayerTransaction, SecretFact};
use crate::attribution::Reconciliation;
use crate::auth::wallet::{CodeClass, SignatureType};
use crate::auth::wallet_signature::SignatureForm;
use crate::secret::SecretShape;

/// Where secrets are on this machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SecretPlaces {
    /// Files that secrets were read from, and copies left beside them.
    pub files: Vec<SecretFile>,
    /// Lines of the scripts in the folder of the bot that hold one.
    pub scripts: Vec<WrittenSecret>,
}

/// A file that a secret came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretFile {
    /// As it was found: absolute, or relative to the working directory.
    pub path: String,
    /// Permission bits; `None` where the platform has none.
    pub mode: Option<u32>,
    /// Whether git tracks or ignores it.
    pub git: GitStanding,
    /// The file that it is a left copy of, such as `.env` of `.env.bak`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<String>,
}

/// What git thinks of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum GitStanding {
    /// Git has it, so its secrets are in the history, or will be with the next commit.
    Tracked,
    /// A rule such as a line of `.gitignore` keeps it out.
    Ignored,
    /// Neither tracked nor ignored.
    Untracked,
    /// Its folder is not in a repository.
    NoRepository,
    /// Git is not there, or did not say.
    Unknown {
        /// Why it could not be determined.
        reason: String,
    },
}

impl fmt::Display for GitStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tracked => f.write_str("tracked by git"),
            Self::Ignored => f.write_str("ignored by git"),
            Self::Untracked => f.write_str("not tracked by git, and not ignored"),
            Self::NoRepository => f.write_str("not in a git repository"),
            Self::Unknown { reason } => write!(f, "unknown to git: {reason}"),
        }
    }
}

/// A secret in a line of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenSecret {
    /// Of the script, relative to its folder.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// "the private key"
    pub what: String,
}

/// What `/server-time` answered: `time` when it exists after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuideTime {
    /// HTTP status; 404 is expected.
    pub status: u16,
    /// Unix seconds, where it is 200.
    pub time_s: Option<i64>,
}

/// What the geoblock endpoint says of this IP address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Geoblock {
    /// Whether something is restricted; what, depends on the country.
    pub blocked: bool,
    /// Two letters, such as `DE`; empty where it is not named.
    pub country: String,
    /// Code of a region, such as `BC`; empty where it is not named.
    pub region: String,
}

/// What the Polygon node says, all from one batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainState {
    /// The chain that the node is on, such as 137.
    pub chain_id: u64,
    /// The signer, the funder and every derived wallet.
    pub wallets: BTreeMap<Address, OnChain>,
    /// What the deposit-wallet factory answers for its beacon; `None` when it has none.
    pub beacon: Option<Address>,
}

/// One address on chain. Amounts are in base units: 6 decimals for tokens, 18 for POL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OnChain {
    /// What kind of code is deployed there.
    pub code: CodeClass,
    /// Owners that the contract itself names; empty when it names none.
    pub owners: Vec<Address>,
    /// How many of its owners a Safe wants to sign. Asked of the maker only, as the next two.
    pub threshold: Option<u64>,
    /// Version of a Safe.
    pub version: Option<String>,
    /// How many transactions a Safe has made; of other wallets it is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<u64>,
    /// Until when a deposit wallet takes the key for a session key, in Unix seconds; `None` when it
    /// never did.
    pub session_authorized_until_s: Option<u64>,
    /// Gas of Polygon, 18 decimals.
    pub pol: U256,
    /// Collateral of protocol versions 2 and 3, in millionths of a dollar.
    pub pusd: U256,
    /// Collateral of protocol version 1, in millionths of a dollar.
    pub usdc_e: U256,
    /// Circle's own token, in millionths of a dollar; never collateral.
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

    /// Whether any code is there, that of a delegated EOA included.
    pub fn has_code(&self) -> bool {
        self.code != CodeClass::Empty
    }
}

/// What the maker answered when it was shown signatures of the key over random bytes (ERC-1271).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ownership {
    /// The contract that was asked.
    pub wallet: Address,
    /// Every form that was tried, each with its answer.
    pub answers: Vec<(SignatureForm, SignatureAnswer)>,
}

impl Ownership {
    /// The form in which the wallet takes signatures of the key; the one that orders use first.
    ///
    /// A plain signature that is accepted proves who signs for the wallet, but not that an order
    /// passes: wallets built on Solady take it from a node's `eth_call` and not from an exchange.
    pub fn accepted(&self) -> Option<SignatureForm> {
        let accepted = |(form, answer): &(SignatureForm, SignatureAnswer)| answer.is_accepted().then_some(*form);
        self.answers.iter().rev().find_map(accepted)
    }

    /// Whether the wallet said no in clear words to every form.
    pub fn is_refused(&self) -> bool {
        !self.answers.is_empty() && self.answers.iter().all(|(_, answer)| *answer == SignatureAnswer::Refused)
    }
}

/// What a contract said to one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum SignatureAnswer {
    /// It returned the selector of `isValidSignature`, `0x1626ba7e`.
    Accepted,
    /// It returned `0xffffffff` or zero, or said that the signer is not an owner.
    Refused,
    /// The call was stopped, which may have other reasons than the signature.
    Reverted {
        /// What the contract said, in its words.
        reason: String,
    },
    /// Neither yes nor no: hex, or "nothing" where there is no such function.
    Other {
        /// `0x` and hex, or `nothing`.
        data: String,
    },
}

impl SignatureAnswer {
    /// Whether it is a clear yes.
    pub fn is_accepted(&self) -> bool {
        *self == Self::Accepted
    }
}

impl fmt::Display for SignatureAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Refused => f.write_str("rejected"),
            Self::Reverted { reason } => write!(f, "no response: {reason}"),
            Self::Other { data } => write!(f, "returned {data}"),
        }
    }
}

/// What Gamma's `GET /public-profile` says of the signer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicProfile {
    /// `None` when there is no public profile.
    pub proxy_wallet: Option<Address>,
}

/// Credentials that L1 gave: the key id and fingerprints of the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// The nonce that was asked about.
    pub nonce: U256,
    /// Key id, a UUID.
    pub key: String,
    /// Its length, form and fingerprint.
    pub secret: SecretFact,
    /// Its length and fingerprint.
    pub passphrase: SecretShape,
    /// True when the request was stamped with the server's time, because this clock is off.
    pub with_server_time: bool,
}

/// Whether a nonce holds a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NonceKey {
    /// One of the usual nonces, 0 to 2.
    pub nonce: U256,
    /// `None` when there is no key at this nonce.
    pub key: Option<String>,
}

/// What the CLOB's cache says for one signature type; amounts in base units of 6 decimals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CachedBalance {
    /// The type that was asked about.
    pub signature_type: SignatureType,
    /// The balance, or why the CLOB gave none for this type.
    pub answer: Result<BalanceAllowance, Failure>,
}

/// What `GET /balance-allowance` says of collateral.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BalanceAllowance {
    /// In millionths of a dollar.
    pub balance: U256,
    /// What each contract may spend, by its address, in millionths of a dollar.
    pub allowances: BTreeMap<Address, U256>,
}

/// What `GET /v1/user/session-signers` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionSigners {
    /// The signer's deposit wallet; `None` where the CLOB knows none.
    pub wallet: Option<Address>,
    /// Addresses of the session keys that the owner approved.
    pub signers: Vec<Address>,
}

/// A row of `GET /auth/builder-api-key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuilderKey {
    /// Key id, a UUID of version 7.
    pub key: String,
    /// Whether it was revoked, with or without a known time.
    pub revoked: bool,
    /// Unix milliseconds.
    #[serde(default)]
    pub created_ms: Option<i64>,
    /// Unix milliseconds.
    #[serde(default)]
    pub revoked_ms: Option<i64>,
}

/// The newest trades of the maker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnTrades {
    /// How many trades the first page has.
    pub on_first_page: usize,
    /// Set beside the newest trades of the builder's listing; `None` without a builder code or builder
    /// credentials to ask for it.
    pub reconciliation: Option<Reconciliation>,
}

/// The first page of a builder's trades.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuilderTrades {
    /// How many trades the page has.
    pub on_first_page: usize,
    /// Whether another page follows.
    pub more: bool,
    /// Unix seconds of the newest match on the page.
    pub newest_s: Option<i64>,
}

/// What a builder takes on top of the platform's fees, in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderFees {
    /// Of an order that rested in the book.
    pub maker_bps: u32,
    /// Of an order that matched at once.
    pub taker_bps: u32,
}

/// Who accepted the builder credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum BuilderAccess {
    /// `GET /transactions` of the relayer.
    Relayer {
        /// How many transactions it lists.
        transactions: usize,
        /// The newest of this signer among them.
        #[serde(default)]
        newest: Vec<RelayerTransaction>,
    },
    /// `GET /builder/trades` of the CLOB, as clients of version 1 ask it.
    Clob,
}

/// What a remote signer did when it was asked to sign as the official SDK asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemoteSigner {
    /// The key id in its answer, a UUID of version 7 where it is right.
    pub key: String,
    /// The timestamp as it was answered; seconds have 10 digits.
    pub timestamp: String,
    /// Unix seconds by this clock, halfway through the request.
    pub asked_s: f64,
    /// Of one signature.
    pub latency_ms: u64,
    /// What the signature covers; `None` when no builder secret is configured to tell.
    pub signature: Option<SignedOver>,
    /// Whether it signs without the token as well; `None` when none is configured.
    pub open_without_token: Option<bool>,
    /// Whether it signs with the timestamp that it is sent, which the official server does not;
    /// `None` when it did not say.
    pub takes_timestamp: Option<bool>,
}

/// What a signature was found to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedOver {
    /// Timestamp, method, path and body, as they were sent.
    Everything,
    /// The body is left out.
    NoBody,
    /// The body was read and written anew, so its bytes are others.
    BodyRewritten,
    /// The method in other letters than it was sent.
    OtherCase,
    /// Nothing that was tried: another secret, or another message.
    Nothing,
}
