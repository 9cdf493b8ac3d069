//! Probes of the live channels: the API credentials as they are, without signature, address or clock.

use std::time::Instant;

use crate::auth::l2::ApiCredentials;
use crate::client::http::millis;
use crate::client::live;
use crate::client::socket::Socket;
use crate::engine::context::{Context, Outcome, ProbeSkip, beside_clob};
use crate::facts::probe::Probe;
use crate::facts::{LiveAuth, SentCredentials, UserChannel};
use crate::settings::Setting;

const CHANNEL: &str = "its live channel";

/// Whether there will be credentials to send, before a connection is opened for them.
fn is_worth_it(context: &Context) -> Outcome<()> {
    let credentials = &context.settings.credentials;
    if credentials.whole().is_none() && !credentials.is_empty() {
        return Err(ProbeSkip::because("the API credentials are incomplete"));
    }
    if credentials.is_empty() && (context.signer().is_err() || !context.wants(Probe::Derive)) {
        return Err(ProbeSkip::Blocked(Probe::Derive));
    }
    Ok(())
}

/// The configured credentials, or the derived ones, which are waited for.
async fn credentials(context: &Context) -> Outcome<(SentCredentials, ApiCredentials)> {
    if let Some(configured) = context.settings.credentials.whole() {
        return Ok((SentCredentials::Configured, configured));
    }
    context.wait_for(Probe::Derive).await;
    let derived = context.derived.get().cloned().ok_or(ProbeSkip::Blocked(Probe::Derive))?;
    Ok((SentCredentials::Derived, derived))
}

pub(super) async fn live(context: &Context) -> Outcome<LiveAuth> {
    let patience = live::PATIENCE.min(context.settings.timeout);
    let http = context.http()?.waiting(patience);
    let url = beside_clob(&context.settings, Setting::LiveUrl, context.settings.live_url.as_ref(), CHANNEL)?;
    is_worth_it(context)?;
    let began = Instant::now();
    let mut socket = Socket::open(&http, Some(Probe::Live), url).await?;
    let connected_ms = millis(began.elapsed());
    let (sent, credentials) = credentials(context).await?;
    http.hide([credentials.secret.expose(), credentials.passphrase.expose()]);
    let answered = live::authenticate(&mut socket, &credentials, patience).await;
    socket.close().await;
    let (answer, took) = answered?;
    Ok(LiveAuth { sent, answer, connected_ms, answered_ms: millis(took) })
}

pub(super) async fn user_channel(context: &Context) -> Outcome<UserChannel> {
    let http = context.http()?;
    if !context.facts.borrow().setup.deep {
        return Err(ProbeSkip::because("it takes three seconds: pass --deep to run it"));
    }
    let http = http.waiting(live::PATIENCE.min(context.settings.timeout));
    let url = beside_clob(&context.settings, Setting::WsUrl, context.settings.ws_url.as_ref(), CHANNEL)?;
    is_worth_it(context)?;
    let (sent, credentials) = credentials(context).await?;
    let began = Instant::now();
    let mut socket = Socket::open(&http, Some(Probe::UserChannel), &live::user_channel(url)).await?;
    let connected_ms = millis(began.elapsed());
    http.hide([credentials.secret.expose(), credentials.passphrase.expose()]);
    let watched = live::watch_user(&mut socket, &credentials).await;
    socket.close().await;
    let watched = watched?;
    Ok(UserChannel {
        sent,
        answer: watched.answer,
        connected_ms,
        pong_ms: watched.pong.map(millis),
        open_ms: millis(watched.open),
    })
}
