//! How a signature is written: the 32 bytes of an HMAC in one of the forms that clients send.

use alloy_primitives::hex;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How the captured signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::inspect) enum Encoding {
    UrlSafe,
    /// The standard alphabet, seen by a `+` or a `/`.
    Standard,
    Unpadded,
    StandardUnpadded,
    Hex,
    PrefixedHex,
    /// Base64 of the text of hex digits.
    Base64OfHex,
    /// `%2B`, `%3D`.
    Percent,
    /// Quotes or white space around it.
    Wrapped,
}

impl Encoding {
    pub(in crate::inspect) fn is_right(self) -> bool {
        self == Self::UrlSafe
    }

    pub(in crate::inspect) fn words(self) -> &'static str {
        match self {
            Self::UrlSafe => "URL-safe base64 with padding",
            Self::Standard => "standard base64 (+ and /)",
            Self::Unpadded => "base64 without its padding (=)",
            Self::StandardUnpadded => "standard base64 (+ and /) without its padding (=)",
            Self::Hex => "hex",
            Self::PrefixedHex => "hex with a 0x prefix",
            Self::Base64OfHex => "base64 of hex digits",
            Self::Percent => "percent-encoded base64",
            Self::Wrapped => "base64 with quotes or whitespace around it",
        }
    }

    /// The 32 bytes, and how they are written.
    pub(in crate::inspect) fn of(text: &str) -> Option<([u8; 32], Self)> {
        let plain = text.trim();
        let inside = inside(plain);
        if let Some(digits) = inside.strip_prefix("0x").filter(|digits| digits.len() == 64) {
            return Some((bytes(hex::decode(digits).ok()?)?, Self::PrefixedHex));
        }
        if inside.len() == 64 && inside.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some((bytes(hex::decode(inside).ok()?)?, Self::Hex));
        }
        if inside.contains('%') {
            let decoded = inside.replace("%2B", "+").replace("%2b", "+").replace("%2F", "/").replace("%2f", "/");
            let decoded = decoded.replace("%3D", "=").replace("%3d", "=");
            return Some((bytes(base64(&decoded)?)?, Self::Percent));
        }
        let decoded = base64(inside)?;
        if decoded.len() == 64 {
            let digits = std::str::from_utf8(&decoded).ok()?;
            return Some((bytes(hex::decode(digits).ok()?)?, Self::Base64OfHex));
        }
        let decoded = bytes(decoded)?;
        let is_padded = inside.ends_with('=');
        let is_standard = inside.contains(['+', '/']);
        let encoding = match (is_padded, is_standard) {
            _ if inside != plain => Self::Wrapped,
            (true, false) => Self::UrlSafe,
            (true, true) => Self::Standard,
            (false, false) => Self::Unpadded,
            (false, true) => Self::StandardUnpadded,
        };
        Some((decoded, encoding))
    }
}

/// The 64 bytes of a longer hash, in hex or in base64.
pub(in crate::inspect) fn long(text: &str) -> Option<Vec<u8>> {
    let inside = inside(text.trim());
    let digits = inside.strip_prefix("0x").unwrap_or(inside);
    hex::decode(digits).ok().or_else(|| base64(inside)).filter(|bytes| bytes.len() == 64)
}

/// Without quotes, and without what Python prints before bytes.
fn inside(text: &str) -> &str {
    let bare = text.strip_prefix('b').filter(|rest| rest.starts_with(['"', '\'']));
    bare.unwrap_or(text).trim_matches(['"', '\'']).trim()
}

fn bytes(decoded: Vec<u8>) -> Option<[u8; 32]> {
    decoded.try_into().ok()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let standard = text.replace('-', "+").replace('_', "/");
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(standard).ok()
}
