//! The exchange contracts, and the domains that orders are signed under.

use std::fmt;
use std::sync::LazyLock;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::Eip712Domain;

use crate::auth::contracts::{self, Chain};

/// The name in the domain of every exchange.
pub const NAME: &str = "Polymarket CTF Exchange";

/// The protocol version of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Until 2026-04-28, with USDC.e as collateral.
    V1 = 1,
    /// From then on, with pUSD as collateral and the builder code in the order.
    V2 = 2,
    /// For position ids of the newer protocol, see [`Exchange::is_v3_token`]; the struct of V2.
    V3 = 3,
}

impl Version {
    /// The oldest first.
    pub const ALL: [Self; 3] = [Self::V1, Self::V2, Self::V3];

    /// As it is written into the domain.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V{}", self.number())
    }
}

/// A contract that settles orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// 137 or 80002.
    pub chain_id: u64,
    /// The version of the orders that it settles.
    pub version: Version,
    /// Whether it is the one for negative-risk markets; version 3 has one for both.
    pub neg_risk: bool,
    /// The contract, which is also the `verifyingContract` of the domain.
    pub address: Address,
    /// The hash of its domain.
    pub separator: B256,
}

static EXCHANGES: LazyLock<Vec<Exchange>> = LazyLock::new(|| contracts::chains().iter().flat_map(on).collect());

fn on(chain: &'static Chain) -> impl Iterator<Item = Exchange> {
    let known = &chain.exchanges;
    let exchange = move |(version, neg_risk, address)| {
        let separator = Domain::of(chain.id, version, address).separator();
        Exchange { chain_id: chain.id, version, neg_risk, address, separator }
    };
    [
        (Version::V2, false, known.v2),
        (Version::V2, true, known.v2_neg_risk),
        (Version::V3, false, known.v3),
        (Version::V1, false, known.v1),
        (Version::V1, true, known.v1_neg_risk),
    ]
    .into_iter()
    .map(exchange)
}

impl Exchange {
    /// Every exchange of every chain, Polygon's first and version 2 before the others.
    pub fn all() -> &'static [Self] {
        &EXCHANGES
    }

    /// The exchange for such orders; `None` on a chain without Polymarket's contracts.
    pub fn find(chain_id: u64, version: Version, neg_risk: bool) -> Option<&'static Self> {
        let neg_risk = neg_risk && version != Version::V3;
        EXCHANGES.iter().find(|exchange| {
            exchange.chain_id == chain_id && exchange.version == version && exchange.neg_risk == neg_risk
        })
    }

    /// The domain that its orders are signed under.
    pub fn domain(&self) -> Domain {
        Domain::of(self.chain_id, self.version, self.address)
    }

    /// Whether this token is traded at the exchange of version 3: its id is a position of that protocol,
    /// with the module in the top byte.
    pub fn is_v3_token(token_id: U256) -> bool {
        let middle: U256 = U256::from(u64::MAX) << 40_usize;
        (token_id & middle).is_zero() && (1..=3).contains(&token_id.byte(31))
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.neg_risk { "neg-risk exchange" } else { "exchange" };
        let chain = contracts::chain(self.chain_id).map_or("a different chain", |chain| chain.name.as_str());
        write!(f, "the {kind} {} on {chain}", self.version)
    }
}

/// An EIP-712 domain with a contract: also one that no exchange has, for whoever searches what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// [`NAME`] at every exchange.
    pub name: String,
    /// `1`, `2` or `3` at the exchanges.
    pub version: String,
    /// 137 for Polygon.
    pub chain_id: u64,
    /// The `verifyingContract`.
    pub contract: Address,
}

impl Domain {
    /// The domain of a contract that settles orders of this version.
    pub fn of(chain_id: u64, version: Version, contract: Address) -> Self {
        Self { name: NAME.to_owned(), version: version.number().to_string(), chain_id, contract }
    }

    /// keccak256 of the encoded domain: `domainSeparator` of EIP-712.
    pub fn separator(&self) -> B256 {
        Eip712Domain::new(
            Some(self.name.clone().into()),
            Some(self.version.clone().into()),
            Some(U256::from(self.chain_id)),
            Some(self.contract),
            None,
        )
        .separator()
    }
}
