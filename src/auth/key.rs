//! The text of a private key to a signing key, or the mistake in it, by name.
//!
//! Which client accepts which text was measured on ethers 5, viem, eth-account and alloy. Two of
//! their answers are traps: eth-account takes 63 digits and silently uses another account, and the
//! often repeated advice that `0x` is required holds for viem only.

use alloy_primitives::hex;
use alloy_signer_local::PrivateKeySigner;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::placeholder::is_placeholder;
use crate::secret::Secret;

/// Why a text is not a private key. The messages hold lengths and kinds, never the text.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "mistake")]
pub enum KeyMistake {
    /// There are no digits beside spaces, quotes and `0x`.
    #[error("it is empty")]
    Empty,
    /// It has 40 hex digits.
    #[error("it is a wallet address (40 hex digits), not a private key")]
    Address,
    /// It consists of at least 12 words.
    #[error("it is a recovery phrase of {words} words; export the private key of the account instead")]
    Mnemonic {
        /// How many words there are.
        words: usize,
    },
    /// It begins with `{`, as a keystore does.
    #[error("it is a keystore file (JSON); pass the file with --keystore and unlock it with its password")]
    KeystoreJson,
    /// A keystore was named, and gave no key.
    #[error("the keystore could not be unlocked: {reason}")]
    Keystore {
        /// Why, such as a wrong password or a damaged file; stands behind a colon.
        reason: String,
    },
    /// It is what example files have in the place of a value, such as `your_private_key_here`.
    #[error("it is still the placeholder of an example file")]
    Placeholder,
    /// The reason stands behind "it".
    #[error("it {reason}")]
    NotThere {
        /// Why there is no key where it should be: a clause that follows "it".
        reason: String,
    },
    /// It has as many hex digits as a public key: 66 from `02` or `03`, 130 from `04`, or 128.
    #[error("it is a public key ({digits} hex digits), which cannot sign")]
    PublicKey {
        /// Hex digits behind `0x`.
        digits: usize,
    },
    /// It is 43 characters of base64, with or without padding.
    #[error("it is base64 of 32 bytes; clients need hex. An API secret looks like this too")]
    Base64,
    /// It is 80 to 90 characters of base58.
    #[error("it looks like base58, as Solana wallets export it; Polymarket needs an EVM key in hex")]
    Base58,
    /// It is hex of a length that nothing known has.
    #[error("it has {digits} hex digits instead of 64")]
    Length {
        /// Hex digits behind `0x`.
        digits: usize,
    },
    /// It has 63 hex digits.
    #[error(
        "it has {digits} hex digits instead of 64: one was lost when it was copied (Python clients accept this and silently use a different account)"
    )]
    LostDigit {
        /// Hex digits behind `0x`: 63.
        digits: usize,
    },
    /// It has a character that is not a hex digit, and is no other known form.
    #[error("character {position} is not a hex digit")]
    NotHex {
        /// Place of the first such character behind `0x`, from 1.
        position: usize,
    },
    /// All 32 bytes are zero.
    #[error("it is zero, which is not a valid key")]
    Zero,
    /// The number is not below the order of secp256k1, `0xffff…4141`.
    #[error("it is larger than the secp256k1 group order, so it is not a valid key")]
    OutOfRange,
}

/// What is unusual about a text that is a key all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyRemark {
    /// No `0x` before the digits: only viem refuses it.
    NoPrefix,
    /// `0X` instead of `0x`: not every client takes it.
    UpperCasePrefix,
    /// Spaces or a line end around it: every client refuses that.
    Whitespace,
    /// Quotes around it: every client refuses that.
    Quotes,
    /// A byte-order mark before it: every client refuses that.
    ByteOrderMark,
}

impl KeyRemark {
    /// Whether official clients refuse the text as it stands.
    pub fn is_refused(self) -> bool {
        !matches!(self, Self::NoPrefix | Self::UpperCasePrefix)
    }

    /// A clause with the clients that refuse it, without capital and full stop.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoPrefix => "it has no 0x prefix: ethers, eth-account and alloy accept that, viem rejects it",
            Self::UpperCasePrefix => "the prefix is 0X; write 0x, which every client accepts",
            Self::Whitespace => "it has spaces or a newline around it, which every official client rejects",
            Self::Quotes => "it has quotes around it, which every official client rejects",
            Self::ByteOrderMark => "it starts with a byte-order mark, which every official client rejects",
        }
    }
}

/// A key that can sign, and what is unusual about its text.
#[derive(Debug)]
pub struct ParsedKey {
    /// Signs with the key; its address is the account's signer.
    pub signer: PrivateKeySigner,
    /// Empty for `0x` and 64 hex digits with nothing around them.
    pub warnings: Vec<KeyRemark>,
}

/// Reads a private key as 32 bytes of hex, mending what can be mended and naming what cannot.
///
/// # Errors
///
/// The [`KeyMistake`] that explains best what the text is instead.
pub fn parse(text: &Secret) -> Result<ParsedKey, KeyMistake> {
    let mut warnings = Vec::new();
    let mut rest = text.expose();
    if let Some(without) = rest.strip_prefix('\u{feff}') {
        rest = without;
        warnings.push(KeyRemark::ByteOrderMark);
    }
    if rest.trim() != rest {
        rest = rest.trim();
        warnings.push(KeyRemark::Whitespace);
    }
    if let Some(inside) = unquote(rest) {
        rest = inside.trim();
        warnings.push(KeyRemark::Quotes);
    }
    let digits = match (rest.strip_prefix("0x"), rest.strip_prefix("0X")) {
        (Some(digits), _) => digits,
        (None, Some(digits)) => {
            warnings.push(KeyRemark::UpperCasePrefix);
            digits
        }
        (None, None) => {
            warnings.push(KeyRemark::NoPrefix);
            rest
        }
    };
    let bytes = to_bytes(rest, digits)?;
    let signer = PrivateKeySigner::from_slice(bytes.as_slice()).map_err(|_| KeyMistake::OutOfRange)?;
    Ok(ParsedKey { signer, warnings })
}

fn unquote(text: &str) -> Option<&str> {
    ['"', '\'', '`'].iter().find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

fn to_bytes(whole: &str, digits: &str) -> Result<zeroize::Zeroizing<[u8; 32]>, KeyMistake> {
    if digits.is_empty() {
        return Err(KeyMistake::Empty);
    }
    if let Some(position) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
        return Err(other_encoding(whole).unwrap_or(KeyMistake::NotHex { position: position + 1 }));
    }
    match digits.len() {
        64 => {}
        40 => return Err(KeyMistake::Address),
        63 => return Err(KeyMistake::LostDigit { digits: 63 }),
        66 if digits.starts_with("02") || digits.starts_with("03") => return Err(KeyMistake::PublicKey { digits: 66 }),
        130 if digits.starts_with("04") => return Err(KeyMistake::PublicKey { digits: 130 }),
        // a key that was pasted twice is no public key
        128 if digits[..64] != digits[64..] => return Err(KeyMistake::PublicKey { digits: 128 }),
        other => return Err(KeyMistake::Length { digits: other }),
    }
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| KeyMistake::NotHex { position: 0 })?;
    if bytes.iter().all(|&byte| byte == 0) { Err(KeyMistake::Zero) } else { Ok(bytes) }
}

fn other_encoding(text: &str) -> Option<KeyMistake> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if is_placeholder(text) {
        return Some(KeyMistake::Placeholder);
    }
    if text.starts_with('{') {
        return Some(KeyMistake::KeystoreJson);
    }
    if words.len() >= 12 && words.iter().all(|word| word.chars().all(char::is_alphabetic)) {
        return Some(KeyMistake::Mnemonic { words: words.len() });
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    if (43..=44).contains(&text.len()) && text.chars().all(is_base64) && text.trim_end_matches('=').len() == 43 {
        return Some(KeyMistake::Base64);
    }
    let is_base58 = |c: char| c.is_ascii_alphanumeric() && !"0OIl".contains(c);
    ((80..=90).contains(&text.len()) && text.chars().all(is_base58)).then_some(KeyMistake::Base58)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const ADDRESS: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    fn mistake(text: &str) -> KeyMistake {
        parse(&Secret::new(text)).expect_err(text)
    }

    #[test]
    fn mends_what_can_be_mended() {
        for (text, warnings) in [
            (format!("0x{KEY}"), vec![]),
            (format!("0x{}", KEY.to_uppercase()), vec![]),
            (KEY.to_owned(), vec![KeyRemark::NoPrefix]),
            (format!("0X{KEY}"), vec![KeyRemark::UpperCasePrefix]),
            (format!(" 0x{KEY}\r\n"), vec![KeyRemark::Whitespace]),
            (format!("\"0x{KEY}\""), vec![KeyRemark::Quotes]),
            (format!("'{KEY}'"), vec![KeyRemark::Quotes, KeyRemark::NoPrefix]),
            (format!("\u{feff}0x{KEY}"), vec![KeyRemark::ByteOrderMark]),
        ] {
            let parsed = parse(&Secret::new(text.clone())).expect(&text);
            assert_eq!(parsed.signer.address().to_string(), ADDRESS, "{text}");
            assert_eq!(parsed.warnings, warnings, "{text}");
        }
    }

    #[test]
    fn names_the_mistake() {
        assert_eq!(mistake(""), KeyMistake::Empty);
        assert_eq!(mistake("0x"), KeyMistake::Empty);
        assert_eq!(mistake(ADDRESS), KeyMistake::Address);
        assert_eq!(
            mistake("test test test test test test test test test test test junk"),
            KeyMistake::Mnemonic { words: 12 }
        );
        assert_eq!(mistake("{\"version\":3}"), KeyMistake::KeystoreJson);
        assert_eq!(mistake(&format!("02{KEY}")), KeyMistake::PublicKey { digits: 66 });
        assert_eq!(mistake(&format!("{KEY}{KEY}")), KeyMistake::Length { digits: 128 });
        assert_eq!(mistake(&format!("0x04{KEY}{KEY}")), KeyMistake::PublicKey { digits: 130 });
        assert_eq!(mistake("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE="), KeyMistake::Base64);
        assert_eq!(mistake(&"5J3mBbAH58CpQ3Y5RNJpUKPE62SQ5tfcvU2JpbnkeyhfsYB1Jcn".repeat(2)[..88]), KeyMistake::Base58);
        assert_eq!(mistake(&KEY[1..]), KeyMistake::LostDigit { digits: 63 });
        assert_eq!(mistake(&format!("{KEY}aa")), KeyMistake::Length { digits: 66 });
        assert_eq!(mistake(&KEY.replace('9', "z")), KeyMistake::NotHex { position: 4 });
        assert_eq!(mistake(&format!("0x{}", "0".repeat(64))), KeyMistake::Zero);
        assert_eq!(
            mistake("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
            KeyMistake::OutOfRange
        );
        assert_eq!(mistake("<your key>"), KeyMistake::Placeholder);
        assert_eq!(mistake("0xYOUR_PRIVATE_KEY_HERE"), KeyMistake::Placeholder);
    }

    #[test]
    fn messages_never_hold_the_text() {
        for text in [&KEY[1..], &KEY.replace('9', "z"), &format!("{KEY}aa")] {
            assert!(!mistake(text).to_string().contains(&text[..8]));
        }
    }
}
