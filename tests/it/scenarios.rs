//! Every scenario starts, says everything that a user needs, and does what its name says.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use polydoctor::auth::{l1, us};
use polydoctor::sandbox::scenario;
use polydoctor::secret::Secret;
use reqwest::Method;
use serde_json::json;

use crate::support::{DEMO_KEY, Lab, answer, now};

/// The settings of a running scenario, with the port taken out.
async fn settings(name: &str) -> BTreeMap<String, String> {
    let lab = Lab::named(name).await;
    let url = lab.running.announcement().clob_url.clone();
    let env = lab.running.announcement().env.clone();
    let socket = url.replacen("http", "ws", 1);
    let without_port = |value: String| value.replace(&url, "http://sandbox").replace(&socket, "ws://sandbox");
    env.into_iter().map(|(name, value)| (name, without_port(value))).collect()
}

#[tokio::test]
async fn every_scenario_starts_and_leaves_no_placeholder() {
    for name in scenario::names() {
        for (setting, value) in settings(name).await {
            // a keystore's braces hold quotes, a placeholder's a name
            let inside = value.split_once('{').map(|(_, rest)| rest.split('}').next().unwrap_or_default());
            let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(!value.is_empty() && !inside.is_some_and(is_name), "{name}: {setting}={value}");
        }
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_settings() {
    assert_eq!(settings("healthy-safe").await, settings("healthy-safe").await);
    let env = settings("healthy-safe").await;
    assert_eq!(env.len(), 22);
    assert_eq!(env["POLYMARKET_FUNDER"], "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47");
    assert_eq!(env["POLYMARKET_PRIVATE_KEY"], DEMO_KEY);
    assert_eq!(env["POLY_BUILDER_SIGNER_URL"], "http://sandbox/-/signer/sign");
}

/// Status of an L2 read with the configured credentials, and of a derive at nonce 0.
async fn reads(lab: &Lab) -> (u16, u16) {
    let derived = lab.l1(Method::GET, DEMO_KEY, U256::ZERO).await.0;
    let read = lab.l2(&lab.configured(), Method::GET, "/auth/api-keys", None).await.0;
    (read.as_u16(), derived.as_u16())
}

#[tokio::test]
async fn configured_credentials_work_or_fail_as_told() {
    for (name, expected) in [
        ("demo", (200, 200)),
        ("healthy-eoa", (200, 200)),
        ("healthy-deposit-beacon", (200, 200)),
        ("clock-drift", (401, 401)),
        ("credentials-other-address", (401, 200)),
        ("credentials-other-nonce", (200, 200)),
        ("credentials-stale", (401, 200)),
        ("builder-credentials-as-user", (401, 200)),
        ("cloudflare-blocked", (403, 403)),
    ] {
        assert_eq!(reads(&Lab::named(name).await).await, expected, "{name}");
    }
}

/// What a user of the scenario's settings is told: by derive, by an L2 read and by an order.
async fn complaints(lab: &Lab) -> String {
    let env = &lab.running.announcement().env;
    if let Some(id) = env.get("POLYMARKET_KEY_ID") {
        return us_complaint(lab, id, &env["POLYMARKET_SECRET_KEY"], &env["POLYMARKET_US_URL"]).await;
    }
    let account = lab.configured();
    let clob = &env["POLYMARKET_CLOB_URL"];
    let eoa = account.signer.address().to_string();
    // what the official clients do without a funder and without a type
    let funder = env.get("POLYMARKET_FUNDER").unwrap_or(&eoa);
    let kind: u8 = env.get("POLYMARKET_SIGNATURE_TYPE").map_or(0, |kind| kind.parse().unwrap());
    let order = json!({
        "order": {
            "maker": funder,
            "signer": if kind == 3 { funder } else { &eoa },
            "signatureType": kind,
            "timestamp": "1",
        },
        "owner": account.credentials.key,
    })
    .to_string();
    let chain_id = env["POLYMARKET_CHAIN_ID"].parse().unwrap();
    let nonce = env.get("POLYMARKET_NONCE").map_or(U256::ZERO, |nonce| nonce.parse().unwrap());
    let derive = l1::headers(&account.signer, chain_id, now(), nonce).unwrap();
    let read = account.headers(&Method::GET, "/auth/api-keys", None);
    let place = account.headers(&Method::POST, "/order", Some(&order));
    let mut heard = Vec::new();
    for (method, path, headers, body) in [
        (Method::GET, "/auth/derive-api-key", derive, String::new()),
        (Method::GET, "/auth/api-keys", read, String::new()),
        (Method::POST, "/order", place, order),
    ] {
        let request = lab.http.request(method, format!("{clob}{path}")).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        heard.push(match request.send().await {
            Ok(response) => response.text().await.unwrap(),
            Err(error) => format!("{error:?}"),
        });
    }
    if let Some(key) = env.get("RELAYER_API_KEY").filter(|key| !key.is_empty()) {
        let request = lab.http.get(format!("{clob}/-/relayer/transactions")).header("RELAYER_API_KEY", key);
        let answer = request
            .header("RELAYER_API_KEY_ADDRESS", env.get("RELAYER_API_KEY_ADDRESS").map_or("", String::as_str))
            .send()
            .await;
        heard.push(answer.unwrap().text().await.unwrap());
    }
    heard.join("\n")
}

/// What a user of Polymarket US is told by a signed read.
async fn us_complaint(lab: &Lab, id: &str, secret: &str, url: &str) -> String {
    let credentials = us::UsCredentials { key_id: id.to_owned(), secret: Secret::new(secret) };
    let path = "/v1/account/balances";
    let headers = us::headers(&credentials, now() * 1000, "GET", path).unwrap();
    let request = lab.http.get(format!("{url}{path}"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn users_hear_the_errors_that_they_report() {
    for name in scenario::names() {
        let scenario = scenario::find(name).unwrap();
        if scenario.symptoms.is_empty() {
            continue;
        }
        let heard = complaints(&Lab::of(scenario.clone()).await).await.to_lowercase();
        for symptom in scenario.symptoms {
            assert!(heard.contains(&symptom.to_lowercase()), "{name}: {symptom} is not in {heard}");
        }
    }
}

#[tokio::test]
async fn the_builder_side_goes_wrong_as_told() {
    let lab =
        Lab::written("[builder]\nrevoked = true\n[signer]\nclock_offset_seconds = -90\nunknown_credentials = true")
            .await;
    let url = &lab.running.announcement().builder_signer_url;
    let (_, signed) = answer(lab.http.post(url).json(&json!({ "method": "GET", "path": "/transactions" }))).await;
    let drift = signed["POLY_BUILDER_TIMESTAMP"].as_str().unwrap().parse::<i64>().unwrap() - now();
    assert!((-92..=-88).contains(&drift), "{drift}");
    assert_ne!(signed["POLY_BUILDER_API_KEY"], lab.running.announcement().env["POLY_BUILDER_API_KEY"].as_str());
    let (_, list) = lab.l2(&lab.configured(), Method::GET, "/auth/builder-api-key", None).await;
    assert!(list[0]["revokedAt"].is_string());
}

#[tokio::test]
async fn sleeping_keys_wake_by_a_derive_and_new_ones_need_time() {
    let asleep = Lab::written("[server]\nkeys_asleep = true").await;
    let account = asleep.configured();
    let read = || asleep.l2(&account, Method::GET, "/auth/api-keys", None);
    assert_eq!(read().await.0, 401);
    assert_eq!(asleep.l1(Method::GET, DEMO_KEY, U256::ZERO).await.0, 200);
    assert_eq!(read().await.0, 200);
    let fresh = Lab::written("[server]\nkey_lag_seconds = 2").await;
    assert_eq!(reads(&fresh).await, (401, 200));
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert_eq!(reads(&fresh).await, (200, 200));
}

#[tokio::test]
async fn a_stale_balance_is_seen_after_an_update() {
    let lab = Lab::written("[server]\nbalance_cache_stale = true").await;
    let account = lab.configured();
    let ask = |path: &'static str| lab.l2(&account, Method::GET, path, None);
    let path = "/balance-allowance?asset_type=COLLATERAL&signature_type=2";
    assert_eq!(ask(path).await.1["balance"], "0");
    assert_eq!(ask("/balance-allowance/update?asset_type=COLLATERAL&signature_type=0").await.0, 200);
    assert_eq!(ask(path).await.1["balance"], "0");
    assert_eq!(ask("/balance-allowance/update?asset_type=COLLATERAL&signature_type=2").await.0, 200);
    assert_eq!(ask(path).await.1["balance"], "250000000");
}

#[tokio::test]
async fn faults_stand_in_the_way_of_what_they_fit() {
    let lab = Lab::written(
        r#"
        [[faults]]
        path = "/auth"
        method = "POST"
        answer = "block-page"
        [[faults]]
        path = "/time"
        first = 2
        answer = "rate-limited"
        [[faults]]
        path = "/-/gamma"
        status = 500
        body = '{"error":"out of order"}'
        [[faults]]
        path = "/auth/api-keys"
        drop_headers = ["POLY_PASSPHRASE"]
        "#,
    )
    .await;
    let (status, page) = lab.l1(Method::POST, DEMO_KEY, U256::ONE).await;
    assert_eq!(status, 403);
    assert!(page.as_str().unwrap().contains("Attention Required! | Cloudflare"));
    let limited = lab.http.get(lab.url("/time")).send().await.unwrap();
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "10"));
    assert_eq!(lab.get("/time").await.0, 429);
    assert_eq!(lab.get("/time").await.0, 200);
    let gamma = lab.get("/-/gamma/public-profile").await;
    assert_eq!((gamma.0.as_u16(), gamma.1), (500, json!({ "error": "out of order" })));
    assert_eq!(reads(&lab).await, (401, 200));
}

#[tokio::test]
async fn placeholders_give_every_spelling_of_a_secret() {
    let lab = Lab::written(
        r#"
        [settings]
        A = "{api_secret_standard}"
        B = "{api_secret_unpadded}"
        C = "{api_secret_hex}"
        D = "{other_safe} {relayer_key}"
        CLOB_API_KEY = ""
        "#,
    )
    .await;
    let env = &lab.running.announcement().env;
    assert_eq!(env["A"].replace('+', "-").replace('/', "_"), env["CLOB_SECRET"]);
    assert_eq!(format!("{}=", env["B"]), env["CLOB_SECRET"]);
    assert_eq!(env["C"].len(), 64);
    assert!(env["D"].starts_with("0x8ac5D4Bd2752AFc9F5CA531f19D617647216B893 7c0a"));
    assert!(!env.contains_key("CLOB_API_KEY"));
}

#[tokio::test]
async fn nothing_listens_at_the_closed_address() {
    let lab = Lab::named("clob-unreachable").await;
    let url = &lab.running.announcement().env["POLYMARKET_CLOB_URL"];
    assert!(lab.http.get(url).send().await.unwrap_err().is_connect());
    assert_eq!(lab.get("/ok").await.0, 200);
}

#[tokio::test]
async fn a_stopped_sandbox_no_longer_answers() {
    let Lab { running, http } = Lab::named("healthy-safe").await;
    let url = running.announcement().clob_url.clone();
    assert_eq!(answer(http.get(&url)).await.0, 200);
    running.stop().await.unwrap();
    assert!(http.get(&url).send().await.is_err());
    let Lab { running, http } = Lab::named("healthy-safe").await;
    let url = running.announcement().clob_url.clone();
    drop(running);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(http.get(&url).send().await.is_err());
}
