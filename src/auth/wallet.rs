//! Every wallet that one signer can have, and what the code at an address says.
//!
//! All wallets but the signer's own address come from CREATE2 factories, so they can be computed
//! offline. The salts differ in one detail that is the classic derivation mistake: the proxy hashes
//! the 20 bytes of the address, the Safe the 32 bytes of its padded form.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::{Address, B256, hex, keccak256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::contracts::{Chain, DepositFactory};

/// How an order says who signs for whom; the number is what goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum SignatureType {
    /// The key's own address holds the funds.
    Eoa = 0,
    /// A Polymarket proxy: e-mail and Google accounts made before 2026-05-04.
    PolyProxy = 1,
    /// A Gnosis Safe: browser-wallet accounts made before 2026-05-04.
    PolyGnosisSafe = 2,
    /// A deposit wallet: every account made since.
    Poly1271 = 3,
}

impl SignatureType {
    /// By number.
    pub const ALL: [Self; 4] = [Self::Eoa, Self::PolyProxy, Self::PolyGnosisSafe, Self::Poly1271];

    /// The name in the official clients.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eoa => "EOA",
            Self::PolyProxy => "POLY_PROXY",
            Self::PolyGnosisSafe => "POLY_GNOSIS_SAFE",
            Self::Poly1271 => "POLY_1271",
        }
    }
}

impl From<SignatureType> for u8 {
    fn from(value: SignatureType) -> Self {
        value as Self
    }
}

impl fmt::Display for SignatureType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", u8::from(*self), self.name())
    }
}

/// A text or number that is no signature type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a signature type; use 0 (EOA), 1 (POLY_PROXY), 2 (POLY_GNOSIS_SAFE) or 3 (POLY_1271, deposit wallet)")]
pub struct UnknownSignatureType;

impl TryFrom<u8> for SignatureType {
    type Error = UnknownSignatureType;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|known| u8::from(*known) == value).ok_or(UnknownSignatureType)
    }
}

impl FromStr for SignatureType {
    type Err = UnknownSignatureType;

    /// Accepts the number and the spellings of the official clients, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // as code writes it (`SignatureType.POLY_PROXY`), or a spreadsheet (`2.0`)
        let trimmed = text.trim();
        let trimmed = trimmed.strip_prefix("SignatureType.").or_else(|| trimmed.strip_suffix(".0")).unwrap_or(trimmed);
        if !trimmed.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(UnknownSignatureType);
        }
        Ok(match trimmed.to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
            "0" | "eoa" => Self::Eoa,
            "1" | "proxy" | "polyproxy" | "polymarketproxy" | "magic" | "email" | "google" => Self::PolyProxy,
            "2" | "safe" | "gnosissafe" | "polygnosissafe" | "gnosis" => Self::PolyGnosisSafe,
            "3" | "1271" | "poly1271" | "deposit" | "depositwallet" | "erc1271" | "eip1271" => Self::Poly1271,
            _ => return Err(UnknownSignatureType),
        })
    }
}

/// The five kinds of wallet that a signer can trade from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WalletKind {
    /// The signer's own address.
    Eoa,
    /// A Polymarket proxy, which does not name its owner on chain.
    Proxy,
    /// A Gnosis Safe that the signer owns alone.
    Safe,
    /// A deposit wallet that points at its implementation, deployed before about 2026-06-29.
    DepositUups,
    /// A deposit wallet that points at a beacon, deployed later.
    DepositBeacon,
}

impl WalletKind {
    /// The signer's own address first, the newest kind last.
    pub const ALL: [Self; 5] = [Self::Eoa, Self::Proxy, Self::Safe, Self::DepositUups, Self::DepositBeacon];

    /// The only signature type under which an order of such a wallet is valid.
    pub fn signature_type(self) -> SignatureType {
        match self {
            Self::Eoa => SignatureType::Eoa,
            Self::Proxy => SignatureType::PolyProxy,
            Self::Safe => SignatureType::PolyGnosisSafe,
            Self::DepositUups | Self::DepositBeacon => SignatureType::Poly1271,
        }
    }

    /// Its name in sentences, such as `Safe` or `deposit wallet (UUPS)`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eoa => "EOA",
            Self::Proxy => "proxy",
            Self::Safe => "Safe",
            Self::DepositUups => "deposit wallet (UUPS)",
            Self::DepositBeacon => "deposit wallet (beacon)",
        }
    }
}

impl fmt::Display for WalletKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The signer's own address and every wallet derivable from it, on one chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletMap {
    /// The signer's own address, for type 0.
    pub eoa: Address,
    /// For type 1.
    pub proxy: Address,
    /// For type 2.
    pub safe: Address,
    /// For type 3, where it was deployed before about 2026-06-29.
    pub deposit_uups: Address,
    /// `None` where the beacon of the chain is not published.
    pub deposit_beacon: Option<Address>,
}

impl WalletMap {
    /// Computes every wallet of a signer; no network is needed.
    pub fn derive(chain: &Chain, eoa: Address) -> Self {
        let proxy_salt = keccak256(eoa);
        let safe_salt = keccak256(eoa.into_word());
        Self {
            eoa,
            proxy: chain.proxy.factory.create2(proxy_salt, chain.proxy.init_code_hash),
            safe: chain.safe.factory.create2(safe_salt, chain.safe.init_code_hash),
            deposit_uups: deposit_address(&chain.deposit, &uups_init_code(&chain.deposit, eoa), eoa),
            deposit_beacon: beacon_init_code(&chain.deposit, eoa)
                .map(|code| deposit_address(&chain.deposit, &code, eoa)),
        }
    }

    /// The wallet of this kind; `None` for a beacon wallet where no beacon is known.
    pub fn address(&self, kind: WalletKind) -> Option<Address> {
        match kind {
            WalletKind::Eoa => Some(self.eoa),
            WalletKind::Proxy => Some(self.proxy),
            WalletKind::Safe => Some(self.safe),
            WalletKind::DepositUups => Some(self.deposit_uups),
            WalletKind::DepositBeacon => self.deposit_beacon,
        }
    }

    /// Every wallet, the signer's own address first.
    pub fn iter(&self) -> impl Iterator<Item = (WalletKind, Address)> {
        WalletKind::ALL.into_iter().filter_map(|kind| Some((kind, self.address(kind)?)))
    }

    /// Which of the signer's wallets this address is.
    pub fn kind_of(&self, address: Address) -> Option<WalletKind> {
        self.iter().find(|(_, known)| *known == address).map(|(kind, _)| kind)
    }
}

/// The 64 bytes abi.encode(factory, bytes32(owner)) that end a deposit wallet's code.
fn deposit_arguments(factory: Address, owner: Address) -> [u8; 64] {
    let mut arguments = [0; 64];
    arguments[..32].copy_from_slice(factory.into_word().as_slice());
    arguments[32..].copy_from_slice(owner.into_word().as_slice());
    arguments
}

fn deposit_address(deposit: &DepositFactory, init_code: &[u8], owner: Address) -> Address {
    deposit.factory.create2_from_code(keccak256(deposit_arguments(deposit.factory, owner)), init_code)
}

/// How many bytes of init code run before the code that stays on chain.
const DEPLOYER_BYTES: usize = 35;

/// Init code of a deposit wallet of the first generation (Solady's ERC-1967 clone with arguments).
pub fn uups_init_code(deposit: &DepositFactory, owner: Address) -> Vec<u8> {
    [
        hex!("61007d3d8160233d3973").as_slice(),
        deposit.implementation.as_slice(),
        &hex!("60095155f3363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076"),
        &hex!("cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3"),
        &deposit_arguments(deposit.factory, owner),
    ]
    .concat()
}

/// Init code of a deposit wallet of the second generation; `None` where no beacon is known.
pub fn beacon_init_code(deposit: &DepositFactory, owner: Address) -> Option<Vec<u8>> {
    let beacon = deposit.beacon?;
    Some(
        [
            hex!("6100923d8160233d3973").as_slice(),
            beacon.as_slice(),
            &hex!("60195155f3363d3d373d3d363d602036600436635c60da"),
            &hex!("1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6c"),
            &hex!("b3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3"),
            &deposit_arguments(deposit.factory, owner),
        ]
        .concat(),
    )
}

/// The code that a deployed wallet of this kind has: what `eth_getCode` answers.
///
/// `None` for the EOA, which has none, and for a beacon wallet where no beacon is known.
pub fn deployed_code(chain: &Chain, kind: WalletKind, owner: Address) -> Option<Vec<u8>> {
    match kind {
        WalletKind::Eoa => None,
        WalletKind::Proxy => Some(
            [
                hex!("363d3d373d3d3d363d73").as_slice(),
                chain.proxy.implementation.as_slice(),
                &hex!("5af43d82803e903d91602b57fd5bf3"),
            ]
            .concat(),
        ),
        WalletKind::Safe => Some(SAFE_CODE.to_vec()),
        WalletKind::DepositUups => Some(uups_init_code(&chain.deposit, owner).split_off(DEPLOYER_BYTES)),
        WalletKind::DepositBeacon => Some(beacon_init_code(&chain.deposit, owner)?.split_off(DEPLOYER_BYTES)),
    }
}

const SAFE_CODE: [u8; 124] = hex!(
    "6080604052600080546001600160a01b0316813563530ca43760e11b1415602857808252602082f35b3682833781823684845af4"
    "90503d82833e806041573d82fd5b503d81f3fea264697066735822122015938e3bf2c49f5df5c1b7f9569fa85cc5d6f3074bb258"
    "a2dc0c7e299bc9e33664736f6c63430008040033"
);

/// What the code at an address says about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "class")]
pub enum CodeClass {
    /// No code: an EOA, or a wallet that is not deployed yet.
    #[default]
    Empty,
    /// A Polymarket proxy.
    Proxy,
    /// A Safe of Polymarket's factory.
    Safe,
    /// The code names the owner at deployment; ownership can be transferred later.
    DepositUups {
        /// The signer that it was deployed for.
        owner: Address,
    },
    /// The same of a deposit wallet behind a beacon.
    DepositBeacon {
        /// The signer that it was deployed for.
        owner: Address,
    },
    /// An EOA that delegates to a contract (EIP-7702).
    Delegated {
        /// The contract whose code it runs.
        to: Address,
    },
    /// A contract, but none of these.
    Unknown {
        /// Length of the code.
        bytes: usize,
    },
}

impl CodeClass {
    /// The kind of wallet that such code makes; `None` for no code and for foreign code.
    pub fn wallet_kind(self) -> Option<WalletKind> {
        match self {
            Self::Proxy => Some(WalletKind::Proxy),
            Self::Safe => Some(WalletKind::Safe),
            Self::DepositUups { .. } => Some(WalletKind::DepositUups),
            Self::DepositBeacon { .. } => Some(WalletKind::DepositBeacon),
            Self::Empty | Self::Delegated { .. } | Self::Unknown { .. } => None,
        }
    }
}

impl fmt::Display for CodeClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no code"),
            Self::Delegated { to } => write!(f, "EIP-7702 delegation to {to}"),
            Self::Unknown { bytes } => write!(f, "an unknown contract ({bytes} bytes)"),
            Self::DepositUups { owner } => write!(f, "deposit wallet (UUPS), made for {owner}"),
            Self::DepositBeacon { owner } => write!(f, "deposit wallet (beacon), made for {owner}"),
            Self::Proxy => f.write_str("Polymarket proxy"),
            Self::Safe => f.write_str("Gnosis Safe"),
        }
    }
}

/// Classifies an address from the code that `eth_getCode` gives.
pub fn classify_code(chain: &Chain, code: &[u8]) -> CodeClass {
    if code.is_empty() {
        return CodeClass::Empty;
    }
    if let [0xef, 0x01, 0x00, to @ ..] = code
        && to.len() == 20
    {
        return CodeClass::Delegated { to: Address::from_slice(to) };
    }
    let hash = keccak256(code);
    if hash == chain.proxy.code_hash {
        return CodeClass::Proxy;
    }
    if hash == chain.safe.code_hash {
        return CodeClass::Safe;
    }
    deposit_class(chain, code).unwrap_or(CodeClass::Unknown { bytes: code.len() })
}

/// Deposit wallets end in their factory and owner: put the owner back in and compare all bytes.
fn deposit_class(chain: &Chain, code: &[u8]) -> Option<CodeClass> {
    let owner = Address::from_word(B256::from_slice(code.get(code.len().checked_sub(32)?..)?));
    if deployed_code(chain, WalletKind::DepositUups, owner)? == code {
        return Some(CodeClass::DepositUups { owner });
    }
    // The beacon stands in the deployer's part only, so any beacon will do to compare the rest.
    let deposit = DepositFactory { beacon: Some(Address::ZERO), ..chain.deposit };
    (beacon_init_code(&deposit, owner)?.split_off(DEPLOYER_BYTES) == code).then_some(CodeClass::DepositBeacon { owner })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::contracts::chains;

    #[test]
    fn published_code_hashes_are_those_of_the_code_we_build() {
        let owner = Address::repeat_byte(7);
        for chain in chains() {
            for kind in WalletKind::ALL {
                let Some(code) = deployed_code(chain, kind, owner) else { continue };
                assert_eq!(classify_code(chain, &code).wallet_kind(), Some(kind), "{kind} on {}", chain.name);
            }
        }
    }

    #[test]
    fn foreign_code_is_not_taken_for_a_wallet() {
        let chain = &chains()[0];
        assert_eq!(classify_code(chain, &[]), CodeClass::Empty);
        assert_eq!(classify_code(chain, &[0xfe; 125]), CodeClass::Unknown { bytes: 125 });
        let delegated = hex!("ef0100e6cae83bde06e4c305530e199d7217f42808555b");
        assert!(matches!(classify_code(chain, &delegated), CodeClass::Delegated { .. }));
        let mut almost = deployed_code(chain, WalletKind::DepositUups, Address::repeat_byte(7)).unwrap();
        almost[3] ^= 1;
        assert_eq!(classify_code(chain, &almost), CodeClass::Unknown { bytes: 125 });
    }

    #[test]
    fn spellings_of_signature_types() {
        for (text, expected) in [
            ("0", 0),
            ("EOA", 0),
            ("poly-proxy", 1),
            ("POLY_GNOSIS_SAFE", 2),
            (" 3 ", 3),
            ("poly_1271", 3),
            ("deposit", 3),
        ] {
            assert_eq!(text.parse::<SignatureType>().map(u8::from), Ok(expected), "{text}");
        }
        for text in ["", "4", "-1", "metamask", "0x2"] {
            assert_eq!(text.parse::<SignatureType>(), Err(UnknownSignatureType), "{text}");
        }
    }
}
