//! How the services beside the CLOB behave: the live channels, the relayer, and Polymarket US.

use serde::Deserialize;

use crate::sandbox::live::EventKind;

/// The live channels (WebSocket).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Live {
    /// The live data service answers every authentication with this code: `auth_unavailable`.
    pub auth_error: Option<String>,
    /// It closes the connection of every authentication, with 4001.
    pub closes: bool,
    /// Both channels reject credentials that the CLOB takes.
    pub rejects: bool,
    /// Both channels take frames and answer none.
    pub silent: bool,
    /// Events of the account that the user channel sends in turn, and how often, in milliseconds.
    pub emits: Vec<EventKind>,
    /// Between two turns of them.
    pub every_ms: u64,
}

impl Default for Live {
    fn default() -> Self {
        Self { auth_error: None, closes: false, rejects: false, silent: false, emits: Vec::new(), every_ms: 1_000 }
    }
}

/// The relayer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relayer {
    /// What it says is the next nonce of a deployed wallet; the wallet itself says 3.
    pub nonce: String,
    /// The newest first.
    pub transactions: Vec<RelayerTransaction>,
}

impl Default for Relayer {
    fn default() -> Self {
        Self { nonce: "3".to_owned(), transactions: Vec::new() }
    }
}

/// A transaction that the relayer has of the account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayerTransaction {
    /// `STATE_CONFIRMED`
    pub state: String,
    /// `SAFE`, `PROXY`, `WALLET` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it failed.
    #[serde(default)]
    pub error: String,
    /// How long ago it was made.
    #[serde(default)]
    pub minutes_ago: i64,
}

/// Polymarket US.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Us {
    /// Whether the user has an account there.
    pub account: UsAccount,
    /// The key of the account was revoked.
    pub revoked: bool,
    /// In dollars.
    pub balance: f64,
}

impl Default for Us {
    fn default() -> Self {
        Self { account: UsAccount::None, revoked: false, balance: 120.5 }
    }
}

/// Whether the user has an account at Polymarket US, and what it stands beside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UsAccount {
    /// Only at the international CLOB.
    #[default]
    None,
    /// Only at Polymarket US.
    Only,
    /// At both.
    Beside,
}
