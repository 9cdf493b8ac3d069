//! What the live channels said to API credentials. They see the three values as they are: no signature,
//! address or clock is part of it.

use serde::{Deserialize, Serialize};

/// Whose credentials were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentCredentials {
    /// Those of the settings.
    Configured,
    /// Derived from the private key, where none are configured.
    Derived,
}

impl SentCredentials {
    /// As it stands before "API credentials".
    pub fn word(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Derived => "derived",
        }
    }
}

/// A channel's yes or no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum ChannelAnswer {
    /// The channel takes them.
    Accepted,
    /// It does not.
    Rejected {
        /// In the words of the channel: `auth_invalid`, `closed with code 1008`.
        how: String,
    },
    /// Neither yes nor no.
    Unclear {
        /// What came instead, as above.
        how: String,
    },
}

impl ChannelAnswer {
    /// Whether it is a yes.
    pub fn is_accepted(&self) -> bool {
        *self == Self::Accepted
    }

    /// Whether it is a no.
    pub fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected { .. })
    }
}

/// What the live data service said, which acknowledges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveAuth {
    /// What it was asked about.
    pub sent: SentCredentials,
    /// What it answered.
    pub answer: ChannelAnswer,
    /// From the beginning until the WebSocket was open, in milliseconds.
    pub connected_ms: u64,
    /// From sending the credentials to the answer, in milliseconds.
    pub answered_ms: u64,
}

/// What the user channel did, which acknowledges nothing: whoever is accepted gets a `PONG` and is still
/// connected after three seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserChannel {
    /// What it was asked about.
    pub sent: SentCredentials,
    /// What follows from what it did.
    pub answer: ChannelAnswer,
    /// From the beginning until the WebSocket was open, in milliseconds.
    pub connected_ms: u64,
    /// From `PING` to `PONG`, in milliseconds; `None` where none came.
    pub pong_ms: Option<u64>,
    /// How long it stayed open, or was watched, in milliseconds.
    pub open_ms: u64,
}

/// An event of the user channel, as far as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserEvent {
    /// `order` or `trade`
    pub kind: String,
    /// What happened to an order (`PLACEMENT`), or how far a trade is (`MATCHED`).
    pub what: String,
    /// `BUY` or `SELL`
    pub side: String,
    /// In shares.
    pub size: String,
    /// In dollars a share.
    pub price: String,
    /// `YES`
    pub outcome: String,
    /// The condition id.
    pub market: String,
}

impl UserEvent {
    /// The same with every text changed so.
    #[must_use]
    pub fn changed(self, change: impl Fn(&str) -> String) -> Self {
        let Self { kind, what, side, size, price, outcome, market } = self;
        Self {
            kind: change(&kind),
            what: change(&what),
            side: change(&side),
            size: change(&size),
            price: change(&price),
            outcome: change(&outcome),
            market: change(&market),
        }
    }
}
