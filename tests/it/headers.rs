//! `polydoctor headers`: what it prints, hides and refuses. Its signatures are held against the
//! official clients' in `vectors.rs`.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::program::{Sandbox, polydoctor, stdout};
use crate::support::DEMO_KEY;

const PASSPHRASE: &str = "a-passphrase-that-nobody-may-see";
const BUILDER_PASSPHRASE: &str = "another-that-nobody-may-see";

fn command(arguments: &[&str]) -> Command {
    let mut command = polydoctor();
    command.arg("headers").args(arguments).env("POLYMARKET_PRIVATE_KEY", DEMO_KEY);
    command.env("CLOB_API_KEY", "f4f247b7-4ac7-ff29-a152-04fda0a8755a").env("CLOB_PASS_PHRASE", PASSPHRASE);
    command.env("CLOB_SECRET", "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=");
    command.env("POLY_BUILDER_API_KEY", "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5");
    command.env("POLY_BUILDER_SECRET", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    command.env("POLY_BUILDER_PASSPHRASE", BUILDER_PASSPHRASE);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn both_sets_sign_one_message_and_hide_both_passphrases() {
    let arguments = ["l2", "--with-builder", "--timestamp", "1700000000", "--format", "json", "--explain"];
    let output = run(&arguments);
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["method"], "GET");
    assert_eq!(printed["path"], "/auth/api-keys");
    assert_eq!(printed["message"], "1700000000GET/auth/api-keys");
    let headers = printed["headers"].as_object().unwrap();
    assert_eq!(headers.len(), 9);
    assert_eq!(headers["POLY_SIGNATURE"], "1ByOf85GlsD2T2ygFE_KnEtybahIQS_0ndQg8eZMbvo=");
    assert_eq!(headers["POLY_BUILDER_SIGNATURE"], "XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg=");
    assert_eq!(
        (&headers["POLY_PASSPHRASE"], &headers["POLY_BUILDER_PASSPHRASE"]),
        (&"********".into(), &"********".into())
    );
    let output = run(&[&arguments[..], &["--show-secrets"]].concat());
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["headers"]["POLY_PASSPHRASE"], PASSPHRASE);
    assert_eq!(printed["headers"]["POLY_BUILDER_PASSPHRASE"], BUILDER_PASSPHRASE);
}

#[test]
fn what_a_server_would_refuse_is_signed_all_the_same_and_said() {
    let body = "{'a': 1}\n";
    let output = run(&[
        "l2",
        "--method=get",
        "--path=/data/orders?market=1",
        &format!("--body={body}"),
        "--timestamp=1700000000000",
        "--format=json",
        "--explain",
    ]);
    assert!(output.status.success());
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["message"], format!("1700000000000get/data/orders?market=1{body}"));
    let said = stderr(&output);
    for remark in ["Unix seconds: 1700000000", "servers verify GET", "servers verify /data/orders", "newline"] {
        assert!(said.contains(remark), "{remark}: {said}");
    }
    let output = run(&["l1", "--timestamp=1700000000", "--chain-id=1", "--path=/order", "--body={}"]);
    for remark in ["days in the past", "not on 1", "GET /auth/derive-api-key only", "does not sign a body"] {
        assert!(stderr(&output).contains(remark), "{remark}: {}", stderr(&output));
    }
}

#[test]
fn the_typed_data_of_l1_is_shown_down_to_its_hashes() {
    let output = run(&["l1", "--timestamp", "1700000000", "--explain"]);
    let text = stdout(&output);
    for shown in [
        "POLY_NONCE: 0",
        "keccak256(\"ClobAuthDomain\")",
        "cfc66be2a3b30464cb3b588324101f660c9a205fa76e8e5f83ee16a528e1c4cb",
        "c1620afeef6a5bbe844b0ac9d2ad2d1213fe13f98f78542ddfcf57356148ebb4",
        "c85352894b3c41f3ea6152479d64b9233fbaf2de87eabc7e4bba3a161fd28493",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(!text.contains(&DEMO_KEY[2..]));
}

#[test]
fn settings_that_cannot_sign_get_one_sentence() {
    for (arguments, unset, said) in [
        (["l2", "--nonce=0"], "CLOB_SECRET", "the API credentials are incomplete; set CLOB_SECRET too"),
        (["l1", "--nonce=x"], "", "nonce is \"x\" (flag --nonce), which is not a whole number from 0"),
        (["l1", "--nonce=0"], "POLYMARKET_PRIVATE_KEY", "there is no private key"),
        (["l1", "--with-builder"], "", "--with-builder works only with l2"),
        (["l2", "--body-file=/nowhere"], "", "cannot read /nowhere"),
    ] {
        let output = command(&arguments).env_remove(unset).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
    let output = command(&["l2"]).env("CLOB_PASS_PHRASE", "two\nlines").output().unwrap();
    assert!(stderr(&output).contains("POLY_PASSPHRASE contains a control character"), "{}", stderr(&output));
}

#[test]
fn the_key_and_the_body_come_from_one_standard_input_or_the_other() {
    let feed = |arguments: &[&str], text: &str| {
        let mut command = command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.env_remove("POLYMARKET_PRIVATE_KEY").spawn().unwrap();
        // one that refuses its arguments reads nothing
        let _ = process.stdin.take().unwrap().write_all(text.as_bytes());
        process.wait_with_output().unwrap()
    };
    let output = feed(&["l1", "--key-stdin", "--timestamp=1700000000"], DEMO_KEY);
    assert!(stdout(&output).contains("POLY_SIGNATURE: 0x659ed4b28ae28e0f038fdf0023c00863"));
    let output = feed(&["builder", "--body-file=-", "--format=json", "--explain", "--timestamp=1"], "{ }\n");
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["message"], "1POST/transactions{ }\n");
    assert_eq!(feed(&["l2", "--key-stdin", "--body-file=-"], DEMO_KEY).status.code(), Some(2));
}

/// The command that is printed, run by a shell, is answered by the sandbox. Without curl or a shell
/// the words are tried in `src/headers/curl.rs`.
#[cfg(unix)]
#[test]
fn the_command_of_curl_is_accepted_by_the_sandbox() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let sandbox = Sandbox::start(&[]);
    let mut printing = polydoctor();
    printing.args(["headers", "l2", "--format", "curl", "--server-time", "--explain"]).envs(sandbox.env());
    let output = printing.output().unwrap();
    assert!(stderr(&output).contains("The clocks agree"), "{}", stderr(&output));
    let script = stdout(&output);
    let passphrase = sandbox.env().find(|(name, _)| *name == "CLOB_PASS_PHRASE").unwrap().1;
    assert!(!script.contains(passphrase));
    let answer = Command::new("sh").arg("-c").arg(&script).env("CLOB_PASS_PHRASE", passphrase).output().unwrap();
    assert!(stdout(&answer).contains("apiKeys"), "{script} {}", stdout(&answer));
}

#[test]
fn a_server_that_does_not_tell_its_time_is_exit_code_3() {
    let output = run(&["l2", "--server-time", "--clob-url=http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty());
}

/// What a terminal would obey or hide is not in the command, and is sent all the same.
#[cfg(unix)]
#[test]
fn the_command_of_curl_sends_what_was_signed_whatever_the_body_holds() {
    for body in ["{\"a\":\"x\r\ny\u{200b}z\u{1b}[2J\"}", "it's \\n \u{202e}plain\u{7f}ff", "lines\nstay"] {
        let printed = stdout(&run(&["l2", "--method", "POST", "--path", "/order", "--body", body, "--format", "curl"]));
        assert!(!printed.contains(['\r', '\u{1b}', '\u{200b}', '\u{202e}', '\u{7f}']), "{printed:?}");
        let script = format!("curl() {{ printf %s \"${{@: -1}}\"; }}\n{printed}");
        let sent = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8(sent.stdout).unwrap(), body, "{printed}");
    }
}
