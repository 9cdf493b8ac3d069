//! What is read in texts that hold no sentence word by word: statements in plain words, shortened sentences, and
//! the line that says it.

use super::placing::may_take_orders;
use crate::reference::artefact::Artefact;
use crate::reference::patterns::{Occurrence, begun_by, is_content, reworded};
use crate::reference::plain::{in_a_tale, in_plain_words};
use crate::reference::reported::{QUOTED, Reported, quotable};
use crate::reference::service::Service;
use crate::reference::words::Words;
use crate::reference::{ErrorEntry, Kind, find_error};

/// Of so many words a text is still a question or a message, and not a log.
const SHORT: usize = 40;
/// So many still tell of one thing.
const TALE: usize = 160;
/// So many words of something else may stand beside a sentence that any service may say.
const BESIDE: usize = 2;
const PUBLIC: &str = "the public live data stream does not answer";

/// What a program or a person says in words of their own, where nobody is known to have said a sentence.
pub(super) fn worded<'a>(
    artefact: &Artefact,
    piece: &'a str,
    found: Option<&ErrorEntry>,
    is_whole: bool,
) -> Option<(&'static ErrorEntry, &'a str)> {
    // where a service failed or answered, that decides
    let is_answered = artefact.is_located && (artefact.status.is_some() || found.is_some());
    let is_sentence = found.is_some_and(|found| found.kind == Kind::Sentence && !found.wraps);
    let is_open = !is_sentence && !is_answered && !artefact.is_foreign && !artefact.is_chatter;
    let is_message = (is_whole && piece.split_whitespace().count() <= SHORT) || super::is_marked(piece);
    let may_say = may_take_orders(artefact) || artefact.service == Some(Service::Relayer) || !artefact.is_located;
    if !(is_open && is_message && may_say) {
        return None;
    }
    in_plain_words(piece).filter(|(entry, _)| super::is_allowed(entry, artefact) || !artefact.is_located)
}

/// What people tell in words of their own, with pieces of a log or an answer between them, where nothing else is
/// known.
pub(super) fn told(text: &str) -> Option<Reported> {
    if text.split_whitespace().count() > TALE {
        return None;
    }
    let (entry, said) = in_a_tale(text)?;
    let line = text[..text.find(said)?].matches('\n').count() + 1;
    Some(Reported {
        text: quotable(said, QUOTED),
        sentence: Some(entry.text.as_str()),
        service: entry.speakers().first().copied(),
        line,
        causes: entry.causes.clone(),
        ..Reported::default()
    })
}

/// The sentence that a text begins, or that a part of it begins, with that part.
pub(super) fn begun_in(piece: &str) -> Option<(&'static ErrorEntry, Option<&str>)> {
    if let Some(entry) = begun_by(piece) {
        return Some((entry, None));
    }
    if piece.split_whitespace().count() > SHORT {
        return None;
    }
    let parts = || piece.split(['|', '"', '\n']).flat_map(|part| part.split(": ")).map(str::trim);
    let begun = parts().find_map(|part| Some((begun_by(part)?, Some(part))));
    begun.or_else(|| Some((reworded(piece)?, Some(piece.trim()))))
}

/// The line of a record that says what is wrong, where it is short enough to be quoted.
pub(super) fn message(piece: &str) -> Option<&str> {
    let lines = || piece.lines().map(str::trim).filter(|line| line.contains(char::is_alphanumeric));
    let marked = lines().rfind(|line| super::is_marked(line));
    marked.or_else(|| lines().next_back()).filter(|line| line.len() <= 300)
}

/// Whether nothing beside a short sentence says that somebody else said it.
pub(super) fn is_bare(text: &str, words: &Words, occurrence: &Occurrence) -> bool {
    const FRAME: &[&str] = &[
        "exception",
        "failure",
        "status",
        "code",
        "http",
        "https",
        "message",
        "msg",
        "reason",
        "detail",
        "details",
        "description",
        "type",
        "response",
        "request",
        "body",
        "data",
        "success",
        "false",
        "true",
        "null",
        "none",
        "warn",
        "warning",
        "info",
        "err",
        "fatal",
        "critical",
        "debug",
        "traceback",
        "bad",
        "value",
        "runtime",
        "api",
        "auth",
        "authentication",
        "authorization",
        "client",
        "bot",
        "order",
        "orders",
        "trade",
        "trading",
        "wallet",
        "builder",
        "signer",
        "signing",
        "credentials",
        "creds",
        "key",
        "l1",
        "l2",
        "got",
        "received",
        "returned",
        "server",
        "says",
        "said",
        "post",
        "get",
        "delete",
        "put",
        "url",
        "path",
        "unauthorized",
        "forbidden",
        "statustext",
        "invalid",
        "place",
        "placing",
        "create",
        "cancel",
        "balance",
        "main",
        "index",
        "timestamp",
        "name",
        "stack",
    ];
    let start = words.begins(occurrence.start);
    let end = words.ends(occurrence.end - 1);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    // a long line is an object of many fields, of which these say the most
    let before = &text[text.ceil_char_boundary(line.max(start.saturating_sub(240)))..start];
    let after = &text[end..text.floor_char_boundary(last.min(end + 240))];
    let lower = format!("{before} {after}").to_lowercase();
    if ["poly", "clob", "relayer", "pusd", "l2 ", "derive"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let others = |part: &str| {
        let words = Words::of(part);
        let of_frame = |word: &&str| FRAME.contains(word) || word.contains(|c: char| c.is_ascii_digit() || c == '_');
        words.iter().filter(|word| is_content(word) && word.is_ascii() && !of_frame(word)).count()
    };
    others(before) + others(after) <= BESIDE
}

/// Whether an entry about a channel that takes credentials is met at the stream that takes none.
pub(super) fn is_of_public_stream(entry: &ErrorEntry, artefact: &Artefact, piece: &str) -> bool {
    const STREAM: &[&str] =
        &["real-time data", "realtime data", "real_time_data", "rtds", "ws-live-data", "live-data.polymarket"];
    let is_silence = entry.text.ends_with("does not answer")
        || entry.text.ends_with("closed with code 1006")
        || entry.kind != Kind::Sentence;
    let names_stream = || {
        let lower = piece.to_lowercase();
        STREAM.iter().any(|word| lower.contains(word))
    };
    artefact.service == Some(Service::Websocket) && artefact.status.is_none() && is_silence && names_stream()
}

pub(super) fn own_entry(entry: &'static ErrorEntry) -> &'static ErrorEntry {
    find_error(PUBLIC).unwrap_or(entry)
}

/// The text of an entry for a status, with the status that was seen in place of the one that it is named by.
pub(super) fn with_status(entry: &ErrorEntry, status: Option<u16>) -> String {
    match (status, entry.text.split_once(' ')) {
        (Some(status), Some((named, rest))) if entry.is_placed() && named.parse::<u16>().is_ok() => {
            format!("{status} {rest}")
        }
        _ => entry.text.clone(),
    }
}

/// A client that cannot parse an answer says so below the status of that answer.
pub(super) fn take_status(artefact: &mut Artefact, inside: &[Occurrence], before: Option<&Artefact>) {
    // of Polymarket US a frame of the stack tells, and the exception below it does not
    let is_us = before.is_some_and(|before| before.service == Some(Service::PolymarketUs));
    if is_us && artefact.service.is_none() && artefact.host.is_none() {
        artefact.service = Some(Service::PolymarketUs);
    }
    let is_unreadable = || inside.iter().any(|occurrence| occurrence.error().kind == Kind::Html);
    let Some(before) = before.filter(|before| before.status.is_some_and(|status| status >= 400)) else { return };
    if artefact.host.is_none() && artefact.status.is_none() && before.host.is_some() && is_unreadable() {
        artefact.status = before.status;
        artefact.host.clone_from(&before.host);
        artefact.path.clone_from(&before.path);
        (artefact.service, artefact.method, artefact.is_located) = (before.service, before.method, before.is_located);
    }
}
