//! The list of what a server signs.

use std::str::FromStr;

use thiserror::Error;

/// One method and path that may be signed, written `POST:/order`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    method: String,
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not METHOD:PATH, such as POST:/order")]
pub struct NotAllowable;

impl FromStr for Allowed {
    type Err = NotAllowable;

    /// The method may be in lower case; what is signed is always in upper case then.
    fn from_str(text: &str) -> Result<Self, NotAllowable> {
        let (method, path) = text.trim().split_once(':').ok_or(NotAllowable)?;
        let is_method = !method.is_empty() && method.chars().all(|c| c.is_ascii_alphabetic());
        // a query is never signed, so an entry with one would let nothing pass
        if !is_method || !path.starts_with('/') || path.contains('?') {
            return Err(NotAllowable);
        }
        Ok(Self { method: method.to_ascii_uppercase(), path: path.to_owned() })
    }
}

/// Whether this may be signed. The texts are compared as they are: they are what the signature covers,
/// one behind the other without anything between them. So a body has to begin as JSON does: any other
/// could go on with the path, and be the signature of a request that is not on the list.
pub(super) fn lets_pass(list: &[Allowed], method: &str, path: &str, body: Option<&str>) -> bool {
    let goes_on = body.is_some_and(|body| !body.is_empty() && !body.starts_with(['{', '[']));
    list.is_empty() || (!goes_on && list.iter().any(|allowed| allowed.method == method && allowed.path == path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_passes() {
        let list: Vec<Allowed> = ["post:/order", "GET:/builder/trades"].map(|text| text.parse().unwrap()).into();
        for (method, path, passes) in [
            ("POST", "/order", true),
            ("GET", "/builder/trades", true),
            ("post", "/order", false),
            ("GET", "/order", false),
            ("POST", "/orders", false),
            ("POST", "/order/", false),
            ("POST", "/order?x=1", false),
            ("POST", "/x/../order", false),
        ] {
            assert_eq!(lets_pass(&list, method, path, Some("{}")), passes, "{method} {path}");
        }
        assert!(lets_pass(&[], "DELETE", "/anything", Some("anything")));
    }

    #[test]
    fn no_body_goes_on_with_the_path() {
        let list = ["POST:/order".parse().unwrap()];
        let passes = |body| lets_pass(&list, "POST", "/order", body);
        assert!([None, Some(""), Some("{\"a\":1}"), Some("[{}]"), Some("{'a': 1}")].into_iter().all(passes));
        // every way to cut the message of a request that is not on the list
        let message = "/orders/scoring/[{}]";
        for cut in "/order".len() + 1..message.len() {
            let body = &message["/order".len()..cut];
            assert!(!passes(Some(body)), "{body}");
        }
        for body in [" {}", "\n[]", "\u{feff}{}", "s", "\"s\"", "1", "-1", "null", "?x=1", "/"] {
            assert!(!passes(Some(body)), "{body}");
        }
    }

    #[test]
    fn an_entry_that_could_let_nothing_pass_is_refused() {
        for text in ["", "POST", ":/order", "POST:", "POST:order", "POST /order", "PO ST:/order", "GET:/trades?x=1"] {
            assert_eq!(text.parse::<Allowed>(), Err(NotAllowable), "{text}");
        }
    }
}
