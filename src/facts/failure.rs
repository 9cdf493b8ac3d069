//! Why requests gave no fact.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a request gave no fact. Texts from outside are cleaned of control characters and cut.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Failure {
    /// The server said no; `message` is its own sentence.
    #[error("{}{}", said(*.status, .message), asks_to_wait(*.retry_after_s))]
    Refused {
        /// HTTP status, such as 401; 200 for an error of JSON-RPC.
        status: u16,
        /// The server's own sentence, such as `Unauthorized/Invalid api key`.
        message: String,
        /// How many seconds the server asks to wait; `None` where it does not say.
        retry_after_s: Option<u64>,
    },
    /// A page for people instead of an answer: a block page, a captive portal.
    #[error("{status} with a web page instead of JSON: {title}")]
    BlockPage {
        /// HTTP status, such as 403.
        status: u16,
        /// The title of the page, such as `Attention Required! | Cloudflare`.
        title: String,
    },
    /// Another host than the one asked for was named.
    #[error("{status} redirects to {location}")]
    Redirected {
        /// HTTP status, 300 to 399.
        status: u16,
        /// The URL that it points to.
        location: String,
    },
    /// The time limit of the request ran out.
    #[error("no response within {after_ms} ms")]
    TimedOut {
        /// That limit, in milliseconds.
        after_ms: u64,
    },
    /// The host was not found, or the connection failed.
    #[error("no connection: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// The certificate or the TLS handshake was refused.
    #[error("TLS connection failed: {reason}")]
    Tls {
        /// What the TLS library says.
        reason: String,
    },
    /// An answer, but not of the expected shape.
    #[error("{status} with an unexpected response: {reason}")]
    Garbled {
        /// HTTP status, often 200.
        status: u16,
        /// What does not fit, in words.
        reason: String,
    },
    /// The run was stopped, by a person or by its deadline.
    #[error("stopped before a response came")]
    Stopped,
    /// Nothing was sent: the request itself could not be made.
    #[error("{reason}")]
    NotSent {
        /// What could not be made, in words.
        reason: String,
    },
    /// The probe itself ended by a fault of this program.
    #[error("an error inside polydoctor ended the request; please report it")]
    Internal,
}

fn said(status: u16, message: &str) -> String {
    if message.is_empty() { format!("{status} without a message") } else { format!("{status} {message}") }
}

fn asks_to_wait(retry_after_s: Option<u64>) -> String {
    retry_after_s.map_or_else(String::new, |seconds| format!(" (retry after {seconds} s)"))
}

impl Failure {
    /// HTTP status of the answer, where one came.
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
