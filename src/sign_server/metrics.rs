//! What a server counts, in the text form that Prometheus reads.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// The content type of [`Metrics::text`].
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters of one server. Labels take few values: known routes, statuses, configured names.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    signed: Family<AccountLabel, Counter>,
    signing: Histogram,
    in_flight: Gauge,
    connections: Gauge,
    reloads: Family<ReloadLabel, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountLabel {
    account: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabel {
    result: Reload,
}

/// How a reload of credentials, tokens and certificates went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Reload {
    Done,
    /// Something was wrong with the new ones, so the old ones stay.
    Refused,
}

/// Something that is going on; it counts until it is dropped, however it ends.
pub(super) struct Ongoing(Gauge);

impl Ongoing {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("polydoctor_sign_server");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        // from 4 µs to 16 ms: an order takes a few microseconds, a megabyte some milliseconds
        let signing = Histogram::new(exponential_buckets(0.000_004, 4.0, 7));
        let (requests, signed, reloads) = (Family::default(), Family::default(), Family::default());
        let (in_flight, connections) = (Gauge::default(), Gauge::default());
        registry.register("build", "Version of the program", build);
        registry.register("requests", "Answered requests by route and status", requests.clone());
        registry.register("signatures", "Signed requests by account", signed.clone());
        let help = "Time to check and sign one request";
        registry.register_with_unit("signing", help, Unit::Seconds, signing.clone());
        registry.register("requests_in_flight", "Requests that are being read or answered", in_flight.clone());
        registry.register("connections", "Open connections", connections.clone());
        registry.register("reloads", "Reloads of credentials, tokens and certificates", reloads.clone());
        Self { registry, requests, signed, signing, in_flight, connections, reloads }
    }
}

impl Metrics {
    /// The text that Prometheus scrapes.
    pub fn text(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .unwrap_or_else(|fmt::Error| unreachable!("writing to a text does not fail"));
        text
    }

    pub fn reloaded(&self, result: Reload) {
        self.reloads.get_or_create(&ReloadLabel { result }).inc();
    }

    pub(super) fn request(&self) -> Ongoing {
        Ongoing::begin(&self.in_flight)
    }

    pub(super) fn connection(&self) -> Ongoing {
        Ongoing::begin(&self.connections)
    }

    pub(super) fn answered(&self, route: &'static str, status: u16) {
        self.requests.get_or_create(&RequestLabels { route, status }).inc();
    }

    pub(super) fn signed(&self, account: &Arc<str>, took: Duration) {
        self.signed.get_or_create(&AccountLabel { account: Arc::clone(account) }).inc();
        self.signing.observe(took.as_secs_f64());
    }
}
