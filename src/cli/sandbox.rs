//! `polydoctor sandbox`, and `--demo` elsewhere.

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use super::Exit;
use crate::cli::terminal;
use crate::sandbox::{self, Announcement, EventKind, Options, Running, scenario};
use crate::settings::Setting;
use crate::settings::change::FileChange;

const SEED: u64 = 1;

/// Run on the embedded sandbox instead of a real account.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct DemoArgs {
    /// Run on the embedded sandbox: no network, no settings, an account to explore
    #[arg(long, value_name = "SCENARIO", num_args = 0..=1, default_missing_value = scenario::DEFAULT)]
    pub(super) demo: Option<String>,
}

impl DemoArgs {
    /// The sandbox of the demo, if one is asked for.
    pub(super) async fn start(&self) -> anyhow::Result<Option<Running>> {
        let Some(name) = &self.demo else { return Ok(None) };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = Options { listen, scenario: find(name)?, latency: Duration::ZERO, seed: SEED };
        Ok(Some(sandbox::start(options).await?))
    }
}

fn find(name: &str) -> anyhow::Result<scenario::Scenario> {
    scenario::find(name)
        .ok_or_else(|| anyhow::anyhow!("no scenario named {name}; `polydoctor sandbox --list` lists them all"))
}

#[derive(Debug, clap::Args)]
pub(super) struct SandboxArgs {
    /// IP address and port to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Scenario: what is wrong with the account
    #[arg(long, value_name = "NAME", default_value = "healthy-safe")]
    scenario: String,
    /// Added latency per response, in ms
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Number of trades of the account, up to 100000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    trades: Option<u32>,
    /// Number of trades without a builder code
    #[arg(long, value_name = "N", requires = "trades", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    unattributed: Option<u32>,
    /// Event that the user channel sends to the account (repeatable)
    #[arg(long, value_name = "KIND", value_enum)]
    emit: Vec<EventKind>,
    /// Interval between events, in ms
    #[arg(long, value_name = "MS", default_value_t = 1_000, requires = "emit", value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    emit_every: u64,
    /// Random seed for keys, secrets and trades
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Write the account's settings to this .env file once the sandbox is ready
    #[arg(long, value_name = "PATH")]
    write_env: Option<PathBuf>,
    /// Write the accounts as profiles to this configuration file
    ///
    /// Once the sandbox is ready; POLYDOCTOR_CONFIG=PATH polydoctor check --all-profiles checks them.
    #[arg(long, value_name = "PATH")]
    write_profiles: Option<PathBuf>,
    /// Return once the sandbox is ready, and leave it running
    ///
    /// Prints its process ID instead of the announcement.
    #[arg(long)]
    background: bool,
    /// Number of healthy accounts in addition to the scenario's
    ///
    /// The announcement lists them.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    accounts: u32,
    /// List the scenarios and exit
    #[arg(long)]
    list: bool,
}

pub(super) async fn run(args: SandboxArgs) -> anyhow::Result<Exit> {
    let mut out = terminal::out();
    if args.list {
        for name in scenario::names() {
            let title = find(name)?.title;
            let line = crate::render::wrapped(&title, &format!("{name:<28} "), &" ".repeat(29), super::look::width());
            writeln!(out, "{line}")?;
        }
        return Ok(Exit::Done);
    }
    if args.background {
        return leave_running();
    }
    let latency = Duration::from_millis(args.latency);
    let mut scenario = find(&args.scenario)?;
    if let Some(trades) = args.trades {
        let unattributed = args.unattributed.unwrap_or(0);
        let attributed = trades.checked_sub(unattributed);
        let attributed = attributed.context("there cannot be more unattributed trades than trades")?;
        scenario.account.attributed_trades = usize::try_from(attributed)?;
        scenario.account.unattributed_trades = usize::try_from(unattributed)?;
    }
    scenario.server.accounts = args.accounts;
    if !args.emit.is_empty() {
        scenario.live.emits.clone_from(&args.emit);
        scenario.live.every_ms = args.emit_every;
    }
    let options = Options { listen: args.listen, scenario, latency, seed: args.seed };
    let running = sandbox::start(options).await;
    let running = running.map_err(|error| terminal::cannot_listen(args.listen, error))?;
    if let Some(path) = &args.write_env {
        let values: Vec<_> =
            running.announcement().env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        FileChange::of_variables(path, &values)?.apply()?;
    }
    if let Some(path) = &args.write_profiles {
        write_profiles(path, &args.scenario, running.announcement())?;
    }
    // before the ready line: whoever has read it may send a signal
    let stopped = super::stop::signal()?;
    writeln!(out, "{}", serde_json::to_string(running.announcement())?)?;
    out.flush()?;
    tokio::select! {
        ended = running.finished() => ended?,
        () = stopped => {}
    }
    Ok(Exit::Done)
}

/// Each account as a profile of its own: the scenario's by its name, the others by their number.
fn write_profiles(path: &Path, scenario: &str, announcement: &Announcement) -> anyhow::Result<()> {
    let others = announcement.accounts.iter().enumerate().map(|(place, account)| {
        let values: BTreeMap<&String, &String> = announcement.env.iter().chain(account).collect();
        (format!("account-{}", place + 1), values)
    });
    let first = (scenario.to_owned(), announcement.env.iter().collect());
    let change = FileChange::of_config(path, |config| {
        for (name, values) in [first].into_iter().chain(others) {
            for setting in Setting::ALL {
                let value = setting.variables().iter().find_map(|&variable| values.get(&variable.to_owned()));
                if let Some(value) = value {
                    config.set(&name, setting, value.as_str())?;
                }
            }
        }
        Ok(())
    })?;
    Ok(change.apply()?)
}

/// Starts the same in a process of its own, and waits until it can be used.
fn leave_running() -> anyhow::Result<Exit> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1).filter(|argument| argument != "--background"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C in this terminal is not for it
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().context("cannot start the sandbox")?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line)?;
    }
    if line.is_empty() {
        let ended = child.wait_with_output()?;
        terminal::err().write_all(&ended.stderr)?;
        return Ok(Exit::Usage);
    }
    writeln!(terminal::out(), "{}", child.id())?;
    Ok(Exit::Done)
}
