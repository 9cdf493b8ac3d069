//! The loop: waits for whatever happens next, tells the state, does what it asks for, draws once.

use std::future::{pending, poll_fn};
use std::io::{self, BufWriter, Stdout, stdout};
use std::mem;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::app::{App, Command, Message, Observed, update};
use super::input::{self, Signals};
use super::task::{News, Post, Task, TaskKind};
use super::{Launched, Run, Scope, panels, view};
use crate::report::Report;

pub(super) async fn show(launch: impl Future<Output = anyhow::Result<Launched>>, app: App) -> anyhow::Result<()> {
    let Ok(mut dashboard) = Dashboard::new(app) else { return Ok(()) };
    let outcome = dashboard.live(launch).await;
    // Where the terminal is gone, dropping this would complain to it, and panic over that.
    if dashboard.terminal.show_cursor().is_err() {
        mem::forget(dashboard.terminal);
    }
    outcome
}

enum Happening {
    Input(Event),
    Launched(Launched),
    Facts,
    RunOver,
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

async fn finished(run: &mut Option<Run>) {
    match run {
        Some(run) => run.await,
        None => pending().await,
    }
}

/// Drives every task; ends with the kind of one that is done.
async fn done(tasks: &mut [(TaskKind, Run)]) -> TaskKind {
    poll_fn(|context| {
        let done = tasks.iter_mut().find_map(|(kind, run)| run.as_mut().poll(context).is_ready().then_some(*kind));
        done.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

struct Dashboard {
    app: App,
    /// Buffered, so that a frame is one write.
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    input: mpsc::UnboundedReceiver<Event>,
    signals: Signals,
    tick: Interval,
    launched: Option<Launched>,
    running: Option<Run>,
    tasks: Vec<(TaskKind, Run)>,
    /// The tasks among them that go on because a panel is on the screen.
    shown: Vec<TaskKind>,
    post: Post,
    news: mpsc::UnboundedReceiver<News>,
    /// Whether pasted text arrives as such, which it does only while text is typed.
    takes_paste: bool,
}

impl Dashboard {
    /// Draws the first frame.
    fn new(app: App) -> io::Result<Self> {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
        let period = if app.theme.animation { 100 } else { 1_000 };
        let mut tick = interval(Duration::from_millis(period));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (post, news) = mpsc::unbounded_channel();
        let mut dashboard = Self {
            app,
            terminal: Terminal::new(backend)?,
            input: mpsc::unbounded_channel().1,
            signals: Signals::listen()?,
            tick,
            launched: None,
            running: None,
            tasks: Vec::new(),
            shown: Vec::new(),
            post,
            news,
            takes_paste: false,
        };
        let size = dashboard.terminal.size()?;
        update(&mut dashboard.app, Message::Resize(size));
        dashboard.draw()?;
        dashboard.input = input::read()?;
        Ok(dashboard)
    }

    async fn live(&mut self, launch: impl Future<Output = anyhow::Result<Launched>>) -> anyhow::Result<()> {
        let mut launch = pin!(launch);
        let mut launching = true;
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
                launched = &mut launch, if launching => {
                    launching = false;
                    Happening::Launched(launched?)
                }
                () = finished(&mut self.running) => Happening::RunOver,
                kind = done(&mut self.tasks) => Happening::TaskOver(kind),
                _ = self.tick.tick(), if self.app.is_moving() => Happening::Tick,
            };
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
        let message = match happened {
            Happening::Launched(launched) => {
                self.launched = Some(launched);
                self.start(Scope::All);
                self.observe();
                None
            }
            Happening::Facts => {
                self.observe();
                None
            }
            Happening::RunOver => {
                self.running = None;
                None
            }
            Happening::Tick => None,
            Happening::News(news) => Some(Message::News(news)),
            Happening::TaskOver(kind) => {
                self.forget(kind);
                None
            }
            Happening::Input(event) => said(event),
        };
        let waiting = std::iter::from_fn(|| self.input.try_recv().ok()).filter_map(said);
        for message in message.into_iter().chain(waiting.collect::<Vec<_>>()) {
            if self.tell(message)? == Next::End {
                return Ok(Next::End);
            }
        }
        while let Ok(news) = self.news.try_recv() {
            if self.tell(Message::News(news))? == Next::End {
                return Ok(Next::End);
            }
        }
        self.mind_what_is_shown();
        self.take_paste_while_typing()?;
        self.draw()?;
        Ok(Next::Wait)
    }

    /// Tells the state, and does what it asks for.
    fn tell(&mut self, message: Message) -> io::Result<Next> {
        match update(&mut self.app, message) {
            None => {}
            Some(Command::Quit) => return Ok(Next::End),
            Some(Command::Run(scope)) => self.start(scope),
            Some(Command::Stop) => self.stop(),
            Some(Command::Copy(text)) => self.copy(&text)?,
            Some(Command::Tell(symptom)) => {
                if let Some(launched) = &self.launched {
                    (launched.tell)(symptom.into_iter().collect());
                }
            }
            Some(Command::Start(task)) => self.begin(task),
            Some(Command::Cancel(kind)) => self.forget(kind),
            Some(Command::Redraw) => self.forget_screen()?,
            Some(Command::Suspend) => self.suspend()?,
        }
        Ok(Next::Wait)
    }

    /// Starts a run in place of the one that goes on.
    fn start(&mut self, scope: Scope) {
        self.stop();
        self.running = self.launched.as_ref().map(|launched| (launched.run)(scope));
    }

    fn stop(&mut self) {
        if self.running.take().is_some()
            && let Some(launched) = &self.launched
        {
            (launched.stop)();
        }
    }

    /// Starts a task in place of the one of its kind.
    fn begin(&mut self, task: Task) {
        let kind = task.kind();
        self.forget(kind);
        let Some(launched) = &self.launched else { return };
        self.tasks.push((kind, (launched.work)(task, self.post.clone())));
        update(&mut self.app, Message::TaskBegan(kind));
    }

    /// Cancels a task, or lets go of one that is done.
    fn forget(&mut self, kind: TaskKind) {
        self.tasks.retain(|(other, _)| *other != kind);
        update(&mut self.app, Message::TaskOver(kind));
    }

    /// Starts and stops the work of panels as they come onto the screen and leave it. What is done is
    /// not begun again while its panel stays.
    fn mind_what_is_shown(&mut self) {
        if self.launched.is_none() {
            return;
        }
        let wanted = panels::wanted(&self.app);
        let kinds: Vec<TaskKind> = wanted.iter().map(Task::kind).collect();
        for kind in mem::take(&mut self.shown) {
            if kinds.contains(&kind) {
                self.shown.push(kind);
            } else {
                self.forget(kind);
            }
        }
        for task in wanted {
            if !self.shown.contains(&task.kind()) {
                self.shown.push(task.kind());
                self.begin(task);
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

    fn take_paste_while_typing(&mut self) -> io::Result<()> {
        let typing = self.app.is_typing();
        if mem::replace(&mut self.takes_paste, typing) == typing {
            return Ok(());
        }
        if typing {
            queue!(self.terminal.backend_mut(), EnableBracketedPaste)
        } else {
            queue!(self.terminal.backend_mut(), DisableBracketedPaste)
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let app = &self.app;
        self.terminal.draw(|frame| view::draw(frame, app))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Makes the next frame draw every cell. `Terminal::clear` would ask where the cursor is, and wait
    /// for an answer that the reading thread takes.
    fn forget_screen(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        update(&mut self.app, Message::Resize(size));
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))?;
        update(&mut self.app, Message::Notice(format!("Sent to the terminal: {text}")));
        Ok(())
    }

    /// Gives the terminal back and stops as the shell expects; goes on when the shell says so.
    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        use crossterm::terminal::{EnterAlternateScreen, enable_raw_mode};
        use rustix::process::{Signal, kill_current_process_group};

        self.terminal.show_cursor()?;
        ratatui::try_restore()?;
        kill_current_process_group(Signal::TSTP)?;
        enable_raw_mode()?;
        execute!(self.terminal.backend_mut(), EnterAlternateScreen)?;
        self.forget_screen()
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<()> {
        self.forget_screen()
    }
}

/// What an event of the terminal means here.
fn said(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Resize(width, height) => Some(Message::Resize(Size::new(width, height))),
        Event::Paste(text) => Some(Message::Paste(text)),
        _ => None,
    }
}

fn unix_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
