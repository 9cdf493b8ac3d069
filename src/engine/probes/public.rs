//! Probes that need no credentials: clocks, hosts.

use crate::client::{calls, services};
use crate::engine::context::{Context, Outcome, ProbeSkip, url};
use crate::facts::probe::Probe;
use crate::facts::{ClockReading, Failure, Geoblock, GuideTime, PublicProfile};

pub(super) async fn server_time(context: &Context) -> Outcome<ClockReading> {
    let (answer, server_s) = context.ask(Probe::ServerTime, &calls::time()).await?;
    context.saw_clock(&answer, server_s, true);
    Ok(ClockReading { server_s, sent_s: answer.sent_s, received_s: answer.received_s, from_time: true })
}

pub(super) async fn guide_time(context: &Context) -> Outcome<GuideTime> {
    match context.ask(Probe::GuideTime, &calls::guide_time()).await {
        Ok((answer, time_s)) => Ok(GuideTime { status: answer.status, time_s }),
        // 404 is what is expected: no client knows this path
        Err(ProbeSkip::Failed(Failure::Refused { status, .. })) => Ok(GuideTime { status, time_s: None }),
        Err(missing) => Err(missing),
    }
}

pub(super) async fn version(context: &Context) -> Outcome<u64> {
    Ok(context.ask(Probe::Version, &calls::version()).await?.1)
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
