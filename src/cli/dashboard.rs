//! `polydoctor` without a command: the dashboard.

mod tasks;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{DashboardArgs, Exit, wait_for};
use crate::checks::probes_of;
use crate::engine::Engine;
use crate::engine::probe::Probe;
use crate::settings::Settings;
use crate::tui::{self, Launched, Options, Scope};

pub(super) fn run(mut args: DashboardArgs) -> anyhow::Result<Exit> {
    match &args.demo.demo {
        Some(_) => args.settings.ask_password_of_demo()?,
        None => args.settings.ask_password()?,
    }
    let options = Options {
        ascii: args.ascii,
        palette: None,
        animation: !args.no_animation,
        title: args.demo.demo.as_ref().map(|name| format!("demo: {name}")),
    };
    wait_for(tui::run(launch(args), options))?;
    Ok(Exit::Done)
}

/// Settings, sandbox and engine; polled after the first frame is on the screen.
async fn launch(args: DashboardArgs) -> anyhow::Result<Launched> {
    let demo = args.demo.start().await?;
    let settings = match &demo {
        Some(demo) => args.settings.load_demo(&demo.announcement().env)?,
        None => args.settings.load()?,
    };
    let desk = Rc::new(Desk { settings: settings.clone() });
    let engine = Rc::new(Engine::new(settings, false, &[]));
    let facts = engine.facts();
    let (stopping, told) = (Rc::clone(&engine), Rc::clone(&engine));
    // the sandbox of a demo lives as long as what runs on it
    let demo = Rc::new(demo);
    let run = move |scope| -> tui::Run {
        let (engine, demo) = (Rc::clone(&engine), Rc::clone(&demo));
        Box::pin(async move {
            let _alive = demo;
            engine.run(&probes(scope)).await;
        })
    };
    let tell = move |symptoms: Vec<String>| told.tell(&symptoms);
    let work = move |task, post| -> tui::Run { Box::pin(tasks::run(Rc::clone(&desk), task, post)) };
    Ok(Launched {
        facts,
        run: Box::new(run),
        tell: Box::new(tell),
        stop: Box::new(move || stopping.stop()),
        work: Box::new(work),
    })
}

/// What tasks work with.
struct Desk {
    settings: Settings,
}

fn probes(scope: Scope) -> BTreeSet<Probe> {
    match scope {
        Scope::All => Probe::ALL.iter().copied().collect(),
        Scope::Check(id) => probes_of([id]),
    }
}
