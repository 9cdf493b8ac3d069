//! What keys do.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{App, Command, Mode, Phase};
use crate::tui::dialogue::{self, Answer, Dialogue};
use crate::tui::first_run;
use crate::tui::fix;
use crate::tui::keys::{self, Action};
use crate::tui::layout;
use crate::tui::menu::{Choice, Entry, Menu, Pick};
use crate::tui::motion::Motion;
use crate::tui::panels::{self, PANELS, Panel, Place};
use crate::tui::share;
use crate::tui::sheet::Sheet;
use crate::tui::task::Task;
use crate::tui::verdict;
use crate::tui::{Load, Scope};
use crate::watch;

impl App {
    /// The panel that has the focus.
    pub fn panel(&self) -> &'static Panel {
        &PANELS[self.focus]
    }

    /// The question that waits for its answer.
    pub fn dialogue(&self) -> Option<&Dialogue> {
        if let Mode::Asking(dialogue) = &self.mode { Some(dialogue) } else { None }
    }

    /// Asks before anything is changed.
    pub fn ask(&mut self, dialogue: Dialogue) {
        self.mode = Mode::Asking(Box::new(dialogue));
    }

    /// Offers a choice.
    pub fn offer(&mut self, menu: Menu) {
        self.mode = Mode::Menu(menu);
    }

    /// Puts a panel on the screen. Beside the list stands the check that is selected in it.
    pub fn focus_on(&mut self, panel: usize) {
        let Some(shown) = PANELS.get(panel) else { return };
        self.focus = panel;
        let beside = if shown.place == Place::List { panels::DETAIL } else { panel };
        self.beside = beside;
        if matches!(shown.place, Place::List | Place::Main) {
            self.main = beside;
        }
    }

    /// Whether the selected check is on the screen, so that keys may mean it.
    pub fn shows_check(&self) -> bool {
        self.focus == panels::LIST || layout::screen(self).panels.iter().any(|(panel, _)| *panel == panels::DETAIL)
    }

    /// What may be done in this panel: nothing with recorded facts.
    pub fn offers(&self) -> Vec<panels::Offer> {
        if self.is_live() { (self.panel().offers)(self) } else { Vec::new() }
    }

    /// Shows the panel that has the focus from its top.
    pub fn to_top(&mut self) {
        self.scroll[self.focus] = None;
    }

    /// Up or down while keys are text.
    pub(super) fn go_a_line(&mut self, down: bool) {
        self.go(Motion::Lines(if down { 1 } else { -1 }));
    }

    /// Moves within the panel that has the focus: the cursor of a list, the text of others.
    fn go(&mut self, motion: Motion) {
        if let Mode::Sheet { sheet, scroll } = self.mode {
            let (lines, height) = sheet.extent(self);
            self.mode = Mode::Sheet { sheet, scroll: motion.apply(scroll, lines.saturating_sub(height), height) };
            return;
        }
        self.go_in(self.focus, motion);
    }

    pub(super) fn go_in(&mut self, panel: usize, motion: Motion) {
        let height = layout::height_of(self, panel);
        if let Some(steer) = PANELS[panel].steer {
            return steer(self, motion, height);
        }
        let content = panels::content(self, panel);
        let furthest = content.lines.len().saturating_sub(height);
        let from = self.scrolled(panel, &content, height);
        let to = motion.apply(from, furthest, height);
        // At its end, a panel that grows there goes on following.
        self.scroll[panel] = (!content.newest_last || to < furthest).then_some(to);
    }

    /// One step out: of the help, to the list, of the filter, of the run.
    fn back(&mut self) -> Option<Command> {
        if !matches!(self.mode, Mode::Panels) {
            self.mode = Mode::Panels;
        } else if self.focus != panels::LIST {
            self.focus_on(panels::LIST);
        } else if self.has_filter() {
            self.clear_filter();
        } else if self.phase() == Phase::Running || self.rereading {
            return Some(Command::Stop);
        }
        None
    }

    pub(super) fn press(&mut self, key: KeyEvent) -> Option<Command> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        self.notice = None;
        let action = keys::action(key);
        if let Some(action @ (Action::Interrupt | Action::Suspend | Action::Redraw)) = action {
            return self.act(action);
        }
        match &self.mode {
            Mode::Menu(_) => self.choose(key),
            Mode::Asking(_) => self.answer(key),
            Mode::FirstRun(_) => first_run::press(self, key),
            _ if self.is_typing() => self.type_text(key),
            Mode::Panels => match self.panel().keys.iter().find(|own| own.keys.contains(&keys::pressed(key))) {
                Some(own) => (own.act)(self),
                None => self.act(action?),
            },
            Mode::Sheet { .. } | Mode::Search | Mode::Symptom => self.act(action?),
        }
    }

    fn choose(&mut self, key: KeyEvent) -> Option<Command> {
        let Mode::Menu(menu) = &mut self.mode else { return None };
        match menu.key(key) {
            Choice::Open => {}
            Choice::Closed => self.mode = Mode::Panels,
            Choice::Picked(pick) => return self.pick(pick),
        }
        None
    }

    fn pick(&mut self, pick: Pick) -> Option<Command> {
        self.mode = Mode::Panels;
        match pick {
            Pick::Panel(panel) => {
                self.focus_on(panel);
                None
            }
            Pick::Act(act) => act(self),
            Pick::Command(command) => {
                if let Command::Reload(load) = &command {
                    self.draft.clone_from(&load.draft);
                }
                Some(command)
            }
        }
    }

    fn answer(&mut self, key: KeyEvent) -> Option<Command> {
        let furthest = dialogue::furthest(self);
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
        let entry = |(place, panel): (usize, &Panel)| Entry {
            label: format!("{} {}", place + 1, panel.name),
            note: keys::of_panel(place).filter(|_| place >= 9).map_or_else(String::new, |key| format!("key {key}")),
            pick: Pick::Panel(place),
        };
        let quit = Entry { label: "Quit".to_owned(), note: "key q".to_owned(), pick: Pick::Command(Command::Quit) };
        self.offer(Menu::new("Panels", PANELS.iter().enumerate().map(entry).chain([quit]).collect()));
    }

    /// What may be done in this panel; each asks before it does it.
    fn choose_action(&mut self) {
        let offers = self.offers();
        if offers.is_empty() {
            self.notice = Some(format!("{} has no actions", self.panel().name));
            return;
        }
        let entry = |offer: panels::Offer| Entry { label: offer.label, note: offer.note, pick: Pick::Act(offer.act) };
        self.offer(Menu::new("Actions", offers.into_iter().map(entry).collect()));
    }

    fn choose_profile(&mut self) {
        if self.about.profiles.is_empty() {
            self.notice = Some("There is no profile to switch to; `polydoctor init` makes one".to_owned());
            return;
        }
        let entry = |name: &String| Entry {
            label: name.clone(),
            note: if *name == self.facts.setup.profile { "in use".to_owned() } else { String::new() },
            pick: Pick::Command(Command::Reload(Load { profile: Some(name.clone()), ..Load::default() })),
        };
        let entries = self.about.profiles.iter().map(entry).collect();
        self.offer(Menu::new("Profiles", entries));
    }

    fn watch_or_stop(&mut self) {
        self.notice = Some(if self.watching.take().is_some() {
            "Stopped watching".to_owned()
        } else {
            let period = self.period.unwrap_or(watch::USUAL);
            self.watching = Some(period);
            if self.phase() == Phase::Over && !verdict::was_stopped(self) {
                self.watch.take(&self.report, self.now_ms, true);
            }
            format!("Watching time, reach and credentials, every {} s", period.as_secs())
        });
    }

    /// Sends a text to the terminal, where it may take it.
    pub fn copy(&mut self, text: String) -> Option<Command> {
        if self.copies {
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
        let of_check =
            matches!(action, Action::Again | Action::ApplyFix) || action == Action::Copy && self.panel().copy.is_none();
        match action {
            Action::Again | Action::AllAgain | Action::ApplyFix | Action::Offers | Action::Watch if !self.is_live() => {
                Some("This is a replay of recorded facts: nothing is requested or changed")
            }
            _ if of_check && !self.shows_check() => Some("No check is shown here; press 1 for the checks"),
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
            // The rest belongs to the panels, which a sheet covers.
            _ if !matches!(self.mode, Mode::Panels) => {}
            Action::NextPanel => self.focus_on((self.focus + 1) % PANELS.len()),
            Action::PreviousPanel => self.focus_on((self.focus + PANELS.len() - 1) % PANELS.len()),
            Action::Panel(panel) => self.focus_on(panel),
            Action::ChoosePanel => self.choose_panel(),
            Action::Offers => self.choose_action(),
            Action::Open if self.focus == panels::LIST => self.focus_on(panels::DETAIL),
            Action::Search => {
                if self.panel().search.is_none() {
                    self.focus_on(panels::LIST);
                }
                self.mode = Mode::Search;
            }
            Action::Symptom => self.mode = Mode::Symptom,
            Action::ProblemsOnly => self.panels.checklist.problems_only ^= true,
            Action::NextProblem => self.go_to_problem(true),
            Action::PreviousProblem => self.go_to_problem(false),
            Action::Again if self.phase() == Phase::Over => {
                return self.selected().map(|check| Command::Run(Scope::Check(check.id)));
            }
            Action::AllAgain => return Some(Command::Run(Scope::All)),
            Action::Copy => return self.copyable().and_then(|text| self.copy(text)),
            Action::CopyReport => return self.copy(share::report(self)),
            Action::SaveReport => return Some(Command::Start(Task::SaveReport(share::report(self)))),
            Action::Watch => self.watch_or_stop(),
            Action::Mouse => {
                self.mouse = !self.mouse;
                self.notice = Some(if self.mouse {
                    "Mouse on: click to choose, wheel to scroll; Shift selects text as before".to_owned()
                } else {
                    "Mouse off".to_owned()
                });
            }
            Action::ApplyFix => return fix::begin(self),
            Action::Profiles => self.choose_profile(),
            Action::Open | Action::Again => {}
        }
        None
    }

    /// From the answer to a reported error to the check that explains it.
    fn open_told(&mut self) {
        let row = Sheet::Told.leads_to(self);
        self.mode = Mode::Panels;
        if let Some(row) = row {
            self.clear_filter();
            self.steered = true;
            self.select(row);
            self.focus_on(panels::DETAIL);
        }
    }
}
