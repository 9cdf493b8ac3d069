//! Watching an account: what the cheap checks came to, round by round, and what changed.
//!
//! A round asks [`probes`] alone, over facts of its own, so that no judgement rests on facts of two
//! rounds. A round that judges a check otherwise than the last full run is followed by a full run,
//! which alone says how the account stands. Pure: whoever watches runs the engine, hands each report
//! to [`Watch`], and waits for [`pause`] in between.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::checks::{Status, reads_of};
use crate::facts::Facts;
use crate::facts::probe::Probe;
use crate::report::{CheckReport, Report, Selection, Verdict};

/// The checks that are cheap enough to be repeated: time, reach, credentials.
pub const WATCHED: &[&str] =
    &["net.reach", "clock.drift", "creds.derive", "creds.match", "creds.l2", "us.clock", "us.read"];

/// Between two rounds, unless another time is asked for.
pub const USUAL: Duration = Duration::from_secs(30);
/// Nobody watches more often than this.
pub const SHORTEST: Duration = Duration::from_secs(5);
/// So many results of a check are kept.
pub const KEPT: usize = 60;
/// So many changes are kept.
const KEPT_CHANGES: usize = 200;
/// A change is believed when it was seen so often in a row.
const IN_A_ROW: usize = 2;
/// Between a round that found another judgement and the full run that looks again.
pub const SECOND_LOOK: Duration = Duration::from_secs(1);
/// How old what the rounds do not ask may become while all is well, and while something is not.
const FULL_EVERY: Duration = Duration::from_mins(10);
const FULL_EVERY_IN_TROUBLE: Duration = Duration::from_mins(1);
/// Nobody watches less often than this.
pub const LONGEST: Duration = Duration::from_hours(24);

/// What a round asks for: only what the watched checks cannot be judged without.
pub fn probes() -> BTreeSet<Probe> {
    reads_of(WATCHED.iter().copied())
}

/// The watched checks as the facts of a round have them.
pub fn round(facts: &Facts) -> Report {
    Report::by(facts, &Selection::these(WATCHED.iter().copied()))
}

/// Puts the rows of a later report of some checks in the place of theirs.
pub fn refresh(standing: &mut Report, part: &Report) {
    for row in &mut standing.checks {
        if let Some(later) = part.check(row.id).filter(|later| !is_about_the_network(later, row.status)) {
            row.clone_from(later);
        }
    }
}

/// Whether a row of a round stands as it did in the full run.
pub fn stands_alike(row: &CheckReport, before: Status) -> bool {
    row.status == before || is_about_the_network(row, before)
}

/// What keeps the CLOB away is told from the answers of other hosts, too, which a round does not ask.
fn is_about_the_network(row: &CheckReport, before: Status) -> bool {
    let is_away = |status| matches!(status, Status::Fail | Status::Unknown);
    row.id == "net.reach" && row.status != before && is_away(row.status) && is_away(before)
}

/// How long to wait before the next round: a tenth more or less, so that many watchers do not come
/// at once. `random` is any number.
pub fn pause(period: Duration, random: u64) -> Duration {
    let period = period.clamp(SHORTEST, LONGEST);
    let thousandths = u32::try_from(random % 201).unwrap_or_default() + 900;
    (period * thousandths / 1_000).max(SHORTEST)
}

/// What a check came to in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Unix milliseconds.
    pub at_ms: i64,
    pub status: Status,
    pub elapsed_ms: Option<u64>,
}

/// A check that stands otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Unix milliseconds of the round in which it was first seen.
    pub at_ms: i64,
    pub check: &'static str,
    pub from: Status,
    pub to: Status,
    /// What the check says now.
    pub summary: String,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { at_ms, check, from, to, summary } = self;
        write!(f, "{} {check} {} → {}  {summary}", time_of_day(*at_ms), from.word(), to.word())
    }
}

/// Unix milliseconds as the time of day here, such as `14:02:11`.
pub fn time_of_day(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string()
}

/// What watching has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Change(Change),
    /// The verdict: the first, or another one than before.
    Verdict {
        at_ms: i64,
        from: Option<Verdict>,
        to: Verdict,
    },
}

/// What a round came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Round {
    /// Every watched check stands as in the last full run; what this confirms.
    AsBefore(Vec<News>),
    /// One does not: everything has to be asked again.
    Otherwise,
}

/// The rounds so far.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    points: BTreeMap<&'static str, VecDeque<Point>>,
    statuses: BTreeMap<&'static str, Belief<Status>>,
    verdict: Belief<Verdict>,
    changes: VecDeque<Change>,
    /// When the last full run was taken in.
    full_ms: Option<i64>,
}

/// What is believed, and what was seen instead lately.
#[derive(Clone, Debug)]
struct Belief<T> {
    believed: Option<T>,
    /// Another value, since when, and how often in a row.
    other: Option<(T, i64, usize)>,
}

impl<T> Default for Belief<T> {
    fn default() -> Self {
        Self { believed: None, other: None }
    }
}

impl Watch {
    /// Takes in a full run; gives what it confirms. `at_once` believes it without a second look: what
    /// was asked about has changed, such as the settings.
    pub fn take(&mut self, report: &Report, at_ms: i64, at_once: bool) -> Vec<News> {
        let began = self.verdict.believed.is_none();
        self.full_ms = Some(at_ms);
        self.note(report, at_ms);
        let changes = self.believe(report, at_ms, at_once);
        // what has changed and how the account stands are told together
        let verdict = self.verdict.take(report.verdict, at_ms, at_once || !changes.is_empty());
        let from = verdict.map(|(from, since_ms)| (Some(from), since_ms)).or_else(|| began.then_some((None, at_ms)));
        self.tell(changes, from, report.verdict)
    }

    /// Takes in a round, beside the report of the last full run.
    pub fn take_round(&mut self, standing: &Report, round: &Report, at_ms: i64) -> Round {
        self.note(round, at_ms);
        let stands = |row: &&CheckReport| !standing.check(row.id).is_some_and(|check| stands_alike(row, check.status));
        let differing: Vec<_> = round.checks.iter().filter(stands).collect();
        if !differing.is_empty() || self.full_ms.is_none() {
            for check in differing {
                self.statuses.entry(check.id).or_default().take(check.status, at_ms, false);
            }
            return Round::Otherwise;
        }
        let changes = self.believe(standing, at_ms, false);
        let verdict = self.verdict.take(standing.verdict, at_ms, !changes.is_empty());
        let verdict = verdict.map(|(from, since_ms)| (Some(from), since_ms));
        Round::AsBefore(self.tell(changes, verdict, standing.verdict))
    }

    /// Whether the next look has to be at everything: nothing is known, or what the rounds leave out
    /// is too old.
    pub fn is_full_due(&self, now_ms: i64) -> bool {
        let every = match self.verdict.believed {
            Some(Verdict::Healthy) if self.verdict.other.is_none() => FULL_EVERY,
            _ => FULL_EVERY_IN_TROUBLE,
        };
        self.full_ms.is_none_or(|full_ms| u128::from(now_ms.abs_diff(full_ms)) >= every.as_millis())
    }

    fn note(&mut self, report: &Report, at_ms: i64) {
        for check in report.checks.iter().filter(|check| WATCHED.contains(&check.id) && check.status.is_settled()) {
            let points = self.points.entry(check.id).or_default();
            if points.len() == KEPT {
                points.pop_front();
            }
            points.push_back(Point { at_ms, status: check.status, elapsed_ms: check.elapsed_ms });
        }
    }

    fn believe(&mut self, report: &Report, at_ms: i64, at_once: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        for check in report.checks.iter().filter(|check| check.status.is_settled()) {
            let belief = self.statuses.entry(check.id).or_default();
            if let Some((from, since_ms)) = belief.take_status(check.status, at_ms, at_once) {
                let summary = check.summary.clone();
                changes.push(Change { at_ms: since_ms, check: check.id, from, to: check.status, summary });
            }
        }
        changes
    }

    fn tell(&mut self, changes: Vec<Change>, verdict: Option<(Option<Verdict>, i64)>, to: Verdict) -> Vec<News> {
        self.changes.extend(changes.iter().cloned());
        while self.changes.len() > KEPT_CHANGES {
            self.changes.pop_front();
        }
        let verdict = verdict.map(|(from, at_ms)| News::Verdict { at_ms, from, to });
        changes.into_iter().map(News::Change).chain(verdict).collect()
    }

    /// The last results of a check, the oldest first; none for a check that is not watched.
    pub fn points(&self, id: &str) -> impl ExactSizeIterator<Item = &Point> {
        self.points.get(id).map(VecDeque::iter).unwrap_or_default()
    }

    /// The confirmed changes, the oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator {
        self.changes.iter()
    }
}

impl Belief<Status> {
    /// What could not be judged says nothing of the check itself.
    fn take_status(&mut self, status: Status, at_ms: i64, at_once: bool) -> Option<(Status, i64)> {
        if status == Status::Skip { None } else { self.take(status, at_ms, at_once) }
    }
}

impl<T: Copy + PartialEq> Belief<T> {
    /// Takes in what was seen; gives what it changed from, and when that began, once it is believed.
    fn take(&mut self, seen: T, at_ms: i64, at_once: bool) -> Option<(T, i64)> {
        let believed = *self.believed.get_or_insert(seen);
        if believed == seen {
            self.other = None;
            return None;
        }
        let (since_ms, times) = match self.other {
            Some((other, since_ms, times)) if other == seen => (since_ms, times + 1),
            _ => (at_ms, 1),
        };
        if times < IN_A_ROW && !at_once {
            self.other = Some((seen, since_ms, times));
            return None;
        }
        (self.believed, self.other) = (Some(seen), None);
        Some((believed, since_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds statuses one second apart; gives what changed, when and from what.
    fn changes(statuses: &[Status]) -> Vec<(i64, Status)> {
        let mut belief = Belief::default();
        let seen = (0_i64..).zip(statuses);
        seen.filter_map(|(at_s, &status)| belief.take_status(status, at_s * 1_000, false))
            .map(|(from, at_ms)| (at_ms / 1_000, from))
            .collect()
    }

    #[test]
    fn a_change_is_believed_after_two_equal_results() {
        use Status::{Fail, Pass, Skip, Unknown};
        assert_eq!(changes(&[Pass, Pass, Fail, Pass, Fail, Pass]), []);
        assert_eq!(changes(&[Pass, Fail, Fail, Fail, Pass, Pass]), [(1, Pass), (4, Fail)]);
        assert_eq!(changes(&[Pass, Fail, Unknown, Unknown]), [(2, Pass)]);
        assert_eq!(changes(&[Pass, Fail, Skip, Fail]), [(1, Pass)], "a skipped round neither confirms nor denies");
        assert_eq!(changes(&[Skip, Fail, Fail]), [], "the first result is where it begins");
    }

    /// A report in which creds.l2 and funds.balance stand like this.
    fn report(l2: Status, balance: Status) -> Report {
        let facts = Facts { started_ms: 1, elapsed_ms: Some(1), ..Facts::default() };
        let mut report = Report::of(&facts);
        for check in &mut report.checks {
            check.status = match check.id {
                "creds.l2" => l2,
                "funds.balance" => balance,
                _ => Status::Pass,
            };
        }
        let worst = report.checks.iter().any(|check| check.status == Status::Fail);
        report.verdict = if worst { Verdict::Broken } else { Verdict::Healthy };
        report
    }

    fn round_of(l2: Status) -> Report {
        let mut round = report(l2, Status::Pass);
        round.checks.retain(|check| WATCHED.contains(&check.id));
        round
    }

    fn told(news: &[News]) -> Vec<String> {
        let said = |news: &News| match news {
            News::Change(Change { at_ms, check, from, to, .. }) => format!("{at_ms} {check} {from:?} {to:?}"),
            News::Verdict { at_ms, from, to } => format!("{at_ms} {from:?} {to:?}"),
        };
        news.iter().map(said).collect()
    }

    #[test]
    fn a_change_is_told_with_the_verdict_that_it_leads_to() {
        use Status::{Fail, Pass};
        let (well, ill) = (report(Pass, Pass), report(Fail, Pass));
        let mut watch = Watch::default();
        assert_eq!(told(&watch.take(&well, 0, false)), ["0 None Healthy"]);
        assert_eq!(watch.take_round(&well, &round_of(Pass), 1), Round::AsBefore(vec![]));
        assert_eq!(watch.take_round(&well, &round_of(Fail), 2), Round::Otherwise);
        assert_eq!(told(&watch.take(&ill, 3, false)), ["2 creds.l2 Pass Fail", "3 Some(Healthy) Broken"]);
        assert_eq!(watch.take_round(&ill, &round_of(Fail), 4), Round::AsBefore(vec![]));
        assert_eq!(watch.take_round(&ill, &round_of(Pass), 5), Round::Otherwise);
        assert_eq!(told(&watch.take(&well, 6, false)), ["5 creds.l2 Fail Pass", "6 Some(Broken) Healthy"]);
        assert_eq!(watch.changes().len(), 2);
        assert_eq!(watch.points("creds.l2").len(), 7, "rounds and full runs are both results");
    }

    #[test]
    fn what_a_second_look_does_not_see_is_not_told() {
        use Status::{Fail, Pass};
        let well = report(Pass, Pass);
        let mut watch = Watch::default();
        watch.take(&well, 0, false);
        assert_eq!(watch.take_round(&well, &round_of(Fail), 1), Round::Otherwise);
        assert_eq!(watch.take(&well, 2, false), []);
        assert_eq!(watch.take_round(&well, &round_of(Fail), 3), Round::Otherwise);
        assert_eq!(watch.take(&well, 4, false), []);
    }

    #[test]
    fn what_rounds_do_not_ask_is_told_once_a_round_agrees_and_after_other_settings_at_once() {
        use Status::{Fail, Pass};
        let (well, poor) = (report(Pass, Pass), report(Pass, Fail));
        let mut watch = Watch::default();
        watch.take(&well, 0, false);
        assert_eq!(watch.take(&poor, 1, false), []);
        let Round::AsBefore(news) = watch.take_round(&poor, &round_of(Pass), 2) else { panic!("it agrees") };
        assert_eq!(told(&news), ["1 funds.balance Pass Fail", "1 Some(Healthy) Broken"]);
        assert_eq!(told(&watch.take(&well, 3, true)), ["3 funds.balance Fail Pass", "3 Some(Broken) Healthy"]);
    }

    #[test]
    fn everything_is_asked_again_when_it_is_old() {
        use Status::{Fail, Pass};
        let mut watch = Watch::default();
        assert!(watch.is_full_due(0));
        watch.take(&report(Pass, Pass), 0, false);
        assert!(!watch.is_full_due(599_999) && watch.is_full_due(600_000));
        watch.take(&report(Pass, Fail), 600_000, true);
        assert!(!watch.is_full_due(659_999) && watch.is_full_due(660_000), "sooner while something is wrong");
    }

    #[test]
    fn only_the_last_results_are_kept() {
        let mut watch = Watch::default();
        for at_ms in 0..100 {
            watch.take(&report(Status::Pass, Status::Pass), at_ms, false);
        }
        let points: Vec<_> = watch.points("creds.l2").collect();
        assert_eq!((points.len(), points[0].at_ms), (KEPT, 40));
        assert_eq!(watch.points("funds.balance").len(), 0);
    }

    #[test]
    fn pauses_differ_and_are_never_too_short() {
        let pauses: BTreeSet<Duration> = (0..1_000).map(|random| pause(USUAL, random)).collect();
        assert!(pauses.len() > 100);
        assert!(pauses.iter().all(|pause| (27.0..=33.0).contains(&pause.as_secs_f64())), "{pauses:?}");
        assert!((0..1_000).all(|random| pause(Duration::ZERO, random) >= SHORTEST));
        assert!((0..1_000).all(|random| pause(Duration::MAX, random) <= LONGEST * 2));
    }

    #[test]
    fn only_cheap_probes_are_repeated() {
        let probes = probes();
        assert!(probes.contains(&Probe::ServerTime) && probes.contains(&Probe::ConfiguredCredentials));
        assert!(!probes.contains(&Probe::Chain) && !probes.contains(&Probe::BuilderTrades));
    }
}
