//! The real binary on a real pseudo-terminal, read back through a terminal emulator.

mod account;
#[cfg(feature = "tui")]
mod fleet;
#[cfg(feature = "tui")]
mod inspecting;
#[cfg(feature = "tui")]
mod keys;
#[cfg(all(feature = "tui", target_os = "linux"))]
mod lasting;
mod lines;
#[cfg(feature = "tui")]
mod live;
#[cfg(feature = "tui")]
mod manners;
#[cfg(feature = "tui")]
mod market;
#[cfg(feature = "tui")]
mod pasting;
#[cfg(feature = "tui")]
mod reported;
mod rereading;

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::program::empty_folder;

/// How long anything may take before the test gives up; generous, since machines differ.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// The program, with nothing of this machine's environment.
fn program(arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_polydoctor"));
    command.args(arguments);
    command.env_clear();
    command.cwd(empty_folder());
    command
}

#[cfg_attr(not(feature = "tui"), expect(dead_code, reason = "the tests of the dashboard need all of it"))]
impl Terminal {
    pub(crate) fn start(arguments: &[&str], cols: u16, rows: u16) -> Self {
        Self::run(program(arguments), cols, rows)
    }

    /// In this folder, with these variables.
    pub(crate) fn start_with<'a>(
        arguments: &[&str],
        cols: u16,
        rows: u16,
        folder: &Path,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut command = program(arguments);
        variables.into_iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(folder);
        Self::run(command, cols, rows)
    }

    pub(crate) fn run(mut command: CommandBuilder, cols: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        if command.get_env("TERM").is_none() {
            command.env("TERM", "xterm-256color");
        }
        command.env("LANG", "C.UTF-8");
        command.env("TZ", "UTC");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            master: pair.master,
            child,
            writer,
            output,
            screen: vt100::Parser::new(cells(rows), cells(cols), 0),
            raw: Vec::new(),
        }
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    pub(crate) fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads until the screen is as wanted.
    fn wait_for(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !wanted(&self.contents()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout) => panic!("{what} did not come:\n{}", self.contents()),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before {what}:\n{}", self.contents()),
            }
        }
    }

    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.contains(text));
    }

    /// Reads until nothing more comes for a while, so that no frame is seen half drawn.
    pub(crate) fn settle(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(400)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        self.screen.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(size(cols, rows)).unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// The text that was copied last (OSC 52).
    fn copied(&self) -> String {
        let raw = String::from_utf8_lossy(&self.raw);
        let encoded = raw.rsplit("\x1b]52;c;").next().unwrap().split(['\x1b', '\x07']).next().unwrap();
        String::from_utf8(BASE64.decode(encoded).unwrap()).unwrap()
    }

    /// Waits for the end, and gives the exit code; the terminal must be as it was found.
    pub(crate) fn end(mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            if Instant::now() > end {
                self.child.kill().unwrap();
                panic!("it does not end:\n{}", self.contents());
            }
            thread::sleep(Duration::from_millis(5));
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left on");
        assert!(!screen.hide_cursor(), "the cursor was left hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste was left on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse was left captured");
        code
    }
}

#[test]
fn a_broken_account_from_start_to_quit() {
    let mut terminal = Terminal::start(&["--demo"], 120, 40);
    terminal.wait_for_text("Start with wallet.funder");
    terminal.wait_for_text(&crate::support::all_checks());
    assert!(terminal.contents().contains("export POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"));
    terminal.press("g");
    terminal.wait_for_text("Are all required settings present and consistent?");
    terminal.press("jj");
    terminal.wait_for_text("Is the private key 32 bytes of hex");
    terminal.press("?");
    terminal.wait_for_text("Help");
    terminal.press("\u{1b}");
    terminal.wait_for("the help to close", |screen| {
        screen.contains("Is the private key 32 bytes") && !screen.contains("Help")
    });
    terminal.press("R");
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_error_that_is_told_is_explained() {
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("e");
    terminal.wait_for_text("Which error did you get?");
    // as a terminal hands over a log of several lines
    terminal.press(
        "\u{1b}[200~PolyApiException[status_code=400,\nerror_message={'error': 'Could not create api key'}]\u{1b}[201~",
    );
    terminal.wait_for_text("Could not create api key");
    terminal.press("\r");
    terminal.wait_for_text("Harmless");
    terminal.press("\u{1b}");
    terminal.wait_for("the panels", |screen| !screen.contains("What it means"));
    terminal.press(":errors\r");
    terminal.wait_for_text("Errors");
    terminal.press("/order_version");
    terminal.wait_for_text("order_version_mismatch");
    terminal.press("\rq");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn every_size_is_drawn() {
    let mut terminal = Terminal::start(&["--demo", "clock-drift"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    for (cols, rows) in [(80, 24), (44, 20), (24, 6), (10, 2), (1, 1), (200, 60)] {
        terminal.resize(cols, rows);
        thread::sleep(Duration::from_millis(50));
    }
    terminal.wait_for_text("Start with clock.drift");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn control_c_quits_during_a_run() {
    let mut terminal = Terminal::start(&["--demo"], 80, 24);
    terminal.wait_for_text("Checks");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_settings_file_that_is_missing_is_said_after_the_screen_is_given_back() {
    let mut terminal = Terminal::start(&["--env-file", "/nowhere/.env"], 80, 24);
    terminal.wait_for_text("cannot read /nowhere/.env");
    assert_eq!(terminal.end(), 2);
}

#[test]
fn no_secret_is_drawn() {
    let mut terminal = Terminal::start(&["--demo"], 200, 60);
    terminal.wait_for_text(&crate::support::all_checks());
    for key in ["1", "2", "3", "4", "j", "a", "\r", "\u{1b}", "?"] {
        terminal.press(key);
        thread::sleep(Duration::from_millis(20));
    }
    terminal.press("\u{1b}q");
    let raw = {
        while let Ok(bytes) = terminal.output.recv_timeout(Duration::from_secs(2)) {
            terminal.raw.extend(bytes);
        }
        String::from_utf8_lossy(&terminal.raw).to_lowercase()
    };
    for secret in ["ac0974bec39a17e36ba4a6b4d238ff94", "1816e5ed89518467ffa78c65a2d6a62d"] {
        assert!(!raw.contains(secret));
    }
}
