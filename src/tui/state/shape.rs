//! Which layout a size takes.

use ratatui::layout::Size;

/// Layouts by size alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The list, a large panel, and two below.
    Wide,
    /// The list and one panel beside it.
    Standard,
    /// One panel.
    Narrow,
    /// No room for panels: the verdict in a line.
    Line,
}

impl Shape {
    pub fn of(size: Size) -> Self {
        match (size.width, size.height) {
            (100.., 30..) => Self::Wide,
            (60.., 16..) => Self::Standard,
            (24.., 6..) => Self::Narrow,
            _ => Self::Line,
        }
    }
}
