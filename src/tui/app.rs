//! The state of the dashboard, and how messages change it: no effects, and time arrives in messages.

mod typing;

use crossterm::event::{KeyEvent, KeyEventKind};
use ratatui::layout::Size;

use super::Scope;
use super::keys::{self, Action};
use super::layout::{self, Shape};
use super::motion::Motion;
use super::panels::{self, PANELS, Place};
use super::symptom::Symptom;
use super::theme::Theme;
use crate::checks::{Fix, Status};
use crate::diagnosis::Diagnosis;
use crate::engine::facts::Facts;
use crate::report::{CheckReport, Report};

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
    Run(Scope),
    Stop,
    Copy(String),
    /// The error that the user sees; none takes it back.
    Tell(Option<String>),
    Redraw,
    Suspend,
}

/// Where keys go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Panels,
    /// The filter of the checks, or the search in the errors, is being typed.
    Filter,
    /// What the user saw is being told, over the panels.
    Symptom,
    /// The help lies over the panels, scrolled by so many lines.
    Help { scroll: usize },
}

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Settings are read, the engine is made.
    Launching,
    Running,
    Over,
}

pub struct App {
    pub theme: Theme,
    /// Such as `demo: funder-is-signer`.
    pub title: Option<String>,
    pub facts: Facts,
    pub report: Report,
    pub now_ms: i64,
    pub size: Size,
    pub mode: Mode,
    pub filter: String,
    /// What is looked for in the errors.
    pub query: String,
    /// The error that the user sees, while it is told.
    pub symptom: Symptom,
    pub problems_only: bool,
    pub notice: Option<String>,
    /// The panel with the focus, by its place in [`PANELS`].
    pub focus: usize,
    /// The panel beside the list where there is room for one, and the large one where there is more.
    pub beside: usize,
    pub main: usize,
    /// By its place in the report. Until a person moves it, it goes to the place to start.
    selected: usize,
    steered: bool,
    /// Lines scrolled in each panel; `None` until a person scrolls.
    scroll: [Option<usize>; PANELS.len()],
}

impl App {
    pub fn new(theme: Theme, title: Option<String>, Observed { facts, report }: Observed) -> Self {
        Self {
            theme,
            title,
            facts,
            report,
            now_ms: 0,
            size: Size::default(),
            mode: Mode::default(),
            filter: String::new(),
            query: String::new(),
            symptom: Symptom::default(),
            problems_only: false,
            notice: None,
            focus: panels::LIST,
            beside: panels::DETAIL,
            main: panels::DETAIL,
            selected: 0,
            steered: false,
            scroll: [None; PANELS.len()],
        }
    }

    pub fn phase(&self) -> Phase {
        match (self.facts.started_ms, self.facts.elapsed_ms) {
            (0, _) => Phase::Launching,
            (_, None) => Phase::Running,
            (_, Some(_)) => Phase::Over,
        }
    }

    /// How long the run takes or took.
    pub fn elapsed_ms(&self) -> u64 {
        let so_far = || u64::try_from(self.now_ms.saturating_sub(self.facts.started_ms)).unwrap_or_default();
        match self.phase() {
            Phase::Launching => 0,
            Phase::Running => so_far(),
            Phase::Over => self.facts.elapsed_ms.unwrap_or_default(),
        }
    }

    /// The checks that are listed, by their place in the report, in the order of the list.
    pub fn rows(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.report.checks.len()).filter(|&row| self.is_listed(row)).collect();
        if Shape::of(self.size) == Shape::Narrow && self.report.is_settled() {
            rows.sort_by_key(|&row| self.report.checks[row].status.severity());
        }
        rows
    }

    /// Whether a check passes the filter: by its words, or by an error sentence that it leads to.
    fn is_listed(&self, row: usize) -> bool {
        let check = &self.report.checks[row];
        if self.problems_only && matches!(check.status, Status::Pass | Status::Note) {
            return false;
        }
        if self.filter.is_empty() {
            return true;
        }
        let explained = self.report.diagnoses.iter().map(|diagnosis| &diagnosis.explains);
        let sentences = explained.filter(|explains| explains.iter().any(|id| id == check.id)).flatten();
        let own = [check.id, check.group, &check.title, &check.summary, check.status.word()];
        let text = own.into_iter().chain(sentences.map(String::as_str)).collect::<Vec<_>>().join(" ").to_lowercase();
        self.filter.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// Place of the selected check among the listed ones.
    pub fn cursor(&self) -> Option<usize> {
        self.rows().iter().position(|&row| row == self.selected)
    }

    /// `None` when no check is listed.
    pub fn selected(&self) -> Option<&CheckReport> {
        self.cursor().map(|_| &self.report.checks[self.selected])
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

    pub fn is_launching_or_running(&self) -> bool {
        self.phase() != Phase::Over
    }

    pub fn has_filter(&self) -> bool {
        self.problems_only || !self.filter.is_empty()
    }

    /// What `y` copies: the commands of the fix, or its words.
    pub fn copyable(&self) -> Option<String> {
        let check = self.selected()?;
        let of_fix = |fix: &Fix| (fix.commands.join("\n"), fix.text.clone());
        let of_diagnosis = |diagnosis: &Diagnosis| (diagnosis.fix.commands.join("\n"), diagnosis.fix.text.clone());
        let (commands, words) =
            self.diagnosis_of(check).map(of_diagnosis).or_else(|| check.fix.as_ref().map(of_fix))?;
        Some(if commands.is_empty() { words } else { commands })
    }

    fn observe(&mut self, Observed { facts, report }: Observed) {
        self.facts = facts;
        self.report = report;
        if !self.steered {
            let start = self.report.start().map(|start| start.id);
            let start = self.report.checks.iter().position(|check| Some(check.id) == start);
            self.select(start.or_else(|| self.rows().first().copied()).unwrap_or_default());
        }
    }

    /// Keeps the selection on a listed check.
    fn keep_in_list(&mut self) {
        let rows = self.rows();
        if !rows.contains(&self.selected) {
            let after = rows.iter().copied().find(|&row| row > self.selected);
            self.select(after.or_else(|| rows.last().copied()).unwrap_or_default());
        }
    }

    fn select(&mut self, row: usize) {
        if self.selected != row {
            self.selected = row;
            self.scroll[panels::DETAIL] = None;
        }
    }

    fn steer(&mut self, to: impl FnOnce(&[usize], usize) -> Option<usize>) {
        self.steered = true;
        let rows = self.rows();
        let cursor = self.cursor().unwrap_or_default();
        if let Some(&row) = to(&rows, cursor).and_then(|cursor| rows.get(cursor)) {
            self.select(row);
        }
    }

    fn focus_on(&mut self, panel: usize) {
        let Some(shown) = PANELS.get(panel) else { return };
        self.focus = panel;
        if shown.place != Place::List {
            self.beside = panel;
        }
        if shown.place == Place::Main {
            self.main = panel;
        }
    }

    /// Moves within the panel that has the focus: the cursor of the list, the text of others.
    fn go(&mut self, motion: Motion) {
        if let Mode::Help { scroll } = self.mode {
            let (lines, height) = layout::help_extent(self);
            self.mode = Mode::Help { scroll: motion.apply(scroll, lines.saturating_sub(height), height) };
            return;
        }
        let height = layout::height_of(self, self.focus);
        if self.focus == panels::LIST {
            self.steer(|rows, cursor| Some(motion.apply(cursor, rows.len().saturating_sub(1), height)));
            return;
        }
        let content = panels::content(self, self.focus);
        let furthest = content.lines.len().saturating_sub(height);
        let from = self.scrolled(self.focus, &content, height);
        let to = motion.apply(from, furthest, height);
        // At its end, a panel that grows there goes on following.
        self.scroll[self.focus] = (!content.newest_last || to < furthest).then_some(to);
    }

    fn go_to_problem(&mut self, forward: bool) {
        let problems: Vec<bool> = self.rows().iter().map(|&row| self.report.checks[row].status.is_problem()).collect();
        self.steer(|rows, cursor| {
            let steps = 1..=rows.len();
            let place = |step| if forward { cursor + step } else { cursor + rows.len() - step } % rows.len();
            steps.map(place).find(|&place| problems[place])
        });
    }

    /// One step out: of the help, to the list, of the filter, of the run.
    fn back(&mut self) -> Option<Command> {
        if self.mode != Mode::Panels {
            self.mode = Mode::Panels;
        } else if self.focus != panels::LIST {
            self.focus_on(panels::LIST);
        } else if self.has_filter() {
            self.filter.clear();
            self.problems_only = false;
        } else if self.phase() == Phase::Running {
            return Some(Command::Stop);
        }
        None
    }

    fn press(&mut self, key: KeyEvent) -> Option<Command> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        self.notice = None;
        let action = keys::action(key);
        if self.is_typing() && !matches!(action, Some(Action::Interrupt | Action::Suspend)) {
            return self.type_text(key);
        }
        self.act(action?)
    }

    fn act(&mut self, action: Action) -> Option<Command> {
        match action {
            Action::Quit | Action::Interrupt => return Some(Command::Quit),
            Action::Help => {
                let open = matches!(self.mode, Mode::Help { .. });
                self.mode = if open { Mode::Panels } else { Mode::Help { scroll: 0 } };
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
            Action::NextPalette => self.theme.palette = self.theme.palette.next(),
            Action::Addresses => self.theme.full_addresses = !self.theme.full_addresses,
            Action::Redraw => return Some(Command::Redraw),
            Action::Suspend => return Some(Command::Suspend),
            // The rest belongs to the panels, which the help covers.
            _ if self.mode != Mode::Panels => {}
            Action::NextPanel => self.focus_on((self.focus + 1) % PANELS.len()),
            Action::PreviousPanel => self.focus_on((self.focus + PANELS.len() - 1) % PANELS.len()),
            Action::Panel(panel) => self.focus_on(panel),
            Action::Open if self.focus == panels::LIST => self.focus_on(panels::DETAIL),
            Action::Filter => {
                self.mode = Mode::Filter;
                if self.focus != panels::ERRORS {
                    self.focus_on(panels::LIST);
                }
            }
            Action::Symptom => self.mode = Mode::Symptom,
            Action::ProblemsOnly => self.problems_only = !self.problems_only,
            Action::NextProblem => self.go_to_problem(true),
            Action::PreviousProblem => self.go_to_problem(false),
            Action::Again if self.phase() == Phase::Over => {
                return self.selected().map(|check| Command::Run(Scope::Check(check.id)));
            }
            Action::AllAgain => return Some(Command::Run(Scope::All)),
            Action::Copy => return self.copyable().map(Command::Copy),
            Action::Open | Action::Again => {}
        }
        None
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
        Message::Paste(text) => app.paste(&text),
        Message::Notice(text) => app.notice = Some(text),
    }
    app.keep_in_list();
    command
}
