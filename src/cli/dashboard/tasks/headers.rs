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
    let unsigned =
        Unsigned { method, path, body, timestamp: timestamp.unwrap_or_else(|| account.timestamp() - ahead_s) };
    let sign = |level| sign_with(&unsigned, &account, level).map_err(|error| format!("{error:#}"));
    let curl = || {
        let signed = copy.iter().map(|&level| sign(level)).reduce(|all, more| Ok(all?.and(more?)))?;
        let curl = |signed: Signed| headers::curl(&unsigned, &signed.headers, account.settings(), None, false);
        Some(signed.and_then(|signed| curl(signed).map(Secret::new).map_err(|error| error.to_string())))
    };
    SignedSets {
        timestamp: unsigned.timestamp,
        sets: Level::ALL.map(|level| (level, sign(level).map(|signed| signed.shown()))).into(),
        curl: curl(),
    }
}
