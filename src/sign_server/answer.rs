//! The official server, request by request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, CONNECTION, CONTENT_TYPE, RETRY_AFTER, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::accounts::{Entry, Signer};
use super::rate_limit::Throttle;
use super::{body, request};
use crate::auth::AuthHeaders;

/// An answer, and what is to be counted of it.
pub(super) struct Reply {
    pub(super) response: Response<Full<Bytes>>,
    /// Whose token came with the request.
    pub(super) account: Option<Arc<str>>,
    /// The time that signing took.
    pub(super) signing: Option<Duration>,
}

impl From<Response<Full<Bytes>>> for Reply {
    fn from(response: Response<Full<Bytes>>) -> Self {
        Self { response, account: None, signing: None }
    }
}

/// Answers as the official server does: CORS, then the body, then the token, then the route. Only how
/// much is kept of the body depends on the token.
pub(super) async fn answer<B: Body + Unpin>(signer: &Signer, head: &Parts, body: B) -> Reply {
    if head.method == Method::OPTIONS {
        return preflight(&head.headers).into();
    }
    let entry = signer.authorize(&head.headers);
    let value = match body::read(&head.headers, body, entry.is_ok()).await {
        Ok(value) => value,
        Err(status) => return json_response(status, &internal_error()).into(),
    };
    let entry = match entry {
        Ok(entry) => entry,
        Err(refusal) => return unauthorized(refusal).into(),
    };
    let path = head.uri.path();
    let began = Instant::now();
    let (response, signing) = match (&head.method, route(path).as_str()) {
        (&Method::GET | &Method::HEAD, "") => (json_response(StatusCode::OK, &json!({ "data": "OK" })), None),
        (&Method::POST, "/sign") => match sign(signer, entry, &value) {
            Ok(headers) => (json_response(StatusCode::OK, &headers), Some(began.elapsed())),
            Err(refusal) => (refusal.response(), None),
        },
        _ => (not_found(path), None),
    };
    Reply { response, account: Some(Arc::clone(&entry.account)), signing }
}

/// A path as the official router compares it: in any case, with or without a slash at its end.
pub(super) fn route(path: &str) -> String {
    path.strip_suffix('/').unwrap_or(path).to_ascii_lowercase()
}

/// What the metrics call the route of a path.
pub(super) fn named(path: &str) -> &'static str {
    match route(path).as_str() {
        "" => "/",
        "/sign" => "/sign",
        _ => "other",
    }
}

/// Headers as the body of an answer; the one place where they become text.
struct Signed(AuthHeaders);

impl Serialize for Signed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

/// Why something is not signed.
enum Refusal {
    /// The token's rate limit is used up for so long.
    TooMany(Duration),
    /// It has another shape; what the official server says of it.
    Invalid(Value),
    /// It is not among what this server signs.
    NotAllowed,
}

impl Refusal {
    fn response(self) -> Response<Full<Bytes>> {
        match self {
            Self::TooMany(wait) => too_many(wait),
            Self::Invalid(details) => {
                json_response(StatusCode::BAD_REQUEST, &json!({ "error": "Invalid request", "details": details }))
            }
            Self::NotAllowed => {
                let refusal =
                    json!({ "error": "This server does not sign this method and path, or a body that is not JSON" });
                json_response(StatusCode::FORBIDDEN, &refusal)
            }
        }
    }
}

/// The request's own timestamp is checked and not used: the official server stamps by its clock.
fn sign(signer: &Signer, entry: &Entry, body: &Value) -> Result<Signed, Refusal> {
    let wanted = request::read(body).map_err(Refusal::Invalid)?;
    if !signer.lets_pass(wanted.method, wanted.path, wanted.body) {
        return Err(Refusal::NotAllowed);
    }
    if let Some(wait) = entry.throttle.as_deref().and_then(Throttle::wait) {
        return Err(Refusal::TooMany(wait));
    }
    Ok(Signed(entry.key.headers(signer.now(), wanted.method, wanted.path, wanted.body)))
}

pub(super) fn json_response(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    let text = serde_json::to_string(value).unwrap_or_else(|_| unreachable!("texts and maps of texts are JSON"));
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

pub(super) fn unauthorized(refusal: &str) -> Response<Full<Bytes>> {
    json_response(StatusCode::UNAUTHORIZED, &json!({ "error": refusal }))
}

/// Refuses a caller; what it still sends is not read.
pub(super) fn refused(status: StatusCode, why: &impl ToString) -> Response<Full<Bytes>> {
    let mut response = json_response(status, &json!({ "error": why.to_string() }));
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

pub(super) fn not_found(path: &str) -> Response<Full<Bytes>> {
    json_response(StatusCode::NOT_FOUND, &json!({ "error": "Not Found", "path": path }))
}

/// What the official server says of a body that it cannot read, whatever the status.
fn internal_error() -> Value {
    json!({ "error": "Internal Server Error" })
}

fn too_many(wait: Duration) -> Response<Full<Bytes>> {
    let mut response = json_response(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": "Too Many Requests" }));
    // whole seconds, and never a moment too early
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    response.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
    response
}

fn preflight(headers: &HeaderMap) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE"));
    if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}
