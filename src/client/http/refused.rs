//! Why there is no answer: what the server said instead, or what broke below it.

use std::error::Error as _;

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};

use super::{LONGEST_MESSAGE, header};
use crate::facts::Failure;
use crate::text;

/// Why an answer is none: redirected, a page for people, or the server's own no.
pub(super) fn refusal(status: u16, headers: &HeaderMap, text: &str) -> Option<Failure> {
    if (300..400).contains(&status) {
        let location = header(headers, LOCATION.as_str()).unwrap_or_default();
        return Some(Failure::Redirected { status, location: text::quoted(&location, LONGEST_MESSAGE) });
    }
    if is_page(headers, text) {
        return Some(Failure::BlockPage { status, title: page_title(text) });
    }
    if (200..300).contains(&status) {
        return None;
    }
    let said = serde_json::from_str::<serde_json::Value>(text).ok().and_then(|body| {
        ["error", "message", "error_msg"].iter().find_map(|key| body.get(key)?.as_str().map(str::to_owned))
    });
    let message = text::quoted(said.as_deref().unwrap_or(text), LONGEST_MESSAGE);
    let retry_after_s = header(headers, RETRY_AFTER.as_str()).and_then(|text| text.trim().parse().ok());
    Some(Failure::Refused { status, message, retry_after_s })
}

fn is_page(headers: &HeaderMap, text: &str) -> bool {
    let declared = header(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("text/html"));
    let start = text.trim_start().get(..15).unwrap_or_default().to_ascii_lowercase();
    (declared && text.contains('<')) || start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn page_title(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|open| {
        let start = open + lower[open..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        text.get(start..end)
    });
    text::quoted(title.unwrap_or("no title"), 120)
}

pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    text::quoted(&reason, LONGEST_MESSAGE)
}

pub(super) fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if holds_tls(inner) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The layers below wrap the TLS error in an `io::Error`, and that in another; neither shows what it
/// wraps as its source.
fn holds_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = || error.downcast_ref::<std::io::Error>()?.get_ref();
    error.is::<rustls::Error>() || wrapped().is_some_and(|inner| holds_tls(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, kind: &'static str, text: &str) -> Option<Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        refusal(status, &headers, text)
    }

    #[test]
    fn the_servers_own_sentence_is_kept() {
        let failure = refused(401, "application/json", "{\"error\":\"Unauthorized/Invalid api key\"}\n").unwrap();
        assert_eq!(failure.to_string(), "401 Unauthorized/Invalid api key");
        assert!(failure.is_refusal());
        assert_eq!(refused(500, "text/plain", "oh\u{1b}[2J no").unwrap().to_string(), "500 oh [2J no");
        assert_eq!(refused(200, "application/json", "{}"), None);
    }

    #[test]
    fn a_page_is_not_an_answer() {
        let page = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>";
        for status in [200, 403] {
            let failure = refused(status, "text/html; charset=UTF-8", page).unwrap();
            assert_eq!(failure, Failure::BlockPage { status, title: "Attention Required! | Cloudflare".to_owned() });
        }
    }
}
