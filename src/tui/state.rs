//! The state of the dashboard: what is known, what is asked for, where a person is in it. Only
//! [`update`](super::update) changes it; nothing here draws or has effects, and time arrives in messages.

pub mod action;
pub mod dialogue;
pub mod first_run;
mod later;
pub mod load;
pub mod market;
pub mod menu;
pub mod message;
pub mod panel;
pub mod panels;
mod rows;
pub mod shape;
pub mod sheet;
pub mod symptom;
pub mod task;
pub mod watching;

use std::collections::BTreeSet;

use ratatui::layout::Size;

use self::dialogue::Dialogue;
use self::first_run::FirstRun;
pub(super) use self::later::{Later, Part};
use self::load::{Load, SessionInfo};
use self::market::Market;
use self::menu::Menu;
use self::message::Observed;
use self::panel::{PanelId, Slot};
use self::sheet::Sheet;
use self::symptom::Symptom;
use self::task::{Draft, TaskKind};
use self::watching::Watching;
use super::field::Field;
use super::theme::Theme;
use crate::checks::Fix;
use crate::diagnosis::Diagnosis;
use crate::facts::probe::Probe;
use crate::facts::{Facts, Failure};
use crate::report::fixes::{self, Statuses};
use crate::report::{CheckReport, Report, Verdict};
use crate::settings::wanted::Wanted;

/// Where keys go.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    #[default]
    Panels,
    /// What `/` looks for in the panel is being typed.
    Search,
    /// What the user saw is being told, over the panels.
    Symptom,
    /// The market that the checks are asked about is being named, over the panels.
    Market(Market),
    /// A page lies over the panels, scrolled by so many lines.
    Sheet {
        sheet: Sheet,
        scroll: usize,
    },
    Menu(Menu),
    /// A question waits for its answer.
    Asking(Box<Dialogue>),
    /// The set-up wizard, in place of the panels.
    FirstRun(Box<FirstRun>),
}

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Settings are read, the engine is made.
    Launching,
    Running,
    Over,
}

/// What the terminal does for the dashboard.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether clicks and the wheel come here rather than to the terminal.
    pub mouse: bool,
    /// Whether the terminal may take copies.
    pub copies: bool,
}

/// Which panels are on the screen, and how far each is scrolled.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The panel with the focus.
    pub focus: PanelId,
    /// The panel beside the list where there is room for one, and the large one where there is more.
    pub beside: PanelId,
    pub main: PanelId,
    /// Lines scrolled in each panel; `None` until a person scrolls.
    pub(super) scroll: [Option<usize>; PanelId::ALL.len()],
}

/// The cursor of the checklist.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// By its place in the report. Until a person moves it, it goes to the place to start.
    pub(super) selected: usize,
    pub(super) steered: bool,
}

/// The fix that was applied last.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// How the checks stood before it, until a run has shown what it has changed.
    pub(super) before: Option<Before>,
    /// What it has changed.
    pub changes: Vec<String>,
}

/// How the checks stood before something was changed.
#[derive(Clone, Debug)]
pub(super) struct Before {
    statuses: Statuses,
    /// A run with the new settings has begun.
    pub(super) begun: bool,
}

/// The answers of the set-up wizard.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// Those in force.
    pub(super) in_force: Option<Draft>,
    /// The same, until it is asked whether to keep them.
    pub(super) unsaved: Option<Draft>,
}

/// All that the dashboard knows.
pub struct App {
    pub theme: Theme,
    pub size: Size,
    pub terminal: Terminal,
    pub facts: Facts,
    pub report: Report,
    /// Unix milliseconds.
    pub now_ms: i64,
    pub mode: Mode,
    pub shown: Shown,
    pub(super) list: List,
    /// What panels remember.
    pub panels: panels::States,
    /// The error that the user sees, while it is told.
    pub symptom: Symptom,
    pub notice: Option<String>,
    /// When it appeared, in Unix milliseconds.
    pub noticed_ms: i64,
    /// The work that goes on beside the run.
    pub tasks: BTreeSet<TaskKind>,
    pub about: SessionInfo,
    /// The home folder, which reports do not tell.
    pub home: Option<String>,
    /// Settings are being read again, and a person waits for it.
    pub rereading: bool,
    /// Why the settings could not be read the last time.
    pub unread: Option<String>,
    /// Whether the run that goes on is the first one with its settings.
    pub(super) anew: bool,
    pub watching: Watching,
    pub fixed: Fixed,
    pub(super) answers: Answers,
    pub(super) later: Later,
    pub(super) part: Option<Part>,
}

impl Before {
    pub(super) fn of(report: &Report) -> Self {
        Self { statuses: fixes::statuses(report), begun: false }
    }

    /// What stands otherwise now.
    pub(super) fn changes(&self, report: &Report) -> Vec<String> {
        fixes::changes(&self.statuses, report)
    }
}

impl Shown {
    /// Puts a panel on the screen. Beside the list stands the check that is selected in it.
    pub fn focus_on(&mut self, panel: PanelId) {
        self.focus = panel;
        self.beside = if panel == PanelId::Checks { PanelId::Detail } else { panel };
        if matches!(panel.place(), Slot::List | Slot::Main) {
            self.main = self.beside;
        }
    }

    /// Shows the panel that has the focus from its top.
    pub(super) fn show_top(&mut self) {
        self.scroll[self.focus as usize] = None;
    }
}

impl App {
    pub fn new(theme: Theme, title: Option<String>, Observed { facts, report }: Observed) -> Self {
        Self {
            theme,
            size: Size::default(),
            terminal: Terminal { mouse: false, copies: true },
            facts,
            report,
            now_ms: 0,
            mode: Mode::default(),
            shown: Shown {
                focus: PanelId::Checks,
                beside: PanelId::Detail,
                main: PanelId::Detail,
                scroll: [None; PanelId::ALL.len()],
            },
            list: List::default(),
            panels: panels::States::default(),
            symptom: Symptom::default(),
            notice: None,
            noticed_ms: 0,
            tasks: BTreeSet::new(),
            about: SessionInfo { title, ..SessionInfo::default() },
            home: None,
            rereading: false,
            unread: None,
            anew: false,
            watching: Watching::default(),
            fixed: Fixed::default(),
            answers: Answers::default(),
            later: Later::default(),
            part: None,
        }
    }

    pub fn phase(&self) -> Phase {
        match (self.facts.started_ms, self.facts.elapsed_ms) {
            (0, _) => Phase::Launching,
            _ if self.part.is_some() => Phase::Running,
            (_, None) => Phase::Running,
            (_, Some(_)) => Phase::Over,
        }
    }

    /// How long the run takes or took.
    pub fn elapsed_ms(&self) -> u64 {
        let started_ms = self.part.as_ref().map_or(self.facts.started_ms, |part| part.started_ms);
        let so_far = || u64::try_from(self.now_ms.saturating_sub(started_ms)).unwrap_or_default();
        match self.phase() {
            Phase::Launching => 0,
            Phase::Running => so_far(),
            Phase::Over => self.facts.elapsed_ms.unwrap_or_default(),
        }
    }

    pub fn is_launching_or_running(&self) -> bool {
        self.phase() != Phase::Over
    }

    /// Whether the last run of everything was stopped before its end.
    pub fn was_stopped(&self) -> bool {
        self.report.verdict == Verdict::Incomplete
            && Probe::ALL.iter().any(|&probe| self.facts.failure(probe) == Some(&Failure::Stopped))
    }

    /// Whether not one request of the run was answered.
    pub fn nothing_was_reached(&self) -> bool {
        let mut requests = self.report.requests.iter().filter(|request| request.probe.is_some()).peekable();
        self.phase() == Phase::Over
            && requests.peek().is_some()
            && requests.all(|request| request.status.is_none())
            && !self.was_stopped()
    }

    /// Whether something on the screen changes with the time.
    pub fn is_moving(&self) -> bool {
        // questions stand still until they are answered
        let runs = self.is_launching_or_running() && !matches!(self.mode, Mode::FirstRun(_));
        runs || self.rereading || self.tasks.iter().any(|task| task.moves())
    }

    /// Whether what is on the screen says how old it is.
    pub fn is_ageing(&self) -> bool {
        self.watching.every.is_some() && !self.about.recorded && self.phase() == Phase::Over
    }

    /// Whether requests can be made: recorded facts only show what was.
    pub fn is_live(&self) -> bool {
        !self.about.recorded
    }

    /// Whether the wizard waits for something that it has asked for.
    pub(super) fn wizard_works(&self) -> bool {
        [TaskKind::Look, TaskKind::ReadKey].iter().any(|task| self.tasks.contains(task))
    }

    /// Whether nobody has moved the cursor of the list yet.
    pub fn is_untouched(&self) -> bool {
        !self.list.steered && !self.has_filter()
    }

    /// Whether keys are text.
    pub fn is_typing(&self) -> bool {
        match self.mode {
            Mode::Search | Mode::Symptom | Mode::Market(_) | Mode::Menu(_) => true,
            Mode::Panels => self.edits_request(),
            Mode::FirstRun(ref wizard) => wizard.is_typing(),
            Mode::Sheet { .. } | Mode::Asking(_) => false,
        }
    }

    /// Whether a field of the panel with the focus takes the keys.
    pub(super) fn edits_request(&self) -> bool {
        self.shown.focus == PanelId::Headers && self.panels.headers.open
    }

    /// What `/` looks for in the panel with the focus; the filter of the list where that has nothing to
    /// search.
    pub fn search(&self) -> &Field {
        match self.shown.focus {
            PanelId::Builder => &self.panels.builder.filter,
            PanelId::Errors => &self.panels.errors.query,
            PanelId::Fleet => &self.panels.fleet.filter,
            _ => &self.panels.checklist.filter,
        }
    }

    pub(super) fn search_mut(&mut self) -> &mut Field {
        match self.shown.focus {
            PanelId::Builder => &mut self.panels.builder.filter,
            PanelId::Errors => &mut self.panels.errors.query,
            PanelId::Fleet => &mut self.panels.fleet.filter,
            _ => &mut self.panels.checklist.filter,
        }
    }

    /// The question that waits for its answer.
    pub fn dialogue(&self) -> Option<&Dialogue> {
        if let Mode::Asking(dialogue) = &self.mode { Some(dialogue) } else { None }
    }

    /// Asks before anything is changed.
    pub(super) fn ask(&mut self, dialogue: Dialogue) {
        self.mode = Mode::Asking(Box::new(dialogue));
    }

    /// Offers a choice.
    pub(super) fn offer(&mut self, menu: Menu) {
        self.mode = Mode::Menu(menu);
    }

    /// The most likely diagnosis that explains a check; the first of all for the place to start.
    pub fn diagnosis_of(&self, check: &CheckReport) -> Option<&Diagnosis> {
        let starts_here = self.report.start().is_some_and(|start| start.id == check.id);
        let explains = |diagnosis: &&Diagnosis| diagnosis.explains.iter().any(|explained| explained == check.id);
        let first = self.report.leading().filter(|_| starts_here);
        self.report.diagnoses.iter().find(explains).or(first)
    }

    /// The settings that would repair the selected check, as its diagnosis wants them.
    pub fn wanted_fix(&self) -> Option<Wanted> {
        let diagnosis = self.diagnosis_of(self.selected()?)?;
        Some(diagnosis.fix.settings.clone()).filter(|wanted| !wanted.is_empty())
    }

    /// The fix as lines for a shell: where to write what, as a comment, and the commands. Without
    /// either, its words.
    pub(super) fn fix_to_copy(&self) -> Option<String> {
        let check = self.selected()?;
        let lines = |edits: &[String], commands: &[String], words: &str| {
            let edits = edits.iter().map(|edit| format!("# {edit}"));
            let lines: Vec<String> = edits.chain(commands.iter().cloned()).collect();
            if lines.is_empty() { words.to_owned() } else { lines.join("\n") }
        };
        let of_fix = |fix: &Fix| lines(&fix.edits, &fix.commands, &fix.text);
        let of_diagnosis =
            |diagnosis: &Diagnosis| lines(&diagnosis.fix.edits, &diagnosis.fix.commands, &diagnosis.fix.text);
        self.diagnosis_of(check).map(of_diagnosis).or_else(|| check.fix.as_ref().map(of_fix))
    }

    /// How the settings in force are read again.
    pub(super) fn same_settings(&self) -> Load {
        Load { profile: self.about.switched_to.clone(), draft: self.answers.in_force.clone(), ..Load::default() }
    }
}
