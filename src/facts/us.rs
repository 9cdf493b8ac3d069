//! What is known of an account at Polymarket US: what is configured, and what the venue said.

use serde::{Deserialize, Serialize};

use super::{ChannelAnswer, ClockReading, Failure};
use crate::auth::us::{UsSecretForm, UsSecretMistake};
use crate::secret::SecretShape;
use crate::settings::Sourced;

/// What the settings say of Polymarket US: no secret, only shapes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UsSetup {
    /// A UUID; of a text that is too long for one, only the length.
    pub key_id: Option<Sourced<String>>,
    /// `None` where it is not set, or was taken out.
    pub secret: Option<Sourced<UsSecretFact>>,
    /// Where signed requests go; `None` where no usable URL is known.
    pub url: Option<Sourced<String>>,
    /// The public gateway; `None` where no usable URL is known.
    pub gateway_url: Option<Sourced<String>>,
}

/// What may be said of a secret key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsSecretFact {
    /// Length and fingerprint.
    pub shape: SecretShape,
    /// How it is written, or why it cannot sign.
    pub decoded: Result<UsSecretForm, UsSecretMistake>,
}

/// The balances, as `GET /v1/account/balances` lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsBalances {
    /// One a currency.
    pub balances: Vec<UsBalance>,
    /// What was answered to the same request stamped by this clock, where it was accepted only by the
    /// server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_this_clock: Option<Failure>,
}

/// The balance in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsBalance {
    /// `USD`
    pub currency: String,
    /// As it is listed; `None` where it is not.
    pub amount: Option<String>,
}

/// The positions, as `GET /v1/portfolio/positions` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsPositions {
    /// How many the first page has.
    pub listed: usize,
}

/// The public gateway answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsGateway {
    /// HTTP status, 200 to 299.
    pub status: u16,
}

/// Readings of the clock of Polymarket US: the `Date` header of each answer, whatever it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsClock {
    /// In the order of the answers; at least one.
    pub readings: Vec<ClockReading>,
}

/// What the private channel (WebSocket) did with the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsLive {
    /// Accepted where a snapshot of the balance came.
    pub answer: ChannelAnswer,
    /// From the beginning until the WebSocket was open, in milliseconds.
    pub connected_ms: u64,
    /// From the subscription to its snapshot, in milliseconds.
    pub answered_ms: u64,
}
