//! The loop: waits for whatever happens next, tells the state, does what it asks for, draws once.

mod tasks;

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use crossterm::event::Event;
use ratatui::layout::Size;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep};

use self::tasks::Tasks;
use super::app::{App, Command, Message, Observed, update};
use super::input::{self, Signals};
use super::screen::Screen;
use super::task::{News, TaskKind};
use super::{Launch, Launched, Launching, Load, Run, Scope};
use crate::report::Report;
use crate::watch;

pub(super) async fn show(launch: Launch, app: App, sets_title: bool) -> anyhow::Result<()> {
    let Ok(mut dashboard) = Dashboard::new(launch, app, sets_title) else { return Ok(()) };
    let outcome = dashboard.live().await;
    dashboard.screen.close();
    outcome
}

enum Happening {
    Input(Event),
    Launched(anyhow::Result<Launched>),
    Facts,
    RunOver,
    RoundDue,
    News(News),
    TaskOver(TaskKind),
    Tick,
}

#[derive(PartialEq)]
enum Next {
    Wait,
    End,
}

/// Waits for other facts than those last looked at.
async fn changed(launched: &mut Option<Launched>) {
    let changed = match launched {
        Some(launched) => launched.facts.changed().await.is_ok(),
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

struct Dashboard {
    app: App,
    screen: Screen,
    input: mpsc::UnboundedReceiver<Event>,
    signals: Signals,
    tick: Interval,
    launch: Launch,
    launching: Option<Launching>,
    launched: Option<Launched>,
    running: Option<Run>,
    /// Whether the run is a round of watching, of which only the end is shown.
    round: bool,
    round_due: Option<Pin<Box<Sleep>>>,
    tasks: Tasks,
    news: mpsc::UnboundedReceiver<News>,
}

impl Dashboard {
    /// Draws the first frame.
    fn new(launch: Launch, app: App, sets_title: bool) -> io::Result<Self> {
        let period = if app.theme.animation { 100 } else { 1_000 };
        let mut tick = interval(Duration::from_millis(period));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (tasks, news) = Tasks::new();
        let mut dashboard = Self {
            app,
            screen: Screen::new(sets_title)?,
            input: mpsc::unbounded_channel().1,
            signals: Signals::listen()?,
            tick,
            launch,
            launching: None,
            launched: None,
            running: None,
            round: false,
            round_due: None,
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
                event = self.input.recv() => match event {
                    Some(event) => Happening::Input(event),
                    None => return Ok(()),
                },
                () = changed(&mut self.launched) => Happening::Facts,
                Some(news) = self.news.recv() => Happening::News(news),
                launched = finished(&mut self.launching) => Happening::Launched(launched),
                () = finished(&mut self.running) => Happening::RunOver,
                kind = self.tasks.done() => Happening::TaskOver(kind),
                () = finished(&mut self.round_due) => Happening::RoundDue,
                _ = self.tick.tick(), if self.app.is_moving() => Happening::Tick,
            };
            if let Happening::Facts = happened
                && self.round
                && let Some(launched) = &mut self.launched
            {
                // a round of watching is shown when it is over
                launched.facts.mark_unchanged();
                continue;
            }
            if let Happening::Launched(Err(error)) = happened {
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
                Ok(Next::Wait) => {}
                Ok(Next::End) | Err(_) => return Ok(()),
            }
        }
    }

    /// Takes in what happened and whatever else is waiting, then draws once.
    fn handle(&mut self, happened: Happening) -> io::Result<Next> {
        update(&mut self.app, Message::Tick(unix_ms()));
        let first = match happened {
            Happening::Input(event) => said(event),
            Happening::News(news) => Some(Message::News(news)),
            Happening::RunOver => {
                (self.running, self.round) = (None, false);
                self.observe();
                Some(Message::RunOver)
            }
            other => {
                self.take(other);
                None
            }
        };
        let waiting: Vec<_> = std::iter::from_fn(|| self.input.try_recv().ok()).filter_map(said).collect();
        let news: Vec<_> = std::iter::from_fn(|| self.news.try_recv().ok()).map(Message::News).collect();
        for message in first.into_iter().chain(waiting).chain(news) {
            if self.tell(message)? == Next::End {
                return Ok(Next::End);
            }
        }
        if let Some(launched) = &self.launched {
            self.tasks.follow_panels(&mut self.app, launched);
        }
        self.plan_round();
        self.screen.draw(&self.app)?;
        Ok(Next::Wait)
    }

    /// Takes in what the work has come to.
    fn take(&mut self, happened: Happening) {
        match happened {
            Happening::Launched(launched) => {
                self.launching = None;
                if let Ok(launched) = launched {
                    self.use_launched(launched);
                }
            }
            Happening::Facts => self.observe(),
            Happening::RoundDue => {
                self.round_due = None;
                self.start(Scope::Watched);
            }
            Happening::TaskOver(kind) => self.tasks.forget(&mut self.app, kind),
            Happening::Tick | Happening::Input(_) | Happening::News(_) | Happening::RunOver => {}
        }
    }

    fn use_launched(&mut self, launched: Launched) {
        self.stop();
        self.tasks.forget_all(&mut self.app);
        let runs = launched.about.runs();
        update(&mut self.app, Message::Launched(launched.about.clone()));
        self.launched = Some(launched);
        if runs {
            self.start(Scope::All);
        }
        self.observe();
    }

    /// Tells the state, and does what it asks for.
    fn tell(&mut self, message: Message) -> io::Result<Next> {
        match update(&mut self.app, message) {
            None => {}
            Some(Command::Quit) => return Ok(Next::End),
            Some(Command::Run(scope)) => self.start(scope),
            Some(Command::Stop) => self.stop(),
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
        Ok(Next::Wait)
    }

    /// Starts a run in place of the one that goes on.
    fn start(&mut self, scope: Scope) {
        // what a round that is cut short leaves open is asked again
        let scope = if self.round { Scope::All } else { scope };
        self.stop();
        self.running = self.launched.as_ref().map(|launched| (launched.run)(scope));
        self.round = scope == Scope::Watched;
    }

    fn stop(&mut self) {
        self.round = false;
        if self.running.take().is_some()
            && let Some(launched) = &self.launched
        {
            (launched.stop)();
        }
    }

    /// While watching, the next round comes some time after the last run.
    fn plan_round(&mut self) {
        match self.app.watching {
            None => self.round_due = None,
            Some(_) if self.running.is_some() || self.launched.is_none() => self.round_due = None,
            Some(period) => {
                let random =
                    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
                self.round_due.get_or_insert_with(|| Box::pin(sleep(watch::pause(period, random.into()))));
            }
        }
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

/// What an event of the terminal means here.
fn said(event: Event) -> Option<Message> {
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
