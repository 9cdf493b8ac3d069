//! What the matching variant of an HMAC says, in words.

use super::super::difference::Difference;
use super::super::finding::Finding;
use super::super::hmac::Match;
use super::super::names::Header;
use super::super::reading::Request;
use crate::cause::{Cause, Certainty};
use crate::text::quoted;

/// So much of a text is shown around the place where two part.
const AROUND: usize = 24;

pub(super) fn findings(found: &Match<'_>, request: &Request, timestamp: &str, header: Header) -> Vec<Finding> {
    let [time, method, path, body] = &found.parts;
    let sent = request.method.as_deref().unwrap_or_default().to_ascii_uppercase();
    let target = request.target.as_ref();
    found
        .mistakes()
        .map(|(cause, words)| {
            let words = quoted(words, 160);
            let summary = match cause {
                Cause::TimestampUnit | Cause::TimestampStale => {
                    let name =
                        if header == Header::BuilderSignature { "POLY_BUILDER_TIMESTAMP" } else { "POLY_TIMESTAMP" };
                    format!("Signed with {words}; {name} is {}", quoted(timestamp, 40))
                }
                Cause::MethodMismatch => format!("Signed with {words}; the request is sent as {sent}"),
                Cause::PathHasQuery => format!("Signed with {words}; the query is never signed"),
                Cause::PathMismatch => {
                    let sent = target.map(|target| quoted(&target.path, 80)).unwrap_or_default();
                    format!("Signed with {words}; the request goes to {sent}")
                }
                Cause::BodyMissing if body.text.is_empty() => "The body is sent but not signed".to_owned(),
                Cause::BodyMissing => format!("Signed with {words}; none is sent"),
                Cause::MessageLayout => format!("Signed with {words}; nothing else belongs in the message"),
                Cause::BodySerialisation => format!("Signed with {words}, which is not what is sent"),
                _ => format!("Signed with {words}"),
            };
            let mut finding = Finding::new(cause, Certainty::Proven, summary)
                .because("recomputing it this way reproduces the captured signature");
            match cause {
                Cause::PathHasQuery | Cause::PathMismatch => {
                    finding = finding.because(format!("signed path: {}", quoted(&path.text, 120)));
                    if let Some(target) = target {
                        finding = finding.fix(format!("Sign the path {}", quoted(target.signed_path(), 120)));
                        finding = finding.differing(Difference::of("path", &path.text, target.signed_path()));
                    }
                }
                Cause::MethodMismatch => {
                    finding = finding.because(format!("signed method: {}", quoted(&method.text, 20)));
                    finding = finding.fix(format!("Sign the method {sent}, in upper case, as it is sent"));
                    finding = finding.differing(Difference::of("method", &method.text, &sent));
                }
                Cause::BodyMissing if !holds_secret(request.body.as_deref()) => {
                    let sent = request.body.as_deref().unwrap_or_default();
                    finding = finding.differing(Difference::of("body", &body.text, sent));
                }
                Cause::TimestampUnit | Cause::TimestampStale => {
                    finding = finding.differing(Difference::of("timestamp", &time.text, timestamp));
                }
                Cause::BodySerialisation => {
                    if let Some(sent) = request.body.as_deref().filter(|sent| !holds_secret(Some(sent))) {
                        finding = finding.differing(Difference::of("body", &body.text, sent));
                    }
                    let parts = request.body.as_deref().and_then(|sent| part(sent, &body.text));
                    finding.because.extend(parts);
                }
                _ => {}
            }
            finding
        })
        .collect()
}

fn holds_secret(body: Option<&str>) -> bool {
    body.is_some_and(|body| !crate::reference::exposed(body).is_empty())
}

/// Where two bodies part, and how each goes on; nothing of a body that may hold a secret.
fn part(sent: &str, signed: &str) -> Option<String> {
    let same = sent.bytes().zip(signed.bytes()).take_while(|(a, b)| a == b).count();
    if holds_secret(Some(sent)) {
        return Some(format!("they differ from byte {same}"));
    }
    let tail = |text: &str| {
        let start = (0..=same.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
        let rest = text[start..].chars().take(AROUND).collect::<String>();
        if rest.is_empty() { "the end".to_owned() } else { crate::auth::explain::visible(&rest, false) }
    };
    Some(format!("they differ from byte {same}: signed {}, sent {}", tail(signed), tail(sent)))
}
