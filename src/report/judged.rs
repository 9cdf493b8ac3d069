//! How each check comes out, and what keeps others open.

use super::remedy::remedy;
use super::{CheckReport, Selection};
use crate::cause::Cause;
use crate::checks::{CHECKS, Check, Evidence, Finding, Fix, Role, Status, Words, words};
use crate::diagnosis::Diagnosis;
use crate::facts::Facts;
use crate::reference::Reported;
use crate::settings::target::quoted;

/// A check and how it came out.
pub(super) struct Judged {
    pub(super) check: &'static Check,
    pub(super) status: Status,
    /// `None` while its probes run.
    pub(super) finding: Option<Finding>,
}

pub(super) fn judge(facts: &Facts) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(CHECKS.len());
    for check in CHECKS.iter().filter(|check| check.applies(facts)) {
        let needed = || judged.iter().filter(|earlier| check.needs.contains(&earlier.check.id));
        let is_open = || {
            needed().any(|need| !need.status.is_settled()) || check.reads.iter().any(|probe| !facts.is_settled(*probe))
        };
        // before the first run not even the settings are known; after it nothing more comes
        let open = facts.started_ms == 0 || facts.elapsed_ms.is_none() && is_open();
        let blocking = needed().find(|need| need.status.is_settled() && !need.status.lets_go_on());
        let finding = match blocking.filter(|_| check.is_looked_at(facts)) {
            Some(need) => Some(
                (check.by_settings)(facts)
                    .unwrap_or_else(|| Finding::skip(need.check.id, format!("Skipped: depends on {}", need.check.id))),
            ),
            None if open && (facts.started_ms == 0 || check.is_looked_at(facts)) => None,
            None => Some(check.finding(facts)),
        };
        let running = || check.reads.iter().any(|probe| facts.running_since_ms(*probe).is_some());
        let status = match &finding {
            Some(finding) => finding.status,
            None if running() => Status::Running,
            None => Status::Waiting,
        };
        judged.push(Judged { check, status, finding });
    }
    judged
}

impl Judged {
    pub(super) fn report(&self, facts: &Facts) -> CheckReport {
        let words = words(self.check.id);
        let reads = || self.check.reads.iter();
        let finding = self.finding.clone();
        CheckReport {
            id: self.check.id,
            group: self.check.group,
            title: words.title.clone(),
            status: self.status,
            summary: finding.as_ref().map(|finding| finding.summary.clone()).unwrap_or_default(),
            evidence: finding.as_ref().map(|finding| evidence(finding, words)).unwrap_or_default(),
            why: words.why.clone(),
            needs: self.check.needs,
            blocked_by: finding.as_ref().and_then(|finding| finding.blocked_by),
            fix: finding.and_then(|finding| placed(facts, finding)),
            elapsed_ms: reads().filter_map(|probe| facts.took_ms(*probe)).max().filter(|_| self.status != Status::Skip),
            running_since_ms: reads().filter_map(|probe| facts.running_since_ms(*probe)).min(),
            value: self.value(facts),
        }
    }
}

/// The fix of a finding, at the places of the settings that it wants.
fn placed(facts: &Facts, finding: Finding) -> Option<Fix> {
    let mut fix = finding.fix?;
    let first = finding.suspicions.first();
    let settings = first.map(|first| first.settings.clone()).unwrap_or_default();
    let remedy = remedy(&facts.setup, first.map(|first| first.cause), &settings, &fix.tries);
    fix.edits = remedy.edits;
    fix.commands = with_own(remedy.commands, &fix.commands);
    Some(fix)
}

pub(super) fn place_diagnosis(facts: &Facts, diagnosis: &mut Diagnosis) {
    let fix = &mut diagnosis.fix;
    let mut remedy = remedy(&facts.setup, Some(diagnosis.cause), &fix.settings, &fix.tries);
    // a cause that only a reported error shows is not seen again without it
    let is_seen = diagnosis.explains.iter().any(|text| crate::checks::find(text).is_some());
    for command in remedy.commands.iter_mut().filter(|command| !is_seen && command.starts_with("polydoctor fix ")) {
        for symptom in &facts.symptoms {
            let said = Reported::of(symptom).map_or_else(String::new, |reported| reported.text);
            command.extend([" --symptom ", &quoted(&said)]);
        }
    }
    fix.edits = remedy.edits;
    fix.commands = with_own(remedy.commands, &fix.commands);
}

/// The commands for settings, and then those of the finding itself.
fn with_own(mut commands: Vec<String>, own: &[String]) -> Vec<String> {
    for command in own {
        if !commands.contains(command) {
            commands.push(command.clone());
        }
    }
    commands
}

/// The label of evidence that is what guides say wrongly about a check.
pub const MISCONCEPTION: &str = "common misconception";

/// What was found, and the myth about it where there was something to look at.
fn evidence(finding: &Finding, words: &Words) -> Vec<Evidence> {
    let is_absent = finding.suspicions.iter().any(|suspicion| suspicion.cause == Cause::KeyMissing);
    let myth = words.myth.iter().filter(|_| finding.status != Status::Skip && !is_absent);
    let myth = myth.map(|myth| Evidence { label: MISCONCEPTION.to_owned(), value: myth.clone(), role: Role::Support });
    finding.evidence.iter().cloned().chain(myth).collect()
}

/// The shown checks for which nothing was asked, and those that wait for such a one.
pub(super) fn not_asked(judged: &[Judged], facts: &Facts, selection: &Selection) -> Vec<&'static str> {
    // what is of a venue that is not looked at is not missing
    let is_wanted = |one: &&Judged| selection.shows(one.check.id) && one.check.is_looked_at(facts);
    let is_unasked = |one: &&Judged| is_wanted(one) && is_open(root(judged, one)).is_none();
    let skipped = judged.iter().filter(|one| one.status == Status::Skip);
    skipped.filter(is_unasked).map(|one| one.check.id).collect()
}

/// What a skipped check waits for in the end: the first that is not skipped because of another.
pub(super) fn root<'a>(judged: &'a [Judged], one: &'a Judged) -> &'a Judged {
    let mut root = one;
    // each waits for an earlier one or for one beside it, never for itself
    for _ in CHECKS {
        let blocker =
            root.finding.as_ref().and_then(|finding| finding.blocked_by).filter(|_| root.status == Status::Skip);
        match judged.iter().find(|other| Some(other.check.id) == blocker) {
            Some(other) => root = other,
            None => break,
        }
    }
    root
}

/// Whether a check failed or could not be determined.
fn is_open(one: &Judged) -> Option<&'static str> {
    matches!(one.status, Status::Fail | Status::Unknown).then_some(one.check.id)
}

/// The checks that are not shown and keep the verdict open.
pub(super) fn left_open(judged: &[Judged], selection: &Selection) -> Vec<&'static str> {
    // who leaves out a check that warns has not seen that all is well
    let has_problem = |one: &Judged| is_open(one).or_else(|| (one.status == Status::Warn).then_some(one.check.id));
    let left_out = judged.iter().filter(|one| selection.leaves_out(one.check.id)).filter_map(has_problem);
    let skipped = judged.iter().filter(|one| selection.shows(one.check.id) && one.status == Status::Skip);
    let waited_for = skipped.filter_map(|one| is_open(root(judged, one))).filter(|id| !selection.shows(id));
    let mut ids: Vec<&'static str> = left_out.chain(waited_for).collect();
    ids.sort_by_key(|id| CHECKS.iter().position(|check| check.id == *id));
    ids.dedup();
    ids
}
