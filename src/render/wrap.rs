//! Text in lines. Lines break at blanks only, and never inside of a command: names, addresses and
//! commands can be copied whole.

/// The text in lines of so many cells, or in one where that is not limited.
pub(crate) fn wrapped(text: &str, first: &str, further: &str, width: Option<usize>) -> String {
    /// Beside a wide margin, a line is given as many cells as this.
    const LEAST: usize = 16;
    let Some(width) = width else { return format!("{first}{text}") };
    let further = if textwrap::core::display_width(further) + LEAST > width { "  " } else { further };
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(further)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(&joined(text), options).replace(JOINT, " ")
}

/// Stands for a blank that no line breaks at.
const JOINT: char = '\u{a0}';

/// Commands that take another word as a part of their name.
const GROUPS: [&str; 9] = ["builder", "check", "explain", "fix", "keys", "order", "profile", "readonly", "relayer"];

/// The text with the blanks inside of commands replaced: in backticks, and behind `polydoctor`.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut in_backticks = false;
    let mut before = "";
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            let goes_on = before == "polydoctor"
                || GROUPS.contains(&before) && joined.ends_with(&format!("polydoctor{JOINT}{before}"))
                || before.starts_with("--") && is_behind_command(&joined)
                || word.starts_with("--") && is_behind_command(&joined);
            joined.push(if in_backticks || goes_on { JOINT } else { ' ' });
        }
        joined.push_str(word);
        in_backticks ^= word.matches('`').count() % 2 == 1;
        before = word;
    }
    joined
}

/// Whether the last words are a command of this program.
fn is_behind_command(text: &str) -> bool {
    text.rsplit(' ').next().is_some_and(|last| last.trim_start_matches('(').starts_with("polydoctor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_never_in_a_command() {
        let address = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
        let text = format!(
            "Set the funder to {address}, then run `polydoctor keys derive --save` or \
             polydoctor check --profile bot again"
        );
        for width in 20..120 {
            let lines = wrapped(&text, "  fix  ", "       ", Some(width));
            for whole in [address, "`polydoctor keys derive --save`", "polydoctor check --profile bot"] {
                assert!(lines.lines().any(|line| line.contains(whole)), "{width}: {lines}");
            }
            assert_eq!(
                lines.split_whitespace().collect::<Vec<_>>(),
                format!("fix {text}").split_whitespace().collect::<Vec<_>>()
            );
        }
        assert_eq!(wrapped(&text, "  ", "  ", None), format!("  {text}"));
    }
}
