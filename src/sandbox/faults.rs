//! Requests that go wrong on their way: block pages, rate limits, outages, headers that get lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::live::is_channel;

/// What happens to the requests that it fits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// How the path begins; the other views have paths that begin with `/-/`, the user channel one with `/ws/`.
    pub path: String,
    /// Any method when empty.
    pub method: String,
    /// So many requests are spared.
    pub after: u64,
    /// Only so many requests, from the first on that is not spared; 0 for all.
    pub first: u64,
    pub answer: Option<FaultAnswer>,
    /// An answer of the scenario's own: JSON text with this status.
    pub status: u16,
    pub body: String,
    /// Headers that do not arrive.
    pub drop_headers: Vec<String>,
    pub drop_query: bool,
    pub delay_ms: u64,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            path: "/".to_owned(),
            method: String::new(),
            after: 0,
            first: 0,
            answer: None,
            status: 0,
            body: String::new(),
            drop_headers: Vec::new(),
            drop_query: false,
            delay_ms: 0,
        }
    }
}

/// The answers that people meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultAnswer {
    BlockPage,
    RateLimited,
    Restarting,
    Outage,
    BadGateway,
    /// A page of something that is not Polymarket.
    OtherHost,
    /// The way to a log-in page, as hotels and airports have it.
    Portal,
    /// Text that claims to be JSON.
    Garbled,
    Never,
}

const HTML: &str = "text/html; charset=UTF-8";
const JSON: &str = "application/json";

const BLOCK_PAGE: &str = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Attention Required! | Cloudflare</title></head>\
<body><h1>Sorry, you have been blocked</h1><h2>You are unable to access polymarket.com</h2>\
<p>Cloudflare Ray ID: <strong>9a1b2c3d4e5f6071</strong></p></body></html>";

/// An answer that needs no service: status, headers and body.
type Canned = (StatusCode, &'static [(&'static str, &'static str)], &'static str);

impl FaultAnswer {
    /// `None` for no answer at all.
    fn content(self) -> Option<Canned> {
        Some(match self {
            Self::BlockPage => (
                StatusCode::FORBIDDEN,
                &[("content-type", HTML), ("server", "cloudflare"), ("cf-ray", "9a1b2c3d4e5f6071-DUB")],
                BLOCK_PAGE,
            ),
            Self::RateLimited => (
                StatusCode::TOO_MANY_REQUESTS,
                &[("content-type", JSON), ("retry-after", "10")],
                r#"{"error":"Too Many Requests"}"#,
            ),
            Self::Restarting => (StatusCode::TOO_EARLY, &[("content-type", JSON)], r#"{"error":"service not ready"}"#),
            Self::Outage => (
                StatusCode::SERVICE_UNAVAILABLE,
                &[("content-type", JSON)],
                r#"{"error":"Trading is currently disabled. Check polymarket.com for updates"}"#,
            ),
            Self::BadGateway => (
                StatusCode::BAD_GATEWAY,
                &[("content-type", HTML)],
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
            ),
            Self::Portal => (StatusCode::FOUND, &[("location", "http://login.example.net/welcome")], ""),
            Self::OtherHost => (
                StatusCode::OK,
                &[("content-type", HTML)],
                "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>",
            ),
            Self::Garbled => (StatusCode::OK, &[("content-type", JSON)], "{\"apiKey\": "),
            Self::Never => return None,
        })
    }
}

/// The faults of a scenario, each with the number of requests that it has met.
#[derive(Default)]
pub(super) struct Faults(Vec<(Fault, AtomicU64)>);

impl Faults {
    pub(super) fn new(faults: &[Fault]) -> Self {
        Self(faults.iter().map(|fault| (fault.clone(), AtomicU64::new(0))).collect())
    }

    /// Changes a request in place, or answers it in the service's stead.
    pub(super) async fn meet(&self, request: &mut Request<Body>) -> Option<Response> {
        let (fault, _) = self.0.iter().find(|(fault, met)| {
            fault.fits(request.method(), request.uri().path()) && fault.is_due(met.fetch_add(1, Ordering::Relaxed))
        })?;
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        for name in &fault.drop_headers {
            request.headers_mut().remove(name.as_str());
        }
        if fault.drop_query && request.uri().query().is_some() {
            *request.uri_mut() = request.uri().path().parse().unwrap_or_default();
        }
        fault.response().await
    }
}

impl Fault {
    /// Whether it happens to a request that comes after so many others.
    fn is_due(&self, before: u64) -> bool {
        before >= self.after && (self.first == 0 || before - self.after < self.first)
    }

    fn fits(&self, method: &Method, path: &str) -> bool {
        // what stands there is at hosts of its own
        let is_beside = |path: &str| path.starts_with("/-/") || is_channel(path);
        let same_side = is_beside(path) == is_beside(&self.path);
        same_side && path.starts_with(&self.path) && (self.method.is_empty() || self.method == method.as_str())
    }

    /// What is answered in the service's stead; `None` when the request goes on to it.
    async fn response(&self) -> Option<Response> {
        if let Ok(status) = StatusCode::from_u16(self.status) {
            return Some((status, [(CONTENT_TYPE, JSON)], self.body.clone()).into_response());
        }
        let Some((status, headers, body)) = self.answer?.content() else { std::future::pending().await };
        let mut response = (status, body).into_response();
        for (name, value) in headers {
            response.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        Some(response)
    }
}
