//! What the rest of a text says about the causes of its sentence.

mod values;

use std::cmp::Ordering;

use super::artefact::Artefact;
use super::service::Service;
use super::stated::names_builder_keys;
use super::{ErrorEntry, Kind, Weighted};
use crate::cause::Cause;

/// The causes of an entry, weighed in the light of method, path, host and what was sent.
pub(super) fn weighed(entry: &ErrorEntry, artefact: &Artefact, text: &str) -> Vec<Weighted> {
    let mut causes: Vec<Weighted> = entry
        .causes
        .iter()
        .map(|weighted| Weighted {
            weight: weighted.weight * factor(weighted.cause, entry, artefact, text),
            ..*weighted
        })
        .collect();
    for (cause, weight) in shown_by(entry, artefact, text) {
        match causes.iter_mut().find(|weighted| weighted.cause == cause) {
            Some(known) => known.weight = known.weight.max(weight),
            None => causes.push(Weighted { cause, weight }),
        }
    }
    causes.retain(|weighted| weighted.weight > 0.0);
    for weighted in &mut causes {
        weighted.weight = weighted.weight.min(1.0);
    }
    causes.sort_by(|a, b| b.weight.partial_cmp(&a.weight).unwrap_or(Ordering::Equal));
    causes
}

fn factor(cause: Cause, entry: &ErrorEntry, artefact: &Artefact, text: &str) -> f64 {
    let is_l2 = entry.status == Some(401);
    let is_of_signer = entry.causes.first().is_some_and(|first| first.cause == Cause::RemoteSignerUnreachable);
    match cause {
        // a body is signed only where one is sent
        Cause::BodySerialisation | Cause::BodyMissing if is_l2 => match artefact.has_body() {
            Some(true) => 2.5,
            Some(false) => 0.0,
            // clients print more than the body: whoever has only that sends requests with code of his own
            None if is_bare_body(artefact, text) => 2.5,
            None => 1.0,
        },
        // shares are sold, and the copy of their balance lags most after a fill
        Cause::BalanceCacheStale | Cause::AllowanceMissing if is_of_a_sale(text) => 1.5,
        Cause::PathHasQuery if artefact.has_query => 5.0,
        // status and body alone are what programs print that send the headers themselves
        Cause::AddressHeader if is_l2 && artefact.is_bare_answer => 6.0,
        // the official host is no wrong one, and a loopback seldom a right one
        Cause::WrongHost if artefact.is_official() => 0.0,
        Cause::WrongHost if entry.kind == Kind::Network && artefact.is_loopback() => 3.0,
        // an answer was there, and its status says which one
        Cause::RemoteSignerUnreachable => match artefact.status {
            Some(400..500) => 0.1,
            _ => 1.0,
        },
        Cause::RemoteSignerUnauthorized if is_of_signer && matches!(artefact.status, Some(401 | 403)) => 3.0,
        Cause::RemoteSignerWrongPath if is_of_signer && matches!(artefact.status, Some(404 | 405)) => 3.0,
        Cause::ClobUnreachable if matches!(artefact.status, Some(400..500)) => 0.3,
        Cause::SdkOutdated if entry.said_by == "npm" && !values::names_client(text) => 0.0,
        _ => values::factor(cause, entry, text),
    }
}

/// Whether the text is the body of an answer, and nothing else.
fn is_bare_body(artefact: &Artefact, text: &str) -> bool {
    let text = text.trim();
    let is_alone = artefact.client.is_none() && artefact.status.is_none() && artefact.said.is_some();
    is_alone && text.starts_with('{') && text.ends_with('}')
}

fn is_of_a_sale(text: &str) -> bool {
    ["SELL", "sell", "ORDER_REJECTED"].iter().any(|word| text.contains(word))
}

/// Causes that a logged request shows by itself, where its error is one of signing in or of an order.
fn shown_by(entry: &ErrorEntry, artefact: &Artefact, text: &str) -> Vec<(Cause, f64)> {
    pattern!(MILLISECONDS, r"POLY_TIMESTAMP\W{1,8}[0-9]{13}\b");
    pattern!(ADDRESS, r"POLY_ADDRESS\W{1,8}([0-9A-Za-z-]{8,})");
    pattern!(EMPTY, r#"POLY_(?:API_KEY|PASSPHRASE|SIGNATURE)\\*["']?\s*[:=]\s*(?:\\*""|\\*''|undefined|null|None)"#);
    pattern!(MAKER, r"(?i)\bmaker\W{1,8}(0x[0-9a-f]{40})");
    pattern!(SIGNER, r"(?i)\bsigner\W{1,8}(0x[0-9a-f]{40})");
    pattern!(TYPE, r"(?i)signature_?type\W{1,8}([0-3])\b");
    let names = |cause: Cause| entry.weight_of(cause).is_some();
    let mut shown = Vec::new();
    if entry.status == Some(401) {
        if MILLISECONDS.is_match(text) {
            shown.push((Cause::TimestampUnit, 0.95));
        }
        let is_address = |value: &str| value.len() == 42 && value.starts_with("0x");
        if ADDRESS.captures(text).and_then(|found| found.get(1)).is_some_and(|value| !is_address(value.as_str())) {
            shown.push((Cause::AddressHeader, 0.9));
        }
        if EMPTY.is_match(text) {
            shown.push((Cause::CredentialsMissing, 0.9));
        }
        // the relayer, and the CLOB's paths of the builder program, take these headers
        let is_of_builder = artefact.path.as_deref().is_some_and(|path| path.contains("builder"))
            || !matches!(artefact.service, None | Some(Service::Clob));
        if artefact.has_builder_headers_only && !is_of_builder {
            shown.extend([(Cause::BuilderCredentialsAsUser, 0.9), (Cause::HeaderNames, 0.6)]);
        }
        if names_builder_keys(text) {
            shown.push((Cause::BuilderCredentialsAsUser, 0.95));
        }
    }
    let order = entry.status == Some(400) && (names(Cause::WrongSignatureType) || names(Cause::OrderMakerIsSigner));
    if order
        && let (Some(maker), Some(signer), Some(kind)) =
            (MAKER.captures(text), SIGNER.captures(text), TYPE.captures(text))
    {
        let same = maker[1].eq_ignore_ascii_case(&signer[1]);
        match &kind[1] {
            "1" | "2" if same => shown.push((Cause::OrderMakerIsSigner, 0.95)),
            "0" if !same => shown.push((Cause::WrongSignatureType, 0.95)),
            "3" if !same => shown.push((Cause::OrderSignerField, 0.9)),
            _ => {}
        }
    }
    shown
}
