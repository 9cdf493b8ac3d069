//! What reaches the dashboard, and what it asks for.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use super::load::{Load, Renewed, Scope, SessionInfo};
use super::task::{News, Task, TaskKind};
use crate::facts::{Facts, MarketQuestion};
use crate::report::Report;
use crate::secret::Secret;

/// What reaches the dashboard.
#[derive(Debug)]
pub enum Message {
    Key(KeyEvent),
    Resize(Size),
    /// The facts changed; the report is what they come to.
    Observed(Box<Observed>),
    /// Unix milliseconds.
    Tick(i64),
    Paste(String),
    /// A sentence for the footer, until the next key.
    Notice(String),
    /// What a task found, or how far it is.
    News(News),
    Mouse(MouseEvent),
    /// Settings were read.
    Launched(SessionInfo),
    /// Settings are being read again for a run that a person waits for, or no longer.
    Rereading(bool),
    /// Settings were read again.
    Renewed(Renewed),
    /// Or why they cannot be.
    Unread(String),
    /// The names of settings files that have been changed.
    FilesChanged(String),
    /// A run of everything has come to its end.
    RunOver,
    /// A check is run by itself, with those that it needs.
    PartBegan,
    PartObserved(Box<Observed>),
    PartOver(Box<Observed>),
    PartStopped,
    /// What a round of watching came to.
    RoundOver(Box<Observed>),
    TaskBegan(TaskKind),
    TaskOver(TaskKind),
}

#[derive(Clone, Debug)]
pub struct Observed {
    pub facts: Facts,
    pub report: Report,
}

/// What the loop has to do, because the state cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Quit,
    /// Reads the settings again, and runs.
    Run(Scope),
    /// Runs with the settings that were read just now.
    RunOn(Scope),
    /// Runs everything in a moment: a round found a check otherwise.
    LookAgain,
    /// Rings the bell of the terminal.
    Bell,
    Stop,
    Copy(String),
    /// Copies what must not be seen; the words say what it is.
    CopyUnseen(Secret, String),
    /// The error that the user sees; none takes it back.
    Tell(Option<String>),
    /// Which market the checks are about from now on, and runs all of them.
    Ask(Option<MarketQuestion>),
    /// Work beside the run, in place of what goes on of its kind.
    Start(Task),
    Cancel(TaskKind),
    /// Reads the settings again, and runs all with them.
    Reload(Load),
    Redraw,
    Suspend,
}
