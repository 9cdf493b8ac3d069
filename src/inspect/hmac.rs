//! The search for what an HMAC signature was made over: every known mistake, and two of them at once.

mod bodies;
mod keys;
mod paths;
mod words;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub(super) use keys::Owner;
pub(super) use words::Encoding;

use super::known::Known;
use super::reading::{Fidelity, Request, Target};
use crate::cause::Cause;

/// Dimensions that go wrong together (0 is the key, then the parts), the most plausible first.
const PAIRS: [[usize; 2]; 10] = [[0, 1], [1, 3], [0, 3], [3, 4], [1, 4], [0, 4], [0, 2], [1, 2], [2, 3], [2, 4]];
/// Bytes hashed before the search for two mistakes gives up: a few milliseconds.
const MOST_BYTES: usize = 6 << 20;
/// The same for one mistake; only the largest bodies get there.
const MOST_BYTES_OF_ONE: usize = 64 << 20;
/// What an HMAC costs beside its message.
const OVERHEAD: usize = 192;
/// Signed so many seconds before or after the header's time at most.
const SECONDS_APART: i64 = 120;

/// A text that may have been signed in the place of one part of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) text: String,
    /// None: it is right, or may be.
    pub(super) cause: Option<Cause>,
    /// What it is, to stand behind "signed with".
    pub(super) words: String,
}

impl Variant {
    fn right(text: impl Into<String>, words: impl Into<String>) -> Self {
        Self { text: text.into(), cause: None, words: words.into() }
    }

    fn wrong(cause: Cause, text: impl Into<String>, words: impl Into<String>) -> Self {
        Self { text: text.into(), cause: Some(cause), words: words.into() }
    }
}

/// A key that may have signed.
pub(super) struct KeyVariant {
    mac: Hmac<Sha256>,
    pub(super) cause: Option<Cause>,
    pub(super) words: String,
    pub(super) owner: Owner,
}

/// All that may have been signed, part by part; in each the right ones come first.
pub(super) struct Space {
    keys: Vec<KeyVariant>,
    /// Timestamp, method, path, body.
    parts: [Vec<Variant>; 4],
}

/// The variant that gives the captured signature.
#[derive(Clone)]
pub(super) struct Match<'a> {
    pub(super) key: &'a KeyVariant,
    /// Timestamp, method, path, body.
    pub(super) parts: [Variant; 4],
}

impl Match<'_> {
    /// The mistakes in it.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = (Cause, &str)> {
        let key = self.key.cause.map(|cause| (cause, self.key.words.as_str()));
        key.into_iter().chain(self.parts.iter().filter_map(|part| Some((part.cause?, part.words.as_str()))))
    }
}

/// What the search came to.
pub(super) enum Searched<'a> {
    Found(Box<Match<'a>>),
    /// Nothing gives it. `is_whole`: pairs of mistakes were all tried.
    Nothing {
        is_whole: bool,
    },
    /// There is no key to search with.
    NoKey,
}

/// Indices of a key and of four parts.
type Choice = [usize; 5];

impl Space {
    /// `timestamp` is the header's text; `owner` whose secret should have signed.
    pub(super) fn of(request: &Request, timestamp: &str, owner: Owner, known: &Known) -> Self {
        let keys = keys::keys(known, owner);
        let paths = match &request.target {
            Some(target) => paths::paths(target),
            None => paths::endpoints(),
        };
        let bodies = bodies::bodies(request.body.as_deref(), request.fidelity);
        let mut parts = [timestamps(timestamp), methods(request), paths, bodies];
        for variants in &mut parts {
            // a text that is right in one reading is no mistake in another
            let mut seen = std::collections::BTreeSet::new();
            variants.sort_by_key(|variant| variant.cause.is_some());
            variants.retain(|variant| seen.insert(variant.text.clone()));
        }
        Self { keys, parts }
    }

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

    /// Searches for the 32 bytes: no mistake, one, then two; then the seconds around the header's.
    pub(super) fn search(&self, target: &[u8; 32]) -> Searched<'_> {
        if self.keys.is_empty() {
            return Searched::NoKey;
        }
        let mut spent = 0;
        let mut found = |wrong: &[usize], most: usize| self.scan(wrong, target, &mut spent, most);
        let none = found(&[], MOST_BYTES_OF_ONE);
        let one = none.or_else(|| (0..5).find_map(|dimension| found(&[dimension], MOST_BYTES_OF_ONE)));
        if let Some(choice) = one {
            return Searched::Found(Box::new(self.at(choice)));
        }
        if let Some(found) = self.scan_seconds(target) {
            return Searched::Found(Box::new(found));
        }
        spent = 0;
        let mut found = |wrong: &[usize]| self.scan(wrong, target, &mut spent, MOST_BYTES);
        match PAIRS.iter().find_map(|pair| found(pair)) {
            Some(choice) => Searched::Found(Box::new(self.at(choice))),
            None => Searched::Nothing { is_whole: spent < MOST_BYTES },
        }
    }

    /// Tries every choice that is wrong in these dimensions and right in the others.
    fn scan(&self, wrong: &[usize], target: &[u8; 32], spent: &mut usize, most: usize) -> Option<Choice> {
        let range = |dimension: usize| {
            let right = self.right(dimension);
            if wrong.contains(&dimension) { right..self.length(dimension) } else { 0..right }
        };
        for key in range(0) {
            for timestamp in range(1) {
                for method in range(2) {
                    for path in range(3) {
                        for body in range(4) {
                            let choice = [key, timestamp, method, path, body];
                            if *spent > most {
                                return None;
                            }
                            *spent += OVERHEAD + self.parts[3][body].text.len();
                            if self.gives(choice, target) {
                                return Some(choice);
                            }
                        }
                    }
                }
            }
        }
        None
    }

    fn gives(&self, [key, parts @ ..]: Choice, target: &[u8; 32]) -> bool {
        let mut mac = self.keys[key].mac.clone();
        for (variants, place) in self.parts.iter().zip(parts) {
            mac.update(variants[place].text.as_bytes());
        }
        mac.finalize().into_bytes().as_slice() == target
    }

    fn at(&self, [key, parts @ ..]: Choice) -> Match<'_> {
        let mut parts = parts.into_iter();
        let parts = self.parts.each_ref().map(|variants| variants[parts.next().unwrap_or(0)].clone());
        Match { key: &self.keys[key], parts }
    }

    /// Signed at a time that is not the header's: some seconds apart, or with its milliseconds.
    fn scan_seconds(&self, target: &[u8; 32]) -> Option<Match<'_>> {
        let given: i64 = self.parts[0].first()?.text.parse().ok()?;
        let (tail, key) = (&self.parts[1..], self.keys.first().filter(|key| key.cause.is_none())?);
        let tail: Vec<&Variant> = tail.iter().map(|variants| variants.first()).collect::<Option<_>>()?;
        let milliseconds =
            (0..1000).map(|rest| (given.saturating_mul(1000).saturating_add(rest), Cause::TimestampUnit));
        let apart = (1..=SECONDS_APART).flat_map(|apart| [given.saturating_sub(apart), given.saturating_add(apart)]);
        let mut candidates = apart.map(|time| (time, Cause::TimestampStale)).chain(milliseconds);
        let (time, cause) = candidates.find(|(time, _)| {
            let mut mac = key.mac.clone().chain_update(time.to_string());
            for part in &tail {
                mac.update(part.text.as_bytes());
            }
            mac.finalize().into_bytes().as_slice() == target
        })?;
        let words = if cause == Cause::TimestampUnit {
            format!("the time in milliseconds, {time}")
        } else {
            format!("a different time, {time}")
        };
        let [method, path, body] = [tail[0].clone(), tail[1].clone(), tail[2].clone()];
        Some(Match { key, parts: [Variant::wrong(cause, time.to_string(), words), method, path, body] })
    }
}

/// The least number of a timestamp that is in milliseconds, in microseconds.
const LEAST_MS: i128 = 100_000_000_000;
const LEAST_US: i128 = 100_000_000_000_000;

fn timestamps(given: &str) -> Vec<Variant> {
    let cause = Cause::TimestampUnit;
    let wrong = |text: String, words: &str| Variant::wrong(cause, text.clone(), format!("{words}, {text}"));
    let mut variants = vec![Variant::right(given, "the header's timestamp")];
    let whole = given.split('.').next().unwrap_or(given);
    let Ok(number) = whole.parse::<i128>() else {
        if let Ok(time) = given.parse::<jiff::Timestamp>() {
            variants.push(wrong(time.as_second().to_string(), "the time in seconds"));
            variants.push(wrong(time.as_millisecond().to_string(), "the time in milliseconds"));
        }
        return variants;
    };
    if number < LEAST_MS {
        variants.push(wrong(number.saturating_mul(1000).to_string(), "the time in milliseconds"));
        variants.push(wrong(number.saturating_mul(1_000_000).to_string(), "the time in microseconds"));
        variants.push(wrong(number.saturating_mul(1_000_000_000).to_string(), "the time in nanoseconds"));
    } else {
        variants.push(wrong((number / 1000).to_string(), "the time divided by 1000"));
    }
    if number >= LEAST_US {
        variants.push(wrong((number / 1_000_000).to_string(), "the time divided by 1000000"));
        variants.push(wrong((number / 1_000_000_000).to_string(), "the time divided by 1000000000"));
    }
    variants.push(wrong(number.to_string(), "the time without its fraction"));
    variants.push(wrong(format!("{number}.0"), "the time with a fraction"));
    let seconds = if number < LEAST_MS { number } else { number / 1000 };
    if let Some(time) = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        variants.push(wrong(time.to_string(), "the time as text"));
        variants.push(wrong(time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(), "the time as text"));
        variants.push(wrong(time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(), "the time as text"));
    }
    variants.push(Variant::wrong(cause, "", "no timestamp"));
    variants
}

const METHODS: [&str; 7] = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"];

fn methods(request: &Request) -> Vec<Variant> {
    let Some(given) = request.method.as_deref().map(str::trim) else {
        return METHODS[..3].iter().map(|method| Variant::right(*method, "the method")).collect();
    };
    let upper = given.to_ascii_uppercase();
    let is_known = METHODS.contains(&upper.as_str());
    // a client's configuration has the method in lower case and sends it in upper case
    let right = if is_known { upper.as_str() } else { given };
    let wrong = |text: &str| Variant::wrong(Cause::MethodMismatch, text, format!("the method {text}"));
    let lower = upper.to_ascii_lowercase();
    let mut capital = lower.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut variants = vec![Variant::right(right, "the method"), wrong(&lower), wrong(&capital), wrong(&upper)];
    for method in METHODS {
        variants.push(wrong(method));
        variants.push(wrong(&method.to_ascii_lowercase()));
    }
    variants.push(Variant::wrong(Cause::MethodMismatch, "", "no method"));
    variants
}

impl Target {
    /// Whether this call has to carry credentials.
    pub(super) fn is_signed(&self) -> bool {
        let service = self.host.split('.').next().unwrap_or_default();
        paths::is_signed(paths::of_service(&self.path), service)
    }

    /// The path that the service reads: behind a relay, what follows its own prefix.
    pub(super) fn signed_path(&self) -> &str {
        if self.host.is_empty() || self.is_polymarket() { &self.path } else { paths::of_service(&self.path) }
    }
}

/// Whether the text of a body is what was sent, or only what it says.
fn is_exact(fidelity: Fidelity) -> bool {
    matches!(fidelity, Fidelity::Exact | Fidelity::LineEndUnknown)
}

fn mac_of(bytes: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(bytes).unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"))
}
