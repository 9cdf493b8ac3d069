//! The question, on a terminal.

use std::fs;

use super::Desk;
use crate::program::Sandbox;
use crate::terminal::Terminal;

fn start(desk: &Desk, arguments: &[&str]) -> Terminal {
    let arguments = [&["keys"], arguments].concat();
    Terminal::start_with(&arguments, 120, 40, desk.folder.path(), desk.sandbox.env())
}

#[test]
fn the_answer_is_no_until_somebody_says_yes() {
    let desk = Desk::new("healthy-safe");
    for (answer, code) in [("\r", 1), ("n\r", 1), ("nonsense\r", 1), ("y\r", 0)] {
        let mut terminal = start(&desk, &["create", "--nonce", "1"]);
        terminal.wait_for_text("Continue? [y/N]");
        terminal.press(answer);
        terminal.wait_for_text(if code == 0 { "passphrase" } else { "Nothing was changed" });
        assert_eq!(terminal.end(), code);
        assert_eq!(desk.nonces().len(), if code == 0 { 2 } else { 1 });
    }
}

/// The file can be written when it is looked at, and no more when the key has been created.
#[test]
fn a_builder_secret_is_not_lost_when_its_file_cannot_be_written() {
    // slow enough for the folder to go while the key is made
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe", "--latency", "2000"]);
    let desk = Desk { sandbox, folder: tempfile::tempdir().unwrap() };
    for (answer, shown) in [("y\r", true), ("\r", false)] {
        fs::create_dir(desk.path("folder")).unwrap();
        let mut terminal = start(&desk, &["builder", "create", "--save", "env=folder/.env"]);
        terminal.wait_for_text("Continue? [y/N]");
        terminal.press("y\r");
        std::thread::sleep(std::time::Duration::from_secs(1));
        fs::remove_dir_all(desk.path("folder")).unwrap();
        terminal.wait_for_text("not lost? [y/N]");
        terminal.press(answer);
        terminal.wait_for_text("was created, but not saved");
        assert_eq!(terminal.contents().contains("POLY_BUILDER_SECRET="), shown, "{}", terminal.contents());
        terminal.wait_for_text(if shown { "Keep what was printed" } else { "revoked again" });
        assert_eq!(terminal.end(), 1);
    }
}

#[test]
fn an_api_key_that_could_not_be_saved_is_derived_again() {
    let desk = Desk::new("healthy-safe");
    fs::create_dir(desk.path("folder")).unwrap();
    let mut terminal = start(&desk, &["create", "--nonce", "1", "--save", "env=folder/.env"]);
    terminal.wait_for_text("Continue? [y/N]");
    fs::remove_dir(desk.path("folder")).unwrap();
    terminal.press("y\r");
    terminal.wait_for_text("polydoctor keys derive --nonce 1");
    assert_eq!(terminal.end(), 1);
    assert_eq!(desk.nonces(), ["0", "1"]);
}

#[cfg(unix)]
#[test]
fn a_scan_stops_on_request_and_tells_what_it_read() {
    let desk = Desk::new("healthy-safe");
    let mut terminal = start(&desk, &["nonces", "--to", "9999"]);
    terminal.wait_for_text("nonce 3 of 9999, 1 with a key");
    terminal.press("\u{3}");
    terminal.wait_for_text("stopped before 9999");
    assert!(terminal.contents().contains("nonce 0"), "{}", terminal.contents());
    assert_eq!(terminal.end(), 3);
}

#[cfg(feature = "tui")]
#[test]
fn the_dashboard_creates_a_key_after_its_question() {
    let desk = Desk::new("healthy-safe");
    let mut terminal = Terminal::start_with(&[], 120, 40, desk.folder.path(), desk.sandbox.env());
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("7");
    terminal.wait_for_text("read-only");
    terminal.press("x");
    terminal.wait_for_text("Scan the nonces");
    terminal.press("create an api\r");
    terminal.wait_for_text("How to undo");
    terminal.press("\r");
    assert_eq!(desk.nonces(), ["0"], "the answer is no");
    terminal.press("x");
    terminal.wait_for_text("Scan the nonces");
    terminal.press("create an api\r");
    terminal.wait_for_text("How to undo");
    terminal.press("\t\r");
    terminal.wait_for_text("Created ");
    assert_eq!(desk.nonces(), ["0", "1"]);
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
