//! `polydoctor relayer status`, as scripts call it.

use serde_json::Value;

use crate::program::{polydoctor, stdout};

fn status(scenario: &str, format: &str) -> (String, i32) {
    let output = polydoctor().args(["relayer", "status", "--demo", scenario, "--format", format]).output().unwrap();
    (stdout(&output), output.status.code().unwrap())
}

#[test]
fn the_relayers_view_is_an_object_for_scripts_and_lines_for_people() {
    for (scenario, code, key, owner, cause) in [
        ("healthy-safe", 0, "none", false, None),
        ("healthy-relayer-key", 0, "accepted", true, None),
        ("healthy-relayer-nonce-ahead", 0, "accepted", true, None),
        ("healthy-relayer-key-no-answer", 3, "unknown", false, None),
        ("relayer-key-invalid", 1, "rejected", false, Some("relayer-key-invalid")),
        ("relayer-key-lower-case", 1, "accepted", true, Some("relayer-key-invalid")),
        ("relayer-key-of-other-address", 1, "accepted", true, Some("relayer-key-of-other-address")),
        ("relayer-key-without-address", 1, "accepted", true, Some("relayer-credentials-missing")),
        ("relayer-transaction-failed", 1, "accepted", true, Some("relayer-transaction-failed")),
        ("relayer-transaction-stuck", 1, "accepted", true, Some("relayer-transaction-failed")),
        ("relayer-quota", 1, "accepted", true, Some("relayer-quota")),
    ] {
        let (json, exit) = status(scenario, "json");
        let object: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(exit, code, "{scenario}: {json}");
        assert_eq!(object["key"]["state"], key, "{scenario}");
        assert_eq!(object["key"]["owner"].is_string(), owner, "{scenario}");
        assert_eq!(object["diagnoses"][0]["cause"].as_str(), cause, "{scenario}");
        let (text, exit) = status(scenario, "text");
        assert_eq!(exit, code, "{scenario}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&text).contains(&words(object["summary"].as_str().unwrap())), "{text}");
        let key = "7c0a2f58";
        assert!(!text.contains(key) && !json.contains(key), "{scenario} shows the key");
    }
}

#[test]
fn nonces_transactions_and_their_errors_are_in_it() {
    let (json, _) = status("healthy-relayer-nonce-ahead", "json");
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["nonce"], serde_json::json!({ "relayer": 4, "wallet": 3 }));
    assert_eq!(object["deployed"], serde_json::json!({ "relayer": true, "chain": true }));
    let (text, _) = status("healthy-relayer-nonce-ahead", "text");
    assert!(text.contains("4 (the Safe's own: 3)"), "{text}");
    let (json, _) = status("relayer-transaction-failed", "json");
    let object: Value = serde_json::from_str(&json).unwrap();
    let states: Vec<&str> =
        object["transactions"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["STATE_FAILED", "STATE_CONFIRMED"]);
    assert_eq!(object["transactions"][0]["error"], "execution reverted: GS013");
}
