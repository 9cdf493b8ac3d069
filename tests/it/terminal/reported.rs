//! What the dashboard answers to an error that is reported.

use super::Terminal;

/// The dashboard of a scenario, told of an error.
fn told(scenario: &str, error: &str) -> Terminal {
    let mut terminal = Terminal::start(&["--demo", scenario], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("e");
    terminal.wait_for_text("Which error did you get?");
    terminal.press(error);
    // a long one is seen from its end
    terminal.wait_for_text(&error[error.len().saturating_sub(30)..]);
    terminal.press("\r");
    terminal.wait_for_text("The error you reported");
    terminal
}

#[test]
fn a_reported_error_is_answered_at_once_and_leads_to_its_check() {
    let mut terminal = told("safe-called-deposit-wallet", "invalid signature");
    terminal.wait_for_text("What it means");
    terminal.wait_for_text("Explained here by: ");
    terminal.wait_for_text("Related checks");
    terminal.press("\r");
    terminal.wait_for("the check that explains it", |screen| {
        !screen.contains("What it means") && screen.contains("FAIL  wallet.signature-type")
    });
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_answer_quotes_the_values_that_were_reported() {
    let error = "not enough balance / allowance: the balance is not enough -> balance: 0, order amount: 5000000";
    let mut terminal = told("healthy-safe", error);
    terminal.wait_for_text("balance: 0, order amount: 5000000");
    assert!(!terminal.contents().contains("{}"), "{}", terminal.contents());
    terminal.press("\u{1b}");
    terminal.wait_for("the panels", |screen| !screen.contains("What it means"));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_error_that_nobody_knows_is_said_to_be_unknown() {
    let mut terminal = told("healthy-safe", "the moon is full");
    terminal.wait_for_text("This error is not in the reference");
    terminal.press("\u{1b}");
    terminal.wait_for("the panels", |screen| !screen.contains("What it means"));
    terminal.press("e");
    terminal.wait_for_text("Which error did you get?");
    // nothing in place of it takes it back
    terminal.press("\u{15}\r");
    terminal.wait_for_text("Reported error removed");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
