//! `polydoctor list`

use std::io::Write as _;

use super::Exit;
use super::look::width;
use crate::checks::{CHECKS, words};
use crate::cli::terminal;

pub(super) fn run() -> anyhow::Result<Exit> {
    let mut out = terminal::out();
    for check in CHECKS {
        let needs =
            if check.needs.is_empty() { String::new() } else { format!("  (needs {})", check.needs.join(", ")) };
        let text = format!("{}{needs}", words(check.id).title);
        let line = crate::render::wrapped(&text, &format!("{:<22} ", check.id), &" ".repeat(23), width());
        writeln!(out, "{line}")?;
    }
    Ok(Exit::Done)
}
