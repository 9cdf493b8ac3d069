//! What each step asks.

use super::{Origin, Step, Wizard};
use crate::auth::key;
use crate::checks::dollars;
use crate::engine::facts::OnChain;
use crate::settings::FoundKey;

/// What a step asks, to be drawn or printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub step: Step,
    pub text: &'static str,
    pub choices: Vec<Choice>,
    /// The choice that is most likely right.
    pub likely: usize,
    /// What may be typed instead of a choice.
    pub entry: Option<Entry>,
    /// What the answer means, as paragraphs.
    pub help: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub label: String,
    pub detail: String,
    pub hint: String,
}

/// What is typed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Never shown while it is typed.
    Secret,
    Address,
}

impl Wizard {
    /// The question of this step.
    pub fn question(&self) -> Question {
        match self.step {
            Step::Account => self.ask_account(),
            Step::Key => self.ask_key(),
            Step::Funder => self.ask_funder(),
            Step::Review => self.ask_review(),
        }
    }

    fn ask_account(&self) -> Question {
        let choice = |origin: &Origin| {
            let (label, detail) = match origin {
                Origin::Email => ("Email or Google", "key exported from Magic"),
                Origin::Browser => ("Browser wallet", "MetaMask, Rabby, Coinbase"),
                Origin::Wallet => ("Straight from a wallet", "no Polymarket account page"),
                Origin::Deposit => ("Deposit wallet", "accounts made lately"),
                Origin::Unknown => ("I do not know", "look at all of them"),
            };
            let hint = origin.signature_type().map(|kind| format!("type {kind}")).unwrap_or_default();
            Choice { label: label.to_owned(), detail: detail.to_owned(), hint }
        };
        let chosen = self.origin.and_then(|origin| Origin::ALL.iter().position(|&each| each == origin));
        Question {
            step: Step::Account,
            text: "How was the Polymarket account made?",
            choices: Origin::ALL.iter().map(choice).collect(),
            likely: chosen.unwrap_or(Origin::ALL.len() - 1),
            entry: None,
            help: vec![
                "The answer is only a first guess. It is compared with the wallets that exist on chain for your key."
                    .to_owned(),
                "Nothing is sent before there is a key. Nothing is saved unless you say so at the end, and the private \
                 key only if you ask for that by name."
                    .to_owned(),
            ],
        }
    }

    fn ask_key(&self) -> Question {
        let choice = |found: &FoundKey| Choice {
            label: found.source.to_string(),
            detail: format!("{} characters", found.key.shape().characters),
            hint: match key::parse(&found.key) {
                Ok(parsed) => format!("signer {}", parsed.signer.address()),
                Err(mistake) => format!("not usable: {mistake}"),
            },
        };
        let good = |found: &FoundKey| key::parse(&found.key).is_ok();
        Question {
            step: Step::Key,
            text: "Where is the private key of the account?",
            choices: self.found.iter().map(choice).collect(),
            likely: self.found.iter().position(good).unwrap_or(0),
            entry: Some(Entry::Secret),
            help: vec![
                "It is the key of the signer: exported from the wallet, or from polymarket.com (profile, Settings, \
                 Export private key) for accounts made by email. 64 hex digits, not a recovery phrase and no address."
                    .to_owned(),
                "A key that is typed in stays in memory.".to_owned(),
            ],
        }
    }

    fn ask_funder(&self) -> Question {
        let facts = self.facts.as_ref();
        let choices = self.wallets().map(|(kind, address)| Choice {
            label: format!("{kind}, type {}", u8::from(kind.signature_type())),
            detail: address.to_string(),
            hint: facts.and_then(|facts| facts.on_chain(address)).map_or_else(|| "not looked at".to_owned(), on_chain),
        });
        Question {
            step: Step::Funder,
            text: "Which wallet holds the money?",
            choices: choices.collect(),
            likely: self.likely_wallet(),
            entry: Some(Entry::Address),
            help: vec![
                "These are the wallets that this key controls. The account's is the address in the profile menu on \
                 polymarket.com."
                    .to_owned(),
                "The address in the Deposit dialogue is another one: it only takes money in, and orders of it are \
                 refused."
                    .to_owned(),
            ],
        }
    }

    fn ask_review(&self) -> Question {
        let said = |what: &str, value: Option<String>| format!("{what:<16}{}", value.unwrap_or_default());
        Question {
            step: Step::Review,
            text: "Check the account with these settings?",
            choices: Vec::new(),
            likely: 0,
            entry: None,
            help: vec![
                said("signer", self.signer().map(|signer| signer.to_string())),
                said("funder", self.funder().map(|funder| funder.to_string())),
                said("signature type", self.signature_type().map(|kind| kind.to_string())),
                said("profile", Some(self.profile.clone())),
            ],
        }
    }
}

/// What is at an address, in a few words.
fn on_chain(at: &OnChain) -> String {
    let money = [("pUSD", at.pusd), ("USDC.e", at.usdc_e), ("USDC", at.usdc)];
    let money: Vec<String> = money
        .iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(token, amount)| format!("{} {token}", dollars(*amount)))
        .collect();
    let money = if money.is_empty() { "empty".to_owned() } else { money.join(", ") };
    if at.has_code() { format!("deployed, {money}") } else { format!("no code, {money}") }
}
