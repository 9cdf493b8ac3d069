//! `polydoctor` without a command: the dashboard.

mod launch;
mod tasks;

use std::cell::Cell;
use std::rc::Rc;

use super::dashboard_args::DashboardArgs;
use super::look::{Color, Look};
use super::{Exit, block_on};
use crate::settings::{self, ConfigFile, Origins, Reading, Snapshot};
use crate::tui::theme::Palette;
use crate::tui::{self, Launch, Options};

pub(super) fn run(mut args: DashboardArgs, look: Look) -> anyhow::Result<Exit> {
    args.settings.leave_out(args.proof);
    // a password is asked for before the screen takes the terminal; all else is read behind it
    let reading = match &args.demo.demo {
        Some(_) => {
            args.settings.ask_password_of_demo()?;
            None
        }
        None if args.settings.may_need_password() => {
            let files = Snapshot::of(Origins::of(&args.settings.all_inputs()).files);
            Some((files, args.settings.read()?))
        }
        None => None,
    };
    let config = settings::config_file().and_then(|path| ConfigFile::read(&path).ok());
    // a file that cannot be read is told of when the settings are
    let switch = |name| config.as_ref().is_some_and(|config| config.switch(name));
    let options = Options {
        ascii: look.ascii,
        palette: args.palette.or(match look.color {
            Color::Auto => None,
            Color::Always => Some(Palette::Auto),
            Color::Never => Some(Palette::Mono),
        }),
        animation: !args.no_animation && !switch("reduced_motion"),
        title: launch::title(&args),
        mouse: args.mouse || switch("mouse"),
        sets_title: args.title,
        watch: args.watch,
        bell: !args.no_bell,
        home: crate::settings::home_folder().map(|home| home.display().to_string()),
    };
    let record = args.record.clone();
    let (seen, launch) = launcher(Rc::new(args), reading);
    block_on(tui::run(launch, options))?;
    if let Some(path) = record {
        launch::record(seen.borrow().as_ref(), &path)?;
    }
    Ok(Exit::Done)
}

/// Launches by the arguments, as often as it is asked; and the facts of what was launched last.
fn launcher(args: Rc<DashboardArgs>, reading: Option<(Snapshot, Reading)>) -> (launch::Seen, Launch) {
    let reading = Rc::new(Cell::new(reading));
    let seen = launch::Seen::default();
    let latest = Rc::clone(&seen);
    let launch = Box::new(move |load| -> tui::Launching {
        let (args, latest, reading) = (Rc::clone(&args), Rc::clone(&latest), Rc::clone(&reading));
        Box::pin(async move {
            let launched = launch::launch(&args, load, launch::earlier(&latest), reading.take()).await?;
            *latest.borrow_mut() = Some(launched.facts.clone());
            Ok(launched)
        })
    });
    (seen, launch)
}
