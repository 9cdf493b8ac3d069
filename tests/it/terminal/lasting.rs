//! A dashboard that is open for long, over settings that break and mend.

use std::fs;

use super::Terminal;
use super::account::{env_file, in_folder};
use super::rereading::{RIGHT_FUNDER, SIGNER, replace, with_funder};
use crate::soak::{Held, WARM_UP, times};
use crate::support::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_that_is_open_for_long_holds_no_more() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    let path = env_file(&lab, folder.path());
    let mut terminal = Terminal::run(in_folder(folder.path(), &["--watch", "5"]), 120, 40);
    terminal.wait_for_text("Verified: ");
    let process = terminal.child.process_id().unwrap();
    let (right, wrong) = (fs::read_to_string(&path).unwrap(), with_funder(&path, SIGNER));
    assert!(right.contains(RIGHT_FUNDER));
    let mut held = Vec::new();
    for panel in ["6", "7", "4", "2", "5", "9"].into_iter().cycle().take(times()) {
        for (text, verdict) in [(&wrong, "Start with wallet.funder"), (&right, "Verified: ")] {
            replace(&path, text);
            terminal.wait_for_text(verdict);
            terminal.press(panel);
            terminal.press("1");
        }
        held.push(Held::of(process));
    }
    Held::assert_flat(&held[WARM_UP - 1..]);
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
