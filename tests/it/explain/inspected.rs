//! Requests and orders in a pasted text are taken apart by `explain` too: nobody has to paste twice.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::program::{polydoctor, stdout};

const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
const PASSPHRASE: &str = "9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d";
const PRIVATE_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// `explain -` or `inspect -`, with the settings of the account.
fn paste(command: &str, arguments: &[&str], text: &str) -> Output {
    let mut process = polydoctor()
        .args([command, "-"])
        .args(arguments)
        .envs([
            ("CLOB_SECRET", SECRET),
            ("CLOB_API_KEY", "f4f247b7-4ac7-ff29-a152-04fda0a8755a"),
            ("CLOB_PASS_PHRASE", PASSPHRASE),
            ("PK", PRIVATE_KEY),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

/// The log of the TypeScript client for a request whose query was signed.
fn log() -> String {
    let request = serde_json::json!({
        "status": 401,
        "statusText": "Unauthorized",
        "data": { "error": "Unauthorized/Invalid api key" },
        "config": {
            "method": "get",
            "url": "https://clob.polymarket.com/balance-allowance?asset_type=COLLATERAL&signature_type=0",
            "headers": {
                "POLY_ADDRESS": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                "POLY_SIGNATURE": "SA7joDnC-uci2DekZvDZiISh3ufL2MltoAAd090_60g=",
                "POLY_TIMESTAMP": "1700000000",
                "POLY_API_KEY": "f4f247b7-4ac7-ff29-a152-04fda0a8755a",
                "POLY_PASSPHRASE": PASSPHRASE,
            },
        },
    });
    format!("2026-11-30 12:00:00 starting\n[CLOB Client] request error {request}\n")
}

#[test]
fn a_log_with_a_request_is_explained_and_the_request_is_taken_apart() {
    let output = paste("explain", &["--format", "json"], &log());
    let explained = json(&output);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(explained["reported"][0]["text"], "Unauthorized/Invalid api key");
    let first = &explained["inspection"]["findings"][0];
    assert_eq!((&first["cause"], &first["certainty"]), (&"path-has-query".into(), &"proven".into()));
    // one engine: the same is said where the text is inspected
    let inspected = json(&paste("inspect", &["--format", "json"], &log()));
    assert_eq!(explained["inspection"], inspected);
    let text = stdout(&paste("explain", &[], &log()));
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
    assert!(place("Unauthorized/Invalid api key") < place("Root cause (proven)"), "{text}");
    assert!(place("Signed with the query") < place("polydoctor explain path-has-query"), "{text}");
    // what is proven stands in the place of what the sentence alone makes possible
    assert!(text.contains("Cause: The query string was signed (path-has-query), proven"), "{text}");
    assert_eq!(
        explained["reported"][0]["cause"],
        serde_json::json!({ "cause": "path-has-query", "certainty": "proven" })
    );
    let markdown = stdout(&paste("explain", &["--format", "markdown"], &log()));
    assert!(markdown.contains("(path-has-query)"), "{markdown}");
}

#[test]
fn an_order_without_any_error_beside_it_is_known_too() {
    let order = r#"{"salt":1018789015136,"maker":"0x43bc9b674bA052f815CbE2113cDe784cF9475B35",
 "signer":"0x43bc9b674bA052f815CbE2113cDe784cF9475B35",
 "tokenId":"25968266233034896887180396827466900198780859103374793634057155743131125594489",
 "makerAmount":"50000","takerAmount":"5000000","side":"BUY","expiration":"0",
 "signatureType":0,"timestamp":"1784486089486",
 "metadata":"0x0000000000000000000000000000000000000000000000000000000000000000",
 "builder":"0x0000000000000000000000000000000000000000000000000000000000000000",
 "signature":"0xd4e83b00ed7cc5bbc59f5e95f9599b84ac843122753b63b9d45fb71d0a6643741d0b612c7665375c4cfce5992125d59f22fadb083037b113e0c129ac02cd53d91b"}"#;
    let output = paste("explain", &["--format", "json"], order);
    let explained = json(&output);
    assert_eq!(output.status.code(), Some(0), "{explained}");
    assert_eq!(explained["inspection"]["kind"], "order");
    assert_eq!(explained["inspection"]["requests"][0]["signature"], "right");
    let text = stdout(&paste("explain", &[], order));
    assert!(text.contains("The signature is right: it recovers to the signer"), "{text}");
}

#[test]
fn explain_prints_no_secret_of_a_request_and_names_those_of_the_settings() {
    let text = format!("{}\n# {SECRET}\n", log());
    for format in ["text", "json", "markdown"] {
        let printed = stdout(&paste("explain", &["--format", format], &text));
        for secret in [SECRET, PASSPHRASE, PRIVATE_KEY, &PRIVATE_KEY[2..]] {
            assert!(!printed.contains(secret), "{format}: {printed}");
        }
        for kind in ["API passphrase", "API secret"] {
            assert!(printed.contains(kind), "{format}: {kind}: {printed}");
        }
    }
}

#[test]
fn calls_that_nobody_signs_are_not_taken_for_requests_without_credentials() {
    let public = "GET /book?token_id=1 HTTP/1.1\nHost: clob.polymarket.com\n\n";
    let explained = json(&paste("explain", &["--format", "json"], public));
    assert_eq!(explained["inspection"], Value::Null);
    let output = paste("inspect", &[], public);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains("public call: /book"), "{stderr}");
    // headers that were dropped are still missed
    let dropped = "GET /data/orders HTTP/1.1\nHost: clob.polymarket.com\n\n";
    let inspected = json(&paste("inspect", &["--format", "json"], dropped));
    assert_eq!(inspected["findings"][0]["cause"], "header-missing");
}

#[test]
fn of_a_long_log_only_requests_with_findings_are_shown() {
    let lines = log().repeat(9);
    let text = stdout(&paste("explain", &[], &lines));
    assert_eq!(text.matches("Root cause (proven): ").count(), 4, "{text}");
    assert!(text.contains("5 more in this text: `polydoctor inspect` shows each"), "{text}");
}
