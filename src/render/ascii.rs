//! Text for terminals that speak no UTF-8.

use crate::checks::Status;

/// The text in ASCII: signs by what they look like, other characters as `?`.
pub(crate) fn to_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '…' => ascii.push_str("..."),
            '–' | '—' | '−' => ascii.push('-'),
            '‘' | '’' => ascii.push('\''),
            '“' | '”' => ascii.push('"'),
            '±' => ascii.push_str("+-"),
            '·' => ascii.push('.'),
            '→' => ascii.push_str("->"),
            '←' => ascii.push_str("<-"),
            '↑' => ascii.push('^'),
            '↓' => ascii.push('v'),
            '×' => ascii.push('x'),
            '✓' => ascii.push_str(Status::Pass.symbol(true)),
            '✗' => ascii.push_str(Status::Fail.symbol(true)),
            c if c.is_ascii() => ascii.push(c),
            _ => ascii.push('?'),
        }
    }
    ascii
}

/// Whether the locale says that text is UTF-8; `None` where no locale is set.
pub(crate) fn speaks_utf8(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set)?.to_ascii_lowercase();
    Some(locale.contains("utf-8") || locale.contains("utf8"))
}
