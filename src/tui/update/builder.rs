//! What is done on the builder's side.

use crate::tui::layout;
use crate::tui::motion::Motion;
use crate::tui::panels;
use crate::tui::state::App;
use crate::tui::state::action::Builder;
use crate::tui::state::message::Command;
use crate::tui::state::panel::PanelId;
use crate::tui::state::task::{Task, TaskKind};

pub(super) fn act(app: &mut App, action: Builder) -> Option<Command> {
    match action {
        Builder::NextView => {
            let state = &mut app.panels.builder;
            (state.view, state.cursor) = (state.view.next(), 0);
            None
        }
        Builder::ReadPage => read(app, false),
        Builder::ReadAll => read(app, true),
        Builder::Compare => app.can_ask_of_builder().then_some(Command::Start(Task::Reconcile)),
        Builder::Stop => {
            let kinds = [TaskKind::BuilderTrades, TaskKind::Reconcile];
            match kinds.into_iter().find(|kind| app.tasks.contains(kind)) {
                Some(kind) => return Some(Command::Cancel(kind)),
                None if !app.panels.builder.filter.is_empty() => app.panels.builder.filter.clear(),
                None => app.shown.focus_on(PanelId::Checks),
            }
            None
        }
    }
}

fn read(app: &App, all: bool) -> Option<Command> {
    let cursor = app.panels.builder.unread()?.to_owned();
    Some(Command::Start(Task::BuilderTrades { cursor, all }))
}

pub(super) fn steer(app: &mut App, motion: Motion, height: usize) {
    let last = panels::builder::last_row(app, layout::room_of(app, PanelId::Builder));
    app.panels.builder.cursor = motion.apply(app.panels.builder.cursor, last, height);
}
