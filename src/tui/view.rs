//! Draws the state: who, the verdict, the panels, the keys.
//!
//! ```text
//!  polydoctor 0.1.0   signer 0x71C7…976F   chain 137              20/20   2.1 s     who
//!  ✗ 2 failed   ! 1 warning   – 3 skipped   ✓ 14 passed                             counts
//!  Start with wallet.funder: …                                                      advice
//! ┏ 1 Checks ━━━━━━━━━━━━━━━━━━━━━┓┌ 2 Detail ─────────────────────────────────────┐
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛└───────────────────────────────────────────────┘
//!  q quit   ? help   …                                                              footer
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};
use textwrap::core::display_width;

use super::header::{self, progress};
use super::keys::BINDINGS;
use super::panels::{self, Content};
use super::state::panel::PanelId;
use super::state::shape::Shape;
use super::state::{App, Mode};
use super::{layout, overlays, tabs, verdict};
use crate::checks::Status;

pub fn draw(frame: &mut Frame, app: &App) {
    if Shape::of(app.size) == Shape::Line {
        frame.render_widget(Paragraph::new(one_line(app)), frame.area());
        return;
    }
    if let Mode::FirstRun(wizard) = &app.mode {
        overlays::first_run::draw(frame, app, wizard);
        return;
    }
    let screen = layout::screen(app);
    frame.render_widget(Paragraph::new(header::lines(app, screen.header.width.into())), screen.header);
    frame.render_widget(Paragraph::new(tabs::line(app, screen.tabs.width.into())), screen.tabs);
    for (panel, area) in screen.panels {
        draw_panel(frame, app, panel, area);
    }
    draw_footer(frame, app, screen.footer);
    match &app.mode {
        Mode::Sheet { sheet, scroll } => overlays::sheet::draw(frame, app, *sheet, *scroll),
        Mode::Symptom => overlays::symptom::draw(frame, app),
        Mode::Market(market) => overlays::market::draw(frame, app, market),
        Mode::Menu(menu) => overlays::menu::draw(frame, app, menu),
        Mode::Asking(question) => overlays::dialogue::draw(frame, app, question),
        Mode::Panels | Mode::Search | Mode::FirstRun(_) => {}
    }
}

/// Too small for panels: the verdict, and how to leave.
fn one_line(app: &App) -> Vec<Line<'static>> {
    if let Mode::FirstRun(_) = app.mode {
        return vec![Line::from("first run: needs room"), Line::from("Ctrl-C quit")];
    }
    let status = verdict::status(app);
    let said = match (status, app.report.start()) {
        (Status::Running, _) => progress(app),
        (_, Some(check)) => check.id.to_owned(),
        (_, None) => "all in order".to_owned(),
    };
    let symbol = app.theme.symbol(status, app.now_ms);
    let sign = format!("{symbol} {} ", status.word());
    let line = Line::from(vec![Span::styled(sign, app.theme.status(status)), Span::raw(said)]);
    vec![line, Line::from("q quit")]
}

fn draw_panel(frame: &mut Frame, app: &App, panel: PanelId, area: Rect) {
    let content = panels::content(app, panel);
    let inside = layout::inside(app, panel, area);
    let height = usize::from(inside.height);
    let scrolled = panels::scrolled(app, panel, &content, height);
    let below = content.lines.len().saturating_sub(scrolled + height);
    let narrow = Shape::of(app.size) == Shape::Narrow;
    let hidden = [(scrolled, format!(" ↑ {scrolled} above ")), (below, format!(" ↓ {below} more "))];
    let hidden: Vec<String> =
        hidden.into_iter().filter(|(lines, _)| *lines > 0).map(|(_, said)| app.theme.say_whole(&said)).collect();
    let across = usize::from(area.width).saturating_sub(2);
    // on the one line of a narrow panel the title comes first, then what is hidden
    let taken = if narrow { hidden.iter().map(|said| display_width(said)).sum() } else { 0 };
    let title = app.theme.cut_line(title(app, panel, &content), across);
    let corner = corner(&content, across.saturating_sub(title.width() + taken));
    let mut room = across.saturating_sub(title.width() + corner.width());
    let mut block = Block::new()
        .borders(if narrow { Borders::TOP } else { Borders::ALL })
        .border_set(app.theme.border(app.shown.focus == panel))
        .title_top(title)
        .title_top(corner.right_aligned());
    for said in hidden {
        if narrow && display_width(&said) > room {
            continue;
        }
        room = room.saturating_sub(display_width(&said));
        let said = Line::from(said).right_aligned();
        block = if narrow { block.title_top(said) } else { block.title_bottom(said) };
    }
    frame.render_widget(block, area);
    if let Some((line, cell)) = content.caret.filter(|_| app.shown.focus == panel && matches!(app.mode, Mode::Panels)) {
        show_caret(frame, inside, line.checked_sub(scrolled), cell);
    }
    let visible = content.lines.into_iter().skip(scrolled).take(height);
    let visible: Vec<_> = visible.map(|line| app.theme.cut_line(line, inside.width.into())).collect();
    frame.render_widget(Paragraph::new(visible), inside);
}

/// The terminal's cursor, where a text is typed in a panel.
fn show_caret(frame: &mut Frame, inside: Rect, line: Option<usize>, cell: usize) {
    let place = line.and_then(|line| Some((u16::try_from(cell).ok()?, u16::try_from(line).ok()?)));
    let position = place.map(|(x, y)| Position::new(inside.x.saturating_add(x), inside.y.saturating_add(y)));
    if let Some(position) = position.filter(|position| inside.contains(*position)) {
        frame.set_cursor_position(position);
    }
}

fn title(app: &App, panel: PanelId, content: &Content) -> Line<'static> {
    let name = Span::from(format!(" {} {} ", panel.number(), panel.name()));
    let mut title = vec![if app.shown.focus == panel { name.bold() } else { name }];
    if !content.title.is_empty() {
        title.push(Span::raw(format!("{} ", content.title.trim_end())));
    }
    Line::from(title)
}

/// What the panel says of itself, where it fits beside the title.
fn corner(content: &Content, width: usize) -> Line<'static> {
    let mut corner = Vec::new();
    if !content.corner.is_empty() {
        corner.push(Span::raw(format!(" {} ", content.corner)));
    }
    let corner = Line::from(corner);
    // number and name of the panel matter more
    if corner.width() > width { Line::default() } else { corner }
}

fn draw_footer(frame: &mut Frame, app: &App, area: Rect) {
    if matches!(app.mode, Mode::Search) {
        draw_search(frame, app, area);
        return;
    }
    if let Some(notice) = &app.notice {
        draw_notice(frame, app, notice, area);
        return;
    }
    frame.render_widget(Paragraph::new(keys(app, area.width.into())), area);
}

/// What happened, in the footer; a long sentence grows upwards over the panels.
fn draw_notice(frame: &mut Frame, app: &App, notice: &str, area: Rect) {
    const MOST: usize = 4;
    let width = usize::from(area.width).saturating_sub(1).max(1);
    let options = textwrap::Options::new(width).initial_indent(" ").subsequent_indent(" ");
    let notice = app.theme.say_whole(notice);
    let wrapped = textwrap::wrap(&notice, options);
    let is_cut = wrapped.len() > MOST;
    let mut lines: Vec<_> = wrapped.into_iter().take(MOST).map(|line| Line::from(line.into_owned())).collect();
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        last.push_span(app.theme.say("…"));
        *last = app.theme.cut_line(std::mem::take(last), width + 1);
    }
    let height = u16::try_from(lines.len()).unwrap_or(1).min(area.bottom());
    let area = Rect { y: area.bottom() - height, height, ..area };
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines), area);
}

/// The keys that do something now, as far as they fit.
/// The keys as far as they fit: how to leave and to get help before anything else.
fn keys(app: &App, width: usize) -> Line<'static> {
    let own = panels::keys(app.shown.focus).iter().filter_map(|own| Some((own.label, (own.footer)(app)?)));
    let own = own.filter(|_| matches!(app.mode, Mode::Panels));
    // a field takes every other key as text
    let general = BINDINGS.iter().filter(|binding| binding.works_in(&app.mode) && !app.is_typing());
    let general = general.filter_map(|binding| Some((binding.label, (binding.footer)(app)?)));
    let mut general: Vec<_> = general.collect();
    // what can be done in a panel comes before what can be done in every one
    if !panels::shows_check(app) {
        general.sort_by_key(|(label, _)| *label != "x");
    }
    let mut keys: Vec<_> = own.chain(general).collect();
    let needed = |keys: &[(&str, &str)]| {
        let each = keys.iter().map(|(label, word)| display_width(label) + 1 + word.len() + 3);
        each.sum::<usize>().saturating_sub(2)
    };
    while needed(&keys) > width {
        let last = keys.iter().rposition(|(label, _)| !matches!(*label, "q" | "?"));
        keys.remove(last.unwrap_or(keys.len() - 1));
    }
    let mut line = Vec::new();
    for (label, word) in keys {
        let gap = if line.is_empty() { " " } else { "   " };
        line.extend([Span::raw(gap), Span::from(label).bold(), Span::raw(format!(" {word}"))]);
    }
    Line::from(line)
}

/// The filter or search while it is typed, with the cursor in it.
fn draw_search(frame: &mut Frame, app: &App, area: Rect) {
    let room = usize::from(area.width).saturating_sub(2);
    let (typed, column) = app.search().view(app.theme, room);
    let line = vec![Span::from(format!(" /{typed}")).bold(), Span::raw("    Enter keep   Esc clear")];
    frame.render_widget(Paragraph::new(Line::from(line)), area);
    let x = area.x.saturating_add(u16::try_from(column + 2).unwrap_or(u16::MAX));
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
}
