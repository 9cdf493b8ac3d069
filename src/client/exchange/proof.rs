//! Whether the exchanges would accept an order of these settings: what they are asked about one that can
//! never be filled, and what their replies mean.

use alloy_primitives::{Address, B256, U256};
use alloy_signer_local::PrivateKeySigner;

use super::{
    INVALID, getProxyWalletAddressCall, getSafeWalletAddressCall, isUserPausedCall, pausedCall, v2, v2_order,
    validation,
};
use crate::auth::contracts::Chain;
use crate::auth::order::{Exchange, Order, Version, with_session};
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::client::rpc::{Call, Reply};
use crate::facts::{ExchangeWord, Failure, OrderProof, OrderVerdict, OtherWallet};

/// What one call is for: of which exchange, by its place, where it is of one.
#[derive(Clone, Copy)]
enum Question {
    Code(usize),
    Digest(usize),
    Signature { exchange: usize, as_session: bool },
    Paused(usize),
    MakerPaused(usize),
    Proxy(usize),
    Safe(usize),
    Other(usize),
}

/// Orders of every amount 0, signed with the settings in force and for the other wallets of the key, and
/// what the exchanges are asked about them.
///
/// Their signatures go to the node. No exchange fills such an order, whoever has it.
pub struct ProofOrder {
    maker: Address,
    kind: SignatureType,
    derived: WalletMap,
    /// Each with the digest of the order there.
    exchanges: Vec<(Exchange, B256)>,
    others: Vec<(Address, SignatureType)>,
    questions: Vec<Question>,
}

impl ProofOrder {
    /// Signs, and says what to ask. `random` chooses the salts, `now_ms` is in Unix milliseconds.
    ///
    /// # Errors
    ///
    /// None that a key from [`crate::auth::key::parse`] can meet; the signer's own error otherwise.
    pub fn sign(
        signer: &PrivateKeySigner,
        chain: &Chain,
        maker: Address,
        kind: SignatureType,
        random: u64,
        now_ms: u64,
    ) -> Result<(Self, Vec<Call>), Failure> {
        let derived = WalletMap::derive(chain, signer.address());
        let exchanges = [false, true].iter().filter_map(|neg_risk| Exchange::find(chain.id, Version::V2, *neg_risk));
        let exchanges: Vec<&Exchange> = exchanges.collect();
        let signed = |order: &Order, exchange: &Exchange| {
            order.sign(signer, exchange).map_err(|error| Failure::NotSent { reason: error.to_string() })
        };
        let order = Order::probe(signer.address(), maker, kind, random, now_ms);
        let is_own = derived.kind_of(maker).is_some();
        let (mut asked, mut digests) = (Vec::new(), Vec::new());
        for (place, exchange) in exchanges.iter().copied().enumerate() {
            let (at, digest) = (exchange.address, order.hash(exchange.separator));
            let signature = signed(&order, exchange)?;
            digests.push((*exchange, digest));
            asked.push((Question::Code(place), Call::at("eth_getCode", at)));
            let unsigned = v2_order(&order, signature.clone().into());
            asked.push((Question::Digest(place), Call::of(at, &v2::hashOrderCall { order: unsigned })));
            // the key of a foreign deposit wallet may be one that its owner approved
            if kind == SignatureType::Poly1271 && !is_own {
                let wrapped = with_session(signer.address(), &signature);
                let question = Question::Signature { exchange: place, as_session: true };
                asked.push((question, validation(&order, &wrapped, exchange, digest)));
            }
            let question = Question::Signature { exchange: place, as_session: false };
            asked.push((question, validation(&order, &signature, exchange, digest)));
            asked.push((Question::Paused(place), Call::of(at, &pausedCall {})));
            asked.push((Question::MakerPaused(place), Call::of(at, &isUserPausedCall { user: maker })));
            let signer = signer.address();
            asked.push((Question::Proxy(place), Call::of(at, &getProxyWalletAddressCall { signer })));
            asked.push((Question::Safe(place), Call::of(at, &getSafeWalletAddressCall { signer })));
        }
        let others = derived.iter().map(|(own, wallet)| (wallet, own.signature_type()));
        let others: Vec<_> = others.filter(|other| *other != (maker, kind)).collect();
        for (place, (wallet, own)) in others.iter().enumerate() {
            let Some(exchange) = exchanges.first() else { continue };
            // a salt of its own: one signature for all would be the same order
            let salt = random.wrapping_add(1 + place as u64);
            let order = Order::probe(signer.address(), *wallet, *own, salt, now_ms);
            let signature = signed(&order, exchange)?;
            let call = validation(&order, &signature, exchange, order.hash(exchange.separator));
            asked.push((Question::Other(place), call));
        }
        let (questions, calls) = asked.into_iter().unzip();
        Ok((Self { maker, kind, derived, exchanges: digests, others, questions }, calls))
    }

    /// What the replies to the calls mean, one each and in their order.
    pub fn read(&self, replies: &[Result<Reply, Failure>]) -> OrderProof {
        let mut has_code = vec![None; self.exchanges.len()];
        let mut words: Vec<ExchangeWord> = self.exchanges.iter().map(|(exchange, _)| unasked(exchange)).collect();
        let mut others = Vec::new();
        for (question, reply) in self.questions.iter().zip(replies) {
            let data = || reply.as_ref().ok().and_then(Reply::data);
            let word = || data().filter(|data| data.len() == 32).map(|data| B256::from_slice(data));
            let is_true = || {
                word()
                    .map(|word| U256::from_be_bytes(word.0))
                    .filter(|word| *word <= U256::ONE)
                    .map(|word| !word.is_zero())
            };
            let is_address = |own: Address| word().map(|word| word == own.into_word());
            let both = |known: Option<bool>, more: Option<bool>| Some(known.unwrap_or(true) && more?);
            match *question {
                Question::Code(place) => has_code[place] = data().map(|code| !code.is_empty()),
                Question::Digest(place) => {
                    words[place].same_digest = word().map(|word| word == self.exchanges[place].1);
                }
                Question::Signature { exchange, as_session } => {
                    let said = verdict(reply, as_session);
                    // of two forms one is enough
                    if !words[exchange].verdict.is_accepted() {
                        words[exchange].verdict = said;
                    }
                }
                Question::Paused(place) => words[place].is_paused = is_true(),
                Question::MakerPaused(place) => words[place].is_maker_paused = is_true(),
                Question::Proxy(place) => words[place].same_wallets = is_address(self.derived.proxy),
                Question::Safe(place) => {
                    let known = words[place].same_wallets;
                    words[place].same_wallets = both(known, is_address(self.derived.safe));
                }
                Question::Other(place) => {
                    let (wallet, signature_type) = self.others[place];
                    others.push(OtherWallet { wallet, signature_type, verdict: verdict(reply, false) });
                }
            }
        }
        for (word, has_code) in words.iter_mut().zip(has_code) {
            doubt(word, has_code);
        }
        // of a contract that is not known to be there, no yes counts
        if let Some(first) = words.first().filter(|word| word.same_digest != Some(true)) {
            let reason = format!("the contract at {} could not be identified as the exchange", first.exchange);
            for other in others.iter_mut().filter(|other| other.verdict.is_accepted()) {
                other.verdict = OrderVerdict::Unclear { reason: reason.clone() };
            }
        }
        OrderProof { maker: self.maker, signature_type: self.kind, exchanges: words, others }
    }
}

fn unasked(exchange: &Exchange) -> ExchangeWord {
    ExchangeWord {
        exchange: exchange.address,
        neg_risk: exchange.neg_risk,
        verdict: OrderVerdict::Unclear { reason: "no answer".to_owned() },
        same_digest: None,
        is_paused: None,
        is_maker_paused: None,
        same_wallets: None,
    }
}

/// A call to nothing ends without an error, like an order that is accepted: without code, and without
/// the digest that only the exchange can compute, a yes is none.
fn doubt(word: &mut ExchangeWord, has_code: Option<bool>) {
    let reason = match (has_code, word.same_digest) {
        (Some(false), _) => "there is no contract there",
        (None, _) => "whether there is a contract could not be determined",
        (Some(true), None) => "the contract does not compute the digest of an order",
        (Some(true), Some(_)) => return,
    };
    word.verdict = OrderVerdict::Unclear { reason: reason.to_owned() };
}

fn verdict(reply: &Result<Reply, Failure>, as_session: bool) -> OrderVerdict {
    match reply {
        Ok(Reply::Data(data)) if data.is_empty() => OrderVerdict::Accepted { as_session },
        Ok(Reply::Data(_)) => OrderVerdict::Unclear { reason: "the contract answered with data".to_owned() },
        Ok(Reply::Reverted { reason }) if reason.contains(INVALID) => OrderVerdict::Rejected,
        Ok(Reply::Reverted { reason }) => OrderVerdict::Unclear { reason: format!("the contract reverted: {reason}") },
        Err(failure) => OrderVerdict::Unclear { reason: failure.to_string() },
    }
}
