//! What a server that stands on its own has beside the official routes: `/healthz`, `/metrics`, a
//! log, and credentials that can be exchanged while it runs.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::{ArcSwap, ArcSwapOption};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use serde_json::json;
use tokio_rustls::rustls::ServerConfig;

use super::accounts::Signer;
use super::answer::{self, Reply};
use super::callers::{self, PageOrigin};
use super::metrics::{self, Metrics};

/// The target of the line that each request leaves in the log.
pub const REQUESTS: &str = "polydoctor::sign_server::requests";

/// A signing server that stands on its own.
pub struct Server {
    signer: ArcSwap<Signer>,
    tls: ArcSwapOption<ServerConfig>,
    pub metrics: Metrics,
    /// Pages of other machines that may call without a token.
    pages: Vec<PageOrigin>,
    /// Whether only this machine reaches it.
    is_local: bool,
    /// Whether `/metrics` is among its routes, for whoever has a token.
    shows_metrics: bool,
}

impl Server {
    /// With `tls` it speaks nothing else.
    pub fn new(signer: Signer, tls: Option<Arc<ServerConfig>>) -> Self {
        Self {
            signer: ArcSwap::from_pointee(signer),
            tls: ArcSwapOption::from(tls),
            metrics: Metrics::default(),
            pages: Vec::new(),
            is_local: false,
            shows_metrics: true,
        }
    }

    /// Leaves `/metrics` to another address, see [`Server::scrape`].
    #[must_use]
    pub fn without_metrics(self) -> Self {
        Self { shows_metrics: false, ..self }
    }

    /// Without a token it answers pages of these origins and of this machine only; and where only this
    /// machine reaches it, nobody who calls it by a name other than `localhost`.
    #[must_use]
    pub fn for_callers(self, pages: Vec<PageOrigin>, is_local: bool) -> Self {
        Self { pages, is_local, ..self }
    }

    /// Whether a request needs no token now.
    pub fn is_open(&self) -> bool {
        self.signer.load().is_open()
    }

    /// From now on these sign and prove who the server is; what has begun ends with the old ones. What
    /// tokens have used up of their rate stays used up.
    pub fn replace(&self, signer: Signer, tls: Option<Arc<ServerConfig>>) {
        self.signer.store(Arc::new(signer.continuing(&self.signer.load())));
        self.tls.store(tls);
    }

    pub(super) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.tls.load_full()
    }

    /// Answers one request, counts it and logs it.
    pub async fn answer<B: Body + Unpin>(&self, request: Request<B>) -> Response<Full<Bytes>> {
        let began = Instant::now();
        let ongoing = self.metrics.request();
        let (head, body) = request.into_parts();
        let (route, Reply { response, account, signing }) = self.reply(&head, body).await;
        drop(ongoing);
        self.metrics.answered(route, response.status().as_u16());
        if let (Some(account), Some(took)) = (&account, signing) {
            self.metrics.signed(account, took);
        }
        tracing::info!(
            target: REQUESTS,
            method = %Shown(head.method.as_str()),
            path = %Shown(head.uri.path()),
            status = response.status().as_u16(),
            took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            account = account.as_deref(),
        );
        response
    }

    /// Answers at the address of the metrics, which asks for no token.
    pub fn scrape<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/metrics") => self.metrics_text(),
            (&Method::GET | &Method::HEAD, "/healthz") => healthy(),
            (_, path) => answer::not_found(path),
        }
    }

    /// The name of the route, and what it answers.
    async fn reply<B: Body + Unpin>(&self, head: &Parts, body: B) -> (&'static str, Reply) {
        let signer = self.signer.load_full();
        let is_read = matches!(head.method, Method::GET | Method::HEAD);
        if let Err(why) = callers::one_host(head) {
            return ("other", answer::refused(StatusCode::BAD_REQUEST, &why).into());
        }
        let is_for_all = head.method == Method::OPTIONS || (is_read && head.uri.path() == "/healthz");
        if signer.is_open()
            && !is_for_all
            && let Err(why) = callers::known(head, &self.pages, self.is_local)
        {
            return (answer::named(head.uri.path()), answer::refused(StatusCode::FORBIDDEN, &why).into());
        }
        match head.uri.path() {
            "/healthz" if is_read => ("/healthz", healthy().into()),
            "/metrics" if is_read && self.shows_metrics => {
                let reply = match signer.authorize(&head.headers) {
                    Ok(_) => self.metrics_text(),
                    Err(refusal) => answer::unauthorized(refusal),
                };
                ("/metrics", reply.into())
            }
            path => (answer::named(path), answer::answer(&signer, head, body).await),
        }
    }

    fn metrics_text(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(self.metrics.text()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE));
        response
    }
}

fn healthy() -> Response<Full<Bytes>> {
    answer::json_response(StatusCode::OK, &json!({ "status": "ok" }))
}

/// A text of the request that keeps to its line: no control characters, no spaces, not endless.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 100;
        for (i, c) in self.0.chars().enumerate() {
            match c {
                _ if i == LONGEST => return write!(f, "…"),
                c if c.is_control() || c.is_whitespace() || crate::text::is_unseen(c) => write!(f, "?")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_stays_one_line() {
        assert_eq!(Shown("/a\n\u{9b}31m b").to_string(), "/a??31m?b");
        assert_eq!(Shown(&"x".repeat(100)).to_string().chars().count(), 100);
        assert_eq!(Shown(&"x".repeat(5000)).to_string().chars().count(), 101);
    }
}
