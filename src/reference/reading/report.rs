//! What is said of one record, and in which order of several.

use super::worded::{is_of_public_stream, own_entry, with_status};
use crate::reference::artefact::Artefact;
use crate::reference::context::weighed;
use crate::reference::reported::{QUOTED, Reported, quotable};
use crate::reference::service::Service;
use crate::reference::{self, ErrorEntry};

/// What an entry, or the words themselves, come to in this record.
pub(super) fn report(
    artefact: &Artefact,
    piece: &str,
    entry: Option<&'static ErrorEntry>,
    said: Option<&str>,
) -> Reported {
    let entry = entry.map(|entry| if is_of_public_stream(entry, artefact, piece) { own_entry(entry) } else { entry });
    let speaker = entry.and_then(|entry| {
        let local = entry.is_of_client() && artefact.status.is_none() && artefact.host.is_none();
        entry.speakers().first().copied().or(local.then_some(Service::Client))
    });
    let service = match (artefact.service, speaker) {
        (Some(service), Some(speaker)) if !artefact.is_located && speaker != Service::Client => {
            Some(if entry.is_some_and(|entry| entry.speakers().contains(&service)) { service } else { speaker })
        }
        (Some(service), _) if speaker != Some(Service::Client) => Some(service),
        (_, speaker) => speaker,
    };
    let known = || entry.map(|entry| reference::varied(&with_status(entry, artefact.status)));
    Reported {
        text: said
            .map(|said| quotable(said, QUOTED))
            .filter(|said| !said.is_empty())
            .or_else(known)
            .unwrap_or_default(),
        sentence: entry.map(|entry| entry.text.as_str()),
        service,
        host: artefact.host.as_deref().map(|host| quotable(host, QUOTED)),
        method: artefact.method.map(str::to_owned),
        path: artefact.path.as_deref().map(|path| quotable(path, QUOTED)),
        status: artefact.status,
        client: artefact.client.map(str::to_owned),
        line: 0,
        causes: entry.map(|entry| weighed(entry, artefact, piece)).unwrap_or_default(),
        exposed: Vec::new(),
    }
}

/// The weightiest last record first, then the others in their order, each once.
pub(super) fn ordered(judged: Vec<(u8, Reported)>) -> Vec<Reported> {
    let weightiest =
        judged.iter().enumerate().max_by_key(|(place, (class, _))| (*class, *place)).map(|(place, _)| place);
    let Some(weightiest) = weightiest else { return Vec::new() };
    let mut rest: Vec<Reported> = judged.into_iter().map(|(_, reported)| reported).collect();
    let first = rest.remove(weightiest);
    let mut errors = vec![first];
    for other in rest {
        let is_same = |known: &Reported| {
            known.sentence == other.sentence && (known.sentence.is_some() || known.text == other.text)
        };
        // the status of an answer adds nothing to the sentence of it
        let is_only_status = other.entry().is_some_and(|entry| entry.is_status() || entry.wraps)
            && errors.iter().any(|known| known.status == other.status);
        if !errors.iter().any(is_same) && !is_only_status {
            errors.push(other);
        }
    }
    errors
}
