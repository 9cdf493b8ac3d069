//! No secret of a known set appears in any output, log, record, error or `Debug`.

use polydoctor::engine::Engine;
use polydoctor::settings::{EnvFile, Inputs};

use crate::program::{Sandbox, polydoctor};

/// Names of the variables whose values are secret.
const SECRET: [&str; 6] = [
    "POLYMARKET_PRIVATE_KEY",
    "CLOB_SECRET",
    "CLOB_PASS_PHRASE",
    "POLY_BUILDER_SECRET",
    "POLY_BUILDER_PASSPHRASE",
    "POLY_BUILDER_SIGNER_TOKEN",
];

/// All that look and what is refused without an answer; what is created is not among the secrets.
const KEYS_COMMANDS: [&str; 12] = [
    "derive",
    "derive --format json",
    "list",
    "create --nonce 1",
    "create --nonce 1 --dry-run --format json",
    "delete --dry-run",
    "rotate --dry-run --save json=/nowhere/a",
    "nonces --to 1",
    "readonly list",
    "readonly validate",
    "builder list --format json",
    "builder revoke",
];

/// Each secret, also as it stands without its prefix or padding, and its first half.
fn forms(secret: &str) -> Vec<String> {
    let bare = secret.trim_start_matches("0x").trim_end_matches('=');
    let half = &bare[..bare.len() / 2];
    [bare, half].into_iter().filter(|form| form.len() >= 12).map(str::to_lowercase).collect()
}

fn search(what: &str, text: &str, secrets: &[(String, String)]) {
    let text = text.to_lowercase();
    for (name, secret) in secrets {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{name} appears in {what}");
        }
    }
}

#[test]
fn no_secret_leaves_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = [
        "healthy-safe",
        "demo",
        "credentials-stale",
        "credentials-other-address",
        "builder-credentials-as-user",
        "remote-signer-unauthorized",
        "key-malformed",
        "clob-unreachable",
        "cloudflare-blocked",
    ];
    for scenario in scenarios {
        let sandbox = Sandbox::start(&["--scenario", scenario]);
        let mut env: Vec<(String, String)> =
            sandbox.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // a token that the sandbox does not ask for is sent all the same, and must not show
        if env.iter().all(|(name, _)| name != "POLY_BUILDER_SIGNER_TOKEN") {
            env.push(("POLY_BUILDER_SIGNER_TOKEN".to_owned(), "a-token-that-nobody-may-see".to_owned()));
        }
        // all-zero test secrets are no text worth hiding
        let is_secret =
            |(name, value): &&(String, String)| SECRET.contains(&name.as_str()) && !value.starts_with("AAAA");
        let secrets: Vec<(String, String)> = env.iter().filter(is_secret).cloned().collect();
        assert!(secrets.len() >= 4, "{scenario}: {}", secrets.len());
        let record = folder.path().join("facts.json");
        for format in ["text", "json"] {
            let mut command = polydoctor();
            command.args(["check", "--format", format, "--record"]).arg(&record).envs(env.clone());
            let output = command.output().unwrap();
            search("standard output", &String::from_utf8_lossy(&output.stdout), &secrets);
            search("standard error", &String::from_utf8_lossy(&output.stderr), &secrets);
        }
        for arguments in KEYS_COMMANDS {
            let mut command = polydoctor();
            command.arg("keys").args(arguments.split(' ')).envs(env.clone());
            let output = command.output().unwrap();
            search(arguments, &String::from_utf8_lossy(&output.stdout), &secrets);
            search(arguments, &String::from_utf8_lossy(&output.stderr), &secrets);
        }
        for command in [["trades", "--by", "key"], ["reconcile", "--format", "json"], ["volume", "--format", "json"]] {
            let output = polydoctor().arg("builder").args(command).envs(env.clone()).output().unwrap();
            search("standard output", &String::from_utf8_lossy(&output.stdout), &secrets);
            search("standard error", &String::from_utf8_lossy(&output.stderr), &secrets);
        }
        search("the record", &std::fs::read_to_string(&record).unwrap(), &secrets);
        let inputs = Inputs { environment: env.into_iter().collect(), env_file: EnvFile::None, ..Inputs::default() };
        let settings = polydoctor::settings::load(&inputs).unwrap();
        search("Debug of the settings", &format!("{settings:?}"), &secrets);
        let engine = Engine::new(settings, true, &[]);
        search("Debug of the facts", &format!("{:?}", engine.facts().borrow()), &secrets);
    }
}

#[test]
fn a_secret_in_the_wrong_slot_is_not_shown() {
    let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    for name in ["FUNDER", "SIGNATURE_TYPE", "CHAIN_ID", "CLOB_HOST", "POLY_BUILDER_SIGNER_URL", "POLYMARKET_NONCE"] {
        for format in ["text", "json"] {
            let output = polydoctor().args(["check", "--offline", "--format", format]).env(name, key).output().unwrap();
            let secrets = [(name.to_owned(), key.to_owned())];
            search("standard output", &String::from_utf8_lossy(&output.stdout), &secrets);
            search("standard error", &String::from_utf8_lossy(&output.stderr), &secrets);
        }
    }
}

/// Beside the private key in its own place, the same key in another one: nothing shows it, and no
/// request is made with it.
#[test]
fn the_private_key_in_another_slot_is_neither_shown_nor_sent() {
    let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    for name in ["POLY_BUILDER_CODE", "CLOB_API_KEY", "CLOB_PASS_PHRASE", "POLY_BUILDER_API_KEY", "POLYMARKET_NONCE"] {
        let secrets = [(name.to_owned(), key.to_owned())];
        for arguments in [vec!["check"], vec!["check", "--format", "json"], vec!["config"], vec!["keys", "derive"]] {
            let output = polydoctor().args(&arguments).envs(sandbox.env()).env(name, key).output().unwrap();
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            search("standard output", &out, &secrets);
            search("standard error", &err, &secrets);
            if arguments[0] == "check" {
                assert!(out.contains("contains the private key"), "{name}: {out}");
            }
        }
    }
}

/// Access keys that stand in addresses: of users, in queries and in paths.
#[test]
fn no_output_shows_what_an_address_lets_in_with() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let folder = tempfile::tempdir().unwrap();
    let keys = ["hunter2-of-the-proxy", "0123456789abcdef0123", "path-key-of-a-provider"];
    let env: Vec<(String, String)> = sandbox
        .env()
        .map(|(name, value)| {
            let is_url = name.ends_with("_URL") || name.ends_with("_HOST");
            let inside = value.replacen("http://", &format!("http://somebody:{}@", keys[0]), 1);
            let value = if is_url { format!("{inside}?apikey={}", keys[1]) } else { value.to_owned() };
            (name.to_owned(), value)
        })
        .collect();
    let record = folder.path().join("facts.json");
    for arguments in [
        vec!["check"],
        vec!["check", "--format", "json"],
        vec!["check", "--format", "json", "--anonymous"],
        vec!["check", "--record", record.to_str().unwrap()],
        vec!["keys", "delete", "--dry-run"],
        vec!["keys", "rotate", "--dry-run", "--format", "json", "--save", "json=a"],
        vec!["keys", "list"],
        vec!["headers", "l2", "--format", "curl"],
        vec!["headers", "builder", "--format", "curl"],
        vec!["builder", "trades"],
    ] {
        for in_path in [false, true] {
            let mut command = polydoctor();
            command.args(&arguments).envs(env.clone()).current_dir(folder.path());
            if in_path {
                let url = env.iter().find(|(name, _)| name == "POLYMARKET_CLOB_URL").unwrap().1.clone();
                command.env("POLYMARKET_CLOB_URL", url.replace('?', &format!("/{}?", keys[2])));
            }
            let output = command.output().unwrap();
            let shown = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            let recorded = std::fs::read_to_string(&record).unwrap_or_default();
            for key in keys {
                assert!(!shown.contains(key) && !recorded.contains(key), "{arguments:?}: {shown}");
            }
        }
    }
}

#[test]
fn a_secret_in_the_place_of_the_api_key_is_not_printed_by_commands() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let secret = sandbox.env().find(|(name, _)| *name == "CLOB_SECRET").unwrap().1.to_owned();
    let secrets = [("CLOB_SECRET".to_owned(), secret.clone())];
    for arguments in
        ["keys derive", "keys derive --format json", "headers l2", "headers l2 --format json", "keys delete --dry-run"]
    {
        let output =
            polydoctor().args(arguments.split(' ')).envs(sandbox.env()).env("CLOB_API_KEY", &secret).output().unwrap();
        search(arguments, &String::from_utf8_lossy(&output.stdout), &secrets);
        search(arguments, &String::from_utf8_lossy(&output.stderr), &secrets);
    }
}

/// Values over several lines, with something behind their closing quotes.
#[test]
fn no_settings_file_makes_a_command_fail_from_within() {
    let digits = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let folder = tempfile::tempdir().unwrap();
    let secrets = [("PK".to_owned(), digits.to_owned())];
    for before in ["NOTE=\"a\nb\" # mine\n", "NOTE='a\nb'\t\n", "A=\\\n # \n", "A=\\\n \t"] {
        std::fs::write(folder.path().join(".env"), format!("{before}PK=0x{digits}\n")).unwrap();
        for arguments in [
            "check --offline",
            "config",
            "keys derive",
            "headers l1 --method GET --path /",
            "init --yes --profile a",
            "sign-server --listen 127.0.0.1:0",
        ] {
            let mut command = polydoctor();
            command
                .args(arguments.split(' '))
                .current_dir(folder.path())
                .env("HOME", folder.path())
                .env("POLYMARKET_CLOB_URL", "http://127.0.0.1:9");
            let output = command.output().unwrap();
            assert_ne!(output.status.code(), Some(101), "{arguments}: {before:?}");
            search(arguments, &String::from_utf8_lossy(&output.stdout), &secrets);
            search(arguments, &String::from_utf8_lossy(&output.stderr), &secrets);
        }
    }
}

/// Not a test of its own: what the next one runs.
#[test]
#[ignore = "run by another test"]
fn panics_with_a_secret() {
    polydoctor::cli::withhold_panic_messages();
    let text = String::from("PK=hunter2");
    std::thread::spawn(move || panic!("cannot read {text}")).join().unwrap_err();
    panic!("PK=hunter2");
}

#[test]
fn a_panic_says_its_place_and_nothing_else() {
    let mut this = std::process::Command::new(std::env::current_exe().unwrap());
    let output = this.args(["--ignored", "--nocapture", "--exact", "secrets::panics_with_a_secret"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(told.matches("internal error at tests/it/secrets.rs").count(), 2, "{told}");
}

/// The fingerprints of six characters in a text.
fn fingerprints(text: &str) -> Vec<String> {
    let words = text.split("fingerprint").skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(['s', '"', ':', ' ']);
        let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        (word.len() == 6).then_some(word)
    });
    words.collect()
}

#[test]
fn one_secret_has_one_fingerprint_wherever_it_is_shown_and_however_it_is_written() {
    let sandbox = Sandbox::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let env: Vec<(String, String)> = sandbox.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let secret = env.iter().find(|(name, _)| name == "CLOB_SECRET").unwrap().1.clone();
    let spellings = [
        secret.clone(),
        secret.trim_end_matches('=').to_owned(),
        secret.replace('-', "+").replace('_', "/"),
        secret.replace('+', "-").replace('/', "_"),
    ];
    let mut seen: Vec<(String, String)> = Vec::new();
    for (place, spelling) in spellings.iter().enumerate() {
        let lines =
            |name: &str, value: &str| format!("{name}={}\n", if name == "CLOB_SECRET" { spelling } else { value });
        let text: String = env.iter().map(|(name, value)| lines(name, value)).collect();
        let file = folder.path().join(format!("{place}.env"));
        std::fs::write(&file, text).unwrap();
        let shown = |arguments: &[&str]| {
            let output = polydoctor().args(arguments).arg("--env-file").arg(&file).output().unwrap();
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
        };
        let row = |text: &str, name: &str| {
            let line = text
                .lines()
                .find(|line| line.trim_start().starts_with(name))
                .unwrap_or_else(|| panic!("no {name} in {text}"));
            fingerprints(line).first().cloned().unwrap_or_else(|| panic!("{line}"))
        };
        seen.push(("config".to_owned(), row(&shown(&["config"]), "API secret")));
        let json: serde_json::Value = serde_json::from_str(&shown(&["config", "--format", "json"])).unwrap();
        let setting = json["settings"].as_array().unwrap().iter().find(|row| row["name"] == "API secret").unwrap();
        seen.push(("config json".to_owned(), fingerprints(setting["value"].as_str().unwrap())[0].clone()));
        seen.push(("keys derive".to_owned(), row(&shown(&["keys", "derive"]), "secret")));
        let json: serde_json::Value = serde_json::from_str(&shown(&["keys", "derive", "--format", "json"])).unwrap();
        seen.push((
            "keys derive json".to_owned(),
            json["fingerprints"]["secret"]
                .as_str()
                .unwrap_or_else(|| json["credentials"]["fingerprints"]["secret"].as_str().unwrap())
                .to_owned(),
        ));
        let explained = shown(&["headers", "l2", "--explain"]);
        seen.push(("headers --explain".to_owned(), fingerprints(&explained)[0].clone()));
    }
    let (_, first) = &seen[0];
    assert!(seen.iter().all(|(_, fingerprint)| fingerprint == first), "{seen:#?}");
}
