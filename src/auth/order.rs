//! Orders: what is signed for an exchange contract, how, and whose signature an order carries.
//!
//! Orders of protocol version 1 have a struct of their own; those of versions 2 and 3 share one, and
//! differ in the domain of the exchange. Types 0 to 2 are signed as they are; the owner of a deposit
//! wallet (type 3) signs a nested struct (ERC-7739), which the wallet unpacks.

pub mod amounts;
mod exchange;
mod probe;
mod signature;

use alloy_primitives::{Address, B256, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolStruct as _;

use super::contracts;
use super::wallet::{SignatureType, WalletMap};
use super::wallet_signature::{nest, nested_digest, typed_data_hash};

pub use exchange::{Domain, Exchange, NAME, Version};
pub(crate) use signature::session;
pub use signature::{Nested, OrderSignature, with_session};

// the name of both structs is part of what is signed
mod v1 {
    use alloy_sol_types::sol;

    sol! {
        struct Order {
            uint256 salt;
            address maker;
            address signer;
            address taker;
            uint256 tokenId;
            uint256 makerAmount;
            uint256 takerAmount;
            uint256 expiration;
            uint256 nonce;
            uint256 feeRateBps;
            uint8 side;
            uint8 signatureType;
        }
    }
}

mod v2 {
    use alloy_sol_types::sol;

    sol! {
        struct Order {
            uint256 salt;
            address maker;
            address signer;
            uint256 tokenId;
            uint256 makerAmount;
            uint256 takerAmount;
            uint8 side;
            uint8 signatureType;
            uint256 timestamp;
            bytes32 metadata;
            bytes32 builder;
        }
    }
}

/// An order as it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Makes the order unique. The body has it as a JSON number, so it fits into a double.
    pub salt: U256,
    /// The wallet that holds what is offered.
    pub maker: Address,
    /// Whose signature it is: the key's address, or for type 3 the deposit wallet.
    pub signer: Address,
    /// The outcome that is traded: an id of the ERC-1155, or of a position in version 3.
    pub token_id: U256,
    /// In units of 10^-6: collateral for BUY, shares for SELL.
    pub maker_amount: U256,
    /// In units of 10^-6: shares for BUY, collateral for SELL.
    pub taker_amount: U256,
    /// 0 BUY, 1 SELL.
    pub side: u8,
    /// 0 to 3, see [`SignatureType`]; a byte, so that any number can be hashed.
    pub signature_type: u8,
    /// The other fields, which depend on the protocol version.
    pub terms: Terms,
}

/// The fields that only one struct has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Of version 1.
    V1 {
        /// Zero: anybody.
        taker: Address,
        /// Unix seconds; 0: none.
        expiration: U256,
        /// The maker's nonce at the exchange; an order with another one is invalid.
        nonce: U256,
        /// The fee that the maker accepts, in hundredths of a percent.
        fee_rate_bps: U256,
    },
    /// Of versions 2 and 3. The expiration is in the body, and not signed.
    V2 {
        /// Unix milliseconds.
        timestamp: U256,
        /// 32 bytes that the client is free to use; zero: none.
        metadata: B256,
        /// The builder code; zero: none.
        builder: B256,
    },
}

impl Order {
    /// The EIP-712 hash of the struct, without any domain.
    pub fn struct_hash(&self) -> B256 {
        let Self { salt, maker, signer, side, .. } = *self;
        match self.terms {
            Terms::V1 { taker, expiration, nonce, fee_rate_bps } => v1::Order {
                salt,
                maker,
                signer,
                taker,
                tokenId: self.token_id,
                makerAmount: self.maker_amount,
                takerAmount: self.taker_amount,
                expiration,
                nonce,
                feeRateBps: fee_rate_bps,
                side,
                signatureType: self.signature_type,
            }
            .eip712_hash_struct(),
            Terms::V2 { timestamp, metadata, builder } => v2::Order {
                salt,
                maker,
                signer,
                tokenId: self.token_id,
                makerAmount: self.maker_amount,
                takerAmount: self.taker_amount,
                side,
                signatureType: self.signature_type,
                timestamp,
                metadata,
                builder,
            }
            .eip712_hash_struct(),
        }
    }

    /// The order's hash at an exchange, by which the exchange and the CLOB know it; types 0 to 2 sign it.
    pub fn hash(&self, separator: B256) -> B256 {
        typed_data_hash(separator, self.struct_hash())
    }

    /// What the owner of the deposit wallet `maker` signs instead of the hash (type 3).
    pub fn nested_digest(&self, chain_id: u64, separator: B256) -> B256 {
        nested_digest(chain_id, self.maker, separator, self.struct_hash())
    }

    /// Signs for an exchange, in the form that the signature type has.
    ///
    /// # Errors
    ///
    /// None that a key from [`super::key::parse`] can meet; the signer's own error otherwise.
    pub fn sign(&self, signer: &PrivateKeySigner, exchange: &Exchange) -> alloy_signer::Result<Vec<u8>> {
        let separator = exchange.separator;
        if self.signature_type != u8::from(SignatureType::Poly1271) {
            return Ok(signer.sign_hash_sync(&self.hash(separator))?.as_bytes().to_vec());
        }
        let inner = signer.sign_hash_sync(&self.nested_digest(exchange.chain_id, separator))?;
        Ok(nest(&inner.as_bytes(), separator, self.struct_hash()))
    }

    /// Signs for a deposit wallet with a session key: the nested signature in its envelope.
    ///
    /// # Errors
    ///
    /// As [`Order::sign`].
    pub fn sign_as_session(&self, session: &PrivateKeySigner, exchange: &Exchange) -> alloy_signer::Result<Vec<u8>> {
        Ok(with_session(session.address(), &self.sign(session, exchange)?))
    }

    /// Whose signature this is for an exchange. Of a nested one also the order and the domain that it
    /// names have to be these.
    pub fn recover(&self, signature: &OrderSignature, exchange: &Exchange) -> Option<Address> {
        let separator = exchange.separator;
        match signature {
            OrderSignature::Plain(plain) => plain.recover_address_from_prehash(&self.hash(separator)).ok(),
            OrderSignature::Nested(nested) | OrderSignature::Session { nested, .. } => {
                let is_made_for_it = nested.separator == separator && nested.contents == self.struct_hash();
                let digest = self.nested_digest(exchange.chain_id, separator);
                is_made_for_it.then(|| nested.inner.recover_address_from_prehash(&digest).ok())?
            }
        }
    }

    /// Whether the contract would take this signature (`validateOrderSignature`), by its published rules.
    ///
    /// `None` where only the chain knows: who owns the deposit wallet, which session keys it has, and
    /// which proxy a signer has on Amoy.
    pub fn is_signed_for(&self, signature: &[u8], exchange: &Exchange) -> Option<bool> {
        // ecrecover takes no other last byte
        let is_recoverable = signature.len() != 65 || matches!(signature[64], 27 | 28);
        let Some(decoded) = OrderSignature::decode(signature).filter(|_| is_recoverable) else { return Some(false) };
        let Ok(kind) = SignatureType::try_from(self.signature_type) else { return Some(false) };
        let Some(recovered) = self.recover(&decoded, exchange) else { return Some(false) };
        let wallets = WalletMap::derive(contracts::chain(exchange.chain_id)?, recovered);
        let is_plain = matches!(decoded, OrderSignature::Plain(_));
        Some(match kind {
            SignatureType::Eoa => is_plain && recovered == self.signer && self.signer == self.maker,
            // which factory counts on Amoy is not confirmed
            SignatureType::PolyProxy if exchange.chain_id != contracts::POLYGON => return None,
            SignatureType::PolyProxy => is_plain && recovered == self.signer && wallets.proxy == self.maker,
            SignatureType::PolyGnosisSafe => is_plain && recovered == self.signer && wallets.safe == self.maker,
            SignatureType::Poly1271 if self.signer != self.maker => false,
            SignatureType::Poly1271 => {
                let is_own = wallets.kind_of(self.maker).is_some_and(|wallet| wallet.signature_type() == kind);
                let is_owner = is_own && matches!(decoded, OrderSignature::Nested(_));
                return is_owner.then_some(true);
            }
        })
    }
}

#[cfg(test)]
mod tests;
