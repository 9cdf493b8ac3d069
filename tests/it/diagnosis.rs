//! Every scenario through the real binary: the sandbox behind it, the expected diagnosis out of it.

use std::path::Path;

use serde_json::Value;

use crate::program::{Sandbox, causes, check, polydoctor, run, status, stdout};

fn names() -> Vec<String> {
    let listing = stdout(&run(&["sandbox", "--list"]));
    listing.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

fn expectation(name: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios").join(format!("{name}.toml"));
    let scenario: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    scenario.get("expect").and_then(|expect| expect.as_table()).cloned().unwrap_or_default()
}

#[test]
fn every_scenario_gets_its_cause_first() {
    let names = names();
    assert!(names.len() >= 26, "{names:?}");
    for name in names {
        let expect = expectation(&name);
        let (report, code) = check(&["--demo", &name]);
        let cause = expect.get("cause").and_then(|cause| cause.as_str());
        assert_eq!(causes(&report).first().copied(), cause, "{name}: {:#}", report["diagnoses"]);
        let verdict = expect.get("verdict").and_then(|verdict| verdict.as_str()).unwrap_or("healthy");
        assert_eq!(report["verdict"], verdict, "{name}");
        let expected = match verdict {
            "broken" => 1,
            "incomplete" => 3,
            _ => 0,
        };
        assert_eq!(code, expected, "{name}");
        for (id, wanted) in expect.get("checks").and_then(|checks| checks.as_table()).into_iter().flatten() {
            assert_eq!(status(&report, id), wanted.as_str().unwrap(), "{name}: {id}");
        }
        every_problem_is_explained(&name, &report);
    }
}

/// Each problem that is not the consequence of another leads to a diagnosis.
fn every_problem_is_explained(name: &str, report: &Value) {
    let explained: Vec<&str> = report["diagnoses"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|diagnosis| diagnosis["explains"].as_array().unwrap())
        .map(|text| text.as_str().unwrap())
        .collect();
    for check in report["checks"].as_array().unwrap() {
        let (id, status) = (check["id"].as_str().unwrap(), check["status"].as_str().unwrap());
        if ["fail", "warn", "unknown"].contains(&status) {
            assert!(explained.contains(&id), "{name}: nothing explains {id}");
            assert!(!check["fix"].is_null() || status == "unknown", "{name}: {id} has no fix");
        }
    }
}

#[test]
fn healthy_accounts_stay_healthy_under_latency() {
    for kind in ["eoa", "proxy", "safe", "deposit-uups", "deposit-beacon", "no-credentials"] {
        let sandbox = Sandbox::start(&["--scenario", &format!("healthy-{kind}"), "--latency", "100"]);
        let output = polydoctor().args(["check", "--format", "json"]).envs(sandbox.env()).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((report["verdict"].as_str(), output.status.code()), (Some("healthy"), Some(0)), "{kind}");
        assert!(causes(&report).is_empty(), "{kind}");
    }
}

#[test]
fn a_full_check_takes_the_longest_chain_of_needs_and_not_their_sum() {
    const LATENCY: u64 = 100;
    let sandbox = Sandbox::start(&["--latency", &LATENCY.to_string()]);
    let output = polydoctor().args(["check", "--format", "json"]).envs(sandbox.env()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let requests = report["requests"].as_array().unwrap();
    assert!(requests.len() >= 18, "{}", requests.len());
    // Round trips are counted, not timed: a request belongs to the round in which it was sent.
    let last = requests.iter().map(|request| request["sent_ms"].as_u64().unwrap()).max().unwrap();
    assert!(last / LATENCY < 4, "the last request was sent {last} ms after the first");
}

#[test]
fn a_server_that_stopped_is_unreachable() {
    let mut sandbox = Sandbox::start(&[]);
    let env: Vec<(String, String)> = sandbox.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    sandbox.stop();
    let output = polydoctor().args(["check", "--format", "json"]).envs(env).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(causes(&report).first(), Some(&"clob-unreachable"));
    assert_eq!(output.status.code(), Some(3));
}
