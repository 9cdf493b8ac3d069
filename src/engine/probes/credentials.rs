//! Probes of L1 and L2. Deriving is a read; creating is never done here.

use std::sync::Arc;

use alloy_primitives::U256;

use super::all;
use crate::auth::contracts;
use crate::auth::l2::ApiCredentials;
use crate::client::calls::{self, User, Wallet};
use crate::client::http::now_s;
use crate::engine::context::{Context, Outcome, ProbeSkip, whole};
use crate::facts::probe::Probe;
use crate::facts::secret_fact;
use crate::facts::{Derived, Failure, NonceKey};

/// The nonces that are tried besides the configured one.
const USUAL_NONCES: [u64; 3] = [0, 1, 2];

fn chain_id(context: &Context) -> Outcome<u64> {
    let id = context.settings.chain_id.as_ref().map(|id| id.value);
    id.ok_or_else(|| ProbeSkip::because("the chain ID is not usable"))
}

async fn derive_at(context: &Context, probe: Probe, chain_id: u64, nonce: U256) -> Outcome<ApiCredentials> {
    let wallet = Wallet { key: context.signer()?, chain_id, nonce };
    Ok(context.ask(probe, &calls::derive(wallet)).await?.1)
}

pub(super) async fn derive(context: &Context) -> Outcome<Derived> {
    let with_server_time = context.drift().is_some();
    let nonce = context.facts.borrow().setup.nonce();
    let credentials = derive_at(context, Probe::Derive, chain_id(context)?, nonce).await?;
    let derived = Derived {
        nonce,
        key: credentials.key.clone(),
        secret: secret_fact(&credentials.secret),
        passphrase: credentials.passphrase.shape(),
        with_server_time,
    };
    // set once a run: each run has a context of its own
    let _ = context.derived.set(credentials);
    Ok(derived)
}

/// Whether the configured nonce leaves something open that other nonces could explain.
fn is_unexplained(context: &Context) -> bool {
    let facts = context.facts.borrow();
    let configured = facts.setup.credentials.as_ref().and_then(|credentials| credentials.key());
    match (&facts.derived.known(), configured) {
        (Some(derived), Some(configured)) => derived.key != configured,
        (Some(_), None) => false,
        (None, _) => facts.has_no_key(),
    }
}

pub(super) async fn other_nonces(context: &Arc<Context>) -> Outcome<Vec<NonceKey>> {
    if !is_unexplained(context) {
        return Err(ProbeSkip::because("the configured nonce has the configured credentials"));
    }
    let chain_id = chain_id(context)?;
    let configured = context.facts.borrow().setup.nonce();
    let others = USUAL_NONCES.map(U256::from).into_iter().filter(|nonce| *nonce != configured);
    let answers = all(others.map(|nonce| {
        let context = Arc::clone(context);
        async move { (nonce, derive_at(&context, Probe::OtherNonces, chain_id, nonce).await) }
    }))
    .await;
    let mut found = Vec::new();
    for (nonce, answer) in answers {
        match answer {
            Ok(credentials) => found.push(NonceKey { nonce, key: Some(credentials.key) }),
            Err(ProbeSkip::Failed(failure)) if failure.says_no_key() => found.push(NonceKey { nonce, key: None }),
            Err(missing) => return Err(missing),
        }
    }
    Ok(found)
}

pub(super) async fn other_chain(context: &Context) -> Outcome<Option<u64>> {
    let refused = matches!(context.facts.borrow().derived.failure(), Some(Failure::Refused { status: 401, .. }));
    if !refused {
        return Err(ProbeSkip::because("the L1 signature was not rejected"));
    }
    let (configured, nonce) = (chain_id(context)?, context.facts.borrow().setup.nonce());
    for chain in contracts::chains().iter().filter(|chain| chain.id != configured) {
        match derive_at(context, Probe::OtherChain, chain.id, nonce).await {
            Ok(_) => return Ok(Some(chain.id)),
            // the signature is good, and there is no key at this nonce
            Err(ProbeSkip::Failed(failure)) if failure.says_no_key() => return Ok(Some(chain.id)),
            Err(ProbeSkip::Failed(Failure::Refused { status: 401, .. })) => {}
            Err(missing) => return Err(missing),
        }
    }
    Ok(None)
}

async fn api_keys(
    context: &Context,
    probe: Probe,
    credentials: &ApiCredentials,
    stamp: fn(&Context) -> i64,
) -> Outcome<Vec<String>> {
    let call = calls::api_keys(context.user(credentials)?);
    Ok(context.ask_at(probe, &call, || stamp(context)).await?.1)
}

pub(super) async fn configured(context: &Context) -> Outcome<Vec<String>> {
    let credentials = context.settings.credentials.whole();
    let credentials =
        credentials.ok_or_else(|| ProbeSkip::because("the API credentials are not configured, or incomplete"))?;
    let ask = |stamp: fn(&Context) -> i64| api_keys(context, Probe::ConfiguredCredentials, &credentials, stamp);
    // by this clock, since the server's is asked for at the same time
    let first = ask(|_| whole(now_s())).await;
    let Err(ProbeSkip::Failed(failure)) = &first else { return first };
    context.wait_for(Probe::ServerTime).await;
    match context.drift() {
        Some(_) if failure.is_refusal() => ask(Context::timestamp).await,
        // where nobody is there, that is said once
        _ if context.is_unreachable() => Err(ProbeSkip::Blocked(Probe::ServerTime)),
        _ => first,
    }
}

/// Whether the configured credentials were made for the funder's address instead of the signer's.
pub(super) async fn funder_address(context: &Context) -> Outcome<()> {
    let (refused, funder) = {
        let facts = context.facts.borrow();
        let refused = facts.configured_credentials.failure().is_some_and(Failure::is_refusal);
        (
            refused,
            facts
                .setup
                .funder
                .as_ref()
                .map(|funder| funder.value)
                .filter(|funder| Some(*funder) != facts.setup.signer()),
        )
    };
    let (true, Some(funder), Some(credentials)) = (refused, funder, context.settings.credentials.whole()) else {
        return Err(ProbeSkip::because(
            "the configured credentials are not rejected, or there is no other wallet to try",
        ));
    };
    let call = calls::api_keys(User { address: funder, credentials: &credentials });
    context.ask(Probe::FunderAddress, &call).await.map(drop)
}

pub(super) async fn derived(context: &Context) -> Outcome<Vec<String>> {
    let credentials = context.derived.get().ok_or(ProbeSkip::Blocked(Probe::Derive))?;
    api_keys(context, Probe::DerivedCredentials, credentials, Context::timestamp).await
}

pub(super) async fn local_clock(context: &Context) -> Outcome<()> {
    if context.drift().is_none() {
        return Err(ProbeSkip::because("this clock agrees with the server's"));
    }
    let credentials = context.credentials()?;
    api_keys(context, Probe::LocalClock, &credentials, |_| whole(now_s())).await.map(drop)
}
