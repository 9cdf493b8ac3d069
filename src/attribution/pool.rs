//! Trades that wait for their counterpart in the other listing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What both listings name a trade by, hashed: 8 bytes each instead of 36 and 66.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    id: u64,
    transaction: Option<u64>,
}

impl Name {
    /// Services have named one trade differently in the two listings, but its transaction is the same.
    pub(super) fn of(id: &str, transaction: Option<&str>) -> Self {
        let hash = |text: &str| {
            let mut hasher = DefaultHasher::new();
            text.to_ascii_lowercase().hash(&mut hasher);
            hasher.finish()
        };
        let transaction = transaction.map(hash);
        Self { id: if id.is_empty() { transaction.unwrap_or_default() } else { hash(id) }, transaction }
    }
}

/// Trades that wait for their counterpart.
#[derive(Debug)]
pub(super) struct UnmatchedTrades<T> {
    by_id: HashMap<u64, (Option<u64>, T)>,
    by_transaction: HashMap<u64, u64>,
}

impl<T> Default for UnmatchedTrades<T> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), by_transaction: HashMap::new() }
    }
}

impl<T> UnmatchedTrades<T> {
    pub(super) fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    pub(super) fn put(&mut self, name: Name, trade: T) {
        self.by_id.insert(name.id, (name.transaction, trade));
        if let Some(transaction) = name.transaction {
            self.by_transaction.insert(transaction, name.id);
        }
    }

    pub(super) fn take(&mut self, name: Name) -> Option<T> {
        let by_transaction = || self.by_transaction.get(&name.transaction?).copied();
        let id = if self.by_id.contains_key(&name.id) { name.id } else { by_transaction()? };
        let (transaction, trade) = self.by_id.remove(&id)?;
        if let Some(transaction) = transaction {
            self.by_transaction.remove(&transaction);
        }
        Some(trade)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.by_id.values().map(|(_, trade)| trade)
    }
}
