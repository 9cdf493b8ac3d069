//! Settings, sandbox and engine of a dashboard, made after its first frame is on the screen.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::ready;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::watch::{self, Receiver};
use tokio::task::spawn_blocking;

use super::tasks::{self, TaskContext};
use crate::checks::probes_of;
use crate::cli::check::replay;
use crate::cli::dashboard_args::DashboardArgs;
use crate::cli::sandbox::DemoArgs;
use crate::cli::whole_file;
use crate::client::http::Http;
use crate::engine::Engine;
use crate::facts::probe::Probe;
use crate::facts::{Facts, RequestRecord};
use crate::onboarding::Wizard;
use crate::sandbox::{Running, scenario};
use crate::settings::{ConfigFile, FoundKey, Inputs, Origins, Reading, Settings, SettingsError, Snapshot, Venues};
use crate::tui::state::load::{Load, Renewed, Scope, SessionInfo};
use crate::tui::state::task::Draft;
use crate::tui::{Reread, Session, Started};

/// The facts that are on the screen.
pub(super) type Seen = Rc<RefCell<Option<Receiver<Facts>>>>;

/// What the header says of arguments that change what is shown.
pub(super) fn title(args: &DashboardArgs) -> Option<String> {
    match &args.replay {
        Some(_) => Some("replay".to_owned()),
        None => args.demo.demo.as_deref().map(demo_title),
    }
}

fn demo_title(name: &str) -> String {
    if name == scenario::DEFAULT { name.to_owned() } else { format!("demo: {name}") }
}

/// Requests beside a run, with the start of the run that their times count from, in Unix milliseconds.
pub(super) type Earlier = (Vec<RequestRecord>, i64);

/// What was sent beside runs so far: it stays in the list when settings are read again.
pub(super) fn earlier(seen: &Seen) -> Earlier {
    seen.borrow().as_ref().map_or((Vec::new(), 0), |facts| {
        let facts = facts.borrow();
        (facts.requests.iter().filter(|request| request.probe.is_none()).cloned().collect(), facts.started_ms)
    })
}

/// `reading` is what was read before the screen was there.
pub(super) async fn launch(
    args: &DashboardArgs,
    load: Load,
    earlier: Earlier,
    reading: Option<(Snapshot, Reading)>,
) -> anyhow::Result<Session> {
    if let Some(path) = args.replay.as_deref().filter(|_| load == Load::default()) {
        return Ok(recorded(replay(path)?));
    }
    let reading = reading.filter(|_| load == Load::default());
    let demo = if load.demo { DemoArgs { demo: Some(scenario::DEFAULT.to_owned()) } } else { args.demo.clone() };
    let title = demo.demo.as_deref().map(demo_title);
    let sandbox = demo.start().await?;
    let flags = args.settings.with_profile(load.profile.clone());
    let mut inputs = match &sandbox {
        Some(sandbox) => flags.inputs_on(sandbox),
        None => flags.all_inputs(),
    };
    if let Some(Draft(wizard)) = &load.draft {
        inputs = wizard.inputs(&inputs);
    }
    let (files, read) = in_background(inputs.clone(), reading).await;
    let Read { settings, keys, profiles } = read?;
    let is_first = sandbox.is_none() && settings.private_key.is_none() && settings.venues == Venues::Global;
    // who has profiles has set up an account before
    let chooses_profile = is_first && !profiles.is_empty() && load.draft.is_none() && settings.profile.is_empty();
    let first_run = (is_first && !chooses_profile).then(|| questions(&settings, &inputs, keys));
    let http = Http::new(settings.timeout);
    let engine = Arc::new(Engine::new(settings.clone(), false, &[]).over(&http).about(args.market.question()));
    let (requests, started_ms) = earlier;
    engine.remember(requests, started_ms);
    let context = Rc::new(TaskContext::new(Arc::clone(&engine), settings.clone(), inputs.clone()));
    let symptoms = Arc::new(Mutex::new(Vec::new()));
    let (told, asked, seen) = (Arc::clone(&engine), Arc::clone(&engine), Arc::clone(&symptoms));
    // the sandbox of a demo lives as long as what runs on it
    let account = Rc::new(Account {
        engine,
        http,
        settings: RefCell::new(settings),
        symptoms,
        context: Rc::clone(&context),
        title,
        is_demo: sandbox.is_some(),
        switched_to: load.profile,
        inputs,
        _sandbox: sandbox,
    });
    let about = SessionInfo { first_run, chooses_profile, ..account.about(profiles) };
    let facts = account.engine.facts();
    let again = Rc::clone(&account);
    Ok(Session {
        about,
        facts,
        files,
        reread: Box::new(move |scope| Box::pin(Rc::clone(&again).reread(scope))),
        run: Box::new(move |scope| Rc::clone(&account).start(scope)),
        tell: aside(move |symptoms| {
            told.tell(symptoms);
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = symptoms.to_vec();
        }),
        ask: Box::new(move |question| asked.ask(question)),
        work: Box::new(move |task, post| Box::pin(tasks::run(Rc::clone(&context), task, post))),
    })
}

/// What one reading of all places gives.
struct Read {
    settings: Settings,
    keys: Vec<FoundKey>,
    profiles: Vec<String>,
}

/// Reads every place where nothing waits for it: a keystore takes a second, a keyring as long as its
/// owner. The files are looked at first, so that no later change of them is missed.
async fn in_background(
    inputs: Inputs,
    reading: Option<(Snapshot, Reading)>,
) -> (Snapshot, Result<Read, SettingsError>) {
    let read = spawn_blocking(move || {
        let (files, reading) = match reading {
            Some((files, reading)) => (files, Some(reading)),
            None => (Snapshot::of(Origins::of(&inputs).files), None),
        };
        let profiles = profiles(&inputs);
        let read = || {
            let reading = reading.map_or_else(|| Reading::of(inputs), Ok)?;
            let keys = reading.found_keys();
            Ok(Read { settings: reading.settings()?, keys, profiles })
        };
        (files, read())
    });
    match read.await {
        Ok(read) => read,
        // the thread has ended by a panic, or the program is ending
        Err(_) => (Snapshot::default(), Err(SettingsError::Interrupted)),
    }
}

/// The account on the screen: the settings that were read last, and what runs with them.
struct Account {
    /// Fills the facts on the screen.
    engine: Arc<Engine>,
    http: Http,
    settings: RefCell<Settings>,
    symptoms: Arc<Mutex<Vec<String>>>,
    context: Rc<TaskContext>,
    title: Option<String>,
    is_demo: bool,
    switched_to: Option<String>,
    inputs: Inputs,
    _sandbox: Option<Running>,
}

impl Account {
    fn about(&self, profiles: Vec<String>) -> SessionInfo {
        let settings = self.settings.borrow();
        SessionInfo {
            title: self.title.clone(),
            profiles: if self.is_demo { Vec::new() } else { profiles },
            switched_to: self.switched_to.clone(),
            timeout_s: settings.timeout.as_secs(),
            recorded: false,
            first_run: None,
            chooses_profile: false,
        }
    }

    async fn reread(self: Rc<Self>, scope: Scope) -> Reread {
        let memory = &self.inputs.memory;
        let memory = if scope == Scope::Round { memory.sparing_programs() } else { memory.clone() };
        let (files, read) = in_background(Inputs { memory, ..self.inputs.clone() }, None).await;
        let outcome = match read {
            Ok(Read { settings, profiles, .. }) => {
                let anew = *self.settings.borrow() != settings;
                if anew {
                    self.context.renew(settings.clone());
                    self.settings.replace(settings);
                }
                Ok(Renewed { about: self.about(profiles), anew })
            }
            Err(error) => Err(error.to_string()),
        };
        Reread { files, outcome }
    }

    fn start(self: Rc<Self>, scope: Scope) -> Started {
        let settings = self.settings.borrow().clone();
        let probes = probes(scope);
        if scope == Scope::All {
            self.engine.renew(settings);
            let (facts, stopping) = (self.engine.facts(), Rc::clone(&self));
            let run = Box::pin(async move { self.engine.run(&probes).await });
            return Started { facts, run, stop: Box::new(move || stopping.engine.stop()) };
        }
        // facts of two runs are never judged together
        let symptoms = self.symptoms.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let market = self.engine.facts().borrow().about.clone().filter(|_| scope != Scope::Round);
        let engine = Engine::new(settings.clone(), false, &symptoms).over(&self.http).about(market);
        let facts = engine.facts();
        let run = Box::pin(async move {
            engine.run(&probes).await;
            if scope == Scope::AllUnseen {
                let facts = engine.facts().borrow().clone();
                self.engine.adopt(settings, facts);
            }
        });
        Started { facts, run, stop: Box::new(|| {}) }
    }
}

/// The set-up wizard over what there is already.
fn questions(settings: &Settings, inputs: &Inputs, keys: Vec<FoundKey>) -> Draft {
    let named = inputs.profile.clone().filter(|name| !name.is_empty());
    let profile = named.unwrap_or_else(|| settings.profile.clone());
    let mut wizard = Wizard::new(keys, profile);
    wizard.offer_us(settings);
    Draft(Box::new(wizard))
}

/// Recorded facts: nothing is asked, and nothing can be done.
fn recorded(mut facts: Facts) -> Session {
    // a recording that was ended during a run does not go on
    if facts.elapsed_ms.is_none() {
        let last_ms = facts
            .requests
            .iter()
            .map(|request| request.sent_ms.saturating_add_unsigned(request.elapsed_ms.unwrap_or_default()));
        let ended_ms = facts.started_ms.saturating_add(last_ms.max().unwrap_or_default());
        facts.stop(ended_ms);
    }
    let started = Timestamp::from_millisecond(facts.started_ms).unwrap_or_default();
    let at = started.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M");
    let about = SessionInfo { title: Some(format!("replay, recorded {at}")), recorded: true, ..SessionInfo::default() };
    let (sender, facts) = watch::channel(facts);
    let (renewed, seen) = (Renewed { about: about.clone(), anew: false }, facts.clone());
    Session {
        about,
        facts,
        files: Snapshot::default(),
        reread: Box::new(move |_| Box::pin(ready(Reread { files: Snapshot::default(), outcome: Ok(renewed.clone()) }))),
        run: Box::new(move |_| Started { facts: seen.clone(), run: Box::pin(ready(())), stop: Box::new(|| {}) }),
        tell: aside(move |symptoms| {
            let symptoms = crate::engine::recognised(symptoms);
            sender.send_modify(|facts| facts.symptoms = symptoms);
        }),
        ask: Box::new(|_| {}),
        work: Box::new(|task, post| Box::pin(async move { tasks::run_recorded(task, &post).await })),
    }
}

/// Takes in errors on a thread of its own, one after the other: they may be long logs, and no key waits
/// for them. Those that are replaced before their turn are passed over.
fn aside(tell: impl Fn(&[String]) + Send + 'static) -> Box<dyn Fn(Vec<String>)> {
    let (sender, waiting) = mpsc::channel::<Vec<String>>();
    thread::spawn(move || {
        while let Ok(symptoms) = waiting.recv() {
            tell(&waiting.try_iter().last().unwrap_or(symptoms));
        }
    });
    Box::new(move |symptoms| {
        // the thread ends with this sender only
        let _ = sender.send(symptoms);
    })
}

/// Writes the facts that were on the screen last; they hold no secret.
pub(super) fn record(seen: Option<&Receiver<Facts>>, path: &Path) -> anyhow::Result<()> {
    let Some(facts) = seen else { return Ok(()) };
    let text = serde_json::to_vec_pretty(&*facts.borrow())?;
    whole_file::write(path, &text)
}

fn profiles(inputs: &Inputs) -> Vec<String> {
    let config = inputs.config_file.as_deref().and_then(|path| ConfigFile::read(path).ok());
    config.map_or_else(Vec::new, |config| config.names().into_iter().map(str::to_owned).collect())
}

fn probes(scope: Scope) -> BTreeSet<Probe> {
    match scope {
        Scope::All | Scope::AllUnseen => Probe::ALL.iter().copied().collect(),
        Scope::Check(id) => probes_of([id]),
        Scope::Round => crate::watch::probes(),
    }
}
