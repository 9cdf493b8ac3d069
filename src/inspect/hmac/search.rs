//! The order in which variants are tried, on as many processors as there are.

use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use hmac::Mac as _;

use super::{KeyVariant, Match, Searched, Space, Variant};
use crate::cause::Cause;

/// Dimensions that go wrong together (0 is the key, then the parts), the most plausible first.
const PAIRS: [[usize; 2]; 10] = [[0, 1], [1, 3], [0, 3], [3, 4], [1, 4], [0, 4], [0, 2], [1, 2], [2, 3], [2, 4]];
/// Bytes hashed before the search for two mistakes gives up: of a request of one kilobyte, every pair with a common
/// mistake in it, and a few milliseconds.
const MOST_BYTES: usize = 9 << 19;
/// The same of a larger body, for which so many pairs are tried.
const MOST_BYTES_OF_LARGE: usize = 12 << 20;
const PAIRS_OF_LARGE: usize = 3500;
/// The same for each search for one mistake beside another time or another layout.
const MOST_BYTES_BESIDE: usize = 3 << 18;
/// The same for one mistake; only the largest bodies get there.
const MOST_BYTES_OF_ONE: usize = 64 << 20;
/// What an HMAC costs beside its message.
const OVERHEAD: usize = 192;
/// Signed so many seconds before or after the header's time at most.
const SECONDS_APART: i64 = 120;
/// The same where something else is wrong, too.
const SECONDS_BESIDE: i64 = 8;
/// Bytes that are worth threads of their own: half a millisecond.
const LEAST_ON_THREADS: usize = 512 << 10;
/// More processors than these are of no use for so little work.
const MOST_THREADS: usize = 8;
/// Attempts that a thread takes at once.
const AT_ONCE: usize = 8;

static PROCESSORS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS));

/// Indices of a key and of four parts.
type Choice = [usize; 5];

/// Choices that have everything before the body in common.
struct Row {
    /// Key, timestamp, method and path.
    before: [usize; 4],
    bodies: Range<usize>,
}

impl Space {
    fn length(&self, dimension: usize) -> usize {
        if dimension == 0 { self.keys.len() } else { self.parts[dimension - 1].len() }
    }

    /// How many of the first are right.
    fn right(&self, dimension: usize) -> usize {
        match dimension {
            0 => self.keys.iter().take_while(|key| key.cause.is_none()).count(),
            _ => self.parts[dimension - 1].iter().take_while(|part| part.cause.is_none()).count(),
        }
    }

    /// Searches for the 32 bytes: no mistake, one, then the seconds around the header's and the layout of the
    /// message, then two.
    pub(in crate::inspect) fn search(&self, target: &[u8; 32]) -> Searched<'_> {
        if self.keys.is_empty() {
            return Searched::NoKey;
        }
        let right = self.rows([&[][..]], MOST_BYTES_OF_ONE);
        let one = || self.rows([&[0][..], &[1], &[2], &[3], &[4]], MOST_BYTES_OF_ONE);
        let found = self.first(&right, target).or_else(|| self.first(&one(), target));
        if let Some(choice) = found {
            return Searched::Found(Box::new(self.at(choice)));
        }
        if let Some(found) = self.other_seconds(target).or_else(|| self.in_other_layout(target)) {
            return Searched::Found(Box::new(found));
        }
        let length = self.parts[3].first().map_or(0, |body| body.text.len());
        let most = (PAIRS_OF_LARGE * (OVERHEAD + length)).clamp(MOST_BYTES, MOST_BYTES_OF_LARGE);
        let two = self.rows(PAIRS.iter().map(<[usize; 2]>::as_slice), most);
        if let Some(choice) = self.first(&two, target) {
            return Searched::Found(Box::new(self.at(choice)));
        }
        match self.seconds_and_another(target).or_else(|| self.layout_and_another(target)) {
            Some(found) => Searched::Found(Box::new(found)),
            None => Searched::Nothing { is_whole: two.is_whole },
        }
    }

    fn is_common(&self, dimension: usize, place: usize) -> bool {
        match dimension {
            0 => self.keys[place].is_common,
            _ => self.parts[dimension - 1][place].is_common,
        }
    }

    /// Of a dimension, the wrong ones that are common, or the others.
    fn wrong(&self, dimension: usize, is_common: bool) -> Range<usize> {
        let (right, length) = (self.right(dimension), self.length(dimension));
        // they come first
        let end = (right..length).find(|place| !self.is_common(dimension, *place)).unwrap_or(length);
        if is_common { right..end } else { end..length }
    }

    /// The right key and parts with one of them wrong, the common ones first; as many as may be tried so many times.
    pub(super) fn with_one(&self, times: usize) -> Vec<(&KeyVariant, [&Variant; 4])> {
        let Some(key) = self.keys.first().filter(|key| key.cause.is_none()) else { return Vec::new() };
        let Some(parts) = self.first_parts() else { return Vec::new() };
        let mut all = Vec::new();
        let mut bytes = 0;
        for is_common in [true, false] {
            let keys = self.wrong(0, is_common).map(|place| (&self.keys[place], parts));
            let others = (1..5).flat_map(|dimension| {
                self.wrong(dimension, is_common).map(move |place| {
                    let mut parts = parts;
                    parts[dimension - 1] = &self.parts[dimension - 1][place];
                    (key, parts)
                })
            });
            for (key, parts) in keys.chain(others) {
                bytes += times * (OVERHEAD + parts[3].text.len());
                if bytes > MOST_BYTES_BESIDE {
                    return all;
                }
                all.push((key, parts));
            }
        }
        all
    }

    pub(super) fn first_parts(&self) -> Option<[&Variant; 4]> {
        let [timestamp, method, path, body] = self.parts.each_ref().map(|variants| variants.first());
        Some([timestamp?, method?, path?, body?])
    }

    /// Every choice that is wrong in these dimensions and right in the others, for each set of dimensions; those
    /// with something common in them first.
    fn rows<'a>(&self, all: impl IntoIterator<Item = &'a [usize]>, most: usize) -> Rows {
        let all: Vec<&[usize]> = all.into_iter().collect();
        let mut rows = Rows { all: Vec::new(), bytes: 0, is_whole: true };
        // of two wrong dimensions: both, the first, the second, none of them common
        let ways: &[[bool; 2]] = &[[true, true], [true, false], [false, true], [false, false]];
        for (number, way) in ways.iter().enumerate() {
            for wrong in &all {
                if number >= 1 << wrong.len() {
                    continue;
                }
                let is_common = |place: usize| if wrong.len() == 1 { number == 0 } else { way[place] };
                let range = |dimension: usize| match wrong.iter().position(|wrong| *wrong == dimension) {
                    Some(place) => self.wrong(dimension, is_common(place)),
                    None => 0..self.right(dimension),
                };
                if !self.add_rows([0, 1, 2, 3, 4].map(range), most, &mut rows) {
                    return Rows { is_whole: false, ..rows };
                }
            }
        }
        rows
    }

    /// Whether there was room for all of them.
    fn add_rows(
        &self,
        [keys, timestamps, methods, paths, bodies]: [Range<usize>; 5],
        most: usize,
        to: &mut Rows,
    ) -> bool {
        let bytes: usize = self.parts[3][bodies.clone()].iter().map(|body| OVERHEAD + body.text.len()).sum();
        for key in keys {
            for timestamp in timestamps.clone() {
                for method in methods.clone() {
                    for path in paths.clone() {
                        if to.bytes > most {
                            return false;
                        }
                        to.bytes += bytes;
                        to.all.push(Row { before: [key, timestamp, method, path], bodies: bodies.clone() });
                    }
                }
            }
        }
        true
    }

    /// The first choice that gives these bytes.
    fn first(&self, Rows { all, bytes, .. }: &Rows, target: &[u8; 32]) -> Option<Choice> {
        first_of(all.len(), *bytes, |place| self.in_row(&all[place], target))
    }

    fn in_row(&self, Row { before: [key, parts @ ..], bodies }: &Row, target: &[u8; 32]) -> Option<Choice> {
        let mut before = self.keys[*key].mac.clone();
        for (variants, place) in self.parts.iter().zip(parts) {
            before.update(variants[*place].text.as_bytes());
        }
        let body = bodies.clone().find(|body| {
            let mac = before.clone().chain_update(self.parts[3][*body].text.as_bytes());
            mac.finalize().into_bytes().as_slice() == target
        })?;
        let [timestamp, method, path] = *parts;
        Some([*key, timestamp, method, path, body])
    }

    fn at(&self, [key, parts @ ..]: Choice) -> Match<'_> {
        let mut parts = parts.into_iter();
        let parts = self.parts.each_ref().map(|variants| variants[parts.next().unwrap_or(0)].clone());
        Match { key: &self.keys[key], parts, layout: None }
    }

    /// Signed at a time that is not the header's: some seconds apart, or with its milliseconds.
    fn other_seconds(&self, target: &[u8; 32]) -> Option<Match<'_>> {
        let key = self.keys.first().filter(|key| key.cause.is_none())?;
        let parts = self.first_parts()?;
        let times = apart(parts[0], SECONDS_APART)?;
        let milliseconds = milliseconds(parts[0]).into_iter().flatten();
        let times: Vec<(i64, Cause)> = times.chain(milliseconds).collect();
        at_times(&times, &[(key, parts)], target)
    }

    /// The timestamps that are some seconds apart from the header's, where something else may be wrong, too.
    pub(super) fn near_timestamps(&self) -> Vec<Variant> {
        let times = self.parts[0].first().and_then(|timestamp| apart(timestamp, SECONDS_BESIDE));
        times.into_iter().flatten().map(|(time, cause)| at_time(time, cause)).collect()
    }

    /// The same of fewer seconds, with a mistake beside it.
    fn seconds_and_another(&self, target: &[u8; 32]) -> Option<Match<'_>> {
        let timestamp = self.parts[0].first()?;
        let seconds: Vec<(i64, Cause)> = apart(timestamp, SECONDS_BESIDE)?.collect();
        let milliseconds: Vec<(i64, Cause)> = milliseconds(timestamp)?.collect();
        [seconds, milliseconds].into_iter().find_map(|times| {
            let mut others = self.with_one(times.len());
            others.retain(|(_, parts)| parts[0].cause.is_none());
            at_times(&times, &others, target)
        })
    }
}

/// The first of these times and parts that gives the bytes.
fn at_times<'a>(
    times: &[(i64, Cause)],
    others: &[(&'a KeyVariant, [&'a Variant; 4])],
    target: &[u8; 32],
) -> Option<Match<'a>> {
    let bytes = others.iter().map(|(_, parts)| OVERHEAD + parts[3].text.len()).sum::<usize>() * times.len();
    let (time, place) = first_of(times.len(), bytes, |number| {
        let time = times[number].0.to_string();
        let place = others.iter().position(|(key, parts)| {
            let mut mac = key.mac.clone().chain_update(&time);
            parts[1..].iter().for_each(|part| mac.update(part.text.as_bytes()));
            mac.finalize().into_bytes().as_slice() == target
        })?;
        Some((number, place))
    })?;
    let ((time, cause), (key, parts)) = (times[time], others[place]);
    let mut parts = parts.map(Variant::clone);
    parts[0] = at_time(time, cause);
    Some(Match { key, parts, layout: None })
}

fn at_time(time: i64, cause: Cause) -> Variant {
    let words = if cause == Cause::TimestampUnit {
        format!("the time in milliseconds, {time}")
    } else {
        format!("a different time, {time}")
    };
    Variant::wrong(cause, time.to_string(), words)
}

/// Times some seconds before and after; the nearest first. `None` where the text is no number.
fn apart(timestamp: &Variant, most: i64) -> Option<impl Iterator<Item = (i64, Cause)>> {
    let given: i64 = timestamp.text.parse().ok()?;
    let apart = (1..=most).flat_map(move |apart| [given.saturating_sub(apart), given.saturating_add(apart)]);
    Some(apart.map(|time| (time, Cause::TimestampStale)))
}

/// Every millisecond of a second. `None` where the text is no number.
fn milliseconds(timestamp: &Variant) -> Option<impl Iterator<Item = (i64, Cause)>> {
    let given = timestamp.text.parse::<i64>().ok()?.saturating_mul(1000);
    Some((0..1000).map(move |rest| (given.saturating_add(rest), Cause::TimestampUnit)))
}

/// What the first attempt gives that gives anything; on threads where that is worth it.
fn first_of<T: Send>(count: usize, bytes: usize, attempt: impl Fn(usize) -> Option<T> + Sync) -> Option<T> {
    if bytes < LEAST_ON_THREADS || *PROCESSORS < 2 {
        return (0..count).find_map(attempt);
    }
    let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let work = || {
        loop {
            let start = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            // what comes behind the first is of no use
            if start >= count || start > found.load(Ordering::Relaxed) {
                return None;
            }
            let mut some = start..count.min(start + AT_ONCE);
            if let Some(got) = some.find_map(|place| Some((place, attempt(place)?))) {
                found.fetch_min(got.0, Ordering::Relaxed);
                return Some(got);
            }
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..*PROCESSORS).map(|_| scope.spawn(work)).collect();
        let own = work();
        // no thread panics
        let others = others.into_iter().filter_map(|thread| thread.join().ok().flatten());
        others.chain(own).min_by_key(|(place, _)| *place).map(|(_, got)| got)
    })
}

/// Rows to try, in this order.
struct Rows {
    all: Vec<Row>,
    /// Bytes that all of them hash.
    bytes: usize,
    /// Whether none was left out.
    is_whole: bool,
}
