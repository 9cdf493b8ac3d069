//! The whole of a printed value, found from a word inside of it.

use super::tree::{self, Node};

/// A value does not begin further before the word, in bytes.
const BEFORE: usize = 16 << 10;
/// Brackets before the word that are tried as the beginning.
const BEGINNINGS: usize = 24;
/// Bytes that are read in vain before the rest of a text is left alone.
const WORK: usize = 4 << 20;
/// What is looked for is in nothing longer.
pub(super) const LONGEST: usize = 1 << 20;

/// Finds values in one text, with a limit to what that costs.
#[derive(Default)]
pub(super) struct Finder {
    work: usize,
}

impl Finder {
    /// Whether so much was read in vain that the rest is left alone.
    pub(super) fn is_exhausted(&self) -> bool {
        self.work > WORK
    }

    /// Counts bytes that were read elsewhere.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.work += bytes;
    }

    /// The outermost value around a place that has what is looked for, and where it ends; nothing before `taken`
    /// is looked at.
    pub(super) fn around(
        &mut self,
        text: &str,
        place: usize,
        taken: usize,
        has: &dyn Fn(&Node) -> bool,
    ) -> Option<(Node, usize)> {
        let mut from = place.saturating_sub(BEFORE).max(taken);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let mut longest = text.len().min(place.saturating_add(LONGEST));
        while !text.is_char_boundary(longest) {
            longest -= 1;
        }
        let text = &text[..longest];
        self.work += (place - from) / 4;
        let mut found = None;
        for (start, _) in text[from..place].rmatch_indices(['{', '(', '[']).take(BEGINNINGS) {
            if self.work > WORK {
                break;
            }
            match tree::read(text, from + start) {
                Ok((node, end)) if end > place => {
                    self.work += end - from - start;
                    if has(&node) {
                        found = Some((node, end));
                    }
                }
                // a quote without an end is looked for to the end
                Ok((_, end)) | Err(end) => self.work += 64 + end - from - start,
            }
        }
        found
    }
}

/// Whether the value that ends at `end` is written as JSON.
pub(super) fn is_json(text: &str, node: &Node, end: usize) -> bool {
    let Node::Map { at, .. } = node else { return text[..end].ends_with(']') && !text[..end].contains('\'') };
    serde_json::from_str::<serde::de::IgnoredAny>(&text[*at..end]).is_ok()
}
