//! The wallet that holds the funds: which the key has, and what is wrong with another.

use std::str::FromStr as _;

use alloy_primitives::Address;

use super::{Funder, Next, Step, Wizard};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::checks::{Finding, Status, account_wallet, find};
use crate::facts::Facts;
use crate::settings::{Source, Sourced};

/// An address as people paste it.
pub(super) fn parse(text: &str) -> Result<Address, String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_hex = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    if is_hex && digits.len() == 64 {
        return Err("That is as long as a private key. The funder is a wallet address: 0x and 40 hex digits".to_owned());
    }
    if !is_hex || digits.len() != 40 || digits.len() == text.len() {
        return Err("Not a wallet address: it must be 0x and 40 hex digits".to_owned());
    }
    let is_mixed =
        digits.contains(|c: char| c.is_ascii_lowercase()) && digits.contains(|c: char| c.is_ascii_uppercase());
    if is_mixed && Address::parse_checksummed(text, None).is_err() {
        return Err("The checksum of that wallet address is wrong (upper and lower case): copy it again".to_owned());
    }
    Address::from_str(text).map_err(|_| "Not a wallet address".to_owned())
}

impl Wizard {
    /// The wallets of the key that can be chosen; the deposit wallet as often as there are forms.
    pub(super) fn wallets(&self) -> impl Iterator<Item = (WalletKind, Address)> {
        let wallets = self.facts.as_ref().and_then(|facts| facts.setup.wallets.clone());
        wallets.map(|wallets| wallets.iter().collect::<Vec<_>>()).unwrap_or_default().into_iter()
    }

    /// The choice that is most likely the account's wallet: what Polymarket, the funds or the chain
    /// say; else the only wallet of the type that is set or was answered. `None` where nothing says it.
    pub(super) fn likely_wallet(&self) -> Option<usize> {
        let known = self.facts.as_ref().and_then(account_wallet).map(|(kind, ..)| kind);
        let guessed = self.guess();
        let is_likely = |kind: WalletKind| match known {
            Some(known) => kind == known,
            None => Some(kind.signature_type()) == guessed,
        };
        let mut likely = self.wallets().enumerate().filter(|(_, (kind, _))| is_likely(*kind));
        let (place, _) = likely.next()?;
        likely.next().is_none().then_some(place)
    }

    /// Takes type and funder where a file or a variable sets them, and says from where: the checklist
    /// judges them.
    pub(super) fn take_what_is_set(&mut self) -> Option<String> {
        if self.step != Step::Funder || self.funder.is_some() {
            return None;
        }
        let kind = self.known.signature_type();
        let (address, place) = match self.known.funder() {
            Some(funder) => (funder.value, funder.source.clone()),
            // type 0 trades from the signer itself
            None if kind == Some(SignatureType::Eoa) => (self.signer()?, self.known.type_source()?.clone()),
            None => return None,
        };
        let of_wallet =
            || self.facts.as_ref()?.setup.wallets.as_ref()?.kind_of(address).map(WalletKind::signature_type);
        let signature_type = kind.or_else(of_wallet)?;
        self.funder = Some(Funder { address, signature_type });
        self.step = Step::Review;
        Some(format!("The wallet is already set: {address} ({place})"))
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
        if kind == Some(WalletKind::Eoa) && self.guess() != Some(SignatureType::Eoa) && account_wallet(facts).is_some()
        {
            return Err(
                "That is the signer itself, but the account's funds are in one of the key's wallets: only accounts without a polymarket.com account trade from the signer"
                    .to_owned(),
            );
        }
        let code = facts.on_chain(address).and_then(|at| at.code.wallet_kind());
        let signature_type = kind.or(code).map(WalletKind::signature_type).or_else(|| self.guess());
        let is_empty = facts.on_chain(address).is_some_and(|at| !at.has_code());
        // that nothing is there is wrong for every type
        let Some(signature_type) = signature_type.or(is_empty.then_some(SignatureType::PolyProxy)) else {
            return Err("That is not one of this key's wallets, and its signature type could not be determined. Go back and choose how the account was created"
                .to_owned());
        };
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

    /// Why none of the wallets is likely, in a sentence.
    pub fn undetermined(&self) -> String {
        let facts = self.facts.as_ref();
        let why = match facts.and_then(|facts| facts.chain.failure()) {
            Some(failure) => {
                let rpc = facts.and_then(|facts| facts.setup.rpc_url.as_ref());
                let at = rpc.map_or_else(String::new, |url| format!(" at {}", url.value));
                format!("the Polygon RPC{at} returned no wallet data ({failure})")
            }
            None if !self.may_ask_network() => "nothing was looked up".to_owned(),
            None => "none or several of the key's wallets exist on chain, none holds collateral, and polymarket.com shows none for this key"
                .to_owned(),
        };
        format!("Could not determine which wallet holds the funds: {why}")
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
