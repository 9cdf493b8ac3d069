//! An order that can never be filled: every amount is 0, which the exchange refuses before anything else,
//! while its signature is judged like that of any other.

use alloy_primitives::{Address, B256, U256};

use super::{Order, Terms};
use crate::auth::wallet::SignatureType;

/// Salts are sent as JSON numbers, which hold no more bits than this.
const SALT_BITS: u64 = 53;

impl Order {
    /// The order of amount 0 that such settings would sign. `key` is the address of the private key,
    /// `random` chooses the salt, `now_ms` is in Unix milliseconds.
    pub fn probe(key: Address, maker: Address, kind: SignatureType, random: u64, now_ms: u64) -> Self {
        Self {
            salt: U256::from(random & ((1 << SALT_BITS) - 1)),
            maker,
            // a deposit wallet speaks for itself
            signer: if kind == SignatureType::Poly1271 { maker } else { key },
            token_id: U256::ZERO,
            maker_amount: U256::ZERO,
            taker_amount: U256::ZERO,
            side: 0,
            signature_type: kind.into(),
            terms: Terms::V2 { timestamp: U256::from(now_ms), metadata: B256::ZERO, builder: B256::ZERO },
        }
    }

    /// Whether no exchange fills it, whoever has its signature.
    pub fn is_probe(&self) -> bool {
        self.maker_amount.is_zero() && self.taker_amount.is_zero()
    }
}
