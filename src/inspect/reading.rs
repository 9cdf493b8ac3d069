//! Requests inside of pasted text, in every form that people paste them in.

mod curl;
mod http;
mod literal;
mod maps;
mod object;
mod order;
mod outermost;
mod relayed;
mod tree;

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

pub(super) use order::{Posted, plain_name};
pub(super) use relayed::{CallText, Submission};
pub(super) use tree::Scalar;

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The line of the text, from 1.
    pub line: usize,
    /// What it is and what keeps it from being read, in a clause.
    pub text: String,
}

/// How much is known of the bytes of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fidelity {
    /// The text says nothing of a body.
    #[default]
    Unknown,
    /// These bytes, or no body.
    Exact,
    /// These bytes; whether a line end follows cannot be told.
    LineEndUnknown,
    /// What a language printed of the value: the bytes that were sent are not known.
    Printed,
}

/// Where a request goes.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    /// `https://`; empty where none is given.
    pub(super) scheme: String,
    /// With the port; empty where none is given.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
}

impl Target {
    /// Of a URL or a path, character by character as it is.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let (scheme, rest) = match text.find("://") {
            Some(end) if text[..end].chars().all(|c| c.is_ascii_alphanumeric()) => text.split_at(end + 3),
            _ => ("", text),
        };
        let (host, rest) = if scheme.is_empty() && (rest.starts_with('/') || !rest.contains('.')) {
            ("", rest)
        } else {
            rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
        };
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        let path = if path.is_empty() { "/" } else { path };
        Self { scheme: scheme.into(), host: host.into(), path: path.into(), query: query.map(str::to_owned) }
    }

    /// Whether it is a call of the relayer, which takes other headers than the CLOB.
    pub(super) fn is_relayer(&self) -> bool {
        let is_its_own = self.is_submit() || self.path == "/relayer/api/keys";
        self.host.to_ascii_lowercase().starts_with("relayer") || (self.host.is_empty() && is_its_own)
    }

    /// Whether it hands a transaction to the relayer, or to what stands before it.
    pub(super) fn is_submit(&self) -> bool {
        let is_clob = self.host.to_ascii_lowercase().starts_with("clob.");
        !is_clob && self.path.trim_end_matches('/').ends_with("/submit")
    }

    pub(super) fn is_polymarket(&self) -> bool {
        self.host.split(':').next().is_some_and(|host| host.to_ascii_lowercase().ends_with("polymarket.com"))
    }

    /// Whether it goes to Polymarket US, a venue of its own.
    pub(super) fn is_us(&self) -> bool {
        self.host.split(':').next().is_some_and(|host| host.to_ascii_lowercase().ends_with("polymarket.us"))
    }

    /// Whether it is at the host of Polymarket US where every path has to be signed.
    fn is_signed_us(&self) -> bool {
        self.is_us() && self.host.to_ascii_lowercase().starts_with("api.")
    }
}

/// A request as it was captured. Not `Debug`: a passphrase is among the headers.
#[derive(Clone, Default)]
pub(super) struct Request {
    /// From 1.
    pub(super) line: usize,
    pub(super) form: &'static str,
    pub(super) method: Option<String>,
    pub(super) target: Option<Target>,
    pub(super) headers: Vec<(String, String)>,
    /// Whether headers may have been sent that the text does not show, as logs leave them out.
    pub(super) hides_headers: bool,
    pub(super) body: Option<String>,
    pub(super) fidelity: Fidelity,
}

impl Request {
    /// Whether it is one of an account: signed, or a call of Polymarket's that has to be.
    fn concerns(&self) -> bool {
        let is_call = |target: &Target| (target.is_polymarket() && target.is_signed()) || target.is_signed_us();
        self.is_signed() || self.target.as_ref().is_some_and(is_call)
    }

    fn is_signed(&self) -> bool {
        self.headers.iter().any(|(name, _)| super::names::canonical(name).is_some())
    }

    /// Takes the host from its header where the target has none.
    fn locate(&mut self) {
        let host = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
        if let (Some(target), Some((_, host))) = (&mut self.target, host)
            && target.host.is_empty()
        {
            host.trim().clone_into(&mut target.host);
            "https://".clone_into(&mut target.scheme);
        }
    }
}

/// What a text holds.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) requests: Vec<Request>,
    pub(super) orders: Vec<Posted>,
    /// Bodies for the relayer.
    pub(super) submissions: Vec<Submission>,
    pub(super) unread: Vec<Unread>,
}

impl Reading {
    /// Whether there is nothing to inspect.
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.orders.is_empty() && self.submissions.is_empty()
    }
}

/// The text, and what of it is taken.
struct Text<'a> {
    whole: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    taken: Vec<Range<usize>>,
    /// What of it is quoted in the way of a shell or of a log: orders in there are read from the bodies.
    quoted: Vec<Range<usize>>,
}

impl<'a> Text<'a> {
    fn new(whole: &'a str) -> Self {
        let lines = std::iter::once(0).chain(whole.match_indices('\n').map(|(place, _)| place + 1)).collect();
        Self { whole, lines, taken: Vec::new(), quoted: Vec::new() }
    }

    /// The number of the line at this place, from 1.
    fn line_at(&self, place: usize) -> usize {
        self.lines.partition_point(|start| *start <= place)
    }

    /// What is in none of these ranges: the rest is blank, so that places stay.
    fn without(&self, taken: &[Range<usize>]) -> String {
        let mut loose = String::with_capacity(self.whole.len());
        let mut end = 0;
        for range in taken {
            loose.push_str(self.whole.get(end..range.start).unwrap_or_default());
            let taken = self.whole.get(range.clone()).unwrap_or_default();
            loose.extend(taken.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            end = range.end;
        }
        loose.push_str(self.whole.get(end..).unwrap_or_default());
        loose
    }
}

/// Attempts to read JSON that ends with the text; each costs the rest of it.
const BROKEN: usize = 8;
/// Places of one line where JSON may begin.
const ATTEMPTS: usize = 4;

/// Takes every request out of a text.
pub(super) fn read(whole: &str) -> Reading {
    let mut reading = Reading::default();
    let mut text = Text::new(whole);
    let mut place = 0;
    let mut broken = 0;
    while place < whole.len() {
        let end = whole[place..].find('\n').map_or(whole.len(), |length| place + length + 1);
        let line = &whole[place..end];
        let mut is_quoted = true;
        let found = if let Some(start) = curl::start(line) {
            Some(curl::read(whole, place + start, text.line_at(place), &mut reading.unread))
        } else if http::is_request_line(line) {
            Some(http::read(whole, place, text.line_at(place), &mut reading.unread))
        } else if http::is_sent_by_python(line) {
            http::read_python(whole, place, text.line_at(place))
        } else {
            let number = text.line_at(place);
            is_quoted = false;
            object::starts(line).take(ATTEMPTS).find_map(|start| {
                if broken >= BROKEN {
                    return None;
                }
                match object::read(whole, place + start, number) {
                    object::Read::Requests(requests, end) => Some((requests, end)),
                    object::Read::Other => None,
                    object::Read::Broken => {
                        broken += 1;
                        None
                    }
                }
            })
        };
        match found {
            Some((requests, stop)) if stop > place => {
                reading.requests.extend(requests);
                text.taken.push(place..stop);
                if is_quoted {
                    text.quoted.push(place..stop);
                }
                // on with the next line
                place = whole[stop..].find('\n').map_or(whole.len(), |length| stop + length + 1);
                if whole[..stop].ends_with('\n') {
                    place = stop;
                }
            }
            _ => place = end,
        }
    }
    let loose = text.without(&text.taken);
    reading.requests.extend(maps::read(&loose, |place| text.line_at(place), &mut reading.unread));
    reading.requests.iter_mut().for_each(Request::locate);
    let loose = text.without(&text.quoted);
    reading.orders = orders(&text, &loose, &reading.requests, &mut reading.unread);
    let line_at = |place| text.line_at(place);
    reading.submissions = relayed::all(&loose, &line_at, &reading.requests, &mut reading.unread);
    let (kept, public): (Vec<Request>, _) = reading.requests.into_iter().partition(Request::concerns);
    reading.requests = kept;
    reading.unread.extend(about_public(&public));
    reading.requests.sort_by_key(|request| request.line);
    if reading.is_empty() {
        about_nothing(whole, &mut reading.unread);
    }
    reading
}

/// Calls of Polymarket's that nobody signs.
fn about_public(requests: &[Request]) -> Option<Unread> {
    let public: Vec<&Request> =
        requests.iter().filter(|request| request.target.as_ref().is_some_and(Target::is_polymarket)).collect();
    let first = public.first()?;
    let path = first.target.as_ref().map(|target| crate::text::quoted(&target.path, 60)).unwrap_or_default();
    let others = if public.len() > 1 { format!(" and {} more", public.len() - 1) } else { String::new() };
    Some(Unread { line: first.line, text: format!("nothing is signed in a public call: {path}{others}") })
}

/// What a text without any request is, where that can be told.
fn about_nothing(whole: &str, unread: &mut Vec<Unread>) {
    let trimmed = whole.trim_start();
    if trimmed.starts_with(['{', '['])
        && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(whole)
        && (error.is_eof() || error.line() > 1)
    {
        unread.push(Unread { line: error.line(), text: format!("the JSON ends here: {error}") });
    }
}

/// The orders of a text, each once, with the request that carried it.
fn orders(text: &Text<'_>, loose: &str, requests: &[Request], unread: &mut Vec<Unread>) -> Vec<Posted> {
    let mut orders = order::read(loose, &|place| text.line_at(place), unread);
    let identities = orders.iter().enumerate().map(|(place, order)| (order.identity(), place));
    let mut known: HashMap<String, usize> = identities.collect();
    for request in requests {
        let Some(body) = &request.body else { continue };
        let carrier = order::carrier(request);
        for found in order::read(body, &|_| request.line, &mut Vec::new()) {
            let found = Posted { carrier: Some(carrier.clone()), ..found };
            if let Some(place) = known.get(&found.identity()) {
                orders[*place].carrier.get_or_insert(carrier.clone());
            } else {
                known.insert(found.identity(), orders.len());
                orders.push(found);
            }
        }
    }
    orders.sort_by_key(|order| order.line);
    orders
}

#[cfg(test)]
mod tests;
