//! Who signs for whom: the few values that decide everything else, each with where it came from.

use ratatui::layout::Size;
use ratatui::style::Style;

use super::{Content, Panel, Place};
use crate::engine::facts::{CredentialsFact, KeyFact};
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
    for (label, value, source) in in_force(app) {
        page.sourced(label, LABEL, &value, &source);
    }
    let problems = app.facts.setup.problems.len();
    if problems > 0 {
        page.gap();
        page.text(&format!("{problems} of the settings need a look: see the panel Settings"), Style::new());
    }
    Content { lines: page.finish(), ..Content::default() }
}

/// Cells of the longest label.
const LABEL: usize = 7;

/// A label, a value, and the forms that its source may take.
type Row = (&'static str, String, Vec<String>);

/// The few values that decide everything else.
fn in_force(app: &App) -> [Row; 6] {
    let setup = &app.facts.setup;
    let key_id = |set: &Option<CredentialsFact>| {
        let key = set.as_ref().and_then(|set| set.key.as_ref());
        said(key, |id| if app.theme.full_addresses { id.clone() } else { app.theme.fit(id, 13) })
    };
    let chain = setup.chain_id.clone().unwrap_or(Sourced::new(setup.chain(), Source::Default));
    let row = |label, (value, source)| (label, value, source);
    [
        row("signer", said(setup.key.as_ref(), signer)),
        row("funder", said(setup.funder.as_ref(), ToString::to_string)),
        row("type", said(setup.signature_type.as_ref(), ToString::to_string)),
        row("chain", said(Some(&chain), ToString::to_string)),
        row("api key", key_id(&setup.credentials)),
        row("builder", key_id(&setup.builder)),
    ]
}

fn signer(key: &KeyFact) -> String {
    match key {
        KeyFact::Usable { signer, .. } => signer.to_string(),
        KeyFact::Unusable { .. } => "none: the key cannot be used".to_owned(),
    }
}

/// A value with where it came from.
fn said<T>(setting: Option<&Sourced<T>>, value: impl FnOnce(&T) -> String) -> (String, Vec<String>) {
    setting.map_or(("not set".to_owned(), Vec::new()), |setting| (value(&setting.value), forms(&setting.source)))
}

/// How a source may be said, the fullest first; a name is never cut.
fn forms(source: &Source) -> Vec<String> {
    let short = match source {
        Source::Variable { name } => vec![name.clone(), "env".to_owned()],
        Source::EnvFile { line, name, .. } => vec![format!("{name}, line {line}"), format!(".env line {line}")],
        Source::Profile { name, .. } => vec![format!("profile {name}"), "profile".to_owned()],
        Source::Flag { name } => vec![name.clone(), "flag".to_owned()],
        Source::File { .. } => vec!["file".to_owned()],
        Source::PolymarketCli { .. } => vec!["polymarket-cli".to_owned()],
        Source::StandardInput | Source::Typed | Source::Inferred { .. } | Source::Default => Vec::new(),
    };
    [vec![source.to_string()], short].concat()
}
