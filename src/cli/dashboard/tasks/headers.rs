//! Signing for the panel that shows what is signed. Nothing is sent.

use crate::cli::headers::sign as sign_with;
use crate::client::account::Account;
use crate::client::http::Http;
use crate::headers::{self, Level, Signed, Unsigned};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::tui::state::panels::headers::{SignedSets, ToSign};

/// What may be shown of a request that is signed at every level, and the command that was asked for.
pub(super) fn sign(settings: &Settings, request: ToSign) -> SignedSets {
    let account = Account::new(settings.clone(), Http::new(settings.timeout));
    let ToSign { method, path, body, timestamp, ahead_s, copy } = request;
    let now_ms = account.timestamp_ms() - ahead_s * 1000;
    let unsigned = Unsigned { method, path, body, timestamp: timestamp.unwrap_or(account.timestamp() - ahead_s) };
    let of_us = Unsigned { timestamp: timestamp.unwrap_or(now_ms), ..unsigned.clone() };
    let of = |level| if level == Level::Us { &of_us } else { &unsigned };
    let sign = |level| sign_with(of(level), &account, level).map_err(|error| format!("{error:#}"));
    let levels = Level::ALL.into_iter().filter(|level| *level != Level::Us || !settings.us.is_empty());
    let curl = || {
        let signed = copy.iter().map(|&level| sign(level)).reduce(|all, more| Ok(all?.and(more?)))?;
        let request = copy.first().map_or(&unsigned, |level| of(*level));
        let curl = |signed: Signed| headers::curl(request, &signed.headers, account.settings(), None, false);
        Some(signed.and_then(|signed| curl(signed).map(Secret::new).map_err(|error| error.to_string())))
    };
    SignedSets {
        timestamp: unsigned.timestamp,
        sets: levels.map(|level| (level, sign(level).map(|signed| signed.shown()))).collect(),
        curl: curl(),
    }
}
