//! Polymarket US: a venue of its own, with a key id and an Ed25519 secret key.
//!
//! The message is timestamp in milliseconds, method and path without query, with nothing between and no
//! body. The secret key is standard base64 of 64 bytes, a seed and its public half, or of the seed alone.
//! The signature is standard base64.
//!
//! ```
//! use polydoctor::auth::us::{self, UsCredentials};
//! use polydoctor::secret::Secret;
//!
//! let credentials = UsCredentials {
//!     key_id: "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11".to_owned(),
//!     secret: Secret::new("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="),
//! };
//! let headers = us::headers(&credentials, 1_705_420_800_000, "GET", "/v1/portfolio/positions").unwrap();
//! assert_eq!(headers.get("X-PM-Timestamp"), Some("1705420800000"));
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, alphabet};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use super::AuthHeaders;
use crate::secret::Secret;

/// Carries the key id.
pub const KEY_HEADER: &str = "X-PM-Access-Key";
/// Carries Unix milliseconds.
pub const TIMESTAMP_HEADER: &str = "X-PM-Timestamp";
/// Carries the signature, in standard base64.
pub const SIGNATURE_HEADER: &str = "X-PM-Signature";
/// How far a timestamp may be from the server's clock, either way.
pub const TOLERANCE_S: f64 = 30.0;

const SEED: usize = 32;
const WHOLE: usize = 64;

/// What signs requests to Polymarket US.
#[derive(Clone, Debug, PartialEq)]
pub struct UsCredentials {
    /// A UUID, sent as it is.
    pub key_id: String,
    /// Standard base64 of 32 or 64 bytes; never sent.
    pub secret: Secret,
}

/// What the second half of a secret key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublicHalf {
    /// The secret key is the seed alone.
    Absent,
    /// The public key of its seed.
    Fits,
    /// Not the public key of its seed: the two halves are of different keys.
    Differs,
}

/// How a usable secret key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsSecretForm {
    /// 32 or 64.
    pub bytes: usize,
    /// Whether the bytes behind the seed are its public key.
    pub public_half: PublicHalf,
    /// Whether all of its `=` are there.
    pub padded: bool,
    /// Quotes around it, or white space inside it.
    pub unclean: bool,
}

impl UsSecretForm {
    /// The official client that does not take it in this form, if one does not.
    pub fn refused_by(self) -> Option<&'static str> {
        match self {
            Self { padded: false, .. } => Some("the Python client"),
            Self { unclean: true, .. } => Some("the TypeScript client"),
            _ => None,
        }
    }
}

impl fmt::Display for UsSecretForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = match self.public_half {
            PublicHalf::Absent => "the seed alone",
            PublicHalf::Fits => "seed and matching public half",
            PublicHalf::Differs => "seed and the public half of a different key",
        };
        write!(f, "base64 of {} bytes: {half}", self.bytes)?;
        if !self.padded {
            f.write_str(", without its padding")?;
        }
        if self.unclean {
            f.write_str(", with quotes or white space")?;
        }
        Ok(())
    }
}

/// Why a text is not a secret key of Polymarket US.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "mistake")]
pub enum UsSecretMistake {
    /// 64 hex digits, as the private key of a wallet is written.
    #[error("it is 64 hex digits, as the private key of a wallet is written, not base64")]
    Hex,
    /// `-` or `_`, as in the secrets of the CLOB.
    #[error("it is URL-safe base64 (- or _), as the CLOB writes its secrets, not standard base64")]
    UrlSafe,
    /// The lines of a key file.
    #[error("it is a PEM file, not the base64 text that Polymarket US shows")]
    Pem,
    /// A character that base64 does not have.
    #[error("character {position} is not base64")]
    Character {
        /// From 1.
        position: usize,
    },
    /// It ends within a byte.
    #[error("{characters} characters of base64 are not a whole number of bytes, so some are missing")]
    Cut {
        /// Without padding.
        characters: usize,
    },
    /// Neither a seed nor a whole key.
    #[error("it decodes to {bytes} bytes; a secret key has 64, or 32 for the seed alone")]
    Length {
        /// After base64.
        bytes: usize,
    },
}

/// A secret key, ready to sign; wiped when dropped.
pub struct UsKey {
    signing: SigningKey,
    /// What stands behind the seed.
    behind: Option<Zeroizing<[u8; SEED]>>,
    /// How the text was written.
    pub form: UsSecretForm,
}

impl UsKey {
    /// Decodes a secret key in every form that an official client takes.
    ///
    /// # Errors
    ///
    /// [`UsSecretMistake`] where none does.
    pub fn decode(secret: &Secret) -> Result<Self, UsSecretMistake> {
        let written = secret.expose();
        if written.contains("-----BEGIN") {
            return Err(UsSecretMistake::Pem);
        }
        let trimmed = written.trim();
        let text: Zeroizing<String> = Zeroizing::new(trimmed.trim_matches(['"', '\'']).split_whitespace().collect());
        let body = text.trim_end_matches('=');
        let digits = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")).unwrap_or(body);
        if digits.len() == 2 * SEED && digits.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(UsSecretMistake::Hex);
        }
        if let Some(position) = body.chars().position(|c| !(c.is_ascii_alphanumeric() || "+/-_".contains(c))) {
            return Err(UsSecretMistake::Character { position: position + 1 });
        }
        if body.contains(['-', '_']) {
            return Err(UsSecretMistake::UrlSafe);
        }
        let config = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decoded = GeneralPurpose::new(&alphabet::STANDARD, config).decode(body);
        let bytes = Zeroizing::new(decoded.map_err(|_: DecodeError| UsSecretMistake::Cut { characters: body.len() })?);
        let (Some((seed, rest)), SEED | WHOLE) = (bytes.split_first_chunk::<SEED>(), bytes.len()) else {
            return Err(UsSecretMistake::Length { bytes: bytes.len() });
        };
        let signing = SigningKey::from_bytes(seed);
        let behind = rest.first_chunk::<SEED>().copied().map(Zeroizing::new);
        let public_half = match &behind {
            None => PublicHalf::Absent,
            Some(half) if **half == signing.verifying_key().to_bytes() => PublicHalf::Fits,
            Some(_) => PublicHalf::Differs,
        };
        let form = UsSecretForm {
            bytes: bytes.len(),
            public_half,
            padded: text.len().is_multiple_of(4),
            unclean: text.as_str() != trimmed,
        };
        Ok(Self { signing, behind, form })
    }

    /// The same secret key with its second half as the seed: what comes of taking the wrong 32 bytes.
    pub fn of_wrong_half(&self) -> Option<Self> {
        let half = self.behind.as_ref()?;
        let form = UsSecretForm { bytes: SEED, public_half: PublicHalf::Absent, ..self.form };
        Some(Self { signing: SigningKey::from_bytes(half), behind: None, form })
    }

    /// The signature of a message: standard base64, 88 characters.
    pub fn sign(&self, message: &str) -> String {
        STANDARD.encode(self.sign_bytes(message))
    }

    /// The 64 bytes of the signature.
    pub(crate) fn sign_bytes(&self, message: &str) -> [u8; 64] {
        self.signing.sign(message.as_bytes()).to_bytes()
    }

    /// Whether a signature in standard base64 is of this message and this key.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        let bytes = STANDARD.decode(signature).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let signature = bytes.map(|bytes| Signature::from_bytes(&bytes));
        signature.is_some_and(|signature| self.signing.verify_strict(message.as_bytes(), &signature).is_ok())
    }

    /// A fingerprint of the seed: equal for two spellings of one secret key.
    pub fn fingerprint(&self) -> String {
        crate::secret::fingerprint(self.signing.as_bytes())
    }

    /// The seed, to be looked for in what must not hold it.
    pub(crate) fn seed(&self) -> &[u8; SEED] {
        self.signing.as_bytes()
    }
}

/// Whether a text can only be a secret key of Polymarket US: 64 bytes, the last 32 of which are the public
/// key of the first. Nothing else has that by chance.
pub fn is_us_secret(text: &Secret) -> bool {
    UsKey::decode(text).is_ok_and(|key| key.form.public_half == PublicHalf::Fits)
}

/// The text that is signed. `path` is taken as it is; leave the query out, as the clients do.
pub fn message(timestamp_ms: i64, method: &str, path: &str) -> String {
    format!("{timestamp_ms}{method}{path}")
}

/// The three headers of a request. `timestamp_ms` is in Unix milliseconds.
///
/// # Errors
///
/// [`UsSecretMistake`] when the secret key cannot be used.
pub fn headers(
    credentials: &UsCredentials,
    timestamp_ms: i64,
    method: &str,
    path: &str,
) -> Result<AuthHeaders, UsSecretMistake> {
    let signature = UsKey::decode(&credentials.secret)?.sign(&message(timestamp_ms, method, path));
    Ok(AuthHeaders::new(vec![
        (KEY_HEADER, credentials.key_id.clone()),
        (TIMESTAMP_HEADER, timestamp_ms.to_string()),
        (SIGNATURE_HEADER, signature),
    ]))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    const SEED_TEXT: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const WHOLE_TEXT: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

    fn key(text: &str) -> UsKey {
        UsKey::decode(&Secret::new(text)).unwrap()
    }

    #[test]
    fn signatures_equal_the_official_clients() {
        for (method, path, signature) in [
            (
                "GET",
                "/v1/portfolio/positions",
                "J+6zCHrZ1oeV5eDsoroD9aTVlN6mFfN3xQ+6+Wo0lfRprJUu5lRGAw/thsGiswFZ8ppYYJ6Y0alnDrsWVQ03Cg==",
            ),
            (
                "GET",
                "/v1/account/balances",
                "Er2cdqZB9YUxY/+VC7NvqoyJEjmjhtpQMm3/TRsI0Hd7QeI+GWdJa2YsdtaotjO6uPQzQBA+pBYILlZpOQgVDA==",
            ),
            (
                "POST",
                "/v1/orders",
                "xRR/kH/HO5wdmPUhcWhkAZ8CDF5wBrqUuhACpW19lzddkjuq8ARMQLRSJ8fd43s3LMUdG45a8pzW71PQmSfQCA==",
            ),
        ] {
            let text = message(1_705_420_800_000, method, path);
            assert_eq!(text, format!("1705420800000{method}{path}"));
            for secret in [SEED_TEXT, WHOLE_TEXT] {
                let credentials = UsCredentials { key_id: "id".to_owned(), secret: Secret::new(secret) };
                let headers = headers(&credentials, 1_705_420_800_000, method, path).unwrap();
                assert_eq!(headers.get(SIGNATURE_HEADER), Some(signature), "{path}");
                assert_eq!(headers.get(KEY_HEADER), Some("id"));
                assert_eq!(headers.get(TIMESTAMP_HEADER), Some("1705420800000"));
                assert!(key(secret).verifies(&text, signature));
                assert!(!key(secret).verifies(&format!("{text} "), signature));
            }
        }
    }

    /// Seed, public key, message and signature of RFC 8032, section 7.1, tests 1 to 3.
    const RFC_8032: [[&str; 4]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
    ];

    #[test]
    fn the_test_vectors_of_rfc_8032_hold() {
        for [seed, public, message, signature] in RFC_8032 {
            let whole = hex::decode(format!("{seed}{public}")).unwrap();
            let key = key(&STANDARD.encode(whole));
            assert_eq!(key.form.public_half, PublicHalf::Fits, "{seed}");
            let message = hex::decode(message).unwrap();
            assert_eq!(hex::encode(key.signing.sign(&message).to_bytes()), signature);
        }
    }

    #[test]
    fn a_secret_key_is_taken_in_every_form_that_a_client_takes() {
        let unpadded = WHOLE_TEXT.trim_end_matches('=');
        let wrapped = format!("{}\n{}", &WHOLE_TEXT[..44], &WHOLE_TEXT[44..]);
        for (text, form) in [
            (SEED_TEXT, (32, PublicHalf::Absent, true, false)),
            (WHOLE_TEXT, (64, PublicHalf::Fits, true, false)),
            (&format!(" {WHOLE_TEXT}\n"), (64, PublicHalf::Fits, true, false)),
            (unpadded, (64, PublicHalf::Fits, false, false)),
            (&format!("\"{WHOLE_TEXT}\""), (64, PublicHalf::Fits, true, true)),
            (&wrapped, (64, PublicHalf::Fits, true, true)),
        ] {
            let UsSecretForm { bytes, public_half, padded, unclean } = key(text).form;
            assert_eq!((bytes, public_half, padded, unclean), form, "{text}");
            assert_eq!(key(text).fingerprint(), key(SEED_TEXT).fingerprint());
        }
        assert_eq!(key(unpadded).form.refused_by(), Some("the Python client"));
        assert_eq!(key(WHOLE_TEXT).form.refused_by(), None);
    }

    #[test]
    fn what_is_not_a_secret_key_is_told_by_its_form() {
        let other = STANDARD.encode([[1; 32], [2; 32]].concat());
        assert_eq!(key(&other).form.public_half, PublicHalf::Differs);
        for (text, mistake) in [
            (format!("0x{}", "ab".repeat(32)), UsSecretMistake::Hex),
            ("ab".repeat(32), UsSecretMistake::Hex),
            (WHOLE_TEXT.replace('/', "_"), UsSecretMistake::UrlSafe),
            ("-----BEGIN PRIVATE KEY-----".to_owned(), UsSecretMistake::Pem),
            ("not*base64".to_owned(), UsSecretMistake::Character { position: 4 }),
            (SEED_TEXT[..41].to_owned(), UsSecretMistake::Cut { characters: 41 }),
            (STANDARD.encode([7; 31]), UsSecretMistake::Length { bytes: 31 }),
            (String::new(), UsSecretMistake::Length { bytes: 0 }),
        ] {
            assert_eq!(UsKey::decode(&Secret::new(text.clone())).err(), Some(mistake), "{text}");
        }
        assert!(is_us_secret(&Secret::new(WHOLE_TEXT)));
        assert!(!is_us_secret(&Secret::new(SEED_TEXT)) && !is_us_secret(&Secret::new(other)));
    }

    #[test]
    fn the_wrong_half_signs_otherwise() {
        let whole = key(WHOLE_TEXT);
        let wrong = whole.of_wrong_half().unwrap();
        assert_ne!(wrong.sign("message"), whole.sign("message"));
        assert!(key(SEED_TEXT).of_wrong_half().is_none());
    }
}
