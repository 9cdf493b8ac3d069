//! Which panel stands where: a function of the size and of the panels last looked at.

use ratatui::layout::{Position, Rect, Size};

use super::header;
use super::state::App;
use super::state::panel::{PanelId, Slot};
use super::state::shape::Shape;

pub struct Screen {
    pub header: Rect,
    /// The line of all panels with their keys; empty where there is no room for it.
    pub tabs: Rect,
    pub panels: Vec<(PanelId, Rect)>,
    pub footer: Rect,
}

pub fn screen(app: &App) -> Screen {
    let whole = Rect::from((Position::ORIGIN, app.size));
    let header = header::lines(app, app.size.width.into()).len();
    let [header, rest] = below(whole, u16::try_from(header).unwrap_or(u16::MAX));
    let has_tabs = matches!(Shape::of(app.size), Shape::Wide | Shape::Standard);
    let [tabs, rest] = below(rest, u16::from(has_tabs));
    let [body, footer] = below(rest, rest.height.saturating_sub(1));
    let panels = match Shape::of(app.size) {
        Shape::Wide => wide(app, body),
        Shape::Standard => standard(app, body),
        Shape::Narrow => vec![(app.shown.focus, body)],
        Shape::Line => Vec::new(),
    };
    Screen { header, tabs, panels, footer }
}

/// Rows of the checklist with its headings, in its frame.
const LIST: u16 = 37;
/// Rows of the panels below list and main place, at most.
const MOST_LOWER: u16 = 24;

fn wide(app: &App, body: Rect) -> Vec<(PanelId, Rect)> {
    // what the whole checklist with its headings leaves free
    let lower = body.height.saturating_sub(LIST).clamp(if body.height >= 34 { 8 } else { 7 }, MOST_LOWER);
    let [left, right] = beside(body, (body.width / 3).clamp(46, 72));
    let [list, under_list] = below(left, body.height - lower);
    let [main, under_main] = below(right, body.height - lower);
    let at = |place| PanelId::ALL.into_iter().find(|panel| panel.place() == place);
    // opened in the large place, the panel below it takes both
    let main = if app.shown.main.place() == Slot::UnderMain { right } else { main };
    let fixed = [(at(Slot::UnderList), under_list), (at(Slot::UnderMain), under_main)];
    let mut panels = vec![(PanelId::Checks, list), (app.shown.main, main)];
    panels.extend(
        fixed
            .into_iter()
            .filter_map(|(panel, area)| Some((panel?, area)))
            .filter(|(panel, _)| *panel != app.shown.main),
    );
    panels
}

/// Whichever of the two one is in has the room: a whole address fits beside the names of the checks.
fn standard(app: &App, body: Rect) -> Vec<(PanelId, Rect)> {
    let list = match (app.shown.focus == PanelId::Checks, body.width >= 80) {
        (true, true) => 38,
        (true, false) => 33,
        (false, true) => 30,
        (false, false) => 27,
    };
    let [left, right] = beside(body, list);
    vec![(PanelId::Checks, left), (app.shown.beside, right)]
}

/// An upper part of so many rows, and the rest. A solver of constraints would be asked at every key.
fn below(area: Rect, rows: u16) -> [Rect; 2] {
    let rows = rows.min(area.height);
    [Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area }]
}

/// A left part of so many columns, and the rest.
fn beside(area: Rect, columns: u16) -> [Rect; 2] {
    let columns = columns.min(area.width);
    [Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area }]
}

/// What a frame leaves: narrow screens have a line above only. The list keeps its margin itself, for
/// the mark of the cursor.
pub fn inside(app: &App, panel: PanelId, area: Rect) -> Rect {
    let sides = u16::from(Shape::of(app.size) != Shape::Narrow);
    let margin = u16::from(panel != PanelId::Checks);
    Rect {
        x: area.x + sides + margin,
        y: area.y + 1,
        width: area.width.saturating_sub(2 * (sides + margin)),
        height: area.height.saturating_sub(1 + sides),
    }
    .intersection(area)
}

/// The room inside a panel; none when it is not on the screen.
pub fn room_of(app: &App, panel: PanelId) -> Size {
    let shown = screen(app).panels.into_iter().find(|(shown, _)| *shown == panel);
    shown.map_or(Size::default(), |(_, area)| inside(app, panel, area).as_size())
}

pub fn height_of(app: &App, panel: PanelId) -> usize {
    room_of(app, panel).height.into()
}
