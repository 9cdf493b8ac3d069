//! The signing server against the answers recorded from the official one.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use polydoctor::auth::l2::{ApiCredentials, SecretKey, message};
use polydoctor::secret::Secret;
use polydoctor::sign_server::{self, Signer};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::{ANY_PORT, Lab, client, now};

pub(crate) fn recorded() -> Value {
    let text = include_str!("../vectors/builder.json");
    serde_json::from_str::<Value>(text).unwrap()["signing_server"].take()
}

fn credentials(recorded: &Value) -> ApiCredentials {
    let part = |name: &str| recorded["creds"][name].as_str().unwrap().to_owned();
    ApiCredentials {
        key: part("key"),
        secret: Secret::new(part("secret")),
        passphrase: Secret::new(part("passphrase")),
    }
}

/// A server of its own; its URL.
async fn serve(recorded: &Value, token: Option<&str>) -> String {
    let signer = Signer::new(&credentials(recorded), token.map(Secret::new).as_ref()).unwrap();
    let listener = tokio::net::TcpListener::bind(ANY_PORT).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, sign_server::router(signer)).await });
    url
}

/// The bytes of a recorded request; long ones are recorded by a description.
fn payload(request: &Value) -> Option<Vec<u8>> {
    if let Some(text) = request["gzip_body"].as_str() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        return Some(encoder.finish().unwrap());
    }
    let Some(length) = request["body_length"].as_u64() else {
        return request["body"].as_str().map(|text| text.as_bytes().to_vec());
    };
    let head = &request["body_is"];
    let build = |body: String| json!({ "method": head["method"], "path": head["path"], "body": body }).to_string();
    let fill = usize::try_from(length).unwrap() - build(String::new()).len();
    Some(build("x".repeat(fill)).into_bytes())
}

/// What was signed in a case that answers 200.
fn signed_parts(case: &Value) -> (String, String, String) {
    let sent = payload(&case["request"]).unwrap();
    let text = case["request"]["gzip_body"].as_str().map_or(sent, |text| text.as_bytes().to_vec());
    let body: Value = serde_json::from_slice(&text).unwrap();
    let part = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (part("method"), part("path"), part("body"))
}

async fn replay(http: &Client, base: &str, case: &Value, credentials: &ApiCredentials) {
    let (id, request, expected) = (&case["id"], &case["request"], &case["response"]);
    let method: Method = request["method"].as_str().unwrap().parse().unwrap();
    let mut sending = http.request(method, format!("{base}{}", request["path"].as_str().unwrap()));
    for (name, value) in request["headers"].as_object().unwrap() {
        sending = sending.header(name, value.as_str().unwrap());
    }
    if let Some(bytes) = payload(request) {
        sending = sending.body(bytes);
    }
    let response = sending.send().await.unwrap();
    let header = |name: &str| response.headers().get(name).map_or(Value::Null, |value| value.to_str().unwrap().into());
    assert_eq!(json!(response.status().as_u16()), expected["status"], "{id}");
    assert_eq!(header("content-type"), expected["content_type"], "{id}");
    assert_eq!(header("access-control-allow-origin"), expected["access_control_allow_origin"], "{id}");
    let text = response.text().await.unwrap();
    let mut body: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    let mut wanted = expected["body"].clone();
    if wanted.get("POLY_BUILDER_SIGNATURE").is_some() {
        let timestamp: i64 = body["POLY_BUILDER_TIMESTAMP"].as_str().unwrap().parse().unwrap();
        assert!((now() - timestamp).abs() < 60, "{id}");
        let (method, path, text) = signed_parts(case);
        let secret = SecretKey::decode(&credentials.secret).unwrap();
        let signature = body["POLY_BUILDER_SIGNATURE"].as_str().unwrap();
        assert!(secret.verifies(&message(timestamp, &method, &path, Some(&text)), signature), "{id}");
        for clocked in ["POLY_BUILDER_TIMESTAMP", "POLY_BUILDER_SIGNATURE"] {
            body[clocked].take();
            wanted[clocked].take();
        }
    }
    assert_eq!(body, wanted, "{id}");
}

pub(crate) async fn replay_all(open: &str, guarded: &str) {
    let recorded = recorded();
    let http = client();
    let cases = recorded["cases"].as_array().unwrap();
    assert!(cases.len() >= 50);
    for case in cases {
        let base = if case["server"] == "started with a token" { guarded } else { open };
        replay(&http, base, case, &credentials(&recorded)).await;
    }
}

#[tokio::test]
async fn answers_as_the_official_server() {
    let recorded = recorded();
    let open = serve(&recorded, None).await;
    let guarded = serve(&recorded, recorded["token"].as_str()).await;
    replay_all(&open, &guarded).await;
}

#[tokio::test]
async fn answers_the_same_inside_the_sandbox() {
    let lab = Lab::named("healthy-safe").await;
    replay_all(&lab.url("/-/signer"), &lab.url("/-/token-signer")).await;
    for path in ["/-/signer", "/-/signer/"] {
        assert_eq!(lab.get(path).await, (reqwest::StatusCode::OK, json!({ "data": "OK" })));
    }
}
