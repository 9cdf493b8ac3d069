//! `polydoctor inspect` as people use it.

mod orders;

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::program::{polydoctor, stdout};

const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
const KEY: &str = "f4f247b7-4ac7-ff29-a152-04fda0a8755a";
const PASSPHRASE: &str = "9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d";
const PRIVATE_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn inspect(arguments: &[&str], pasted: &[u8]) -> Output {
    let mut command = polydoctor();
    command.arg("inspect").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs([
        ("CLOB_SECRET", SECRET),
        ("CLOB_API_KEY", KEY),
        ("CLOB_PASS_PHRASE", PASSPHRASE),
        ("PK", PRIVATE_KEY),
    ]);
    let mut process = command.spawn().unwrap();
    // what is refused is not read to its end
    let _ = process.stdin.take().unwrap().write_all(pasted);
    process.wait_with_output().unwrap()
}

/// A call of the balance, with a signature that was published for this secret.
fn pasted(signature: &str, timestamp: &str) -> String {
    format!(
        "curl 'https://clob.polymarket.com/balance-allowance?asset_type=COLLATERAL&signature_type=0' \\\n \
         -H 'POLY_ADDRESS: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' -H 'POLY_API_KEY: {KEY}' \\\n \
         -H 'POLY_PASSPHRASE: {PASSPHRASE}' -H 'POLY_SIGNATURE: {signature}' -H 'POLY_TIMESTAMP: {timestamp}'"
    )
}

const RIGHT: &str = "e2Ci7kVERMMJEK11WAPuSYsIVaPahZ-UcRtDHcLic40=";
const QUERY_SIGNED: &str = "SA7joDnC-uci2DekZvDZiISh3ufL2MltoAAd090_60g=";

#[test]
fn a_signed_query_is_proven_and_a_right_request_is_found_right() {
    let output = inspect(&["--format", "json"], pasted(QUERY_SIGNED, "1700000000").as_bytes());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["schema"], &found["kind"]), (&1.into(), &"l2-request".into()));
    let first = &found["findings"][0];
    assert_eq!((&first["cause"], &first["certainty"]), (&"path-has-query".into(), &"proven".into()));
    assert!(["summary", "because", "fix"].iter().all(|field| !first[field].is_null()), "{first}");
    assert_eq!(found["reproduced_by"]["path"], "/balance-allowance?asset_type=COLLATERAL&signature_type=0");
    let output = inspect(&["--format", "json", "-"], pasted(RIGHT, "1700000000").as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["findings"], &found["requests"][0]["signature"]), (&Value::Array(vec![]), &"right".into()));
    assert_eq!(found["exposed"][0]["kind"], "API passphrase");
}

#[test]
fn the_age_of_a_request_is_checked_only_when_the_time_of_sending_is_given() {
    let text = pasted(RIGHT, "1700000000");
    assert_eq!(inspect(&["--now", "1700000020"], text.as_bytes()).status.code(), Some(0));
    let output = inspect(&["--now", "1700000100"], text.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("polydoctor explain timestamp-stale"), "{}", stdout(&output));
}

#[test]
fn no_secret_of_settings_or_text_is_printed_in_any_form() {
    let text = pasted(QUERY_SIGNED, "1700000000");
    for arguments in [&["--format", "text"][..], &["--format", "json"], &["--share"], &["--share", "--format", "json"]]
    {
        let output = inspect(arguments, text.as_bytes());
        let printed = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        for secret in [SECRET, PASSPHRASE, PRIVATE_KEY, &PRIVATE_KEY[2..]] {
            assert!(!printed.contains(secret), "{arguments:?}: {printed}");
        }
        assert!(printed.contains("API passphrase"), "{arguments:?}: {printed}");
        let shared = arguments.contains(&"--share");
        assert!(!(shared && printed.contains(KEY)), "{printed}");
    }
}

#[test]
fn what_is_no_request_gets_a_clear_answer_and_exit_code_2() {
    for (input, said) in [
        (&b""[..], "is empty"),
        (b" \n\n", "is empty"),
        (b"\x7fELF\x00\x00\x01", "binary"),
        (b"what is wrong with my order?", "no signed request or order found"),
        (b"{\"headers\": {\"POLY_ADDRESS\":", "the JSON ends here"),
        (b"{\"order\": {\"makerAmount\": \"1\"}}", "a signed order"),
    ] {
        let output = inspect(&[], input);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}: {stderr}");
        assert!(stderr.contains(said), "{said}: {stderr}");
    }
    let output = inspect(&["/nonexistent/request.txt"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read /nonexistent/request.txt"));
}
