//! The same judgement on facts that were recorded: of single approvals, and of what is missing.

use std::fs;

use polydoctor::auth::contracts::{POLYGON, chain};
use polydoctor::checks::{self, Status};
use polydoctor::facts::Facts;
use polydoctor::report::Report;
use serde_json::{Value, json};

use super::{ID, about, evidence, row};
use crate::program::{check, run, status};

/// The facts of a run about this market.
fn recorded(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    check(&[&["--demo", "healthy-safe", "--record", record.to_str().unwrap()], arguments].concat());
    serde_json::from_slice(&fs::read(record).unwrap()).unwrap()
}

fn judged(facts: &Value) -> (Status, String) {
    let facts: Facts = serde_json::from_value(facts.clone()).unwrap();
    let report = Report::of(&facts);
    let row = report.check(ID).unwrap();
    for suspicion in &checks::find(ID).unwrap().finding(&facts).suspicions {
        let words = suspicion.cause.words();
        let is_of_network = row.status == Status::Unknown;
        assert!(is_of_network || words.checks.iter().any(|id| id == ID), "{}", suspicion.cause.name());
    }
    (row.status, row.summary.clone())
}

#[test]
fn an_approval_counts_for_its_own_exchange_and_an_allowance_for_what_the_order_costs() {
    let exchanges = &chain(POLYGON).unwrap().exchanges;
    for (slug, own, other) in [
        ("sample-rain-tomorrow", exchanges.v2, exchanges.v2_neg_risk),
        ("sample-election-anna", exchanges.v2_neg_risk, exchanges.v2),
    ] {
        let buy = recorded(&["--market", slug, "--side", "buy", "--price", "0.5", "--size", "20"]);
        let sell = recorded(&["--market", slug, "--side", "sell", "--price", "0.5", "--size", "20"]);
        assert_eq!((judged(&buy).0, judged(&sell).0), (Status::Pass, Status::Pass));
        let maker = buy["setup"]["funder"]["value"].as_str().unwrap().to_owned();
        let key = |table: &Value, exchange: alloy_primitives::Address| {
            let mut names = table.as_object().unwrap().keys();
            names.find(|name| name.parse() == Ok(exchange)).unwrap().clone()
        };
        let with = |facts: &Value, part: &str, exchange, value: Value| {
            let mut facts = facts.clone();
            let wallets = facts["chain"]["value"]["wallets"].as_object_mut().unwrap();
            let (_, at) = wallets.iter_mut().find(|(wallet, _)| wallet.eq_ignore_ascii_case(&maker)).unwrap();
            let name = key(&at[part], exchange);
            at[part][name] = value;
            facts
        };
        assert_eq!(judged(&with(&buy, "allowances", other, json!("0x0"))).0, Status::Pass, "{slug}");
        assert_eq!(judged(&with(&sell, "approvals", other, json!(false))).0, Status::Pass, "{slug}");
        assert_eq!(judged(&with(&buy, "approvals", own, json!(false))).0, Status::Pass, "{slug}: nothing is sold");
        assert_eq!(judged(&with(&sell, "allowances", own, json!("0x0"))).0, Status::Pass, "{slug}: nothing is bought");
        assert_eq!(judged(&with(&buy, "allowances", own, json!("0x0"))).0, Status::Fail, "{slug}");
        assert_eq!(judged(&with(&sell, "approvals", own, json!(false))).0, Status::Fail, "{slug}");
        // 10 dollars are what the order costs
        assert_eq!(judged(&with(&buy, "allowances", own, json!("0x989680"))).0, Status::Pass, "{slug}");
        let (status, says) = judged(&with(&buy, "allowances", own, json!("0x98967f")));
        assert_eq!(status, Status::Fail, "{slug}");
        assert!(says.contains("may spend 9.999999 of the 10"), "{says}");
    }
}

#[test]
fn what_was_not_read_never_passes() {
    let buy = recorded(&["--market", "sample-rain-tomorrow", "--side", "buy", "--price", "0.5", "--size", "20"]);
    let sell = recorded(&["--market", "sample-rain-tomorrow", "--side", "sell", "--price", "0.5", "--size", "20"]);
    let timed_out = json!({ "state": "failed", "failure": { "kind": "timed-out", "after_ms": 10 }, "took_ms": 10 });
    for way in [timed_out, json!({ "state": "waiting" }), json!({ "state": "not-asked", "why": "for a test" })] {
        for (facts, probe) in
            [(&buy, "market"), (&buy, "chain"), (&buy, "version"), (&sell, "market"), (&sell, "market_shares")]
        {
            let mut without = facts.clone();
            without[probe] = way.clone();
            let (status, says) = judged(&without);
            assert_ne!(status, Status::Pass, "{probe} {way}: {says}");
        }
    }
    // shares of another wallet or another outcome are none of this order
    for (field, value) in [("wallet", json!(format!("0x{}", "11".repeat(20)))), ("token", json!("0x11"))] {
        let mut other = sell.clone();
        other["market_shares"]["value"][field] = value;
        assert_eq!(judged(&other).0, Status::Note, "{field}");
    }
    // positions are kept and approved elsewhere
    let (report, _) = about("healthy-safe", "sample-position", &[]);
    assert_eq!(status(&report, ID), "note", "{}", row(&report));
    assert!(evidence(&report, "exchange").unwrap().starts_with("exchange V3"), "{}", row(&report));
}

#[test]
fn a_record_holds_the_question_and_judges_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    let record = record.to_str().unwrap();
    let order = ["--market", "sample-election-clara", "--side", "sell", "--price", "0.125", "--size", "20"];
    let (report, code) = check(&[&["--demo", "healthy-safe", "--record", record], &order[..]].concat());
    let (again, same) = check(&["--replay", record]);
    assert_eq!((row(&report), code), (row(&again), same));
    assert_eq!(status(&again, ID), "pass");
    let (alone, _) = check(&["--replay", record, ID]);
    assert_eq!(row(&alone), row(&report));
    check(&["--demo", "healthy-safe", "--record", record]);
    let output = run(&["check", "--replay", record, ID]);
    assert_eq!(output.status.code(), Some(2));
}
