//! What is done with all profiles.

use crate::tui::field::Field;
use crate::tui::motion::Motion;
use crate::tui::state::App;
use crate::tui::state::action::Fleet;
use crate::tui::state::load::Load;
use crate::tui::state::message::Command;
use crate::tui::state::panel::PanelId;
use crate::tui::state::panels::fleet::State;
use crate::tui::state::task::{Task, TaskKind};

pub(super) fn act(app: &mut App, action: Fleet) -> Option<Command> {
    match action {
        Fleet::Check if app.can_check_fleet() => {
            app.panels.fleet = State::default();
            Some(Command::Start(Task::CheckFleet))
        }
        Fleet::Check => None,
        Fleet::Stop if app.is_checking_fleet() => Some(Command::Cancel(TaskKind::CheckFleet)),
        Fleet::Stop => {
            app.panels.fleet.filter = Field::default();
            app.shown.focus_on(PanelId::Checks);
            None
        }
        Fleet::Open => {
            let load = Load { profile: Some(app.panels.fleet.selected()?.profile.clone()), ..Load::default() };
            app.shown.focus_on(PanelId::Checks);
            Some(Command::Reload(load))
        }
    }
}

pub(super) fn steer(app: &mut App, motion: Motion, height: usize) {
    let last = app.panels.fleet.passing().len().saturating_sub(1);
    app.panels.fleet.cursor = motion.apply(app.panels.fleet.cursor, last, height);
}
