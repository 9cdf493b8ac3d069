//! The one value of a check that is worth standing beside its name.

use super::judged::Judged;
use crate::checks::{Status, account_wallet, collateral, dollars, trading_address, us_drift};
use crate::facts::Facts;
use crate::facts::clock::{self, Drift};

impl Judged {
    /// What was measured or found, in a few characters, such as `+14 s ± 0.5` or `250.00 pUSD`. Addresses and
    /// ids are whole: whoever shows them may shorten them. `None` where there is no such value, and where the
    /// check did not come to one.
    pub(super) fn value(&self, facts: &Facts) -> Option<String> {
        if !self.status.lets_go_on() && self.status != Status::Fail {
            return None;
        }
        let setup = &facts.setup;
        let value = match self.check.id {
            "setup.settings" => {
                let set = setup.shown.iter().filter(|setting| !setting.source.is_empty()).count();
                format!("{set} settings")
            }
            "key.format" => setup.signer()?.to_string(),
            "net.reach" => format!("v{}", facts.version.known()?),
            "net.geoblock" => facts.geoblock.known()?.country.clone(),
            "clock.drift" => offset(clock::drift(&facts.clock)?),
            "wallet.map" => {
                let (kind, address, _) = account_wallet(facts)?;
                format!("{kind} {address}")
            }
            "wallet.signature-type" => format!("type {}", u8::from(setup.signature_type()?)),
            "wallet.funder" => setup.maker()?.to_string(),
            "creds.derive" => facts.derived.known()?.key.clone(),
            "creds.nonce" => format!("nonce {}", facts.derived.known()?.nonce),
            "funds.balance" => {
                let version = facts.protocol_version();
                let at = facts.on_chain(trading_address(facts)?)?;
                format!("{} {}", dollars(at.collateral(version)), collateral(version))
            }
            "builder.attribution" => {
                let trades = facts.builder_trades.known()?;
                format!("{}{} trades", trades.on_first_page, if trades.more { "+" } else { "" })
            }
            "us.key" => setup.us.as_ref()?.key_id.as_ref()?.value.clone(),
            "us.clock" => offset(us_drift(facts)?),
            "us.read" => {
                let balances = &facts.us_balances.known()?.balances;
                let first = balances.first()?;
                format!("{} {}", first.amount.as_ref()?, first.currency)
            }
            _ => return None,
        };
        Some(value).filter(|value| !value.is_empty())
    }
}

/// `+14 s ± 0.5`; a value inside its own uncertainty is none: `within 0.7 s`.
fn offset(drift: Drift) -> String {
    if drift.at_least_s() <= 0.0 {
        return format!("within {:.1} s", drift.at_most_s());
    }
    match drift.middle_s() {
        middle if middle.abs() < 10.0 => format!("{middle:+.1} s ± {:.1}", drift.uncertainty_s()),
        middle => format!("{middle:+.0} s ± {:.1}", drift.uncertainty_s()),
    }
}
