//! A builder signer after a published sample of the documentation, which stamps in milliseconds.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};

use crate::auth::builder;
use crate::auth::l2::ApiCredentials;

pub(super) fn router(credentials: ApiCredentials) -> Router {
    let credentials = Arc::new(credentials);
    Router::new().route("/sign", post(move |body: Bytes| async move { sign(&credentials, &body) }))
}

fn sign(credentials: &ApiCredentials, body: &[u8]) -> Response {
    let wanted: Value = serde_json::from_slice(body).unwrap_or_default();
    let (Some(method), Some(path)) = (wanted["method"].as_str(), wanted["path"].as_str()) else {
        let missing = json!({ "error": "Missing required parameters: path and method are required" });
        return (StatusCode::BAD_REQUEST, axum::Json(missing)).into_response();
    };
    let millis = jiff::Timestamp::now().as_millisecond();
    match builder::headers(credentials, millis, method, path, wanted["body"].as_str()) {
        Ok(headers) => {
            let fields: serde_json::Map<_, _> =
                headers.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            axum::Json(fields).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
