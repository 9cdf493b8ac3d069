//! Wallets: which there are, which is the account's, and whether type and funder fit it.

use alloy_primitives::utils::format_units;
use alloy_primitives::{Address, U256};

use super::clock::{NETWORK_FIRST, is_everything, node_unknown};
use super::funder::{has_type, is_only_default};
use super::setup::unread;
use super::{Finding, Status};
use crate::auth::contracts;
use crate::auth::wallet::{CodeClass, SignatureType, WalletKind, WalletMap};
use crate::cause::{Cause, Certainty};
use crate::facts::{Facts, OnChain};
use crate::settings::{Setting, Source};

/// Amounts below this are left-overs and gifts of strangers: they say nothing of where the money is.
/// 1.00 of 6 decimals.
pub(super) const DUST: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// Why nothing is said of a wallet: the chain was not read, which another check reports.
pub(super) fn chain_not_read(facts: &Facts) -> Option<Finding> {
    let is_on_another = facts.chain.known().is_some_and(|state| state.chain_id != facts.setup.chain());
    (facts.chain.known().is_none() || is_on_another)
        .then(|| Finding::skip("wallet.map", "Could not be determined: the chain was not read"))
}

/// An amount of 6 decimals as people read it.
pub fn dollars(amount: U256) -> String {
    let text = format_units(amount, 6).unwrap_or_else(|_| amount.to_string());
    match text.split_once('.') {
        Some((whole, part)) => format!("{whole}.{}", part.get(..2).unwrap_or(part)),
        None => text,
    }
}

pub(super) fn wallets(facts: &Facts) -> Option<&WalletMap> {
    facts.setup.wallets.as_ref()
}

/// The token that counts as collateral under a protocol version.
pub fn collateral(version: u64) -> &'static str {
    if version == 1 { "USDC.e" } else { "pUSD" }
}

/// The wallet of this key that the account most likely trades from, and what says so.
///
/// Polymarket's own word comes first, then money, then existence.
pub fn account_wallet(facts: &Facts) -> Option<(WalletKind, Address, &'static str)> {
    let wallets = wallets(facts)?;
    let named = |address: Option<Address>, why| {
        let address = address?;
        let kind = wallets.kind_of(address).filter(|kind| *kind != WalletKind::Eoa)?;
        Some((kind, address, why))
    };
    let shown = facts.profile.known().and_then(|profile| profile.proxy_wallet);
    let bound = facts.session_signers.known().and_then(|known| known.wallet);
    named(shown, "Polymarket's profile of the signer shows it")
        .or_else(|| named(bound, "the CLOB links it to the signer"))
        .or_else(|| richest(facts, wallets))
        .or_else(|| only_deployed(facts, wallets))
}

fn richest(facts: &Facts, wallets: &WalletMap) -> Option<(WalletKind, Address, &'static str)> {
    let (kind, address) = wallets.iter().max_by_key(|(_, address)| collateral_at(facts, *address))?;
    (collateral_at(facts, address) >= DUST).then_some((kind, address, "it holds the collateral"))
}

fn collateral_at(facts: &Facts, address: Address) -> U256 {
    facts.on_chain(address).map_or(U256::ZERO, |at| at.collateral(facts.protocol_version()))
}

/// Of all addresses that were looked at, the one that holds the most collateral; `None` where all of it
/// is dust. Tokens that are not collateral do not count.
pub fn holds_collateral(facts: &Facts) -> Option<Address> {
    let addresses = facts.chain.known()?.wallets.keys().copied();
    let richest = addresses.max_by_key(|address| collateral_at(facts, *address))?;
    (collateral_at(facts, richest) >= DUST).then_some(richest)
}

fn only_deployed(facts: &Facts, wallets: &WalletMap) -> Option<(WalletKind, Address, &'static str)> {
    let exists = |address| facts.on_chain(address).is_some_and(|at| at.code.wallet_kind().is_some());
    let mut deployed = wallets.iter().filter(|(_, address)| exists(*address));
    let (kind, address) = deployed.next()?;
    deployed.next().is_none().then_some((kind, address, "it is the only one deployed"))
}

fn chain_missing(facts: &Facts) -> Option<Finding> {
    let failure = facts.chain.failure()?;
    let node = facts.setup.rpc_url.as_ref().map_or_else(String::new, |url| format!("{} ({})", url.value, url.source));
    let finding = node_unknown(facts, failure).with("Polygon RPC", node);
    // another one would be reached as little
    if is_everything(facts, failure) {
        return Some(finding.fixed_by(NETWORK_FIRST));
    }
    Some(finding.fixed_by("Set the URL of a different Polygon RPC").try_setting(Setting::RpcUrl, other_node(facts)))
}

/// A public node of the chain that is not the one that was asked.
fn other_node(facts: &Facts) -> &'static str {
    let Some(chain) = contracts::chain(facts.setup.chain()) else { return "" };
    let asked = facts.setup.rpc_url.as_ref().map_or("", |url| url.value.as_str());
    let known = std::iter::once(&chain.rpc_url).chain(&chain.other_rpc_urls);
    let mut others = known.map(String::as_str).filter(|url| url.trim_end_matches('/') != asked.trim_end_matches('/'));
    others.next().unwrap_or_default()
}

pub(super) fn map(facts: &Facts) -> Finding {
    let Some(wallets) = wallets(facts) else {
        return Finding::skip("setup.settings", "Polymarket has no contracts on this chain");
    };
    let Some(state) = facts.chain.known() else {
        let finding = chain_missing(facts).unwrap_or_else(|| Finding::not_asked("The chain was not read"));
        return wallets.iter().fold(finding, |finding, (kind, address)| finding.with(row_label(kind), address));
    };
    if state.chain_id != facts.setup.chain() && facts.takes_chain() {
        let summary =
            format!("The Polygon RPC is on chain {}; the CLOB is on chain {}", state.chain_id, facts.setup.chain());
        let usual = contracts::chain(facts.setup.chain()).map_or("", |chain| chain.rpc_url.as_str());
        return Finding::fail(Cause::PolygonNodeWrongChain, summary)
            .or(Cause::WrongChainId, 0.2)
            .proven()
            .with("proof", "the CLOB accepts a signature for the configured chain")
            .fixed_by("Set the URL of an RPC of the configured chain")
            .try_setting(Setting::RpcUrl, usual);
    }
    if state.chain_id != facts.setup.chain() {
        let summary =
            format!("The Polygon RPC is on chain {}, but chain {} is configured", state.chain_id, facts.setup.chain());
        return Finding::fail(Cause::WrongChainId, summary)
            .proven()
            .set(Setting::ChainId, state.chain_id)
            .fixed_by("Set the chain ID and the Polygon RPC to the same chain: 137 is Polygon");
    }
    let summary = match account_wallet(facts) {
        Some((kind, address, why)) => {
            let money = facts.on_chain(address).map_or(U256::ZERO, |at| at.collateral(facts.protocol_version()));
            format!("The account's wallet is the {kind}, with {} in collateral; {why}", dollars(money))
        }
        None => "None of this key's wallets is deployed or holds collateral".to_owned(),
    };
    let mut finding = Finding::pass(summary);
    for (kind, address) in wallets.iter() {
        let at = facts.on_chain(address).map_or_else(String::new, |at| format!("  {}", holdings(kind, at)));
        finding = finding.with(row_label(kind), format!("{address}{at}"));
    }
    if let Some(profile) = facts.profile.known() {
        let shown = profile.proxy_wallet.map_or_else(|| "no public profile".to_owned(), |wallet| wallet.to_string());
        finding = finding.with("profile shows", shown);
    }
    finding
}

fn row_label(kind: WalletKind) -> String {
    format!("{kind}, type {}", u8::from(kind.signature_type()))
}

fn holdings(kind: WalletKind, at: &OnChain) -> String {
    let code = match (kind, at.has_code()) {
        (WalletKind::Eoa, false) => "no code",
        (_, false) => "not deployed",
        (WalletKind::Eoa, true) => "has code",
        (_, true) => "deployed",
    };
    let tokens = [("pUSD", at.pusd), ("USDC.e", at.usdc_e), ("USDC", at.usdc)];
    let held = tokens
        .iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(name, amount)| format!("{} {name}", dollars(*amount)));
    std::iter::once(code.to_owned()).chain(held).collect::<Vec<_>>().join(", ")
}

pub(super) fn signature_type(facts: &Facts) -> Finding {
    let (Some(configured), Some(wallets)) = (facts.setup.signature_type(), wallets(facts)) else {
        return Finding::skip("setup.settings", "The signature type or chain ID is not usable");
    };
    let source =
        facts.setup.signature_type.as_ref().map_or_else(String::new, |kind| format!("{configured} ({})", kind.source));
    let maker = facts.setup.maker();
    let account = account_wallet(facts);
    let of_maker = maker.and_then(|maker| wallets.kind_of(maker)).filter(|kind| *kind != WalletKind::Eoa);
    // The funder tells the wallet; where it is missing or the signer, what Polymarket and the chain
    // say of the account does.
    let is_set = has_type(facts);
    // a funder that is not there says nothing where the account is elsewhere and the type does not fit either
    let is_unused = |kind: WalletKind, maker: Address| {
        let is_bare = facts
            .on_chain(maker)
            .is_some_and(|at| !at.has_code() && [at.pusd, at.usdc_e, at.usdc].iter().all(U256::is_zero));
        is_bare && kind.signature_type() != configured
    };
    let (kind, address, why) = match (of_maker, maker, account) {
        (Some(unused), Some(maker), Some((kind, address, why))) if address != maker && is_unused(unused, maker) => {
            (kind, address, why)
        }
        (Some(kind), Some(maker), _) => (kind, maker, "the funder is that wallet"),
        (None, Some(maker), account) if wallets.kind_of(maker).is_none() => {
            match (of_foreign_funder(facts, maker, configured), account) {
                // without a type of its own it is the funder that has to be looked at
                (finding, Some(account)) if finding.status == Status::Skip && is_set => account,
                (finding, _) => return finding.with("configured", source),
            }
        }
        (None, _, Some((kind, address, why))) => (kind, address, why),
        _ => {
            let finding = chain_not_read(facts).unwrap_or_else(|| {
                Finding::note(format!("Type {configured} is set, but none of the key's wallets confirms it"))
            });
            return finding.with("configured", source);
        }
    };
    let right = kind.signature_type();
    let finding = if let Some(Source::Inferred { set_in, .. }) =
        facts.setup.signature_type.as_ref().map(|kind| &kind.source)
    {
        inferred(kind, right, set_in.as_deref())
    } else if right == configured {
        chain_not_read(facts).unwrap_or_else(|| Finding::pass(format!("Type {} fits the {kind}", u8::from(configured))))
    } else if configured == SignatureType::Eoa && trades_as_eoa(facts) {
        Finding::pass("Type 0: orders come from the signer itself, although it has a wallet")
    } else if configured == SignatureType::Eoa && right == SignatureType::Poly1271 && holds_all(facts, address) {
        let summary = "The signer holds the collateral, but the account has a deposit wallet: orders from other wallets are rejected";
        Finding::fail(Cause::DepositWalletRequired, summary)
            .likely(0.86)
            .or(Cause::WrongSignatureType, 0.5)
            .certain(Certainty::Likely)
            .set(Setting::SignatureType, u8::from(right))
            .set(Setting::Funder, address.to_string())
            .fixed_by(format!(
                "Set the funder to {address} and the signature type to 3, and fund that wallet. Moving pUSD there from \
                 the signer cannot be undone: send a small test amount first. New deposits can go through polymarket.com, which moves no existing funds"
            ))
    } else if let Some(problem) = unread(facts, Setting::Funder).filter(|_| facts.setup.funder.is_none()) {
        let summary = format!("Type {configured} is used, but no funder was read: {}", problem.text);
        Finding::fail(Cause::SettingUnread, summary)
            .likely(0.9)
            .certain(Certainty::Likely)
            .or(Cause::WrongSignatureType, 0.5)
            .fixed_by(problem.fix.clone())
    } else {
        let summary = format!(
            "Type {} does not fit: the account's wallet is a {kind}, which needs type {}",
            u8::from(configured),
            u8::from(right)
        );
        Finding::fail(Cause::WrongSignatureType, summary)
            .likely(0.95)
            .certain(if facts.chain.known().is_some() { Certainty::Proven } else { Certainty::Likely })
            .set(Setting::SignatureType, u8::from(right))
            .set(Setting::Funder, address.to_string())
            .fixed_by(format!("Set the signature type to {} and the funder to {address}", u8::from(right)))
    };
    finding.with("configured", source).with("wallet", format!("{kind} {address}: {why}"))
}

/// No type is set, and the funder says which it has to be.
fn inferred(kind: WalletKind, right: SignatureType, set_in: Option<&str>) -> Finding {
    let number = u8::from(right);
    match set_in {
        Some(set_in) => Finding::note(format!(
            "No signature type is set here ({set_in}); the funder is the {kind} of this key, so the checks use type {number}"
        )),
        None => Finding::warn(
            Cause::WrongSignatureType,
            format!(
                "No signature type is set; the checks use type {number}, since the funder is the {kind} of this key. \
                 Clients without a type use 0, and their orders are rejected"
            ),
        )
        .likely(0.6)
        .set(Setting::SignatureType, number)
        .fixed_by(format!("Set the signature type to {number}, unless your bot sets it in its code")),
    }
}

/// Orders of the signer's own address were taken before: the one proof that type 0 is allowed.
pub(super) fn trades_as_eoa(facts: &Facts) -> bool {
    facts.setup.maker() == facts.setup.signer() && facts.own_trades.known().is_some_and(|own| own.on_first_page > 0)
}

/// Whether the signer's own address holds collateral, and this wallet none.
fn holds_all(facts: &Facts, wallet: Address) -> bool {
    let version = facts.protocol_version();
    let money = |address| facts.on_chain(address).map_or(U256::ZERO, |at| at.collateral(version));
    money(wallet).is_zero() && facts.setup.signer().is_some_and(|signer| !money(signer).is_zero())
}

/// The funder is none of the key's wallets; what its code says may still settle the type.
fn of_foreign_funder(facts: &Facts, funder: Address, configured: SignatureType) -> Finding {
    let class = facts.on_chain(funder).map(|at| at.code);
    match class.and_then(CodeClass::wallet_kind) {
        Some(kind) if kind.signature_type() == configured => {
            Finding::pass(format!("Type {} fits the contract at the funder: {kind}", u8::from(configured)))
        }
        Some(kind) => {
            Finding::skip("wallet.funder", format!("The funder is not one of this key's wallets; it is a {kind}"))
        }
        None => Finding::skip("wallet.funder", "The funder is not one of this key's wallets"),
    }
}

pub(super) fn deployed(facts: &Facts) -> Finding {
    let Some(maker) = facts.setup.maker() else {
        return Finding::skip("wallet.funder", "There is no funder");
    };
    if facts.setup.signer() == Some(maker) {
        if is_only_default(facts) {
            return Finding::note("No signature type is set; the default, type 0, needs no wallet");
        }
        return Finding::pass("An EOA needs no deployment");
    }
    let relayer = match (facts.deployed.known(), facts.deployed.failure()) {
        (Some(true), _) => "deployed".to_owned(),
        (Some(false), _) => "not deployed".to_owned(),
        (None, Some(failure)) => failure.to_string(),
        (None, None) => "not checked".to_owned(),
    };
    let finding = match facts.on_chain(maker) {
        Some(at) if at.has_code() => Finding::pass("The funder wallet is deployed").with("code", at.code),
        // what is missing at the wrong wallet is no fault of the account
        Some(_) if is_elsewhere(facts, maker) => {
            Finding::skip("wallet.funder", "The funder is not the account's wallet, so it does not need to be deployed")
        }
        Some(_) => Finding::fail(Cause::WalletNotDeployed, "The funder is the right wallet, but it is not deployed yet")
            .likely(0.95)
            .proven()
            .fixed_by("Deploy it through the relayer (SAFE-CREATE or WALLET-CREATE), or log in to polymarket.com with this account: neither moves funds. A small trade there also deploys it, but spends pUSD and cannot be undone"),
        None => Finding::skip("wallet.map", "The chain was not read"),
    };
    finding.with("funder", maker).with("relayer reports", relayer)
}

/// Whether the account trades from a different wallet than this one, or this one is not of the key.
fn is_elsewhere(facts: &Facts, maker: Address) -> bool {
    let is_ours = wallets(facts).is_some_and(|wallets| wallets.kind_of(maker).is_some());
    let has_other = account_wallet(facts).is_some_and(|(kind, address, _)| kind != WalletKind::Eoa && address != maker);
    !is_ours || has_other
}

/// The exchanges of the protocol version in force.
pub(super) fn exchanges(facts: &Facts) -> Option<[(&'static str, Address); 2]> {
    Some(contracts::chain(facts.setup.chain())?.exchanges.of_version(facts.protocol_version()))
}
