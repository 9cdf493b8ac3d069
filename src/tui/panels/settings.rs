//! The settings: every value with where it came from, what it wins over, and what is wrong with them.

use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::Content;
use crate::checks::Status;
use crate::facts::{SecretFile, SecretPlaces, ShownSetting, WrittenSecret};
use crate::settings::{ProblemKind, SettingProblem};
use crate::tui::state::{App, Phase};
use crate::tui::text::Page;

/// Cells of the longest name.
const LABEL: usize = 18;

pub(super) fn content(app: &App, room: Size) -> Content {
    let mut page = Page::new(app.theme, room.width.into());
    if app.phase() == Phase::Launching {
        page.text("Reading the settings", Style::new());
        return Content { lines: page.finish(), ..Content::default() };
    }
    let setup = &app.facts.setup;
    let profile = if setup.profile.is_empty() { "No profile".to_owned() } else { format!("Profile {}", setup.profile) };
    page.text(&profile, Style::new());
    if !setup.problems.is_empty() {
        page.heading("Needs attention");
        setup.problems.iter().for_each(|problem| trouble(app, problem, &mut page));
    }
    page.heading("Effective settings");
    let (chosen, rest): (Vec<_>, Vec<_>) =
        setup.shown.iter().partition(|shown| !matches!(shown.source.as_str(), "" | "default"));
    for shown in chosen {
        row(app, shown, &mut page);
    }
    if !rest.is_empty() {
        page.heading("Not set, or default");
        for shown in rest {
            row(app, shown, &mut page);
        }
    }
    files(app, &mut page);
    page.heading("Precedence");
    page.text("A flag, then the environment, then .env, then the profile, then the default", Style::new());
    Content { lines: page.finish(), ..Content::default() }
}

fn row(app: &App, shown: &ShownSetting, page: &mut Page) {
    let source: Vec<String> = Some(&shown.source).filter(|source| !source.is_empty()).cloned().into_iter().collect();
    page.with_source(&shown.name, LABEL, &shown.value, &source, false);
    // names of variables are long, and are not to be broken
    let indent = if page.width() < 3 * LABEL { 2 } else { LABEL + 2 };
    for other in &shown.overridden {
        page.beside(vec![Span::raw(" ".repeat(indent))], &format!("takes precedence over {other}"), app.theme.dim());
    }
}

fn trouble(app: &App, problem: &SettingProblem, page: &mut Page) {
    let status = match problem.kind {
        ProblemKind::Invalid => Status::Fail,
        kind if kind.is_note() => Status::Note,
        _ => Status::Warn,
    };
    let sign = format!("{} {}  ", app.theme.symbol(status, app.now_ms), status.word());
    page.beside(vec![Span::styled(sign, app.theme.status(status))], &problem.text, Style::new());
    page.beside(vec![Span::raw("        ")], &problem.fix, Style::new().add_modifier(Modifier::BOLD));
}

/// The files that hold secrets, and who else may see them.
fn files(app: &App, page: &mut Page) {
    let Some(SecretPlaces { files, scripts }) = app.facts.secret_files.known() else { return };
    if files.is_empty() && scripts.is_empty() {
        return;
    }
    page.heading("Files with secrets");
    for file in files {
        page.point(&format!("{}: {}", file.path, seen_by(file)));
    }
    for WrittenSecret { path, line, what } in scripts {
        page.point(&format!("{path}: {what} in line {line}"));
    }
}

fn seen_by(file: &SecretFile) -> String {
    let mode = match file.mode {
        Some(mode) if mode & 0o077 != 0 => format!("mode {mode:04o}, others can read it"),
        Some(mode) => format!("mode {mode:04o}, only you can read it"),
        None => "permissions unknown".to_owned(),
    };
    format!("{mode}; {}", file.git)
}
