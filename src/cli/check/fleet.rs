//! `polydoctor check --all-profiles`

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{CheckArgs, exec, exit, wait};
use crate::cli::settings::Profiles;
use crate::cli::terminal;
use crate::cli::{Exit, stop};
use crate::client::http::{Http, millis};
use crate::client::limits::Limits;
use crate::facts::MarketQuestion;
use crate::fleet::{Asked, Fleet, Load, MOST_AT_ONCE, Member, USUAL_AT_ONCE};
use crate::render::{FleetSummary, Format, Printer};
use crate::settings::DEFAULT_TIMEOUT;
use crate::text;
use crate::watch;

/// Many accounts, and again and again.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Fleet and watch")]
pub(in crate::cli) struct FleetArgs {
    /// Check every profile of the configuration file, worst account first
    ///
    /// With --format json, one line per account as it finishes. Profiles are isolated from each other:
    /// flags come first, and only service URLs and timeouts are read from the environment.
    #[arg(long, conflicts_with_all = [
        "profile", "env_file", "key_file", "keystore", "key_stdin", "signature_type", "funder", "nonce",
        "chain_id", "builder_code", "builder_signer_url", "demo", "replay", "record", "symptom", "market",
    ])]
    pub(super) all_profiles: bool,
    /// Accounts checked at once, for the same hosts [default: 16]
    #[arg(long, value_name = "COUNT", requires = "all_profiles", value_parser = at_once)]
    concurrency: Option<NonZeroUsize>,
    /// Requests per second and host [default: below the published limits]
    #[arg(long, value_name = "COUNT", requires = "all_profiles")]
    rate_limit: Option<NonZeroU32>,
    /// Re-run the quick checks every SECONDS (min. 5) and print changes
    ///
    /// Quick are those of clock, network and credentials; on a change everything is checked.
    #[arg(long, value_name = "SECONDS", value_parser = period)]
    #[arg(conflicts_with_all = ["ids", "skip", "show", "offline", "replay", "record", "share", "anonymous"])]
    pub(super) watch: Option<Duration>,
    /// Run this program on each change that --watch finds
    ///
    /// One at a time per account, at most 60 s each. POLYDOCTOR_EVENT, _PROFILE, _CHECK, _FROM, _TO,
    /// _VERDICT, _CAUSE, _SAYS and _AT describe the change. It runs without a shell; to use one, write sh
    /// -c '… "$POLYDOCTOR_SAYS"'. Variables with secrets are not passed on.
    #[arg(long, value_name = "COMMAND", requires = "watch", value_parser = exec::command)]
    pub(super) exec: Option<exec::Command>,
    /// Repeat until nothing fails, at most SECONDS; then print the report
    ///
    /// Settings are read again each time. For containers and CI: the bot starts once the account works.
    #[arg(long, value_name = "SECONDS", value_parser = wait::longest, conflicts_with = "watch")]
    pub(super) wait: Option<Duration>,
    /// Serve the account status to Prometheus at http://IP:PORT/metrics
    #[arg(long, value_name = "ADDRESS:PORT", requires = "watch")]
    pub(super) metrics: Option<SocketAddr>,
    /// Let --metrics listen on an IP address that other machines can reach
    ///
    /// They see the profile names.
    #[arg(long, requires = "metrics")]
    pub(super) allow_public: bool,
}

fn at_once(text: &str) -> Result<NonZeroUsize, String> {
    let count: Option<NonZeroUsize> = text.parse().ok();
    count
        .filter(|count| count.get() <= MOST_AT_ONCE)
        .ok_or_else(|| format!("expected a number from 1 to {MOST_AT_ONCE}"))
}

pub(in crate::cli) fn period(text: &str) -> Result<Duration, String> {
    let seconds = text.trim_end_matches('s').parse().ok().map(Duration::from_secs);
    let (least, most) = (watch::SHORTEST, watch::LONGEST);
    let fits = |period: &Duration| (least..=most).contains(period);
    let wrong = || format!("expected whole seconds from {} to {}", least.as_secs(), most.as_secs());
    seconds.filter(fits).ok_or_else(wrong)
}

impl FleetArgs {
    /// One account, again and again where a period is given.
    pub(super) fn watching(watch: Option<Duration>) -> Self {
        Self { watch, ..Self::default() }
    }

    /// Waiting is for one account that can become another than it is.
    pub(super) fn refuse_what_waiting_cannot(&self, replays: bool, offline: bool) -> anyhow::Result<()> {
        let why = match self.wait {
            Some(_) if self.all_profiles => {
                "--wait works for one account: pass --profile, and run one command per account"
            }
            Some(_) if replays => "--wait cannot be used with --replay: recorded facts do not change",
            Some(_) if offline => {
                "--wait cannot be used with --offline: only online checks show whether an account works"
            }
            _ => return Ok(()),
        };
        anyhow::bail!(why)
    }

    /// What the accounts share, over one pool of connections.
    pub(super) fn fleet(
        &self,
        load: Load,
        offline: bool,
        symptoms: Vec<String>,
        about: Option<MarketQuestion>,
    ) -> Arc<Fleet> {
        let limits = self.rate_limit.map_or_else(Limits::published, Limits::per_second);
        let http = Http::new(DEFAULT_TIMEOUT).limited(limits);
        Fleet::new(load, http, self.concurrency.unwrap_or(USUAL_AT_ONCE), Asked { offline, symptoms, about })
    }
}

/// Checks every profile once.
pub(super) async fn run(args: CheckArgs) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let mut stopped = std::pin::pin!(stop::signal()?);
    let inputs = args.settings.all_inputs();
    let accounts = Profiles::of(&inputs)?;
    let (profiles, load) = (accounts.names()?, accounts.load());
    let (wanted, mut done, mut worst) = (profiles.len(), 0, Exit::Done);
    let mut out = args.writer();
    let style = args.style();
    let config = inputs.config_file.unwrap_or_default();
    let mut printer = Printer::new(args.format, args.show, style, heading(&args, &config, wanted));
    let mut round = args
        .many
        .fleet(load, args.offline, Vec::new(), None)
        .check(profiles.into_iter().map(Member::of), args.probes());
    loop {
        let member = tokio::select! {
            () = &mut stopped => break,
            member = round.next() => member,
        };
        let Some(member) = member else { break };
        let report = args.told(member.report(&args.selection()));
        worst = worst.or(exit(&report, args.fail_on));
        printer.take(&report, &mut out)?;
        done += 1;
        if args.format != Format::Json {
            progress(done, wanted)?;
        }
    }
    drop(round);
    printer.finish(FleetSummary { wanted, elapsed_ms: millis(started.elapsed()) }, &mut out)?;
    out.finish()?;
    if done < wanted {
        super::hint(format_args!("stopped: {done} of {wanted} accounts were checked"))?;
        worst = worst.or(Exit::Unknown);
    }
    Ok(worst)
}

/// Whose accounts these are: the file, how many, and when.
fn heading(args: &CheckArgs, config: &Path, accounts: usize) -> String {
    let path = config.display().to_string();
    let path = match (args.level(), crate::settings::home_folder()) {
        (Some(_), Some(home)) => path.replacen(&home.display().to_string(), "~", 1),
        _ => path,
    };
    let accounts = if accounts == 1 { "1 profile".to_owned() } else { format!("{accounts} profiles") };
    let now = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S");
    format!("{accounts}   {}   {now}", text::quoted(&path, 120))
}

/// Counts on a terminal, over the same line.
fn progress(done: usize, wanted: usize) -> io::Result<()> {
    let mut stderr = terminal::err();
    if io::stderr().is_terminal() {
        write!(stderr, "\r\u{1b}[K")?;
        if done < wanted {
            write!(stderr, "{done} of {wanted}")?;
        }
        stderr.flush()?;
    }
    Ok(())
}
