//! Which panel stands where: a function of the size and of the panels last looked at.

use ratatui::layout::{Constraint, Layout, Rect, Size};

use super::app::App;
use super::header;
use super::panels::{self, PANELS, Place};

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

pub struct Screen {
    pub header: Rect,
    pub panels: Vec<(usize, Rect)>,
    pub footer: Rect,
}

pub fn screen(app: &App) -> Screen {
    let whole = Rect::from((ratatui::layout::Position::ORIGIN, app.size));
    let header = u16::try_from(header::lines(app, app.size.width.into()).len()).unwrap_or(u16::MAX);
    let rows = [Constraint::Length(header), Constraint::Min(0), Constraint::Length(1)];
    let [header, body, footer] = Layout::vertical(rows).areas(whole);
    let panels = match Shape::of(app.size) {
        Shape::Wide => wide(app, body),
        Shape::Standard => standard(app, body),
        Shape::Narrow => vec![(app.focus, body)],
        Shape::Line => Vec::new(),
    };
    Screen { header, panels, footer }
}

fn wide(app: &App, body: Rect) -> Vec<(usize, Rect)> {
    let below = if body.height >= 35 { 8 } else { 7 };
    let [left, right] = Layout::horizontal([Constraint::Length(46), Constraint::Min(0)]).areas(body);
    let rows = Layout::vertical([Constraint::Min(0), Constraint::Length(below)]);
    let [list, under_list] = rows.areas(left);
    let [main, under_main] = rows.areas(right);
    let at = |place| PANELS.iter().position(|panel| panel.place == place);
    let fixed = [(at(Place::UnderList), under_list), (at(Place::UnderMain), under_main)];
    let mut panels = vec![(panels::LIST, list), (app.main, main)];
    panels.extend(fixed.into_iter().filter_map(|(panel, area)| Some((panel?, area))));
    panels
}

fn standard(app: &App, body: Rect) -> Vec<(usize, Rect)> {
    let list = if body.width >= 80 { 38 } else { 33 };
    let [left, right] = Layout::horizontal([Constraint::Length(list), Constraint::Min(0)]).areas(body);
    vec![(panels::LIST, left), (app.beside, right)]
}

/// What a frame leaves: narrow screens have a line above only. The list keeps its margin itself, for
/// the mark of the cursor.
pub fn inside(app: &App, panel: usize, area: Rect) -> Rect {
    let sides = u16::from(Shape::of(app.size) != Shape::Narrow);
    let margin = u16::from(panel != panels::LIST);
    Rect {
        x: area.x + sides + margin,
        y: area.y + 1,
        width: area.width.saturating_sub(2 * (sides + margin)),
        height: area.height.saturating_sub(1 + sides),
    }
    .intersection(area)
}

/// The room inside a panel; none when it is not on the screen.
pub fn room_of(app: &App, panel: usize) -> Size {
    let shown = screen(app).panels.into_iter().find(|(shown, _)| *shown == panel);
    shown.map_or(Size::default(), |(_, area)| inside(app, panel, area).as_size())
}

pub fn height_of(app: &App, panel: usize) -> usize {
    room_of(app, panel).height.into()
}

/// Where the help lies.
pub fn help(app: &App) -> Rect {
    let whole = Rect::from((ratatui::layout::Position::ORIGIN, app.size));
    whole.centered(Constraint::Max(76), Constraint::Max(u16::try_from(panels::help::HEIGHT).unwrap_or(u16::MAX)))
}

/// Lines of the help, and how many of them are visible.
pub fn help_extent(app: &App) -> (usize, usize) {
    let room = help(app).as_size();
    (panels::help::lines(app, room.width.saturating_sub(4).into()).len(), room.height.saturating_sub(2).into())
}
