//! `polydoctor order`: the one order that is ever signed, and what is signed for it.

use std::collections::BTreeMap;

use alloy_primitives::{hex, keccak256};
use serde_json::Value;

use crate::program::{polydoctor, stdout};

const EXCHANGE: &str = include_str!("../vectors/exchange.json");
const ORDERS: &str = include_str!("../vectors/orders.json");

fn vectors(file: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(file).unwrap()["vectors"].as_array().unwrap().clone()
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The published keys that official clients signed with, by their addresses.
fn keys() -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let address = |key: &str| crate::support::signer(key).address().to_string();
    vectors(ORDERS).iter().map(|vector| text(&vector["private_key"])).map(|key| (address(&key), key)).collect()
}

fn order(arguments: &[&str], key: &str, kind: u64, funder: &str) -> std::process::Output {
    let mut command = polydoctor();
    command.arg("order").args(arguments).env("POLYMARKET_PRIVATE_KEY", key);
    command.env("POLYMARKET_SIGNATURE_TYPE", kind.to_string()).env("POLYMARKET_FUNDER", funder);
    command.output().unwrap()
}

#[test]
fn the_probe_order_is_signed_as_the_official_clients_sign_these_fields() {
    let keys = keys();
    let mut compared = 0;
    for vector in vectors(EXCHANGE).iter().filter(|vector| vector["id"].as_str().unwrap().starts_with("probe-")) {
        let known = &vector["order"];
        let key = &keys[vector["owner"].as_str().unwrap()];
        let (kind, maker) = (known["signatureType"].as_u64().unwrap(), known["maker"].as_str().unwrap());
        let arguments = ["--probe", "--explain", "--format", "json", "--salt", "42", "--timestamp", "1790000000000"];
        let output = order(&arguments, key, kind, maker);
        assert!(output.status.success(), "{}", stderr(&output));
        let signed: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(signed["order"]["signature"], known["signature"], "{}", vector["id"]);
        assert_eq!(signed["order_hash"], vector["order_hash"], "{}", vector["id"]);
        for field in ["maker", "signer", "tokenId", "makerAmount", "takerAmount", "signatureType", "timestamp"] {
            assert_eq!(signed["order"][field], known[field], "{}: {field}", vector["id"]);
        }
        // each hash follows from the parts that are shown
        let bytes = |value: &Value| hex::decode(value["bytes"].as_str().unwrap()).unwrap();
        let sections = signed["sections"].as_array().unwrap();
        assert_eq!(sections.len(), if kind == 3 { 4 } else { 3 });
        for section in sections {
            let parts: Vec<u8> = section["parts"].as_array().unwrap().iter().flat_map(bytes).collect();
            assert_eq!(keccak256(parts).as_slice(), bytes(&section["hash"]), "{}", section["title"]);
        }
        let last = sections.last().unwrap();
        assert_eq!(signed["signed_digest"], last["hash"]["bytes"], "the digest is what the last part gives");
        compared += 1;
    }
    assert_eq!(compared, 4);
}

#[test]
fn the_probe_order_is_shown_as_text_and_never_has_an_amount() {
    let key = crate::support::DEMO_KEY;
    let safe = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
    let output = order(&["--probe", "--explain", "--neg-risk"], key, 2, safe);
    let text = stdout(&output);
    for part in [
        "makerAmount     0\n",
        "takerAmount     0\n",
        "neg-risk exchange V2 on Polygon",
        "verifyingContract",
        "domain separator",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(&key[2..]) && !text.contains(key), "the key is not shown");
    let short = stdout(&order(&["--probe"], key, 2, safe));
    assert!(!short.contains("domain separator") && short.contains("signature       0x"), "{short}");
    let two = [order(&["--probe"], key, 2, safe), order(&["--probe"], key, 2, safe)].map(|output| stdout(&output));
    assert_ne!(two[0], two[1], "a salt of its own for each");
}

#[test]
fn an_order_that_cannot_be_signed_is_refused_with_the_reason() {
    let key = crate::support::DEMO_KEY;
    for (arguments, kind, funder, said) in [
        (&[][..], 2, "", "--probe"),
        (&["--probe", "--amount", "5"], 2, "", "--amount"),
        (&["--probe", "--session-key"], 2, "", "session keys"),
        (&["--probe", "--chain-id", "1"], 2, "", "no exchange on chain 1"),
        (&["--probe", "--salt", "9007199254740992"], 2, "", "9007199254740992"),
        (&["--probe"], 2, "0x12", "not a wallet address"),
        (&["--probe"], 7, "", "signature type is not valid"),
    ] {
        let output = order(arguments, key, kind, funder);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
    let without = order(&["--probe"], "", 2, "");
    assert_eq!(without.status.code(), Some(2));
    assert!(stderr(&without).contains("private key"), "{}", stderr(&without));
    let as_clients_do = order(&["--probe"], key, 2, "");
    assert!(as_clients_do.status.success());
    assert!(stderr(&as_clients_do).contains("no exchange accepts"), "{}", stderr(&as_clients_do));
}
