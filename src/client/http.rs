//! One HTTP client for everything: a deadline a request, a limit of size, no redirects, one retry
//! for reads whose connection failed, and a line in the log for each request of a run.

mod answer;
mod refused;
mod upgrade;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use tokio::sync::watch;
use url::Url;

pub use self::answer::Answer;
use self::refused::{innermost, is_tls, refusal};
use super::hidden::{self, Hidden};
use super::limits::{Limits, QueueTime};
use super::log::Log;
use crate::auth::{AuthHeaders, us};
use crate::facts::probe::Probe;
use crate::facts::{Facts, Failure, SentHeader};
use crate::secret::Secret;
use crate::settings::{OriginKind, Settings, is_loopback};
use crate::text;

const KIB: usize = 1024;
/// The largest answer that is read, unless its request says otherwise.
const LARGEST: usize = 1024 * KIB;
/// The same for what one account has of keys.
pub(super) const LARGEST_OF_KEYS: usize = 256 * KIB;
/// The same for a page of trades: one trade can name many orders.
pub(super) const LARGEST_PAGE: usize = 8 * LARGEST;
/// So much of a refusal is read; what is behind it is left unread.
const LARGEST_REFUSAL: usize = 64 * KIB;
pub(super) const JSON: &str = "application/json";
/// Shorter parts of an address are words.
const LEAST_OF_URL: usize = 10;
/// The longest text of a server that is kept.
const LONGEST_MESSAGE: usize = 300;
/// The same of the answer to a request that failed.
const LONGEST_ANSWER: usize = 2_000;

/// Unix seconds by this clock.
pub fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Unix milliseconds by this clock.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
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

    #[must_use]
    pub fn with(mut self, headers: &'a AuthHeaders) -> Self {
        self.headers = Some(headers);
        self
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
    hidden: Arc<RwLock<Arc<Hidden>>>,
    log: Option<Log>,
    /// Whether only servers of this machine may be asked.
    stays_here: bool,
}

impl Http {
    /// Connects to nothing yet. `timeout` is of one request.
    pub fn new(timeout: Duration) -> Self {
        Self { clients: Arc::default(), timeout, limits: None, hidden: Arc::default(), log: None, stays_here: false }
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
    pub fn hiding(&self, secrets: &[Secret]) -> Self {
        let hidden = Hidden::of(secrets.iter().map(Secret::expose));
        Self { hidden: Arc::new(RwLock::new(Arc::new(hidden))), ..self.clone() }
    }

    /// The same connections, for the account of these settings: its secrets are hidden, and that of a demo
    /// asks nobody but the servers of this machine, whatever URL it is given.
    #[must_use]
    pub fn of(&self, settings: &Settings) -> Self {
        let is_demo = settings.origin.as_ref().is_some_and(|origin| origin.kind == OriginKind::Demo);
        Self { stays_here: self.stays_here || is_demo, ..self.hiding(&settings.secrets()) }
    }

    /// Whether a request to this URL may leave at all.
    fn may_send(&self, url: &Url) -> Result<(), Failure> {
        if !self.stays_here || is_loopback(url) {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default();
        Err(Failure::NotSent { reason: format!("{host} is not part of the demo, which stays on this machine") })
    }

    /// Takes these secrets out as well from now on, in every copy of these connections.
    pub fn hide<const N: usize>(&self, secrets: [&str; N]) {
        let mut hidden = self.hidden.write().unwrap_or_else(PoisonError::into_inner);
        let all = Arc::make_mut(&mut hidden);
        for secret in secrets {
            all.add(secret);
        }
    }

    pub(super) fn hidden(&self) -> Arc<Hidden> {
        Arc::clone(&self.hidden.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same connections, with each request of a probe noted in the facts of a run, and the time
    /// that its requests stand in line in `in_line`.
    #[must_use]
    pub fn logging_to(&self, facts: watch::Sender<Facts>, started: Instant, in_line: Arc<QueueTime>) -> Self {
        Self { log: Some(Log::of_run(facts, started, in_line)), ..self.clone() }
    }

    /// The same connections, with each request noted in the facts as one beside the run, for this purpose.
    #[must_use]
    pub fn noting_to(&self, facts: watch::Sender<Facts>, purpose: String) -> Self {
        Self { log: Some(Log::beside(facts, purpose)), ..self.clone() }
    }

    /// What goes to this machine stays on it: never through a proxy.
    fn client(&self, url: &Url) -> Result<&Client, Failure> {
        let direct = is_loopback(url);
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
        self.send_dated(request).await.0
    }

    /// As [`Http::send`], with the clock of whoever answered: a refusal is dated, too.
    pub async fn send_dated(&self, request: Request<'_>) -> (Result<Answer, Failure>, Option<Dated>) {
        if let Err(failure) = self.may_send(&request.url) {
            return (Err(failure), None);
        }
        self.turn(&request.url).await;
        let signed = match request.sign.map(|sign| sign()).transpose() {
            Ok(signed) => signed,
            Err(failure) => return (Err(failure), None),
        };
        let request = Request { headers: request.headers.or(signed.as_ref()), ..request };
        let line = self.log.as_ref().and_then(|log| log.start(&request));
        let mut attempts = 1;
        let mut outcome = self.attempt(&request).await;
        if request.is_read && matches!(outcome, Err(FailureReport { failure: Failure::Unreachable { .. }, .. })) {
            attempts += 1;
            outcome = self.attempt(&request).await;
        }
        if let Some(line) = line {
            line.end(attempts, outcome.as_ref().map(|answer| answer.status));
        }
        let dated = match &outcome {
            Ok(Answer { sent_s, received_s, date_s, .. }) => {
                date_s.map(|server_s| Dated { sent_s: *sent_s, received_s: *received_s, server_s })
            }
            Err(failed) => failed.dated,
        };
        (outcome.map_err(|failed| failed.failure), dated)
    }

    /// Waits until the limits let a request to this address go.
    async fn turn(&self, url: &Url) {
        let Some(limits) = &self.limits else { return };
        let _standing = self.log.as_ref().and_then(|log| log.in_line.as_ref()).map(|in_line| in_line.stand());
        limits.turn(url).await;
    }

    async fn attempt(&self, request: &Request<'_>) -> Result<Answer, FailureReport> {
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
        let is_answer = (200..300).contains(&status);
        let largest = if is_answer { request.largest } else { LARGEST_REFUSAL };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.explain(error))? {
            if body.len() + chunk.len() <= largest {
                body.extend_from_slice(&chunk);
            } else if is_answer {
                let reason = format!("the answer is larger than {} KiB", largest / KIB);
                return Err(Failure::Garbled { status, reason }.into());
            } else {
                body.extend_from_slice(&chunk[..largest - body.len()]);
                break;
            }
        }
        let received_s = sent_s + sent.elapsed().as_secs_f64();
        let text =
            String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let known = self.hidden();
        let mut sent = Hidden::of(secrets_of(request).iter().map(String::as_str));
        let ids = request.headers.into_iter().flat_map(AuthHeaders::iter).filter(|(name, _)| is_id(name));
        let ids = ids.map(|(_, id)| id);
        let date_s = header(&headers, DATE.as_str())
            .and_then(|text| jiff::fmt::rfc2822::parse(&text).ok().map(|date| date.timestamp().as_second()));
        if let Some(failure) = refusal(status, &headers, &text) {
            ids.for_each(|id| sent.add(id));
            let hide = |text: &str| hidden::without_any(text, [&known, &sent]);
            let answer = Some(hide(&text::quoted(&hidden::unescaped(&text), LONGEST_ANSWER)));
            let dated = date_s.map(|server_s| Dated { sent_s, received_s, server_s });
            return Err(FailureReport { failure: failure.saying(hide), answer, dated });
        }
        let shown = match hidden::without(&hidden::unescaped(&text), [&known, &sent]) {
            Cow::Borrowed(_) => None,
            Cow::Owned(shown) => Some(shown),
        };
        ids.for_each(|id| sent.add(id));
        Ok(Answer { status, text, shown, known, sent, sent_s, received_s, date_s })
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
pub(super) struct FailureReport {
    pub(super) failure: Failure,
    pub(super) answer: Option<String>,
    pub(super) dated: Option<Dated>,
}

/// When an answer was dated by its server, between which moments here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dated {
    /// Unix seconds by this clock.
    pub sent_s: f64,
    pub received_s: f64,
    /// Whole Unix seconds of the `Date` header.
    pub server_s: i64,
}

impl From<Failure> for FailureReport {
    fn from(failure: Failure) -> Self {
        Self { failure, answer: None, dated: None }
    }
}

/// Whether a header holds the id of a key, which some answers are asked for.
fn is_id(header: &str) -> bool {
    (header.ends_with("API_KEY") || header == us::KEY_HEADER) && !SentHeader::is_public(header)
}

/// What a request was sent with that nobody else may see, but for the ids of keys.
fn secrets_of(request: &Request<'_>) -> Vec<String> {
    let is_hidden = |name: &str| !SentHeader::is_public(name) && !is_id(name);
    let headers = request.headers.into_iter().flat_map(AuthHeaders::iter).filter(|(name, _)| is_hidden(name));
    let token = request.bearer.map(|token| token.expose().to_owned());
    let mut secrets: Vec<String> = headers.map(|(_, value)| value.to_owned()).chain(token).collect();
    // an address may hold an access key, which the one that is shown does not
    let (url, shown) = (&request.url, request.shown.as_deref().unwrap_or_default());
    let of_url = url.path_segments().into_iter().flatten().map(str::to_owned);
    let of_url = of_url.chain(url.query_pairs().map(|(_, value)| value.into_owned()));
    if request.shown.is_some() {
        secrets.extend(of_url.filter(|part| part.len() >= LEAST_OF_URL && !shown.contains(part.as_str())));
    }
    secrets.extend([url.username(), url.password().unwrap_or_default()].map(str::to_owned));
    secrets
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
