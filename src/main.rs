//! Temporary: starts the sandbox.
use std::net::SocketAddr;
use std::time::Duration;

use polydoctor::sandbox::{self, Options, scenario};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        scenario: scenario::find(scenario::DEFAULT).ok_or_else(|| anyhow::anyhow!("no scenario"))?,
        latency: Duration::ZERO,
        seed: 0,
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for pair in arguments.chunks(2) {
        match [pair[0].as_str(), pair.get(1).map_or("", String::as_str)] {
            ["--scenario", name] => {
                options.scenario = match scenario::find(name) {
                    Some(found) => found,
                    None => scenario::Scenario::parse(name, &std::fs::read_to_string(name)?)?,
                };
            }
            ["--listen", address] => options.listen = address.parse()?,
            ["--latency", millis] => options.latency = Duration::from_millis(millis.parse()?),
            ["--seed", seed] => options.seed = seed.parse()?,
            _ => anyhow::bail!("unknown argument"),
        }
    }
    let running = sandbox::start(options).await?;
    std::io::Write::write_fmt(
        &mut std::io::stdout(),
        format_args!("{}\n", serde_json::to_string(running.announcement())?),
    )?;
    running.finished().await?;
    Ok(())
}
