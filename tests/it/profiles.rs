//! Setting up an account and using it by name, through the binary.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::program::{Sandbox, polydoctor, stdout};

fn at_home(home: &Path) -> Command {
    let mut command = polydoctor();
    command.env("HOME", home).current_dir(home);
    command
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    at_home(home).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A sandbox, and a home folder with its settings in `.env` but for these.
fn sandbox_at(home: &Path, without: &[&str]) -> Sandbox {
    let sandbox = Sandbox::start(&["--write-env", home.join(".env").to_str().unwrap()]);
    let text = fs::read_to_string(home.join(".env")).unwrap();
    let kept = text.lines().filter(|line| !without.iter().any(|name| line.starts_with(&format!("{name}="))));
    fs::write(home.join(".env"), kept.collect::<Vec<_>>().join("\n")).unwrap();
    sandbox
}

const ANSWERS: [&str; 2] = ["POLYMARKET_SIGNATURE_TYPE", "POLYMARKET_FUNDER"];

#[test]
fn from_a_key_to_a_verified_account() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &ANSWERS);
    let output = run(home.path(), &["init", "--yes", "--profile", "bot"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), stdout(&output));
    assert!(stdout(&output).contains("yes  sign orders that the exchange accepts"), "{}", stdout(&output));
    let file = home.path().join(".config/polydoctor/config.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("signature_type = 2\nfunder = \"0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\"\n"), "{text}");
    assert!(text.contains("name = \"POLYMARKET_PRIVATE_KEY\" }") && !text.contains("ac0974bec39a17e3"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // from any folder, by name alone
    let output = at_home(home.path()).args(["check", "--profile", "bot"]).current_dir("/").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let again = run(home.path(), &["init", "--yes", "--profile", "bot"]);
    assert!(stderr(&again).contains("says all this already"), "{}", stderr(&again));
}

#[test]
fn what_remains_wrong_is_told_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &ANSWERS);
    let text = fs::read_to_string(home.path().join(".env")).unwrap();
    fs::write(home.path().join(".env"), text.replace("POLYMARKET_CHAIN_ID=137", "POLYMARKET_CHAIN_ID=80002")).unwrap();
    let output = run(home.path(), &["init", "--yes"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", stderr(&output), stdout(&output));
    assert!(stdout(&output).contains("no   sign in"), "{}", stdout(&output));
}

#[test]
fn wrong_answers_by_flag_end_it_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &ANSWERS);
    let deposit = "0x1111111111111111111111111111111111111111";
    let signer = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    for (arguments, said) in [
        (&["init", "--yes", "--funder", deposit][..], "Deposit dialogue"),
        (&["init", "--yes", "--account", "browser", "--funder", signer], "the address of the key itself"),
        (&["init", "--yes", "--key-env", "NOT_SET"], "NOT_SET of --key-env is not set"),
        (&["init"], "say --yes"),
    ] {
        let output = run(home.path(), arguments);
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!home.path().join(".config/polydoctor/config.toml").exists(), "{arguments:?}");
    }
}

#[test]
fn a_key_is_stored_in_clear_only_by_name() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &[]);
    let output = run(home.path(), &["init", "--yes", "--store-private-key"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stderr(&output).contains("ac0974bec39a17e3"), "shown masked");
    let text = fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    assert!(text.contains("private_key = \"0xac0974bec39a17e3"), "{text}");
    let shown = run(home.path(), &["profile", "show"]);
    assert!(stdout(&shown).contains("in clear") && !stdout(&shown).contains("ac0974bec39a17e3"));
}

#[test]
fn profiles_are_listed_used_and_removed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".config/polydoctor/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "# mine\n[profiles.a]\nsignature_type = 2\n\n[profiles.b] # second\nprivate_key = 'hunter2'\n")
        .unwrap();
    let list = run(home.path(), &["profile", "list"]);
    assert_eq!(stdout(&list), "  a  type 2\n  b  key in clear\n");
    assert_eq!(run(home.path(), &["profile", "use", "b"]).status.code(), Some(0));
    let list = run(home.path(), &["profile", "list", "--format", "json"]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list["profiles"][1], serde_json::json!({ "name": "b", "default": true }));
    assert_eq!(run(home.path(), &["profile", "remove", "b"]).status.code(), Some(2), "it asks");
    assert_eq!(run(home.path(), &["profile", "remove", "b", "--yes"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n[profiles.a]\nsignature_type = 2\n");
}

#[test]
#[cfg(unix)]
fn a_keystore_of_a_profile_is_unlocked_by_its_password() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".config/polydoctor/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let keystore = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keystore.json");
    fs::write(&file, format!("[profiles.default]\nprivate_key = {{ keystore = '{keystore}' }}\n")).unwrap();
    let check = |password: Option<&str>| {
        let mut command = at_home(home.path());
        command.args(["check", "key.format", "--offline"]);
        if let Some(password) = password {
            command.env("POLYDOCTOR_KEYSTORE_PASSWORD", password);
        }
        command.output().unwrap()
    };
    assert_eq!(check(Some("correct horse")).status.code(), Some(0));
    let wrong = check(Some("battery staple"));
    assert!(stdout(&wrong).contains("the password is wrong") && wrong.status.code() == Some(1));
    let locked = check(None);
    assert!(stderr(&locked).contains("POLYDOCTOR_KEYSTORE_PASSWORD") && locked.status.code() == Some(2));
}
