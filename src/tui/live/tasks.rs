//! The tasks that go on beside the run.

use std::future::poll_fn;
use std::mem;
use std::task::Poll;

use tokio::sync::mpsc;

use crate::tui::state::App;
use crate::tui::state::message::Message;
use crate::tui::state::task::{News, Task, TaskKind};
use crate::tui::update::update;
use crate::tui::{NewsSender, Run, Session, panels};

pub(super) struct Tasks {
    running: Vec<(TaskKind, Run)>,
    /// Those that were begun because a panel is on the screen.
    shown: Vec<TaskKind>,
    post: NewsSender,
}

impl Tasks {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<News>) {
        let (post, news) = mpsc::unbounded_channel();
        (Self { running: Vec::new(), shown: Vec::new(), post }, news)
    }

    /// Drives every task; ends with the kind of one that is done.
    pub(super) async fn done(&mut self) -> TaskKind {
        poll_fn(|context| {
            let mut running = self.running.iter_mut();
            let done = running.find_map(|(kind, run)| run.as_mut().poll(context).is_ready().then_some(*kind));
            done.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Starts a task in place of the one of its kind.
    pub(super) fn begin(&mut self, app: &mut App, launched: &Session, task: Task) {
        let kind = task.kind();
        self.forget(app, kind);
        self.running.push((kind, (launched.work)(task, self.post.clone())));
        update(app, Message::TaskBegan(kind));
    }

    /// Cancels a task, or lets go of one that is done.
    pub(super) fn forget(&mut self, app: &mut App, kind: TaskKind) {
        self.running.retain(|(other, _)| *other != kind);
        update(app, Message::TaskOver(kind));
    }

    /// Cancels all: the settings that they work with are no longer in force.
    pub(super) fn forget_all(&mut self, app: &mut App) {
        self.shown.clear();
        for (kind, _) in mem::take(&mut self.running) {
            update(app, Message::TaskOver(kind));
        }
    }

    /// Cancels what only reads: other settings are in force. What changes something comes to its end.
    pub(super) fn forget_reads(&mut self, app: &mut App) {
        self.shown.clear();
        let reads: Vec<TaskKind> = self.running.iter().map(|(kind, _)| *kind).filter(|kind| !kind.changes()).collect();
        for kind in reads {
            self.forget(app, kind);
        }
    }

    /// Starts and stops the work of panels as they come onto the screen and leave it. What is done is
    /// not begun again while its panel stays.
    pub(super) fn follow_panels(&mut self, app: &mut App, launched: &Session) {
        let wanted = panels::wanted(app);
        for kind in mem::take(&mut self.shown) {
            if wanted.iter().any(|task| task.kind() == kind) {
                self.shown.push(kind);
            } else {
                self.forget(app, kind);
            }
        }
        for task in wanted {
            if !self.shown.contains(&task.kind()) {
                self.shown.push(task.kind());
                self.begin(app, launched, task);
            }
        }
    }
}
