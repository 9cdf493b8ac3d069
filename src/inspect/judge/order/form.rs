//! The form of an order's signature: hex, length and last byte.

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::{COMPACT, OrderCase};
use crate::auth::order::OrderSignature;
use crate::auth::placeholder::is_placeholder;
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::Finding;
use crate::inspect::judge::values::{self, ValuePresence};

impl OrderCase<'_> {
    /// The bytes of the signature as they were sent.
    pub(super) fn signature_bytes(&self) -> Option<Vec<u8>> {
        hex::decode(self.posted.field("signature")?.text.trim()).ok()
    }

    /// The signature, in whatever form it is.
    pub(super) fn signature(&mut self) -> Option<OrderSignature> {
        let encoding =
            |summary: String, certainty| Finding::new(Cause::SignatureEncoding, certainty, summary).without_code();
        let wanted = "Send the signature as 0x and 130 hex digits, the last two 1b or 1c";
        let Some(scalar) =
            self.posted.field("signature").filter(|scalar| values::standing(&scalar.text) != ValuePresence::Empty)
        else {
            if self.posted.is_body {
                let summary = "The order has no signature";
                self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), "Sign the order");
            } else {
                self.notes.push("This text does not contain the signature of the order".to_owned());
            }
            return None;
        };
        let text = scalar.text.trim();
        if values::standing(text) == ValuePresence::Hidden || is_placeholder(text) {
            self.notes.push("The signature is hidden in this text, so it was not checked".to_owned());
            return None;
        }
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let bytes = hex::decode(digits.unwrap_or(text));
        let is_hex = bytes.is_ok();
        if !is_hex {
            let summary = "The signature is not hex".to_owned();
            self.add(encoding(summary, Certainty::Likely).fix(wanted), wanted);
        }
        let plain = || [STANDARD, URL_SAFE].iter().find_map(|base64| base64.decode(text).ok());
        let mut bytes = bytes.ok().or_else(plain)?;
        if digits.is_none() && is_hex {
            let summary = "The signature has no 0x prefix".to_owned();
            self.add(encoding(summary, Certainty::Likely).fix("Add 0x to the signature"), "Add 0x to the signature");
        }
        match (bytes.len(), bytes.last().copied()) {
            (64, _) => {
                let summary = format!("{COMPACT}, the compact form of EIP-2098; clients send 65");
                let finding = encoding(summary, Certainty::Possible)
                    .because("the exchange contract accepts both forms; what the CLOB accepts is not published");
                self.add(finding.fix(wanted), wanted);
            }
            (65, Some(0 | 1)) => {
                let summary = "The signature ends in 00 or 01 instead of 1b or 1c".to_owned();
                let finding = encoding(summary, Certainty::Likely).because("ecrecover accepts only 27 and 28");
                self.add(
                    finding.fix("Add 27 to the last byte of the signature"),
                    "Add 27 to the last byte of the signature",
                );
            }
            (65, Some(last)) if !matches!(last, 27 | 28) => {
                let safe = if matches!(last, 31 | 32) {
                    "; a Safe transaction is signed like that, an order is not"
                } else {
                    ""
                };
                let summary = format!("The signature ends in {last:02x} instead of 1b or 1c{safe}");
                self.add(encoding(summary, Certainty::Likely).fix(wanted), wanted);
                // of a Safe's, the bit is known; any other byte is not of this signature
                if !matches!(last, 31 | 32) {
                    return None;
                }
                bytes[64] = last - 4;
            }
            _ => {}
        }
        let decoded = OrderSignature::decode(&bytes);
        if decoded.is_none() {
            let summary = format!(
                "The signature has {} bytes: {}",
                bytes.len(),
                if bytes.len() < 65 { "part of it is missing" } else { "no signature format has this length" }
            );
            let finding = encoding(summary, Certainty::Likely)
                .because("types 0 to 2 have 65 bytes, type 3 has 317, a session key 480");
            self.add(
                finding.fix("Send the complete signature, as the client created it"),
                "Send the complete signature, as it was created",
            );
        }
        decoded
    }
}
