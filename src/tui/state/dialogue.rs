//! The question before anything is changed: what will change, what breaks, whether it can be undone.
//! The answer is No until a person moves to Yes.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::message::Command;
use crate::settings::edit::DiffLine;

/// A question, and what Yes does.
#[derive(Clone, Debug)]
pub struct Dialogue {
    pub title: String,
    /// What will change.
    pub changes: Vec<Change>,
    /// What stops working by it.
    pub breaks: Vec<String>,
    /// What there is to know beside it.
    pub notes: Vec<String>,
    /// Whether it can be undone, and how.
    pub undo: String,
    /// What the button says instead of `Yes`, such as `Yes, write it`.
    pub yes: String,
    pub command: Command,
    pub(in crate::tui) on_yes: bool,
    pub(in crate::tui) scroll: usize,
}

/// A part of what will change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Text(String),
    /// A line of a file, before or after.
    Line(DiffLine),
}

/// What a key makes of a question.
pub(in crate::tui) enum Answer {
    Open,
    No,
    Yes(Command),
}

impl Dialogue {
    pub fn new(title: impl Into<String>, command: Command) -> Self {
        Self {
            title: title.into(),
            changes: Vec::new(),
            breaks: Vec::new(),
            notes: Vec::new(),
            undo: String::new(),
            yes: "Yes".to_owned(),
            command,
            on_yes: false,
            scroll: 0,
        }
    }

    /// `y` and `n` answer, and Enter takes the chosen answer, which is No until it is moved.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent, furthest: usize) -> Answer {
        match key.code {
            KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q') => return Answer::No,
            KeyCode::Enter if !self.on_yes => return Answer::No,
            KeyCode::Enter | KeyCode::Char('y' | 'Y') => return Answer::Yes(self.command.clone()),
            KeyCode::Tab | KeyCode::BackTab => self.on_yes = !self.on_yes,
            KeyCode::Left | KeyCode::Char('h') => self.on_yes = false,
            KeyCode::Right | KeyCode::Char('l') => self.on_yes = true,
            KeyCode::Down | KeyCode::Char('j') => self.scroll = self.scroll.min(furthest).saturating_add(1),
            KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.min(furthest).saturating_sub(1),
            _ => {}
        }
        self.scroll = self.scroll.min(furthest);
        Answer::Open
    }
}

/// Whose account a change is made to, and where: several may be looked after on one machine.
pub(in crate::tui) fn account(app: &App) -> Vec<Change> {
    let signer = app.report.account.signer.map_or_else(|| "unknown".to_owned(), |signer| signer.to_string());
    let key = app.facts.setup.key.as_ref().map(|key| format!(", private key from {}", key.source));
    let is_named = app.about.profiles.contains(&app.report.profile);
    let profile = if is_named { format!(", profile {}", app.report.profile) } else { String::new() };
    let target = &app.report.target;
    let host = target.clob_url.as_deref().unwrap_or("unknown");
    vec![
        Change::Text(String::new()),
        Change::Text(format!("Account: signer {signer}{profile}{}", key.unwrap_or_default())),
        Change::Text(format!("CLOB: {host}, chain {}", target.chain_id)),
    ]
}
