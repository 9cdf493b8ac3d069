//! Headers as languages print their maps, and as people list them: whatever is left of a text.

use std::sync::LazyLock;

use regex::Regex;

use super::{Fidelity, Request, Target, Unread, literal};

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| {
            // what is no letter of ASCII ends a word, which keeps the automaton small
            let text = $text.replace(r"\b", r"(?-u:\b)");
            Regex::new(&text).unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use"))
        });
    };
}

// the name, and what stands between it and its value: Python, JavaScript, Rust, Go, PHP, Java, plain
pattern!(
    HEADER,
    r#"(?i)["'`\[(]{0,2}\b((?:X[-_]PM|(?:HTTP_|X[-_])?(?:POLY|CLOB|RELAYER)[A-Z]*)(?:[-_][A-Z]+)+)["'`\])]{0,2}[ \t]*(?:=>|:|=|,)[ \t]*(?:Some\(|\[|b|HeaderValue\()?[ \t]*"#
);
pattern!(METHOD, r#"(?i)\b(?:method|verb)["']?\s*[:=]\s*["']?([a-z]{3,7})\b"#);
pattern!(
    CALL,
    r#"\b(GET|POST|PUT|DELETE|PATCH)\b["']?(?:\s+call)?(?:\s+to)?[\s:,]+["'`]?((?:https?://[^\s/"'`]+)?/[^\s"'`,)}]*)"#
);
pattern!(
    URL,
    r#"(?i)\b(?:url|uri|path|endpoint|requestpath|request_path)["']?\s*[:=]\s*["'`]?((?:https?://[^\s/"'`,]+)?/[^\s"'`,)}]*)"#
);
pattern!(BARE_URL, r#"(?i)https?://[a-z0-9.:-]*polymarket\.(?:com|us)(/[^\s"'`,)}]*)?"#);
pattern!(BODY, r#"(?i)\b(?:body|data|payload|json|content)["']?\s*[:=]\s*b?(["'`{\[])"#);

/// Headers further apart than so many bytes are not of one request.
const FAR: usize = 4096;
/// Further from its headers the call of a request is not looked for.
const AROUND: usize = 1500;
/// As long as a body behind them may be.
const BODY_END: usize = 256 << 10;

struct Found {
    start: usize,
    end: usize,
    name: String,
    value: String,
}

/// Reads what is left of a text; `line_at` gives the line of a place.
pub(super) fn read(loose: &str, line_at: impl Fn(usize) -> usize, unread: &mut Vec<Unread>) -> Vec<Request> {
    let mut groups: Vec<Vec<Found>> = Vec::new();
    for found in HEADER.captures_iter(loose) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
        if crate::inspect::names::canonical(name.as_str()).is_none() {
            continue;
        }
        // so its variables are written in settings files, whose other names are not those of headers
        let is_relayer = name.as_str().to_ascii_uppercase().starts_with("RELAYER");
        if is_relayer && loose[name.end()..whole.end()].contains('=') && !whole.as_str().contains("=>") {
            continue;
        }
        let Some((value, end)) = value(loose, whole.end()) else {
            unread.push(Unread {
                line: line_at(name.start()),
                text: format!("the value of {} could not be read", crate::text::quoted(name.as_str(), 40)),
            });
            continue;
        };
        let found = Found { start: whole.start(), end, name: name.as_str().to_owned(), value };
        match groups.last_mut() {
            Some(group) if belongs(group, &found) => group.push(found),
            _ => groups.push(vec![found]),
        }
    }
    let mut requests = Vec::new();
    let mut before = 0;
    for place in 0..groups.len() {
        let group = &groups[place];
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let after = groups.get(place + 1).and_then(|next| next.first()).map_or(loose.len(), |next| next.start);
        // variables of a shell and settings files are not headers of a request
        if group.len() < 2 && !is_telling(first) {
            continue;
        }
        let near = window(loose, before.max(first.start.saturating_sub(AROUND)), after.min(last.end + BODY_END));
        let mut request = Request {
            line: line_at(first.start),
            form: "header block",
            headers: group.iter().map(|found| (found.name.clone(), found.value.clone())).collect(),
            ..Request::default()
        };
        describe(&mut request, near);
        requests.push(request);
        before = last.end;
    }
    requests
}

fn is_telling(found: &Found) -> bool {
    found.name.to_ascii_uppercase().starts_with("POLY") && found.value.len() > 20
}

fn belongs(group: &[Found], found: &Found) -> bool {
    let is_new = group.iter().all(|known| !known.name.eq_ignore_ascii_case(&found.name));
    is_new && group.last().is_some_and(|last| found.start.saturating_sub(last.end) < FAR)
}

fn window(text: &str, mut start: usize, mut end: usize) -> &str {
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

/// A quoted value, or all up to what ends one.
fn value(text: &str, place: usize) -> Option<(String, usize)> {
    let rest = &text[place..];
    if rest.starts_with(['"', '\'', '`']) {
        let (value, length) = literal::quoted(rest)?;
        return (!value.contains('\n')).then_some((value, place + length));
    }
    let length = rest.find([' ', '\t', '\n', '\r', ',', ';', '}', ')', ']', '"', '\'']).unwrap_or(rest.len());
    Some((rest[..length].to_owned(), place + length))
}

/// Method, URL and body from the text around the headers.
fn describe(request: &mut Request, near: &str) {
    let call = CALL.captures(near);
    let method = METHOD.captures(near).map(|found| found[1].to_owned());
    request.method = method.or_else(|| call.as_ref().map(|found| found[1].to_owned()));
    request.method = request.method.take().filter(|method| {
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"].iter().any(|known| known.eq_ignore_ascii_case(method))
    });
    let url = URL.captures(near).map(|found| found[1].to_owned());
    let bare = || BARE_URL.find(near).map(|found| found.as_str().to_owned());
    let url = url.or_else(|| call.map(|found| found[2].to_owned())).or_else(bare);
    request.target = url.map(|url| Target::of(url.trim_end_matches(['.', ':', ';'])));
    let Some(start) = BODY.captures(near).and_then(|found| found.get(1)) else { return };
    let rest = &near[start.start()..];
    if start.as_str() == "{" || start.as_str() == "[" {
        let Some(literal) = literal::balanced(rest).map(|end| &rest[..end]) else { return };
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(literal).is_ok();
        request.body = if is_json { Some(literal.to_owned()) } else { literal::as_json(literal) };
        request.fidelity = if request.body.is_some() { Fidelity::Printed } else { Fidelity::Unknown };
    } else if let Some((text, _)) = literal::quoted(rest) {
        request.body = (!text.is_empty()).then_some(text);
        request.fidelity = Fidelity::Exact;
    }
}
