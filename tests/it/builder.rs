//! `polydoctor builder` against the sandbox: trades, what they come to, and which are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::program::{Sandbox, polydoctor, stdout};

/// `polydoctor builder` as the demo account of this sandbox.
fn builder(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = polydoctor();
    command.arg("builder").args(arguments).envs(sandbox.env());
    command
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    builder(sandbox, arguments).output().unwrap()
}

/// The printed object, and the exit code.
fn json(sandbox: &Sandbox, arguments: &[&str]) -> (Value, i32) {
    let output = run(sandbox, &[arguments, &["--format", "json"]].concat());
    let text = stdout(&output);
    let told = String::from_utf8_lossy(&output.stderr);
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {told}"));
    (body, output.status.code().unwrap())
}

fn ids(listing: &Value) -> Vec<String> {
    listing["trades"].as_array().unwrap().iter().map(|trade| trade["id"].as_str().unwrap().to_owned()).collect()
}

fn units(value: &Value) -> i128 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn every_trade_is_listed_once_and_the_sums_are_exact() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-builder-fees", "--trades", "700"]);
    let (listing, exit) = json(&sandbox, &["trades", "--all"]);
    assert_eq!((exit, &listing["complete"], &listing["next_cursor"]), (0, &Value::Bool(true), &Value::Null));
    let listed = ids(&listing);
    assert_eq!(listed.len(), 700 + 350);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    let trades = listing["trades"].as_array().unwrap();
    let sum = |name: &str| trades.iter().map(|trade| units(&trade[name])).sum::<i128>();
    let totals = &listing["totals"];
    for (total, field) in [("volume", "size_usdc"), ("fees", "fee_usdc"), ("builder_fees", "builder_fee")] {
        assert_eq!(units(&totals["all"][total]), sum(field), "{total}");
        assert!(sum(field) > 0, "{field}");
        for split in ["by_market", "by_side", "by_status", "by_day"] {
            let parts = totals[split].as_object().unwrap().values();
            assert_eq!(parts.map(|part| units(&part[total])).sum::<i128>(), sum(field), "{split} {total}");
        }
    }
    for trade in trades {
        // price and size are millionths, so their product is millionths of millionths
        assert_eq!(units(&trade["size_usdc"]), units(&trade["size"]) * units(&trade["price"]) / 1_000_000);
    }
    // by the builder key it is the same listing
    assert_eq!(ids(&json(&sandbox, &["trades", "--all", "--by", "key"]).0), listed);
    // and a listing that is read in parts is the same one
    let (mut parts, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let at = cursor.as_deref().unwrap_or("MA==");
        let (part, _) = json(&sandbox, &["trades", "--limit", "130", "--cursor", at]);
        parts.extend(ids(&part));
        match part["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(parts, listed);
}

#[test]
fn filters_leave_out_what_they_say() {
    let sandbox = Sandbox::start(&["--trades", "400"]);
    let (all, _) = json(&sandbox, &["trades", "--all"]);
    let all = all["trades"].as_array().unwrap();
    let some = &all[200];
    let of = |field: &str| some[field].as_str().unwrap().to_owned();
    for (flag, field) in [("--id", "id"), ("--market", "market"), ("--asset", "asset_id"), ("--maker", "maker")] {
        let wanted = of(field);
        let expected = all.iter().filter(|trade| trade[field] == wanted.as_str()).count();
        let (found, _) = json(&sandbox, &["trades", "--all", flag, &wanted]);
        assert_eq!(found["trades"].as_array().unwrap().len(), expected, "{flag}");
    }
    let at = of("match_time");
    let (before, _) = json(&sandbox, &["trades", "--all", "--before", &at]);
    let (after, _) = json(&sandbox, &["trades", "--all", "--after", &at]);
    let same = all.iter().filter(|trade| trade["match_time"] == at.as_str()).count();
    assert_eq!(ids(&before).len() + ids(&after).len() + same, all.len());
    assert!(
        before["trades"].as_array().unwrap().iter().all(|trade| trade["match_time"].as_str().unwrap() < at.as_str())
    );
}

#[test]
fn the_table_and_the_columns_hold_the_same_trades() {
    let sandbox = Sandbox::start(&[]);
    let text = stdout(&run(&sandbox, &["trades", "--limit", "20"]));
    assert!(text.starts_with("matched (UTC)"), "{text}");
    // what was not read to its end is not called all, and its oldest day is no whole day
    assert!(text.contains("\nnewest      20 trades, $") && !text.contains("\nall "), "{text}");
    assert_eq!(text.matches("(partial day)").count(), 1, "{text}");
    let whole = stdout(&run(&sandbox, &["trades", "--all"]));
    assert!(whole.contains("\nall ") && !whole.contains("partial"), "{whole}");
    let csv = stdout(&run(&sandbox, &["trades", "--limit", "20", "--format", "csv"]));
    assert_eq!(csv.lines().count(), 21);
    let (listing, _) = json(&sandbox, &["trades", "--limit", "20"]);
    assert_eq!(
        listing["partial_day"].as_str(),
        listing["totals"]["by_day"].as_object().unwrap().keys().next().map(String::as_str)
    );
    let names: Vec<&str> = listing["trades"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(csv.lines().next(), Some(names.join(",").as_str()));
    let none = run(&sandbox, &["trades", "--market", &format!("0x{}", "ab".repeat(32)), "--format", "csv"]);
    assert_eq!(stdout(&none), format!("{}\n", names.join(",")));
}

#[test]
fn what_cannot_be_asked_is_said_in_a_sentence() {
    let sandbox = Sandbox::start(&[]);
    let told = |output: Output| (output.status.code(), String::from_utf8(output.stderr).unwrap());
    let nothing = polydoctor().args(["builder", "trades"]).output().unwrap();
    let (code, sentence) = told(nothing);
    assert_eq!(code, Some(2));
    assert!(sentence.contains("there is no builder code; set POLY_BUILDER_CODE"), "{sentence}");
    let (code, sentence) = told(builder(&sandbox, &["trades"]).env("POLY_BUILDER_CODE", "0x12").output().unwrap());
    assert_eq!(code, Some(2));
    assert!(sentence.contains("the builder code (env POLY_BUILDER_CODE) is not 64 hex digits"), "{sentence}");
    for wrong in [["--after", "yesterday"], ["--market", "0x12"], ["--asset", "0x12"], ["--limit", "many"]] {
        assert_eq!(run(&sandbox, &[&["trades"], &wrong[..]].concat()).status.code(), Some(2), "{wrong:?}");
    }
    let revoked = Sandbox::start(&["--scenario", "builder-key-revoked"]);
    let (code, sentence) = told(run(&revoked, &["trades", "--by", "key"]));
    assert_eq!(code, Some(3));
    assert!(sentence.contains("401 Unauthorized/Invalid api key; 0 trades were read"), "{sentence}");
    for command in ["trades", "reconcile", "volume"] {
        let gone = builder(&sandbox, &[command])
            .env("POLYMARKET_CLOB_URL", "http://127.0.0.1:9")
            .env("POLYMARKET_DATA_URL", "http://127.0.0.1:9")
            .output()
            .unwrap();
        assert_eq!(gone.status.code(), Some(3), "{command}");
    }
}

#[test]
fn the_reconciliation_finds_what_is_missing_and_nothing_else() {
    for (scenario, exit, missing, pending) in [
        ("healthy-safe", 0, 0, 0),
        ("healthy-attribution-pending", 0, 0, 2),
        ("trades-unattributed", 1, 3, 0),
        ("clock-an-hour-off", 0, 0, 0),
    ] {
        let sandbox = Sandbox::start(&["--scenario", scenario]);
        let (found, code) = json(&sandbox, &["reconcile"]);
        let count = |name: &str| found[name].as_array().unwrap().len();
        assert_eq!((code, count("missing"), count("pending")), (exit, missing, pending), "{scenario}");
        assert_eq!((&found["complete"], &found["foreign"]), (&Value::Bool(true), &Value::from(350)), "{scenario}");
    }
    let sandbox = Sandbox::start(&["--scenario", "trades-unattributed"]);
    let csv = stdout(&run(&sandbox, &["reconcile", "--format", "csv"]));
    assert_eq!(csv.lines().filter(|line| line.starts_with("missing,")).count(), 3);
    let text = stdout(&run(&sandbox, &["reconcile"]));
    assert!(text.ends_with("3 of 15 trades are not attributed\n"), "{text}");
    for id in sandbox.announcement["unattributed_trades"].as_array().unwrap() {
        assert!(csv.contains(id.as_str().unwrap()) && text.contains(id.as_str().unwrap()), "{id}");
    }
    // of a time before any of them
    let (found, code) = json(&sandbox, &["reconcile", "--before", "2020-01-01"]);
    assert_eq!((code, &found["own"]), (3, &Value::from(0)), "there is nothing to compare");
}

#[test]
fn credentials_are_derived_where_none_are_configured() {
    let sandbox = Sandbox::start(&["--scenario", "trades-unattributed"]);
    let mut command = builder(&sandbox, &["reconcile"]);
    for part in ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"] {
        command.env_remove(part);
    }
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let output = command.env_remove("POLYMARKET_PRIVATE_KEY").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no private key"));
}

/// The largest memory of a process so far, in KiB.
#[cfg(target_os = "linux")]
fn peak_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

#[cfg(not(target_os = "linux"))]
fn peak_kib(_: u32) -> Option<u64> {
    None
}

#[test]
fn of_a_hundred_thousand_trades_exactly_the_planted_ones_are_missing() {
    let sandbox = Sandbox::start(&["--trades", "100000", "--unattributed", "137"]);
    // a file, as nobody reads a pipe while the memory is watched
    let folder = tempfile::tempdir().unwrap();
    let printed = folder.path().join("found.json");
    let mut reading = builder(&sandbox, &["reconcile", "--format", "json", "--timeout", "60"])
        .stdout(std::fs::File::create(&printed).unwrap())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        peak = peak_kib(reading.id()).unwrap_or(0).max(peak);
        if let Some(status) = reading.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(1));
    let found: Value = serde_json::from_slice(&std::fs::read(&printed).unwrap()).unwrap();
    let planted = sandbox.announcement["unattributed_trades"].as_array().unwrap();
    let missing: BTreeSet<&str> =
        found["missing"].as_array().unwrap().iter().map(|trade| trade["id"].as_str().unwrap()).collect();
    assert_eq!(missing, planted.iter().map(|id| id.as_str().unwrap()).collect());
    assert_eq!(missing.len(), 137);
    assert_eq!((&found["own"], &found["matched"]), (&Value::from(100_000), &Value::from(99_863)));
    assert!(peak < 64 * 1024, "{peak} KiB at its peak");
}

#[cfg(unix)]
fn interrupt(pid: u32) {
    assert!(Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_stopped_listing_keeps_what_was_read_and_goes_on_from_there() {
    let sandbox = Sandbox::start(&["--trades", "3000", "--latency", "300"]);
    let mut reading = builder(&sandbox, &["trades", "--all", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(reading.stdout.take().unwrap());
    let mut csv = String::new();
    for _ in 0..2 {
        out.read_line(&mut csv).unwrap();
    }
    interrupt(reading.id());
    out.read_to_string(&mut csv).unwrap();
    let output = reading.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    let read = csv.lines().count() - 1;
    assert!(told.contains(&format!("stopped; {read} trades were read")), "{told}");
    let cursor = told.trim().rsplit(' ').next().unwrap();
    let (rest, _) = json(&sandbox, &["trades", "--all", "--cursor", cursor]);
    assert_eq!(read + ids(&rest).len(), 3000 + 350);
}

#[cfg(unix)]
#[test]
fn a_stopped_reconciliation_claims_nothing_beyond_what_it_read() {
    let sandbox = Sandbox::start(&["--trades", "20000", "--unattributed", "20", "--latency", "100"]);
    let reading =
        builder(&sandbox, &["reconcile", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let reading = reading.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    interrupt(reading.id());
    let output = reading.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["complete"], false);
    let planted = sandbox.announcement["unattributed_trades"].as_array().unwrap();
    for missing in found["missing"].as_array().unwrap() {
        assert!(planted.contains(&missing["id"]), "{missing}");
    }
}

#[test]
fn the_boards_show_the_builder_and_say_what_they_are() {
    let sandbox = Sandbox::start(&[]);
    let (found, exit) = json(&sandbox, &["volume", "--period", "week"]);
    assert_eq!((exit, &found["standing"]["rank"], &found["unit"]), (0, &Value::from(2), &Value::from("shares")));
    assert_eq!(found["volume"].as_array().unwrap().len(), 14);
    let unverified = Sandbox::start(&["--scenario", "healthy-builder-unverified"]);
    let output = run(&unverified, &["volume"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("does not show this builder code") && text.contains("24 hours"), "{text}");
}

#[test]
fn checks_tell_what_the_signer_signs_and_what_the_code_costs() {
    let evidence = |scenario: &str, id: &str| -> BTreeMap<String, String> {
        let (report, _) = crate::program::check(&["--demo", scenario]);
        let check = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap().clone();
        let of = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        check["evidence"].as_array().unwrap().iter().map(|row| (of(row, "label"), of(row, "value"))).collect()
    };
    let signer = evidence("healthy-signer-with-token", "builder.signer");
    assert_eq!(signer["token"], "required, and the configured one is right");
    assert_eq!(signer["requested timestamp"], "ignored, as the official server does");
    assert_eq!(signer["signature"], "right for the configured secret, over timestamp, method, path and body");
    assert_eq!(evidence("healthy-safe", "builder.signer")["token"], "not set, and not required");
    let dropped = evidence("remote-signer-drops-body", "builder.signer");
    assert_eq!(dropped["signature"], "right for the configured secret, without the body");
    let code = evidence("healthy-builder-fees", "builder.attribution");
    assert_eq!(code["fees of the code"], "taker 0.50 %, maker 0.25 %");
}
