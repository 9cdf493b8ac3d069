//! The search against the outputs of the official clients, with mistakes put into them.

#![allow(clippy::format_collect)] // texts of tests are short

mod drafts;
mod fuzz;
mod headers;
mod mistakes;
mod orders;
mod relay;
mod share;
mod us;
mod wallet_mistakes;

use serde_json::Value;

use super::{Inspection, Kind, Known, KnownCredentials, Outcome, inspect};
use crate::auth::key;
use crate::auth::l2::SecretKey;
use crate::cause::{Cause, Certainty};
use crate::secret::Secret;
use drafts::{Draft, FORMS, Form};

pub(super) fn vectors(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

const L1: &str = include_str!("../../tests/vectors/l1.json");
const L2: &str = include_str!("../../tests/vectors/l2.json");
const BUILDER: &str = include_str!("../../tests/vectors/builder.json");

/// The inspection of a text for its requests alone: the bodies of these vectors hold the order of an example
/// in the documentation, which has no real signature.
fn of_requests(text: &str, known: &Known) -> Inspection {
    let mut found = inspect(text, known);
    found.requests.retain(|request| request.kind != Kind::Order);
    found
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_default()
}

fn credentials(vector: &Value) -> KnownCredentials {
    let part = |name: &str| Some(text(&vector["creds"], name)).filter(|text| !text.is_empty());
    KnownCredentials {
        key: part("key").map(str::to_owned),
        secret: part("secret").map(Secret::new),
        passphrase: part("passphrase").map(Secret::new),
    }
}

/// What every client that signed a vector sent.
fn results(vector: &Value) -> impl Iterator<Item = Vec<(String, String)>> {
    // the Rust clients send and sign another path than they are given: one that is parsed
    let reparsed = text(vector, "note").starts_with("path:");
    let results = vector["results"].as_object().unwrap().iter();
    results.filter(move |(client, _)| !(reparsed && client.starts_with("rs"))).filter_map(|(_, headers)| {
        let headers = headers.as_object().filter(|headers| !headers.contains_key("error"))?;
        headers.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    })
}

fn causes(inspection: &Inspection) -> Vec<&'static str> {
    for finding in inspection.findings() {
        // the reference says of each cause what finds it
        assert!(finding.cause.words().found_by.iter().any(|way| way == "inspect"), "{}", finding.cause.name());
    }
    inspection.findings().map(|finding| finding.cause.name()).collect()
}

#[test]
fn nothing_is_wrong_with_the_l1_requests_of_official_clients() {
    for vector in vectors(L1) {
        let private_key = Secret::new(text(&vector, "private_key"));
        let chain_id = vector["chain_id"].as_u64().unwrap();
        let known = Known {
            signer: Some(key::parse(&private_key).unwrap().signer.address()),
            private_key: Some(private_key),
            chain_id: Some(chain_id),
            ..Known::default()
        };
        for (place, headers) in results(&vector).enumerate() {
            let draft = Draft { method: "POST".into(), path: "/auth/api-key".into(), headers, ..Draft::default() };
            let pasted = draft.pasted(FORMS[place % FORMS.len()]);
            let found = of_requests(&pasted, &known);
            let id = &vector["id"];
            assert_eq!(found.requests.len(), 1, "{id}: {pasted}");
            let expected: &[&str] = match vector["timestamp"].as_i64().unwrap() {
                100_000_000_000.. => &["timestamp-unit"],
                _ if ![137, 80002].contains(&chain_id) => &["wrong-chain-id"],
                _ => &[],
            };
            assert_eq!(causes(&found), expected, "{id} {}: {pasted}", text(&vector, "note"));
            assert_eq!(found.requests[0].kind, Kind::L1, "{id}");
            assert!(found.requests[0].reproduced_by.is_some(), "{id}");
        }
    }
}

/// What a vector's note says is unusual about it; `None` for what must be found right.
fn oddity(vector: &Value) -> Option<Cause> {
    let note = text(vector, "note");
    let body = vector["body"].as_str().unwrap_or_default();
    let method = text(vector, "method");
    if vector["timestamp"].as_i64().unwrap() >= 100_000_000_000 {
        return Some(Cause::TimestampUnit);
    }
    if method != method.to_uppercase() && !note.starts_with("SDK") {
        return Some(Cause::MethodMismatch);
    }
    if text(vector, "path").contains('?') {
        return Some(Cause::PathHasQuery);
    }
    if text(vector, "path").contains('#') {
        return Some(Cause::PathMismatch);
    }
    let secret = SecretKey::decode(&Secret::new(text(&vector["creds"], "secret")));
    if secret.is_ok_and(|key| !key.form.is_usual_length()) {
        return Some(Cause::SecretEncoding);
    }
    (body.contains('\'') && vector["signature"].is_null()).then_some(Cause::BodySerialisation)
}

fn check_hmac(file: &str, kind: Kind, known: impl Fn(&Value) -> Known) {
    let mut right = 0;
    for vector in vectors(file) {
        let id = &vector["id"];
        let known = known(&vector);
        let note = text(&vector, "note");
        // no request can be made of it: refused by clients, or not to be pasted
        if ["bad_character", "bad_length", "empty, "].iter().any(|odd| note.contains(odd))
            || text(&vector["creds"], "secret").is_empty()
            || text(&vector, "path").contains([' ', '#'])
        {
            continue;
        }
        for (place, headers) in results(&vector).enumerate() {
            let draft = Draft {
                method: text(&vector, "method").into(),
                path: text(&vector, "path").into(),
                body: vector["body"].as_str().map(str::to_owned),
                headers,
                ..Draft::default()
            };
            let form = FORMS[place % FORMS.len()];
            // curl sends a query that is in the path, and HTTP has no way to send what is not ASCII
            let pasted = draft.pasted(form);
            let found = of_requests(&pasted, &known);
            assert_eq!(found.requests.len(), 1, "{id} {note} {form:?}: {pasted}");
            assert_eq!(found.requests[0].kind, kind, "{id}");
            let names = causes(&found);
            match oddity(&vector) {
                // some clients sign such a body as it is, others rewrite it
                Some(Cause::BodySerialisation) if names.is_empty() => {}
                Some(odd) => assert_eq!(names, [odd.name()], "{id} {note} {form:?}: {pasted}"),
                None => {
                    assert_eq!(names, Vec::<&str>::new(), "{id} {note} {form:?}: {pasted}");
                    assert_eq!(found.requests[0].outcome, Outcome::Right, "{id} {note} {form:?}");
                    right += 1;
                }
            }
        }
    }
    assert!(right > 100, "{right}");
}

#[test]
fn nothing_is_wrong_with_the_l2_requests_of_official_clients() {
    check_hmac(L2, Kind::L2, |vector| {
        let private_key = Secret::new(text(vector, "private_key"));
        Known {
            signer: Some(key::parse(&private_key).unwrap().signer.address()),
            private_key: Some(private_key),
            user: credentials(vector),
            ..Known::default()
        }
    });
}

#[test]
fn nothing_is_wrong_with_the_builder_requests_of_official_clients() {
    check_hmac(BUILDER, Kind::Builder, |vector| Known { builder: credentials(vector), ..Known::default() });
}

/// A request that somebody published: its signature was right, and the server's answer had another reason.
#[test]
fn a_published_l1_request_is_found_right_and_its_chain_is_told_from_others() {
    let request = |timestamp: &str| {
        format!(
            "{{\"method\":\"post\",\"url\":\"https://clob.polymarket.com/auth/api-key\",\"headers\":{{\"POLY_ADDRESS\":\
             \"0x4F531514dC5ef078818861cEF5e15eCE6747944e\",\"POLY_SIGNATURE\":\"0xb39b2a7cdb299740df70c7e9442993d216ee54ad404c0704912d8783b3c299d6250b2582bf23db2068e8ebd01c4a520b29ede5e18a004a78cfd3b9a1c80b92421b\",\
             \"POLY_TIMESTAMP\":\"{timestamp}\",\"POLY_NONCE\":\"0\"}}}}"
        )
    };
    let found = of_requests(&request("1761984932"), &Known::default());
    assert_eq!((causes(&found), found.requests[0].outcome), (vec![], Outcome::Right));
    let elsewhere = Known { chain_id: Some(80002), ..Known::default() };
    let found = of_requests(&request("1761984932"), &elsewhere);
    assert_eq!(causes(&found), ["wrong-chain-id"]);
    assert_eq!(found.findings().next().unwrap().certainty, Certainty::Proven);
    let found = of_requests(&request("1761984932000"), &Known::default());
    assert_eq!(causes(&found)[0], "timestamp-unit");
    assert_eq!(found.findings().next().unwrap().certainty, Certainty::Proven);
}

#[test]
fn without_a_secret_all_is_said_that_can_be_said() {
    let text = "GET /auth/api-keys HTTP/1.1\nHost: clob.polymarket.com\nPOLY-ADDRESS: \
                0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\nPOLY_SIGNATURE: XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg=\n\
                POLY_TIMESTAMP: 1700000000000\nPOLY_API_KEY: f4f247b7-4ac7-ff29-a152-04fda0a8755a\n\n";
    let found = inspect(text, &Known::default());
    assert_eq!(found.requests[0].outcome, Outcome::Unchecked);
    assert_eq!(causes(&found), ["header-names", "header-missing", "timestamp-unit"]);
    assert!(found.findings().all(|finding| finding.certainty < Certainty::Proven));
}

#[test]
fn no_secret_comes_out() {
    let secret = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
    let passphrase = "9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d";
    let known = Known {
        user: KnownCredentials {
            key: Some("f4f247b7-4ac7-ff29-a152-04fda0a8755a".into()),
            secret: Some(Secret::new(secret)),
            passphrase: None,
        },
        ..Known::default()
    };
    let text = format!(
        "curl -X POST 'https://clob.polymarket.com/{passphrase}?s={secret}' -H 'POLY_PASSPHRASE: {passphrase}' \
         -H 'POLY_API_KEY: {passphrase}' -H 'POLY_ADDRESS: {secret}' -H 'POLY_TIMESTAMP: {secret}' -H 'POLY_SIGNATURE: {secret}'"
    );
    let found = of_requests(&text, &known);
    let printed = found.json().to_string();
    assert!(!printed.contains(secret) && !printed.contains(passphrase), "{printed}");
    let kinds: Vec<&str> = found.exposed.iter().map(|exposure| exposure.kind.as_str()).collect();
    assert_eq!(kinds, ["API passphrase", "API secret"]);
    assert!(!found.requests[0].findings.is_empty());
}

/// A generator that is the same on every machine.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

#[test]
fn any_text_is_read_without_a_panic() {
    let vector = &vectors(L2)[18];
    let headers = results(vector).next().unwrap();
    let draft = Draft {
        method: "POST".into(),
        path: "/order".into(),
        body: vector["body"].as_str().map(str::to_owned),
        headers,
        ..Draft::default()
    };
    let known = Known { user: credentials(vector), ..Known::default() };
    let seeds: Vec<String> = FORMS.iter().map(|form| draft.pasted(*form)).collect();
    let mut random = Random(0x5eed_1234_5678_9abc);
    for round in 0..1500 {
        let mut bytes = if round % 5 == 0 {
            (0..random.below(300)).map(|_| random.next().to_le_bytes()[0]).collect()
        } else {
            seeds[random.below(seeds.len())].clone().into_bytes()
        };
        for _ in 0..random.below(8) {
            if bytes.is_empty() {
                break;
            }
            let place = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[place] = random.next().to_le_bytes()[0],
                1 => bytes.truncate(place),
                2 => drop(bytes.drain(place..(place + random.below(20)).min(bytes.len()))),
                _ => {
                    let other = seeds[random.below(seeds.len())].as_bytes();
                    let start = random.below(other.len());
                    let end = (start + random.below(60)).min(other.len());
                    bytes.splice(place..place, other[start..end].iter().copied());
                }
            }
        }
        // reading is what meets any bytes; the search meets values only
        let text = String::from_utf8_lossy(&bytes);
        let reading = super::reading::read(&text);
        if round % 25 == 0 {
            let _ = of_requests(&text, &known);
        }
        assert!(reading.requests.len() < 50);
    }
}

#[test]
fn a_form_says_the_same_whatever_it_is() {
    let vector = &vectors(L2)[18];
    let known = Known { user: credentials(vector), ..Known::default() };
    for form in FORMS.iter().copied() {
        let headers = results(vector).next().unwrap();
        let mut draft = Draft {
            method: "POST".into(),
            path: "/order".into(),
            body: vector["body"].as_str().map(str::to_owned),
            headers,
            ..Draft::default()
        };
        let found = of_requests(&draft.pasted(form), &known);
        assert_eq!(found.requests[0].outcome, Outcome::Right, "{form:?} {:?}", found.findings().collect::<Vec<_>>());
        draft.method = "DELETE".into();
        let found = of_requests(&draft.pasted(form), &known);
        let expected: &[&str] = if form == Form::Lines { &[] } else { &["method-mismatch"] };
        assert_eq!(causes(&found), expected, "{form:?}: {}", draft.pasted(form));
    }
}

#[test]
fn several_requests_are_taken_one_by_one() {
    let vectors = vectors(L2);
    let drafts: Vec<Draft> = [3, 4, 18]
        .map(|place| {
            let vector = &vectors[place];
            Draft {
                method: text(vector, "method").into(),
                path: text(vector, "path").into(),
                body: vector["body"].as_str().map(str::to_owned),
                headers: results(vector).next().unwrap(),
                ..Draft::default()
            }
        })
        .into();
    let known = Known { user: credentials(&vectors[3]), ..Known::default() };
    for form in FORMS.iter().copied().filter(|form| *form != Form::Lines) {
        let pasted: Vec<String> = drafts.iter().map(|draft| draft.pasted(form)).collect();
        let text = format!("started\n{}\n", pasted.join("\n2026-11-30 12:00:00 INFO next\n"));
        let found = of_requests(&text, &known);
        let paths: Vec<_> = found.requests.iter().map(|request| request.path.clone().unwrap_or_default()).collect();
        assert_eq!(paths, ["/auth/api-keys", "/auth/api-key", "/order"], "{form:?}: {text}");
        assert!(
            found.requests.iter().all(|request| request.outcome == Outcome::Right),
            "{form:?} {:?}",
            causes(&found)
        );
        assert!(found.requests.is_sorted_by_key(|request| request.line) && found.requests[0].line >= 2, "{form:?}");
        assert_eq!(found.json()["kind"], "log");
    }
}
