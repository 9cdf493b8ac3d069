//! How far this clock is from the server's: intersection of intervals.
//!
//! The server says whole seconds, cut off, so one reading bounds the drift to an interval one
//! second and a round trip wide. The true drift lies in all of them.

use super::ClockReading;

/// This clock minus the server's, in seconds: positive when this clock is ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// The lower end of what the readings allow.
    pub low_s: f64,
    /// The upper end of what the readings allow.
    pub high_s: f64,
}

impl Drift {
    /// The best guess: the middle of the interval.
    pub fn middle_s(self) -> f64 {
        f64::midpoint(self.low_s, self.high_s)
    }

    /// Half the width of the interval.
    pub fn uncertainty_s(self) -> f64 {
        (self.high_s - self.low_s) / 2.0
    }

    /// The least that the clocks differ for certain; 0 when they may agree.
    pub fn at_least_s(self) -> f64 {
        if self.low_s > 0.0 { self.low_s } else { (-self.high_s).max(0.0) }
    }

    /// The most that the clocks differ.
    pub fn at_most_s(self) -> f64 {
        self.middle_s().abs() + self.uncertainty_s()
    }

    /// Whether requests are worth stamping with the server's time.
    pub fn is_noticeable(self) -> bool {
        const TOLERATED_S: f64 = 2.0;
        self.at_least_s() > TOLERATED_S
    }

    /// What one reading allows.
    pub fn of(reading: &ClockReading) -> Self {
        // whole seconds below 2^53 are exact
        #[allow(clippy::cast_precision_loss)]
        let server_s = reading.server_s as f64;
        Self { low_s: reading.sent_s - (server_s + 1.0), high_s: reading.received_s - server_s }
    }

    fn and(self, other: Self) -> Option<Self> {
        let both = Self { low_s: self.low_s.max(other.low_s), high_s: self.high_s.min(other.high_s) };
        both.is_possible().then_some(both)
    }

    /// An answer does not come before its question, unless this clock was set back in between.
    fn is_possible(self) -> bool {
        self.low_s < self.high_s
    }
}

/// The drift that all readings allow.
///
/// A `Date` header may come from a machine in between: where the headers contradict `/time`, only
/// `/time` counts. `None` without a reading of `/time`.
pub fn drift(readings: &[ClockReading]) -> Option<Drift> {
    let readings = || readings.iter().filter(|reading| Drift::of(reading).is_possible());
    let own = intersect(readings().filter(|reading| reading.from_time))?;
    let all = intersect(readings());
    Some(all.and_then(|all| all.and(own)).unwrap_or(own))
}

/// The drift that the `Date` headers alone allow, of a service that says its time nowhere else. Where they
/// contradict each other, the last one counts. `None` without any.
pub fn by_headers(readings: &[ClockReading]) -> Option<Drift> {
    let possible = || readings.iter().filter(|reading| Drift::of(reading).is_possible());
    intersect(possible()).or_else(|| possible().next_back().map(Drift::of))
}

/// What is left of the drift after each reading, with those before it.
///
/// A `/time` that contradicts them shows that a clock was set, and begins anew. `None` for what is left
/// out: a `Date` header that contradicts them, and an answer that came before its question.
pub fn narrowed(readings: &[ClockReading]) -> Vec<Option<Drift>> {
    let mut known: Option<Drift> = None;
    let mut narrow = |reading: &ClockReading| {
        let own = Some(Drift::of(reading)).filter(|own| own.is_possible())?;
        match (known.map_or(Some(own), |known| known.and(own)), reading.from_time) {
            (Some(both), _) => known = Some(both),
            (None, true) => known = Some(own),
            (None, false) => return None,
        }
        known
    };
    readings.iter().map(&mut narrow).collect()
}

/// How many seconds a reading of `/time` is apart from what these leave, where the two have nothing in
/// common: a clock was set since, or another server of the service answered.
pub fn contradiction(readings: &[ClockReading], since: &ClockReading) -> Option<f64> {
    let (known, own) = (drift(readings)?, Drift::of(since));
    let contradicts = since.from_time && own.is_possible() && known.and(own).is_none();
    contradicts.then(|| (known.middle_s() - own.middle_s()).abs())
}

/// Seconds to wait until a request halves what is uncertain: sent then, it reaches the server as its
/// second turns, by the middle of what is known. At least `least_s`.
pub fn wait_for_turn(now_s: f64, drift: Drift, round_trip_s: f64, least_s: f64) -> f64 {
    let turn = drift.middle_s() - round_trip_s / 2.0;
    least_s + (turn - now_s - least_s).rem_euclid(1.0)
}

fn intersect<'a>(mut readings: impl Iterator<Item = &'a ClockReading>) -> Option<Drift> {
    let first = Drift::of(readings.next()?);
    readings.try_fold(first, |known, reading| known.and(Drift::of(reading)))
}

/// A length of time as people say it; coarser the longer it is.
pub(crate) fn humanize(seconds: f64) -> String {
    const HOUR: f64 = 3600.0;
    match seconds {
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} minutes", seconds / 60.0),
        ..172_800.0 => format!("{:.0} hours", seconds / HOUR),
        _ => format!("{:.0} days", seconds / (24.0 * HOUR)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(server_s: i64, sent_s: f64, received_s: f64, from_time: bool) -> ClockReading {
        ClockReading { server_s, sent_s, received_s, from_time }
    }

    #[test]
    fn readings_narrow_the_drift() {
        let one = drift(&[reading(100, 100.4, 100.5, true)]).unwrap();
        assert!((one.low_s - -0.6).abs() < 1e-9 && (one.high_s - 0.5).abs() < 1e-9, "{one:?}");
        assert!(one.at_least_s() < 1e-9);
        let two = drift(&[reading(100, 100.4, 100.5, true), reading(100, 100.9, 100.95, false)]).unwrap();
        assert!(two.uncertainty_s() < one.uncertainty_s());
    }

    #[test]
    fn ahead_is_positive() {
        let ahead = drift(&[reading(100, 340.0, 340.1, true)]).unwrap();
        assert!(ahead.middle_s() > 239.0 && ahead.at_least_s() > 238.9);
        let behind = drift(&[reading(100, 40.0, 40.1, true)]).unwrap();
        assert!(behind.middle_s() < -59.0 && behind.at_least_s() > 59.0);
    }

    #[test]
    fn readings_at_the_turn_of_a_second_halve_what_is_uncertain() {
        let (drift, round_trip_s) = (3.37, 0.02);
        let mut now_s = 1_000.0;
        let mut readings: Vec<ClockReading> = Vec::new();
        for _ in 0..6 {
            let known = narrowed(&readings).last().copied().flatten();
            now_s += known.map_or(0.0, |known| wait_for_turn(now_s, known, round_trip_s, 0.25));
            #[allow(clippy::cast_possible_truncation)]
            let server_s = (now_s + round_trip_s / 2.0 - drift).floor() as i64;
            readings.push(reading(server_s, now_s, now_s + round_trip_s, true));
            now_s += round_trip_s;
        }
        let left = narrowed(&readings).last().copied().flatten().unwrap();
        assert!(left.low_s <= drift && drift <= left.high_s && left.uncertainty_s() < 0.04, "{left:?}");
        assert!(now_s < 1_008.0, "six readings took {} s", now_s - 1_000.0);
    }

    #[test]
    fn a_clock_that_is_set_begins_anew_and_a_wrong_header_does_not() {
        let steady = reading(100, 100.4, 100.5, true);
        let left = narrowed(&[steady, reading(900, 100.6, 100.7, false), reading(101, 161.5, 161.6, true)]);
        assert_eq!(left[1], None);
        assert!(left[0].unwrap().at_least_s() < 1e-9 && left[2].unwrap().at_least_s() > 59.0);
    }

    #[test]
    fn a_reading_during_which_this_clock_was_set_back_says_nothing() {
        let reversed = reading(100, 160.4, 98.2, true);
        assert_eq!(drift(&[reversed]), None);
        let steady = reading(100, 100.4, 100.5, true);
        let left = narrowed(&[steady, reversed, reading(102, 102.4, 102.5, true)]);
        assert_eq!(left[1], None);
        assert!(left[2].unwrap().low_s < left[2].unwrap().high_s, "{left:?}");
        assert_eq!(drift(&[reversed, steady]), drift(&[steady]));
    }

    #[test]
    fn a_clock_that_was_set_is_told_from_servers_that_differ() {
        let off = reading(100, 140.4, 140.5, true);
        assert!(contradiction(&[off], &reading(101, 101.4, 101.5, true)).is_some_and(|apart_s| apart_s > 39.0));
        assert!(contradiction(&[off], &reading(101, 142.55, 142.6, true)).is_some_and(|apart_s| apart_s < 1.2));
        assert_eq!(contradiction(&[off], &reading(101, 141.9, 142.0, true)), None);
        let header = reading(101, 101.4, 101.5, false);
        assert_eq!(contradiction(&[off], &header), None, "a header may come from a machine in between");
        assert_eq!(contradiction(&[], &off), None);
    }

    #[test]
    fn headers_alone_say_the_drift_and_the_last_one_where_they_differ() {
        assert_eq!(by_headers(&[]), None);
        let off = by_headers(&[reading(100, 140.4, 140.5, false), reading(101, 141.2, 141.3, false)]).unwrap();
        assert!(off.middle_s() > 39.0 && off.uncertainty_s() < 0.5, "{off:?}");
        let set = by_headers(&[reading(100, 140.4, 140.5, false), reading(101, 101.2, 101.3, false)]).unwrap();
        assert!(set.at_least_s() < 1e-9, "{set:?}");
    }

    #[test]
    fn a_header_that_contradicts_the_server_is_left_out() {
        let own = drift(&[reading(100, 100.4, 100.5, true), reading(900, 100.4, 100.5, false)]).unwrap();
        assert!(own.at_least_s() < 1e-9);
        assert_eq!(drift(&[reading(900, 100.4, 100.5, false)]), None);
    }
}
