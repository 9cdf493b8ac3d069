//! What each probe does. None of them changes anything on the server.

mod account;
mod builder;
mod credentials;
mod files;
mod live;
mod market;
mod public;
mod relayer;
mod us;
mod wallets;

use std::sync::Arc;

use tokio::task::JoinSet;

use super::context::Context;
use crate::facts::probe::Probe;

/// Runs one probe, which fills its fact.
pub(super) async fn run(context: Arc<Context>, probe: Probe) {
    let c = &context;
    if let Some(why) = c.elsewhere(probe) {
        return c.facts.send_modify(|facts| facts.leave_out(probe, why));
    }
    match probe {
        Probe::SecretFiles => c.fill(|f| &mut f.secret_files, files::secret_places(c)).await,
        Probe::ServerTime => c.fill(|f| &mut f.server_time, public::server_time(c)).await,
        Probe::GuideTime => c.fill(|f| &mut f.guide_time, public::guide_time(c)).await,
        Probe::Version => c.fill(|f| &mut f.version, public::version(c)).await,
        Probe::Geoblock => c.fill(|f| &mut f.geoblock, public::geoblock(c)).await,
        Probe::Chain => c.fill(|f| &mut f.chain, wallets::chain(c)).await,
        Probe::Ownership => c.fill(|f| &mut f.ownership, wallets::ownership(c)).await,
        Probe::Exchange => c.fill(|f| &mut f.exchange, async { wallets::exchange(c) }).await,
        Probe::Market => c.fill(|f| &mut f.market, market::market(c)).await,
        Probe::MarketShares => c.fill(|f| &mut f.market_shares, market::shares(c)).await,
        Probe::Profile => c.fill(|f| &mut f.profile, public::profile(c)).await,
        Probe::Deployed => c.fill(|f| &mut f.deployed, wallets::deployed(c)).await,
        Probe::Derive => c.fill(|f| &mut f.derived, credentials::derive(c)).await,
        Probe::OtherNonces => c.fill(|f| &mut f.other_nonces, credentials::other_nonces(c)).await,
        Probe::OtherChain => c.fill(|f| &mut f.other_chain, credentials::other_chain(c)).await,
        Probe::ConfiguredCredentials => c.fill(|f| &mut f.configured_credentials, credentials::configured(c)).await,
        Probe::FunderAddress => c.fill(|f| &mut f.funder_address, credentials::funder_address(c)).await,
        Probe::DerivedCredentials => c.fill(|f| &mut f.derived_credentials, credentials::derived(c)).await,
        Probe::LocalClock => c.fill(|f| &mut f.local_clock, credentials::local_clock(c)).await,
        Probe::ClosedOnly => c.fill(|f| &mut f.closed_only, account::closed_only(c)).await,
        Probe::BalanceAllowance => c.fill(|f| &mut f.balance_allowance, Box::pin(account::balance_allowance(c))).await,
        Probe::SessionSigners => c.fill(|f| &mut f.session_signers, account::session_signers(c)).await,
        Probe::OwnTrades => c.fill(|f| &mut f.own_trades, builder::own_trades(c)).await,
        Probe::BuilderKeys => c.fill(|f| &mut f.builder_keys, account::builder_keys(c)).await,
        Probe::BuilderAccess => c.fill(|f| &mut f.builder_access, builder::access(c)).await,
        Probe::BuilderTrades => c.fill(|f| &mut f.builder_trades, builder::trades(c)).await,
        Probe::BuilderFees => c.fill(|f| &mut f.builder_fees, builder::fees(c)).await,
        Probe::Live => c.fill(|f| &mut f.live, live::live(c)).await,
        Probe::UserChannel => c.fill(|f| &mut f.user_channel, live::user_channel(c)).await,
        Probe::RelayerKey => c.fill(|f| &mut f.relayer_key, relayer::key(c)).await,
        Probe::RelayerTransactions => c.fill(|f| &mut f.relayer_transactions, relayer::transactions(c)).await,
        Probe::RelayerNonce => c.fill(|f| &mut f.relayer_nonce, relayer::nonce(c)).await,
        Probe::UsBalances => c.fill(|f| &mut f.us_balances, us::balances(c)).await,
        Probe::UsPositions => c.fill(|f| &mut f.us_positions, us::positions(c)).await,
        Probe::UsGateway => c.fill(|f| &mut f.us_gateway, us::gateway(c)).await,
        Probe::UsClock => c.fill(|f| &mut f.us_clock, async { us::clock(c) }).await,
        Probe::UsLive => c.fill(|f| &mut f.us_live, us::live(c)).await,
        Probe::BuilderSigner => c.fill(|f| &mut f.builder_signer, builder::signer(c)).await,
    }
}

/// Runs these at once and gives their results in the same order. One that panics ends the whole probe.
async fn all<T: Send + 'static>(work: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let mut running = JoinSet::new();
    for (place, work) in work.into_iter().enumerate() {
        running.spawn(async move { (place, work.await) });
    }
    let mut done: Vec<(usize, T)> = Vec::new();
    while let Some(result) = running.join_next().await {
        match result {
            Ok(result) => done.push(result),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, value)| value).collect()
}
