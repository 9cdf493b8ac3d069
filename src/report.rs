//! The report: what checks and diagnosis make of the facts. Never stored, only recomputed.

pub mod fixes;
mod heading;
mod remedy;
mod selection;
mod trading;

use alloy_primitives::Address;
use remedy::remedy;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::auth::wallet::SignatureType;
use crate::checks::{CHECKS, Check, Evidence, Finding, Fix, Status, Words, words};
use crate::diagnosis::{Case, Cause, Certainty, Diagnosis, diagnose};
use crate::engine::facts::{Facts, RequestRecord};
use crate::reference::Reported;
use crate::settings::target::quoted;
use crate::settings::{Origin, selecting};
pub use heading::{Heading, Replay};
pub use selection::Selection;

/// The state of the account in one word; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Healthy,
    /// Warnings only.
    Degraded,
    /// Nothing failed, something could not be found out.
    Incomplete,
    /// Something failed.
    Broken,
}

impl Verdict {
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Incomplete, Self::Broken];

    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Incomplete => "incomplete",
            Self::Broken => "broken",
        }
    }

    /// The status of a check that would lead to it.
    pub fn status(self) -> Status {
        match self {
            Self::Healthy => Status::Pass,
            Self::Degraded => Status::Warn,
            Self::Incomplete => Status::Unknown,
            Self::Broken => Status::Fail,
        }
    }
}

/// One row of the checklist with what it found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    pub id: &'static str,
    #[serde(skip)]
    pub group: &'static str,
    pub title: String,
    pub status: Status,
    pub summary: String,
    pub evidence: Vec<Evidence>,
    pub why: String,
    pub fix: Option<Fix>,
    pub needs: &'static [&'static str],
    /// The check that keeps this one from running.
    pub blocked_by: Option<&'static str>,
    /// Of its slowest probe; `None` when nothing was asked.
    pub elapsed_ms: Option<u64>,
    /// While running: since when, in milliseconds after the start of the run.
    #[serde(skip)]
    pub running_since_ms: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    pub clob_url: Option<String>,
    pub chain_id: u64,
    pub protocol_version: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    pub signer: Option<Address>,
    pub signature_type: Option<SignatureType>,
    pub funder: Option<Address>,
    pub derived: Option<DerivedWallets>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DerivedWallets {
    pub proxy: Address,
    pub safe: Address,
    pub deposit_wallet_uups: Address,
    pub deposit_wallet_beacon: Option<Address>,
}

/// Everything that is shown or printed; the order of fields is that of the JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub schema: u32,
    pub tool: Tool,
    /// RFC 3339, UTC.
    pub started_at: String,
    pub elapsed_ms: u64,
    pub profile: String,
    /// What the account is named by; `None` where there is neither a key nor a profile.
    pub source: Option<Origin>,
    /// `None` when the facts were observed for this report.
    pub replay: Option<Replay>,
    /// The signer, or why there is none; made fit to be shared with the rest.
    #[serde(skip)]
    pub who: String,
    pub target: Target,
    pub account: Account,
    pub verdict: Verdict,
    /// Whether orders would be accepted: true where everything that they need was seen to be right, false
    /// where something that prevents them failed, `None` where it is not known. A ban is not among it:
    /// only the answer to an order tells it.
    pub can_trade: Option<bool>,
    /// What to do first; `None` where nothing is to do.
    pub next_step: Option<NextStep>,
    /// The errors that the user reported.
    pub reported_errors: Vec<Reported>,
    pub diagnoses: Vec<Diagnosis>,
    pub checks: Vec<CheckReport>,
    /// Ids of checks that say nothing because nothing was asked for them: offline, or in a record of
    /// a part of the checklist.
    pub not_asked: Vec<&'static str>,
    /// Ids of checks that are not shown, and keep the verdict open: left out although they fail, or what a
    /// shown one waits for.
    pub left_open: Vec<&'static str>,
    pub requests: Vec<RequestRecord>,
}

/// The one thing to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextStep {
    pub text: String,
    pub command: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

impl Report {
    /// Judges the facts by every check, then the diagnosis.
    pub fn of(facts: &Facts) -> Self {
        Self::by(facts, &Selection::default())
    }

    /// Judges the facts by some checks; all others are judged too, but not shown.
    pub fn by(facts: &Facts, selection: &Selection) -> Self {
        let judged = judge(facts);
        let shown: Vec<&Judged> = judged.iter().filter(|judged| selection.shows(judged.check.id)).collect();
        let findings = shown.iter().filter_map(|judged| Some((judged.check.id, judged.finding.as_ref()?))).collect();
        let reported_errors: Vec<Reported> = facts.symptoms.iter().filter_map(|text| Reported::of(text)).collect();
        let mut diagnoses = diagnose(&Case { facts, reported: &reported_errors, findings });
        for diagnosis in &mut diagnoses {
            place_diagnosis(facts, diagnosis);
        }
        let checks: Vec<CheckReport> = shown.iter().map(|judged| judged.report(facts)).collect();
        let not_asked = not_asked(&judged, selection);
        let left_open = left_open(&judged, selection);
        let started = jiff::Timestamp::from_millisecond(facts.started_ms).unwrap_or_default();
        let started_at = started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let is_partly = !not_asked.is_empty() && (!facts.setup.offline || !selection.is_whole());
        let verdict = verdict(&checks, is_partly || !left_open.is_empty());
        let mut report = Self {
            schema: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            started_at: started_at.clone(),
            elapsed_ms: facts.elapsed_ms.unwrap_or_default(),
            profile: facts.setup.profile_label().to_owned(),
            source: facts.setup.origin.clone(),
            replay: facts.is_replay.then_some(Replay { recorded_at: started_at }),
            who: who(facts),
            target: Target {
                clob_url: facts.setup.clob_url.as_ref().map(|url| url.value.clone()),
                chain_id: facts.setup.chain(),
                protocol_version: facts.version.known().copied(),
            },
            account: account(facts),
            verdict,
            can_trade: trading::can_trade(&judged, facts),
            next_step: next_step(&diagnoses, &not_asked, &left_open),
            reported_errors,
            diagnoses,
            checks,
            not_asked,
            left_open,
            requests: facts.requests.clone(),
        };
        report.select_account(&facts.setup.selection);
        report
    }

    /// Makes the suggested commands be about this account, where flags have chosen it.
    fn select_account(&mut self, selection: &str) {
        let of_checks = self.checks.iter_mut().filter_map(|check| check.fix.as_mut()).map(|fix| &mut fix.commands);
        let of_diagnoses = self.diagnoses.iter_mut().map(|diagnosis| &mut diagnosis.fix.commands);
        let next = self.next_step.iter_mut().filter_map(|next| next.command.as_mut());
        for command in of_checks.chain(of_diagnoses).flatten().chain(next) {
            *command = selecting(command, selection);
        }
    }

    pub fn check(&self, id: &str) -> Option<&CheckReport> {
        self.checks.iter().find(|check| check.id == id)
    }

    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// The check to look at first: what the first diagnosis explains, or else the worst problem.
    pub fn start(&self) -> Option<&CheckReport> {
        let explained = self.diagnoses.first().into_iter().flat_map(|diagnosis| &diagnosis.explains);
        worst(explained.filter_map(|id| self.check(id))).or_else(|| worst(self.checks.iter()))
    }

    /// How many checks stand how, the worst first, without those that none has.
    pub fn counts(&self) -> Vec<(Status, String)> {
        let said = [
            (Status::Fail, "failed", "failed"),
            (Status::Unknown, "unknown", "unknown"),
            (Status::Warn, "warning", "warnings"),
            (Status::Skip, "skipped", "skipped"),
            (Status::Note, "note", "notes"),
            (Status::Pass, "passed", "passed"),
            (Status::Running, "running", "running"),
            (Status::Waiting, "waiting", "waiting"),
        ];
        said.into_iter()
            .filter_map(|(status, one, more)| match self.count(status) {
                0 => None,
                1 => Some((status, format!("1 {one}"))),
                count => Some((status, format!("{count} {more}"))),
            })
            .collect()
    }

    /// Whether every check has come to an end.
    pub fn is_settled(&self) -> bool {
        self.checks.iter().all(|check| check.status.is_settled())
    }
}

/// The first of the worst problems.
fn worst<'a>(checks: impl Iterator<Item = &'a CheckReport>) -> Option<&'a CheckReport> {
    checks.filter(|check| check.status.is_problem()).min_by_key(|check| check.status.severity())
}

/// A check and how it came out.
struct Judged {
    check: &'static Check,
    status: Status,
    /// `None` while its probes run.
    finding: Option<Finding>,
}

fn judge(facts: &Facts) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(CHECKS.len());
    for check in CHECKS {
        let needed = || judged.iter().filter(|earlier| check.needs.contains(&earlier.check.id));
        let is_open = || {
            needed().any(|need| !need.status.is_settled()) || check.reads.iter().any(|probe| !facts.is_settled(*probe))
        };
        // before the first run not even the settings are known; after it nothing more comes
        let open = facts.started_ms == 0 || facts.elapsed_ms.is_none() && is_open();
        let blocking = needed().find(|need| need.status.is_settled() && !need.status.lets_go_on());
        let finding = match blocking {
            Some(need) => Some(
                (check.by_settings)(facts)
                    .unwrap_or_else(|| Finding::skip(need.check.id, format!("Skipped: depends on {}", need.check.id))),
            ),
            None if open => None,
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
    fn report(&self, facts: &Facts) -> CheckReport {
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
        }
    }
}

/// The fix of a finding, at the places of the settings that it wants.
fn placed(facts: &Facts, finding: Finding) -> Option<Fix> {
    let mut fix = finding.fix?;
    let first = finding.suspicions.first();
    let settings: Map<String, Value> = first
        .into_iter()
        .flat_map(|first| &first.settings)
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let remedy = remedy(&facts.setup, first.map(|first| first.cause), &settings, &fix.tries);
    fix.edits = remedy.edits;
    fix.commands = with_own(remedy.commands, &fix.commands);
    Some(fix)
}

fn place_diagnosis(facts: &Facts, diagnosis: &mut Diagnosis) {
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

/// What was found, and the myth about it where there was something to look at.
fn evidence(finding: &Finding, words: &Words) -> Vec<Evidence> {
    let is_absent = finding.suspicions.first().is_some_and(|first| first.cause == Cause::KeyMissing);
    let myth = words.myth.iter().filter(|_| finding.status != Status::Skip && !is_absent);
    let myth = myth.map(|myth| Evidence { label: "myth".to_owned(), value: myth.clone() });
    finding.evidence.iter().cloned().chain(myth).collect()
}

/// The signer, or why there is none.
fn who(facts: &Facts) -> String {
    match (facts.setup.signer(), &facts.setup.key) {
        (Some(signer), _) => signer.to_string(),
        (None, Some(_)) => "unusable private key".to_owned(),
        (None, None) => "no private key".to_owned(),
    }
}

fn account(facts: &Facts) -> Account {
    let setup = &facts.setup;
    Account {
        signer: setup.signer(),
        signature_type: setup.signature_type(),
        funder: setup.funder.as_ref().map(|funder| funder.value),
        derived: setup.wallets.as_ref().map(|wallets| DerivedWallets {
            proxy: wallets.proxy,
            safe: wallets.safe,
            deposit_wallet_uups: wallets.deposit_uups,
            deposit_wallet_beacon: wallets.deposit_beacon,
        }),
    }
}

/// The shown checks for which nothing was asked, and those that wait for such a one.
fn not_asked(judged: &[Judged], selection: &Selection) -> Vec<&'static str> {
    let is_unasked = |one: &&Judged| selection.shows(one.check.id) && is_open(root(judged, one)).is_none();
    let skipped = judged.iter().filter(|one| one.status == Status::Skip);
    skipped.filter(is_unasked).map(|one| one.check.id).collect()
}

/// What a skipped check waits for in the end: the first that is not skipped because of another.
fn root<'a>(judged: &'a [Judged], one: &'a Judged) -> &'a Judged {
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
fn left_open(judged: &[Judged], selection: &Selection) -> Vec<&'static str> {
    let left_out = judged.iter().filter(|one| selection.leaves_out(one.check.id)).filter_map(is_open);
    let skipped = judged.iter().filter(|one| selection.shows(one.check.id) && one.status == Status::Skip);
    let waited_for = skipped.filter_map(|one| is_open(root(judged, one))).filter(|id| !selection.shows(id));
    let mut ids: Vec<&'static str> = left_out.chain(waited_for).collect();
    ids.sort_by_key(|id| CHECKS.iter().position(|check| check.id == *id));
    ids.dedup();
    ids
}

/// What to do first: the fix of the first cause or, where it is one of several, what tells them apart.
fn next_step(diagnoses: &[Diagnosis], not_asked: &[&str], left_open: &[&str]) -> Option<NextStep> {
    if let Some(first) = diagnoses.first() {
        let undecided = first.decide.as_ref().filter(|_| first.certainty == Certainty::Possible);
        return Some(match undecided {
            Some(decide) => NextStep { text: format!("To narrow it down: {decide}"), command: None },
            None => NextStep { text: first.fix.text.clone(), command: first.fix.commands.first().cloned() },
        });
    }
    let text = match (left_open.first(), not_asked.first()) {
        (Some(id), _) => format!("Run the whole checklist: {id} is open"),
        (None, Some(_)) => "Run the whole checklist with network access".to_owned(),
        (None, None) => return None,
    };
    Some(NextStep { text, command: Some("polydoctor check".to_owned()) })
}

/// `is_partly`: something was not asked although it was wanted, or is open elsewhere.
fn verdict(checks: &[CheckReport], is_partly: bool) -> Verdict {
    let any = |status| checks.iter().any(|check| check.status == status);
    if any(Status::Fail) {
        Verdict::Broken
    } else if any(Status::Unknown) || is_partly {
        Verdict::Incomplete
    } else if any(Status::Warn) {
        Verdict::Degraded
    } else {
        Verdict::Healthy
    }
}
