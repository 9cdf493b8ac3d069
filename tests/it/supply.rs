//! What the program is made of: crates of crates.io only, under licences that `deny.toml` allows, and
//! none that it bans. `cargo deny check` looks more closely, where it is installed.

use std::process::Command;

use serde_json::Value;

/// Whether an SPDX expression allows it: AND binds before OR, and brackets before both.
fn allows(expression: &str, allowed: &[&str]) -> bool {
    // the older way to write OR
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<&str> = expression.split_whitespace().rev().collect();
    let is_allowed = any(&mut words, allowed);
    is_allowed && words.is_empty()
}

fn any(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let mut found = all(words, allowed);
    while words.pop_if(|word| *word == "OR").is_some() {
        found |= all(words, allowed);
    }
    found
}

fn all(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let mut found = one(words, allowed);
    while words.pop_if(|word| *word == "AND").is_some() {
        found &= one(words, allowed);
    }
    found
}

fn one(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let Some(word) = words.pop() else { return false };
    if word == "(" {
        let found = any(words, allowed);
        return words.pop() == Some(")") && found;
    }
    match words.pop_if(|word| *word == "WITH") {
        Some(_) => words.pop().is_some_and(|exception| allowed.contains(&format!("{word} WITH {exception}").as_str())),
        None => allowed.contains(&word),
    }
}

#[test]
fn crates_come_from_crates_io_under_licences_that_are_allowed() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let arguments = ["metadata", "--locked", "--format-version", "1", "--manifest-path", manifest];
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO")).args(arguments).args(["--filter-platform", &host]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let rules: toml::Table = rules.parse().unwrap();
    let allowed: Vec<&str> =
        rules["licenses"]["allow"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let banned: Vec<&str> =
        rules["bans"]["deny"].as_array().unwrap().iter().map(|entry| entry["crate"].as_str().unwrap()).collect();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{}", packages.len());
    for package in packages {
        let name = package["name"].as_str().unwrap();
        assert!(!banned.contains(&name), "{name} is banned");
        if name == env!("CARGO_PKG_NAME") {
            continue;
        }
        let source = package["source"].as_str().unwrap_or_default();
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(allows(licence, &allowed), "{name}: {licence:?}");
    }
}

#[test]
fn a_licence_is_allowed_when_one_alternative_is() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
    for (expression, is_allowed) in [
        ("MIT", true),
        ("MIT OR GPL-3.0", true),
        ("MIT/GPL-3.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR Apache-2.0) AND GPL-3.0", false),
        ("GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(allows(expression, &allowed), is_allowed, "{expression}");
    }
}
