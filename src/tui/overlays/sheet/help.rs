//! The help: the table of keys, and what the symbols mean.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use crate::checks::Status;
use crate::tui::keys::BINDINGS;
use crate::tui::panels;
use crate::tui::state::App;
use crate::tui::state::action::Action;
use crate::tui::text::Page;

const MEANINGS: [(Status, &str); 8] = [
    (Status::Pass, "verified"),
    (Status::Note, "nothing wrong, but worth knowing"),
    (Status::Warn, "works now, but will cause trouble"),
    (Status::Fail, "orders or authentication will be rejected"),
    (Status::Unknown, "could not be determined: network error, timeout or unexpected reply"),
    (Status::Skip, "a check it depends on did not pass; see the detail"),
    (Status::Running, "started"),
    (Status::Waiting, "not started"),
];

/// The headings, in this order.
const GROUPS: [&str; 5] = ["Results", "Runs", "Panels", "Moving", "Screen"];

/// The heading that a key stands under.
fn group(action: Action) -> &'static str {
    match action {
        Action::Open
        | Action::NextProblem
        | Action::PreviousProblem
        | Action::Copy
        | Action::ApplyFix
        | Action::CopyReport
        | Action::SaveReport
        | Action::ProblemsOnly
        | Action::Symptom
        | Action::Search => "Results",
        Action::Again | Action::AllAgain | Action::Watch | Action::ChooseProfile => "Runs",
        Action::Offers
        | Action::NextPanel
        | Action::PreviousPanel
        | Action::NumberedPanel
        | Action::Panel(_)
        | Action::ChoosePanel => "Panels",
        Action::Down
        | Action::Up
        | Action::First
        | Action::Last
        | Action::HalfPageDown
        | Action::HalfPageUp
        | Action::PageDown
        | Action::PageUp => "Moving",
        _ => "Screen",
    }
}

pub(super) fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    let label = BINDINGS.iter().map(|binding| display_width(binding.label)).max().unwrap_or_default();
    let own = panels::keys(app.shown.focus);
    if !own.is_empty() {
        page.heading(&format!("In {}", app.shown.focus.name()));
        for own in own {
            page.field(own.label, label, own.help);
        }
    }
    for heading in GROUPS {
        page.heading(heading);
        for binding in BINDINGS.iter().filter(|binding| group(binding.action) == heading) {
            page.field(binding.label, label, binding.help);
        }
    }
    page.heading("Symbols");
    for (status, meaning) in MEANINGS {
        let sign = format!("{} {:<4}  ", app.theme.symbol(status, app.now_ms), status.word());
        page.beside(vec![Span::styled(sign, app.theme.status(status))], meaning, Style::new());
    }
    page.gap();
    page.text("Running the checks changes nothing: no order is placed, no key is created.", Style::new());
    page.text(&format!("Palette: {}", app.theme.palette.name()), app.theme.dim());
    page.finish()
}
