//! The clock: how far this one is from the server's, what is still uncertain, and how that narrowed.
//! While it is on the screen it takes readings of its own.

use ratatui::layout::Size;
use ratatui::style::{Modifier, Style, Stylize as _};
use ratatui::text::{Line, Span};

use super::Content;
use crate::checks;
use crate::facts::clock::{Drift, narrowed};
use crate::facts::{ClockReading, Facts};
use crate::settings::Venue;
use crate::tui::state::panels::clock::{EVERY_S, QUICK, State};
use crate::tui::state::task::Task;
use crate::tui::state::{App, Phase};
use crate::tui::text::{Page, duration};

/// Readings of the chart, of those that fit.
const CHARTED: usize = 12;

/// Once the run is over, so that its own readings are not disturbed.
pub(super) fn while_shown(app: &App) -> Option<Task> {
    let quick = QUICK.saturating_sub(app.panels.clock.readings);
    let is_clob = app.facts.setup.venues.has(Venue::Global);
    let is_live = app.phase() == Phase::Over && is_clob && !app.facts.setup.offline && !app.about.recorded;
    is_live.then_some(Task::ReadClock { quick })
}

/// A reading with what it leaves of the drift.
#[derive(Clone, Copy)]
struct Row {
    reading: ClockReading,
    /// `None` for a header that contradicts `/time`.
    left: Option<Drift>,
}

fn rows(app: &App) -> Vec<Row> {
    let of_us = || app.facts.us_clock.known().map(|clock| clock.readings.clone()).unwrap_or_default();
    let is_clob = app.facts.setup.venues.has(Venue::Global);
    let mut readings = if is_clob { app.facts.clock.clone() } else { of_us() };
    readings.sort_by(|a, b| a.sent_s.total_cmp(&b.sent_s));
    let left = narrowed(&readings);
    readings.into_iter().zip(left).map(|(reading, left)| Row { reading, left }).collect()
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let width = usize::from(room.width);
    let rows = rows(app);
    let known = rows.iter().rev().find_map(|row| row.left);
    let mut page = Page::new(app.theme, width);
    standing(app, known, &mut page);
    let mut below = Page::new(app.theme, width);
    meaning(app, known, &mut below);
    parties(app, known, &rows, &mut below);
    let below = below.finish();
    if !rows.is_empty() {
        page.heading("Offset, reading by reading");
        let above = page.len() + 1;
        let fitting = usize::from(room.height).saturating_sub(above + below.len() + 1).clamp(4, CHARTED);
        let rows = telling(&rows);
        chart(app, &rows[rows.len().saturating_sub(fitting)..], width, &mut page);
    }
    page.gap();
    let lines = [page.finish(), below].concat();
    let corner = format!("{} readings", rows.len());
    Content { corner, lines, ..Content::default() }
}

/// The offset in words, and what goes on.
fn standing(app: &App, known: Option<Drift>, page: &mut Page) {
    match known {
        Some(drift) => {
            let status = checks::clock_status(drift);
            let sign = format!("{} {}", app.theme.symbol(status, app.now_ms), status.word());
            page.line(vec![
                Span::styled(sign, app.theme.status(status)),
                Span::from(format!("  {}", app.theme.say(&figures(drift)))).bold(),
            ]);
            page.text(&direction(drift), Style::new());
        }
        None => match app.facts.server_time.failure() {
            Some(failure) => page.text(&format!("The server's time could not be read: {failure}"), Style::new()),
            None if app.facts.setup.offline => page.text("Offline: no request to the server", Style::new()),
            None => page.text("The server's time has not been read yet", Style::new()),
        },
    }
    let State { readings, failure } = &app.panels.clock;
    let goes_on = match (failure, *readings) {
        (Some(failure), _) => format!("The last reading failed: {failure}"),
        (None, count) if while_shown(app).is_none() || count == 0 => return,
        (None, count @ 1..QUICK) => format!("Narrowing: reading {count} of {QUICK}"),
        (None, _) => format!("Repeated every {EVERY_S} s while this panel is shown"),
    };
    page.text(&goes_on, app.theme.dim());
}

fn figures(drift: Drift) -> String {
    // a value inside its own uncertainty is none
    if drift.at_least_s() <= 0.0 {
        return format!("within {}", precise(drift.at_most_s()));
    }
    format!("{:+.2} s {}", drift.middle_s(), precise(drift.uncertainty_s()))
}

fn precise(seconds: f64) -> String {
    match seconds {
        seconds @ 0.1.. => format!("± {seconds:.2} s"),
        seconds => format!("± {:.0} ms", (seconds * 1_000.0).ceil()),
    }
}

fn direction(drift: Drift) -> String {
    match drift {
        Drift { low_s: 0.0.., .. } => format!("This clock is at least {:.2} s ahead of the server", drift.low_s),
        Drift { high_s: ..0.0, .. } => format!("This clock is at least {:.2} s behind the server", -drift.high_s),
        _ => "The clocks agree within the measurement error".to_owned(),
    }
}

/// Without the headers that neither narrow nor contradict anything: a run gives many of them.
fn telling(rows: &[Row]) -> Vec<Row> {
    let mut known_s = f64::INFINITY;
    let mut tells = |row: &&Row| {
        let left_s = row.left.map(Drift::uncertainty_s);
        let narrows = left_s.is_none_or(|left_s| left_s < known_s * 0.95);
        known_s = left_s.unwrap_or(known_s);
        row.reading.from_time || narrows
    };
    rows.iter().filter(&mut tells).copied().collect()
}

/// A row a reading: the interval that it allows, and within it what all so far leave.
fn chart(app: &App, rows: &[Row], width: usize, page: &mut Page) {
    let Some(scale) = Scale::of(rows, width) else { return };
    page.line(scale.axis(app));
    for row in rows {
        page.line(scale.row(app, row));
    }
}

struct Scale {
    low_s: f64,
    high_s: f64,
    cells: usize,
    wide: bool,
}

/// Width from which the chart names endpoint and round trip too.
const WIDE: usize = 60;

impl Scale {
    fn of(rows: &[Row], width: usize) -> Option<Self> {
        let shown = || rows.iter().filter(|row| row.left.is_some()).map(|row| Drift::of(&row.reading));
        let low_s = shown().map(|drift| drift.low_s).reduce(f64::min)?;
        let high_s = shown().map(|drift| drift.high_s).reduce(f64::max)?;
        let wide = width >= WIDE;
        let cells = width.checked_sub(if wide { 36 } else { 19 })?;
        (cells >= 8).then_some(Self { low_s, high_s, cells, wide })
    }

    fn cell(&self, at_s: f64) -> usize {
        // a share of a few dozen cells
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let cell = ((at_s - self.low_s) / (self.high_s - self.low_s) * self.cells as f64).floor() as usize;
        cell.min(self.cells - 1)
    }

    /// The bounds of the scale, and where the clocks agree.
    fn axis(&self, app: &App) -> Line<'static> {
        let (low, high) = (format!("{:+.1} s", self.low_s), format!("{:+.1} s", self.high_s));
        let mut axis = vec![b' '; self.cells];
        let mut put = |at: usize, text: &str| {
            for (cell, byte) in axis.iter_mut().skip(at).zip(text.bytes()) {
                *cell = byte;
            }
        };
        if self.low_s < 0.0 && self.high_s > 0.0 {
            put(self.cell(0.0), "0");
        }
        put(0, &low);
        put(self.cells.saturating_sub(high.len()), &high);
        let head = if self.wide { "     when  from     took      left  " } else { "    when     left  " };
        Line::styled(format!("{head}{}", String::from_utf8_lossy(&axis)), app.theme.dim())
    }

    fn row(&self, app: &App, row: &Row) -> Line<'static> {
        let Row { reading, left } = row;
        #[allow(clippy::cast_precision_loss)] // milliseconds of a date are exact
        let since_s = reading.sent_s - app.facts.started_ms as f64 / 1_000.0;
        let when = format!("{since_s:+.1} s");
        let left_s = left.map_or_else(|| "left out".to_owned(), |drift| precise(drift.uncertainty_s()));
        let left_s = app.theme.say(&left_s);
        let head = if self.wide {
            let from = if reading.from_time { "/time" } else { "Date" };
            format!("{when:>9}  {from:<5} {:>7}  {left_s:>8}  ", duration(round_trip_ms(reading)))
        } else {
            format!("{when:>8} {left_s:>8}  ")
        };
        let own = Drift::of(reading);
        let mut spans = vec![Span::styled(head, app.theme.dim())];
        let Some(left) = left else { return Line::from(spans) };
        let (from, to) = (self.cell(own.low_s), self.cell(own.high_s));
        let (left_from, left_to) = (self.cell(left.low_s), self.cell(left.high_s));
        let (light, heavy) = if app.theme.ascii { ("-", "#") } else { ("─", "█") };
        let status = app.theme.status(checks::clock_status(*left));
        spans.extend([
            Span::raw(" ".repeat(from)),
            Span::styled(light.repeat(left_from.saturating_sub(from)), app.theme.dim()),
            Span::styled(heavy.repeat((left_to + 1).saturating_sub(left_from)), status),
            Span::styled(light.repeat(to.saturating_sub(left_to)), app.theme.dim()),
        ]);
        Line::from(spans)
    }
}

fn round_trip_ms(reading: &ClockReading) -> u64 {
    // a round trip is bounded by the time limit of a request
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ms = ((reading.received_s - reading.sent_s).max(0.0) * 1_000.0).round() as u64;
    ms
}

/// What the limits mean, with a mark at the one that holds.
fn meaning(app: &App, known: Option<Drift>, page: &mut Page) {
    const LIMITS: [(f64, &str, &str); 4] = [
        (0.0, "below 2 s", "fine"),
        (2.0, "2 to 10 s", "no problem seen"),
        (10.0, "10 to 30 s", "near the limit"),
        (30.0, "beyond 30 s", "likely rejected"),
    ];
    page.heading("What it means");
    let holds = known.map(checks::clock_status);
    for (from_s, range, said) in LIMITS {
        let status = checks::drift_status(from_s);
        let is_here = holds == Some(status);
        let mark = if is_here { app.theme.cursor() } else { " " };
        let sign = format!("{mark}{} {}", app.theme.symbol(status, app.now_ms), status.word());
        let weight = if is_here { Modifier::BOLD } else { Modifier::empty() };
        page.line(vec![
            Span::styled(sign, app.theme.status(status)),
            Span::styled(format!("  {range:<11}  {said}"), Style::new().add_modifier(weight)),
        ]);
    }
    let limits = if app.facts.setup.venues.has(Venue::Global) {
        "Limits are those of related Polymarket services; the CLOB does not publish one"
    } else {
        "Polymarket US rejects timestamps more than 30 s off"
    };
    page.text(limits, app.theme.dim());
}

/// Whose clocks were read, and where.
fn parties(app: &App, known: Option<Drift>, rows: &[Row], page: &mut Page) {
    let facts = &app.facts;
    page.heading("Sources");
    if !facts.setup.venues.has(Venue::Global) {
        page.fields([("Date headers", format!("{} read, from Polymarket US", rows.len()).as_str())]);
        return;
    }
    let of_time = rows.iter().filter(|row| row.reading.from_time).count();
    let left_out = match rows.iter().filter(|row| row.left.is_none()).count() {
        0 => String::new(),
        count => format!(", {count} ignored: they contradict /time"),
    };
    let mut fields = vec![
        ("/time", format!("{of_time} read, each in whole seconds")),
        ("Date headers", format!("{} read{left_out}", rows.len() - of_time)),
    ];
    fields.extend(guide(facts).map(|said| ("/server-time", said)));
    fields.extend(signer(facts, known).map(|said| ("builder signer", said)));
    page.fields(fields.iter().map(|(label, value)| (*label, value.as_str())));
}

fn guide(facts: &Facts) -> Option<String> {
    let answer = facts.guide_time.known()?;
    Some(match answer.time_s {
        Some(_) => "responds too; mentioned in a guide, no official client uses it".to_owned(),
        None => format!("{}: mentioned in a guide, no official client uses it", answer.status),
    })
}

fn signer(facts: &Facts, known: Option<Drift>) -> Option<String> {
    facts.setup.builder_signer_url.as_ref()?;
    let Some(answer) = facts.builder_signer.known() else {
        return Some(match facts.builder_signer.failure() {
            Some(failure) => format!("not read: {failure}"),
            None => "not read".to_owned(),
        });
    };
    if answer.timestamp.len() == 13 {
        return Some("stamps in milliseconds, but the CLOB expects seconds".to_owned());
    }
    let own_s = known.map_or(0.0, Drift::middle_s);
    let Some(off) = checks::signer_offset(answer, own_s) else {
        return Some("its timestamp is not a number".to_owned());
    };
    let against = if known.is_some() { "the server" } else { "this clock" };
    Some(format!("{off:+.1} s ± 0.5 s from {against}: {}", checks::drift_status(off).word()))
}
