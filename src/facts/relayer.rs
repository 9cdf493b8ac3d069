//! What the relayer knows of an account: its API key, its nonce, its transactions.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use super::Failure;

/// Which setting the key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayerKeySlot {
    /// `RELAYER_API_KEY`
    Relayer,
    /// A key alone where a builder's key, secret and passphrase belong.
    Builder,
}

/// The address that the key was sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentAddress {
    /// The configured one, as it is written.
    AsWritten,
    /// The configured one, in the form of EIP-55.
    Checksummed,
    /// The signer's.
    Signer,
}

/// The relayer accepted a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayerKey {
    /// Where the key is configured.
    pub slot: RelayerKeySlot,
    /// With which address; what was tried before it was rejected.
    pub sent: SentAddress,
    /// Whose the relayer says the key is.
    pub owner: Address,
    /// What the relayer said to the address as it is written, where it accepted another form only.
    pub rejected: Option<Failure>,
}

/// The newest transactions of the account, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayerTransactions {
    /// How many the relayer lists.
    pub listed: usize,
    /// Of this account.
    pub newest: Vec<RelayerTransaction>,
}

/// One transaction, as the relayer has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayerTransaction {
    /// The relayer's own id.
    pub id: String,
    /// On chain; `None` before it is sent.
    pub hash: Option<String>,
    /// `STATE_CONFIRMED`
    pub state: String,
    /// `SAFE`, `PROXY`, `WALLET`, `SAFE-CREATE`, …; empty where the relayer did not say.
    pub kind: String,
    /// Why it failed, in the relayer's words.
    pub error: Option<String>,
    /// Of the wallet.
    pub nonce: Option<String>,
    /// Unix milliseconds.
    pub created_ms: Option<i64>,
}

impl RelayerTransaction {
    /// Whether nothing will come of it.
    pub fn has_failed(&self) -> bool {
        matches!(self.state.as_str(), "STATE_FAILED" | "STATE_INVALID")
    }

    /// Accepted by the relayer, and not sent to the chain.
    pub fn is_new(&self) -> bool {
        self.state == "STATE_NEW"
    }

    /// The state without its prefix, in small letters: `confirmed`.
    pub fn state_word(&self) -> String {
        self.state.trim_start_matches("STATE_").to_ascii_lowercase()
    }
}

/// The next nonce of a wallet, as the relayer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayerNonce {
    /// What a transaction has to carry next.
    pub nonce: u64,
}
