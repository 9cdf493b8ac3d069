//! The headers of a request that a person edits, and the exact message that is signed, byte by byte.

use alloy_primitives::hex;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Content, Panel, PanelKey, Place, Typing};
use crate::auth::explain::{self, Part, Section};
use crate::checks::Status;
use crate::endpoints;
use crate::facts::clock::{self, Drift};
use crate::headers::{Level, Shown};
use crate::secret::Secret;
use crate::tui::app::{App, Command};
use crate::tui::field::Field;
use crate::tui::keys::{char, plain};
use crate::tui::task::Task;
use crate::tui::text::Page;

pub(super) const PANEL: Panel = Panel {
    keys: KEYS,
    typing: Some(TYPING),
    // `y` is a key of its own: what it copies is signed first
    copy: Some(|_| None),
    while_shown: Some(|app| sign(app, &[])),
    ..Panel::new("Headers", Place::Main, content)
};

const KEYS: &[PanelKey] = &[
    PanelKey {
        keys: &[plain(KeyCode::Enter)],
        label: "Enter",
        help: "edit the request, and sign it again",
        footer: |app| Some(if app.panels.headers.open { "sign" } else { "edit" }),
        act: |app| {
            app.panels.headers.open = true;
            None
        },
    },
    // while a field is open, it takes Tab itself
    PanelKey {
        keys: &[],
        label: "Tab",
        help: "while the request is edited: the next field",
        footer: |app| app.panels.headers.open.then_some("next field"),
        act: |_| None,
    },
    PanelKey {
        keys: &[char('v')],
        label: "v",
        help: "whose message is shown and copied: L2, L2 with builder, builder, L1",
        footer: |app| closed(app).then(|| SETS[app.panels.headers.next()].name),
        act: |app| {
            app.panels.headers.set = app.panels.headers.next();
            app.to_top();
            None
        },
    },
    PanelKey {
        keys: &[char('y')],
        label: "y",
        help: "sign the request anew and copy it as curl, which takes the passphrase from its variable",
        footer: |app| closed(app).then_some("copy curl"),
        act: |app| sign(app, app.panels.headers.chosen().levels).map(Command::Start),
    },
];

fn closed(app: &App) -> bool {
    !app.panels.headers.open
}

const TYPING: Typing = Typing {
    is_open: |app| app.panels.headers.open,
    field: |app| {
        let state = &mut app.panels.headers;
        &mut state.fields[state.row]
    },
    changed: |app| app.panels.headers.signed = None,
    key: edit,
};

/// What `v` goes through.
struct Set {
    name: &'static str,
    levels: &'static [Level],
}

const SETS: &[Set] = &[
    Set { name: "L2", levels: &[Level::L2] },
    Set { name: "L2 with builder", levels: &[Level::L2, Level::Builder] },
    Set { name: "builder", levels: &[Level::Builder] },
    Set { name: "L1", levels: &[Level::L1] },
];

const LABELS: [&str; 4] = ["method", "path", "body", "timestamp"];
/// The longest label and a gap.
const INDENT: usize = 11;

#[derive(Debug)]
pub struct State {
    /// By [`LABELS`].
    fields: [Field; 4],
    row: usize,
    /// Whether a field is typed into.
    open: bool,
    /// In [`SETS`].
    set: usize,
    /// What was signed last, unless the request has changed since.
    signed: Option<SignedSets>,
}

impl Default for State {
    fn default() -> Self {
        let mut fields = [Field::exact(), Field::exact(), Field::exact(), Field::default()];
        fields[0].set("GET");
        fields[1].set(endpoints::API_KEYS);
        Self { fields, row: 1, open: false, set: 0, signed: None }
    }
}

impl State {
    fn chosen(&self) -> &'static Set {
        &SETS[self.set]
    }

    fn next(&self) -> usize {
        (self.set + 1) % SETS.len()
    }

    /// Unix seconds; `None` for now.
    fn timestamp(&self) -> Result<Option<i64>, ()> {
        match self.fields[3].text().trim() {
            "" | "now" => Ok(None),
            text => text.parse().map(Some).map_err(drop),
        }
    }
}

/// How far this clock is ahead of the server's, in whole seconds, where that is more than clients
/// would notice.
fn ahead_s(app: &App) -> i64 {
    let drift = clock::drift(&app.facts.clock).filter(|drift| drift.is_noticeable());
    // a drift beyond the limits of i64 has no clock
    #[allow(clippy::cast_possible_truncation)]
    drift.map_or(0, |drift: Drift| drift.middle_s().round() as i64)
}

/// A request that is to be signed at every level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSign {
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    /// Unix seconds; now where there are none.
    pub timestamp: Option<i64>,
    /// How far this clock is ahead of the one that `now` is stamped by, in seconds.
    pub ahead_s: i64,
    /// The levels whose headers become one command of curl.
    pub copy: &'static [Level],
}

/// What may be shown of a signed request: neither a passphrase nor a whole signature is in it.
#[derive(Clone, Debug)]
pub struct SignedSets {
    /// Unix seconds.
    pub timestamp: i64,
    pub sets: Vec<(Level, Result<Shown, String>)>,
    /// The command to copy, if one was asked for.
    pub curl: Option<Result<Secret, String>>,
}

/// The work of signing the request as it stands; none while its timestamp is no number.
fn sign(app: &App, copy: &'static [Level]) -> Option<Task> {
    let state = &app.panels.headers;
    let [method, path, body, _] = &state.fields;
    Some(Task::SignHeaders(Box::new(ToSign {
        method: method.text().to_owned(),
        path: path.text().to_owned(),
        body: (!body.is_empty()).then(|| body.text().to_owned()),
        timestamp: state.timestamp().ok()?,
        ahead_s: ahead_s(app),
        copy,
    })))
}

/// Takes in what was signed, and copies the command that was asked for.
pub(super) fn signed(app: &mut App, mut signed: SignedSets) -> Option<Command> {
    let curl = signed.curl.take();
    app.panels.headers.signed = Some(signed);
    match curl? {
        Ok(command) => Some(Command::CopyUnseen(command, "the request as curl, good for half a minute".to_owned())),
        Err(why) => {
            app.notice = Some(why);
            None
        }
    }
}

fn edit(app: &mut App, key: KeyEvent) -> Option<Command> {
    let state = &mut app.panels.headers;
    let rows = state.fields.len();
    match key.code {
        KeyCode::Tab | KeyCode::Down => state.row = (state.row + 1) % rows,
        KeyCode::BackTab | KeyCode::Up => state.row = (state.row + rows - 1) % rows,
        KeyCode::Enter | KeyCode::Esc => {
            state.open = false;
            return sign(app, &[]).map(Command::Start);
        }
        _ => {}
    }
    None
}

fn content(app: &App, room: Size) -> Content {
    let state = &app.panels.headers;
    let mut page = Page::new(app.theme, room.width.into());
    let caret = request(app, usize::from(room.width), &mut page);
    match &state.signed {
        Some(signed) => sets(app, signed, room, &mut page),
        None if state.timestamp().is_err() => {
            page.gap();
            page.text("The timestamp is no number of Unix seconds; leave it empty for now", warn(app));
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
    if ahead_s(app) == 0 { stamp } else { format!("{stamp}, by the server's clock") }
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
        page.heading("What a server would refuse");
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
