//! What every output begins with: which account, from which place, where it was checked, and when.

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::Report;
use crate::auth::contracts;
use crate::facts::{Facts, KeyFact};
use crate::settings::{Origin, Venue, Venues};

/// A report of recorded facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// When the facts were observed; RFC 3339, UTC.
    pub recorded_at: String,
}

/// The parts of the first line of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// `0xf39F…2266`, or why there is none, or what a shared report calls it.
    pub signer: String,
    /// `None` where there is neither a key nor a profile.
    pub origin: Option<Origin>,
    /// Host and port of the CLOB, or of Polymarket US, or both.
    pub host: Option<String>,
    /// The chain by its name where it is known, as in `Polygon`; otherwise as in `chain 1`. Empty for an account
    /// of Polymarket US alone.
    pub chain: String,
    /// When the facts were observed; `None` before the first run.
    pub at: Option<Timestamp>,
    /// Whether they were observed then, and are only shown again.
    pub is_replay: bool,
}

impl Report {
    /// What the first line of an output says of this report.
    pub fn heading(&self) -> Heading {
        let is_global = self.venues.iter().any(|venue| venue.venue == Venue::Global);
        let hosts: Vec<String> = self.venues.iter().filter_map(|venue| host(venue.url.as_deref()?)).collect();
        let host = (!hosts.is_empty()).then(|| hosts.join(" and "));
        let chain = self.target.chain_id;
        let chain = if is_global {
            contracts::chain(chain).map_or_else(|| format!("chain {chain}"), |chain| chain.name.clone())
        } else {
            String::new()
        };
        Heading {
            signer: short(&self.who),
            origin: self.source.clone(),
            host,
            chain,
            at: self.started_at.parse().ok().filter(|at: &Timestamp| !at.is_zero()),
            is_replay: self.replay.is_some(),
        }
    }
}

impl Heading {
    /// The signer, and the key of Polymarket US by the ends of its id, the longest first; none where there is no
    /// such key.
    pub fn short_signer(&self) -> Vec<String> {
        let Some((before, id)) = self.signer.split_once("Polymarket US key ") else { return Vec::new() };
        let ends = |kept: usize| match (id.get(..kept), id.get(id.len().saturating_sub(4)..)) {
            (Some(start), Some(end)) if id.len() > kept + 5 => format!("{start}…{end}"),
            _ => id.to_owned(),
        };
        let tight = before.replace(" and ", " + ");
        vec![format!("{before}US key {}", ends(8)), format!("{tight}US {}", ends(4))]
    }
}

/// Who the account is: the signer, the key of Polymarket US, or both.
pub(super) fn who(facts: &Facts) -> String {
    let setup = &facts.setup;
    let of_us = || {
        let id = setup.us.as_ref().and_then(|us| us.key_id.as_ref());
        id.map_or_else(|| "Polymarket US, no key ID".to_owned(), |id| format!("Polymarket US key {}", id.value))
    };
    match setup.venues {
        Venues::Global => signer(facts),
        Venues::Us => of_us(),
        Venues::Both => format!("{} and {}", signer(facts), of_us()),
    }
}

/// The signer's address, or why there is none.
fn signer(facts: &Facts) -> String {
    match (facts.setup.signer(), &facts.setup.key) {
        (Some(signer), _) => signer.to_string(),
        (None, Some(key)) if matches!(key.value, KeyFact::Unusable { shape: Some(_), .. }) => {
            "invalid private key".to_owned()
        }
        (None, _) => "no private key".to_owned(),
    }
}

/// Host and port of a URL.
fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.to_owned();
    Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
}

/// An address by its ends; any other text as it is.
fn short(who: &str) -> String {
    if let Some((signer, us)) = who.split_once(" and ") {
        return format!("{} and {us}", short(signer));
    }
    match (who.get(..6), who.get(38..)) {
        (Some(start), Some(end)) if who.starts_with("0x") && who.len() == 42 => format!("{start}…{end}"),
        _ => who.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::settings::{Source, Sourced};

    #[test]
    fn a_report_of_nothing_says_that_there_is_no_key() {
        let heading = Report::of(&Facts::default()).heading();
        assert_eq!((heading.signer.as_str(), heading.origin, heading.at), ("no private key", None, None));
    }

    #[test]
    fn the_host_is_said_with_its_port_and_the_chain_by_its_name() {
        let mut facts = Facts { started_ms: 1_795_000_000_000, ..Facts::default() };
        facts.setup.clob_url = Some(Sourced::new("http://127.0.0.1:4000".to_owned(), Source::Default));
        let heading = Report::of(&facts).heading();
        assert_eq!((heading.host.as_deref(), heading.chain.as_str()), (Some("127.0.0.1:4000"), "Polygon"));
        assert_eq!(heading.at.map(Timestamp::as_millisecond), Some(1_795_000_000_000));
        facts.setup.chain_id = Some(Sourced::new(1, Source::Default));
        facts.is_replay = true;
        let heading = Report::of(&facts).heading();
        assert!(heading.is_replay);
        assert_eq!(heading.chain, "chain 1");
    }
}
