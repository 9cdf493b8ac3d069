//! The report as one JSON object; `assets/report.schema.json` is its schema.

use std::io::{self, Write};

use super::Show;
use crate::report::Report;

pub(super) fn print(report: &Report, show: Show, out: &mut dyn Write) -> io::Result<()> {
    let mut shown = report.clone();
    shown.checks.retain(|check| show.shows(check.status));
    serde_json::to_writer_pretty(&mut *out, &shown)?;
    writeln!(out)
}
