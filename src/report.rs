//! The report: what checks and diagnosis make of the facts. Never stored, only recomputed.
//!
//! ```
//! use polydoctor::facts::Facts;
//! use polydoctor::report::{Report, Verdict};
//!
//! // nothing was found out yet, so nothing is called healthy
//! let report = Report::of(&Facts::default());
//! assert_eq!(report.verdict, Verdict::Incomplete);
//! ```

pub mod comparison;
pub mod fixes;
mod heading;
mod judged;
mod next;
mod remedy;
mod selection;
mod texts;
mod trading;
mod value;
mod venues;

use alloy_primitives::Address;
use serde::Serialize;

use self::comparison::Comparison;
pub use self::judged::MISCONCEPTION;
use self::judged::{Judged, judge, left_open, not_asked, place_diagnosis};
use self::next::{leading, next_step};

use crate::auth::wallet::SignatureType;
use crate::cause::Certainty;
use crate::checks::{Evidence, Fix, Status};
use crate::diagnosis::{Case, Diagnosis, diagnose};
use crate::facts::{Facts, RequestRecord};
use crate::reference::Reported;
use crate::settings::{Origin, selecting};
pub use heading::{Heading, Replay};
pub use next::NextStep;
pub use selection::Selection;
pub use texts::Part;
pub use venues::VenueReport;

/// The state of the account in one word; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing failed, warned or stayed open.
    Healthy,
    /// Warnings only.
    Degraded,
    /// Nothing failed, something could not be found out.
    Incomplete,
    /// Something failed.
    Broken,
}

impl Verdict {
    /// The best first.
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Incomplete, Self::Broken];

    /// `healthy`, `degraded`, `incomplete` or `broken`, as in JSON.
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
    /// `group.thing`, such as `wallet.funder`.
    pub id: &'static str,
    /// The heading that it stands under, such as `Wallet`.
    #[serde(skip)]
    pub group: &'static str,
    /// The question that it answers.
    pub title: String,
    /// How it stands.
    pub status: Status,
    /// What it found, in one sentence without a full stop; empty until then.
    pub summary: String,
    /// What was observed, in the order in which it is shown.
    pub evidence: Vec<Evidence>,
    /// Why it matters, in sentences.
    pub why: String,
    /// What to do; `None` where nothing is to be done.
    pub fix: Option<Fix>,
    /// Ids of the checks that must not fail before it.
    pub needs: &'static [&'static str],
    /// The check that keeps this one from running.
    pub blocked_by: Option<&'static str>,
    /// Of its slowest probe; `None` when nothing was asked.
    pub elapsed_ms: Option<u64>,
    /// While running: since when, in milliseconds after the start of the run.
    #[serde(skip)]
    pub running_since_ms: Option<u64>,
    /// What was measured or found, in a few characters, such as `+14 s ± 0.5`; for lists.
    #[serde(skip)]
    pub value: Option<String>,
}

/// What the account was checked against.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// Without query, password and access keys; `None` where the configured one is not usable.
    pub clob_url: Option<String>,
    /// The configured chain, such as 137.
    pub chain_id: u64,
    /// The answer of `GET /version`; `None` where none came.
    pub protocol_version: Option<u64>,
    /// Where signed requests of Polymarket US go; `None` where it was not checked.
    pub us_url: Option<String>,
}

/// The account as the settings describe it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// The address of the private key; `None` without a usable one.
    pub signer: Option<Address>,
    /// As configured, or inferred from the funder.
    pub signature_type: Option<SignatureType>,
    /// As configured; `None` where it is not set or not an address.
    pub funder: Option<Address>,
    /// The wallets of the signer; `None` without a usable key or on a chain without contracts.
    pub derived: Option<DerivedWallets>,
    /// The key id of Polymarket US; `None` where it was not checked or not set.
    pub us_key_id: Option<String>,
}

/// The wallets that belong to a signer, as CREATE2 computes them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DerivedWallets {
    /// For signature type 1.
    pub proxy: Address,
    /// For signature type 2.
    pub safe: Address,
    /// For signature type 3, deployed before about 2026-06-29.
    pub deposit_wallet_uups: Address,
    /// For signature type 3, deployed later; `None` where the beacon is not published.
    pub deposit_wallet_beacon: Option<Address>,
}

/// Everything that is shown or printed; the order of fields is that of the JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of this format: 1.
    pub schema: u32,
    /// What made the report.
    pub tool: Tool,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// How long the run took, in milliseconds; 0 while it goes on.
    pub elapsed_ms: u64,
    /// The profile, or `default` where there is none.
    pub profile: String,
    /// What the account is named by; `None` where there is neither a key nor a profile.
    pub source: Option<Origin>,
    /// `None` when the facts were observed for this report.
    pub replay: Option<Replay>,
    /// The signer, or why there is none; made fit to be shared with the rest.
    #[serde(skip)]
    pub who: String,
    /// What the account was checked against.
    pub target: Target,
    /// Who the account is.
    pub account: Account,
    /// The account at each venue that is looked at.
    pub venues: Vec<VenueReport>,
    /// The state of the account in one word.
    pub verdict: Verdict,
    /// Whether orders would be accepted: true where everything that they need was seen to be right, false
    /// where something that prevents them failed, `None` where it is not known. A ban is not among it:
    /// only the answer to an order tells it.
    pub can_trade: Option<bool>,
    /// What to do first; `None` where nothing is to do.
    pub next_step: Option<NextStep>,
    /// The errors that the user reported.
    pub reported_errors: Vec<Reported>,
    /// Root causes, the first to repair first.
    pub diagnoses: Vec<Diagnosis>,
    /// In the order of the checklist.
    pub checks: Vec<CheckReport>,
    /// Ids of checks that say nothing because nothing was asked for them: offline, or in a record of
    /// a part of the checklist.
    pub not_asked: Vec<&'static str>,
    /// Ids of checks that are not shown, and keep the verdict open: left out although they fail, or what a
    /// shown one waits for.
    pub left_open: Vec<&'static str>,
    /// In the order of sending, without secrets.
    pub requests: Vec<RequestRecord>,
    /// What differs from a recorded run; `None` where none stands beside this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// The program that made the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// `polydoctor`.
    pub name: &'static str,
    /// Its version, such as `0.1.0`.
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
        let not_asked = not_asked(&judged, facts, selection);
        let left_open = left_open(&judged, selection);
        let started = jiff::Timestamp::from_millisecond(facts.started_ms).unwrap_or_default();
        let started_at = started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let is_partly = !not_asked.is_empty() && (!facts.setup.offline || !selection.is_whole());
        let statuses: Vec<Status> = checks.iter().map(|check| check.status).collect();
        let verdict = verdict(&statuses, is_partly || !left_open.is_empty());
        let mut report = Self {
            schema: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            started_at: started_at.clone(),
            elapsed_ms: facts.elapsed_ms.unwrap_or_default(),
            profile: facts.setup.profile_label().to_owned(),
            source: facts.setup.origin.clone(),
            replay: facts.is_replay.then_some(Replay { recorded_at: started_at }),
            who: heading::who(facts),
            target: Target {
                clob_url: facts.setup.clob_url.as_ref().map(|url| url.value.clone()),
                chain_id: facts.setup.chain(),
                protocol_version: facts.version.known().copied(),
                us_url: facts.setup.us.as_ref().and_then(|us| us.url.as_ref()).map(|url| url.value.clone()),
            },
            account: account(facts),
            venues: venues::venues(facts, &judged, &checks),
            verdict,
            can_trade: trading::can_trade(&judged, facts, &diagnoses, &reported_errors),
            next_step: next_step(leading(&diagnoses, &checks), &checks, &not_asked, &left_open),
            reported_errors,
            diagnoses,
            checks,
            not_asked,
            left_open,
            requests: facts.requests.clone(),
            comparison: None,
        };
        report.select_account(&facts.setup.selection);
        if facts.is_replay {
            report.drop_commands();
        }
        report.clean();
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

    /// What was recorded elsewhere is not mended by commands about the account of this machine.
    fn drop_commands(&mut self) {
        const CHANGING: [&str; 5] = ["polydoctor fix ", "polydoctor keys ", "chmod ", "git ", "rm "];
        let is_own = |command: &String| CHANGING.iter().any(|begin| command.starts_with(begin));
        let of_checks = self.checks.iter_mut().filter_map(|check| check.fix.as_mut()).map(|fix| &mut fix.commands);
        let of_diagnoses = self.diagnoses.iter_mut().map(|diagnosis| &mut diagnosis.fix.commands);
        of_checks.chain(of_diagnoses).for_each(|commands| commands.retain(|command| !is_own(command)));
        if let Some(next) = &mut self.next_step {
            next.command = next.command.take().filter(|command| !is_own(command));
        }
    }

    /// The check with this id, where the report shows it.
    pub fn check(&self, id: &str) -> Option<&CheckReport> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// How many checks have this status.
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// The cause that the verdict names: where something failed, the first that explains a failure.
    pub fn leading(&self) -> Option<&Diagnosis> {
        leading(&self.diagnoses, &self.checks)
    }

    /// The cause that a reported error points to, where no check has a problem.
    pub fn likely(&self) -> Option<&Diagnosis> {
        self.diagnoses.first().filter(|first| self.start().is_none() && first.certainty != Certainty::Possible)
    }

    /// The check to look at first: what the first diagnosis explains, or else the worst problem.
    pub fn start(&self) -> Option<&CheckReport> {
        let explained = self.leading().into_iter().flat_map(|diagnosis| &diagnosis.explains);
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
        us_key_id: setup.us.as_ref().and_then(|us| us.key_id.as_ref()).map(|id| id.value.clone()),
    }
}

/// `is_partly`: something was not asked although it was wanted, or is open elsewhere.
fn verdict(statuses: &[Status], is_partly: bool) -> Verdict {
    let any = |status| statuses.contains(&status);
    // while a run goes on, nothing that is not asked yet is called right
    let is_open = statuses.iter().any(|status| !status.is_settled());
    if any(Status::Fail) {
        Verdict::Broken
    } else if any(Status::Unknown) || is_open || is_partly {
        Verdict::Incomplete
    } else if any(Status::Warn) {
        Verdict::Degraded
    } else {
        Verdict::Healthy
    }
}
