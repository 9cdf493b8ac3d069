//! A WebSocket begins as any other request: through the same proxies, over the same TLS, within the same
//! time limit, and what the server says instead of opening it is the same refusal.

use reqwest::header::{CONNECTION, HeaderMap, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{StatusCode, Upgraded};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::Url;

use super::{FailureReport, Http, LARGEST_REFUSAL, LONGEST_ANSWER, Request, header, refusal, secrets_of};
use crate::auth::AuthHeaders;
use crate::client::hidden::{self, Hidden};
use crate::facts::Failure;
use crate::facts::probe::Probe;
use crate::settings::shown_url;
use crate::text;

impl Http {
    /// The bare connection behind a `ws://` or `wss://` URL, opened with these headers.
    ///
    /// # Errors
    ///
    /// [`Failure`] for everything but a server that switches to the WebSocket protocol.
    pub(in crate::client) async fn upgrade(
        &self,
        probe: Option<Probe>,
        url: &Url,
        headers: Option<&AuthHeaders>,
    ) -> Result<Upgraded, Failure> {
        let request = Request { shown: Some(shown_url(url)), headers, ..Request::get(probe, over_http(url)) };
        self.may_send(&request.url)?;
        self.turn(&request.url).await;
        let line = self.log.as_ref().and_then(|log| log.start(&request));
        let mut attempts = 1;
        let mut outcome = self.try_upgrade(&request).await;
        if matches!(outcome, Err(FailureReport { failure: Failure::Unreachable { .. }, .. })) {
            attempts += 1;
            outcome = self.try_upgrade(&request).await;
        }
        if let Some(line) = line {
            line.end(attempts, outcome.as_ref().map(|_| StatusCode::SWITCHING_PROTOCOLS.as_u16()));
        }
        outcome.map_err(|failed| failed.failure)
    }

    async fn try_upgrade(&self, request: &Request<'_>) -> Result<Upgraded, FailureReport> {
        let after_ms = super::millis(self.timeout);
        let opening = tokio::time::timeout(self.timeout, self.open_once(request));
        opening.await.unwrap_or_else(|_| Err(Failure::TimedOut { after_ms }.into()))
    }

    async fn open_once(&self, request: &Request<'_>) -> Result<Upgraded, FailureReport> {
        let key = generate_key();
        let sending = self.client(&request.url)?.get(request.url.clone());
        let sending = sending.header(CONNECTION, "Upgrade").header(UPGRADE, "websocket");
        let sending = sending.header(SEC_WEBSOCKET_VERSION, "13").header(SEC_WEBSOCKET_KEY, &key);
        let own = request.headers.into_iter().flat_map(AuthHeaders::iter);
        let sending = own.fold(sending, |sending, (name, value)| sending.header(name, value));
        let mut response = sending.send().await.map_err(|error| self.explain(error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status == StatusCode::SWITCHING_PROTOCOLS {
            if !is_accepted(&headers, &key) {
                let reason = "the server switched to something other than a WebSocket".to_owned();
                return Err(Failure::Garbled { status: status.as_u16(), reason }.into());
            }
            return Ok(response.upgrade().await.map_err(|error| self.explain(error))?);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.explain(error))? {
            body.extend_from_slice(&chunk[..chunk.len().min(LARGEST_REFUSAL - body.len())]);
            if body.len() == LARGEST_REFUSAL {
                break;
            }
        }
        let text = String::from_utf8_lossy(&body);
        let reason = || "an HTTP response instead of a WebSocket".to_owned();
        let failure = refusal(status.as_u16(), &headers, &text)
            .unwrap_or_else(|| Failure::Garbled { status: status.as_u16(), reason: reason() });
        let (known, sent) = (self.hidden(), Hidden::of(secrets_of(request).iter().map(String::as_str)));
        let hide = |text: &str| hidden::without_any(text, [&known, &sent]);
        let answer = Some(hide(&text::quoted(&hidden::unescaped(&text), LONGEST_ANSWER)));
        Err(FailureReport { failure: failure.saying(hide), answer, dated: None })
    }
}

/// Whether the answer is that of a server which has read the key (RFC 6455).
fn is_accepted(headers: &HeaderMap, key: &str) -> bool {
    let is_socket = header(headers, UPGRADE.as_str()).is_some_and(|name| name.eq_ignore_ascii_case("websocket"));
    is_socket && header(headers, SEC_WEBSOCKET_ACCEPT.as_str()) == Some(derive_accept_key(key.as_bytes()))
}

/// The URL of the request by which a WebSocket is opened.
fn over_http(url: &Url) -> Url {
    let mut over_http = url.clone();
    // between these schemes that never fails
    let _ = over_http.set_scheme(if url.scheme() == "ws" { "http" } else { "https" });
    over_http
}
