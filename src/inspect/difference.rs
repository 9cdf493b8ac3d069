//! Where what was signed and what was sent part.

use serde_json::{Value, json};

/// Longer texts are shown around the place where they part.
const LONGEST: usize = 400;
/// So much of the common beginning of those, in bytes.
const BEFORE: usize = 80;

/// One part of the signed message, or one field, as it was signed and as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `path`, `body`, `makerAmount`, …
    pub part: String,
    /// As it was signed, or as much of it as fits around the place.
    pub signed: String,
    /// As it was sent, or as much of it as fits around the place.
    pub sent: String,
}

impl Difference {
    /// `None` where there is none.
    pub(super) fn of(part: &str, signed: &str, sent: &str) -> Option<Self> {
        if signed == sent {
            return None;
        }
        let same = common(signed, sent);
        let is_long = signed.len() > LONGEST || sent.len() > LONGEST;
        let shown = |text: &str| if is_long { around(text, same) } else { text.to_owned() };
        Some(Self { part: part.to_owned(), signed: shown(signed), sent: shown(sent) })
    }

    /// How many bytes of the beginning are the same, and how many of the end beside those.
    pub fn common(&self) -> (usize, usize) {
        let start = common(&self.signed, &self.sent);
        let (signed, sent) = (&self.signed[start..], &self.sent[start..]);
        let pairs = signed.chars().rev().zip(sent.chars().rev());
        let end = pairs.take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
        (start, end)
    }

    pub(super) fn json(&self) -> Value {
        json!({ "part": self.part, "signed": self.signed, "sent": self.sent, "part_at": self.common().0 })
    }
}

/// Bytes of the common beginning.
fn common(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

fn around(text: &str, place: usize) -> String {
    let start = text.floor_char_boundary(place.saturating_sub(BEFORE));
    let end = text.floor_char_boundary((start + LONGEST).min(text.len()));
    let before = if start > 0 { "…" } else { "" };
    let after = if end < text.len() { "…" } else { "" };
    format!("{before}{}{after}", &text[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_around_the_place_where_they_part() {
        let difference = Difference::of("path", "/order", "/orders").unwrap();
        assert_eq!(difference.common(), (6, 0));
        assert_eq!(Difference::of("body", "{\"é\": 1}", "{\"é\":1}").unwrap().common(), (6, 2));
        assert_eq!(Difference::of("body", "a", "a"), None);
        let (signed, sent) = (format!("{}x{}", "é".repeat(900), "b".repeat(900)), "é".repeat(1000));
        let long = Difference::of("body", &signed, &sent).unwrap();
        let (start, _) = long.common();
        assert!(long.signed.len() < 420 && long.signed[start..].starts_with('x'), "{long:?}");
        assert!(long.signed.starts_with('…') && long.signed.ends_with('…'));
        assert_eq!(Difference::of("body", "", "{}").unwrap().common(), (0, 0));
        assert_eq!(Difference::of("nonce", "aba", "aa").unwrap().common(), (1, 1));
    }
}
