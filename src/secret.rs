//! The one place that knows how a secret is held, described and compared.
//!
//! A [`Secret`] cannot be printed, logged or serialised; what may be said of it is its
//! [`SecretShape`]: how long it is, and a fingerprint by which two machines compare theirs.
//!
//! ```
//! use polydoctor::secret::Secret;
//!
//! let secret = Secret::new("correct horse battery staple");
//! assert_eq!(secret.shape().characters, 28);
//! assert!(!format!("{secret:?}").contains("horse"));
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Text that must not be shown: a private key, an API secret, a passphrase, a token.
///
/// Wiped from memory when dropped. `Debug` tells nothing but the length.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text as it is, with what surrounds it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself. Each caller sends it where the protocol says, and nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether the text has no characters at all.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// Its length and fingerprint.
    pub fn shape(&self) -> SecretShape {
        SecretShape {
            characters: self.expose().chars().count(),
            fingerprint: fingerprint(self.expose().as_bytes()),
            cleaned: self.trimmed().map(|inside| fingerprint(inside.expose().as_bytes())),
        }
    }

    /// The text without white space and quotes around it, where it has some.
    pub fn trimmed(&self) -> Option<Self> {
        let inside = self.expose().trim().trim_matches(['"', '\'']).trim();
        (inside != self.expose()).then(|| Self::new(inside))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} characters)", self.expose().chars().count())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same_text(self.expose(), other.expose())
    }
}

impl Eq for Secret {}

/// Compares two texts in a time that depends on their lengths only.
pub fn same_text(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The SHA-256 of a secret text: all that is kept where a text is only ever compared, such as a
/// token that callers send. Comparing tells nothing of the text, not even its length.
#[derive(Clone)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Hashes the text and keeps nothing else of it.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// What may be said of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretShape {
    /// Length of the text.
    pub characters: usize,
    /// Six characters of a hash: enough to see that two differ, too little to find the secret.
    pub fingerprint: String,
    /// Where white space or quotes are around it: the fingerprint without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleaned: Option<String>,
}

impl fmt::Display for SecretShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} characters, fingerprint {}", self.characters, self.fingerprint)
    }
}

/// Six characters of a salted SHA-256 of `bytes`.
pub fn fingerprint(bytes: &[u8]) -> String {
    let digest = Sha256::new().chain_update(b"polydoctor fingerprint").chain_update(bytes).finalize();
    let mut text = URL_SAFE_NO_PAD.encode(digest);
    text.truncate(6);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_the_length_only() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(7 characters)");
    }

    #[test]
    fn fingerprints_tell_secrets_apart() {
        assert_ne!(Secret::new("a").shape().fingerprint, Secret::new("b").shape().fingerprint);
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("ab"));
        assert!(SecretDigest::of("a") == SecretDigest::of("a"));
        assert!(SecretDigest::of("a") != SecretDigest::of("ab"));
    }
}
