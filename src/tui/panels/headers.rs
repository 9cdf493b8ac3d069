//! The headers of a request that a person edits, and the exact message that is signed, byte by byte.

use alloy_primitives::hex;
use crossterm::event::KeyCode;
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Content, PanelKey};
use crate::auth::explain::{self, Part, Section};
use crate::checks::Status;
use crate::headers::{Level, Shown};
use crate::tui::key::{char, plain};
use crate::tui::state::App;
use crate::tui::state::action::{Action, Headers};
use crate::tui::state::panels::headers::{SETS, SignedSets};
use crate::tui::text::Page;

pub(super) const KEYS: &[PanelKey] = &[
    PanelKey {
        keys: &[plain(KeyCode::Enter)],
        label: "Enter",
        help: "edit the request and sign it again",
        footer: |app| Some(if app.panels.headers.open { "sign" } else { "edit" }),
        action: Action::Headers(Headers::Edit),
    },
    // while a field is open, it takes Tab itself
    PanelKey {
        keys: &[],
        label: "Tab",
        help: "while the request is edited: the next field",
        footer: |app| app.panels.headers.open.then_some("next field"),
        action: Action::Headers(Headers::NextField),
    },
    PanelKey {
        keys: &[char('v')],
        label: "v",
        help: "headers to show and copy: L2, L2 with builder, builder, L1, Polymarket US",
        footer: |app| closed(app).then(|| SETS[app.panels.headers.next()].name),
        action: Action::Headers(Headers::NextSet),
    },
    PanelKey {
        keys: &[char('y')],
        label: "y",
        help: "sign the request again and copy it as curl, which reads the passphrase from its variable",
        footer: |app| closed(app).then_some("copy curl"),
        action: Action::Headers(Headers::SignAndCopy),
    },
];

fn closed(app: &App) -> bool {
    !app.panels.headers.open
}

const LABELS: [&str; 4] = ["method", "path", "body", "timestamp"];
/// The longest label and a gap.
const INDENT: usize = 11;

pub(super) fn content(app: &App, room: Size) -> Content {
    let state = &app.panels.headers;
    let mut page = Page::new(app.theme, room.width.into());
    let caret = request(app, usize::from(room.width), &mut page);
    match &state.signed {
        Some(signed) => sets(app, signed, room, &mut page),
        None if state.timestamp().is_err() => {
            page.gap();
            page.text("The timestamp is not a number of Unix seconds; leave it empty for now", warn(app));
        }
        None if state.open => {
            page.gap();
            page.text("Enter signs it; nothing is sent", app.theme.dim());
        }
        None => {}
    }
    Content {
        title: state.chosen().name.to_owned(),
        cursor: state.open.then_some(state.row),
        caret,
        lines: page.finish(),
        ..Content::default()
    }
}

fn warn(app: &App) -> Style {
    app.theme.status(Status::Warn)
}

/// The fields, one a line, and where the caret stands.
fn request(app: &App, width: usize, page: &mut Page) -> Option<(usize, usize)> {
    let state = &app.panels.headers;
    let room = width.saturating_sub(INDENT);
    let mut caret = None;
    for (row, (label, field)) in LABELS.iter().zip(&state.fields).enumerate() {
        let open = state.open && state.row == row;
        let (typed, column) = field.view(app.theme, room);
        let (value, style) = match row {
            _ if open => (typed, Style::new()),
            3 if field.is_empty() => (now(app), app.theme.dim()),
            _ if field.is_empty() => ("none".to_owned(), app.theme.dim()),
            _ => (app.theme.fit(&explain::visible(field.text(), app.theme.ascii), room), Style::new()),
        };
        if open {
            caret = Some((row, INDENT + column));
        }
        let mark = if open { app.theme.cursor() } else { " " };
        let label = Span::styled(format!("{mark}{label:<10}"), app.theme.dim());
        page.line(Line::from(vec![label, Span::styled(value, style)]));
    }
    caret
}

fn now(app: &App) -> String {
    let stamp = app.panels.headers.signed.as_ref().map(|signed| signed.timestamp);
    let stamp = stamp.map_or_else(|| "now".to_owned(), |stamp| format!("now: {stamp}"));
    if app.ahead_s() == 0 { stamp } else { format!("{stamp} (server time)") }
}

/// The chosen headers with their message, then the others.
fn sets(app: &App, signed: &SignedSets, room: Size, page: &mut Page) {
    let chosen = app.panels.headers.chosen().levels;
    let is_chosen = |level: &Level| chosen.contains(level);
    let of = |wanted: bool| signed.sets.iter().filter(move |(level, _)| is_chosen(level) == wanted);
    for (level, set) in of(true) {
        headers(app, *level, set, page);
    }
    let shown: Vec<&Shown> = of(true).filter_map(|(_, set)| set.as_ref().ok()).collect();
    let mut remarks: Vec<&String> = shown.iter().flat_map(|set| &set.remarks).collect();
    remarks.dedup();
    if !remarks.is_empty() {
        page.heading("What a server would reject");
        for remark in remarks {
            page.text(&format!("! {remark}"), warn(app));
        }
    }
    if let Some(first) = shown.first() {
        for section in &first.explanation.sections {
            message(app, section, room, page);
        }
        page.heading("Signed by");
        shown.iter().flat_map(|set| &set.explanation.signed_by).for_each(|signed_by| page.point(signed_by));
    }
    for (level, set) in of(false) {
        headers(app, *level, set, page);
    }
}

fn headers(app: &App, level: Level, set: &Result<Shown, String>, page: &mut Page) {
    page.heading(&format!("{}, by {}", level.name(), level.key()));
    match set {
        Ok(set) => page.fields(set.headers.iter().map(|(name, value)| (*name, value.as_str()))),
        Err(why) => page.text(why, app.theme.dim()),
    }
}

/// Parts with nothing between: as text and as bytes, or with the hashes that they stand for.
fn message(app: &App, section: &Section, room: Size, page: &mut Page) {
    page.heading(&format!("{}, {} bytes", section.title, section.bytes().len()));
    if let Some(hash) = &section.hash {
        for Part { label, text, bytes } in section.parts.iter().chain([hash]) {
            page.whole(&format!("{label}  {text}"), Style::new());
            page.whole(&format!("  {}", hex::encode(bytes)), app.theme.dim());
        }
        return;
    }
    for Part { label, text, .. } in &section.parts {
        let text = if text.is_empty() { "none".to_owned() } else { explain::visible(text, app.theme.ascii) };
        page.whole(&format!("{label:<10} {text}"), Style::new());
    }
    let a_row = match room.width {
        63.. => 16,
        35.. => 8,
        _ => 4,
    };
    for row in explain::hex_rows(&section.bytes(), a_row) {
        page.line(Line::styled(row, app.theme.dim()));
    }
}
