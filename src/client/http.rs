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
use super::log::Log;
use crate::auth::AuthHeaders;
use crate::facts::probe::Probe;
use crate::facts::{Facts, Failure, SentHeader};
use crate::secret::Secret;
use crate::text;

/// The largest answer that is read.
const LARGEST: usize = 1024 * 1024;
/// The same for a page of trades: one trade can name many orders.
pub(super) const LARGEST_LISTING: usize = 16 * LARGEST;
pub(super) const JSON: &str = "application/json";
/// The longest text of a server that is kept.
const LONGEST_MESSAGE: usize = 300;
/// The same of the answer to a request that failed.
const LONGEST_ANSWER: usize = 2_000;

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
            reason: format!("{error}; it begins with {:?}", text::quoted(&self.text, 60)),
        })
    }
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    /// Built when first needed: one that heeds the proxy settings of the environment, and two that do
    /// not, for servers of this machine: with TLS, and without certificates, which may be missing.
    clients: Arc<[OnceLock<Client>; 3]>,
    timeout: Duration,
    limits: Option<Arc<Limits>>,
    /// What no answer may bring to a screen, beside what was sent.
    hidden: Arc<[Secret]>,
    log: Option<Log>,
}

impl Http {
    /// Connects to nothing yet. `timeout` is of one request.
    pub fn new(timeout: Duration) -> Self {
        Self { clients: Arc::default(), timeout, limits: None, hidden: Arc::default(), log: None }
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

    /// The same connections, with these secrets taken out of what a server says of a failure.
    #[must_use]
    pub fn hiding(&self, secrets: Vec<Secret>) -> Self {
        Self { hidden: secrets.into(), ..self.clone() }
    }

    /// The same connections, with each request of a probe noted in the facts of a run, and the time
    /// that its requests stand in line in `in_line`.
    #[must_use]
    pub fn logging_to(&self, facts: watch::Sender<Facts>, started: Instant, in_line: Arc<InLine>) -> Self {
        Self { log: Some(Log::of_run(facts, started, in_line)), ..self.clone() }
    }

    /// The same connections, with each request noted in the facts as one beside the run, for this purpose.
    #[must_use]
    pub fn noting_to(&self, facts: watch::Sender<Facts>, purpose: String) -> Self {
        Self { log: Some(Log::beside(facts, purpose)), ..self.clone() }
    }

    /// What goes to this machine stays on it: never through a proxy.
    fn client(&self, url: &Url) -> Result<&Client, Failure> {
        let direct = crate::settings::is_loopback(url);
        let plain = direct && url.scheme() == "http";
        let place = &self.clients[usize::from(direct) + usize::from(plain)];
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
        if plain {
            builder = builder.tls_certs_only([]);
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
        if request.is_read && matches!(outcome, Err(Failed { failure: Failure::Unreachable { .. }, .. })) {
            attempts += 1;
            outcome = self.attempt(&request).await;
        }
        if let Some(line) = line {
            line.end(attempts, outcome.as_ref().map(|answer| answer.status));
        }
        outcome.map_err(|failed| failed.failure)
    }

    /// Waits until the limits let a request to this address go.
    async fn turn(&self, url: &Url) {
        let Some(limits) = &self.limits else { return };
        let _standing = self.log.as_ref().and_then(|log| log.in_line.as_ref()).map(|in_line| in_line.stand());
        limits.turn(url).await;
    }

    async fn attempt(&self, request: &Request<'_>) -> Result<Answer, Failed> {
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
        // the clock of this machine may be set meanwhile; how long it took does not change by that
        let (sent_s, sent) = (now_s(), Instant::now());
        let mut response = builder.send().await.map_err(|error| self.explain(error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.explain(error))? {
            if body.len() + chunk.len() > request.largest {
                let reason = format!("the answer is larger than {} MiB", request.largest / LARGEST);
                return Err(Failure::Garbled { status, reason }.into());
            }
            body.extend_from_slice(&chunk);
        }
        let text =
            String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if let Some(failure) = refusal(status, &headers, &text) {
            // once more, since a server may say what it was sent
            let text = self.without_secrets(request, &text);
            let failure = refusal(status, &headers, &text).unwrap_or(failure);
            return Err(Failed { failure, answer: Some(text::quoted(&text, LONGEST_ANSWER)) });
        }
        let date_s = header(&headers, DATE.as_str())
            .and_then(|text| jiff::fmt::rfc2822::parse(&text).ok().map(|date| date.timestamp().as_second()));
        Ok(Answer { status, text, sent_s, received_s: sent_s + sent.elapsed().as_secs_f64(), date_s })
    }

    /// A text of a server without what is configured or was sent as a secret.
    fn without_secrets(&self, request: &Request<'_>, text: &str) -> String {
        let sent = request.headers.into_iter().flat_map(AuthHeaders::iter);
        let sent = sent.filter(|(name, _)| !SentHeader::is_public(name)).map(|(_, value)| value);
        let token = request.bearer.map(Secret::expose);
        redact(text, self.hidden.iter().map(Secret::expose).chain(sent).chain(token))
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

/// A failure, and what the server said with it, fit to be shown.
pub(super) struct Failed {
    pub(super) failure: Failure,
    pub(super) answer: Option<String>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self { failure, answer: None }
    }
}

/// A text with these secrets replaced: as they are, without `0x` and padding, and as JSON writes them.
fn redact<'a>(text: &str, secrets: impl Iterator<Item = &'a str>) -> String {
    /// Shorter texts occur by chance.
    const SHORTEST: usize = 4;
    let mut text = text.to_owned();
    for secret in secrets {
        let secret = secret.trim();
        let bare = secret.strip_prefix("0x").or_else(|| secret.strip_prefix("0X")).unwrap_or(secret);
        let quoted = serde_json::Value::from(secret).to_string();
        for form in [quoted.trim_matches('"'), bare, bare.trim_end_matches('=')] {
            if form.len() >= SHORTEST {
                text = replace_ignoring_case(&text, form, "[redacted]");
            }
        }
    }
    text
}

fn replace_ignoring_case(text: &str, wanted: &str, with: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let mut replaced = String::new();
    let mut rest = 0;
    for (start, found) in lower.match_indices(&wanted) {
        replaced.push_str(&text[rest..start]);
        replaced.push_str(with);
        rest = start + found.len();
    }
    replaced + &text[rest..]
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
        return Some(Failure::Redirected { status, location: text::quoted(&location, LONGEST_MESSAGE) });
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
    let message = text::quoted(said.as_deref().unwrap_or(text), LONGEST_MESSAGE);
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
    text::quoted(title.unwrap_or("no title"), 120)
}

fn innermost(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    text::quoted(&reason, LONGEST_MESSAGE)
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
    fn secrets_that_a_server_says_are_taken_out() {
        let said = r#"{"error":"bad key 0xABCDEF12 or abcdef12, token a\"b\\c, signature zz"}"#;
        let secrets = ["0xabcdef12", r#"a"b\c"#, "zz", ""];
        let shown = redact(said, secrets.into_iter());
        assert_eq!(shown, r#"{"error":"bad key [redacted] or [redacted], token [redacted], signature zz"}"#);
    }
}
