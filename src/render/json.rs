//! The report as one JSON object; `assets/report.schema.json` is its schema.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Show;
use crate::report::Report;

pub(super) fn print(report: &Report, show: Show, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &shown(report, show))?;
    writeln!(out)
}

/// The same on a line of its own.
pub(super) fn line(report: &Report, show: Show, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &shown(report, show))?;
    writeln!(out)
}

fn shown(report: &Report, show: Show) -> Cow<'_, Report> {
    if show == Show::All {
        return Cow::Borrowed(report);
    }
    let mut shown = report.clone();
    shown.checks.retain(|check| show.shows(check.status));
    Cow::Owned(shown)
}
