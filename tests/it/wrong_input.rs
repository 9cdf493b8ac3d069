//! Wrong input, each with the sentence that it gets: what was found, where, and never a panic.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::program::polydoctor;

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const DIGITS: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
const KEYSTORE: &str = include_str!("../vectors/keystore.json");

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
        wrong("a funder that is too short", "The funder is \"0x12\" (FUNDER, line 1 of .env), which is not an address")
            .env("FUNDER=0x12\n"),
        wrong("a funder without 0x", "The funder is \"d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\" (env POLY_FUNDER)")
            .var("POLY_FUNDER", "d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"),
        wrong("a private key as the funder", "The funder is a text of 66 characters (env FUNDER)").var("FUNDER", KEY),
        wrong("a chain by name", "The chain id is \"polygon\" (env CHAIN_ID), which is not a whole number")
            .var("CHAIN_ID", "polygon"),
        wrong("another chain", "Chain 1 is none that Polymarket runs on").var("CHAIN_ID", "1"),
        wrong("a negative nonce", "The nonce is \"-1\" (env POLYMARKET_NONCE), which is not a whole number from 0")
            .var("POLYMARKET_NONCE", "-1"),
        wrong(
            "a host without https",
            "The CLOB address is a text of 19 characters (env CLOB_HOST), which is not an address",
        )
        .var("CLOB_HOST", "clob.polymarket.com"),
        wrong("plain http", "(CLOB_API_URL, line 3 of .env), which is not an address that begins with https://")
            .env("# bot\n\nCLOB_API_URL=http://clob.polymarket.com\n"),
        wrong(
            "a time limit in words",
            "The timeout is \"soon\" (env POLYDOCTOR_TIMEOUT), which is not a number of seconds",
        )
        .var("POLYDOCTOR_TIMEOUT", "soon"),
        wrong("a flag of no use", "The funder is \"me\" (flag --funder), which is not an address")
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
            "The funder in FUNDER, line 2 of .env is not used: env FUNDER comes first, with another value",
        )
        .var("FUNDER", "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47")
        .env(format!("PK={KEY}\nFUNDER=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n"))
        .code(0),
        wrong("a name twice in a .env", "Line 2 of .env (SIGNATURE_TYPE) sets again what an earlier line has set")
            .env(format!("SIGNATURE_TYPE=1\nSIGNATURE_TYPE=2\nPK={KEY}\n"))
            .code(0),
        wrong(
            "a name that is almost right",
            "CLOB_PASSPHRASE is set (line 2 of .env) and nothing reads it; the clients read CLOB_PASS_PHRASE",
        )
        .env(format!("PK={KEY}\nCLOB_PASSPHRASE=x\n"))
        .code(0),
        wrong(
            "a name by analogy",
            "CLOB_API_SECRET is set (line 2 of .env) and nothing reads it; the clients read CLOB_SECRET",
        )
        .env(format!("PK={KEY}\nCLOB_API_SECRET=x\n"))
        .code(0),
        wrong("a name with a typo", "POLYMARKET_PRIVTE_KEY is set (the environment) and nothing reads it")
            .var("POLYMARKET_PRIVTE_KEY", KEY),
        wrong(
            "keys of Polymarket US",
            "POLYMARKET_SECRET_KEY is set (the environment): it is of Polymarket US, another product",
        )
        .var("POLYMARKET_SECRET_KEY", "x")
        .var("PK", KEY)
        .code(0),
        wrong(
            "a passphrase with a space behind it",
            "The API passphrase (CLOB_PASS_PHRASE, line 2 of .env) has white space or quotes around it",
        )
        .env(format!("PK={KEY}\nCLOB_PASS_PHRASE='abc '\n")),
    ]
}

fn env_files() -> Vec<Wrong> {
    let line = |what, text: &str, said| wrong(what, said).env(format!("PK={KEY}\n{text}\n"));
    vec![
        line("a line that is no assignment", "POLYMARKET_FUNDER 0x12", "Line 2 of .env is no NAME=value"),
        line("a quote that stays open", "FUNDER='0x12", "Line 2 of .env (FUNDER) opens a quote and does not close it"),
        line(
            "a space without quotes",
            "CLOB_SECRET=a b",
            "Line 2 of .env (CLOB_SECRET) has a space in a value without quotes",
        ),
        line(
            "a backslash",
            "CLOB_SECRET=a\\qb",
            "Line 2 of .env (CLOB_SECRET) has a backslash that programs read in different ways",
        ),
        line("an open brace", "FUNDER=${OTHER", "Line 2 of .env (FUNDER) opens ${ and does not close it"),
        line(
            "a dollar in double quotes",
            "CLOB_PASS_PHRASE=\"a$b\"",
            "Line 2 of .env (CLOB_PASS_PHRASE) has a $ outside of single quotes",
        ),
        line(
            "a # in a secret",
            "CLOB_SECRET=abc#def",
            "Line 2 of .env (CLOB_SECRET) has a # in a value without quotes",
        )
        .code(0),
        wrong("a .env that is not there", "cannot read none.env: there is no such file")
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
        wrong("a key file that the group may read", "key can be read by its group of this machine")
            .file("key", KEY)
            .mode("key", 0o640)
            .check(&["--key-file", "key"])
            .code(0),
        wrong("a key on a command line", "Line 2 of run.sh holds the private key")
            .file("run.sh", format!("#!/bin/sh\nbot --private-key {KEY}\n"))
            .env(format!("PK={KEY}\n"))
            .code(0),
    ]
}

fn keys() -> Vec<Wrong> {
    let key = |what, text: &str, said| wrong(what, said).var("PK", text);
    vec![
        wrong("no key at all", "No private key is configured"),
        key("an address for a key", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "it is an address (40 hex digits)"),
        key(
            "a recovery phrase",
            "test test test test test test test test test test test junk",
            "it is a recovery phrase of 12 words",
        ),
        key("a digit too few", &DIGITS[1..], "it has 63 hex digits instead of 64: one was lost in copying"),
        key("two digits too many", &format!("{DIGITS}aa"), "it has 66 hex digits instead of 64"),
        key(
            "a letter that is no digit",
            &DIGITS.replace('9', "z"),
            "it holds a character that is no hex digit at position 4",
        ),
        key("zero", &"0".repeat(64), "it is zero, which is no key"),
        key("beyond the curve", &"f".repeat(64), "it is beyond the order of the curve"),
        key("an API secret for a key", SECRET, "it is base64 of 32 bytes"),
        key("a public key", &format!("04{DIGITS}{DIGITS}"), "it is a public key (130 hex digits)"),
        key("a keystore for a key", "{\"version\":3}", "it is a keystore file (JSON); give the file with --keystore"),
        key(
            "quotes around a key",
            &format!("'{KEY}'"),
            "there are quotes around it, which every official client refuses",
        ),
        key("a line end behind a key", &format!("{KEY}\n"), "there are spaces or a line end around it"),
        key("a byte-order mark before a key", &format!("\u{feff}{KEY}"), "there is a byte-order mark before it"),
        wrong("a key on our command line", "unexpected argument '--private-key'")
            .run(&["check", "--private-key", KEY])
            .code(2),
        wrong("a key file that is not there", "cannot read none: there is no such file")
            .check(&["--key-file", "none"])
            .code(2),
        wrong("an empty key file", "The private key is not usable: it is empty")
            .file("key", "\n")
            .check(&["--key-file", "key"]),
    ]
}

fn keystores() -> Vec<Wrong> {
    let keystore = |what, text: String, said| {
        wrong(what, said)
            .file("key.json", text)
            .var("POLYDOCTOR_KEYSTORE_PASSWORD", "battery staple")
            .check(&["--keystore", "key.json"])
    };
    vec![
        keystore("a wrong password", KEYSTORE.to_owned(), "the keystore could not be unlocked: the password is wrong"),
        keystore("a keystore that is no JSON", KEY.to_owned(), "it is not a keystore of version 3: it is not JSON"),
        keystore(
            "another version",
            KEYSTORE.replace("\"version\":3", "\"version\":1"),
            "it has version 1, and only version 3 can be read",
        ),
        keystore("JSON of another kind", "{}".to_owned(), "it is JSON without a version, so no keystore"),
        keystore(
            "parameters that no machine can compute",
            KEYSTORE.replace("\"dklen\":32", "\"dklen\":8"),
            "its dklen is 8 instead of 32",
        ),
        wrong("a keystore that is not there", "cannot read none: there is no such file")
            .var("POLYDOCTOR_KEYSTORE_PASSWORD", "x")
            .check(&["--keystore", "none"])
            .code(2),
        wrong("nobody to ask for the password", "set POLYDOCTOR_KEYSTORE_PASSWORD")
            .file("key.json", KEYSTORE)
            .check(&["--keystore", "key.json"])
            .code(2),
    ]
}

fn profiles() -> Vec<Wrong> {
    let profile = |what, lines: &str, said| wrong(what, said).config(format!("[profiles.default]\n{lines}\n"));
    vec![
        wrong("a profile that is not there", "there is no profile named bot in ")
            .config("[profiles.main]\n")
            .check(&["--profile", "bot"])
            .code(2),
        wrong("a profile by variable that is not there", "there is no profile named bot")
            .var("POLYDOCTOR_PROFILE", "bot")
            .code(2),
        wrong("a default that is not there", "there is no profile named bot in ")
            .config("default_profile = 'bot'\n")
            .code(2),
        wrong("a configuration that is no TOML", "config.toml is not a valid configuration file: line 2: ")
            .config("[profiles.main]\nfunder 0x12\n")
            .code(2),
        wrong(
            "profiles that are no tables",
            "config.toml is not a valid configuration file: line 1: profiles is no table",
        )
        .config("profiles = 3\n")
        .code(2),
        wrong("a profile that is a number", "config.toml is not a valid configuration file: line 2: main is no table")
            .config("[profiles]\nmain = 3\n")
            .code(2),
        wrong("a default that is a number", "line 1: default_profile is no text")
            .config("default_profile = 3\n")
            .code(2),
        profile(
            "a key that is no setting",
            "fundr = '0x12'",
            "There is no setting of that name: fundr of profile default, line 2 of",
        )
        .var("PK", KEY)
        .code(0),
        wrong("a setting outside of profiles", "funder (line 1 of ").config("funder = '0x12'\n").var("PK", KEY).code(0),
        profile(
            "a list for a value",
            "funder = ['0x12']",
            "The funder is array, which is neither text nor a number (funder of profile default, line 2 of",
        ),
        profile(
            "a wrong value",
            "chain_id = 137\nsignature_type = 9",
            "The signature type is \"9\" (signature_type of profile default, line 3 of",
        ),
        profile(
            "a place of no known form",
            "private_key = { vault = 'x' }",
            "The private key says a place in a form that is not known",
        ),
        profile(
            "a variable that is not set",
            "private_key = { env = 'BOT_KEY' }",
            "it is said to be in the variable BOT_KEY, which is not set",
        ),
        profile(
            "a file that is not there",
            "api_secret = { file = '/nowhere/secret' }",
            "The API secret is said to be in a file: cannot read /nowhere/secret: there is no such file",
        ),
        profile(
            "a .env without the name",
            "private_key = { env_file = '../../.env', name = 'BOT_KEY' }",
            "it is said to be BOT_KEY in ",
        )
        .env("A=1\n"),
        profile(
            "a keystore that is not there",
            "private_key = { keystore = '/nowhere/key.json' }",
            "cannot read /nowhere/key.json: there is no such file",
        )
        .var("POLYDOCTOR_KEYSTORE_PASSWORD", "x"),
        profile(
            "a password in clear",
            "private_key = { keystore = 'k', password = 'x' }",
            "The private key has a password in clear",
        ),
        profile(
            "a program that fails",
            "private_key = { command = ['false'] }",
            "it is said to come from false, which failed",
        ),
        profile(
            "a program that is not there",
            "private_key = { command = ['/nowhere/pass'] }",
            "it is said to come from /nowhere/pass, which does not start",
        ),
        wrong("a profile to use that is not there", "there is no profile named bot")
            .config("[profiles.main]\n")
            .run(&["profile", "use", "bot"])
            .code(2),
        wrong("a profile to remove, unasked", "There is no terminal to ask at: say --yes")
            .config("[profiles.main]\n")
            .run(&["profile", "remove", "main"])
            .code(2),
        wrong("polymarket-cli's file broken", "The configuration of polymarket-cli cannot be used: line 1 of ")
            .file(".config/polymarket/config.json", "{"),
        wrong(
            "polymarket-cli's type misspelt",
            "The signature type is \"metamask\" (signature_type of polymarket-cli in ",
        )
        .file(
            ".config/polymarket/config.json",
            format!("{{\"private_key\":\"{KEY}\",\"signature_type\":\"metamask\"}}"),
        ),
    ]
}

fn commands() -> Vec<Wrong> {
    vec![
        wrong("a check that is none", "there is no such check; polydoctor list names them all")
            .run(&["check", "wallet.fund"])
            .code(2),
        wrong("an origin that is none", "known are: email, browser, wallet, deposit, unknown")
            .run(&["init", "--account", "metamask"])
            .code(2),
        wrong("nothing to set up with", "there is no private key: set POLYMARKET_PRIVATE_KEY")
            .run(&["init", "--yes"])
            .code(2),
        wrong("a scenario that is none", "there is no scenario named nothing")
            .run(&["check", "--demo", "nothing"])
            .code(2),
    ]
}

#[test]
fn each_wrong_input_gets_its_sentence() {
    let groups = [settings(), env_files(), keys(), keystores(), profiles(), commands()];
    let mut table = String::from("| input | what is said | exit |\n|---|---|---|\n");
    let mut count = 0;
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
        let line = line.unwrap_or_else(|| panic!("{what}: {:?} is not in\n{all}", wrong.said));
        assert_eq!(output.status.code(), Some(wrong.code), "{what}: {all}");
        assert!(!all.contains("panicked"), "{what}: {all}");
        assert!(!all.contains(DIGITS) || what == "a key on our command line", "{what}: the key is shown");
        let said = line.trim().replace(&home.path().display().to_string(), "~").replace('|', "\\|");
        writeln!(table, "| {what} | {said} | {} |", wrong.code).unwrap();
        count += 1;
    }
    assert!(count >= 40, "{count}");
    if let Some(path) = std::env::var_os("WRONG_INPUT_TABLE") {
        fs::write(path, table).unwrap();
    }
}
