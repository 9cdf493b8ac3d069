//! The lines above the panels: who, how many checks stand how, and what to do now.

use jiff::tz::TimeZone;
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::state::{App, Phase};
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
    let (who, parts) = who(app, width);
    let mut lines = vec![who];
    if app.size.height >= 20 {
        lines.extend(and_where(app, &parts, width));
    }
    if app.size.height >= 10 {
        lines.push(counts(app, width));
    }
    lines.extend(advice);
    lines
}

/// A part of the first line, in the forms that it may take, the fullest first.
struct Part {
    forms: Vec<Span<'static>>,
    /// The form in use; none while there is no room.
    form: Option<usize>,
    is_right: bool,
}

impl Part {
    fn left(forms: Vec<Span<'static>>) -> Self {
        Self { forms, form: None, is_right: false }
    }

    fn right(forms: Vec<String>) -> Self {
        let forms = forms.into_iter().filter(|form| !form.is_empty()).map(Span::raw).collect();
        Self { forms, form: None, is_right: true }
    }

    fn shown(&self) -> Option<&Span<'static>> {
        self.forms.get(self.form?)
    }
}

/// Cells between two parts, where there is room and where there is little.
const GAPS: [usize; 2] = [3, 2];
const ROOMY: usize = 60;

/// Which account, from where, on which host and chain, and when. What matters most is kept when there is
/// little room: the signer and the place that it comes from, in the end cut.
fn who(app: &App, width: usize) -> (Line<'static>, Vec<Part>) {
    let gap = GAPS[usize::from(width < ROOMY)];
    let mut parts = parts(app);
    for (place, fullest) in STEPS {
        let part = &parts[place];
        let (before, forms) = (part.form, part.forms.len());
        let choices = if fullest { 0..forms } else { forms.saturating_sub(1)..forms };
        let fits = choices.into_iter().find(|&form| {
            parts[place].form = Some(form);
            taken(&parts, gap) <= width
        });
        parts[place].form = fits.or(before);
    }
    let mut line = vec![Span::raw(" ")];
    let mut is_first = true;
    for part in parts.iter().filter(|part| !part.is_right) {
        let Some(shown) = part.shown() else { continue };
        if !std::mem::take(&mut is_first) {
            line.push(Span::raw(" ".repeat(gap)));
        }
        line.push(shown.clone());
    }
    let right: Vec<_> = parts.iter().filter(|part| part.is_right).filter_map(Part::shown).collect();
    let used = taken(&parts, gap);
    line.push(Span::raw(" ".repeat(width.saturating_sub(used))));
    for part in right {
        line.extend([Span::raw("  "), part.clone()]);
    }
    line.push(Span::raw(" "));
    (Line::from(line), parts)
}

/// On which host and chain, and when, where the first line had no room for it.
fn and_where(app: &App, parts: &[Part], width: usize) -> Option<Line<'static>> {
    let left_out = |place: &usize| Some(parts[*place].forms.first()?).filter(|_| parts[*place].form.is_none());
    let gap = " ".repeat(GAPS[usize::from(width < ROOMY)]);
    let rest: Vec<&str> = [CHAIN, WHEN].iter().filter_map(left_out).map(|part| part.content.as_ref()).collect();
    let rest = rest.join(&gap);
    // a long host gives way
    let room = width.saturating_sub(2 + rest.len() + gap.len());
    let host = left_out(&HOST).map(|host| app.theme.fit(&host.content, room));
    let shown: Vec<String> = host.into_iter().chain([rest]).filter(|text| !text.is_empty()).collect();
    (!shown.is_empty()).then(|| Line::styled(format!(" {}", shown.join(&gap)), app.theme.dim()))
}

/// Cells of the parts as they are.
fn taken(parts: &[Part], gap: usize) -> usize {
    let cells = |is_right, gap: usize| -> usize {
        parts
            .iter()
            .filter(|part| part.is_right == is_right)
            .filter_map(Part::shown)
            .map(|part| part.width() + gap)
            .sum()
    };
    // a margin at each end; no gap before the first
    2 + cells(false, gap).saturating_sub(gap) + cells(true, 2)
}

/// In which order the parts are given room, by their place in [`parts`]: the shortest form of what must not be
/// missing, then the fullest that fits of what is there and of the rest, by weight.
const STEPS: [(usize, bool); 14] = [
    (SIGNER, false),
    (ORIGIN, false),
    (REPLAY, false),
    (PROGRESS, true),
    (WATCH, true),
    (REPLAY, true),
    (ORIGIN, true),
    (NAME, false),
    (ELAPSED, true),
    (CHAIN, true),
    (HOST, true),
    (WHEN, true),
    (SIGNER, true),
    (NAME, true),
];
const NAME: usize = 0;
const REPLAY: usize = 1;
const SIGNER: usize = 2;
const ORIGIN: usize = 3;
const HOST: usize = 4;
const CHAIN: usize = 5;
const WHEN: usize = 6;
const WATCH: usize = 7;
const PROGRESS: usize = 8;
const ELAPSED: usize = 9;

/// Everything there is to say, from left to right.
fn parts(app: &App) -> Vec<Part> {
    let name = format!("polydoctor {}", app.report.tool.version);
    let heading = app.report.heading();
    let is_known = app.phase() != Phase::Launching;
    let say = |text: &str| app.theme.say(text);
    let spans = |texts: Vec<String>| texts.into_iter().map(Span::raw).collect::<Vec<_>>();
    let when = heading.at.map(|at| time_of_day(at.as_millisecond()));
    let replay = match (&heading.at, heading.is_replay) {
        (Some(at), true) => {
            let at = at.to_zoned(TimeZone::system());
            let (date, short) = (at.strftime("%Y-%m-%d %H:%M"), at.strftime("%m-%d %H:%M"));
            let forms = [format!("replay, recorded {date}"), format!("replay, {date}"), format!("replay, {short}")];
            // when it was recorded is only left out where there is no room for anything else
            let least = (app.size.width < 40).then(|| "replay".to_owned());
            forms.into_iter().chain(least).map(|form| Span::from(form).bold()).collect()
        }
        // what the command line says, until the settings are known
        _ => app.about.title.iter().filter(|_| !is_known).map(|title| Span::from(say(title)).bold()).collect(),
    };
    let signer = say(&heading.signer);
    let short = heading.short_signer().into_iter().map(|short| say(&short));
    let signer: Vec<String> = if app.report.account.signer.is_some() {
        [format!("signer {signer}"), signer].into_iter().chain(short).collect()
    } else {
        let shortest = signer.replace(" private key", " key");
        std::iter::once(signer).chain(short).chain([shortest]).collect()
    };
    let origin = heading.origin.iter().flat_map(|origin| {
        let whole = say(&origin.to_string());
        let name = origin.name.as_deref().map_or_else(|| whole.clone(), say);
        // a file elsewhere does not look like one of the same name that is here
        let away = if name.contains(['/', '\\']) { format!("{}/", app.theme.ellipsis()) } else { String::new() };
        let mut parts = name.rsplit(['/', '\\']);
        let last = parts.next().unwrap_or_default().to_owned();
        let near = parts.next().filter(|part| !matches!(*part, "" | "." | ".."));
        let near = near.map_or_else(|| format!("{away}{last}"), |near| format!("{away}{near}/{last}"));
        let cut = |cells: usize| away.clone() + &app.theme.fit(&last, cells.saturating_sub(away.chars().count()));
        [whole, name, near, format!("{away}{last}"), cut(20), cut(10)]
    });
    let origin: Vec<String> = origin.collect();
    let host = heading.host.map(|host| say(&host));
    let when = when.filter(|_| !heading.is_replay).into_iter().map(|at| format!("at {at}")).collect();
    let when = watched(app).unwrap_or(when);
    let watch = app.watching.every.map(|period| format!("watch {} s", period.as_secs()));
    let known = |texts: Vec<String>| if is_known { spans(texts) } else { Vec::new() };
    vec![
        Part::left(vec![Span::from(name).bold(), Span::from("polydoctor").bold()]),
        Part::left(replay),
        Part::left(known(signer)),
        Part::left(known(origin)),
        Part::left(known(host.into_iter().collect())),
        Part::left(known(vec![say(&heading.chain)])),
        Part::left(known(when)),
        Part::right(watch.into_iter().collect()),
        Part::right(vec![progress(app), count(app)]),
        Part::right(vec![elapsed(app)]),
    ]
}

/// While watching: when the last answer came, and how much has changed since it began; the fullest first.
fn watched(app: &App) -> Option<Vec<String>> {
    let last = time_of_day(app.last_asked_ms().filter(|_| app.is_ageing())?);
    let changes = match app.watching.seen.changes().len() {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    Some(vec![format!("last {last}, {changes}"), format!("last {last}")])
}

pub fn progress(app: &App) -> String {
    if app.is_launching_or_running() {
        format!("{} {}", app.theme.symbol(Status::Running, app.now_ms), count(app))
    } else {
        count(app)
    }
}

fn count(app: &App) -> String {
    format!("{}/{}", settled(app), app.report.checks.len())
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
    if app.phase() == Phase::Running && width > used + 12 {
        line.push(Span::raw("   "));
        line.extend(gauge(app, (width - used - 4).min(40)));
    }
    Line::from(line)
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
    let is_cut = best.is_some_and(|lines| lines.len() > most);
    let shown = best.into_iter().flatten().take(most).enumerate().map(|(place, line)| {
        let mark = if is_cut && place + 1 == most { app.theme.ellipsis() } else { "" };
        app.theme.cut_end(&format!("{line}{mark}"), width)
    });
    shown.map(|line| Line::styled(line, style)).collect()
}
