//! `polydoctor keys` against the sandbox, through the real binary.

mod asked;
mod builder;
mod readonly;
mod rotate;
mod save;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Sandbox, polydoctor};

/// A sandbox of its own, and a folder to work in.
struct Desk {
    sandbox: Sandbox,
    folder: TempDir,
}

impl Desk {
    fn new(scenario: &str) -> Self {
        Self { sandbox: Sandbox::start(&["--scenario", scenario]), folder: tempfile::tempdir().unwrap() }
    }

    /// `keys` with these arguments, the settings of the account and nobody to ask.
    fn command(&self, arguments: &str) -> Command {
        let mut command = polydoctor();
        command.arg("keys").args(arguments.split(' ')).envs(self.sandbox.env()).current_dir(self.folder.path());
        command.env("HOME", self.folder.path());
        command
    }

    /// As [`Desk::command`], with everything but addresses in `.env`.
    fn command_by_file(&self, arguments: &str) -> Command {
        let mut command = self.command(arguments);
        for name in ["POLYMARKET_PRIVATE_KEY", "CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"] {
            command.env_remove(name);
        }
        command
    }

    fn write_env(&self) {
        let line = |name: &str| format!("{name}={}\n", self.env(name));
        let text = format!(
            "# my bot\n{}{}{} # do not lose\n{}",
            line("POLYMARKET_PRIVATE_KEY"),
            line("CLOB_API_KEY"),
            line("CLOB_SECRET").trim_end(),
            line("CLOB_PASS_PHRASE")
        );
        fs::write(self.path(".env"), text).unwrap();
    }

    fn env(&self, name: &str) -> &str {
        self.sandbox.env().find(|(known, _)| *known == name).unwrap().1
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, arguments: &str) -> (i32, Value) {
        json_of(self.command(&format!("{arguments} --format json")))
    }

    /// The nonces that hold a key, of the first four.
    fn nonces(&self) -> Vec<String> {
        let (_, scan) = self.json("nonces --to 3");
        let held = |row: &&Value| !row["key"].is_null();
        scan["nonces"].as_array().unwrap().iter().filter(held).map(|row| text(&row["nonce"])).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn run(mut command: Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn json_of(command: Command) -> (i32, Value) {
    let (code, out, err) = run(command);
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {err}")))
}

#[test]
fn deriving_shows_secrets_only_when_asked() {
    let desk = Desk::new("healthy-safe");
    let (code, derived) = desk.json("derive");
    assert_eq!(code, 0);
    assert_eq!(derived["credentials"]["key"], desk.env("CLOB_API_KEY"));
    assert_eq!((&derived["credentials"]["secret"], &derived["configured"]), (&Value::Null, &json!("the same")));
    let (code, out, err) = run(desk.command("derive"));
    let parts = [desk.env("CLOB_SECRET"), desk.env("CLOB_PASS_PHRASE")];
    assert_eq!(code, 0);
    assert!(parts.iter().all(|part| !out.contains(part) && !err.contains(part)));
    let (code, out, _) = run(desk.command("derive --show-secrets"));
    assert_eq!(code, 0);
    for name in ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"] {
        assert!(out.lines().any(|line| line == format!("{name}={}", desk.env(name))), "{out}");
    }
    let (_, shown) = desk.json("derive --show-secrets");
    assert_eq!(shown["credentials"]["secret"], parts[0]);
}

#[test]
fn a_nonce_without_a_key_is_named_by_its_cause() {
    let desk = Desk::new("healthy-safe");
    for arguments in ["derive --nonce 3", "list --nonce 3", "delete --nonce 3 --yes"] {
        let (code, failed) = desk.json(arguments);
        assert_eq!((code, &failed["cause"]), (1, &json!("no-key-at-nonce")), "{arguments}: {failed}");
    }
    // a nonce that is no number is not taken for nonce 0
    let (code, _, err) = run(desk.command("derive --nonce three"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("three"), "{err}");
}

#[test]
fn creating_asks_and_says_what_a_used_nonce_means() {
    let desk = Desk::new("healthy-safe");
    let (code, failed) = desk.json("create --yes");
    assert_eq!((code, &failed["cause"]), (1, &json!("nonce-already-used")));
    let (code, out, err) = run(desk.command("create --nonce 2"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("breaks") && err.contains("Can be undone") && err.contains("--yes"), "{err}");
    let (code, planned) = desk.json("create --nonce 2 --dry-run");
    let last = &planned["requests"][1];
    assert_eq!((code, &planned["done"], &last["method"]), (0, &json!(false), &json!("POST")));
    assert_eq!((&last["path"], &last["signed_with"]), (&json!("/auth/api-key"), &json!("private-key")));
    assert_eq!(desk.nonces(), ["0"], "nothing was created");
    let (code, created) = desk.json("create --nonce 2 --yes");
    assert_eq!((code, &created["nonce"], &created["credentials"]["secret"]), (0, &json!("2"), &Value::Null));
    assert_eq!(desk.nonces(), ["0", "2"]);
    let (_, listed) = desk.json("list --nonce 2");
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
}

#[test]
fn what_keeps_a_key_from_being_created_is_told_from_a_used_nonce() {
    for (scenario, arguments, code, cause) in [
        ("create-blocked", "create --yes", 3, "create-blocked"),
        ("rate-limited-auth", "create --yes", 3, "rate-limited"),
        ("clob-unreachable", "derive", 3, "clob-unreachable"),
        ("wrong-chain-id", "derive", 1, "wrong-chain-id"),
        ("credentials-stale", "list", 1, "credentials-stale"),
        ("builder-credentials-as-user", "list", 1, "builder-credentials-as-user"),
        ("clock-drift", "list", 1, "clock-drift"),
    ] {
        let desk = Desk::new(scenario);
        let (found, failed) = desk.json(arguments);
        assert_eq!((found, &failed["cause"]), (code, &json!(cause)), "{scenario}: {failed}");
        assert!(!failed["fix"]["text"].as_str().unwrap().is_empty());
    }
    let desk = Desk::new("clock-drift");
    assert_eq!(run(desk.command("list --server-time")).0, 0);
    let (code, _, err) = run({
        let mut command = polydoctor();
        command.args(["keys", "list"]);
        command
    });
    assert_eq!(code, 2);
    assert!(err.contains("no private key"), "{err}");
}

#[test]
fn deleting_takes_the_configured_key_or_that_of_a_nonce() {
    let desk = Desk::new("healthy-safe");
    run(desk.command("create --nonce 1 --yes"));
    let (code, planned) = desk.json("delete --dry-run");
    assert_eq!((code, planned["requests"].as_array().unwrap().len()), (0, 1));
    assert_eq!(run(desk.command("delete")).0, 2, "nobody to ask");
    assert_eq!(desk.nonces(), ["0", "1"]);
    let (code, deleted) = desk.json("delete --nonce 1 --yes");
    assert_eq!((code, &deleted["was_configured"]), (0, &json!(false)));
    assert_eq!(desk.nonces(), ["0"]);
    let (code, _, err) = run(desk.command("delete --yes"));
    assert_eq!(code, 0);
    assert!(err.contains("Cannot be undone") && err.contains("env CLOB_API_KEY"), "{err}");
    assert_eq!(desk.nonces(), [""; 0]);
}

#[test]
fn nonces_say_which_one_the_configured_key_is_of() {
    let desk = Desk::new("credentials-of-nonce-1");
    let (code, scan) = desk.json("nonces");
    assert_eq!((code, &scan["done"], &scan["configured_key_nonce"]), (0, &json!(true), &json!("1")));
    assert_eq!(scan["nonces"].as_array().unwrap().len(), 10);
    let (_, out, _) = run(desk.command("nonces --to 1"));
    assert!(out.contains("The configured key belongs to nonce 1"), "{out}");
    assert!(["order nonce", "wallet nonce", "transaction nonce"].iter().all(|name| out.contains(name)), "{out}");
    let (code, none) = Desk::new("create-blocked").json("nonces --to 1");
    assert_eq!((code, &none["cause"]), (1, &json!("no-key-at-nonce")));
}

/// Whichever alphabet and padding a secret is written in, it signs alike.
#[test]
fn a_secret_that_is_written_otherwise_is_the_same_one() {
    let desk = Desk::new("healthy-safe");
    let secret = desk.env("CLOB_SECRET").to_owned();
    let standard = secret.replace('-', "+").replace('_', "/");
    assert_eq!(secret.len(), 44);
    let spellings = [&secret, &standard, secret.trim_end_matches('='), standard.trim_end_matches('=')];
    for spelling in spellings {
        let mut command = desk.command("derive --format json");
        command.env("CLOB_SECRET", spelling);
        let (code, derived) = json_of(command);
        assert_eq!((code, &derived["configured"]), (0, &"the same".into()), "{spelling}");
    }
    for (name, other) in [("CLOB_SECRET", "d3Jvbmc="), ("CLOB_SECRET", "not base64!"), ("CLOB_PASS_PHRASE", "x")] {
        let mut command = desk.command("derive --format json");
        command.env(name, other);
        assert_eq!(json_of(command).1["configured"], "the same key, with a different secret or passphrase", "{other}");
    }
}
