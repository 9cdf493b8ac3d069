//! Printed text on a terminal: as wide as the terminal, and never silent for long.

use std::net::TcpListener;

use super::Terminal;
use super::account::{env_file, in_folder};
use crate::support::Lab;

/// The printed lines, without their colours.
fn lines(terminal: &Terminal) -> Vec<String> {
    let text = String::from_utf8_lossy(&terminal.raw).into_owned();
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('\u{1b}') {
        plain.push_str(&rest[..start]);
        let end = rest[start..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |end| start + end + 1);
        rest = &rest[end..];
    }
    plain.push_str(rest);
    plain.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

#[test]
fn lines_are_as_wide_as_the_terminal_and_break_no_word() {
    for (arguments, last) in [
        (&["check", "--demo", "demo"][..], "start with wallet.funder"),
        (&["check", "--demo", "clob-unreachable"], "incomplete: "),
        (&["explain", "funder-is-signer"], "Source"),
    ] {
        let whole = String::from_utf8(crate::program::run(arguments).stdout).unwrap();
        let words: Vec<&str> = whole.split_whitespace().collect();
        for width in [44, 70, 100] {
            let mut terminal = Terminal::start(arguments, width, 200);
            terminal.wait_for(last, |screen| screen.split_whitespace().collect::<Vec<_>>().join(" ").contains(last));
            for line in lines(&terminal) {
                let is_wide = line.chars().count() > usize::from(width);
                // commands and lines of code stay whole, and so do words that are longer than a line
                let longest = line.split_whitespace().map(|word| word.chars().count()).max().unwrap_or_default();
                let is_snippet = ["typescript ", "python ", "rust "].iter().any(|of| line.trim_start().starts_with(of));
                let is_code = line.trim_start().starts_with("$ ") || is_snippet || longest + 30 > usize::from(width);
                assert!(!is_wide || is_code || line.contains("polydoctor "), "{width}: {line}");
            }
            let printed = lines(&terminal).join(" ");
            let missing: Vec<&&str> = words
                .iter()
                .filter(|word| word.len() > 12 && word.chars().all(|c| c.is_ascii_alphabetic() || "-.".contains(c)))
                .filter(|word| !printed.contains(**word))
                .collect();
            assert!(missing.is_empty(), "{width}: {missing:?}");
        }
    }
}

#[test]
fn a_long_check_says_whom_it_waits_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["check", "net.reach", "--timeout", "4"];
    let mut terminal = Terminal::start_with(&arguments, 80, 40, folder.path(), [("POLYMARKET_CLOB_URL", url.as_str())]);
    terminal.wait_for("the wait", |screen| screen.contains("Waiting for the CLOB, 2 s of 4"));
    terminal.wait_for("the end", |screen| screen.contains("incomplete") && !screen.contains("Waiting for"));
}

/// Rows that the terminal broke, since a line was wider than it.
fn broken(terminal: &Terminal) -> Vec<String> {
    let screen = terminal.screen();
    let (rows, columns) = screen.size();
    let row = |place| screen.contents_between(place, 0, place, columns.get());
    (0..rows.get()).filter(|place| screen.row_wrapped(*place)).map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_of_the_set_up_is_wider_than_the_terminal() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    env_file(&lab, folder.path());
    for columns in [64, 80, 100] {
        let mut terminal = Terminal::run(in_folder(folder.path(), &["init", "--profile", "demo"]), columns, 120);
        terminal.wait_for_text("Answer [1]:");
        terminal.press("?\r");
        terminal.wait_for("the reason", |screen| {
            screen
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains("Do not paste the key here: this input is visible")
        });
        terminal.press("\r");
        terminal.wait_for_text("Save profile demo?");
        terminal.settle();
        assert_eq!(broken(&terminal), Vec::<String>::new(), "{columns}:\n{}", terminal.contents());
        terminal.press("n\r");
        terminal.wait_for_text("Run the checks now?");
        terminal.press("n\r");
        terminal.end();
    }
}
