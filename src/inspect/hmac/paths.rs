//! Paths that are signed in the place of the right one.

use std::fmt::Write as _;

use super::Variant;
use crate::cause::Cause;
use crate::endpoints;
use crate::inspect::reading::Target;

/// Signed paths of the CLOB and the relayer, those that are called most first.
const ENDPOINTS: [&str; 33] = [
    "/order",
    "/orders",
    endpoints::API_KEYS,
    endpoints::API_KEY,
    endpoints::DERIVE,
    "/data/orders",
    endpoints::TRADES,
    endpoints::BALANCE_ALLOWANCE,
    endpoints::UPDATE_BALANCE,
    endpoints::CLOSED_ONLY,
    "/cancel-all",
    "/cancel-market-orders",
    "/cancel-orders",
    "/v1/heartbeats",
    "/heartbeats",
    "/notifications",
    "/order-scoring",
    "/orders-scoring",
    endpoints::READONLY_KEY,
    endpoints::READONLY_KEYS,
    endpoints::BUILDER_KEYS,
    endpoints::BUILDER_TRADES,
    endpoints::SESSION_SIGNERS,
    "/submit",
    endpoints::RELAYER_TRANSACTIONS,
    "/transaction",
    "/rewards/user",
    "/data/order",
    "/trades",
    "/cancel",
    "/auth/ban-status",
    "/relayer/api/keys",
    "/sign",
];

/// Where no path is known: every endpoint may be the one.
pub(super) fn endpoints() -> Vec<Variant> {
    ENDPOINTS.iter().map(|path| Variant::right(*path, format!("the path {path}"))).collect()
}

/// Whether a call of this path is signed at the service with this name; `/trades` is public at the data API.
pub(super) fn is_signed(path: &str, service: &str) -> bool {
    let is_public = matches!((service, path), ("data-api" | "gamma-api", _) | (_, "/transaction" | "/sign"));
    !is_public && ENDPOINTS.contains(&path.trim_end_matches('/'))
}

/// The end of a path that is an endpoint; all of it where none is.
pub(super) fn of_service(path: &str) -> &str {
    let longest = ENDPOINTS.iter().filter(|endpoint| path.ends_with(**endpoint)).map(|endpoint| endpoint.len()).max();
    longest.map_or(path, |length| &path[path.len() - length..])
}

pub(super) fn paths(target: &Target) -> Vec<Variant> {
    let path = target.path.as_str();
    let right = target.signed_path();
    let mut variants = vec![Variant::right(right, "the path")];
    if right != path {
        // whether a relay passes its prefix on is not known
        variants.push(Variant::right(path, "the path"));
    }
    let host = target.host.as_str();
    let scheme = if target.scheme.is_empty() { "https://" } else { &target.scheme };
    let mut bases: Vec<(String, String)> = Vec::new();
    let mut wrong = |text: String, words: &str| bases.push((text, words.to_owned()));
    let bare = path.trim_end_matches('/');
    wrong(format!("{bare}/"), "the path with a slash at its end");
    wrong(bare.to_owned(), "the path without the slash at its end");
    wrong(path.trim_start_matches('/').to_owned(), "the path without its first slash");
    if !host.is_empty() {
        wrong(format!("{scheme}{host}{path}"), "the whole URL");
        wrong(format!("https://{host}{path}"), "the whole URL");
        wrong(format!("{host}{path}"), "host and path");
        let bare_host = host.split(':').next().unwrap_or(host);
        wrong(format!("{scheme}{bare_host}:443{path}"), "the whole URL with its port");
        wrong(format!("http://{host}{path}"), "the whole URL, with http://");
    }
    wrong(format!("https://clob.polymarket.com{path}"), "the whole URL");
    wrong(format!("clob.polymarket.com{path}"), "host and path");
    // a prefix too much, or one that is missing
    let mut rest = path;
    while let Some(next) = rest.get(1..).and_then(|inner| inner.find('/')) {
        rest = &rest[next + 1..];
        wrong(rest.to_owned(), &format!("only {rest} of the path"));
        if bases_full(rest) {
            break;
        }
    }
    let mut wrong = |text: String, words: String| bases.push((text, words));
    for prefix in ["/api", "/v1", "/clob", "/api/v1", "/auth", "/data", "/v2"] {
        wrong(format!("{prefix}{path}"), format!("the path with {prefix} before it"));
    }
    wrong(path.to_lowercase(), "the path in lower case".to_owned());
    wrong(percent_decoded(path), "the path with its percent signs decoded".to_owned());
    wrong(percent_encoded(path), "the path percent-encoded".to_owned());
    wrong(path.replace("//", "/"), "the path with its double slashes merged".to_owned());
    wrong(format!("/{path}"), "the path with a second slash before it".to_owned());
    wrong(format!("{path}{path}"), "the path twice".to_owned());
    for endpoint in ENDPOINTS {
        wrong(endpoint.to_owned(), format!("the path {endpoint}"));
    }
    if let Some(parent) = path.rfind('/').filter(|place| *place > 0) {
        wrong(path[..parent].to_owned(), format!("only {} of the path", &path[..parent]));
    }
    wrong(String::new(), "no path".to_owned());
    let query = target.query.as_deref().filter(|query| !query.is_empty());
    if let Some(query) = query {
        for query in [query.to_owned(), percent_decoded(query), percent_encoded(query), sorted(query)] {
            let text = format!("{right}?{query}");
            variants.push(Variant::wrong(Cause::PathHasQuery, text, format!("the query, ?{query}")).common());
            let text = format!("{right}{query}");
            variants.push(Variant::wrong(Cause::PathHasQuery, text, "the query without its question mark".to_owned()));
        }
    }
    variants.push(Variant::wrong(Cause::PathHasQuery, format!("{right}?"), "a question mark after the path"));
    if let Some(query) = query {
        // with the query: a query is the one mistake, wherever it stands
        let urls: Vec<_> =
            bases.iter().take(12).map(|(text, words)| (format!("{text}?{query}"), words.clone())).collect();
        for (text, words) in urls {
            variants.push(Variant::wrong(Cause::PathHasQuery, text, format!("{words}, with the query")));
        }
    }
    let common = ["the whole URL", "the path with a slash at its end", "the path without its first slash"];
    variants.extend(bases.into_iter().map(|(text, words)| {
        let is_common = common.contains(&words.as_str());
        Variant { is_common, ..Variant::wrong(Cause::PathMismatch, text, words) }
    }));
    variants
}

/// Paths of many segments are not taken apart to the last.
fn bases_full(rest: &str) -> bool {
    rest.matches('/').count() > 8
}

fn sorted(query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/?&=%:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
