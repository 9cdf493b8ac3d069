//! The auth engine against the outputs of the official clients, recorded in `tests/vectors`.
//!
//! Where the clients disagree among themselves, ours signs the exact bytes that are sent, and these
//! tests hold the list of who differs.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use alloy_primitives::hex;
use polydoctor::auth::contracts::chain;
use polydoctor::auth::l2::{ApiCredentials, SecretKey};
use polydoctor::auth::wallet::{WalletKind, WalletMap};
use polydoctor::auth::{AuthHeaders, builder, explain, key, l1, l2};
use polydoctor::secret::Secret;
use serde_json::Value;

use crate::program::polydoctor;

fn vectors(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{} has no text {field}", vector["id"]))
}

/// Holds what the command prints against the library's headers; without any, it must refuse.
fn assert_prints(command: &mut Command, ours: Option<&AuthHeaders>, id: &Value) {
    let output = command.output().unwrap();
    let Some(ours) = ours else {
        assert_eq!(output.status.code(), Some(2), "{id}");
        return assert!(output.stdout.is_empty(), "{id}");
    };
    assert!(output.status.success(), "{id}: {}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours: serde_json::Map<_, _> = ours.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    assert_eq!(printed["headers"], Value::Object(ours), "{id}");
}

/// `polydoctor headers` for a vector.
fn command(level: &str, vector: &Value) -> Command {
    let mut command = polydoctor();
    command.args(["headers", level, "--format", "json", "--show-secrets"]);
    command.args(["--timestamp", &vector["timestamp"].to_string()]);
    if let Some(private_key) = vector["private_key"].as_str() {
        command.env("PK", private_key);
    }
    for flag in ["method", "path", "body"] {
        if let Some(value) = vector[flag].as_str() {
            command.arg(format!("--{flag}={value}"));
        }
    }
    command
}

/// Holds our headers against every client's; gives the clients that differ.
fn differing(vector: &Value, ours: &AuthHeaders) -> BTreeSet<String> {
    let mut differing = BTreeSet::new();
    for (client, theirs) in vector["results"].as_object().unwrap() {
        let Some(theirs) = theirs.as_object().filter(|theirs| !theirs.contains_key("error")) else { continue };
        for (name, value) in theirs {
            let (ours, theirs) = (ours.get(name).unwrap_or("absent"), value.as_str().unwrap());
            // the service ignores the case of addresses, and clients differ in it
            let same = if name == "POLY_ADDRESS" { ours.eq_ignore_ascii_case(theirs) } else { ours == theirs };
            if !same {
                differing.insert(client.clone());
            }
        }
    }
    differing
}

#[test]
fn l1_headers_equal_every_clients() {
    let vectors = vectors("l1.json");
    assert_eq!(vectors.len(), 52);
    for vector in &vectors {
        let signer = key::parse(&Secret::new(text(vector, "private_key"))).unwrap().signer;
        let chain_id = vector["chain_id"].as_u64().unwrap();
        let timestamp = vector["timestamp"].as_i64().unwrap();
        let nonce = text(vector, "nonce").parse().unwrap();
        let id = &vector["id"];
        assert_eq!(l1::domain(chain_id).separator().to_string(), text(vector, "domain_separator"), "{id}");
        let digest = l1::digest(chain_id, signer.address(), &timestamp.to_string(), nonce);
        assert_eq!(digest.to_string(), text(vector, "digest"), "{id}");
        let ours = l1::headers(&signer, chain_id, timestamp, nonce).unwrap();
        assert_eq!(ours.get("POLY_SIGNATURE"), vector["signature"].as_str(), "{id}");
        assert_eq!(ours.get("POLY_ADDRESS"), vector["address"].as_str(), "{id}");
        assert_eq!(differing(vector, &ours), BTreeSet::new(), "{id}");
        let arguments = ["--chain-id", &chain_id.to_string(), "--nonce", text(vector, "nonce")];
        assert_prints(command("l1", vector).args(arguments), Some(&ours), id);
        let explained = explain::l1(chain_id, signer.address(), &timestamp.to_string(), nonce);
        let digest = &explained.sections[2].hash.as_ref().unwrap().bytes;
        assert_eq!(hex::encode_prefixed(digest), text(vector, "digest"), "{id}");
        let recovered =
            l1::recover(text(vector, "signature"), chain_id, signer.address(), &timestamp.to_string(), nonce);
        assert_eq!(recovered, Some(signer.address()), "{id}");
        let other_chain = if chain_id == 137 { 80002 } else { 137 };
        let recovered =
            l1::recover(text(vector, "signature"), other_chain, signer.address(), &timestamp.to_string(), nonce);
        assert_ne!(recovered, Some(signer.address()), "{id}");
    }
}

fn credentials(vector: &Value) -> ApiCredentials {
    let creds = &vector["creds"];
    ApiCredentials {
        key: text(creds, "key").to_owned(),
        secret: Secret::new(text(creds, "secret")),
        passphrase: Secret::new(text(creds, "passphrase")),
    }
}

/// Python and Rust sign a body with every ' turned into ", and send it as it is.
fn rewrites_quotes(client: &str) -> bool {
    client.starts_with("py") || client.starts_with("rs")
}

/// Checks one vector of L2 or builder headers, and gives who differs from us.
fn check_hmac(vector: &Value, ours: Result<AuthHeaders, l2::NotBase64>) -> BTreeSet<String> {
    let id = &vector["id"];
    let note = vector["note"].as_str().unwrap_or_default();
    let Ok(ours) = ours else {
        let accepted: Vec<_> =
            vector["results"].as_object().unwrap().iter().filter(|(_, theirs)| theirs.get("error").is_none()).collect();
        // what no client can decode, we cannot either; some clients decode what is cut short
        assert!(note.contains("bad_character") || note.contains("bad_length"), "{id} {note}: refused here");
        return accepted.into_iter().map(|(client, _)| client.clone()).collect();
    };
    if let Some(agreed) = vector["signature"].as_str() {
        let name = if ours.get("POLY_SIGNATURE").is_some() { "POLY_SIGNATURE" } else { "POLY_BUILDER_SIGNATURE" };
        assert_eq!(ours.get(name), Some(agreed), "{id} {note}");
    }
    differing(vector, &ours)
}

#[test]
fn l2_headers_equal_every_clients() {
    let vectors = vectors("l2.json");
    assert_eq!(vectors.len(), 153);
    for vector in &vectors {
        let signer = key::parse(&Secret::new(text(vector, "private_key"))).unwrap().signer;
        let timestamp = vector["timestamp"].as_i64().unwrap();
        let (method, path, body) = (text(vector, "method"), text(vector, "path"), vector["body"].as_str());
        let credentials = credentials(vector);
        let ours = l2::headers(signer.address(), &credentials, timestamp, method, path, body);
        let message = l2::message(timestamp, method, path, body);
        let parts = [("CLOB_API_KEY", "key"), ("CLOB_SECRET", "secret"), ("CLOB_PASS_PHRASE", "passphrase")];
        let mut command = command("l2", vector);
        command.envs(parts.map(|(variable, part)| (variable, text(&vector["creds"], part))));
        // an empty secret counts as none
        assert_prints(&mut command, ours.as_ref().ok().filter(|_| !credentials.secret.is_empty()), &vector["id"]);
        let differing = check_hmac(vector, ours);
        for client in &differing {
            let quotes = body.is_some_and(|body| body.contains('\''));
            // the Rust client signs the path of the parsed address, not the text it was given
            let reparsed = text(vector, "note").starts_with("path:") && client.starts_with("rs");
            assert!((quotes && rewrites_quotes(client)) || reparsed, "{} {client} differs", vector["id"]);
        }
        if let (Ok(key), Some(signature)) = (SecretKey::decode(&credentials.secret), vector["signature"].as_str()) {
            assert!(key.verifies(&message, signature), "{}", vector["id"]);
            assert_eq!(explain::hmac(&key, timestamp, method, path, body).message(), message);
            assert!(!key.verifies(&format!("{message} "), signature), "{}", vector["id"]);
        }
    }
}

#[test]
fn builder_headers_equal_every_clients() {
    let vectors = vectors("builder.json");
    assert_eq!(vectors.len(), 57);
    for vector in &vectors {
        let timestamp = vector["timestamp"].as_i64().unwrap();
        let body = vector["body"].as_str();
        let ours =
            builder::headers(&credentials(vector), timestamp, text(vector, "method"), text(vector, "path"), body);
        let mut command = command("builder", vector);
        let parts = [("API_KEY", "key"), ("SECRET", "secret"), ("PASSPHRASE", "passphrase")];
        command.envs(parts.map(|(name, part)| (format!("POLY_BUILDER_{name}"), text(&vector["creds"], part))));
        let printed = ours.as_ref().ok().filter(|_| vector["creds"]["secret"] != "");
        assert_prints(&mut command, printed, &vector["id"]);
        for client in check_hmac(vector, ours) {
            let quotes = body.is_some_and(|body| body.contains('\''));
            let lenient = ["bad_character", "bad_length"].iter().any(|kind| text(vector, "note").contains(kind));
            let reparsed = text(vector, "note").starts_with("path:") && client.starts_with("rs");
            assert!((quotes && rewrites_quotes(&client)) || lenient || reparsed, "{} {client} differs", vector["id"]);
        }
    }
}

#[test]
fn wallets_equal_every_clients() {
    let vectors = vectors("funder.json");
    assert_eq!(vectors.len(), 44);
    for vector in &vectors {
        let signer = text(vector, "signer").parse().unwrap();
        if let Some(private_key) = vector["private_key"].as_str() {
            assert_eq!(key::parse(&Secret::new(private_key)).unwrap().signer.address(), signer, "{}", vector["id"]);
        }
        for (chain_id, addresses) in vector["addresses"].as_object().unwrap() {
            let map = WalletMap::derive(chain(chain_id.parse().unwrap()).unwrap(), signer);
            for (kind, field) in [
                (WalletKind::Eoa, "eoa"),
                (WalletKind::Proxy, "proxy"),
                (WalletKind::Safe, "safe"),
                (WalletKind::DepositUups, "deposit_uups"),
                (WalletKind::DepositBeacon, "deposit_beacon_live"),
            ] {
                let Some(expected) = addresses[field].as_str() else { continue };
                assert_eq!(map.address(kind), expected.parse().ok(), "{} {kind} on {chain_id}", vector["id"]);
            }
        }
    }
}
