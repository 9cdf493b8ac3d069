//! Which entries fit the place that a text comes from: its service, call and status.

use crate::reference::artefact::{self, Artefact};
use crate::reference::service::Service;
use crate::reference::{ErrorEntry, Kind, errors};

/// Whether orders go to whoever speaks, as far as is known.
pub(super) fn may_take_orders(artefact: &Artefact) -> bool {
    matches!(artefact.service, None | Some(Service::Clob | Service::Client | Service::Polymarket))
}

/// Whether an entry can be what this service says.
pub(super) fn is_allowed(entry: &ErrorEntry, artefact: &Artefact) -> bool {
    let speakers = entry.speakers();
    match artefact.service {
        None => entry.from.is_empty(),
        Some(_) if speakers.is_empty() => true,
        // what is behind a host of one's own, or a page in front of the service, is not known by its host
        Some(Service::Polymarket) => true,
        Some(service) => speakers.contains(&service),
    }
}

/// Whether host or status of the text are the ones of the sentence.
pub(super) fn is_backed(entry: &ErrorEntry, artefact: &Artefact) -> bool {
    let speakers = entry.speakers();
    let by_host = artefact.service.is_some_and(|service| speakers.is_empty() || speakers.contains(&service));
    let is_phrase = artefact::is_reason(&entry.text);
    let by_status = entry.status.is_some() && entry.status == artefact.status && !is_phrase;
    let by_client = speakers.is_empty() && artefact.client.is_some();
    (by_host && !is_phrase) || by_status || by_client
}

/// Statuses with one meaning, whatever the body says.
pub(super) fn speaks_for_itself(artefact: &Artefact, status: u16) -> bool {
    match artefact.service {
        Some(Service::PolygonRpc) => matches!(status, 401..=403 | 429 | 500..),
        _ => matches!(status, 425 | 429 | 502..=504),
    }
}

/// The entry for a kind of failure, or for the status, at the service of the text.
pub(super) fn placed(artefact: &Artefact, kind: Option<Kind>) -> Option<&'static ErrorEntry> {
    let service = artefact.service.or_else(|| artefact.is_official().then_some(Service::Clob))?;
    let status = artefact.status;
    let fits = |entry: &&ErrorEntry| {
        entry.from.contains(&service)
            && entry.when.iter().any(|when| match kind {
                Some(kind) => *when == kind.name(),
                None => status.map_or(when == "network", |status| is_status(when, status)),
            })
            && (entry.paths.is_empty() || entry.paths.iter().any(|path| is_path(path, artefact)))
    };
    // the particular before the general: a path, then a status of its own
    let rank = |entry: &&ErrorEntry| {
        let own = status.is_some_and(|status| entry.when.iter().any(|when| *when == status.to_string()));
        (entry.paths.is_empty(), !own)
    };
    errors().iter().filter(|entry| entry.is_placed()).filter(fits).min_by_key(rank)
}

fn is_status(when: &str, status: u16) -> bool {
    match when {
        "4xx" => (400..500).contains(&status),
        "5xx" => status >= 500,
        number => number.parse() == Ok(status),
    }
}

/// `POST /order` for that call, `/order/` for what is below it.
fn is_path(wanted: &str, artefact: &Artefact) -> bool {
    let (method, path) = wanted.split_once(' ').map_or((None, wanted), |(method, path)| (Some(method), path));
    let actual = artefact.path.as_deref().unwrap_or_default();
    let same_method = method.is_none_or(|method| artefact.method.is_none_or(|actual| actual == method));
    let same_path = if path.ends_with('/') {
        actual.strip_prefix(path).is_some_and(|rest| !rest.is_empty())
    } else {
        actual.trim_end_matches('/') == path
    };
    same_method && same_path
}

/// The entry for the status at this service, or for the bare status where no service is known.
pub(super) fn by_status(artefact: &Artefact) -> Option<&'static ErrorEntry> {
    let status = artefact.status?;
    placed(artefact, None).or_else(|| {
        let is_clob = matches!(artefact.service, None | Some(Service::Clob | Service::Polymarket));
        let bare =
            errors().iter().find(|entry| entry.is_status() && !entry.is_placed() && entry.status == Some(status));
        let is_foreign = artefact.is_foreign;
        bare.filter(|_| !is_foreign).filter(|_| is_clob || matches!(status, 425 | 429 | 502..=504))
    })
}
