//! The dashboard. [`app`] is a pure state machine, [`view`] draws it, and the loop in `live` alone has
//! effects: it waits for whatever happens next, and does what the state asks for.
//!
//! The screen is drawn once before anything is started, and after that only when something changed.
//! Nothing wakes up while nothing moves: keys are read by a thread that blocks, and the tick exists
//! only while something runs.

pub mod app;
pub mod dialogue;
pub mod field;
pub mod first_run;
mod fix;
pub mod header;
mod input;
pub mod keys;
pub mod layout;
mod live;
pub mod menu;
pub mod motion;
pub mod panels;
mod screen;
pub mod share;
pub mod sheet;
pub mod symptom;
pub mod task;
pub mod text;
pub mod theme;
pub mod verdict;
pub mod view;
mod watching;

use std::pin::Pin;
use std::time::Duration;

use crossterm::style;
use tokio::sync::watch;

use self::app::{App, Observed};
use self::task::{Draft, Post, Task};
use self::theme::{Palette, Theme};
use crate::facts::Facts;
use crate::report::Report;
use crate::settings::Snapshot;

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub struct Options {
    /// Symbols and lines of ASCII only, whatever the locale says.
    pub ascii: bool,
    /// `None` leaves the choice to `NO_COLOR` and `TERM`.
    pub palette: Option<Palette>,
    /// Without it the spinner stands still.
    pub animation: bool,
    /// Said in the header, such as `demo: funder-is-signer`.
    pub title: Option<String>,
    /// Captures the mouse from the start.
    pub mouse: bool,
    /// Sets the title of the terminal to the verdict.
    pub sets_title: bool,
    /// Watches from the start, with this time between rounds.
    pub watch: Option<Duration>,
    /// Rings the bell of the terminal when watching tells of a change.
    pub bell: bool,
    /// The home folder, which reports do not tell.
    pub home: Option<String>,
}

/// Which settings to start from; the ones of the command line unless said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Another profile.
    pub profile: Option<String>,
    /// The embedded sandbox, with its usual scenario.
    pub demo: bool,
    /// The answers of the set-up wizard, over everything else.
    pub draft: Option<Draft>,
}

/// What to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Everything while watching, which is shown when it is over.
    AllUnseen,
    /// A check by its id, with what it needs.
    Check(&'static str),
    /// A round of watching.
    Round,
}

impl Scope {
    /// Whether a person waits for it, and sees how it goes on.
    pub fn is_seen(self) -> bool {
        matches!(self, Self::All | Self::Check(_))
    }
}

/// What there is to know of settings beside the facts.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Said in the header, such as `demo: funder-is-signer`.
    pub title: Option<String>,
    /// The profiles that one may switch to.
    pub profiles: Vec<String>,
    /// The one that was switched to. One that is merely the default is named by nobody.
    pub switched_to: Option<String>,
    /// The longest wait for one request, in whole seconds.
    pub timeout_s: u64,
    /// These are recorded facts: nothing is asked.
    pub recorded: bool,
    /// Nothing is configured yet: the questions to begin with.
    pub first_run: Option<Draft>,
    /// The hosts that a run asks, each with what for.
    pub hosts: Vec<(&'static str, String)>,
}

impl About {
    /// Whether a run starts at once.
    fn runs(&self) -> bool {
        !self.recorded && self.first_run.is_none()
    }
}

/// An engine that is ready to run, as the dashboard sees it.
pub struct Launched {
    pub about: About,
    /// The facts of the last run of everything.
    pub facts: watch::Receiver<Facts>,
    /// The files that settings come from, as they were when they were read.
    pub files: Snapshot,
    /// Reads the settings again, before this is run; what is run from then on is run with them.
    pub reread: Box<dyn Fn(Scope) -> Rereading>,
    /// Runs probes with the settings that were read last.
    pub run: Box<dyn Fn(Scope) -> Started>,
    /// Takes in which errors the user sees.
    pub tell: Box<dyn Fn(Vec<String>)>,
    /// Work beside the run. Dropping the future cancels it.
    pub work: Box<dyn Fn(Task, Post) -> Run>,
}

/// A run that has begun. A run of everything fills [`Launched::facts`], either as it goes on or when it
/// is over; others have facts of their own.
pub struct Started {
    pub facts: watch::Receiver<Facts>,
    /// Dropping it cancels the run.
    pub run: Run,
    /// After the run was cancelled: settles what is open, as stopped.
    pub stop: Box<dyn Fn()>,
}

/// Settings that were read again.
pub struct Reread {
    pub files: Snapshot,
    /// Or why they cannot be read; those that were read before stay in force.
    pub outcome: Result<Renewed, String>,
}

#[derive(Clone, Debug)]
pub struct Renewed {
    pub about: About,
    /// Whether they are others than before.
    pub anew: bool,
}

pub type Rereading = Pin<Box<dyn Future<Output = Reread>>>;

pub type Run = Pin<Box<dyn Future<Output = ()>>>;

/// Reads settings and makes an engine of them.
pub type Launch = Box<dyn Fn(Load) -> Launching>;

pub type Launching = Pin<Box<dyn Future<Output = anyhow::Result<Launched>>>>;

/// Shows the dashboard until a person or a signal ends it. The first frame is on the screen before
/// `launch` is called; when it fails the first time, its error comes back with the terminal restored.
pub async fn run(launch: Launch, options: Options) -> anyhow::Result<()> {
    let theme = Theme::detect(options.ascii, options.palette, options.animation, |name| std::env::var(name).ok());
    let facts = Facts::default();
    let report = Report::of(&facts);
    let mut app = App::new(theme, options.title, Observed { facts, report });
    app.mouse = options.mouse;
    app.watching = options.watch;
    app.period = options.watch;
    app.bell = options.bell;
    app.home = options.home;
    app.copies = share::takes_copies(|name| std::env::var(name).ok());
    // The palette heeds `NO_COLOR`, so that a flag or `t` can overrule it.
    style::force_color_output(true);
    screen::restore_on_panic();
    // its own `Terminal` would stand beside the dashboard's, with two more screens of cells
    let outcome = match ratatui::try_init().map(drop) {
        Ok(()) => Box::pin(live::show(launch, app, options.sets_title)).await,
        Err(error) => Err(error.into()),
    };
    // A terminal that is gone cannot be restored, and nobody is there to be told.
    let _ = ratatui::try_restore();
    outcome
}
