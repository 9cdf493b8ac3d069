//! Bodies of the relayer's `POST /submit` in a text, as they are sent and as clients print them.

use std::sync::LazyLock;

use regex::Regex;

use super::order::plain_name;
use super::outermost::{Finder, is_json};
use super::tree::{self, Node, Scalar};
use super::{Request, Target, Unread};
use crate::inspect::names::{Header, canonical};

/// What only such a body has.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(?:signature_?params|deposit_?wallet_?params|(?:safe|wallet)-create)\b")
        .unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use"))
});

/// The request that carried a transaction.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::inspect) struct Bearer {
    /// `RELAYER_API_KEY_ADDRESS`.
    pub(in crate::inspect) address: Option<String>,
}

/// One call of a deposit wallet's batch: target, value, data.
pub(in crate::inspect) type CallText = [Option<Scalar>; 3];

/// A body of `POST /submit` as it was written. Its values are not interpreted.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::inspect) struct Submission {
    /// From 1.
    pub(in crate::inspect) line: usize,
    pub(in crate::inspect) form: &'static str,
    /// By the names that they were written with.
    pub(in crate::inspect) fields: Vec<(String, Scalar)>,
    /// What is in `signatureParams` or `depositWalletParams`.
    pub(in crate::inspect) parameters: Vec<(String, Scalar)>,
    pub(in crate::inspect) calls: Option<Vec<CallText>>,
    /// Whether this is the JSON that was sent, so that names count.
    pub(in crate::inspect) is_body: bool,
    pub(in crate::inspect) bearer: Option<Bearer>,
}

fn find<'a>(list: &'a [(String, Scalar)], name: &str) -> Option<&'a Scalar> {
    list.iter().find(|(known, _)| plain_name(known) == name).map(|(_, value)| value)
}

impl Submission {
    /// By its name in lower case, without underscores.
    pub(in crate::inspect) fn field(&self, name: &str) -> Option<&Scalar> {
        find(&self.fields, name)
    }

    pub(in crate::inspect) fn parameter(&self, name: &str) -> Option<&Scalar> {
        find(&self.parameters, name)
    }

    /// What is the same of the same transaction.
    fn identity(&self) -> String {
        let text = |name| self.field(name).map_or("", |value| value.text.as_str());
        ["type", "from", "nonce", "signature"].map(text).join(" ")
    }
}

/// Takes the transactions out of a text; `line_at` gives the line of a place.
pub(super) fn read(text: &str, line_at: &dyn Fn(usize) -> usize) -> Vec<Submission> {
    let mut found = Vec::new();
    let (mut end, mut finder) = (0, Finder::default());
    for mark in MARK.find_iter(text) {
        if mark.start() < end {
            continue;
        }
        if finder.is_exhausted() {
            break;
        }
        if let Some((node, stop)) = finder.around(text, mark.start(), end, &has_submission) {
            let is_json = is_json(text, &node, stop);
            walk(&node, is_json, &mut |submission, at| found.push(Submission { line: line_at(at), ..submission }));
            end = stop;
        }
    }
    found
}

/// Takes those out of text and bodies, each once, with the request that carried it.
pub(super) fn all(
    loose: &str,
    line_at: &dyn Fn(usize) -> usize,
    requests: &[Request],
    unread: &mut Vec<Unread>,
) -> Vec<Submission> {
    let mut all = read(loose, line_at);
    for request in requests {
        let Some(body) = &request.body else { continue };
        let is_submit = request.target.as_ref().is_some_and(Target::is_submit);
        let bodies = if is_submit { of_body(body) } else { read(body, &|_| request.line) };
        if is_submit && bodies.is_empty() {
            let text = "the body of POST /submit could not be read as a transaction".to_owned();
            unread.push(Unread { line: request.line, text });
        }
        let bearer = Bearer { address: header(request, Header::RelayerAddress) };
        for found in bodies {
            let found = Submission { line: request.line, bearer: Some(bearer.clone()), ..found };
            match all.iter_mut().find(|known| known.identity() == found.identity()) {
                Some(known) => known.bearer = known.bearer.take().or(found.bearer),
                None => all.push(found),
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|submission| seen.insert(submission.identity()));
    all.sort_by_key(|submission| submission.line);
    all
}

fn header(request: &Request, header: Header) -> Option<String> {
    let found = request.headers.iter().find(|(name, _)| canonical(name) == Some(header));
    found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// What is sent to `/submit` is a transaction, however much of it is missing.
fn of_body(body: &str) -> Vec<Submission> {
    let place = body.len() - body.trim_start().len();
    let Ok((node, end)) = tree::read(body, place) else { return Vec::new() };
    let is_json = is_json(body, &node, end);
    let mut found = Vec::new();
    walk(&node, is_json, &mut |submission, _| found.push(submission));
    if let (true, Node::Map { fields, .. }) = (found.is_empty(), &node) {
        found.push(submission(fields, is_json));
    }
    found
}

fn has_submission(node: &Node) -> bool {
    let mut has = false;
    walk(node, false, &mut |_, _| has = true);
    has
}

fn walk(node: &Node, is_json: bool, found: &mut dyn FnMut(Submission, usize)) {
    match node {
        Node::List(items) => items.iter().for_each(|item| walk(item, is_json, found)),
        Node::Scalar(scalar) => {
            let inner = scalar.text.trim_start();
            if !(inner.starts_with(['{', '[']) && MARK.is_match(inner)) {
                return;
            }
            if let Ok((node, end)) = tree::read(inner, 0) {
                let is_json = super::outermost::is_json(inner, &node, end);
                // places within the text mean nothing in the whole
                walk(&node, is_json, &mut |submission, _| found(submission, scalar.at()));
            }
        }
        Node::Map { at, fields } if is_submission(fields) => found(submission(fields, is_json), *at),
        Node::Map { fields, .. } => fields.iter().for_each(|(_, inner)| walk(inner, is_json, found)),
    }
}

const PARAMETERS: [&str; 2] = ["signatureparams", "depositwalletparams"];

fn is_submission(fields: &[(String, Node)]) -> bool {
    let has = |names: &[&str]| fields.iter().any(|(name, _)| names.contains(&plain_name(name).as_str()));
    let creates = fields.iter().any(|(name, node)| {
        plain_name(name) == "type"
            && matches!(node, Node::Scalar(scalar) if scalar.text.to_ascii_uppercase().ends_with("-CREATE"))
    });
    has(&PARAMETERS) || (creates && has(&["from", "fromaddress"]))
}

fn scalars(fields: &[(String, Node)]) -> Vec<(String, Scalar)> {
    let scalar = |(name, node): &(String, Node)| match node {
        Node::Scalar(scalar) => Some((name.clone(), scalar.clone())),
        _ => None,
    };
    fields.iter().filter_map(scalar).collect()
}

fn submission(fields: &[(String, Node)], is_json: bool) -> Submission {
    let parameters = fields.iter().find_map(|(name, node)| match node {
        Node::Map { fields, .. } if PARAMETERS.contains(&plain_name(name).as_str()) => Some(fields),
        _ => None,
    });
    let calls = parameters.and_then(|parameters| {
        let (_, node) = parameters.iter().find(|(name, _)| plain_name(name) == "calls")?;
        match node {
            Node::List(items) => Some(items.iter().map(call).collect()),
            // an empty list
            _ => Some(Vec::new()),
        }
    });
    Submission {
        line: 0,
        form: if is_json { "body of a request" } else { "as printed by a program" },
        fields: scalars(fields),
        parameters: parameters.map(|parameters| scalars(parameters)).unwrap_or_default(),
        calls,
        is_body: is_json,
        bearer: None,
    }
}

fn call(node: &Node) -> CallText {
    let Node::Map { fields, .. } = node else { return [None, None, None] };
    let scalars = scalars(fields);
    ["target", "value", "data"].map(|name| find(&scalars, name).cloned())
}
