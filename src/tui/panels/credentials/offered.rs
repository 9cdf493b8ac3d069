//! What the panel offers to do with the keys of the account.

use alloy_primitives::U256;

use super::super::{PanelAction, checklist};
use crate::checks::Status;
use crate::facts::CredentialsFact;
use crate::tui::state::App;
use crate::tui::state::action::{Account, Action};
use crate::tui::state::task::TaskKind;

pub(in crate::tui::panels) fn offers(app: &App) -> Vec<PanelAction> {
    if app.facts.setup.signer().is_none() || app.facts.setup.offline {
        return Vec::new();
    }
    let offer = |label: &str, note: &str, action| PanelAction {
        label: label.to_owned(),
        note: note.to_owned(),
        action: Action::Account(action),
    };
    let mut offers = vec![if app.tasks.contains(&TaskKind::ScanNonces) {
        offer("Stop the scan", "keeps the results", Account::StopScan)
    } else {
        offer("Scan the nonces", "0 to 19; changes nothing", Account::ScanNonces)
    }];
    if free_nonce(app).is_some() {
        offers.push(offer("Create an API key", "at the lowest free nonce", Account::CreateApiKey));
    }
    if let Some(nonce) = nonce_to_save(app) {
        let label = format!("Save the credentials of nonce {nonce}");
        offers.push(offer(&label, "to the file of the private key", Account::SaveCredentials));
    }
    if configured(app.facts.setup.credentials.as_ref()).is_some() {
        let note = "creates, tests and saves a new one, then deletes the old";
        offers.push(offer("Rotate the API key", note, Account::RotateApiKey));
        offers.push(offer("Delete the configured API key", "cannot be undone", Account::DeleteApiKey));
    }
    offers.push(offer("Create a read-only key", "reads orders and trades", Account::CreateReadonlyKey));
    if configured(app.facts.setup.builder.as_ref()).is_some() {
        offers.push(offer("Revoke the configured builder key", "cannot be undone", Account::RevokeBuilderKey));
    }
    offers.extend(checklist::offers(app));
    offers
}

/// The key of a whole set.
pub(in crate::tui) fn configured(set: Option<&CredentialsFact>) -> Option<String> {
    set.filter(|set| set.missing().is_empty())?.key().map(str::to_owned)
}

/// The lowest nonce that is known to hold no key, or the one behind those that do.
pub(in crate::tui) fn free_nonce(app: &App) -> Option<U256> {
    let known = app.known_nonces();
    let free = known.iter().find(|nonce| nonce.key.is_none()).map(|nonce| nonce.nonce);
    free.or_else(|| known.last().map(|nonce| nonce.nonce.saturating_add(U256::from(1))))
}

/// The highest nonce whose key is not the configured one, or the derived one where the configured
/// credentials are not its.
pub(in crate::tui) fn nonce_to_save(app: &App) -> Option<U256> {
    let configured = app.facts.setup.credentials.as_ref().and_then(CredentialsFact::key);
    let known = app.known_nonces();
    let other = known.iter().rev().find(|nonce| nonce.key.as_deref().is_some_and(|key| Some(key) != configured));
    let derived = || {
        let is_right = app.report.check("creds.match").is_some_and(|check| check.status == Status::Pass);
        app.facts.derived.known().filter(|_| !is_right).map(|derived| derived.nonce)
    };
    other.map(|nonce| nonce.nonce).or_else(derived)
}
