//! What leaves the screen: the report for others, and copies through the terminal.

use super::state::App;
use crate::render::{self, Format, Share, Show, Style};

/// The report as Markdown, without what tells who one is.
pub fn report(app: &App) -> String {
    let report = render::share(&app.report, Share::Short, app.home.as_deref());
    let style = Style { share: Some(Share::Short), ..Style::default() };
    let mut text = Vec::new();
    // memory takes whatever is written to it
    let _ = render::print(&report, Format::Markdown, Show::All, style, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// What was copied through the terminal; whether it took it, nothing says.
pub(super) fn sent(text: &str) -> String {
    match text.lines().count() {
        0 | 1 => format!("Copied: {text}"),
        lines => format!("Copied: {lines} lines"),
    }
}

/// Whether the terminal may know OSC 52: the console of Linux and dumb terminals do not.
pub(super) fn takes_copies(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("TERM").is_none_or(|term| !matches!(term.as_str(), "" | "dumb" | "linux" | "vt100" | "vt220"))
}
