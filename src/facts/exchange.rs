//! What the exchange contract says of an order.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::auth::wallet::SignatureType;

/// The answer to the question whether the contract takes an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeAnswer {
    /// The contract answered every call in the way that is known.
    Known {
        /// Why the signature is not accepted, in the contract's words; `None` where it is.
        error: Option<String>,
        /// Filled or cancelled on chain.
        is_filled: bool,
        /// The maker has called `pauseUser`.
        is_maker_paused: bool,
        /// The admin has paused trading.
        is_paused: bool,
        /// Whether there is a contract at the maker.
        has_maker_code: bool,
    },
    /// The node answered, and it does not follow.
    Unknown {
        /// What was missing in the answer.
        reason: String,
    },
}

/// What the exchanges of protocol version 2 said to an order that can never be filled, signed with the
/// settings in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderProof {
    /// The configured funder, or the signer where there is none.
    pub maker: Address,
    /// The type of the order that was asked about.
    pub signature_type: SignatureType,
    /// The plain exchange, then the one for negative-risk markets.
    pub exchanges: Vec<ExchangeWord>,
    /// What the plain exchange says to the other wallets of this key, each under its own type.
    pub others: Vec<OtherWallet>,
}

/// One exchange's word on these settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExchangeWord {
    /// Address of the contract.
    pub exchange: Address,
    /// Whether it is the one for negative-risk markets.
    pub neg_risk: bool,
    /// Its answer to the signature.
    pub verdict: OrderVerdict,
    /// Whether it computes the digest that was signed: its domain and version are the known ones. `None`
    /// where it did not say.
    pub same_digest: Option<bool>,
    /// The admin has paused trading.
    pub is_paused: Option<bool>,
    /// The maker has called `pauseUser`.
    pub is_maker_paused: Option<bool>,
    /// Whether it derives the proxy and the Safe of the signer that were derived here.
    pub same_wallets: Option<bool>,
}

/// A wallet of this key beside the configured one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherWallet {
    /// The maker of the order that was asked about.
    pub wallet: Address,
    /// The type that such a wallet has.
    pub signature_type: SignatureType,
    /// The answer of the plain exchange.
    pub verdict: OrderVerdict,
}

/// Whether an exchange accepts a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum OrderVerdict {
    /// `validateOrderSignature` returned.
    Accepted {
        /// As the signature of a session key, and not of the owner.
        as_session: bool,
    },
    /// `validateOrderSignature` reverted with `InvalidSignature()`.
    Rejected,
    /// Neither yes nor no.
    Unclear {
        /// What came instead, in words.
        reason: String,
    },
}

impl OrderVerdict {
    /// Whether it is a yes, to an owner or to a session key.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

impl OrderProof {
    /// Whether every exchange accepts orders of these settings.
    pub fn is_accepted(&self) -> bool {
        !self.exchanges.is_empty() && self.exchanges.iter().all(ExchangeWord::is_accepted)
    }

    /// Whether an exchange rejects them.
    pub fn is_rejected(&self) -> bool {
        self.exchanges.iter().any(|word| word.verdict == OrderVerdict::Rejected)
    }

    /// What was said to an order of this wallet under this type, configured or not.
    pub fn verdict(&self, wallet: Address, kind: SignatureType) -> Option<&OrderVerdict> {
        if (self.maker, self.signature_type) == (wallet, kind) {
            let accepted = |word: &&ExchangeWord| word.is_accepted();
            // the worst of them counts
            let word = self.exchanges.iter().find(|word| !accepted(word)).or(self.exchanges.first());
            return word.map(|word| &word.verdict);
        }
        let is_it = |other: &&OtherWallet| (other.wallet, other.signature_type) == (wallet, kind);
        self.others.iter().find(is_it).map(|other| &other.verdict)
    }
}

impl ExchangeWord {
    /// A yes counts for the digest that the exchange itself computes.
    pub fn is_accepted(&self) -> bool {
        self.verdict.is_accepted() && self.same_digest == Some(true)
    }

    /// The name in sentences: "exchange" or "neg-risk exchange".
    pub fn name(&self) -> &'static str {
        if self.neg_risk { "neg-risk exchange" } else { "exchange" }
    }
}
