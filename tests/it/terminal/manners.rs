//! What a terminal may expect of a program: its state back, signals heeded, no tricks.

use portable_pty::CommandBuilder;

use super::{Terminal, program};

#[test]
fn a_signal_to_end_is_heeded_during_a_run_and_after_it() {
    for name in ["TERM", "INT", "HUP", "QUIT"] {
        let mut terminal = Terminal::start(&["--demo"], 80, 24);
        terminal.wait_for_text("Checks");
        if name == "TERM" {
            terminal.wait_for_text(&crate::support::all_checks());
        }
        terminal.signal(name);
        assert_eq!(terminal.end(), 0, "{name}");
    }
}

/// SIGSTOP asks nobody: the shell takes the terminal with its own modes, in which keys wait for Enter.
#[test]
fn stopped_from_outside_and_back_keys_count_at_once() {
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]);
    shell.env("PS1", "prompt> ");
    let mut terminal = Terminal::run(shell, 80, 24);
    terminal.wait_for_text("prompt>");
    let folder = tempfile::tempdir().unwrap();
    let process = folder.path().join("process");
    let program = env!("CARGO_BIN_EXE_polydoctor");
    terminal.press(&format!("sh -c 'echo $$ > {}; exec {program} --demo'\n", process.display()));
    terminal.wait_for_text(&crate::support::all_checks());
    let process = std::fs::read_to_string(process).unwrap();
    let stop = std::process::Command::new("kill").args(["-s", "STOP", process.trim()]).status().unwrap();
    assert!(stop.success());
    terminal.wait_for("the shell", |screen| screen.contains("Stopped"));
    terminal.press("fg\n");
    terminal.wait_for("the whole screen", |screen| {
        screen.contains("Checks") && screen.contains(&crate::support::all_checks())
    });
    terminal.press("q");
    terminal.wait_for("the shell again", |screen| {
        screen.matches("prompt>").count() >= 2 && !screen.contains(&crate::support::all_checks())
    });
    terminal.press("exit\n");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn suspended_and_back() {
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]);
    shell.env("PS1", "prompt> ");
    let mut terminal = Terminal::run(shell, 80, 24);
    terminal.wait_for_text("prompt>");
    terminal.press(&format!("{} --demo\n", env!("CARGO_BIN_EXE_polydoctor")));
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("m\u{1a}");
    terminal.wait_for("the shell", |screen| screen.contains("Stopped") && !screen.contains("Checks"));
    assert!(!terminal.screen.screen().alternate_screen() && !terminal.screen.screen().hide_cursor());
    assert_eq!(terminal.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    terminal.press("fg\n");
    terminal.wait_for("the whole screen", |screen| {
        screen.contains("Checks") && screen.contains(&crate::support::all_checks())
    });
    assert_eq!(terminal.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::PressRelease);
    terminal.press("q");
    terminal.wait_for("the shell again", |screen| screen.matches("prompt>").count() == 3);
    terminal.press("exit\n");
    assert_eq!(terminal.end(), 0);
}

/// Not a test of its own: what the next one runs on a terminal.
#[test]
#[ignore = "run by another test, on a terminal"]
fn panics_once_the_screen_is_taken() {
    use polydoctor::tui::{self, Options};

    let options = Options {
        ascii: false,
        palette: None,
        animation: true,
        title: None,
        mouse: true,
        sets_title: false,
        watch: None,
        bell: false,
        home: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _ = runtime.block_on(tui::run(Box::new(|_| Box::pin(async { panic!("on purpose") })), options));
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let mut this = CommandBuilder::new(std::env::current_exe().unwrap());
    this.args(["--ignored", "--nocapture", "--exact", "terminal::manners::panics_once_the_screen_is_taken"]);
    let mut terminal = Terminal::run(this, 80, 24);
    terminal.wait_for_text("on purpose");
    assert!(!terminal.screen.screen().alternate_screen(), "the message is where it can be read");
    assert_ne!(terminal.end(), 0);
}

#[test]
fn the_mouse_is_left_alone_until_it_is_asked_for() {
    let mut terminal = Terminal::start(&["--demo"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    assert_eq!(terminal.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    terminal.press("m");
    terminal.wait_for_text("Mouse on");
    // a click on the row of net.reach, then the wheel over it
    let row = terminal.contents().lines().position(|line| line.contains("net.reach")).unwrap();
    terminal.press(&format!("\x1b[<0;10;{}M\x1b[<0;10;{}m", row + 1, row + 1));
    terminal.wait_for_text("Is the CLOB reachable");
    terminal.press(&format!("\x1b[<65;10;{}M", row + 1));
    terminal.wait_for("another row", |screen| !screen.contains("Is the CLOB reachable"));
    terminal.press("mq");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_terminal_that_takes_no_copies_is_told_of_the_file_instead() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&["--demo"]);
    command.env("TERM", "linux");
    command.cwd(folder.path());
    let mut terminal = Terminal::run(command, 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("y");
    terminal.wait_for_text("does not support copying");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("]52;"));
    terminal.press("s");
    terminal.wait_for_text("Saved as polydoctor-");
    terminal.press("s");
    terminal.wait_for("a second file", |_| std::fs::read_dir(folder.path()).unwrap().count() == 2);
    let report = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let report = std::fs::read_to_string(report).unwrap();
    // addresses are short, but in the commands of a fix, which have to be usable
    assert!(
        report.contains("`funder-is-signer`") && !report.contains("signer 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    );
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_title_is_set_only_where_that_is_asked_for() {
    for (arguments, wanted) in [(&["--demo"][..], false), (&["--demo", "--title"], true)] {
        let mut terminal = Terminal::start(arguments, 80, 24);
        terminal.wait_for_text("Start with");
        terminal.press("q");
        terminal.wait_for("the end", |screen| !screen.contains("Checks"));
        let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
        assert_eq!(raw.contains("\x1b]0;polydoctor: FAIL wallet.funder"), wanted);
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn recorded_facts_show_the_same_screen_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    let file = file.to_str().unwrap();
    let mut terminal = Terminal::start(&["--demo", "--record", file], 80, 24);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = Terminal::start(&["--replay", file], 80, 24);
    terminal.wait_for_text("replay, ");
    terminal.wait_for_text("Start with wallet.funder");
    terminal.press("R");
    terminal.wait_for_text("it makes no requests");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
