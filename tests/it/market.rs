//! `check --market`: how a market is named, what is said of it and of an order for it.

mod recorded;

use std::net::TcpListener;

use polydoctor::auth::contracts::{POLYGON, chain};
use polydoctor::facts::MarketName;
use polydoctor::sandbox::scenario;
use serde_json::{Value, json};

use crate::check::validator;
use crate::program::{Sandbox, causes, check, polydoctor, run, status, stdout};

const ID: &str = "order.market";

fn row(report: &Value) -> &Value {
    report["checks"].as_array().unwrap().iter().find(|row| row["id"] == ID).unwrap()
}

fn evidence<'a>(report: &'a Value, label: &str) -> Option<&'a str> {
    let all = row(report)["evidence"].as_array().unwrap();
    all.iter().find(|one| one["label"] == label).map(|one| one["value"].as_str().unwrap())
}

fn summary(report: &Value) -> &str {
    row(report)["summary"].as_str().unwrap()
}

/// The check alone, about this market, on a demo account.
fn about(scenario: &str, market: &str, more: &[&str]) -> (Value, i32) {
    check(&[&["--demo", scenario, ID, "--market", market], more].concat())
}

#[test]
fn a_market_is_found_by_each_way_to_name_it() {
    let (first, _) = about("healthy-safe", "sample-rain-tomorrow", &[]);
    let condition = evidence(&first, "condition").unwrap().to_owned();
    let token = evidence(&first, "token of No").unwrap().to_owned();
    for name in [
        "sample-rain-tomorrow",
        // an event with one market
        "sample-rain",
        "https://polymarket.com/event/sample-rain",
        "https://polymarket.com/event/sample-rain/sample-rain-tomorrow?tid=17",
        "polymarket.com/market/sample-rain-tomorrow",
        &condition,
        &token,
    ] {
        let (report, code) = about("healthy-safe", name, &[]);
        assert_eq!((status(&report, ID), code), ("pass", 0), "{name}: {}", row(&report));
        assert_eq!(evidence(&report, "condition"), Some(condition.as_str()), "{name}");
        assert!(validator().is_valid(&report), "{name}");
    }
    let sells = ["--side", "sell", "--price", "0.5", "--size", "5"];
    let (report, _) = about("healthy-safe", &token, &sells);
    assert!(evidence(&report, "order").unwrap().ends_with("of No"), "{}", row(&report));
}

#[test]
fn nothing_is_asked_or_said_about_a_market_that_nobody_named() {
    let (report, code) = check(&["--demo", "healthy-safe"]);
    assert_eq!(code, 0);
    assert!(report["checks"].as_array().unwrap().iter().all(|row| row["id"] != ID));
    assert!(report["requests"].as_array().unwrap().iter().all(|request| request["probe"] != "market"));
    let (with, code) = check(&["--demo", "healthy-safe", "--market", "sample-rain-tomorrow"]);
    assert_eq!((status(&with, ID), code, &with["can_trade"]), ("pass", 0, &json!(true)));
    assert_eq!(with["checks"].as_array().unwrap().len(), report["checks"].as_array().unwrap().len() + 1);
    let paths = |report: &Value| {
        let requests = report["requests"].as_array().unwrap().iter();
        requests.filter(|request| request["probe"] == "market").count()
    };
    assert_eq!(paths(&with), 2, "Gamma, then the CLOB");
    // a check beside it
    let (both, _) = check(&["--demo", "healthy-safe", "key.format", "--market", "sample-rain-tomorrow"]);
    assert_eq!((status(&both, "key.format"), status(&both, ID)), ("pass", "pass"));
    assert_eq!(both["checks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_market_that_takes_no_orders_is_said_to_be_and_why() {
    for (market, says) in [
        ("sample-resolved", "resolved as Yes"),
        ("sample-closed", "closed"),
        ("sample-halted", "does not accept orders at the moment"),
        ("sample-planned", "not open yet"),
        ("sample-without-book", "no order book"),
        ("sample-archived", "archived"),
        ("there-is-no-such-market", "Gamma has no market there-is-no-such-market"),
        ("https://polymarket.com/event/nothing", "Gamma has no event nothing"),
        (&format!("0x{}", "ab".repeat(32)), "The CLOB has no market with the condition ID 0xabab"),
        (&"7".repeat(77), "The CLOB has no market with the token 7777"),
    ] {
        let (report, code) = about("healthy-safe", market, &[]);
        assert_eq!((status(&report, ID), code), ("fail", 1), "{market}: {}", row(&report));
        assert!(summary(&report).contains(says), "{market}: {}", summary(&report));
        assert_eq!(causes(&report), ["market-unavailable"], "{market}");
        assert_eq!(report["diagnoses"][0]["certainty"], "proven", "{market}");
        assert!(validator().is_valid(&report), "{market}");
    }
}

#[test]
fn an_event_with_several_markets_and_an_unknown_outcome_say_what_there_is_to_choose_from() {
    let (report, code) = about("healthy-safe", "https://polymarket.com/event/sample-election", &[]);
    assert_eq!((status(&report, ID), code), ("skip", 3), "{}", row(&report));
    let slugs = row(&report)["evidence"].as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap());
    assert_eq!(slugs.collect::<Vec<_>>(), ["sample-election-anna", "sample-election-boris", "sample-election-clara"]);
    assert!(report["next_step"]["text"].as_str().unwrap().contains("--market"), "{}", report["next_step"]);
    let text = stdout(&run(&["check", "--demo", "healthy-safe", ID, "--market", "sample-election"]));
    assert!(text.contains("sample-election-boris"), "{text}");
    let (report, code) = about("healthy-safe", "sample-match", &["--outcome", "Hill"]);
    assert_eq!((status(&report, ID), code), ("skip", 3));
    assert!(summary(&report).ends_with("no outcome Hill: it has Harbour, Valley"), "{}", summary(&report));
    assert!(report["next_step"]["text"].as_str().unwrap().contains("--outcome"), "{}", report["next_step"]);
    // the case of letters is nobody's mistake
    let (report, _) = about("healthy-safe", "sample-match", &["--outcome", "valley"]);
    assert_eq!(status(&report, ID), "pass");
    let (report, _) = about("healthy-safe", "sample-match", &[]);
    let token = evidence(&report, "token of Harbour").unwrap().to_owned();
    let (report, _) = about("healthy-safe", &token, &["--outcome", "valley"]);
    assert_eq!(status(&report, ID), "skip");
    assert!(summary(&report).contains("Harbour, not of valley"), "{}", summary(&report));
}

#[test]
fn an_order_is_judged_by_the_rules_of_its_market() {
    for (market, [side, price, size], wanted, says) in [
        ("sample-rain-tomorrow", ["buy", "0.57", "10"], "pass", "BUY 10 at 0.57 fits"),
        ("sample-rain-tomorrow", ["BUY", "0.01", "5"], "pass", "BUY 5 at 0.01 fits"),
        ("sample-rain-tomorrow", ["buy", "0.99", "5"], "pass", "fits"),
        ("sample-rain-tomorrow", ["buy", "0.995", "5"], "fail", "from 0.01 to 0.99"),
        ("sample-rain-tomorrow", ["buy", "1", "5"], "fail", "out of range"),
        ("sample-rain-tomorrow", ["sell", "57", "5"], "fail", "out of range"),
        ("sample-rain-tomorrow", ["buy", "0.575", "5"], "fail", "not a multiple of the tick size 0.01"),
        ("sample-match-final", ["buy", "0.575", "5"], "pass", "fits"),
        ("sample-rain-tomorrow", ["buy", "0.5", "4.99"], "fail", "below the minimum of 5 shares"),
        ("sample-rain-tomorrow", ["buy", "0.5", "10.129"], "warn", "round the size 10.129 down to 2 decimals"),
        ("sample-rain-tomorrow", ["buy", "0.5", "8.01"], "pass", "fits"),
        ("sample-rain-tomorrow", ["buy", "0.5", "9.95"], "note", "Python 9.94"),
        ("sample-fifths", ["buy", "0.4", "5"], "warn", "No official client knows the tick size 0.2"),
        ("sample-rain-tomorrow", ["sell", "0.5", "25"], "pass", "fits"),
        ("sample-rain-tomorrow", ["sell", "0.5", "25.01"], "fail", "holds 25"),
        ("sample-rain-tomorrow", ["buy", "0.5", "501"], "fail", "costs 250.5 pUSD, and the funder holds 250"),
    ] {
        let order = ["--side", side, "--price", price, "--size", size];
        let (report, code) = about("healthy-safe", market, &order);
        let said = format!("{market} {order:?}: {}", row(&report));
        assert_eq!((status(&report, ID), code), (wanted, i32::from(wanted == "fail")), "{said}");
        assert!(summary(&report).contains(says), "{said}");
        let cause = match wanted {
            "fail" if says.contains("holds") => Some("balance-missing"),
            "fail" | "warn" => Some("order-parameters"),
            _ => None,
        };
        assert_eq!(causes(&report).first().copied(), cause, "{said}");
        assert!(validator().is_valid(&report), "{said}");
        // an order that the market refuses is nothing to send
        let breaks_a_rule = wanted == "fail" && cause == Some("order-parameters");
        assert_eq!(evidence(&report, "unsigned body").is_none(), breaks_a_rule || market == "sample-fifths", "{said}");
    }
}

#[test]
fn the_body_has_what_the_clients_send_and_no_signature() {
    let order = ["--side", "buy", "--price", "0.5", "--size", "9.95"];
    let (report, _) = about("healthy-safe", "sample-election-anna", &order);
    let body: Value = serde_json::from_str(evidence(&report, "unsigned body").unwrap()).unwrap();
    let order = &body["order"];
    assert_eq!((&order["makerAmount"], &order["takerAmount"]), (&json!("4975000"), &json!("9950000")), "{body}");
    assert_eq!((&order["side"], &order["signatureType"]), (&json!("BUY"), &json!(2)));
    let lower = |value: &Value| value.as_str().unwrap().to_lowercase();
    assert_eq!(lower(&order["maker"]), lower(&report["account"]["derived"]["safe"]));
    assert_eq!(lower(&order["signer"]), lower(&report["account"]["signer"]));
    assert_eq!(order["tokenId"].as_str(), evidence(&report, "token of Yes"));
    assert!(order["signature"].as_str().unwrap().starts_with('<') && body["owner"].as_str().unwrap().starts_with('<'));
    assert_eq!(evidence(&report, "TypeScript client"), Some("makerAmount 4975000, takerAmount 9950000"));
    assert_eq!(evidence(&report, "Python client"), Some("makerAmount 4970000, takerAmount 9940000"));
    let (report, _) =
        about("healthy-safe", "sample-rain-tomorrow", &["--side", "buy", "--price", "0.575", "--size", "10"]);
    assert_eq!(evidence(&report, "Rust client"), Some("refuses to build it"));
    // a sale gives shares for collateral, and a deposit wallet signs for itself
    let sale = ["--side", "sell", "--price", "0.5", "--size", "8", "--outcome", "yes"];
    let (report, _) = about("healthy-deposit-beacon", "sample-election-anna", &sale);
    let body: Value = serde_json::from_str(evidence(&report, "unsigned body").unwrap()).unwrap();
    let order = &body["order"];
    assert_eq!((&order["makerAmount"], &order["takerAmount"]), (&json!("8000000"), &json!("4000000")), "{body}");
    assert_eq!((&order["maker"], &order["signatureType"]), (&order["signer"], &json!(3)));
}

#[test]
fn healthy_accounts_may_trade_at_both_exchanges_and_others_are_told_what_their_exchange_lacks() {
    let exchanges = &chain(POLYGON).unwrap().exchanges;
    let markets = [("sample-rain-tomorrow", exchanges.v2), ("sample-election-clara", exchanges.v2_neg_risk)];
    let healthy =
        crate::diagnosis::names().into_iter().filter(|name| scenario::find(name).unwrap().expect.cause.is_none());
    // Polymarket US has markets of its own
    let healthy: Vec<String> = healthy.filter(|name| !name.starts_with("healthy-us")).collect();
    assert!(healthy.len() >= 19, "{healthy:?}");
    let ids = markets.map(|(slug, exchange)| {
        let (report, _) = about("healthy-safe", slug, &[]);
        (evidence(&report, "condition").unwrap().to_owned(), exchange)
    });
    crate::diagnosis::each(&healthy, |name| {
        for (condition, exchange) in &ids {
            // by the condition, since in one scenario Gamma is down
            let (report, code) = about(name, condition, &[]);
            assert_eq!((status(&report, ID), code), ("pass", 0), "{name}: {}", row(&report));
            assert!(evidence(&report, "exchange").unwrap().contains(&exchange.to_string()), "{name}: {}", row(&report));
        }
    });
    let cases = [
        ("allowance-missing", "fail", "allowance-missing"),
        ("allowance-missing-collateral", "fail", "allowance-missing"),
        ("allowance-missing-eoa", "fail", "allowance-missing"),
        ("allowance-missing-shares", "warn", "allowance-missing"),
        ("allowance-by-wrong-owner", "fail", "allowance-by-wrong-owner"),
        ("gas-missing-for-approvals", "fail", "gas-missing"),
        ("balance-missing", "fail", "balance-missing"),
        ("exchange-paused", "fail", "exchange-paused"),
        ("user-paused", "fail", "user-paused"),
    ];
    for (name, wanted, cause) in cases {
        for (slug, _) in markets {
            let (report, _) = check(&["--demo", name, "--market", slug]);
            assert_eq!(status(&report, ID), wanted, "{name}: {}", row(&report));
            assert_eq!(causes(&report)[0], cause, "{name}: {}", row(&report));
            let explains = report["diagnoses"][0]["explains"].as_array().unwrap();
            assert!(explains.iter().any(|id| id == ID), "{name}: {explains:?}");
        }
    }
    // one exchange is paused, and the market of the other is not concerned
    let (report, _) = check(&["--demo", "exchange-paused-neg-risk", "--market", "sample-rain-tomorrow"]);
    assert_eq!(status(&report, ID), "pass", "{}", row(&report));
    let (report, _) = check(&["--demo", "exchange-paused-neg-risk", "--market", "sample-election-anna"]);
    assert_eq!(status(&report, ID), "fail", "{}", row(&report));
    // what another check reports already is no second failure
    for (name, blocker) in [
        ("wallet-not-deployed", "wallet.deployed"),
        ("wrong-collateral-token", "funds.balance"),
        ("rpc-down", "wallet.map"),
        ("clob-unreachable", "net.reach"),
    ] {
        let (report, _) = check(&["--demo", name, "--market", &ids[0].0]);
        assert_eq!(
            (status(&report, ID), &row(&report)["blocked_by"]),
            ("skip", &json!(blocker)),
            "{name}: {}",
            row(&report)
        );
    }
}

#[test]
fn what_cannot_be_asked_about_a_market_is_refused_before_anything_is_sent() {
    let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    for (arguments, says) in [
        (&[ID][..], "--market"),
        (&["--market", "what is it?"], "slug"),
        (&["--market", "https://example.com/event/x"], "polymarket.com"),
        (&["--market", "0x12"], "64 hex digits"),
        (&["--market", key], "64 hex digits"),
        (&["--market", "516725"], "77 digits"),
        (&["--market", "x", "--offline"], "--offline"),
        (&["--market", "x", "--all-profiles"], "--all-profiles"),
        (&["--market", "x", "--replay", "y"], "--replay"),
        (&["--outcome", "yes"], "--market"),
        (&["--market", "x", "--side", "buy"], "--price"),
        (&["--market", "x", "--price", "0.5"], "--side"),
        (&["--market", "x", "--side", "hold", "--price", "0.5", "--size", "5"], "buy"),
        (&["--market", "x", "--side", "buy", "--price", "0,5", "--size", "5"], "such as 0.57"),
        (&["--market", "x", "--side", "buy", "--price", "0.5", "--size", "0"], "above 0"),
    ] {
        let output = polydoctor().arg("check").args(arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(says) && !error.contains(key), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty());
    }
    assert!(key.parse::<MarketName>().is_err());
}

#[test]
fn a_service_that_does_not_answer_leaves_the_market_undetermined_and_says_which() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (first, _) = about("healthy-safe", "sample-rain-tomorrow", &[]);
    let condition = evidence(&first, "condition").unwrap().to_owned();
    let sandbox = Sandbox::start(&[]);
    let ask = |market: &str| {
        let mut command = polydoctor();
        command.args(["check", "--format", "json", "--market", market]).envs(sandbox.env());
        let output = command.env("POLYMARKET_GAMMA_URL", format!("http://{nobody}")).output().unwrap();
        (serde_json::from_slice::<Value>(&output.stdout).unwrap(), output.status.code())
    };
    let (report, _) = ask("sample-rain-tomorrow");
    assert_eq!(status(&report, ID), "unknown", "{}", row(&report));
    assert!(summary(&report).contains("Gamma"), "{}", summary(&report));
    let fix = row(&report)["fix"]["text"].as_str().unwrap();
    assert!(fix.contains("POLYMARKET_GAMMA_URL") && fix.contains("condition ID"), "{fix}");
    let (report, _) = ask(&condition);
    assert_ne!(status(&report, ID), "unknown", "{}", row(&report));
}

#[test]
fn every_format_shows_the_rules_and_shared_ones_no_address() {
    let arguments = ["check", "--demo", "healthy-safe", ID, "--market", "sample-rain-tomorrow"];
    let order = ["--side", "buy", "--price", "0.5", "--size", "10"];
    let text = stdout(&run(&[&arguments[..], &order].concat()));
    for part in [
        "Will it rain tomorrow?",
        "tick size",
        "0.01 to 0.99",
        "5 shares, 0.05 pUSD",
        "unsigned body",
        "takerAmount 10000000",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for level in ["--share", "--anonymous"] {
        for format in ["text", "json", "markdown"] {
            let shared = stdout(&run(&[&arguments[..], &order, &[level, "--format", format]].concat()));
            assert!(shared.contains("Will it rain tomorrow?"), "{format}: {shared}");
            for address in ["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"]
            {
                assert!(!shared.to_lowercase().contains(&address.to_lowercase()), "{level} {format}: {shared}");
            }
        }
    }
    let text = stdout(&run(&["explain", "market-unavailable"]));
    assert!(text.contains("polydoctor check --market SLUG") && !text.contains("check order.market"), "{text}");
}

#[test]
fn waiting_and_watching_take_the_market_along() {
    let output = run(&[
        "check",
        "--demo",
        "healthy-safe",
        "--wait",
        "5",
        "--format",
        "json",
        "--market",
        "sample-rain-tomorrow",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((status(&report, ID), output.status.code()), ("pass", Some(0)));
}

#[test]
fn the_sandbox_answers_of_a_token_what_it_answers_of_its_market() {
    let sandbox = Sandbox::start(&[]);
    let base = sandbox.announcement["clob_url"].as_str().unwrap();
    let ask = |path: &str| -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = crate::support::client();
        let url = format!("{}{path}", base.trim_end_matches('/'));
        runtime.block_on(async { client.get(url).send().await.unwrap().json().await.unwrap() })
    };
    let event = ask("/-/gamma/events/slug/sample-election");
    for market in event["markets"].as_array().unwrap() {
        let tokens: Vec<String> = serde_json::from_str(market["clobTokenIds"].as_str().unwrap()).unwrap();
        let of_clob = ask(&format!("/markets/{}", market["conditionId"].as_str().unwrap()));
        for token in tokens {
            assert_eq!(ask(&format!("/neg-risk?token_id={token}"))["neg_risk"], of_clob["neg_risk"]);
            let tick = ask(&format!("/tick-size?token_id={token}"));
            assert_eq!(tick["minimum_tick_size"], of_clob["minimum_tick_size"]);
            assert_eq!(ask(&format!("/markets-by-token/{token}"))["condition_id"], market["conditionId"]);
        }
    }
    assert_eq!(ask("/neg-risk?token_id=1234"), json!({ "neg_risk": false }));
    assert_eq!(ask("/tick-size?token_id=1234"), json!({ "minimum_tick_size": 0.01 }));
}
