//! What a single value may be, and what is said of one that is not.

use std::str::FromStr;
use std::time::Duration;

use alloy_primitives::Address;
use url::{Host, Url};

use crate::auth::placeholder::is_placeholder;
use crate::settings::{ProblemKind, Setting, SettingProblem, Source};

/// What a time limit has to be.
pub const SECONDS: &str = "a number of seconds from 0.001 to 3600";

/// A time limit: seconds, with or without an `s` behind.
pub fn parse_seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim_end_matches('s').parse().ok()?;
    (0.001..=3600.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

/// Whether a value is one that an example file had; what a builder has is told by its own checks.
pub(super) fn is_unfilled(setting: Setting, value: &str) -> bool {
    let is_builders = matches!(
        setting,
        Setting::BuilderApiKey
            | Setting::BuilderSecret
            | Setting::BuilderPassphrase
            | Setting::BuilderCode
            | Setting::BuilderSignerUrl
            | Setting::BuilderSignerToken
    );
    !is_builders && is_placeholder(value)
}

/// A value that was never filled in. Without credentials a bot can derive them; with these it sends them.
pub(super) fn placeholder(setting: Setting, source: &Source) -> SettingProblem {
    // the relayer's are for some requests only
    let kind = match setting {
        Setting::RelayerApiKey | Setting::RelayerApiKeyAddress | Setting::RelayerUrl => ProblemKind::Conflict,
        // an example file has them for both venues; where nothing else is set, the checks of Polymarket US say it
        Setting::UsKeyId | Setting::UsSecretKey | Setting::UsUrl | Setting::UsGatewayUrl => ProblemKind::Remark,
        _ => ProblemKind::Invalid,
    };
    SettingProblem {
        kind,
        setting: setting.into(),
        text: format!("The {} ({source}) is still the placeholder of an example file", setting.spoken()),
        fix: format!("Set the {}, or remove the line if your bot does not need it", setting.spoken()),
    }
}

/// The text of a wrong value, unless it is so long that it could be a secret in the wrong place.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 42;
    let clean = crate::text::line(text);
    match clean.chars().count() {
        0..=LONGEST => format!("\"{clean}\""),
        _ => lengthy(text),
    }
}

pub(super) fn lengthy(text: &str) -> String {
    format!("a text of {} characters", text.chars().count())
}

/// 0x and 40 hex digits. A wrong checksum is a note of its own: the official clients do not look at it.
pub(super) fn parse_address(text: &str) -> Option<Address> {
    text.starts_with("0x").then(|| Address::from_str(text).ok())?
}

/// Signed headers go over TLS, or stay on this machine.
pub(super) fn may_be_asked(url: &Url) -> bool {
    url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

/// The same of a WebSocket, over which credentials go as they are.
pub(super) fn may_be_opened(url: &Url) -> bool {
    url.has_host() && (url.scheme() == "wss" || (url.scheme() == "ws" && is_loopback(url)))
}

/// Whether an address is of this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
