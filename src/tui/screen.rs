//! The terminal: taken, drawn on, and given back as it was found.

use std::io::{self, BufWriter, Stdout, stdout};
use std::mem;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, SetTitle};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};

use super::state::App;
use super::{verdict, view};

pub(super) struct Screen {
    /// Buffered, so that a frame is one write.
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    /// Whether pasted text arrives as such: otherwise each of its letters would be a key.
    takes_paste: bool,
    takes_mouse: bool,
    sets_title: bool,
    /// The title that was set last.
    title: Option<String>,
}

impl Screen {
    pub(super) fn new(sets_title: bool) -> io::Result<Self> {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
        Ok(Self { terminal: Terminal::new(backend)?, takes_paste: false, takes_mouse: false, sets_title, title: None })
    }

    pub(super) fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    pub(super) fn draw(&mut self, app: &App) -> io::Result<()> {
        self.take_what_is_wanted(app)?;
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view::draw(frame, app))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Pasted text always, the mouse while it is on, the title where it was asked for.
    fn take_what_is_wanted(&mut self, app: &App) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        if !mem::replace(&mut self.takes_paste, true) {
            queue!(out, EnableBracketedPaste)?;
        }
        if mem::replace(&mut self.takes_mouse, app.terminal.mouse) != app.terminal.mouse {
            if app.terminal.mouse { queue!(out, EnableClicks) } else { queue!(out, DisableMouseCapture) }?;
        }
        if self.sets_title {
            let title = verdict::title(app);
            if self.title.as_ref() != Some(&title) {
                if self.title.is_none() {
                    queue!(out, Print(PUSH_TITLE))?;
                }
                queue!(out, SetTitle(&title))?;
                self.title = Some(title);
            }
        }
        Ok(())
    }

    /// Makes the next frame draw every cell. `Terminal::clear` would ask where the cursor is, and wait
    /// for an answer that the reading thread takes.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// OSC 52; nothing says whether the terminal took it.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Rings the bell of the terminal, which may be silent.
    pub(super) fn ring(&mut self) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Print('\x07'))
    }

    /// Gives the terminal back and stops as the shell expects; goes on when the shell says so.
    #[cfg(unix)]
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        use rustix::process::{Signal, kill_current_process_group};

        self.give_back()?;
        ratatui::try_restore()?;
        kill_current_process_group(Signal::TSTP)?;
        self.take_again()
    }

    /// Takes the terminal again after a stop: the shell has given it its own modes meanwhile.
    pub(super) fn take_again(&mut self) -> io::Result<()> {
        use crossterm::terminal::{EnterAlternateScreen, disable_raw_mode, enable_raw_mode};

        // crossterm takes it for raw still
        disable_raw_mode()?;
        enable_raw_mode()?;
        (self.takes_paste, self.takes_mouse) = (false, false);
        execute!(self.terminal.backend_mut(), EnterAlternateScreen)?;
        self.forget()
    }

    #[cfg(not(unix))]
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        self.forget()
    }

    /// Undoes what was taken beside the alternate screen.
    fn give_back(&mut self) -> io::Result<()> {
        (self.takes_paste, self.takes_mouse) = (false, false);
        execute!(self.terminal.backend_mut(), DisableBracketedPaste, DisableMouseCapture)?;
        if self.title.take().is_some() {
            execute!(self.terminal.backend_mut(), Print(POP_TITLE))?;
        }
        self.terminal.show_cursor()
    }

    /// The end of it. Where the terminal is gone, dropping would complain to it, and panic over that.
    pub(super) fn close(mut self) {
        if self.give_back().is_err() {
            mem::forget(self.terminal);
        }
    }
}

/// What a panic leaves on; ratatui's own hook gives back everything else.
pub(super) fn restore_on_panic() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = execute!(stdout(), DisableBracketedPaste, DisableMouseCapture);
        hook(panic);
    }));
}

/// xterm's stack of titles; where there is none, the title stays.
const PUSH_TITLE: &str = "\x1b[22;2t";
const POP_TITLE: &str = "\x1b[23;2t";

/// Clicks and the wheel. What crossterm enables also tells of each move, which would wake the program.
struct EnableClicks;

impl crossterm::Command for EnableClicks {
    fn write_ansi(&self, f: &mut impl std::fmt::Write) -> std::fmt::Result {
        f.write_str("\x1b[?1000h\x1b[?1006h")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        crossterm::event::EnableMouseCapture.execute_winapi()
    }
}
