//! The lines above the panels: who, how many checks stand how, and what to do now.

use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::app::{App, Phase};
use super::text::duration;
use super::verdict;
use crate::checks::Status;
use crate::watch::time_of_day;

/// As many as the width takes and the height allows.
pub fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let most_advice = match app.size.height {
        0..10 => 1,
        10..20 => 2,
        20.. => 3,
    };
    let advice = advice(app, width, most_advice);
    let mut lines = vec![who(app, width)];
    if app.size.height >= 10 {
        lines.push(counts(app, width));
    }
    lines.extend(advice);
    lines
}

fn who(app: &App, width: usize) -> Line<'static> {
    let watch = app.watching.map(|period| format!("watch {} s", period.as_secs()));
    let right = watch.into_iter().chain([progress(app), elapsed(app)]).collect::<Vec<_>>().join("  ");
    let right = format!("  {right} ");
    let mut line = vec![Span::from(" polydoctor").bold()];
    let mut used = line[0].width() + display_width(&right);
    for forms in facts(app) {
        let fits = |part: &Span| used + part.width() + 3 <= width;
        if let Some(part) = forms.into_iter().find(fits) {
            used += part.width() + 3;
            line.extend([Span::raw("   "), part]);
        }
    }
    line.push(Span::raw(" ".repeat(width.saturating_sub(used))));
    line.push(Span::raw(right));
    Line::from(line)
}

/// What there is to say of the account, by weight; each in the forms it may take, the fullest first.
fn facts(app: &App) -> Vec<Vec<Span<'static>>> {
    let mut facts = Vec::new();
    if let Some(title) = &app.about.title {
        facts.push(vec![Span::from(app.theme.say(title)).bold()]);
    }
    if let Some(signer) = app.report.account.signer {
        let signer = app.theme.say(&signer.to_string());
        facts.push(vec![Span::raw(format!("signer {signer}")), Span::raw(signer)]);
    }
    if app.phase() != Phase::Launching {
        facts.push(vec![Span::raw(format!("chain {}", app.report.target.chain_id))]);
        facts.push(vec![Span::raw(format!("profile {}", app.theme.say(&app.report.profile)))]);
    }
    facts.push(vec![Span::styled(app.report.tool.version, app.theme.dim())]);
    facts
}

pub fn progress(app: &App) -> String {
    let progress = format!("{}/{}", settled(app), app.report.checks.len());
    if app.is_launching_or_running() {
        format!("{} {progress}", app.theme.symbol(Status::Running, app.now_ms))
    } else {
        progress
    }
}

fn settled(app: &App) -> usize {
    app.report.checks.iter().filter(|check| check.status.is_settled()).count()
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
    for (status, said) in app.report.counts() {
        let gap = if line.is_empty() { " " } else { "   " };
        let said = format!("{} {said}", app.theme.symbol(status, app.now_ms));
        used += gap.len() + display_width(&said);
        if used > width {
            break;
        }
        line.extend([Span::raw(gap), Span::styled(said, app.theme.status(status))]);
    }
    let ended = app.ended_ms().filter(|_| app.phase() == Phase::Over && !app.about.recorded);
    if let Some(ended) = ended.map(|at_ms| last_run(app, at_ms)) {
        let fitting = ended.iter().find(|said| used + said.len() + 3 <= width);
        line.extend(fitting.map(|said| Span::styled(format!("{said:>0$}", width - used - 1), app.theme.dim())));
    }
    if app.phase() == Phase::Running && width > used + 12 {
        line.push(Span::raw("   "));
        line.extend(gauge(app, (width - used - 4).min(40)));
    }
    Line::from(line)
}

/// When everything was asked last, in the forms that it may take.
fn last_run(app: &App, at_ms: i64) -> [String; 2] {
    let (at, word) = (time_of_day(at_ms), if verdict::was_stopped(app) { "stopped" } else { "last run" });
    [format!("{word} {at}"), at]
}

fn gauge(app: &App, width: usize) -> [Span<'static>; 2] {
    let done = width * settled(app) / app.report.checks.len().max(1);
    let (full, empty) = app.theme.gauge();
    [
        Span::styled(full.repeat(done), app.theme.status(Status::Running)),
        Span::styled(empty.repeat(width - done), app.theme.dim()),
    ]
}

/// The fullest form that fits in one line, or else the shortest, over as many lines as it may take.
fn advice(app: &App, width: usize, most: usize) -> Vec<Line<'static>> {
    let style = if app.is_launching_or_running() { Style::new() } else { Style::new().bold() };
    let options = textwrap::Options::new(width.saturating_sub(1).max(1)).initial_indent(" ").subsequent_indent(" ");
    let wrap = |form: &String| textwrap::wrap(&app.theme.say(form), &options).into_iter().map(String::from).collect();
    let forms: Vec<Vec<String>> = verdict::advice(app).iter().map(wrap).collect();
    let best = forms.iter().find(|lines| lines.len() == 1).or(forms.last());
    best.into_iter().flatten().take(most).map(|line| Line::styled(line.clone(), style)).collect()
}
