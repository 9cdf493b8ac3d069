//! One question of the wizard on the whole screen.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Padding, Paragraph};
use textwrap::core::display_width;

use crate::checks::Status;
use crate::onboarding::{Choice, Question, Step};
use crate::tui::state::first_run::FirstRun;
use crate::tui::state::{App, Mode};
use crate::tui::text::Page;

/// Where the question is drawn, between the head and the keys.
fn body(size: Size) -> Rect {
    Rect { x: 0, y: 1, width: size.width, height: size.height.saturating_sub(2) }
}

/// The room for its text.
fn inside(app: &App, first: &FirstRun) -> Rect {
    block(app, first).inner(body(app.size))
}

fn block(app: &App, first: &FirstRun) -> Block<'static> {
    let step = first.wizard.step();
    let steps: Vec<Step> = first.wizard.steps().collect();
    let number = steps.iter().filter(|it| **it <= step).count();
    let title = format!(" Step {number} of {}   {} ", steps.len(), step.title());
    let dots = dots(app, &steps, step);
    let has_room = display_width(&title) + display_width(&dots) + 2 <= app.size.width.into();
    let block = Block::bordered()
        .border_set(app.theme.border(true))
        .padding(Padding::horizontal(1))
        .title_top(Span::from(title).bold());
    if has_room { block.title_top(Line::from(dots).right_aligned()) } else { block }
}

/// The first line that is seen, the furthest that can be, and how many there is room for.
pub(in crate::tui) fn extent(app: &App) -> (usize, usize, usize) {
    let Mode::FirstRun(first) = &app.mode else { return (0, 0, 1) };
    let inside = inside(app, first);
    let height = usize::from(inside.height).max(1);
    let Content { lines, shown, .. } = content(app, first, inside.width.into());
    let furthest = lines.len().saturating_sub(height);
    // what is chosen is seen, with the question above it if there is room; who reads on may leave it
    let least = shown.end.saturating_sub(height).min(shown.start);
    (first.scroll.max(least).min(furthest), furthest, height)
}

pub(in crate::tui) fn draw(frame: &mut Frame, app: &App, first: &FirstRun) {
    let whole = frame.area();
    let head = Rect { height: 1.min(whole.height), ..whole };
    let foot = Rect { y: whole.bottom().saturating_sub(1), height: u16::from(whole.height > 1), ..whole };
    frame.render_widget(Paragraph::new(Line::from(vec![" polydoctor".bold(), "   first run".into()])), head);
    let inside = inside(app, first);
    let Content { lines, caret, .. } = content(app, first, inside.width.into());
    let (scroll, furthest, height) = extent(app);
    let mut block = block(app, first);
    let more = match (scroll > 0, scroll < furthest) {
        (_, true) => " more: PgDn ",
        (true, false) => " more: PgUp ",
        (false, false) => "",
    };
    block = block.title_bottom(Line::from(app.theme.say(more)).right_aligned());
    let lines: Vec<Line<'_>> = lines.into_iter().skip(scroll).take(height).collect();
    frame.render_widget(Paragraph::new(lines).block(block), body(app.size).intersection(whole));
    frame.render_widget(Paragraph::new(keys(app, first)), foot);
    if let Some((line, cell)) = caret.and_then(|(line, cell)| Some((line.checked_sub(scroll)?, cell))) {
        let place = u16::try_from(cell).ok().zip(u16::try_from(line).ok());
        let position = place.map(|(x, y)| Position::new(inside.x.saturating_add(x), inside.y.saturating_add(y)));
        if let Some(position) = position.filter(|position| inside.contains(*position)) {
            frame.set_cursor_position(position);
        }
    }
}

/// Which steps are done.
fn dots(app: &App, steps: &[Step], step: Step) -> String {
    let (done, open) = if app.theme.ascii { ("*", "-") } else { ("●", "○") };
    let dot = |(place, it): (usize, &Step)| format!("{} {} ", place + 1, if *it <= step { done } else { open });
    format!(" {}", steps.iter().enumerate().map(dot).collect::<String>())
}

struct Content {
    lines: Vec<Line<'static>>,
    /// Line and cell of the cursor, where text is typed.
    caret: Option<(usize, usize)>,
    /// The lines of what is chosen.
    shown: Range<usize>,
}

fn content(app: &App, first: &FirstRun, width: usize) -> Content {
    let Question { text, choices, help, .. } = &first.question;
    let mut page = Page::new(app.theme, width);
    let roomy = app.size.height >= 24;
    if roomy {
        page.line("");
    }
    page.text(text, Style::new().bold());
    page.line("");
    let columns = Columns::of(app, choices, width.saturating_sub(6));
    let (mut caret, mut shown) = (None, 0..0);
    for (place, choice) in choices.iter().enumerate() {
        let chosen = Some(place) == first.cursor;
        let top = page.height();
        page.line(row(app, &columns.said(app, choice), chosen, width));
        if let Some(rest) = columns.rest(choice).filter(|_| chosen) {
            page.field("", 4, &rest);
        }
        if let Some(entry) = choice.entry.filter(|_| chosen) {
            let label = format!("      {}: ", entry.prompt());
            let room = width.saturating_sub(display_width(&label) + 2);
            // a field of its own line where there is no room beside the label
            let (label, room) = if room < 8 { ("    > ".to_owned(), width.saturating_sub(8)) } else { (label, room) };
            let (typed, cell) = first.typed.view(app.theme, room);
            caret = Some((page.height(), display_width(&label) + cell));
            page.line(format!("{label}{typed}"));
        }
        if chosen {
            shown = top..page.height();
        }
    }
    if !choices.is_empty() {
        page.line("");
    }
    if app.wizard_works() {
        let symbol = app.theme.symbol(Status::Running, app.now_ms);
        let doing = if first.wizard.may_ask_network() && !first.wizard.is_us() {
            "Looking up the wallets of this key"
        } else {
            "Reading"
        };
        page.text(&format!("{symbol} {doing}"), app.theme.status(Status::Running));
        page.line("");
    } else if let Some((status, said)) = &first.said {
        let symbol = app.theme.symbol(*status, app.now_ms);
        page.text(&format!("{symbol} {said}"), app.theme.status(*status));
        // the answer is seen with what it is about
        shown = caret.map_or(shown.start, |(line, _)| line)..page.height();
        page.line("");
    }
    for paragraph in help {
        page.text(paragraph, Style::new());
        // the lines of the review belong together
        if roomy && first.wizard.step() != Step::Review {
            page.line("");
        }
    }
    if first.wizard.step() == Step::Review {
        page.heading("Read-only requests to");
        let hosts =
            first.wizard.checked_by().iter().map(|host| (host.service, format!("{}: {}", host.host, host.sees)));
        let hosts: Vec<_> = hosts.collect();
        page.fields(hosts.iter().map(|(service, said)| (*service, said.as_str())));
        page.gap();
        page.text("This saves nothing. Afterwards you can save the answers.", Style::new());
    }
    Content { lines: page.finish(), caret, shown }
}

/// As much of every choice as fits in one line; the rest stands below the chosen one.
struct Columns {
    label: usize,
    detail: Option<usize>,
    hint: bool,
}

impl Columns {
    fn of(app: &App, choices: &[Choice], room: usize) -> Self {
        let widest = |part: fn(&Choice) -> &str| {
            choices.iter().map(|choice| display_width(&app.theme.say(part(choice)))).max().unwrap_or_default()
        };
        let label = widest(|choice| &choice.label);
        let detail = widest(|choice| &choice.detail);
        let hint = label + detail + widest(|choice| &choice.hint) + 6 <= room;
        Self { label, detail: (label + detail + 3 <= room).then_some(detail), hint }
    }

    fn said(&self, app: &App, choice: &Choice) -> String {
        let padded = |text: &str, width: usize| {
            let text = app.theme.say(text);
            let gap = " ".repeat(width.saturating_sub(display_width(&text)) + 3);
            text + &gap
        };
        let mut said = padded(&choice.label, self.label);
        if let Some(width) = self.detail {
            said.push_str(&padded(&choice.detail, width));
        }
        if self.hint {
            said.push_str(&app.theme.say(&choice.hint));
        }
        said.trim_end().to_owned()
    }

    /// What did not fit.
    fn rest(&self, choice: &Choice) -> Option<String> {
        match (self.detail, self.hint) {
            (_, true) => None,
            (Some(_), false) => Some(choice.hint.clone()),
            (None, false) => Some(format!("{}  {}", choice.detail, choice.hint)),
        }
        .filter(|rest| !rest.trim().is_empty())
    }
}

fn row(app: &App, said: &str, chosen: bool, width: usize) -> Line<'static> {
    let (mark, button) = match (chosen, app.theme.ascii) {
        (true, false) => (app.theme.cursor(), "(•)"),
        (true, true) => (app.theme.cursor(), "(*)"),
        (false, _) => (" ", "( )"),
    };
    let line = Line::from(format!("{mark} {button} {}", app.theme.fit(said, width.saturating_sub(6))));
    if chosen { line.bold() } else { line }
}

fn keys(app: &App, first: &FirstRun) -> Line<'static> {
    let enter = if first.wizard.step() == Step::Review { "run the checks" } else { "next" };
    let mut keys = vec![("Enter", enter), ("Esc", "back")];
    let move_keys = if first.is_typing() { "↓ ↑" } else { "j k" };
    match first.question.choices.len() {
        0 => keys.insert(0, (move_keys, "scroll")),
        1 => {}
        _ => keys.insert(0, (move_keys, "choose")),
    }
    if !first.is_typing() {
        keys.extend([("d", "demo"), ("q", "quit")]);
    }
    let pair = |(key, does): (&str, &str)| {
        [Span::from(format!(" {}", app.theme.say(key))).bold(), Span::raw(format!(" {does}  "))]
    };
    let mut room = usize::from(app.size.width);
    // whole ones, as far as they fit
    let fits = |pair: &[Span<'_>; 2]| {
        let used: usize = pair.iter().map(|span| span.content.trim_end().chars().count() + 1).sum();
        let fits = used <= room;
        room = room.saturating_sub(pair.iter().map(Span::width).sum());
        fits
    };
    keys.into_iter().map(pair).take_while(fits).flatten().collect()
}
