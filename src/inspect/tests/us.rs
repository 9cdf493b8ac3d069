//! Requests of Polymarket US, made with every mistake that people make.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::super::{Inspected, Kind, Known, KnownCredentials, Outcome, inspect};
use crate::auth::us::{UsKey, message};
use crate::cause::{Cause, Certainty};
use crate::secret::Secret;

const KEY_ID: &str = "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11";
const SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const STAMP: &str = "1705420800000";

fn known() -> Known {
    let us = KnownCredentials { key: Some(KEY_ID.to_owned()), secret: Some(Secret::new(SECRET)), passphrase: None };
    Known { us, ..Known::default() }
}

fn sign(message: &str) -> String {
    UsKey::decode(&Secret::new(SECRET)).unwrap().sign(message)
}

/// A raw request with these parts.
fn raw(call: &str, host: &str, stamp: &str, signature: &str, body: &str) -> String {
    format!(
        "{call} HTTP/1.1\nHost: {host}\nX-PM-Access-Key: {KEY_ID}\nX-PM-Timestamp: {stamp}\nX-PM-Signature: \
         {signature}\nContent-Type: application/json\n\n{body}"
    )
}

fn only(text: &str) -> Inspected {
    let inspection = inspect(text, &known());
    assert_eq!(inspection.requests.len(), 1, "{text}: {:?}", inspection.unread);
    inspection.requests.into_iter().next().unwrap()
}

#[test]
fn a_right_request_of_polymarket_us_is_right_in_every_form() {
    let signature = sign(&message(1_705_420_800_000, "GET", "/v1/portfolio/positions"));
    let headers =
        format!("-H 'X-PM-Access-Key: {KEY_ID}' -H 'X-PM-Timestamp: {STAMP}' -H 'X-PM-Signature: {signature}'");
    let object = serde_json::json!({
        "method": "GET",
        "url": "https://api.polymarket.us/v1/portfolio/positions?limit=5",
        "headers": { "X-PM-Access-Key": KEY_ID, "X-PM-Timestamp": STAMP, "X-PM-Signature": signature },
    });
    for text in [
        raw("GET /v1/portfolio/positions?limit=5", "api.polymarket.us", STAMP, &signature, ""),
        format!("curl {headers} 'https://api.polymarket.us/v1/portfolio/positions?limit=5'"),
        object.to_string(),
    ] {
        let inspected = only(&text);
        assert_eq!((inspected.kind, inspected.outcome), (Kind::Us, Outcome::Right), "{text}: {:?}", inspected.findings);
        assert!(inspected.findings.is_empty(), "{text}: {:?}", inspected.findings);
    }
}

#[test]
fn each_mistake_of_polymarket_us_is_proven_by_the_signature_that_it_gives() {
    let path = "/v1/portfolio/positions";
    let get =
        |signed: &str, stamp: &str| raw(&format!("GET {path}?limit=5"), "api.polymarket.us", stamp, &sign(signed), "");
    let whole = UsKey::decode(&Secret::new(SECRET)).unwrap();
    let half = whole.of_wrong_half().unwrap().sign(&format!("{STAMP}GET{path}"));
    let text = UsKey::decode(&Secret::new(STANDARD.encode(&SECRET[..32]))).unwrap().sign(&format!("{STAMP}GET{path}"));
    let body = r#"{"marketSlug":"a","price":"0.5"}"#;
    let order = |signed: &str| raw("POST /v1/orders", "api.polymarket.us", STAMP, &sign(signed), body);
    let url_safe = URL_SAFE.encode(STANDARD.decode(sign(&format!("{STAMP}GET{path}"))).unwrap());
    let bare = |signature: &str| raw(&format!("GET {path}"), "api.polymarket.us", STAMP, signature, "");
    for (captured, cause, said) in [
        (get(&format!("{STAMP}GET{path}?limit=5"), STAMP), Cause::UsSignatureInput, "the path and its query"),
        (get(&format!("1705420800GET{path}"), STAMP), Cause::UsSignatureInput, "timestamp in seconds"),
        (get(&format!("1705420800GET{path}"), "1705420800"), Cause::UsSignatureInput, "is in seconds"),
        (get(&format!("{STAMP}get{path}"), STAMP), Cause::MethodMismatch, "the method get"),
        (
            get(&format!("{STAMP}GEThttps://api.polymarket.us{path}?limit=5"), STAMP),
            Cause::UsSignatureInput,
            "the whole URL",
        ),
        (order(&format!("{STAMP}POST/v1/orders{body}")), Cause::UsSignatureInput, "the body"),
        (bare(&half), Cause::UsKeyMismatch, "the second half of the secret key"),
        (bare(&text), Cause::UsSecretFormat, "not decoded"),
        (bare(&url_safe), Cause::SignatureEncoding, "URL-safe base64"),
    ] {
        let inspected = only(&captured);
        let found = inspected.findings.iter().find(|finding| finding.cause == cause);
        let found = found.unwrap_or_else(|| panic!("{said}: {:?}", inspected.findings));
        assert!(found.summary.contains(said), "{said}: {}", found.summary);
        if !said.starts_with("is in") {
            assert_eq!((found.certainty, inspected.outcome), (Certainty::Proven, Outcome::Mistaken), "{said}");
            assert!(inspected.reproduced_by.is_some(), "{said}");
        }
        assert!(!inspected.json().to_string().contains(&SECRET[..30]), "{said}");
    }
    // an order that is signed right carries its body unsigned
    assert_eq!(only(&order(&format!("{STAMP}POST/v1/orders"))).outcome, Outcome::Right);
}

#[test]
fn headers_of_one_venue_at_the_other_and_wrong_hosts_are_told() {
    let path = "/v1/account/balances";
    let signature = sign(&format!("{STAMP}GET{path}"));
    let poly = "GET /v1/account/balances HTTP/1.1\nHost: api.polymarket.us\nPOLY_ADDRESS: 0x1\nPOLY_API_KEY: a\n";
    let hmac = STANDARD.encode([7; 32]);
    for (captured, cause) in [
        (raw(&format!("GET {path}"), "clob.polymarket.com", STAMP, &signature, ""), Cause::VenueMixed),
        (poly.to_owned(), Cause::VenueMixed),
        (raw(&format!("GET {path}"), "gateway.polymarket.us", STAMP, &signature, ""), Cause::UsWrongHost),
        (raw(&format!("GET {path}"), "api.polymarket.us", STAMP, &hmac, ""), Cause::VenueMixed),
        (raw(&format!("GET {path}"), "api.polymarket.us", STAMP, &signature[..40], ""), Cause::SignatureEncoding),
        ("GET /v1/account/balances HTTP/1.1\nHost: api.polymarket.us\n".to_owned(), Cause::UsCredentialsMissing),
    ] {
        let inspected = only(&captured);
        assert_eq!(inspected.kind, Kind::Us);
        let causes: Vec<Cause> = inspected.findings.iter().map(|finding| finding.cause).collect();
        assert!(causes.contains(&cause), "{captured}: {causes:?}");
    }
}

#[test]
fn age_and_key_of_a_request_of_polymarket_us_are_judged() {
    let signature = sign(&format!("{STAMP}GET/v1/account/balances"));
    let captured = raw("GET /v1/account/balances", "api.polymarket.us", STAMP, &signature, "");
    let late = Known { sent_s: Some(1_705_420_860), ..known() };
    let inspection = inspect(&captured, &late);
    assert_eq!(inspection.findings().next().unwrap().cause, Cause::UsClock);
    let other = Known {
        us: KnownCredentials { secret: Some(Secret::new(STANDARD.encode([9; 32]))), ..known().us },
        ..Known::default()
    };
    let inspection = inspect(&captured, &other);
    let found = inspection.findings().next().unwrap();
    assert_eq!((found.cause, found.certainty), (Cause::UsKeyMismatch, Certainty::Likely));
    assert_eq!(inspect(&captured, &Known::default()).requests[0].outcome, Outcome::Unchecked);
}
