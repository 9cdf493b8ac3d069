//! Requests as they go over the wire, also as curl -v and Python's HTTP library print them.

use std::sync::LazyLock;

use regex::Regex;

use super::{Fidelity, Request, Target, Unread, literal};

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use")));
    };
}

pattern!(REQUEST_LINE, r"^(?:> ?)?([A-Za-z][A-Za-z-]{0,19}) (\S+) HTTP/[0-9](?:\.[0-9])?\r?\n?$");
pattern!(PYTHON, r"^\s*send: b['\x22]");
pattern!(HEADER, r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$");

pub(super) fn is_request_line(line: &str) -> bool {
    line.len() < 8192 && REQUEST_LINE.is_match(line)
}

/// Whether this line is one of `http.client`'s log.
pub(super) fn is_sent_by_python(line: &str) -> bool {
    PYTHON.is_match(line)
}

/// Reads a request whose first line is at `place`; gives where it ends.
pub(super) fn read(whole: &str, place: usize, line: usize, unread: &mut Vec<Unread>) -> (Vec<Request>, usize) {
    let is_verbose = whole[place..].starts_with('>');
    let mut request = Request { line, form: if is_verbose { "curl -v log" } else { "raw HTTP" }, ..Request::default() };
    let mut end = place;
    let mut number = line;
    let mut is_first = true;
    let mut is_ended = false;
    for raw in whole[place..].split_inclusive('\n') {
        let text = raw.trim_end_matches(['\n', '\r']);
        let text = match (is_verbose, text.strip_prefix('>')) {
            (true, Some(text)) => text.strip_prefix(' ').unwrap_or(text),
            (true, None) => break,
            (false, _) => text,
        };
        end += raw.len();
        if is_first {
            if let Some(found) = REQUEST_LINE.captures(text) {
                request.method = Some(found[1].to_owned());
                request.target = Some(Target::of(&found[2]));
            }
            is_first = false;
        } else if text.is_empty() {
            is_ended = true;
            break;
        } else if let Some(found) = HEADER.captures(text) {
            // names of HTTP/2 with their colon do not get here
            request.headers.push((found[1].to_owned(), found[2].trim().to_owned()));
        } else if is_request_line(raw) {
            end -= raw.len();
            break;
        } else {
            unread.push(Unread { line: number, text: "not a header line (NAME: VALUE)".to_owned() });
        }
        number += 1;
    }
    if is_verbose {
        return (vec![request], end);
    }
    let length = content_length(&request);
    if is_ended {
        let rest = &whole[end..];
        let taken = body(rest, length);
        end += taken.len();
        let text = if length.is_some() { taken } else { strip_line_end(taken) };
        if let Some(length) = length.filter(|length| *length != text.len()) {
            unread.push(Unread {
                line: number + 1,
                text: format!(
                    "the body has {} bytes here, but Content-Length is {length}: it was changed or cut off when it was copied",
                    text.len()
                ),
            });
        }
        request.body = (!text.is_empty()).then(|| text.to_owned());
    }
    request.fidelity = match (&request.body, length) {
        (_, Some(_)) | (None, None) => Fidelity::Exact,
        (Some(_), None) => Fidelity::LineEndUnknown,
    };
    // a header block without what follows it says nothing of a body
    if request.body.is_none() && length.is_some_and(|length| length > 0) {
        request.fidelity = Fidelity::Unknown;
    }
    (vec![request], end)
}

fn content_length(request: &Request) -> Option<usize> {
    let header = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    header.and_then(|(_, value)| value.parse().ok())
}

fn strip_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// So many bytes, or all up to the next request or answer.
fn body(rest: &str, length: Option<usize>) -> &str {
    if let Some(text) = length.and_then(|length| rest.get(..length)) {
        return text;
    }
    // without a length there is a body only where one is seen, and in a log other lines follow it
    if !rest.starts_with(['{', '[']) {
        return "";
    }
    let mut json = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
    if let Some(Ok(_)) = json.next() {
        let end = json.byte_offset();
        let line_end = if rest[end..].starts_with("\r\n") { 2 } else { usize::from(rest[end..].starts_with('\n')) };
        return &rest[..end + line_end];
    }
    let mut end = 0;
    for raw in rest.split_inclusive('\n') {
        if is_request_line(raw) || raw.starts_with("HTTP/") || raw.starts_with("curl ") {
            break;
        }
        end += raw.len();
    }
    &rest[..end]
}

/// Reads `send: b'…'` lines: the head in the first, the body in the first or the next.
pub(super) fn read_python(whole: &str, place: usize, line: usize) -> Option<(Vec<Request>, usize)> {
    let mut sent = String::new();
    let mut end = place;
    for raw in whole[place..].split_inclusive('\n') {
        let Some(start) = PYTHON.find(raw) else { break };
        if sent.contains("\r\n\r\n") && is_request_line(raw.get(start.end()..)?.split("\\r\\n").next()?) {
            break;
        }
        let (text, _) = literal::quoted(&raw[start.end() - 1..])?;
        sent.push_str(&text);
        end += raw.len();
    }
    sent.split("\r\n").next().filter(|head| is_request_line(head))?;
    let (mut requests, _) = read(&sent, 0, line, &mut Vec::new());
    let body = sent.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    for request in &mut requests {
        request.line = line;
        request.form = "log of Python's HTTP library";
        request.body = (!body.is_empty()).then(|| body.to_owned());
        request.fidelity = Fidelity::Exact;
    }
    Some((requests, end))
}
