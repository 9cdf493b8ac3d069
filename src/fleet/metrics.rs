//! How accounts stand, in the text form that Prometheus reads.
//!
//! Labels are names of profiles, checks and causes: no address, no key id. Each account has one
//! series a check and five of its own.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::checks::{CHECKS, Status};
use crate::report::{Report, Verdict};

/// The content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Seconds = Gauge<f64, AtomicU64>;

/// The latest state of each account.
pub struct Metrics {
    registry: Registry,
    verdict: Family<Account, Gauge>,
    check: Family<AccountCheck, Gauge>,
    cause: Family<AccountCause, Gauge>,
    drift: Family<Account, Seconds>,
    took: Family<Account, Seconds>,
    at: Family<Account, Seconds>,
    runs: Family<Account, Counter>,
    accounts: Gauge,
    /// The cause that stands in `cause` for each account.
    named: Mutex<HashMap<Arc<str>, &'static str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Account {
    profile: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountCheck {
    profile: Arc<str>,
    check: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountCause {
    profile: Arc<str>,
    cause: &'static str,
}

/// The worse, the greater, so that an alert needs one comparison.
fn badness(status: Status) -> i64 {
    match status {
        Status::Pass => 0,
        Status::Note => 1,
        Status::Skip | Status::Waiting | Status::Running => 2,
        Status::Warn => 3,
        Status::Unknown => 4,
        Status::Fail => 5,
    }
}

fn place(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Healthy => 0,
        Verdict::Degraded => 1,
        Verdict::Incomplete => 2,
        Verdict::Broken => 3,
    }
}

impl Metrics {
    /// Of so many accounts.
    pub fn new(accounts: usize) -> Self {
        let mut registry = Registry::with_prefix("polydoctor");
        registry.register("build", "Version of the program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let count = Gauge::<i64>::default();
        registry.register("accounts", "Watched accounts", count.clone());
        let metrics = Self {
            registry,
            verdict: Family::default(),
            check: Family::default(),
            cause: Family::default(),
            drift: Family::default(),
            took: Family::default(),
            at: Family::default(),
            runs: Family::default(),
            accounts: count,
            named: Mutex::default(),
        };
        metrics.count(accounts);
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let (registry, seconds) = (&mut self.registry, || Unit::Seconds);
        let help = "Account status: 0 healthy, 1 degraded, 2 incomplete, 3 broken";
        registry.register("verdict", help, self.verdict.clone());
        let help = "Check status: 0 pass, 1 note, 2 skip, 3 warn, 4 unknown, 5 fail";
        registry.register("check_status", help, self.check.clone());
        registry.register("cause_info", "Most likely cause of the problem", self.cause.clone());
        let help = "This clock minus the server's";
        registry.register_with_unit("clock_drift", help, seconds(), self.drift.clone());
        registry.register_with_unit("run_duration", "Duration of the last run", seconds(), self.took.clone());
        let help = "Time when the last run ended, in Unix seconds";
        registry.register_with_unit("last_run_timestamp", help, seconds(), self.at.clone());
        registry.register("runs", "Completed runs", self.runs.clone());
        self
    }

    /// So many accounts are watched from now on.
    pub fn count(&self, accounts: usize) {
        self.accounts.set(i64::try_from(accounts).unwrap_or(i64::MAX));
    }

    /// Takes out an account that is no longer watched.
    pub fn forget(&self, profile: &str) {
        let account = Account { profile: profile.into() };
        self.verdict.remove(&account);
        self.drift.remove(&account);
        self.took.remove(&account);
        self.at.remove(&account);
        self.runs.remove(&account);
        for check in CHECKS {
            self.check.remove(&AccountCheck { profile: Arc::clone(&account.profile), check: check.id });
        }
        self.name(&account.profile, None);
    }

    /// Takes in how an account stands at this Unix time. `drift_s` is this clock minus the server's.
    pub fn take(&self, report: &Report, drift_s: Option<f64>, now_s: f64) {
        let account = Account { profile: report.profile.as_str().into() };
        self.verdict.get_or_create(&account).set(place(report.verdict));
        for check in &report.checks {
            let labels = AccountCheck { profile: Arc::clone(&account.profile), check: check.id };
            self.check.get_or_create(&labels).set(badness(check.status));
        }
        self.name(&account.profile, report.diagnoses.first().map(|diagnosis| diagnosis.cause.name()));
        match drift_s {
            Some(drift_s) => _ = self.drift.get_or_create(&account).set(drift_s),
            None => _ = self.drift.remove(&account),
        }
        // run times are far below 2^53 ms
        #[allow(clippy::cast_precision_loss)]
        self.took.get_or_create(&account).set(report.elapsed_ms as f64 / 1000.0);
        self.at.get_or_create(&account).set(now_s);
        self.runs.get_or_create(&account).inc();
    }

    /// Puts the cause in the place of the one before.
    fn name(&self, profile: &Arc<str>, cause: Option<&'static str>) {
        let labels = |cause| AccountCause { profile: Arc::clone(profile), cause };
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = named.remove(profile).filter(|before| Some(*before) != cause) {
            self.cause.remove(&labels(before));
        }
        if let Some(cause) = cause {
            named.insert(Arc::clone(profile), cause);
            self.cause.get_or_create(&labels(cause)).set(1);
        }
    }

    /// The text that Prometheus scrapes.
    pub fn text(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .unwrap_or_else(|fmt::Error| unreachable!("writing to a text does not fail"));
        text
    }
}
