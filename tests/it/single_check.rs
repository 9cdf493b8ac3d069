//! A check that is asked alone says what it says in the whole run: what its judgement rests on is
//! asked with it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use polydoctor::checks::probes_of;
use polydoctor::facts::Facts;
use polydoctor::facts::probe::Probe;
use polydoctor::report::Report;
use polydoctor::watch;
use serde_json::{Value, json};

use crate::diagnosis::{each, names};
use crate::program::check;
use crate::support::usual_checks;

/// The facts of a run that asked these probes, and those that they come after, and no others.
fn of_only(whole: &Value, wanted: &BTreeSet<Probe>) -> Facts {
    let mut asked = wanted.clone();
    let mut left: Vec<Probe> = wanted.iter().copied().collect();
    while let Some(probe) = left.pop() {
        left.extend(probe.after().iter().filter(|need| asked.insert(**need)));
    }
    let mut facts = whole.clone();
    for probe in Probe::ALL.iter().filter(|probe| !asked.contains(probe)) {
        let field = if *probe == Probe::Derive { "derived".to_owned() } else { probe.name().replace('-', "_") };
        assert!(facts[&field]["state"].is_string(), "{field}");
        facts[&field] = json!({ "state": "waiting" });
    }
    serde_json::from_value(facts).unwrap()
}

/// The facts of a scenario, and what the whole run makes of them.
fn recorded(folder: &Path, name: &str) -> (Value, Report) {
    let record = folder.join(name);
    check(&["--demo", name, "--record", record.to_str().unwrap()]);
    let facts: Value = serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
    let whole = Report::of(&serde_json::from_value(facts.clone()).unwrap());
    (facts, whole)
}

#[test]
fn a_check_alone_judges_as_in_the_whole_run() {
    let folder = tempfile::tempdir().unwrap();
    let differing = Mutex::new(Vec::new());
    each(&names(), |name| {
        let (facts, whole) = recorded(folder.path(), name);
        for check in usual_checks() {
            let alone = Report::of(&of_only(&facts, &probes_of([check.id])));
            let (alone, whole) = (alone.check(check.id).unwrap(), whole.check(check.id).unwrap());
            if (alone.status, &alone.summary) != (whole.status, &whole.summary) {
                let (alone, whole) = ((alone.status, &alone.summary), (whole.status, &whole.summary));
                differing.lock().unwrap().push(format!("{name}: {}: {alone:?} instead of {whole:?}", check.id));
            }
        }
    });
    let differing = differing.into_inner().unwrap();
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Otherwise each round would be followed by a run of everything.
#[test]
fn a_round_of_watching_judges_as_the_whole_run() {
    let folder = tempfile::tempdir().unwrap();
    let differing = Mutex::new(Vec::new());
    each(&names(), |name| {
        let (facts, whole) = recorded(folder.path(), name);
        let round = watch::round(&of_only(&facts, &watch::probes()));
        let watched = watch::WATCHED.iter().filter(|id| whole.check(id).is_some()).count();
        assert_eq!(round.checks.len(), watched);
        for check in &round.checks {
            let whole = whole.check(check.id).unwrap();
            if !watch::stands_alike(check, whole.status) {
                let (here, there) = ((check.status, &check.summary), (whole.status, &whole.summary));
                differing.lock().unwrap().push(format!("{name}: {}: {here:?} instead of {there:?}", check.id));
            }
        }
    });
    let differing = differing.into_inner().unwrap();
    assert!(differing.is_empty(), "{differing:#?}");
}
