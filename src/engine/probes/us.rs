//! Probes of Polymarket US: signed reads, the gateway, the private channel, and the clock of all answers.

use std::sync::PoisonError;
use std::time::Instant;

use crate::auth::us::UsCredentials;
use crate::client::http::{Dated, Http, millis, now_ms};
use crate::client::live::PATIENCE;
use crate::client::us::{self, Us};
use crate::engine::context::{Context, Outcome, ProbeSkip, beside_clob, unless_unsendable};
use crate::facts::clock::{self, Drift};
use crate::facts::probe::Probe;
use crate::facts::{ClockReading, Fact, Failure, UsBalances, UsClock, UsGateway, UsLive, UsPositions};
use crate::settings::{Setting, Settings};

const SERVICE: &str = "the Polymarket US beside it";

fn credentials(settings: &Settings) -> Outcome<UsCredentials> {
    let whole = settings.us.whole().ok_or_else(|| ProbeSkip::because("there is no complete key of Polymarket US"))?;
    // what cannot sign is said by the check of the secret
    unless_unsendable(crate::auth::us::UsKey::decode(&whole.secret).map(drop))?;
    Ok(whole)
}

impl Context {
    /// Takes in when an answer of Polymarket US was dated.
    fn saw_us_clock(&self, dated: Option<Dated>) {
        let Some(Dated { sent_s, received_s, server_s }) = dated else { return };
        let reading = ClockReading { server_s, sent_s, received_s, from_time: false };
        self.us_clock.lock().unwrap_or_else(PoisonError::into_inner).push(reading);
    }

    fn us_readings(&self) -> Vec<ClockReading> {
        self.us_clock.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far this clock is ahead of the one of Polymarket US, where that is more than clients would notice.
    fn us_drift(&self) -> Option<Drift> {
        clock::by_headers(&self.us_readings()).filter(|drift| drift.is_noticeable())
    }

    /// Unix milliseconds by that clock, as far as it is known.
    fn us_stamp_ms(&self) -> i64 {
        stamp_ms(self.us_drift())
    }
}

fn stamp_ms(drift: Option<Drift>) -> i64 {
    let ahead_ms = drift.map_or(0.0, |drift| drift.middle_s() * 1000.0);
    // a drift beyond the limits of i64 has no clock
    #[allow(clippy::cast_possible_truncation)]
    let ahead_ms = ahead_ms.round() as i64;
    i64::try_from(now_ms()).unwrap_or(i64::MAX).saturating_sub(ahead_ms)
}

/// Stamped by this clock; where that is refused and the answer's date shows that the clock is off, again by
/// the server's, so that one wrong clock does not hide everything else.
pub(super) async fn balances(context: &Context) -> Outcome<UsBalances> {
    let settings = &context.settings;
    let http = context.http()?;
    let credentials = credentials(settings)?;
    let base = beside_clob(settings, Setting::UsUrl, settings.us_url.as_ref(), SERVICE)?;
    let us = Us { http, base, credentials: &credentials };
    let (answer, dated) = us.balances(|| stamp_ms(None)).await;
    context.saw_us_clock(dated);
    match answer {
        Ok(balances) => Ok(UsBalances { balances, by_this_clock: None }),
        Err(failure @ Failure::Refused { status: 401, .. }) if context.us_drift().is_some() => {
            let (again, dated) = us.balances(|| context.us_stamp_ms()).await;
            context.saw_us_clock(dated);
            Ok(UsBalances { balances: again?, by_this_clock: Some(failure) })
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(super) async fn positions(context: &Context) -> Outcome<UsPositions> {
    let settings = &context.settings;
    let http = context.http()?;
    let credentials = credentials(settings)?;
    let base = beside_clob(settings, Setting::UsUrl, settings.us_url.as_ref(), SERVICE)?;
    if context.facts.borrow().us_balances.known().is_none() {
        return Err(ProbeSkip::Blocked(Probe::UsBalances));
    }
    let us = Us { http, base, credentials: &credentials };
    let (answer, dated) = us.positions(|| context.us_stamp_ms()).await;
    context.saw_us_clock(dated);
    Ok(answer?)
}

pub(super) async fn gateway(context: &Context) -> Outcome<UsGateway> {
    let settings = &context.settings;
    let http = context.http()?;
    let base = beside_clob(settings, Setting::UsGatewayUrl, settings.us_gateway_url.as_ref(), SERVICE)?;
    let (answer, dated) = us::gateway(http, base).await;
    context.saw_us_clock(dated);
    Ok(answer?)
}

/// What the other answers were dated by; nothing is asked for it.
pub(super) fn clock(context: &Context) -> Outcome<UsClock> {
    context.http()?;
    let readings = context.us_readings();
    if !readings.is_empty() {
        return Ok(UsClock { readings });
    }
    let facts = context.facts.borrow();
    let failure = facts.us_balances.failure().or(facts.us_gateway.failure());
    Err(match failure {
        Some(failure) if failure.status().is_none() => failure.clone().into(),
        Some(_) => ProbeSkip::because("no response has a Date header"),
        None if facts.us_balances.known().is_some() => ProbeSkip::because("no response has a Date header"),
        None => match &facts.us_gateway {
            Fact::NotAsked { why } => ProbeSkip::because(why.as_str()),
            _ => ProbeSkip::Blocked(Probe::UsBalances),
        },
    })
}

pub(super) async fn live(context: &Context) -> Outcome<UsLive> {
    let settings = &context.settings;
    let patience = PATIENCE.min(settings.timeout);
    let http: Http = context.http()?.waiting(patience);
    let credentials = credentials(settings)?;
    let base = beside_clob(settings, Setting::UsUrl, settings.us_url.as_ref(), SERVICE)?;
    let is_gone = |failure: &Failure| matches!(failure, Failure::Unreachable { .. } | Failure::TimedOut { .. });
    if context.facts.borrow().us_balances.failure().is_some_and(is_gone) {
        return Err(ProbeSkip::Blocked(Probe::UsBalances));
    }
    let began = Instant::now();
    let us = Us { http: &http, base, credentials: &credentials };
    let mut socket = us.open_private(context.us_stamp_ms()).await?;
    let connected_ms = millis(began.elapsed());
    let answered = us::subscribe(&mut socket, patience).await;
    socket.close().await;
    let (answer, took) = answered?;
    Ok(UsLive { answer, connected_ms, answered_ms: millis(took) })
}
