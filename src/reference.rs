//! The error reference: what each error sentence means, its causes in order of likelihood, what
//! tells them apart.
//!
//! Pure: no input or output. The words are data, `assets/errors.toml` for sentences and
//! `assets/causes.toml` for causes, `assets/glossary.toml` for terms, `assets/clues.toml` for what stands beside a
//! sentence; here they are read, found inside raw
//! text ([`read`]) and searched ([`search`]).
//!
//! ```
//! use polydoctor::cause::Cause;
//! use polydoctor::reference;
//!
//! let log = "2026-11-20 ERROR PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]";
//! let found = reference::recognise(log);
//! assert_eq!(found[0].text, "invalid signature");
//! assert!(found[0].causes.iter().any(|weighted| weighted.cause == Cause::WrongSignatureType));
//! ```

/// A pattern that is made when it is first looked for.
macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
            regex::Regex::new($text).unwrap_or_else(|_| unreachable!("a fixed pattern, which tests use"))
        });
    };
}

mod artefact;
mod clues;
mod context;
mod glossary;
mod locally;
mod page;
mod patterns;
mod plain;
mod reading;
mod records;
mod reported;
mod search;
mod secrets;
mod service;
mod stated;
mod variables;
mod words;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use glossary::{Term, terms};
pub(crate) use page::{Block, Page, Section, varied};
pub use reading::{Reading, read};
pub use reported::Reported;
pub use search::{Found, find, nearest, search};
pub use secrets::{Exposure, exposed, exposure};
pub use service::Service;

use crate::assets;
use crate::cause::Cause;
use crate::checks::{self, Check};

/// One error sentence: an entry of `assets/errors.toml`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorEntry {
    /// The sentence as it is said; `{}` marks what varies: an id, an address, a number.
    pub text: String,
    /// Other ways in which the same is said: by another library, another version, another program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The same in any words: groups of words that stand in one statement, `a | b & c | d & !e`.
    #[serde(default, skip_serializing)]
    pub says: Vec<String>,
    /// Any service says it: it counts where little else stands beside it, or something of Polymarket.
    #[serde(default, skip_serializing)]
    pub everyday: bool,
    /// Counts only where one of these services speaks; empty where `said_by` tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Service>,
    /// What stands for every failure of this kind at `from`, where no sentence is known: a status
    /// (`401`, `4xx`) or a [`Kind`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// Calls that `when` is limited to: `POST /order`, `/book`, `/order/` for what is below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// What sort of failure it tells of; `failure` in the file.
    #[serde(rename = "failure", default, skip_serializing_if = "Kind::is_sentence")]
    pub kind: Kind,
    /// The HTTP status that it comes with.
    pub status: Option<u16>,
    /// Who says it: the CLOB, Cloudflare, a client, a library, the signing server. `guide`: nobody
    /// does on the wire; `HTTP`: a bare status; `symptom`: something seen, not said.
    pub said_by: String,
    /// The endpoint or call that it answers.
    pub at: Option<String>,
    /// One or two sentences.
    pub meaning: String,
    /// The likeliest first; none where it is not about the account, which `harmless` then says.
    #[serde(default)]
    pub causes: Vec<Weighted>,
    /// Observations that tell the causes apart, each with what makes it.
    #[serde(default)]
    pub decides: Vec<String>,
    /// Why nothing has to be repaired.
    pub harmless: Option<String>,
    /// What guides wrongly say.
    pub myth: Option<String>,
    /// Public threads as `repository#number`, and documents.
    pub source: Vec<String>,
    /// In how many public threads it was met.
    #[serde(default)]
    pub threads: u32,
    /// It only carries another sentence, as the clients' reports of a failed request do.
    #[serde(default)]
    pub wraps: bool,
}

/// What sort of failure a sentence tells of. In this order they are taken where several stand in one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody's answer, or a client's own complaint.
    #[default]
    Sentence,
    /// TLS connection failed came about.
    Tls,
    /// No answer, and why.
    Network,
    /// The answer is not the one of an API.
    Html,
    /// No answer; the reason stands elsewhere, or nowhere.
    Connection,
}

impl Kind {
    // serde hands over a reference
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_sentence(&self) -> bool {
        *self == Self::Sentence
    }

    /// Its name in `when`.
    fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Tls => "tls",
            Self::Network | Self::Connection => "network",
            Self::Html => "html",
        }
    }
}

/// A cause of a sentence, with its share of the sentence's public threads.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Weighted {
    /// What the share is of.
    pub cause: Cause,
    /// In (0, 1]. Shares of one sentence need not add up to 1: causes occur together.
    pub weight: f64,
}

impl ErrorEntry {
    /// Whether it is a bare HTTP status.
    pub fn is_status(&self) -> bool {
        self.said_by == "HTTP"
    }

    /// Whether it stands for whatever fails at a place, and is no sentence.
    pub fn is_placed(&self) -> bool {
        !self.when.is_empty()
    }

    /// The services that say it; none where anybody may, or where it is never on the wire.
    pub fn speakers(&self) -> &[Service] {
        if !self.from.is_empty() {
            return &self.from;
        }
        match self.said_by.as_str() {
            "CLOB" => &[Service::Clob],
            "relayer" => &[Service::Relayer],
            "Polygon RPC" | "Polygon" => &[Service::PolygonRpc],
            "Polymarket US" => &[Service::PolymarketUs],
            "WebSocket" => &[Service::Websocket],
            "signing server" => &[Service::BuilderSigner],
            "bridge" => &[Service::Bridge],
            _ => &[],
        }
    }

    /// Whether a client raises it by itself, before any request or instead of one.
    fn is_of_client(&self) -> bool {
        const NOT_LOCAL: &[&str] = &["HTTP", "guide", "symptom", "Cloudflare", "RFQ partner API", "MetaMask"];
        self.kind == Kind::Sentence
            && self.speakers().is_empty()
            && self.status.is_none()
            && !self.wraps
            && !NOT_LOCAL.contains(&self.said_by.as_str())
    }

    /// Whether a program says it of the account, so that people meet these very words; not those of
    /// sibling products.
    fn is_said(&self) -> bool {
        const OTHERS: &[&str] = &["HTTP", "guide", "symptom", "RFQ partner API", "Polymarket US"];
        !self.wraps && !OTHERS.contains(&self.said_by.as_str())
    }

    /// How typical the sentence is of a cause that it has with this weight: common sentences show
    /// even their rare causes often.
    fn typical(&self, weight: f64) -> f64 {
        weight * f64::from(1 + self.threads)
    }

    fn weight_of(&self, cause: Cause) -> Option<f64> {
        self.causes.iter().find(|weighted| weighted.cause == cause).map(|weighted| weighted.weight)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorFile {
    error: Vec<ErrorEntry>,
}

static ERRORS: LazyLock<Vec<ErrorEntry>> = LazyLock::new(|| {
    let errors: Vec<ErrorFile> = assets::tables("errors.toml", include_str!("../assets/errors.toml"));
    errors.into_iter().flat_map(|file| file.error).collect()
});

/// Every known error sentence, in the groups of the file.
pub fn errors() -> &'static [ErrorEntry] {
    &ERRORS
}

/// The entry of this sentence.
pub fn find_error(text: &str) -> Option<&'static ErrorEntry> {
    errors().iter().find(|error| error.text == text)
}

/// The known sentences inside raw text, the one nearest to the failure first.
///
/// Text may be a sentence, an exception or a log of any client; see [`read`] for all that it tells.
pub fn recognise(raw: &str) -> Vec<&'static ErrorEntry> {
    read(raw).errors.iter().filter_map(Reported::entry).collect()
}

/// The sentences of each cause, gathered once: a diagnosis compares every cause's with every other's.
static SENTENCES: LazyLock<BTreeMap<Cause, Vec<&'static str>>> = LazyLock::new(|| {
    let said = || errors().iter().filter(|error| error.is_said());
    let of = |cause: Cause| {
        let mut sentences: Vec<(f64, &str)> =
            said().filter_map(|error| Some((error.typical(error.weight_of(cause)?), error.text.as_str()))).collect();
        sentences.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
        sentences.into_iter().map(|(_, text)| text).collect()
    };
    Cause::ALL.iter().map(|&cause| (cause, of(cause))).collect()
});

/// The sentences that a cause shows as, the most typical first.
///
/// Only what programs say: no bare status, no name that only guides use.
pub fn shows_as(cause: Cause) -> &'static [&'static str] {
    SENTENCES.get(&cause).map_or(&[], Vec::as_slice)
}

/// The checks that tell the causes of a sentence apart, where a known one is in the text.
pub fn checks_for(text: &str) -> BTreeSet<&'static str> {
    let causes = recognise(text).into_iter().flat_map(|error| &error.causes);
    causes.flat_map(|weighted| &weighted.cause.words().checks).map(String::as_str).collect()
}

/// Something that the reference has a page for.
#[derive(Clone, Copy)]
pub enum Entry {
    /// A sentence of `assets/errors.toml`.
    Error(&'static ErrorEntry),
    /// A root cause, by its words in `assets/causes.toml`.
    Cause(Cause),
    /// A row of the checklist.
    Check(&'static Check),
    /// A word of the field.
    Term(&'static Term),
}

impl Entry {
    /// Everything: sentences, causes, checks, terms.
    pub fn all() -> impl Iterator<Item = Self> {
        let causes = Cause::ALL.iter().copied().map(Self::Cause);
        let checks = checks::CHECKS.iter().map(Self::Check);
        errors().iter().map(Self::Error).chain(causes).chain(checks).chain(terms().iter().map(Self::Term))
    }

    /// What names it: the sentence, or the id of a cause or a check.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Error(error) => &error.text,
            Self::Cause(cause) => cause.name(),
            Self::Check(check) => check.id,
            Self::Term(term) => &term.name,
        }
    }

    /// What it is in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Error(error) => &error.meaning,
            Self::Cause(cause) => &cause.words().title,
            Self::Check(check) => &checks::words(check.id).title,
            Self::Term(term) => &term.meaning,
        }
    }

    /// `error`, `cause`, `check` or `term`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Error(_) => "error",
            Self::Cause(_) => "cause",
            Self::Check(_) => "check",
            Self::Term(_) => "term",
        }
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.name() == other.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_described() {
        let mut seen = BTreeSet::new();
        for error in errors() {
            let text = &error.text;
            assert!(seen.insert(text), "{text} stands twice");
            assert!(error.meaning.ends_with(['.', '!', ':']) || error.said_by == "guide", "{text}: {}", error.meaning);
            assert!(!error.source.is_empty() && !error.said_by.is_empty(), "{text}");
            let named = !error.causes.is_empty() && !error.decides.is_empty();
            assert!(
                named || error.harmless.is_some() || error.wraps,
                "{text} says neither a cause nor why there is none"
            );
        }
        assert!(seen.len() > 150, "{}", seen.len());
    }

    #[test]
    fn weights_fall_and_no_cause_stands_twice() {
        for error in errors() {
            let text = &error.text;
            assert!(error.causes.iter().all(|weighted| weighted.weight > 0.0 && weighted.weight <= 1.0), "{text}");
            assert!(error.causes.is_sorted_by(|a, b| a.weight >= b.weight), "{text}");
            let causes: BTreeSet<Cause> = error.causes.iter().map(|weighted| weighted.cause).collect();
            assert_eq!(causes.len(), error.causes.len(), "{text}");
        }
    }

    #[test]
    fn every_cause_is_named_by_a_sentence_or_needs_none() {
        for cause in Cause::ALL {
            let named = errors().iter().any(|error| error.weight_of(*cause).is_some());
            let alone = cause.words().found_by.iter().all(|way| way != "symptom");
            assert!(named || alone, "{}", cause.name());
        }
    }

    #[test]
    fn every_check_that_decides_exists() {
        for error in errors() {
            for words in &error.decides {
                for named in words.split("polydoctor check ").skip(1) {
                    let id = named.split([')', ' ', ';']).next().unwrap_or_default();
                    assert!(id.is_empty() || checks::find(id).is_some(), "{}: {id}", error.text);
                }
            }
        }
    }

    #[test]
    fn causes_show_as_what_programs_say_the_most_typical_first() {
        assert_eq!(shows_as(Cause::WrongSignatureType)[0], "invalid signature");
        assert_eq!(shows_as(Cause::ClockDrift)[0], "Unauthorized/Invalid api key");
        assert_eq!(shows_as(Cause::NonceAlreadyUsed), ["Could not create api key"]);
        assert!(shows_as(Cause::EnvFileExposed).is_empty());
    }
}
