//! `polydoctor explain`: every known sentence, as people meet it, leads to its page.

mod inspected;
mod logs;
mod pasted;
mod sentences;

use std::io::Write as _;
use std::process::{Output, Stdio};

use polydoctor::cause::Cause;
use polydoctor::checks::CHECKS;
use polydoctor::reference::{Entry, Service, errors, find_error, recognise, search, terms};
use serde_json::Value;

use self::sentences::{GUIDES, SERVER, sentences};
use crate::program::{polydoctor, run, stdout};

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
        assert!(text.starts_with(name) && text.contains("name used in guides"), "{name}: {text}");
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
        "Common misconception",
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
            ["CLOB", "signing server", "Names used only in guides", "Causes", "Checks", "clock-drift", "net.reach"]
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
fn invalid_input_never_panics() {
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
