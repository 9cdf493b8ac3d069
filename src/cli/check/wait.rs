//! `polydoctor check --wait`: again and again until nothing fails, or the time is over.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

use super::{CheckArgs, exit};
use crate::cli::terminal;
use crate::cli::{Exit, stop};
use crate::client::http::Http;
use crate::client::limits::Limits;
use crate::facts::Facts;
use crate::fleet::row::Row;
use crate::report::Report;
use crate::settings::{self, DEFAULT_TIMEOUT, Reading, Settings};

/// Between two rounds: half as long again each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Nobody waits longer than this.
const MOST_S: u64 = 86_400;

pub(super) fn longest(text: &str) -> Result<Duration, String> {
    let seconds: Option<u64> = text.trim_end_matches('s').parse().ok();
    let seconds = seconds.filter(|seconds| (1..=MOST_S).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| format!("expected whole seconds from 1 to {MOST_S}"))
}

/// The facts of the first run in which nothing fails, or of the last whole run before the time was
/// over or somebody stopped it. The settings are read again for each; what cannot be read may be there
/// the next time.
pub(super) async fn observe(args: &CheckArgs, longest: Duration, reading: Option<Reading>) -> anyhow::Result<Facts> {
    let (started, mut stopped) = (Instant::now(), Box::pin(stop::signal()?));
    let demo = args.demo.start().await?;
    let http = Http::new(DEFAULT_TIMEOUT).limited(Limits::published());
    let mut over = Box::pin(tokio::time::sleep(longest));
    let (mut reading, mut pause) = (reading, FIRST_PAUSE);
    let mut progress = Progress { on_terminal: io::stderr().is_terminal(), said: None, started };
    let mut last: Option<anyhow::Result<Facts>> = None;
    loop {
        let inputs = args.inputs(demo.as_ref());
        let settings = || {
            let reading = reading.take();
            spawn_blocking(move || reading.map_or_else(|| settings::load(&inputs), Reading::settings))
        };
        let run = async {
            let settings = settings().await??;
            anyhow::Ok(run(args, settings, &http).await)
        };
        let facts = tokio::select! {
            () = &mut stopped => break,
            // a whole run is worth waiting for where there was none: it has a deadline of its own
            () = &mut over, if last.is_some() => break,
            facts = run => facts,
        };
        let works = match &facts {
            Ok(facts) => {
                let report = Report::by(facts, &args.selection());
                progress.say(&state(&report))?;
                exit(&report, args.fail_on) == Exit::Done
            }
            Err(error) => {
                progress.say(&format!("{error:#}"))?;
                false
            }
        };
        last = Some(facts);
        if works || started.elapsed() >= longest {
            break;
        }
        tokio::select! {
            () = &mut stopped => break,
            () = &mut over => break,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
    progress.clear()?;
    last.unwrap_or_else(|| Err(anyhow::anyhow!("stopped before the first run finished")))
}

async fn run(args: &CheckArgs, settings: Settings, http: &Http) -> Facts {
    let engine = args.engine(settings).over(http);
    engine.run(&args.probes()).await;
    engine.facts().borrow().clone()
}

/// How the account stands, in a line.
fn state(report: &Report) -> String {
    let row = Row::of(report);
    let place = row.cause.or(row.start).map_or_else(String::new, |place| format!("{place}: "));
    format!("{}  {place}{}", report.verdict.word(), row.says)
}

/// On a terminal one line that is written over; otherwise a line for each other state.
struct Progress {
    on_terminal: bool,
    said: Option<String>,
    started: Instant,
}

impl Progress {
    fn say(&mut self, state: &str) -> io::Result<()> {
        let seconds = self.started.elapsed().as_secs();
        if self.on_terminal {
            // a line that wraps could not be written over
            let line: String = format!("waiting, {seconds} s: {state}").chars().take(78).collect();
            return write!(terminal::err(), "\r\u{1b}[K{line}");
        }
        if self.said.as_deref() != Some(state) {
            super::hint(format_args!("waiting, {seconds} s: {state}"))?;
            self.said = Some(state.to_owned());
        }
        Ok(())
    }

    fn clear(&self) -> io::Result<()> {
        if self.on_terminal { write!(terminal::err(), "\r\u{1b}[K") } else { Ok(()) }
    }
}
