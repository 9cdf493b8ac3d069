//! The venues of a report side by side: which account each is about, and how it stands there.

use serde::Serialize;

use super::judged::Judged;
use super::{CheckReport, Verdict, trading, verdict};
use crate::checks::Status;
use crate::facts::Facts;
use crate::settings::Venue;

/// An account at one venue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VenueReport {
    /// `global` or `us`.
    pub venue: Venue,
    /// Where it was checked; `None` where no usable URL is known.
    pub url: Option<String>,
    /// The signer, or the key id of Polymarket US; `None` where there is none.
    pub account: Option<String>,
    /// By the checks of this venue alone.
    pub verdict: Verdict,
    /// As of the whole report, for this venue.
    pub can_trade: Option<bool>,
}

/// One for each venue that is looked at.
pub(super) fn venues(facts: &Facts, judged: &[Judged], shown: &[CheckReport]) -> Vec<VenueReport> {
    let setup = &facts.setup;
    let of = |venue| {
        let is_of = |id: &str| crate::checks::find(id).is_some_and(|check| check.venue() == Some(venue));
        let statuses: Vec<Status> = shown.iter().filter(|check| is_of(check.id)).map(|check| check.status).collect();
        let (url, account) = match venue {
            Venue::Global => (setup.clob_url.as_ref(), setup.signer().map(|signer| signer.to_string())),
            Venue::Us => {
                let us = setup.us.as_ref();
                let id = us.and_then(|us| us.key_id.as_ref());
                (us.and_then(|us| us.url.as_ref()), id.map(|id| id.value.clone()))
            }
        };
        VenueReport {
            venue,
            url: url.map(|url| url.value.clone()),
            account,
            verdict: verdict(&statuses, false),
            can_trade: trading::can_trade_at(judged, facts, Some(venue)),
        }
    };
    setup.venues.iter().map(of).collect()
}
