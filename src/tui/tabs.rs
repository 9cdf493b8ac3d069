//! The line of all panels with their keys.

use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::keys;
use super::state::App;
use super::state::panel::PanelId;

/// How much of each name is written.
#[derive(Clone, Copy)]
enum Names {
    Whole,
    /// The one long name is cut.
    Creds,
    Short,
    None,
}

/// How a line is written: the names, a gap between key and name, and one between panels.
#[derive(Clone, Copy)]
struct Form {
    names: Names,
    inner: usize,
    outer: usize,
}

/// The fullest first. The last one is taken where none fits, and cut.
const FORMS: [Form; 7] = [
    Form { names: Names::Whole, inner: 1, outer: 2 },
    Form { names: Names::Whole, inner: 1, outer: 1 },
    Form { names: Names::Creds, inner: 1, outer: 1 },
    Form { names: Names::Creds, inner: 0, outer: 1 },
    Form { names: Names::Short, inner: 1, outer: 1 },
    Form { names: Names::Short, inner: 0, outer: 1 },
    Form { names: Names::None, inner: 0, outer: 1 },
];

/// Every panel with its key, as far as they fit with all others; the one with the focus whole and marked.
pub(super) fn line(app: &App, width: usize) -> Line<'static> {
    let written = |form: Form| PanelId::ALL.map(|panel| name(app, panel, form.names));
    let cells = |form: Form| {
        let names: usize = written(form).iter().map(|name| display_width(name)).sum();
        names + PanelId::ALL.len() * (1 + form.inner + form.outer)
    };
    let form = FORMS.into_iter().find(|form| cells(*form) <= width).unwrap_or(FORMS[FORMS.len() - 1]);
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

fn name(app: &App, panel: PanelId, names: Names) -> &'static str {
    match (names, panel) {
        _ if app.shown.focus == panel => panel.name(),
        (Names::Creds, PanelId::Credentials) => "Creds",
        (Names::Whole | Names::Creds, _) => panel.name(),
        (Names::Short, _) => short(panel),
        (Names::None, _) => "",
    }
}

fn short(panel: PanelId) -> &'static str {
    match panel {
        PanelId::Checks => "Chk",
        PanelId::Detail => "Dtl",
        PanelId::Identity => "Id",
        PanelId::Requests => "Req",
        PanelId::Wallets => "Wlt",
        PanelId::Clock => "Clk",
        PanelId::Credentials => "Cred",
        PanelId::Headers => "Hdr",
        PanelId::Builder => "Bldr",
        PanelId::Errors => "Err",
        PanelId::Settings => "Set",
        PanelId::Fleet => "Flt",
        PanelId::Inspect => "Insp",
        PanelId::Live => "Live",
    }
}
