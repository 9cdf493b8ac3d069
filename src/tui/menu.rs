//! A list to choose from by name, over the panels: panels, actions, profiles.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};
use textwrap::core::display_width;

use super::app::{App, Command};
use super::field::Field;

/// What is offered, and what has been typed to find it.
#[derive(Clone, Debug)]
pub struct Menu {
    pub title: &'static str,
    pub entries: Vec<Entry>,
    pub typed: Field,
    cursor: usize,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub label: String,
    pub note: String,
    pub pick: Pick,
}

#[derive(Clone, Debug)]
pub enum Pick {
    /// By its place in the table of panels.
    Panel(usize),
    Act(fn(&mut App) -> Option<Command>),
    Command(Command),
}

/// What a key makes of a menu.
pub(super) enum Choice {
    Open,
    Closed,
    Picked(Pick),
}

impl Menu {
    pub fn new(title: &'static str, entries: Vec<Entry>) -> Self {
        Self { title, entries, typed: Field::default(), cursor: 0 }
    }

    /// The entries that hold every typed word, those that begin with the text first.
    fn found(&self) -> Vec<&Entry> {
        let typed = self.typed.text().to_lowercase();
        let holds = |entry: &&Entry| {
            let text = format!("{} {}", entry.label, entry.note).to_lowercase();
            typed.split_whitespace().all(|word| text.contains(word))
        };
        let mut found: Vec<&Entry> = self.entries.iter().filter(holds).collect();
        found.sort_by_key(|entry| {
            let name = entry.label.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            !name.to_lowercase().starts_with(&typed)
        });
        found
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Choice {
        let last = self.found().len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Choice::Closed,
            KeyCode::Enter => {
                return self
                    .found()
                    .get(self.cursor)
                    .map_or(Choice::Closed, |entry| Choice::Picked(entry.pick.clone()));
            }
            KeyCode::Down | KeyCode::Tab => self.cursor = (self.cursor + 1).min(last),
            KeyCode::Up | KeyCode::BackTab => self.cursor = self.cursor.saturating_sub(1),
            _ => {
                if self.typed.key(key) {
                    self.cursor = 0;
                }
            }
        }
        Choice::Open
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.cursor = 0;
    }
}

pub(super) fn draw(frame: &mut Frame, app: &App, menu: &Menu) {
    let whole = frame.area();
    let entries = u16::try_from(menu.entries.len()).unwrap_or(u16::MAX);
    let (width, height) = (whole.width.min(64), whole.height.min(entries.saturating_add(4)));
    let area = Rect::new((whole.width - width) / 2, (whole.height - height) / 2, width, height);
    let block = Block::bordered()
        .padding(Padding::horizontal(1))
        .border_set(app.theme.border(true))
        .title_top(Span::from(format!(" {} ", menu.title)).bold())
        .title_bottom(Line::from(app.theme.say(" Enter choose   ↓ ↑ move   Esc close ")));
    let inside = block.inner(area);
    let room = usize::from(inside.width);
    let (typed, column) = menu.typed.view(app.theme, room.saturating_sub(2));
    let mut lines = vec![Line::from(format!("> {typed}")).bold()];
    let rows = usize::from(inside.height).saturating_sub(1);
    let found = menu.found();
    let above = menu.cursor.saturating_sub(rows.saturating_sub(1));
    let widest = found.iter().map(|entry| display_width(&entry.label)).max().unwrap_or_default().min(28);
    for (place, entry) in found.iter().enumerate().skip(above).take(rows) {
        let chosen = place == menu.cursor;
        let mark = if chosen { app.theme.cursor() } else { " " };
        let label = app.theme.say(&entry.label);
        let label =
            Span::raw(format!("{mark} {label}{}", " ".repeat(widest.saturating_sub(display_width(&label)) + 2)));
        let note = app.theme.fit(&entry.note, room.saturating_sub(label.width()));
        let line = Line::from(vec![label, Span::styled(note, app.theme.dim())]);
        lines.push(if chosen { line.bold() } else { line });
    }
    if found.is_empty() {
        lines.push(Line::from("  Nothing is called that").style(app.theme.dim()));
    }
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
    if inside.width > 0 && inside.height > 0 {
        let x = inside.x.saturating_add(u16::try_from(column + 2).unwrap_or(u16::MAX));
        frame.set_cursor_position(Position::new(x.min(inside.right() - 1), inside.y));
    }
}
