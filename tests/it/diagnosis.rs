//! Every scenario through the real binary: the sandbox behind it, the expected diagnosis out of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use polydoctor::cause::Cause;
use serde_json::Value;

use crate::program::{Sandbox, causes, check, polydoctor, run, status, stdout};
use crate::support::DEMO_KEY;

pub(crate) fn names() -> Vec<String> {
    let listing = stdout(&run(&["sandbox", "--list"]));
    listing.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

fn table(name: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios").join(format!("{name}.toml"));
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn expectation(name: &str) -> toml::Table {
    table(name).get("expect").and_then(toml::Value::as_table).cloned().unwrap_or_default()
}

/// The text of a value; `None` without one.
fn text<'a>(table: &'a toml::Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(toml::Value::as_str)
}

/// Looks at every name, a few at a time: most of what takes long here is waiting.
pub(crate) fn each(names: &[String], look: impl Fn(&str) + Sync) {
    const AT_ONCE: usize = 6;
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    look(name);
                }
            });
        }
    });
}

#[test]
fn every_scenario_gets_its_cause_first() {
    let names = names();
    assert!(names.len() >= 160, "{names:?}");
    each(&names, |name| {
        let expect = expectation(name);
        let (report, code) = check(&["--demo", name]);
        assert_eq!(causes(&report).first().copied(), text(&expect, "cause"), "{name}: {:#}", report["diagnoses"]);
        let verdict = text(&expect, "verdict").unwrap_or("healthy");
        assert_eq!(report["verdict"], verdict, "{name}");
        let exit = expect.get("exit").and_then(toml::Value::as_integer).unwrap_or_default();
        assert_eq!(i64::from(code), exit, "{name}");
        for (id, wanted) in expect.get("checks").and_then(toml::Value::as_table).into_iter().flatten() {
            assert_eq!(status(&report, id), wanted.as_str().unwrap(), "{name}: {id}");
        }
        every_problem_is_explained(name, &report);
    });
}

#[test]
fn what_only_an_error_tells_is_found_by_the_error() {
    let names = names().into_iter().filter(|name| text(&expectation(name), "by_symptom").is_some()).collect::<Vec<_>>();
    assert!(names.len() >= 5, "{names:?}");
    each(&names, |name| {
        let scenario = table(name);
        let told = ["symptoms", "client_errors"].into_iter().filter_map(|key| scenario.get(key)?.as_array());
        let told: Vec<&str> = told.flatten().flat_map(|text| ["--symptom", text.as_str().unwrap()]).collect();
        let (report, _) = check(&[&["--demo", name], told.as_slice()].concat());
        let wanted = expectation(name);
        assert_eq!(causes(&report).first().copied(), text(&wanted, "by_symptom"), "{name}: {:#}", report["diagnoses"]);
    });
}

#[test]
fn every_cause_of_an_account_has_a_scenario() {
    // what only a captured request or order shows, a file's permissions, and a client's own log
    const NOT_OF_AN_ACCOUNT: [&str; 11] = [
        "key-no-prefix",                // a note, and so no diagnosis: healthy-key-no-prefix
        "attribution-pending",          // likewise: healthy-attribution-pending
        "env-file-exposed",             // a test of its own: it is about files
        "setting-unread",               // of names of variables: the settings of bots
        "relayer-key-of-other-address", // likewise
        "order-parameters",             // of an order for a market that is named: a test of its own
        "market-unavailable",           // likewise
        "timestamp-unit",
        "l1-signer-mismatch",
        "l1-domain",
        "l1-nonce-mismatch",
    ];
    let shown: BTreeSet<String> = names()
        .iter()
        .flat_map(|name| {
            let expect = expectation(name);
            ["cause", "by_symptom"].map(|key| text(&expect, key).map(str::to_owned))
        })
        .flatten()
        .collect();
    let of_requests = |cause: &Cause| {
        // what no check finds is known from texts that people paste
        (*cause >= Cause::HeaderNames && *cause <= Cause::OrderModified)
            || NOT_OF_AN_ACCOUNT.contains(&cause.name())
            || !cause.words().found_by.iter().any(|by| by == "check")
    };
    let missing: Vec<&str> = Cause::ALL
        .iter()
        .filter(|cause| !of_requests(cause) && !shown.contains(cause.name()))
        .map(|cause| cause.name())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
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
    // long beside what the program itself computes, also when it is not optimised
    const LATENCY: u64 = 600;
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

/// A `.env` in a folder of its own, with these permissions.
#[cfg(unix)]
fn env_file(folder: &Path, mode: u32) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(".env");
    std::fs::write(&path, "RELAYER_API_KEY=7c0a2f58-3b41-4c6e-9d02-5e8f1a6b4d93\nRELAYER_API_KEY_ADDRESS=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path.display().to_string()
}

#[cfg(unix)]
#[test]
fn a_file_with_secrets_that_others_can_read_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, status_wanted, verdict) in [(0o600, "pass", "healthy"), (0o644, "warn", "degraded")] {
        let file = env_file(folder.path(), mode);
        let (report, code) = check(&["--demo", "healthy-safe", "--env-file", &file]);
        assert_eq!(
            (status(&report, "setup.secrets"), report["verdict"].as_str(), code),
            (status_wanted, Some(verdict), 0)
        );
        let cause = (mode == 0o644).then_some("env-file-exposed");
        assert_eq!(causes(&report).first().copied(), cause);
    }
}

#[cfg(unix)]
#[test]
fn a_file_with_secrets_that_git_tracks_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = env_file(folder.path(), 0o600);
    for arguments in [&["init", "--quiet"][..], &["add", "--force", ".env"]] {
        let git = std::process::Command::new("git").arg("-C").arg(folder.path()).args(arguments).status();
        assert!(git.unwrap().success());
    }
    let (report, code) = check(&["--demo", "healthy-safe", "--env-file", &file]);
    assert_eq!((status(&report, "setup.secrets"), code), ("fail", 1));
    assert_eq!(causes(&report).first().copied(), Some("env-file-exposed"));
}

#[cfg(unix)]
#[test]
fn a_file_without_secrets_may_be_read_by_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = env_file(folder.path(), 0o644);
    std::fs::write(&file, "POLYMARKET_NONCE=0\n").unwrap();
    let (report, code) = check(&["--demo", "healthy-safe", "--env-file", &file]);
    assert_eq!((status(&report, "setup.secrets"), code), ("pass", 0));
}

#[cfg(unix)]
#[test]
fn a_copy_of_a_secret_file_that_git_would_add_is_found() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    let git = |arguments: &[&str]| {
        let git = std::process::Command::new("git").arg("-C").arg(folder.path()).args(arguments).status();
        assert!(git.unwrap().success());
    };
    git(&["init", "-q"]);
    write(".gitignore", ".env\n");
    write(".env", &format!("PK={DEMO_KEY}\n"));
    let secrets = || {
        let mut command = polydoctor();
        command.args(["check", "setup.secrets", "--offline", "--format", "json"]).current_dir(folder.path());
        let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "setup.secrets").unwrap().clone()
    };
    for harmless in [("notes.env.bak", DEMO_KEY), (".env.bak", "FUNDER=0x1\n"), (".envrc", DEMO_KEY)] {
        write(harmless.0, harmless.1);
    }
    assert_ne!(secrets()["status"], "warn", "{:#}", secrets());
    // without a repository, or ignored there, it is still a second place of the same secrets
    write(".gitignore", ".env*\n");
    for name in [".env.bak", ".env.bak.2"] {
        write(name, &format!("PK={DEMO_KEY}\n"));
    }
    let kept = secrets();
    assert_eq!(kept["status"], "note", "{kept:#}");
    let summary = kept["summary"].as_str().unwrap();
    assert!(summary.starts_with(".env.bak and .env.bak.2 are copies of .env with its secrets"), "{summary}");
    assert_eq!(kept["fix"]["commands"][0], "rm .env.bak .env.bak.2");
    for name in [".env.bak", ".env.bak.2"] {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    write(".gitignore", ".env\n");
    // the last is what a writer leaves that was killed
    for name in [".env.bak", ".env.bak.2", ".env~", ".env.old", "..env.a1B2c3.polydoctor-tmp"] {
        write(name, &format!("PK={DEMO_KEY}\n"));
        let found = secrets();
        assert_eq!(found["status"], "warn", "{name}: {found:#}");
        assert!(found["summary"].as_str().unwrap().starts_with(&format!("{name} is a copy of .env with its secrets")));
        assert_eq!(found["fix"]["commands"][0], format!("rm {}", shlex::try_quote(name).unwrap()));
        git(&["add", "--force", name]);
        assert_eq!(secrets()["status"], "fail", "{name}");
        git(&["rm", "-q", "--cached", name]);
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}
