//! Probes that need no credentials: files, clocks, hosts.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::client::clob::{self, Clob};
use crate::client::services;
use crate::engine::context::{Context, Missing, Outcome, url};
use crate::engine::facts::{ClockReading, Failure, Geoblock, GuideTime, PublicProfile, SecretFile};
use crate::engine::probe::Probe;

pub(super) async fn secret_files(context: &Context) -> Outcome<Vec<SecretFile>> {
    let paths = context.settings.secret_files.clone();
    let looked = tokio::task::spawn_blocking(move || paths.iter().map(|path| look(path)).collect()).await;
    looked.map_err(|_| Missing::Failed(Failure::Stopped))
}

fn look(path: &Path) -> SecretFile {
    SecretFile { path: path.display().to_string(), mode: mode(path), tracked_by_git: is_tracked(path) }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

/// Asks git itself, since only it knows its index; no git, no answer.
fn is_tracked(path: &Path) -> Option<bool> {
    let path = fs::canonicalize(path).ok()?;
    let status = Command::new("git")
        .arg("-C")
        .arg(path.parent()?)
        .args(["ls-files", "--error-unmatch", "--"])
        .arg(path.file_name()?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    Some(status.success())
}

pub(super) async fn server_time(context: &Context) -> Outcome<ClockReading> {
    let answer = context.get(Probe::ServerTime, clob::TIME, &[], None).await?;
    let server_s = Clob::read_time(&answer)?;
    context.saw_clock(&answer, server_s, true);
    Ok(ClockReading { server_s, sent_s: answer.sent_s, received_s: answer.received_s, from_time: true })
}

pub(super) async fn guide_time(context: &Context) -> Outcome<GuideTime> {
    match context.get(Probe::GuideTime, clob::GUIDE_TIME, &[], None).await {
        Ok(answer) => Ok(GuideTime { status: answer.status, time_s: Clob::read_time(&answer).ok() }),
        // 404 is what is expected: no client knows this path
        Err(Missing::Failed(Failure::Refused { status, .. })) => Ok(GuideTime { status, time_s: None }),
        Err(missing) => Err(missing),
    }
}

pub(super) async fn version(context: &Context) -> Outcome<u64> {
    Ok(Clob::read_version(&context.get(Probe::Version, clob::VERSION, &[], None).await?)?)
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
