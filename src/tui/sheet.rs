//! Pages that lie over the panels and are only read: the help, and what a reported error means here.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

use super::app::App;
use super::panels::help;

mod told;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Help,
    /// The answer to an error that was reported just now.
    Told,
}

impl Sheet {
    const fn title(self) -> &'static str {
        match self {
            Self::Help => " Help ",
            Self::Told => " The error you reported ",
        }
    }

    const fn keys(self) -> &'static str {
        match self {
            Self::Help => " Esc close   ↓ ↑ scroll ",
            Self::Told => " Enter open the check   Esc close   ↓ ↑ scroll ",
        }
    }

    fn lines(self, app: &App, width: usize) -> Vec<Line<'static>> {
        match self {
            Self::Help => help::lines(app, width),
            Self::Told => told::lines(app, width),
        }
    }

    /// The check that Enter opens, by its place in the report.
    pub fn leads_to(self, app: &App) -> Option<usize> {
        (self == Self::Told).then(|| told::leads_to(app)).flatten()
    }

    /// Its lines, and where they lie: in the middle, over everything.
    fn laid_out(self, app: &App) -> (Vec<Line<'static>>, Rect) {
        let Size { width, height } = app.size;
        let wide = width.min(78);
        let lines = self.lines(app, wide.saturating_sub(4).into());
        let high = height.min(u16::try_from(lines.len() + 2).unwrap_or(u16::MAX));
        (lines, Rect::new((width - wide) / 2, (height - high) / 2, wide, high))
    }

    /// Lines in all, and how many of them are visible.
    pub fn extent(self, app: &App) -> (usize, usize) {
        let (lines, area) = self.laid_out(app);
        (lines.len(), visible(area))
    }

    pub fn draw(self, frame: &mut Frame, app: &App, scroll: usize) {
        let (lines, area) = self.laid_out(app);
        let height = visible(area);
        let scroll = scroll.min(lines.len().saturating_sub(height));
        let below = lines.len().saturating_sub(scroll + height);
        let mut block = Block::bordered()
            .padding(Padding::horizontal(1))
            .border_set(app.theme.border(true))
            .title_top(Span::from(self.title()).bold())
            .title_bottom(Line::from(app.theme.say(self.keys())));
        if below > 0 {
            block = block.title_bottom(Line::from(app.theme.say(&format!(" ↓ {below} more "))).right_aligned());
        }
        frame.render_widget(Clear, area);
        let lines: Vec<_> = lines.into_iter().skip(scroll).take(height).collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}

/// Lines within the border.
fn visible(area: Rect) -> usize {
    area.height.saturating_sub(2).into()
}
