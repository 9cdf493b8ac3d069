//! Probes of the account: L2 reads with whichever credentials there are.

use std::sync::Arc;

use super::all;
use crate::auth::wallet::SignatureType;
use crate::client::clob::Clob;
use crate::client::http::Answer;
use crate::endpoints;
use crate::engine::context::{Context, Missing, Outcome};
use crate::facts::probe::Probe;
use crate::facts::{BuilderKey, CachedBalance, Failure, SessionSigners};

async fn read(context: &Context, probe: Probe, path: &str) -> Outcome<Answer> {
    context.get_signed(probe, &context.credentials()?, path, &[], Context::timestamp).await
}

pub(super) async fn closed_only(context: &Context) -> Outcome<bool> {
    Ok(Clob::read_closed_only(&read(context, Probe::ClosedOnly, endpoints::CLOSED_ONLY).await?)?)
}

pub(super) async fn session_signers(context: &Context) -> Outcome<SessionSigners> {
    Ok(Clob::read_session_signers(&read(context, Probe::SessionSigners, endpoints::SESSION_SIGNERS).await?)?)
}

pub(super) async fn builder_keys(context: &Context) -> Outcome<Vec<BuilderKey>> {
    Ok(Clob::read_builder_keys(&read(context, Probe::BuilderKeys, endpoints::BUILDER_KEYS).await?)?)
}

/// Asks under every signature type: the server computes the wallet from key and type, so the type
/// with the money is the account's.
pub(super) async fn balance_allowance(context: &Arc<Context>) -> Outcome<Vec<CachedBalance>> {
    let credentials = context.credentials()?;
    let answers = all(SignatureType::ALL.map(|kind| {
        let (context, credentials) = (Arc::clone(context), credentials.clone());
        async move {
            let query = Clob::collateral_query(kind);
            let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
            let probe = Probe::BalanceAllowance;
            (
                kind,
                context.get_signed(probe, &credentials, endpoints::BALANCE_ALLOWANCE, &query, Context::timestamp).await,
            )
        }
    }))
    .await;
    let mut balances = Vec::new();
    for (signature_type, answer) in answers {
        let answer = match answer {
            Ok(answer) => Clob::read_balance(&answer),
            Err(Missing::Failed(failure)) => Err(failure),
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
