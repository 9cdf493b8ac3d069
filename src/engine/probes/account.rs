//! Probes of the account: L2 reads with whichever credentials there are.

use std::sync::Arc;

use super::all;
use crate::auth::wallet::SignatureType;
use crate::client::calls;
use crate::engine::context::{Context, Outcome, ProbeSkip};
use crate::facts::probe::Probe;
use crate::facts::{BuilderKey, CachedBalance, Failure, SessionSigners};

pub(super) async fn closed_only(context: &Context) -> Outcome<bool> {
    let with = context.credentials()?;
    Ok(context.ask(Probe::ClosedOnly, &calls::closed_only(context.user(&with)?)).await?.1)
}

pub(super) async fn session_signers(context: &Context) -> Outcome<SessionSigners> {
    let with = context.credentials()?;
    Ok(context.ask(Probe::SessionSigners, &calls::session_signers(context.user(&with)?)).await?.1)
}

pub(super) async fn builder_keys(context: &Context) -> Outcome<Vec<BuilderKey>> {
    let with = context.credentials()?;
    Ok(context.ask(Probe::BuilderKeys, &calls::builder_keys(context.user(&with)?)).await?.1)
}

/// Asks under every signature type: the server computes the wallet from key and type, so the type
/// with the money is the account's.
pub(super) async fn balance_allowance(context: &Arc<Context>) -> Outcome<Vec<CachedBalance>> {
    let credentials = context.credentials()?;
    let answers = all(SignatureType::ALL.map(|kind| {
        let (context, credentials) = (Arc::clone(context), credentials.clone());
        async move {
            let balance = match context.user(&credentials) {
                Ok(user) => context.ask(Probe::BalanceAllowance, &calls::balance(user, kind)).await,
                Err(missing) => Err(missing),
            };
            (kind, balance)
        }
    }))
    .await;
    let mut balances = Vec::new();
    for (signature_type, answer) in answers {
        let answer = match answer {
            Ok((_, balance)) => Ok(balance),
            Err(ProbeSkip::Failed(failure)) => Err(failure),
            Err(missing) => return Err(missing),
        };
        balances.push(CachedBalance { signature_type, answer });
    }
    // a refusal of one type is an answer: "no deposit wallet found for owner"; where no type has any, there
    // is none at all
    let is_answer = |answer: &Result<_, Failure>| matches!(answer, Ok(_) | Err(Failure::Refused { status: 400, .. }));
    match balances.first().map(|first| first.answer.clone()) {
        Some(Err(failure)) if !balances.iter().any(|row| is_answer(&row.answer)) => Err(failure.into()),
        _ => Ok(balances),
    }
}
