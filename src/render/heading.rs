//! The first line of an output as text.

use jiff::tz::TimeZone;

use super::Style;
use crate::report::Heading;
use crate::text;

/// Names and paths are cut here.
const LONGEST: usize = 80;
const GAP: &str = "   ";

/// `signer 0xf39F…2266   .env   clob.polymarket.com   Polygon   2026-11-30 14:02:07`
pub fn line(heading: &Heading, style: Style) -> String {
    let mut parts = parts(heading);
    parts.push(when(heading));
    parts.retain(|part| !part.is_empty());
    style.fit(&parts.join(GAP))
}

/// The same without the time: what all lines of a watch have in common.
pub fn who(heading: &Heading, style: Style) -> String {
    let mut parts = parts(heading);
    parts.retain(|part| !part.is_empty());
    style.fit(&parts.join(GAP))
}

/// What names and values say to machines that read no JSON.
pub(super) fn properties(heading: &Heading) -> Vec<(&'static str, String)> {
    let at = heading.at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let replay = at.clone().filter(|_| heading.is_replay);
    let known = [
        ("signer", Some(heading.signer.clone())),
        ("source", heading.origin.as_ref().map(ToString::to_string)),
        ("host", heading.host.clone()),
        ("chain", Some(heading.chain.clone())),
        ("started_at", at),
        ("replay_recorded_at", replay),
    ];
    let set = known.into_iter().filter_map(|(name, value)| Some((name, value?))).filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| (name, text::quoted(&value, LONGEST))).collect()
}

fn parts(heading: &Heading) -> Vec<String> {
    let is_address = heading.signer.starts_with("0x");
    let signer = if is_address { format!("signer {}", heading.signer) } else { heading.signer.clone() };
    let origin = heading.origin.as_ref().map(|origin| text::quoted(&origin.to_string(), LONGEST));
    vec![signer, origin.unwrap_or_default(), heading.host.clone().unwrap_or_default(), heading.chain.clone()]
}

/// Local time; of a replay, when it was recorded.
fn when(heading: &Heading) -> String {
    let Some(at) = heading.at else { return String::new() };
    let at = at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
    if heading.is_replay { format!("replay, recorded {at}") } else { at.to_string() }
}
