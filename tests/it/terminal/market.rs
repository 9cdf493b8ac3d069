//! One market, named on the screen.

use super::Terminal;

#[test]
fn a_market_is_named_at_the_funds_and_checked_and_taken_back() {
    let mut terminal = Terminal::start(&["--demo", "healthy-safe"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("/funds.balance\r");
    terminal.wait_for("the filter", |screen| screen.contains("funds.balance") && !screen.contains("clock.drift"));
    terminal.press("M");
    terminal.wait_for_text("Check orders on which market?");
    terminal.press("0x12\r");
    terminal.wait_for_text("a condition ID is 0x and 64 hex digits");
    terminal.press("\u{15}\u{1b}[200~sample-rain-tomorrow\u{1b}[201~\r\u{1b}");
    terminal.wait_for_text("order.market");
    terminal.wait_for_text("24/24");
    // which stays so when all is run again
    terminal.press("R");
    terminal.wait_for_text("24/24");
    terminal.press("/funds.balance\rM\u{15}\r\u{1b}");
    terminal.wait_for("no market", |screen| screen.contains("23/23") && !screen.contains("order.market"));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_market_may_be_given_from_the_start() {
    let arguments = ["--demo", "healthy-safe", "--market", "sample-rain-tomorrow", "--no-order-proof"];
    let mut terminal = Terminal::start(&arguments, 120, 40);
    terminal.wait_for_text("24/24");
    // what is opened is what is shown, also where all is in order
    terminal.press("/order.exchange\r\r");
    terminal.wait_for_text("Not checked (--no-order-proof)");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
