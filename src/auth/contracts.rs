//! Addresses, factories and code hashes per chain, read from `assets/contracts.toml`.

use std::sync::LazyLock;

use alloy_primitives::{Address, B256};
use serde::Deserialize;

/// What is known of one chain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// 137 or 80002.
    pub id: u64,
    /// `Polygon` or `Amoy`.
    pub name: String,
    /// The node that the official clients use when none is configured.
    pub rpc_url: String,
    /// Further public nodes, to try where that one does not answer.
    pub other_rpc_urls: Vec<String>,
    /// What the relayer's transactions go through.
    pub relay: Relay,
    /// Makes the wallets of signature type 1.
    pub proxy: CloneFactory,
    /// Makes the wallets of signature type 2.
    pub safe: CloneFactory,
    /// Makes the wallets of signature type 3.
    pub deposit: DepositFactory,
    /// Collateral and outcome shares.
    pub tokens: Tokens,
    /// What settles orders.
    pub exchanges: Exchanges,
}

/// Contracts between the relayer and a wallet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Takes the calls of proxies; `None` where proxies are not supported.
    pub hub: Option<Address>,
    /// Makes several calls of a Safe in one.
    pub multisend: Address,
}

/// A factory whose wallets all share one init code, so that only the salt differs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloneFactory {
    /// The contract that deploys the wallets with CREATE2.
    pub factory: Address,
    /// The contract that every wallet delegates to; for a Safe, its master copy.
    pub implementation: Address,
    /// keccak256 of the init code, which is the same for every owner.
    pub init_code_hash: B256,
    /// keccak256 of the code that a deployed wallet has.
    pub code_hash: B256,
}

/// The factory of deposit wallets; the init code holds the owner, so its hash differs per owner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositFactory {
    /// The contract that deploys the wallets with CREATE2.
    pub factory: Address,
    /// The contract that wallets of the first generation (UUPS) delegate to.
    pub implementation: Address,
    /// Unknown on Amoy.
    pub beacon: Option<Address>,
}

/// The token contracts of a chain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// The collateral of protocol versions 2 and 3, 6 decimals.
    pub pusd: Address,
    /// The collateral of protocol version 1, 6 decimals.
    pub usdc_e: Address,
    /// Circle's own token, never collateral, yet often what was deposited. Unknown on Amoy.
    pub usdc: Option<Address>,
    /// The ERC-1155 of outcome shares.
    pub conditional: Address,
}

/// The contracts that settle orders, by protocol version, and one that is mistaken for them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchanges {
    /// For orders of version 1; it no longer settles any.
    pub v1: Address,
    /// The same for negative-risk markets.
    pub v1_neg_risk: Address,
    /// For orders of version 2.
    pub v2: Address,
    /// The same for negative-risk markets.
    pub v2_neg_risk: Address,
    /// For orders of version 3, whatever the market.
    pub v3: Address,
    /// No exchange, though some clients of version 1 signed for it.
    pub neg_risk_adapter: Address,
}

impl Exchanges {
    /// The two contracts that must be allowed to spend before an order of this version can match.
    pub fn of_version(&self, version: u64) -> [(&'static str, Address); 2] {
        match version {
            1 => [("exchange", self.v1), ("neg-risk exchange", self.v1_neg_risk)],
            _ => [("exchange", self.v2), ("neg-risk exchange", self.v2_neg_risk)],
        }
    }
}

#[derive(Deserialize)]
struct File {
    chain: Vec<Chain>,
}

static CHAINS: LazyLock<Vec<Chain>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../assets/contracts.toml"))
        .unwrap_or_else(|error| unreachable!("assets/contracts.toml is part of the program: {error}"));
    file.chain
});

/// Polygon.
pub const POLYGON: u64 = 137;

/// The chain with this id, or `None` where Polymarket has no contracts.
pub fn chain(id: u64) -> Option<&'static Chain> {
    CHAINS.iter().find(|chain| chain.id == id)
}

/// Every chain that Polymarket has contracts on.
pub fn chains() -> &'static [Chain] {
    &CHAINS
}
