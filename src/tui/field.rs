//! A line of text that is typed: the one kind of text field there is.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use textwrap::core::display_width;
use zeroize::Zeroize as _;

use super::theme::Theme;
use crate::auth::explain;

/// Longer text is cut off: in a field that is drawn and searched for at each key.
pub const LONGEST: usize = 4 * 1024;
/// The same where every character counts, such as in the body of a request.
const LONGEST_EXACT: usize = 64 * 1024;

/// Text with a cursor. Wiped when dropped, since a key may be typed into it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    /// In bytes; always between two characters.
    cursor: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// Pasted lines become one.
    #[default]
    Line,
    /// Shows how much was typed, and nothing of it.
    Hidden,
    /// Keeps every character that is pasted, and has a sign for those that leave no mark.
    Exact,
}

impl Field {
    pub fn of(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.len(), kind: Kind::Line }
    }

    /// For secrets. As long as keys usually are, it never moves in memory.
    pub fn hidden() -> Self {
        Self { text: String::with_capacity(1024), cursor: 0, kind: Kind::Hidden }
    }

    /// For text that counts to the last byte.
    pub fn exact() -> Self {
        Self { text: String::new(), cursor: 0, kind: Kind::Exact }
    }

    /// Hides from now on what is in it, or shows it.
    pub fn hide(&mut self, hidden: bool) {
        self.kind = if hidden { Kind::Hidden } else { Kind::Line };
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    pub fn clear(&mut self) {
        self.text.zeroize();
        self.cursor = 0;
    }

    /// Takes a key as text or as a move within it. False for a key that means nothing here, such as
    /// Enter.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
        match (key.modifiers - KeyModifiers::SHIFT, key.code) {
            (CONTROL, KeyCode::Char('u')) => self.clear(),
            (CONTROL, KeyCode::Char('k')) => self.text.truncate(self.cursor),
            (CONTROL, KeyCode::Char('w')) => self.delete_word(),
            (_, KeyCode::Home) | (CONTROL, KeyCode::Char('a')) => self.cursor = 0,
            (_, KeyCode::End) | (CONTROL, KeyCode::Char('e')) => self.cursor = self.text.len(),
            (_, KeyCode::Left) => self.cursor = self.before(),
            (_, KeyCode::Right) => self.cursor = self.after(),
            (_, KeyCode::Backspace) => {
                let from = self.before();
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            (_, KeyCode::Delete) => {
                let to = self.after();
                self.text.drain(self.cursor..to);
            }
            (KeyModifiers::NONE, KeyCode::Char(c)) => self.insert(c.encode_utf8(&mut [0; 4])),
            _ => return false,
        }
        true
    }

    /// A text of several lines becomes one line, unless every character counts.
    pub fn paste(&mut self, text: &str) {
        if self.kind == Kind::Exact {
            return self.insert(text);
        }
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.insert(&words);
    }

    /// What is visible in so many cells, and the cell of the cursor.
    pub fn view(&self, theme: Theme, width: usize) -> (String, usize) {
        let (before, after) = self.text.split_at(self.cursor);
        let shown = |text: &str| match self.kind {
            Kind::Line => theme.say_whole(text),
            Kind::Hidden => "*".repeat(text.chars().count()),
            Kind::Exact => explain::visible(text, theme.ascii),
        };
        let (before, after) = (shown(before), shown(after));
        let room = width.saturating_sub(1);
        let mut column = 0;
        let mut start = before.len();
        for (place, c) in before.char_indices().rev() {
            let cells = display_width(c.encode_utf8(&mut [0; 4]));
            if column + cells > room {
                break;
            }
            (start, column) = (place, column + cells);
        }
        let mut visible = before[start..].to_owned();
        let mut used = column;
        for c in after.chars() {
            used += display_width(c.encode_utf8(&mut [0; 4]));
            if used > width {
                break;
            }
            visible.push(c);
        }
        (visible, column)
    }

    fn insert(&mut self, text: &str) {
        let longest = if self.kind == Kind::Exact { LONGEST_EXACT } else { LONGEST };
        let room = longest.saturating_sub(self.text.len());
        let text = &text[..text.floor_char_boundary(room)];
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    fn delete_word(&mut self) {
        let before = self.text[..self.cursor].trim_end();
        let from = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        self.text.drain(from..self.cursor);
        self.cursor = from;
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].char_indices().next_back().map_or(0, |(start, _)| start)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].chars().next().map_or(self.cursor, |c| self.cursor + c.len_utf8())
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::Hidden {
            write!(f, "Field({} bytes)", self.text.len())
        } else {
            write!(f, "Field({:?})", self.text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Palette;

    const THEME: Theme = Theme { palette: Palette::Auto, ascii: false, animation: true, full_addresses: false };

    fn typed(keys: &[(KeyModifiers, KeyCode)]) -> Field {
        let mut field = Field::of("über den Fluss");
        for &(modifiers, code) in keys {
            assert!(field.key(KeyEvent::new(code, modifiers)));
        }
        field
    }

    #[test]
    fn text_is_edited_at_the_cursor() {
        let plain = KeyModifiers::NONE;
        let text = |keys: &[_]| typed(keys).text().to_owned();
        assert_eq!(text(&[(plain, KeyCode::Home), (plain, KeyCode::Delete)]), "ber den Fluss");
        assert_eq!(text(&[(plain, KeyCode::Left), (plain, KeyCode::Backspace)]), "über den Flus");
        assert_eq!(text(&[(KeyModifiers::CONTROL, KeyCode::Char('w'))]), "über den ");
        assert_eq!(text(&[(KeyModifiers::CONTROL, KeyCode::Char('u'))]), "");
        assert_eq!(text(&[(plain, KeyCode::Home), (KeyModifiers::SHIFT, KeyCode::Char('F'))]), "Füber den Fluss");
        assert!(!Field::default().key(KeyEvent::new(KeyCode::Enter, plain)));
    }

    #[test]
    fn the_cursor_is_always_in_sight() {
        let mut field = Field::of("0123456789");
        assert_eq!(field.view(THEME, 5), ("6789".to_owned(), 4));
        field.key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE));
        assert_eq!(field.view(THEME, 5), ("01234".to_owned(), 0));
        assert_eq!(field.view(THEME, 0).1, 0);
    }

    #[test]
    fn a_long_text_is_drawn_in_the_time_of_its_visible_part() {
        let mut field = Field::exact();
        field.paste(&"é".repeat(LONGEST_EXACT));
        let began = std::time::Instant::now();
        assert_eq!(field.view(THEME, 80).1, 79);
        assert!(began.elapsed() < std::time::Duration::from_secs(1), "{:?}", began.elapsed());
        let mut line = Field::default();
        line.paste(&"a log ".repeat(LONGEST));
        assert!(line.text().len() <= LONGEST, "what is searched for at each key is bounded");
    }

    #[test]
    fn what_is_hidden_is_neither_shown_nor_debugged() {
        let mut field = Field::hidden();
        field.paste("  secret\n");
        assert_eq!(field.view(THEME, 20).0, "******");
        assert!(!format!("{field:?}").contains("secret"));
        assert_eq!(field.text(), "secret");
    }
}
