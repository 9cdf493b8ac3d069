//! The error reference: what each sentence means, what causes it and what tells the causes apart.

use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};

use super::Content;
use crate::cause::Cause;
use crate::reference::{self, Entry, ErrorEntry};
use crate::tui::state::App;
use crate::tui::text::Page;

pub(super) fn content(app: &App, room: Size) -> Content {
    let query = app.panels.errors.query.text();
    let found = reference::search(query);
    let mut page = Page::new(app.theme, room.width.into());
    if found.is_empty() {
        page.text("No known error, cause or check matches", Style::new());
    }
    for entry in &found {
        match entry {
            Entry::Error(error) => sentence(error, &mut page),
            Entry::Cause(cause) => of_cause(*cause, &mut page),
            Entry::Check(check) => page.heading(&format!("{}: {}", check.id, crate::checks::words(check.id).title)),
            Entry::Term(term) => {
                page.heading(&term.name);
                page.text(&term.meaning, Style::new());
            }
        }
    }
    let title = if query.is_empty() { String::new() } else { format!("/{}", app.theme.say(query)) };
    Content { title, corner: found.len().to_string(), lines: page.finish(), ..Content::default() }
}

fn sentence(error: &ErrorEntry, page: &mut Page) {
    let status = error.status.filter(|_| !error.is_status()).map_or_else(String::new, |status| format!("{status} "));
    page.heading(&format!("{status}{}", reference::varied(&error.text)));
    page.text(&format!("{}: {}", error.said_by, error.meaning), Style::new());
    for weighted in &error.causes {
        page.point(&format!("{}: {}", weighted.cause.name(), weighted.cause.words().title));
    }
    for decides in &error.decides {
        page.text(&format!("To narrow it down: {decides}"), Style::new());
    }
    for said in error.harmless.iter().chain(&error.myth) {
        page.text(said, Style::new().add_modifier(Modifier::ITALIC));
    }
}

fn of_cause(cause: Cause, page: &mut Page) {
    page.heading(cause.name());
    page.text(&cause.words().title, Style::new());
    page.text(&format!("Fix: {}", cause.words().fix), Style::new());
}
