//! What the binary says of names, files and values that are nearly right.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::program::{causes, polydoctor};

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const SAFE: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
const OTHER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const API_KEY: &str = "8e76d51e-5127-c7bc-5dd5-694c9df0d424";
const BUILDER_KEY: &str = "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5";
const SECRET: &str = "ge1ymo-IEb21Re3eUlG3zc3AZxMvSluqE1gzSnAZa3Q=";
const PASSPHRASE: &str = "e4cf0e3178a626f0ef6f92a488d5739cd523ecc2006aae95744ec2d65756e141";

/// `check --offline` in a folder with this file.
fn offline(file: &str, text: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = polydoctor();
    command.args(["check", "--offline", "--format", "json"]).args(arguments).current_dir(folder.path());
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn first(report: &Value) -> &str {
    causes(report).first().copied().unwrap_or("none")
}

/// The summary and the evidence of a check, as one text.
fn says(report: &Value, check: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|each| each["id"] == check).unwrap().to_string()
}

/// Names of three families: of the official clients, of bots with PM_, and of one bot alone.
const FAMILIES: [[&str; 7]; 3] = [
    [
        "POLYMARKET_PRIVATE_KEY",
        "POLYMARKET_FUNDER",
        "POLYMARKET_SIGNATURE_TYPE",
        "CLOB_API_KEY",
        "CLOB_SECRET",
        "CLOB_PASS_PHRASE",
        "CLOB_API_URL",
    ],
    [
        "PM_PRIVATE_KEY",
        "PM_PROXY_ADDRESS",
        "PM_SIG_TYPE",
        "PM_API_KEY",
        "PM_API_SECRET",
        "PM_PASSPHRASE",
        "PM_CLOB_HOST",
    ],
    [
        "ARBBOT_POLY_PRIVATE_KEY",
        "ARBBOT_POLY_FUNDER_ADDRESS",
        "ARBBOT_POLY_SIGNATURE_TYPE",
        "ARBBOT_POLY_CLOB_API_KEY",
        "ARBBOT_POLY_CLOB_SECRET",
        "ARBBOT_POLY_CLOB_PASSPHRASE",
        "ARBBOT_POLY_CLOB_URL",
    ],
];

#[test]
fn what_is_provable_offline_is_judged_offline_in_every_family_of_names() {
    let whole = [KEY, SAFE, "2", API_KEY, SECRET, PASSPHRASE, "https://clob.polymarket.com"];
    let mistakes: [(usize, &str, &str); 8] = [
        (5, "", "credentials-incomplete"),
        (4, "", "credentials-incomplete"),
        (3, BUILDER_KEY, "builder-credentials-as-user"),
        (4, PASSPHRASE, "secret-encoding"),
        (1, OTHER, "funder-not-controlled"),
        (2, "1", "wrong-signature-type"),
        (6, "https://gamma-api.polymarket.com", "wrong-host"),
        (6, "https://api.polymarket.us", "wrong-host"),
    ];
    for names in FAMILIES {
        let env = |values: &[&str; 7]| -> String {
            names.iter().zip(values).map(|(name, value)| format!("{name}={value}\n")).collect()
        };
        let report = offline(".env", &env(&whole), &[]);
        assert_eq!((report["verdict"].as_str(), first(&report)), (Some("healthy"), "none"), "{}", names[0]);
        for (place, value, cause) in mistakes {
            let mut values = whole;
            values[place] = value;
            let report = offline(".env", &env(&values), &[]);
            assert_eq!(first(&report), cause, "{}={value}", names[place]);
        }
        let relayer = "POLYMARKET_RELAYER_API_KEY";
        let text = format!("{}{relayer}={BUILDER_KEY}\n{relayer}_ADDRESS={OTHER}\n", env(&whole));
        assert_eq!(first(&offline(".env", &text, &[])), "relayer-key-of-other-address", "{}", names[0]);
    }
}

#[test]
fn a_misspelt_name_is_told_only_where_nothing_else_gives_its_setting() {
    let key = format!("POLYMARKET_PRIVATE_KEY={KEY}\n");
    for (text, meant) in [
        (format!("{key}POLYMARKET_FUNDR={SAFE}\n"), "POLYMARKET_FUNDER"),
        (format!("POLY_PRIVTE_KEY={KEY}\n"), "POLY_PRIVATE_KEY"),
        (format!("POLYMARKT_PRIVATE_KEY={KEY}\n"), "POLYMARKET_PRIVATE_KEY"),
        (format!("{key}PROXY_WALET={SAFE}\n"), "PROXY_WALLET"),
        (format!("{key}PM_SIGNTURE_TYPE=2\nPM_FUNDER={SAFE}\n"), "PM_SIGNATURE_TYPE"),
    ] {
        let told = says(&offline(".env", &text, &[]), "setup.settings");
        assert!(told.contains(&format!("the clients read {meant}")), "{text}{told}");
    }
    for text in [
        format!("{key}POLYMARKET_FUNDER={SAFE}\nPOLYMARKET_FUNDR={SAFE}\nSIGNATURE_TYPE=2\n"),
        format!("{key}FUNDER={SAFE}\nSIGNATURE_TYPE=2\nPROXY_WALET=http://127.0.0.1:8080\n"),
        format!("POLYMARKET_KEY={KEY}\nFUNDER={SAFE}\nSIGNATURE_TYPE=2\n"),
        format!("{key}POLYMARKET_PRIVATE_KEY_2={KEY}\n"),
    ] {
        let told = says(&offline(".env", &text, &[]), "setup.settings");
        assert!(!told.contains("nothing reads it; the clients read"), "{text}{told}");
    }
}

#[test]
fn of_several_accounts_the_first_is_checked_and_env_map_takes_another() {
    let other = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    let text = format!(
        "PRIVATE_KEY_1={KEY}\nFUNDER_1={SAFE}\nSIGNATURE_TYPE=2\nPRIVATE_KEY_2={other}\n\
         FUNDER_2=0x8ac5d4bd2752afc9f5ca531f19d617647216b893\n"
    );
    let report = offline(".env", &text, &[]);
    assert_eq!((first(&report), report["verdict"].as_str()), ("none", Some("healthy")));
    assert!(says(&report, "setup.settings").contains("the one of …_1 is checked, not …_2"));
    let report = offline(".env", &text, &["--env-map", "private_key=PRIVATE_KEY_2"]);
    assert_eq!((first(&report), report["verdict"].as_str()), ("none", Some("healthy")));
    assert_eq!(report["account"]["signer"].as_str().map(str::to_lowercase), Some(OTHER.to_lowercase()));
}

#[test]
fn a_file_that_is_no_env_is_told_for_what_it_is() {
    for (file, text, what) in [
        ("compose.yml", format!("services:\n  bot:\n    environment:\n      PRIVATE_KEY: {KEY}\n"), "is YAML"),
        ("config.json", format!("{{\"private_key\": \"{KEY}\"}}"), "is JSON"),
        ("config.toml", format!("[polymarket]\nprivate_key = \"{KEY}\"\n"), "is TOML or INI"),
        ("bot.service", format!("[Service]\nEnvironment=\"PRIVATE_KEY={KEY}\"\n"), "is a systemd unit"),
    ] {
        let report = offline(file, &text, &["--env-file", file]);
        assert_eq!(first(&report), "setting-invalid", "{file}");
        let told = says(&report, "setup.settings");
        assert!(told.contains(&format!("{file} {what}, not a .env")), "{told}");
        assert!(!told.contains(&KEY[2..]));
    }
}

#[test]
fn a_key_in_another_env_file_is_pointed_to() {
    let report = offline(".env.local", &format!("PRIVATE_KEY={KEY}\n"), &[]);
    assert!(says(&report, "key.format").contains(".env.local contains a private key"), "{report}");
    let report = offline(".env.example", "PRIVATE_KEY=your_private_key_here\n", &[]);
    assert_eq!(first(&report), "key-missing");
}

#[test]
fn a_placeholder_is_told_and_not_used() {
    let text =
        format!("PRIVATE_KEY={KEY}\nCLOB_API_KEY=your_api_key\nCLOB_SECRET=...\nCLOB_PASS_PHRASE=<passphrase>\n");
    let report = offline(".env", &text, &[]);
    assert_eq!(first(&report), "setting-invalid");
    assert!(says(&report, "setup.settings").contains("is still the placeholder of an example file"));
    let report = offline(".env", "PRIVATE_KEY=0xYOUR_PRIVATE_KEY\n", &[]);
    assert_eq!(first(&report), "key-missing");
}

#[test]
fn the_wallet_of_a_copied_trader_is_told_from_the_own_one() {
    let text = format!("PRIVATE_KEY={KEY}\nPROXY_WALLET={OTHER}\nSIGNATURE_TYPE=2\nTARGET_WALLETS=0x1,{OTHER}\n");
    let report = offline(".env", &text, &[]);
    assert_eq!(first(&report), "funder-not-controlled");
    assert!(says(&report, "wallet.funder").contains("TARGET_WALLETS"), "{report}");
}

#[test]
fn a_name_for_the_signer_is_compared_with_the_address_of_the_key() {
    let key = format!("POLY_PRIVATE_KEY={KEY}\n");
    let signer = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    for name in ["SIGNER_ADDRESS", "POLYMARKET_SIGNER_ADDRESS", "POLYMARKET_AUTH_ADDRESS", "EOA_ADDRESS"] {
        let told = says(&offline(".env", &format!("{key}{name}={OTHER}\n"), &[]), "setup.settings");
        assert!(told.contains(name) && told.contains(OTHER) && told.contains("the signer is"), "{name}: {told}");
        let told = says(&offline(".env", &format!("{key}{name}={signer}\n"), &[]), "setup.settings");
        assert!(!told.contains("the signer is"), "{name}: {told}");
    }
}

#[test]
fn a_chain_id_that_neither_the_clob_nor_the_rpc_has_is_the_wrong_one() {
    let env = |rpc: &str, chain: &str| {
        format!(
            "POLY_PRIVATE_KEY={KEY}\nPOLY_RPC_URL={rpc}\nPOLY_CHAIN_ID={chain}\nPOLY_CLOB_HOST=https://clob.polymarket.com\n"
        )
    };
    assert_eq!(first(&offline(".env", &env("https://polygon-rpc.com", "80002"), &[])), "wrong-chain-id");
    let amoy = env("https://rpc-amoy.polygon.technology", "137");
    assert_eq!(first(&offline(".env", &amoy, &[])), "polygon-node-wrong-chain");
}
