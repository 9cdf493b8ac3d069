//! Forensics: a captured request taken apart, and what is wrong with it.
//!
//! A server says of a wrong signature that it is wrong, and nothing more. Here it is recomputed under every
//! known mistake; the variant that gives the captured bytes is the proof. Pure: the caller brings the text,
//! what the settings know, and the time of sending where it is known.
//!
//! ```
//! use polydoctor::inspect::{Known, inspect};
//!
//! let captured = "GET /auth/api-keys HTTP/1.1\nHost: clob.polymarket.com\nPOLY-API-KEY: 8e76d51e\n";
//! let inspection = inspect(captured, &Known::default());
//! assert!(inspection.findings().next().is_some());
//! ```

mod difference;
mod finding;
mod hmac;
mod judge;
mod known;
mod l1;
mod names;
mod on_chain;
mod reading;
mod share;

use serde_json::{Value, json};

pub use difference::Difference;
pub use finding::Finding;
pub use known::{Known, KnownCredentials};
pub use on_chain::{OnChain, Question};
pub use reading::Unread;

use crate::reference::{self, Exposure};
use crate::secret::Secret;

/// Requests beyond so many are counted and not looked at.
const MOST: usize = 200;
/// Shorter values of settings occur in any text.
const SHORTEST_SECRET: usize = 8;

/// What signed headers a request carries; or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It has a wallet signature: it creates or derives API credentials.
    L1,
    /// It is signed by HMAC with API credentials.
    L2,
    /// It is signed by HMAC with builder credentials only.
    Builder,
    /// A signed order, in a request or by itself.
    Order,
    /// A request with a relayer API key.
    Relayer,
    /// What the relayer is to send to the chain, in a request or by itself.
    Transaction,
    /// It is signed by Ed25519 with the secret key of Polymarket US.
    Us,
}

impl Kind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::L1 => "l1-request",
            Self::L2 => "l2-request",
            Self::Builder => "builder-request",
            Self::Order => "order",
            Self::Relayer => "relayer-request",
            Self::Transaction => "relayer-transaction",
            Self::Us => "us-request",
        }
    }

    /// Its name in sentences, such as `builder request`.
    pub fn words(self) -> &'static str {
        match self {
            Self::L1 => "L1 request",
            Self::L2 => "L2 request",
            Self::Builder => "builder request",
            Self::Order => "order",
            Self::Relayer => "relayer request",
            Self::Transaction => "relayer transaction",
            Self::Us => "Polymarket US request",
        }
    }

    /// Whether the key that signed is recovered from the signature.
    fn is_recovered(self) -> bool {
        matches!(self, Self::Order | Self::Transaction)
    }
}

/// What the search says of a captured signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The right message gives it.
    Right,
    /// A known mistake gives it.
    Mistaken,
    /// No variant gives it.
    Unexplained,
    /// The header or the secret to compare with is missing.
    Unchecked,
}

impl Outcome {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Mistaken => "mistaken",
            Self::Unexplained => "unexplained",
            Self::Unchecked => "unchecked",
        }
    }
}

/// One request or order, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What it is.
    pub kind: Kind,
    /// The line of the text where it begins, from 1.
    pub line: usize,
    /// What it was written as: `curl command`, `raw HTTP`, …
    pub form: &'static str,
    /// `None` where the text does not name it.
    pub method: Option<String>,
    /// Without its query.
    pub path: Option<String>,
    /// What the search says of its signature.
    pub outcome: Outcome,
    /// The most telling first.
    pub findings: Vec<Finding>,
    /// The variant that gives the captured signature.
    pub reproduced_by: Option<Value>,
    /// What is worth knowing and not wrong.
    pub notes: Vec<String>,
    /// Of an order: side, price, maker and so on.
    pub order: Option<Value>,
    /// Of a transaction for the relayer: type, from, wallet and so on.
    pub transaction: Option<Value>,
    /// Of an order with findings: what would have to change for it to be accepted.
    pub changes: Vec<String>,
    /// Of an order: what the exchange contract can be asked.
    pub question: Option<Question>,
    /// What it answered, where it was asked.
    pub on_chain: Option<OnChain>,
}

impl Inspected {
    /// As JSON; see `polydoctor inspect --format json`.
    pub fn json(&self) -> Value {
        let mut json = json!({
            "kind": self.kind.name(),
            "line": self.line,
            "form": self.form,
            "method": self.method,
            "path": self.path,
            "signature": self.outcome.name(),
            "findings": self.findings.iter().map(Finding::json).collect::<Vec<_>>(),
            "reproduced_by": self.reproduced_by,
            "notes": self.notes,
        });
        if self.kind == Kind::Order {
            json["order"] = self.order.clone().unwrap_or_default();
            json["to_be_accepted"] = self.changes.clone().into();
        }
        if let Some(transaction) = &self.transaction {
            json["transaction"] = transaction.clone();
        }
        if let Some(on_chain) = &self.on_chain {
            json["on_chain"] = on_chain.json();
        }
        json
    }

    /// What it is in a line, and where it stands in the text.
    pub fn title(&self) -> String {
        let call: Vec<&str> = self.method.iter().chain(&self.path).map(String::as_str).collect();
        let call = if call.is_empty() { String::new() } else { format!(": {}", call.join(" ")) };
        let call = self.order.as_ref().map_or(call, order_in_short);
        let call = self.transaction.as_ref().map_or(call, transaction_in_short);
        format!("{}{call} ({}, line {})", self.kind.words(), self.form, self.line)
    }

    /// What the search says of the signature, in a sentence.
    pub fn signature_words(&self) -> &'static str {
        let is_recovered = self.kind.is_recovered();
        match self.outcome {
            Outcome::Right if is_recovered => "The signature is right: it recovers to the signer",
            Outcome::Mistaken if is_recovered => "The signer was recovered, with the mistakes below",
            Outcome::Unexplained if is_recovered => {
                "The signature is not explained: no known mistake recovers the signer"
            }
            Outcome::Right => "The signature is right: recomputing it reproduces the captured one",
            Outcome::Mistaken => "The signature was reproduced, with the mistakes below",
            Outcome::Unexplained => "The signature is not explained: no known mistake reproduces it",
            Outcome::Unchecked if self.findings.is_empty() => "Nothing wrong found; the signature was not checked",
            Outcome::Unchecked => "The signature was not checked",
        }
    }

    /// Hands out every text that may hold what a person wrote.
    fn for_each_text(&mut self, change: &dyn Fn(&mut String)) {
        self.findings.iter_mut().for_each(|finding| finding.for_each_text(change));
        self.notes.iter_mut().chain(&mut self.changes).for_each(change);
        self.method.iter_mut().chain(&mut self.path).for_each(change);
        self.on_chain.iter_mut().for_each(|on_chain| on_chain.for_each_text(change));
        let values = self.reproduced_by.iter_mut().chain(&mut self.order).chain(&mut self.transaction);
        values.for_each(|value| for_each_text(value, change));
    }
}

/// A transaction on one line, to stand behind its kind.
fn transaction_in_short(transaction: &Value) -> String {
    let parts = [("", "type"), ("wallet ", "wallet"), ("nonce ", "nonce"), ("signed by ", "signed_by")];
    let parts = parts.iter().filter_map(|(lead, name)| Some(format!("{lead}{}", transaction[*name].as_str()?)));
    let parts = parts.collect::<Vec<_>>().join(", ");
    if parts.is_empty() { parts } else { format!(": {parts}") }
}

/// An order on one line, to stand behind its kind.
fn order_in_short(order: &Value) -> String {
    let field = |name: &str| order[name].as_str().unwrap_or_default();
    let price = order["price"].as_str().map_or_else(String::new, |price| format!(" at {price}"));
    let (side, shares) = (field("side"), field("shares"));
    let kind = order["signature_type"].as_u64().unwrap_or_default();
    format!(": {side} {shares} shares{price}, type {kind}, maker {}", field("maker"))
}

/// All that a text holds.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// Requests and orders, in the order of the text.
    pub requests: Vec<Inspected>,
    /// Secrets that the text gives away.
    pub exposed: Vec<Exposure>,
    /// What could not be read, and where.
    pub unread: Vec<Unread>,
}

impl Inspection {
    /// The findings of all requests, in the order of the text.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.requests.iter().flat_map(|request| &request.findings)
    }

    /// `{"schema": 1, "kind", "findings", "reproduced_by", "requests", "exposed", "unread"}`. `kind` and
    /// `reproduced_by` are those of the only request; of several, `kind` is `log`, and each has its own under
    /// `requests`.
    pub fn json(&self) -> Value {
        let only = if let [only] = &self.requests[..] { Some(only) } else { None };
        json!({
            "schema": 1,
            "kind": only.map_or("log", |only| only.kind.name()),
            "findings": self.findings().map(Finding::json).collect::<Vec<_>>(),
            "reproduced_by": only.and_then(|only| only.reproduced_by.clone()),
            "requests": self.requests.iter().map(Inspected::json).collect::<Vec<_>>(),
            "exposed": self.exposed,
            "unread": self.unread,
        })
    }
}

enum Item<'a> {
    Request(&'a reading::Request),
    Order(&'a reading::Posted),
    Transaction(&'a reading::Submission),
}

/// Takes every request and every order out of a text and inspects it.
///
/// No secret is in what comes back: not those of `known`, and not those of the text.
pub fn inspect(text: &str, known: &Known) -> Inspection {
    of_reading(text, &reading::read(text), known)
}

/// The same of a text that may be about anything; `None` where it holds neither a request nor an order.
///
/// `known` is called only where it holds one.
pub fn inspect_any(text: &str, known: impl FnOnce() -> Known) -> Option<Inspection> {
    let reading = reading::read(text);
    (!reading.is_empty()).then(|| of_reading(text, &reading, &known()))
}

fn of_reading(text: &str, reading: &reading::Reading, known: &Known) -> Inspection {
    let mut secrets = known.secrets();
    let passphrases = reading.requests.iter().flat_map(|request| &request.headers);
    let passphrases = passphrases.filter(|(name, _)| names::canonical(name).is_some_and(names::is_secret));
    secrets.extend(passphrases.map(|(_, value)| Secret::new(value.trim())));
    let mut unread = reading.unread.clone();
    let items = reading.requests.iter().map(|request| (request.line, Item::Request(request)));
    let mut items: Vec<(usize, Item<'_>)> = items.collect();
    items.extend(reading.orders.iter().map(|order| (order.line, Item::Order(order))));
    items.extend(reading.submissions.iter().map(|submission| (submission.line, Item::Transaction(submission))));
    // an order comes behind the request that carried it
    items.sort_by_key(|(line, _)| *line);
    if let Some((line, _)) = items.get(MOST) {
        unread.push(Unread {
            line: *line,
            text: format!("only the first {MOST} of {} requests and orders were inspected", items.len()),
        });
    }
    let inspected = items.iter().take(MOST).map(|(_, item)| match item {
        Item::Request(request) => judge::inspect(request, known),
        Item::Order(order) => judge::inspect_order(order, known),
        Item::Transaction(submission) => judge::inspect_transaction(submission, known),
    });
    let mut requests: Vec<Inspected> = inspected.collect();
    let hide = |text: &mut String| hide(text, &secrets);
    for request in &mut requests {
        request.for_each_text(&hide);
    }
    for unread in &mut unread {
        hide(&mut unread.text);
    }
    Inspection { requests, exposed: exposed(text, reading, known), unread }
}

/// What the text gives away by its own words and in headers of whatever form, and the secrets of the settings
/// that are in it.
fn exposed(text: &str, reading: &reading::Reading, known: &Known) -> Vec<Exposure> {
    let mut exposed = reference::exposed(text);
    for request in &reading.requests {
        let shown = request.headers.iter().filter(|(_, value)| judge::is_shown(value));
        for kind in shown.filter_map(|(name, _)| names::canonical(name)?.secret()) {
            if exposed.iter().all(|exposure| exposure.kind != kind) {
                exposed.extend(reference::exposure(kind, request.line));
            }
        }
    }
    for (kind, secret) in known.named_secrets() {
        let inside = secret.expose().trim();
        if inside.len() < SHORTEST_SECRET || exposed.iter().any(|exposure| exposure.kind == kind) {
            continue;
        }
        if let Some(place) = text.find(inside) {
            exposed.push(Exposure {
                kind: kind.to_owned(),
                line: 1 + text[..place].matches('\n').count(),
                fix: "replace it: it is the one in your settings".to_owned(),
            });
        }
    }
    exposed
}

fn hide(text: &mut String, secrets: &[Secret]) {
    for secret in secrets {
        let secret = secret.expose().trim();
        if secret.len() >= SHORTEST_SECRET && text.contains(secret) {
            *text = text.replace(secret, crate::headers::MASK);
        }
    }
    if let std::borrow::Cow::Owned(clean) = crate::text::line(text) {
        *text = clean;
    }
}

fn for_each_text(value: &mut Value, change: &dyn Fn(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| for_each_text(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| for_each_text(value, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
