//! Many accounts at once, each a profile of the configuration.
//!
//! All of them share one pool of connections and one line a host, which the limits of the client
//! keep short of what the service allows. Accounts that ask the same hosts share a lane, in which so
//! many are checked at once; so a host that hangs holds up nobody but those who ask it too.

pub mod metrics;
pub mod row;

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{AcquireError, Semaphore};
use tokio::task::{self, JoinSet, spawn_blocking};
use url::Url;

use crate::client::http::{Http, millis};
use crate::engine::Engine;
use crate::facts::clock::{self, Drift};
use crate::facts::probe::Probe;
use crate::facts::{Facts, MarketQuestion, Setup};
use crate::report::{Report, Selection};
use crate::settings::{Origin, ProblemKind, SettingProblem, Settings, Sourced, Subject};
use crate::watch;

/// Accounts of one lane that are checked at once, unless another number is asked for.
pub const USUAL_AT_ONCE: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Accounts of all lanes that are checked at once: each may hold some 15 connections, and a process
/// may usually have 1024 files open.
pub const MOST_AT_ONCE: usize = 64;
/// Profiles that are loaded at once: unlocking a keystore takes a processor for a second.
const LOADED_AT_ONCE: usize = 4;

/// Gives the settings of a profile, or says in one sentence why there are none. It may block. For a
/// round it need not run programs again that gave a value before.
pub type Load = Arc<dyn Fn(&str, &Look) -> Result<Settings, String> + Send + Sync>;

/// What an account is asked. Its settings are read before each look.
#[derive(Clone, Debug)]
pub enum Look {
    At(Arc<BTreeSet<Probe>>),
    /// A round of watching, and everything where the settings have changed.
    Round,
}

impl Look {
    pub fn everything() -> Self {
        Self::At(Arc::new(Probe::ALL.iter().copied().collect()))
    }
}

/// What every account is asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Nothing over the network.
    pub offline: bool,
    /// Errors that the user saw.
    pub symptoms: Vec<String>,
    /// A market.
    pub about: Option<MarketQuestion>,
}

/// What all accounts share.
pub struct Fleet {
    load: Load,
    http: Http,
    asked: Asked,
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
    /// With settings that were read for the first look.
    Given(Box<Settings>),
    Looked {
        settings: Box<Settings>,
        facts: Box<Facts>,
        what: Looked,
    },
    Unloadable {
        facts: Box<Facts>,
    },
}

/// What the last look was at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    Fully {
        /// The settings are others than those of the look before.
        anew: bool,
    },
    Round,
}

/// Accounts that are being checked; dropping it stops them.
pub struct Round {
    looks: JoinSet<Result<Member, AcquireError>>,
    /// Whose look is which.
    profiles: HashMap<task::Id, String>,
}

impl Fleet {
    /// `http` carries the limits.
    pub fn new(load: Load, http: Http, at_once: NonZeroUsize, asked: Asked) -> Arc<Self> {
        Arc::new(Self {
            load,
            http,
            asked,
            at_once: at_once.get(),
            loading: Semaphore::new(LOADED_AT_ONCE),
            places: Semaphore::new(MOST_AT_ONCE),
            lanes: Mutex::default(),
        })
    }

    /// Begins to check these accounts by these probes.
    pub fn check(self: &Arc<Self>, members: impl IntoIterator<Item = Member>, probes: BTreeSet<Probe>) -> Round {
        let look = Look::At(Arc::new(probes));
        let mut round = Round { looks: JoinSet::new(), profiles: HashMap::new() };
        members.into_iter().for_each(|member| round.again(self, member, look.clone(), Duration::ZERO));
        round
    }

    /// Waits for its turn, and gives the member back when it is done.
    async fn run(self: Arc<Self>, mut member: Member, look: Look) -> Result<Member, AcquireError> {
        let (before, loaded) = match mem::replace(&mut member.state, State::Unloaded) {
            State::Given(settings) => (None, Ok(*settings)),
            State::Looked { settings, .. } => (Some(settings), self.loaded(&member.profile, &look).await?),
            State::Unloaded | State::Unloadable { .. } => (None, self.loaded(&member.profile, &look).await?),
        };
        let settings = match loaded {
            Ok(settings) => settings,
            Err(reason) => {
                member.state = State::Unloadable { facts: Box::new(unloadable(&member.profile, reason)) };
                return Ok(member);
            }
        };
        let anew = before.is_none_or(|before| *before != settings);
        let (probes, what) = match look {
            Look::At(probes) => (probes, Looked::Fully { anew }),
            Look::Round if anew => (Arc::new(Probe::ALL.iter().copied().collect()), Looked::Fully { anew }),
            Look::Round => (Arc::new(watch::probes()), Looked::Round),
        };
        let lane = self.lane(&hosts(&settings));
        let (_lane, _place) = (lane.acquire().await?, self.places.acquire().await?);
        // of its own: facts of two looks are never judged together
        let Asked { offline, symptoms, about } = &self.asked;
        let engine = Engine::new(settings.clone(), *offline, symptoms).about(about.clone()).over(&self.http);
        engine.run(&probes).await;
        let facts = Box::new(engine.facts().borrow().clone());
        member.state = State::Looked { settings: Box::new(settings), facts, what };
        Ok(member)
    }

    async fn loaded(&self, profile: &str, look: &Look) -> Result<Result<Settings, String>, AcquireError> {
        let _place = self.loading.acquire().await?;
        let (load, name, look) = (Arc::clone(&self.load), profile.to_owned(), look.clone());
        let loaded = spawn_blocking(move || load(&name, &look)).await;
        // what a panic says may hold anything
        Ok(loaded.unwrap_or_else(|_| Err("internal error while reading the settings".to_owned())))
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
    /// Looks at an account, after a pause.
    pub fn again(&mut self, fleet: &Arc<Fleet>, member: Member, look: Look, pause: Duration) {
        let (fleet, profile) = (Arc::clone(fleet), member.profile.clone());
        let look = self.looks.spawn(async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            fleet.run(member, look).await
        });
        self.profiles.insert(look.id(), profile);
    }

    /// The next account that is done; `None` after the last. One whose check ended by a fault of this
    /// program is given with that as its problem.
    pub async fn next(&mut self) -> Option<Member> {
        loop {
            match self.looks.join_next_with_id().await? {
                Ok((id, Ok(member))) => {
                    self.profiles.remove(&id);
                    return Some(member);
                }
                // no semaphore is ever closed
                Ok((id, Err(_))) => _ = self.profiles.remove(&id),
                Err(error) => {
                    let Some(profile) = self.profiles.remove(&error.id()) else { continue };
                    let reason = "internal error while checking it".to_owned();
                    let state = State::Unloadable { facts: Box::new(unloadable(&profile, reason)) };
                    return Some(Member { profile, state });
                }
            }
        }
    }
}

impl Member {
    /// Its settings are loaded when it is checked.
    pub fn of(profile: String) -> Self {
        Self { profile, state: State::Unloaded }
    }

    /// An account whose settings were read for its first look.
    pub fn with(settings: Settings) -> Self {
        Self { profile: settings.profile.clone(), state: State::Given(Box::new(settings)) }
    }

    /// What the last look was at; `None` where the settings could not be read.
    pub fn looked(&self) -> Option<Looked> {
        if let State::Looked { what, .. } = &self.state { Some(*what) } else { None }
    }

    /// This clock minus the server's, in seconds, as this account's host has it.
    pub fn drift_s(&self) -> Option<f64> {
        let State::Looked { facts, .. } = &self.state else { return None };
        clock::drift(&facts.clock).map(Drift::middle_s)
    }

    /// The watched checks, as the last look has them; none where the settings could not be read.
    pub fn round(&self) -> Option<Report> {
        if let State::Looked { facts, .. } = &self.state { Some(watch::round(facts)) } else { None }
    }

    /// What the last look saw; `None` before it, and of a profile that cannot be loaded.
    pub fn facts(&self) -> Option<&Facts> {
        match &self.state {
            State::Looked { facts, .. } => Some(facts),
            State::Unloaded | State::Given(_) | State::Unloadable { .. } => None,
        }
    }

    /// What its facts come to by some checks; of a profile that cannot be loaded, that.
    pub fn report(&self, selection: &Selection) -> Report {
        match &self.state {
            State::Looked { facts, .. } => Report::by(facts, selection),
            State::Unloadable { facts } => Report::by(facts, &Selection::these(["setup.settings"])),
            State::Unloaded | State::Given(_) => {
                let origin = Some(Origin::profile(&self.profile));
                let setup = Setup { profile: self.profile.clone(), origin, ..Setup::default() };
                Report::by(&Facts { setup, ..Facts::default() }, selection)
            }
        }
    }
}

/// The facts of an account whose settings cannot be read.
fn unloadable(profile: &str, reason: String) -> Facts {
    let problem = SettingProblem {
        kind: ProblemKind::Invalid,
        setting: Subject::Profile,
        text: reason,
        fix: format!("Fix the profile {profile} or what it refers to, or remove it"),
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
        &settings.live_url,
        &settings.rpc_url,
        &settings.builder_signer_url,
    ];
    let host = |url: &Url| format!("{}:{:?}", url.host_str().unwrap_or_default(), url.port_or_known_default());
    named.into_iter().flatten().map(|Sourced { value, .. }| host(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;

    #[tokio::test]
    async fn an_account_whose_check_panics_is_a_row_with_the_reason() {
        let mut round = Round { looks: JoinSet::new(), profiles: HashMap::new() };
        let look = round.looks.spawn(async { panic!("a fault of this program") });
        round.profiles.insert(look.id(), "bot-7".to_owned());
        let member = round.next().await.unwrap();
        let report = member.report(&Selection::default());
        assert_eq!((report.profile.as_str(), report.verdict), ("bot-7", Verdict::Broken));
        assert!(report.checks[0].summary.contains("internal error"), "{:?}", report.checks[0]);
        assert!(!report.checks[0].summary.contains("a fault of this program"), "what a panic says is never shown");
        assert!(round.next().await.is_none());
    }
}
