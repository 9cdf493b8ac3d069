//! `polydoctor check`: its forms, its exit codes, what it says to wrong input.

mod compare;
mod output;

use std::path::Path;

use serde_json::{Value, json};

use crate::program::{causes, check, polydoctor, run, status, stdout};

pub(crate) fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/report.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A bare container has no certificates; a server of the same machine needs none.
#[test]
fn without_certificates_servers_of_this_machine_are_asked_all_the_same() {
    let mut command = polydoctor();
    command.args(["check", "--demo", "healthy-safe", "--format", "json"]);
    let output = command.env("SSL_CERT_FILE", "/nope").env("SSL_CERT_DIR", "/nope").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "healthy", "{:#}", report["checks"]);
}

#[test]
fn the_report_is_valid_by_its_schema() {
    let validator = validator();
    for scenario in ["healthy-safe", "demo", "clob-unreachable", "key-malformed", "credentials-other-nonce"] {
        let (report, _) = check(&["--demo", scenario]);
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{scenario}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = validator();
    let (report, _) = check(&["--demo", "demo"]);
    for (pointer, wrong) in [
        ("/verdict", json!("fine")),
        ("/schema", json!(2)),
        ("/checks/0/status", json!("ok")),
        ("/diagnoses/0/likelihood", json!(1.5)),
        ("/requests/0/elapsed_ms", json!("41")),
    ] {
        let mut changed = report.clone();
        *changed.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}

#[test]
fn one_check_brings_what_it_needs() {
    let (report, code) = check(&["--demo", "funder-is-signer", "wallet.deployed"]);
    let ids: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["key.format", "wallet.map", "wallet.funder", "wallet.deployed"]);
    assert_eq!(status(&report, "wallet.deployed"), "skip");
    assert_eq!(code, 1);
    let (report, code) =
        check(&["--demo", "funder-is-signer", "--skip", "wallet.funder,wallet.signature-type,order.exchange"]);
    assert!(report["checks"].as_array().unwrap().iter().all(|check| check["id"] != "wallet.funder"));
    // what was left out fails all the same
    assert_eq!((report["verdict"].as_str(), code), (Some("incomplete"), 3));
}

#[test]
fn fail_on_moves_the_threshold() {
    for (scenario, fail_on, expected) in [
        ("gas-missing", "fail", 0),
        ("gas-missing", "warn", 1),
        ("clob-unreachable", "fail", 3),
        ("clob-unreachable", "unknown", 1),
        ("healthy-safe", "warn", 0),
    ] {
        assert_eq!(check(&["--demo", scenario, "--fail-on", fail_on]).1, expected, "{scenario} {fail_on}");
    }
}

#[test]
fn a_record_replays_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("facts.json");
    let record = record.to_str().unwrap();
    let (first, code) = check(&["--demo", "demo", "--record", record]);
    let (mut again, code_again) = check(&["--replay", record]);
    again["replay"] = Value::Null;
    assert_eq!(first, again);
    assert_eq!(code, code_again);
}

#[test]
fn offline_asks_nothing() {
    let (report, _) = check(&["--demo", "healthy-safe", "--offline"]);
    assert_eq!(report["requests"], json!([]));
    assert_eq!(status(&report, "wallet.funder"), "skip");
    assert_eq!(status(&report, "net.reach"), "skip");
}

#[test]
fn what_was_not_asked_is_said() {
    let text = stdout(&run(&["check", "--demo", "healthy-safe", "--offline"]));
    assert!(text.contains("healthy so far: 19 of 23 checks were not run (offline)"), "{text}");
    let (report, code) = check(&["--demo", "healthy-safe", "--offline"]);
    assert_eq!((&report["not_asked"][0], code), (&json!("net.reach"), 0));
    let (report, _) = check(&["--demo", "healthy-safe"]);
    assert_eq!(report["not_asked"], json!([]));
}

#[test]
fn a_file_that_cannot_be_written_takes_no_verdict_away() {
    for flag in ["--record", "--output"] {
        let output = run(&["check", "--demo", "demo", "--format", "json", flag, "/nonexistent/facts.json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["verdict"], output.status.code()), (&json!("broken"), Some(2)), "{flag}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write /nonexistent/facts.json"), "{flag}");
    }
}

#[test]
fn a_record_of_a_part_is_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("facts.json");
    let record = record.to_str().unwrap();
    let (part, code) = check(&["--demo", "healthy-safe", "wallet.map", "--record", record]);
    assert_eq!((&part["verdict"], code), (&json!("healthy"), 0));
    let (whole, code) = check(&["--replay", record]);
    assert_eq!((&whole["verdict"], code), (&json!("incomplete"), 3));
    assert_eq!(whole["not_asked"][0], "setup.secrets");
    assert!(validator().is_valid(&whole));
    let (mut again, code) = check(&["--replay", record, "wallet.map"]);
    again["replay"] = Value::Null;
    assert_eq!((again, code), (part, 0));
}

#[cfg(unix)]
#[test]
fn the_deadline_holds_also_for_a_git_that_hangs() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join("git");
    std::fs::write(&git, "#!/bin/sh\nexec sleep 30\n").unwrap();
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(folder.path().join(".env"), "PK=0x12\n").unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let began = std::time::Instant::now();
    let mut command = polydoctor();
    command.args(["check", "--offline", "--deadline", "0.2"]).current_dir(&folder).env("PATH", path);
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    assert!(began.elapsed() < std::time::Duration::from_secs(20));
}

#[test]
fn nothing_configured_is_a_finding() {
    let (report, code) = check(&["--offline"]);
    assert_eq!(causes(&report).first(), Some(&"key-missing"));
    assert_eq!(code, 1);
}

#[test]
fn wrong_use_is_exit_code_2_with_a_sentence() {
    for (arguments, said) in [
        (&["check", "wallet.funds"][..], "no such check"),
        (&["check", "--demo", "no-such"], "no scenario named no-such"),
        (&["check", "--env-file", "/nowhere/.env"], "cannot read /nowhere/.env"),
        (&["check", "--key-file", "/nowhere/key"], "cannot read /nowhere/key"),
        (&["check", "--profile", "main"], "no profile `main` in"),
        (&["check", "--replay", "/nowhere/facts"], "cannot read /nowhere/facts"),
        (&["check", "--private-key", "0x1"], "there is no --private-key. Secrets are not accepted on the command line"),
        (&["sandbox", "--scenario", "no-such"], "no scenario named no-such"),
        (&["sandbox", "--listen", "here"], "it is not IP:PORT, as in 127.0.0.1:8080"),
    ] {
        let output = run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.contains(said), "{arguments:?}: {errors}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_wrong_value_is_a_finding_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bot.env");
    std::fs::write(&file, "# bot\nPK=0x12\nSIGNATURE_TYPE=metamask\nCLOB_HOST=clob.polymarket.com\n").unwrap();
    let output = polydoctor().args(["check", "--offline", "--env-file"]).arg(&file).output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("signature type is \"metamask\" (SIGNATURE_TYPE, line 3 of"), "{text}");
    assert!(text.contains("it has 2 hex digits instead of 64"), "{text}");
}

#[test]
fn a_keystore_gives_the_key_to_its_password_only() {
    let keystore = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keystore.json");
    let unlock = |path: &str, password: &str| {
        let arguments = ["check", "--offline", "key.format", "--keystore", path];
        let output = polydoctor().args(arguments).env("POLYDOCTOR_KEYSTORE_PASSWORD", password).output().unwrap();
        (stdout(&output), output.status.code())
    };
    assert_eq!(unlock(keystore, "correct horse").1, Some(0));
    let (text, code) = unlock(keystore, "battery staple");
    assert!(text.contains("the password is wrong"), "{text}");
    assert_eq!(code, Some(1));
    let (text, code) = unlock(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "correct horse");
    assert!(text.contains("it is not a keystore of version 3"), "{text}");
    assert_eq!(code, Some(1));
}

#[test]
fn text_says_the_root_cause_and_the_place_to_start() {
    let text = stdout(&run(&["check", "--demo", "demo"]));
    assert!(text.contains("Root cause (proven): The funder is the signer itself (funder-is-signer)"), "{text}");
    assert!(text.contains("$ export POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"), "{text}");
    assert!(text.contains("start with wallet.funder"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour into a pipe");
}

#[test]
fn list_names_every_check() {
    let text = stdout(&run(&["list"]));
    assert_eq!(text.lines().count(), polydoctor::checks::CHECKS.len());
    assert!(text.starts_with("setup.settings"));
}

#[test]
fn the_readme_names_every_check_with_its_question() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for check in polydoctor::checks::CHECKS {
        let row = format!("| `{}` | {} |", check.id, polydoctor::checks::words(check.id).title);
        assert!(readme.contains(&row), "{row}");
    }
}

#[test]
fn completions_and_manual_name_every_command() {
    for arguments in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let text = stdout(&run(arguments));
        for command in ["check", "list", "headers", "sandbox", "sign-server"] {
            assert!(text.contains(command), "{arguments:?} lacks {command}");
        }
    }
}

#[test]
fn a_time_limit_on_the_command_line_that_is_none_is_a_usage_error() {
    for flag in ["--timeout=soon", "--deadline=0", "--timeout=1e9"] {
        let output = run(&["check", "--offline", flag]);
        assert_eq!(output.status.code(), Some(2), "{flag}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("expected a number of seconds from 0.001 to 3600"), "{said}");
    }
    let output = polydoctor().args(["check", "--offline"]).env("POLYDOCTOR_TIMEOUT", "soon").output().unwrap();
    assert!(stdout(&output).contains("timeout is \"soon\""), "{}", stdout(&output));
}

#[test]
fn an_absent_key_has_no_prefix_to_have_a_myth_about() {
    let (report, _) = check(&["--offline"]);
    let row = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "key.format").unwrap();
    assert_eq!(row["status"], "fail");
    assert!(
        row["evidence"].as_array().unwrap().iter().all(|evidence| evidence["label"] != "common misconception"),
        "{row}"
    );
}

#[test]
fn an_id_may_stand_behind_demo() {
    let (report, _) = check(&["--demo", "clock.drift"]);
    let ids: Vec<&str> = report["checks"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"clock.drift") && ids.len() < 5, "{ids:?}");
    assert_eq!(report["source"], json!({ "kind": "demo", "name": "demo" }));
}

#[test]
fn the_version_says_target_and_tls() {
    let text = stdout(&run(&["--version"]));
    assert!(text.starts_with(concat!("polydoctor ", env!("CARGO_PKG_VERSION"))), "{text}");
    assert!(text.contains(std::env::consts::ARCH) && text.contains("rustls"), "{text}");
    assert_eq!(stdout(&run(&["-V"])).lines().count(), 1);
}
