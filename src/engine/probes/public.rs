//! Probes that need no credentials: clocks, hosts.

use crate::client::clob::Clob;
use crate::client::services;
use crate::endpoints;
use crate::engine::context::{Context, Missing, Outcome, url};
use crate::facts::probe::Probe;
use crate::facts::{ClockReading, Failure, Geoblock, GuideTime, PublicProfile};

pub(super) async fn server_time(context: &Context) -> Outcome<ClockReading> {
    let answer = context.get(Probe::ServerTime, endpoints::TIME, &[], None).await?;
    let server_s = Clob::read_time(&answer)?;
    context.saw_clock(&answer, server_s, true);
    Ok(ClockReading { server_s, sent_s: answer.sent_s, received_s: answer.received_s, from_time: true })
}

pub(super) async fn guide_time(context: &Context) -> Outcome<GuideTime> {
    match context.get(Probe::GuideTime, endpoints::GUIDE_TIME, &[], None).await {
        Ok(answer) => Ok(GuideTime { status: answer.status, time_s: Clob::read_time(&answer).ok() }),
        // 404 is what is expected: no client knows this path
        Err(Missing::Failed(Failure::Refused { status, .. })) => Ok(GuideTime { status, time_s: None }),
        Err(missing) => Err(missing),
    }
}

pub(super) async fn version(context: &Context) -> Outcome<u64> {
    Ok(Clob::read_version(&context.get(Probe::Version, endpoints::VERSION, &[], None).await?)?)
}

pub(super) async fn geoblock(context: &Context) -> Outcome<Geoblock> {
    let url = url(context.settings.geoblock_url.as_ref(), "geoblock endpoint")?;
    Ok(services::geoblock(context.http()?, url).await?)
}

pub(super) async fn profile(context: &Context) -> Outcome<PublicProfile> {
    let url = url(context.settings.gamma_url.as_ref(), "Gamma API")?;
    let signer = context.signer()?.address();
    Ok(services::public_profile(context.http()?, url, signer).await?)
}
