//! How far a long listing is, on a line of standard error that writes over itself.

use std::io::{self, IsTerminal as _, Write as _};

use crate::cli::look::is_plain;
use crate::cli::terminal;

pub(super) struct Progress {
    on: bool,
    shown: bool,
}

impl Progress {
    /// Says nothing unless standard error is a terminal that no rows are written to.
    pub(super) fn new(rows_are_shown: bool) -> Self {
        let is_free = !(rows_are_shown && io::stdout().is_terminal());
        Self { on: is_free && Self::of_run().on, shown: false }
    }

    /// While nothing else is written.
    pub(super) fn of_run() -> Self {
        Self { on: io::stderr().is_terminal() && !is_plain(), shown: false }
    }

    pub(super) fn say(&mut self, text: &str) {
        if self.on {
            self.shown = true;
            // whoever closed standard error does not want to know
            let _ = write!(terminal::err(), "\r\u{1b}[K{text}");
        }
    }

    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(terminal::err(), "\r\u{1b}[K");
        }
    }
}
