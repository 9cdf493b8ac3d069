//! Joins clues into diagnoses and ranks them.

use std::cmp::Ordering;

use super::{Case, Clue, Diagnosis, DiagnosisFix, Weight, exchange};
use crate::cause::{Cause, Certainty};
use crate::checks::{self, Finding, Status};
use crate::facts::Failure;
use crate::facts::probe::Probe;
use crate::reference::{self, Reported};

/// From here on a cause counts as established: then the order of mending decides, not decimals.
const ESTABLISHED: f64 = 0.85;
/// Below this a cause is not worth a line.
const NEGLIGIBLE: f64 = 0.05;
/// Two causes closer than this cannot be told apart by what is known.
const TOO_CLOSE: f64 = 0.15;
const PROVEN: f64 = 0.98;
/// Of the sentences that a cause shows as, so many stand in a diagnosis, the most typical first.
const SENTENCES: usize = 4;

pub(super) fn rank(case: &Case<'_>, clues: &[Clue]) -> Vec<Diagnosis> {
    let mut causes: Vec<Cause> = Vec::new();
    for clue in clues {
        if !causes.contains(&clue.cause) {
            causes.push(clue.cause);
        }
    }
    let mut joined: Vec<Diagnosis> = causes.into_iter().filter_map(|cause| join(case, cause, clues)).collect();
    joined.sort_by(|a, b| precedes(case, a, b));
    settle_likelihoods(&mut joined);
    decide(case, &mut joined);
    joined
}

/// All clues about one cause as a diagnosis; `None` when they exclude it.
fn join(case: &Case<'_>, cause: Cause, clues: &[Clue]) -> Option<Diagnosis> {
    let own: Vec<&Clue> = clues.iter().filter(|clue| clue.cause == cause).collect();
    let likelihood = likelihood(&own)?;
    let mut diagnosis = Diagnosis {
        cause,
        title: cause.words().title.clone(),
        certainty: certainty(&own),
        likelihood,
        because: Vec::new(),
        explains: Vec::new(),
        shows_as: Vec::new(),
        excluded: Vec::new(),
        decide: None,
        fix: DiagnosisFix::default(),
    };
    for clue in own {
        if matches!(clue.weight, Weight::Proves | Weight::Supports(_)) {
            push_new(&mut diagnosis.because, clue.says.clone());
            if let Some(explained) = &clue.explains {
                push_new(&mut diagnosis.explains, explained.clone());
            }
            merge(&mut diagnosis.fix, &clue.fix);
        }
    }
    // what was reported comes first, the reference's own sentences last
    let is_reported = |text: &String| case.reported.iter().any(|reported| reported.text == *text);
    diagnosis.explains.sort_by_key(|text| !is_reported(text));
    let received = received(case, &diagnosis.explains);
    let met = |sentence: &str| received.iter().chain(case.reported).any(|met| met.sentence == Some(sentence));
    diagnosis.shows_as = reference::shows_as(cause)
        .iter()
        .filter(|sentence| !met(sentence))
        .take(SENTENCES)
        .map(|sentence| reference::varied(sentence))
        .collect();
    for text in received.iter().map(|received| &received.text).chain(&diagnosis.shows_as) {
        push_new(&mut diagnosis.explains, text.clone());
    }
    if diagnosis.fix.text.is_empty() {
        diagnosis.fix.text.clone_from(&cause.words().fix);
    }
    diagnosis.excluded = ruled_out(case, &rivals(cause));
    Some(diagnosis)
}

/// Independent clues add up: each leaves a share of the doubt.
fn likelihood(clues: &[&Clue]) -> Option<f64> {
    let mut doubt = 1.0;
    let mut kept = 1.0;
    for clue in clues {
        match clue.weight {
            Weight::Proves => doubt = f64::min(doubt, 1.0 - PROVEN),
            Weight::Supports(by) => doubt *= 1.0 - by,
            Weight::Opposes(by) => kept *= 1.0 - by,
            Weight::Excludes => return None,
        }
    }
    let likelihood = (1.0 - doubt) * kept;
    (likelihood >= NEGLIGIBLE).then_some(likelihood.min(0.99))
}

/// What all of it is worth: as much as the best of it, unless something speaks against what is not proven.
fn certainty(clues: &[&Clue]) -> Certainty {
    let speaks_for = |clue: &&&Clue| matches!(clue.weight, Weight::Proves | Weight::Supports(_));
    let best = clues.iter().filter(speaks_for).map(|clue| clue.certainty).max().unwrap_or(Certainty::Possible);
    let is_opposed = clues.iter().any(|clue| matches!(clue.weight, Weight::Opposes(_)));
    if is_opposed && best != Certainty::Proven { Certainty::Possible } else { best }
}

/// The known errors that servers gave in this run to what the explained checks asked.
fn received(case: &Case<'_>, explained: &[String]) -> Vec<Reported> {
    let read =
        |probe: &Probe| explained.iter().filter_map(|id| checks::find(id)).any(|check| check.reads.contains(probe));
    let mut received: Vec<Reported> = Vec::new();
    for probe in Probe::ALL.iter().filter(|probe| read(probe)) {
        let Some(Failure::Refused { message, .. }) = case.facts.failure(*probe) else { continue };
        let Some(error) = Reported::of(message).filter(|error| error.sentence.is_some()) else { continue };
        if !received.contains(&error) {
            received.push(error);
        }
    }
    received
}

fn push_new(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn merge(fix: &mut DiagnosisFix, more: &DiagnosisFix) {
    for (key, value) in &more.settings {
        fix.settings.entry(*key).or_insert_with(|| value.clone());
    }
    if fix.text.is_empty() {
        fix.text.clone_from(&more.text);
        fix.commands.clone_from(&more.commands);
        fix.tries.clone_from(&more.tries);
    }
}

/// Causes that show as one of the same sentences.
fn rivals(cause: Cause) -> Vec<Cause> {
    let own = reference::shows_as(cause);
    let shares = |rival: &Cause| *rival != cause && reference::shows_as(*rival).iter().any(|text| own.contains(text));
    Cause::ALL.iter().copied().filter(shares).collect()
}

/// Established causes in the order in which they must be mended, then the rest by likelihood.
fn precedes(case: &Case<'_>, a: &Diagnosis, b: &Diagnosis) -> Ordering {
    let established = |diagnosis: &Diagnosis| diagnosis.likelihood >= ESTABLISHED;
    let likelier = || b.likelihood.partial_cmp(&a.likelihood).unwrap_or(Ordering::Equal);
    // a secret in a pasted text cannot wait for anything
    let urgent = |diagnosis: &Diagnosis| diagnosis.cause == Cause::SecretExposed;
    if urgent(a) != urgent(b) {
        return urgent(b).cmp(&urgent(a));
    }
    match (established(a), established(b)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (true, true) => {
            // what was seen to be wrong comes before what keeps something from being seen
            let order = breaks(case, b).cmp(&breaks(case, a));
            order.then(place(case, a).cmp(&place(case, b))).then_with(likelier)
        }
        (false, false) => likelier(),
    }
}

/// Whether a diagnosis explains what was seen to be wrong, or was reported, and not only what could not be seen.
fn breaks(case: &Case<'_>, diagnosis: &Diagnosis) -> bool {
    let is_wrong = |finding: &Finding| matches!(finding.status, Status::Fail | Status::Warn);
    let is_reported = |text: &String| case.reported.iter().any(|reported| reported.text == *text);
    diagnosis.explains.iter().any(|text| case.finding(text).is_some_and(is_wrong) || is_reported(text))
}

/// The earliest check that a diagnosis explains.
fn place(case: &Case<'_>, diagnosis: &Diagnosis) -> usize {
    diagnosis.explains.iter().map(|explained| case.place(explained)).min().unwrap_or(usize::MAX)
}

/// The list is sorted by likelihood, so what stands first for the sake of mending is at least as
/// likely as what follows.
fn settle_likelihoods(diagnoses: &mut [Diagnosis]) {
    let mut least = 0.0;
    for diagnosis in diagnoses.iter_mut().rev() {
        diagnosis.likelihood = f64::max(diagnosis.likelihood, least);
        least = diagnosis.likelihood;
    }
}

/// Where the first two cannot be told apart, says which observation would decide.
fn decide(case: &Case<'_>, diagnoses: &mut [Diagnosis]) {
    let [first, second, ..] = diagnoses else { return };
    if first.likelihood >= ESTABLISHED || first.likelihood - second.likelihood > TOO_CLOSE {
        return;
    }
    first.decide = Some(observation(case, first, second));
}

/// What tells two causes apart: what the reference says of an error that both show as, less what the
/// checks have seen to already; otherwise what proves each.
fn observation(case: &Case<'_>, first: &Diagnosis, second: &Diagnosis) -> String {
    let explained = |diagnosis: &Diagnosis, text: &String| {
        let reported = case.reported.iter().find(|reported| reported.sentence == Some(text.as_str()));
        diagnosis.explains.contains(reported.map_or(text, |reported| &reported.text))
    };
    let shared =
        reference::errors().iter().find(|entry| explained(first, &entry.text) && explained(second, &entry.text));
    let is_open = |decides: &&String| {
        let settled = |(id, _): &(&str, _)| case.passes(id) && decides.contains(&format!("polydoctor check {id})"));
        !case.findings.iter().any(settled)
    };
    let open: Vec<&str> =
        shared.into_iter().flat_map(|entry| &entry.decides).filter(is_open).map(String::as_str).collect();
    if open.is_empty() {
        let proof = |diagnosis: &Diagnosis| diagnosis.cause.words().proves.first().cloned().unwrap_or_default();
        return format!("{}: {}; {}: {}", first.cause.name(), proof(first), second.cause.name(), proof(second));
    }
    open.join("; ")
}

/// What rules these causes out: a line for each check that would show some of them and passes.
fn ruled_out(case: &Case<'_>, causes: &[Cause]) -> Vec<String> {
    // the contract's own word is worth more than what was concluded
    let by_exchange = exchange::excluded(case);
    let ruling = |cause: &Cause| {
        if by_exchange.contains(cause) { Some(exchange::CHECK) } else { cause.words().shown_by.as_deref() }
    };
    // a note may say that nothing was seen
    let passed = case.findings.iter().filter(|(_, finding)| finding.status == Status::Pass);
    let lines = passed.filter_map(|(check, finding)| {
        let names: Vec<&str> =
            causes.iter().filter(|cause| ruling(cause) == Some(check)).map(|cause| cause.name()).collect();
        (!names.is_empty()).then(|| format!("{}: {check} reports \"{}\"", names.join(", "), finding.summary))
    });
    lines.collect()
}
