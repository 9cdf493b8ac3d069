//! Errors that name a program which is neither Polymarket's nor a library that carries its requests.

use regex::Regex;
use std::sync::LazyLock;

use super::pattern;
use crate::reference::service::DATABASES;

// an exception that has the name of a service in front: `PrivyApiError`, `TurnkeyRequestError`
pattern!(
    CLASS,
    r"(?-u)\b([A-Z][A-Za-z0-9]{2,20}?)(?:Admin|Api|API|Sdk|SDK|Request|Response|Auth|Authentication|Http)+(?:Error|Exception)\b"
);
pattern!(PORT, r"(?i-u)(?:[a-z0-9\]]:|\bport[ =:]{1,2})(\d{4,5})\b");

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
