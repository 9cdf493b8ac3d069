//! Findings fit for a public thread: they say what is wrong, and not whose it is.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Inspection;

/// Hex beyond ten digits, ids, and base64 as long as a signature.
static NAMING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"0x[0-9a-fA-F]{11,}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{9,}-[0-9a-fA-F]{12}|[0-9A-Za-z+/_-]{40,}=*")
        .unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use"))
});

fn shorten(text: &mut String) {
    // what a body holds is the account's own
    if let Some((before, _)) = text.split_once(": signed ").filter(|(before, _)| before.starts_with("they differ")) {
        *text = before.to_owned();
    }
    let short = |found: &Captures<'_>| {
        let found = &found[0];
        let head = if found.starts_with("0x") { &found[..6] } else { "" };
        format!("{head}…{}", &found[found.len() - 4..])
    };
    if let std::borrow::Cow::Owned(shortened) = NAMING.replace_all(text, short) {
        *text = shortened;
    }
}

impl Inspection {
    /// Shortens addresses, ids and signatures in every text.
    pub fn share(&mut self) {
        for request in &mut self.requests {
            for finding in &mut request.findings {
                // what a body holds is the account's own
                finding.difference = finding.difference.take().filter(|difference| difference.part != "body");
            }
            request.for_each_text(&shorten);
        }
        for unread in &mut self.unread {
            shorten(&mut unread.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_it_is_does_not_stay_in_a_text() {
        for (text, shared) in [
            ("the signer is 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266.", "the signer is 0xf39F…2266."),
            ("key f4f247b7-4ac7-ff29-a152-04fda0a8755a", "key …755a"),
            ("they differ from byte 7: signed abc, sent def", "they differ from byte 7"),
            ("Signed with the path /data/orders", "Signed with the path /data/orders"),
        ] {
            let mut text = text.to_owned();
            shorten(&mut text);
            assert_eq!(text, shared);
        }
    }
}
