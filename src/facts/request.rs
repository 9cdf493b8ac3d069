//! Requests as they went over the wire.

use serde::{Deserialize, Serialize};

use super::probe::Probe;

/// One request as it went over the wire; never with a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// As it may be shown: without query, password and access keys.
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
    /// As it was sent, such as `POLY_SIGNATURE`.
    pub name: String,
    /// `None` where the value authenticates.
    pub value: Option<String>,
    /// Length of the value.
    pub characters: usize,
}

/// Headers whose values anybody may see.
const PUBLIC_HEADERS: [&str; 7] = [
    "POLY_ADDRESS",
    "POLY_TIMESTAMP",
    "POLY_NONCE",
    "POLY_BUILDER_TIMESTAMP",
    "RELAYER_API_KEY_ADDRESS",
    "X-PM-Timestamp",
    "content-type",
];

impl SentHeader {
    /// Keeps the value only of a header that anybody may see.
    pub fn new(name: &str, value: &str) -> Self {
        let public = Self::is_public(name).then(|| value.to_owned());
        Self { name: name.to_owned(), value: public, characters: value.chars().count() }
    }

    /// Whether anybody may see the values of this header.
    pub fn is_public(name: &str) -> bool {
        PUBLIC_HEADERS.contains(&name)
    }
}
