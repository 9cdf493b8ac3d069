//! `polydoctor sandbox`, and `--demo` elsewhere.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::Exit;
use crate::sandbox::{self, Options, Running, scenario};
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
        .ok_or_else(|| anyhow::anyhow!("there is no scenario named {name}; polydoctor sandbox --list names them all"))
}

#[derive(Debug, clap::Args)]
pub(super) struct SandboxArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What is wrong with the account
    #[arg(long, value_name = "NAME", default_value = "healthy-safe")]
    scenario: String,
    /// Milliseconds that each answer is late
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// How many trades the account has, up to 100000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    trades: Option<u32>,
    /// How many of them carry no builder code
    #[arg(long, value_name = "N", requires = "trades", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    unattributed: Option<u32>,
    /// Keys, secrets and trades follow from it
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Write the settings of its account to this .env file, too
    #[arg(long, value_name = "PATH")]
    write_env: Option<PathBuf>,
    /// Healthy accounts beside the scenario's, for trying out many; the announcement names them
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    accounts: u32,
    /// Name the scenarios and end
    #[arg(long)]
    list: bool,
}

pub(super) async fn run(args: SandboxArgs) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout();
    if args.list {
        for name in scenario::names() {
            writeln!(out, "{name:<28} {}", find(name)?.title)?;
        }
        return Ok(Exit::Done);
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
    let options = Options { listen: args.listen, scenario, latency, seed: args.seed };
    let running = sandbox::start(options).await?;
    if let Some(path) = &args.write_env {
        let values: Vec<_> =
            running.announcement().env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        FileChange::of_variables(path, &values)?.apply()?;
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
