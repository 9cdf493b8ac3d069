//! Text in lines, for commands that explain.

use super::look::width;

/// Cells of a line where no terminal says how many, and the most of prose on one.
const WIDTH: usize = 96;
/// Cells of a line of questions where no terminal says how many.
const USUAL_WIDTH: usize = 80;

/// As wide as the terminal, and no wider than reads well.
pub(super) fn wrapped(text: &str, first: &str, further: &str) -> String {
    crate::render::wrapped(text, first, further, Some(width().unwrap_or(WIDTH).min(WIDTH)))
}

/// The same for questions: as wide as the terminal that they are asked at.
pub(super) fn to_terminal(text: &str, first: &str, further: &str) -> String {
    crate::render::wrapped(text, first, further, Some(terminal_width()))
}

/// Cells of a line of questions.
pub(super) fn terminal_width() -> usize {
    width().unwrap_or(USUAL_WIDTH)
}
