//! The account's state and its money.

use alloy_primitives::{Address, U256};

use super::Finding;
use super::clock::not_told;
use super::trading::trading_wallet;
use super::wallet::{DUST, dollars, exchanges};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::diagnosis::Cause;
use crate::engine::facts::{BalanceAllowance, Facts, Failure, OnChain};

pub(super) fn status(facts: &Facts) -> Finding {
    match (facts.closed_only.known(), facts.closed_only.failure()) {
        (Some(false), _) => Finding::pass("Open for trading"),
        (Some(true), _) => {
            Finding::fail(Cause::ClosedOnly, "The account is in closed-only mode: new orders are refused")
                .likely(0.97)
                .fixed_by("Only Polymarket can lift it: write to its support with the address of the account")
        }
        (None, Some(failure)) if failure.is_refusal() => {
            let tried = [&facts.derived_credentials, &facts.configured_credentials];
            if tried.iter().any(|fact| fact.known().is_some()) {
                Finding::unknown(Cause::AccountBanned, "The credentials pass, but the account's state is not told")
                    .likely(0.4)
                    .with("answer", failure)
            } else {
                Finding::skip("creds.l2", "The credentials are refused").with("answer", failure)
            }
        }
        (None, Some(failure)) => not_told(facts, failure, "The account's state could not be read"),
        (None, None) => Finding::skip("creds.derive", "There are no credentials to ask with"),
    }
}

/// What the CLOB's cache says for a signature type.
fn cached(facts: &Facts, kind: SignatureType) -> Option<&Result<BalanceAllowance, Failure>> {
    let rows = facts.balance_allowance.known()?;
    rows.iter().find(|row| row.signature_type == kind).map(|row| &row.answer)
}

/// Whether each question for a balance arrives without what it asks for: the CLOB misses the first
/// parameter, whatever the type.
fn query_is_lost(facts: &Facts) -> bool {
    let misses = |answer: &Result<BalanceAllowance, Failure>| matches!(answer, Err(Failure::Refused { message, .. }) if message.to_lowercase().contains("asset type"));
    facts.balance_allowance.known().is_some_and(|rows| !rows.is_empty() && rows.iter().all(|row| misses(&row.answer)))
}

/// `Invalid signature_type`
fn names_the_type(refusal: &Failure) -> bool {
    matches!(refusal, Failure::Refused { message, .. } if message.contains("signature_type"))
}

pub(super) fn balance(facts: &Facts) -> Finding {
    let Some(trading) = trading_wallet(facts) else {
        return Finding::skip("wallet.funder", "It is not clear which wallet the money should be in");
    };
    let (maker, kind) = (trading.address, trading.signature_type);
    let version = facts.protocol_version();
    let chain = facts.on_chain(maker);
    let cache = cached(facts, kind);
    let finding = match (chain, cache) {
        (_, Some(Err(refusal))) if query_is_lost(facts) => Finding::fail(
            Cause::ProxyTampering,
            "The CLOB takes the question for the balance as incomplete: its query does not arrive",
        )
        .likely(0.7)
        .with("answer", refusal)
        .fixed_by("Ask the official host, or let the relay in between pass on the query of each request"),
        // the wallets of the other types are computed, so there is nothing to be missing
        (_, Some(Err(refusal))) if kind != SignatureType::Poly1271 => {
            let summary = format!("The CLOB does not say the balance of type {}", u8::from(kind));
            if names_the_type(refusal) {
                Finding::unknown(Cause::WrongSignatureType, summary).likely(0.5).with("answer", refusal)
            } else {
                not_told(facts, refusal, &summary)
            }
        }
        (Some(at), Some(Err(_))) if !at.has_code() => {
            return Finding::skip("wallet.deployed", "The CLOB knows no balance of a wallet that does not exist yet");
        }
        (_, Some(Err(refusal))) => {
            Finding::fail(Cause::WalletNotDeployed, "The CLOB knows no wallet of this type for the signer")
                .likely(0.6)
                .or(Cause::WrongSignatureType, 0.5)
                .with("answer", refusal)
                .fixed_by("Log in to polymarket.com with this account once, or use the type of the wallet that exists")
        }
        (Some(at), _) if at.collateral(version).is_zero() => no_money(facts, maker, at, version),
        (Some(at), Some(Ok(seen))) if seen.balance == at.collateral(version) => {
            Finding::pass(format!("{} of collateral, on chain and in the CLOB's view", dollars(seen.balance)))
        }
        (Some(at), Some(Ok(seen))) => stale_cache(kind, at.collateral(version), seen.balance),
        (Some(at), None) => {
            Finding::note(format!("{} on chain; the CLOB's view was not read", dollars(at.collateral(version))))
        }
        (None, Some(Ok(seen))) if !seen.balance.is_zero() => {
            Finding::note(format!("{} in the CLOB's view; the chain was not read", dollars(seen.balance)))
        }
        (None, Some(Ok(_))) => {
            Finding::warn(Cause::BalanceMissing, "The CLOB sees no collateral; the chain was not read").likely(0.5)
        }
        (None, None) => return Finding::skip("wallet.map", "Neither the chain nor the CLOB gave a balance"),
    };
    trading.named(views(finding, facts, maker))
}

fn stale_cache(kind: SignatureType, chain: U256, seen: U256) -> Finding {
    let summary = format!("{} on chain, but the CLOB's view says {}", dollars(chain), dollars(seen));
    let finding = if seen.is_zero() {
        Finding::fail(Cause::BalanceCacheStale, summary).likely(0.85).or(Cause::WrongSignatureType, 0.2)
    } else {
        Finding::warn(Cause::BalanceCacheStale, summary).likely(0.85)
    };
    finding.fixed_by(format!(
        "Let the client call the balance-allowance update once, with signature type {} and asset type COLLATERAL",
        u8::from(kind)
    ))
}

/// The maker holds no collateral: another token, another wallet, or nothing at all.
fn no_money(facts: &Facts, maker: Address, at: &OnChain, version: u64) -> Finding {
    let collateral = if version == 1 { "USDC.e" } else { "pUSD" };
    let others = [("pUSD", at.pusd), ("USDC.e", at.usdc_e), ("USDC", at.usdc)];
    if let Some((token, amount)) = others.iter().find(|(name, amount)| *name != collateral && *amount >= DUST) {
        return Finding::fail(Cause::WrongCollateralToken, format!("The funder holds {} {token}, which counts as nothing: collateral is {collateral}", dollars(*amount)))
            .likely(0.95)
            .fixed_by(format!("Turn it into {collateral}: deposit through polymarket.com, or wrap it at the collateral onramp and approve {collateral}"));
    }
    let elsewhere = facts.setup.wallets.iter().flat_map(|wallets| wallets.iter().collect::<Vec<_>>()).find_map(
        |(kind, address)| {
            let amount = facts.on_chain(address)?.collateral(version);
            (address != maker && amount >= DUST).then_some((kind, address, amount))
        },
    );
    match elsewhere {
        Some((WalletKind::Eoa, address, amount)) => {
            let summary = format!("The funder is empty; the signer's own address holds {}", dollars(amount));
            Finding::fail(Cause::FundsInOtherWallet, summary)
                .likely(0.9)
                .fixed_by(format!("Send it from {address} to the funder, {maker}: the account trades from there"))
        }
        Some((kind, address, amount)) => {
            let summary = format!("The funder is empty; the {kind} of this key holds {}", dollars(amount));
            Finding::fail(Cause::FundsInOtherWallet, summary)
                .likely(0.9)
                .set("funder", address.to_string())
                .set("signature_type", u8::from(kind.signature_type()))
                .fixed_by(format!("Use the {kind} ({address}) with type {}, or move the money", u8::from(kind.signature_type())))
        }
        None => Finding::warn(Cause::BalanceMissing, "The funder holds no collateral")
            .likely(0.9)
            .fixed_by("Deposit through polymarket.com; the Deposit dialogue's address forwards to the wallet, it is not the funder"),
    }
}

/// Adds what the chain and each view of the CLOB say.
fn views(finding: Finding, facts: &Facts, maker: Address) -> Finding {
    let finding = match facts.on_chain(maker) {
        Some(at) => finding.with(
            "on chain",
            format!("{} pUSD, {} USDC.e, {} USDC", dollars(at.pusd), dollars(at.usdc_e), dollars(at.usdc)),
        ),
        None => finding,
    };
    facts.balance_allowance.known().into_iter().flatten().fold(finding, |finding, row| {
        let seen = match &row.answer {
            Ok(seen) => dollars(seen.balance),
            Err(refusal) => refusal.to_string(),
        };
        finding.with(format!("CLOB, type {}", u8::from(row.signature_type)), seen)
    })
}

pub(super) fn allowance(facts: &Facts) -> Finding {
    let (Some(trading), Some(exchanges)) = (trading_wallet(facts), exchanges(facts)) else {
        return Finding::skip("wallet.funder", "It is not clear which wallet the money should be in");
    };
    let maker = trading.address;
    let Some(at) = facts.on_chain(maker) else {
        return Finding::skip("wallet.map", "The chain was not read");
    };
    if !at.has_code() && facts.setup.signer() != Some(maker) {
        return Finding::skip("wallet.deployed", "A wallet that does not exist yet can approve nothing");
    }
    let allowed = |at: &OnChain, exchange| at.allowances.get(exchange).is_some_and(|amount| !amount.is_zero());
    let missing: Vec<&str> =
        exchanges.iter().filter(|(_, exchange)| !allowed(at, exchange)).map(|(name, _)| *name).collect();
    let unapproved: Vec<&str> = exchanges
        .iter()
        .filter(|(_, exchange)| at.approvals.get(exchange) != Some(&true))
        .map(|(name, _)| *name)
        .collect();
    let own = facts.setup.signer() == Some(maker);
    let by_signer = facts.setup.signer().filter(|signer| *signer != maker).and_then(|signer| facts.on_chain(signer));
    let finding = if missing.is_empty() && unapproved.is_empty() {
        gas(facts, maker, at)
    } else if missing.is_empty() {
        Finding::warn(
            Cause::AllowanceMissing,
            format!("The {} may not move outcome shares: selling will be refused", unapproved.join(" and the ")),
        )
        .likely(0.85)
        .fixed_by(
            "Approve the conditional tokens (setApprovalForAll) from the funder: one trade on polymarket.com does it",
        )
    } else if own && at.pol.is_zero() && !at.collateral(facts.protocol_version()).is_zero() {
        Finding::fail(
            Cause::GasMissing,
            format!("The {} may not spend, and the signer has no POL to approve with", missing.join(" and the ")),
        )
        .likely(0.9)
        .or(Cause::AllowanceMissing, 0.8)
        .fixed_by(format!("Send a little POL to {maker}, then approve the exchanges"))
    } else if by_signer.is_some_and(|signer| exchanges.iter().any(|(_, exchange)| allowed(signer, exchange))) {
        Finding::fail(
            Cause::AllowanceByWrongOwner,
            "The signer approved the exchange, but the money is the funder's: its approval is missing",
        )
        .likely(0.95)
        .fixed_by("Approve from the funder: through the relayer, or by one trade on polymarket.com")
    } else {
        let summary = format!("The {} may not spend the funder's collateral", missing.join(" and the "));
        let funded = !at.collateral(facts.protocol_version()).is_zero();
        let finding = if funded {
            Finding::fail(Cause::AllowanceMissing, summary)
        } else {
            Finding::warn(Cause::AllowanceMissing, summary)
        };
        finding.fixed_by(
            "Approve the exchanges from the funder: one trade on polymarket.com does it; an EOA sends approve itself",
        )
    };
    let finding = exchanges.iter().fold(finding, |finding, (name, exchange)| {
        let amount = at.allowances.get(exchange).copied().unwrap_or_default();
        let shares = if at.approvals.get(exchange) == Some(&true) { "shares approved" } else { "shares not approved" };
        let limit = if amount > U256::from(u128::MAX) { "unlimited".to_owned() } else { dollars(amount) };
        finding.with(*name, format!("{exchange}: {limit}, {shares}"))
    });
    trading.named(finding)
}

fn gas(facts: &Facts, maker: Address, at: &OnChain) -> Finding {
    let own = facts.setup.signer() == Some(maker);
    if own && at.pol.is_zero() && !at.collateral(facts.protocol_version()).is_zero() {
        return Finding::warn(Cause::GasMissing, "The exchanges may spend, but the signer has no POL for gas")
            .likely(0.9)
            .fixed_by(format!("Send a little POL to {maker}: approvals, splits and redeems of an EOA cost gas"));
    }
    Finding::pass("The exchanges may spend collateral and move shares")
}
