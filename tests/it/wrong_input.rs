//! Wrong input, each with the sentence that it gets: what was found, where, and never a panic.

#![cfg(unix)]

mod accounts;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::program::polydoctor;

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const DIGITS: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
/// Test 1 of RFC 8032: seed and public half.
const US_SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

const CHECK: [&str; 5] = ["check", "--offline", "setup.settings", "setup.secrets", "key.format"];

/// What a user has, and what is said to it. Only what differs from nothing at all is written.
#[derive(Default)]
struct Wrong {
    what: &'static str,
    variables: Vec<(&'static str, String)>,
    /// Beside the program, by name; mode 0600.
    files: Vec<(&'static str, String)>,
    mode: Option<(&'static str, u32)>,
    /// `check` with the local checks, unless others are given.
    arguments: Vec<&'static str>,
    said: &'static str,
    code: i32,
}

fn wrong(what: &'static str, said: &'static str) -> Wrong {
    Wrong { what, said, code: 1, ..Wrong::default() }
}

impl Wrong {
    fn var(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn file(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.files.push((name, text.into()));
        self
    }

    fn env(self, text: impl Into<String>) -> Self {
        self.file(".env", text)
    }

    fn config(self, text: impl Into<String>) -> Self {
        self.file(".config/polydoctor/config.toml", text)
    }

    fn mode(mut self, name: &'static str, mode: u32) -> Self {
        self.mode = Some((name, mode));
        self
    }

    fn run(mut self, arguments: &[&'static str]) -> Self {
        self.arguments = arguments.to_vec();
        self
    }

    fn check(self, more: &[&'static str]) -> Self {
        self.run(&[&CHECK, more].concat())
    }

    fn code(mut self, code: i32) -> Self {
        self.code = code;
        self
    }
}

fn settings() -> Vec<Wrong> {
    vec![
        wrong(
            "a signature type that is none",
            "The signature type is \"7\" (env SIGNATURE_TYPE), which is not 0 (EOA)",
        )
        .var("SIGNATURE_TYPE", "7"),
        wrong("a word for a signature type", "The signature type is \"metamask\" (SIGNATURE_TYPE, line 2 of .env)")
            .env(format!("PK={KEY}\nSIGNATURE_TYPE=metamask\n")),
        wrong(
            "a funder that is too short",
            "The funder is \"0x12\" (FUNDER, line 1 of .env), which is not a wallet address",
        )
        .env("FUNDER=0x12\n"),
        wrong("a funder without 0x", "The funder is \"d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\" (env POLY_FUNDER)")
            .var("POLY_FUNDER", "d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"),
        wrong("a private key as the funder", "The funder is a text of 66 characters (env FUNDER)").var("FUNDER", KEY),
        wrong("a chain by name", "The chain ID is \"polygon\" (env CHAIN_ID), which is not a whole number")
            .var("CHAIN_ID", "polygon"),
        wrong("a different chain", "Polymarket does not run on chain 1").var("CHAIN_ID", "1"),
        wrong("a negative nonce", "The nonce is \"-1\" (env POLYMARKET_NONCE), which is not a whole number from 0")
            .var("POLYMARKET_NONCE", "-1"),
        wrong(
            "a host without https",
            "The CLOB URL is a text of 19 characters (env CLOB_HOST), which is not a URL starting with",
        )
        .var("CLOB_HOST", "clob.polymarket.com"),
        wrong("plain http", "(CLOB_API_URL, line 3 of .env), which is not a URL starting with https://")
            .env("# bot\n\nCLOB_API_URL=http://clob.polymarket.com\n"),
        wrong(
            "a time limit in words",
            "The timeout is \"soon\" (env POLYDOCTOR_TIMEOUT), which is not a number of seconds",
        )
        .var("POLYDOCTOR_TIMEOUT", "soon"),
        wrong("a flag of no use", "The funder is \"me\" (flag --funder), which is not a wallet address")
            .check(&["--funder", "me"]),
        wrong(
            "two names, two keys",
            "The private key is set twice with different values: env PRIVATE_KEY is used, env PK is not",
        )
        .var("PK", KEY)
        .var("PRIVATE_KEY", KEY.replace('a', "b"))
        .code(0),
        wrong(
            "a variable over the .env",
            "The funder in FUNDER, line 2 of .env is not used: env FUNDER takes precedence, with a different value",
        )
        .var("FUNDER", "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47")
        .env(format!("PK={KEY}\nFUNDER=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n"))
        .code(0),
        wrong("a name twice in a .env", "Line 2 of .env (SIGNATURE_TYPE) sets a variable again")
            .env(format!("SIGNATURE_TYPE=1\nSIGNATURE_TYPE=2\nPK={KEY}\n"))
            .code(0),
        wrong(
            "a name that is almost right",
            "CLOB_PASPHRASE is set (line 2 of .env), but nothing reads it; the clients read CLOB_PASS_PHRASE",
        )
        .env(format!("PK={KEY}\nCLOB_PASPHRASE=x\n"))
        .code(0),
        wrong(
            "a name by analogy",
            "CLOB_KEY is set (line 2 of .env), but nothing reads it; the clients read CLOB_API_KEY",
        )
        .env(format!("PK={KEY}\nCLOB_KEY=x\n"))
        .code(0),
        wrong("a name with a typo", "POLYMARKET_PRIVTE_KEY is set (the environment), but nothing reads it")
            .var("POLYMARKET_PRIVTE_KEY", KEY),
        wrong(
            "a secret key of Polymarket US as the API secret",
            "The API secret (env CLOB_SECRET) contains a secret key of Polymarket US (Ed25519), so it is not sent",
        )
        .var("CLOB_SECRET", US_SECRET)
        .var("PK", KEY),
        wrong(
            "key ID and secret key of Polymarket US exchanged",
            "The Polymarket US key ID (env POLYMARKET_KEY_ID) contains a secret key, so it is not sent",
        )
        .var("POLYMARKET_KEY_ID", US_SECRET)
        .var("POLYMARKET_SECRET_KEY", "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11"),
        wrong(
            "a passphrase with a space behind it",
            "The API passphrase (CLOB_PASS_PHRASE, line 2 of .env) has leading/trailing whitespace or quotes",
        )
        .env(format!("PK={KEY}\nCLOB_PASS_PHRASE='abc '\n"))
        .code(0),
    ]
}

fn env_files() -> Vec<Wrong> {
    let line = |what, text: &str, said| wrong(what, said).env(format!("PK={KEY}\n{text}\n"));
    vec![
        line("a line that is no assignment", "POLYMARKET_FUNDER 0x12", "Line 2 of .env is not a NAME=value line"),
        line("a quote that stays open", "FUNDER='0x12", "Line 2 of .env (FUNDER) has an unclosed quote"),
        line(
            "a space without quotes",
            "CLOB_SECRET=a b",
            "Line 2 of .env (CLOB_SECRET) has a space in an unquoted value",
        )
        .code(0),
        line(
            "a key and a passphrase that are exchanged",
            "CLOB_API_KEY=abc\nCLOB_PASS_PHRASE=f4f247b7-4ac7-ff29-a152-04fda0a8755a",
            "are swapped: the API key is the one that is a UUID",
        ),
        line(
            "a recovery phrase without quotes",
            "PRIVATE_KEY=test test test test test test test test test test test junk",
            "recovery phrase",
        ),
        line(
            "a backslash",
            "CLOB_SECRET=a\\qb",
            "Line 2 of .env (CLOB_SECRET) has a backslash that programs read differently",
        ),
        line("an open brace", "FUNDER=${OTHER", "Line 2 of .env (FUNDER) has an unclosed ${"),
        line(
            "a dollar in double quotes",
            "CLOB_PASS_PHRASE=\"a$b\"",
            "Line 2 of .env (CLOB_PASS_PHRASE) has a $ outside of single quotes",
        ),
        line("a # in a secret", "CLOB_SECRET=abc#def", "Line 2 of .env (CLOB_SECRET) has a # in an unquoted value")
            .code(0),
        wrong("a .env that is not there", "cannot read none.env: no such file")
            .check(&["--env-file", "none.env"])
            .code(2),
        wrong("a folder for a .env", "cannot read .: it is a folder").check(&["--env-file", "."]).code(2),
        wrong("a file that is no .env", "cannot read big: it is larger than 1 MiB")
            .file("big", "x".repeat(1 << 21))
            .check(&["--env-file", "big"])
            .code(2),
        wrong("a .env that all may read", ".env can be read by other users of this machine")
            .env(format!("PK={KEY}\n"))
            .mode(".env", 0o644)
            .code(0),
        wrong("a key file that the group may read", "key can be read by its group")
            .file("key", KEY)
            .mode("key", 0o640)
            .check(&["--key-file", "key"])
            .code(0),
        wrong("a key on a command line", "Line 2 of run.sh contains the private key")
            .file("run.sh", format!("#!/bin/sh\nbot --private-key {KEY}\n"))
            .env(format!("PK={KEY}\n"))
            .code(0),
    ]
}

#[test]
fn each_wrong_input_gets_its_sentence() {
    let groups = [settings(), env_files(), accounts::all()];
    let mut table = String::from("| input | what is said | exit |\n|---|---|---|\n");
    let (mut count, mut failed) = (0, Vec::new());
    for wrong in groups.into_iter().flatten() {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in &wrong.files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        if let Some((name, mode)) = wrong.mode {
            fs::set_permissions(home.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        let what = wrong.what;
        let arguments = if wrong.arguments.is_empty() { CHECK.to_vec() } else { wrong.arguments };
        let mut command = polydoctor();
        command.env("HOME", home.path()).current_dir(home.path()).args(arguments).envs(wrong.variables);
        let output = command.output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        let line = all.lines().find(|line| line.contains(wrong.said));
        let is_shown =
            [DIGITS, US_SECRET].iter().any(|secret| all.contains(secret)) && what != "a key on our command line";
        if line.is_none() || output.status.code() != Some(wrong.code) || all.contains("panicked") || is_shown {
            failed.push(format!("{what}: wanted {:?} and {}, got {}\n{all}", wrong.said, wrong.code, output.status));
        }
        let said = line.unwrap_or_default().trim().replace(&home.path().display().to_string(), "~").replace('|', "\\|");
        writeln!(table, "| {what} | {said} | {} |", wrong.code).unwrap();
        count += 1;
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(count >= 40, "{count}");
    if let Some(path) = std::env::var_os("WRONG_INPUT_TABLE") {
        fs::write(path, table).unwrap();
    }
}

/// What is said beside results begins with `error:` or `note:`, whichever command says it.
#[test]
fn errors_and_notes_have_one_voice() {
    use crate::program::{Sandbox, polydoctor};
    let sandbox = Sandbox::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let gone = "http://127.0.0.1:9";
    for (line, more, voice) in [
        ("headers l2 --path /orders?x=1", vec![], "note: "),
        ("headers l2 --format curl", vec![], "note: "),
        ("headers l2 --server-time", vec![], "note: "),
        ("headers l2 --server-time", vec![("POLYMARKET_CLOB_URL", gone)], "error: "),
        ("builder trades --by key --limit 1", vec![], "note: "),
        ("builder trades --by key", vec![("POLYMARKET_CLOB_URL", gone)], "note: "),
        ("builder volume", vec![("POLYMARKET_DATA_URL", gone)], "error: "),
        ("builder reconcile", vec![("POLYMARKET_CLOB_URL", gone)], ""),
        ("fix --undo --yes", vec![], ""),
        ("sign-server", vec![("POLY_BUILDER_SECRET", "")], "error: "),
    ] {
        let words = shlex::split(line).unwrap();
        let mut command = polydoctor();
        command.args(&words).envs(sandbox.env()).envs(more).env_remove("CLOB_PASSPHRASE");
        if line.ends_with("curl") {
            let phrase = folder.path().join("phrase.env");
            fs::write(&phrase, "CLOB_PASS_PHRASE='a phrase'\n").unwrap();
            command.env_remove("CLOB_PASS_PHRASE").arg("--env-file").arg(phrase);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        for wrong in ["polydoctor: ", "Error: ", "Note: ", "There "] {
            assert!(said.lines().all(|line| !line.starts_with(wrong)), "{line}: {said}");
        }
        assert!(voice.is_empty() || said.lines().any(|line| line.starts_with(voice)), "{line}: {said}");
    }
}
