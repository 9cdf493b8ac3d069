//! What a server that stands on its own has beside the official routes: `/healthz` and a log.

use std::fmt;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use serde_json::json;
use std::sync::Arc;

use super::{Signer, json_response, serve};

/// One request as the log shows it: no query, no header, no body.
#[derive(Clone, Debug)]
pub struct Answered {
    method: String,
    path: String,
    status: StatusCode,
    took: Duration,
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {} ms", self.method, self.path, self.status.as_u16(), self.took.as_millis())
    }
}

/// The official routes and `GET /healthz`, which needs no token. `log` is told of each answer.
pub fn server(signer: Signer, log: Option<fn(&Answered)>) -> Router {
    let healthy = || async { json_response(StatusCode::OK, &json!({ "status": "ok" })) };
    let router =
        Router::new().route("/healthz", get(healthy).fallback(serve)).fallback(serve).with_state(Arc::new(signer));
    let Some(log) = log else { return router };
    router.layer(from_fn(move |request: Request, next: Next| async move {
        let (method, path) = (shown(request.method().as_str()), shown(request.uri().path()));
        let began = Instant::now();
        let response = next.run(request).await;
        log(&Answered { method, path, status: response.status(), took: began.elapsed() });
        response
    }))
}

/// A text of the request that keeps to its line: no control characters, no spaces, not endless.
fn shown(text: &str) -> String {
    const LONGEST: usize = 100;
    let kept = |c: char| if c.is_control() || c.is_whitespace() { '?' } else { c };
    let mut shown: String = text.chars().take(LONGEST).map(kept).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_stays_one_line() {
        assert_eq!(shown("/a\n\u{9b}31m b"), "/a??31m?b");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 100);
        assert_eq!(shown(&"x".repeat(5000)).chars().count(), 101);
    }
}
