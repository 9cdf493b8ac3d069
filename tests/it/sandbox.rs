//! The sandbox's CLOB over HTTP: who gets in, who does not, and what keys live through.

use std::time::Duration;

use alloy_primitives::U256;
use polydoctor::auth::{builder, l1};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Account, DEMO_KEY, Lab, STRANGER_KEY, answer, credentials, now, signer};

const INVALID_L1: &str = "Invalid L1 Request headers";
const UNAUTHORIZED: &str = "Unauthorized/Invalid api key";

fn refused(status: u16, text: &str) -> (StatusCode, Value) {
    (StatusCode::from_u16(status).unwrap(), json!({ "error": text }))
}

#[tokio::test]
async fn a_nonce_selects_a_key_and_keys_live_side_by_side() {
    let lab = Lab::named("healthy-safe").await;
    for nonce in [U256::ZERO, U256::from(7), U256::from(u64::MAX), U256::MAX] {
        let derive = || lab.l1(Method::GET, STRANGER_KEY, nonce);
        let create = || lab.l1(Method::POST, STRANGER_KEY, nonce);
        assert_eq!(derive().await, refused(400, "Could not derive api key!"));
        let (status, made) = create().await;
        assert_eq!(status, 200);
        assert_eq!(create().await, refused(400, "Could not create api key"));
        assert_eq!(derive().await, (StatusCode::OK, made.clone()));
        assert_eq!(derive().await, (StatusCode::OK, made));
    }
    let (first, second) = (lab.create(STRANGER_KEY, 1).await, lab.create(STRANGER_KEY, 2).await);
    for account in [&first, &second] {
        let (status, body) = lab.l2(account, Method::GET, "/auth/api-keys", None).await;
        assert_eq!((status.as_u16(), body["apiKeys"].as_array().unwrap().len()), (200, 6));
    }
}

#[tokio::test]
async fn a_deleted_key_is_gone_and_gives_way_to_another() {
    let lab = Lab::named("healthy-safe").await;
    let (account, bystander) = (lab.create(STRANGER_KEY, 0).await, lab.create(STRANGER_KEY, 1).await);
    assert_eq!(lab.l2(&account, Method::DELETE, "/auth/api-key", None).await, (StatusCode::OK, json!("OK")));
    assert_eq!(lab.l2(&account, Method::GET, "/auth/api-keys", None).await, refused(401, UNAUTHORIZED));
    assert_eq!(lab.l2(&bystander, Method::GET, "/auth/api-keys", None).await.0, 200);
    assert_eq!(lab.l1(Method::GET, STRANGER_KEY, U256::ZERO).await, refused(400, "Could not derive api key!"));
    assert_ne!(lab.create(STRANGER_KEY, 0).await.credentials.key, account.credentials.key);
}

#[tokio::test]
async fn of_simultaneous_creations_one_wins() {
    let lab = Lab::named("healthy-safe").await;
    let headers = l1::headers(&signer(STRANGER_KEY), 137, now(), U256::from(3)).unwrap();
    let racers: Vec<_> =
        (0..32).map(|_| tokio::spawn(answer(lab.request(Method::POST, "/auth/api-key", &headers)))).collect();
    let mut winners = 0;
    for racer in racers {
        match racer.await.unwrap() {
            (StatusCode::OK, _) => winners += 1,
            other => assert_eq!(other, refused(400, "Could not create api key")),
        }
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn every_malformed_l1_set_is_refused_in_the_same_words() {
    let lab = Lab::named("healthy-safe").await;
    let right = l1::headers(&signer(STRANGER_KEY), 137, now(), U256::from(5)).unwrap();
    let other = signer(DEMO_KEY).address().to_string();
    let too_large = format!("{}0", U256::MAX);
    let bad: [(&str, &[&str]); 4] = [
        ("POLY_ADDRESS", &["", "0x", "0x12", "nobody", &other, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226600"]),
        (
            "POLY_SIGNATURE",
            &["", "0x", "0x00", "zz", &format!("0x{}", "0".repeat(130)), &format!("0x{}", "f".repeat(130))],
        ),
        ("POLY_TIMESTAMP", &["", "0", "-1", "now", "1e9", &"9".repeat(40), &now().saturating_mul(1000).to_string()]),
        ("POLY_NONCE", &["", "-1", "0x5", "5.0", "five", &too_large, "6"]),
    ];
    for (name, values) in bad {
        let without = right.iter().filter(|(header, _)| *header != name);
        let request = without
            .fold(lab.http.post(lab.url("/auth/api-key")), |request, (header, value)| request.header(header, value));
        assert_eq!(answer(request.try_clone().unwrap()).await, refused(401, INVALID_L1), "without {name}");
        for value in values {
            let request = request.try_clone().unwrap().header(name, *value);
            assert_eq!(answer(request).await, refused(401, INVALID_L1), "{name}: {value}");
        }
    }
    for (chain, drift) in [(80002, 0), (1, 0), (137, -31), (137, 33), (137, -86_400)] {
        let headers = l1::headers(&signer(STRANGER_KEY), chain, now() + drift, U256::from(5)).unwrap();
        let request = lab.request(Method::POST, "/auth/api-key", &headers);
        assert_eq!(answer(request).await, refused(401, INVALID_L1), "chain {chain}, drift {drift}");
    }
    assert_eq!(answer(lab.request(Method::POST, "/auth/api-key", &right)).await.0, 200);
}

#[tokio::test]
async fn every_malformed_l2_set_is_refused_in_the_same_words() {
    let lab = Lab::named("healthy-safe").await;
    let account = lab.create(STRANGER_KEY, 0).await;
    let right = account.headers(&Method::GET, "/auth/api-keys", None);
    let standard = right.get("POLY_SIGNATURE").unwrap().replace('-', "+").replace('_', "/");
    let stale = (now() - 31).to_string();
    let bad: [(&str, &[&str]); 5] = [
        ("POLY_ADDRESS", &["", "0x", "nobody", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"]),
        (
            "POLY_SIGNATURE",
            &["", "0x", "AAAA", &"A".repeat(10_000), right.get("POLY_SIGNATURE").unwrap().trim_end_matches('=')],
        ),
        ("POLY_TIMESTAMP", &["", "0", "-1", "now", &stale, "99999999999999999999"]),
        ("POLY_API_KEY", &["", "x", "ffffffff-ffff-4fff-8fff-ffffffffffff", "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5"]),
        ("POLY_PASSPHRASE", &["", "x", &"a".repeat(64)]),
    ];
    for (name, values) in bad {
        let without = right.iter().filter(|(header, _)| *header != name);
        let request = without
            .fold(lab.http.get(lab.url("/auth/api-keys")), |request, (header, value)| request.header(header, value));
        assert_eq!(answer(request.try_clone().unwrap()).await, refused(401, UNAUTHORIZED), "without {name}");
        for value in values {
            let request = request.try_clone().unwrap().header(name, *value);
            assert_eq!(answer(request).await, refused(401, UNAUTHORIZED), "{name}: {value}");
        }
        let bytes = reqwest::header::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
        assert_eq!(answer(request.header(name, bytes)).await, refused(401, UNAUTHORIZED), "{name}: no text");
    }
    assert_eq!(answer(lab.request(Method::GET, "/auth/api-keys", &right)).await.0, 200);
    // Standard base64 passes only where it happens to equal the URL-safe text, as in the published log.
    let expected = if standard == right.get("POLY_SIGNATURE").unwrap() { 200 } else { 401 };
    let request = lab.http.get(lab.url("/auth/api-keys"));
    let request = right.iter().fold(request, |request, (name, value)| {
        request.header(name, if name == "POLY_SIGNATURE" { &standard } else { value })
    });
    assert_eq!(answer(request).await.0, expected);
}

#[tokio::test]
async fn a_signature_covers_method_path_and_the_exact_bytes_of_the_body_but_no_query() {
    let lab = Lab::named("healthy-safe").await;
    let account = lab.create(STRANGER_KEY, 0).await;
    let made = lab.l2(&account, Method::POST, "/auth/readonly-api-key", None).await.1;
    let body = json!({ "key": made["apiKey"] }).to_string();
    let headers = account.headers(&Method::DELETE, "/auth/readonly-api-key", Some(&body));
    let send = |body: String| answer(lab.request(Method::DELETE, "/auth/readonly-api-key", &headers).body(body));
    assert_eq!(send(body.replace(':', ": ")).await, refused(401, UNAUTHORIZED));
    assert_eq!(send(String::new()).await, refused(401, UNAUTHORIZED));
    assert_eq!(send(body).await, (StatusCode::OK, json!(true)));
    let get = account.headers(&Method::GET, "/data/orders", None);
    let query = "/data/orders?next_cursor=MA%3D%3D&x=1";
    assert_eq!(answer(lab.request(Method::GET, query, &get)).await.0, 200);
    assert_eq!(answer(lab.request(Method::GET, "/data/trades", &get)).await, refused(401, UNAUTHORIZED));
    let with_query = account.headers(&Method::GET, query, None);
    assert_eq!(answer(lab.request(Method::GET, query, &with_query)).await, refused(401, UNAUTHORIZED));
    let not_text = lab.request(Method::POST, "/orders-scoring", &get).body(vec![0xff, 0xfe]);
    assert_eq!(answer(not_text).await, refused(401, UNAUTHORIZED));
}

#[tokio::test]
async fn read_only_keys_read_orders_and_nothing_else() {
    let lab = Lab::named("healthy-safe").await;
    let account = lab.create(STRANGER_KEY, 0).await;
    let key =
        lab.l2(&account, Method::POST, "/auth/readonly-api-key", None).await.1["apiKey"].as_str().unwrap().to_owned();
    let address = account.signer.address().to_string();
    let read = |path: &'static str, address: String| {
        let request = lab.http.get(lab.url(path)).header("POLY_READONLY_API_KEY", &key);
        answer(request.header("POLY_ADDRESS", address))
    };
    assert_eq!(read("/data/orders?maker_address=0x1", address.clone()).await.0, 200);
    assert_eq!(read("/auth/api-keys", address.clone()).await, refused(401, UNAUTHORIZED));
    let other = signer(DEMO_KEY).address().to_string();
    assert_eq!(read("/data/orders", other).await, refused(401, UNAUTHORIZED));
    let validate = format!("/auth/validate-readonly-api-key?address={address}&key={key}");
    assert_eq!(lab.get(&validate).await.0, 200);
    let body = json!({ "key": key }).to_string();
    let delete = || lab.l2(&account, Method::DELETE, "/auth/readonly-api-key", Some(&body));
    assert_eq!(delete().await, (StatusCode::OK, json!(true)));
    assert_eq!(delete().await, (StatusCode::OK, json!(false)));
    assert_eq!(lab.get(&validate).await.0, 401);
    assert_eq!(read("/data/orders", address).await, refused(401, UNAUTHORIZED));
}

async fn open_builder_keys(lab: &Lab, account: &Account) -> Vec<String> {
    let (_, list) = lab.l2(account, Method::GET, "/auth/builder-api-key", None).await;
    let open = list.as_array().unwrap().iter().filter(|entry| entry.get("revokedAt").is_none());
    open.map(|entry| entry["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn builder_keys_are_revoked_in_both_ways() {
    let lab = Lab::named("healthy-safe").await;
    let account = lab.create(STRANGER_KEY, 0).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let (status, body) = lab.l2(&account, Method::POST, "/auth/builder-api-key", None).await;
        assert_eq!(status, 200);
        assert!(builder::builder_key_created_ms(body["key"].as_str().unwrap()).is_some());
        made.push(credentials(&body, "key"));
    }
    // With its own headers it revokes itself, wherever it stands in the list.
    let path = "/auth/builder-api-key";
    let headers = builder::headers(&made[0], now(), "DELETE", path, None).unwrap();
    assert_eq!(answer(lab.request(Method::DELETE, path, &headers)).await, (StatusCode::OK, json!("OK")));
    assert_eq!(open_builder_keys(&lab, &account).await, [made[1].key.clone(), made[2].key.clone()]);
    assert_eq!(answer(lab.request(Method::DELETE, path, &headers)).await, refused(401, UNAUTHORIZED));
    // With the user's headers the newest goes.
    assert_eq!(lab.l2(&account, Method::DELETE, path, None).await, (StatusCode::OK, json!("OK")));
    assert_eq!(open_builder_keys(&lab, &account).await, [made[1].key.clone()]);
    assert_eq!(lab.l2(&account, Method::DELETE, path, None).await.0, 200);
    assert_eq!(lab.l2(&account, Method::DELETE, path, None).await.0, 400);
    let demo = open_builder_keys(&lab, &lab.configured()).await;
    assert_eq!(demo, ["019894b9-cb40-79c4-b2bd-6aecb6f8c6c5"]);
}

/// Every trade that a query lists, page after page; and how many pages.
async fn all_trades(lab: &Lab, query: &str) -> (Vec<Value>, usize) {
    let (mut trades, mut cursor, mut pages) = (Vec::new(), "MA==".to_owned(), 0);
    while cursor != "LTE=" {
        let cursor_text = cursor.replace('=', "%3D");
        let (status, page) = lab.get(&format!("/builder/trades?{query}&next_cursor={cursor_text}")).await;
        assert_eq!(status, 200, "{page}");
        trades.extend(page["data"].as_array().unwrap().clone());
        assert_eq!(page["count"], page["data"].as_array().unwrap().len());
        page["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        pages += 1;
    }
    (trades, pages)
}

#[tokio::test]
async fn builder_trades_have_pages_and_filters() {
    let lab = Lab::named("healthy-safe").await;
    let env = &lab.running.announcement().env;
    for code in [env["POLY_BUILDER_CODE"].clone(), format!("0x{}", "11".repeat(32))] {
        let (all, pages) = all_trades(&lab, &format!("builder_code={code}")).await;
        assert!(pages >= 2 && all.len() > 300);
        let mut ids: Vec<&str> = all.iter().map(|trade| trade["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all.len(), "no trade is on two pages");
        let sample = &all[30];
        for (parameter, field) in [("id", "id"), ("market", "market"), ("asset_id", "assetId"), ("maker", "maker")] {
            let wanted = sample[field].as_str().unwrap();
            let (found, _) = all_trades(&lab, &format!("builder_code={code}&{parameter}={wanted}")).await;
            assert!(found.contains(sample) && found.len() < all.len(), "{parameter}");
            assert!(found.iter().all(|trade| trade[field] == wanted), "{parameter}");
        }
        let time = sample["matchTime"].as_str().unwrap();
        let (before, _) = all_trades(&lab, &format!("builder_code={code}&before={time}")).await;
        let (after, _) = all_trades(&lab, &format!("builder_code={code}&after={time}")).await;
        let at = all.iter().filter(|trade| trade["matchTime"] == time).count();
        assert_eq!(before.len() + after.len() + at, all.len());
    }
    let unknown = format!("builder_code=0x{}", "22".repeat(32));
    assert_eq!(all_trades(&lab, &unknown).await, (Vec::new(), 1));
    let zero = format!("/builder/trades?builder_code=0x{}", "00".repeat(32));
    for path in ["/builder/trades", "/builder/trades?builder_code=0x11", zero.as_str()] {
        assert_eq!(lab.get(path).await, refused(400, "invalid builder trade params"));
    }
    let key = polydoctor::auth::l2::ApiCredentials {
        key: env["POLY_BUILDER_API_KEY"].clone(),
        secret: polydoctor::secret::Secret::new(&*env["POLY_BUILDER_SECRET"]),
        passphrase: polydoctor::secret::Secret::new(&*env["POLY_BUILDER_PASSPHRASE"]),
    };
    let headers = builder::headers(&key, now(), "GET", "/builder/trades", None).unwrap();
    let (status, page) = answer(lab.request(Method::GET, "/builder/trades", &headers)).await;
    assert_eq!((status.as_u16(), &page["count"]), (200, &json!(300)));
}

#[tokio::test]
async fn an_accounts_own_trades_are_those_under_its_builder_code() {
    let lab = Lab::written("[account]\nunattributed_trades = 3\npending_trades = 2").await;
    let (_, page) = lab.l2(&lab.configured(), Method::GET, "/data/trades?next_cursor=MA%3D%3D", None).await;
    let own = page["data"].as_array().unwrap();
    assert_eq!(own.len(), 17);
    let code = &lab.running.announcement().env["POLY_BUILDER_CODE"];
    let (listed, _) = all_trades(&lab, &format!("builder_code={code}")).await;
    let attributed =
        own.iter().filter(|own| listed.iter().any(|trade| trade["transactionHash"] == own["transaction_hash"]));
    assert_eq!(attributed.count(), 12);
    assert_eq!(own.iter().filter(|trade| trade["status"] == "MATCHED").count(), 2);
}

#[tokio::test]
async fn no_order_is_taken_and_each_mistake_has_its_documented_words() {
    let lab = Lab::named("healthy-deposit-beacon").await;
    let account = lab.configured();
    let env = &lab.running.announcement().env;
    let (funder, eoa) = (env["POLYMARKET_FUNDER"].as_str(), account.signer.address().to_string());
    let owner = account.credentials.key.as_str();
    let order = |maker: &str, signer: &str, kind: u8| json!({ "order": { "maker": maker, "signer": signer, "signatureType": kind, "timestamp": "1" }, "owner": owner });
    let mut of_version_1 = order(funder, funder, 3);
    of_version_1["order"]["nonce"] = json!("0");
    let mut foreign = order(funder, funder, 3);
    foreign["owner"] = json!("x");
    for (body, text) in [
        (json!({}), "Invalid order payload"),
        (of_version_1, "invalid order version, please use the latest clob-client"),
        (foreign, "the order owner has to be the owner of the API KEY"),
        (order(funder, &eoa, 3), "the order signer address has to be the address of the API KEY"),
        (order(funder, &eoa, 2), "maker address not allowed, please use the deposit wallet flow"),
        (order(&eoa, funder, 3), "invalid signature"),
        (order(funder, funder, 3), "the market is not yet ready to process new orders"),
    ] {
        let answer = lab.l2(&account, Method::POST, "/order", Some(&body.to_string())).await;
        assert_eq!(answer, refused(400, text), "{body}");
    }
    let many = json!(vec![json!({}); 16]).to_string();
    let (status, body) = lab.l2(&account, Method::POST, "/orders", Some(&many)).await;
    assert_eq!((status.as_u16(), &body["error"]), (400, &json!("Too many orders in payload: 16, max allowed: 15")));
    assert_eq!(lab.http.post(lab.url("/order")).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn balances_are_those_of_the_wallet_of_the_signature_type() {
    let lab = Lab::named("healthy-proxy").await;
    let account = lab.configured();
    let ask = |query: &str| {
        let path = format!("/balance-allowance?{query}");
        let account = &account;
        let lab = &lab;
        async move { lab.l2(account, Method::GET, &path, None).await }
    };
    let (_, body) = ask("asset_type=COLLATERAL&signature_type=1").await;
    assert_eq!(body["balance"], "250000000");
    assert!(body["allowances"].as_object().unwrap().values().all(|amount| *amount == U256::MAX.to_string()));
    for (query, balance) in [("asset_type=COLLATERAL", "0"), ("asset_type=COLLATERAL&signature_type=2", "0")] {
        assert_eq!(ask(query).await.1["balance"], balance, "{query}");
    }
    assert_eq!(ask("asset_type=CONDITIONAL&signature_type=1&token_id=1").await.1["balance"], "0");
    for (query, text) in [
        ("", "Invalid asset type"),
        ("asset_type=collateral", "Invalid asset type"),
        ("asset_type=COLLATERAL&signature_type=4", "Invalid signature_type"),
        ("asset_type=COLLATERAL&signature_type=3", "no deposit wallet found for owner"),
    ] {
        assert_eq!(ask(query).await, refused(400, text), "{query}");
    }
}

#[tokio::test]
async fn heartbeats_follow_each_other() {
    let lab = Lab::named("healthy-safe").await;
    let account = lab.configured();
    let beat = |body: Value| {
        let (lab, account) = (&lab, &account);
        async move { lab.l2(account, Method::POST, "/v1/heartbeats", Some(&body.to_string())).await }
    };
    let (_, first) = beat(json!({ "heartbeat_id": "" })).await;
    let (_, second) = beat(json!({ "heartbeat_id": first["heartbeat_id"] })).await;
    assert_ne!(first["heartbeat_id"], second["heartbeat_id"]);
    let (status, refusal) = beat(json!({ "heartbeat_id": first["heartbeat_id"] })).await;
    assert_eq!((status.as_u16(), &refusal["heartbeat_id"]), (400, &second["heartbeat_id"]));
    assert_eq!(beat(json!({ "heartbeat_id": null })).await.0, 200);
}

#[tokio::test]
async fn the_service_has_a_clock_of_its_own() {
    let lab = Lab::written("[server]\nclock_offset_seconds = 240").await;
    let response = lab.http.get(lab.url("/time")).send().await.unwrap();
    let date = response.headers()["date"].to_str().unwrap().to_owned();
    let time: i64 = response.text().await.unwrap().parse().unwrap();
    assert!((238..=242).contains(&(time - now())));
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&date).unwrap();
    assert!((date.as_second() - time).abs() <= 1);
    let account = lab.configured();
    assert_eq!(lab.l2(&account, Method::GET, "/auth/api-keys", None).await, refused(401, UNAUTHORIZED));
    let (status, body) = lab.get("/server-time").await;
    assert_eq!(status, 404, "{body}");
}

#[tokio::test]
async fn latency_holds_answers_back_side_by_side() {
    let options = polydoctor::sandbox::Options {
        listen: crate::support::ANY_PORT,
        scenario: polydoctor::sandbox::scenario::find("healthy-safe").unwrap(),
        latency: Duration::from_millis(200),
        seed: 1,
    };
    let lab = Lab { running: polydoctor::sandbox::start(options).await.unwrap(), http: crate::support::client() };
    let start = std::time::Instant::now();
    let requests: Vec<_> = (0..20).map(|_| tokio::spawn(answer(lab.http.get(lab.url("/time"))))).collect();
    for request in requests {
        assert_eq!(request.await.unwrap().0, 200);
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_millis(1500), "{took:?}");
}
