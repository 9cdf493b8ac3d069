//! Builder headers: the same HMAC as L2, with the builder's credentials and other header names.
//!
//! A remote signer makes them too: `POST /sign {method, path, body?, timestamp?}` answers the four headers,
//! stamped by the signer's own clock (the official builder signing server ignores the timestamp
//! that it is sent).

use serde::{Deserialize, Serialize};

use super::AuthHeaders;
use super::l2::{self, ApiCredentials, NotBase64, SecretKey};
use crate::secret::Secret;

/// The four `POLY_BUILDER_*` headers. `timestamp` is in Unix seconds.
///
/// # Errors
///
/// [`NotBase64`] when the secret cannot be decoded.
pub fn headers(
    credentials: &ApiCredentials,
    timestamp: i64,
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Result<AuthHeaders, NotBase64> {
    Ok(BuilderKey::decode(credentials)?.headers(timestamp, method, path, body))
}

/// Builder credentials whose secret is decoded once, for whoever signs again and again.
pub struct BuilderKey {
    key: String,
    passphrase: Secret,
    secret: SecretKey,
}

impl BuilderKey {
    /// # Errors
    ///
    /// [`NotBase64`] when the secret cannot be decoded.
    pub fn decode(credentials: &ApiCredentials) -> Result<Self, NotBase64> {
        let secret = SecretKey::decode(&credentials.secret)?;
        Ok(Self { key: credentials.key.clone(), passphrase: credentials.passphrase.clone(), secret })
    }

    /// The four `POLY_BUILDER_*` headers. `timestamp` is in Unix seconds.
    pub fn headers(&self, timestamp: i64, method: &str, path: &str, body: Option<&str>) -> AuthHeaders {
        AuthHeaders::new(vec![
            ("POLY_BUILDER_API_KEY", self.key.clone()),
            ("POLY_BUILDER_PASSPHRASE", self.passphrase.expose().to_owned()),
            ("POLY_BUILDER_SIGNATURE", self.secret.sign(&l2::message(timestamp, method, path, body))),
            ("POLY_BUILDER_TIMESTAMP", timestamp.to_string()),
        ])
    }
}

/// What a remote signer is asked: the body of `POST /sign`, as the official TypeScript SDK sends it.
#[derive(Clone, Debug, Serialize)]
pub struct SignRequest<'a> {
    /// In capitals, such as `POST`.
    pub method: &'a str,
    /// Without host and query, such as `/order`.
    pub path: &'a str,
    /// The exact text of the body; left out of the JSON where the request has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'a str>,
    /// Unix seconds; the official server takes it and stamps with its own clock all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
}

/// What a remote signer answers. The passphrase is among it, so it is neither shown nor kept.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct SignedHeaders {
    /// The key that the signer signs with, a UUID.
    pub poly_builder_api_key: String,
    /// Passphrase of the same credentials.
    pub poly_builder_passphrase: String,
    /// URL-safe base64 of the HMAC-SHA256, 44 characters.
    pub poly_builder_signature: String,
    /// Unix seconds as text, by the signer's clock; 13 digits mean that milliseconds were used.
    pub poly_builder_timestamp: String,
}

/// When a builder key was made, in Unix milliseconds.
///
/// Builder keys are UUIDs of version 7, which begin with their time, and so are newer keys of the relayer;
/// user keys look random. So a user slot that holds such a key holds very likely one of those two.
pub fn builder_key_created_ms(key: &str) -> Option<u64> {
    let uuid = uuid::Uuid::try_parse(key).ok()?;
    if uuid.get_version_num() != 7 {
        return None;
    }
    let created = u64::try_from(uuid.as_u128() >> 80).ok()?;
    // 2023-01-01 to 2100-01-01: outside of it the version nibble is chance.
    (1_672_531_200_000..4_102_444_800_000).contains(&created).then_some(created)
}

/// Whether orders can carry a builder code: 32 bytes of hex that are not all zero.
///
/// # Errors
///
/// What is wrong with it, to stand after "the builder code".
pub fn usable_code(code: &str) -> Result<(), &'static str> {
    let digits = code.strip_prefix("0x").ok_or("does not start with 0x")?;
    if digits.len() != 64 || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Err("is not 64 hex digits");
    }
    if digits.bytes().all(|c| c == b'0') { Err("is zero, which attributes nothing") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_key_tells_its_date() {
        assert_eq!(builder_key_created_ms("019894b9-cb40-79c4-b2bd-6aecb6f8c6c5"), Some(1_754_841_860_928));
        assert_eq!(builder_key_created_ms("f4f247b7-4ac7-ff29-a152-04fda0a8755a"), None);
        assert_eq!(builder_key_created_ms("000000000-0000-0000-0000-000000000000"), None);
    }
}
