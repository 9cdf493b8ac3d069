//! What is on the sandbox's chain: wallets, their code, owners, balances and approvals.

use std::collections::BTreeMap;

use alloy_primitives::utils::parse_units;
use alloy_primitives::{Address, Bytes, U256, address};

use super::names::Names;
use super::scenario::{Approvals, Scenario, Wallet};
use crate::auth::contracts::Chain;
use crate::auth::wallet::{WalletKind, WalletMap, deployed_code};

/// Who may spend what. Sources: the sets that the official unified client asks for (protocol
/// version 2) and that the official command line approves (version 1).
pub(super) struct Grant {
    pub(super) token: Address,
    pub(super) spender: Address,
    /// Of shares (ERC-1155), not of the collateral (ERC-20).
    pub(super) shares: bool,
}

const NEG_RISK_ADAPTER: Address = address!("d91E80cF2E7be2e162c6513ceD06f1dD0dA35296");
const CTF_COLLATERAL_ADAPTER: Address = address!("AdA100Db00Ca00073811820692005400218FcE1f");
const NEG_RISK_COLLATERAL_ADAPTER: Address = address!("adA2005600Dec949baf300f4C6120000bDB6eAab");
const ROUTER: Address = address!("12121212006e4CD160D18e3f00711DA5c3372600");
const PERPS_DEPOSIT: Address = address!("DCa4af75705dbB50f62437045afF9921947917d2");
const AUTO_REDEEM: Address = address!("a1200000d0002264C9a1698e001292D00E1b00af");
const BINARY_MODULE: Address = address!("1000008dD9001B968442c1000017eaE6E0dA00Ba");
const NEG_RISK_MODULE: Address = address!("200000900045e3B6259600682756002200028933");
const POSITION_MANAGER: Address = address!("006F54F7f9A22e0000CC2AB60031000000ae9fEF");

/// Everything that trading under a protocol version needs.
pub(super) fn grants(chain: &Chain, version: u64) -> Vec<Grant> {
    let (tokens, exchanges) = (&chain.tokens, &chain.exchanges);
    let collateral = collateral(chain, version);
    let sets: Vec<(Address, bool, Vec<Address>)> = if version == 1 {
        let traders = [exchanges.v1, exchanges.v1_neg_risk, NEG_RISK_ADAPTER];
        vec![
            (collateral, false, [&[tokens.conditional], traders.as_slice()].concat()),
            (tokens.conditional, true, traders.to_vec()),
        ]
    } else {
        let traders = [exchanges.v2, exchanges.v2_neg_risk, CTF_COLLATERAL_ADAPTER, NEG_RISK_COLLATERAL_ADAPTER];
        vec![
            (collateral, false, [traders.as_slice(), &[ROUTER, exchanges.v3, PERPS_DEPOSIT]].concat()),
            (tokens.conditional, true, [traders.as_slice(), &[AUTO_REDEEM, BINARY_MODULE, NEG_RISK_MODULE]].concat()),
            (POSITION_MANAGER, true, vec![ROUTER, exchanges.v3, AUTO_REDEEM]),
        ]
    };
    sets.into_iter()
        .flat_map(|(token, shares, spenders)| spenders.into_iter().map(move |spender| Grant { token, spender, shares }))
        .collect()
}

/// The token that a protocol version trades in.
pub(super) fn collateral(chain: &Chain, version: u64) -> Address {
    if version == 1 { chain.tokens.usdc_e } else { chain.tokens.pusd }
}

/// One address with something on it.
#[derive(Default)]
pub(super) struct Holder {
    pub(super) kind: Option<WalletKind>,
    pub(super) owner: Address,
    pub(super) code: Bytes,
    /// Who may sign beside the owner.
    pub(super) session_keys: Vec<Address>,
    /// In wei.
    pub(super) pol: U256,
    /// Token to base units (6 decimals).
    pub(super) balances: BTreeMap<Address, U256>,
    pub(super) approvals: Option<Approvals>,
    /// It has called `pauseUser` at the exchanges.
    pub(super) is_paused: bool,
}

impl Holder {
    fn has_granted(&self, shares: bool) -> bool {
        match self.approvals {
            Some(Approvals::All) => true,
            Some(Approvals::Shares) => shares,
            Some(Approvals::Collateral) => !shares,
            Some(Approvals::None) | None => false,
        }
    }
}

pub(super) struct Ledger {
    pub(super) chain: &'static Chain,
    pub(super) grants: Vec<Grant>,
    holders: BTreeMap<Address, Holder>,
    /// Exchanges that the admin has paused.
    paused: Vec<Address>,
}

/// What every contract that is no wallet has for code here: a real prologue, and nothing after it.
const CONTRACT_CODE: [u8; 6] = [0x60, 0x80, 0x60, 0x40, 0x52, 0xfe];

impl Ledger {
    /// The chain of a scenario, with these people and what they have of collateral.
    ///
    /// # Errors
    ///
    /// A sentence about the part of the scenario that cannot be.
    pub(super) fn new<'a>(
        chain: &'static Chain,
        scenario: &Scenario,
        names: &Names,
        people: impl IntoIterator<Item = (&'a WalletMap, &'static str)>,
    ) -> Result<Self, String> {
        let (plain, neg_risk) = (chain.exchanges.v2, chain.exchanges.v2_neg_risk);
        let server = &scenario.server;
        let paused = [(server.exchange_paused, plain), (server.neg_risk_exchange_paused, neg_risk)];
        let paused = paused.into_iter().filter_map(|(is_paused, exchange)| is_paused.then_some(exchange)).collect();
        let grants = grants(chain, server.version);
        let mut ledger = Self { chain, grants, holders: BTreeMap::new(), paused };
        let kind = scenario.account.wallet;
        let collateral = collateral(chain, scenario.server.version);
        for (map, funds) in people {
            let address = map.address(kind).ok_or_else(|| format!("no {kind} on {}", chain.name))?;
            for (_, known) in map.iter() {
                ledger.holders.insert(known, Holder { owner: map.eoa, kind: map.kind_of(known), ..Holder::default() });
            }
            let main = ledger.holders.entry(address).or_default();
            main.code = deployed_code(chain, kind, map.eoa).unwrap_or_default().into();
            main.balances.insert(collateral, units(funds, 6)?);
            main.approvals = Some(Approvals::All);
            if kind == WalletKind::Eoa {
                main.pol = units("5", 18)?;
            }
        }
        for (name, state) in &scenario.wallets {
            let address = names.address(name).ok_or_else(|| format!("[wallets.{name}] is not a wallet"))?;
            ledger.apply(address, state, names)?;
        }
        Ok(ledger)
    }

    fn apply(&mut self, address: Address, state: &Wallet, names: &Names) -> Result<(), String> {
        let (chain, tokens) = (self.chain, &self.chain.tokens);
        let holder = self.holders.entry(address).or_default();
        match (state.deployed, holder.kind) {
            (Some(true), Some(kind)) => {
                holder.code = deployed_code(chain, kind, holder.owner).unwrap_or_default().into();
            }
            (Some(false), _) => holder.code = Bytes::new(),
            _ => {}
        }
        if let Some(code) = &state.code {
            holder.code = code.clone();
            // Foreign code answers none of the calls that a wallet would.
            holder.kind = None;
        }
        if let Some(owner) = &state.owner {
            holder.owner = names.address(owner).ok_or_else(|| format!("{owner} is not an address"))?;
        }
        for key in &state.session_keys {
            holder.session_keys.push(names.address(key).ok_or_else(|| format!("{key} is not an address"))?);
        }
        let amounts =
            [(Some(tokens.pusd), &state.pusd), (Some(tokens.usdc_e), &state.usdc_e), (tokens.usdc, &state.usdc)];
        for (token, amount) in amounts {
            if let (Some(token), Some(amount)) = (token, amount) {
                holder.balances.insert(token, units(amount, 6)?);
            }
        }
        if let Some(pol) = &state.pol {
            holder.pol = units(pol, 18)?;
        }
        holder.approvals = state.approvals.or(holder.approvals);
        holder.is_paused = state.paused;
        Ok(())
    }

    pub(super) fn holder(&self, address: Address) -> Option<&Holder> {
        self.holders.get(&address)
    }

    /// What `eth_getCode` gives.
    pub(super) fn code(&self, address: Address) -> Bytes {
        match self.holder(address) {
            Some(holder) => holder.code.clone(),
            None if self.is_contract(address) => Bytes::from_static(&CONTRACT_CODE),
            None => Bytes::new(),
        }
    }

    /// Whether the maker has paused itself.
    pub(super) fn is_paused(&self, maker: Address) -> bool {
        self.holder(maker).is_some_and(|holder| holder.is_paused)
    }

    /// Whether the admin has paused this exchange.
    pub(super) fn is_exchange_paused(&self, exchange: Address) -> bool {
        self.paused.contains(&exchange)
    }

    #[cfg(test)]
    pub(super) fn empty(chain: &'static Chain) -> Self {
        Self { chain, grants: Vec::new(), holders: BTreeMap::new(), paused: Vec::new() }
    }

    /// Puts a wallet of this owner on the chain, at whatever address.
    #[cfg(test)]
    pub(super) fn deploy(&mut self, wallet: Address, kind: WalletKind, owner: Address) {
        let code = deployed_code(self.chain, kind, owner).unwrap_or_default().into();
        self.holders.insert(wallet, Holder { kind: Some(kind), owner, code, ..Holder::default() });
    }

    #[cfg(test)]
    pub(super) fn approve_session_key(&mut self, wallet: Address, key: Address) {
        self.holders.entry(wallet).or_default().session_keys.push(key);
    }

    #[cfg(test)]
    pub(super) fn pause(&mut self, maker: Address) {
        self.holders.entry(maker).or_default().is_paused = true;
    }

    fn is_contract(&self, address: Address) -> bool {
        let Chain { tokens, exchanges, proxy, safe, deposit, .. } = self.chain;
        self.grants.iter().any(|grant| [grant.token, grant.spender].contains(&address))
            || [tokens.pusd, tokens.usdc_e, tokens.conditional].contains(&address)
            || tokens.usdc == Some(address)
            || [exchanges.v1, exchanges.v1_neg_risk, exchanges.v2, exchanges.v2_neg_risk, exchanges.v3]
                .contains(&address)
            || [proxy.factory, proxy.implementation, safe.factory, safe.implementation].contains(&address)
            || [deposit.factory, deposit.implementation].contains(&address)
            || deposit.beacon == Some(address)
    }

    pub(super) fn balance(&self, token: Address, owner: Address) -> U256 {
        self.holder(owner).and_then(|holder| holder.balances.get(&token)).copied().unwrap_or_default()
    }

    pub(super) fn is_granted(&self, token: Address, owner: Address, spender: Address) -> bool {
        let wanted = self.grants.iter().find(|grant| grant.token == token && grant.spender == spender);
        wanted.is_some_and(|grant| self.holder(owner).is_some_and(|holder| holder.has_granted(grant.shares)))
    }

    pub(super) fn allowance(&self, token: Address, owner: Address, spender: Address) -> U256 {
        if self.is_granted(token, owner, spender) { U256::MAX } else { U256::ZERO }
    }

    /// The wallet of this kind that is on the chain.
    pub(super) fn deployed(&self, map: &WalletMap, kind: WalletKind) -> Option<Address> {
        map.address(kind).filter(|address| !self.code(*address).is_empty())
    }
}

/// An amount as people write it, in base units.
pub(super) fn units(amount: &str, decimals: u8) -> Result<U256, String> {
    let units = parse_units(amount, decimals).map_err(|error| format!("{amount} is not an amount: {error}"))?;
    Ok(units.get_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::contracts::{POLYGON, chain};

    #[test]
    fn each_protocol_version_has_its_published_set_of_approvals() {
        let chain = chain(POLYGON).unwrap();
        let count = |version, shares| grants(chain, version).iter().filter(|grant| grant.shares == shares).count();
        assert_eq!((count(1, false), count(1, true)), (4, 3));
        assert_eq!((count(2, false), count(2, true)), (7, 10));
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        assert_eq!(units("250.00", 6), Ok(U256::from(250_000_000)));
        assert_eq!(units("0", 18), Ok(U256::ZERO));
        assert!(units("much", 6).is_err());
    }
}
