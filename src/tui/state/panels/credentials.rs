//! What was read of the keys of the account.

use crate::facts::{BuilderKey, NonceKey};
use crate::tui::state::App;

/// What the panel itself has asked for.
#[derive(Debug, Default)]
pub struct State {
    pub(in crate::tui) keys: Option<AccountKeys>,
    /// In the order of a scan: 0 and up.
    pub(in crate::tui) scanned: Vec<NonceKey>,
    /// How a scan ended that did not end well.
    pub(in crate::tui) failure: Option<String>,
}

/// The keys that the service lists, or why it does not. Read-only keys are shortened.
#[derive(Clone, Debug)]
pub struct AccountKeys {
    pub api: Result<Vec<String>, String>,
    pub readonly: Result<Vec<String>, String>,
    pub builder: Result<Vec<BuilderKey>, String>,
}

impl State {
    pub(in crate::tui) fn take_keys(&mut self, keys: AccountKeys) {
        self.keys = Some(keys);
    }

    pub(in crate::tui) fn take_nonce(&mut self, nonce: NonceKey) {
        if nonce.nonce.is_zero() {
            self.scanned.clear();
        }
        self.failure = None;
        self.scanned.push(nonce);
    }
}

impl App {
    /// What is known of nonces, from the run and from a scan, in their order.
    pub(in crate::tui) fn known_nonces(&self) -> Vec<NonceKey> {
        let state = &self.panels.credentials;
        let mut known = state.scanned.clone();
        let derived = self.facts.derived.known().map(|it| NonceKey { nonce: it.nonce, key: Some(it.key.clone()) });
        let others = self.facts.other_nonces.known().into_iter().flatten().cloned();
        known.extend(derived.into_iter().chain(others));
        // of one nonce the scan, which is newer, stands first
        known.sort_by_key(|nonce| nonce.nonce);
        known.dedup_by_key(|nonce| nonce.nonce);
        known
    }
}
