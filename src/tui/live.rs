//! The loop: waits for whatever happens next, tells the state, does what it asks for, draws once.

mod files;
mod runs;
mod tasks;

use std::future::pending;
use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use crossterm::event::Event;
use ratatui::layout::Size;
use tokio::sync::{mpsc, watch as facts};
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval};

use self::files::Files;
use self::tasks::Tasks;
use super::input::{self, Continued, Signals};
use super::screen::Screen;
use super::state::App;
use super::state::load::{Load, Scope};
use super::state::message::{Command, Message, Observed};
use super::state::task::{News, TaskKind};
use super::update::update;
use super::{Launch, Launching, Reread, Rereading, Run, Session};
use crate::facts::Facts;
use crate::report::{Report, Selection};
use crate::watch;

pub(super) async fn show(launch: Launch, app: App, sets_title: bool) -> anyhow::Result<()> {
    let Ok(mut dashboard) = Dashboard::new(launch, app, sets_title) else { return Ok(()) };
    let outcome = dashboard.live().await;
    dashboard.screen.close();
    outcome
}

enum LoopEvent {
    /// After a stop.
    Continued,
    Input(Event),
    Launched(anyhow::Result<Session>),
    Reread(Reread),
    /// Settings files, by their names.
    FilesChanged(String),
    Facts,
    PartFacts,
    RunOver,
    RoundDue,
    News(News),
    TaskOver(TaskKind),
    Tick,
}

/// Waits for other facts than those last looked at.
async fn changed(facts: Option<&mut facts::Receiver<Facts>>) {
    let changed = match facts {
        Some(facts) => facts.changed().await.is_ok(),
        None => false,
    };
    // An engine that is gone tells nothing more.
    if !changed {
        pending::<()>().await;
    }
}

/// Waits for what there may be.
async fn finished<T>(run: &mut Option<Pin<Box<impl Future<Output = T> + ?Sized>>>) -> T {
    match run {
        Some(run) => run.await,
        None => pending().await,
    }
}

/// The run that goes on.
struct Going {
    scope: Scope,
    /// Of a run that has facts of its own.
    facts: facts::Receiver<Facts>,
    stop: Box<dyn Fn()>,
}

struct Dashboard {
    app: App,
    screen: Screen,
    input: mpsc::UnboundedReceiver<Event>,
    signals: Signals,
    continued: Continued,
    tick: Interval,
    launch: Launch,
    launching: Option<Launching>,
    launched: Option<Session>,
    /// Settings that are being read again, for the run that comes after.
    rereading: Option<Rereading>,
    wanted: Scope,
    running: Option<Run>,
    going: Option<Going>,
    files: Files,
    /// Whether a round found a check otherwise, so that everything is asked again soon.
    second_look: bool,
    round_due: Option<Pin<Box<Sleep>>>,
    /// While watching, what is on the screen grows older.
    ageing: Interval,
    tasks: Tasks,
    news: mpsc::UnboundedReceiver<News>,
}

impl Dashboard {
    /// Draws the first frame.
    fn new(launch: Launch, app: App, sets_title: bool) -> io::Result<Self> {
        let period = if app.theme.animation { 100 } else { 1_000 };
        let mut tick = interval(Duration::from_millis(period));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ageing = interval(Duration::from_secs(1));
        ageing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (tasks, news) = Tasks::new();
        let mut dashboard = Self {
            app,
            screen: Screen::new(sets_title)?,
            input: mpsc::unbounded_channel().1,
            signals: Signals::listen()?,
            continued: Continued::listen()?,
            tick,
            launch,
            launching: None,
            launched: None,
            rereading: None,
            wanted: Scope::All,
            running: None,
            going: None,
            files: Files::default(),
            second_look: false,
            round_due: None,
            ageing,
            tasks,
            news,
        };
        let size = dashboard.screen.size()?;
        update(&mut dashboard.app, Message::Resize(size));
        dashboard.screen.draw(&dashboard.app)?;
        dashboard.input = input::read()?;
        dashboard.launching = Some((dashboard.launch)(Load::default()));
        Ok(dashboard)
    }

    async fn live(&mut self) -> anyhow::Result<()> {
        loop {
            let happened = tokio::select! {
                biased;
                // People first, then what there is to show them, then the work that makes more of it.
                () = self.signals.end() => return Ok(()),
                () = self.continued.next() => LoopEvent::Continued,
                event = self.input.recv() => match event {
                    Some(event) => LoopEvent::Input(event),
                    None => return Ok(()),
                },
                () = changed(self.launched.as_mut().map(|launched| &mut launched.facts)) => LoopEvent::Facts,
                () = changed(seen_part(&mut self.going)) => LoopEvent::PartFacts,
                Some(news) = self.news.recv() => LoopEvent::News(news),
                launched = finished(&mut self.launching) => LoopEvent::Launched(launched),
                reread = finished(&mut self.rereading) => LoopEvent::Reread(reread),
                // what this program writes is read by the launch that follows
                names = self.files.changed(), if self.launching.is_none() => LoopEvent::FilesChanged(names),
                () = finished(&mut self.running) => LoopEvent::RunOver,
                kind = self.tasks.done() => LoopEvent::TaskOver(kind),
                () = finished(&mut self.round_due) => LoopEvent::RoundDue,
                _ = self.tick.tick(), if self.app.is_moving() => LoopEvent::Tick,
                _ = self.ageing.tick(), if self.app.is_ageing() => LoopEvent::Tick,
            };
            if let LoopEvent::Launched(Err(error)) = happened {
                // without settings there is nothing to show; later ones leave those in force
                if self.launched.is_none() {
                    return Err(error);
                }
                self.launching = None;
                update(&mut self.app, Message::Notice(format!("{error:#}")));
                continue;
            }
            // Drawing fails only when the terminal is gone, which ends all this as quietly as `q`.
            match self.handle(happened) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) | Err(_) => return Ok(()),
            }
        }
    }

    /// Takes in what happened and whatever else is waiting, then draws once.
    fn handle(&mut self, happened: LoopEvent) -> io::Result<ControlFlow<()>> {
        update(&mut self.app, Message::Tick(unix_ms()));
        let first = match happened {
            LoopEvent::Continued => {
                self.screen.take_again()?;
                None
            }
            LoopEvent::Input(event) => message_from(event),
            LoopEvent::News(news) => Some(Message::News(news)),
            LoopEvent::RunOver => self.run_over(),
            LoopEvent::FilesChanged(names) => Some(Message::FilesChanged(names)),
            other => {
                self.take(other);
                None
            }
        };
        let waiting: Vec<_> = std::iter::from_fn(|| self.input.try_recv().ok()).filter_map(message_from).collect();
        let news: Vec<_> = std::iter::from_fn(|| self.news.try_recv().ok()).map(Message::News).collect();
        for message in first.into_iter().chain(waiting).chain(news) {
            if self.tell(message)? == ControlFlow::Break(()) {
                return Ok(ControlFlow::Break(()));
            }
        }
        if let Some(launched) = &self.launched {
            self.tasks.follow_panels(&mut self.app, launched);
        }
        self.plan_round();
        self.screen.draw(&self.app)?;
        Ok(ControlFlow::Continue(()))
    }

    /// Takes in what the work has come to.
    fn take(&mut self, happened: LoopEvent) {
        match happened {
            LoopEvent::Launched(launched) => {
                self.launching = None;
                if let Ok(launched) = launched {
                    self.use_launched(launched);
                }
            }
            LoopEvent::Facts => self.observe(),
            LoopEvent::PartFacts => self.observe_part(),
            LoopEvent::Reread(reread) => self.use_reread(reread),
            LoopEvent::RoundDue => self.begin_round(),
            LoopEvent::TaskOver(kind) => self.tasks.forget(&mut self.app, kind),
            LoopEvent::Continued
            | LoopEvent::Tick
            | LoopEvent::Input(_)
            | LoopEvent::News(_)
            | LoopEvent::RunOver
            | LoopEvent::FilesChanged(_) => {}
        }
    }

    /// Of a run that is over, what the state takes in.
    fn run_over(&mut self) -> Option<Message> {
        self.running = None;
        let going = self.going.take()?;
        let over = going.facts.borrow().clone();
        match going.scope {
            Scope::All | Scope::AllUnseen => {
                self.observe();
                Some(Message::RunOver)
            }
            Scope::Check(id) => Some(Message::PartOver(part(id, over))),
            Scope::Round => {
                let report = watch::round(&over);
                Some(Message::RoundOver(Box::new(Observed { facts: over, report })))
            }
        }
    }

    fn observe_part(&mut self) {
        if let Some(Going { scope: Scope::Check(id), facts, .. }) = &mut self.going {
            let facts = facts.borrow_and_update().clone();
            update(&mut self.app, Message::PartObserved(part(id, facts)));
        }
    }

    /// Tells the state, and does what it asks for.
    fn tell(&mut self, message: Message) -> io::Result<ControlFlow<()>> {
        match update(&mut self.app, message) {
            None => {}
            Some(Command::Quit) => return Ok(ControlFlow::Break(())),
            Some(Command::Run(scope)) => self.begin(scope),
            Some(Command::RunOn(scope)) => self.start(scope),
            Some(Command::LookAgain) => self.second_look = true,
            Some(Command::Bell) => self.screen.ring()?,
            Some(Command::Stop) => {
                self.rereading = None;
                update(&mut self.app, Message::Rereading(false));
                self.stop();
            }
            Some(Command::Copy(text)) => self.screen.copy(&text)?,
            Some(Command::CopyUnseen(text, said)) => {
                self.screen.copy(text.expose())?;
                update(&mut self.app, Message::Notice(format!("Copied: {said}")));
            }
            Some(Command::Tell(symptom)) => {
                if let Some(launched) = &self.launched {
                    (launched.tell)(symptom.into_iter().collect());
                }
            }
            Some(Command::Ask(question)) => {
                if let Some(launched) = &self.launched {
                    (launched.ask)(question);
                }
                self.begin(Scope::All);
            }
            Some(Command::Start(task)) => {
                if let Some(launched) = &self.launched {
                    self.tasks.begin(&mut self.app, launched, task);
                }
            }
            Some(Command::Cancel(kind)) => self.tasks.forget(&mut self.app, kind),
            Some(Command::Reload(load)) => self.launching = Some((self.launch)(load)),
            Some(Command::Redraw) => self.forget_screen()?,
            Some(Command::Suspend) => {
                self.screen.suspend()?;
                self.forget_screen()?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Judges the facts as they are now.
    fn observe(&mut self) {
        let Some(launched) = &mut self.launched else { return };
        let facts = launched.facts.borrow_and_update().clone();
        let report = Report::of(&facts);
        update(&mut self.app, Message::Observed(Box::new(Observed { facts, report })));
    }

    fn forget_screen(&mut self) -> io::Result<()> {
        let size = self.screen.size()?;
        update(&mut self.app, Message::Resize(size));
        self.screen.forget()
    }
}

/// The facts of a part that is run by itself and seen as it goes on.
fn seen_part(going: &mut Option<Going>) -> Option<&mut facts::Receiver<Facts>> {
    match going {
        Some(Going { scope: Scope::Check(_), facts, .. }) => Some(facts),
        _ => None,
    }
}

/// A check and those that it needs, judged by themselves.
fn part(id: &str, facts: Facts) -> Box<Observed> {
    let report = Report::by(&facts, &Selection::new(&[id.to_owned()], &[]));
    Box::new(Observed { facts, report })
}

/// What an event of the terminal means here.
fn message_from(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Resize(width, height) => Some(Message::Resize(Size::new(width, height))),
        Event::Paste(text) => Some(Message::Paste(text)),
        _ => None,
    }
}

fn unix_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
