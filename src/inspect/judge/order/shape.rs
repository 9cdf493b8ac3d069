//! Fields of an order that are missing, misnamed or of another version.

use super::OrderCase;
use super::fields::Fields;
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::Finding;
use crate::inspect::judge::values::{self, ValuePresence};
use crate::inspect::reading::plain_name;
use crate::text::quoted;

/// When the production CLOB went over to orders of version 2.
const V2_SINCE: &str = "2026-04-28";

impl OrderCase<'_> {
    /// Fields that are missing, or written in a way that no server reads.
    pub(super) fn shape(&mut self, fields: &Fields) {
        if !fields.missing.is_empty() {
            let missing = fields.missing.join(", ");
            let summary = format!("Missing or empty: {missing}");
            self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), format!("Add {missing}"));
        }
        for (name, said) in &fields.wrong {
            let summary = format!("{name} {said}");
            let cause = match *name {
                "signatureType" => Cause::OrderSignatureType,
                "signer" => Cause::OrderSignerField,
                "builder" => Cause::OrderBuilderMissing,
                "timestamp" => Cause::TimestampUnit,
                "expiration" => Cause::OrderExpirationUnit,
                _ => Cause::OrderParameters,
            };
            self.add(Finding::new(cause, Certainty::Likely, summary), format!("Correct {name} and sign again"));
        }
        if fields.is_hidden {
            self.notes.push("Parts of the order are hidden in this text, so its signature was not checked".to_owned());
        }
        if !self.posted.is_body {
            return;
        }
        let known = [
            "salt",
            "maker",
            "signer",
            "taker",
            "tokenId",
            "makerAmount",
            "takerAmount",
            "side",
            "expiration",
            "nonce",
            "feeRateBps",
            "signatureType",
            "timestamp",
            "metadata",
            "builder",
            "signature",
        ];
        let renamed = self.posted.fields.iter().filter_map(|(name, _)| {
            let wanted = known.iter().find(|known| known.to_ascii_lowercase() == plain_name(name))?;
            (wanted != name).then(|| format!("{} instead of {wanted}", quoted(name, 30)))
        });
        let renamed: Vec<String> = renamed.collect();
        if !renamed.is_empty() {
            let summary = format!("Field names that the server does not read: {}", renamed.join(", "));
            self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), "Rename the fields");
        }
        if self.posted.is_text {
            let summary = "The order is a string in the body; it must be a JSON object";
            self.add(
                Finding::new(Cause::OrderParameters, Certainty::Likely, summary),
                "Put the order into the body as an object, and serialize the whole body once",
            );
        }
        self.prefixes();
        let side = self.posted.field("side").filter(|side| !matches!(side.text.as_str(), "BUY" | "SELL"));
        if let Some(side) = side {
            let summary = format!(
                "side is {}: the body has BUY or SELL (only the typed data has 0 or 1)",
                quoted(&side.text, 20)
            );
            self.add(
                Finding::new(Cause::OrderParameters, Certainty::Likely, summary),
                "Set side to \"BUY\" or \"SELL\"",
            );
        }
        self.kinds();
    }

    /// Numbers where strings belong, and the other way round.
    fn kinds(&mut self) {
        let numbers = ["makerAmount", "takerAmount", "tokenId", "timestamp", "expiration", "nonce", "feeRateBps"];
        let bare = numbers.into_iter().filter(|name| {
            self.posted
                .field(&name.to_ascii_lowercase())
                .is_some_and(|value| !value.is_quoted && values::standing(&value.text) == ValuePresence::Given)
        });
        let bare: Vec<&str> = bare.collect();
        if !bare.is_empty() {
            let names = bare.join(", ");
            let summary = format!("Numbers in the body that should be strings: {names}");
            let finding = Finding::new(Cause::OrderParameters, Certainty::Possible, summary);
            self.add(
                finding
                    .because("official clients send them as decimal strings; JavaScript rounds large numbers")
                    .fix(format!("Send {names} as decimal strings, or let an official client build the body")),
                format!("Send {names} as decimal strings"),
            );
        }
        let quoted: Vec<&str> = ["salt", "signatureType"]
            .into_iter()
            .filter(|name| self.posted.field(&name.to_ascii_lowercase()).is_some_and(|value| value.is_quoted))
            .collect();
        if !quoted.is_empty() {
            let names = quoted.join(", ");
            let summary = format!("Strings in the body that should be numbers: {names}");
            let finding = Finding::new(Cause::OrderParameters, Certainty::Possible, summary);
            self.add(
                finding
                    .because("official clients send JSON numbers there")
                    .fix(format!("Send {names} without quotes, or let an official client build the body")),
                format!("Send {names} without quotes, as JSON numbers"),
            );
        }
    }

    /// Hex without its prefix, and numbers with one.
    fn prefixes(&mut self) {
        let text = |name: &str| self.posted.field(&name.to_ascii_lowercase()).map_or("", |value| value.text.trim());
        let is_bare = |name: &&str| {
            let text = text(name);
            matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let is_hex = |name: &&str| text(name).starts_with("0x");
        let bare: Vec<&str> = ["maker", "signer", "taker", "metadata"].into_iter().filter(is_bare).collect();
        let hex: Vec<&str> = ["tokenId", "makerAmount", "takerAmount", "salt"].into_iter().filter(is_hex).collect();
        let is_bare_code = is_bare(&"builder");
        if !bare.is_empty() {
            let names = bare.join(", ");
            let summary = format!("No 0x prefix: {names}");
            self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), format!("Add 0x to {names}"));
        }
        if is_bare_code {
            let finding =
                Finding::new(Cause::OrderBuilderMissing, Certainty::Likely, "The builder code has no 0x prefix");
            self.add(finding.fix("Add 0x to the builder code"), "Add 0x to builder");
        }
        if !hex.is_empty() {
            let names = hex.join(", ");
            let summary = format!("Numbers in hex that should be decimal: {names}");
            let change = format!("Write {names} as decimal numbers");
            self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), change);
        }
    }

    /// Fields of two versions in one order, and a version that the server no longer takes.
    pub(super) fn version(&mut self, fields: &Fields) {
        let is_old = fields.old.iter().any(|name| *name != "taker");
        if is_old && !fields.new.is_empty() {
            let summary =
                format!("Fields of two versions: {} of V1, {} of V2", fields.old.join(", "), fields.new.join(", "));
            let finding = Finding::new(Cause::OrderWrongVersion, Certainty::Likely, summary);
            self.add(finding, format!("Build the order with V2 fields only: remove {}", fields.old.join(", ")));
        } else if !fields.new.is_empty() && !fields.old.is_empty() {
            let summary = "A V2 order with the field taker, which only V1 orders have";
            self.add(Finding::new(Cause::OrderWrongVersion, Certainty::Likely, summary), "Remove taker");
        } else if is_old && self.posted.carrier.as_ref().is_some_and(|carrier| carrier.is_official) {
            let summary = "A V1 order was sent to the production CLOB, which accepts only V2 orders";
            let finding = Finding::new(Cause::OrderWrongVersion, Certainty::Likely, summary);
            let finding =
                finding.because(format!("it has {}, and no timestamp; V2 since {V2_SINCE}", fields.old.join(", ")));
            self.add(finding, "Build and sign the order with a V2 client");
        } else if is_old {
            self.notes.push(format!("This is a V1 order; the production CLOB accepts only V2 orders since {V2_SINCE}"));
        }
    }
}
