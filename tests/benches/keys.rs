//! How long a key press takes until the screen answers, at 200x60: each panel is opened, and the cursor moved.
//!
//! ```sh
//! cargo bench --bench keys
//! ```

#![allow(clippy::print_stdout)]

use std::io::{Read as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const SIZE: PtySize = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
/// A frame of a screen that shows sixty a second.
const LIMIT: Duration = Duration::from_millis(16);
const ROUNDS: usize = 15;
const PANELS: [&str; 14] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=", "i", "L"];

/// The time until something is drawn; `None` where nothing is. Then waits until nothing more comes.
fn answered(output: &Receiver<Vec<u8>>, pressed: Instant) -> Option<Duration> {
    let first = match output.recv_timeout(Duration::from_secs(1)) {
        Ok(_) => Some(pressed.elapsed()),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => panic!("the program has ended"),
    };
    while output.recv_timeout(Duration::from_millis(60)).is_ok() {}
    first
}

fn main() {
    let pair = native_pty_system().openpty(SIZE).expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_polydoctor"));
    command.args(["--demo"]);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    let mut child = pair.slave.spawn_command(command).expect("the program");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let (sender, output) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut writer = pair.master.take_writer().expect("a writer");
    let mut press = |keys: &str| {
        let at = Instant::now();
        writer.write_all(keys.as_bytes()).expect("a terminal");
        writer.flush().expect("a terminal");
        at
    };
    // the checks are run, and nothing moves any more
    while output.recv_timeout(Duration::from_secs(2)).is_ok() {}
    let mut slow = false;
    let mut tell = |name: &str, mut times: Vec<Duration>| {
        times.sort();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        let mark = if median > LIMIT { "  over the limit" } else { "" };
        println!("{name:<10} median {median:>9.1?}  worst {worst:>9.1?}{mark}");
        slow |= median > LIMIT;
    };
    for panel in PANELS {
        let (mut opened, mut moved) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let elsewhere = if panel == "1" { "5" } else { "1" };
            answered(&output, press(elsewhere));
            opened.extend(answered(&output, press(panel)));
            moved.extend(answered(&output, press(if round % 2 == 0 { "j" } else { "k" })));
        }
        tell(&format!("open {panel}"), opened);
        if !moved.is_empty() {
            tell(&format!("move in {panel}"), moved);
        }
    }
    press("\u{1b}q");
    let _ = child.kill();
    assert!(!slow, "a key press took longer than {LIMIT:?}");
}
