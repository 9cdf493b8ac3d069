//! Signed orders in a text: bodies of `POST /order` and `/orders`, and orders as programs print them.

use std::sync::LazyLock;

use alloy_primitives::{Signature, U256, hex};
use regex::Regex;

use super::Unread;
use super::outermost::{self, Finder, LONGEST, is_json};
use super::tree::{self, Node, Scalar};

/// What every signed order has.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\bmaker_?amount\b").unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use"))
});

/// So many times it is said that an order could not be read.
const SAID: usize = 10;

/// The host of the production CLOB.
const PRODUCTION: &str = "clob.polymarket.com";

/// The request that carried an order.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::inspect) struct Carrier {
    pub(in crate::inspect) api_key: Option<String>,
    pub(in crate::inspect) address: Option<String>,
    /// Whether it went to the production CLOB.
    pub(in crate::inspect) is_official: bool,
}

/// An order as it was written. Its values are not interpreted.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::inspect) struct Posted {
    /// From 1.
    pub(in crate::inspect) line: usize,
    pub(in crate::inspect) form: &'static str,
    /// By the names that they were written with.
    pub(in crate::inspect) fields: Vec<(String, Scalar)>,
    /// `owner`, `orderType` and what else stands beside the order.
    pub(in crate::inspect) beside: Vec<(String, Scalar)>,
    /// Whether this is the JSON that was sent, so that names and types of its fields count.
    pub(in crate::inspect) is_body: bool,
    /// Whether the order is a text in that JSON instead of an object.
    pub(in crate::inspect) is_text: bool,
    pub(in crate::inspect) carrier: Option<Carrier>,
}

/// The name of a field without case and underscores.
pub(in crate::inspect) fn plain_name(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl Posted {
    pub(in crate::inspect) fn field(&self, name: &str) -> Option<&Scalar> {
        self.fields.iter().find(|(known, _)| plain_name(known) == name).map(|(_, value)| value)
    }

    pub(in crate::inspect) fn beside(&self, name: &str) -> Option<&Scalar> {
        self.beside.iter().find(|(known, _)| plain_name(known) == name).map(|(_, value)| value)
    }

    /// What is the same of the same order.
    pub(super) fn identity(&self) -> String {
        let text = |name| self.field(name).map_or("", |value| value.text.as_str());
        ["salt", "signature", "makeramount", "maker"].map(text).join(" ")
    }
}

/// Takes the orders out of a text; `line_at` gives the line of a place.
pub(super) fn read(text: &str, line_at: &dyn Fn(usize) -> usize, unread: &mut Vec<Unread>) -> Vec<Posted> {
    let mut orders = Vec::new();
    let (mut end, mut said, mut finder) = (0, 0, Finder::default());
    for mark in MARK.find_iter(text) {
        if mark.start() < end {
            continue;
        }
        if finder.is_exhausted() {
            let text = "too many possible orders that cannot be read; paste only one of them".to_owned();
            unread.push(Unread { line: line_at(mark.start()), text });
            break;
        }
        let before = orders.len();
        if let Some((node, stop)) = finder.around(text, mark.start(), end, &has_order) {
            let is_json = is_json(text, &node, stop);
            walk(&node, &[], is_json, &mut |found, at| orders.push(Posted { line: line_at(at), ..found }));
            end = stop;
        } else if text[..mark.start()].ends_with("\\\"") {
            // a text within a text, whose end is cut off
            let start = text[..mark.start()].rfind('\n').map_or(0, |place| place + 1).max(end);
            let stop = text[mark.start()..].find('\n').map_or(text.len(), |length| mark.start() + length);
            finder.spend(stop - start);
            if stop - start < LONGEST {
                let number = line_at(mark.start());
                orders.extend(read(&text[start..stop].replace("\\\"", "\""), &|_| number, &mut Vec::new()));
            }
            end = if orders.len() > before { stop } else { end };
        }
        if orders.len() == before && is_field(&text[mark.end()..]) && said < SAID {
            said += 1;
            let text = "a signed order that could not be read: it is cut off, lacks fields, or has an unknown format"
                .to_owned();
            unread.push(Unread { line: line_at(mark.start()), text });
            end = end.max(mark.end());
        }
    }
    let mut known = std::collections::HashSet::new();
    orders.retain(|order| known.insert(order.identity()));
    orders
}

fn is_field(after: &str) -> bool {
    after.trim_start_matches(['"', '\'', '\\', ' ']).starts_with([':', '='])
}

fn has_order(node: &Node) -> bool {
    let mut has = false;
    walk(node, &[], false, &mut |_, _| has = true);
    has
}

type Scalars = Vec<(String, Scalar)>;

fn scalars(fields: &[(String, Node)]) -> Scalars {
    let scalar = |(name, node): &(String, Node)| match node {
        Node::Scalar(scalar) => Some((name.clone(), scalar.clone())),
        Node::Map { fields, at } if plain_name(name) == "signature" => {
            Some((name.clone(), Scalar::made(of_parts(fields)?, *at)))
        }
        _ => None,
    };
    fields.iter().filter_map(scalar).collect()
}

/// A signature that is printed by its parts.
fn of_parts(fields: &[(String, Node)]) -> Option<String> {
    let part = |names: &[&str]| {
        let (_, node) = fields.iter().find(|(name, _)| names.contains(&plain_name(name).as_str()))?;
        let Node::Scalar(scalar) = node else { return None };
        Some(scalar.text.as_str())
    };
    let (r, s) = (part(&["r"])?.parse::<U256>().ok()?, part(&["s"])?.parse::<U256>().ok()?);
    let parity = match part(&["yparity", "v", "oddyparity"])? {
        "true" | "True" | "1" | "28" => true,
        "false" | "False" | "0" | "27" => false,
        _ => return None,
    };
    Some(hex::encode_prefixed(Signature::new(r, s, parity).as_bytes()))
}

/// Finds orders in a value; what stands beside them is handed down from around them.
fn walk(node: &Node, outer: &[(String, Scalar)], is_json: bool, found: &mut dyn FnMut(Posted, usize)) {
    match node {
        Node::List(items) => items.iter().for_each(|item| walk(item, outer, is_json, found)),
        Node::Scalar(scalar) => {
            let inner = scalar.text.trim_start();
            if !(inner.starts_with(['{', '[']) && MARK.is_match(inner)) {
                return;
            }
            if let Ok((node, end)) = tree::read(inner, 0) {
                let is_json = outermost::is_json(inner, &node, end);
                // places within the text mean nothing in the whole
                walk(&node, outer, is_json, &mut |posted, _| found(posted, scalar.at()));
            }
        }
        Node::Map { at, fields } => {
            let own = scalars(fields);
            let names: Vec<String> = fields.iter().map(|(name, _)| plain_name(name)).collect();
            let has = |name: &str| names.iter().any(|known| known == name);
            if has("makeramount") && (has("takeramount") || has("tokenid")) {
                let (mut order, mut beside): (Scalars, Scalars) =
                    own.into_iter().partition(|(name, _)| !is_beside(&plain_name(name)));
                let inherited = |(name, _): &&(String, Scalar)| {
                    let name = plain_name(name);
                    is_beside(&name) || (name == "signature" && !has("signature"))
                };
                for (name, value) in outer.iter().filter(inherited) {
                    let list = if is_beside(&plain_name(name)) { &mut beside } else { &mut order };
                    list.push((name.clone(), value.clone()));
                }
                let is_body = is_json && beside.iter().any(|(name, _)| plain_name(name) == "owner");
                let form = match (is_body, is_json) {
                    (true, _) => "body of a request",
                    (false, true) => "JSON",
                    (false, false) => "as printed by a program",
                };
                found(Posted { line: 0, form, fields: order, beside, is_body, is_text: false, carrier: None }, *at);
            }
            // what surrounds it, for what is inside
            let around: Scalars = own_scalars(fields, outer);
            for (name, inner) in fields {
                let is_text = plain_name(name) == "order" && matches!(inner, Node::Scalar(_));
                walk(inner, &around, is_json, &mut |posted, at| {
                    found(Posted { is_text: posted.is_text || is_text, ..posted }, at);
                });
            }
        }
    }
}

fn own_scalars(fields: &[(String, Node)], outer: &[(String, Scalar)]) -> Scalars {
    let own = scalars(fields);
    if own.is_empty() { outer.to_vec() } else { own }
}

fn is_beside(name: &str) -> bool {
    ["owner", "ordertype", "postonly", "deferexec"].contains(&name)
}

/// What of a request its order is compared with.
pub(super) fn carrier(request: &super::Request) -> Carrier {
    use crate::inspect::names::{Header, canonical};
    let value = |header: Header| {
        let found = request.headers.iter().find(|(name, _)| canonical(name) == Some(header));
        found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let host = request.target.as_ref().map(|target| target.host.to_ascii_lowercase());
    let is_official = host.as_deref() == Some(PRODUCTION);
    Carrier { api_key: value(Header::ApiKey), address: value(Header::Address), is_official }
}
