//! Who signs for whom: the few values that decide everything else, each with where it came from.

use ratatui::layout::Size;
use ratatui::style::Style;

use super::Content;
use crate::facts::{CredentialsFact, KeyFact};
use crate::settings::{Source, Sourced, Venue};
use crate::tui::state::{App, Phase};
use crate::tui::text::Page;

pub(super) fn content(app: &App, room: Size) -> Content {
    let mut page = Page::new(app.theme, room.width.into());
    if app.phase() == Phase::Launching {
        page.text("Reading the settings", Style::new());
        return Content { lines: page.finish(), ..Content::default() };
    }
    for (label, value, source) in in_force(app) {
        page.with_source(label, LABEL, &value, &source, true);
    }
    let problems = app.facts.setup.problems.len();
    if problems > 0 {
        page.gap();
        page.text(&format!("{problems} need attention: see the panel Settings"), Style::new());
    }
    Content { lines: page.finish(), ..Content::default() }
}

/// Cells of the longest label.
const LABEL: usize = 7;

/// A label, a value, and the forms that its source may take.
type Row = (&'static str, String, Vec<String>);

/// The few values that decide everything else, at the venues that are looked at.
fn in_force(app: &App) -> Vec<Row> {
    let setup = &app.facts.setup;
    let us = setup.us.as_ref().filter(|_| setup.venues.has(Venue::Us)).map(|us| {
        let (id, source) =
            said(us.key_id.as_ref(), |id| if app.theme.full_addresses { id.clone() } else { app.theme.fit(id, 13) });
        ("us key", id, source)
    });
    if !setup.venues.has(Venue::Global) {
        return us.into_iter().collect();
    }
    let key_id = |set: &Option<CredentialsFact>| {
        let key = set.as_ref().and_then(|set| set.key.as_ref());
        said(key, |id| if app.theme.full_addresses { id.clone() } else { app.theme.fit(id, 13) })
    };
    let chain = setup.chain_id.clone().unwrap_or(Sourced::new(setup.chain(), Source::Default));
    let row = |label, (value, source)| (label, value, source);
    let of_clob = [
        row("signer", said(setup.key.as_ref(), signer)),
        row("funder", said(setup.funder.as_ref(), ToString::to_string)),
        row("type", said(setup.signature_type.as_ref(), ToString::to_string)),
        row("chain", said(Some(&chain), ToString::to_string)),
        row("api key", key_id(&setup.credentials)),
        row("builder", key_id(&setup.builder)),
    ];
    of_clob.into_iter().chain(us).collect()
}

fn signer(key: &KeyFact) -> String {
    match key {
        KeyFact::Usable { signer, .. } => signer.to_string(),
        KeyFact::Unusable { .. } => "none: the key is not valid".to_owned(),
    }
}

/// A value with where it came from.
fn said<T>(setting: Option<&Sourced<T>>, value: impl FnOnce(&T) -> String) -> (String, Vec<String>) {
    setting.map_or(("not set".to_owned(), Vec::new()), |setting| (value(&setting.value), forms(&setting.source)))
}

/// How a source may be said, the fullest first. A file is only called by its name where that is marked as
/// the end of a longer path: another file may have the same name.
fn forms(source: &Source) -> Vec<String> {
    let short = match source {
        Source::EnvFile { path, line, .. } => {
            let end = end(path);
            vec![format!("{path} line {line}"), format!("{end} line {line}"), format!("{end}:{line}")]
        }
        Source::Profile { name, .. } => vec![format!("profile {name}")],
        Source::Flag { name } => vec![name.clone()],
        Source::File { path } => vec![format!("file {}", end(path)), end(path)],
        Source::PolymarketCli { .. } => vec!["polymarket-cli".to_owned()],
        Source::Variable { .. } | Source::StandardInput | Source::Typed | Source::Inferred { .. } | Source::Default => {
            Vec::new()
        }
    };
    [vec![source.to_string()], short].concat()
}

/// The name of a file, with a mark where it is not the whole path.
fn end(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if name == path { name.to_owned() } else { format!("…/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_elsewhere_is_never_called_like_one_in_this_folder() {
        let source = |path: &str| Source::EnvFile { path: path.to_owned(), line: 10, name: "FUNDER".to_owned() };
        for form in forms(&source("/srv/bots/main.env")) {
            assert!(form.contains("main.env") && !form.starts_with("main.env"), "{form}");
        }
        assert_eq!(forms(&source(".env")).last().map(String::as_str), Some(".env:10"));
        assert!(forms(&source("/srv/bots/.env")).iter().all(|form| !form.starts_with(".env")));
    }
}
