//! Names of headers: the right ones, and what people write in their place.

use crate::auth::us;

/// A header that the services read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Header {
    Address,
    Signature,
    Timestamp,
    Nonce,
    ApiKey,
    Passphrase,
    BuilderKey,
    BuilderSignature,
    BuilderTimestamp,
    BuilderPassphrase,
    RelayerKey,
    RelayerAddress,
    UsKey,
    UsTimestamp,
    UsSignature,
}

use Header::{
    Address, ApiKey, BuilderKey, BuilderPassphrase, BuilderSignature, BuilderTimestamp, Nonce, Passphrase,
    RelayerAddress, RelayerKey, Signature, Timestamp, UsKey, UsSignature, UsTimestamp,
};

pub(super) const L1: [Header; 4] = [Address, Signature, Timestamp, Nonce];
pub(super) const L2: [Header; 5] = [Address, Signature, Timestamp, ApiKey, Passphrase];
pub(super) const BUILDER: [Header; 4] = [BuilderKey, BuilderSignature, BuilderTimestamp, BuilderPassphrase];
/// What the relayer takes in the place of builder headers.
pub(super) const RELAYER: [Header; 2] = [RelayerKey, RelayerAddress];
/// Of Polymarket US.
pub(super) const US: [Header; 3] = [UsKey, UsTimestamp, UsSignature];

impl Header {
    fn all() -> impl Iterator<Item = Self> {
        L2.into_iter().chain([Nonce]).chain(BUILDER).chain(RELAYER)
    }

    /// Of the CLOB's L1 or L2 headers.
    pub(super) fn is_of_clob(self) -> bool {
        self == Nonce || L2.contains(&self)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Address => "POLY_ADDRESS",
            Signature => "POLY_SIGNATURE",
            Timestamp => "POLY_TIMESTAMP",
            Nonce => "POLY_NONCE",
            ApiKey => "POLY_API_KEY",
            Passphrase => "POLY_PASSPHRASE",
            BuilderKey => "POLY_BUILDER_API_KEY",
            BuilderSignature => "POLY_BUILDER_SIGNATURE",
            BuilderTimestamp => "POLY_BUILDER_TIMESTAMP",
            BuilderPassphrase => "POLY_BUILDER_PASSPHRASE",
            RelayerKey => "RELAYER_API_KEY",
            RelayerAddress => "RELAYER_API_KEY_ADDRESS",
            UsKey => us::KEY_HEADER,
            UsTimestamp => us::TIMESTAMP_HEADER,
            UsSignature => us::SIGNATURE_HEADER,
        }
    }

    /// Of Polymarket US.
    pub(super) fn is_us(self) -> bool {
        US.contains(&self)
    }

    /// Of the word behind `X-PM-`.
    fn of_us(word: &str) -> Option<Self> {
        match word {
            "ACCESS_KEY" | "ACCESS_KEY_ID" | "KEY" | "KEY_ID" | "API_KEY" => Some(UsKey),
            "TIMESTAMP" | "ACCESS_TIMESTAMP" | "TIME" | "TS" => Some(UsTimestamp),
            "SIGNATURE" | "ACCESS_SIGNATURE" | "SIGN" | "SIG" => Some(UsSignature),
            _ => None,
        }
    }

    /// What its value is, where that is a secret.
    pub(super) fn secret(self) -> Option<&'static str> {
        match self {
            Passphrase => Some("API passphrase"),
            BuilderPassphrase => Some("builder passphrase"),
            RelayerKey => Some("relayer API key"),
            _ => None,
        }
    }

    /// Of the word behind the relayer's name.
    fn of_relayer(word: &str) -> Option<Self> {
        match word {
            "API_KEY" | "KEY" | "APIKEY" | "API_KEY_ID" | "API" => Some(RelayerKey),
            "API_KEY_ADDRESS" | "API_ADDRESS" | "ADDRESS" | "KEY_ADDRESS" | "APIKEY_ADDRESS" | "API_KEY_ADDR"
            | "API_KEY_OWNER" => Some(RelayerAddress),
            _ => None,
        }
    }

    /// Of the word behind the prefix.
    fn of_word(word: &str, is_builder: bool) -> Option<Self> {
        let header = match word {
            "ADDRESS" | "ADDR" | "WALLET" | "WALLET_ADDRESS" | "SIGNER" | "API_ADDRESS" | "USER_ADDRESS" => Address,
            "SIGNATURE" | "SIGN" | "SIG" | "API_SIGNATURE" | "API_SIGN" | "ACCESS_SIGN" | "HMAC" => Signature,
            "TIMESTAMP" | "TIME" | "TS" | "API_TIMESTAMP" | "TIME_STAMP" | "ACCESS_TIMESTAMP" => Timestamp,
            "NONCE" | "API_NONCE" => Nonce,
            "API_KEY" | "APIKEY" | "KEY" | "API_KEY_ID" | "ACCESS_KEY" | "API_ID" => ApiKey,
            "PASSPHRASE" | "PASS_PHRASE" | "API_PASSPHRASE" | "API_PASS_PHRASE" | "PASSWORD" | "PASS"
            | "ACCESS_PASSPHRASE" | "PHRASE" => Passphrase,
            _ => return None,
        };
        match (header, is_builder) {
            (header, false) => Some(header),
            (Signature, true) => Some(BuilderSignature),
            (Timestamp, true) => Some(BuilderTimestamp),
            (ApiKey, true) => Some(BuilderKey),
            (Passphrase, true) => Some(BuilderPassphrase),
            _ => None,
        }
    }
}

/// Whether the value of a header is never shown.
pub(super) fn is_secret(header: Header) -> bool {
    header.secret().is_some()
}

/// Longer names are none of these, nor meant to be: comparing letters takes time by their number.
const LONGEST: usize = 64;

/// The header that a name is, or is meant to be.
pub(super) fn canonical(name: &str) -> Option<Header> {
    if name.len() > LONGEST {
        return None;
    }
    // what CGI and WSGI make of a header
    let upper = name.trim().to_ascii_uppercase().replace(['-', ' ', '.'], "_");
    let upper = upper.strip_prefix("HTTP_").unwrap_or(&upper);
    if let Some(word) = upper.strip_prefix("X_PM_") {
        return Header::of_us(word);
    }
    if let Some(header) = Header::all().find(|header| header.name() == upper) {
        return Some(header);
    }
    let relayer = ["", "X_", "POLY_", "POLYMARKET_"]
        .iter()
        .find_map(|prefix| upper.strip_prefix(prefix)?.strip_prefix("RELAYER_"));
    if let Some(word) = relayer {
        let near = |header: &Header| strsim::damerau_levenshtein(header.name(), upper) <= 2;
        return Header::of_relayer(word).or_else(|| RELAYER.into_iter().find(near));
    }
    let word = ["POLYMARKET_", "POLY_", "CLOB_", "X_POLY_", "X_POLYMARKET_", "PM_", "POLYBUILDER_"]
        .iter()
        .find_map(|prefix| upper.strip_prefix(prefix))
        .or_else(|| upper.strip_prefix("POLY"))?;
    let (word, is_builder) = match word.strip_prefix("BUILDER_") {
        Some(word) => (word, true),
        None => (word, upper.starts_with("POLYBUILDER_")),
    };
    Header::of_word(word, is_builder).or_else(|| {
        // a typo: one or two letters
        let near = |header: &Header| strsim::damerau_levenshtein(header.name(), upper) <= 2;
        Header::all().filter(near).min_by_key(|header| strsim::damerau_levenshtein(header.name(), upper))
    })
}

/// Whether a server reads this name as that header: HTTP ignores case, and dashes are not underscores.
pub(super) fn is_right(name: &str, header: Header) -> bool {
    let name = name.trim();
    // a server's own name for it says what the server read
    let is_of_server = || {
        let plain = header.name().replace('-', "_").to_ascii_uppercase();
        name.strip_prefix("HTTP_") == Some(plain.as_str())
    };
    name.eq_ignore_ascii_case(header.name()) || is_of_server()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alike_names_are_told_from_the_right_ones() {
        for (name, header, right) in [
            ("POLY_ADDRESS", Address, true),
            ("poly_address", Address, true),
            ("POLY-ADDRESS", Address, false),
            ("Poly-Api-Key", ApiKey, false),
            ("POLY_API_TIMESTAMP", Timestamp, false),
            ("POLY_API_PASSPHRASE", Passphrase, false),
            ("POLYMARKET_SIGNATURE", Signature, false),
            ("POLY_SIGNITURE", Signature, false),
            ("POLY_BUILDER_KEY", BuilderKey, false),
            ("HTTP_POLY_NONCE", Nonce, true),
            ("poly-builder-signature", BuilderSignature, false),
            ("RELAYER_API_KEY", RelayerKey, true),
            ("relayer_api_key_address", RelayerAddress, true),
            ("RELAYER-API-KEY", RelayerKey, false),
            ("X-Relayer-Api-Key", RelayerKey, false),
            ("RELAYER_ADDRESS", RelayerAddress, false),
            ("POLYMARKET_RELAYER_API_KEY_ADDRESS", RelayerAddress, false),
            ("RELAYER_API_KEY_ADRESS", RelayerAddress, false),
        ] {
            assert_eq!(canonical(name), Some(header), "{name}");
            assert_eq!(is_right(name, header), right, "{name}");
        }
        // a megabyte of letters is no typo, and costs nothing
        assert_eq!(canonical(&format!("POLY_{}", "A".repeat(1 << 20))), None);
        for name in ["Content-Type", "POLYGON_RPC", "Authorization", "x-api-key", "POLY", "RELAYER_URL", "RELAYER"] {
            assert_eq!(canonical(name), None, "{name}");
        }
    }
}
