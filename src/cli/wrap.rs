//! Text in lines, for commands that explain.

use std::io::{self, IsTerminal as _};

/// Cells of a line.
const WIDTH: usize = 96;
/// Cells of a line where nobody says how wide it is.
const USUAL_WIDTH: usize = 80;

/// Breaks lines at blanks only: names, addresses and commands stay whole words.
pub(super) fn wrapped(text: &str, first: &str, further: &str) -> String {
    to_width(text, WIDTH, first, further)
}

/// The same for the terminal that questions are asked at.
pub(super) fn to_terminal(text: &str, first: &str, further: &str) -> String {
    to_width(text, terminal_width(), first, further)
}

/// Cells of a line of the terminal on standard error.
pub(super) fn terminal_width() -> usize {
    if io::stderr().is_terminal() { textwrap::termwidth() } else { USUAL_WIDTH }
}

fn to_width(text: &str, width: usize, first: &str, further: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(further)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}
