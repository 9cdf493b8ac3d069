//! The Polygon node: everything about every wallet in one batch, and whom a wallet obeys in another.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall, SolValue as _, sol};
use serde_json::json;

use super::rpc::{Call, Node, Reply};
use crate::auth::contracts::Chain;
use crate::auth::wallet::classify_code;
use crate::auth::wallet_signature::SignatureForm;
use crate::facts::{ChainState, Failure, OnChain, Ownership, SignatureAnswer};
use crate::text;

sol! {
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
    function getOwners() external view returns (address[]);
    function getThreshold() external view returns (uint256);
    function VERSION() external view returns (string);
    function owner() external view returns (address);
    function sessionSignerAuthorizedUntil(address signer) external view returns (uint256);
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    function BEACON() external view returns (address);
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
    let (questions, calls): (Vec<Question>, Vec<Call>) = questions(chain, subjects).into_iter().unzip();
    let replies = node.ask(&calls).await?;
    let mut state = ChainState {
        wallets: subjects.wallets.iter().map(|&wallet| (wallet, OnChain::default())).collect(),
        ..ChainState::default()
    };
    for (question, reply) in questions.into_iter().zip(replies) {
        place(&mut state, chain, question, &reply.data());
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

fn place(state: &mut ChainState, chain: &Chain, question: Question, bytes: &Bytes) {
    // Calls to addresses without code answer nothing, which counts as zero.
    let number = || if bytes.len() <= 32 { U256::from_be_slice(bytes) } else { U256::ZERO };
    let address = || Address::abi_decode(bytes).ok().filter(|address| !address.is_zero());
    let positive = || Some(number().saturating_to::<u64>()).filter(|number| *number > 0);
    match question {
        Question::ChainId => state.chain_id = number().try_into().unwrap_or(u64::MAX),
        Question::Beacon => state.beacon = address(),
        Question::Code(wallet) => with(state, wallet, |at| at.code = classify_code(chain, bytes)),
        Question::Pol(wallet) => with(state, wallet, |at| at.pol = number()),
        Question::Token(wallet, Token::Pusd) => with(state, wallet, |at| at.pusd = number()),
        Question::Token(wallet, Token::UsdcE) => with(state, wallet, |at| at.usdc_e = number()),
        Question::Token(wallet, Token::Usdc) => with(state, wallet, |at| at.usdc = number()),
        Question::Owners(wallet) => {
            let owners = getOwnersCall::abi_decode_returns(bytes).unwrap_or_default();
            with(state, wallet, |at| at.owners.extend(owners));
        }
        Question::Owner(wallet) => with(state, wallet, |at| at.owners.extend(address())),
        Question::Threshold(wallet) => with(state, wallet, |at| at.threshold = positive()),
        Question::Version(wallet) => {
            let version = VERSIONCall::abi_decode_returns(bytes).ok();
            with(state, wallet, |at| at.version = version.map(|version| text::quoted(&version, 20)));
        }
        Question::Session(wallet) => with(state, wallet, |at| at.session_authorized_until_s = positive()),
        Question::Allowance(wallet, spender) => with(state, wallet, |at| {
            at.allowances.insert(spender, number());
        }),
        Question::Approval(wallet, operator) => with(state, wallet, |at| {
            at.approvals.insert(operator, !number().is_zero());
        }),
    }
}

fn with(state: &mut ChainState, wallet: Address, change: impl FnOnce(&mut OnChain)) {
    if let Some(at) = state.wallets.get_mut(&wallet) {
        change(at);
    }
}
