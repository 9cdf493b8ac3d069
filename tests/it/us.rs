//! Polymarket US beside the international CLOB: which venue an account is of, and that nothing of one goes
//! to the other.

use std::collections::BTreeMap;

use polydoctor::sandbox::scenario;
use serde_json::Value;

use crate::program::{Sandbox, causes, check, polydoctor, status, stdout};

const SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const KEY_ID: &str = "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11";

/// Runs `check --format json` offline in a folder with this `.env`.
fn check_env(env: &str, arguments: &[&str]) -> (Value, i32) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), env).unwrap();
    let mut command = polydoctor();
    let output =
        command.args(["check", "--format", "json", "--offline"]).args(arguments).current_dir(&folder).output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code().unwrap())
}

fn venues(report: &Value) -> Vec<&str> {
    report["venues"].as_array().unwrap().iter().map(|venue| venue["venue"].as_str().unwrap()).collect()
}

#[test]
fn an_env_file_of_polymarket_us_alone_never_lacks_a_private_key() {
    for (id, secret) in [
        (KEY_ID, SECRET),
        (KEY_ID, ""),
        ("", SECRET),
        ("your-key-id", "your-secret-key"),
        ("not a key ID", "not a secret key"),
        (SECRET, KEY_ID),
    ] {
        for names in [
            ["POLYMARKET_KEY_ID", "POLYMARKET_SECRET_KEY"],
            ["POLYMARKET_US_KEY_ID", "POLYMARKET_US_SECRET_KEY"],
            ["POLYMARKET_US_API_KEY", "POLYMARKET_US_SECRET_KEY"],
        ] {
            let (report, _) = check_env(&format!("{}={id}\n{}={secret}\n", names[0], names[1]), &[]);
            assert!(!causes(&report).contains(&"key-missing"), "{names:?} {id}: {:?}", causes(&report));
            assert_eq!(venues(&report), ["us"], "{names:?} {id}");
            assert_eq!(status(&report, "key.format"), "skip");
            assert!(!report.to_string().contains(&SECRET[..20]), "{names:?}: the secret key is shown");
        }
    }
}

#[test]
fn the_checks_that_do_not_exist_there_say_why() {
    let (report, _) = check(&["--demo", "healthy-us"]);
    assert_eq!((report["verdict"].as_str(), report["can_trade"].as_bool()), (Some("healthy"), Some(true)));
    for (id, why) in [
        ("wallet.signature-type", "no signature types"),
        ("wallet.funder", "no funder"),
        ("creds.nonce", "no nonces"),
        ("net.geoblock", "at Polymarket US only"),
    ] {
        let check = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
        assert_eq!(check["status"], "skip", "{id}");
        assert!(check["summary"].as_str().unwrap().contains(why), "{id}: {}", check["summary"]);
    }
    let requests = report["requests"].as_array().unwrap();
    let is_us = |request: &Value| request["url"].as_str().unwrap().contains("/-/us");
    assert!(requests.len() >= 4 && requests.iter().all(is_us), "{requests:#?}");
    assert_eq!(report["not_asked"], serde_json::json!([]));
    let text = stdout(&polydoctor().args(["check", "--demo", "healthy-us"]).output().unwrap());
    assert!(text.contains("SKIP  18 checks of the CLOB"), "{text}");
    assert!(!text.contains("key.format"), "what they would all say is said once: {text}");
}

#[test]
fn both_venues_stand_side_by_side_and_each_has_its_verdict() {
    let (report, code) = check(&["--demo", "us-broken-beside"]);
    assert_eq!((venues(&report), code), (vec!["global", "us"], 1));
    let of = |place: usize, field: &str| report["venues"][place][field].clone();
    assert_eq!((of(0, "verdict"), of(1, "verdict")), ("healthy".into(), "broken".into()));
    assert_eq!((of(0, "can_trade"), of(1, "can_trade")), (true.into(), false.into()));
    let text = stdout(&polydoctor().args(["check", "--demo", "us-broken-beside"]).output().unwrap());
    assert!(text.contains("the CLOB: healthy; Polymarket US: broken"), "{text}");
    assert!(text.lines().next().unwrap().contains(KEY_ID), "{text}");
    for (venue, expected, first) in [("global", vec!["global"], "healthy"), ("us", vec!["us"], "broken")] {
        let (report, _) = check(&["--demo", "us-broken-beside", "--venue", venue]);
        assert_eq!((venues(&report), report["verdict"].as_str().unwrap()), (expected, first));
    }
}

#[test]
fn the_heading_names_the_venue_and_the_key_id() {
    let text = stdout(&polydoctor().args(["check", "--demo", "healthy-us"]).output().unwrap());
    let first = text.lines().next().unwrap();
    assert!(first.starts_with(&format!("Polymarket US key {KEY_ID}")), "{first}");
    let shared = stdout(&polydoctor().args(["check", "--demo", "healthy-us", "--share"]).output().unwrap());
    assert!(!shared.contains(KEY_ID) && shared.contains("Polymarket US key …7a11"), "{shared}");
}

#[test]
fn an_unknown_venue_is_said_at_once() {
    let output = polydoctor().args(["check", "--venue", "eu"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("write global or us"));
    let (report, code) = check_env("POLYDOCTOR_VENUE=mars\n", &[]);
    assert_eq!((causes(&report)[0], code), ("setting-invalid", 1));
}

/// The secrets of one venue are not in what is sent to the other, and neither is a signature made with them.
#[test]
fn nothing_of_one_venue_is_sent_to_the_other() {
    let mixed: Vec<&str> = scenario::names().filter(|name| name.starts_with("venue-mixed")).collect();
    assert!(mixed.len() >= 4, "{mixed:?}");
    for name in mixed {
        let (report, _) = check(&["--demo", name, "--deep"]);
        assert_eq!(causes(&report)[0], "venue-mixed", "{name}: {:?}", causes(&report));
        for request in report["requests"].as_array().unwrap() {
            let url = request["url"].as_str().unwrap();
            let names: Vec<&str> = request["headers"]
                .as_array()
                .map(|headers| headers.iter().map(|header| header["name"].as_str().unwrap()).collect())
                .unwrap_or_default();
            let is_us = url.contains("/-/us") || url.contains("polymarket.us");
            assert!(
                names.iter().all(|name| name.starts_with("X-PM") == is_us || *name == "content-type"),
                "{url} {names:?}"
            );
            assert!(!url.contains("polymarket.us"), "{name}: {url}");
        }
    }
}

#[test]
fn credentials_in_the_slots_of_the_other_venue_are_told_by_their_form() {
    const HEX: &str = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
    const CLOB_SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("POLYMARKET_KEY_ID", KEY_ID), ("POLYMARKET_SECRET_KEY", HEX)], "the private key of a wallet"),
        (&[("POLYMARKET_KEY_ID", KEY_ID), ("POLYMARKET_SECRET_KEY", CLOB_SECRET)], "an API secret of the CLOB"),
        (&[("CLOB_API_KEY", KEY_ID), ("CLOB_SECRET", SECRET)], "a secret key of Polymarket US"),
        (&[("CLOB_API_KEY", KEY_ID), ("CLOB_PASS_PHRASE", SECRET)], "a secret key of Polymarket US"),
        (&[("PK", SECRET)], "a secret key of Polymarket US"),
        (&[("PK", HEX), ("CLOB_API_KEY", KEY_ID), ("POLYMARKET_KEY_ID", KEY_ID)], "are the same ID"),
    ];
    for (variables, what) in cases {
        let env: BTreeMap<_, _> = variables.iter().copied().collect();
        let text: String = env.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let (report, code) = check_env(&text, &[]);
        assert_eq!((causes(&report)[0], code), ("venue-mixed", 1), "{variables:?}: {:?}", causes(&report));
        let said = report["diagnoses"][0]["because"].to_string();
        assert!(said.contains(what), "{variables:?}: {said}");
        assert!(!report.to_string().contains(&SECRET[..20]) && !report.to_string().contains(CLOB_SECRET));
    }
}

#[test]
fn a_url_of_the_other_venue_gets_nothing() {
    const KEY: &str = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
    for (name, url, cause) in [
        ("CLOB_HOST", "https://api.polymarket.us", "wrong-host"),
        ("POLYMARKET_US_URL", "https://clob.polymarket.com", "us-wrong-host"),
        ("POLYMARKET_US_URL", "https://gateway.polymarket.us", "us-wrong-host"),
    ] {
        let env = format!("PK={KEY}\nPOLYMARKET_KEY_ID={KEY_ID}\nPOLYMARKET_SECRET_KEY={SECRET}\n{name}={url}\n");
        let (report, _) = check_env(&env, &[]);
        assert_eq!(causes(&report)[0], cause, "{name}={url}: {:?}", causes(&report));
    }
    let (report, _) = check(&["--demo", "wrong-host-polymarket-us"]);
    assert!(
        report["requests"]
            .as_array()
            .unwrap()
            .iter()
            .all(|request| { !request["url"].as_str().unwrap().contains("polymarket.us") })
    );
}

#[test]
fn headers_us_signs_in_milliseconds_and_says_what_is_wrong() {
    let sign = |arguments: &[&str]| {
        let mut command = polydoctor();
        command.env("POLYMARKET_KEY_ID", KEY_ID).env("POLYMARKET_SECRET_KEY", SECRET);
        command.args(["headers", "us"]).args(arguments).output().unwrap()
    };
    let output =
        sign(&["--path", "/v1/portfolio/positions", "--timestamp", "1705420800000", "--format", "json", "--explain"]);
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["message"], "1705420800000GET/v1/portfolio/positions");
    assert_eq!(
        printed["headers"]["X-PM-Signature"],
        "J+6zCHrZ1oeV5eDsoroD9aTVlN6mFfN3xQ+6+Wo0lfRprJUu5lRGAw/thsGiswFZ8ppYYJ6Y0alnDrsWVQ03Cg=="
    );
    assert_eq!(printed["headers"]["X-PM-Access-Key"], KEY_ID);
    let output = sign(&["--path=/v1/orders?limit=1", "--method=post", "--body={}", "--timestamp=1705420800"]);
    let said = String::from_utf8(output.stderr).unwrap();
    for remark in
        ["milliseconds: 1705420800000", "servers verify POST", "servers verify /v1/orders", "does not sign the body"]
    {
        assert!(said.contains(remark), "{remark}: {said}");
    }
    let curl = stdout(&sign(&["--format", "curl"]));
    assert!(
        curl.contains("https://api.polymarket.us/v1/account/balances") && curl.contains("X-PM-Timestamp"),
        "{curl}"
    );
    let without = polydoctor().args(["headers", "us"]).output().unwrap();
    assert_eq!(without.status.code(), Some(2));
    let said = String::from_utf8(without.stderr).unwrap();
    assert!(said.contains("set POLYMARKET_KEY_ID and POLYMARKET_SECRET_KEY"), "{said}");
    assert_eq!(sign(&["--server-time"]).status.code(), Some(2));
}

#[test]
fn the_sandbox_announces_polymarket_us() {
    let sandbox = Sandbox::start(&["--scenario", "healthy-us"]);
    let env: BTreeMap<&str, &str> = sandbox.env().collect();
    assert_eq!(sandbox.announcement["us_url"], env["POLYMARKET_US_URL"]);
    assert_eq!(sandbox.announcement["us_gateway_url"], env["POLYMARKET_US_GATEWAY_URL"]);
    assert_eq!((env["POLYMARKET_KEY_ID"], env["POLYMARKET_SECRET_KEY"]), (KEY_ID, SECRET));
    assert!(!env.contains_key("POLYMARKET_PRIVATE_KEY"));
}

/// From the key in `.env` to a profile that refers to it, which is then checked over HTTP and WebSocket.
#[test]
fn init_sets_up_an_account_of_polymarket_us() {
    let home = tempfile::tempdir().unwrap();
    let env_file = home.path().join(".env");
    let _sandbox = Sandbox::start(&["--scenario", "healthy-us", "--write-env", env_file.to_str().unwrap()]);
    let init = |arguments: &[&str]| {
        let mut command = polydoctor();
        command.env("HOME", home.path()).current_dir(home.path());
        command.args(["init", "--yes", "--profile"]).args(arguments).output().unwrap()
    };
    let output = init(&["us"]);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stderr), stdout(&output));
    assert_eq!(output.status.code(), Some(0), "{said}");
    for text in ["(Polymarket US)", "yes  sign in to Polymarket US", "yes  receive its orders"] {
        assert!(said.contains(text), "no {text} in\n{said}");
    }
    for text in ["(CLOB)", "keys derive", "builder"] {
        assert!(!said.contains(text), "{text} in\n{said}");
    }
    let text = std::fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    assert!(text.contains("venue = \"us\"\n") && text.contains("us_secret_key = { env_file = "), "{text}");
    assert!(!text.contains("private_key") && !text.contains("funder"), "{text}");
    let again = init(&["us", "--account", "us"]);
    let said = String::from_utf8(again.stderr).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("already up to date"), "{said}");
    std::fs::write(&env_file, "").unwrap();
    let output = init(&["other", "--account", "us"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let is_clear = said.contains("set POLYMARKET_US_KEY_ID and POLYMARKET_US_SECRET_KEY");
    assert!(output.status.code() == Some(2) && is_clear, "{said}");
}

#[test]
fn the_verdict_names_the_venue_that_was_checked() {
    let text = stdout(&polydoctor().args(["check", "--demo", "healthy-us"]).output().unwrap());
    assert!(text.contains("healthy: all checks of Polymarket US passed"), "{text}");
}
