//! The builder signing server: `POST /sign {method, path, body?, timestamp?}` to the four
//! `POLY_BUILDER_*` headers, so that the builder's secret stays on one machine.
//!
//! It answers as the official server (Polymarket/builder-signing-server, 53 recorded requests in
//! `tests/vectors/builder.json`): CORS first, then the body, then the token, then the route.

mod allowed;
mod body;
mod request;
mod server;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, CONTENT_TYPE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::auth::builder;
use crate::auth::l2::{ApiCredentials, NotBase64, SecretKey};
use crate::secret::{Secret, same_text};
pub use allowed::Allowed;
pub use server::{Answered, server};

/// What a signing server signs with, and for whom.
pub struct Signer {
    credentials: ApiCredentials,
    /// `Authorization: Bearer …` that every request must carry; `None` lets everybody in.
    token: Option<Secret>,
    clock_offset: i64,
    /// What is signed; empty lets everything be signed, as the official server does.
    allowed: Vec<Allowed>,
}

impl Signer {
    /// # Errors
    ///
    /// [`NotBase64`] when the secret cannot be decoded, so that a server does not start with it.
    pub fn new(credentials: ApiCredentials, token: Option<Secret>) -> Result<Self, NotBase64> {
        SecretKey::decode(&credentials.secret)?;
        Ok(Self { credentials, token, clock_offset: 0, allowed: Vec::new() })
    }

    /// Runs the server's clock ahead by so many seconds (behind, when negative).
    #[must_use]
    pub fn with_clock_offset(self, seconds: i64) -> Self {
        Self { clock_offset: seconds, ..self }
    }

    /// Signs only these requests, and refuses the others with 403; an empty list allows all.
    #[must_use]
    pub fn with_allowed(self, allowed: Vec<Allowed>) -> Self {
        Self { allowed, ..self }
    }

    fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second() + self.clock_offset
    }

    /// Everything after the body is read: the token, then the route.
    fn answer(&self, method: &Method, path: &str, headers: &HeaderMap, body: &Value) -> (StatusCode, Value) {
        if let Err(refusal) = self.authorize(headers) {
            return (StatusCode::UNAUTHORIZED, json!({ "error": refusal }));
        }
        let route = path.strip_suffix('/').unwrap_or(path).to_ascii_lowercase();
        match (method, route.as_str()) {
            (&Method::GET | &Method::HEAD, "") => (StatusCode::OK, json!({ "data": "OK" })),
            (&Method::POST, "/sign") => self.sign(body),
            _ => (StatusCode::NOT_FOUND, json!({ "error": "Not Found", "path": path })),
        }
    }

    fn authorize(&self, headers: &HeaderMap) -> Result<(), &'static str> {
        let Some(token) = &self.token else { return Ok(()) };
        let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        if given.is_empty() {
            return Err("Authorization token required");
        }
        let given = std::str::from_utf8(given).unwrap_or_default();
        let given = given.strip_prefix("Bearer ").unwrap_or(given);
        if same_text(given, token.expose()) { Ok(()) } else { Err("Invalid authorization token") }
    }

    /// The request's own timestamp is checked and not used: the official server stamps by its clock.
    fn sign(&self, body: &Value) -> (StatusCode, Value) {
        let wanted = match request::read(body) {
            Ok(wanted) => wanted,
            Err(details) => {
                return (StatusCode::BAD_REQUEST, json!({ "error": "Invalid request", "details": details }));
            }
        };
        if !allowed::lets_pass(&self.allowed, wanted.method, wanted.path) {
            return (StatusCode::FORBIDDEN, json!({ "error": "This server does not sign this method and path" }));
        }
        match builder::headers(&self.credentials, self.now(), wanted.method, wanted.path, wanted.body) {
            Ok(headers) => (StatusCode::OK, headers.iter().map(|(name, value)| (name, Value::from(value))).collect()),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, internal_error()),
        }
    }
}

/// The official server as a router, to be nested as a service; [`server`] is what listens on its own.
pub fn router(signer: Signer) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(signer))
}

async fn serve(State(signer): State<Arc<Signer>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS {
        return preflight(&head.headers);
    }
    let (status, value) = match body::read(&head.headers, body).await {
        Ok(value) => signer.answer(&head.method, head.uri.path(), &head.headers, &value),
        Err(status) => (status, internal_error()),
    };
    json_response(status, &value)
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    let headers = [(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (CONTENT_TYPE, "application/json; charset=utf-8")];
    (status, headers, value.to_string()).into_response()
}

/// What the official server says of a body that it cannot read, whatever the status.
fn internal_error() -> Value {
    json!({ "error": "Internal Server Error" })
}

fn preflight(headers: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    *response.body_mut() = Body::empty();
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE"));
    if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}
