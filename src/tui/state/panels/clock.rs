//! The readings that the clock panel takes while it is shown.

/// Readings that come one second after the other, and seconds between the later ones.
pub const QUICK: usize = 8;
pub const EVERY_S: f64 = 10.0;

/// What the panel itself has read; its readings are among those that the checks judge by.
#[derive(Debug, Default)]
pub struct State {
    pub(in crate::tui) readings: usize,
    pub(in crate::tui) failure: Option<String>,
}
