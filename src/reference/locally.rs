//! What is raised before a request, or about an order's numbers, in words that no list can hold.

use regex::Regex;

use super::{ErrorEntry, find_error};
use crate::cause::Cause;

pattern!(
    NOTHING,
    r"(?i-u)\bof (?:undefined|null)\b|\bundefined \(|NoneType|is (?:undefined|null|None)\b|(?:got|received) (?:undefined|null|None)\b|nil pointer|NullPointerException|NullReferenceException|LateInitializationError|null is not an object"
);
// functions that take the private key
pattern!(
    OF_KEY,
    r"(?-u)\b(?:privateKeyToAccount|privateKeyToAddress|new Wallet|new SigningKey|computeAddress|computePublicKey|_parsePrivateKey|Account\.from_key|from_key|createL1Headers|create_level_1_headers|buildClobEip712Signature|sign_clob_auth_message|HexToECDSA|PrivateKeySigner|Credentials\.create|ECKeyPair|EthPrivateKey|LocalWallet)\b"
);
// functions that take the API credentials
pattern!(
    OF_CREDENTIALS,
    r"(?-u)\b(?:createL2Headers|create_level_2_headers|buildPolyHmacSignature|build_hmac_signature|buildHmac\w*|replaceUrlSafeBase64|injectBuilderHeaders)\b"
);

/// The sentence for a key or credentials that a function was given none of: an error about nothing, with the
/// function in its stack.
pub(super) fn without_value(text: &str) -> Option<&'static ErrorEntry> {
    if !NOTHING.is_match(text) {
        return None;
    }
    // the innermost frame is the one that took it: Python prints it last, most others first
    let last = |pattern: &Regex| pattern.find_iter(text).last().map(|found| found.start());
    let first = |pattern: &Regex| pattern.find(text).map(|found| found.start());
    let is_python = text.contains("File \"");
    let at = |pattern: &Regex| if is_python { last(pattern).map(|at| text.len() - at) } else { first(pattern) };
    match (at(&OF_KEY), at(&OF_CREDENTIALS)) {
        (Some(key), Some(credentials)) if credentials < key => find_error("API credentials are not configured"),
        (Some(_), _) => find_error("Private key is not set"),
        (None, Some(_)) => find_error("API credentials are not configured"),
        (None, None) => None,
    }
}

/// The sentence for a private key that does not decode, where a sentence about decoding in general was found
/// below a function that takes the key.
pub(super) fn of_key(entry: &ErrorEntry, text: &str) -> Option<&'static ErrorEntry> {
    let at = |pattern: &Regex| pattern.find_iter(text).last().map(|found| found.start());
    let is_of_key = is_of_decoding(entry) && at(&OF_KEY).is_some() && at(&OF_KEY) > at(&OF_CREDENTIALS);
    is_of_key.then(|| find_error("private key is not 32 bytes")).flatten()
}

/// Whether a sentence is about a secret that does not decode.
pub(super) fn is_of_decoding(entry: &ErrorEntry) -> bool {
    entry.causes.first().is_some_and(|first| first.cause == Cause::SecretEncoding)
}

/// Whether a text is about a message that did not parse, whose characters say nothing of a secret.
pub(super) fn is_of_parsing(text: &str) -> bool {
    const WORDS: &[&str] = &["json", "websocket", "message", "looking for beginning of value", "ws_", "wss://"];
    let lower = text.to_lowercase();
    let names_secret = ["secret", "base64", "hmac", "atob"].iter().any(|word| lower.contains(word));
    !names_secret && WORDS.iter().any(|word| lower.contains(word))
}

pattern!(
    NUMBER,
    r"(?i-u)\b(?:price|size|amounts?|tick(?:[ _]?size)?|shares?|quantity|qty|notional|expiration|decimals?|decimal places|order value)\b"
);
pattern!(
    RULE,
    r"(?i-u)\b(?:must|should be|invalid|minimum|maximum|min|max|between|at least|at most|less than|lower than|greater than|more than|below|above|exceeds?|multiple|precision|too (?:small|large|low|high|many|big)|positive|non-negative|negative|rounded|out of (?:range|bounds)|cannot be|can't be|zero)\b"
);
// numbers of other things, and what such a sentence would not be about
pattern!(
    OTHER,
    r"(?i-u)\b(?:balance|allowance|signature|signatures|auth\w*|api|key|keys|secret|passphrase|funds?|gas|fee per gas|nonce|timestamp|block|bytes|funder|wallet|address|token|hex|base64|padding|rate|limit|page|payload|body|buffer|header|batch|request|requests|cursor|slippage|transfer|ERC20|chunk|array|list|string length|memory|port)\b"
);

/// The sentence for a text about an order's price, size or amount that breaks a rule.
pub(super) fn about_numbers(said: &str) -> Option<&'static ErrorEntry> {
    let is_short = said.len() <= 400;
    let is_about = is_short && NUMBER.is_match(said) && RULE.is_match(said) && !OTHER.is_match(said);
    is_about.then(|| find_error("the order's price, size or amount is not allowed")).flatten()
}

/// Whether a connection was not opened, or ended.
pub(super) fn tells_of_closing(text: &str) -> bool {
    const WORDS: &[&str] = &["failed", "1006", "closed", "disconnected", "refused", "rejected", "error"];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// Whether words or codes tell that somebody could not be reached, or refuses its callers.
pub(super) fn is_of_the_network(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "connect",
        "timeout",
        "timed out",
        "unavailable",
        "unreachable",
        "network",
        "rate limit",
        "limit exceeded",
        "too many",
        "unauthorized",
        "forbidden",
        "api key",
        "disabled",
        "no response",
        "failed to fetch",
        "request failed",
        "could not reach",
        "refused",
        "rpc error",
        "all endpoints",
        "-32005",
        "-32016",
        "-32051",
        "-32090",
    ];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// Whether an RPC says that it does not serve this caller: no access, no credit, a limit.
pub(super) fn refuses_callers(said: &str) -> bool {
    const WORDS: &[&str] = &[
        "access",
        "exceeded",
        "quota",
        "capacity",
        "upgrade",
        "credits",
        "not enabled",
        "authoriz",
        "authenticat",
        "api key",
        "project id",
        "daily request count",
        "payment",
        "blocked",
        "suspended",
        "disabled",
        "forbidden",
        "whitelist",
        "allowlist",
        "deprecated",
    ];
    let lower = said.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_was_given_nothing_tells_what_is_missing() {
        for (text, sentence) in [
            (
                "TypeError: Cannot read properties of undefined (reading 'slice')\n    at privateKeyToAccount (x.ts:44)",
                "Private key is not set",
            ),
            (
                "TypeError: Cannot read properties of undefined (reading 'replace')\n    at replaceUrlSafeBase64 (hmac.js:5)\n    at createL2Headers (index.js:3)",
                "API credentials are not configured",
            ),
            (
                "  File \"client.py\", line 9, in create_level_2_headers\n  File \"hmac.py\", line 13, in build_hmac_signature\nTypeError: argument should be a bytes-like object or ASCII string, not 'NoneType'",
                "API credentials are not configured",
            ),
            (
                "  File \"account.py\", line 9, in from_key\nTypeError: expected str, not NoneType",
                "Private key is not set",
            ),
        ] {
            assert_eq!(without_value(text).map(|error| error.text.as_str()), Some(sentence), "{text}");
        }
        for text in [
            "TypeError: Cannot read properties of undefined (reading 'map')\n    at renderMarkets (app.ts:44)",
            "Error: invalid private key\n    at privateKeyToAccount (x.ts:44)",
        ] {
            assert!(without_value(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_rule_about_a_number_of_the_order_is_known_in_any_words() {
        for text in [
            "price must conform to tick size 0.005 with at most 3 decimal places.",
            "size must be a positive number",
            "Order quantity 3 is below the minimum of 5",
            "amount has too many decimals",
            "expiration must be in the future, and at least 3 minutes ahead",
        ] {
            assert!(about_numbers(text).is_some(), "{text}");
        }
        for text in [
            "not enough balance: order amount must be lower",
            "max fee per gas less than block base fee: price too low",
            "batch size must be at most 15 requests",
            "the price is shown in the app",
            "private key must be 32 bytes, size 20 is invalid",
            "market is closed",
        ] {
            assert!(about_numbers(text).is_none(), "{text}");
        }
    }
}
