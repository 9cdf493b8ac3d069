//! What the exchange contract says of an order, beside what is computed here.

use serde_json::{Value, json};

use super::finding::{Finding, add};
use super::{Inspected, Outcome};
use crate::auth::order::{Exchange, Order};
use crate::auth::wallet::SignatureType;
use crate::cause::{Cause, Certainty};
use crate::facts::ExchangeAnswer;

/// An order as it was sent, and the contract that should take it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its fields, as they were sent.
    pub order: Order,
    /// As it was sent, decoded from hex.
    pub signature: Vec<u8>,
    /// The contract that should settle it.
    pub exchange: Exchange,
}

/// What was answered, to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct OnChain {
    /// What the contract said, without a full stop.
    pub sentence: String,
    /// Whether the contract said anything.
    pub is_known: bool,
    json: Value,
}

impl OnChain {
    pub(super) fn json(&self) -> Value {
        self.json.clone()
    }

    pub(super) fn for_each_text(&mut self, change: &dyn Fn(&mut String)) {
        change(&mut self.sentence);
        super::for_each_text(&mut self.json, change);
    }
}

impl Inspected {
    /// Takes in what the contract, or the node that stands before it, answered to the question.
    pub fn answered(&mut self, answer: Result<ExchangeAnswer, String>) {
        let Some(question) = self.question.clone() else { return };
        let Exchange { address, .. } = question.exchange;
        let contract = format!("{} ({address})", question.exchange);
        let known = match answer {
            Ok(answer @ ExchangeAnswer::Known { .. }) => answer,
            Ok(ExchangeAnswer::Unknown { reason }) | Err(reason) => {
                self.on_chain = Some(OnChain {
                    sentence: format!("The response of {contract} could not be determined: {reason}"),
                    is_known: false,
                    json: json!({ "exchange": address.to_string(), "accepted": null, "reason": reason }),
                });
                return;
            }
        };
        let ExchangeAnswer::Known { error, is_filled, is_maker_paused, is_paused, has_maker_code } = known else {
            return;
        };
        let is_accepted = error.is_none();
        let computed = question.order.is_signed_for(&question.signature, &question.exchange);
        let agrees = computed.map(|computed| computed == is_accepted);
        let beside = match agrees {
            Some(true) => ", as computed here",
            Some(false) => ", which contradicts what is computed here",
            None => "",
        };
        let said = error.as_ref().map_or_else(|| "accepts".to_owned(), |error| format!("rejects ({error})"));
        self.on_chain = Some(OnChain {
            sentence: format!("{contract} {said} this signature{beside}").replacen("the", "The", 1),
            is_known: true,
            json: json!({
                "exchange": address.to_string(),
                "accepted": is_accepted,
                "error": error,
                "filled": is_filled,
                "maker_paused": is_maker_paused,
                "trading_paused": is_paused,
                "agrees": agrees,
            }),
        });
        if !is_accepted && computed.is_none() {
            self.refused_by_its_wallet(&question.order, has_maker_code);
        }
        self.stopped(&question, is_filled, is_maker_paused, is_paused);
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.certainty));
    }

    /// A signature that is right as far as it can be computed, and yet not accepted.
    fn refused_by_its_wallet(&mut self, order: &Order, has_code: bool) {
        let maker = order.maker;
        if order.signature_type != u8::from(SignatureType::Poly1271) {
            return;
        }
        let finding = if has_code {
            let summary = format!("The deposit wallet {maker} does not accept this signature");
            Finding::new(Cause::FunderNotControlled, Certainty::Proven, summary).because(
                "the exchange contract checked with it: it has a different owner, or has not allowed this session key",
            )
        } else {
            let summary = format!("There is no contract at the maker {maker}, so it cannot check the signature");
            Finding::new(Cause::WalletNotDeployed, Certainty::Proven, summary)
        };
        if self.outcome == Outcome::Right {
            self.outcome = Outcome::Mistaken;
        }
        self.changes.push(if has_code {
            "Sign with the key that owns the deposit wallet, or with a session key that it has allowed".to_owned()
        } else {
            "Deploy the deposit wallet: log in to polymarket.com once".to_owned()
        });
        add(&mut self.findings, finding);
    }

    /// What keeps an order from being filled, whoever signed it.
    fn stopped(&mut self, question: &Question, is_filled: bool, is_maker_paused: bool, is_paused: bool) {
        let address = question.exchange.address;
        if is_filled {
            self.notes.push("The contract reports this order as filled or canceled".to_owned());
        }
        if is_maker_paused {
            let summary = format!("The maker paused itself at the exchange contract {address}");
            add(&mut self.findings, Finding::new(Cause::UserPaused, Certainty::Proven, summary));
            self.changes.push("Call unpauseUser on the exchange contract from the maker".to_owned());
        }
        if is_paused {
            let summary = format!("Trading is paused at the exchange contract {address}");
            add(&mut self.findings, Finding::new(Cause::ExchangePaused, Certainty::Proven, summary));
        }
    }
}
