//! A request of Polymarket US: three headers, and an Ed25519 signature over timestamp, method and path.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

use super::super::Outcome;
use super::super::difference::Difference;
use super::super::finding::Finding;
use super::super::names::Header;
use super::super::reading::Target;
use super::{Case, Reproduced, UNCHECKED, values};
use crate::auth::us::{TOLERANCE_S, UsKey};
use crate::cause::{Cause, Certainty};
use crate::secret::Secret;
use crate::text::quoted;

/// Paths that only the host for signed requests has.
const SIGNED: [&str; 5] = ["/v1/account", "/v1/portfolio", "/v1/order", "/v1/ws/", "/v1/rfq"];
/// Fewer digits are seconds, more are not milliseconds.
const MILLISECONDS: std::ops::RangeInclusive<usize> = 12..=14;

/// A text in a place of the message, and the mistake that it is there, if it is one.
struct Part {
    text: String,
    mistake: Option<(Cause, String)>,
}

impl Part {
    fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), mistake: None }
    }

    fn wrong(cause: Cause, text: impl Into<String>, words: impl Into<String>) -> Self {
        Self { text: text.into(), mistake: Some((cause, words.into())) }
    }
}

/// A key to try, and the mistake of taking it.
struct Tried {
    key: UsKey,
    words: &'static str,
    mistake: Option<Cause>,
}

/// How a signature is written.
enum Written {
    /// Standard base64 with its padding.
    Right([u8; 64]),
    /// The bytes, and what is wrong with the text.
    Changed([u8; 64], &'static str),
    /// What it is instead.
    Not(&'static str),
}

fn written(text: &str) -> Written {
    let bytes = |decoded: Result<Vec<u8>, _>| decoded.ok().and_then(|bytes: Vec<u8>| <[u8; 64]>::try_from(bytes).ok());
    if let Some(right) = bytes(STANDARD.decode(text)) {
        return Written::Right(right);
    }
    let bare = text.trim_end_matches('=');
    let hex = || alloy_primitives::hex::decode(text).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    if let Some(found) = bytes(STANDARD_NO_PAD.decode(bare)) {
        Written::Changed(found, "lacks its padding (==)")
    } else if let Some(found) = bytes(URL_SAFE_NO_PAD.decode(bare)) {
        Written::Changed(found, "is URL-safe base64 (- and _); it has to be standard base64 (+ and /)")
    } else if let Some(found) = hex() {
        Written::Changed(found, "is hex; it has to be standard base64")
    } else if [STANDARD.decode(text), URL_SAFE.decode(text)].into_iter().flatten().any(|bytes| bytes.len() == 32) {
        Written::Not("is 32 bytes, as an HMAC of the CLOB is; Polymarket US expects an Ed25519 signature of 64")
    } else {
        Written::Not("is not 64 bytes in base64: part of it is missing, or it is something else")
    }
}

impl Case<'_> {
    /// Whose the values are, and whether the request is at the right host.
    pub(super) fn us_values(&mut self) {
        self.us_venue();
        self.us_key();
        let Some(stamp) = self.value(Header::UsTimestamp) else { return };
        let is_number = stamp.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !MILLISECONDS.contains(&stamp.len()) {
            let said = match stamp.len() {
                _ if !is_number => "is not a whole number",
                ..12 => "is in seconds",
                _ => "is in microseconds or nanoseconds",
            };
            let summary =
                format!("X-PM-Timestamp {said} ({}); it has to be in milliseconds", values::harmless(stamp, 30));
            self.add(Finding::new(Cause::UsSignatureInput, Certainty::Likely, summary).fix(UNIT).without_code());
        }
        let Some((sent_s, stamp_s)) = self.known.sent_s.zip(values::seconds(stamp)) else { return };
        let late = sent_s.saturating_sub(stamp_s);
        // seconds below 2^53 are exact
        #[allow(clippy::cast_precision_loss)]
        let is_off = late.abs() as f64 > TOLERANCE_S;
        if is_off {
            let side = if late > 0 { "before" } else { "after" };
            let summary = format!("X-PM-Timestamp is {} s {side} the request was sent", late.abs());
            let limit = format!("Polymarket US accepts {TOLERANCE_S} s either way");
            self.add(Finding::new(Cause::UsClock, Certainty::Likely, summary).because(limit));
        }
    }

    fn us_venue(&mut self) {
        let has = |is_us: bool| self.carried.iter().any(|carried| carried.header.is_us() == is_us);
        let Some(target) = &self.request.target else { return };
        let host = quoted(&target.host, 60);
        if target.is_polymarket() && has(true) {
            let summary = format!("The X-PM headers of Polymarket US are sent to {host}, which does not read them");
            return self.add(Finding::new(Cause::VenueMixed, Certainty::Likely, summary).without_code());
        }
        if target.is_us() && has(false) {
            let summary = format!("The POLY_ headers of the CLOB are sent to {host}, which does not read them");
            return self.add(Finding::new(Cause::VenueMixed, Certainty::Likely, summary).without_code());
        }
        let is_gateway = target.host.to_ascii_lowercase().starts_with("gateway.") && target.is_us();
        if is_gateway && SIGNED.iter().any(|path| target.path.starts_with(path)) {
            let summary = format!("{} is requested from {host}, the public gateway", quoted(&target.path, 60));
            self.add(Finding::new(Cause::UsWrongHost, Certainty::Likely, summary).without_code());
        }
    }

    fn us_key(&mut self) {
        let Some(key) = self.value(Header::UsKey) else { return };
        let known = self.known;
        if known.user.key.as_deref() == Some(key) || known.builder.key.as_deref() == Some(key) {
            let summary = "X-PM-Access-Key is a key of the CLOB in your settings, which Polymarket US does not know";
            return self.add(Finding::new(Cause::VenueMixed, Certainty::Likely, summary).without_code());
        }
        if uuid::Uuid::try_parse(key).is_err() {
            let summary = "X-PM-Access-Key is not a UUID, as every key ID of Polymarket US is";
            self.add(Finding::new(Cause::UsKeyUnknown, Certainty::Likely, summary));
        }
    }

    /// Recomputes the signature under every known mistake.
    pub(super) fn us(&mut self) -> Reproduced {
        let (Some(signature), Some(stamp)) = (self.value(Header::UsSignature), self.value(Header::UsTimestamp)) else {
            return UNCHECKED;
        };
        let (target, form) = match written(signature) {
            Written::Right(bytes) => (bytes, None),
            Written::Changed(bytes, what) => (bytes, Some(what)),
            Written::Not(what) => {
                let cause = if what.contains("HMAC") { Cause::VenueMixed } else { Cause::SignatureEncoding };
                let summary = format!("X-PM-Signature {what}");
                self.add(Finding::new(cause, Certainty::Likely, summary).fix(ENCODING).without_code());
                return UNCHECKED;
            }
        };
        let (keys, parts) = (self.us_keys(), self.us_parts(stamp));
        let found = keys.as_deref().map(|keys| search(keys, &parts, &target));
        if let Some(what) = form {
            let certainty = if matches!(found, Some(Some(_))) { Certainty::Proven } else { Certainty::Likely };
            let finding = Finding::new(Cause::SignatureEncoding, certainty, format!("X-PM-Signature {what}"));
            self.add(finding.fix(ENCODING).without_code());
        }
        match found {
            None => {
                self.notes.push(
                    "The signature was not checked: there is no usable secret key of Polymarket US in your settings"
                        .to_owned(),
                );
                UNCHECKED
            }
            Some(None) => {
                self.us_unexplained();
                (Outcome::Unexplained, None)
            }
            Some(Some(found)) => self.us_explained(&found, form),
        }
    }

    /// The keys to try; `None` without a usable one.
    fn us_keys(&mut self) -> Option<Vec<Tried>> {
        let secret = self.known.us.secret.as_ref().filter(|secret| !secret.is_empty())?;
        let key = match UsKey::decode(secret) {
            Ok(key) => key,
            Err(mistake) => {
                let summary = format!("The secret key of Polymarket US in your settings cannot be used: {mistake}");
                self.add(Finding::new(Cause::UsSecretFormat, Certainty::Likely, summary));
                return None;
            }
        };
        let undecoded = secret.expose().trim().get(..32).map(|text| STANDARD.encode(text));
        let undecoded = undecoded.and_then(|text| UsKey::decode(&Secret::new(text)).ok());
        let wrong_half = key.of_wrong_half();
        let right = Tried { key, words: "the secret key", mistake: None };
        let half = "the second half of the secret key, which is its public key";
        let text = "the first 32 characters of the secret key, not decoded";
        let others = [
            wrong_half.map(|key| Tried { key, words: half, mistake: Some(Cause::UsKeyMismatch) }),
            undecoded.map(|key| Tried { key, words: text, mistake: Some(Cause::UsSecretFormat) }),
        ];
        Some(std::iter::once(right).chain(others.into_iter().flatten()).collect())
    }

    /// Timestamp, method, path and body, each with what people put there.
    fn us_parts(&self, stamp: &str) -> [Vec<Part>; 4] {
        const INPUT: Cause = Cause::UsSignatureInput;
        let mut stamps = vec![Part::right(stamp)];
        if let Ok(number) = stamp.parse::<i64>() {
            let (seconds, milliseconds) = (number / 1000, number.saturating_mul(1000));
            stamps.push(Part::wrong(INPUT, seconds.to_string(), "the timestamp in seconds"));
            stamps.push(Part::wrong(INPUT, milliseconds.to_string(), "a timestamp in a different unit than is sent"));
        }
        let method = self.request.method.as_deref().unwrap_or("GET");
        let upper = method.to_ascii_uppercase();
        let mut methods = vec![Part::right(upper.as_str())];
        for other in [upper.to_ascii_lowercase(), "GET".to_owned(), "POST".to_owned(), String::new()] {
            if other != upper {
                let words = if other.is_empty() { "no method".to_owned() } else { format!("the method {other}") };
                methods.push(Part::wrong(Cause::MethodMismatch, other, words));
            }
        }
        let paths = self.request.target.as_ref().map(paths).unwrap_or_default();
        let mut bodies = vec![Part::right("")];
        if let Some(body) = self.request.body.as_deref().filter(|body| !body.is_empty()) {
            bodies.push(Part::wrong(INPUT, body, "the body, which is never signed"));
            if let Ok(compact) = serde_json::from_str::<serde_json::Value>(body) {
                bodies.push(Part::wrong(INPUT, compact.to_string(), "the body, which is never signed"));
            }
        }
        bodies.push(Part::wrong(INPUT, "{}", "an empty body {}, which is never signed"));
        [stamps, methods, paths, bodies]
    }

    fn us_unexplained(&mut self) {
        let is_own = self.value(Header::UsKey).is_some() && self.value(Header::UsKey) == self.known.us.key.as_deref();
        let certainty = if is_own { Certainty::Likely } else { Certainty::Possible };
        let summary = "No known mistake reproduces this signature with the secret key in your settings";
        let mut finding = Finding::new(Cause::UsKeyMismatch, certainty, summary);
        if !is_own && self.known.us.key.is_some() {
            finding = finding.because("X-PM-Access-Key is not the key ID in your settings");
        }
        self.add(finding);
    }

    fn us_explained(&mut self, found: &Found<'_>, form: Option<&'static str>) -> Reproduced {
        const EVIDENCE: &str = "recomputing it this way reproduces the captured signature";
        let Found { tried, parts } = found;
        let [stamp, method, path, body] = parts;
        let mut is_mistaken = form.is_some();
        for (place, part) in ["timestamp", "method", "path", "body"].into_iter().zip(parts) {
            let Some((cause, words)) = &part.mistake else { continue };
            is_mistaken = true;
            let summary = format!("Signed with {words}");
            let mut finding = Finding::new(*cause, Certainty::Proven, summary).because(EVIDENCE).without_code();
            let right = match place {
                "timestamp" => self.value(Header::UsTimestamp).map(str::to_owned),
                "method" => self.request.method.as_ref().map(|method| method.to_ascii_uppercase()),
                "path" => self.request.target.as_ref().map(|target| target.path.clone()),
                _ => None,
            };
            if let Some(right) = right {
                finding = finding.differing(Difference::of(place, &part.text, &right));
            }
            if *cause == Cause::UsSignatureInput {
                finding = finding.fix(if place == "timestamp" { UNIT } else { INPUT });
            }
            self.add(finding);
        }
        if let Some(cause) = tried.mistake {
            is_mistaken = true;
            let summary = format!("Signed with {}", tried.words);
            let fix = "Decode the secret key from base64 and sign with its first 32 bytes, the seed";
            self.add(Finding::new(cause, Certainty::Proven, summary).because(EVIDENCE).fix(fix).without_code());
        }
        let (key, own) = (self.value(Header::UsKey), self.known.us.key.as_deref());
        if tried.mistake.is_none() && own.is_some() && key.is_some() && key != own {
            let summary = "X-PM-Access-Key is not the key ID that the secret key in your settings belongs to";
            self.add(Finding::new(Cause::UsKeyMismatch, Certainty::Proven, summary).because(EVIDENCE));
        }
        let reproduced = json!({
            "timestamp": stamp.text,
            "method": method.text,
            "path": path.text,
            "body": if body.text.is_empty() { "none" } else { "signed" },
            "secret": tried.words,
            "encoding": form.unwrap_or("standard base64"),
        });
        (if is_mistaken { Outcome::Mistaken } else { Outcome::Right }, Some(reproduced))
    }
}

const UNIT: &str = "Send Unix milliseconds in X-PM-Timestamp, and sign the same digits";
const INPUT: &str = "Sign timestamp + METHOD + path, without host, query and body";
const ENCODING: &str = "Send the 64 bytes of the Ed25519 signature in standard base64, with its padding";

/// The path as it is signed, and what people sign instead.
fn paths(target: &Target) -> Vec<Part> {
    const CAUSE: Cause = Cause::UsSignatureInput;
    let path = target.path.as_str();
    let mut paths = vec![Part::right(path)];
    let mut add = |text: String, words: &str| {
        if text != path {
            paths.push(Part::wrong(CAUSE, text, words));
        }
    };
    let query = target.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    add(format!("{path}{query}"), "the path and its query");
    add(format!("{}{}{path}{query}", target.scheme, target.host), "the whole URL");
    add(format!("{}{}{path}", target.scheme, target.host), "the URL without its query");
    add(format!("{}{path}", target.host), "host and path");
    add(path.strip_prefix("/v1").unwrap_or(path).to_owned(), "the path without /v1");
    add(path.trim_start_matches('/').to_owned(), "the path without its first slash");
    let slash = if let Some(bare) = path.strip_suffix('/') { bare.to_owned() } else { format!("{path}/") };
    add(slash, "the path with a different ending than the sent one");
    paths
}

/// The variant that gives the bytes.
struct Found<'a> {
    tried: &'a Tried,
    parts: [&'a Part; 4],
}

/// Tries the variants of the message, those with fewer mistakes first; `None` where none gives the bytes.
fn search<'a>(keys: &'a [Tried], parts: &'a [Vec<Part>; 4], target: &[u8; 64]) -> Option<Found<'a>> {
    let [stamps, methods, paths, bodies] = parts;
    let mut variants: Vec<(usize, &Tried, [&Part; 4])> = Vec::new();
    for tried in keys {
        for stamp in stamps {
            for method in methods {
                for path in paths {
                    for body in bodies {
                        let parts = [stamp, method, path, body];
                        let mistakes = parts.iter().filter(|part| part.mistake.is_some()).count();
                        variants.push((mistakes + usize::from(tried.mistake.is_some()), tried, parts));
                    }
                }
            }
        }
    }
    variants.retain(|(mistakes, ..)| *mistakes <= MOST_MISTAKES);
    variants.sort_by_key(|(mistakes, ..)| *mistakes);
    let gives = |(_, tried, [stamp, method, path, body]): &&(usize, &Tried, [&Part; 4])| {
        // whoever signs a body puts it behind the path
        let text = format!("{}{}{}{}", stamp.text, method.text, path.text, body.text);
        tried.key.sign_bytes(&text) == *target
    };
    variants.iter().find(gives).map(|(_, tried, parts)| Found { tried, parts: *parts })
}

/// Three mistakes at once are as good as none.
const MOST_MISTAKES: usize = 2;
