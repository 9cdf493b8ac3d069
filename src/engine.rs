//! The engine: probes fill facts, as concurrently as their needs allow.
//!
//! [`Engine::run`] starts every probe whose needs are settled, at once, over one connection pool.
//! Whoever watches [`Engine::facts`] sees each fact as it arrives. Dropping the future of a run
//! stops it; [`Engine::stop`] then marks what is missing.
//!
//! ```no_run
//! use std::collections::BTreeSet;
//!
//! use polydoctor::engine::Engine;
//! use polydoctor::facts::probe::Probe;
//! use polydoctor::report::Report;
//! use polydoctor::settings::{self, Inputs};
//!
//! # async fn check() -> Result<(), settings::SettingsError> {
//! let engine = Engine::new(settings::load(&Inputs::default())?, false, &[]);
//! engine.run(&BTreeSet::from([Probe::ServerTime, Probe::Version])).await;
//! let report = Report::of(&engine.facts().borrow());
//! # Ok(())
//! # }
//! ```

mod context;
mod probes;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::http::{Http, millis};
use crate::client::limits::QueueTime;
use crate::facts::probe::Probe;
use crate::facts::{ClockReading, Fact, Facts, Failure, MarketQuestion, RequestRecord, Setup};
use crate::settings::Settings;
use context::Context;

/// Requests sent beside the run that are listed; older ones go.
const KEPT_BESIDE: usize = 1000;

/// Everything that a run needs; made without input or output.
pub struct Engine {
    with: ArcSwap<With>,
    facts: watch::Sender<Facts>,
}

/// What a run is made with.
struct With {
    settings: Arc<Settings>,
    /// It hides the secrets of these settings.
    http: Http,
}

impl Engine {
    /// `offline` asks nothing over the network. `symptoms` are errors that the user saw.
    pub fn new(settings: Settings, offline: bool, symptoms: &[String]) -> Self {
        let facts = Facts { setup: Setup::of(&settings, offline), symptoms: recognised(symptoms), ..Facts::default() };
        let http = Http::new(settings.timeout).of(&settings);
        Self {
            with: ArcSwap::from_pointee(With { settings: Arc::new(settings), http }),
            facts: watch::Sender::new(facts),
        }
    }

    /// Asks also what takes seconds.
    #[must_use]
    pub fn deep(self) -> Self {
        self.facts.send_modify(|facts| facts.setup.deep = true);
        self
    }

    /// Over these connections, within their limits, instead of over some of its own.
    #[must_use]
    pub fn over(self, http: &Http) -> Self {
        let settings = Arc::clone(&self.with.load().settings);
        let http = http.of(&settings);
        Self { with: ArcSwap::from_pointee(With { settings, http }), ..self }
    }

    /// Asks about a market, too. The question stays when settings or facts change.
    #[must_use]
    pub fn about(self, question: Option<MarketQuestion>) -> Self {
        self.ask(question);
        self
    }

    /// Asks about this market from now on, or about none.
    pub fn ask(&self, question: Option<MarketQuestion>) {
        self.facts.send_modify(|facts| {
            (facts.about, facts.market, facts.market_shares) = (question, Fact::Waiting, Fact::Waiting);
        });
    }

    /// The same connections, for work beside the run: its requests are noted among those of the run, with
    /// what they are for.
    #[must_use]
    pub fn noting(&self, http: &Http, purpose: impl Into<String>) -> Http {
        http.noting_to(self.facts.clone(), purpose.into())
    }

    /// Takes in requests that were sent before this engine was made or beside it. Their times count from
    /// `started_ms`, Unix milliseconds.
    pub fn remember(&self, requests: impl IntoIterator<Item = RequestRecord>, started_ms: i64) {
        self.facts.send_modify(|facts| {
            let earlier_ms = started_ms.saturating_sub(facts.started_ms);
            let moved = requests.into_iter().map(|request| RequestRecord {
                sent_ms: request.sent_ms.saturating_add(earlier_ms),
                probe: None,
                ..request
            });
            facts.requests.extend(moved);
            let mut surplus =
                facts.requests.iter().filter(|request| request.probe.is_none()).count().saturating_sub(KEPT_BESIDE);
            facts.requests.retain(|request| {
                let goes = request.probe.is_none() && surplus > 0;
                surplus -= usize::from(goes);
                !goes
            });
        });
    }

    /// Takes in a reading of the server's clock that was made beside the run, so that checks and screen
    /// judge by the same readings.
    ///
    /// Whether it shows that a clock was set since the earlier readings, which are forgotten then.
    pub fn read_clock(&self, reading: ClockReading) -> bool {
        let mut was_set = false;
        self.facts.send_modify(|facts| was_set = facts.take_reading(reading));
        was_set
    }

    /// Goes on with these settings: the next run is made with them. What is known until then was found
    /// with the earlier ones, so every probe has to run again.
    pub fn renew(&self, settings: Settings) {
        self.facts.send_modify(|facts| {
            facts.setup = Setup { deep: facts.setup.deep, ..Setup::of(&settings, facts.setup.offline) };
        });
        self.use_settings(settings);
    }

    fn use_settings(&self, settings: Settings) {
        let http = self.with.load().http.of(&settings);
        self.with.store(Arc::new(With { settings: Arc::new(settings), http }));
    }

    /// Takes over what another engine has found out with these settings. What the user sees and the
    /// requests beside the runs stay.
    pub fn adopt(&self, settings: Settings, facts: Facts) {
        self.use_settings(settings);
        let (mut beside, mut started_ms) = (Vec::new(), 0);
        self.facts.send_modify(|own| {
            beside = own.requests.iter().filter(|request| request.probe.is_none()).cloned().collect();
            started_ms = own.started_ms;
            let market = if facts.about == own.about { facts.market } else { Fact::Waiting };
            *own = Facts { symptoms: std::mem::take(&mut own.symptoms), about: own.about.take(), market, ..facts };
        });
        self.remember(beside, started_ms);
    }

    /// The facts as they stand, and news of each change.
    pub fn facts(&self) -> watch::Receiver<Facts> {
        self.facts.subscribe()
    }

    /// Takes in which errors the user sees; nothing is asked for that.
    pub fn tell(&self, symptoms: &[String]) {
        let symptoms = recognised(symptoms);
        self.facts.send_modify(|facts| facts.symptoms = symptoms);
    }

    /// Runs these probes and what they come after, within the deadline of the settings. Time that all
    /// of it stands in line, because of the limits of the connections, does not count.
    ///
    /// Their facts are forgotten first; facts of other probes stay.
    pub async fn run(&self, wanted: &BTreeSet<Probe>) {
        let (wanted, with) = (with_needs(wanted), self.with.load_full());
        let settings = &with.settings;
        let started = Instant::now();
        self.facts.send_modify(|facts| {
            let before_ms = facts.started_ms;
            facts.started_ms = i64::try_from(unix_ms()).unwrap_or(i64::MAX);
            facts.elapsed_ms = None;
            facts.requests.retain(|request| request.probe.is_none_or(|probe| !wanted.contains(&probe)));
            let later_ms = facts.started_ms.saturating_sub(before_ms);
            for request in &mut facts.requests {
                request.sent_ms = request.sent_ms.saturating_sub(later_ms);
            }
            if wanted.contains(&Probe::ServerTime) {
                // an older reading may be of a clock that has been set since
                facts.clock.clear();
            }
            for &probe in &wanted {
                facts.forget(probe);
            }
        });
        let in_line = Arc::new(QueueTime::default());
        let (line, news) = (Arc::clone(&in_line), self.facts.clone());
        let context = Context::new(Arc::clone(settings), &with.http, line, news, started, wanted.clone());
        let context = Arc::new(context);
        let run = |probe| probes::run(Arc::clone(&context), probe);
        let mut work = std::pin::pin!(schedule(&self.facts, wanted, run));
        while tokio::time::timeout(in_line.left_of(settings.deadline, started), &mut work).await.is_err() {
            if in_line.left_of(settings.deadline, started).is_zero() {
                self.time_out(millis(started.elapsed()));
                self.stop();
                break;
            }
        }
        self.facts.send_modify(|facts| facts.elapsed_ms = Some(millis(started.elapsed())));
    }

    /// What was asked and not answered within the deadline is no person's doing.
    fn time_out(&self, now_ms: u64) {
        self.facts.send_modify(|facts| {
            for &probe in Probe::ALL {
                if let Some(since_ms) = facts.running_since_ms(probe) {
                    facts.fail(probe, Failure::TimedOut { after_ms: now_ms.saturating_sub(since_ms) });
                }
            }
        });
    }

    /// Marks every fact that did not arrive as stopped: known to be missing, not failed.
    pub fn stop(&self) {
        self.facts.send_modify(|facts| facts.stop(i64::try_from(unix_ms()).unwrap_or(i64::MAX)));
    }
}

/// What may be kept of errors that the user reports: who said what, and the known sentence. The logs
/// themselves may hold secrets.
pub fn recognised(symptoms: &[String]) -> Vec<String> {
    symptoms.iter().filter_map(|text| Some(crate::reference::Reported::of(text)?.kept())).collect()
}

fn unix_ms() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i128::try_from(since.as_millis()).unwrap_or(0))
}

/// The probes and, transitively, those that they come after.
fn with_needs(wanted: &BTreeSet<Probe>) -> BTreeSet<Probe> {
    let mut all = BTreeSet::new();
    let mut left: Vec<Probe> = wanted.iter().copied().collect();
    while let Some(probe) = left.pop() {
        if all.insert(probe) {
            left.extend(probe.after());
        }
    }
    all
}

/// Starts each probe as soon as what it comes after is settled. One that ends by a fault of this program
/// is settled by that, so that what comes after it goes on.
async fn schedule<R: Future<Output = ()> + Send + 'static>(
    facts: &watch::Sender<Facts>,
    mut waiting: BTreeSet<Probe>,
    run: impl Fn(Probe) -> R,
) {
    let mut running = JoinSet::new();
    let mut probes = HashMap::new();
    loop {
        let ready: Vec<Probe> = {
            let facts = facts.borrow();
            let settled = |need: &Probe| facts.is_settled(*need);
            waiting.iter().copied().filter(|probe| probe.after().iter().all(settled)).collect()
        };
        for probe in ready {
            waiting.remove(&probe);
            probes.insert(running.spawn(run(probe)).id(), probe);
        }
        match running.join_next_with_id().await {
            None => return,
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                if let Some(&probe) = probes.get(&error.id()) {
                    facts.send_modify(|facts| facts.fail(probe, Failure::Internal));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_probe_that_panics_is_an_internal_failure_and_the_rest_goes_on() {
        let facts = watch::Sender::new(Facts::default());
        let wanted: BTreeSet<Probe> = with_needs(&[Probe::DerivedCredentials].into());
        let ran = Arc::new(std::sync::Mutex::new(Vec::new()));
        schedule(&facts, wanted.clone(), |probe| {
            let (facts, ran) = (facts.clone(), Arc::clone(&ran));
            async move {
                ran.lock().unwrap().push(probe);
                assert_ne!(probe, Probe::ServerTime, "a fault of this program");
                facts.send_modify(|facts| facts.fail(probe, Failure::Stopped));
            }
        })
        .await;
        assert_eq!(ran.lock().unwrap().len(), wanted.len());
        let facts = facts.borrow();
        assert_eq!(facts.server_time, Fact::Failed { failure: Failure::Internal, took_ms: 0 });
        assert!(wanted.iter().all(|probe| facts.is_settled(*probe)));
    }
}
