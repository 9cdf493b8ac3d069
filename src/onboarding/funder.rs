//! The wallet that holds the money: which the key has, and what is wrong with another.

use std::str::FromStr as _;

use alloy_primitives::Address;

use super::{Funder, Next, Step, Wizard};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::checks::{Finding, Status, account_wallet, find};
use crate::engine::facts::Facts;
use crate::settings::{Source, Sourced};

/// An address as people paste it.
pub(super) fn parse(text: &str) -> Result<Address, String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_hex = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    if is_hex && digits.len() == 64 {
        return Err("That is as long as a private key. The funder is an address: 0x and 40 hex digits".to_owned());
    }
    if !is_hex || digits.len() != 40 || digits.len() == text.len() {
        return Err("That is no address: it takes 0x and 40 hex digits".to_owned());
    }
    let is_mixed =
        digits.contains(|c: char| c.is_ascii_lowercase()) && digits.contains(|c: char| c.is_ascii_uppercase());
    if is_mixed && Address::parse_checksummed(text, None).is_err() {
        return Err(
            "The capital letters of that address do not fit its digits: one was mistyped, copy it again".to_owned()
        );
    }
    Address::from_str(text).map_err(|_| "That is no address".to_owned())
}

impl Wizard {
    /// The wallets of the key that can be chosen; the deposit wallet as often as there are forms.
    pub(super) fn wallets(&self) -> impl Iterator<Item = (WalletKind, Address)> {
        let wallets = self.facts.as_ref().and_then(|facts| facts.setup.wallets.clone());
        wallets.map(|wallets| wallets.iter().collect::<Vec<_>>()).unwrap_or_default().into_iter()
    }

    /// The choice that is most likely the account's wallet: what Polymarket, the money or the chain
    /// say; else the guess of the first step.
    pub(super) fn likely_wallet(&self) -> usize {
        let known = self.facts.as_ref().and_then(account_wallet).map(|(kind, ..)| kind);
        let guessed = self.origin.and_then(super::Origin::signature_type);
        let is_likely = |kind: WalletKind| match known {
            Some(known) => kind == known,
            None => Some(kind.signature_type()) == guessed,
        };
        self.wallets().position(|(kind, _)| is_likely(kind)).unwrap_or(0)
    }

    /// Takes the funder, if it can be one.
    ///
    /// # Errors
    ///
    /// Why orders of this wallet would be refused.
    pub fn take_funder(&mut self, address: Address) -> Result<Next, String> {
        let Some(facts) = &self.facts else {
            self.asked = Some(address);
            return Ok(Next::Look(None));
        };
        let kind = facts.setup.wallets.as_ref().and_then(|wallets| wallets.kind_of(address));
        let is_known = facts.chain.known().is_none_or(|chain| chain.wallets.contains_key(&address));
        if kind.is_none() && !is_known && self.asked != Some(address) {
            self.asked = Some(address);
            return Ok(Next::Look(None));
        }
        self.asked = None;
        if kind == Some(WalletKind::Eoa) && self.guess() != SignatureType::Eoa && account_wallet(facts).is_some() {
            return Err(
                "That is the address of the key itself, and the account's money is in one of the key's wallets: \
                        only accounts without a page on polymarket.com trade from the key's own address"
                    .to_owned(),
            );
        }
        let code = facts.on_chain(address).and_then(|at| at.code.wallet_kind());
        let signature_type = kind.or(code).map_or_else(|| self.guess(), WalletKind::signature_type);
        let funder = Funder { address, signature_type };
        let findings = ["wallet.funder", "wallet.deployed"].map(|id| judge(facts, funder, id));
        if let [Some(wrong), _] = &findings
            && wrong.status == Status::Fail
        {
            let fix = wrong.fix.as_ref().map(|fix| format!(". {}", fix.text)).unwrap_or_default();
            return Err(format!("{}{fix}", wrong.summary));
        }
        let worth_saying = |finding: &&Finding| matches!(finding.status, Status::Fail | Status::Warn | Status::Note);
        let said = findings.iter().flatten().find(worth_saying).map(|finding| finding.summary.clone());
        self.funder = Some(funder);
        self.step = Step::Review;
        Ok(Next::Go(said))
    }
}

/// What the checklist says of a wallet as the funder.
fn judge(facts: &Facts, funder: Funder, check: &str) -> Option<Finding> {
    let flag = |name: &str| Source::Flag { name: name.to_owned() };
    let mut facts = facts.clone();
    facts.setup.funder = Some(Sourced::new(funder.address, flag("--funder")));
    facts.setup.signature_type = Some(Sourced::new(funder.signature_type, flag("--signature-type")));
    Some((find(check)?.judge)(&facts))
}
