//! What a program says of a setting or of the account's means in words of its own: a subject and a state.
//!
//! Libraries have fixed sentences, bots do not: `CONFIG_INVALID_FUNDER`, `PM_PK must start with 0x`,
//! `insufficient POL for gas`. A word for a setting (or a variable that gives it) beside a word for what is
//! the matter with it is read whatever stands around them.

mod tables;
mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use self::tables::{PHRASES, STATES, Side, State, Subject};
use self::words::{STOP, Word, words_of};
use super::{ErrorEntry, find_error};
use crate::settings::{Named, named};

/// Of a text longer than this only its end is read: such messages are short.
const LONGEST: usize = 6 << 10;
/// Maximum number of trades to read words between subject and state.
const APART: usize = 5;
/// Sentences of programs are no longer than so many words.
const MESSAGE: usize = 12;
const SETTING: &str = "a setting has a value that cannot be used";

/// What was found: the sentence that stands for it.
pub(super) struct Stated {
    pub(super) entry: &'static ErrorEntry,
    /// It is about the `0x` of the key, which says "missing" too.
    pub(super) is_prefix: bool,
    /// It names whose credentials it is about, where others say only credentials.
    pub(super) is_particular: bool,
}

/// Reads what a program says of a setting by itself. `is_us`: of the keys of Polymarket US. `is_error`: something
/// in the text says that it is an error; without that, prose is not read.
pub(super) fn stated(text: &str, is_us: bool, is_error: bool) -> Option<Stated> {
    let text = &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST))..];
    let words = words_of(text);
    let context = Context::of(text, is_us);
    let subjects = subjects(&words, &context);
    if subjects.is_empty() {
        return None;
    }
    let states = states(&words);
    let mut best: Option<(usize, Subject, State)> = None;
    for (subject, from, to) in &subjects {
        for (state, side, start, end) in &states {
            let (is_before, gap) = if end <= from {
                (true, &words[*end..*from])
            } else if start >= to {
                (false, &words[*to..*start])
            } else {
                continue;
            };
            let apart = gap.iter().map(|word| if word.text == STOP { 4 } else { 1 }).sum::<usize>();
            let is_near = match side {
                Side::Beside => is_before && apart == 0,
                Side::Before => is_before && apart <= 2,
                Side::After => !is_before && apart <= APART,
                Side::Either => apart <= if is_before { 3 } else { APART },
            };
            let is_said = is_near
                && sentence(*subject, *state).is_some()
                && (is_error || is_message(&words, *from.min(start), *to.max(end)));
            // the more telling of two states that are equally near: of a prefix also the others speak
            let rank = if *state == State::Prefix { 0 } else { apart * 2 + 1 + 3 * usize::from(is_before) };
            if is_said && best.is_none_or(|(known, ..)| rank < known) {
                best = Some((rank, *subject, *state));
            }
        }
    }
    let (_, subject, state) = best?;
    let entry = find_error(sentence(subject, state)?)?;
    let is_particular = matches!(subject, Subject::Builder | Subject::Relayer | Subject::Us | Subject::UsSecret);
    Some(Stated { entry, is_prefix: state == State::Prefix, is_particular })
}

/// Whether what stands from word to word is a message of a program: a name of code is in it, or its sentence is
/// short.
fn is_message(words: &[Word], from: usize, to: usize) -> bool {
    let is_end = |word: &Word| word.text == STOP;
    let start = words[..from].iter().rposition(is_end).map_or(0, |stop| stop + 1);
    let end = words[to..].iter().position(is_end).map_or(words.len(), |stop| to + stop);
    words[from..to].iter().any(|word| word.is_code) || end - start <= MESSAGE
}

/// The sentence of the reference that a subject and its state amount to.
fn sentence(subject: Subject, state: State) -> Option<&'static str> {
    use State::{Insufficient, Malformed, Missing, Prefix, Unsupported};
    const TRIPLE: &str = "key, secret and passphrase are all required";
    const CHAIN: &str = "the chain ID is not one that the client supports";
    Some(match (subject, state) {
        (Subject::Key, Missing) => "Private key is not set",
        (Subject::Key, Malformed) => "private key is not 32 bytes",
        (Subject::Key, Prefix) => "the private key must start with 0x",
        (Subject::Funder, Missing) => "Funder address is required",
        (Subject::Funder, Malformed | Prefix) => "address has an invalid checksum or length",
        (Subject::SignatureType, Unsupported) => "signature type {} is not known to this client",
        (Subject::SignatureType | Subject::Url, Missing | Malformed) | (Subject::Nonce | Subject::Rpc, Malformed) => {
            SETTING
        }
        (Subject::ChainId, Missing | Malformed | Unsupported) | (Subject::Chain, Unsupported) => CHAIN,
        (Subject::Relayer, Missing) => "Gasless transactions require a Builder API Key or Relayer API Key",
        (Subject::Us | Subject::UsSecret, Missing) => "API key credentials required for authenticated endpoints",
        (Subject::UsSecret, Malformed) => "The seed must be exactly 32 bytes long",
        (Subject::Builder, Missing) => "the builder credentials are not configured",
        (Subject::BuilderCode, Missing) => "builderCode is required and cannot be zero",
        (Subject::Credentials, Missing) => "API credentials are not configured",
        (Subject::Passphrase, Missing | Malformed) | (Subject::Secret, Missing) => TRIPLE,
        (Subject::Secret, Malformed) => "API secret is not base64",
        (Subject::Rpc, Missing) => "Could not connect to Polygon RPC",
        (Subject::Gas, Insufficient | Missing) => "the wallet has no POL for gas",
        (Subject::Allowance, Insufficient | Missing) => "the token allowance is not set",
        _ => return None,
    })
}

/// What the text around tells of words that any program uses.
struct Context {
    is_us: bool,
    is_ours: bool,
    is_of_tokens: bool,
}

impl Context {
    fn of(text: &str, is_us: bool) -> Self {
        const OURS: &[&str] = &["polymarket", "poly_", "clob", "api_", "api credentials", "api creds", "relayer"];
        const TOKENS: &[&str] = &[
            "token approval",
            "usd",
            "collateral",
            "conditional",
            "ctf",
            "exchange contract",
            "spender",
            "polymarket",
        ];
        let lower = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        Self { is_us, is_ours: has(OURS), is_of_tokens: has(TOKENS) }
    }

    /// The subject that a phrase has here, if any.
    fn meant(&self, subject: Subject) -> Option<Subject> {
        match subject {
            Subject::AnySecret | Subject::Secret if self.is_us => Some(Subject::UsSecret),
            Subject::AnyCredentials | Subject::Credentials if self.is_us => Some(Subject::Us),
            Subject::AnyCredentials => self.is_ours.then_some(Subject::Credentials),
            Subject::AnyPassphrase => self.is_ours.then_some(Subject::Passphrase),
            Subject::AnyApproval => self.is_of_tokens.then_some(Subject::Allowance),
            Subject::AnySecret => self.is_ours.then_some(Subject::Secret),
            subject => Some(subject),
        }
    }
}

/// Whether a phrase stands at a place; what is no English stands inside longer words too.
fn stands(phrase: &str, words: &[Word], at: usize) -> Option<usize> {
    let mut length = 0;
    for part in phrase.split(' ') {
        let word = words.get(at + length)?.text.as_str();
        if word != part && (part.is_ascii() || !word.contains(part)) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// Phrases by their first word; those that are no English apart, since they begin inside words.
struct Index<T: 'static> {
    by_first: HashMap<&'static str, Vec<&'static (&'static str, T)>>,
    foreign: Vec<&'static (&'static str, T)>,
}

impl<T: Copy> Index<T> {
    fn of(table: &'static [(&'static str, T)]) -> Self {
        let foreign = table.iter().filter(|(phrase, _)| !phrase.is_ascii()).collect();
        let mut by_first: HashMap<_, Vec<_>> = HashMap::new();
        for row in table.iter().filter(|(phrase, _)| phrase.is_ascii()) {
            by_first.entry(row.0.split(' ').next().unwrap_or_default()).or_default().push(row);
        }
        Self { by_first, foreign }
    }

    /// The longest phrase at a place, with its length in words.
    fn longest(&self, words: &[Word], at: usize) -> Option<(T, usize)> {
        let word = words[at].text.as_str();
        let foreign = if word.is_ascii() { &[] } else { &self.foreign[..] };
        let rows = self.by_first.get(word).into_iter().flatten().chain(foreign);
        let found = rows.filter_map(|(phrase, what)| Some((*what, stands(phrase, words, at)?)));
        found.max_by_key(|(_, length)| *length)
    }
}

static SUBJECTS: LazyLock<Index<Subject>> = LazyLock::new(|| Index::of(PHRASES));
static MATTERS: LazyLock<Index<(State, Side)>> = LazyLock::new(|| Index::of(STATES));

/// Subjects with their places, from word to word.
fn subjects(words: &[Word], context: &Context) -> Vec<(Subject, usize, usize)> {
    // the price, not the means
    const NOT_GAS: &[&str] = &[
        "price",
        "limit",
        "station",
        "tip",
        "used",
        "cap",
        "left",
        "estimate",
        "estimation",
        "too",
        "needed",
        "required",
    ];
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let named = words[at].variable.or_else(|| SUBJECTS.longest(words, at));
        let Some((subject, length)) = named else {
            at += 1;
            continue;
        };
        let next = words.get(at + length).map_or("", |word| word.text.as_str());
        let is_of_price = subject == Subject::Gas && NOT_GAS.contains(&next);
        // balance and allowance in one breath: which of them is not said
        let is_either =
            subject == Subject::Allowance && words[at.saturating_sub(2)..at].iter().any(|word| word.text == "balance");
        let is_meant = !is_of_price && !is_either;
        if is_meant && let Some(subject) = context.meant(subject) {
            found.push((subject, at, at + length));
        }
        at += length;
    }
    found
}

/// States with their places.
fn states(words: &[Word]) -> Vec<(State, Side, usize, usize)> {
    // they may overlap: `must start` and `start with 0x`
    let found = (0..words.len()).filter_map(|at| {
        let ((state, side), length) = MATTERS.longest(words, at)?;
        Some((state, side, at, at + length))
    });
    found.collect()
}

pattern!(
    READS,
    r#"(?-u)(?:environ(?:\.get)?\s*[\[(]|[gG]et_?env\(|process\.env\.|process\.env\[|env::var\(|ENV\[|ENV\.fetch\(|\benv\()\s*["'`]?([A-Za-z][A-Za-z0-9_]{1,60})"#
);
pattern!(
    UNUSABLE,
    r"invalid literal for|could not convert|Cannot convert|ParseIntError|invalid digit found|strconv\.|NumberFormatException|FormatException|is not a number|not a valid integer"
);
pattern!(ABSENT, r"NoneType|Cannot convert undefined|Cannot convert null|of undefined|is undefined|NotPresent|nil\b");

/// The sentence for a variable that a line of code reads, and that the error below cannot use.
pub(super) fn unusable_variable(text: &str) -> Option<&'static ErrorEntry> {
    let state = if ABSENT.is_match(text) {
        State::Missing
    } else if UNUSABLE.is_match(text) {
        State::Malformed
    } else {
        return None;
    };
    let name = READS.captures_iter(text).last()?.get(1)?.as_str();
    let Named::Setting(setting) = named(name) else { return None };
    let subject = Subject::of(setting)?;
    // what is not a number is not taken for an unknown chain
    let sentence = if subject == Subject::ChainId { Some(SETTING) } else { sentence(subject, state) };
    find_error(sentence?)
}

pattern!(
    BUILDERS,
    r"(?i)\bbuilder(?: api)? (?:keys?|credentials|creds)\b[^.\n]{0,30}?\b(?:instead of|not|used as|rather than|in place of|as)\b[^.\n]{0,12}\b(?:clob|user|api|l2|trading)\b"
);

/// Whether a text says that builder credentials are in the place of API credentials.
pub(super) fn names_builder_keys(text: &str) -> bool {
    BUILDERS.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&'static str> {
        stated(text, false, false).map(|stated| stated.entry.text.as_str())
    }

    #[test]
    fn a_subject_beside_a_state_is_read_whatever_stands_around_them() {
        for (text, sentence) in [
            ("POLYMARKET_PRIVATE_KEY must start with 0x", "the private key must start with 0x"),
            ("ErrInvalidPrivateKey", "private key is not 32 bytes"),
            ("[NO_API_CREDENTIALS] a method was called", "API credentials are not configured"),
            ("orders without a funder are rejected (signature_type=3)", "Funder address is required"),
            ("funder must not be null when signature type is 1", "Funder address is required"),
            ("CONFIG_INVALID_FUNDER", "address has an invalid checksum or length"),
            ("UnsupportedChain(80001)", "the chain ID is not one that the client supports"),
            ("Chain ID 1 not supported", "the chain ID is not one that the client supports"),
            ("insufficient POL for gas: have 0.0010, need 0.0213", "the wallet has no POL for gas"),
            ("余额错误：POL 不足", "the wallet has no POL for gas"),
            ("Conditional token allowance not set.", "the token allowance is not set"),
            ("PolymarketError: passphrase is empty", "key, secret and passphrase are all required"),
        ] {
            assert_eq!(found(text), Some(sentence), "{text}");
        }
    }

    #[test]
    fn a_subject_or_a_state_alone_or_of_somebody_else_is_nothing() {
        for text in [
            "STRIPE_PRIVATE_KEY must start with sk_",
            "KALSHI_PRIVATE_KEY is not set",
            "passphrase for id_rsa is wrong, or missing",
            "the private key was loaded",
            "invalid argument",
            "gas price too low",
            "no gas needed",
            "unknown chain reaction",
            "GITHUB_TOKEN is set, approval required for deployment",
            "not enough balance / allowance",
            "funder 0x12 loaded. The cache is empty",
            "on that long day somebody wrote that no private key was what they had in their mind",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_variable_that_a_line_reads_is_what_the_error_is_about() {
        let frame = "    CHAIN_ID = int(os.environ[\"CHAIN_ID\"])\nValueError: invalid literal for int() with base 10: '137 # polygon'";
        let of = |text: &str| unusable_variable(text).map(|entry| entry.text.as_str());
        assert_eq!(of(frame), Some("a setting has a value that cannot be used"));
        assert_eq!(
            of("funder = os.environ.get('POLY_FUNDER').strip()\nAttributeError: 'NoneType' object"),
            Some("Funder address is required")
        );
        assert_eq!(of("page = int(os.environ['PAGE_SIZE'])\nValueError: invalid literal for int()"), None);
    }
}
