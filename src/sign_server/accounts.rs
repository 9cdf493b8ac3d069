//! Who may have what signed: builder accounts, and the tokens that choose between them.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use thiserror::Error;

use super::allowed::{self, Allowed};
use super::rate_limit::{RateLimit, Throttle};
use crate::auth::builder::BuilderKey;
use crate::auth::l2::{ApiCredentials, NotBase64};
use crate::secret::{Secret, SecretDigest};

/// A builder account, and the tokens of those who may sign as it.
pub struct Account {
    /// What the log and the metrics call it.
    pub name: String,
    pub credentials: ApiCredentials,
    pub tokens: Vec<Secret>,
}

/// Accounts that a server cannot start with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccountsError {
    #[error("there is no account")]
    None,
    #[error("two accounts are named {0}")]
    SameName(String),
    #[error("account {0} has no token, so nobody can use it")]
    NoToken(String),
    #[error("account {0} has a token twice, or one that a different account also has")]
    SameToken(String),
    #[error("account {name}: {reason}")]
    Secret { name: String, reason: NotBase64 },
}

/// What a signing server signs with, and for whom.
pub struct Signer {
    entries: Vec<Entry>,
    clock_offset: i64,
    /// What is signed; empty lets everything be signed, as the official server does.
    allowed: Vec<Allowed>,
}

/// A way in: a token, and whom it signs as.
pub(super) struct Entry {
    /// `None` lets everybody in; such an entry is the only one.
    token: Option<SecretDigest>,
    pub(super) account: Arc<str>,
    pub(super) key: Arc<BuilderKey>,
    pub(super) throttle: Option<Arc<Throttle>>,
}

impl Signer {
    /// One account. `Authorization: Bearer TOKEN` must come with every request; without a token
    /// everybody may sign.
    ///
    /// # Errors
    ///
    /// [`NotBase64`] when the secret cannot be decoded, so that a server does not start with it.
    pub fn new(credentials: &ApiCredentials, token: Option<&Secret>) -> Result<Self, NotBase64> {
        let key = Arc::new(BuilderKey::decode(credentials)?);
        let token = token.map(|token| SecretDigest::of(token.expose()));
        Ok(Self::of(vec![Entry { token, account: "default".into(), key, throttle: None }]))
    }

    /// Several accounts, chosen by the token that comes with a request.
    ///
    /// # Errors
    ///
    /// [`AccountsError`] when a request could not be given to one account, or not be signed.
    pub fn serving(accounts: &[Account]) -> Result<Self, AccountsError> {
        let mut entries: Vec<Entry> = Vec::new();
        for Account { name, credentials, tokens } in accounts {
            if entries.iter().any(|entry| *entry.account == **name) {
                return Err(AccountsError::SameName(name.clone()));
            }
            if tokens.is_empty() {
                return Err(AccountsError::NoToken(name.clone()));
            }
            let key = BuilderKey::decode(credentials);
            let key = Arc::new(key.map_err(|reason| AccountsError::Secret { name: name.clone(), reason })?);
            let account: Arc<str> = name.as_str().into();
            for token in tokens {
                let token = Some(SecretDigest::of(token.expose()));
                if entries.iter().any(|entry| entry.token == token) {
                    return Err(AccountsError::SameToken(name.clone()));
                }
                entries.push(Entry { token, account: Arc::clone(&account), key: Arc::clone(&key), throttle: None });
            }
        }
        if entries.is_empty() { Err(AccountsError::None) } else { Ok(Self::of(entries)) }
    }

    fn of(entries: Vec<Entry>) -> Self {
        Self { entries, clock_offset: 0, allowed: Vec::new() }
    }

    /// Runs the server's clock ahead by so many seconds (behind, when negative).
    #[must_use]
    pub fn with_clock_offset(self, seconds: i64) -> Self {
        Self { clock_offset: seconds, ..self }
    }

    /// Signs only these requests, and refuses the others with 403; an empty list allows all.
    #[must_use]
    pub fn with_allowed(self, allowed: Vec<Allowed>) -> Self {
        Self { allowed, ..self }
    }

    /// Signs no more than this for each token, and refuses the rest with 429.
    #[must_use]
    pub fn with_rate_limit(mut self, limit: RateLimit) -> Self {
        for entry in &mut self.entries {
            entry.throttle = Some(Arc::new(Throttle::new(limit)));
        }
        self
    }

    /// Goes on with what the tokens of another signer have used up of the same limit.
    #[must_use]
    pub(super) fn continuing(mut self, before: &Self) -> Self {
        for entry in self.entries.iter_mut().filter(|entry| entry.throttle.is_some()) {
            let same = before.entries.iter().find(|old| old.token == entry.token);
            if let Some(used) = same.and_then(|old| old.throttle.clone()) {
                entry.throttle = Some(used);
            }
        }
        self
    }

    /// Whether a request needs no token.
    pub fn is_open(&self) -> bool {
        self.entries.iter().any(|entry| entry.token.is_none())
    }

    /// Unix seconds.
    pub(super) fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second() + self.clock_offset
    }

    pub(super) fn lets_pass(&self, method: &str, path: &str, body: Option<&str>) -> bool {
        allowed::lets_pass(&self.allowed, method, path, body)
    }

    /// The entry that a request's token opens. Every token is compared, however early one fits, so
    /// that the time says nothing.
    pub(super) fn authorize(&self, headers: &HeaderMap) -> Result<&Entry, &'static str> {
        if let [entry @ Entry { token: None, .. }] = self.entries.as_slice() {
            return Ok(entry);
        }
        let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        if given.is_empty() {
            return Err("Authorization token required");
        }
        let given = std::str::from_utf8(given).unwrap_or_default();
        let given = Some(SecretDigest::of(given.strip_prefix("Bearer ").unwrap_or(given)));
        let fitting =
            self.entries.iter().fold(None, |found, entry| if entry.token == given { Some(entry) } else { found });
        fitting.ok_or("Invalid authorization token")
    }
}
