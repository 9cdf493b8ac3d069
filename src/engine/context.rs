//! What the probes of one run share.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;
use tokio::sync::watch;
use url::Url;

use crate::auth::l2::ApiCredentials;
use crate::client::calls::{Call, User};
use crate::client::clob::Clob;
use crate::client::http::{Answer, Http, millis, now_s};
use crate::client::limits::QueueTime;
use crate::facts::clock::{self, Drift};
use crate::facts::probe::{self, Probe};
use crate::facts::{ClockReading, Fact, Facts, Failure, OrderProof};
use crate::settings::{Setting, Settings, Sourced, Venue};

/// Why a probe gave no fact.
pub(super) enum ProbeSkip {
    Failed(Failure),
    Blocked(Probe),
    NotAsked(String),
}

impl From<Failure> for ProbeSkip {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl ProbeSkip {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self::NotAsked(why.into())
    }
}

pub(super) type Outcome<T> = Result<T, ProbeSkip>;

pub(super) struct Context {
    pub(super) settings: Arc<Settings>,
    pub(super) facts: watch::Sender<Facts>,
    pub(super) key: Option<PrivateKeySigner>,
    /// The derived credentials: the secret part, which facts must not hold.
    pub(super) derived: OnceLock<ApiCredentials>,
    /// What the exchanges said in the batch that the chain was read with.
    pub(super) exchange: OnceLock<OrderProof>,
    /// When the answers of Polymarket US were dated.
    pub(super) us_clock: Mutex<Vec<ClockReading>>,
    /// The probes of this run.
    wanted: BTreeSet<Probe>,
    http: Http,
    started: Instant,
}

impl Context {
    pub(super) fn new(
        settings: Arc<Settings>,
        http: &Http,
        in_line: Arc<QueueTime>,
        facts: watch::Sender<Facts>,
        started: Instant,
        wanted: BTreeSet<Probe>,
    ) -> Self {
        let key = settings.parsed_key().map(|key| key.signer);
        let http = http.waiting(settings.timeout).logging_to(facts.clone(), started, in_line);
        let (derived, exchange) = (OnceLock::new(), OnceLock::new());
        let us_clock = Mutex::default();
        Self { settings, facts, key, derived, exchange, us_clock, wanted, http, started }
    }

    /// Whether a probe is part of this run.
    pub(super) fn wants(&self, probe: Probe) -> bool {
        self.wanted.contains(&probe)
    }

    /// Why a probe has nothing to ask: it is about a venue that is not looked at.
    pub(super) fn elsewhere(&self, probe: Probe) -> Option<&'static str> {
        match probe.venue().filter(|venue| !self.settings.venues.has(*venue))? {
            Venue::Global => Some("this account is at Polymarket US only"),
            Venue::Us => Some("no key of Polymarket US is configured"),
        }
    }

    /// Fills a fact with what the work gives, and times it.
    pub(super) async fn fill<T>(&self, field: fn(&mut Facts) -> &mut Fact<T>, work: impl Future<Output = Outcome<T>>) {
        let began = self.started.elapsed();
        self.facts.send_modify(|facts| *field(facts) = Fact::Running { since_ms: millis(began) });
        let outcome = work.await;
        let took_ms = millis(self.started.elapsed().saturating_sub(began));
        let fact = match outcome {
            Ok(value) => Fact::Known { value, took_ms },
            Err(ProbeSkip::Failed(failure)) => Fact::Failed { failure, took_ms },
            Err(ProbeSkip::Blocked(by)) => Fact::Blocked { by },
            Err(ProbeSkip::NotAsked(why)) => Fact::NotAsked { why },
        };
        self.facts.send_modify(|facts| *field(facts) = fact);
    }

    /// The HTTP client, unless nothing may be asked.
    pub(super) fn http(&self) -> Outcome<&Http> {
        if self.facts.borrow().setup.offline {
            return Err(ProbeSkip::because(probe::OFFLINE));
        }
        Ok(&self.http)
    }

    /// Sends a call to the CLOB, stamped when it is sent by the server's clock where this one is off. Its
    /// `Date` header is a reading of the server's clock.
    pub(super) async fn ask<T>(&self, probe: Probe, call: &Call<'_, T>) -> Outcome<(Answer, T)> {
        self.ask_at(probe, call, || self.timestamp()).await
    }

    /// As [`Context::ask`], stamped otherwise.
    pub(super) async fn ask_at<T>(
        &self,
        probe: Probe,
        call: &Call<'_, T>,
        stamp: impl Fn() -> i64 + Send + Sync,
    ) -> Outcome<(Answer, T)> {
        let base = url(self.settings.clob_url.as_ref(), "CLOB")?;
        if probe != Probe::ServerTime && self.is_unreachable() {
            return Err(ProbeSkip::Blocked(Probe::ServerTime));
        }
        let (answer, value) = Clob { http: self.http()?, base }.ask(Some(probe), call, stamp).await?;
        if let Some(server_s) = answer.date_s {
            self.saw_clock(&answer, server_s, false);
        }
        Ok((answer, value))
    }

    /// Signs with these API credentials, for the signer.
    pub(super) fn user<'a>(&self, credentials: &'a ApiCredentials) -> Outcome<User<'a>> {
        Ok(User { address: self.signer()?.address(), credentials })
    }

    pub(super) fn saw_clock(&self, answer: &Answer, server_s: i64, from_time: bool) {
        let reading = ClockReading { server_s, sent_s: answer.sent_s, received_s: answer.received_s, from_time };
        self.facts.send_modify(|facts| facts.clock.push(reading));
    }

    /// Waits until a probe of this run is settled, for as long as one request may take.
    pub(super) async fn wait_for(&self, probe: Probe) {
        let mut facts = self.facts.subscribe();
        let settled = facts.wait_for(|facts| facts.is_settled(probe));
        // a probe that is not part of the run never settles, and says nothing either
        let _ = tokio::time::timeout(self.settings.timeout, settled).await;
    }

    /// The first request found nobody there: more would only wait for nothing.
    pub(super) fn is_unreachable(&self) -> bool {
        matches!(
            self.facts.borrow().server_time.failure(),
            Some(Failure::Unreachable { .. } | Failure::TimedOut { .. } | Failure::Tls { .. })
        )
    }

    pub(super) fn signer(&self) -> Outcome<&PrivateKeySigner> {
        self.key.as_ref().ok_or_else(|| ProbeSkip::because("no usable private key"))
    }

    /// Credentials to read the account with: the derived ones, else the configured ones.
    pub(super) fn credentials(&self) -> Outcome<ApiCredentials> {
        let configured = || self.settings.credentials.whole();
        self.derived.get().cloned().or_else(configured).ok_or(ProbeSkip::Blocked(Probe::Derive))
    }

    /// This clock minus the server's, when that is more than clients would notice.
    pub(super) fn drift(&self) -> Option<Drift> {
        clock::drift(&self.facts.borrow().clock).filter(|drift| drift.is_noticeable())
    }

    /// Unix seconds to stamp a request with: by this clock, or by the server's where this one is
    /// off, so that one wrong clock does not hide everything else.
    pub(super) fn timestamp(&self) -> i64 {
        whole(now_s() - self.drift().map_or(0.0, Drift::middle_s))
    }

    /// Every address of interest: the signer, its wallets, the funder.
    pub(super) fn addresses(&self) -> Vec<Address> {
        let setup = &self.facts.borrow().setup;
        let mut all: Vec<Address> = setup
            .wallets
            .iter()
            .flat_map(|wallets| wallets.iter().map(|(_, address)| address).collect::<Vec<_>>())
            .collect();
        all.extend(setup.signer());
        all.extend(setup.funder.as_ref().map(|funder| funder.value));
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Headers, or why the request cannot be made at all.
pub(super) fn unless_unsendable<T, E: std::fmt::Display>(made: Result<T, E>) -> Result<T, Failure> {
    made.map_err(|error| Failure::NotSent { reason: error.to_string() })
}

/// Unix seconds, cut off.
pub(super) fn whole(seconds: f64) -> i64 {
    // today's seconds are far below the limits of i64
    #[allow(clippy::cast_possible_truncation)]
    let whole = seconds.floor() as i64;
    whole
}

pub(super) fn url<'a>(url: Option<&'a Sourced<Url>>, name: &str) -> Outcome<&'a Url> {
    url.map(|url| &url.value).ok_or_else(|| ProbeSkip::because(format!("the {name} URL is not usable")))
}

/// The URL of a service that has an official default only beside the official CLOB, or why there is none.
pub(super) fn beside_clob<'a>(
    settings: &Settings,
    setting: Setting,
    url: Option<&'a Sourced<Url>>,
    service: &str,
) -> Outcome<&'a Url> {
    url.map(|url| &url.value).ok_or_else(|| {
        let variable = setting.usual_variable().unwrap_or_default();
        let is_wrong = settings.problems.iter().any(|problem| problem.is_of(setting));
        ProbeSkip::because(match &settings.clob_url {
            Some(clob) if !is_wrong => format!(
                "the CLOB is {}, and {service} is unknown: set {variable}",
                clob.value.host_str().unwrap_or("a different host")
            ),
            _ => format!("{variable} is not a usable URL"),
        })
    })
}
