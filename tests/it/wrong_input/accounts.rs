//! Wrong keys, keystores, profiles and arguments.

use super::{DIGITS, KEY, Wrong, wrong};

const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
const KEYSTORE: &str = include_str!("../../vectors/keystore.json");

pub(super) fn all() -> Vec<Wrong> {
    [keys(), keystores(), profiles(), places(), commands()].into_iter().flatten().collect()
}

fn keys() -> Vec<Wrong> {
    let key = |what, text: &str, said| wrong(what, said).var("PK", text);
    vec![
        wrong("no key at all", "No private key is configured"),
        key(
            "an address for a key",
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "it is a wallet address (40 hex digits)",
        ),
        key(
            "a recovery phrase",
            "test test test test test test test test test test test junk",
            "it is a recovery phrase of 12 words",
        ),
        key("a digit too few", &DIGITS[1..], "it has 63 hex digits instead of 64: one was lost when it was copied"),
        key("two digits too many", &format!("{DIGITS}aa"), "it has 66 hex digits instead of 64"),
        key("a letter that is no digit", &DIGITS.replace('9', "z"), "character 4 is not a hex digit"),
        key("zero", &"0".repeat(64), "it is zero, which is not a valid key"),
        key("beyond the curve", &"f".repeat(64), "it is larger than the secp256k1 group order"),
        key("an API secret for a key", SECRET, "it is base64 of 32 bytes"),
        key("a public key", &format!("04{DIGITS}{DIGITS}"), "it is a public key (130 hex digits)"),
        key("a keystore for a key", "{\"version\":3}", "it is a keystore file (JSON); pass the file with --keystore"),
        key("quotes around a key", &format!("'{KEY}'"), "it has quotes around it, which every official client rejects"),
        key("a line end behind a key", &format!("{KEY}\n"), "it has spaces or a newline around it"),
        key("a byte-order mark before a key", &format!("\u{feff}{KEY}"), "it starts with a byte-order mark"),
        wrong("a key on our command line", "Secrets are not accepted on the command line")
            .run(&["check", "--private-key", KEY])
            .code(2),
        wrong("a key file that is not there", "cannot read none: no such file").check(&["--key-file", "none"]).code(2),
        wrong("an empty key file", "The private key is not valid: it is empty")
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
            KEYSTORE.replace("\"version\": 3", "\"version\": 1"),
            "it has version 1, but only version 3 is supported",
        ),
        keystore("JSON of another kind", "{}".to_owned(), "it is JSON without a version, not a keystore"),
        keystore(
            "parameters that no machine can compute",
            KEYSTORE.replace("\"dklen\": 32", "\"dklen\": 8"),
            "its dklen is 8 instead of 32",
        ),
        wrong("a keystore that is not there", "cannot read none: no such file")
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
        wrong("a profile that is not there", "no profile `bot` in ")
            .config("[profiles.main]\n")
            .check(&["--profile", "bot"])
            .code(2),
        wrong("a profile by variable that is not there", "no profile `bot`").var("POLYDOCTOR_PROFILE", "bot").code(2),
        wrong("a default that is not there", "no profile `bot` in ").config("default_profile = 'bot'\n").code(2),
        wrong("a configuration that is no TOML", "config.toml is not a valid configuration file: line 2: ")
            .config("[profiles.main]\nfunder 0x12\n")
            .code(2),
        wrong(
            "profiles that are no tables",
            "config.toml is not a valid configuration file: line 1: `profiles` must be a table",
        )
        .config("profiles = 3\n")
        .code(2),
        wrong(
            "a profile that is a number",
            "config.toml is not a valid configuration file: line 2: `main` must be a table",
        )
        .config("[profiles]\nmain = 3\n")
        .code(2),
        wrong("a default that is a number", "line 1: `default_profile` must be a string")
            .config("default_profile = 3\n")
            .code(2),
        profile("a key that is no setting", "fundr = '0x12'", "Unknown setting: fundr of profile default, line 2 of")
            .var("PK", KEY)
            .check(&["--profile", "default"])
            .code(0),
        wrong("a setting outside of profiles", "funder (line 1 of ").config("funder = '0x12'\n"),
        profile(
            "a list for a value",
            "funder = ['0x12']",
            "The funder is a TOML array, which is neither a string nor a number (funder of profile default, line 2 of",
        ),
        profile(
            "a wrong value",
            "chain_id = 137\nsignature_type = 9",
            "The signature type is \"9\" (signature_type of profile default, line 3 of",
        ),
    ]
}

fn places() -> Vec<Wrong> {
    let profile = |what, lines: &str, said| wrong(what, said).config(format!("[profiles.default]\n{lines}\n"));
    vec![
        profile(
            "a place of no known form",
            "private_key = { vault = 'x' }",
            "The private key is not a valid secret reference",
        ),
        profile(
            "a variable that is not set",
            "private_key = { env = 'BOT_KEY' }",
            "The private key refers to the variable BOT_KEY, which is not set",
        ),
        profile(
            "a file that is not there",
            "api_secret = { file = '/nowhere/secret' }",
            "The API secret refers to a file: cannot read /nowhere/secret: no such file",
        ),
        profile(
            "a .env without the name",
            "private_key = { env_file = '../../.env', name = 'BOT_KEY' }",
            "The private key refers to BOT_KEY in ",
        )
        .env("A=1\n"),
        profile(
            "a keystore that is not there",
            "private_key = { keystore = '/nowhere/key.json' }",
            "cannot read /nowhere/key.json: no such file",
        )
        .var("POLYDOCTOR_KEYSTORE_PASSWORD", "x"),
        profile(
            "a password in clear",
            "private_key = { keystore = 'k', password = 'x' }",
            "The private key must not contain a plain-text password",
        ),
        profile(
            "a program that fails",
            "private_key = { command = ['false'] }",
            "The private key refers to the command false, which failed",
        ),
        profile(
            "a program that is not there",
            "private_key = { command = ['/nowhere/pass'] }",
            "The private key refers to the command /nowhere/pass, which did not start",
        ),
        wrong("a profile to use that is not there", "no profile `bot` in")
            .config("[profiles.main]\n")
            .run(&["profile", "use", "bot"])
            .code(2),
        wrong("a profile to remove, unasked", "Not a terminal, cannot ask for confirmation: pass --yes")
            .config("[profiles.main]\n")
            .run(&["profile", "remove", "main"])
            .code(2),
        wrong("polymarket-cli's file broken", "The configuration of polymarket-cli is not valid: line 1 of ")
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
        wrong("a check that is none", "no such check; `polydoctor list` lists them all")
            .run(&["check", "wallet.fund"])
            .code(2),
        wrong("an origin that is none", "expected one of: email, browser, wallet, deposit, us, unknown")
            .run(&["init", "--account", "metamask"])
            .code(2),
        wrong("nothing to set up with", "there is no private key: set POLYMARKET_PRIVATE_KEY")
            .run(&["init", "--yes"])
            .code(2),
        wrong("a profile name that a shell would take apart", "\"bad name!/x\" is not a valid profile name")
            .run(&["init", "--yes", "--profile", "bad name!/x"])
            .code(2),
        wrong("a scenario that is none", "no scenario named nothing").run(&["check", "--demo", "nothing"]).code(2),
    ]
}
