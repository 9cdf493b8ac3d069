//! The dashboard. [`app`] is a pure state machine, [`view`] draws it, and this file alone has effects:
//! it takes the terminal, waits for whatever happens next, and gives the terminal back.
//!
//! The screen is drawn once before anything is started, and after that only when something changed.
//! Nothing wakes up while nothing moves: keys are read by a thread that blocks, and the tick exists
//! only during a run.

pub mod app;
pub mod header;
pub mod keys;
pub mod layout;
pub mod motion;
pub mod panels;
pub mod symptom;
pub mod text;
pub mod theme;
pub mod verdict;
pub mod view;

use std::future::pending;
use std::io::{self, BufWriter, Stdout, stdout};
use std::mem;
use std::pin::{Pin, pin};
use std::thread;
use std::time::{Duration, SystemTime};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue, style};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use tokio::sync::{mpsc, watch};
use tokio::time::{Interval, MissedTickBehavior, interval};

use self::app::{App, Command, Message, Observed, update};
use self::theme::{Palette, Theme};
use crate::engine::facts::Facts;
use crate::report::Report;

#[derive(Clone, Debug)]
pub struct Options {
    /// Symbols and lines of ASCII only, whatever the locale says.
    pub ascii: bool,
    /// `None` leaves the choice to `NO_COLOR` and `TERM`.
    pub palette: Option<Palette>,
    /// Without it the spinner stands still.
    pub animation: bool,
    /// Said in the header, such as `demo: funder-is-signer`.
    pub title: Option<String>,
}

/// What to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// A check by its id, with what it needs.
    Check(&'static str),
}

/// An engine that is ready to run, as the dashboard sees it.
pub struct Launched {
    pub facts: watch::Receiver<Facts>,
    /// Runs probes, telling of each change through `facts`. Dropping the future cancels it.
    pub run: Box<dyn Fn(Scope) -> Run>,
    /// Takes in which errors the user sees.
    pub tell: Box<dyn Fn(Vec<String>)>,
    /// After a run was cancelled: settles what is open, as stopped.
    pub stop: Box<dyn Fn()>,
}

pub type Run = Pin<Box<dyn Future<Output = ()>>>;

/// Shows the dashboard until a person or a signal ends it. The first frame is on the screen before
/// `launch` is polled; when that fails, its error comes back with the terminal restored.
pub async fn run(launch: impl Future<Output = anyhow::Result<Launched>>, options: Options) -> anyhow::Result<()> {
    let theme = Theme::detect(options.ascii, options.palette, options.animation, |name| std::env::var(name).ok());
    let facts = Facts::default();
    let report = Report::of(&facts);
    let app = App::new(theme, options.title, Observed { facts, report });
    // The palette heeds `NO_COLOR`, so that a flag or `t` can overrule it.
    style::force_color_output(true);
    restore_paste_on_panic();
    let outcome = match ratatui::try_init() {
        Ok(_) => show(launch, app).await,
        Err(error) => Err(error.into()),
    };
    // A terminal that is gone cannot be restored, and nobody is there to be told.
    let _ = execute!(stdout(), DisableBracketedPaste);
    let _ = ratatui::try_restore();
    outcome
}

/// ratatui's own hook gives back everything else.
fn restore_paste_on_panic() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = execute!(stdout(), DisableBracketedPaste);
        hook(panic);
    }));
}

async fn show(launch: impl Future<Output = anyhow::Result<Launched>>, app: App) -> anyhow::Result<()> {
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

struct Dashboard {
    app: App,
    /// Buffered, so that a frame is one write.
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    input: mpsc::UnboundedReceiver<Event>,
    signals: Signals,
    tick: Interval,
    launched: Option<Launched>,
    running: Option<Run>,
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
        let mut dashboard = Self {
            app,
            terminal: Terminal::new(backend)?,
            input: mpsc::unbounded_channel().1,
            signals: Signals::listen()?,
            tick,
            launched: None,
            running: None,
            takes_paste: false,
        };
        let size = dashboard.terminal.size()?;
        update(&mut dashboard.app, Message::Resize(size));
        dashboard.draw()?;
        dashboard.input = read_input()?;
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
                launched = &mut launch, if launching => {
                    launching = false;
                    Happening::Launched(launched?)
                }
                () = finished(&mut self.running) => Happening::RunOver,
                _ = self.tick.tick(), if self.app.is_launching_or_running() => Happening::Tick,
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
        match happened {
            Happening::Launched(launched) => {
                self.launched = Some(launched);
                self.start(Scope::All);
                self.observe();
            }
            Happening::Facts => self.observe(),
            Happening::RunOver => self.running = None,
            Happening::Tick => {}
            Happening::Input(event) => {
                if self.take_input(&event)? == Next::End {
                    return Ok(Next::End);
                }
            }
        }
        while let Ok(event) = self.input.try_recv() {
            if self.take_input(&event)? == Next::End {
                return Ok(Next::End);
            }
        }
        self.take_paste_while_typing()?;
        self.draw()?;
        Ok(Next::Wait)
    }

    fn take_paste_while_typing(&mut self) -> io::Result<()> {
        let typing = self.app.is_typing();
        if std::mem::replace(&mut self.takes_paste, typing) == typing {
            return Ok(());
        }
        if typing {
            queue!(self.terminal.backend_mut(), EnableBracketedPaste)
        } else {
            queue!(self.terminal.backend_mut(), DisableBracketedPaste)
        }
    }

    fn take_input(&mut self, event: &Event) -> io::Result<Next> {
        let command = match *event {
            Event::Key(key) => update(&mut self.app, Message::Key(key)),
            Event::Resize(width, height) => update(&mut self.app, Message::Resize(Size::new(width, height))),
            Event::Paste(ref text) => update(&mut self.app, Message::Paste(text.clone())),
            _ => None,
        };
        match command {
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

    /// Judges the facts as they are now.
    fn observe(&mut self) {
        let Some(launched) = &mut self.launched else { return };
        let facts = launched.facts.borrow_and_update().clone();
        let report = Report::of(&facts);
        update(&mut self.app, Message::Observed(Box::new(Observed { facts, report })));
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
        self.terminal.resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))
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

/// Events of the terminal, from a thread that blocks for them. It ends with the process.
fn read_input() -> io::Result<mpsc::UnboundedReceiver<Event>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let read = move || {
        while let Ok(event) = event::read() {
            if sender.send(event).is_err() {
                break;
            }
        }
    };
    thread::Builder::new().name("input".to_owned()).spawn(read)?;
    Ok(receiver)
}

/// Signals that end the dashboard. Ctrl-C is a key here; an interrupt from elsewhere is not.
#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::terminate())?, signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?]))
    }

    async fn end(&mut self) {
        let [terminate, hangup, interrupt] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn end(&mut self) {
        pending().await
    }
}

fn unix_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
