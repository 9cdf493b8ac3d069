//! The dashboard. [`state`] is all that it knows, [`update`] alone changes that, [`view`] draws it, and
//! the loop in `live` alone has effects: it waits for whatever happens next, and does what the state
//! asks for.
//!
//! ```text
//!           live  screen  input     waits, draws, does
//!             |       |
//!          update   view            what messages change; the screen
//!             |       |
//!   panels  overlays  keys  …       what is shown of the state, and which keys do what
//!             |
//!           state                   what is known and where a person is in it
//! ```
//!
//! The screen is drawn once before anything is started, and after that only when something changed.
//! Nothing wakes up while nothing moves: keys are read by a thread that blocks, and the tick exists
//! only while something runs.

pub mod field;
pub mod header;
mod input;
pub mod key;
pub mod keys;
pub mod layout;
mod live;
pub mod motion;
pub mod overlays;
pub mod panels;
mod screen;
pub mod share;
pub mod state;
mod tabs;
pub mod text;
pub mod theme;
pub mod update;
pub mod verdict;
pub mod view;

use std::pin::Pin;
use std::time::Duration;

use crossterm::style;
use tokio::sync::{mpsc, watch};

use self::state::App;
use self::state::load::{Load, Renewed, Scope, SessionInfo};
use self::state::message::Observed;
use self::state::task::{News, Task};
use self::state::watching::Watching;
use self::theme::{Palette, Theme};
use crate::facts::{Facts, MarketQuestion};
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

/// An engine that is ready to run, as the dashboard sees it.
pub struct Session {
    pub about: SessionInfo,
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
    /// Takes in which market the checks are about.
    pub ask: Box<dyn Fn(Option<MarketQuestion>)>,
    /// Work beside the run. Dropping the future cancels it.
    pub work: Box<dyn Fn(Task, NewsSender) -> Run>,
}

/// A run that has begun. A run of everything fills [`Session::facts`], either as it goes on or when it
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

/// Where a task puts its news.
pub type NewsSender = mpsc::UnboundedSender<News>;

pub type Rereading = Pin<Box<dyn Future<Output = Reread>>>;

pub type Run = Pin<Box<dyn Future<Output = ()>>>;

/// Reads settings and makes an engine of them.
pub type Launch = Box<dyn Fn(Load) -> Launching>;

pub type Launching = Pin<Box<dyn Future<Output = anyhow::Result<Session>>>>;

/// Shows the dashboard until a person or a signal ends it. The first frame is on the screen before
/// `launch` is called; when it fails the first time, its error comes back with the terminal restored.
pub async fn run(launch: Launch, options: Options) -> anyhow::Result<()> {
    let theme = Theme::detect(options.ascii, options.palette, options.animation, |name| std::env::var(name).ok());
    let facts = Facts::default();
    let report = Report::of(&facts);
    let mut app = App::new(theme, options.title, Observed { facts, report });
    app.terminal.mouse = options.mouse;
    app.watching = Watching { every: options.watch, usual: options.watch, bell: options.bell, ..Watching::default() };
    app.home = options.home;
    app.terminal.copies = share::takes_copies(|name| std::env::var(name).ok());
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
