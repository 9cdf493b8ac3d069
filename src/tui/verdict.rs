//! The verdict in words, and the place to start.

use crate::cause::Certainty;
use crate::checks::Status;
use crate::facts::probe::Probe;
use crate::report::{CheckReport, Report, Verdict};
use crate::settings::Venue;
use crate::watch;

use super::state::{App, Phase};
use super::text::duration;

/// The status that the whole account has by its verdict.
pub fn status(app: &App) -> Status {
    if app.is_launching_or_running() {
        return Status::Running;
    }
    app.report.verdict.status()
}

/// The verdict for the title of the terminal.
pub fn title(app: &App) -> String {
    let status = status(app);
    let start = app.report.start().filter(|_| status != Status::Running);
    let place = start.map_or_else(String::new, |check| format!(" {}", check.id));
    format!("polydoctor: {}{place}", status.word())
}

/// What it comes to and what to do now, in one sentence: the fullest first, for where there is room.
pub fn advice(app: &App) -> Vec<String> {
    if let (Some(why), Phase::Over) = (&app.unread, app.phase()) {
        let at = app
            .ended_ms()
            .map_or_else(String::new, |at_ms| format!(". The results below are from {}", watch::time_of_day(at_ms)));
        return vec![format!("The settings cannot be read: {why}{at}"), format!("The settings cannot be read: {why}")];
    }
    match app.phase() {
        _ if app.rereading => vec!["Reading the settings".to_owned()],
        Phase::Launching => vec!["Reading the settings".to_owned()],
        Phase::Running => vec![waiting(app)],
        Phase::Over if app.was_stopped() => vec!["Stopped: press R to run all checks again".to_owned()],
        Phase::Over => match app.report.start() {
            Some(check) => first_step(&app.report, check),
            None => healthy(&app.report),
        },
    }
}

fn first_step(report: &Report, check: &CheckReport) -> Vec<String> {
    let Some(diagnosis) = report.leading() else {
        return vec![format!("Start with {}: {}", check.id, check.summary)];
    };
    let plain = format!("Start with {}: {}", check.id, diagnosis.title);
    let said = format!("{plain} ({})", diagnosis.certainty.word());
    // only what was reported or received, never what the reference says of the cause
    let is_met = |text: &&String| report.check(text).is_none() && !diagnosis.shows_as.contains(text);
    let met = diagnosis.explains.iter().find(is_met);
    met.map(|error| format!("{said}; explains \"{error}\"")).into_iter().chain([said, plain]).collect()
}

/// Checks by the beginning of their ids, and what they verify together.
const VERIFIED: [(&str, &str); 6] = [
    ("key.", "key"),
    ("wallet.", "wallet"),
    ("creds.", "credentials"),
    ("funds.", "funds"),
    ("builder.", "builder"),
    ("us.", "Polymarket US"),
];

/// Says what was verified, and what was never tried.
fn healthy(report: &Report) -> Vec<String> {
    if let Some(error) = report.reported_errors.iter().find(|error| error.sentence.is_none()) {
        return vec![format!("This error is not in the reference: \"{}\"", error.text)];
    }
    if let Some(diagnosis) = report.diagnoses.first() {
        let said = match diagnosis.certainty {
            Certainty::Proven => "The error you reported",
            Certainty::Likely => "The error you reported is likely",
            Certainty::Possible => "The error you reported may be",
        };
        return vec![format!("No check failed. {said}: {}", diagnosis.title)];
    }
    // a group of which nothing passed, since nothing of it is configured, is not verified
    let is_verified = |prefix: &str| {
        let group = || report.checks.iter().filter(|check| check.id.starts_with(prefix));
        let is_right = |check: &CheckReport| matches!(check.status, Status::Pass | Status::Note);
        group().all(is_right) && group().any(|check| check.status == Status::Pass)
    };
    let verified: Vec<_> = VERIFIED.iter().filter(|(prefix, _)| is_verified(prefix)).map(|(_, noun)| *noun).collect();
    if report.verdict == Verdict::Incomplete || verified.is_empty() {
        return vec!["Some checks could not be completed".to_owned()];
    }
    let said = format!("Verified: {}. No order was placed", verified.join(", "));
    let is_us_only = matches!(report.venues.as_slice(), [only] if only.venue == Venue::Us);
    let fullest = is_us_only.then(|| format!("{said}. The CLOB was not checked"));
    fullest.into_iter().chain([said]).collect()
}

/// What has been going on for longest, once that is long.
fn waiting(app: &App) -> String {
    let running = |&&probe: &&Probe| app.facts.running_since_ms(probe).is_some();
    let longest = Probe::ALL.iter().filter(running).min_by_key(|&&probe| app.facts.running_since_ms(probe));
    match longest.map(|&probe| (probe, since(app, app.facts.running_since_ms(probe)))) {
        Some((probe, ms)) if ms >= SLOW_MS => format!("Waiting for {}", patience(app, party(probe).1, ms)),
        _ => "Checking".to_owned(),
    }
}

/// Who is waited for, how long by now, and how long at most.
pub fn patience(app: &App, party: &str, ms: u64) -> String {
    match app.about.timeout_s {
        0 => format!("{party}, {}", duration(ms)),
        most => format!("{party}, {} s of {most}", ms / 1_000),
    }
}

/// How long a running check may take until the screen says for what it waits.
pub const SLOW_MS: u64 = 5_000;

/// How long something runs that runs since so many milliseconds after the start.
pub fn since(app: &App, since_ms: Option<u64>) -> u64 {
    since_ms.map_or(0, |since_ms| app.elapsed_ms().saturating_sub(since_ms))
}

/// For whom a running check waits; `None` when several began with it and any may be the one.
pub fn awaited(app: &App, check: &CheckReport) -> Option<&'static str> {
    let mut parties: Vec<_> = Probe::ALL
        .iter()
        .filter(|&&probe| {
            check.running_since_ms.is_some() && app.facts.running_since_ms(probe) == check.running_since_ms
        })
        .map(|&probe| party(probe).1)
        .collect();
    parties.dedup();
    <[_; 1]>::try_from(parties).ok().map(|[party]| party)
}

/// Who answers a probe: in a word, and in a sentence.
pub fn party(probe: Probe) -> (&'static str, &'static str) {
    probe.party()
}
