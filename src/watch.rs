//! Watching an account: what the cheap checks came to, round by round, and what changed.
//!
//! Pure: whoever watches runs the engine over [`probes`], hands each report to [`Watch::take`], and
//! waits for [`pause`] in between.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::checks::{Status, reads_of};
use crate::engine::probe::Probe;
use crate::report::Report;

/// The checks that are cheap enough to be repeated: time, reach, credentials.
pub const WATCHED: &[&str] = &["net.reach", "clock.drift", "creds.derive", "creds.match", "creds.l2"];

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

/// What a round asks for: only what the watched checks cannot be judged without.
pub fn probes() -> BTreeSet<Probe> {
    reads_of(WATCHED.iter().copied())
}

/// How long to wait before the next round: a tenth more or less, so that many watchers do not come
/// at once. `random` is any number.
pub fn pause(period: Duration, random: u64) -> Duration {
    let period = period.max(SHORTEST);
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

/// The rounds so far.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    histories: BTreeMap<&'static str, History>,
    changes: VecDeque<Change>,
}

/// What one check came to so far.
#[derive(Clone, Debug, Default)]
struct History {
    points: VecDeque<Point>,
    /// How it is believed to stand.
    believed: Option<Status>,
    /// Another status, since when, and how often in a row.
    other: Option<(Status, i64, usize)>,
}

impl Watch {
    /// Takes in the report of a round; gives the changes that it confirms.
    pub fn take(&mut self, report: &Report, at_ms: i64) -> Vec<Change> {
        let mut confirmed = Vec::new();
        for &id in WATCHED {
            let Some(check) = report.check(id).filter(|check| check.status.is_settled()) else { continue };
            let history = self.histories.entry(id).or_default();
            let point = Point { at_ms, status: check.status, elapsed_ms: check.elapsed_ms };
            if let Some((from, at_ms)) = history.take(point) {
                let summary = check.summary.clone();
                confirmed.push(Change { at_ms, check: id, from, to: check.status, summary });
            }
        }
        self.changes.extend(confirmed.iter().cloned());
        while self.changes.len() > KEPT_CHANGES {
            self.changes.pop_front();
        }
        confirmed
    }

    /// The last results of a check, the oldest first; none for a check that is not watched.
    pub fn points(&self, id: &str) -> impl ExactSizeIterator<Item = &Point> {
        self.histories.get(id).map(|history| history.points.iter()).unwrap_or_default()
    }

    /// The confirmed changes, the oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator {
        self.changes.iter()
    }
}

impl History {
    /// Takes in a result; gives what it changed from, and when that began, once it is believed.
    fn take(&mut self, point: Point) -> Option<(Status, i64)> {
        if self.points.len() == KEPT {
            self.points.pop_front();
        }
        self.points.push_back(point);
        // what could not be judged says nothing of the check itself
        if point.status == Status::Skip {
            return None;
        }
        let believed = *self.believed.get_or_insert(point.status);
        if believed == point.status {
            self.other = None;
            return None;
        }
        let (since_ms, times) = match self.other {
            Some((status, since_ms, times)) if status == point.status => (since_ms, times + 1),
            _ => (point.at_ms, 1),
        };
        if times < IN_A_ROW {
            self.other = Some((point.status, since_ms, times));
            return None;
        }
        (self.believed, self.other) = (Some(point.status), None);
        Some((believed, since_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds statuses one second apart; gives what changed, when and from what.
    fn changes(statuses: &[Status]) -> Vec<(i64, Status)> {
        let mut history = History::default();
        let points = (0_i64..).zip(statuses);
        points
            .filter_map(|(at_s, &status)| history.take(Point { at_ms: at_s * 1_000, status, elapsed_ms: None }))
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

    #[test]
    fn only_the_last_results_are_kept() {
        let mut history = History::default();
        for at_ms in 0..100 {
            history.take(Point { at_ms, status: Status::Pass, elapsed_ms: None });
        }
        assert_eq!(history.points.len(), KEPT);
        assert_eq!(history.points[0].at_ms, 40);
    }

    #[test]
    fn pauses_differ_and_are_never_too_short() {
        let pauses: BTreeSet<Duration> = (0..1_000).map(|random| pause(USUAL, random)).collect();
        assert!(pauses.len() > 100);
        assert!(pauses.iter().all(|pause| (27.0..=33.0).contains(&pause.as_secs_f64())), "{pauses:?}");
        assert!((0..1_000).all(|random| pause(Duration::ZERO, random) >= SHORTEST));
    }

    #[test]
    fn only_cheap_probes_are_repeated() {
        let probes = probes();
        assert!(probes.contains(&Probe::ServerTime) && probes.contains(&Probe::ConfiguredCredentials));
        assert!(!probes.contains(&Probe::Chain) && !probes.contains(&Probe::BuilderTrades));
    }
}
