//! The search for what an HMAC signature was made over: every known mistake, and two of them at once.

mod bodies;
mod keys;
mod layout;
mod paths;
mod search;
mod words;

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

pub(super) use keys::Owner;
pub(super) use words::{Encoding, long};

use super::known::Known;
use super::names::Header;
use super::reading::{Fidelity, Request, Target};
use crate::cause::Cause;
use crate::secret::Secret;

/// A text that may have been signed in the place of one part of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) text: String,
    /// None: it is right, or may be.
    pub(super) cause: Option<Cause>,
    /// What it is, to stand behind "signed with".
    pub(super) words: String,
    /// Whether many clients make this mistake: it is tried first, with every other one.
    is_common: bool,
}

impl Variant {
    fn right(text: impl Into<String>, words: impl Into<String>) -> Self {
        Self { text: text.into(), cause: None, words: words.into(), is_common: false }
    }

    fn wrong(cause: Cause, text: impl Into<String>, words: impl Into<String>) -> Self {
        Self { text: text.into(), cause: Some(cause), words: words.into(), is_common: false }
    }

    fn common(self) -> Self {
        Self { is_common: true, ..self }
    }
}

/// A key that may have signed.
pub(super) struct KeyVariant {
    mac: Hmac<Sha256>,
    pub(super) cause: Option<Cause>,
    pub(super) words: String,
    pub(super) owner: Owner,
    is_common: bool,
}

/// All that may have been signed, part by part; in each the right ones come first.
pub(super) struct Space {
    keys: Vec<KeyVariant>,
    /// Timestamp, method, path, body.
    parts: [Vec<Variant>; 4],
    /// The secret that should have signed.
    secret: Option<Secret>,
    /// Values of other headers.
    beside: Vec<(Header, String)>,
}

/// The variant that gives the captured signature.
#[derive(Clone)]
pub(super) struct Match<'a> {
    pub(super) key: &'a KeyVariant,
    /// Timestamp, method, path, body.
    pub(super) parts: [Variant; 4],
    /// What is wrong with how they were put together, to stand behind "signed with".
    layout: Option<String>,
}

impl Match<'_> {
    /// The mistakes in it.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = (Cause, &str)> {
        let key = self.key.cause.map(|cause| (cause, self.key.words.as_str()));
        let parts = self.parts.iter().filter_map(|part| Some((part.cause?, part.words.as_str())));
        let layout = self.layout.as_deref().map(|words| (Cause::MessageLayout, words));
        layout.into_iter().chain(key).chain(parts)
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

impl Space {
    /// `timestamp` is the header's text; `owner` whose secret should have signed.
    pub(super) fn of(request: &Request, timestamp: &str, owner: Owner, known: &Known) -> Self {
        let mut keys = keys::keys(known, owner);
        keys.sort_by_key(|key| (key.cause.is_some(), !key.is_common));
        let paths = match &request.target {
            Some(target) => paths::paths(target),
            None => paths::endpoints(),
        };
        let bodies = bodies::bodies(request.body.as_deref(), request.fidelity);
        let mut parts = [timestamps(timestamp), methods(request), paths, bodies];
        for variants in &mut parts {
            // a text that is right in one reading is no mistake in another
            let mut seen = std::collections::BTreeSet::new();
            variants.sort_by_key(|variant| (variant.cause.is_some(), !variant.is_common));
            variants.retain(|variant| seen.insert(variant.text.clone()));
        }
        let own = if owner == Owner::Builder { &known.builder } else { &known.user };
        Self { keys, parts, secret: own.secret.clone(), beside: layout::beside(request) }
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
        variants.push(wrong(number.saturating_mul(1000).to_string(), "the time in milliseconds").common());
        variants.push(wrong(number.saturating_mul(1_000_000).to_string(), "the time in microseconds"));
        variants.push(wrong(number.saturating_mul(1_000_000_000).to_string(), "the time in nanoseconds"));
    } else {
        variants.push(wrong((number / 1000).to_string(), "the time divided by 1000").common());
    }
    if number >= LEAST_US {
        variants.push(wrong((number / 1_000_000).to_string(), "the time divided by 1000000"));
        variants.push(wrong((number / 1_000_000_000).to_string(), "the time divided by 1000000000"));
    }
    variants.push(wrong(number.to_string(), "the time without its fraction").common());
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

/// So many of the first are sent in the place of each other.
const COMMON_METHODS: usize = 3;
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
    let mut variants =
        vec![Variant::right(right, "the method"), wrong(&lower).common(), wrong(&capital), wrong(&upper)];
    for (place, method) in METHODS.into_iter().enumerate() {
        variants.push(Variant { is_common: place < COMMON_METHODS, ..wrong(method) });
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
