//! What is wrong with one order: its fields, what was signed, and whose it is.

mod candidates;
mod changes;
mod fields;
mod form;
mod numbers;
mod search;
mod shape;
mod wallets;

use alloy_primitives::{Address, Signature};
use serde_json::{Value, json};

use self::candidates::Candidates;
use self::fields::Fields;
use self::search::{Expected, Explained, Opened};
use self::wallets::Key;
use crate::auth::contracts;
use crate::auth::order::{Exchange, Order, OrderSignature, Terms, Version};
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::{Finding, add};
use crate::inspect::known::Known;
use crate::inspect::reading::Posted;
use crate::inspect::{Inspected, Kind, Outcome, Question};
use crate::text::quoted;

/// How the finding about a compact signature begins.
const COMPACT: &str = "The signature has 64 bytes";

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
    /// Whose signature it is, and the exchange it is for.
    signed: Option<(Address, Exchange)>,
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
    let sent = case.signature_bytes().zip(order.clone());
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
    super::settle(&mut case.findings, &mut case.outcome);
    if case.findings.is_empty() {
        case.changes.clear();
    }
    let question = sent.and_then(|(signature, order)| case.question(signature, order));
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
        transaction: None,
        changes: case.changes,
        question,
        on_chain: None,
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
                    let summary = "A type 3 order with a plain signature of 65 bytes; deposit wallets need the nested form of 317";
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
            let summary = "The signature contains a different order type than V2";
            let finding = Finding::new(Cause::OrderUnwrappedSignature, Certainty::Likely, summary);
            self.add(
                finding.because(format!("it contains {}", quoted(&nested.order_type, 80))),
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
                let summary = "The order was changed after it was signed: the signature is for a different order";
                let mut finding = Finding::new(Cause::OrderModified, certainty, summary);
                finding = finding.because(format!(
                    "it is for the struct hash {}; the fields hash to {}",
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
                finding = finding.because(format!(
                    "for {exchange} it recovers to {recovered}, which is not an address in this order"
                ));
            }
        }
        self.unexplained.push((finding, "Send the order exactly as it was signed, with large numbers as strings"));
        let summary = "Or a different key signed the order";
        let finding = Finding::new(Cause::OrderSignerMismatch, Certainty::Possible, summary);
        let signer = self
            .known
            .signer
            .map_or_else(|| "the field signer".to_owned(), |signer| format!("{signer}, the signer of your settings"));
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
            finding.difference.clone_from(&mistake.difference);
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
            self.signed = Some((signer, exchange));
        }
        if let Some(session) = session {
            self.notes.push(if session == signer {
                format!("Signed by the session key {session}; only the chain shows whether the wallet has allowed it")
            } else {
                format!("The envelope contains the session key {session}, but {signer} signed")
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

    fn about_exchange(&mut self, order: &Order, exchange: Exchange, is_right: bool) {
        if exchange.version == Version::V3 && !Exchange::is_v3_token(order.token_id) {
            self.notes.push("Signed for the exchange V3, though the token ID is not one of V3".to_owned());
        } else if is_right && self.known.neg_risk.is_none() && exchange.version != Version::V3 {
            let kind = if exchange.neg_risk { "a neg-risk market" } else { "a market that is not neg-risk" };
            self.notes.push(format!(
                "Signed for {exchange}: right only for {kind}. Check that with --neg-risk true or false"
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
        let finding = Finding::new(cause, certainty, summary).because("the signer must be the signer of the API key");
        self.add(
            finding,
            format!("Send the order with the API credentials of {}, or sign it with the key of {address}", key.address),
        );
    }

    /// What the exchange contract can be asked about the order as it was sent: the one that it should be for.
    fn question(&self, signature: Vec<u8>, order: Order) -> Option<Question> {
        let candidates = Candidates::new(&order, self.known);
        let signed_for = self.signed.as_ref().map(|(_, exchange)| *exchange);
        let signed_for = signed_for.filter(|signed| candidates.right().any(|right| right.exchange == Some(*signed)));
        let exchange = signed_for.or_else(|| candidates.right().find_map(|right| right.exchange))?;
        Some(Question { order, signature, exchange })
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
            "signed_for": self.signed.as_ref().map(|(_, exchange)| exchange.to_string()),
        })
    }
}
