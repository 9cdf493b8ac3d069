//! Many accounts at once, each a profile of the configuration.
//!
//! All of them share one pool of connections and one line a host, which the limits of the client
//! keep short of what the service allows. Accounts that ask the same hosts share a lane, in which so
//! many are checked at once; so a host that hangs holds up nobody but those who ask it too.

pub mod metrics;
pub mod row;

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{AcquireError, Semaphore};
use tokio::task::{JoinSet, spawn_blocking};
use url::Url;

use crate::checks::Check;
use crate::client::http::{Http, millis};
use crate::engine::Engine;
use crate::engine::clock::{self, Drift};
use crate::engine::facts::{Facts, Setup};
use crate::engine::probe::Probe;
use crate::report::Report;
use crate::settings::{Origin, ProblemKind, SettingProblem, Settings, Sourced};

/// Accounts of one lane that are checked at once, unless another number is asked for.
pub const USUAL_AT_ONCE: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Accounts of all lanes that are checked at once: each may hold some 15 connections, and a process
/// may usually have 1024 files open.
pub const MOST_AT_ONCE: usize = 64;
/// Profiles that are loaded at once: unlocking a keystore takes a processor for a second.
const LOADED_AT_ONCE: usize = 4;

/// Gives the settings of a profile, or says in one sentence why there are none. It may block.
pub type Load = Arc<dyn Fn(&str) -> Result<Settings, String> + Send + Sync>;

/// What all accounts share.
pub struct Fleet {
    load: Load,
    http: Http,
    offline: bool,
    at_once: usize,
    loading: Semaphore,
    places: Semaphore,
    lanes: Mutex<HashMap<BTreeSet<String>, Arc<Semaphore>>>,
}

/// One account: its profile, and what is known of it.
pub struct Member {
    pub profile: String,
    state: State,
}

enum State {
    Unloaded,
    Loaded { engine: Engine, hosts: BTreeSet<String> },
    Unloadable { facts: Box<Facts> },
}

/// Accounts that are being checked; dropping it stops them.
pub struct Round(JoinSet<Result<Member, AcquireError>>);

impl Fleet {
    /// `http` carries the limits. `offline` asks nothing over the network.
    pub fn new(load: Load, http: Http, at_once: NonZeroUsize, offline: bool) -> Arc<Self> {
        Arc::new(Self {
            load,
            http,
            offline,
            at_once: at_once.get(),
            loading: Semaphore::new(LOADED_AT_ONCE),
            places: Semaphore::new(MOST_AT_ONCE),
            lanes: Mutex::default(),
        })
    }

    /// Begins to check these accounts by these probes; a profile that is not loaded yet is loaded.
    pub fn check(self: &Arc<Self>, members: impl IntoIterator<Item = Member>, probes: BTreeSet<Probe>) -> Round {
        let probes = Arc::new(probes);
        let one = |member| Arc::clone(self).run(member, Arc::clone(&probes));
        Round(members.into_iter().map(one).collect())
    }

    /// Waits for its turn, and gives the member back when it is done.
    async fn run(self: Arc<Self>, mut member: Member, probes: Arc<BTreeSet<Probe>>) -> Result<Member, AcquireError> {
        if !member.is_loaded() {
            let _place = self.loading.acquire().await?;
            member.state = self.loaded(&member.profile).await;
        }
        if let State::Loaded { engine, hosts } = &member.state {
            let lane = self.lane(hosts);
            let (_lane, _place) = (lane.acquire().await?, self.places.acquire().await?);
            engine.run(&probes).await;
        }
        Ok(member)
    }

    async fn loaded(&self, profile: &str) -> State {
        let (load, name) = (Arc::clone(&self.load), profile.to_owned());
        match spawn_blocking(move || load(&name)).await {
            Ok(Ok(settings)) => State::Loaded {
                hosts: hosts(&settings),
                engine: Engine::new(settings, self.offline, &[]).over(&self.http),
            },
            Ok(Err(reason)) => State::Unloadable { facts: Box::new(unloadable(profile, reason)) },
            Err(error) => State::Unloadable { facts: Box::new(unloadable(profile, error.to_string())) },
        }
    }

    fn lane(&self, hosts: &BTreeSet<String>) -> Arc<Semaphore> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(hosts) {
            return Arc::clone(lane);
        }
        Arc::clone(lanes.entry(hosts.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))))
    }
}

impl Round {
    /// Checks an account that is done once more, after a pause.
    pub fn again(&mut self, fleet: &Arc<Fleet>, member: Member, probes: BTreeSet<Probe>, pause: Duration) {
        let fleet = Arc::clone(fleet);
        self.0.spawn(async move {
            tokio::time::sleep(pause).await;
            fleet.run(member, Arc::new(probes)).await
        });
    }

    /// The next account that is done; `None` after the last.
    pub async fn next(&mut self) -> Option<Member> {
        loop {
            // neither happens: no task is cancelled or panics, no semaphore is closed
            if let Ok(Ok(member)) = self.0.join_next().await? {
                return Some(member);
            }
        }
    }
}

impl Member {
    /// Its settings are loaded when it is checked.
    pub fn of(profile: String) -> Self {
        Self { profile, state: State::Unloaded }
    }

    /// An account whose settings are loaded.
    pub fn with(engine: Engine) -> Self {
        let profile = engine.facts().borrow().setup.profile.clone();
        Self { profile, state: State::Loaded { engine, hosts: BTreeSet::new() } }
    }

    pub fn is_loaded(&self) -> bool {
        matches!(self.state, State::Loaded { .. })
    }

    /// This clock minus the server's, in seconds, as this account's host has it.
    pub fn drift_s(&self) -> Option<f64> {
        let State::Loaded { engine, .. } = &self.state else { return None };
        clock::drift(&engine.facts().borrow().clock).map(Drift::middle_s)
    }

    /// What its facts come to by some checks; of a profile that cannot be loaded, that.
    pub fn report(&self, shown: impl Fn(&Check) -> bool) -> Report {
        match &self.state {
            State::Loaded { engine, .. } => Report::by(&engine.facts().borrow(), shown),
            State::Unloadable { facts } => Report::by(facts, |check| check.id == "setup.settings"),
            State::Unloaded => {
                let origin = Some(Origin::profile(&self.profile));
                let setup = Setup { profile: self.profile.clone(), origin, ..Setup::default() };
                Report::by(&Facts { setup, ..Facts::default() }, shown)
            }
        }
    }
}

/// The facts of an account whose settings cannot be read.
fn unloadable(profile: &str, reason: String) -> Facts {
    let problem = SettingProblem {
        kind: ProblemKind::Invalid,
        setting: "profile".to_owned(),
        text: reason,
        fix: format!("Correct the profile {profile} or what it points to, or remove it"),
    };
    let origin = Some(Origin::profile(profile));
    let setup = Setup { profile: profile.to_owned(), origin, problems: vec![problem], ..Setup::default() };
    let started_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, millis);
    Facts { started_ms: i64::try_from(started_ms).unwrap_or(i64::MAX), elapsed_ms: Some(0), setup, ..Facts::default() }
}

/// The hosts that the settings name, with their ports.
fn hosts(settings: &Settings) -> BTreeSet<String> {
    let named = [
        &settings.clob_url,
        &settings.gamma_url,
        &settings.relayer_url,
        &settings.geoblock_url,
        &settings.rpc_url,
        &settings.builder_signer_url,
    ];
    let host = |url: &Url| format!("{}:{:?}", url.host_str().unwrap_or_default(), url.port_or_known_default());
    named.into_iter().flatten().map(|Sourced { value, .. }| host(value)).collect()
}
