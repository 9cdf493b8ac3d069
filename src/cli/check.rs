//! `polydoctor check`

mod exec;
mod fleet;
mod market;
mod scrapes;
mod wait;
mod watch;

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::Exit;
use super::dashboard_args::DashboardArgs;
use super::progress::Progress;
use super::sandbox::DemoArgs;
use super::settings::{ProofArgs, SettingsArgs};
use super::whole_file::{self, Output};
use crate::checks::{CHECKS, MARKET, Status, find, probes_of, reads_of};
use crate::cli::terminal;
use crate::engine::{Engine, recognised};
use crate::facts::Facts;
use crate::facts::probe::Probe;
use crate::render::{self, Format, Share, Show, Style};
use crate::report::comparison::Comparison;
use crate::report::{Report, Selection, Verdict};
use crate::sandbox::{Running, scenario};
use crate::settings::{self, Inputs, Reading, Settings, SettingsError};
use fleet::FleetArgs;
pub(super) use fleet::period;
pub(super) use market::MarketArgs;

/// The least problem that makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Fail,
    Warn,
    Unknown,
}

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct CheckArgs {
    /// Run only these checks and the checks they depend on
    #[arg(value_name = "ID", value_parser = known_id)]
    ids: Vec<String>,
    /// Skip these checks
    #[arg(long, value_name = "ID,…", value_delimiter = ',', value_parser = known_id)]
    skip: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which checks to print
    #[arg(long, value_enum, default_value_t = Show::All)]
    show: Show,
    /// Lowest status that sets exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Fail)]
    fail_on: FailOn,
    /// Shorten wallet addresses and key IDs, and hide the home folder
    ///
    /// Always on for Markdown.
    #[arg(long)]
    share: bool,
    /// Replace wallet addresses with names: signer, funder, safe
    #[arg(long)]
    anonymous: bool,
    /// Make no network requests
    #[arg(long, conflicts_with = "market")]
    offline: bool,
    /// Also check whether the user channel (WebSocket) stays open (slow)
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    proof: ProofArgs,
    /// An error you got, as your client logs it (repeatable)
    #[arg(long, value_name = "TEXT")]
    symptom: Vec<String>,
    /// Write the observed facts to this file, without secrets
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Replay recorded facts instead of making requests
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "offline", "demo"])]
    replay: Option<PathBuf>,
    /// Compare this run with a recorded one (--record)
    ///
    /// From a different machine, or from before a change. Prints what differs in results, settings and observed
    /// facts.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["watch", "all_profiles"])]
    compare: Option<PathBuf>,
    #[command(flatten)]
    demo: DemoArgs,
    #[command(flatten)]
    market: MarketArgs,
    #[command(flatten)]
    many: FleetArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

fn known_id(text: &str) -> Result<String, String> {
    match find(text) {
        Some(check) => Ok(check.id.to_owned()),
        None => Err("no such check; `polydoctor list` lists them all".to_owned()),
    }
}

/// The whole checklist as text: what the dashboard falls back to without a terminal.
impl From<DashboardArgs> for CheckArgs {
    fn from(args: DashboardArgs) -> Self {
        Self {
            ids: Vec::new(),
            skip: Vec::new(),
            format: Format::Text,
            output: None,
            show: Show::All,
            fail_on: FailOn::Fail,
            share: false,
            anonymous: false,
            offline: false,
            deep: false,
            proof: args.proof,
            symptom: Vec::new(),
            record: args.record,
            replay: args.replay,
            compare: None,
            market: args.market,
            demo: args.demo,
            many: FleetArgs::watching(args.watch),
            settings: args.settings,
        }
    }
}

impl CheckArgs {
    /// What settings are read from: this machine, or the demo account, where there is one.
    fn inputs(&self, demo: Option<&Running>) -> Inputs {
        match demo {
            Some(demo) => self.settings.inputs_on(demo),
            None => self.settings.all_inputs(),
        }
    }

    /// The settings of what was read already, or of the demo account.
    fn settings(&self, reading: Option<Reading>, demo: Option<&Running>) -> Result<Settings, SettingsError> {
        reading.map_or_else(|| settings::load(&self.inputs(demo)), Reading::settings)
    }

    /// Where results go.
    fn writer(&self) -> Output {
        Output::whole(self.output.as_deref())
    }

    /// How text may look there.
    fn style(&self) -> Style {
        let terminal = super::style();
        let (color, width) = if self.output.is_none() { (terminal.color, terminal.width) } else { (false, None) };
        Style { color, width, share: self.level(), ..terminal }
    }

    /// `--demo` may stand before the id of a check, which is then no scenario.
    fn take_id_after_demo(&mut self) {
        let demo = self.demo.demo.as_deref();
        if let Some(check) = demo.filter(|name| scenario::find(name).is_none()).and_then(find) {
            self.ids.push(check.id.to_owned());
            self.demo.demo = Some(scenario::DEFAULT.to_owned());
        }
    }

    /// The report as it may be told, without what is taken out for others to read.
    fn told(&self, report: Report) -> Report {
        let home = crate::settings::home_folder().map(|home| home.display().to_string());
        match self.level() {
            Some(level) => render::share(&report, level, home.as_deref()),
            None => report,
        }
    }

    /// The checks that are asked for; none for the whole checklist.
    fn wanted(&self) -> Vec<String> {
        let market = self.market.question().filter(|_| !self.ids.is_empty()).map(|_| MARKET.to_owned());
        self.ids.iter().cloned().chain(market).collect()
    }

    fn selection(&self) -> Selection {
        Selection::new(&self.wanted(), &self.skip)
    }

    /// What is about a market is not asked without one.
    fn refuse_check_without_market(&self, is_named: bool) -> anyhow::Result<()> {
        let is_wanted = self.ids.iter().any(|id| id == MARKET);
        anyhow::ensure!(is_named || !is_wanted, "{MARKET} needs a market: pass --market SLUG, URL, CONDITION or TOKEN");
        Ok(())
    }

    /// Over connections of its own.
    fn engine(&self, settings: Settings) -> Engine {
        let engine = Engine::new(settings, self.offline, &self.symptom).about(self.market.question());
        if self.deep { engine.deep() } else { engine }
    }

    /// What is taken out of the report before it is printed.
    fn level(&self) -> Option<Share> {
        if self.anonymous {
            return Some(Share::Anonymous);
        }
        (self.share || self.format == Format::Markdown).then_some(Share::Short)
    }

    fn probes(&self) -> BTreeSet<Probe> {
        if self.wanted().is_empty() && self.skip.is_empty() {
            return Probe::ALL.iter().copied().collect();
        }
        let selection = self.selection();
        let shown = || CHECKS.iter().map(|check| check.id).filter(|id| selection.shows(id));
        // what is left out is not asked, but for what others need of it
        let read = reads_of(shown());
        let left_out = reads_of(self.skip.iter().map(String::as_str));
        probes_of(shown()).into_iter().filter(|probe| read.contains(probe) || !left_out.contains(probe)).collect()
    }
}

pub(super) async fn run(mut args: CheckArgs) -> anyhow::Result<Exit> {
    args.take_id_after_demo();
    args.settings.leave_out(args.proof);
    let is_watchable = matches!(args.format, Format::Text | Format::Json);
    anyhow::ensure!(is_watchable || args.many.watch.is_none(), "--watch prints text or json");
    args.many.refuse_what_waiting_cannot(args.replay.is_some(), args.offline)?;
    args.many.exec.as_ref().map_or(Ok(()), exec::Command::ensure_there)?;
    // a record may have one
    args.refuse_check_without_market(args.market.question().is_some() || args.replay.is_some())?;
    let reading = match &args.demo.demo {
        Some(_) => {
            args.settings.ask_password_of_demo()?;
            None
        }
        None if args.many.all_profiles || args.replay.is_some() => None,
        // what cannot be read may be there later
        None if args.many.wait.is_some() => args.settings.read().ok(),
        None => Some(args.settings.read()?),
    };
    if let Some(every) = args.many.watch {
        return watch::run(args, every, reading).await;
    }
    if args.many.all_profiles {
        return fleet::run(args).await;
    }
    // what cannot be compared is said before anything is asked
    let beside = match &args.compare {
        Some(path) => Some(Report::by(&replay(path)?, &args.selection())),
        None => None,
    };
    let facts = match &args.replay {
        Some(path) => {
            let mut facts = replay(path)?;
            args.refuse_check_without_market(facts.about.is_some())?;
            facts.symptoms.extend(recognised(&args.symptom));
            facts
        }
        None => match args.many.wait {
            Some(longest) => Box::pin(wait::observe(&args, longest, reading)).await?,
            None => observe(&args, reading).await?,
        },
    };
    let recorded = match &args.record {
        Some(path) => whole_file::write(path, &serde_json::to_vec_pretty(&facts)?),
        None => Ok(()),
    };
    let mut report = args.told(Report::by(&facts, &args.selection()));
    report.comparison = beside.map(|recorded| Comparison::of(&args.told(recorded), &report));
    print(&args, &report)?;
    // what was found is told, also where it cannot be kept
    recorded?;
    Ok(exit(&report, args.fail_on))
}

async fn observe(args: &CheckArgs, reading: Option<Reading>) -> anyhow::Result<Facts> {
    let demo = args.demo.start().await?;
    let settings = args.settings(reading, demo.as_ref())?;
    let timeout = settings.timeout;
    let engine = args.engine(settings);
    let probes = args.probes();
    let mut run = std::pin::pin!(engine.run(&probes));
    let facts = engine.facts();
    let mut progress = Progress::of_run();
    // the first one is due at once
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            biased;
            () = &mut run => break,
            _ = tick.tick() => {
                if let Some(text) = waiting(&facts.borrow(), timeout) {
                    progress.say(&text);
                }
            }
        }
    }
    progress.clear();
    let facts = facts.borrow().clone();
    Ok(facts)
}

/// For whom a run waits that takes long: `Waiting for the Polygon RPC, 6 s of 10`.
fn waiting(facts: &Facts, timeout: Duration) -> Option<String> {
    /// Shorter waits are none.
    const SLOW: Duration = Duration::from_secs(2);
    let now_ms = jiff::Timestamp::now().as_millisecond().saturating_sub(facts.started_ms);
    let since = |probe: &&Probe| facts.running_since_ms(**probe);
    let longest = Probe::ALL.iter().filter(|probe| since(probe).is_some()).min_by_key(since)?;
    let waited = Duration::from_millis(u64::try_from(now_ms).ok()?.saturating_sub(since(&longest)?));
    (waited >= SLOW)
        .then(|| format!("Waiting for {}, {} s of {}", longest.party().1, waited.as_secs(), timeout.as_secs()))
}

pub(super) fn replay(path: &Path) -> anyhow::Result<Facts> {
    /// Of thousands of requests.
    const LONGEST: u64 = 64 << 20;
    let cannot = || format!("cannot read {}", path.display());
    let text = settings::read_file(path, LONGEST).with_context(cannot)?;
    let facts: Facts =
        serde_json::from_slice(&text).with_context(|| format!("{} contains no recorded facts", path.display()))?;
    Ok(Facts { is_replay: true, ..facts })
}

fn print(args: &CheckArgs, report: &Report) -> anyhow::Result<()> {
    let mut text = Vec::new();
    render::print(report, args.format, args.show, args.style(), &mut text)?;
    let mut out = args.writer();
    out.write_all(&text)?;
    out.finish()
}

/// Says something beside the results.
fn hint(text: std::fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(terminal::err(), "note: {text}")
}

fn exit(report: &Report, fail_on: FailOn) -> Exit {
    let is_over = |status| match status {
        Status::Fail => true,
        Status::Warn => fail_on == FailOn::Warn,
        Status::Unknown => fail_on == FailOn::Unknown,
        _ => false,
    };
    if report.checks.iter().any(|check| is_over(check.status)) {
        Exit::No
    } else if report.verdict == Verdict::Incomplete {
        Exit::Unknown
    } else {
        Exit::Done
    }
}
