//! Who signs for whom: the values in force, each with where it came from, and the wallets of the key.

use alloy_primitives::Address;
use ratatui::layout::Size;
use ratatui::style::Style;

use super::{Content, Panel, Place};
use crate::engine::facts::{CredentialsFact, KeyFact};
use crate::report::DerivedWallets;
use crate::settings::{Source, Sourced};
use crate::tui::app::{App, Phase};
use crate::tui::text::Page;

pub(super) const PANEL: Panel = Panel::new("Identity", Place::UnderList, content);

fn content(app: &App, room: Size) -> Content {
    let mut page = Page::new(app.theme, room.width.into());
    if app.phase() == Phase::Launching {
        page.text("The settings are being read", Style::new());
        return Content { lines: page.finish(), ..Content::default() };
    }
    page.fields(in_force(app).iter().map(|(label, value)| (*label, value.as_str())));
    if let Some(derived) = &app.report.account.derived {
        page.heading("Wallets of this key");
        page.fields(wallets(app, derived).iter().map(|(label, value)| (*label, value.as_str())));
    }
    let setup = &app.facts.setup;
    if !setup.problems.is_empty() {
        page.heading("Settings that need a look");
        setup.problems.iter().for_each(|problem| page.point(&problem.text));
    }
    if !setup.shown.is_empty() {
        page.heading("All settings");
        let shown: Vec<_> = setup.shown.iter().map(|it| (it.name.as_str(), from(&it.value, &it.source))).collect();
        page.fields(shown.iter().map(|(name, value)| (*name, value.as_str())));
    }
    Content { lines: page.finish(), ..Content::default() }
}

/// The few values that decide everything else.
fn in_force(app: &App) -> [(&'static str, String); 6] {
    let setup = &app.facts.setup;
    let key_id = |set: &Option<CredentialsFact>| {
        let key = set.as_ref().and_then(|set| set.key.as_ref());
        said(key, |id| if app.theme.full_addresses { id.clone() } else { app.theme.fit(id, 13) })
    };
    let chain = setup.chain_id.clone().unwrap_or(Sourced::new(setup.chain(), Source::Default));
    [
        ("signer", said(setup.key.as_ref(), signer)),
        ("funder", said(setup.funder.as_ref(), ToString::to_string)),
        ("type", said(setup.signature_type.as_ref(), ToString::to_string)),
        ("chain", said(Some(&chain), ToString::to_string)),
        ("api key", key_id(&setup.credentials)),
        ("builder", key_id(&setup.builder)),
    ]
}

fn signer(key: &KeyFact) -> String {
    match key {
        KeyFact::Usable { signer, .. } => signer.to_string(),
        KeyFact::Unusable { .. } => "none: the key cannot be used".to_owned(),
    }
}

/// A value with where it came from.
fn said<T>(setting: Option<&Sourced<T>>, value: impl FnOnce(&T) -> String) -> String {
    setting.map_or("not set".to_owned(), |setting| from(&value(&setting.value), &setting.source.to_string()))
}

fn from(value: &str, source: &str) -> String {
    match source {
        "" => value.to_owned(),
        "default" => format!("{value}   by default"),
        source => format!("{value}   from {source}"),
    }
}

fn wallets(app: &App, derived: &DerivedWallets) -> Vec<(&'static str, String)> {
    let known = [
        ("EOA", app.report.account.signer),
        ("proxy", Some(derived.proxy)),
        ("Safe", Some(derived.safe)),
        ("deposit", Some(derived.deposit_wallet_uups)),
        ("deposit 2", derived.deposit_wallet_beacon),
    ];
    known.into_iter().filter_map(|(name, address)| Some((name, wallet(app, address?)))).collect()
}

fn wallet(app: &App, address: Address) -> String {
    let mut said = address.to_string();
    match app.facts.on_chain(address) {
        Some(seen) if seen.has_code() => said.push_str("  deployed"),
        Some(_) => said.push_str("  no code"),
        None => {}
    }
    if app.report.account.funder == Some(address) {
        said.push_str("  ← funder");
    }
    said
}
