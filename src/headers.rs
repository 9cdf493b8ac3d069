//! The headers of one request, signed exactly as it is given: for `polydoctor headers` and its panel.
//!
//! Pure: the caller brings the key, the credentials and the time. What a server would refuse is
//! signed all the same, and said in [`Signed::remarks`].
//!
//! ```
//! use alloy_signer_local::PrivateKeySigner;
//! use polydoctor::auth::l2::ApiCredentials;
//! use polydoctor::headers::{Key, Unsigned};
//! use polydoctor::secret::Secret;
//!
//! let signer: PrivateKeySigner =
//!     "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80".parse().unwrap();
//! let credentials = ApiCredentials {
//!     key: "019a4c1e-7b7d-4000-8000-0242ac12c41f".to_owned(),
//!     secret: Secret::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
//!     passphrase: Secret::new("passphrase"),
//! };
//! let (method, path) = ("GET".to_owned(), "/auth/api-keys".to_owned());
//! let unsigned = Unsigned { method, path, body: None, timestamp: 1_000_000 };
//! let signed = unsigned.sign(Key::L2 { signer: &signer, credentials: &credentials }, 1_000_000).unwrap();
//! assert_eq!(signed.headers.get("POLY_TIMESTAMP"), Some("1000000"));
//! assert!(signed.remarks.is_empty());
//! ```

mod curl;
mod remarks;

use alloy_primitives::U256;
use alloy_signer_local::PrivateKeySigner;
use thiserror::Error;
use url::Url;

use curl::Curl;
pub use curl::Unquotable;
pub use remarks::about_clock;

use crate::auth::explain::{self, Explanation};
use crate::auth::l2::{ApiCredentials, NotBase64, SecretKey};
use crate::auth::us::{UsCredentials, UsKey, UsSecretMistake};
use crate::auth::{AuthHeaders, builder, l1, l2, us};
use crate::endpoints;
use crate::facts::RequestRecord;
use crate::settings::{Settings, Source, Sourced, shown_url};

/// Stands for a passphrase that is not to be seen.
pub const MASK: &str = "********";

/// Which headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// Signed with the private key: creates and derives API credentials.
    L1,
    /// Signed with API credentials: everything else of an account.
    L2,
    /// Signed with builder credentials: attribution and relayer.
    Builder,
    /// Signed with the secret key of Polymarket US, which the CLOB does not know.
    Us,
}

impl Level {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::L1, Self::L2, Self::Builder, Self::Us];

    /// `L1`, `L2`, `builder` or `Polymarket US`.
    pub fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::Builder => "builder",
            Self::Us => "Polymarket US",
        }
    }

    /// What signs it.
    pub fn key(self) -> &'static str {
        match self {
            Self::L1 => "the private key",
            Self::L2 => "the API credentials",
            Self::Builder => "the builder credentials",
            Self::Us => "the secret key of Polymarket US",
        }
    }
}

/// What is to be signed, character by character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Signed as it is written: a method in lower case gives a wrong signature.
    pub method: String,
    /// Signed as it is written; the clients leave the query out.
    pub path: String,
    /// The exact text of the body; `None` for a request without one.
    pub body: Option<String>,
    /// Unix seconds; of [`Level::Us`] Unix milliseconds.
    pub timestamp: i64,
}

/// What it is signed with.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// For [`Level::L1`].
    L1 {
        /// The private key.
        signer: &'a PrivateKeySigner,
        /// 137 for Polygon.
        chain_id: u64,
        /// Which credentials of the signer are meant; 0 unless it has several.
        nonce: U256,
    },
    /// For [`Level::L2`].
    L2 {
        /// The private key, of which only the address is sent.
        signer: &'a PrivateKeySigner,
        /// What signs the request.
        credentials: &'a ApiCredentials,
    },
    /// For [`Level::Builder`].
    Builder {
        /// What signs the request, and belongs to the builder.
        credentials: &'a ApiCredentials,
    },
    /// For [`Level::Us`].
    Us {
        /// What signs the request, and belongs to Polymarket US alone.
        credentials: &'a UsCredentials,
    },
}

/// Why nothing could be signed.
#[derive(Debug, Error)]
pub enum NotSigned {
    /// The secret of the credentials cannot be decoded.
    #[error(transparent)]
    Secret(#[from] NotBase64),
    /// The secret key of Polymarket US cannot be used.
    #[error("the secret key of Polymarket US cannot be used: {0}")]
    UsSecret(#[from] UsSecretMistake),
    /// The private key did not sign, which a parsed one always does.
    #[error("{0}")]
    Signer(#[from] alloy_signer::Error),
    /// A value, such as a passphrase with a line end, would break the header of this name.
    #[error("the value of {0} holds a control character or a line end, which no header can carry; remove it")]
    NoHeader(&'static str),
}

/// The headers, what exactly was signed, and what a server would find wrong with it.
pub struct Signed {
    /// To be sent with the request.
    pub headers: AuthHeaders,
    /// What was signed, in labelled parts.
    pub explanation: Explanation,
    /// One sentence each; empty where a server has nothing to object to.
    pub remarks: Vec<String>,
}

impl Unsigned {
    /// Signs exactly this. `now_s` is the time by which the timestamp is judged, in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`NotSigned`] when the secret cannot be decoded, or a value cannot stand in a header.
    pub fn sign(&self, key: Key<'_>, now_s: i64) -> Result<Signed, NotSigned> {
        let (method, path, body) = (self.method.as_str(), self.path.as_str(), self.body.as_deref());
        let (headers, explanation) = match key {
            Key::L1 { signer, chain_id, nonce } => (
                l1::headers(signer, chain_id, self.timestamp, nonce)?,
                explain::l1(chain_id, signer.address(), &self.timestamp.to_string(), nonce),
            ),
            Key::L2 { signer, credentials } => (
                l2::headers(signer.address(), credentials, self.timestamp, method, path, body)?,
                explain::hmac(&SecretKey::decode(&credentials.secret)?, self.timestamp, method, path, body),
            ),
            Key::Builder { credentials } => (
                builder::headers(credentials, self.timestamp, method, path, body)?,
                explain::hmac(&SecretKey::decode(&credentials.secret)?, self.timestamp, method, path, body),
            ),
            Key::Us { credentials } => (
                us::headers(credentials, self.timestamp, method, path)?,
                explain::us(&UsKey::decode(&credentials.secret)?, self.timestamp, method, path),
            ),
        };
        if let Some((name, _)) = headers.iter().find(|(_, value)| value.contains(char::is_control)) {
            return Err(NotSigned::NoHeader(name));
        }
        Ok(Signed { headers, explanation, remarks: remarks::remarks(self, key, now_s) })
    }
}

/// What may be seen of signed headers: enough to compare, too little to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Name and value: a passphrase as [`MASK`], of a signature both ends.
    pub headers: Vec<(&'static str, String)>,
    /// What was signed, in labelled parts.
    pub explanation: Explanation,
    /// One sentence each; empty where a server has nothing to object to.
    pub remarks: Vec<String>,
}

impl Signed {
    /// Without the passphrase, and with no more than both ends of a signature.
    pub fn shown(&self) -> Shown {
        let shown = |(name, value): (&'static str, &str)| {
            let value = match name {
                "POLY_PASSPHRASE" | "POLY_BUILDER_PASSPHRASE" => MASK.to_owned(),
                "POLY_SIGNATURE" | "POLY_BUILDER_SIGNATURE" | us::SIGNATURE_HEADER => both_ends(value),
                _ => value.to_owned(),
            };
            (name, value)
        };
        Shown {
            headers: self.headers.iter().map(shown).collect(),
            explanation: self.explanation.clone(),
            remarks: self.remarks.clone(),
        }
    }

    /// The headers of both, as order clients of protocol version 1 send them: one message, two keys.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.headers = self.headers.and(other.headers);
        self.explanation.signed_by.extend(other.explanation.signed_by);
        for remark in other.remarks {
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
        self
    }
}

fn both_ends(signature: &str) -> String {
    let ends = signature.get(..10).zip(signature.get(signature.len().saturating_sub(8)..));
    ends.map_or_else(|| MASK.to_owned(), |(start, end)| format!("{start}…{end}"))
}

/// The variable that holds the passphrase of a header, for those that carry one: the one that the
/// settings found it in, or its usual name.
pub fn passphrase_variable(header: &str, settings: &Settings) -> Option<String> {
    let (parts, usual) = match header {
        "POLY_PASSPHRASE" => (&settings.credentials, "CLOB_PASS_PHRASE"),
        "POLY_BUILDER_PASSPHRASE" => (&settings.builder, "POLY_BUILDER_PASSPHRASE"),
        _ => return None,
    };
    Some(match parts.passphrase.as_ref().map(|passphrase| &passphrase.source) {
        Some(Source::Variable { name } | Source::EnvFile { name, .. }) => name.clone(),
        _ => usual.to_owned(),
    })
}

/// The variables that such a command reads and that the settings do not come from: to be set first.
pub fn absent_variables(headers: &AuthHeaders, settings: &Settings) -> Vec<String> {
    let is_absent = |variable: &String| {
        [&settings.credentials, &settings.builder].into_iter().all(|parts| {
            let source = parts.passphrase.as_ref().map(|passphrase| &passphrase.source);
            !matches!(source, Some(Source::Variable { name }) if name == variable)
        })
    };
    headers.iter().filter_map(|(name, _)| passphrase_variable(name, settings)).filter(is_absent).collect()
}

/// A command that sends a request of the list again, once its variables are set: no secret and no signature
/// is in it.
///
/// # Errors
///
/// [`Unquotable`] for a NUL character.
pub fn curl_of(sent: &RequestRecord) -> Result<String, Unquotable> {
    Ok(Curl::of(sent)?.to_string())
}

/// The variable that a command takes the address of the service from, where that holds access to it.
pub const BASE_VARIABLE: &str = "BASE_URL";

/// Whether an address holds a password or an access key.
fn holds_access(url: &Url) -> bool {
    without_query(url).as_str().trim_end_matches('/') != shown_url(url)
}

/// The address that a request goes to.
fn base_of<'a>(unsigned: &Unsigned, headers: &AuthHeaders, settings: &'a Settings) -> Option<&'a Sourced<Url>> {
    if headers.get(us::KEY_HEADER).is_some() {
        return settings.us_url.as_ref();
    }
    let is_relayer = headers.get("POLY_ADDRESS").is_none() && unsigned.path == endpoints::RELAYER_TRANSACTIONS;
    if is_relayer { settings.relayer_url.as_ref() } else { settings.clob_url.as_ref() }
}

/// Whether the command of this request takes the address from [`BASE_VARIABLE`].
pub fn hides_address(unsigned: &Unsigned, headers: &AuthHeaders, settings: &Settings) -> bool {
    base_of(unsigned, headers, settings).is_some_and(|url| holds_access(&url.value))
}

fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// A command that sends the request. A passphrase is taken from its variable, unless it may be shown.
///
/// # Errors
///
/// [`Unquotable`] for a NUL character.
pub fn curl(
    unsigned: &Unsigned,
    headers: &AuthHeaders,
    settings: &Settings,
    body_file: Option<&str>,
    show_secrets: bool,
) -> Result<String, Unquotable> {
    let mut curl = match base_of(unsigned, headers, settings) {
        Some(url) if !show_secrets && holds_access(&url.value) => Curl::behind(BASE_VARIABLE, unsigned)?,
        Some(url) => Curl::new(without_query(&url.value).as_str(), unsigned)?,
        None => Curl::new("", unsigned)?,
    };
    for (name, value) in headers.iter() {
        curl = match passphrase_variable(name, settings).filter(|_| !show_secrets) {
            Some(variable) => curl.header_from(name, &variable),
            None => curl.header(name, value)?,
        };
    }
    if let Some(body) = &unsigned.body {
        curl = curl.body(body, body_file)?;
    }
    Ok(curl.to_string())
}
