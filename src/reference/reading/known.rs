//! Which known sentences a record holds, and whose.

use std::cell::LazyCell;

use super::placing::{is_allowed, is_backed};
use super::sentences::{is_more_than_zero, is_reason, stands_alone};
use super::worded::is_bare;
use crate::reference::artefact::Artefact;
use crate::reference::patterns::Occurrence;
use crate::reference::service::Service;
use crate::reference::variables::is_of_another_program;
use crate::reference::words::Words;
use crate::reference::{ErrorEntry, Kind, locally};

/// The record as one of Polymarket's, where another service is only named beside a sentence that is nobody
/// else's.
pub(super) fn ours(artefact: &Artefact, inside: &[Occurrence]) -> Option<Artefact> {
    let is_explorer = artefact.client == Some("Etherscan");
    let is_own = |occurrence: &Occurrence| {
        let entry = occurrence.error();
        let is_chains = is_explorer && entry.speakers().contains(&Service::PolygonRpc);
        let is_said = !entry.wraps && entry.kind == Kind::Sentence && !entry.speakers().is_empty();
        is_said && (occurrence.pattern.is_telling || is_chains)
    };
    let is_named = artefact.service == Some(Service::Other) && artefact.host.is_none();
    let is_ours = is_named && inside.iter().any(is_own);
    is_ours.then(|| Artefact { service: None, is_located: false, is_foreign: false, client: None, ..artefact.clone() })
}

/// The known sentences that are said in a record, the one that says most first.
pub(super) fn known_in<'a>(
    artefact: &Artefact,
    piece: &str,
    text: &str,
    words: &Words,
    inside: &'a [Occurrence],
) -> Vec<&'a Occurrence> {
    let is_alone = |occurrence: &&Occurrence| stands_alone(text, words, occurrence);
    let is_of_another = LazyCell::new(|| is_of_another_program(piece));
    let mut known: Vec<&'a Occurrence> = inside
        .iter()
        .filter(|occurrence| {
            // words around a sentence do not outweigh one that says enough by itself
            let is_clear = !artefact.is_located && occurrence.pattern.is_telling && occurrence.error().from.is_empty();
            is_allowed(occurrence.error(), artefact) || is_clear
        })
        .filter(|occurrence| !is_reason(words, occurrence) && !is_more_than_zero(text, words, occurrence))
        .filter(|occurrence| !(occurrence.error().is_of_client() && *is_of_another))
        .filter(|occurrence| occurrence.pattern.is_telling || !is_out_of_place(occurrence.error(), artefact, piece))
        .filter(|occurrence| {
            let is_clear = occurrence.pattern.is_telling || is_backed(occurrence.error(), artefact);
            let is_bare = || !occurrence.error().everyday || is_bare(text, words, occurrence);
            is_clear || (is_alone(occurrence) && is_bare())
        })
        .collect();
    known.sort_by_key(|occurrence| occurrence.rank());
    known
}

/// Whether few words of a sentence mean something else here.
fn is_out_of_place(entry: &ErrorEntry, artefact: &Artefact, piece: &str) -> bool {
    artefact.is_foreign || (locally::is_of_decoding(entry) && locally::is_of_parsing(piece))
}
