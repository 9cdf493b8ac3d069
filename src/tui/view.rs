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
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};
use textwrap::core::display_width;

use super::app::{App, Mode, Phase};
use super::keys::BINDINGS;
use super::layout::{self, Shape};
use super::panels::{self, Content, PANELS};
use super::text::duration;
use super::verdict;
use crate::checks::Status;

pub fn draw(frame: &mut Frame, app: &App) {
    if Shape::of(app.size) == Shape::Line {
        frame.render_widget(Paragraph::new(one_line(app)), frame.area());
        return;
    }
    let screen = layout::screen(app);
    draw_header(frame, app, screen.header);
    for (panel, area) in screen.panels {
        draw_panel(frame, app, panel, area);
    }
    draw_footer(frame, app, screen.footer);
    if let Mode::Help { scroll } = app.mode {
        draw_help(frame, app, scroll);
    }
}

/// Too small for panels: the verdict, and how to leave.
fn one_line(app: &App) -> Vec<Line<'static>> {
    let status = verdict::status(app);
    let said = match (status, verdict::start(&app.report)) {
        (Status::Running, _) => progress(app),
        (_, Some(check)) => check.id.to_owned(),
        (_, None) => "healthy".to_owned(),
    };
    let symbol = app.theme.symbol(status, app.now_ms);
    let line = Line::from(vec![Span::styled(format!("{symbol} "), app.theme.status(status)), Span::raw(said)]);
    vec![line, Line::from("q quit")]
}

fn draw_header(frame: &mut Frame, app: &App, area: Rect) {
    let width = usize::from(area.width);
    let mut lines = vec![who(app, width), counts(app, width), advice(app, width)];
    if area.height < 3 {
        // The advice names the problem, so it outlives the counts.
        lines.remove(if app.phase() == Phase::Over { 1 } else { 2 });
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn who(app: &App, width: usize) -> Line<'static> {
    let right = [progress(app), elapsed(app)].join("  ") + " ";
    let report = &app.report;
    let signer = report.account.signer.map(|signer| format!("signer {}", app.theme.say(&signer.to_string())));
    let title = app.title.as_ref().map(|title| app.theme.say(title));
    let mut line = vec![Span::from(" polydoctor").bold()];
    let mut used = line[0].width() + display_width(&right);
    // By weight: what does not fit any more is left out.
    let known = app.phase() != Phase::Launching;
    let parts = [
        title.map(|title| Span::from(title).bold()),
        signer.map(Span::raw),
        known.then(|| Span::raw(format!("chain {}", report.target.chain_id))),
        known.then(|| Span::raw(format!("profile {}", app.theme.say(&report.profile)))),
        Some(Span::styled(report.tool.version, app.theme.dim())),
    ];
    for part in parts.into_iter().flatten() {
        if used + part.width() + 3 < width {
            used += part.width() + 3;
            line.extend([Span::raw("   "), part]);
        }
    }
    line.push(Span::raw(" ".repeat(width.saturating_sub(used))));
    line.push(Span::raw(right));
    Line::from(line)
}

fn progress(app: &App) -> String {
    let settled = app.report.checks.iter().filter(|check| check.status.is_settled()).count();
    let progress = format!("{settled}/{}", app.report.checks.len());
    if app.is_launching_or_running() {
        format!("{} {progress}", app.theme.symbol(Status::Running, app.now_ms))
    } else {
        progress
    }
}

fn elapsed(app: &App) -> String {
    match app.phase() {
        Phase::Launching => String::new(),
        // A tenth of a second is all that a moving figure can tell.
        Phase::Running => format!("{}.{} s", app.elapsed_ms() / 1_000, app.elapsed_ms() % 1_000 / 100),
        Phase::Over => duration(app.elapsed_ms()),
    }
}

/// Counts in words, the worst first; while running, a gauge where there is room.
fn counts(app: &App, width: usize) -> Line<'static> {
    let mut line = Vec::new();
    let mut used = 0;
    for (status, said) in verdict::counts(&app.report) {
        let gap = if line.is_empty() { " " } else { "   " };
        let said = format!("{} {said}", app.theme.symbol(status, app.now_ms));
        used += gap.len() + display_width(&said);
        if used > width {
            break;
        }
        line.extend([Span::raw(gap), Span::styled(said, app.theme.status(status))]);
    }
    if app.phase() == Phase::Running && width > used + 12 {
        line.push(Span::raw("   "));
        line.extend(gauge(app, (width - used - 4).min(40)));
    }
    Line::from(line)
}

fn gauge(app: &App, width: usize) -> [Span<'static>; 2] {
    let all = app.report.checks.len().max(1);
    let settled = app.report.checks.iter().filter(|check| check.status.is_settled()).count();
    let done = width * settled / all;
    let (full, empty) = app.theme.gauge();
    [
        Span::styled(full.repeat(done), app.theme.status(Status::Running)),
        Span::styled(empty.repeat(width - done), app.theme.dim()),
    ]
}

fn advice(app: &App, width: usize) -> Line<'static> {
    let advice = cut_end(&app.theme.say(&verdict::advice(app)), width.saturating_sub(2), app.theme.ascii);
    let style = match verdict::status(app) {
        Status::Running => Style::new(),
        _ => Style::new().bold(),
    };
    Line::from(vec![Span::raw(" "), Span::styled(advice, style)])
}

/// A sentence says most at its beginning.
fn cut_end(text: &str, width: usize, ascii: bool) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let ellipsis = if ascii { "..." } else { "…" };
    let mut cut = text.to_owned();
    while display_width(&cut) + display_width(ellipsis) > width && cut.pop().is_some() {}
    cut + ellipsis
}

fn draw_panel(frame: &mut Frame, app: &App, panel: usize, area: Rect) {
    let content = panels::content(app, panel);
    let inside = layout::inside(app, area);
    let height = usize::from(inside.height);
    let scrolled = app.scrolled(panel, &content, height);
    let below = content.lines.len().saturating_sub(scrolled + height);
    let focused = app.focus == panel;
    let mut block = Block::new()
        .borders(if Shape::of(app.size) == Shape::Narrow { Borders::TOP } else { Borders::ALL })
        .border_set(app.theme.border(focused))
        .title_top(title(app, panel, &content))
        .title_top(corner(app, panel, &content).right_aligned());
    if below > 0 {
        block = block.title_bottom(Line::from(app.theme.say(&format!(" ↓ {below} more "))).right_aligned());
    }
    if scrolled > 0 {
        block = block.title_bottom(app.theme.say(&format!(" ↑ {scrolled} above ")));
    }
    frame.render_widget(block, area);
    let visible: Vec<_> = content.lines.into_iter().skip(scrolled).take(height).collect();
    frame.render_widget(Paragraph::new(visible), inside);
}

fn title(app: &App, panel: usize, content: &Content) -> Line<'static> {
    let name = Span::from(format!(" {} {} ", panel + 1, PANELS[panel].name));
    let mut title = vec![if app.focus == panel { name.bold() } else { name }];
    if !content.title.is_empty() {
        title.push(Span::raw(format!("{} ", content.title.trim_end())));
    }
    Line::from(title)
}

/// What the panel says of itself; where panels share a place, the names of the others too.
fn corner(app: &App, panel: usize, content: &Content) -> Line<'static> {
    let mut corner = Vec::new();
    if !content.corner.is_empty() {
        corner.push(Span::raw(format!(" {} ", content.corner)));
    }
    let shared = Shape::of(app.size) == Shape::Standard && panel != panels::LIST;
    let others = (0..PANELS.len()).filter(|&other| shared && other != panel && other != panels::LIST);
    corner.extend(others.map(|other| Span::styled(format!(" {} {} ", other + 1, PANELS[other].name), app.theme.dim())));
    Line::from(corner)
}

fn draw_footer(frame: &mut Frame, app: &App, area: Rect) {
    if app.mode == Mode::Filter {
        draw_filter(frame, app, area);
        return;
    }
    let line = match &app.notice {
        Some(notice) => Line::from(format!(" {}", cut_end(&app.theme.say(notice), area.width.into(), app.theme.ascii))),
        None => keys(app, area.width.into()),
    };
    frame.render_widget(Paragraph::new(line), area);
}

/// The keys that do something now, as far as they fit.
fn keys(app: &App, width: usize) -> Line<'static> {
    let mut line = Vec::new();
    let mut used = 0;
    for (label, word) in BINDINGS.iter().filter_map(|binding| Some((binding.label, (binding.footer)(app)?))) {
        let gap = if line.is_empty() { " " } else { "   " };
        used += gap.len() + display_width(label) + 1 + word.len();
        if used > width {
            break;
        }
        line.extend([Span::raw(gap), Span::from(label).bold(), Span::raw(format!(" {word}"))]);
    }
    Line::from(line)
}

/// The filter while it is typed, with the cursor behind it.
fn draw_filter(frame: &mut Frame, app: &App, area: Rect) {
    let typed = app.theme.say(&app.filter);
    let behind = 2 + display_width(&typed);
    let line = vec![Span::from(format!(" /{typed}")).bold(), Span::raw("    Enter keep   Esc clear")];
    frame.render_widget(Paragraph::new(Line::from(line)), area);
    let x = area.x.saturating_add(u16::try_from(behind).unwrap_or(u16::MAX));
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
}

fn draw_help(frame: &mut Frame, app: &App, scroll: usize) {
    let area = layout::help(app);
    let room = Size::new(area.width.saturating_sub(2), area.height.saturating_sub(2));
    let lines = panels::help::lines(app, room.width.into());
    let scroll = scroll.min(lines.len().saturating_sub(room.height.into()));
    let below = lines.len().saturating_sub(scroll + usize::from(room.height));
    let mut block = Block::bordered().border_set(app.theme.border(true)).title_top(Span::from(" Help ").bold());
    if below > 0 {
        block = block.title_bottom(Line::from(app.theme.say(&format!(" ↓ {below} more "))).right_aligned());
    }
    frame.render_widget(Clear, area);
    let visible: Vec<_> = lines.into_iter().skip(scroll).take(room.height.into()).collect();
    frame.render_widget(Paragraph::new(visible).block(block), area);
}
