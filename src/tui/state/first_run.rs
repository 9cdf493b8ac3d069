//! The set-up wizard: one question at a time, each answer verified as it is given.

use super::message::Command;
use super::task::{Draft, Task};
use crate::checks::Status;
use crate::onboarding::{Answer, Entry, Next, Question, Wizard};
use crate::secret::Secret;
use crate::tui::field::Field;

/// The wizard, and where a person is in it.
#[derive(Clone)]
pub struct FirstRun {
    pub(in crate::tui) wizard: Wizard,
    pub(in crate::tui) question: Question,
    /// The choice that Enter takes; `None` where nothing says which and nobody has chosen.
    pub(in crate::tui) cursor: Option<usize>,
    pub(in crate::tui) typed: Field,
    /// What was found about the last answer, or what is wrong with this one.
    pub(in crate::tui) said: Option<(Status, String)>,
    /// Lines that are above the screen where no choice has to be seen.
    pub(in crate::tui) scroll: usize,
}

impl std::fmt::Debug for FirstRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstRun").field("step", &self.wizard.step()).finish_non_exhaustive()
    }
}

impl FirstRun {
    pub(in crate::tui) fn new(wizard: Wizard) -> Self {
        let question = wizard.question();
        let mut first = Self { wizard, question, cursor: None, typed: Field::default(), said: None, scroll: 0 };
        first.ask();
        first
    }

    /// Puts the question of the step that the wizard is at.
    pub(in crate::tui) fn ask(&mut self) {
        let question = self.wizard.question();
        if self.question != question {
            // what was typed is no answer to another question
            (self.question, self.cursor) = (question, None);
        }
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
    pub(in crate::tui) fn is_untouched(&self) -> bool {
        self.typed.is_empty() && !self.wizard.clone().back()
    }

    /// Whether the cursor is where text is typed.
    pub(in crate::tui) fn is_typing(&self) -> bool {
        self.entry().is_some()
    }

    /// Pasted text goes to the field of the cursor; elsewhere to that of a key or an address.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        if !self.is_typing() {
            let mut entries = [Entry::Key, Entry::Address].into_iter();
            let Some(choice) = entries.find_map(|entry| self.question.entry(entry)) else { return };
            self.choose(Some(choice));
        }
        self.typed.paste(text);
        self.hide_keys();
    }

    /// A private key that lands in another field is not shown either.
    pub(in crate::tui) fn hide_keys(&mut self) {
        let is_key = self.typed.text().bytes().filter(u8::is_ascii_hexdigit).count() > 44;
        self.typed.hide(is_key || self.entry().is_some_and(Entry::is_hidden));
    }

    pub(in crate::tui) fn go(&mut self, down: bool) {
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
    pub(in crate::tui) fn answer(&self) -> Option<Answer> {
        let choice = self.cursor?;
        Some(match self.entry() {
            Some(_) => Answer::Text { choice: Some(choice), text: Secret::new(self.typed.text()) },
            None => Answer::Choice(choice),
        })
    }

    /// What comes of an answer: work that it needs, or the next question.
    pub(in crate::tui) fn take(&mut self, answered: Result<Next, String>) -> Option<Command> {
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

    pub(in crate::tui) fn draft(&self) -> Draft {
        Draft(Box::new(self.wizard.clone()))
    }
}
