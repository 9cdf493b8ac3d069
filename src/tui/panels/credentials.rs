//! Credentials: the configured beside the derived, field by field; which nonces have a key; the keys of
//! the account. What changes them asks first.

pub(in crate::tui) mod offered;

use alloy_primitives::U256;
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::Span;

pub(super) use self::offered::offers;
use super::Content;
use crate::checks::{Status, short};
use crate::facts::{BuilderKey, CredentialsFact, Derived, Fact, SecretFact};
use crate::keys::belongs_to;
use crate::tui::state::task::{Task, TaskKind};
use crate::tui::state::{App, Phase};
use crate::tui::text::Page;

/// The lists are read once the run is over, whenever the panel comes onto the screen.
pub(super) fn while_shown(app: &App) -> Option<Task> {
    let setup = &app.facts.setup;
    let can = app.phase() == Phase::Over && app.is_live() && !setup.offline && setup.signer().is_some();
    can.then_some(Task::ReadKeys)
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let mut page = Page::new(app.theme, room.width.into());
    if app.phase() == Phase::Launching {
        page.text("Reading the settings", Style::new());
        return Content { lines: page.finish(), ..Content::default() };
    }
    comparison(app, &mut page);
    nonces(app, &mut page);
    keys(app, &mut page);
    Content { lines: page.finish(), ..Content::default() }
}

/// How a configured part stands beside the derived one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Equal,
    Differs,
    Absent,
    /// There is nothing to compare it with.
    Alone,
}

impl Match {
    fn of<T: PartialEq>(configured: Option<T>, derived: Option<T>) -> Self {
        match (configured, derived) {
            (None, _) => Self::Absent,
            (Some(_), None) => Self::Alone,
            (Some(configured), Some(derived)) if configured == derived => Self::Equal,
            _ => Self::Differs,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Differs => "differs",
            Self::Absent => "absent",
            Self::Alone => "set",
        }
    }

    fn status(self) -> Status {
        match self {
            Self::Equal => Status::Pass,
            Self::Differs => Status::Fail,
            Self::Absent | Self::Alone => Status::Skip,
        }
    }
}

/// A part of the credentials: what is configured, what is derived.
struct Part {
    name: &'static str,
    standing: Match,
    configured: Option<String>,
    derived: Option<String>,
}

impl Part {
    fn new(name: &'static str, standing: Match, configured: Option<String>, derived: Option<String>) -> Self {
        Self { name, standing, configured, derived }
    }

    fn text(&self) -> String {
        match (&self.configured, &self.derived, self.standing) {
            (Some(configured), _, Match::Equal) | (Some(configured), None, _) => configured.clone(),
            (Some(configured), Some(derived), _) => format!("{configured}; derived {derived}"),
            (None, Some(derived), _) => format!("derived {derived}"),
            (None, None, _) => String::new(),
        }
    }
}

/// Equal for two spellings of one secret; `None` for one that does not decode.
fn decoded(secret: &SecretFact) -> Option<&str> {
    secret.decoded.as_ref().ok().map(|decoded| decoded.fingerprint.as_str())
}

fn parts(configured: Option<&CredentialsFact>, derived: Option<&Derived>) -> [Part; 3] {
    let secret = |secret: &SecretFact| match &secret.decoded {
        Ok(decoded) => decoded.fingerprint.clone(),
        Err(error) => error.to_string(),
    };
    let key = configured.and_then(CredentialsFact::key);
    let own_secret = configured.and_then(|set| set.secret.as_ref()).map(|secret| &secret.value);
    let passphrase = configured.and_then(|set| set.passphrase.as_ref()).map(|shape| &shape.value);
    let same_secret = match (own_secret, derived) {
        // one that does not decode is nobody's
        (Some(own), Some(derived)) if decoded(own).is_none() || decoded(own) != decoded(&derived.secret) => {
            Match::Differs
        }
        (own, derived) => Match::of(own.map(decoded), derived.map(|derived| decoded(&derived.secret))),
    };
    [
        Part::new(
            "key",
            Match::of(key, derived.map(|derived| derived.key.as_str())),
            key.map(short),
            derived.map(|derived| short(&derived.key)),
        ),
        Part::new("secret", same_secret, own_secret.map(secret), derived.map(|derived| secret(&derived.secret))),
        Part::new(
            "passphrase",
            Match::of(passphrase, derived.map(|derived| &derived.passphrase)),
            passphrase.map(|shape| shape.fingerprint.clone()),
            derived.map(|derived| derived.passphrase.fingerprint.clone()),
        ),
    ]
}

fn comparison(app: &App, page: &mut Page) {
    let facts = &app.facts;
    let (configured, derived) = (facts.setup.credentials.as_ref(), facts.derived.known());
    page.heading(&format!("Configured vs. derived (nonce {})", facts.setup.nonce()));
    if configured.is_none() && derived.is_none() {
        page.text("No API credentials are configured", Style::new());
    }
    for part in parts(configured, derived).iter().filter(|_| configured.is_some() || derived.is_some()) {
        let status = part.standing.status();
        let mark = app.theme.symbol(status, app.now_ms);
        let before = vec![
            Span::styled(format!("{mark} {:<8}", part.standing.word()), app.theme.status(status)),
            Span::raw(format!("{:<11} ", part.name)),
        ];
        page.beside(before, &part.text(), Style::new());
    }
    if configured.is_some() || derived.is_some() {
        page.text("Secret and passphrase are shown as fingerprints", app.theme.dim());
    }
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some(key) = configured.and_then(|set| set.key.as_ref()) {
        rows.push(("configured in", key.source.to_string()));
    }
    rows.push(("derived", answered(&facts.derived, |_| "the wallet signature is accepted".to_owned())));
    if configured.is_some() {
        rows.push(("signed request", answered(&facts.configured_credentials, |_| "accepted".to_owned())));
    }
    page.fields(rows.iter().map(|(label, text)| (*label, text.as_str())));
}

fn answered<T>(fact: &Fact<T>, known: impl Fn(&T) -> String) -> String {
    match fact {
        Fact::Waiting => "not checked yet".to_owned(),
        Fact::Running { .. } => "checking".to_owned(),
        Fact::Known { value, .. } => known(value),
        Fact::Failed { failure, .. } => failure.to_string(),
        Fact::Blocked { .. } => "not checked: a dependency is missing".to_owned(),
        Fact::NotAsked { why } => format!("not checked: {why}"),
    }
}

fn nonces(app: &App, page: &mut Page) {
    let state = &app.panels.credentials;
    let known = app.known_nonces();
    page.heading("Nonces");
    let configured = app.facts.setup.credentials.as_ref().and_then(CredentialsFact::key);
    for nonce in &known {
        let text = match &nonce.key {
            Some(key) if Some(key.as_str()) == configured => format!("{}  configured", short(key)),
            Some(key) => short(key),
            None => continue,
        };
        page.beside(vec![Span::raw(format!("nonce {:<5} ", nonce.nonce))], &text, Style::new());
    }
    let free: Vec<U256> = known.iter().filter(|nonce| nonce.key.is_none()).map(|nonce| nonce.nonce).collect();
    if !free.is_empty() {
        page.text(&format!("No key at {}", ranges(&free)), Style::new());
    }
    let scan = match state.scanned.last() {
        Some(last) if app.tasks.contains(&TaskKind::ScanNonces) => format!("Scanning: 0 to {} checked", last.nonce),
        _ if app.tasks.contains(&TaskKind::ScanNonces) => "Scanning".to_owned(),
        Some(last) => format!("0 to {} checked", last.nonce),
        None if super::offers(app).is_empty() => String::new(),
        None => "Only the first nonces were checked; press x to scan more".to_owned(),
    };
    if !scan.is_empty() {
        page.text(&scan, app.theme.dim());
    }
    if let Some(failure) = &state.failure {
        page.text(&format!("The scan stopped: {failure}"), app.theme.status(Status::Unknown));
    }
    match configured.map(|key| belongs_to(&known, key)) {
        Some(None) if !known.is_empty() => {
            page.text("The configured key is at none of them", app.theme.status(Status::Warn));
        }
        _ => {}
    }
}

/// Numbers in order, as people write them: `1, 3–19`.
fn ranges(numbers: &[U256]) -> String {
    let follows = |a: &U256, b: &U256| a.checked_add(U256::from(1)) == Some(*b);
    let range = |run: &[U256]| match run {
        [first, .., last] => format!("{first}–{last}"),
        run => run.iter().map(ToString::to_string).collect(),
    };
    numbers.chunk_by(follows).map(range).collect::<Vec<_>>().join(", ")
}

fn keys(app: &App, page: &mut Page) {
    page.heading("Keys of the account");
    let Some(keys) = &app.panels.credentials.keys else {
        let setup = &app.facts.setup;
        let said = if !app.is_live() {
            "Not recorded: a replay makes no requests"
        } else if setup.offline {
            "Offline: not requested"
        } else if setup.signer().is_none() {
            "Not requested: no usable private key"
        } else if app.phase() == Phase::Over {
            "Reading"
        } else {
            "Read once the checks are done"
        };
        page.text(said, app.theme.dim());
        return;
    };
    let configured = app.facts.setup.credentials.as_ref().and_then(CredentialsFact::key);
    let builder = app.facts.setup.builder.as_ref().and_then(CredentialsFact::key);
    let marked = |key: &str, own: Option<&str>| {
        if own == Some(key) { format!("{}  configured", short(key)) } else { short(key) }
    };
    let of_builder = |key: &BuilderKey| {
        let revoked = if key.revoked { "  revoked" } else { "" };
        format!("{}{revoked}", marked(&key.key, builder))
    };
    let of_builders = keys.builder.as_ref().map(|keys| keys.iter().map(of_builder).collect());
    listed(app, page, "API", keys.api.as_ref().map(|keys| keys.iter().map(|key| marked(key, configured)).collect()));
    listed(app, page, "read-only", keys.readonly.as_ref().map(|keys| keys.iter().map(|key| short(key)).collect()));
    listed(app, page, "builder", of_builders);
}

fn listed(app: &App, page: &mut Page, name: &str, keys: Result<Vec<String>, &String>) {
    let before = |name: &str| vec![Span::styled(format!("{name:<10} "), app.theme.dim())];
    match keys {
        Err(failure) => page.beside(before(name), failure, app.theme.status(Status::Unknown)),
        Ok(keys) if keys.is_empty() => page.beside(before(name), "none", Style::new()),
        Ok(keys) => {
            for (place, key) in keys.iter().enumerate() {
                page.beside(before(if place == 0 { name } else { "" }), key, Style::new());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Match::{Absent, Differs, Equal};
    use super::*;
    use crate::facts::secret_fact;
    use crate::secret::Secret;
    use crate::settings::{Source, Sourced};

    #[test]
    fn numbers_in_a_row_are_one_range() {
        assert_eq!(ranges(&[1, 3, 4, 5, 9].map(U256::from)), "1, 3–5, 9");
        assert_eq!(ranges(&[U256::MAX]), U256::MAX.to_string());
    }

    fn fact(secret: &str) -> SecretFact {
        secret_fact(&Secret::new(secret))
    }

    #[test]
    fn two_spellings_of_one_secret_are_equal_and_one_that_does_not_decode_is_not() {
        let derived = Derived {
            nonce: U256::ZERO,
            key: "a".to_owned(),
            secret: fact("-_-_"),
            passphrase: Secret::new("p").shape(),
            with_server_time: false,
        };
        let standings = |secret: &str| {
            let set = CredentialsFact {
                key: Some(Sourced::new("b".to_owned(), Source::Default)),
                secret: Some(Sourced::new(fact(secret), Source::Default)),
                passphrase: None,
            };
            parts(Some(&set), Some(&derived)).map(|part| part.standing)
        };
        assert_eq!(standings("+/+/"), [Differs, Equal, Absent]);
        assert_eq!(standings("!"), [Differs, Differs, Absent]);
        assert_eq!(parts(None, Some(&derived)).map(|part| part.standing), [Absent; 3]);
    }
}
