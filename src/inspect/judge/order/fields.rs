//! What the fields of an order say, and what is wrong with how they are written.

use alloy_primitives::{Address, B256, U256, hex};

use crate::auth::order::{Order, Terms};
use crate::auth::placeholder::is_placeholder;
use crate::auth::wallet::SignatureType;
use crate::inspect::judge::values::{self, ValuePresence};
use crate::inspect::reading::{Posted, Scalar};

/// A number as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// The whole part.
    pub(super) value: U256,
    /// A million times the number, where it has a fraction.
    pub(super) units: Option<U256>,
    /// Written with a point or an exponent, though it is whole.
    pub(super) is_float: bool,
}

/// Reads a decimal or hexadecimal number, also as languages print it.
pub(super) fn number(text: &str) -> Option<Number> {
    let whole = |value| Number { value, units: None, is_float: false };
    let text = text.trim();
    let text = text.strip_suffix('n').unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return U256::from_str_radix(digits, 16).ok().filter(|_| !digits.is_empty()).map(whole);
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return U256::from_str_radix(text, 10).ok().map(whole);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    if digits.is_empty() || digits.len() > 90 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // digits × 10^shift
    let shift = exponent.checked_sub(i32::try_from(after.len()).ok()?)?;
    let scaled = |shift: i32| -> Option<(U256, bool)> {
        if shift >= 0 {
            let zeros = "0".repeat(usize::try_from(shift).ok().filter(|zeros| *zeros < 80)?);
            return Some((U256::from_str_radix(&format!("{digits}{zeros}"), 10).ok()?, true));
        }
        let cut = usize::try_from(shift.unsigned_abs()).ok()?;
        let (kept, lost) = digits.split_at(digits.len().saturating_sub(cut));
        let kept = if kept.is_empty() { "0" } else { kept };
        Some((U256::from_str_radix(kept, 10).ok()?, lost.bytes().all(|digit| digit == b'0')))
    };
    let (value, is_whole) = scaled(shift)?;
    let units = if is_whole { None } else { Some(scaled(shift.checked_add(6)?)?.0) };
    Some(Number { value, units, is_float: true })
}

/// 0 for BUY and 1 for SELL, as a word, a number or a member of an enum.
fn side(text: &str) -> Option<u8> {
    let upper = text.to_ascii_uppercase();
    let last = upper.trim_end_matches('>').rsplit(['.', ':', ' ']).find(|part| !part.is_empty())?;
    match last {
        "BUY" | "0" => Some(0),
        "SELL" | "1" => Some(1),
        _ if upper.contains("BUY") => Some(0),
        _ if upper.contains("SELL") => Some(1),
        _ => None,
    }
}

fn signature_type(text: &str) -> Option<u8> {
    let last = text.trim_end_matches('>').rsplit(['.', ':', ' ']).find(|part| !part.is_empty())?;
    last.parse::<u8>().ok().or_else(|| last.parse::<SignatureType>().ok().map(u8::from))
}

/// 32 bytes; nothing at all stands for zero.
fn word(text: &str) -> Option<B256> {
    let text = text.trim();
    if values::standing(text) == ValuePresence::Empty || matches!(text, "0x" | "0" | "0x0") {
        return Some(B256::ZERO);
    }
    let bytes = hex::decode(text).ok()?;
    (bytes.len() == 32).then(|| B256::from_slice(&bytes))
}

/// What was read of an order.
#[derive(Default)]
pub(super) struct Fields {
    /// As each struct that the fields fit to; the likelier one first. Empty where something is missing.
    pub(super) orders: Vec<Order>,
    /// Names of fields that are not there.
    pub(super) missing: Vec<&'static str>,
    /// A field, and what it is instead of what it should be.
    pub(super) wrong: Vec<(&'static str, String)>,
    /// Fields that only orders of version 1 have, and those that only later ones have.
    pub(super) old: Vec<&'static str>,
    pub(super) new: Vec<&'static str>,
    /// Amounts that have a fraction: `makerAmount` or `takerAmount`, and a million times it.
    pub(super) fractions: Vec<(&'static str, U256)>,
    /// Seconds; only of the body in later versions.
    pub(super) expiration: Option<U256>,
    /// Whether the text hides a part, so that nothing can be computed.
    pub(super) is_hidden: bool,
}

const OLD: [&str; 3] = ["taker", "nonce", "feeRateBps"];
const NEW: [&str; 3] = ["timestamp", "metadata", "builder"];

struct Reader<'a> {
    posted: &'a Posted,
    fields: Fields,
}

impl<'a> Reader<'a> {
    fn scalar(&self, name: &str) -> Option<&'a Scalar> {
        self.posted.field(&name.to_ascii_lowercase())
    }

    fn text(&mut self, name: &'static str) -> Option<&'a str> {
        let Some(scalar) = self.scalar(name).filter(|scalar| values::standing(&scalar.text) != ValuePresence::Empty)
        else {
            self.fields.missing.push(name);
            return None;
        };
        let is_enum = scalar.text.starts_with('<') && scalar.text.contains(':');
        let is_hidden = !is_enum
            && (values::standing(&scalar.text) == ValuePresence::Hidden
                || (is_placeholder(&scalar.text)
                    && scalar.text.bytes().any(|byte| byte.is_ascii_alphabetic() && byte != b'x')));
        if is_hidden {
            self.fields.is_hidden = true;
            return None;
        }
        Some(&scalar.text)
    }

    fn wrong(&mut self, name: &'static str, text: &str, should: &str) {
        self.fields.wrong.push((name, format!("is {}, not {should}", values::harmless(text, 50))));
    }

    fn number(&mut self, name: &'static str) -> Option<U256> {
        let text = self.text(name)?;
        let Some(number) = number(text) else {
            self.wrong(name, text, "a whole number");
            return None;
        };
        match number.units {
            // what is meant is signed, most likely
            Some(units) if name.ends_with("Amount") => {
                self.fields.fractions.push((name, units));
                return Some(units);
            }
            Some(_) => self.wrong(name, text, "a whole number"),
            None if number.is_float => self.wrong(name, text, "written as a whole number"),
            None => {}
        }
        Some(number.value)
    }

    fn address(&mut self, name: &'static str) -> Option<Address> {
        let text = self.text(name)?;
        let address = text.trim().parse().ok();
        if address.is_none() {
            self.wrong(name, text, "an EVM address (0x and 40 hex digits)");
        }
        address
    }

    /// A word that may be missing: 32 zero bytes then.
    fn word(&mut self, name: &'static str) -> Option<B256> {
        let text = self.scalar(name).map_or("", |scalar| scalar.text.as_str());
        let word = word(text);
        if word.is_none() {
            self.wrong(name, text, "32 bytes of hex");
        }
        // most orders have none, so that the rest can be checked all the same
        Some(word.unwrap_or_default())
    }

    fn of<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Option<T>, should: &str) -> Option<T> {
        let text = self.text(name)?;
        let value = read(text);
        if value.is_none() {
            self.wrong(name, text, should);
        }
        value
    }
}

pub(super) fn read(posted: &Posted) -> Fields {
    let mut reader = Reader { posted, fields: Fields::default() };
    let has = |names: [&'static str; 3]| {
        names.into_iter().filter(|name| posted.field(&name.to_ascii_lowercase()).is_some()).collect::<Vec<_>>()
    };
    reader.fields.old = has(OLD);
    reader.fields.new = has(NEW);
    let salt = reader.number("salt");
    let (maker, signer) = (reader.address("maker"), reader.address("signer"));
    let token_id = reader.number("tokenId");
    let (maker_amount, taker_amount) = (reader.number("makerAmount"), reader.number("takerAmount"));
    let side = reader.of("side", side, "BUY or SELL");
    let signature_type = reader.of("signatureType", signature_type, "a number from 0 to 3");
    // later versions may leave it out: it is not signed
    let has_expiration = reader.scalar("expiration").is_some();
    let expiration = if has_expiration { reader.number("expiration") } else { None };
    reader.fields.expiration = expiration;
    // a taker alone says nothing of the version
    let is_old = reader.fields.old.iter().any(|name| *name != "taker");
    let is_new = !reader.fields.new.is_empty();
    let mut terms = Vec::new();
    if is_new || !is_old {
        let timestamp = reader.number("timestamp");
        let (metadata, builder) = (reader.word("metadata"), reader.word("builder"));
        terms.extend(timestamp.zip(metadata).zip(builder).map(|((timestamp, metadata), builder)| Terms::V2 {
            timestamp,
            metadata,
            builder,
        }));
    }
    if is_old {
        let taker = if reader.scalar("taker").is_some() { reader.address("taker") } else { Some(Address::ZERO) };
        let (nonce, fee) = (reader.number("nonce"), reader.number("feeRateBps"));
        let expiration = if has_expiration { expiration } else { Some(U256::ZERO) };
        terms.extend(
            taker.zip(nonce).zip(fee).zip(expiration).map(|(((taker, nonce), fee_rate_bps), expiration)| Terms::V1 {
                taker,
                expiration,
                nonce,
                fee_rate_bps,
            }),
        );
    }
    let order = || {
        Some(Order {
            salt: salt?,
            maker: maker?,
            signer: signer?,
            token_id: token_id?,
            maker_amount: maker_amount?,
            taker_amount: taker_amount?,
            side: side?,
            signature_type: signature_type?,
            terms: *terms.first()?,
        })
    };
    if let Some(order) = order() {
        reader.fields.orders = terms.iter().map(|terms| Order { terms: *terms, ..order.clone() }).collect();
    }
    reader.fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_languages_print_them() {
        let read = |text| {
            number(text)
                .map(|number| (number.value.to_string(), number.units.map(|units| units.to_string()), number.is_float))
        };
        let whole = |text: &str| Some((text.to_owned(), None, false));
        assert_eq!(read("12"), whole("12"));
        assert_eq!(read("12n"), whole("12"));
        assert_eq!(read("0x0c"), whole("12"));
        assert_eq!(read("12.0"), Some(("12".into(), None, true)));
        assert_eq!(read("1.25e+3"), Some(("1250".into(), None, true)));
        assert_eq!(read("6.5"), Some(("6".into(), Some("6500000".into()), true)));
        assert_eq!(read("0.0000001"), Some(("0".into(), Some("0".into()), true)));
        for not in ["", "-5", "abc", "1e999999999999", "1e200", "0x", "0xzz", ".", "1.2.3", "é"] {
            assert_eq!(read(not), None, "{not}");
        }
    }

    #[test]
    fn sides_and_types_are_read_as_words_and_numbers() {
        for (text, expected) in
            [("BUY", 0), ("sell", 1), ("0", 0), ("Side.SELL", 1), ("<Side.BUY: 0>", 0), ("Side::Sell", 1)]
        {
            assert_eq!(side(text), Some(expected), "{text}");
        }
        assert_eq!(side("hold"), None);
        for (text, expected) in
            [("3", 3), ("<SignatureTypeV2.POLY_1271: 3>", 3), ("POLY_PROXY", 1), ("SignatureType.EOA", 0)]
        {
            assert_eq!(signature_type(text), Some(expected), "{text}");
        }
    }
}
