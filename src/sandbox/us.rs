//! Polymarket US: the host for signed requests, which verifies Ed25519 signatures for real, its public
//! gateway, and the private channel.
//!
//! What the service says to a wrong signature or a stale timestamp is not known, so nothing is said: 401
//! and an empty body.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use super::Sandbox;
use super::http::Received;
use super::names::Names;
use crate::auth::us::{self, KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE_S, UsKey};
use crate::endpoints::{US_BALANCES, US_MARKETS, US_POSITIONS, US_PRIVATE_CHANNEL};
use crate::secret::Secret;

/// Where each host is.
pub(super) const SIGNED: &str = "/-/us";
pub(super) const GATEWAY: &str = "/-/us-gate";

/// The demo account's key: the seed and public key of RFC 8032's first test. Nothing of value is theirs.
pub(super) const KEY_ID: &str = "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11";
const SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
/// Somebody else's: those of its second test.
const OTHER_KEY_ID: &str = "b7a9d3c4-1e2f-4c5a-8d6b-0f9e8d7c6b5a";
const OTHER_SECRET: &str = "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs9QBfD6EOJWpK3CqdNG368nJgszy7ElozAzVXxKvRmDA==";

/// What stands at the root of the host too, for clients that keep only the origin of their base URL.
const AT_ROOT: [&str; 6] =
    [US_BALANCES, US_POSITIONS, "/v1/portfolio/activities", "/v1/orders/open", US_MARKETS, US_PRIVATE_CHANNEL];

/// Whether a path is of Polymarket US, at the root.
pub(super) fn is_at_root(path: &str) -> bool {
    AT_ROOT.contains(&path)
}

pub(super) fn routes(router: Router<Arc<Sandbox>>) -> Router<Arc<Sandbox>> {
    let router = router
        .route(&format!("{SIGNED}{US_PRIVATE_CHANNEL}"), get(channel))
        .route(&format!("{SIGNED}/{{*path}}"), any(signed))
        .route(&format!("{GATEWAY}/{{*path}}"), any(public));
    AT_ROOT.into_iter().fold(router, |router, path| match path {
        US_PRIVATE_CHANNEL => router.route(path, get(channel)),
        US_MARKETS => router.route(path, any(public)),
        _ => router.route(path, any(signed)),
    })
}

/// The key in all the ways in which it gets rewritten.
pub(super) fn name(names: &mut Names) {
    let bytes = STANDARD.decode(SECRET).unwrap_or_default();
    let other = STANDARD.decode(OTHER_SECRET).unwrap_or_default();
    let (seed, public) = (bytes.get(..32).unwrap_or_default(), other.get(32..).unwrap_or_default());
    for (name, value) in [
        ("us_key_id", KEY_ID.to_owned()),
        ("us_secret", SECRET.to_owned()),
        ("us_seed", STANDARD.encode(seed)),
        ("us_secret_unpadded", SECRET.trim_end_matches('=').to_owned()),
        ("us_secret_url_safe", URL_SAFE.encode(&bytes)),
        ("us_secret_hex", alloy_primitives::hex::encode(seed)),
        ("us_secret_cut", STANDARD.encode(&seed[..seed.len().min(31)])),
        ("us_secret_of_two", STANDARD.encode([seed, public].concat())),
        ("other_us_key_id", OTHER_KEY_ID.to_owned()),
        ("other_us_secret", OTHER_SECRET.to_owned()),
    ] {
        names.add(name, value);
    }
}

/// A refusal in plain text; empty where the text is not known.
fn refusal(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

impl Sandbox {
    /// Whether the three headers are those of a key, for this method and path; what is said where they are not.
    fn us_key(&self, headers: &HeaderMap, method: &Method, path: &str) -> Result<(), &'static str> {
        let header = |name: &str| headers.get(name)?.to_str().ok().filter(|text| !text.is_empty());
        let (Some(id), Some(timestamp), Some(signature)) =
            (header(KEY_HEADER), header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER))
        else {
            return Err("Missing required API key headers");
        };
        let secret = match id {
            KEY_ID if !self.scenario.us.revoked => SECRET,
            OTHER_KEY_ID => OTHER_SECRET,
            _ => return Err("API key not found\n"),
        };
        let key = UsKey::decode(&Secret::new(secret)).map_err(|_| "")?;
        let stamp_ms: i64 = timestamp.parse().map_err(|_| "")?;
        let off_ms = self.timestamp().as_millisecond().abs_diff(stamp_ms);
        let is_in_time = Duration::from_millis(off_ms).as_secs_f64() <= TOLERANCE_S;
        let is_signed = key.verifies(&us::message(stamp_ms, method.as_str(), path), signature);
        if is_in_time && is_signed { Ok(()) } else { Err("") }
    }

    fn us_balances(&self) -> Value {
        json!([{
            "currency": "USD",
            "currentBalance": self.scenario.us.balance,
            "buyingPower": self.scenario.us.balance,
            "openOrders": 0.0,
        }])
    }
}

/// Every path of it wants the three headers, public-looking ones too.
async fn signed(State(sandbox): State<Arc<Sandbox>>, received: Received) -> Response {
    if let Err(refused) = sandbox.us_key(&received.headers, &received.method, &received.path) {
        return refusal(StatusCode::UNAUTHORIZED, refused);
    }
    let listing = |name: &str| Json(json!({ name: [], "eof": true })).into_response();
    match (received.method.as_str(), received.path.as_str()) {
        ("GET", US_BALANCES) => Json(json!({ "balances": sandbox.us_balances() })).into_response(),
        ("GET", US_POSITIONS) => Json(json!({ "positions": {}, "eof": true })).into_response(),
        ("GET", "/v1/portfolio/activities") => listing("activities"),
        ("GET", "/v1/orders/open") => Json(json!({ "orders": [] })).into_response(),
        _ => refusal(StatusCode::NOT_FOUND, ""),
    }
}

/// What anybody may read; signed paths are not there.
async fn public(received: Received) -> Response {
    match (received.method.as_str(), received.path.as_str()) {
        ("GET", US_MARKETS) => {
            let market = json!({ "id": "1", "slug": "sandbox-market", "question": "Does the sandbox answer?" });
            Json(json!({ "markets": [market] })).into_response()
        }
        _ => refusal(StatusCode::NOT_FOUND, ""),
    }
}

/// Signed as a GET of its path, whatever base URL the client has.
async fn channel(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    _: Request,
) -> Response {
    if let Err(refused) = sandbox.us_key(&headers, &Method::GET, US_PRIVATE_CHANNEL) {
        return refusal(StatusCode::UNAUTHORIZED, refused);
    }
    match upgrade {
        Ok(upgrade) => upgrade.max_message_size(64 * 1024).on_upgrade(|socket| serve(sandbox, socket)),
        Err(rejection) => rejection.into_response(),
    }
}

async fn serve(sandbox: Arc<Sandbox>, mut socket: WebSocket) {
    const HEARTBEAT: Duration = Duration::from_secs(15);
    const GOING_AWAY: u16 = 1001;
    let mut beats = tokio::time::interval(HEARTBEAT);
    loop {
        let answer = tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => answer(&sandbox, &text),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => None,
            },
            _ = beats.tick() => Some(json!({ "heartbeat": {} })),
            () = sandbox.live.end() => {
                let frame = CloseFrame { code: GOING_AWAY, reason: "".into() };
                let _ = socket.send(Message::Close(Some(frame))).await;
                return;
            }
        };
        let Some(answer) = answer else { continue };
        tokio::time::sleep(sandbox.live.latency).await;
        if socket.send(Message::Text(answer.to_string().into())).await.is_err() {
            return;
        }
    }
}

/// A snapshot at once for what has one; positions have updates only.
fn answer(sandbox: &Sandbox, text: &str) -> Option<Value> {
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return Some(json!({ "error": "invalid_message" }));
    };
    let subscribe = frame.get("subscribe")?;
    let (id, kind) = (subscribe.get("requestId")?, subscribe.get("subscriptionType")?.as_str()?);
    let (kind, name, snapshot) = match kind {
        "SUBSCRIPTION_TYPE_ACCOUNT_BALANCE" => {
            (kind, "accountBalancesSnapshot", json!({ "balances": sandbox.us_balances() }))
        }
        "SUBSCRIPTION_TYPE_ORDER" => {
            ("SUBSCRIPTION_TYPE_ORDER_SNAPSHOT", "orderSubscriptionSnapshot", json!({ "orders": [], "eof": true }))
        }
        _ => return None,
    };
    Some(json!({ "requestId": id, "subscriptionType": kind, name: snapshot }))
}
