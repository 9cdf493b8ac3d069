//! Text from outside on its way to a person. It passes here before any output: what a terminal would
//! obey is taken out, and what would deceive its reader.

use std::borrow::Cow;

#[cfg(feature = "tui")]
use textwrap::core::display_width;

/// Characters that leave no mark, or turn the direction of writing: they change what is seen and not
/// what is said.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn is_harmful(c: char) -> bool {
    c.is_control() || is_unseen(c)
}

/// A text of one line: line ends and tabs become spaces, and whatever else a terminal would obey, or a
/// reader would not see, is gone.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let kept = |c| match c {
        '\t' | '\n' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if is_harmful(c) => None,
        c => Some(c),
    };
    Cow::Owned(text.chars().filter_map(kept).collect())
}

/// The same for a text that may have several lines, which stay.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    let is_kept = |c: char| c == '\n' || !is_harmful(c);
    if text.chars().all(is_kept) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\t', " ").chars().filter(|c| is_kept(*c)).collect())
}

/// What somebody said, quoted in a sentence: white space folded, and cut to so many characters.
pub(crate) fn quoted(text: &str, longest: usize) -> String {
    let folded = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut said = String::new();
    for word in folded {
        if !said.is_empty() {
            said.push(' ');
        }
        said.extend(word.chars().filter(|c| !is_unseen(*c)));
        if said.chars().count() > longest {
            return said.chars().take(longest).chain(['…']).collect();
        }
    }
    said
}

/// What was typed in the wrong place, fit to be given back: of what may be a secret only its length.
pub(crate) fn given_back(typed: &str) -> Cow<'_, str> {
    /// A run of letters and digits of so many characters is a word of no language.
    const LONG: usize = 20;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/_-=".contains(c);
    let is_random = |run: &str| run.len() >= LONG && run.bytes().any(|byte| byte.is_ascii_digit());
    let has_login = typed.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    if has_login || typed.split(|c: char| !is_part(c)).any(is_random) {
        return Cow::Owned(format!("(a text of {} characters)", typed.chars().count()));
    }
    Cow::Borrowed(typed)
}

/// Cut in the middle to so many cells of a terminal.
#[cfg(feature = "tui")]
pub(crate) fn middle(text: &str, cells: usize, ellipsis: &str) -> String {
    if display_width(text) <= cells {
        return text.to_owned();
    }
    let room = cells.saturating_sub(display_width(ellipsis));
    let head = first_cells(text.chars(), room.div_ceil(2));
    let tail: String = first_cells(text.chars().rev(), room / 2).chars().rev().collect();
    head + ellipsis + &tail
}

/// As many of these characters as fit into so many cells.
#[cfg(feature = "tui")]
pub(crate) fn first_cells(characters: impl Iterator<Item = char>, cells: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += display_width(c.encode_utf8(&mut [0; 4]));
        used <= cells
    };
    characters.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}]52;c;Zm9v\u{7}b\u{9b}31mc\u{202e}d\u{200b}e\r\nf\tg\u{e0041}";

    #[test]
    fn nothing_that_a_terminal_obeys_or_a_reader_cannot_see_is_left() {
        assert_eq!(line(HOSTILE), "a]52;c;Zm9vb31mcde f g");
        assert_eq!(lines(HOSTILE), "a]52;c;Zm9vb31mcde\nf g");
        assert_eq!(quoted(HOSTILE, 100), "a ]52;c;Zm9v b 31mcde f g");
        assert!(matches!(line("é – 日本"), Cow::Borrowed("é – 日本")));
    }

    #[test]
    fn what_may_be_a_secret_is_not_given_back() {
        for typed in [
            "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0ISE=",
            "https://user:hunter2pass@rpc.example",
            "9c5e64a7-8d5c-4d1f-9d3a-3b0e6a6f3f3f:abc:pass",
        ] {
            assert_eq!(given_back(typed), format!("(a text of {} characters)", typed.len()));
        }
        for typed in
            ["wallet.signature-typ", "credentials-of-another-address", "https://rpc.example", "10.5", "--funde"]
        {
            assert_eq!(given_back(typed), typed);
        }
    }

    #[test]
    fn text_is_cut() {
        assert_eq!(quoted(&"x".repeat(400), 10), format!("{}…", "x".repeat(10)));
    }

    #[cfg(feature = "tui")]
    #[test]
    fn text_is_cut_in_the_middle() {
        assert_eq!(middle("0123456789", 7, "…"), "012…789");
        assert_eq!(middle("日本語日本語", 7, "…"), "日…語");
        assert_eq!(middle("abc", 3, "…"), "abc");
    }
}
