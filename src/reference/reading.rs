//! A pasted text read: who said what, which known sentence it is, and what that points to.
//!
//! The host decides whose error it is, and the body's own sentence decides before the status. A
//! sentence that is not known is quoted as such and never turned into the causes of its status.

mod known;
mod placing;
mod report;
mod sentences;
mod worded;

use std::cell::LazyCell;
use std::collections::BTreeSet;

use self::known::{known_in, ours};
use self::placing::{by_status, is_allowed, may_take_orders, placed, speaks_for_itself};
use self::report::{ordered, report};
use self::sentences::is_in;
use self::worded::{begun_in, message, worded};
use super::artefact::{Artefact, clean};
use super::clues;
use super::locally;
use super::patterns::{Occurrence, begun_by, occurrences};
use super::records::{Record, records};
use super::reported::Reported;
use super::secrets::{Exposure, exposed};
use super::service::Service;
use super::stated::{Stated, stated, unusable_variable};
use super::variables::{is_of_another_program, missing};
use super::words::Words;
use super::{ErrorEntry, Kind, find_error};
use crate::cause::{Cause, Certainty};

/// Of a text longer than this only its end is read: what is nearest to the failure.
const LONGEST: usize = 1 << 20;
/// Of a longer record only beginning, end and the neighborhood of a sentence are taken apart.
const RECORD: usize = 24 << 10;
/// So many records of one text are taken apart; of more, the last.
const RECORDS: usize = 300;

/// Sentences about credentials that do not say whose.
const ANYBODYS: &[&str] = &[
    "API credentials are not configured",
    "Missing Polymarket API credentials",
    "key, secret and passphrase are all required",
    "Private key is not set",
];

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The error nearest to the failure first, then the others in the order of the text.
    pub errors: Vec<Reported>,
    /// Secrets that the text gives away.
    pub exposed: Vec<Exposure>,
}

impl Reading {
    /// Weighs the causes of the first error by what a request or an order of the text shows.
    pub fn inspected(&mut self, findings: impl Iterator<Item = (Cause, Certainty)>) {
        if let Some(first) = self.errors.first_mut() {
            clues::inspected(first, findings);
        }
    }
}

/// Reads a pasted text: a sentence, an exception, a log.
pub fn read(raw: &str) -> Reading {
    let skipped = raw.ceil_char_boundary(raw.len().saturating_sub(LONGEST));
    let text = &raw[skipped..];
    let above = raw[..skipped].matches('\n').count();
    let words = Words::of(text);
    let found = occurrences(&words);
    let records = records(text);
    let is_whole = records.len() == 1;
    let mut judged: Vec<(u8, Reported)> = Vec::new();
    let mut earlier: Vec<Artefact> = Vec::new();
    let taken: Vec<_> = candidates(text, &records, &words, &found)
        .into_iter()
        .map(|(record, inside)| {
            let clip = clipped(&text[record.span.clone()], record, &words, &inside);
            (Artefact::of(&clip, is_whole), record, inside, clip)
        })
        .collect();
    for (place, (artefact, record, inside, clip)) in taken.iter().enumerate() {
        let whole = &text[record.span.clone()];
        // what is judged is bounded, however long the record is
        let piece = if whole.len() <= RECORD { whole } else { clip.as_str() };
        let mut artefact = artefact.clone();
        inherit(&mut artefact, &earlier, taken.get(place + 1).map(|(later, ..)| later));
        worded::take_status(&mut artefact, inside, earlier.last());
        if let Some((class, mut reported)) = judge(&artefact, piece, text, &words, inside, is_whole) {
            reported.line = record.line + above;
            judged.push((class, reported));
        }
        earlier.push(artefact);
    }
    let mut errors = ordered(judged);
    if errors.first().is_none_or(|first| first.sentence.is_none() && first.service != Some(Service::Other))
        && let Some(told) = worded::told(text)
    {
        errors.insert(0, told);
    }
    if let Some(first) = errors.first_mut() {
        clues::weigh(first, text);
    }
    Reading { errors, exposed: exposed(&clean_ends(text)) }
}

/// The secrets are looked for in the text as it was meant, or as it is where it is a log.
fn clean_ends(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= RECORD { clean(text).into() } else { text.into() }
}

/// The records that may be errors, with the sentences in them; of those that are alike, the last.
fn candidates<'a>(
    text: &str,
    records: &'a [Record],
    words: &Words,
    found: &[Occurrence],
) -> Vec<(&'a Record, Vec<Occurrence>)> {
    let mut chosen = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut rest = found;
    for record in records.iter().rev() {
        let first = rest.partition_point(|occurrence| words.begins(occurrence.start) < record.span.start);
        let (before, inside) = rest.split_at(first);
        rest = before;
        let piece = &text[record.span.clone()];
        if inside.is_empty() && !(records.len() <= 64 || is_marked(piece)) {
            continue;
        }
        let likeness: String = piece.chars().filter(|c| !c.is_ascii_digit()).take(400).collect();
        if seen.insert(likeness) {
            chosen.push((record, inside.to_vec()));
        }
        if chosen.len() == RECORDS {
            break;
        }
    }
    chosen.reverse();
    chosen
}

/// Whether a record looks like an error at all.
fn is_marked(piece: &str) -> bool {
    ["rror", "RROR", "xception", "ailed", "tatus", "HTTP", "efused", "enied"].iter().any(|mark| piece.contains(mark))
}

/// A record cleaned; of a long one the parts that tell most.
fn clipped(piece: &str, record: &Record, words: &Words, inside: &[Occurrence]) -> String {
    if piece.len() <= RECORD {
        return clean(piece);
    }
    let part = |from: usize, to: usize| {
        &piece[piece.floor_char_boundary(from.min(piece.len()))..piece.ceil_char_boundary(to.min(piece.len()))]
    };
    let third = RECORD / 3;
    let best = inside.iter().min_by_key(|occurrence| occurrence.rank());
    let middle = best.map_or("", |best| {
        let at = words.begins(best.start) - record.span.start;
        part(at.saturating_sub(third / 2), at + third / 2)
    });
    clean(&format!("{}\n{middle}\n{}", part(0, third), part(piece.len() - third, piece.len())))
}

/// What the records just before tell of the same request: a library logs the URL, the client the body.
///
/// Of a WebSocket the URL may also stand in the record below, and of a request the headers in the code above.
fn inherit(artefact: &mut Artefact, earlier: &[Artefact], later: Option<&Artefact>) {
    if artefact.host.is_some() || artefact.status.is_none() {
        return;
    }
    let of_same = |other: &&Artefact| {
        let is_request = other.has_builder_headers_only && other.status.is_none();
        other.host.is_some() && (is_request || (other.status == artefact.status && other.said.is_none()))
    };
    let is_socket = artefact.service == Some(Service::Websocket);
    let of_socket = |other: &&Artefact| {
        is_socket && other.is_located && matches!(other.service, Some(Service::Websocket | Service::PolymarketUs))
    };
    let near = || earlier.iter().rev().take(2).chain(later).find(of_socket);
    if let Some(other) = earlier.iter().rev().take(3).find(of_same).or_else(near) {
        artefact.has_builder_headers_only |= other.has_builder_headers_only;
        artefact.host.clone_from(&other.host);
        artefact.service = other.service.or(artefact.service);
        artefact.path = artefact.path.take().or_else(|| other.path.clone());
        artefact.method = artefact.method.or(other.method);
    }
}

/// What a record says, and how much that weighs beside the other records.
fn judge(
    artefact: &Artefact,
    piece: &str,
    text: &str,
    words: &Words,
    inside: &[Occurrence],
    is_whole: bool,
) -> Option<(u8, Reported)> {
    let about = about_keys(artefact, piece);
    let artefact = about.as_ref().unwrap_or(artefact);
    let ours = ours(artefact, inside);
    let artefact = ours.as_ref().unwrap_or(artefact);
    let known = known_in(artefact, piece, text, words, inside);
    let best = known.first().copied();
    let quoted = best.map(|best| best.filled(text, words));
    let quoted = quoted.as_deref();
    let sentence = best.map(Occurrence::error).filter(|error| error.kind == Kind::Sentence && !error.wraps);
    let reported = |entry: Option<&'static ErrorEntry>, said: Option<&str>| report(artefact, piece, entry, said);
    if artefact.service == Some(Service::Other) && (artefact.is_located || sentence.is_none()) {
        let is_error = artefact.status.is_some_and(|status| status >= 400)
            || best.is_some()
            || artefact.said.is_some()
            || artefact.client.is_some() && is_whole;
        return is_error.then(|| (1, reported(placed(artefact, None), artefact.said.as_deref().or(quoted))));
    }
    if artefact.lacks_channel() && locally::tells_of_closing(piece) && !is_error_of(sentence, Service::Websocket) {
        return Some((4, reported(find_error("a WebSocket URL without its channel"), quoted)));
    }
    let kind = best.map(Occurrence::error).filter(|error| error.kind != Kind::Sentence);
    if let Some(entry) = raised_locally(artefact, piece, sentence, kind) {
        return Some((chatter(artefact, 3), reported(Some(entry), message(piece))));
    }
    if let Some((entry, said)) = worded(artefact, piece, best.map(Occurrence::error), is_whole) {
        return Some((chatter(artefact, 3), reported(Some(entry), Some(said))));
    }
    if let Some(entry) = sentence {
        let entry = locally::of_key(entry, piece).unwrap_or(entry);
        // the body's words with their own values, where they are the sentence; else what stands there
        let said = artefact.said.as_deref().filter(|said| is_in(entry, said)).or(quoted);
        let class = if entry.harmless.is_some() {
            2
        } else if entry.is_of_client() && artefact.status.is_none() {
            3
        } else {
            5
        };
        return Some((chatter(artefact, class), reported(Some(entry), said)));
    }
    let is_error = artefact.status.is_some_and(|status| status >= 400);
    if let (Some(said), None) = (artefact.said.as_deref(), kind.filter(|_| !artefact.is_html)) {
        if let Some(entry) = begun_by(said).filter(|entry| is_allowed(entry, artefact)) {
            return Some((chatter(artefact, 5), reported(Some(entry), Some(said))));
        }
        let is_refusing = artefact.service == Some(Service::PolygonRpc) && artefact.is_located;
        if is_refusing && locally::refuses_callers(said) {
            return Some((chatter(artefact, 4), reported(placed(artefact, Some(Kind::Network)), Some(said))));
        }
        if let Some(entry) = locally::about_numbers(said).filter(|_| may_take_orders(artefact)) {
            return Some((chatter(artefact, 4), reported(Some(entry), Some(said))));
        }
        let speaks =
            artefact.status.is_some_and(|status| speaks_for_itself(artefact, status)) || (artefact.is_html && is_error);
        let entry = if speaks { by_status(artefact) } else { None };
        if entry.is_some() || !artefact.is_html {
            if !is_error && artefact.service.is_none() && !is_whole {
                return None;
            }
            let class = if artefact.service.is_some() { 4 } else { 2 };
            return Some((chatter(artefact, class), reported(entry, Some(said))));
        }
    }
    if let Some(kind) = kind {
        // messages of a channel are no answers that a proxy could have made
        if kind.kind == Kind::Html && artefact.service == Some(Service::Websocket) && !artefact.is_html && !is_error {
            return Some((chatter(artefact, 2), reported(None, Some(piece.lines().next().unwrap_or_default()))));
        }
        let by_status = (kind.kind == Kind::Html && is_error).then(|| by_status(artefact)).flatten();
        let entry = by_status.or_else(|| placed(artefact, Some(kind.kind))).unwrap_or(kind);
        let said = artefact.said.as_deref().filter(|_| artefact.is_html).or(quoted);
        return Some((chatter(artefact, 3), reported(Some(entry), said)));
    }
    if artefact.said.is_none() && may_take_orders(artefact) && !artefact.is_chatter {
        let line = piece.lines().filter(|line| is_marked(line)).find(|line| locally::about_numbers(line).is_some());
        if let Some(line) = line {
            return Some((3, reported(locally::about_numbers(line), Some(line.trim()))));
        }
    }
    if is_error && let Some(entry) = by_status(artefact) {
        return Some((chatter(artefact, if artefact.service.is_some() { 3 } else { 2 }), reported(Some(entry), None)));
    }
    if is_whole && let Some((entry, said)) = begun_in(piece).filter(|(entry, _)| is_allowed(entry, artefact)) {
        return Some((3, reported(Some(entry), said)));
    }
    if let Some(wrap) = best.map(Occurrence::error).filter(|error| error.wraps) {
        return Some((chatter(artefact, 2), reported(Some(wrap), None)));
    }
    // an RPC that cannot be reached is replaced, whatever it said
    if artefact.service == Some(Service::PolygonRpc)
        && artefact.said.is_none()
        && (artefact.is_located || locally::is_of_the_network(piece))
        && is_marked(piece)
        && !artefact.is_chatter
    {
        return Some((3, reported(placed(artefact, Some(Kind::Network)), None)));
    }
    // an error of which nothing is known but where it comes from
    (is_error || (is_whole && artefact.service.is_some() && is_marked(piece)))
        .then(|| (chatter(artefact, 1), reported(None, None)))
}

/// The sentence for what a program says by itself, where no server said anything: a variable or a value that it
/// misses, or a setting that it cannot use, in words of its own.
fn raised_locally(
    artefact: &Artefact,
    piece: &str,
    sentence: Option<&ErrorEntry>,
    kind: Option<&ErrorEntry>,
) -> Option<&'static ErrorEntry> {
    if artefact.status.is_some() {
        return None;
    }
    let is_quiet = artefact.said.is_none() || !artefact.is_located;
    // what somebody saw says less than what a program says
    let is_free = |stated: &Stated| match sentence {
        None => true,
        // a sentence about any credentials says less than one about those of somebody
        Some(sentence) => {
            sentence.said_by == "symptom" || (stated.is_particular && ANYBODYS.contains(&sentence.text.as_str()))
        }
    };
    let in_own_words = LazyCell::new(|| {
        let is_us = artefact.service == Some(Service::PolymarketUs);
        let stated = is_quiet.then(|| stated(piece, is_us, is_marked(piece))).flatten();
        stated.filter(|stated| is_free(stated) && !is_of_another_program(piece))
    });
    let by_name = sentence.is_none_or(ErrorEntry::is_of_client).then(|| {
        let prefix = in_own_words.as_ref().filter(|stated| stated.is_prefix).map(|stated| stated.entry);
        let named = || unusable_variable(piece).or_else(|| missing(piece));
        prefix.or_else(named).or_else(|| locally::without_value(piece))
    });
    let in_any_words = || in_own_words.as_ref().filter(|_| kind.is_none()).map(|stated| stated.entry);
    by_name.flatten().or_else(in_any_words)
}

/// Whether a service says a sentence for a reason of its own.
fn is_error_of(sentence: Option<&ErrorEntry>, service: Service) -> bool {
    sentence.is_some_and(|entry| entry.speakers().contains(&service) && !entry.text.contains("1006"))
}

fn chatter(artefact: &Artefact, class: u8) -> u8 {
    if artefact.is_chatter { class.saturating_sub(2) } else { class }
}

/// Prose about API keys and a status, with nothing of a request in it.
fn about_keys(artefact: &Artefact, piece: &str) -> Option<Artefact> {
    let is_prose =
        artefact.service.is_none() && artefact.path.is_none() && artefact.said.is_none() && artefact.client.is_none();
    let lower = piece.to_lowercase();
    let names_keys =
        ["api key", "api-key", "apikey", "api creds", "api credentials"].iter().any(|words| lower.contains(words));
    (is_prose && names_keys && artefact.status.is_some() && !artefact.is_foreign).then(|| Artefact {
        service: Some(Service::Clob),
        path: Some("/auth/api-key".to_owned()),
        ..artefact.clone()
    })
}

#[cfg(test)]
mod tests;
