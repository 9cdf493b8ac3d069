//! One HTTP client for everything: a deadline a request, a limit of size, no redirects, one retry
//! for reads whose connection failed, and a line in the log for each request of a run.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde::Deserialize;
use tokio::sync::watch;
use url::Url;

use super::limits::{InLine, Limits};
use crate::auth::AuthHeaders;
use crate::engine::facts::{Facts, Failure, RequestRecord, SentHeader};
use crate::engine::probe::Probe;
use crate::secret::Secret;

/// The largest answer that is read.
const LARGEST: usize = 1024 * 1024;
/// The same for a page of trades: one trade can name many orders.
pub(super) const LARGEST_LISTING: usize = 16 * LARGEST;
const JSON: &str = "application/json";
/// The longest text of a server that is kept.
const LONGEST_MESSAGE: usize = 300;

/// Unix seconds by this clock.
pub fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Makes the headers of a request at the moment when it is sent: they carry the time.
pub type Sign<'a> = &'a (dyn Fn() -> Result<AuthHeaders, Failure> + Send + Sync);

/// A request; the probe that it is for stands beside it in the log.
pub struct Request<'a> {
    /// `None` outside of a run, which logs nothing.
    pub probe: Option<Probe>,
    pub method: Method,
    pub url: Url,
    /// What the log shows instead of the address, where that may hold an access key.
    pub shown: Option<String>,
    pub headers: Option<&'a AuthHeaders>,
    /// Makes the headers when the request is sent, instead.
    pub sign: Option<Sign<'a>>,
    pub bearer: Option<&'a Secret>,
    pub body: Option<String>,
    /// Whether sending it twice does no harm.
    pub is_read: bool,
    /// Bytes of the answer that are read at most.
    pub largest: usize,
}

impl<'a> Request<'a> {
    pub fn get(probe: impl Into<Option<Probe>>, url: Url) -> Self {
        let probe = probe.into();
        Self {
            probe,
            method: Method::GET,
            url,
            shown: None,
            headers: None,
            sign: None,
            bearer: None,
            body: None,
            is_read: true,
            largest: LARGEST,
        }
    }

    /// A read that is asked with a body.
    pub fn post(probe: impl Into<Option<Probe>>, url: Url, body: String) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(probe, url) }
    }

    /// A change, which is never sent twice.
    pub fn write(method: Method, url: Url, body: Option<String>) -> Self {
        Self { method, body, is_read: false, ..Self::get(None, url) }
    }

    #[must_use]
    pub fn with(mut self, headers: &'a AuthHeaders) -> Self {
        self.headers = Some(headers);
        self
    }
}

/// An answer with status 200 to 299, whole.
pub struct Answer {
    pub status: u16,
    pub text: String,
    /// Unix seconds by this clock.
    pub sent_s: f64,
    pub received_s: f64,
    /// Unix seconds of the `Date` header.
    pub date_s: Option<i64>,
}

impl Answer {
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(&self.text).map_err(|error| Failure::Garbled {
            status: self.status,
            reason: format!("{error}; it begins with {:?}", clean(&self.text, 60)),
        })
    }
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    /// Built when first needed: one that heeds the proxy settings of the environment, and one that
    /// does not, for servers of this machine.
    clients: Arc<[OnceLock<Client>; 2]>,
    timeout: Duration,
    limits: Option<Arc<Limits>>,
    log: Option<Log>,
}

/// Where the requests of a run are noted.
#[derive(Clone)]
struct Log {
    facts: watch::Sender<Facts>,
    started: Instant,
    in_line: Arc<InLine>,
}

impl Http {
    /// Connects to nothing yet. `timeout` is of one request.
    pub fn new(timeout: Duration) -> Self {
        Self { clients: Arc::default(), timeout, limits: None, log: None }
    }

    /// The same connections, with another longest wait for one request.
    #[must_use]
    pub fn waiting(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }

    /// The same connections, asked no faster than these limits allow.
    #[must_use]
    pub fn limited(&self, limits: Limits) -> Self {
        Self { limits: Some(Arc::new(limits)), ..self.clone() }
    }

    /// The same connections, with each request of a probe noted in the facts of a run, and the time
    /// that its requests stand in line in `in_line`.
    #[must_use]
    pub fn logging_to(&self, facts: watch::Sender<Facts>, started: Instant, in_line: Arc<InLine>) -> Self {
        Self { log: Some(Log { facts, started, in_line }), ..self.clone() }
    }

    /// What goes to this machine stays on it: never through a proxy.
    fn client(&self, url: &Url) -> Result<&Client, Failure> {
        let direct = crate::settings::is_loopback(url);
        let place = &self.clients[usize::from(direct)];
        if let Some(client) = place.get() {
            return Ok(client);
        }
        // An error says that a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder =
            Client::builder().redirect(Policy::none()).user_agent(concat!("polydoctor/", env!("CARGO_PKG_VERSION")));
        if direct {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| Failure::Tls { reason: innermost(&error) })?;
        Ok(place.get_or_init(|| client))
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    ///
    /// [`Failure`] for everything but a JSON-like answer of status 200 to 299.
    pub async fn send(&self, request: Request<'_>) -> Result<Answer, Failure> {
        self.turn(&request.url).await;
        let signed = request.sign.map(|sign| sign()).transpose()?;
        let request = Request { headers: request.headers.or(signed.as_ref()), ..request };
        let line = self.log.as_ref().and_then(|log| log.start(&request));
        let mut attempts = 1;
        let mut outcome = self.attempt(&request).await;
        if request.is_read && matches!(outcome, Err(Failure::Unreachable { .. })) {
            attempts += 1;
            outcome = self.attempt(&request).await;
        }
        let status = match &outcome {
            Ok(answer) => Some(answer.status),
            Err(failure) => failure.status(),
        };
        if let (Some(log), Some(line)) = (&self.log, line) {
            log.end(line, status, attempts);
        }
        outcome
    }

    /// Waits until the limits let a request to this address go.
    async fn turn(&self, url: &Url) {
        let Some(limits) = &self.limits else { return };
        let _standing = self.log.as_ref().map(|log| log.in_line.stand());
        limits.turn(url).await;
    }

    async fn attempt(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        let client = self.client(&request.url)?;
        let mut builder = client.request(request.method.clone(), request.url.clone()).timeout(self.timeout);
        for (name, value) in request.headers.into_iter().flat_map(AuthHeaders::iter) {
            builder = builder.header(name, value);
        }
        if let Some(token) = request.bearer {
            builder = builder.bearer_auth(token.expose());
        }
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, JSON).body(body.clone());
        }
        let sent_s = now_s();
        let mut response = builder.send().await.map_err(|error| self.explain(error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.explain(error))? {
            if body.len() + chunk.len() > request.largest {
                let reason = format!("the answer is larger than {} MiB", request.largest / LARGEST);
                return Err(Failure::Garbled { status, reason });
            }
            body.extend_from_slice(&chunk);
        }
        let text =
            String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if let Some(failure) = refusal(status, &headers, &text) {
            return Err(failure);
        }
        let date_s = header(&headers, DATE.as_str())
            .and_then(|text| jiff::fmt::rfc2822::parse(&text).ok().map(|date| date.timestamp().as_second()));
        Ok(Answer { status, text, sent_s, received_s: now_s(), date_s })
    }

    fn explain(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let reason = innermost(&error);
        if error.is_timeout() {
            Failure::TimedOut { after_ms: millis(self.timeout) }
        } else if is_tls(&error) {
            Failure::Tls { reason }
        } else if error.is_builder() {
            Failure::NotSent { reason }
        } else {
            Failure::Unreachable { reason }
        }
    }
}

impl Log {
    /// The place of the request's line.
    fn start(&self, request: &Request<'_>) -> Option<usize> {
        let probe = request.probe?;
        let mut line = 0;
        self.facts.send_modify(|facts| {
            line = facts.requests.len();
            facts.requests.push(RequestRecord {
                method: request.method.to_string(),
                url: request.shown.clone().unwrap_or_else(|| without_user(&request.url)),
                status: None,
                sent_ms: millis(self.started.elapsed()),
                elapsed_ms: None,
                probe,
                attempts: 1,
                headers: sent_headers(request),
                body_bytes: request.body.as_ref().map(String::len),
            });
        });
        Some(line)
    }

    fn end(&self, line: usize, status: Option<u16>, attempts: u32) {
        self.facts.send_modify(|facts| {
            if let Some(record) = facts.requests.get_mut(line) {
                record.status = status;
                record.attempts = attempts;
                record.elapsed_ms = Some(millis(self.started.elapsed()).saturating_sub(record.sent_ms));
            }
        });
    }
}

/// What the log says of the headers.
fn sent_headers(request: &Request<'_>) -> Vec<SentHeader> {
    let own = request.headers.into_iter().flat_map(AuthHeaders::iter);
    let token = request.bearer.map(|token| ("authorization", token.expose()));
    let json = request.body.is_some().then_some(("content-type", JSON));
    own.chain(token).chain(json).map(|(name, value)| SentHeader::new(name, value)).collect()
}

/// The address without the user and password that may stand in it.
fn without_user(url: &Url) -> String {
    let mut url = url.clone();
    // both fail only for addresses that cannot have either
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Why an answer is none: redirected, a page for people, or the server's own no.
fn refusal(status: u16, headers: &HeaderMap, text: &str) -> Option<Failure> {
    if (300..400).contains(&status) {
        let location = header(headers, LOCATION.as_str()).unwrap_or_default();
        return Some(Failure::Redirected { status, location: clean(&location, LONGEST_MESSAGE) });
    }
    if is_page(headers, text) {
        return Some(Failure::BlockPage { status, title: page_title(text) });
    }
    if (200..300).contains(&status) {
        return None;
    }
    let said = serde_json::from_str::<serde_json::Value>(text).ok().and_then(|body| {
        ["error", "message", "error_msg"].iter().find_map(|key| body.get(key)?.as_str().map(str::to_owned))
    });
    let message = clean(said.as_deref().unwrap_or(text), LONGEST_MESSAGE);
    let retry_after_s = header(headers, RETRY_AFTER.as_str()).and_then(|text| text.trim().parse().ok());
    Some(Failure::Refused { status, message, retry_after_s })
}

fn is_page(headers: &HeaderMap, text: &str) -> bool {
    let declared = header(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("text/html"));
    let start = text.trim_start().get(..15).unwrap_or_default().to_ascii_lowercase();
    (declared && text.contains('<')) || start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn page_title(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|open| {
        let start = open + lower[open..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        text.get(start..end)
    });
    clean(title.unwrap_or("no title"), 120)
}

/// Text from outside, fit for a screen: no control characters, white space folded, cut to length.
pub fn clean(text: &str, longest: usize) -> String {
    let folded = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut cleaned = String::new();
    for word in folded {
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(word);
        if cleaned.chars().count() > longest {
            return cleaned.chars().take(longest).chain(['…']).collect();
        }
    }
    cleaned
}

fn innermost(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    clean(&reason, LONGEST_MESSAGE)
}

fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if holds_tls(inner) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The layers below wrap the TLS error in an `io::Error`, and that in another; neither shows what it
/// wraps as its source.
fn holds_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = || error.downcast_ref::<std::io::Error>()?.get_ref();
    error.is::<rustls::Error>() || wrapped().is_some_and(|inner| holds_tls(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, kind: &'static str, text: &str) -> Option<Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        refusal(status, &headers, text)
    }

    #[test]
    fn the_servers_own_sentence_is_kept() {
        let failure = refused(401, "application/json", "{\"error\":\"Unauthorized/Invalid api key\"}\n").unwrap();
        assert_eq!(failure.to_string(), "401 Unauthorized/Invalid api key");
        assert!(failure.is_refusal());
        assert_eq!(refused(500, "text/plain", "oh\u{1b}[2J no").unwrap().to_string(), "500 oh [2J no");
        assert_eq!(refused(200, "application/json", "{}"), None);
    }

    #[test]
    fn a_page_is_not_an_answer() {
        let page = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>";
        for status in [200, 403] {
            let failure = refused(status, "text/html; charset=UTF-8", page).unwrap();
            assert_eq!(failure, Failure::BlockPage { status, title: "Attention Required! | Cloudflare".to_owned() });
        }
    }

    #[test]
    fn text_from_outside_is_cut() {
        assert_eq!(clean(&"x".repeat(400), 10), format!("{}…", "x".repeat(10)));
    }
}
