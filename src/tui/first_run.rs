//! The set-up wizard on the screen: one question at a time, each answer verified as it is given.

mod drawing;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(super) use self::drawing::draw;
use self::drawing::extent;
use super::Load;
use super::app::{App, Command, Mode, Phase};
use super::dialogue::{Change, Dialogue};
use super::field::Field;
use super::task::{Draft, FilePlan, Looked, Task, TaskKind};
use crate::checks::Status;
use crate::onboarding::{Answer, Entry, Next, Question, Step, Wizard};
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
