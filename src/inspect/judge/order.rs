//! What is wrong with one order: its fields, what was signed, and whose it is.

mod candidates;
mod fields;
mod numbers;
mod search;
mod wallets;

use alloy_primitives::{Address, Signature, hex};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use self::candidates::Candidates;
use self::fields::Fields;
use self::search::{Expected, Explained, Opened};
use self::wallets::Key;
use super::values::{self, Standing};
use crate::auth::contracts;
use crate::auth::order::{Order, OrderSignature, Terms, Version};
use crate::auth::placeholder::is_placeholder;
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::{Finding, add};
use crate::inspect::known::Known;
use crate::inspect::reading::Posted;
use crate::inspect::{Inspected, Kind, Outcome};
use crate::text::quoted;

/// How the finding about a compact signature begins.
const COMPACT: &str = "The signature has 64 bytes";

/// When the production CLOB went over to orders of version 2.
const V2_SINCE: &str = "2026-04-28";

/// An order under inspection.
struct OrderCase<'a> {
    posted: &'a Posted,
    known: &'a Known,
    findings: Vec<Finding>,
    notes: Vec<String>,
    /// What is said last: that nothing explains the signature.
    unexplained: Vec<(Finding, &'static str)>,
    /// What would have to change for the order to be accepted.
    changes: Vec<String>,
    outcome: Outcome,
    reproduced_by: Option<Value>,
    /// Whose signature it is, and the exchange it is for, in words.
    signed: Option<(Address, String)>,
}

pub(in crate::inspect) fn inspect(posted: &Posted, known: &Known) -> Inspected {
    let mut case = OrderCase {
        posted,
        known,
        findings: Vec::new(),
        notes: Vec::new(),
        unexplained: Vec::new(),
        changes: Vec::new(),
        outcome: Outcome::Unchecked,
        reproduced_by: None,
        signed: None,
    };
    let fields = fields::read(posted);
    case.shape(&fields);
    case.version(&fields);
    let signature = case.signature();
    let order = fields.orders.first().cloned();
    let signed = signature.and_then(|signature| case.search(&signature, &fields));
    if let Some(order) = &order {
        let key = case.key(order, signed.as_ref());
        // what was changed afterwards is named already; the rules are for what the client meant
        let meant = signed.as_ref().map_or(order, |(_, signed)| signed);
        if let Some(key) = key {
            case.wallets(meant, key);
        }
        case.header(meant, key);
        case.numbers(order, &fields);
    }
    case.body();
    case.signed_values();
    for (finding, change) in std::mem::take(&mut case.unexplained) {
        case.add(finding, change);
    }
    case.findings.sort_by_key(|finding| std::cmp::Reverse(finding.certainty));
    if case.outcome == Outcome::Right && case.findings.iter().any(|finding| finding.certainty == Certainty::Proven) {
        case.outcome = Outcome::Mistaken;
    }
    if case.findings.is_empty() {
        case.changes.clear();
    }
    let order = order.map(|order| case.summary(&order));
    Inspected {
        kind: Kind::Order,
        line: posted.line,
        form: posted.form,
        method: None,
        path: None,
        outcome: case.outcome,
        findings: case.findings,
        reproduced_by: case.reproduced_by,
        notes: case.notes,
        order,
        changes: case.changes,
    }
}

impl OrderCase<'_> {
    /// Adds a finding, and what would have to change.
    fn add(&mut self, finding: Finding, change: impl Into<String>) {
        let change = change.into();
        if !change.is_empty() && !self.changes.contains(&change) {
            self.changes.push(change);
        }
        add(&mut self.findings, finding);
    }

    /// Fields that are missing, or written in a way that no server reads.
    fn shape(&mut self, fields: &Fields) {
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
            let wanted =
                known.iter().find(|known| known.to_ascii_lowercase() == crate::inspect::reading::plain_name(name))?;
            (wanted != name).then(|| format!("{} instead of {wanted}", quoted(name, 30)))
        });
        let renamed: Vec<String> = renamed.collect();
        if !renamed.is_empty() {
            let summary = format!("Fields have names that the server does not read: {}", renamed.join(", "));
            self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), "Rename the fields");
        }
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
        let numbers = ["makerAmount", "takerAmount", "tokenId", "timestamp", "expiration", "nonce", "feeRateBps"];
        let bare = numbers.into_iter().filter(|name| {
            self.posted
                .field(&name.to_ascii_lowercase())
                .is_some_and(|value| !value.is_quoted && values::standing(&value.text) == Standing::Given)
        });
        let bare: Vec<&str> = bare.collect();
        if !bare.is_empty() {
            let names = bare.join(", ");
            let summary = format!("Numbers in the body that should be texts: {names}");
            let finding = Finding::new(Cause::OrderParameters, Certainty::Possible, summary);
            self.add(
                finding.because("official clients send them as decimal texts; JavaScript rounds large numbers"),
                format!("Send {names} as decimal texts"),
            );
        }
        let quoted: Vec<&str> = ["salt", "signatureType"]
            .into_iter()
            .filter(|name| self.posted.field(&name.to_ascii_lowercase()).is_some_and(|value| value.is_quoted))
            .collect();
        if !quoted.is_empty() {
            let names = quoted.join(", ");
            let summary = format!("Texts in the body that should be numbers: {names}");
            let finding = Finding::new(Cause::OrderParameters, Certainty::Possible, summary);
            self.add(
                finding.because("official clients send them as JSON numbers"),
                format!("Send {names} as JSON numbers"),
            );
        }
    }

    /// Fields of two versions in one order, and a version that the server no longer takes.
    fn version(&mut self, fields: &Fields) {
        let is_old = fields.old.iter().any(|name| *name != "taker");
        if is_old && !fields.new.is_empty() {
            let summary =
                format!("Fields of two versions: {} of V1, {} of V2", fields.old.join(", "), fields.new.join(", "));
            let finding = Finding::new(Cause::OrderWrongVersion, Certainty::Likely, summary);
            self.add(finding, format!("Build the order with the fields of V2 only: drop {}", fields.old.join(", ")));
        } else if !fields.new.is_empty() && !fields.old.is_empty() {
            let summary = "A V2 order with the field taker, which only orders of V1 have";
            self.add(Finding::new(Cause::OrderWrongVersion, Certainty::Likely, summary), "Drop taker");
        } else if is_old && self.posted.carrier.as_ref().is_some_and(|carrier| carrier.is_official) {
            let summary = "A V1 order was sent to the production CLOB, which takes V2 orders";
            let finding = Finding::new(Cause::OrderWrongVersion, Certainty::Likely, summary);
            let finding =
                finding.because(format!("it has {}, and no timestamp; V2 since {V2_SINCE}", fields.old.join(", ")));
            self.add(finding, "Build and sign the order with a V2 client");
        } else if is_old {
            self.notes.push(format!("This is a V1 order; the production CLOB takes V2 orders since {V2_SINCE}"));
        }
    }

    /// The signature, in whatever form it is.
    fn signature(&mut self) -> Option<OrderSignature> {
        let encoding =
            |summary: String, certainty| Finding::new(Cause::SignatureEncoding, certainty, summary).without_code();
        let wanted = "Send the signature as 0x and 130 hex digits, the last two 1b or 1c";
        let Some(scalar) =
            self.posted.field("signature").filter(|scalar| values::standing(&scalar.text) != Standing::Empty)
        else {
            if self.posted.is_body {
                let summary = "The order has no signature";
                self.add(Finding::new(Cause::OrderParameters, Certainty::Likely, summary), "Sign the order");
            } else {
                self.notes.push("The order has no signature in this text".to_owned());
            }
            return None;
        };
        let text = scalar.text.trim();
        if values::standing(text) == Standing::Hidden || is_placeholder(text) {
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
            self.add(
                encoding(summary, Certainty::Likely).fix("Put 0x before the signature"),
                "Put 0x before the signature",
            );
        }
        match (bytes.len(), bytes.last().copied()) {
            (64, _) => {
                let summary = format!("{COMPACT}, the compact form of EIP-2098; clients send 65");
                let finding = encoding(summary, Certainty::Possible)
                    .because("the exchange contract takes both forms; what the CLOB takes is not published");
                self.add(finding.fix(wanted), wanted);
            }
            (65, Some(0 | 1)) => {
                let summary = "The signature ends in 00 or 01 instead of 1b or 1c".to_owned();
                let finding = encoding(summary, Certainty::Likely).because("ecrecover takes 27 and 28 only");
                self.add(
                    finding.fix("Add 27 to the last byte of the signature"),
                    "Add 27 to the last byte of the signature",
                );
            }
            (65, Some(last @ 29..)) => {
                let safe = if matches!(last, 31 | 32) {
                    "; a Safe transaction is signed like that, an order is not"
                } else {
                    ""
                };
                let summary = format!("The signature ends in {last:02x} instead of 1b or 1c{safe}");
                self.add(encoding(summary, Certainty::Likely).fix(wanted), wanted);
                // either parity is tried: 31 and 32 are 4 more, and of 35 up the odd ones are 27
                bytes[64] = if matches!(last, 31 | 32) { last - 4 } else { 27 + (last + 1) % 2 };
            }
            _ => {}
        }
        let decoded = OrderSignature::decode(&bytes);
        if decoded.is_none() {
            let summary = format!(
                "The signature has {} bytes: {}",
                bytes.len(),
                if bytes.len() < 65 { "a part of it is missing" } else { "no form of a signature has so many" }
            );
            let finding = encoding(summary, Certainty::Likely)
                .because("types 0 to 2 have 65 bytes, type 3 has 317, a session key 480");
            self.add(
                finding.fix("Send the signature whole, as the client made it"),
                "Send the signature whole, as it was made",
            );
        }
        decoded
    }

    fn header_address(&self) -> Option<Address> {
        self.posted.carrier.as_ref()?.address.as_ref()?.parse().ok()
    }

    /// Searches for what was signed. Gives whose signature it is, and the order that was signed.
    fn search(&mut self, signature: &OrderSignature, fields: &Fields) -> Option<(Key, Order)> {
        let known = self.known;
        let candidates: Vec<Candidates<'_>> = fields.orders.iter().map(|order| Candidates::new(order, known)).collect();
        let first = candidates.first()?;
        let order = first.order;
        let expected = Expected::new(order, self.known, self.header_address());
        let is_1271 = order.signature_type == u8::from(SignatureType::Poly1271);
        let (nested, session) = match signature {
            OrderSignature::Plain(plain) => {
                if is_1271 {
                    let summary = "A type 3 order with a plain signature of 65 bytes; deposit wallets take the nested form of 317";
                    let finding = Finding::new(Cause::OrderUnwrappedSignature, Certainty::Likely, summary);
                    self.add(finding, "Sign in the nested form of ERC-7739, as clients that support type 3 do");
                }
                let found = search::plain(plain, &candidates, &expected);
                let found = found.or_else(|| self.last_byte(plain, &candidates, &expected));
                return self.explain_plain(found, plain, first, fields);
            }
            OrderSignature::Nested(nested) => (nested, None),
            OrderSignature::Session { key, nested } => (nested, Some(*key)),
        };
        if !is_1271 {
            let summary =
                format!("signatureType is {}, but the signature has the nested form of type 3", order.signature_type);
            let finding = Finding::new(Cause::OrderSignatureType, Certainty::Likely, summary);
            self.add(finding, "Set signatureType to 3 for a deposit wallet, or sign the order plainly");
        }
        if nested.order_type != crate::auth::wallet_signature::ORDER_TYPE {
            let summary = "The signature names another order type than that of V2";
            let finding = Finding::new(Cause::OrderUnwrappedSignature, Certainty::Likely, summary);
            self.add(
                finding.because(format!("it names {}", quoted(&nested.order_type, 80))),
                "Append the order type of V2 to the signature",
            );
        }
        match search::nested(nested, session, &candidates, &expected) {
            Some(Opened::Explained(found)) => Some(self.explained(*found, session, fields)),
            Some(Opened::OtherOrder { signer, is_expected, exchange }) => {
                self.outcome = if is_expected { Outcome::Mistaken } else { Outcome::Unexplained };
                // a field that cannot be read is why, perhaps
                let is_proven = is_expected && fields.wrong.is_empty();
                let certainty = if is_proven { Certainty::Proven } else { Certainty::Likely };
                let summary = "The order was changed after it was signed: the signature is for another order";
                let mut finding = Finding::new(Cause::OrderModified, certainty, summary);
                finding = finding.because(format!(
                    "it is for the struct hash {}; the fields give {}",
                    nested.contents,
                    order.struct_hash()
                ));
                if let Some(signer) = signer.filter(|_| is_expected) {
                    finding = finding.because(format!("over that hash it recovers to {signer}"));
                    self.reproduced_by = Some(json!({
                        "struct_hash": nested.contents,
                        "verifying_contract": exchange.map(|exchange| exchange.address.to_string()),
                        "signer": signer.to_string(),
                    }));
                }
                self.unexplained.push((finding, "Send the order exactly as it was signed, or sign it again"));
                None
            }
            None => {
                self.outcome = Outcome::Unexplained;
                None
            }
        }
    }

    /// A signature of 64 bytes whose last byte was lost: the compact form would have another bit.
    fn last_byte(
        &mut self,
        plain: &Signature,
        candidates: &[Candidates<'_>],
        expected: &Expected,
    ) -> Option<Explained> {
        let compact = self.findings.iter_mut().find(|finding| finding.summary.starts_with(COMPACT))?;
        let found = search::plain(&plain.with_parity(!plain.v()), candidates, expected)?;
        let last = if plain.v() { "1b" } else { "1c" };
        compact.summary = format!("The signature has 64 bytes: the last one, {last}, is missing");
        compact.certainty = Certainty::Likely;
        compact.because.clear();
        Some(found)
    }

    fn explain_plain(
        &mut self,
        found: Option<Explained>,
        plain: &Signature,
        candidates: &Candidates<'_>,
        fields: &Fields,
    ) -> Option<(Key, Order)> {
        if let Some(found) = found {
            return Some(self.explained(found, None, fields));
        }
        self.outcome = Outcome::Unexplained;
        let summary = "The signature is not the signer's over this order, under any domain and any known change";
        let mut finding = Finding::new(Cause::OrderModified, Certainty::Likely, summary);
        for domain in candidates.right() {
            let Some(exchange) = domain.exchange else { continue };
            if let Ok(recovered) = plain.recover_address_from_prehash(&candidates.order.hash(domain.separator)) {
                finding = finding
                    .because(format!("for {exchange} it recovers to {recovered}, which is no address of this order"));
            }
        }
        self.unexplained.push((finding, "Send the order exactly as it was signed; large numbers as texts"));
        let summary = "Or another key signed the order";
        let finding = Finding::new(Cause::OrderSignerMismatch, Certainty::Possible, summary);
        let signer = self
            .known
            .signer
            .map_or_else(|| "the field signer".to_owned(), |signer| format!("{signer}, the key of your settings"));
        let finding = finding.because(format!("the signature is not that of {signer}"));
        self.unexplained.push((finding, "Sign with the key of the account"));
        None
    }

    fn explained(&mut self, found: Explained, session: Option<Address>, fields: &Fields) -> (Key, Order) {
        let Explained { signer, is_expected, order, exchange, mistakes, reproduced_by } = found;
        let certainty = if is_expected { Certainty::Proven } else { Certainty::Likely };
        let proof = format!("the signature over it recovers to {signer}");
        let is_right = mistakes.is_empty();
        for mistake in mistakes {
            let summary = format!("Signed {}, but {}", mistake.signed, mistake.but);
            let mut finding = Finding::new(mistake.cause, certainty, summary).because(proof.clone());
            if [Cause::SignatureEncoding, Cause::TimestampUnit].contains(&mistake.cause) {
                finding = finding.without_code().fix(mistake.change.clone());
            }
            self.add(finding, mistake.change);
        }
        // what was found in the form is true of a signature that is right otherwise
        for finding in &mut self.findings {
            let is_form = matches!(
                finding.cause,
                Cause::SignatureEncoding | Cause::OrderSignatureType | Cause::OrderWrongVersion
            );
            if is_form && is_expected && finding.certainty == Certainty::Likely && !fields.orders.is_empty() {
                finding.certainty = Certainty::Proven;
                finding.because.push(proof.clone());
            }
        }
        self.outcome = match (is_expected, is_right) {
            (false, _) => Outcome::Unexplained,
            (true, true) => Outcome::Right,
            (true, false) => Outcome::Mistaken,
        };
        if let Some(exchange) = exchange {
            self.about_exchange(&order, exchange, is_right);
            self.signed = Some((signer, exchange.to_string()));
        }
        if let Some(session) = session {
            self.notes.push(if session == signer {
                format!("Signed by the session key {session}; only the chain knows whether the wallet has allowed it")
            } else {
                format!("The envelope names the session key {session}, but {signer} signed")
            });
        }
        self.reproduced_by = Some(reproduced_by);
        (Key { address: signer, is_recovered: is_expected, is_session: session == Some(signer) }, order)
    }

    /// Of an order that is signed as it is, the signature proves what its fields say.
    fn signed_values(&mut self) {
        if self.outcome != Outcome::Right {
            return;
        }
        for finding in &mut self.findings {
            let is_signed = matches!(finding.cause, Cause::TimestampUnit | Cause::OrderBuilderMissing);
            if is_signed && finding.certainty == Certainty::Likely {
                finding.certainty = Certainty::Proven;
                finding.because.push("the signature is right for this value".to_owned());
            }
        }
    }

    fn about_exchange(&mut self, order: &Order, exchange: crate::auth::order::Exchange, is_right: bool) {
        if exchange.version == Version::V3 && !crate::auth::order::Exchange::is_v3_token(order.token_id) {
            self.notes.push("Signed for the exchange V3, though the token ID is not one of V3".to_owned());
        } else if is_right && self.known.neg_risk.is_none() && exchange.version != Version::V3 {
            let kind = if exchange.neg_risk { "a neg-risk market" } else { "a market that is not neg-risk" };
            self.notes.push(format!(
                "Signed for {exchange}: right for {kind} only. Pass --neg-risk true or false to check that"
            ));
        }
    }

    /// The key that the wallets of the order are compared with.
    fn key(&self, order: &Order, signed: Option<&(Key, Order)>) -> Option<Key> {
        if let Some((key, _)) = signed {
            return Some(*key);
        }
        let is_1271 = order.signature_type == u8::from(SignatureType::Poly1271);
        let known = self.known.signer.or_else(|| self.header_address());
        let known = known.or((!is_1271).then_some(order.signer));
        known.map(|address| Key { address, is_recovered: false, is_session: false })
    }

    /// The order beside the headers that came with it.
    fn header(&mut self, order: &Order, key: Option<Key>) {
        let (Some(address), Some(key)) = (self.header_address(), key) else { return };
        if address == key.address || !key.is_recovered {
            return;
        }
        let summary = format!("The order is signed by {}, but POLY_ADDRESS is {address}", key.address);
        let certainty = if key.is_session { Certainty::Possible } else { Certainty::Proven };
        let owns = contracts::chain(candidates::chain_of(self.known))
            .is_some_and(|chain| WalletMap::derive(chain, address).kind_of(order.maker).is_some());
        let cause = if owns { Cause::OrderSignerMismatch } else { Cause::OrderSignerField };
        let finding =
            Finding::new(cause, certainty, summary).because("the signer has to be the address of the API key");
        self.add(
            finding,
            format!("Send the order with the API credentials of {}, or sign it with the key of {address}", key.address),
        );
    }

    /// The order in short.
    fn summary(&self, order: &Order) -> Value {
        let (shares, collateral) = numbers::shares_and_collateral(order);
        json!({
            "version": if matches!(order.terms, Terms::V1 { .. }) { 1 } else { 2 },
            "side": if order.side == 0 { "BUY" } else { "SELL" },
            "shares": numbers::decimal(shares),
            "collateral": numbers::decimal(collateral),
            "price": numbers::price(order),
            "token_id": order.token_id.to_string(),
            "maker": order.maker.to_string(),
            "signer": order.signer.to_string(),
            "signature_type": order.signature_type,
            "signed_by": self.signed.as_ref().map(|(signer, _)| signer.to_string()),
            "signed_for": self.signed.as_ref().map(|(_, exchange)| exchange),
        })
    }
}
