//! The one list of requests: those of a run, and those that panels and actions send beside it. Each is a
//! line in the facts, noted when it is sent and again when it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::http::{JSON, Request, millis};
use super::limits::QueueTime;
use crate::auth::AuthHeaders;
use crate::endpoints::UPDATE_BALANCE;
use crate::facts::{Facts, RequestRecord, SentHeader};
use crate::settings::shown_url;

/// Reads beside the run that are kept: a panel may send some every few seconds. What changes something is
/// always kept.
const MOST_READS: usize = 300;

/// The longest body that is kept for a copy of its request.
const LONGEST_BODY: usize = 4_096;

/// The number of the next request of this process; recorded ones have none.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Where requests are noted, and as what.
#[derive(Clone)]
pub(super) struct Log {
    facts: watch::Sender<Facts>,
    kind: Kind,
    /// Where requests of a run stand in line.
    pub(super) in_line: Option<Arc<QueueTime>>,
}

#[derive(Clone)]
enum Kind {
    /// Of a run that started then.
    Run(Instant),
    /// Beside it, for this purpose.
    Beside(String),
}

impl Log {
    pub(super) fn of_run(facts: watch::Sender<Facts>, started: Instant, in_line: Arc<QueueTime>) -> Self {
        Self { facts, kind: Kind::Run(started), in_line: Some(in_line) }
    }

    pub(super) fn beside(facts: watch::Sender<Facts>, purpose: String) -> Self {
        Self { facts, kind: Kind::Beside(purpose), in_line: None }
    }

    /// Notes that a request is sent. `None` for one that belongs to no probe of the run.
    pub(super) fn start(&self, request: &Request<'_>) -> Option<Sent> {
        let (probe, purpose) = match &self.kind {
            Kind::Run(_) => (Some(request.probe?), None),
            Kind::Beside(purpose) => (None, Some(purpose.clone())),
        };
        let mut record = RequestRecord {
            method: request.method.to_string(),
            url: request.shown.clone().unwrap_or_else(|| shown_url(&request.url)),
            status: None,
            sent_ms: 0,
            elapsed_ms: None,
            probe,
            purpose,
            changes: !request.is_read || request.url.path().ends_with(UPDATE_BALANCE),
            attempts: 1,
            headers: sent_headers(request),
            body_bytes: request.body.as_ref().map(String::len),
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            body: request.body.clone().filter(|body| request.is_read && body.len() <= LONGEST_BODY),
            failure: None,
            answer: None,
        };
        self.facts.send_modify(|facts| {
            record.sent_ms = match self.kind {
                Kind::Run(started) => i64::try_from(millis(started.elapsed())).unwrap_or(i64::MAX),
                Kind::Beside(_) => unix_ms().saturating_sub(facts.started_ms),
            };
            facts.requests.push(record.clone());
            forget_oldest(&mut facts.requests);
        });
        Some(Sent { facts: self.facts.clone(), record, since: Instant::now(), is_over: false })
    }
}

/// Lets go of the oldest reads beside the run where there are many.
fn forget_oldest(requests: &mut Vec<RequestRecord>) {
    let is_read = |request: &RequestRecord| request.probe.is_none() && !request.changes;
    let mut surplus = requests.iter().filter(|request| is_read(request)).count().saturating_sub(MOST_READS);
    if surplus > 0 {
        requests.retain(|request| {
            let goes = surplus > 0 && is_read(request);
            surplus -= usize::from(goes);
            !goes
        });
    }
}

/// A request on its way. Dropped before its end, it is noted as given up.
pub(super) struct Sent {
    facts: watch::Sender<Facts>,
    record: RequestRecord,
    since: Instant,
    is_over: bool,
}

impl Sent {
    /// Notes what became of it: the status of its answer, or why it failed with what the server said.
    pub(super) fn end(mut self, attempts: u32, outcome: Result<u16, &super::http::FailureReport>) {
        self.record.attempts = attempts;
        match outcome {
            Ok(status) => self.record.status = Some(status),
            Err(failed) => {
                self.record.status = failed.failure.status();
                self.record.failure = Some(failed.failure.to_string());
                self.record.answer.clone_from(&failed.answer);
            }
        }
        self.note();
    }

    fn note(&mut self) {
        self.is_over = true;
        self.record.elapsed_ms = Some(millis(self.since.elapsed()));
        let record = &self.record;
        self.facts.send_modify(|facts| {
            let line = facts.requests.iter_mut().rev().find(|line| line.number == record.number);
            if let Some(line) = line {
                // a new run may have moved its time
                *line = RequestRecord { sent_ms: line.sent_ms, ..record.clone() };
            }
        });
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if !self.is_over {
            self.record.failure = Some("given up before a response came".to_owned());
            self.note();
        }
    }
}

/// What the log says of the headers.
fn sent_headers(request: &Request<'_>) -> Vec<SentHeader> {
    let own = request.headers.into_iter().flat_map(AuthHeaders::iter);
    let token = request.bearer.map(|token| ("authorization", token.expose()));
    let json = request.body.is_some().then_some(("content-type", JSON));
    own.chain(token).chain(json).map(|(name, value)| SentHeader::new(name, value)).collect()
}

fn unix_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
