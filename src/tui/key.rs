//! Keys of the keyboard, as tables name them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub type Key = (KeyModifiers, KeyCode);

pub const fn char(c: char) -> Key {
    plain(KeyCode::Char(c))
}

pub const fn plain(code: KeyCode) -> Key {
    (KeyModifiers::NONE, code)
}

pub const fn ctrl(c: char) -> Key {
    (KeyModifiers::CONTROL, KeyCode::Char(c))
}

/// A key as tables name it: terminals disagree on whether `R` and `?` come with Shift.
pub fn pressed(key: KeyEvent) -> Key {
    (key.modifiers - KeyModifiers::SHIFT, key.code)
}

/// Which way a key goes in a list beside a text that is typed, where letters are text.
pub fn step(key: KeyEvent) -> Option<isize> {
    match pressed(key) {
        (_, KeyCode::Down | KeyCode::Tab) | (KeyModifiers::CONTROL, KeyCode::Char('n' | 'j')) => Some(1),
        (_, KeyCode::Up | KeyCode::BackTab) | (KeyModifiers::CONTROL, KeyCode::Char('p' | 'k')) => Some(-1),
        _ => None,
    }
}
