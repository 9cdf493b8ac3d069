//! Text in lines, for commands that explain.

/// Cells of a line.
const WIDTH: usize = 96;

/// Breaks lines at blanks only: names, addresses and commands stay whole words.
pub(super) fn wrapped(text: &str, first: &str, further: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(further)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}
