//! Probes of wallets: what the chain and the relayer say of them.

use alloy_primitives::{Address, FixedBytes};

use crate::auth::contracts::{self, Chain};
use crate::auth::wallet::WalletKind;
use crate::auth::wallet_signature::SignatureForm;
use crate::client::chain::{self as polygon, Subjects};
use crate::client::exchange::ProofOrder;
use crate::client::http::now_ms;
use crate::client::rpc::{Call, Node};
use crate::client::services;
use crate::engine::context::{Context, Outcome, ProbeSkip, url};
use crate::facts::probe::Probe;
use crate::facts::{ChainState, OrderProof, Ownership};

pub(super) fn contracts_of(context: &Context) -> Outcome<&'static Chain> {
    let id = context.settings.chain_id.as_ref().map(|id| id.value);
    id.and_then(contracts::chain).ok_or_else(|| ProbeSkip::because("Polymarket does not run on this chain"))
}

pub(super) fn node(context: &Context, probe: Probe) -> Outcome<Node<'_>> {
    let url = url(context.settings.rpc_url.as_ref(), "Polygon RPC")?;
    Ok(Node { http: context.http()?, url, probe })
}

pub(super) async fn chain(context: &Context) -> Outcome<ChainState> {
    let chain = contracts_of(context)?;
    let wallets = context.addresses();
    if wallets.is_empty() {
        return Err(ProbeSkip::because("neither a usable private key nor a funder is set"));
    }
    let subjects = {
        let setup = &context.facts.borrow().setup;
        Subjects { wallets, maker: setup.maker(), signer: setup.signer() }
    };
    let node = node(context, Probe::Chain)?;
    let signed = if context.wants(Probe::Exchange) { order(context, chain).ok() } else { None };
    let (order, calls) = signed.unzip();
    let (state, replies) = polygon::read_with(&node, chain, &subjects, calls.unwrap_or_default()).await?;
    if let Some(order) = order {
        let _ = context.exchange.set(order.read(&replies));
    }
    Ok(state?)
}

/// The order that can never be filled, signed with the settings in force.
fn order(context: &Context, chain: &Chain) -> Outcome<(ProofOrder, Vec<Call>)> {
    if context.settings.no_order_proof {
        return Err(ProbeSkip::because("sending a probe order is not allowed"));
    }
    let signer = context.signer()?;
    let (maker, kind) = {
        let setup = &context.facts.borrow().setup;
        let maker =
            setup.order_maker().ok_or_else(|| ProbeSkip::because("the configured funder is not a wallet address"))?;
        let kind = setup.signature_type().ok_or_else(|| ProbeSkip::because("the signature type is not usable"))?;
        (maker, kind)
    };
    let salt = u64::from_be_bytes(FixedBytes::random().0);
    Ok(ProofOrder::sign(signer, chain, maker, kind, salt, now_ms())?)
}

/// What the exchanges answered in the batch that the chain was read with.
pub(super) fn exchange(context: &Context) -> Outcome<OrderProof> {
    context.http()?;
    let chain = contracts_of(context)?;
    match context.exchange.get() {
        Some(proof) => Ok(proof.clone()),
        // why there was nothing to ask
        None => match order(context, chain) {
            Ok(_) => Err(ProbeSkip::Blocked(Probe::Chain)),
            Err(missing) => Err(missing),
        },
    }
}

pub(super) async fn ownership(context: &Context) -> Outcome<Ownership> {
    let chain = contracts_of(context)?;
    let (maker, forms) = checkable(context)?;
    Ok(polygon::ownership(&node(context, Probe::Ownership)?, chain, maker, context.signer()?, forms).await?)
}

/// The maker, and the forms of signature that the code there could accept.
fn checkable(context: &Context) -> Outcome<(Address, &'static [SignatureForm])> {
    let facts = context.facts.borrow();
    let maker = facts.setup.maker().ok_or_else(|| ProbeSkip::because("no funder is set"))?;
    let state = facts.chain.known().ok_or(ProbeSkip::Blocked(Probe::Chain))?;
    if state.chain_id != facts.setup.chain() {
        return Err(ProbeSkip::because("the Polygon RPC is on a different chain"));
    }
    let code = facts.on_chain(maker).map(|at| at.code).unwrap_or_default();
    match SignatureForm::of_code(code) {
        [] => Err(ProbeSkip::because(format!("the maker does not verify signatures itself: {code}"))),
        forms => Ok((maker, forms)),
    }
}

pub(super) async fn deployed(context: &Context) -> Outcome<bool> {
    let url = url(context.settings.relayer_url.as_ref(), "relayer")?;
    let (funder, kind) = {
        let setup = &context.facts.borrow().setup;
        let funder = setup.maker().ok_or_else(|| ProbeSkip::because("no funder is set"))?;
        (funder, setup.wallets.as_ref().and_then(|wallets| wallets.kind_of(funder)))
    };
    match kind {
        Some(kind) if kind != WalletKind::Eoa => Ok(services::deployed(context.http()?, url, funder).await?),
        _ => Err(ProbeSkip::because("the funder is not a wallet that the relayer deploys")),
    }
}
