//! The mouse: a click chooses what lies under it, the wheel scrolls the panel under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::motion::Motion;
use crate::tui::state::panel::PanelId;
use crate::tui::state::{App, Mode};
use crate::tui::{layout, panels};

/// Lines that one step of the wheel goes.
const WHEEL: isize = 3;

impl App {
    pub(super) fn point(&mut self, mouse: MouseEvent) {
        if !self.terminal.mouse || !matches!(self.mode, Mode::Panels) {
            return;
        }
        let at = Position::new(mouse.column, mouse.row);
        let under = layout::screen(self).panels.into_iter().find(|(_, area)| area.contains(at));
        let Some((panel, area)) = under else { return };
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.notice = None;
                let row = self.row_at(panel, area, at);
                self.shown.focus_on(panel);
                match (panel, row) {
                    (PanelId::Checks, Some(row)) => self.steer(|_, _| Some(row)),
                    (PanelId::Fleet, Some(row)) if row < self.panels.fleet.passing().len() => {
                        self.panels.fleet.cursor = row;
                    }
                    _ => {}
                }
            }
            MouseEventKind::ScrollDown => self.go_in(panel, Motion::Lines(WHEEL)),
            MouseEventKind::ScrollUp => self.go_in(panel, Motion::Lines(-WHEEL)),
            _ => {}
        }
    }

    /// The row of a panel's content at a place on the screen.
    fn row_at(&self, panel: PanelId, area: Rect, at: Position) -> Option<usize> {
        let inside = layout::inside(self, panel, area);
        let content = panels::content(self, panel);
        let line =
            panels::scrolled(self, panel, &content, inside.height.into()) + usize::from(at.y.checked_sub(inside.y)?);
        let is_above = |&first: &usize| first <= line;
        if line < content.lines.len() { content.rows.iter().rposition(is_above) } else { None }
    }
}
