//! What an output says of what was seen, reported and left out.

use crate::support::usual_checks;
use serde_json::{Value, json};

use crate::program::{Sandbox, check, polydoctor, run, stdout};

#[test]
fn one_check_offline_is_incomplete_and_the_whole_list_says_how_much_was_not_run() {
    for id in ["wallet.funder", "wallet.signature-type", "creds.l2", "net.reach", "funds.balance"] {
        let (report, code) = check(&["--demo", "healthy-safe", "--offline", id]);
        assert_eq!((report["verdict"].as_str(), code), (Some("incomplete"), 3), "{id}");
        let text = stdout(&run(&["check", "--demo", "healthy-safe", "--offline", id]));
        assert!(
            !text.contains("healthy:") && !text.contains("healthy so far") && !text.contains("it works"),
            "{id}: {text}"
        );
    }
    let (report, code) = check(&["--demo", "healthy-safe", "--offline", "key.format"]);
    assert_eq!((report["verdict"].as_str(), code), (Some("healthy"), 0));
    let text = stdout(&run(&["check", "--demo", "healthy-safe", "--offline"]));
    assert!(
        text.contains("healthy so far: ")
            && text.contains(&format!("of {} checks were not run (offline)", usual_checks().count())),
        "{text}"
    );
}

#[test]
fn checks_of_the_wallet_without_any_network_are_incomplete() {
    let mut sandbox = Sandbox::start(&[]);
    let env: Vec<(String, String)> = sandbox.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    sandbox.stop();
    let ask = |arguments: &[&str]| {
        let output = polydoctor().arg("check").args(arguments).envs(env.clone()).output().unwrap();
        (stdout(&output), output.status.code())
    };
    let (text, code) = ask(&["wallet.funder", "wallet.signature-type"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(!text.contains("PASS  wallet") && !text.contains("healthy:"), "{text}");
    let (text, code) = ask(&["--skip", "net.reach"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(!text.contains("healthy:") && !text.contains("healthy so far") && !text.contains("it works"), "{text}");
}

#[test]
fn leaving_out_what_failed_is_incomplete() {
    let (report, code) = check(&["--demo", "demo", "--skip", "wallet.funder,order.exchange"]);
    assert_eq!((report["verdict"].as_str(), code), (Some("incomplete"), 3));
    assert_eq!(report["left_open"], json!(["wallet.funder"]));
    let text = stdout(&run(&["check", "--demo", "demo", "--skip", "wallet.funder,order.exchange"]));
    assert!(!text.contains("healthy:") && !text.contains("healthy so far") && !text.contains("it works"), "{text}");
}

#[test]
fn can_trade_and_the_next_step_are_told() {
    let of = |arguments: &[&str]| {
        let (report, _) = check(arguments);
        (report["can_trade"].clone(), report["next_step"].clone())
    };
    assert_eq!(of(&["--demo", "healthy-safe"]), (json!(true), Value::Null));
    let (can, next) = of(&["--demo", "demo"]);
    assert_eq!(can, json!(false));
    assert!(next["text"].as_str().is_some_and(|text| text.contains("funder")), "{next}");
    assert_eq!(of(&["--demo", "clob-outage"]).0, Value::Null);
    assert_eq!(of(&["--demo", "healthy-safe", "--offline"]).0, Value::Null);
    // what counts trades for a builder prevents no order
    assert_eq!(of(&["--demo", "builder-key-revoked"]).0, json!(true));
    let text = stdout(&run(&["check", "--demo", "demo"]));
    assert!(text.lines().any(|line| line.starts_with("next: ") && line.contains("funder")), "{text}");
}

/// A type that nobody set, of an account that nothing was seen of.
#[test]
fn a_default_type_is_no_evidence_of_the_funder() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let mut command = polydoctor();
    command.args(["check", "--format", "json"]).env("PRIVATE_KEY", format!("0x{}", "7b".repeat(32)));
    command.envs(sandbox.env().filter(|(name, _)| name.ends_with("_URL")));
    let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    for id in ["wallet.funder", "wallet.deployed", "wallet.signature-type"] {
        assert_eq!(crate::program::status(&report, id), "note", "{id}: {report:#}");
    }
    let ruled_out = report["diagnoses"].to_string();
    assert!(!ruled_out.contains("wallet.funder reports"), "{ruled_out}");
}

/// Settings that belong together are one command.
#[test]
fn the_next_step_is_a_whole_command() {
    let (report, _) = check(&["--demo", "deposit-wallet-required-eoa"]);
    let command = report["next_step"]["command"].as_str().unwrap();
    let parts: Vec<&str> = command.split(" && ").collect();
    let [kind, funder] = parts[..] else { panic!("{command}") };
    assert_eq!(kind, "export POLYMARKET_SIGNATURE_TYPE=3");
    assert!(funder.starts_with("export POLYMARKET_FUNDER=0x"), "{command}");
    // it moves money, and cannot be undone
    let text = report["next_step"]["text"].as_str().unwrap();
    assert!(text.contains("cannot be undone") && text.contains("small test amount first"), "{text}");
}

/// No check sees a ban: what was reported is neither healthy alone nor trading that is known to work.
#[test]
fn what_only_an_error_tells_leaves_open_whether_the_account_can_trade() {
    let banned = ["--demo", "account-banned", "--symptom", "address banned"];
    let (report, _) = check(&banned);
    assert_eq!(
        (&report["can_trade"], report["diagnoses"][0]["cause"].as_str()),
        (&Value::Null, Some("account-banned"))
    );
    assert_eq!(report["reported_errors"][0]["text"], "address banned", "nothing is put in that was not said");
    let text = stdout(&run(&[&["check"], &banned[..]].concat()));
    assert!(text.contains("healthy: all checks passed, but the reported error points to account-banned"), "{text}");
    // what the checks rule out leaves nothing open
    let (report, _) = check(&["--demo", "healthy-safe", "--symptom", "the clock is 40 seconds behind"]);
    assert_eq!(report["can_trade"], true);
}

#[test]
fn an_error_that_is_not_known_is_said_to_be_unknown() {
    let blah = "blah blah \u{1b}[2J xyz";
    let text = stdout(&run(&["check", "--demo", "healthy-safe", "--symptom", blah]));
    assert!(text.contains("This error is not in the reference: \"blah blah"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let markdown = stdout(&run(&["check", "--demo", "healthy-safe", "--format", "markdown", "--symptom", blah]));
    assert!(markdown.contains("This error is not in the reference"), "{markdown}");
    let (report, code) = check(&["--demo", "healthy-safe", "--symptom", blah]);
    assert_eq!(code, 0);
    let [reported] = report["reported_errors"].as_array().unwrap().as_slice() else { panic!("{report:#}") };
    assert_eq!(reported["sentence"], Value::Null);
    assert!(crate::check::validator().is_valid(&report));
}

#[test]
fn a_reported_error_comes_first_and_with_its_own_values() {
    let said = "the balance is not enough -> balance: 0, order amount: 5000000";
    let (report, _) = check(&["--demo", "healthy-safe", "--symptom", said]);
    let first = &report["diagnoses"][0];
    assert_eq!(first["explains"][0], said, "{first:#}");
    assert!(first["because"][0].as_str().unwrap().contains(said), "{first:#}");
    assert_eq!(report["reported_errors"][0]["text"], said);
    let text = stdout(&run(&["check", "--demo", "healthy-safe", "--symptom", said]));
    assert!(!text.contains("{}"), "{text}");
}

#[test]
fn what_the_reference_says_of_a_cause_is_not_said_to_have_happened() {
    let (report, _) = check(&["--demo", "clob-outage"]);
    let first = &report["diagnoses"][0];
    let shown: Vec<&str> = first["shows_as"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(!shown.is_empty(), "{first:#}");
    let text = stdout(&run(&["check", "--demo", "clob-outage"]));
    let explains = text.lines().find(|line| line.starts_with("  explains")).unwrap();
    assert!(shown.iter().all(|sentence| !explains.contains(sentence)), "{explains}");
    assert!(text.contains("  shows as    \""), "{text}");
}

#[test]
fn a_wrong_checksum_is_a_note_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bot.env");
    std::fs::write(&file, "# bot\nPOLYMARKET_FUNDER=0xd93b25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\n").unwrap();
    let output = polydoctor().args(["check", "--offline", "--env-file"]).arg(&file).output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("wrong checksum (EIP-55)") && text.contains("line 2 of"), "{text}");
}

#[test]
fn what_moves_nothing_is_suggested_before_what_moves_money() {
    for (scenario, begins) in [
        ("funds-at-signer", "Trade from the signer: signature type 0"),
        ("wallet-not-deployed", "Deploy it through the relayer"),
    ] {
        let (report, _) = check(&["--demo", scenario]);
        let text = report["next_step"]["text"].as_str().unwrap();
        assert!(text.starts_with(begins) && text.contains("cannot be undone"), "{scenario}: {text}");
    }
}

#[test]
fn an_empty_wallet_is_not_said_to_work() {
    let (report, _) = check(&["--demo", "balance-missing"]);
    assert_ne!(report["can_trade"], true);
    let text = stdout(&run(&["check", "--demo", "balance-missing"]));
    assert!(text.contains("degraded: ") && !text.contains("it works"), "{text}");
}

#[test]
fn no_cause_explains_a_sentence_that_nobody_met() {
    for scenario in ["deposit-wallet-called-eoa", "wrong-signature-type", "clob-unreachable", "funder-is-signer"] {
        let (report, _) = check(&["--demo", scenario]);
        let shown = report["diagnoses"][0]["shows_as"].as_array().unwrap().clone();
        assert!(!shown.is_empty(), "{scenario}");
        let text = stdout(&run(&["check", "--demo", scenario]));
        let explains = text.lines().find(|line| line.starts_with("  explains")).unwrap();
        assert!(shown.iter().all(|sentence| !explains.contains(sentence.as_str().unwrap())), "{scenario}: {explains}");
    }
}
