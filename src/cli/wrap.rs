//! Text in lines, for commands that explain.

use super::look::width;

/// Cells of a line where no terminal says how many, and the most of prose on one.
const WIDTH: usize = 96;

/// As wide as the terminal, and no wider than reads well.
pub(super) fn wrapped(text: &str, first: &str, further: &str) -> String {
    crate::render::wrapped(text, first, further, Some(width().unwrap_or(WIDTH).min(WIDTH)))
}
