//! Probes of the account: L2 reads with whichever credentials there are.

use std::sync::Arc;

use super::all;
use crate::auth::wallet::SignatureType;
use crate::client::clob::{self, Clob};
use crate::client::http::Answer;
use crate::engine::context::{Context, Missing, Outcome};
use crate::engine::facts::{BuilderKey, CachedBalance, Failure, OwnTrade, OwnTrades, SessionSigners};
use crate::engine::probe::Probe;

async fn read(context: &Context, probe: Probe, path: &str) -> Outcome<Answer> {
    context.get_signed(probe, &context.credentials()?, path, &[], Context::timestamp).await
}

pub(super) async fn closed_only(context: &Context) -> Outcome<bool> {
    Ok(Clob::read_closed_only(&read(context, Probe::ClosedOnly, clob::CLOSED_ONLY).await?)?)
}

pub(super) async fn session_signers(context: &Context) -> Outcome<SessionSigners> {
    Ok(Clob::read_session_signers(&read(context, Probe::SessionSigners, clob::SESSION_SIGNERS).await?)?)
}

pub(super) async fn builder_keys(context: &Context) -> Outcome<Vec<BuilderKey>> {
    Ok(Clob::read_builder_keys(&read(context, Probe::BuilderKeys, clob::BUILDER_KEYS).await?)?)
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
            (kind, context.get_signed(probe, &credentials, clob::BALANCE_ALLOWANCE, &query, Context::timestamp).await)
        }
    }))
    .await;
    let mut balances = Vec::new();
    for (signature_type, answer) in answers {
        let answer = match answer {
            Ok(answer) => Clob::read_balance(&answer),
            // a refusal of one type is an answer: "no deposit wallet found for owner"
            Err(Missing::Failed(failure @ Failure::Refused { status: 400, .. })) => Err(failure),
            Err(missing) => return Err(missing),
        };
        balances.push(CachedBalance { signature_type, answer });
    }
    Ok(balances)
}

/// The cursor of every listing's first page.
const FIRST: (&str, &str) = ("next_cursor", "MA==");

pub(super) async fn own_trades(context: &Context) -> Outcome<OwnTrades> {
    let maker = context.facts.borrow().setup.maker().ok_or_else(|| Missing::because("there is no funder"))?.to_string();
    let credentials = context.credentials()?;
    let own = [("maker_address", maker.as_str()), FIRST];
    let own = context.get_signed(Probe::OwnTrades, &credentials, clob::TRADES, &own, Context::timestamp);
    let Some(code) = context.settings.builder_code.as_ref().map(|code| code.value.as_str()) else {
        let trades = Clob::read_trades(&own.await?)?.rows;
        let unknown = |row: clob::TradeRow| OwnTrade { matched_s: row.matched_s, attributed: None };
        return Ok(OwnTrades { trades: trades.into_iter().map(unknown).collect(), listed_since_s: None });
    };
    let listed = [("builder_code", code), ("maker_address", maker.as_str()), FIRST];
    let listed = context.get(Probe::OwnTrades, clob::BUILDER_TRADES, &listed, None);
    let (own, listed) = tokio::join!(own, listed);
    let (own, listed) = (Clob::read_trades(&own?)?, Clob::read_trades(&listed?)?);
    let is_listed = |row: &clob::TradeRow| listed.rows.iter().any(|other| other.is_same(row));
    // where none of the listed is among the own ones, the two listings cannot be compared
    let comparable = listed.rows.is_empty() || own.rows.iter().any(is_listed);
    let attributed = |row: &clob::TradeRow| comparable.then(|| is_listed(row));
    let trades = own.rows.iter().map(|row| OwnTrade { matched_s: row.matched_s, attributed: attributed(row) });
    let oldest = listed.rows.iter().map(|row| row.matched_s).min();
    Ok(OwnTrades { trades: trades.collect(), listed_since_s: oldest.filter(|_| listed.more) })
}
