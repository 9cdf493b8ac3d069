//! What keys do.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{builder, credentials, first_run, fix, fleet, headers, inspect, market, requests};
use crate::tui::motion::Motion;
use crate::tui::panels::{self, PanelAction, PanelKey};
use crate::tui::state::action::Action;
use crate::tui::state::dialogue::Answer;
use crate::tui::state::load::{Load, Scope};
use crate::tui::state::menu::{Choice, Entry, Menu};
use crate::tui::state::message::Command;
use crate::tui::state::panel::PanelId;
use crate::tui::state::sheet::Sheet;
use crate::tui::state::task::Task;
use crate::tui::state::{App, Mode, Phase};
use crate::tui::{key, keys, layout, overlays, share};
use crate::watch;

impl App {
    /// Up or down while keys are text.
    pub(super) fn go_a_line(&mut self, down: bool) {
        self.go(Motion::Lines(if down { 1 } else { -1 }));
    }

    /// Moves within the panel that has the focus: the cursor of a list, the text of others.
    fn go(&mut self, motion: Motion) {
        if let Mode::Sheet { sheet, scroll } = self.mode {
            let (lines, height) = overlays::sheet::extent(self, sheet);
            self.mode = Mode::Sheet { sheet, scroll: motion.apply(scroll, lines.saturating_sub(height), height) };
            return;
        }
        self.go_in(self.shown.focus, motion);
    }

    pub(super) fn go_in(&mut self, panel: PanelId, motion: Motion) {
        let height = layout::height_of(self, panel);
        match panel {
            PanelId::Checks => {
                self.steer(|rows, cursor| Some(motion.apply(cursor, rows.len().saturating_sub(1), height)));
            }
            PanelId::Requests => requests::steer(self, motion, height),
            PanelId::Builder => builder::steer(self, motion, height),
            PanelId::Fleet => fleet::steer(self, motion, height),
            _ => self.scroll(panel, motion, height),
        }
    }

    fn scroll(&mut self, panel: PanelId, motion: Motion, height: usize) {
        let content = panels::content(self, panel);
        let furthest = content.lines.len().saturating_sub(height);
        let from = panels::scrolled(self, panel, &content, height);
        let to = motion.apply(from, furthest, height);
        // At its end, a panel that grows there goes on following.
        self.shown.scroll[panel as usize] = (!content.newest_last || to < furthest).then_some(to);
    }

    /// One step out: of the help, to the list, of the filter, of the run.
    fn back(&mut self) -> Option<Command> {
        if !matches!(self.mode, Mode::Panels) {
            self.mode = Mode::Panels;
        } else if self.shown.focus != PanelId::Checks {
            self.shown.focus_on(PanelId::Checks);
        } else if self.has_filter() {
            self.clear_filter();
        } else if self.phase() == Phase::Running || self.rereading {
            return Some(Command::Stop);
        }
        None
    }

    pub(super) fn press(&mut self, pressed: KeyEvent) -> Option<Command> {
        if pressed.kind == KeyEventKind::Release {
            return None;
        }
        self.notice = None;
        let action = keys::action(pressed);
        if let Some(action @ (Action::Interrupt | Action::Suspend | Action::Redraw)) = action {
            return self.act(action);
        }
        match &self.mode {
            Mode::Menu(_) => self.choose(pressed),
            Mode::Asking(_) => self.answer(pressed),
            Mode::FirstRun(_) => first_run::press(self, pressed),
            _ if self.is_typing() => self.type_text(pressed),
            Mode::Panels => {
                // beside other checks the key is the program's own
                let applies = |own: &&PanelKey| own.action != Action::Market || self.can_name_market();
                let mut own = panels::keys(self.shown.focus).iter().filter(applies);
                let own = own.find(|own| own.keys.contains(&key::pressed(pressed))).map(|own| own.action);
                self.act(own.or(action)?)
            }
            Mode::Sheet { .. } | Mode::Search | Mode::Symptom | Mode::Market(_) => self.act(action?),
        }
    }

    fn choose(&mut self, key: KeyEvent) -> Option<Command> {
        let Mode::Menu(menu) = &mut self.mode else { return None };
        match menu.key(key) {
            Choice::Open => {}
            Choice::Closed => self.mode = Mode::Panels,
            Choice::Picked(action) => {
                self.mode = Mode::Panels;
                return self.act(action);
            }
        }
        None
    }

    fn answer(&mut self, key: KeyEvent) -> Option<Command> {
        let furthest = overlays::dialogue::furthest(self);
        let Mode::Asking(dialogue) = &mut self.mode else { return None };
        let answer = dialogue.key(key, furthest);
        if let Answer::Open = answer {
            return None;
        }
        self.mode = Mode::Panels;
        match answer {
            Answer::Yes(command) => Some(command),
            Answer::No | Answer::Open => {
                self.notice = Some("Nothing was changed".to_owned());
                None
            }
        }
    }

    fn choose_panel(&mut self) {
        let entry = |panel: PanelId| Entry {
            label: format!("{} {}", panel.number(), panel.name()),
            note: keys::of_panel(panel)
                .filter(|_| panel.number() >= 10)
                .map_or_else(String::new, |key| format!("key {key}")),
            action: Action::Panel(panel),
        };
        let quit = Entry { label: "Quit".to_owned(), note: "key q".to_owned(), action: Action::Quit };
        let offers = panels::offers(self).into_iter().map(|offer| Entry { note: "key x".to_owned(), ..offer.entry() });
        let own = panels::keys(self.shown.focus).iter().filter(|own| (own.footer)(self).is_some());
        let own = own.map(|own| Entry::of_key(own.help, own.label, own.action));
        let general = keys::named().map(|binding| Entry::of_key(binding.help, binding.label, binding.action));
        let panels = PanelId::ALL.into_iter().map(entry);
        let entries = panels.chain(offers).chain(own).chain(general).chain([quit]).collect();
        self.offer(Menu::new("Panels and actions", entries));
    }

    /// What may be done in this panel; each asks before it does it.
    fn choose_action(&mut self) {
        let offers = panels::offers(self);
        if offers.is_empty() {
            self.notice = Some(format!("No actions in {}", self.shown.focus.name()));
            return;
        }
        self.offer(Menu::new("Actions", offers.into_iter().map(PanelAction::entry).collect()));
    }

    pub(super) fn choose_profile(&mut self) {
        if self.about.profiles.is_empty() {
            self.notice = Some("No profile to switch to; `polydoctor init` creates one".to_owned());
            return;
        }
        let entry = |(place, name): (usize, &String)| Entry {
            label: name.clone(),
            note: if *name == self.facts.setup.profile { "in use".to_owned() } else { String::new() },
            action: Action::Profile(place),
        };
        let entries = self.about.profiles.iter().enumerate().map(entry).collect();
        self.offer(Menu::new("Profiles", entries));
    }

    fn switch_profile(&mut self, place: usize) -> Option<Command> {
        let profile = self.about.profiles.get(place)?.clone();
        self.answers.in_force = None;
        Some(Command::Reload(Load { profile: Some(profile), ..Load::default() }))
    }

    fn watch_or_stop(&mut self) {
        self.notice = Some(if self.watching.every.take().is_some() {
            "Stopped watching".to_owned()
        } else {
            let period = self.watching.usual.unwrap_or(watch::USUAL);
            self.watching.every = Some(period);
            if self.phase() == Phase::Over && !self.was_stopped() {
                self.watching.seen.take(&self.report, self.now_ms, true);
            }
            format!("Watching clock, network and credentials every {} s", period.as_secs())
        });
    }

    /// Sends a text to the terminal, where it may take it.
    fn copy(&mut self, text: String) -> Option<Command> {
        if self.terminal.copies {
            self.notice = Some(share::sent(&text));
            return Some(Command::Copy(text));
        }
        self.notice = Some(
            "This terminal does not support copying (OSC 52); press s to save the report with every fix to a file"
                .to_owned(),
        );
        None
    }

    /// Why a key does nothing now, where a person may wonder.
    fn refusal(&self, action: Action) -> Option<&'static str> {
        let of_check = matches!(action, Action::Again | Action::ApplyFix)
            || action == Action::Copy && panels::copies_fix(self.shown.focus);
        match action {
            Action::Again | Action::AllAgain | Action::ApplyFix | Action::Offers | Action::Watch if !self.is_live() => {
                Some("This is a replay of recorded facts: it makes no requests or changes")
            }
            _ if of_check && !panels::shows_check(self) => Some("No check is shown here; press 1 for the checks"),
            _ => None,
        }
    }

    fn act(&mut self, action: Action) -> Option<Command> {
        if matches!(self.mode, Mode::Panels)
            && let Some(why) = self.refusal(action)
        {
            self.notice = Some(why.to_owned());
            return None;
        }
        match action {
            // over the panels, it leaves what lies there
            Action::Quit if matches!(self.mode, Mode::Sheet { .. }) => self.mode = Mode::Panels,
            Action::Quit | Action::Interrupt => return Some(Command::Quit),
            Action::Help => {
                let open = matches!(self.mode, Mode::Sheet { sheet: Sheet::Help, .. });
                self.mode = if open { Mode::Panels } else { Mode::Sheet { sheet: Sheet::Help, scroll: 0 } };
            }
            Action::Back => return self.back(),
            Action::Down => self.go(Motion::Lines(1)),
            Action::Up => self.go(Motion::Lines(-1)),
            Action::HalfPageDown => self.go(Motion::HalfPages(1)),
            Action::HalfPageUp => self.go(Motion::HalfPages(-1)),
            Action::PageDown => self.go(Motion::HalfPages(2)),
            Action::PageUp => self.go(Motion::HalfPages(-2)),
            Action::First => self.go(Motion::First),
            Action::Last => self.go(Motion::Last),
            Action::NextPalette => {
                self.theme.palette = self.theme.palette.next();
                self.notice = Some(format!("Palette: {}", self.theme.palette.name()));
            }
            Action::Addresses => self.theme.full_addresses = !self.theme.full_addresses,
            Action::Redraw => return Some(Command::Redraw),
            Action::Suspend => return Some(Command::Suspend),
            Action::Open if let Mode::Sheet { sheet: Sheet::Told, .. } = self.mode => self.open_told(),
            // in the help, keys are looked for by name
            Action::Search | Action::ChoosePanel if matches!(self.mode, Mode::Sheet { sheet: Sheet::Help, .. }) => {
                self.choose_panel();
            }
            // The rest belongs to the panels, which a sheet covers.
            _ if !matches!(self.mode, Mode::Panels) => {}
            Action::NextPanel => self.shown.focus_on(self.shown.focus.further(1)),
            Action::PreviousPanel => self.shown.focus_on(self.shown.focus.further(-1)),
            Action::Panel(panel) => self.shown.focus_on(panel),
            Action::ChoosePanel => self.choose_panel(),
            Action::Offers => self.choose_action(),
            Action::Open if self.shown.focus == PanelId::Checks => {
                self.steer(|_, cursor| Some(cursor));
                self.shown.focus_on(PanelId::Detail);
            }
            Action::Search => {
                if panels::search_word(self.shown.focus).is_none() {
                    self.shown.focus_on(PanelId::Checks);
                }
                self.mode = Mode::Search;
            }
            Action::Symptom => {
                self.symptom.begin();
                self.mode = Mode::Symptom;
            }
            Action::ProblemsOnly => self.panels.checklist.problems_only ^= true,
            Action::NextProblem => self.go_to_problem(true),
            Action::PreviousProblem => self.go_to_problem(false),
            Action::Again if self.phase() == Phase::Over => {
                return self.selected().map(|check| Command::Run(Scope::Check(check.id)));
            }
            Action::AllAgain => return Some(Command::Run(Scope::All)),
            Action::Copy => return panels::copyable(self).and_then(|(text, _)| self.copy(text)),
            Action::CopyReport => return self.copy(share::report(self)),
            Action::SaveReport => return Some(Command::Start(Task::SaveReport(share::report(self)))),
            Action::Watch => self.watch_or_stop(),
            Action::Market => market::begin(self),
            Action::Mouse => {
                self.terminal.mouse = !self.terminal.mouse;
                self.notice = Some(if self.terminal.mouse {
                    "Mouse on: click to choose, wheel to scroll; hold Shift to select text".to_owned()
                } else {
                    "Mouse off".to_owned()
                });
            }
            Action::ApplyFix => return fix::begin(self),
            Action::ChooseProfile => self.choose_profile(),
            Action::Profile(place) => return self.switch_profile(place),
            Action::Requests(action) => requests::act(self, action),
            Action::Headers(action) => return headers::act(self, action),
            Action::Builder(action) => return builder::act(self, action),
            Action::Fleet(action) => return fleet::act(self, action),
            Action::Inspect(action) => return inspect::act(self, action),
            Action::Account(action) => return credentials::act(self, action),
            Action::Open | Action::Again | Action::NumberedPanel => {}
        }
        None
    }

    /// From the answer to a reported error to the check that explains it.
    fn open_told(&mut self) {
        let row = overlays::sheet::leads_to(self);
        self.mode = Mode::Panels;
        if let Some(row) = row {
            self.clear_filter();
            self.list.steered = true;
            self.select(row);
            self.shown.focus_on(PanelId::Detail);
        }
    }

    /// Selects a problem and shows it.
    fn go_to_problem(&mut self, forward: bool) {
        let problems: Vec<bool> = self.rows().iter().map(|&row| self.report.checks[row].status.is_problem()).collect();
        if !problems.contains(&true) {
            let hidden = self.report.checks.iter().any(|check| check.status.is_problem());
            self.notice = Some(if hidden {
                "No problem matches the filter; Esc clears it".to_owned()
            } else if self.is_launching_or_running() {
                "No problem found so far".to_owned()
            } else {
                "No problem found".to_owned()
            });
            return;
        }
        if self.shown.focus != PanelId::Detail {
            self.shown.focus_on(PanelId::Checks);
        }
        self.steer(|rows, cursor| {
            let steps = 1..=rows.len();
            let place = |step| if forward { cursor + step } else { cursor + rows.len() - step } % rows.len();
            steps.map(place).find(|&place| problems[place])
        });
    }
}
