//! What the clock panel reads.

use crate::facts::ClockReading;
use crate::tui::state::load::Scope;
use crate::tui::state::message::Command;
use crate::tui::state::{App, Phase};

pub(super) fn take(app: &mut App, answer: Result<ClockReading, String>) {
    let state = &mut app.panels.clock;
    match answer {
        Ok(reading) => {
            state.readings += 1;
            state.failure = None;
            // it may have come with the facts already
            if !app.facts.clock.contains(&reading) {
                app.facts.take_reading(reading);
            }
        }
        Err(failure) => state.failure = Some(failure),
    }
}

/// What was judged by the clock as it was is judged again.
pub(super) fn was_set(app: &mut App) -> Option<Command> {
    app.notice = Some("A clock was changed: checking again".to_owned());
    (app.phase() == Phase::Over).then_some(Command::Run(Scope::Check("clock.drift")))
}
