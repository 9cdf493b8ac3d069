//! Every line of every block is run, on an account of the sandbox.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::blocks;
use crate::program::{Sandbox, polydoctor, stdout};

/// Lines that are not run as they stand, by what they hold, and why.
const NOT_RUN: [(&str, &str); 8] = [
    ("cargo ", "builds, which the tests have done already"),
    ("…", "stands for what only the user knows"),
    ("kill $", "ends what the line before it started; the whole block is pasted by another test"),
    ("read -rs", "waits for a key that is typed"),
    ("fleet.toml", "is pasted as a whole block by another test"),
    ("--background", "is pasted as a whole block by another test"),
    ("profile demo", "the profile of a block that is pasted as a whole"),
    ("--listen 127.0.0.1:8080", "a port that may be taken here"),
];

/// Commands that ask before they change something, and then go on.
const ASKS: [&str; 4] = ["keys create", "keys rotate", "keys readonly create", "keys builder revoke"];

/// What has an end of its own in other codes than 0, and what it says.
const ENDS: [(&str, i32, &str); 6] = [
    ("polydoctor init", 2, "terminal"),
    ("polydoctor fix --undo", 1, "Nothing to undo"),
    ("polydoctor check --demo clock-drift", 1, "clock.drift"),
    ("polydoctor check --demo us-key-mismatch", 1, "us.read"),
    // the account of these blocks is at the CLOB
    ("polydoctor headers us --path /v1/portfolio/positions --explain", 2, "there is no complete key of Polymarket US"),
    // the order is another account's
    ("polydoctor inspect --neg-risk true order.json", 1, "The order has the builder code"),
];

/// A home with an account in `.env` and in a profile, and the programs that the README pipes to.
fn home(sandbox: &Sandbox) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let env: String = sandbox.env().map(|(name, value)| format!("{name}={value}\n")).collect();
    fs::write(folder.path().join(".env"), &env).unwrap();
    fs::write(folder.path().join("second.env"), &env).unwrap();
    for name in [".env", "second.env"] {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(folder.path().join("order.json"), order_for_a_neg_risk_market()).unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    for (name, script) in [
        ("my-bot", "#!/bin/sh\necho \"{'error': 'invalid signature'}\"\ncat \"$HOME/request.txt\"\n"),
        ("jq", "#!/bin/sh\ncat > /dev/null\n"),
        ("on-change", "#!/bin/sh\ntrue\n"),
    ] {
        let paths = [folder.path().join("bin").join(name), folder.path().join(name)];
        for path in paths {
            fs::write(&path, script).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let made = polydoctor()
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .args(["init", "--env-file", ".env", "--profile", "main", "--yes"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    captured(folder.path());
    folder
}

/// The body of an official client's order.
fn order_for_a_neg_risk_market() -> String {
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/orders.json")).unwrap();
    let mut vectors = vectors["vectors"].as_array().unwrap().iter();
    let is_one = |vector: &&Value| vector["neg_risk"] == true && vector["exchange_version"] == 2;
    vectors.find(is_one).unwrap()["results"]["py_v2"]["post_body"].as_str().unwrap().to_owned()
}

/// A request of this account, as a proxy and as a browser keep it.
fn captured(folder: &Path) {
    let mut command = polydoctor();
    command.current_dir(folder).env("HOME", folder).args([
        "headers",
        "l2",
        "--path",
        "/auth/api-keys",
        "--show-secrets",
    ]);
    let headers = stdout(&command.output().unwrap());
    assert!(headers.contains("POLY_SIGNATURE"), "{headers}");
    let request = format!("GET /auth/api-keys HTTP/1.1\nHost: clob.polymarket.com\n{headers}\n");
    fs::write(folder.join("request.txt"), request).unwrap();
    let headers: Vec<Value> = headers
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let request = json!({ "method": "GET", "url": "https://clob.polymarket.com/auth/api-keys", "headers": headers });
    let har =
        json!({ "log": { "version": "1.2", "entries": [{ "request": request, "response": { "status": 401 } }] } });
    fs::write(folder.join("failed.har"), har.to_string()).unwrap();
}

/// The lines of each block.
fn lines() -> Vec<Vec<String>> {
    let whole = |block: &String| !block.starts_with("#!");
    let line = |line: &str| line.split("  #").next().unwrap().split(" # ").next().unwrap().trim().to_owned();
    let is_run = |line: &String| !line.is_empty() && !line.starts_with('#');
    blocks().into_iter().filter(whole).map(|block| block.lines().map(line).filter(is_run).collect()).collect()
}

#[test]
fn every_line_of_the_readme_does_what_it_says() {
    let bin = Path::new(env!("CARGO_BIN_EXE_polydoctor")).parent().unwrap();
    let (mut ran, mut wrong) = (0, Vec::new());
    for block in lines() {
        // what a block changes is not there for the next one
        let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
        let folder = home(&sandbox);
        for line in block {
            if NOT_RUN.iter().any(|(part, _)| line.contains(part)) {
                continue;
            }
            let asks = ASKS.iter().any(|asks| line.contains(asks));
            let line = if asks { format!("{line} --yes") } else { line };
            // what serves or watches goes on until it is ended
            let mut shell = Command::new("timeout");
            shell.args(["--signal=TERM", "6", "bash", "-o", "pipefail", "-c", &line]).env_clear().stdin(Stdio::null());
            shell.current_dir(folder.path()).env("HOME", folder.path()).env("PORT", "0");
            shell.env("PATH", format!("{}:{}/bin:/usr/bin:/bin", bin.display(), folder.path().display()));
            let output = shell.output().unwrap();
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let code = output.status.code();
            let goes_on = ["--watch", "sign-server", "sandbox --"].iter().any(|part| line.contains(part));
            let ends_well = (code == Some(0) || (goes_on && code == Some(124))) && !said.contains("error:");
            let own = ENDS.iter().find(|(own, ..)| *own == line);
            let is_right = own.map_or(ends_well, |(_, wanted, words)| code == Some(*wanted) && said.contains(words));
            if !is_right {
                wrong.push(format!("{line}: {code:?} {said}"));
            }
            ran += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 40, "{ran}");
}
