//! Pastes, terminals that cannot draw, and the list of requests, on a real terminal.

use std::time::{Duration, Instant};

use super::{Terminal, program};

fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{text}\u{1b}[201~")
}

/// A terminal takes what is pasted in pieces.
fn paste(terminal: &mut Terminal, text: &str) {
    for piece in pasted(text).as_bytes().chunks(4_096) {
        terminal.press(std::str::from_utf8(piece).unwrap());
    }
}

/// The dialogue closes and opens at once, whatever is still looked for.
fn closes_and_opens(terminal: &mut Terminal) {
    let began = Instant::now();
    terminal.press("\u{1b}");
    terminal.wait_for("the dialogue to close", |screen| !screen.contains("Which error"));
    terminal.press("e");
    terminal.wait_for_text("Which error did you get?");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn a_long_log_keeps_no_key_waiting() {
    let line = "2026-11-30 04:22:01 INFO order loop: nothing to do, the book of 0xabc is as it was before\n";
    let log = line.repeat((1 << 20) / line.len())
        + "PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]";
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("e");
    terminal.wait_for_text("Which error did you get?");
    let began = Instant::now();
    paste(&mut terminal, &log);
    terminal.wait_for_text("Pasted log: 1024 KB");
    // neither is the whole of it bounded by what the machine does beside, nor may it ever be minutes
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    closes_and_opens(&mut terminal);
    // one that comes near to a known sentence at each word, and is closed and opened while it is being read
    let near = "the order signer address has to be the address of the API order signer address has to be ";
    let log = near.repeat((1 << 20) / near.len())
        + "\nPolyApiException[status_code=400, error_message={'error': 'invalid signature'}]";
    paste(&mut terminal, &log);
    terminal.wait_for_text("Pasted log: 10");
    closes_and_opens(&mut terminal);
    paste(&mut terminal, &log);
    terminal.wait_for_text("Known errors found:");
    terminal.press("\r");
    terminal.press("\u{3}");
    let began = Instant::now();
    assert_eq!(terminal.end(), 0);
    assert!(began.elapsed() < Duration::from_secs(3), "Ctrl-C waits for nothing");
}

#[test]
fn a_paste_outside_of_a_field_is_never_taken_for_keys() {
    let mut terminal = Terminal::start(&["--demo"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press(&pasted("quit: wRTx4q 400 invalid signature"));
    terminal.wait_for_text("Which error did you get?");
    terminal.wait_for_text("quit: wRTx4q 400 invalid signature");
    terminal.press("\u{1b}");
    terminal.wait_for("the checks", |screen| {
        !screen.contains("Which error") && screen.contains("Start with wallet.funder")
    });
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_terminal_that_cannot_place_text_gets_lines() {
    for term in ["dumb", "unknown"] {
        let mut command = program(&["--demo"]);
        command.env("TERM", term);
        let mut terminal = Terminal::run(command, 80, 24);
        terminal.wait_for_text("wallet.funder");
        terminal.settle();
        let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
        assert!(!raw.contains("\u{1b}[?1049h") && !raw.contains("\u{1b}["), "{term}: {raw:?}");
        assert_eq!(terminal.end(), 1, "the exit code of check");
    }
}

#[test]
fn a_key_that_is_created_stands_in_the_list_of_requests() {
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("7");
    terminal.wait_for_text("Keys of the account");
    terminal.press("xcreate an api\r");
    terminal.wait_for_text("Create an API key?");
    terminal.wait_for_text("CLOB: http://127.0.0.1");
    terminal.press("y");
    // an account of a demo has no place to save to
    terminal.wait_for_text("polydoctor keys derive --nonce 1 --show-secrets");
    terminal.press("4");
    terminal.wait_for_text("POST* clob /auth/api-key");
    terminal.press("R");
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.wait_for_text("POST* clob /auth/api-key");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
