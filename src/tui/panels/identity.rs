//! Who signs for whom: the values in force, each with where it came from, and the wallets of the key.

use alloy_primitives::Address;
use ratatui::layout::Size;
use ratatui::style::Style;

use super::{Content, Panel, Place};
use crate::report::DerivedWallets;
use crate::settings::Source;
use crate::tui::app::{App, Phase};
use crate::tui::text::Page;

pub(super) const PANEL: Panel = Panel { name: "Identity", place: Place::UnderList, content };

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
fn in_force(app: &App) -> [(&'static str, String); 5] {
    let setup = &app.facts.setup;
    let account = &app.report.account;
    let value = |text: Option<String>, source: Option<&Source>| match (text, source) {
        (Some(text), Some(source)) => from(&text, &source.to_string()),
        (Some(text), None) => text,
        (None, _) => "not set".to_owned(),
    };
    let credentials = setup.credentials.as_ref().and_then(|credentials| credentials.key.as_ref());
    [
        ("signer", value(account.signer.map(|it| it.to_string()), setup.key.as_ref().map(|key| &key.source))),
        ("funder", value(account.funder.map(|it| it.to_string()), setup.funder.as_ref().map(|it| &it.source))),
        (
            "type",
            value(account.signature_type.map(|it| it.to_string()), setup.signature_type.as_ref().map(|it| &it.source)),
        ),
        ("chain", value(Some(app.report.target.chain_id.to_string()), setup.chain_id.as_ref().map(|it| &it.source))),
        ("api key", value(credentials.map(|key| key.value.clone()), credentials.map(|key| &key.source))),
    ]
}

fn from(value: &str, source: &str) -> String {
    if source.is_empty() { value.to_owned() } else { format!("{value}   from {source}") }
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
