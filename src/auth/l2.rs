//! L2: the HMAC headers of every authenticated request.
//!
//! The message is timestamp, method, path without query, and the exact bytes of the body, with
//! nothing between. The key is the base64-decoded secret. The signature is URL-safe base64 with its
//! padding: a published log shows the real service refusing `+` and `/`.

use std::fmt;

use alloy_primitives::Address;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use zeroize::Zeroizing;

use super::AuthHeaders;
use crate::secret::Secret;

/// What L1 gives and L2 needs: a key id (UUID text), a base64 secret and a passphrase.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiCredentials {
    /// Key id, a UUID; sent in `POLY_API_KEY`.
    pub key: String,
    /// Base64 of the HMAC key, 32 bytes; no header carries it.
    pub secret: Secret,
    /// Sent as it is in `POLY_PASSPHRASE`; 64 hex digits in every real sample.
    pub passphrase: Secret,
}

/// Which of base64's two alphabets a secret is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// Neither `+/` nor `-_` occurs, so it is both.
    Either,
    /// It has `-` or `_`.
    UrlSafe,
    /// It has `+` or `/`.
    Standard,
    /// It has characters of both, which no encoder writes.
    Mixed,
}

/// How a secret was written. Every form decodes here; the official clients differ in what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretForm {
    /// Of the decoded key; 32 in every real secret seen.
    pub bytes: usize,
    /// As far as its characters tell.
    pub alphabet: Alphabet,
    /// Whether its length is a multiple of 4, as with all of its `=`.
    pub padded: bool,
    /// White space around or inside it, or quotes around it.
    pub unclean: bool,
    /// 64 hex digits: valid base64 of 48 bytes, and never the right key.
    pub hex: bool,
}

impl SecretForm {
    /// Whether it decodes to the 32 bytes that every real secret has.
    pub fn is_usual_length(self) -> bool {
        self.bytes == 32
    }

    /// Which official clients refuse it in this form, if any.
    pub fn refused_by(self) -> Option<&'static str> {
        match (self.unclean, self.padded, self.alphabet) {
            (true, ..) => Some("the TypeScript v2 and Rust clients"),
            (_, false, _) => Some("the Python and Rust clients"),
            (.., Alphabet::Standard | Alphabet::Mixed) => Some("the Rust clients"),
            _ => None,
        }
    }
}

impl fmt::Display for SecretForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alphabet = match self.alphabet {
            Alphabet::Either => "base64",
            Alphabet::UrlSafe => "URL-safe base64",
            Alphabet::Standard => "standard base64",
            Alphabet::Mixed => "base64 in both alphabets at once",
        };
        write!(f, "{alphabet}, {}, {} bytes", if self.padded { "padded" } else { "unpadded" }, self.bytes)?;
        if self.unclean {
            f.write_str(", with whitespace or quotes")?;
        }
        if self.hex {
            f.write_str(", though it looks like hex")?;
        }
        Ok(())
    }
}

/// A secret that no client can decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("the secret is not base64: {0}")]
pub struct NotBase64(NotBase64Reason);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NotBase64Reason {
    #[error("character {0} belongs to neither alphabet")]
    Character(usize),
    #[error("{0} characters are not a whole number of bytes, so some are missing")]
    Length(usize),
}

/// The bytes of the HMAC key; wiped when dropped.
pub struct SecretKey {
    bytes: Zeroizing<Vec<u8>>,
    /// The key taken in, ready for a message.
    mac: Hmac<Sha256>,
    /// How the text was written.
    pub form: SecretForm,
}

impl SecretKey {
    /// Decodes a secret in every form that any official client takes.
    ///
    /// # Errors
    ///
    /// [`NotBase64`] when it decodes in none.
    pub fn decode(secret: &Secret) -> Result<Self, NotBase64> {
        let written = secret.expose();
        let text: Zeroizing<String> =
            Zeroizing::new(written.trim().trim_matches(['"', '\'']).split_whitespace().collect());
        let body = text.trim_end_matches('=');
        if let Some(position) = body.chars().position(|c| !(c.is_ascii_alphanumeric() || "+/-_".contains(c))) {
            return Err(NotBase64(NotBase64Reason::Character(position + 1)));
        }
        let standard = Zeroizing::new(body.replace('-', "+").replace('_', "/"));
        let config = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let bytes = GeneralPurpose::new(&alphabet::STANDARD, config)
            .decode(standard.as_str())
            .map_err(|_| NotBase64(NotBase64Reason::Length(body.len())))?;
        let alphabet = match (body.contains(['-', '_']), body.contains(['+', '/'])) {
            (false, false) => Alphabet::Either,
            (true, false) => Alphabet::UrlSafe,
            (false, true) => Alphabet::Standard,
            (true, true) => Alphabet::Mixed,
        };
        let form = SecretForm {
            bytes: bytes.len(),
            alphabet,
            padded: text.len().is_multiple_of(4),
            unclean: text.as_str() != written,
            hex: body.len() == 64 && body.bytes().all(|c| c.is_ascii_hexdigit()),
        };
        let bytes = Zeroizing::new(bytes);
        let mac = Hmac::new_from_slice(&bytes).unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
        Ok(Self { bytes, mac, form })
    }

    /// The key itself, to be looked for in what must not hold it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The signature of a message: URL-safe base64 of HMAC-SHA256, 44 characters.
    pub fn sign(&self, message: &str) -> String {
        URL_SAFE.encode(self.mac.clone().chain_update(message).finalize().into_bytes())
    }

    /// Whether `signature` is the URL-safe text of this message's HMAC, compared in constant time.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        crate::secret::same_text(&self.sign(message), signature)
    }

    /// Whether both are one secret, however each is written; compared in constant time.
    pub fn is(&self, other: &Self) -> bool {
        self.bytes.ct_eq(&other.bytes).into()
    }

    /// A fingerprint of the decoded bytes: equal for two spellings of one secret.
    pub fn fingerprint(&self) -> String {
        crate::secret::fingerprint(&self.bytes)
    }
}

/// The text that is signed. `path` is taken as it is; leave the query out, as every client does.
pub fn message(timestamp: i64, method: &str, path: &str, body: Option<&str>) -> String {
    format!("{timestamp}{method}{path}{}", body.unwrap_or_default())
}

/// The five L2 headers. `address` is the signer's; `timestamp` is in Unix seconds.
///
/// # Errors
///
/// [`NotBase64`] when the secret cannot be decoded.
pub fn headers(
    address: Address,
    credentials: &ApiCredentials,
    timestamp: i64,
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Result<AuthHeaders, NotBase64> {
    let signature = SecretKey::decode(&credentials.secret)?.sign(&message(timestamp, method, path, body));
    Ok(AuthHeaders::new(vec![
        ("POLY_ADDRESS", address.to_string()),
        ("POLY_SIGNATURE", signature),
        ("POLY_TIMESTAMP", timestamp.to_string()),
        ("POLY_API_KEY", credentials.key.clone()),
        ("POLY_PASSPHRASE", credentials.passphrase.expose().to_owned()),
    ]))
}
