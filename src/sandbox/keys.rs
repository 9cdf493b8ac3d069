//! The keys that the sandbox has given out: of users, of builders, and read-only ones.
//!
//! Everything is computed from the seed, the owner and the nonce, so that two runs give the same
//! keys; only a builder key also holds the time at which it was made, as the real ones do.

use alloy_primitives::{Address, B256, U256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use uuid::Uuid;

use crate::auth::l2::ApiCredentials;
use crate::secret::Secret;

/// Credentials of a user, found by owner and nonce (L1) or by their id (L2).
pub(super) struct UserKey {
    pub(super) owner: Address,
    pub(super) nonce: U256,
    pub(super) credentials: ApiCredentials,
    /// Unix seconds before which L2 refuses it.
    pub(super) usable_from: i64,
    /// Refused by L2 until it is derived once.
    pub(super) asleep: bool,
    deleted: bool,
}

pub(super) struct BuilderKey {
    pub(super) owner: Address,
    pub(super) credentials: ApiCredentials,
    /// The code whose trades this key sees.
    pub(super) code: B256,
    pub(super) created: Timestamp,
    pub(super) revoked: Option<Timestamp>,
}

#[derive(Default)]
pub(super) struct Keys {
    seed: u64,
    users: Vec<UserKey>,
    builders: Vec<BuilderKey>,
    /// Owner and key.
    readonly: Vec<(Address, String)>,
    readonly_made: u64,
}

impl Keys {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// A new key; `None` while owner and nonce have one.
    pub(super) fn create(&mut self, owner: Address, nonce: U256, usable_from: i64) -> Option<ApiCredentials> {
        if self.at(owner, nonce).is_some() {
            return None;
        }
        let generation = self.users.iter().filter(|key| key.owner == owner && key.nonce == nonce).count() as u64;
        let credentials = self.credentials("user", owner, &[&nonce.to_be_bytes::<32>(), &generation.to_be_bytes()]);
        let key = UserKey { owner, nonce, credentials, usable_from, asleep: false, deleted: false };
        let credentials = key.credentials.clone();
        self.users.push(key);
        Some(credentials)
    }

    /// The key of owner and nonce, which wakes by that.
    pub(super) fn derive(&mut self, owner: Address, nonce: U256) -> Option<ApiCredentials> {
        let key = self.users.iter_mut().find(|key| !key.deleted && key.owner == owner && key.nonce == nonce)?;
        key.asleep = false;
        Some(key.credentials.clone())
    }

    pub(super) fn at(&self, owner: Address, nonce: U256) -> Option<&UserKey> {
        self.users.iter().find(|key| !key.deleted && key.owner == owner && key.nonce == nonce)
    }

    pub(super) fn user(&self, id: &str) -> Option<&UserKey> {
        self.users.iter().find(|key| !key.deleted && key.credentials.key == id)
    }

    /// The ids of an owner's keys, the oldest first.
    pub(super) fn users_of(&self, owner: Address) -> Vec<&str> {
        let own = self.users.iter().filter(|key| !key.deleted && key.owner == owner);
        own.map(|key| key.credentials.key.as_str()).collect()
    }

    pub(super) fn delete(&mut self, id: &str) {
        self.users.iter_mut().filter(|key| key.credentials.key == id).for_each(|key| key.deleted = true);
    }

    pub(super) fn put_to_sleep(&mut self) {
        self.users.iter_mut().for_each(|key| key.asleep = true);
    }

    pub(super) fn create_builder(&mut self, owner: Address, code: B256, now: Timestamp) -> ApiCredentials {
        let made = self.builders_of(owner).count() as u64;
        let mut credentials = self.credentials("builder", owner, &[&made.to_be_bytes()]);
        let tail = derive(self.seed, "builder id", &[owner.as_slice(), &made.to_be_bytes()]);
        let mut random = [0; 10];
        random.copy_from_slice(&tail[..10]);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        credentials.key = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string();
        self.add_builder(owner, credentials.clone(), code, now);
        credentials
    }

    pub(super) fn add_builder(&mut self, owner: Address, credentials: ApiCredentials, code: B256, created: Timestamp) {
        self.builders.push(BuilderKey { owner, credentials, code, created, revoked: None });
    }

    /// All of an owner's builder keys, the oldest first, revoked ones among them.
    pub(super) fn builders_of(&self, owner: Address) -> impl DoubleEndedIterator<Item = &BuilderKey> {
        self.builders.iter().filter(move |key| key.owner == owner)
    }

    /// The builder key with this id, unless it is revoked.
    pub(super) fn builder(&self, id: &str) -> Option<&BuilderKey> {
        self.builders.iter().find(|key| key.revoked.is_none() && key.credentials.key == id)
    }

    pub(super) fn revoke_builder(&mut self, id: &str, now: Timestamp) {
        self.builders.iter_mut().filter(|key| key.credentials.key == id).for_each(|key| key.revoked = Some(now));
    }

    pub(super) fn create_readonly(&mut self, owner: Address) -> String {
        self.readonly_made += 1;
        let key = self.id("readonly", owner, &[&self.readonly_made.to_be_bytes()]);
        self.readonly.push((owner, key.clone()));
        key
    }

    pub(super) fn readonly_of(&self, owner: Address) -> Vec<&str> {
        self.readonly.iter().filter(|(of, _)| *of == owner).map(|(_, key)| key.as_str()).collect()
    }

    /// Whether there was such a key.
    pub(super) fn delete_readonly(&mut self, owner: Address, key: &str) -> bool {
        let before = self.readonly.len();
        self.readonly.retain(|(of, known)| *of != owner || known != key);
        self.readonly.len() < before
    }

    /// An id that looks random, like a user's key.
    pub(super) fn id(&self, label: &str, owner: Address, inputs: &[&[u8]]) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.derive_for(label, owner, inputs)[..16]);
        // Real ids have any version there; an even one can never pass for a builder's version 7.
        bytes[6] &= !0x10;
        Uuid::from_bytes(bytes).to_string()
    }

    fn credentials(&self, label: &str, owner: Address, inputs: &[&[u8]]) -> ApiCredentials {
        let part = |part: &str| self.derive_for(&format!("{label} {part}"), owner, inputs);
        ApiCredentials {
            key: self.id(label, owner, inputs),
            secret: Secret::new(URL_SAFE.encode(part("secret"))),
            passphrase: Secret::new(alloy_primitives::hex::encode(part("passphrase"))),
        }
    }

    fn derive_for(&self, label: &str, owner: Address, inputs: &[&[u8]]) -> [u8; 32] {
        derive(self.seed, label, &[&[owner.as_slice()], inputs].concat())
    }
}

/// 32 bytes that look random and follow from the seed: HMAC of a label and the inputs.
pub(super) fn derive(seed: u64, label: &str, inputs: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&seed.to_be_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
    for part in [label.as_bytes()].iter().chain(inputs) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::builder::builder_key_created_ms;

    const OWNER: Address = Address::repeat_byte(1);

    #[test]
    fn a_seed_gives_the_same_keys_every_time() {
        let make = |seed| Keys::new(seed).create(OWNER, U256::from(5), 0).unwrap();
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
        assert_ne!(Keys::new(1).create(OWNER, U256::from(6), 0), Some(make(1)));
    }

    #[test]
    fn keys_look_like_the_real_ones() {
        for nonce in 0..200 {
            let credentials = Keys::new(7).create(OWNER, U256::from(nonce), 0).unwrap();
            assert_eq!(credentials.secret.expose().len(), 44);
            assert_eq!(credentials.passphrase.expose().len(), 64);
            assert_eq!(Uuid::parse_str(&credentials.key).unwrap().to_string(), credentials.key);
            assert_eq!(builder_key_created_ms(&credentials.key), None);
        }
        let now = Timestamp::from_second(1_760_000_000).unwrap();
        let builder = Keys::new(7).create_builder(OWNER, B256::ZERO, now);
        assert_eq!(builder_key_created_ms(&builder.key), Some(1_760_000_000_000));
    }

    #[test]
    fn a_deleted_key_gives_way_to_a_new_one() {
        let mut keys = Keys::new(0);
        let first = keys.create(OWNER, U256::ZERO, 0).unwrap();
        assert_eq!(keys.create(OWNER, U256::ZERO, 0), None);
        keys.delete(&first.key);
        assert_eq!(keys.derive(OWNER, U256::ZERO), None);
        assert!(keys.user(&first.key).is_none());
        assert_ne!(keys.create(OWNER, U256::ZERO, 0), Some(first));
    }
}
