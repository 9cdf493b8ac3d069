//! The Polygon node: everything about every wallet in one batch, and whom a wallet obeys in another.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall, sol};
use serde_json::json;

use super::rpc::{Call, Node, Reply};
use crate::auth::contracts::Chain;
use crate::auth::wallet::{CodeClass, classify_code};
use crate::auth::wallet_signature::SignatureForm;
use crate::facts::{ChainState, Failure, OnChain, Ownership, SignatureAnswer};
use crate::text;

sol! {
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    function getOwners() external view returns (address[]);
    function getThreshold() external view returns (uint256);
    function nonce() external view returns (uint256);
    function VERSION() external view returns (string);
    function owner() external view returns (address);
    function sessionSignerAuthorizedUntil(address signer) external view returns (uint256);
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    function BEACON() external view returns (address);
}

mod erc1155 {
    use alloy_sol_types::sol;

    sol! {
        function balanceOf(address owner, uint256 id) external view returns (uint256);
    }
}

/// Which addresses to ask about.
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    /// Every address of interest, the maker among them.
    pub wallets: Vec<Address>,
    /// The maker of orders, of which more is asked than of the others.
    pub maker: Option<Address>,
    /// The key's own address.
    pub signer: Option<Address>,
}

/// What one call of the batch is for.
#[derive(Clone, Copy)]
enum Question {
    ChainId,
    Beacon,
    Code(Address),
    Pol(Address),
    Token(Address, Token),
    Owners(Address),
    Owner(Address),
    Threshold(Address),
    Version(Address),
    Nonce(Address),
    Session(Address),
    Allowance(Address, Address),
    Approval(Address, Address),
}

#[derive(Clone, Copy)]
enum Token {
    Pusd,
    UsdcE,
    Usdc,
}

/// Asks for code, owners, balances and allowances of every address.
///
/// # Errors
///
/// When the node does not answer, or answers a call with an error of its own.
pub async fn read(node: &Node<'_>, chain: &Chain, subjects: &Subjects) -> Result<ChainState, Failure> {
    read_with(node, chain, subjects, Vec::new()).await?.0
}

/// The same, and in the same batch further calls, whose replies come as they are.
///
/// # Errors
///
/// When the node does not answer. What it answers to a call is the outcome of that part.
pub async fn read_with(
    node: &Node<'_>,
    chain: &Chain,
    subjects: &Subjects,
    more: Vec<Call>,
) -> Result<(Result<ChainState, Failure>, Vec<Result<Reply, Failure>>), Failure> {
    let (questions, mut calls): (Vec<Question>, Vec<Call>) = questions(chain, subjects).into_iter().unzip();
    calls.extend(more);
    let mut replies = node.ask_each(&calls).await?;
    let rest = replies.split_off(questions.len());
    let replies: Result<Vec<Reply>, Failure> = replies.into_iter().collect();
    Ok((replies.and_then(|replies| state_of(chain, subjects, questions, replies)), rest))
}

fn state_of(
    chain: &Chain,
    subjects: &Subjects,
    questions: Vec<Question>,
    replies: Vec<Reply>,
) -> Result<ChainState, Failure> {
    let mut state = ChainState {
        wallets: subjects.wallets.iter().map(|&wallet| (wallet, OnChain::default())).collect(),
        ..ChainState::default()
    };
    for (question, reply) in questions.into_iter().zip(replies) {
        place(&mut state, chain, question, &reply)?;
        // of another chain nothing is asked that could be taken for this one's
        if matches!(question, Question::ChainId) && state.chain_id != chain.id {
            return Ok(ChainState { chain_id: state.chain_id, ..ChainState::default() });
        }
    }
    Ok(state)
}

/// Asks a wallet whether it takes signatures of this key, in each of these forms.
///
/// Every signature is over random bytes of its own, so that what the node sees is worth nothing.
///
/// # Errors
///
/// When the node does not answer, or answers a call with an error of its own.
pub async fn ownership(
    node: &Node<'_>,
    chain: &Chain,
    wallet: Address,
    signer: &PrivateKeySigner,
    forms: &[SignatureForm],
) -> Result<Ownership, Failure> {
    let mut calls = Vec::new();
    for form in forms {
        let signed = form
            .sign(signer, chain, wallet, B256::random())
            .map_err(|error| Failure::NotSent { reason: error.to_string() })?;
        calls.push(Call::of(wallet, &isValidSignatureCall { hash: signed.hash, signature: signed.bytes.into() }));
    }
    let answers = node.ask(&calls).await?.into_iter().map(signature_answer);
    Ok(Ownership { wallet, answers: forms.iter().copied().zip(answers).collect() })
}

/// What a wallet holds of an outcome's shares, in millionths.
///
/// # Errors
///
/// When the node does not answer, or answers the call with an error of its own.
pub async fn shares(node: &Node<'_>, chain: &Chain, owner: Address, id: U256) -> Result<U256, Failure> {
    let call = Call::of(chain.tokens.conditional, &erc1155::balanceOfCall { owner, id });
    let replies = node.ask(&[call]).await?;
    let reply = replies.first().ok_or_else(|| no_answer("a balance of shares"))?;
    word(reply, "a balance of shares")
}

/// The reason with which a Safe reverts when the signature is no owner's (Safe 1.3.0, GS026).
const NO_OWNER: &str = "GS026";

fn signature_answer(reply: Reply) -> SignatureAnswer {
    match reply {
        Reply::Reverted { reason } if reason.contains(NO_OWNER) => SignatureAnswer::Refused,
        Reply::Reverted { reason } => SignatureAnswer::Reverted { reason },
        Reply::Data(bytes) => match isValidSignatureCall::abi_decode_returns(&bytes).map(|word| word.0) {
            Ok(isValidSignatureCall::SELECTOR) => SignatureAnswer::Accepted,
            Ok([0xff, 0xff, 0xff, 0xff] | [0, 0, 0, 0]) => SignatureAnswer::Refused,
            _ if bytes.is_empty() => SignatureAnswer::Other { data: "nothing".to_owned() },
            _ => SignatureAnswer::Other { data: text::quoted(&hex::encode_prefixed(&bytes), 66) },
        },
    }
}

fn questions(chain: &Chain, subjects: &Subjects) -> Vec<(Question, Call)> {
    let mut all = vec![
        (Question::ChainId, Call::new("eth_chainId", json!([]))),
        (Question::Beacon, Call::of(chain.deposit.factory, &BEACONCall {})),
    ];
    all.extend(subjects.wallets.iter().flat_map(|&wallet| about(chain, wallet)));
    if let Some(maker) = subjects.maker {
        all.push((Question::Threshold(maker), Call::of(maker, &getThresholdCall {})));
        all.push((Question::Version(maker), Call::of(maker, &VERSIONCall {})));
        all.push((Question::Nonce(maker), Call::of(maker, &nonceCall {})));
        let session = subjects.signer.map(|signer| Call::of(maker, &sessionSignerAuthorizedUntilCall { signer }));
        all.extend(session.map(|call| (Question::Session(maker), call)));
    }
    all
}

fn about(chain: &Chain, wallet: Address) -> Vec<(Question, Call)> {
    let mut all = vec![
        (Question::Code(wallet), Call::at("eth_getCode", wallet)),
        (Question::Pol(wallet), Call::at("eth_getBalance", wallet)),
        (Question::Owners(wallet), Call::of(wallet, &getOwnersCall {})),
        (Question::Owner(wallet), Call::of(wallet, &ownerCall {})),
    ];
    let tokens = [
        (Token::Pusd, Some(chain.tokens.pusd)),
        (Token::UsdcE, Some(chain.tokens.usdc_e)),
        (Token::Usdc, chain.tokens.usdc),
    ];
    for (token, address) in tokens {
        let balance = address.map(|address| Call::of(address, &balanceOfCall { owner: wallet }));
        all.extend(balance.map(|call| (Question::Token(wallet, token), call)));
    }
    for (spender, token) in spenders(chain) {
        let allowance = Call::of(token, &allowanceCall { owner: wallet, spender });
        let approval = isApprovedForAllCall { owner: wallet, operator: spender };
        all.push((Question::Allowance(wallet, spender), allowance));
        all.push((Question::Approval(wallet, spender), Call::of(chain.tokens.conditional, &approval)));
    }
    all
}

/// Every exchange with the token that it takes as collateral.
fn spenders(chain: &Chain) -> impl Iterator<Item = (Address, Address)> {
    let old = chain.exchanges.of_version(1).map(|(_, exchange)| (exchange, chain.tokens.usdc_e));
    let new = chain.exchanges.of_version(2).map(|(_, exchange)| (exchange, chain.tokens.pusd));
    old.into_iter().chain(new)
}

/// The node answered, and not with what was asked for.
fn no_answer(what: &str) -> Failure {
    Failure::Garbled { status: 200, reason: format!("the Polygon RPC returned no usable response for {what}") }
}

/// A word of a contract that stands there for certain: a token, or an exchange of tokens. Nothing, a part
/// of a word or a stop is no answer of it, and not zero.
fn word(reply: &Reply, what: &str) -> Result<U256, Failure> {
    let bytes = reply.data().filter(|bytes| bytes.len() == 32).ok_or_else(|| no_answer(what))?;
    Ok(U256::from_be_slice(bytes))
}

/// A number that the node itself gives: with as few digits as it has, or as a word.
fn quantity(reply: &Reply, what: &str) -> Result<U256, Failure> {
    let bytes = reply.data().filter(|bytes| (1..=32).contains(&bytes.len())).ok_or_else(|| no_answer(what))?;
    Ok(U256::from_be_slice(bytes))
}

/// A word that an address gives which may have no code, or other code; `None` where it gives none.
fn word_of_any(reply: &Reply) -> Option<U256> {
    Some(U256::from_be_slice(reply.data().filter(|bytes| bytes.len() == 32)?))
}

fn place(state: &mut ChainState, chain: &Chain, question: Question, reply: &Reply) -> Result<(), Failure> {
    let address = || {
        let word = word_of_any(reply).filter(|word| word.bit_len() <= 160 && !word.is_zero())?;
        Some(Address::from_word(word.into()))
    };
    let positive = || word_of_any(reply).map(|word| word.saturating_to::<u64>()).filter(|number| *number > 0);
    let none = Bytes::new();
    match question {
        Question::ChainId => {
            let id = quantity(reply, "its chain").ok().filter(|id| !id.is_zero());
            state.chain_id = id.and_then(|id| id.try_into().ok()).ok_or_else(|| no_answer("its chain"))?;
        }
        Question::Beacon => state.beacon = address(),
        Question::Code(wallet) => {
            let code = reply.data().ok_or_else(|| no_answer("the code of a wallet"))?;
            with(state, wallet, |at| at.code = classify_code(chain, code));
        }
        Question::Pol(wallet) => {
            let pol = quantity(reply, "a balance of POL")?;
            with(state, wallet, |at| at.pol = pol);
        }
        Question::Token(wallet, token) => {
            let balance = word(reply, "a balance of a token")?;
            with(state, wallet, |at| match token {
                Token::Pusd => at.pusd = balance,
                Token::UsdcE => at.usdc_e = balance,
                Token::Usdc => at.usdc = balance,
            });
        }
        Question::Owners(wallet) => {
            let owners = getOwnersCall::abi_decode_returns(reply.data().unwrap_or(&none));
            // its code is asked for before
            let is_safe = state.wallets.get(&wallet).is_some_and(|at| at.code == CodeClass::Safe);
            if is_safe && owners.is_err() {
                return Err(no_answer("the owners of a Safe"));
            }
            with(state, wallet, |at| at.owners.extend(owners.unwrap_or_default()));
        }
        Question::Owner(wallet) => with(state, wallet, |at| at.owners.extend(address())),
        Question::Threshold(wallet) => with(state, wallet, |at| at.threshold = positive()),
        Question::Version(wallet) => {
            let version = VERSIONCall::abi_decode_returns(reply.data().unwrap_or(&none)).ok();
            with(state, wallet, |at| at.version = version.map(|version| text::quoted(&version, 20)));
        }
        Question::Nonce(wallet) => {
            let is_safe = state.wallets.get(&wallet).is_some_and(|at| at.code == CodeClass::Safe);
            let nonce = word_of_any(reply).filter(|_| is_safe).and_then(|nonce| nonce.try_into().ok());
            with(state, wallet, |at| at.nonce = nonce);
        }
        Question::Session(wallet) => with(state, wallet, |at| at.session_authorized_until_s = positive()),
        Question::Allowance(wallet, spender) => {
            let amount = word(reply, "an allowance")?;
            with(state, wallet, |at| _ = at.allowances.insert(spender, amount));
        }
        Question::Approval(wallet, operator) => {
            let approved = word(reply, "an approval").ok().filter(|word| *word <= U256::from(1));
            let approved = !approved.ok_or_else(|| no_answer("an approval"))?.is_zero();
            with(state, wallet, |at| _ = at.approvals.insert(operator, approved));
        }
    }
    Ok(())
}

fn with(state: &mut ChainState, wallet: Address, change: impl FnOnce(&mut OnChain)) {
    if let Some(at) = state.wallets.get_mut(&wallet) {
        change(at);
    }
}
