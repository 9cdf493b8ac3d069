//! The set-up wizard on the screen: one question at a time, each answer verified as it is given.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Padding, Paragraph};
use textwrap::core::display_width;

use super::Load;
use super::app::{App, Command, Mode, Phase};
use super::dialogue::{Change, Dialogue};
use super::field::Field;
use super::task::{Draft, FilePlan, Looked, Task, TaskKind};
use super::text::Page;
use crate::checks::Status;
use crate::onboarding::{Answer, Choice, Entry, Next, Question, Step, Wizard};
use crate::secret::Secret;
use crate::settings::{FoundKey, UnreadKey};

/// The wizard, and where a person is in it.
#[derive(Clone)]
pub struct FirstRun {
    wizard: Wizard,
    question: Question,
    /// The choice that Enter takes; `None` where nothing says which and nobody has chosen.
    cursor: Option<usize>,
    typed: Field,
    /// What was found about the last answer, or what is wrong with this one.
    said: Option<(Status, String)>,
    /// Lines that are above the screen where no choice has to be seen.
    scroll: usize,
}

impl std::fmt::Debug for FirstRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstRun").field("step", &self.wizard.step()).finish_non_exhaustive()
    }
}

impl FirstRun {
    pub(super) fn new(wizard: Wizard) -> Self {
        let question = wizard.question();
        let mut first = Self { wizard, question, cursor: None, typed: Field::default(), said: None, scroll: 0 };
        first.ask();
        first
    }

    /// Puts the question of the step that the wizard is at.
    fn ask(&mut self) {
        self.question = self.wizard.question();
        self.choose(self.question.likely);
    }

    /// Moves to a choice, with an empty field for what is typed there.
    fn choose(&mut self, choice: Option<usize>) {
        let before = self.entry();
        (self.cursor, self.scroll) = (choice, 0);
        let entry = self.entry();
        if entry != before || entry.is_none() {
            self.typed = if entry.is_some_and(Entry::is_hidden) { Field::hidden() } else { Field::default() };
        }
    }

    /// What is typed where the cursor is.
    fn entry(&self) -> Option<Entry> {
        self.question.choices.get(self.cursor?)?.entry
    }

    /// Whether nothing has been answered or typed yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.typed.is_empty() && !self.wizard.clone().back()
    }

    /// Whether the cursor is where text is typed.
    pub(super) fn is_typing(&self) -> bool {
        self.entry().is_some()
    }

    /// Pasted text goes to the field of the cursor; elsewhere to that of a key or an address.
    pub(super) fn paste(&mut self, text: &str) {
        if !self.is_typing() {
            let mut entries = [Entry::Key, Entry::Address].into_iter();
            let Some(choice) = entries.find_map(|entry| self.question.entry(entry)) else { return };
            self.choose(Some(choice));
        }
        self.typed.paste(text);
        self.hide_keys();
    }

    /// A private key that lands in another field is not shown either.
    fn hide_keys(&mut self) {
        let is_key = self.typed.text().bytes().filter(u8::is_ascii_hexdigit).count() > 44;
        self.typed.hide(is_key || self.entry().is_some_and(Entry::is_hidden));
    }

    fn go(&mut self, down: bool) {
        let last = self.question.choices.len().saturating_sub(1);
        let next = match self.cursor {
            None if down => 0,
            None => last,
            Some(cursor) if down => (cursor + 1).min(last),
            Some(cursor) => cursor.saturating_sub(1),
        };
        self.choose(Some(next));
    }

    /// The answer that stands on the screen.
    fn answer(&self) -> Option<Answer> {
        let choice = self.cursor?;
        Some(match self.entry() {
            Some(_) => Answer::Text { choice: Some(choice), text: Secret::new(self.typed.text()) },
            None => Answer::Choice(choice),
        })
    }

    /// What comes of an answer: work that it needs, or the next question.
    fn take(&mut self, answered: Result<Next, String>) -> Option<Command> {
        match answered {
            Err(wrong) => {
                // of a keystore that is none it is asked again where the key is
                if self.question != self.wizard.question() {
                    self.ask();
                }
                self.said = Some((Status::Fail, wrong));
                None
            }
            Ok(Next::Read) => Some(Command::Start(Task::ReadKey(self.draft()))),
            Ok(Next::Look(said)) => {
                self.said = said.map(|said| (Status::Pass, said));
                Some(Command::Start(Task::Look(self.draft())))
            }
            Ok(Next::Go(said)) => {
                self.said = said.map(|said| (Status::Pass, said));
                self.ask();
                None
            }
        }
    }

    fn draft(&self) -> Draft {
        Draft(Box::new(self.wizard.clone()))
    }
}

pub(super) fn press(app: &mut App, key: KeyEvent) -> Option<Command> {
    let (seen, furthest, room) = extent(app);
    let working = is_working(app);
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let typing = first.is_typing();
    let reads = first.question.choices.is_empty();
    let plain = key.modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE;
    match key.code {
        KeyCode::Esc => {
            first.said = (!first.wizard.back()).then(|| (Status::Note, "This is the first step".to_owned()));
            first.ask();
            return Some(Command::Cancel(TaskKind::Look));
        }
        KeyCode::Enter if first.wizard.step() == Step::Review => {
            let draft = first.draft();
            (app.draft, app.new_draft) = (Some(draft.clone()), Some(draft.clone()));
            return Some(Command::Reload(Load { draft: Some(draft), ..Load::default() }));
        }
        // the question is not there before its settings are
        KeyCode::Enter if working => {}
        KeyCode::Enter => match first.answer() {
            Some(answer) => {
                let answered = first.wizard.answer(&answer);
                return first.take(answered);
            }
            None => first.said = Some((Status::Note, "Nothing says which one it is: choose one first".to_owned())),
        },
        KeyCode::PageDown => first.scroll = (seen + room).min(furthest),
        KeyCode::PageUp => first.scroll = seen.saturating_sub(room),
        KeyCode::Down | KeyCode::Tab if reads => first.scroll = (seen + 1).min(furthest),
        KeyCode::Up | KeyCode::BackTab if reads => first.scroll = seen.saturating_sub(1),
        KeyCode::Down | KeyCode::Tab => first.go(true),
        KeyCode::Up | KeyCode::BackTab => first.go(false),
        _ if typing && first.typed.key(key) => {
            first.said = None;
            first.hide_keys();
        }
        _ if typing => {}
        KeyCode::Char('j') if plain && reads => first.scroll = (seen + 1).min(furthest),
        KeyCode::Char('k') if plain && reads => first.scroll = seen.saturating_sub(1),
        KeyCode::Char('j') if plain => first.go(true),
        KeyCode::Char('k') if plain => first.go(false),
        KeyCode::Char('d') if plain => return Some(Command::Reload(Load { demo: true, ..Load::default() })),
        KeyCode::Char('q') if plain => return Some(Command::Quit),
        _ => {}
    }
    None
}

fn is_working(app: &App) -> bool {
    [TaskKind::Look, TaskKind::ReadKey].iter().any(|task| app.tasks.contains(task))
}

/// The key has been read, or not.
pub(super) fn key_read(app: &mut App, read: Result<FoundKey, UnreadKey>) -> Option<Command> {
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let answered = match read {
        Ok(found) => first.wizard.take_key(found),
        Err(unread) => Err(first.wizard.could_not_read(unread)),
    };
    first.take(answered)
}

/// The settings are read, and the chain if that was agreed to: the question may stand otherwise now, or
/// the answer be judged.
pub(super) fn looked(app: &mut App, looked: Looked) -> Option<Command> {
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let said = first.said.take();
    let command = if let Some(answered) = first.wizard.saw(looked.facts, &looked.settings) {
        first.take(answered)
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

/// Where the question is drawn, between the head and the keys.
fn body(size: Size) -> Rect {
    Rect { x: 0, y: 1, width: size.width, height: size.height.saturating_sub(2) }
}

/// The room for its text.
fn inside(app: &App, first: &FirstRun) -> Rect {
    block(app, first).inner(body(app.size))
}

fn block(app: &App, first: &FirstRun) -> Block<'static> {
    let step = first.wizard.step();
    let title = format!(" Step {} of 4   {} ", step.number(), step.title());
    let dots = dots(app, step);
    let has_room = display_width(&title) + display_width(&dots) + 2 <= app.size.width.into();
    let block = Block::bordered()
        .border_set(app.theme.border(true))
        .padding(Padding::horizontal(1))
        .title_top(Span::from(title).bold());
    if has_room { block.title_top(Line::from(dots).right_aligned()) } else { block }
}

/// The first line that is seen, the furthest that can be, and how many there is room for.
fn extent(app: &App) -> (usize, usize, usize) {
    let Mode::FirstRun(first) = &app.mode else { return (0, 0, 1) };
    let inside = inside(app, first);
    let height = usize::from(inside.height).max(1);
    let Content { lines, shown, .. } = content(app, first, inside.width.into());
    let furthest = lines.len().saturating_sub(height);
    // what is chosen is seen, with the question above it if there is room; who reads on may leave it
    let least = shown.end.saturating_sub(height).min(shown.start);
    (first.scroll.max(least).min(furthest), furthest, height)
}

pub(super) fn draw(frame: &mut Frame, app: &App, first: &FirstRun) {
    let whole = frame.area();
    let head = Rect { height: 1.min(whole.height), ..whole };
    let foot = Rect { y: whole.bottom().saturating_sub(1), height: u16::from(whole.height > 1), ..whole };
    frame.render_widget(Paragraph::new(Line::from(vec![" polydoctor".bold(), "   first run".into()])), head);
    let inside = inside(app, first);
    let Content { lines, caret, .. } = content(app, first, inside.width.into());
    let (scroll, furthest, height) = extent(app);
    let mut block = block(app, first);
    if scroll < furthest {
        block = block.title_bottom(Line::from(app.theme.say(" more: PgDn ")).right_aligned());
    }
    let lines: Vec<Line<'_>> = lines.into_iter().skip(scroll).take(height).collect();
    frame.render_widget(Paragraph::new(lines).block(block), body(app.size).intersection(whole));
    frame.render_widget(Paragraph::new(keys(app, first)), foot);
    if let Some((line, cell)) = caret.and_then(|(line, cell)| Some((line.checked_sub(scroll)?, cell))) {
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

struct Content {
    lines: Vec<Line<'static>>,
    /// Line and cell of the cursor, where text is typed.
    caret: Option<(usize, usize)>,
    /// The lines of what is chosen.
    shown: Range<usize>,
}

fn content(app: &App, first: &FirstRun, width: usize) -> Content {
    let Question { text, choices, help, .. } = &first.question;
    let mut page = Page::new(app.theme, width);
    let roomy = app.size.height >= 24;
    if roomy {
        page.line("");
    }
    page.text(text, Style::new().bold());
    page.line("");
    let columns = Columns::of(app, choices, width.saturating_sub(6));
    let (mut caret, mut shown) = (None, 0..0);
    for (place, choice) in choices.iter().enumerate() {
        let chosen = Some(place) == first.cursor;
        let top = page.height();
        page.line(row(app, &columns.said(app, choice), chosen, width));
        if let Some(rest) = columns.rest(choice).filter(|_| chosen) {
            page.field("", 4, &rest);
        }
        if let Some(entry) = choice.entry.filter(|_| chosen) {
            let label = format!("      {}: ", entry.prompt());
            let room = width.saturating_sub(display_width(&label) + 2);
            // a field of its own line where there is no room beside the label
            let (label, room) = if room < 8 { ("      ".to_owned(), width.saturating_sub(8)) } else { (label, room) };
            let (typed, cell) = first.typed.view(app.theme, room);
            caret = Some((page.height(), display_width(&label) + cell));
            page.line(format!("{label}{typed}"));
        }
        if chosen {
            shown = top..page.height();
        }
    }
    if !choices.is_empty() {
        page.line("");
    }
    if is_working(app) {
        let symbol = app.theme.symbol(Status::Running, app.now_ms);
        let doing = if first.wizard.may_ask_network() { "Looking up the wallets of this key" } else { "Reading" };
        page.text(&format!("{symbol} {doing}"), app.theme.status(Status::Running));
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
    Content { lines: page.finish(), caret, shown }
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
    let move_keys = if first.is_typing() { "↓ ↑" } else { "j k" };
    match first.question.choices.len() {
        0 => keys.insert(0, (move_keys, "scroll")),
        1 => {}
        _ => keys.insert(0, (move_keys, "choose")),
    }
    if !first.is_typing() {
        keys.extend([("d", "demo"), ("q", "quit")]);
    }
    let pair = |(key, does): (&str, &str)| {
        [Span::from(format!(" {}", app.theme.say(key))).bold(), Span::raw(format!(" {does}  "))]
    };
    keys.into_iter().flat_map(pair).collect()
}
