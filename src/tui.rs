//! The dashboard. [`app`] is a pure state machine, [`view`] draws it, and the loop in `live` alone has
//! effects: it waits for whatever happens next, and does what the state asks for.
//!
//! The screen is drawn once before anything is started, and after that only when something changed.
//! Nothing wakes up while nothing moves: keys are read by a thread that blocks, and the tick exists
//! only while something runs.

pub mod app;
pub mod dialogue;
pub mod field;
pub mod header;
mod input;
pub mod keys;
pub mod layout;
mod live;
pub mod menu;
pub mod motion;
pub mod panels;
pub mod symptom;
pub mod task;
pub mod text;
pub mod theme;
pub mod verdict;
pub mod view;

use std::io::stdout;
use std::pin::Pin;

use crossterm::event::DisableBracketedPaste;
use crossterm::{execute, style};
use tokio::sync::watch;

use self::app::{App, Observed};
use self::task::{Post, Task};
use self::theme::{Palette, Theme};
use crate::engine::facts::Facts;
use crate::report::Report;

#[derive(Clone, Debug)]
pub struct Options {
    /// Symbols and lines of ASCII only, whatever the locale says.
    pub ascii: bool,
    /// `None` leaves the choice to `NO_COLOR` and `TERM`.
    pub palette: Option<Palette>,
    /// Without it the spinner stands still.
    pub animation: bool,
    /// Said in the header, such as `demo: funder-is-signer`.
    pub title: Option<String>,
}

/// What to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// A check by its id, with what it needs.
    Check(&'static str),
}

/// An engine that is ready to run, as the dashboard sees it.
pub struct Launched {
    pub facts: watch::Receiver<Facts>,
    /// Runs probes, telling of each change through `facts`. Dropping the future cancels it.
    pub run: Box<dyn Fn(Scope) -> Run>,
    /// Takes in which errors the user sees.
    pub tell: Box<dyn Fn(Vec<String>)>,
    /// After a run was cancelled: settles what is open, as stopped.
    pub stop: Box<dyn Fn()>,
    /// Work beside the run. Dropping the future cancels it.
    pub work: Box<dyn Fn(Task, Post) -> Run>,
}

pub type Run = Pin<Box<dyn Future<Output = ()>>>;

/// Shows the dashboard until a person or a signal ends it. The first frame is on the screen before
/// `launch` is polled; when that fails, its error comes back with the terminal restored.
pub async fn run(launch: impl Future<Output = anyhow::Result<Launched>>, options: Options) -> anyhow::Result<()> {
    let theme = Theme::detect(options.ascii, options.palette, options.animation, |name| std::env::var(name).ok());
    let facts = Facts::default();
    let report = Report::of(&facts);
    let app = App::new(theme, options.title, Observed { facts, report });
    // The palette heeds `NO_COLOR`, so that a flag or `t` can overrule it.
    style::force_color_output(true);
    restore_paste_on_panic();
    let outcome = match ratatui::try_init() {
        Ok(_) => live::show(launch, app).await,
        Err(error) => Err(error.into()),
    };
    // A terminal that is gone cannot be restored, and nobody is there to be told.
    let _ = execute!(stdout(), DisableBracketedPaste);
    let _ = ratatui::try_restore();
    outcome
}

/// ratatui's own hook gives back everything else.
fn restore_paste_on_panic() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = execute!(stdout(), DisableBracketedPaste);
        hook(panic);
    }));
}
