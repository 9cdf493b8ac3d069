//! Signatures that a contract wallet checks itself (ERC-1271), in the form that each kind takes.
//!
//! A Safe answers for a message of its own domain, a deposit wallet for a nested one (ERC-7739), so
//! that a signature for one wallet of an owner is of no use at another.

use alloy_primitives::{Address, B256, Signature, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolStruct as _, SolValue as _, eip712_domain, sol};
use serde::{Deserialize, Serialize};

use super::contracts::Chain;
use super::order::{Domain, Version};
use super::wallet::CodeClass;

sol! {
    struct SafeMessage {
        bytes message;
    }
}

/// Orders of protocol versions 2 and 3, as EIP-712 writes their type (all official clients).
pub const ORDER_TYPE: &str = "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,\
    uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";

/// What a deposit wallet signs instead of the order itself (ERC-7739); the order's type follows.
pub(crate) const NESTED_TYPE: &str = "TypedDataSign(Order contents,string name,string version,uint256 chainId,\
    address verifyingContract,bytes32 salt)";

/// Name and version in the domain of a deposit wallet.
pub(crate) const WALLET_NAME: &str = "DepositWallet";
pub(crate) const WALLET_VERSION: &str = "1";

/// How a signature is handed to `isValidSignature`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureForm {
    /// The 65 bytes over the hash itself.
    Plain,
    /// 317 bytes: as orders of deposit wallets carry it.
    Nested,
    /// The 65 bytes over a message of the Safe's own domain.
    SafeMessage,
}

impl SignatureForm {
    /// The forms that code of this class could accept; none where it checks no signatures.
    ///
    /// A Polymarket proxy has no such function, and what a delegated EOA runs is anybody's guess.
    pub fn of_code(code: CodeClass) -> &'static [Self] {
        match code {
            CodeClass::DepositUups { .. } | CodeClass::DepositBeacon { .. } => &[Self::Plain, Self::Nested],
            CodeClass::Safe => &[Self::SafeMessage],
            CodeClass::Unknown { .. } => &[Self::Plain, Self::SafeMessage],
            CodeClass::Empty | CodeClass::Proxy | CodeClass::Delegated { .. } => &[],
        }
    }

    /// Its name in evidence, such as `plain` or `Safe message`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Nested => "wrapped as orders are (ERC-7739)",
            Self::SafeMessage => "Safe message",
        }
    }

    /// A signature of this form over 32 bytes: the hash to ask about, and the signature itself.
    ///
    /// In the nested form `contents` stands for the struct hash of an order of the exchange of
    /// protocol version 2; random bytes are the hash of no order that anyone could show.
    ///
    /// # Errors
    ///
    /// None that a key from [`super::key::parse`] can meet; the signer's own error otherwise.
    pub fn sign(
        self,
        signer: &PrivateKeySigner,
        chain: &Chain,
        wallet: Address,
        contents: B256,
    ) -> alloy_signer::Result<WalletSignature> {
        let sign = |digest: B256| Ok::<_, alloy_signer::Error>(signer.sign_hash_sync(&digest)?.as_bytes().to_vec());
        Ok(match self {
            Self::Plain => WalletSignature { hash: contents, bytes: sign(contents)? },
            Self::SafeMessage => {
                WalletSignature { hash: contents, bytes: sign(safe_message_digest(chain.id, wallet, contents))? }
            }
            Self::Nested => {
                let app = Domain::of(chain.id, Version::V2, chain.exchanges.v2).separator();
                let inner = sign(nested_digest(chain.id, wallet, app, contents))?;
                WalletSignature { hash: typed_data_hash(app, contents), bytes: nest(&inner, app, contents) }
            }
        })
    }
}

/// A hash, and a signature that is meant for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletSignature {
    /// The first argument of `isValidSignature`.
    pub hash: B256,
    /// The second argument: 65 bytes, or 317 for the nested form.
    pub bytes: Vec<u8>,
}

/// What EIP-712 signs: a struct of a domain.
pub(crate) fn typed_data_hash(separator: B256, contents: B256) -> B256 {
    keccak256([[0x19, 0x01].as_slice(), separator.as_slice(), contents.as_slice()].concat())
}

/// What the owner of a deposit wallet signs for a struct of an application's domain.
pub(crate) fn nested_digest(chain_id: u64, wallet: Address, app_separator: B256, contents: B256) -> B256 {
    let type_hash = keccak256([NESTED_TYPE, ORDER_TYPE].concat());
    let (name, version) = (keccak256(WALLET_NAME), keccak256(WALLET_VERSION));
    let fields = (type_hash, contents, name, version, alloy_primitives::U256::from(chain_id), wallet, B256::ZERO);
    typed_data_hash(app_separator, keccak256(fields.abi_encode()))
}

/// The 65 bytes, and after them everything that the wallet needs to build the digest again.
pub(crate) fn nest(inner: &[u8], app_separator: B256, contents: B256) -> Vec<u8> {
    let length = u16::try_from(ORDER_TYPE.len()).unwrap_or(u16::MAX).to_be_bytes();
    [inner, app_separator.as_slice(), contents.as_slice(), ORDER_TYPE.as_bytes(), &length].concat()
}

/// What an owner of a Safe signs so that the Safe answers for these 32 bytes (Safe 1.3.0).
fn safe_message_digest(chain_id: u64, safe: Address, hash: B256) -> B256 {
    let domain = eip712_domain! { chain_id: chain_id, verifying_contract: safe, };
    SafeMessage { message: hash.abi_encode().into() }.eip712_signing_hash(&domain)
}

/// Whose plain signature this is.
pub fn plain_signer(hash: B256, signature: &[u8]) -> Option<Address> {
    Signature::from_raw(signature).ok()?.recover_address_from_prehash(&hash).ok()
}

/// Whose signature this is for a Safe's message.
pub fn safe_message_signer(chain_id: u64, safe: Address, hash: B256, signature: &[u8]) -> Option<Address> {
    plain_signer(safe_message_digest(chain_id, safe, hash), signature)
}

/// Whose nested signature this is; `None` unless it is made for this hash and an order.
pub fn nested_signer(chain_id: u64, wallet: Address, hash: B256, signature: &[u8]) -> Option<Address> {
    let (inner, rest) = signature.split_at_checked(65)?;
    let (app, contents) = (B256::from_slice(rest.get(..32)?), B256::from_slice(rest.get(32..64)?));
    let is_made_for_it = nest(inner, app, contents) == signature && typed_data_hash(app, contents) == hash;
    is_made_for_it.then(|| plain_signer(nested_digest(chain_id, wallet, app, contents), inner))?
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, b256, hex};

    use super::*;
    use crate::auth::contracts::{POLYGON, chain};
    use crate::auth::key;
    use crate::secret::Secret;

    fn demo() -> PrivateKeySigner {
        let text = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        key::parse(&Secret::new(text)).unwrap().signer
    }

    /// The published hashes of both types, and the order test of the official Python and Rust clients.
    #[test]
    fn nested_signatures_are_those_of_the_official_clients() {
        assert_eq!(keccak256(ORDER_TYPE), b256!("bb86318a2138f5fa8ae32fbe8e659f8fcf13cc6ae4014a707893055433818589"));
        let nested = keccak256([NESTED_TYPE, ORDER_TYPE].concat());
        assert_eq!(nested, b256!("6ba028565cb324c2aa02bb714b9816d0bddd557a2f33bb36cf13272a4256bd42"));
        let wallet = Address::repeat_byte(0x11);
        let contents = b256!("d23d42d3ad94e65d78258cecaf8dcbaddac0f73dc085040f2c12bb595dd83804");
        let signed = SignatureForm::Nested.sign(&demo(), chain(80002).unwrap(), wallet, contents).unwrap();
        assert_eq!(signed.bytes.len(), 317);
        let inner = hex!(
            "a3a093c83b6c20c83355c16ce94c92e6e9fcbdeb840618cc74f6c57a42ad145b"
            "2b98db73d2c73cbf1f2b6af288566ae81960ddbc3a13921027358a8bff3be6ff1c"
        );
        assert_eq!(signed.bytes[..65], inner);
        let separator = b256!("a440cbd865bc0c6243d7a8df9a8bf48a8827b0a4abbb61c30e96d305423af148");
        assert_eq!(signed.bytes[65..97], separator[..]);
    }

    #[test]
    fn each_form_gives_its_signer_back_and_no_other() {
        let (chain, signer) = (chain(POLYGON).unwrap(), demo());
        let (wallet, other) = (address!("df8b9E8f9AB23f261F6e1B171B7454ae6E46Ba76"), Address::repeat_byte(1));
        let contents = B256::repeat_byte(9);
        let nested = SignatureForm::Nested.sign(&signer, chain, wallet, contents).unwrap();
        let recover = |wallet, hash, bytes: &[u8]| nested_signer(chain.id, wallet, hash, bytes);
        assert_eq!(recover(wallet, nested.hash, &nested.bytes), Some(signer.address()));
        assert_ne!(recover(other, nested.hash, &nested.bytes), Some(signer.address()));
        assert_eq!(recover(wallet, contents, &nested.bytes), None);
        for length in 0..nested.bytes.len() {
            assert_eq!(recover(wallet, nested.hash, &nested.bytes[..length]), None, "{length}");
        }
        let safe = SignatureForm::SafeMessage.sign(&signer, chain, wallet, contents).unwrap();
        assert_eq!(safe_message_signer(chain.id, wallet, safe.hash, &safe.bytes), Some(signer.address()));
        assert_ne!(safe_message_signer(chain.id, other, safe.hash, &safe.bytes), Some(signer.address()));
        let plain = SignatureForm::Plain.sign(&signer, chain, wallet, contents).unwrap();
        assert_eq!(plain_signer(plain.hash, &plain.bytes), Some(signer.address()));
    }
}
