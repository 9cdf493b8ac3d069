//! What the API takes from here: the geoblock endpoint says `blocked` of places that differ in it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Finding;
use super::clock::{NETWORK_FIRST, is_everything, service_unknown};
use crate::assets;
use crate::cause::Cause;
use crate::facts::{Facts, Geoblock};
use crate::settings::Setting;

/// The day of the list, which changes.
const LISTED: &str = "2026-10-01";

/// What the API takes from a place for which the endpoint says `blocked`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Access {
    /// No order.
    Refused,
    /// Orders that close positions.
    CloseOnly,
    /// Every order: only the website is closed.
    PageOnly,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    access: Access,
    /// `US`, or `CA-ON` for a part of a country.
    regions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tier: Vec<Tier>,
}

static TIERS: LazyLock<Vec<Tier>> = LazyLock::new(|| {
    let files: Vec<File> = assets::tables("geoblock.toml", include_str!("../../assets/geoblock.toml"));
    files.into_iter().flat_map(|file| file.tier).collect()
});

/// The access of a place; `None` where it is not listed.
fn access(country: &str, region: &str) -> Option<Access> {
    let of = |wanted: &str| {
        let lists = |tier: &&Tier| tier.regions.iter().any(|region| region.eq_ignore_ascii_case(wanted));
        TIERS.iter().find(lists).map(|tier| tier.access)
    };
    of(&format!("{country}-{region}")).or_else(|| of(country))
}

pub(super) fn geoblock(facts: &Facts) -> Finding {
    match (facts.geoblock.known(), facts.geoblock.failure()) {
        (Some(answer), _) => judged(answer),
        (None, Some(failure)) if is_everything(facts, failure) => {
            service_unknown(facts, "The geoblock endpoint", failure).fixed_by(NETWORK_FIRST)
        }
        (None, Some(failure)) => service_unknown(facts, "The geoblock endpoint", failure)
            .fixed_by("Check POLYMARKET_GEOBLOCK_URL and the network; orders may still work")
            .write_words(Setting::GeoblockUrl, "the full URL of the geoblock endpoint, or remove it"),
        (None, None) => Finding::not_asked("Nothing was requested"),
    }
}

fn judged(answer: &Geoblock) -> Finding {
    let region = if answer.region.is_empty() { String::new() } else { format!(", {}", answer.region) };
    let listed = |access: &str| format!("{access} (documentation of {LISTED}; the list changes)");
    let finding = match (answer.blocked, access(&answer.country, &answer.region)) {
        (false, _) => Finding::pass("Trading is allowed from this IP address"),
        (true, Some(Access::PageOnly)) => {
            Finding::note("Polymarket restricts its website here, but its API accepts orders")
                .with("access", listed("website restricted, API open"))
        }
        (true, Some(Access::CloseOnly)) => {
            Finding::fail(Cause::Geoblocked, "Only orders that close positions are accepted from this IP address")
                .likely(0.97)
                .proven()
                .fixed_by(
                    "Close positions from here; see Polymarket's terms for where it accepts orders that open them",
                )
                .with("access", listed("close-only"))
        }
        (true, known) => {
            let finding = Finding::fail(Cause::Geoblocked, "Trading is geoblocked for this IP address")
                .likely(0.97)
                .proven()
                .fixed_by("See Polymarket's terms for allowed regions: it does not accept orders from this location");
            match known {
                Some(_) => finding.with("access", listed("none")),
                None => finding.with("access", format!("unknown: not in the documentation of {LISTED}")),
            }
        }
    };
    finding.with("region", format!("{}{region}", answer.country))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Status;

    fn judge(blocked: bool, country: &str, region: &str) -> Finding {
        judged(&Geoblock { blocked, country: country.to_owned(), region: region.to_owned() })
    }

    #[test]
    fn the_same_answer_means_different_things_by_country_and_region() {
        for (country, region, status, words) in [
            ("CU", "03", Status::Fail, "Trading is geoblocked"),
            ("UA", "43", Status::Fail, "Trading is geoblocked"),
            ("US", "NY", Status::Fail, "Only orders that close positions"),
            ("us", "", Status::Fail, "Only orders that close positions"),
            ("CA", "ON", Status::Fail, "Only orders that close positions"),
            ("JP", "13", Status::Note, "its API accepts orders"),
            ("NL", "", Status::Note, "its API accepts orders"),
            // not listed: blocked is blocked
            ("CA", "YT", Status::Fail, "Trading is geoblocked"),
            ("UA", "30", Status::Fail, "Trading is geoblocked"),
            ("XX", "", Status::Fail, "Trading is geoblocked"),
            ("", "", Status::Fail, "Trading is geoblocked"),
        ] {
            let finding = judge(true, country, region);
            assert_eq!(finding.status, status, "{country} {region}");
            assert!(finding.summary.contains(words), "{country} {region}: {}", finding.summary);
            assert!(finding.evidence.iter().any(|evidence| evidence.value.contains(LISTED)), "{country} {region}");
        }
        // the server's word, whatever the list says
        assert_eq!(judge(false, "US", "NY").status, Status::Pass);
    }

    #[test]
    fn a_region_stands_in_one_tier_only() {
        let regions: Vec<&String> = TIERS.iter().flat_map(|tier| &tier.regions).collect();
        assert!(regions.len() > 45, "{}", regions.len());
        for (place, region) in regions.iter().enumerate() {
            assert!(!regions[..place].contains(region), "{region}");
            let (country, part) = region.split_once('-').unwrap_or((region, ""));
            assert!(country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()), "{region}");
            assert!(part.len() <= 3, "{region}");
        }
    }
}
