//! How text may look: flags of every command, and what the terminal and the locale allow.

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;

use clap::ValueEnum as _;

use crate::render::{Style, speaks_utf8};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb
    #[default]
    Auto,
    Always,
    Never,
}

/// How results are printed, where these two are all that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Look {
    /// Print ASCII characters only
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// Print plain lines: no screen, no color, no line that changes
    ///
    /// For screen readers, logs and pipes.
    #[arg(long, global = true)]
    pub(super) plain: bool,
    /// When to use color
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
}

static LOOK: OnceLock<Look> = OnceLock::new();

impl Look {
    /// What the arguments ask for, also those that are not understood as a whole: for help and errors.
    pub(super) fn among(arguments: &[OsString]) -> Self {
        let words: Vec<_> =
            arguments.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--").collect();
        let is_typed = |flag: &str| words.iter().any(|word| word == flag);
        let color = words.windows(2).rev().find_map(|pair| match (&*pair[0], pair[1].strip_prefix("--color=")) {
            (_, Some(value)) => Some(value),
            ("--color", None) => Some(&*pair[1]),
            _ => None,
        });
        Self {
            ascii: is_typed("--ascii"),
            plain: is_typed("--plain"),
            color: color.and_then(|value| Color::from_str(value, false).ok()).unwrap_or_default(),
        }
    }

    /// Holds for all that is printed from now on.
    pub(super) fn use_everywhere(self) {
        // it is set once, by the one who has read the command line
        let _ = LOOK.set(self);
    }
}

/// Whether the terminal only prints lines: it has no colors and cannot put text anywhere on its screen. One
/// that says nothing of itself may.
pub(super) fn is_dumb() -> bool {
    std::env::var("TERM").is_ok_and(|term| matches!(term.as_str(), "" | "dumb" | "unknown"))
}

/// Whether lines may be written over: not with `--plain`.
pub(super) fn is_plain() -> bool {
    LOOK.get().is_some_and(|look| look.plain)
}

/// How text on standard output may look.
pub(super) fn style() -> Style {
    style_on(io::stdout().is_terminal())
}

/// How text may look on standard error.
pub(super) fn error_style() -> Style {
    style_on(io::stderr().is_terminal())
}

fn style_on(is_terminal: bool) -> Style {
    let Look { ascii, plain, color } = LOOK.get().copied().unwrap_or_default();
    let variable = |name: &str| std::env::var(name).ok();
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_plain = is_set("NO_COLOR") || is_dumb();
    // what a pipe is read by has no locale that could be asked for; an explicit one counts
    let speaks_utf8 = speaks_utf8(variable).unwrap_or(cfg!(windows) || !is_terminal);
    Style {
        color: match color {
            Color::Auto => is_terminal && !is_plain && !plain,
            Color::Always => true,
            Color::Never => false,
        },
        ascii: ascii || !speaks_utf8,
        width: width(),
        share: None,
    }
}

/// Cells of a line of the terminal; `None` for files and pipes, where lines stay whole.
pub(super) fn width() -> Option<usize> {
    /// Narrower lines than this are no text any more.
    const LEAST: usize = 20;
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(width).max(LEAST))
}
