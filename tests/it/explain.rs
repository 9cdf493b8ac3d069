//! `polydoctor explain`: every known sentence, as people meet it, leads to its page.

mod inspected;
mod logs;
mod pasted;

use std::io::Write as _;
use std::process::{Output, Stdio};

use polydoctor::cause::Cause;
use polydoctor::checks::CHECKS;
use polydoctor::reference::{Entry, Service, errors, find_error, recognise, search, terms};
use serde_json::Value;

use crate::program::{polydoctor, run, stdout};

/// Sentences of the CLOB, of the block pages and of the relayer, with what varies filled in, and the
/// entry that they have to lead to; nothing where it is the sentence itself.
const SERVER: &[(&str, &str)] = &[
    ("Unauthorized/Invalid api key", ""),
    ("Invalid API key", ""),
    ("Invalid L1 Request headers", ""),
    ("Could not create api key", ""),
    ("Could not derive api key!\n", "Could not derive api key!"),
    ("Could not retrieve API keys", ""),
    ("Could not delete API key", ""),
    ("could not create builder api key", ""),
    ("could not get builder api keys", ""),
    ("invalid revoke builder api key body", ""),
    ("invalid revoke builder api key headers", ""),
    (
        "could not revoke the builder api key: 019894b9-cb40-79c4-b2bd-6aecb6f8c6c5",
        "could not revoke the builder api key: {}",
    ),
    ("Invalid Heartbeat ID", ""),
    ("Invalid order payload", ""),
    ("invalid order version, please use the latest clob-client", ""),
    ("order_version_mismatch", ""),
    ("invalid signature", ""),
    ("invalid POLY_PROXY signature", ""),
    ("the order owner has to be the owner of the API KEY", ""),
    ("the order signer address has to be the address of the API KEY", ""),
    ("maker address not allowed, please use the deposit wallet flow", ""),
    ("no deposit wallet found for owner", ""),
    ("'0x6e0c80c90ea6c15917308F820Eac91Ce2724B5b5' address banned", "'{}' address banned"),
    ("'0x6e0c80c90ea6c15917308F820Eac91Ce2724B5b5' address in closed only mode", "'{}' address in closed only mode"),
    ("not enough balance / allowance", ""),
    (
        "not enough balance / allowance: the balance is not enough -> balance: 1000, order amount: 5000000",
        "the balance is not enough -> balance: {}, order amount: {}",
    ),
    ("not enough balance / allowance: sum of matched orders: 4990000", "not enough balance / allowance"),
    ("invalid nonce", ""),
    ("invalid expiration", ""),
    ("order 0x8f2a is invalid. Duplicated.", "order {} is invalid. Duplicated."),
    (
        "order 0x8f2a is invalid. Price (0.123) breaks minimum tick size rule: 0.01",
        "order {} is invalid. Price ({}) breaks minimum tick size rule: {}",
    ),
    (
        "order 0x8f2a is invalid. Size (1) lower than the minimum: 5",
        "order {} is invalid. Size ({}) lower than the minimum: {}",
    ),
    ("invalid post-only order: order crosses book", ""),
    ("order 0x8f2a crosses the book", "order {} crosses the book"),
    ("order canceled in the CTF exchange contract", ""),
    ("order match delayed due to market conditions", ""),
    ("the market is not yet ready to process new orders", ""),
    ("order couldn't be fully filled. FOK orders are fully filled or killed.", ""),
    ("no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.", ""),
    ("Too many orders in payload: 16, max allowed: 15", "Too many orders in payload: {}, max allowed: {}"),
    ("Invalid orderID", ""),
    ("invalid order params payload", ""),
    ("Invalid trade params payload", ""),
    ("invalid builder trade params", ""),
    ("Invalid asset type", ""),
    ("assetId invalid value -1 for asset type CONDITIONAL", "assetId invalid value -1"),
    ("Invalid signature_type", ""),
    ("Attention Required! | Cloudflare", ""),
    ("Sorry, you have been blocked", ""),
    (
        "Trading restricted in your region, please refer to available regions - https://docs.polymarket.com",
        "Trading restricted in your region",
    ),
    ("service not ready", ""),
    ("Too Many Requests", ""),
    (
        "quota exceeded: 0 units remaining, resets in 3600 seconds",
        "quota exceeded: {} units remaining, resets in {} seconds",
    ),
    ("could not insert order", ""),
    ("order timed out", ""),
    ("could not run the execution", ""),
    ("could not fetch builder trades", ""),
    ("Internal server error", ""),
    ("Trading is currently disabled. Check polymarket.com for updates", ""),
    ("Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.", ""),
    (
        r#"{"error":"post-only mode: only post-only orders and cancels are allowed","code":"post_only_mode","retry_after_seconds":30}"#,
        "post-only mode: only post-only orders and cancels are allowed",
    ),
    ("STATE_FAILED", ""),
];

/// Sentences of the clients and of the libraries below them.
const LOCAL: &[(&str, &str)] = &[
    ("Signer is needed to interact with this endpoint!", ""),
    ("A private key is needed to interact with this endpoint!", ""),
    ("API Credentials are needed to interact with this endpoint!", ""),
    ("Builder API Credentials needed to interact with this endpoint!", ""),
    ("Builder key auth failed!", ""),
    ("signer does not match", ""),
    ("signature type POLY_1271 is not supported for v1 orders", ""),
    ("unsupported order version 3", "unsupported order version {}"),
    ("Invalid network", ""),
    ("wallet client is missing account address", ""),
    ("unsupported signer type", ""),
    ("buildPolyHmacSignature: secret is empty", ""),
    ("builderCode is required and cannot be zero", ""),
    ("builder_code is required and cannot be zero", ""),
    ("postOnly is not supported for FOK/FAK orders", ""),
    ("PolyApiException[status_code=None, error_message=Request exception!]", "Request exception!"),
    (
        "Validation: invalid: Chain id not set, be sure to provide one on the signer",
        "Chain id not set, be sure to provide one on the signer",
    ),
    ("Cannot have a funder address with a Eoa signature type", "Cannot have a funder address with a {} signature type"),
    (
        "Cannot have a zero funder address with a Proxy signature type",
        "Cannot have a zero funder address with a {} signature type",
    ),
    ("A deposit wallet funder address is required with a Poly1271 signature type", ""),
    ("Proxy wallet derivation not supported on this chain. Please provide an explicit funder address.", ""),
    ("Only Polygon and AMOY are supported, got 1", "Only Polygon and AMOY are supported, got {}"),
    ("Credentials and nonce are both set. If nonce is set, then you must not supply credentials", ""),
    ("nonce must be a non-negative integer.", ""),
    ("No wallet configured. Run `polymarket wallet create` or `polymarket wallet import <key>`", ""),
    ("TypeError: signer._signTypedData is not a function", "_signTypedData is not a function"),
    ("globalThis.crypto.subtle is unavailable", ""),
    ("Connection to remote host was lost.", ""),
    ("WebSocket protocol error: ResetWithoutClosingHandshake", "ResetWithoutClosingHandshake"),
    ("binascii.Error: Incorrect padding", "Incorrect padding"),
    ("Invalid symbol 47, offset 2.", "Invalid symbol {}, offset {}."),
    ("Invalid symbol 45", ""),
    ("InvalidCharacterError", ""),
    ("Invalid padding", ""),
    ("invalid hexlify value (argument=\"value\", value=\"0x12\\n\", code=INVALID_ARGUMENT)", "invalid hexlify value"),
    ("hex data is odd-length", ""),
    ("invalid private key", ""),
    ("Cannot read properties of null (reading 'fromRed')", ""),
    ("invalid private key: expected ui8a of size 32, got string", ""),
    (
        "private key must be hex string or Uint8Array, cause: Error: hex string expected, got unpadded hex of length 65",
        "private key must be hex string or Uint8Array, cause: Error: hex string expected, got unpadded hex of length {}",
    ),
    ("invalid private key: out of range [1..N-1]", ""),
    (
        "hex string expected, got non-hex character \"zz\" at index 0",
        "hex string expected, got non-hex character \"{}\" at index {}",
    ),
    ("Non-hexadecimal digit found", ""),
    (
        "The private key must be exactly 32 bytes long, instead of 20 bytes.",
        "The private key must be exactly 32 bytes long, instead of {} bytes.",
    ),
    ("odd number of digits", ""),
    ("invalid string length", ""),
    ("signature error", ""),
    ("invalid character 'z' at position 0", "invalid character '{}' at position {}"),
    ("connect ECONNREFUSED 127.0.0.1:8080", "ECONNREFUSED"),
    ("getaddrinfo ENOTFOUND clob.polymarket.co", "getaddrinfo ENOTFOUND"),
    (
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)",
        "unable to get local issuer certificate",
    ),
];

/// Sentences of the builder signing server and its SDK.
const SIGNER: &[(&str, &str)] = &[
    ("error calling remote signer", ""),
    (r#"{"error":"Authorization token required"}"#, "Authorization token required"),
    (r#"{"error":"Invalid authorization token"}"#, "Invalid authorization token"),
    (r#"{"error":"Invalid request"}"#, "Invalid request"),
    ("Invalid input: expected string, received undefined", "Invalid input: expected {}, received {}"),
    ("Too small: expected string to have >=1 characters", ""),
    (r#"{"error":"Not Found","path":"/nope"}"#, "Not Found"),
    ("Error: POLY_BUILDER_API_KEY environment variable is required", "{} environment variable is required"),
    ("Error: listen EADDRINUSE: address already in use :::5001", "listen EADDRINUSE: address already in use :::{}"),
    ("invalid remote url!", ""),
    ("invalid auth token", ""),
    ("invalid local builder credentials!", ""),
    ("invalid builder creds configured!", ""),
];

/// The names of guides, and what must stand on their pages: what it is really called.
const GUIDES: &[(&str, &str)] = &[
    ("INVALID_SIGNATURE", "invalid signature"),
    ("NONCE_ALREADY_USED", "Could not create api key"),
    ("Invalid Funder Address", "maker address not allowed"),
    ("L2 auth not available", "API Credentials are needed to interact with this endpoint!"),
    ("L1 auth unavailable", "Signer is needed to interact with this endpoint!"),
    ("Signature verification failed", "invalid signature"),
    ("Invalid API key", "Unauthorized/Invalid api key"),
];

fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = [SERVER, LOCAL, SIGNER].into_iter().flatten();
    all.map(|(said, entry)| (*said, if entry.is_empty() { *said } else { *entry }))
}

fn first(text: &str) -> &'static str {
    search(text).first().map_or("nothing", Entry::name)
}

fn piped(input: &[u8], arguments: &[&str]) -> Output {
    let mut command = polydoctor();
    command.args(["explain", "-"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // it may have read enough before all is written
    let _ = process.stdin.take().unwrap().write_all(input);
    process.wait_with_output().unwrap()
}

#[test]
fn every_sentence_leads_to_its_entry() {
    for (said, entry) in sentences() {
        assert_eq!(first(said), entry, "{said}");
    }
}

#[test]
fn the_logs_of_the_three_clients_are_read() {
    // the host in these logs is the CLOB's, so what only the relayer says is none of theirs
    let is_of_clob = |entry: &str| {
        find_error(entry).is_some_and(|error| error.speakers().is_empty() || error.speakers().contains(&Service::Clob))
    };
    let server = sentences().filter(|(said, _)| SERVER.iter().any(|(text, _)| text == said));
    for (said, entry) in server.filter(|(_, entry)| is_of_clob(entry)) {
        let escaped = said.replace('\'', "\\'");
        let quoted = serde_json::to_string(said).unwrap();
        let python = format!("PolyApiException[status_code=400, error_message={{'error': '{escaped}'}}]");
        let typescript = format!(
            r#"[CLOB Client] request error {{"status":400,"statusText":"Bad Request","data":{{"error":{quoted}}},"config":{{"method":"post","url":"https://clob.polymarket.com/order","headers":{{"POLY_ADDRESS":"0x6e0c80c90ea6c15917308F820Eac91Ce2724B5b5"}}}}}}"#
        );
        let rust = format!(r#"Status: error(400 Bad Request) making POST call to /order with {{"error":{quoted}}}"#);
        let twice = serde_json::to_string(&typescript).unwrap();
        for log in [python, typescript, rust, twice] {
            assert_eq!(recognise(&log)[0].text, entry, "{log}");
        }
    }
}

#[test]
fn the_reason_of_a_status_is_not_taken_for_a_sentence() {
    let log = r#"{"status":500,"statusText":"Internal Server Error","data":{"error":"could not insert order"}}"#;
    assert_eq!(first(log), "could not insert order");
    let log = "Status: error(429 Too Many Requests) making GET call to /auth/api-keys with slow down";
    assert_eq!(first(log), "429 Too Many Requests");
    let log = "PolyApiException[status_code=403, error_message=<!DOCTYPE html><title>Attention Required! | Cloudflare</title>]";
    assert_eq!(first(log), "Attention Required! | Cloudflare");
    let log = "PolyApiException[status_code=502, error_message=]";
    assert_eq!(first(log), "502 Bad Gateway");
}

#[test]
fn statuses_alone_have_pages() {
    for status in [400, 401, 403, 404, 405, 425, 429, 500, 502, 503] {
        for text in [format!("{status}"), format!("HTTP {status}"), format!("Request failed with status code {status}")]
        {
            assert!(first(&text).starts_with(&format!("{status} ")), "{text}: {}", first(&text));
        }
    }
}

#[test]
fn typos_case_and_order_are_forgiven() {
    for (typed, entry) in [
        ("UNAUTHORIZED/INVALID API KEY", "Unauthorized/Invalid api key"),
        ("unauthorised/invalid apikey", "Unauthorized/Invalid api key"),
        ("invalid signiture", "invalid signature"),
        ("could not derrive api key", "Could not derive api key!"),
        ("maker adress not alowed", "maker address not allowed, please use the deposit wallet flow"),
        ("not enough balance/allowance", "not enough balance / allowance"),
        ("request headers L1 invalid", "Invalid L1 Request headers"),
        ("order version mismatch", "order_version_mismatch"),
        ("order couldnt be fully filled", "order couldn't be fully filled. FOK orders are fully filled or killed."),
    ] {
        assert_eq!(first(typed), entry, "{typed}");
    }
}

#[test]
fn guides_names_say_what_it_is_really_called() {
    for (name, really) in GUIDES {
        let output = run(&["explain", name]);
        let text = stdout(&output).replace("\n  ", " ");
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert!(text.starts_with(name) && text.contains("a guide's name"), "{name}: {text}");
        assert!(text.contains(really), "{name}: {text}");
    }
}

#[test]
fn every_id_has_a_page() {
    for id in Cause::ALL.iter().map(|cause| cause.name()).chain(CHECKS.iter().map(|check| check.id)) {
        assert_eq!(first(id), id);
    }
    for id in ["funder-is-signer", "creds.l2"] {
        let output = run(&["explain", id]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains(id), "{}", stdout(&output));
    }
}

#[test]
fn a_page_says_what_it_means_and_what_mends_it() {
    let text = stdout(&run(&["explain", "maker", "address", "not", "allowed,", "please use the deposit wallet flow"]));
    for part in [
        "CLOB · 400 · POST /order, type 0 to 2",
        "What it means",
        "mostly     The account must trade through its deposit wallet (deposit-wallet-required)",
        "polydoctor check wallet.signature-type",
        "$ polydoctor fix deposit-wallet-required",
        "python      ClobClient(",
        "What guides get wrong",
        "py-clob-client-v2#50",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let text = stdout(&run(&["explain", "Could not create api key"]));
    assert!(text.contains("Harmless\n  The key exists"), "{text}");
}

#[test]
fn the_whole_reference_is_listed_in_groups() {
    for format in ["text", "markdown"] {
        let output = run(&["explain", "--format", format]);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(0));
        for part in
            ["CLOB", "signing server", "Names that only guides use", "Causes", "Checks", "clock-drift", "net.reach"]
        {
            assert!(text.contains(part), "{format}: {part}");
        }
    }
    let all: Value = serde_json::from_slice(&run(&["explain", "--format", "json"]).stdout).unwrap();
    assert_eq!(
        all["entries"].as_array().unwrap().len(),
        errors().len() + Cause::ALL.len() + CHECKS.len() + terms().len()
    );
}

#[test]
fn json_holds_causes_with_their_fixes() {
    let answer: Value =
        serde_json::from_slice(&run(&["explain", "--format", "json", "invalid signature"]).stdout).unwrap();
    let entry = &answer["entries"][0];
    assert_eq!(
        (&entry["kind"], &entry["name"], &entry["status"]),
        (&"error".into(), &"invalid signature".into(), &400.into())
    );
    assert_eq!(entry["causes"][0]["cause"], "wrong-signature-type");
    assert!(entry["causes"][0]["fix"]["clients"]["python"].is_string());
    let answer: Value =
        serde_json::from_slice(&run(&["explain", "--format=json", "invalid-signature-tipe"]).stdout).unwrap();
    assert_eq!(answer["schema"], 1);
}

#[test]
fn markdown_is_whole() {
    let text = stdout(&run(&["explain", "--format", "markdown", "order_version_mismatch"]));
    assert!(
        text.starts_with("# `order_version_mismatch`\n\nCLOB · 400 · POST /order\n\n## What it means\n\n"),
        "{text}"
    );
    assert_eq!(text.matches("```").count() % 2, 0);
}

#[test]
fn a_pipe_is_read() {
    let log = b"2026-11-20 INFO trying\nPolyApiException[status_code=401, error_message={'error': 'Unauthorized/Invalid api key'}]\n";
    let output = piped(log, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout(&output).contains("\nUnauthorized/Invalid api key\nCLOB · 401 · any L2 request\n"),
        "{}",
        stdout(&output)
    );
    assert!(stdout(&output).starts_with("The CLOB, 401: \"Unauthorized/Invalid api key\""), "{}", stdout(&output));
}

#[test]
fn what_is_unknown_is_said_with_the_nearest() {
    let output = run(&["explain", "quantum wallet entanglement"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).starts_with("No known error found in this text"), "{}", stdout(&output));
    assert!(stdout(&output).contains("Nearest"), "{}", stdout(&output));
    let output = run(&["explain", "zzzz"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn wrong_input_is_answered_calmly() {
    assert_eq!(run(&["explain", ""]).status.code(), Some(0));
    for input in [&b""[..], b"\n", b"\0\x1b[2J\xff\xfe", "x".repeat(3 << 20).as_bytes(), "é".repeat(1 << 20).as_bytes()]
    {
        let output = piped(input, &[]);
        assert_eq!(output.status.code(), Some(1), "{}", input.len());
        assert!(!output.stdout.contains(&0x1b) && output.stdout.len() < 4000);
    }
    let noisy = b"\x1b[31m{\\\"error\\\":\\\"Invalid L1\x00 Request headers\\\"}\x1b[0m\x07";
    assert_eq!(piped(noisy, &["--format", "json"]).status.code(), Some(0));
    assert_eq!(run(&["explain", "--format", "junit"]).status.code(), Some(2));
}

#[test]
fn what_was_asked_is_not_repeated() {
    let secret = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
    for format in ["text", "json", "markdown"] {
        for log in [format!("secret {secret} invalid signature"), format!("only {secret}")] {
            assert!(!stdout(&run(&["explain", "--format", format, &log])).contains(secret));
        }
    }
}
