//! Values of headers: whether they are there, in which unit and in which form.

use alloy_primitives::{Signature, hex};

use super::super::finding::Finding;
use super::super::names::Header;
use crate::cause::{Cause, Certainty};
use crate::text::quoted;

/// Services beside the CLOB that publish a limit allow so many seconds either way.
const LIMIT_S: i64 = 30;

/// What a value is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValuePresence {
    Given,
    /// Nothing, or what a language prints for nothing.
    Empty,
    /// Masked, or a variable: the request had a value, and the text does not show it.
    Hidden,
}

pub(super) fn standing(value: &str) -> ValuePresence {
    let plain = value.trim().trim_matches(['"', '\'']);
    let lower = plain.to_ascii_lowercase();
    if matches!(lower.as_str(), "" | "undefined" | "null" | "none" | "nil" | "nan" | "[object promise]") {
        return ValuePresence::Empty;
    }
    let masks = ["***", "•••", "<", "redacted", "hidden", "masked", "xxxx", "{{", "...", "…"];
    if plain.starts_with('$') || masks.iter().any(|mask| lower.contains(mask)) {
        return ValuePresence::Hidden;
    }
    ValuePresence::Given
}

/// Shorter values are no secrets of an account, but for passphrases of examples.
const LEAST_SECRET: usize = 40;

/// A value that is not what it should be, to be shown; of what may be a secret, only its length.
pub(super) fn harmless(value: &str, longest: usize) -> String {
    let inside = value.trim().trim_matches(['"', '\'']);
    if inside.len() > LEAST_SECRET {
        return format!("{} characters, which are not shown here", inside.len());
    }
    quoted(value, longest)
}

/// What is wrong with a timestamp, to stand behind its name.
pub(super) fn about_timestamp(value: &str) -> Option<String> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return match value.len() {
            ..12 => None,
            12..=14 => Some(format!("is in milliseconds ({value}); it must be in seconds")),
            15..=17 => Some(format!("is in microseconds ({value}); it must be in seconds")),
            _ => Some(format!("is in nanoseconds ({}); it must be in seconds", harmless(value, 30))),
        };
    }
    let is_fraction = value.parse::<f64>().is_ok_and(f64::is_finite);
    Some(if is_fraction {
        format!("is not a whole number ({}); it must be whole seconds", harmless(value, 30))
    } else {
        format!("is not a number ({}); it must be Unix seconds", harmless(value, 40))
    })
}

/// Seconds of a timestamp in whatever unit.
pub(super) fn seconds(value: &str) -> Option<i64> {
    let number: i64 = value.split('.').next()?.parse().ok()?;
    Some(match value.len() {
        ..12 => number,
        12..=14 => number / 1000,
        15..=17 => number / 1_000_000,
        _ => number / 1_000_000_000,
    })
}

/// How far the timestamp is from the time of sending.
pub(super) fn staleness(header: Header, value: &str, sent_s: i64) -> Option<Finding> {
    let late = sent_s.saturating_sub(seconds(value)?);
    if late.abs() <= LIMIT_S {
        return None;
    }
    let (cause, side) = if late > 0 { (Cause::TimestampStale, "before") } else { (Cause::ClockDrift, "after") };
    let summary = format!("{} is {} s {side} the request was sent", header.name(), late.abs());
    let limit = format!("the CLOB publishes no limit; related Polymarket services allow {LIMIT_S} s");
    Some(Finding::new(cause, Certainty::Likely, summary).because(limit))
}

/// What the text of a wallet signature is.
pub(super) enum WalletSignature {
    Plain(Signature),
    /// A signature once it is taken out of its form, which is named.
    Changed(Signature, &'static str),
    /// No signature; what it is instead.
    Not(&'static str),
}

pub(super) fn wallet_signature(text: &str) -> WalletSignature {
    use WalletSignature::{Changed, Not, Plain};
    let inside = text.trim_matches(['"', '\'']);
    let digits = inside.strip_prefix("0x").or_else(|| inside.strip_prefix("0X"));
    let Ok(bytes) = hex::decode(digits.unwrap_or(inside)) else {
        return Not("is not hex: it must be 0x and 130 hex digits");
    };
    let raw = |bytes: &[u8]| Signature::from_raw(bytes).ok();
    match bytes.len() {
        65 => match raw(&bytes) {
            None => Not("has a recovery byte other than 27 and 28"),
            Some(signature) if digits.is_none() => Changed(signature, "has no 0x prefix"),
            Some(signature) if inside != text => Changed(signature, "has quotes around it"),
            Some(signature) if bytes[64] < 27 => Changed(signature, "ends in 00 or 01 instead of 1b or 1c"),
            Some(signature) => Plain(signature),
        },
        64 => {
            // EIP-2098: the recovery bit is the first of s
            let mut long = bytes.clone();
            long.push(27 + (bytes[32] >> 7));
            long[32] &= 0x7f;
            raw(&long).map_or(Not("is 64 bytes, not 65"), |signature| {
                Changed(signature, "is in the compact form of 64 bytes; it must be 65")
            })
        }
        66.. => match bytes.get(..65).and_then(raw) {
            Some(signature) => Changed(signature, "is wrapped for a contract wallet; L1 needs the plain 65 bytes"),
            None => Not("is longer than 65 bytes"),
        },
        _ => Not("is shorter than 65 bytes: part of it is missing"),
    }
}
