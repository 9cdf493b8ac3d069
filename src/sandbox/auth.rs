//! Who sends a request: the real checks of L1 signatures and of L2 and builder HMACs.
//!
//! Where the service's own behaviour is not known, this is strict in the documented way: every
//! defect of an L1 header set is `Invalid L1 Request headers`, every one of an L2 set is
//! `Unauthorized/Invalid api key`, and timestamps may be 30 s off in either direction.

use alloy_primitives::{Address, U256};

use super::Sandbox;
use super::http::{Received, Refusal};
use crate::auth::l1;
use crate::auth::l2::{self, ApiCredentials, SecretKey};
use crate::secret::same_text;

const WINDOW_SECONDS: i64 = 30;

const INVALID_L1: &str = "Invalid L1 Request headers";
const UNAUTHORIZED: &str = "Unauthorized/Invalid api key";

/// The names under which one kind of HMAC header set travels.
struct HeaderSet {
    key: &'static str,
    passphrase: &'static str,
    signature: &'static str,
    timestamp: &'static str,
}

const USER: HeaderSet = HeaderSet {
    key: "POLY_API_KEY",
    passphrase: "POLY_PASSPHRASE",
    signature: "POLY_SIGNATURE",
    timestamp: "POLY_TIMESTAMP",
};

const BUILDER: HeaderSet = HeaderSet {
    key: "POLY_BUILDER_API_KEY",
    passphrase: "POLY_BUILDER_PASSPHRASE",
    signature: "POLY_BUILDER_SIGNATURE",
    timestamp: "POLY_BUILDER_TIMESTAMP",
};

/// Whose user key signed, and which one it was.
pub(super) struct User {
    pub(super) owner: Address,
    pub(super) key: String,
}

impl Received {
    pub(super) fn has_builder_headers(&self) -> bool {
        self.header(BUILDER.key).is_some()
    }

    fn address(&self) -> Option<Address> {
        // Clients differ in the case of the digits, so no checksum is asked for.
        self.header("POLY_ADDRESS")?.strip_prefix("0x")?.parse().ok()
    }

    /// Whether these headers are the HMAC of this very request by these credentials.
    fn is_signed(&self, names: &HeaderSet, credentials: &ApiCredentials, now: i64) -> Option<()> {
        let timestamp = timestamp(self.header(names.timestamp)?, now)?;
        let body = std::str::from_utf8(&self.body).ok()?;
        let message = l2::message(timestamp, self.method.as_str(), &self.path, Some(body));
        let secret = SecretKey::decode(&credentials.secret).ok()?;
        let right = secret.verifies(&message, self.header(names.signature)?)
            & same_text(self.header(names.passphrase)?, credentials.passphrase.expose());
        right.then_some(())
    }
}

/// Decimal Unix seconds, written in the one usual way, within the window.
fn timestamp(text: &str, now: i64) -> Option<i64> {
    let seconds: i64 = text.parse().ok()?;
    (seconds.to_string() == text && seconds.abs_diff(now) <= WINDOW_SECONDS.unsigned_abs()).then_some(seconds)
}

/// A nonce as every client writes it: decimal digits, up to the largest uint256.
fn nonce(text: &str) -> Option<U256> {
    let is_decimal = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    is_decimal.then(|| U256::from_str_radix(text, 10).ok()).flatten()
}

impl Sandbox {
    /// The signer and the nonce of an L1 request.
    pub(super) fn wallet(&self, received: &Received) -> Result<(Address, U256), Refusal> {
        self.wallet_of(received).ok_or_else(|| Refusal::unauthorized(INVALID_L1))
    }

    fn wallet_of(&self, received: &Received) -> Option<(Address, U256)> {
        let address = received.address()?;
        let nonce = nonce(received.header("POLY_NONCE")?)?;
        let stamp = received.header("POLY_TIMESTAMP")?;
        timestamp(stamp, self.now())?;
        let signature = received.header("POLY_SIGNATURE")?;
        let signer = l1::recover(signature, self.ledger.chain.id, address, stamp, nonce)?;
        (signer == address).then_some((address, nonce))
    }

    /// The user whose key signed an L2 request.
    pub(super) fn user(&self, received: &Received) -> Result<User, Refusal> {
        self.user_of(received).ok_or_else(|| Refusal::unauthorized(UNAUTHORIZED))
    }

    fn user_of(&self, received: &Received) -> Option<User> {
        let (keys, now) = (self.keys(), self.now());
        let key = keys.user(received.header(USER.key)?)?;
        received.is_signed(&USER, &key.credentials, now)?;
        let usable = !key.asleep && key.usable_from <= now && received.address()? == key.owner;
        usable.then(|| User { owner: key.owner, key: key.credentials.key.clone() })
    }

    /// The id of the builder key that signed a request.
    pub(super) fn builder(&self, received: &Received) -> Result<String, Refusal> {
        self.builder_of(received).ok_or_else(|| Refusal::unauthorized(UNAUTHORIZED))
    }

    fn builder_of(&self, received: &Received) -> Option<String> {
        let keys = self.keys();
        let key = keys.builder(received.header(BUILDER.key)?)?;
        received.is_signed(&BUILDER, &key.credentials, self.now())?;
        Some(key.credentials.key.clone())
    }

    /// Who reads orders: a user, or an address with one of its read-only keys.
    pub(super) fn reader(&self, received: &Received) -> Result<Address, Refusal> {
        let Some(key) = received.header("POLY_READONLY_API_KEY") else {
            return self.user(received).map(|user| user.owner);
        };
        let owner = received.address().filter(|owner| self.keys().readonly_of(*owner).contains(&key));
        owner.ok_or_else(|| Refusal::unauthorized(UNAUTHORIZED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_seconds_within_the_window() {
        assert_eq!(timestamp("1030", 1000), Some(1030));
        assert_eq!(timestamp("970", 1000), Some(970));
        for text in ["1031", "969", "+1000", "01000", "1000000", "1e3", "", "-1000", "99999999999999999999"] {
            assert_eq!(timestamp(text, 1000), None, "{text}");
        }
        assert_eq!(timestamp(&i64::MIN.to_string(), i64::MAX), None);
    }

    #[test]
    fn nonces_are_every_uint256_and_nothing_else() {
        assert_eq!(nonce("0"), Some(U256::ZERO));
        assert_eq!(nonce(&U256::MAX.to_string()), Some(U256::MAX));
        for text in ["", "-1", "+1", "0x1", "1_0", "1.0", &format!("{}0", U256::MAX)] {
            assert_eq!(nonce(text), None, "{text}");
        }
    }
}
