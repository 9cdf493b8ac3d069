//! Errors that name a program which is neither Polymarket's nor a library that carries its requests.

use super::ascii_pattern;
use super::brands::{BRANDS, Brand};
use crate::reference::service::DATABASES;

ascii_pattern!(OF_CCXT, r"(?-u)\bccxt(?:[./]base)?[./]errors[./]\w+:?\s+(\w+)");

/// Words by which a text is about Polymarket.
const OURS: &[&str] = &["polymarket", "clob", "poly_", "poly-", "polyapi", "pusd", "relayer", "funder"];

/// The other service whose error a text is: a form that only its errors have, or its name in the statement that
/// tells of an error, where nothing is of Polymarket.
pub(super) fn brand(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    if !tells(&lower) && !lower.contains("notok") {
        return None;
    }
    if let Some(exchange) = OF_CCXT.captures(&lower).and_then(|found| found.get(1)) {
        // one library for many exchanges, which are named behind the exception
        let name = BRANDS.iter().find(|brand| brand.words.contains(&exchange.as_str())).map(|brand| brand.name);
        return (exchange.as_str() != "polymarket").then(|| name.unwrap_or("an exchange of ccxt"));
    }
    let begins = |form: &str| {
        let is_start = |at: usize| !lower[..at].ends_with(|c: char| c.is_alphanumeric() || "/@_-".contains(c));
        lower.match_indices(form).any(|(at, _)| is_start(at))
    };
    if let Some(brand) = BRANDS.iter().find(|brand| brand.forms.iter().any(|form| begins(form))) {
        return Some(brand.name);
    }
    if OURS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    // of one object all values belong together
    let is_object = lower.contains('{');
    let clauses: Vec<&str> = if is_object { vec![&lower] } else { lower.split(['\n', ';', ',']).collect() };
    clauses.into_iter().filter(|clause| is_object || tells(clause)).find_map(|clause| {
        let names = |brand: &&Brand| brand.words.iter().any(|word| stands(clause, word));
        BRANDS.iter().find(names).map(|brand| brand.name)
    })
}

/// Whether a statement says that something is wrong.
fn tells(clause: &str) -> bool {
    const WRONG: &[&str] = &[
        "error",
        "exception",
        "fail",
        "invalid",
        "denied",
        "unauthorized",
        "forbidden",
        "insufficient",
        "expired",
        "missing",
        "refused",
        "rejected",
        "timed out",
        "timeout",
        "not found",
        "mismatch",
        "wrong",
        "bad ",
        "unable",
        "cannot",
        "could not",
        "blocked",
        "closed",
        "401",
        "403",
        "404",
        "429",
        "500",
        "502",
        "503",
        "limit",
    ];
    WRONG.iter().any(|word| clause.contains(word))
}

/// Whether a name stands by itself in a text.
fn stands(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let is_part = |c: char| c.is_alphanumeric();
        !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    })
}

// an exception that has the name of a service in front: `PrivyApiError`, `TurnkeyRequestError`
ascii_pattern!(
    CLASS,
    r"(?-u)\b([A-Z][A-Za-z0-9]{2,20}?)(?:Admin|Api|API|Sdk|SDK|Request|Response|Auth|Authentication|Http)+(?:Error|Exception)\b"
);
ascii_pattern!(PORT, r"(?i-u)(?:[a-z0-9\]]:|\bport[ =:]{1,2})(\d{4,5})\b");

/// How the names of such exceptions begin where no service is named.
const ANYBODYS: &[&str] = &[
    "Poly",
    "Clob",
    "CLOB",
    "Relay",
    "Gamma",
    "Builder",
    "Bridge",
    "Axios",
    "Http",
    "HTTP",
    "Fetch",
    "Rest",
    "REST",
    "Rpc",
    "RPC",
    "Json",
    "JSON",
    "Web",
    "Bad",
    "Client",
    "Server",
    "Invalid",
    "Network",
    "Base",
    "Async",
    "Socket",
    "Proxy",
    "User",
    "Service",
    "External",
    "Remote",
    "Exchange",
    "Trading",
    "Order",
    "Market",
    "Bot",
    "Undici",
    "Requests",
    "Httpx",
    "Aiohttp",
    "Contract",
    "Provider",
    "Wallet",
    "Viem",
    "Ethers",
    "Rate",
    "Unexpected",
    "Unauthorized",
    "Forbidden",
    "Failed",
    "Retry",
    "Timeout",
    "Data",
    "Signer",
    "Signing",
    "Internal",
    "Generic",
    "Custom",
    "Grpc",
    "Unknown",
    "Missing",
    "Malformed",
    "Abstract",
    "Public",
    "Private",
    "Python",
    "Node",
];

/// Whether an exception is named after a service that is not known here.
pub(super) fn names_client(text: &str) -> bool {
    let is_brand = |name: &str| !ANYBODYS.iter().any(|start| name.starts_with(start));
    (text.contains("rror") || text.contains("xception"))
        && CLASS.captures_iter(text).any(|found| found.get(1).is_some_and(|name| is_brand(name.as_str())))
}

/// Whether a text is about a connection to the port of a database.
pub(super) fn names_database(text: &str) -> bool {
    const CONNECTING: &[&str] = &["onnect", "ONNREFUSED", "dial tcp", "ETIMEDOUT", "ECONNRESET"];
    CONNECTING.iter().any(|word| text.contains(word))
        && PORT.captures_iter(text).any(|found| {
            found.get(1).and_then(|port| port.as_str().parse().ok()).is_some_and(|port| DATABASES.contains(&port))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_of_another_service_is_known_by_its_name() {
        for text in ["PrivyApiError: 401 x", "at TurnkeyRequestError: 403", "MagicAdminSDKError: 401"] {
            assert!(names_client(text), "{text}");
        }
        for text in
            ["PolyApiException[status_code=401]", "AxiosError: 401", "ClientResponseError: 401", "ApiError: 401"]
        {
            assert!(!names_client(text), "{text}");
        }
    }

    #[test]
    fn a_brand_is_known_by_its_form_or_by_its_name_beside_an_error() {
        for (text, name) in [
            ("pybit.exceptions.InvalidRequestError: invalid request (ErrCode: 10002)", "Bybit"),
            ("ccxt.base.errors.AuthenticationError: bingx {\"code\":100001}", "BingX"),
            ("psycopg.OperationalError: connection failed for user \"polymarket\"", "PostgreSQL"),
            ("{\"message\":\"Invalid API key\",\"hint\":\"your Supabase key\"}", "Supabase"),
            ("bybit: invalid API key", "Bybit"),
        ] {
            assert_eq!(brand(text), Some(name), "{text}");
        }
        for text in [
            "ccxt.base.errors.InvalidOrder: polymarket amount must be higher than 0",
            "binance feed connected, order failed: invalid signature",
            "polymarket bot for kalshi arbitrage: Invalid API key",
            "invalid signature",
        ] {
            assert_eq!(brand(text), None, "{text}");
        }
    }

    #[test]
    fn a_database_is_known_by_its_port() {
        for text in
            ["connect ECONNREFUSED ::1:5432", "dial tcp 127.0.0.1:3306: connect: refused", "connecting to port 6379"]
        {
            assert!(names_database(text), "{text}");
        }
        for text in ["connect ECONNREFUSED 127.0.0.1:5001", "balance: 5432", "connected, size 6379"] {
            assert!(!names_database(text), "{text}");
        }
    }
}
