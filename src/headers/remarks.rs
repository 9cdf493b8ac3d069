//! What a server would refuse of a request, or a client would do in another way.

use super::{Key, Unsigned};
use crate::auth::builder::builder_key_created_ms;
use crate::auth::contracts;
use crate::auth::l2::{ApiCredentials, SecretKey};
use crate::auth::us::{PublicHalf, UsCredentials, UsKey};
use crate::endpoints;

/// The services beside the CLOB that publish a limit allow so many seconds either way.
const USUAL_LIMIT_S: i64 = 30;
/// More seconds than any clock will show for thousands of years; fewer milliseconds than today's.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

pub(super) fn remarks(unsigned: &Unsigned, key: Key<'_>, now_s: i64) -> Vec<String> {
    let mut remarks = Vec::new();
    match key {
        Key::Us { .. } => remarks.extend(us_timestamp(unsigned.timestamp, now_s)),
        _ => remarks.extend(timestamp(unsigned.timestamp, now_s)),
    }
    match key {
        Key::L1 { chain_id, nonce, .. } => {
            if contracts::chain(chain_id).is_none() {
                remarks.push(format!("Polymarket runs on chain 137 (Polygon) and 80002 (Amoy), not on {chain_id}"));
            }
            if nonce > alloy_primitives::U256::from(u32::MAX) {
                remarks.push("The Rust clients cannot express a nonce above 4294967295".to_owned());
            }
            if ![endpoints::API_KEY, endpoints::DERIVE].contains(&unsigned.path.as_str()) {
                remarks.push(format!(
                    "L1 headers are for POST {} and GET {} only",
                    endpoints::API_KEY,
                    endpoints::DERIVE
                ));
            }
            if unsigned.body.is_some() {
                remarks.push("L1 does not sign a body, and L1 endpoints accept none".to_owned());
            }
        }
        Key::L2 { credentials, .. } => {
            remarks.extend(method(&unsigned.method));
            remarks.extend(path(&unsigned.path));
            remarks.extend(unsigned.body.as_deref().and_then(body));
            if let Some(created) = builder_key_created_ms(&credentials.key) {
                let day = i64::try_from(created).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
                let made = day.map_or_else(String::new, |day| format!(" made on {}", day.strftime("%Y-%m-%d")));
                remarks
                    .push(format!("The API key looks like a builder key{made}; L2 needs the user's API credentials"));
            }
            remarks.extend(of_credentials(credentials));
        }
        Key::Builder { credentials } => {
            remarks.extend(method(&unsigned.method));
            remarks.extend(path(&unsigned.path));
            remarks.extend(unsigned.body.as_deref().and_then(body));
            remarks.extend(of_credentials(credentials));
        }
        Key::Us { credentials } => {
            remarks.extend(method(&unsigned.method));
            remarks.extend(path(&unsigned.path));
            if unsigned.body.is_some() {
                remarks.push("Polymarket US does not sign the body; it is sent unsigned".to_owned());
            }
            remarks.extend(of_us_credentials(credentials));
        }
    }
    remarks
}

fn us_timestamp(timestamp_ms: i64, now_s: i64) -> Option<String> {
    if timestamp_ms.abs() < LEAST_MILLISECONDS {
        return Some(format!(
            "The timestamp {timestamp_ms} is in seconds; Polymarket US expects milliseconds: {}",
            timestamp_ms.saturating_mul(1000)
        ));
    }
    let off = now_s.saturating_sub(timestamp_ms / 1000);
    let side = if off > 0 { "in the past" } else { "in the future" };
    (off.abs() > USUAL_LIMIT_S).then(|| {
        format!(
            "The timestamp {timestamp_ms} is {} {side}; Polymarket US accepts ±{USUAL_LIMIT_S} s",
            humanize(off.abs())
        )
    })
}

fn of_us_credentials(credentials: &UsCredentials) -> Vec<String> {
    let mut remarks = Vec::new();
    if uuid::Uuid::try_parse(&credentials.key_id).is_err() {
        remarks.push("The key ID is not a UUID; those of Polymarket US are".to_owned());
    }
    if let Ok(UsKey { form, .. }) = UsKey::decode(&credentials.secret) {
        if form.public_half == PublicHalf::Differs {
            remarks.push("The secret key combines two different keys; its first 32 bytes sign".to_owned());
        }
        if let Some(who) = form.refused_by() {
            remarks.push(format!("The secret key is {form}: {who} rejects it"));
        }
    }
    remarks
}

fn timestamp(timestamp: i64, now_s: i64) -> Option<String> {
    if timestamp >= LEAST_MILLISECONDS {
        return Some(format!(
            "The timestamp {timestamp} is in milliseconds; servers expect Unix seconds: {}",
            timestamp / 1000
        ));
    }
    let off = now_s.saturating_sub(timestamp);
    let side = if off > 0 { "in the past" } else { "in the future" };
    (off.abs() > USUAL_LIMIT_S).then(|| {
        format!(
            "The timestamp {timestamp} is {} {side}: too far to be accepted (the limit is not published; related services allow {USUAL_LIMIT_S} s)",
            humanize(off.abs())
        )
    })
}

fn method(method: &str) -> Option<String> {
    let upper = method.to_ascii_uppercase();
    if !METHODS.contains(&upper.as_str()) {
        return Some(format!("{method:?} is not an HTTP method"));
    }
    (upper != method).then(|| format!("The method is signed as {method}; servers verify {upper}"))
}

fn path(path: &str) -> Vec<String> {
    let mut remarks = Vec::new();
    if !path.starts_with('/') {
        remarks.push("The path does not start with /: sign what follows the host, without the host".to_owned());
    }
    if let Some((before, _)) = path.split_once('?') {
        remarks.push(format!("The path contains a query, which is sent but never signed: servers verify {before}"));
    } else if path.contains('#') {
        remarks.push("What follows # in a path is never sent".to_owned());
    }
    if path.contains(|c: char| !c.is_ascii_graphic()) {
        remarks.push(
            "The path contains characters that are percent-encoded when sent: what arrives is not what was signed"
                .to_owned(),
        );
    }
    if path.split(['?', '#']).next().is_some_and(|path| path.split('/').any(|segment| matches!(segment, "." | ".."))) {
        remarks.push("Clients resolve . and .. in a path: what arrives is not what was signed".to_owned());
    }
    remarks
}

fn body(body: &str) -> Option<String> {
    if body.ends_with('\n') {
        Some("The body ends with a newline, which is signed: it must be sent too".to_owned())
    } else {
        body.contains('\'').then(|| {
            "The body contains an apostrophe: the Python and Rust clients sign a \" instead; this signs the body as it is sent"
                .to_owned()
        })
    }
}

fn of_credentials(credentials: &ApiCredentials) -> Vec<String> {
    let mut remarks = Vec::new();
    if uuid::Uuid::try_parse(&credentials.key).is_err() {
        remarks.push("The API key is not a UUID (real ones always are)".to_owned());
    }
    if let Ok(SecretKey { form, .. }) = SecretKey::decode(&credentials.secret) {
        if !form.is_usual_length() {
            remarks.push(format!("The secret is {form}; real ones always have 32 bytes"));
        } else if let Some(who) = form.refused_by() {
            remarks.push(format!("The secret is {form}: rejected by {who}, although the bytes are the same"));
        }
    }
    remarks
}

/// What two clocks say of the use of server time. `ahead_s` is this clock minus the server's.
pub fn about_clock(ahead_s: i64) -> String {
    const NEGLIGIBLE_S: i64 = 2;
    if ahead_s.abs() < NEGLIGIBLE_S {
        return "The clocks agree; --server-time is for machines with an unreliable clock, and costs a request"
            .to_owned();
    }
    let side = if ahead_s > 0 { "ahead of" } else { "behind" };
    format!(
        "This clock is {} {side} the server's, which the headers use; until it is fixed, let your client use the server's time too",
        humanize(ahead_s.abs())
    )
}

fn humanize(seconds: i64) -> String {
    // beyond 2^53 the last digits do not matter
    #[allow(clippy::cast_precision_loss)]
    crate::facts::clock::humanize(seconds as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_would_refuse_is_said() {
        for (given, said) in [
            (timestamp(1_700_000_000_000, 1_700_000_000), "servers expect Unix seconds: 1700000000"),
            (timestamp(1_700_000_000, 1_700_000_040), "40 s in the past"),
            (timestamp(1_700_003_600, 1_700_000_000), "60 minutes in the future"),
            (method("get"), "servers verify GET"),
            (method("FETCH"), "not an HTTP method"),
            (path("/data/orders?market=1").pop(), "servers verify /data/orders"),
            (path("https://clob.polymarket.com/order").pop(), "without the host"),
            (path("/order#1").pop(), "never sent"),
            (path("/a b").pop(), "percent-encoded"),
            (path("/data/../orders").pop(), ".."),
            (body("it's"), "apostrophe"),
            (body("{}\n"), "ends with a newline"),
        ] {
            assert!(given.as_ref().is_some_and(|text| text.contains(said)), "{given:?} {said}");
        }
        for (given, said) in [
            (us_timestamp(1_700_000_000, 1_700_000_000), "expects milliseconds: 1700000000000"),
            (us_timestamp(1_700_000_000_000, 1_700_000_040), "40 s in the past"),
        ] {
            assert!(given.as_ref().is_some_and(|text| text.contains(said)), "{given:?} {said}");
        }
        assert_eq!(us_timestamp(1_700_000_000_999, 1_700_000_030), None);
        assert_eq!(timestamp(1_700_000_000, 1_700_000_030), None);
        assert_eq!(method("DELETE"), None);
        assert!(path("/data/order/%20x").is_empty());
        assert_eq!(body("{}"), None);
    }
}
