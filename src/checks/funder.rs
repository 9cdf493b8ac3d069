//! Whether the funder is the wallet that this key controls, and which one it should be.

use alloy_primitives::{Address, U256};

use super::Finding;
use super::ownership::{self, KeyRole};
use super::wallet::{account_wallet, chain_not_read, wallets};
use crate::auth::wallet::{CodeClass, SignatureType, WalletKind};
use crate::cause::{Cause, Certainty};
use crate::facts::{Facts, OnChain};
use crate::settings::{ProblemKind, Setting, SettingProblem, Source};

/// Whether the signer is taken for the account's wallet only because no type is set, and nothing was seen of it.
pub(super) fn is_only_default(facts: &Facts) -> bool {
    let is_seen = account_wallet(facts).is_some_and(|(kind, ..)| kind == WalletKind::Eoa);
    !has_type(facts) && !is_seen && !super::wallet::trades_as_eoa(facts)
}

/// Adds the right funder and type to a finding, as words and settings.
fn right_wallet(finding: Finding, facts: &Facts, why: &str) -> Finding {
    // money at the signer's own address makes it the account's wallet only where the type says so
    let is_wallet = |kind: WalletKind| kind != WalletKind::Eoa || trades_as_eoa(facts);
    let Some((kind, address, reason)) = account_wallet(facts).filter(|(kind, ..)| is_wallet(*kind)) else {
        return finding
            .fixed_by(format!(
                "{why}: it is the wallet address in the profile menu on polymarket.com, not the one in the Deposit dialog"
            ))
            .write_words(Setting::Funder, "the wallet address in the profile menu on polymarket.com");
    };
    let right = kind.signature_type();
    let mut finding = finding
        .set(Setting::Funder, address.to_string())
        .with("wallet of this key", format!("{kind} {address}: {reason}"))
        .fixed_by(format!("{why}: the {kind} of this key"));
    if facts.setup.signature_type() != Some(right) {
        finding = finding.set(Setting::SignatureType, u8::from(right));
    }
    finding
}

/// Whether a variable says by its name that it holds a contract wallet.
fn is_called_a_wallet(source: &Source) -> bool {
    let (Source::Variable { name } | Source::EnvFile { name, .. }) = source else { return false };
    let name = name.to_ascii_uppercase();
    ["PROXY", "SAFE", "DEPOSIT"].iter().any(|word| name.split('_').any(|part| part == *word))
}

/// Whether a signature type is set, and not only the default.
pub(super) fn has_type(facts: &Facts) -> bool {
    facts.setup.signature_type.as_ref().is_some_and(|kind| kind.source != Source::Default)
}

fn trades_as_eoa(facts: &Facts) -> bool {
    facts.setup.signature_type() == Some(SignatureType::Eoa)
}

pub(super) fn funder(facts: &Facts) -> Finding {
    let (Some(kind), Some(wallets), Some(signer)) =
        (facts.setup.signature_type(), wallets(facts), facts.setup.signer())
    else {
        return Finding::skip("setup.settings", "The signature type or chain ID is not usable");
    };
    let Some(configured) = &facts.setup.funder else {
        let is_wrong =
            |problem: &SettingProblem| problem.is_of(Setting::Funder) && problem.kind == ProblemKind::Invalid;
        if facts.setup.problems.iter().any(is_wrong) {
            return Finding::skip("setup.settings", "The configured funder is not a wallet address");
        }
        if kind == SignatureType::Eoa {
            return chain_not_read(facts)
                .or_else(|| {
                    is_only_default(facts).then(|| {
                        Finding::note(
                            "No signature type is set; with the default, type 0, the funder is the signer itself",
                        )
                    })
                })
                .unwrap_or_else(|| Finding::pass("The signer itself: type 0 needs no funder"))
                .with("signer", signer);
        }
        let finding = Finding::fail(Cause::FunderMissing, format!("Type {kind} needs a funder, and none is set"))
            .likely(0.95)
            .proven()
            .with("signer", signer);
        return right_wallet(finding, facts, "Set the funder to the account's wallet");
    };
    let (funder, source) = (configured.value, &configured.source);
    let finding = match wallets.kind_of(funder) {
        Some(WalletKind::Eoa) if kind == SignatureType::Eoa && is_called_a_wallet(source) && !has_type(facts) => {
            let summary = "The funder is the signer itself, under a name for a wallet; no signature type is set";
            let finding = Finding::fail(Cause::FunderIsSigner, summary).likely(0.9).certain(Certainty::Likely);
            right_wallet(
                finding,
                facts,
                "Set the funder to the account's wallet, or the signature type to 0 if there is none",
            )
        }
        Some(WalletKind::Eoa) if kind == SignatureType::Eoa => {
            chain_not_read(facts).unwrap_or_else(|| Finding::pass("The signer itself, as type 0 requires"))
        }
        Some(WalletKind::Eoa) => {
            let summary = format!("The funder is the signer itself, but type {kind} needs a wallet");
            let finding = Finding::fail(Cause::FunderIsSigner, summary).likely(0.97).proven();
            right_wallet(finding, facts, "Set the funder to the account's wallet")
        }
        Some(owned) => match ownership::standing(facts, funder, signer) {
            KeyRole::Stranger => not_owned(facts, funder),
            KeyRole::Session { until_s } => ownership::session_key(until_s),
            KeyRole::Owner | KeyRole::Unknown => facts
                .on_chain(funder)
                .and_then(|at| unused(facts, owned, at))
                .or_else(|| ownership::warning(facts, funder))
                .or_else(|| chain_not_read(facts))
                .unwrap_or_else(|| Finding::pass(format!("The {owned} of this key"))),
        },
        None => foreign(facts, funder, signer),
    };
    let finding = ownership::evidence(finding, facts, funder);
    finding.with("funder", format!("{funder} ({source})")).with("signer", signer)
}

/// A wallet that this key could have, that is not there and holds nothing, while the account has
/// another.
fn unused(facts: &Facts, owned: WalletKind, at: &OnChain) -> Option<Finding> {
    let (kind, address, reason) = account_wallet(facts)?;
    let is_empty = !at.has_code() && [at.pusd, at.usdc_e, at.usdc].iter().all(U256::is_zero);
    if !is_empty || kind == owned || (kind == WalletKind::Eoa && !trades_as_eoa(facts)) {
        return None;
    }
    let needs_deposit_wallet =
        kind.signature_type() == SignatureType::Poly1271 && owned.signature_type() != SignatureType::Poly1271;
    let finding = if needs_deposit_wallet {
        let summary =
            format!("The account has a deposit wallet, but the funder is the key's {owned}, which is not deployed");
        Finding::fail(Cause::DepositWalletRequired, summary).or(Cause::WrongSignatureType, 0.4)
    } else {
        let summary =
            format!("The funder is the key's {owned}, which is not deployed; the account's wallet is its {kind}");
        Finding::fail(Cause::FundsInOtherWallet, summary).or(Cause::WalletNotDeployed, 0.3)
    };
    Some(right_wallet(
        finding.likely(0.93).certain(Certainty::Likely).with("account's wallet", format!("{address}: {reason}")),
        facts,
        "Set the funder to the account's wallet",
    ))
}

fn not_owned(facts: &Facts, funder: Address) -> Finding {
    let summary = if ownership::is_refused(facts, funder) {
        "The contract at the funder rejects signatures of this key: it has a different owner"
    } else {
        "The contract at the funder has a different owner than this key"
    };
    let finding = named_owners(Finding::fail(Cause::KeyNotWalletOwner, summary).likely(0.97).proven(), facts, funder);
    let elsewhere = account_wallet(facts).is_some_and(|(_, address, _)| address != funder);
    if !elsewhere {
        return finding.set(Setting::PrivateKey, "the key of the wallet's owner").fixed_by(
            "Use the key of the wallet's owner, or the wallet of an account of this key: only the owner can sign for this wallet",
        );
    }
    right_wallet(finding, facts, "Use the key of that owner, or the wallet of this key")
}

fn named_owners(finding: Finding, facts: &Facts, funder: Address) -> Finding {
    let owners = facts.on_chain(funder).map_or(&[][..], |at| &at.owners);
    let owners = owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if owners.is_empty() { finding } else { finding.with("owner on chain", owners) }
}

fn foreign(facts: &Facts, funder: Address, signer: Address) -> Finding {
    if let Some(copied) = facts.setup.problems.iter().find(|problem| problem.kind == ProblemKind::CopiedWallet) {
        let finding = Finding::fail(Cause::FunderNotControlled, copied.text.clone()).likely(0.97).proven();
        return right_wallet(finding, facts, "Set the funder to the account's wallet");
    }
    foreign_by_code(facts, funder, signer)
}

fn foreign_by_code(facts: &Facts, funder: Address, signer: Address) -> Finding {
    use CodeClass::{Delegated, DepositBeacon, DepositUups, Empty, Proxy, Safe};
    let code = facts.on_chain(funder).map(|at| at.code);
    let finding = match (code, ownership::standing(facts, funder, signer)) {
        (Some(DepositUups { .. } | DepositBeacon { .. }), KeyRole::Owner) => {
            let pass = || Finding::pass("A deposit wallet whose owner on chain is this key");
            return ownership::warning(facts, funder).unwrap_or_else(pass);
        }
        (Some(DepositUups { .. } | DepositBeacon { .. }), KeyRole::Session { until_s }) => {
            return ownership::session_key(until_s);
        }
        (Some(Empty), _) => Finding::fail(
            Cause::FunderIsDepositAddress,
            "The funder is not deployed and not one of this key's wallets: it looks like a deposit address",
        ),
        (Some(Delegated { .. }), _) => Finding::fail(
            Cause::DepositWalletDelegated,
            "The funder is a delegated EOA (EIP-7702), not a wallet that this key signs for",
        ),
        (Some(DepositUups { owner } | DepositBeacon { owner }), _) => {
            of_another_key(facts, "deposit wallet").with("made for", owner)
        }
        (Some(Safe), KeyRole::Owner) => Finding::fail(
            Cause::FunderNotControlled,
            "The funder is a Safe of this key, but not the one that the exchange computes from the key",
        ),
        (Some(Safe), _) => of_another_key(facts, "Safe"),
        (Some(Proxy), _) => of_another_key(facts, "proxy"),
        (_, KeyRole::Owner) => Finding::fail(
            Cause::FunderNotControlled,
            "The funder accepts signatures of this key, but is not a wallet that Polymarket deploys",
        ),
        _ => Finding::fail(Cause::FunderNotControlled, "The funder is not one of this key's wallets"),
    };
    let likelihood = if ownership::is_refused(facts, funder) { 0.97 } else { 0.93 };
    let finding = match code {
        Some(code) => finding.with("code at the funder", code),
        None => finding,
    };
    let finding = named_owners(finding.likely(likelihood), facts, funder);
    // an empty address may be a mistyped one as well; code tells whose the wallet is
    let is_read = code.is_some_and(|code| code != Empty);
    let finding = if is_read { finding.proven() } else { finding };
    right_wallet(finding, facts, "Set the funder to the account's wallet")
}

/// Either of the two is the wrong one: the funder where this key has a wallet of its own, the key
/// where it has none.
fn of_another_key(facts: &Facts, wallet: &str) -> Finding {
    if account_wallet(facts).is_some_and(|(kind, ..)| kind != WalletKind::Eoa) {
        let summary = format!("The funder is a {wallet} of a different key, but this key has its own wallet");
        Finding::fail(Cause::FunderNotControlled, summary).or(Cause::KeyNotWalletOwner, 0.4)
    } else {
        let summary = format!("The funder is a {wallet} of a different key, and this key has no wallet at all");
        Finding::fail(Cause::KeyNotWalletOwner, summary).or(Cause::FunderNotControlled, 0.4)
    }
}
