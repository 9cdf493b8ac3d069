//! Keys of the account, changed from the dashboard, on the files that they are configured in.

use std::fs;
use std::path::Path;

use super::Terminal;
use crate::program::{Sandbox, polydoctor, stdout};

const PARTS: [&str; 3] = ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"];

/// A `.env` of this account, with its own words around the values.
fn write_env(sandbox: &Sandbox, folder: &Path) -> String {
    let is_secret = |name: &str| name == "POLYMARKET_PRIVATE_KEY" || PARTS.contains(&name);
    let lines: String =
        sandbox.env().filter(|(name, _)| is_secret(name)).map(|(name, value)| format!("{name}={value}\n")).collect();
    let text = format!("# my bot\n{lines}");
    fs::write(folder.join(".env"), &text).unwrap();
    text
}

fn dashboard(sandbox: &Sandbox, folder: &Path) -> Terminal {
    let addresses = sandbox.env().filter(|(name, _)| *name != "POLYMARKET_PRIVATE_KEY" && !PARTS.contains(name));
    let home = folder.to_str().unwrap();
    let mut terminal = Terminal::start_with(&[], 120, 40, folder, addresses.chain([("HOME", home)]));
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("7");
    terminal.wait_for_text("Keys of the account");
    terminal
}

fn value(env: &str, name: &str) -> String {
    env.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).unwrap().to_owned()
}

/// The API keys that the service lists.
fn listed(sandbox: &Sandbox, folder: &Path) -> String {
    let mut command = polydoctor();
    command.args(["keys", "list"]).envs(sandbox.env()).env("HOME", folder);
    for name in PARTS {
        command.env_remove(name);
    }
    command.args(["--env-file", ".env"]).current_dir(folder);
    stdout(&command.output().unwrap())
}

#[test]
fn the_api_key_is_replaced_after_one_question_and_the_file_has_the_new_one() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let folder = tempfile::tempdir().unwrap();
    let before = write_env(&sandbox, folder.path());
    let mut terminal = dashboard(&sandbox, folder.path());
    terminal.press("xrotate\r");
    terminal.wait_for_text("Rotate the API key?");
    terminal.wait_for_text("The new credentials are saved to");
    let asked = fs::read_to_string(folder.path().join(".env")).unwrap();
    assert_eq!(asked, before, "nothing is written before the answer");
    terminal.press("y");
    terminal.wait_for_text("the old key is deleted");
    let after = fs::read_to_string(folder.path().join(".env")).unwrap();
    assert!(after.starts_with("# my bot\n"), "{after}");
    for name in PARTS {
        assert_ne!(value(&after, name), value(&before, name));
    }
    let listed = listed(&sandbox, folder.path());
    assert!(listed.contains(&value(&after, PARTS[0])) && !listed.contains(&value(&before, PARTS[0])), "{listed}");
    // what runs next is about the new key
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn credentials_of_another_nonce_are_saved_as_they_were_shown() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let folder = tempfile::tempdir().unwrap();
    let before = write_env(&sandbox, folder.path());
    let mut terminal = dashboard(&sandbox, folder.path());
    terminal.press("xcreate an api\r");
    terminal.wait_for_text("Create an API key?");
    terminal.press("y");
    terminal.wait_for_text("Created ");
    terminal.press("xscan\r");
    terminal.wait_for_text("0 to 19 checked");
    terminal.press("xsave the credentials\r");
    terminal.wait_for_text("Save the credentials of nonce 1?");
    terminal.wait_for_text(".env");
    terminal.press("y");
    terminal.wait_for_text("Saved: ");
    let after = fs::read_to_string(folder.path().join(".env")).unwrap();
    assert_ne!(value(&after, PARTS[0]), value(&before, PARTS[0]));
    assert_eq!(value(&after, "POLYMARKET_NONCE"), "1");
    assert!(!terminal.contents().contains(&value(&after, PARTS[1])), "the secret is on the screen");
    terminal.press("q");
    terminal.end();
}

#[test]
fn where_the_key_comes_from_the_environment_the_command_is_named_and_nothing_is_changed() {
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("7xrotate\r");
    terminal.wait_for_text("polydoctor keys rotate --save env=PATH");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
