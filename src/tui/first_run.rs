//! The set-up wizard on the screen: one question at a time, each answer verified as it is given.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Padding, Paragraph};
use textwrap::core::display_width;

use super::Load;
use super::app::{App, Command, Mode, Phase};
use super::dialogue::{Change, Dialogue};
use super::field::Field;
use super::task::{Draft, FilePlan, Task, TaskKind};
use super::text::Page;
use crate::checks::Status;
use crate::engine::facts::Facts;
use crate::onboarding::{Answer, Choice, Entry, Next, Question, Step, Wizard};
use crate::secret::Secret;

/// The wizard, and where a person is in it.
#[derive(Clone)]
pub struct FirstRun {
    wizard: Wizard,
    question: Question,
    /// Among the choices; behind them stands the text that can be typed.
    cursor: usize,
    typed: Field,
    /// What was found about the last answer, or what is wrong with this one.
    said: Option<(Status, String)>,
    /// The answer that waits for a look at the chain.
    asked: Option<Answer>,
}

impl std::fmt::Debug for FirstRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstRun").field("step", &self.wizard.step()).finish_non_exhaustive()
    }
}

impl FirstRun {
    pub(super) fn new(wizard: Wizard) -> Self {
        let question = wizard.question();
        let mut first = Self { wizard, question, cursor: 0, typed: Field::default(), said: None, asked: None };
        first.ask();
        first
    }

    /// Puts the question of the step that the wizard is at.
    fn ask(&mut self) {
        self.question = self.wizard.question();
        self.cursor = self.question.likely;
        self.typed = if self.question.entry == Some(Entry::Secret) { Field::hidden() } else { Field::default() };
    }

    /// Whether nothing has been answered or typed yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.typed.is_empty() && self.asked.is_none() && !self.wizard.clone().back()
    }

    /// Whether the cursor is where text is typed.
    pub(super) fn is_typing(&self) -> bool {
        self.question.entry.is_some() && self.cursor >= self.question.choices.len()
    }

    /// Pasted text goes to the field, wherever the cursor is.
    pub(super) fn paste(&mut self, text: &str) {
        if self.question.entry.is_some() {
            self.cursor = self.question.choices.len();
            self.typed.paste(text);
            self.hide_keys();
        }
    }

    /// A private key that lands in the field of an address is not shown either.
    fn hide_keys(&mut self) {
        let is_key = self.typed.text().bytes().filter(u8::is_ascii_hexdigit).count() > 44;
        self.typed.hide(is_key || self.question.entry == Some(Entry::Secret));
    }

    fn go(&mut self, down: bool) {
        let last = self.question.choices.len().saturating_sub(usize::from(self.question.entry.is_none()));
        self.cursor = if down { (self.cursor + 1).min(last) } else { self.cursor.saturating_sub(1) };
    }

    /// The answer that stands on the screen.
    fn answer(&self) -> Answer {
        if self.is_typing() { Answer::Text(Secret::new(self.typed.text())) } else { Answer::Choice(self.cursor) }
    }

    fn take(&mut self, answer: &Answer) -> Option<Command> {
        match self.wizard.answer(answer) {
            Err(wrong) => self.said = Some((Status::Fail, wrong)),
            Ok(next) => {
                let (look, said) = match next {
                    Next::Go(said) => (false, said),
                    Next::Look(said) => (true, said),
                };
                self.said = said.map(|said| (Status::Pass, said));
                let stays = self.question.step == self.wizard.step();
                self.asked = (look && stays).then(|| answer.clone());
                if !stays {
                    self.ask();
                }
                return look.then(|| Command::Start(Task::Look(self.draft())));
            }
        }
        None
    }

    fn draft(&self) -> Draft {
        Draft(Box::new(self.wizard.clone()))
    }
}

pub(super) fn press(app: &mut App, key: KeyEvent) -> Option<Command> {
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let typing = first.is_typing();
    let plain = key.modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE;
    match key.code {
        KeyCode::Esc => {
            first.said = (!first.wizard.back()).then(|| (Status::Note, "This is the first step".to_owned()));
            first.asked = None;
            first.ask();
            return Some(Command::Cancel(TaskKind::Look));
        }
        KeyCode::Enter if first.wizard.step() == Step::Review => {
            let draft = first.draft();
            (app.draft, app.new_draft) = (Some(draft.clone()), Some(draft.clone()));
            return Some(Command::Reload(Load { draft: Some(draft), ..Load::default() }));
        }
        KeyCode::Enter => {
            let answer = first.answer();
            return first.take(&answer);
        }
        KeyCode::Down | KeyCode::Tab => first.go(true),
        KeyCode::Up | KeyCode::BackTab => first.go(false),
        _ if typing && first.typed.key(key) => {
            first.said = None;
            first.hide_keys();
        }
        _ if typing => {}
        KeyCode::Char('j') if plain => first.go(true),
        KeyCode::Char('k') if plain => first.go(false),
        KeyCode::Char('d') if plain => return Some(Command::Reload(Load { demo: true, ..Load::default() })),
        KeyCode::Char('q') if plain => return Some(Command::Quit),
        _ => {}
    }
    None
}

/// The chain has been looked at: the question may stand otherwise now, or the answer be judged.
pub(super) fn looked(app: &mut App, facts: Facts) -> Option<Command> {
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let said = first.said.take();
    first.wizard.saw(facts);
    let command = if let Some(answer) = first.asked.take() {
        first.take(&answer)
    } else {
        first.ask();
        None
    };
    first.said = first.said.take().or(said);
    command
}

/// After the first run with the answers: offers to keep them.
pub(super) fn offer(app: &mut App) -> Option<Command> {
    if app.phase() != Phase::Over {
        return None;
    }
    let draft = app.new_draft.take()?;
    Some(Command::Start(Task::PlanProfile(draft)))
}

/// Shows the profile as it would be written, and asks.
pub(super) fn planned(app: &mut App, plan: Result<FilePlan, String>) -> Option<Command> {
    let Draft(wizard) = app.draft.clone()?;
    match plan {
        Ok(plan) => {
            let made = if plan.is_new { " (a new file, for you only)" } else { "" };
            let mut changes = vec![Change::Text(format!("{}{made}", plan.path))];
            changes.extend(plan.diff.into_iter().map(Change::Line));
            let mut notes = Vec::new();
            if wizard.must_export_key() {
                notes.push(format!(
                    "The private key is not written: set {} before the next run.",
                    crate::onboarding::KEY_VARIABLE
                ));
            }
            app.ask(Dialogue {
                changes,
                notes,
                undo: "Edit or delete the file; without it the questions come again.".to_owned(),
                yes: "Yes, save it".to_owned(),
                ..Dialogue::new(
                    format!("Save these answers as profile {}?", wizard.profile()),
                    Command::Start(Task::SaveProfile),
                )
            });
        }
        Err(why) => app.notice = Some(format!("The answers cannot be saved: {why}")),
    }
    None
}

pub(super) fn saved(app: &mut App, outcome: Result<String, String>) -> Option<Command> {
    app.notice = Some(match outcome {
        Ok(path) => format!("Saved in {path}"),
        Err(why) => format!("Nothing was saved: {why}"),
    });
    None
}

pub(super) fn draw(frame: &mut Frame, app: &App, first: &FirstRun) {
    let whole = frame.area();
    let [head, body, foot] = [
        Rect { height: 1.min(whole.height), ..whole },
        Rect { y: 1, height: whole.height.saturating_sub(2), ..whole },
        Rect { y: whole.bottom().saturating_sub(1), height: u16::from(whole.height > 1), ..whole },
    ];
    frame.render_widget(Paragraph::new(Line::from(vec![" polydoctor".bold(), "   first run".into()])), head);
    let step = first.wizard.step();
    let block = Block::bordered()
        .border_set(app.theme.border(true))
        .padding(Padding::horizontal(1))
        .title_top(Span::from(format!(" Step {} of 4   {} ", step.number(), step.title())).bold())
        .title_top(Line::from(dots(app, step)).right_aligned());
    let inside = block.inner(body);
    let (lines, caret) = content(app, first, inside.width.into());
    frame.render_widget(Paragraph::new(lines).block(block), body);
    frame.render_widget(Paragraph::new(keys(app, first)), foot);
    if let Some((line, cell)) = caret {
        let place = u16::try_from(cell).ok().zip(u16::try_from(line).ok());
        let position = place.map(|(x, y)| Position::new(inside.x.saturating_add(x), inside.y.saturating_add(y)));
        if let Some(position) = position.filter(|position| inside.contains(*position)) {
            frame.set_cursor_position(position);
        }
    }
}

/// Which steps are done.
fn dots(app: &App, step: Step) -> String {
    let (done, open) = if app.theme.ascii { ("*", "-") } else { ("●", "○") };
    let dot = |it: &Step| format!("{} {} ", it.number(), if *it <= step { done } else { open });
    format!(" {}", Step::ALL.iter().map(dot).collect::<String>())
}

fn content(app: &App, first: &FirstRun, width: usize) -> (Vec<Line<'static>>, Option<(usize, usize)>) {
    let Question { text, choices, entry, help, .. } = &first.question;
    let mut page = Page::new(app.theme, width);
    let roomy = app.size.height >= 24;
    if roomy {
        page.line("");
    }
    page.text(text, Style::new().bold());
    page.line("");
    let columns = Columns::of(app, choices, width.saturating_sub(6));
    for (place, choice) in choices.iter().enumerate() {
        let chosen = place == first.cursor;
        page.line(row(app, &columns.said(app, choice), chosen, width));
        if let Some(rest) = columns.rest(choice).filter(|_| chosen) {
            page.field("", 4, &rest);
        }
    }
    let mut caret = None;
    if entry.is_some() {
        let label = if *entry == Some(Entry::Secret) { "Typed or pasted here: " } else { "Another address: " };
        let room = width.saturating_sub(display_width(label) + 8);
        let (typed, cell) = first.typed.view(app.theme, room);
        if first.is_typing() {
            caret = Some((page.height(), display_width(label) + 6 + cell));
        }
        page.line(row(app, &format!("{label}{typed}"), first.is_typing(), width));
    }
    page.line("");
    if app.tasks.contains(&TaskKind::Look) {
        let symbol = app.theme.symbol(Status::Running, app.now_ms);
        page.text(&format!("{symbol} Looking at the wallets of this key on chain"), app.theme.status(Status::Running));
        page.line("");
    } else if let Some((status, said)) = &first.said {
        let symbol = app.theme.symbol(*status, app.now_ms);
        page.text(&format!("{symbol} {said}"), app.theme.status(*status));
        page.line("");
    }
    for paragraph in help {
        page.text(paragraph, Style::new());
        // the lines of the review belong together
        if roomy && first.wizard.step() != Step::Review {
            page.line("");
        }
    }
    if first.wizard.step() == Step::Review {
        page.heading("What will be asked, and only read");
        page.fields(app.about.hosts.iter().map(|(what, host)| (*what, host.as_str())));
        page.gap();
        page.text("Nothing is saved by this. Afterwards you are asked whether to keep the answers.", Style::new());
    }
    (page.finish(), caret)
}

/// As much of every choice as fits in one line; the rest stands below the chosen one.
struct Columns {
    label: usize,
    detail: Option<usize>,
    hint: bool,
}

impl Columns {
    fn of(app: &App, choices: &[Choice], room: usize) -> Self {
        let widest = |part: fn(&Choice) -> &str| {
            choices.iter().map(|choice| display_width(&app.theme.say(part(choice)))).max().unwrap_or_default()
        };
        let label = widest(|choice| &choice.label);
        let detail = widest(|choice| &choice.detail);
        let hint = label + detail + widest(|choice| &choice.hint) + 6 <= room;
        Self { label, detail: (label + detail + 3 <= room).then_some(detail), hint }
    }

    fn said(&self, app: &App, choice: &Choice) -> String {
        let padded = |text: &str, width: usize| {
            let text = app.theme.say(text);
            let gap = " ".repeat(width.saturating_sub(display_width(&text)) + 3);
            text + &gap
        };
        let mut said = padded(&choice.label, self.label);
        if let Some(width) = self.detail {
            said.push_str(&padded(&choice.detail, width));
        }
        if self.hint {
            said.push_str(&app.theme.say(&choice.hint));
        }
        said.trim_end().to_owned()
    }

    /// What did not fit.
    fn rest(&self, choice: &Choice) -> Option<String> {
        match (self.detail, self.hint) {
            (_, true) => None,
            (Some(_), false) => Some(choice.hint.clone()),
            (None, false) => Some(format!("{}  {}", choice.detail, choice.hint)),
        }
        .filter(|rest| !rest.trim().is_empty())
    }
}

fn row(app: &App, said: &str, chosen: bool, width: usize) -> Line<'static> {
    let (mark, button) = match (chosen, app.theme.ascii) {
        (true, false) => (app.theme.cursor(), "(•)"),
        (true, true) => (app.theme.cursor(), "(*)"),
        (false, _) => (" ", "( )"),
    };
    let line = Line::from(format!("{mark} {button} {}", app.theme.fit(said, width.saturating_sub(6))));
    if chosen { line.bold() } else { line }
}

fn keys(app: &App, first: &FirstRun) -> Line<'static> {
    let enter = if first.wizard.step() == Step::Review { "run the checks" } else { "next" };
    let mut keys = vec![("Enter", enter), ("Esc", "back")];
    if !first.question.choices.is_empty() {
        keys.insert(0, (if first.is_typing() { "↓ ↑" } else { "j k" }, "choose"));
    }
    if !first.is_typing() {
        keys.extend([("d", "demo"), ("q", "quit")]);
    }
    let pair = |(key, does): (&str, &str)| {
        [Span::from(format!(" {}", app.theme.say(key))).bold(), Span::raw(format!(" {does}  "))]
    };
    keys.into_iter().flat_map(pair).collect()
}
