//! Whether a known sentence that occurs in a text is said there.

use crate::reference::patterns::{Occurrence, occurrences};
use crate::reference::words::Words;
use crate::reference::{ErrorEntry, artefact};

/// Whether the `0` at the end of a sentence is only the beginning of a number: `balance: 0.45`.
pub(super) fn is_more_than_zero(text: &str, words: &Words, occurrence: &Occurrence) -> bool {
    let after = &text[words.ends(occurrence.end - 1)..];
    let decimals: String =
        after.strip_prefix(['.', ',']).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    words.get(occurrence.end - 1).is_some_and(|last| last == "0" || last == "00") && decimals.contains(|c| c != '0')
}

/// Whether it is the reason phrase beside a status, and no sentence: `"statusText":"Not Found"`.
pub(super) fn is_reason(words: &Words, occurrence: &Occurrence) -> bool {
    let before = occurrence.start.checked_sub(1).and_then(|before| words.get(before));
    before.is_some_and(|word| ["statustext", "reasonphrase", "reason_phrase"].contains(&word))
}

/// Whether a sentence is all that is said at its place: between quotes, after a colon, on a line.
pub(super) fn stands_alone(text: &str, words: &Words, occurrence: &Occurrence) -> bool {
    const BEFORE: &[char] = &[
        ':', '"', '\'', '`', '(', '[', '{', '>', '|', '=', '\n', '\r', '“', '「', '，', '：', '!', '<', '-', '.', '/',
    ];
    const AFTER: &[char] = &[
        '"', '\'', '`', ')', ']', '}', '<', '\n', '\r', '.', ',', ';', '!', ':', '(', '|', '”', '」', '。', '，', '[',
        '=', '?', '{', '/', '…',
    ];
    // a value at either end belongs to the sentence
    let [is_open_before, is_open_after] = occurrence.pattern.is_open;
    let start = occurrence.start - usize::from(is_open_before && occurrence.start > 0);
    let end = (occurrence.end + usize::from(is_open_after)).min(words.len());
    let before = text[..words.begins(start)].trim_end_matches([' ', '\t', '\\', '\u{1b}']).chars().next_back();
    let after = text[words.ends(end - 1)..].trim_start_matches([' ', '\t', '\\', '\u{1b}']).chars().next();
    if artefact::is_reason(&occurrence.error().text) {
        // the reason of a status stands after colons too: only a body quotes it
        return before.is_none_or(|c| ['"', '\''].contains(&c));
    }
    // a quote behind a letter ends what another value is, and begins nothing
    let is_closing = before.is_some_and(|c| ['"', '\'', '`'].contains(&c)) && {
        let head = &text[..words.begins(start)];
        head.ends_with(' ') && head.trim_end().trim_end_matches(['"', '\'', '`']).ends_with(char::is_alphanumeric)
    };
    // `400 invalid signature`
    let is_status = start.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| {
        word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit())
    });
    before.is_none_or(|c| (BEFORE.contains(&c) && !is_closing) || is_status) && after.is_none_or(|c| AFTER.contains(&c))
}

/// Whether a text holds this sentence.
pub(super) fn is_in(entry: &'static ErrorEntry, text: &str) -> bool {
    occurrences(&Words::of(text)).iter().any(|occurrence| std::ptr::eq(occurrence.error(), entry))
}
