//! What an account can and cannot do, as the checklist shows it.

use crate::checks::Status;
use crate::report::Report;
use crate::settings::Venue;

/// One thing that a bot may want to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    pub what: &'static str,
    /// `None` where it could not be found out.
    pub can: Option<bool>,
    /// The check that speaks against it.
    pub because: Option<&'static str>,
}

/// Each ability, and the checks that it hangs on.
const NEEDS: &[(&str, &[&str])] = &[
    ("authenticate, and derive its API credentials", &["key.format", "net.reach", "clock.drift", "creds.derive"]),
    ("read its own orders and trades", &["creds.match", "creds.l2"]),
    (
        "sign orders that the exchange accepts",
        &["wallet.signature-type", "wallet.funder", "wallet.deployed", "order.exchange", "account.status"],
    ),
    ("trade from this IP address", &["net.geoblock"]),
    (
        "buy: the wallet has collateral, and the exchange may spend it",
        &["wallet.signature-type", "wallet.funder", "order.exchange", "funds.balance", "funds.allowance"],
    ),
    ("have its trades attributed to a builder", &["builder.credentials", "builder.attribution"]),
];

/// The same for an account of Polymarket US.
const US_NEEDS: &[(&str, &[&str])] = &[
    ("sign in to Polymarket US", &["us.key", "us.secret", "us.clock", "us.read"]),
    ("read its own balances and positions", &["us.read"]),
    ("receive its orders and balances as they change", &["us.live"]),
];

/// What the account of a report can do, at the venues that were looked at.
pub fn abilities(report: &Report) -> Vec<Ability> {
    let needs = |venue| match venue {
        Venue::Global => NEEDS,
        Venue::Us => US_NEEDS,
    };
    report
        .venues
        .iter()
        .flat_map(|venue| needs(venue.venue))
        .map(|(what, checks)| ability(report, what, checks))
        .collect()
}

fn ability(report: &Report, what: &'static str, checks: &[&str]) -> Ability {
    let of = |status: Status| report.checks.iter().find(|check| checks.contains(&check.id) && check.status == status);
    let configured =
        |check: &str| !check.starts_with("builder.") || report.check(check).is_some_and(|c| c.status == Status::Pass);
    let missing = checks.iter().copied().find(|check| !configured(check)).and_then(|check| report.check(check));
    match (of(Status::Fail), of(Status::Unknown).or_else(|| of(Status::Skip))) {
        (Some(check), _) => Ability { what, can: Some(false), because: Some(check.id) },
        (None, Some(check)) => Ability { what, can: None, because: Some(check.id) },
        (None, None) => Ability { what, can: Some(missing.is_none()), because: missing.map(|check| check.id) },
    }
}
