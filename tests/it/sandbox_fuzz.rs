//! Whatever is sent to the sandbox, it answers JSON and never fails.

use polydoctor::auth::l1;
use reqwest::{Method, header::HeaderValue};

use crate::support::{Lab, STRANGER_KEY, now, signer};

const PATHS: [&str; 34] = [
    "/",
    "/ok",
    "/time",
    "/version",
    "/server-time",
    "/auth/api-key",
    "/auth/derive-api-key",
    "/auth/api-keys",
    "/auth/ban-status/closed-only",
    "/auth/readonly-api-key",
    "/auth/readonly-api-keys",
    "/auth/validate-readonly-api-key?address=%zz&key=%00",
    "/auth/builder-api-key",
    "/v1/user/session-signers",
    "/v1/heartbeats",
    "/balance-allowance?asset_type=COLLATERAL&signature_type=999999999999",
    "/balance-allowance/update",
    "/notifications",
    "/data/orders?next_cursor=%ff",
    "/data/order/%2e%2e",
    "/data/trades?before=never&market=0x",
    "/order",
    "/orders",
    "/orders-scoring",
    "/neg-risk?token_id=-1",
    "/fees/builder-fees/x",
    "/builder/trades?builder_code=0x1&next_cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ==",
    "/builder/trades?builder_code=0x1111111111111111111111111111111111111111111111111111111111111111&next_cursor=OTk5OTk=",
    "/-/rpc",
    "/-/gamma/public-profile?address=nobody",
    "/-/data/v2/approvals",
    "/-/relayer/nonce?address=0x0000000000000000000000000000000000000000&type=X",
    "/-/relayer/transactions",
    "/-/nowhere",
];

const BODIES: [&[u8]; 7] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    br#"{"id":{},"method":"eth_call","params":[{"to":"0x4D97DCd97eC945f40cF65F87097ACe5EA0476045","data":"0x00fdd58e"}]}"#,
    br#"[1,{"method":"eth_getStorageAt","params":["0x4D97DCd97eC945f40cF65F87097ACe5EA0476045","0x"]},[]]"#,
];

#[tokio::test]
async fn every_route_answers_json_to_everything() {
    let lab = Lab::named("healthy-safe").await;
    let garbage = HeaderValue::from_bytes(&[0xff; 200]).unwrap();
    let l1 = l1::headers(&signer(STRANGER_KEY), 137, now(), alloy_primitives::U256::ZERO).unwrap();
    for path in PATHS {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::PUT, Method::OPTIONS] {
            for body in BODIES {
                let request = lab.request(method.clone(), path, &l1).header("POLY_API_KEY", &garbage).body(body);
                let response = request.header("POLY_BUILDER_API_KEY", &garbage).send().await.unwrap();
                let status = response.status();
                assert!(!status.is_server_error(), "{method} {path}: {status}");
                let content_type = response.headers()["content-type"].to_str().unwrap();
                assert_eq!(content_type, "application/json", "{method} {path}: {status}");
            }
        }
    }
    let large = lab.http.post(lab.url("/order")).body(vec![b'x'; 5_000_000]).send().await;
    // Refused before all of it is read, which some clients see as a broken connection.
    assert!(large.map_or(true, |response| response.status() == 413));
    assert_eq!(lab.get("/ok").await.0, 200);
}
