//! Watching: everything that can change is asked again and again.

use std::time::Duration;

use crate::watch::Watch;

#[derive(Debug, Default)]
pub struct Watching {
    /// While it goes on, the time between rounds.
    pub every: Option<Duration>,
    /// The time between rounds that was asked for.
    pub usual: Option<Duration>,
    /// Whether changes ring the bell.
    pub bell: bool,
    /// What was seen so far.
    pub seen: Watch,
}
