//! Settings, sandbox and engine of a dashboard, made after its first frame is on the screen.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::ready;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::thread;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::watch::{self, Receiver};
use url::Url;

use super::tasks::{self, Desk};
use crate::checks::probes_of;
use crate::cli::check::replay;
use crate::cli::dashboard_args::DashboardArgs;
use crate::cli::sandbox::DemoArgs;
use crate::cli::whole_file;
use crate::engine::Engine;
use crate::engine::facts::{Facts, RequestRecord};
use crate::engine::probe::Probe;
use crate::onboarding::Wizard;
use crate::sandbox::scenario;
use crate::settings::{self, ConfigFile, Inputs, Settings, Source};
use crate::tui::task::Draft;
use crate::tui::{self, About, Launched, Load, Scope};

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

pub(super) async fn launch(args: &DashboardArgs, load: Load, earlier: Earlier) -> anyhow::Result<Launched> {
    if let Some(path) = args.replay.as_deref().filter(|_| load == Load::default()) {
        return Ok(recorded(replay(path)?));
    }
    let demo = if load.demo { DemoArgs { demo: Some(scenario::DEFAULT.to_owned()) } } else { args.demo.clone() };
    let title = demo.demo.as_deref().map(demo_title);
    let sandbox = demo.start().await?;
    let flags = args.settings.with_profile(load.profile);
    let (mut inputs, profiles) = match &sandbox {
        Some(sandbox) => (flags.inputs_on(sandbox), Vec::new()),
        None => (flags.all_inputs(), profiles()),
    };
    if let Some(Draft(wizard)) = &load.draft {
        inputs = wizard.inputs(&inputs);
    }
    let settings = settings::load(&inputs)?;
    let is_first = sandbox.is_none() && settings.private_key.is_none();
    let about = About {
        title,
        profiles,
        timeout_s: settings.timeout.as_secs(),
        recorded: false,
        first_run: is_first.then(|| questions(&settings, &inputs)).transpose()?,
        hosts: hosts(&settings),
    };
    let engine = Arc::new(Engine::new(settings.clone(), false, &[]));
    let (requests, started_ms) = earlier;
    engine.remember(requests, started_ms);
    let desk = Rc::new(Desk::new(Arc::clone(&engine), settings, inputs));
    let facts = engine.facts();
    let (stopping, told) = (Arc::clone(&engine), Arc::clone(&engine));
    // the sandbox of a demo lives as long as what runs on it
    let sandbox = Rc::new(sandbox);
    let run = move |scope| -> tui::Run {
        let (engine, sandbox) = (Arc::clone(&engine), Rc::clone(&sandbox));
        Box::pin(async move {
            let _alive = sandbox;
            engine.run(&probes(scope)).await;
        })
    };
    let work = move |task, post| -> tui::Run { Box::pin(tasks::run(Rc::clone(&desk), task, post)) };
    Ok(Launched {
        about,
        facts,
        run: Box::new(run),
        tell: aside(move |symptoms| told.tell(symptoms)),
        stop: Box::new(move || stopping.stop()),
        work: Box::new(work),
    })
}

/// The set-up wizard over what there is already.
fn questions(settings: &Settings, inputs: &Inputs) -> anyhow::Result<Draft> {
    let named = inputs.profile.clone().filter(|name| !name.is_empty());
    let profile = named.or_else(|| Some(settings.profile.clone()).filter(|name| !name.is_empty()));
    let mut wizard = Wizard::new(settings::found_keys(inputs)?, profile.unwrap_or_else(|| "default".to_owned()));
    if let Some(chain) = settings.chain_id.as_ref().filter(|chain| chain.source != Source::Default) {
        wizard.give("chain_id", i64::try_from(chain.value)?);
    }
    Ok(Draft(Box::new(wizard)))
}

/// Who is asked in a run.
fn hosts(settings: &Settings) -> Vec<(&'static str, String)> {
    let asked = [
        ("orders and credentials", &settings.clob_url),
        ("profile", &settings.gamma_url),
        ("wallets on chain", &settings.rpc_url),
        ("relayer", &settings.relayer_url),
        ("is trading open here", &settings.geoblock_url),
    ];
    let host = |url: &Url| url.host_str().map(str::to_owned);
    asked.into_iter().filter_map(|(what, url)| Some((what, host(&url.as_ref()?.value)?))).collect()
}

/// Recorded facts: nothing is asked, and nothing can be done.
fn recorded(facts: Facts) -> Launched {
    let started = Timestamp::from_millisecond(facts.started_ms).unwrap_or_default();
    let at = started.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M");
    let about = About { title: Some(format!("replay, recorded {at}")), recorded: true, ..About::default() };
    let (sender, facts) = watch::channel(facts);
    Launched {
        about,
        facts,
        run: Box::new(|_| Box::pin(ready(()))),
        tell: aside(move |symptoms| {
            let symptoms = crate::engine::recognised(symptoms);
            sender.send_modify(|facts| facts.symptoms = symptoms);
        }),
        stop: Box::new(|| {}),
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

fn profiles() -> Vec<String> {
    let config = settings::config_file().and_then(|path| ConfigFile::read(&path).ok());
    config.map_or_else(Vec::new, |config| config.names().into_iter().map(str::to_owned).collect())
}

fn probes(scope: Scope) -> BTreeSet<Probe> {
    match scope {
        Scope::All => Probe::ALL.iter().copied().collect(),
        Scope::Check(id) => probes_of([id]),
        Scope::Watched => crate::watch::probes(),
    }
}
