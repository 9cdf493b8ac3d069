//! A builder signer of somebody's own, after a published sample of the documentation: that one stamps
//! in milliseconds.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::scenario::Signer;
use crate::auth::builder;
use crate::auth::l2::ApiCredentials;

pub(super) fn router(credentials: ApiCredentials, settings: &Signer) -> Router {
    let shared = Arc::new((credentials, settings.clone()));
    Router::new().route("/sign", post(move |body: Bytes| async move { sign(&shared.0, &shared.1, &body) }))
}

fn sign(credentials: &ApiCredentials, settings: &Signer, body: &[u8]) -> Response {
    let wanted: Value = serde_json::from_slice(body).unwrap_or_default();
    let (Some(method), Some(path)) = (wanted["method"].as_str(), wanted["path"].as_str()) else {
        let missing = json!({ "error": "Missing required parameters: path and method are required" });
        return (StatusCode::BAD_REQUEST, axum::Json(missing)).into_response();
    };
    let now = jiff::Timestamp::now();
    let stamp = if settings.milliseconds { now.as_millisecond() } else { now.as_second() };
    let body = wanted["body"].as_str().filter(|_| !settings.drops_body);
    match builder::headers(credentials, stamp, method, path, body) {
        Ok(headers) => {
            let fields: serde_json::Map<_, _> =
                headers.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            axum::Json(fields).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
