//! L1: the EIP-712 signature over `ClobAuth` that creates and derives API credentials.
//!
//! The domain has a name, a version and a chain id, and no contract. The signer is always the
//! key's own address, for every signature type (all official clients; a wallet address in
//! `POLY_ADDRESS` is refused with 401 `Invalid L1 Request headers`).

use alloy_primitives::{Address, B256, Signature, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{Eip712Domain, SolStruct as _, eip712_domain, sol};

use super::AuthHeaders;

sol! {
    struct ClobAuth {
        address address;
        string timestamp;
        uint256 nonce;
        string message;
    }
}

// the name of the struct is part of what is signed
mod number {
    alloy_sol_types::sol! {
        struct ClobAuth {
            address address;
            uint256 timestamp;
            uint256 nonce;
            string message;
        }
    }
}

/// The sentence that every client signs.
pub const MESSAGE: &str = "This message attests that I control the given wallet";

pub(super) const DOMAIN_NAME: &str = "ClobAuthDomain";
pub(super) const DOMAIN_VERSION: &str = "1";

/// `ClobAuthDomain`, version 1, of a chain.
pub fn domain(chain_id: u64) -> Eip712Domain {
    eip712_domain! { name: DOMAIN_NAME, version: DOMAIN_VERSION, chain_id: chain_id, }
}

/// All that goes into the signature, also what no client should change: for whoever searches what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// In the domain: 137 for Polygon.
    pub chain_id: u64,
    /// In the domain: `ClobAuthDomain` for every official client.
    pub name: String,
    /// In the domain: `1` for every official client.
    pub version: String,
    /// The address that is claimed; only the signer's own is accepted.
    pub address: Address,
    /// The header's text.
    pub timestamp: String,
    /// Which credentials of the address are meant; 0 unless it has several.
    pub nonce: U256,
    /// [`MESSAGE`] for every official client.
    pub message: String,
}

impl Claim {
    /// As every official client signs it.
    pub fn new(chain_id: u64, address: Address, timestamp: &str, nonce: U256) -> Self {
        Self {
            chain_id,
            name: DOMAIN_NAME.to_owned(),
            version: DOMAIN_VERSION.to_owned(),
            address,
            timestamp: timestamp.to_owned(),
            nonce,
            message: MESSAGE.to_owned(),
        }
    }

    /// The 32 bytes that are signed.
    pub fn digest(&self) -> B256 {
        let domain = Eip712Domain::new(
            Some(self.name.clone().into()),
            Some(self.version.clone().into()),
            Some(U256::from(self.chain_id)),
            None,
            None,
        );
        self.digest_in(&domain)
    }

    /// The same in a domain that has the zero address as its contract, which no official client signs.
    pub(crate) fn digest_with_contract(&self) -> B256 {
        let domain = Eip712Domain::new(
            Some(self.name.clone().into()),
            Some(self.version.clone().into()),
            Some(U256::from(self.chain_id)),
            Some(Address::ZERO),
            None,
        );
        self.digest_in(&domain)
    }

    /// The same with a time that is a number, which no official client signs; `None` where it is none.
    pub(crate) fn digest_with_number(&self) -> Option<B256> {
        let timestamp = self.timestamp.parse().ok()?;
        let Self { address, nonce, message, .. } = self.clone();
        let auth = number::ClobAuth { address, timestamp, nonce, message };
        Some(auth.eip712_signing_hash(&Eip712Domain::new(
            Some(self.name.clone().into()),
            Some(self.version.clone().into()),
            Some(U256::from(self.chain_id)),
            None,
            None,
        )))
    }

    fn digest_in(&self, domain: &Eip712Domain) -> B256 {
        let auth = ClobAuth {
            address: self.address,
            timestamp: self.timestamp.clone(),
            nonce: self.nonce,
            message: self.message.clone(),
        };
        auth.eip712_signing_hash(domain)
    }
}

/// The struct that is signed. `timestamp` is the header's text.
pub(super) fn auth(address: Address, timestamp: &str, nonce: U256) -> ClobAuth {
    ClobAuth { address, timestamp: timestamp.to_owned(), nonce, message: MESSAGE.to_owned() }
}

/// The 32 bytes that are signed. `timestamp` is the header's text: decimal Unix seconds.
pub fn digest(chain_id: u64, address: Address, timestamp: &str, nonce: U256) -> B256 {
    auth(address, timestamp, nonce).eip712_signing_hash(&domain(chain_id))
}

/// The four L1 headers. `timestamp` is in Unix seconds.
///
/// # Errors
///
/// None that a key from [`super::key::parse`] can meet; the signer's own error otherwise.
pub fn headers(
    signer: &PrivateKeySigner,
    chain_id: u64,
    timestamp: i64,
    nonce: U256,
) -> alloy_signer::Result<AuthHeaders> {
    let timestamp = timestamp.to_string();
    let signature = signer.sign_hash_sync(&digest(chain_id, signer.address(), &timestamp, nonce))?;
    Ok(AuthHeaders::new(vec![
        ("POLY_ADDRESS", signer.address().to_string()),
        ("POLY_SIGNATURE", signature.to_string()),
        ("POLY_TIMESTAMP", timestamp),
        ("POLY_NONCE", nonce.to_string()),
    ]))
}

/// The address whose key made `signature` (0x and 130 hex digits) over these values.
///
/// `None` when the text is no signature, or recovers to nothing.
pub fn recover(signature: &str, chain_id: u64, address: Address, timestamp: &str, nonce: U256) -> Option<Address> {
    let signature: Signature = signature.parse().ok()?;
    signature.recover_address_from_prehash(&digest(chain_id, address, timestamp, nonce)).ok()
}
