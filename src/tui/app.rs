//! The state of the dashboard, and how messages change it: no effects, and time arrives in messages.

mod act;
mod later;
mod pointing;
mod rows;
mod runs;
mod typing;

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use self::later::{Later, Part};
use super::dialogue::Dialogue;
use super::first_run::FirstRun;
use super::fix::Before;
use super::menu::Menu;
use super::panels::{self, PANELS};
use super::sheet::Sheet;
use super::symptom::Symptom;
use super::task::{Draft, News, Task, TaskKind};
use super::theme::Theme;
use super::{About, Load, Renewed, Scope};
use crate::checks::Fix;
use crate::diagnosis::Diagnosis;
use crate::facts::Facts;
use crate::report::{CheckReport, Report};
use crate::secret::Secret;
use crate::watch::Watch;

/// What reaches the dashboard.
#[derive(Debug)]
pub enum Message {
    Key(KeyEvent),
    Resize(Size),
    /// The facts changed; the report is what they come to.
    Observed(Box<Observed>),
    /// Unix milliseconds.
    Tick(i64),
    Paste(String),
    /// A sentence for the footer, until the next key.
    Notice(String),
    /// What a task found, or how far it is.
    News(News),
    Mouse(MouseEvent),
    /// Settings were read.
    Launched(About),
    /// Settings are being read again for a run that a person waits for, or no longer.
    Rereading(bool),
    /// Settings were read again.
    Renewed(Renewed),
    /// Or why they cannot be.
    Unread(String),
    /// The names of settings files that have been changed.
    FilesChanged(String),
    /// A run of everything has come to its end.
    RunOver,
    /// A check is run by itself, with those that it needs.
    PartBegan,
    PartObserved(Box<Observed>),
    PartOver(Box<Observed>),
    PartStopped,
    /// What a round of watching came to.
    RoundOver(Box<Observed>),
    TaskBegan(TaskKind),
    TaskOver(TaskKind),
}

#[derive(Clone, Debug)]
pub struct Observed {
    pub facts: Facts,
    pub report: Report,
}

/// What the loop has to do, because the state cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Quit,
    /// Reads the settings again, and runs.
    Run(Scope),
    /// Runs with the settings that were read just now.
    RunOn(Scope),
    /// Runs everything in a moment: a round found a check otherwise.
    LookAgain,
    /// Rings the bell of the terminal.
    Bell,
    Stop,
    Copy(String),
    /// Copies what must not be seen; the words say what it is.
    CopyUnseen(Secret, String),
    /// The error that the user sees; none takes it back.
    Tell(Option<String>),
    /// Work beside the run, in place of what goes on of its kind.
    Start(Task),
    Cancel(TaskKind),
    /// Reads the settings again, and runs all with them.
    Reload(Load),
    Redraw,
    Suspend,
}

/// Where keys go.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    #[default]
    Panels,
    /// What `/` looks for in the panel is being typed.
    Search,
    /// What the user saw is being told, over the panels.
    Symptom,
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

#[expect(clippy::struct_excessive_bools, reason = "switches of the screen, each by itself")]
pub struct App {
    pub theme: Theme,
    pub facts: Facts,
    pub report: Report,
    pub now_ms: i64,
    pub size: Size,
    pub mode: Mode,
    /// What panels remember.
    pub panels: panels::States,
    /// The error that the user sees, while it is told.
    pub symptom: Symptom,
    pub notice: Option<String>,
    /// The work that goes on beside the run.
    pub tasks: BTreeSet<TaskKind>,
    pub about: About,
    /// While watching, the time between rounds.
    pub watching: Option<Duration>,
    /// The time between rounds that was asked for.
    pub period: Option<Duration>,
    /// Whether changes ring the bell.
    pub bell: bool,
    /// Settings are being read again, and a person waits for it.
    pub rereading: bool,
    /// Why the settings could not be read the last time.
    pub unread: Option<String>,
    pub watch: Watch,
    /// How the checks stood before a fix was applied.
    pub before: Option<Before>,
    /// What the last fix has changed.
    pub fixed: Vec<String>,
    /// The answers of the wizard that are in force.
    pub draft: Option<Draft>,
    /// The same, until it is asked whether to keep them.
    pub new_draft: Option<Draft>,
    /// Whether clicks and the wheel come here rather than to the terminal.
    pub mouse: bool,
    /// Whether the terminal may take copies.
    pub copies: bool,
    /// The home folder, which reports do not tell.
    pub home: Option<String>,
    /// The panel with the focus, by its place in [`PANELS`].
    pub focus: usize,
    /// The panel beside the list where there is room for one, and the large one where there is more.
    pub beside: usize,
    pub main: usize,
    /// By its place in the report. Until a person moves it, it goes to the place to start.
    selected: usize,
    steered: bool,
    /// Whether the run that goes on is the first one with its settings.
    anew: bool,
    later: Later,
    part: Option<Part>,
    /// Lines scrolled in each panel; `None` until a person scrolls.
    scroll: [Option<usize>; PANELS.len()],
}

impl App {
    pub fn new(theme: Theme, title: Option<String>, Observed { facts, report }: Observed) -> Self {
        Self {
            theme,
            facts,
            report,
            now_ms: 0,
            size: Size::default(),
            mode: Mode::default(),
            panels: panels::States::default(),
            symptom: Symptom::default(),
            notice: None,
            tasks: BTreeSet::new(),
            about: About { title, ..About::default() },
            watching: None,
            period: None,
            bell: false,
            rereading: false,
            unread: None,
            watch: Watch::default(),
            before: None,
            fixed: Vec::new(),
            draft: None,
            new_draft: None,
            mouse: false,
            copies: true,
            home: None,
            focus: panels::LIST,
            beside: panels::DETAIL,
            main: panels::DETAIL,
            selected: 0,
            steered: false,
            anew: false,
            later: Later::default(),
            part: None,
            scroll: [None; PANELS.len()],
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

    /// The most likely diagnosis that explains a check; the first of all for the place to start.
    pub fn diagnosis_of(&self, check: &CheckReport) -> Option<&Diagnosis> {
        let starts_here = self.report.start().is_some_and(|start| start.id == check.id);
        let explains = |diagnosis: &&Diagnosis| diagnosis.explains.iter().any(|explained| explained == check.id);
        let first = self.report.diagnoses.first().filter(|_| starts_here);
        self.report.diagnoses.iter().find(explains).or(first)
    }

    /// Lines scrolled in a panel of so many lines, of which so many are visible.
    pub fn scrolled(&self, panel: usize, content: &panels::Content, height: usize) -> usize {
        let furthest = content.lines.len().saturating_sub(height);
        match content.cursor {
            Some(cursor) => cursor.saturating_sub(height / 2).min(furthest),
            None if content.newest_last => self.scroll[panel].unwrap_or(furthest).min(furthest),
            None => self.scroll[panel].unwrap_or_default().min(furthest),
        }
    }

    /// Whether nobody has moved the cursor of the list yet.
    pub fn is_untouched(&self) -> bool {
        !self.steered
    }

    pub fn is_launching_or_running(&self) -> bool {
        self.phase() != Phase::Over
    }

    /// Whether something on the screen changes with the time.
    pub fn is_moving(&self) -> bool {
        // questions stand still until they are answered
        let runs = self.is_launching_or_running() && !matches!(self.mode, Mode::FirstRun(_));
        runs || self.rereading || self.tasks.iter().any(|task| task.moves())
    }

    /// Whether what is on the screen says how old it is.
    pub fn is_ageing(&self) -> bool {
        self.watching.is_some() && !self.about.recorded && self.phase() == Phase::Over
    }

    /// Whether requests can be made: recorded facts only show what was.
    pub fn is_live(&self) -> bool {
        !self.about.recorded
    }

    /// What `y` copies: what the panel says, or the fix of the selected check while it is shown.
    pub fn copyable(&self) -> Option<String> {
        match self.panel().copy {
            Some(copy) => copy(self),
            None => self.fix_to_copy().filter(|_| self.shows_check()),
        }
    }

    /// The fix as lines for a shell: where to write what, as a comment, and the commands. Without
    /// either, its words.
    fn fix_to_copy(&self) -> Option<String> {
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
    pub fn same_settings(&self) -> Load {
        Load { profile: self.about.switched_to.clone(), draft: self.draft.clone(), ..Load::default() }
    }
}

/// Changes the state; what cannot be done by that is left to the caller.
pub fn update(app: &mut App, message: Message) -> Option<Command> {
    let mut command = None;
    match message {
        Message::Key(key) => command = app.press(key),
        Message::Resize(size) => app.size = size,
        Message::Observed(observed) => app.observe(*observed),
        Message::Tick(now_ms) => app.now_ms = now_ms,
        Message::Paste(text) => command = app.paste(&text),
        Message::Notice(text) => app.notice = Some(text),
        Message::News(news) => command = panels::hear(app, news),
        Message::Mouse(mouse) => app.point(mouse),
        Message::Launched(about) => app.use_settings(about),
        Message::Rereading(goes_on) => app.rereading = goes_on,
        Message::Renewed(renewed) => app.renew(renewed),
        Message::Unread(why) => app.keep_unread(why),
        Message::FilesChanged(names) => command = app.files_changed(&names),
        Message::RunOver => command = app.finish_run(),
        Message::PartBegan => app.begin_part(),
        Message::PartObserved(observed) => app.observe_part(&observed.report),
        Message::PartOver(observed) => command = app.end_part(&observed),
        Message::PartStopped => app.stop_part(),
        Message::RoundOver(observed) => command = app.end_round(&observed),
        Message::TaskBegan(kind) => {
            app.tasks.insert(kind);
        }
        Message::TaskOver(kind) => {
            app.tasks.remove(&kind);
        }
    }
    app.keep_in_list();
    command
}
