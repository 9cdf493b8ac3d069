//! The right parts, signed in another order, with something between them, or as the key.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;

use super::{KeyVariant, Match, Space, Variant};
use crate::auth::l2::SecretKey;
use crate::inspect::names::{self, Header};
use crate::inspect::reading::Request;

const AS_KEY: &str = "the message as the key, and the secret as the message";
const PARTS: [&str; 4] = ["timestamp", "method", "path", "body"];
/// What other services have between the parts.
const BETWEEN: [(&str, &str); 6] =
    [("", ""), ("\n", "a newline"), (" ", "a space"), (":", "a colon"), ("|", "a bar"), (",", "a comma")];
/// Of several texts that may be right, so many are tried.
const RIGHT: usize = 4;

/// Texts of the other headers, which other services sign, too.
pub(super) fn beside(request: &Request) -> Vec<(Header, String)> {
    let wanted = [Header::ApiKey, Header::Address, Header::Passphrase, Header::Nonce, Header::BuilderKey];
    let headers = request.headers.iter().filter_map(|(name, value)| Some((names::canonical(name)?, value.trim())));
    headers.filter(|(header, _)| wanted.contains(header)).map(|(header, value)| (header, value.to_owned())).collect()
}

/// Every order of four parts.
fn orders() -> Vec<[usize; 4]> {
    let mut orders = Vec::new();
    for first in 0..4 {
        for second in (0..4).filter(|part| *part != first) {
            for third in (0..4).filter(|part| ![first, second].contains(part)) {
                orders.push([first, second, third, 6 - first - second - third]);
            }
        }
    }
    orders
}

/// How the parts are put together.
struct Layout<'a> {
    texts: Vec<Text<'a>>,
    between: &'static str,
    /// To stand behind "signed with".
    words: String,
    /// Whether other services want it so.
    is_common: bool,
}

/// A part by its number, or the value of a header.
#[derive(Clone, Copy)]
enum Text<'a> {
    Part(usize),
    Other(&'a str),
}

impl Layout<'_> {
    fn gives(&self, key: &KeyVariant, parts: &[&Variant; 4], target: &[u8; 32]) -> bool {
        let mut mac = key.mac.clone();
        for (place, text) in self.texts.iter().enumerate() {
            if place > 0 {
                mac.update(self.between.as_bytes());
            }
            mac.update(match text {
                Text::Part(part) => parts[*part].text.as_bytes(),
                Text::Other(text) => text.as_bytes(),
            });
        }
        mac.finalize().into_bytes().as_slice() == target
    }
}

impl Space {
    /// Searches for the 32 bytes among other layouts of the right message.
    pub(super) fn in_other_layout(&self, target: &[u8; 32]) -> Option<Match<'_>> {
        let key = self.keys.first().filter(|key| key.cause.is_none())?;
        let layouts = self.layouts();
        let right = |part: usize| self.parts[part].iter().take_while(|variant| variant.cause.is_none()).take(RIGHT);
        for timestamp in right(0) {
            for method in right(1) {
                for path in right(2) {
                    for body in right(3) {
                        let parts = [timestamp, method, path, body];
                        let found = layouts.iter().find(|layout| layout.gives(key, &parts, target));
                        let words = found.map(|layout| layout.words.clone());
                        let is_key = || self.secret_is_message(&parts, target).then(|| AS_KEY.to_owned());
                        if let Some(words) = words.or_else(is_key) {
                            return Some(Match { key, parts: parts.map(Variant::clone), layout: Some(words) });
                        }
                    }
                }
            }
        }
        None
    }

    /// Searches for the 32 bytes among the common layouts, with a mistake beside it.
    pub(super) fn layout_and_another(&self, target: &[u8; 32]) -> Option<Match<'_>> {
        let mut layouts = self.layouts();
        layouts.retain(|layout| layout.is_common);
        let near = self.near_timestamps();
        let (key, right) = (self.keys.first()?, self.first_parts()?);
        let [_, method, path, body] = right;
        let at_other_times = near.iter().map(|timestamp| (key, [timestamp, method, path, body]));
        at_other_times
            .chain(self.with_one(layouts.len() + 2))
            .find_map(|(key, parts)| {
                let found = layouts.iter().find(|layout| layout.gives(key, &parts, target));
                let words = found.map(|layout| layout.words.clone());
                let is_key =
                    || (key.cause.is_none() && self.secret_is_message(&parts, target)).then(|| AS_KEY.to_owned());
                let layout = Some(words.or_else(is_key)?);
                Some((key, parts.map(Variant::clone), layout))
            })
            .map(|(key, parts, layout)| Match { key, parts, layout })
    }

    fn layouts(&self) -> Vec<Layout<'_>> {
        let mut layouts = Vec::new();
        let has_body = self.parts[3].first().is_some_and(|body| !body.text.is_empty());
        for (between, what) in BETWEEN {
            for order in orders() {
                let is_usual = order == [0, 1, 2, 3];
                if is_usual && between.is_empty() {
                    continue;
                }
                let names = order.map(|part| PARTS[part]).join(", ");
                let words = match (is_usual, what) {
                    (true, what) => format!("{what} between the parts"),
                    (false, "") => format!("the parts in the order {names}"),
                    (false, what) => format!("the parts in the order {names}, and {what} between them"),
                };
                let is_common = is_usual || (between.is_empty() && order[3] == 3);
                let texts: Vec<Text<'_>> = order.iter().map(|part| Text::Part(*part)).collect();
                if !has_body && !between.is_empty() {
                    // nothing is put before a body that there is not
                    let texts = order.iter().filter(|part| **part != 3).map(|part| Text::Part(*part)).collect();
                    layouts.push(Layout { texts, between, words: words.clone(), is_common });
                }
                layouts.push(Layout { texts, between, words, is_common });
            }
        }
        for (header, text) in &self.beside {
            for place in 0..=4 {
                let mut texts: Vec<Text<'_>> = (0..4).map(Text::Part).collect();
                texts.insert(place, Text::Other(text));
                let where_it_is = match place {
                    0 => "before the timestamp".to_owned(),
                    place => format!("after the {}", PARTS[place - 1]),
                };
                let words = format!("the value of {} {where_it_is}", header.name());
                layouts.push(Layout { texts, between: "", words, is_common: *header == Header::ApiKey });
            }
        }
        layouts
    }

    /// Whether key and message were exchanged, as libraries take them in either order.
    fn secret_is_message(&self, parts: &[&Variant; 4], target: &[u8; 32]) -> bool {
        let message = parts.map(|part| &*part.text).concat();
        let Some(secret) = &self.secret else { return false };
        let decoded = SecretKey::decode(secret);
        let texts = [Some(secret.expose().trim().as_bytes()), decoded.as_ref().ok().map(SecretKey::bytes)];
        let gives = |text: &[u8]| {
            super::mac_of(message.as_bytes()).chain_update(text).finalize().into_bytes().as_slice() == target
        };
        texts.into_iter().flatten().any(gives)
    }

    /// Whether these 64 bytes are an HMAC of the right message with SHA-512.
    pub(in crate::inspect) fn is_sha512(&self, target: &[u8]) -> bool {
        let Some(key) = self.secret.as_ref().and_then(|secret| SecretKey::decode(secret).ok()) else { return false };
        let Ok(key) = Hmac::<Sha512>::new_from_slice(key.bytes()) else { return false };
        let right = |part: usize| self.parts[part].iter().take_while(|variant| variant.cause.is_none()).take(RIGHT);
        right(0).any(|timestamp| {
            right(1).any(|method| {
                right(2).any(|path| {
                    right(3).any(|body| {
                        let message = [timestamp, method, path, body].map(|part| &*part.text).concat();
                        key.clone().chain_update(message).finalize().into_bytes().as_slice() == target
                    })
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_there_once() {
        let orders = orders();
        let all: std::collections::BTreeSet<_> = orders.iter().collect();
        assert_eq!((orders.len(), all.len()), (24, 24));
        assert!(orders.iter().all(|order| (0..4).all(|part| order.contains(&part))));
    }
}
