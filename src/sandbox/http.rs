//! What a handler gets and gives: a request read to its end, and JSON or a refusal.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use serde_json::{Value, json};

use super::Sandbox;

/// A request, with the exact bytes of its body.
pub(super) struct Received {
    pub(super) method: Method,
    /// As it was sent, without the query; of the views beside the CLOB without their prefix.
    pub(super) path: String,
    pub(super) query: HashMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Received {
    /// A header's text; `None` when it is missing, empty or no text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
    }

    /// A query parameter; empty text counts as missing.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// What stands behind the last slash of the path.
    pub(super) fn last_segment(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Received {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| Refusal::new(error.status(), "Payload Too Large"))?;
        let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        Ok(Self { method, path: own_path(uri.path()).to_owned(), query, headers, body })
    }
}

/// The path as the service of that view would see it: `/-/relayer/nonce` is `/nonce` to the relayer.
fn own_path(path: &str) -> &str {
    let view = path.strip_prefix("/-/").map(|rest| rest.find('/').map_or("/", |slash| &rest[slash..]));
    view.unwrap_or(path)
}

/// A status and a body that holds at least `{"error": …}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, body: json!({ "error": text.into() }) }
    }

    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    pub(super) fn not_found(text: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    pub(super) fn unauthorized(text: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, text)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

pub(super) type Answer = Result<Value, Refusal>;

/// Method, path in axum's notation, and the function that answers.
pub(super) type Route = (MethodFilter, &'static str, fn(&Sandbox, &Received) -> Answer);

/// The routes of a table.
pub(super) fn router(tables: &[&[Route]]) -> Router<Arc<Sandbox>> {
    let add = |router: Router<Arc<Sandbox>>, &(method, path, answer): &Route| {
        let handler = move |State(sandbox): State<Arc<Sandbox>>, received: Received| async move {
            answer(&sandbox, &received).map(Json)
        };
        router.route(path, on(method, handler))
    };
    let unknown = || async { Refusal::not_found("not found") };
    tables
        .iter()
        .flat_map(|table| table.iter())
        .fold(Router::new(), add)
        .fallback(unknown)
        .method_not_allowed_fallback(|| async { Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed") })
}
