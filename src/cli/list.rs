//! `polydoctor list`

use std::io::Write as _;

use super::Exit;
use crate::checks::{CHECKS, words};
use crate::cli::terminal;

pub(super) fn run() -> anyhow::Result<Exit> {
    let mut out = terminal::out();
    for check in CHECKS {
        let needs =
            if check.needs.is_empty() { String::new() } else { format!("  (needs {})", check.needs.join(", ")) };
        writeln!(out, "{:<22} {}{needs}", check.id, words(check.id).title)?;
    }
    Ok(Exit::Done)
}
