//! `check --compare`: a recorded run beside this one.

use serde_json::Value;

use super::validator;
use crate::program::{check, polydoctor, stdout};

/// A recorded run of a scenario, and the folder that holds it.
fn recorded(scenario: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json").display().to_string();
    polydoctor().args(["check", "--demo", scenario, "--record", &path]).output().unwrap();
    (folder, path)
}

fn what(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["what"].as_str().unwrap()).collect()
}

#[test]
fn a_run_beside_itself_has_no_differences() {
    let (_folder, path) = recorded("funder-is-signer");
    let output = polydoctor().args(["check", "--replay", &path, "--compare", &path]).output().unwrap();
    assert!(stdout(&output).ends_with("\n  Nothing differs\n"), "{}", stdout(&output));
}

#[test]
fn what_differs_in_judgement_settings_and_facts_is_named() {
    let (_folder, path) = recorded("healthy-deposit-beacon");
    let (report, code) = check(&["--demo", "funder-is-signer", "--compare", &path]);
    assert_eq!(code, 1);
    assert!(validator().is_valid(&report), "{report:#}");
    let comparison = &report["comparison"];
    assert_eq!(comparison["verdict"], serde_json::json!({ "recorded": "healthy", "now": "broken" }));
    let judged = comparison["judgement"].as_array().unwrap();
    let funder = judged.iter().find(|row| row["id"] == "wallet.funder").unwrap();
    assert_eq!((&funder["status"]["recorded"], &funder["status"]["now"]), (&"pass".into(), &"fail".into()));
    assert!(what(&comparison["settings"]).contains(&"funder"), "{comparison:#}");
    // of secrets no more than their fingerprints
    assert!(!comparison.to_string().contains(crate::support::DEMO_KEY.trim_start_matches("0x")));
    let text = polydoctor().args(["check", "--demo", "funder-is-signer", "--compare", &path]).output().unwrap();
    let text = stdout(&text);
    assert!(text.contains("  verdict  healthy → broken\n  wallet.funder  PASS → FAIL\n"), "{text}");
}

#[test]
fn a_file_that_holds_no_run_is_refused_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "hello").unwrap();
    let output = polydoctor().args(["check", "--demo", "--compare", path.to_str().unwrap()]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("notes.txt contains no recorded facts") && output.stdout.is_empty(), "{error}");
}
