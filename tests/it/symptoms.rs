//! Errors that the user saw: always explained, also on a healthy account.

use serde_json::Value;

use crate::program::{causes, check};

fn explained(report: &Value, sentence: &str) -> bool {
    report["diagnoses"].as_array().unwrap().iter().any(|diagnosis| {
        diagnosis["explains"].as_array().unwrap().iter().any(|text| text.as_str() == Some(sentence))
    })
}

#[test]
fn a_healthy_account_explains_what_was_seen() {
    for (seen, sentence, first) in [
        ("Could not create api key", "Could not create api key", Some("nonce-already-used")),
        (
            "PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]",
            "invalid signature",
            None,
        ),
        (
            r#"[CLOB Client] request error {"status":400,"data":{"error":"order_version_mismatch"}}"#,
            "order_version_mismatch",
            None,
        ),
        (
            r#"Status: error(401 Unauthorized) making GET call to /auth/api-keys with {"error":"Unauthorized/Invalid api key"}"#,
            "Unauthorized/Invalid api key",
            None,
        ),
        ("not enough balance / allowance", "not enough balance / allowance", None),
    ] {
        let (report, code) = check(&["--demo", "healthy-safe", "--symptom", seen]);
        assert!(explained(&report, sentence), "{seen}: {:#}", report["diagnoses"]);
        if let Some(first) = first {
            assert_eq!(causes(&report).first(), Some(&first), "{seen}");
        }
        assert_eq!((report["verdict"].as_str(), code), (Some("healthy"), 0), "{seen}");
    }
}

#[test]
fn what_the_checks_rule_out_is_not_suspected_again() {
    let (report, _) = check(&["--demo", "healthy-safe", "--symptom", "invalid signature"]);
    for cause in ["funder-is-signer", "wrong-signature-type", "funder-missing", "wrong-chain-id"] {
        assert!(!causes(&report).contains(&cause), "{cause}: {:?}", causes(&report));
    }
}

#[test]
fn a_symptom_does_not_displace_what_is_proven() {
    for (scenario, symptom) in [
        ("funder-is-signer", "Unauthorized/Invalid api key"),
        ("clock-drift", "invalid signature"),
        ("credentials-other-address", "Could not create api key"),
    ] {
        let (alone, _) = check(&["--demo", scenario]);
        let (told, _) = check(&["--demo", scenario, "--symptom", symptom]);
        assert_eq!(causes(&alone).first(), causes(&told).first(), "{scenario}");
    }
}

#[test]
fn the_deposit_wallet_flow_is_handed_over() {
    let seen = "maker address not allowed, please use the deposit wallet flow";
    let (report, _) = check(&["--demo", "healthy-eoa", "--symptom", seen]);
    let first = &report["diagnoses"][0];
    assert_eq!(first["cause"], "deposit-wallet-required", "{:#}", report["diagnoses"]);
    assert_eq!(first["fix"]["settings"]["signature_type"], 3);
    assert!(first["fix"]["settings"]["funder"].as_str().unwrap().starts_with("0x"));
}

#[test]
fn unknown_and_odd_texts_are_no_trouble() {
    let long = "x".repeat(100_000);
    for seen in ["", " ", "no such error was ever seen", "\u{1b}[2J\u{7}", &long] {
        let (report, code) = check(&["--demo", "healthy-safe", "--symptom", seen]);
        assert_eq!((report["verdict"].as_str(), code), (Some("healthy"), 0), "{seen:.20}");
    }
}
