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
use super::keys;

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
            _ => match keys::step(key) {
                Some(step) => self.cursor = self.cursor.saturating_add_signed(step).min(last),
                None if self.typed.key(key) => self.cursor = 0,
                None => {}
            },
        }
        Choice::Open
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.cursor = 0;
    }
}

/// Cells of the widest label that keeps the notes beside the labels.
const WIDEST: usize = 40;

pub(super) fn draw(frame: &mut Frame, app: &App, menu: &Menu) {
    let whole = frame.area();
    let widest = menu.entries.iter().map(|entry| display_width(&app.theme.say(&entry.label))).max();
    let widest = widest.unwrap_or_default().min(WIDEST);
    let note = menu.entries.iter().map(|entry| display_width(&app.theme.say(&entry.note))).max().unwrap_or_default();
    // borders and padding, the mark, and the gap between label and note
    let wanted = u16::try_from(widest + note + 8).unwrap_or(u16::MAX).max(64);
    let width = whole.width.min(wanted);
    // where notes would be cut, the chosen one stands whole below the list
    let is_cut = wanted > whole.width;
    let lines_of = |note: &str| textwrap::wrap(note, usize::from(width.saturating_sub(4)).max(1)).len();
    let longest = menu.entries.iter().map(|entry| lines_of(&app.theme.say(&entry.note))).max().unwrap_or_default();
    let below = if is_cut && note > 0 { longest + 1 } else { 0 };
    let rows = menu.entries.len().saturating_add(4 + below);
    let height = whole.height.min(u16::try_from(rows).unwrap_or(u16::MAX));
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
    let rows = usize::from(inside.height).saturating_sub(1 + below);
    let found = menu.found();
    let above = menu.cursor.saturating_sub(rows.saturating_sub(1));
    for (place, entry) in found.iter().enumerate().skip(above).take(rows) {
        let chosen = place == menu.cursor;
        let mark = if chosen { app.theme.cursor() } else { " " };
        let label = app.theme.fit(&entry.label, room.saturating_sub(2));
        let padding = widest.saturating_sub(display_width(&label)) + 2;
        let mut line = Line::from(format!("{mark} {label}"));
        if !is_cut {
            line.push_span(Span::raw(" ".repeat(padding)));
            line.push_span(Span::styled(app.theme.say(&entry.note), app.theme.dim()));
        }
        lines.push(if chosen { line.bold() } else { line });
    }
    if found.is_empty() {
        lines.push(Line::from("  No match").style(app.theme.dim()));
    }
    if let Some(chosen) = found.get(menu.cursor).filter(|_| below > 0) {
        lines.push(Line::default());
        let note = app.theme.say(&chosen.note);
        let note = textwrap::wrap(&note, room.max(1)).into_iter();
        lines.extend(note.map(|line| Line::from(line.into_owned()).style(app.theme.dim())));
    }
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
    if inside.width > 0 && inside.height > 0 {
        let x = inside.x.saturating_add(u16::try_from(column + 2).unwrap_or(u16::MAX));
        frame.set_cursor_position(Position::new(x.min(inside.right() - 1), inside.y));
    }
}
