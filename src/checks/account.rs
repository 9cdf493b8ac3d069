//! The account's state and its money.

use alloy_primitives::{Address, U256};

use super::Finding;
use super::clock::not_told;
use super::ownership::{KeyRole, standing};
use super::trading::trading_wallet;
use super::wallet::{DUST, dollars, exchanges};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::cause::{Cause, Certainty};
use crate::facts::{BalanceAllowance, Fact, Facts, Failure, OnChain};
use crate::settings::Setting;

pub(super) fn status(facts: &Facts) -> Finding {
    match (facts.closed_only.known(), facts.closed_only.failure()) {
        (Some(false), _) => Finding::pass("Closed-only mode is off; a ban cannot be read from the API")
            .with("banned", "only the response to an order shows it"),
        (Some(true), _) => {
            Finding::fail(Cause::ClosedOnly, "The account is in closed-only mode: new orders are rejected")
                .likely(0.97)
                .proven()
                .fixed_by("Contact Polymarket support with the account's wallet address: only they can lift it")
        }
        (None, Some(failure)) if failure.is_refusal() => {
            let tried = [&facts.derived_credentials, &facts.configured_credentials];
            if tried.iter().any(|fact| fact.known().is_some()) {
                Finding::unknown(
                    Cause::AccountBanned,
                    "Credentials accepted, but the CLOB did not return the account status",
                )
                .likely(0.4)
                .certain(Certainty::Possible)
                .with("answer", failure)
            } else {
                Finding::skip("creds.l2", "The credentials are rejected").with("answer", failure)
            }
        }
        (None, Some(failure)) => not_told(facts, failure, "The account status could not be read"),
        (None, None) => Finding::skip("creds.derive", "There are no credentials for the request"),
    }
}

/// What the CLOB's cache says for a signature type.
pub(super) fn cached(facts: &Facts, kind: SignatureType) -> Option<&Result<BalanceAllowance, Failure>> {
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

/// Whether the signer is a key that the wallet's owner approved.
fn is_session_key(facts: &Facts, wallet: Address) -> bool {
    let signer = facts.setup.signer();
    signer.is_some_and(|signer| matches!(standing(facts, wallet, signer), KeyRole::Session { .. }))
}

pub(super) fn balance(facts: &Facts) -> Finding {
    let Some(trading) = trading_wallet(facts) else {
        return Finding::skip("wallet.funder", "The wallet that should hold the collateral could not be determined");
    };
    let (maker, kind) = (trading.address, trading.signature_type);
    let version = facts.protocol_version();
    let chain = facts.on_chain(maker);
    let cache = cached(facts, kind);
    let finding = match (chain, cache) {
        (_, Some(Err(refusal))) if query_is_lost(facts) => {
            Finding::fail(Cause::ProxyTampering, "The CLOB received the balance request without its query string")
                .likely(0.7)
                .proven()
                .with("answer", refusal)
                .fixed_by(
                    "Use the official host, or have the proxy in between forward the query string of each request",
                )
        }
        // only a refusal of the question itself says something of the wallet
        (at, Some(Err(failure))) if !matches!(failure, Failure::Refused { status: 400, .. }) => {
            let summary = match at {
                Some(at) => {
                    format!("{} on chain; the CLOB's balance could not be read", dollars(at.collateral(version)))
                }
                None => "Neither the chain nor the CLOB returned a balance".to_owned(),
            };
            unread_by_the_clob(facts, failure, &summary)
        }
        // the wallets of the other types are computed, so there is nothing to be missing
        (_, Some(Err(refusal))) if kind != SignatureType::Poly1271 => {
            let summary = format!("The CLOB did not return the balance for type {}", u8::from(kind));
            if names_the_type(refusal) {
                Finding::unknown(Cause::WrongSignatureType, summary)
                    .likely(0.5)
                    .certain(Certainty::Possible)
                    .with("answer", refusal)
            } else {
                not_told(facts, refusal, &summary)
            }
        }
        (Some(at), Some(Err(_))) if !at.has_code() => {
            return Finding::skip("wallet.deployed", "The CLOB has no balance for a wallet that is not deployed yet");
        }
        // whether it looks up the wallet of a session key is not published
        (Some(at), Some(Err(refusal))) if is_session_key(facts, maker) && !at.collateral(version).is_zero() => {
            let amount = dollars(at.collateral(version));
            Finding::note(format!("{amount} on chain; the CLOB returns no balance for a session key"))
                .with("answer", refusal)
        }
        (_, Some(Err(refusal))) => {
            Finding::fail(Cause::WalletNotDeployed, "The CLOB has no wallet of this type for the signer")
                .likely(0.6)
                .or(Cause::WrongSignatureType, 0.5)
                .with("answer", refusal)
                .fixed_by("Log in to polymarket.com with this account once, or use the type of the wallet that exists")
        }
        (Some(at), _) if at.collateral(version).is_zero() => no_money(facts, maker, at, version),
        (Some(at), Some(Ok(seen))) if seen.balance == at.collateral(version) => {
            let (amount, token, place) = (dollars(seen.balance), super::collateral(version), trading.place());
            Finding::pass(format!("{amount} {token} in the {place}, both on chain and according to the CLOB"))
        }
        (Some(at), Some(Ok(seen))) => stale_cache(kind, at.collateral(version), seen.balance),
        (Some(at), None) => {
            let summary = format!("{} on chain; the CLOB's balance could not be read", dollars(at.collateral(version)));
            not_seen_by_the_clob(facts, &summary)
        }
        (None, Some(Ok(seen))) => {
            let seen = dollars(seen.balance);
            Finding::skip("wallet.map", format!("{seen} according to the CLOB; the chain was not read to compare"))
        }
        (None, None) => not_seen_by_the_clob(facts, "Neither the chain nor the CLOB returned a balance"),
    };
    trading.named(views(finding, facts, maker))
}

/// The CLOB's own balance is missing: because it did not answer, or for want of credentials, which another
/// check reports.
fn not_seen_by_the_clob(facts: &Facts, summary: &str) -> Finding {
    if let Some(failure) = facts.balance_allowance.failure() {
        return unread_by_the_clob(facts, failure, summary);
    }
    let reported_by = match () {
        () if facts.balance_allowance == Fact::Waiting || facts.setup.offline => return Finding::not_asked(summary),
        () if facts.server_time.failure().is_some() => "net.reach",
        () if facts.has_no_key() => "creds.nonce",
        () => "creds.derive",
    };
    Finding::skip(reported_by, summary)
}

/// The CLOB did not say the balance; where it takes no credentials at all, another check reports that.
fn unread_by_the_clob(facts: &Facts, failure: &Failure, summary: &str) -> Finding {
    let is_accepted = facts.derived_credentials.known().or(facts.configured_credentials.known()).is_some();
    if failure.is_refusal() && !is_accepted {
        return Finding::skip("creds.l2", summary).with("answer", failure);
    }
    not_told(facts, failure, summary)
}

fn stale_cache(kind: SignatureType, chain: U256, seen: U256) -> Finding {
    let summary = format!("{} on chain, but {} according to the CLOB", dollars(chain), dollars(seen));
    let finding = if seen.is_zero() {
        Finding::fail(Cause::BalanceCacheStale, summary)
            .likely(0.85)
            .or(Cause::WrongSignatureType, 0.2)
            .certain(Certainty::Likely)
    } else {
        Finding::warn(Cause::BalanceCacheStale, summary).likely(0.85).proven()
    };
    finding.fixed_by(format!(
        "Call the balance-allowance update once from the client, with signature type {} and asset type COLLATERAL",
        u8::from(kind)
    ))
}

/// The maker holds no collateral: another token, another wallet, or nothing at all.
fn no_money(facts: &Facts, maker: Address, at: &OnChain, version: u64) -> Finding {
    let collateral = super::collateral(version);
    let others = [("pUSD", at.pusd), ("USDC.e", at.usdc_e), ("USDC", at.usdc)];
    if let Some((token, amount)) = others.iter().find(|(name, amount)| *name != collateral && *amount >= DUST) {
        return Finding::fail(Cause::WrongCollateralToken, format!("The funder holds {} {token}, but only {collateral} counts as collateral", dollars(*amount)))
            .likely(0.95)
            .proven()
            .fixed_by(format!("Convert the {token} to {collateral}: deposit through polymarket.com, or wrap it at the collateral onramp and approve {collateral}. A transfer cannot be undone: check token and recipient, and test with a small amount first"));
    }
    let elsewhere = facts.setup.wallets.iter().flat_map(|wallets| wallets.iter().collect::<Vec<_>>()).find_map(
        |(kind, address)| {
            let amount = facts.on_chain(address)?.collateral(version);
            (address != maker && amount >= DUST).then_some((kind, address, amount))
        },
    );
    match elsewhere {
        Some((WalletKind::Eoa, address, amount)) => {
            let summary = format!("The funder is empty; the signer holds {}", dollars(amount));
            // the alternative that moves nothing stands first
            Finding::fail(Cause::FundsInOtherWallet, summary)
                .likely(0.9)
                .proven()
                .fixed_by(format!(
                    "Trade from the signer: signature type 0, without a funder, if Polymarket lets this account trade \
                     as an EOA. Otherwise send the {collateral} from {address} to the funder {maker}: only \
                     {collateral}, and only on Polygon. A transfer cannot be undone, so send a small test amount first"
                ))
        }
        Some((kind, address, amount)) => {
            let summary = format!("The funder is empty; the {kind} of this key holds {}", dollars(amount));
            Finding::fail(Cause::FundsInOtherWallet, summary)
                .likely(0.9)
                .proven()
                .set(Setting::Funder, address.to_string())
                .set(Setting::SignatureType, u8::from(kind.signature_type()))
                .fixed_by(format!("Set the funder to the {kind} {address} and the signature type to {}, which moves no funds", u8::from(kind.signature_type())))
        }
        None => Finding::warn(Cause::BalanceMissing, "The funder holds no collateral")
            .likely(0.9)
            .proven()
            .fixed_by("Deposit through polymarket.com; test with a small amount first, because transfers cannot be undone. The wallet address in the Deposit dialog only forwards to the wallet; it is not the funder"),
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
        return Finding::skip("wallet.funder", "The wallet that should hold the collateral could not be determined");
    };
    let maker = trading.address;
    let Some(at) = facts.on_chain(maker) else {
        return Finding::skip("wallet.map", "Could not be determined: the chain was not read");
    };
    if !at.has_code() && facts.setup.signer() != Some(maker) {
        return Finding::skip("wallet.deployed", "A wallet that is not deployed yet has no approvals");
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
            format!("The {} cannot move outcome shares: sell orders will be rejected", unapproved.join(" and the ")),
        )
        .likely(0.85)
        .proven()
        .fixed_by(
            "Approve the conditional tokens (setApprovalForAll) from the funder, through the relayer, which moves no funds. A small trade on polymarket.com also does it, but spends pUSD and cannot be undone",
        )
    } else if own && at.pol.is_zero() && !at.collateral(facts.protocol_version()).is_zero() {
        Finding::fail(
            Cause::GasMissing,
            format!("The {} cannot spend collateral, and the signer has no POL for the approval", missing.join(" and the ")),
        )
        .likely(0.9)
        .or(Cause::AllowanceMissing, 0.8)
        .proven()
        .fixed_by(format!(
            "Send a little POL (1 is plenty; transfers cannot be undone) to {maker} on Polygon, then approve the exchange contracts"
        ))
    } else if by_signer.is_some_and(|signer| exchanges.iter().any(|(_, exchange)| allowed(signer, exchange))) {
        Finding::fail(
            Cause::AllowanceByWrongOwner,
            "The signer approved the exchange, but the funder, which holds the collateral, did not",
        )
        .likely(0.95)
        .proven()
        .fixed_by("Approve from the funder, through the relayer, which moves no funds. A small trade on polymarket.com also does it, but spends pUSD and cannot be undone")
    } else {
        let summary = format!("The {} cannot spend the funder's collateral", missing.join(" and the "));
        let funded = !at.collateral(facts.protocol_version()).is_zero();
        let finding = if funded {
            Finding::fail(Cause::AllowanceMissing, summary)
        } else {
            Finding::warn(Cause::AllowanceMissing, summary)
        };
        finding.proven().fixed_by(
            "Approve the exchange contracts from the funder, which moves no funds: a proxy, Safe or deposit wallet through the \
             relayer, an EOA calls approve() itself and pays a little POL for gas. One small trade on polymarket.com does it too, but \
             spends pUSD and cannot be undone",
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
        return Finding::warn(Cause::GasMissing, "Exchange approvals are in place, but the signer has no POL for gas")
            .likely(0.9)
            .proven()
            .fixed_by(format!(
                "Send a little POL (1 is plenty; transfers cannot be undone) to {maker} on Polygon: approvals, splits \
                 and redeems of an EOA cost gas. Orders themselves cost none"
            ));
    }
    Finding::pass("Exchange approvals are in place (collateral and shares)")
}
