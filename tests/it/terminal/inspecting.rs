//! Requests that are pasted into the dashboard, on a real terminal.

use std::time::{Duration, Instant};

use super::Terminal;
use crate::support::all_checks;

/// A terminal takes what is pasted in pieces.
fn paste(terminal: &mut Terminal, text: &str) {
    let pasted = format!("\u{1b}[200~{text}\u{1b}[201~");
    for piece in pasted.as_bytes().chunks(4_096) {
        terminal.press(std::str::from_utf8(piece).unwrap());
    }
}

const REQUEST: &str = "GET /data/orders HTTP/1.1\r\nHost: clob.polymarket.com\r\n\
    POLY-ADDRESS: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\r\n\
    POLY_SIGNATURE: XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg=\r\nPOLY_TIMESTAMP: 1700000000000\r\n\
    POLY_API_KEY: f4f247b7-4ac7-ff29-a152-04fda0a8755a\r\nPOLY_PASSPHRASE: 9f0c2d7b51e84a6d9f0c2d7b51e84a6d\r\n\r\n";

#[test]
fn a_pasted_request_is_taken_apart_with_the_settings_of_the_dashboard() {
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&all_checks());
    terminal.press("i");
    terminal.wait_for_text("Paste a request, an order or a log here");
    paste(&mut terminal, REQUEST);
    terminal.wait_for_text("Header names that");
    terminal.wait_for_text("POLY_TIMESTAMP is in milliseconds");
    // whatever was pasted, its letters are no keys, and no secret of it is on the screen
    terminal.wait_for("no secret", |screen| !screen.contains("9f0c2d7b51e84a6d"));
    terminal.press("4");
    terminal.wait_for_text("Requests");
    terminal.press("i");
    terminal.wait_for_text("of this run");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_megabyte_pasted_into_the_panel_keeps_no_key_waiting() {
    let line = "2026-11-30 04:22:01 INFO order loop: nothing to do, the book of 0xabc is as it was before\n";
    let log = line.repeat((1 << 20) / line.len()) + REQUEST;
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&all_checks());
    terminal.press("i");
    terminal.wait_for_text("Paste a request");
    paste(&mut terminal, &log);
    terminal.wait_for_text("Pasted: 102");
    let began = Instant::now();
    terminal.press("1");
    terminal.wait_for("the checks", |screen| !screen.contains("Pasted: 102"));
    terminal.press("i");
    terminal.wait_for_text("Pasted: 102");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    terminal.wait_for_text("Header names that");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
