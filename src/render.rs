//! The printers: each a function of the report.
//!
//! ```
//! use polydoctor::facts::Facts;
//! use polydoctor::render::{self, Format, Show, Style};
//! use polydoctor::report::Report;
//!
//! let report = Report::of(&Facts::default());
//! let mut out = Vec::new();
//! render::print(&report, Format::Json, Show::All, Style::default(), &mut out)?;
//! assert!(out.starts_with(b"{"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod ascii;
mod comparison;
mod fleet;
mod heading;
mod json;
mod junit;
mod markdown;
mod share;
mod text;
mod wrap;

use std::io::{self, Write};

pub(crate) use ascii::{speaks_utf8, to_ascii};
pub(crate) use fleet::{FleetSummary, Printer};
pub use heading::{line as heading, who};
pub use share::{Share, share};
pub(crate) use wrap::wrapped;

use crate::checks::Status;
use crate::report::Report;

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs, reason = "the docs of the variants are help texts, and the names of these say enough")]
pub enum Format {
    Text,
    Json,
    /// For pasting into an issue
    Markdown,
    /// For CI servers
    Junit,
}

/// Which checks are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs, reason = "the docs of the variants are help texts, and the names of these say enough")]
pub enum Show {
    All,
    Problems,
}

impl Show {
    /// Whether a check of this status is printed.
    pub fn shows(self, status: Status) -> bool {
        self == Self::All || status.is_problem()
    }
}

/// How text may look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether ANSI colors are written.
    pub color: bool,
    /// Whether nothing but ASCII is written.
    pub ascii: bool,
    /// Cells of a line; `None` to leave lines as long as they are.
    pub width: Option<usize>,
    /// What was taken out of the report, to be said in it.
    pub share: Option<Share>,
}

impl Style {
    /// Text of these characters.
    pub fn fit(self, text: &str) -> String {
        if self.ascii { to_ascii(text) } else { text.to_owned() }
    }
}

/// Prints a report.
///
/// # Errors
///
/// Those of the writer.
pub fn print(report: &Report, format: Format, show: Show, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text | Format::Markdown if style.ascii => {
            let mut text = Vec::new();
            print(report, format, show, Style { ascii: false, ..style }, &mut text)?;
            out.write_all(to_ascii(&String::from_utf8_lossy(&text)).as_bytes())
        }
        Format::Text => text::print(report, show, style, out),
        Format::Json => json::print(report, show, out),
        Format::Markdown => markdown::print(report, show, style.share, out),
        Format::Junit => junit::print(report, show, out),
    }
}
