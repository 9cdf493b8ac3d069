//! The one table of keys: it drives the handler, the footer and the help, so they cannot disagree.

use crossterm::event::{KeyCode, KeyEvent};

use super::key::{Key, char, ctrl, plain, pressed};
use super::panels;
use super::state::action::Action;
use super::state::panel::PanelId;
use super::state::{App, Mode, Phase};

pub struct Binding {
    keys: &'static [Key],
    /// The keys as footer and help write them.
    pub label: &'static str,
    pub(in crate::tui) action: Action,
    pub help: &'static str,
    /// The word in the footer, while the key does something that is worth the place.
    pub footer: fn(&App) -> Option<&'static str>,
}

const fn bind(keys: &'static [Key], label: &'static str, action: Action, help: &'static str) -> Binding {
    Binding { keys, label, action, help, footer: |_| None }
}

impl Binding {
    /// What lies over the panels takes most keys, and says itself what they do there.
    pub fn works_in(&self, mode: &Mode) -> bool {
        match mode {
            Mode::Panels => true,
            Mode::Sheet { .. } => self.action == Action::Back,
            Mode::Search | Mode::Symptom | Mode::Market(_) | Mode::Menu(_) | Mode::Asking(_) | Mode::FirstRun(_) => {
                false
            }
        }
    }

    const fn footer(self, footer: fn(&App) -> Option<&'static str>) -> Self {
        Self { footer, ..self }
    }
}

/// The keys of the panels by their numbers, as they stand in the row of digits: `0` is 10, and the two
/// keys after it are 11 and 12. The last panels have letters.
const NUMBERS: &[Key] = &[
    char('1'),
    char('2'),
    char('3'),
    char('4'),
    char('5'),
    char('6'),
    char('7'),
    char('8'),
    char('9'),
    char('0'),
    char('-'),
    char('='),
    char('i'),
    char('L'),
];

/// The key that goes to a panel.
pub fn of_panel(panel: PanelId) -> Option<char> {
    match NUMBERS.get(panel as usize) {
        Some((_, KeyCode::Char(c))) => Some(*c),
        _ => None,
    }
}

/// In the order of help and footer; a narrow footer drops the later ones.
pub const BINDINGS: &[Binding] = &[
    bind(&[char('q')], "q", Action::Quit, "quit").footer(|_| Some("quit")),
    bind(&[ctrl('c')], "Ctrl-C", Action::Interrupt, "quit, also while typing"),
    bind(&[char('?')], "?", Action::Help, "this help").footer(|_| Some("help")),
    bind(&[plain(KeyCode::Esc)], "Esc", Action::Back, "back; clear the filter; stop the run and keep its results")
        .footer(esc_word),
    bind(&[plain(KeyCode::Enter)], "Enter", Action::Open, "open the check")
        .footer(|app| (app.shown.focus == PanelId::Checks && app.selected().is_some()).then_some("open")),
    bind(&[char('n')], "n", Action::NextProblem, "next problem")
        .footer(|app| has_problem(app).then_some("next problem")),
    bind(&[char('N')], "N", Action::PreviousProblem, "previous problem"),
    bind(&[char('y')], "y", Action::Copy, "copy the fix of this check (OSC 52)")
        .footer(|app| panels::copyable(app).map(|(_, word)| word)),
    bind(&[char('F')], "F", Action::ApplyFix, "apply the fix to the settings file; asks first")
        .footer(|app| app.wanted_fix().filter(|_| panels::shows_check(app) && app.is_live()).map(|_| "apply fix")),
    bind(&[char('Y')], "Y", Action::CopyReport, "copy the report as Markdown, for sharing")
        .footer(|app| (app.phase() == Phase::Over).then_some("report")),
    bind(&[char('s')], "s", Action::SaveReport, "save the report to a new file in this folder"),
    bind(&[char('r')], "r", Action::Again, "run this check again, with its dependencies").footer(|app| {
        let can = app.phase() == Phase::Over && app.selected().is_some() && panels::shows_check(app) && app.is_live();
        can.then_some("again")
    }),
    bind(&[char('R')], "R", Action::AllAgain, "run all checks again")
        .footer(|app| (app.phase() == Phase::Over && app.is_live()).then_some("all again")),
    bind(&[char('f')], "f", Action::ProblemsOnly, "show problems only, or all checks")
        .footer(|app| Some(if app.panels.checklist.problems_only { "show all" } else { "problems only" })),
    bind(&[char('e')], "e", Action::Symptom, "enter the error you got, to include it in the diagnosis")
        .footer(|app| (app.phase() == Phase::Over).then_some("add error")),
    bind(
        &[char('/')],
        "/",
        Action::Search,
        "filter the checks by words or an error message; in Errors, Builder and Fleet: search",
    )
    .footer(|app| Some(panels::search_word(app.shown.focus).unwrap_or("filter"))),
    bind(&[char('x')], "x", Action::Offers, "actions of this panel; each asks first")
        .footer(|app| (!panels::offers(app).is_empty()).then_some("actions")),
    bind(&[plain(KeyCode::Tab), plain(KeyCode::Right), char('l')], "Tab → l", Action::NextPanel, "next panel"),
    bind(
        &[plain(KeyCode::BackTab), plain(KeyCode::Left), char('h')],
        "Shift-Tab ← h",
        Action::PreviousPanel,
        "previous panel",
    ),
    bind(NUMBERS, "1…9 0 - = i L", Action::NumberedPanel, "go to panel 1 to 9, 10, 11, 12, 13 (Inspect) or 14 (Live)"),
    bind(
        &[char(':'), char('p'), ctrl('p')],
        ": p",
        Action::ChoosePanel,
        "find a panel or an action by name (also Ctrl-P); :q quits",
    )
    .footer(|_| Some("panels")),
    bind(&[char('j'), plain(KeyCode::Down)], "j ↓", Action::Down, "down"),
    bind(&[char('k'), plain(KeyCode::Up)], "k ↑", Action::Up, "up"),
    bind(&[char('g'), plain(KeyCode::Home)], "g Home", Action::First, "to the top"),
    bind(&[char('G'), plain(KeyCode::End)], "G End", Action::Last, "to the end"),
    bind(&[ctrl('d')], "Ctrl-D", Action::HalfPageDown, "half a page down"),
    bind(&[ctrl('u')], "Ctrl-U", Action::HalfPageUp, "half a page up"),
    bind(&[plain(KeyCode::PageDown)], "PgDn", Action::PageDown, "a page down"),
    bind(&[plain(KeyCode::PageUp)], "PgUp", Action::PageUp, "a page up"),
    bind(&[char('w')], "w", Action::Watch, "watch clock, network and credentials every 30 s, or stop").footer(|app| {
        match app.watching.every {
            Some(_) => Some("stop watching"),
            None => (app.phase() == Phase::Over && app.is_live()).then_some("watch"),
        }
    }),
    bind(&[char('P')], "P", Action::ChooseProfile, "switch profile")
        .footer(|app| (!app.about.profiles.is_empty()).then_some("profiles")),
    bind(&[char('m')], "m", Action::Mouse, "mouse on or off; while it is on, hold Shift to select text"),
    bind(&[char('a')], "a", Action::Addresses, "show wallet addresses in full or shortened"),
    bind(&[char('t')], "t", Action::NextPalette, "next palette"),
    bind(&[ctrl('l')], "Ctrl-L", Action::Redraw, "redraw the screen"),
    bind(&[ctrl('z')], "Ctrl-Z", Action::Suspend, "suspend; fg resumes"),
];

/// What moves about or chooses, which nobody looks for by name.
const UNNAMED: &[Action] = &[
    Action::Interrupt,
    Action::Back,
    Action::Open,
    Action::NextPanel,
    Action::PreviousPanel,
    Action::NumberedPanel,
    Action::ChoosePanel,
    Action::Offers,
    Action::Down,
    Action::Up,
    Action::First,
    Action::Last,
    Action::HalfPageDown,
    Action::HalfPageUp,
    Action::PageDown,
    Action::PageUp,
    Action::Quit,
];

/// The keys whose actions are found by name.
pub(super) fn named() -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(|binding| !UNNAMED.contains(&binding.action))
}

/// What a key asks for.
pub fn action(key: KeyEvent) -> Option<Action> {
    let pressed = pressed(key);
    let binding = BINDINGS.iter().find(|binding| binding.keys.contains(&pressed))?;
    match binding.action {
        Action::NumberedPanel => {
            let number = NUMBERS.iter().position(|key| *key == pressed)?;
            PanelId::ALL.get(number).copied().map(Action::Panel)
        }
        action => Some(action),
    }
}

fn esc_word(app: &App) -> Option<&'static str> {
    if !matches!(app.mode, Mode::Panels) {
        Some("close")
    } else if app.shown.focus != PanelId::Checks {
        Some("back")
    } else if app.has_filter() {
        Some("clear filter")
    } else {
        (app.phase() == Phase::Running).then_some("stop")
    }
}

fn has_problem(app: &App) -> bool {
    app.report.checks.iter().any(|check| check.status.is_problem())
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn no_key_is_bound_twice() {
        let mut keys: Vec<_> = BINDINGS.iter().flat_map(|binding| binding.keys).collect();
        let all = keys.len();
        keys.sort_by_key(|key| format!("{key:?}"));
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn every_panel_has_a_key_of_its_own_in_the_row_of_digits() {
        for panel in PanelId::ALL {
            let key = of_panel(panel).expect("a key for each panel");
            assert_eq!(action(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE)), Some(Action::Panel(panel)));
        }
        assert_eq!(of_panel(PanelId::ALL[9]), Some('0'));
    }

    #[test]
    fn shift_makes_no_difference_and_digits_name_panels() {
        let press = |modifiers, code| action(KeyEvent::new(code, modifiers));
        assert_eq!(press(KeyModifiers::SHIFT, KeyCode::Char('R')), Some(Action::AllAgain));
        assert_eq!(press(KeyModifiers::NONE, KeyCode::Char('R')), Some(Action::AllAgain));
        assert_eq!(press(KeyModifiers::SHIFT, KeyCode::BackTab), Some(Action::PreviousPanel));
        assert_eq!(press(KeyModifiers::NONE, KeyCode::Char('3')), Some(Action::Panel(PanelId::Identity)));
        assert_eq!(press(KeyModifiers::ALT, KeyCode::Char('q')), None);
    }
}
