//! The line of all panels with their keys.

use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::keys;
use super::state::App;
use super::state::panel::PanelId;

/// How a line is written: the letters of each name at most, a gap between key and name, and one between panels.
#[derive(Clone, Copy)]
struct Form {
    letters: usize,
    inner: usize,
    outer: usize,
}

/// The fullest first. The last one is taken where none fits, and cut.
fn forms() -> impl Iterator<Item = Form> {
    const WHOLE: usize = 11;
    let spaced = (3..=WHOLE).rev().map(|letters| Form { letters, inner: 1, outer: 1 });
    let joined = (1..=4).rev().map(|letters| Form { letters, inner: 0, outer: 1 });
    std::iter::once(Form { letters: WHOLE, inner: 1, outer: 2 }).chain(spaced).chain(joined)
}

/// Every panel with its key, as far as they fit with all others; the one with the focus whole and marked.
pub(super) fn line(app: &App, width: usize) -> Line<'static> {
    let written = |form: Form| PanelId::ALL.map(|panel| name(app, panel, form.letters));
    let cells = |form: Form| {
        let names: usize = written(form).iter().map(|name| display_width(name)).sum();
        names + PanelId::ALL.len() * (1 + form.inner + form.outer)
    };
    let form = forms().find(|form| cells(*form) <= width).unwrap_or(Form { letters: 1, inner: 0, outer: 1 });
    let mut line = Line::default();
    for (panel, name) in PanelId::ALL.into_iter().zip(written(form)) {
        let is_shown = app.shown.focus == panel;
        let gap = " ".repeat(form.outer.saturating_sub(1));
        line.push_span(Span::raw(gap + if is_shown { app.theme.cursor() } else { " " }));
        let key = keys::of_panel(panel).map(String::from).unwrap_or_default();
        line.push_span(Span::from(key).bold());
        let name = format!("{}{name}", " ".repeat(form.inner));
        line.push_span(if is_shown { Span::from(name).bold() } else { Span::styled(name, app.theme.dim()) });
    }
    app.theme.cut_line(line, width)
}

fn name(app: &App, panel: PanelId, letters: usize) -> String {
    let letters = if app.shown.focus == panel { usize::MAX } else { letters };
    panel.name().chars().take(letters).collect()
}
