//! The question before anything is changed: what will change, what breaks, whether it can be undone.
//! The answer is No until a person moves to Yes.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

use super::app::{App, Command};
use super::text::Page;
use crate::checks::Status;
use crate::settings::edit::{self, DiffLine};

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
    pub(super) on_yes: bool,
    pub(super) scroll: usize,
}

/// A part of what will change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Text(String),
    /// A line of a file, before or after.
    Line(DiffLine),
}

/// What a key makes of a question.
pub(super) enum Answer {
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
    pub(super) fn key(&mut self, key: KeyEvent, furthest: usize) -> Answer {
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
pub(super) fn account(app: &App) -> Vec<Change> {
    let signer = app.report.account.signer.map_or_else(|| "not known".to_owned(), |signer| signer.to_string());
    let key = app.facts.setup.key.as_ref().map(|key| format!(", private key from {}", key.source));
    let is_named = app.about.profiles.contains(&app.report.profile);
    let profile = is_named.then(|| format!(", profile {}", app.report.profile)).unwrap_or_default();
    let target = &app.report.target;
    let host = target.clob_url.as_deref().unwrap_or("not known");
    vec![
        Change::Text(String::new()),
        Change::Text(format!("Account: signer {signer}{profile}{}", key.unwrap_or_default())),
        Change::Text(format!("CLOB: {host}, chain {}", target.chain_id)),
    ]
}

/// Where it lies, and the room for its text.
fn area(app: &App) -> (Rect, Size) {
    let Size { width, height } = app.size;
    let wide = width.min(84);
    let room = wide.saturating_sub(4);
    let lines = app.dialogue().map_or(0, |dialogue| text(app, dialogue, room.into()).len());
    let high = height.min(u16::try_from(lines + 4).unwrap_or(u16::MAX));
    let area = Rect::new((width - wide) / 2, (height - high) / 2, wide, high);
    (area, Size::new(room, high.saturating_sub(4)))
}

/// How far its text can be scrolled.
pub(super) fn furthest(app: &App) -> usize {
    let (_, room) = area(app);
    let lines = app.dialogue().map_or(0, |dialogue| text(app, dialogue, room.width.into()).len());
    lines.saturating_sub(room.height.into())
}

fn text(app: &App, dialogue: &Dialogue, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(app.theme, width);
    for change in &dialogue.changes {
        match change {
            Change::Text(said) => page.text(said, Style::new()),
            Change::Line(line) => page.whole(&format!("{} {}", line.sign(), line.text), style(app, line.change)),
        }
    }
    if !dialogue.notes.is_empty() {
        page.gap();
        for note in &dialogue.notes {
            page.text(note, Style::new().bold());
        }
    }
    if !dialogue.breaks.is_empty() {
        page.heading("What stops working");
        dialogue.breaks.iter().for_each(|breaks| page.point(breaks));
    }
    if !dialogue.undo.is_empty() {
        page.heading("How to undo");
        page.text(&dialogue.undo, Style::new());
    }
    page.finish()
}

fn style(app: &App, change: edit::Change) -> Style {
    match change {
        edit::Change::Same => app.theme.dim(),
        edit::Change::Removed => app.theme.status(Status::Fail),
        edit::Change::Added => app.theme.status(Status::Pass),
    }
}

pub(super) fn draw(frame: &mut Frame, app: &App, dialogue: &Dialogue) {
    let (area, room) = area(app);
    let lines = text(app, dialogue, room.width.into());
    let furthest = lines.len().saturating_sub(room.height.into());
    let scroll = dialogue.scroll.min(furthest);
    let mut block = Block::bordered()
        .padding(Padding::horizontal(1))
        .border_set(app.theme.border(true))
        .title_top(Span::from(format!(" {} ", app.theme.say(&dialogue.title))).bold());
    if scroll < furthest {
        let below = format!(" ↓ {} more ", furthest - scroll);
        block = block.title_bottom(Line::from(app.theme.say(&below)).right_aligned());
    }
    let mut shown: Vec<_> = lines.into_iter().skip(scroll).take(room.height.into()).collect();
    shown.extend([Line::default(), buttons(app, dialogue, room.width.into())]);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(shown).block(block), area);
}

/// The chosen one is in brackets and bold: neither colour nor place alone says it.
fn buttons(app: &App, dialogue: &Dialogue, width: usize) -> Line<'static> {
    let button = |word: &str, chosen: bool| {
        let word = app.theme.say(word);
        if chosen { Span::from(format!("[ {word} ]")).bold() } else { Span::raw(format!("  {word}  ")) }
    };
    let mut line =
        Line::from(vec![button("No", !dialogue.on_yes), Span::raw(" "), button(&dialogue.yes, dialogue.on_yes)]);
    let room = width.saturating_sub(line.width());
    let hints = [
        "   y: yes · n: no · Tab: switch · Enter: confirm · Esc: cancel",
        "   y / n · Tab: switch · Enter: confirm",
        "   y / n",
    ];
    if let Some(hint) = hints.into_iter().find(|hint| hint.chars().count() <= room) {
        line.push_span(Span::styled(app.theme.say(hint), app.theme.dim()));
    }
    line
}
