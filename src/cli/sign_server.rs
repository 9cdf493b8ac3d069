//! `polydoctor sign-server`.

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

mod accounts_file;
mod log;
mod places;
mod variables;

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::Exit;
use crate::cli::terminal;
use crate::settings::EnvFile;
use crate::sign_server::{Allowed, Limits, RateLimit, Server, Stopped};
use places::{Loaded, Places};
use variables::Variables;

/// How long a stop waits for requests in flight; supervisors kill after ten seconds.
const GRACE: Duration = Duration::from_secs(8);

/// Scrapers are few.
const SCRAPERS: usize = 16;

const HELP: &str = "Reads POLY_BUILDER_API_KEY, POLY_BUILDER_SECRET, POLY_BUILDER_PASSPHRASE, AUTHORIZATION_TOKEN and \
                    PORT from the environment or .env. SIGHUP reads credentials, tokens and certificates anew; when \
                    something is wrong with them, the old ones stay. SIGTERM finishes what is in flight.";

/// A drop-in for the official builder signing server.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct SignServerArgs {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1 and PORT, or 5001]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Read the token that callers must send from this file, not from AUTHORIZATION_TOKEN
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
    /// Sign for several builders, chosen by the caller's token: a TOML file of [[account]] with
    /// name, tokens, key, secret and passphrase, each text or { env = "NAME" }
    #[arg(long, value_name = "PATH", conflicts_with_all = ["token_file", "allow_public"])]
    accounts: Option<PathBuf>,
    /// Let other machines in without a token: anybody who reaches the server signs as the builder
    #[arg(long)]
    allow_public: bool,
    /// Sign only this method and path, such as POST:/order; repeatable [default: all]
    #[arg(long, value_name = "METHOD:PATH")]
    allow: Vec<Allowed>,
    /// Sign so many a second, minute or hour for each token, such as 50/s [default: no limit]
    #[arg(long, value_name = "NUMBER/UNIT")]
    rate_limit: Option<RateLimit>,
    /// Speak TLS with this certificate and those that vouch for it (PEM)
    #[arg(long, value_name = "PATH", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, value_name = "PATH", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Show /metrics at this address without a token, instead of beside the rest with one
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// How many connections are open at once; more wait
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,
    /// Close a connection that sends no whole request head for so long
    #[arg(long, value_name = "SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=3600))]
    idle_timeout: u64,
    /// How the log on standard error looks
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = log::Format::Text)]
    log_format: log::Format,
    /// No line a request on standard error
    #[arg(long)]
    quiet: bool,
    /// Read variables from this file [default: .env, if there is one]
    #[arg(long, value_name = "PATH")]
    env_file: Option<PathBuf>,
}

pub(super) fn run(args: SignServerArgs) -> anyhow::Result<Exit> {
    let env_file = args.env_file.map_or(EnvFile::Usual, EnvFile::Named);
    let address = match args.listen {
        Some(address) => address,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, Variables::read(&env_file)?.port()?)),
    };
    let places = Places {
        env_file,
        token_file: args.token_file,
        accounts: args.accounts,
        tls: args.tls_cert.zip(args.tls_key),
        allowed: args.allow,
        rate_limit: args.rate_limit,
        allow_public: args.allow_public,
    };
    let _log = log::start(args.log_format, args.quiet);
    let loaded = places.load(address)?;
    let limits = Limits {
        connections: args.max_connections as usize,
        idle: Duration::from_secs(args.idle_timeout),
        grace: GRACE,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(address, args.metrics_listen, places, loaded, limits))
}

async fn serve(
    address: SocketAddr,
    scrapes: Option<SocketAddr>,
    places: Places,
    Loaded { signer, tls }: Loaded,
    limits: Limits,
) -> anyhow::Result<Exit> {
    let mut server = Server::new(signer, tls);
    let bind = async |address| TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"));
    let mut scraped = None;
    if let Some(address) = scrapes {
        server = server.without_metrics();
        scraped = Some(bind(address).await?);
    }
    let server = Arc::new(server);
    // before the ready line: whoever has read it may send a signal
    let stop = super::stop::signal()?;
    reload_on_hangup(Arc::clone(&server), places, address)?;
    let listener = bind(address).await?;
    if let Some(listener) = scraped {
        tracing::info!("metrics at http://{}/metrics", listener.local_addr()?);
        let limits = Limits { connections: SCRAPERS, ..limits };
        tokio::spawn(Arc::clone(&server).listen_for_scrapes(listener, limits));
    }
    let mut out = terminal::out();
    writeln!(out, "Builder signing server listening on :{}", listener.local_addr()?.port())?;
    out.flush()?;
    if server.listen(listener, limits, stop).await == Stopped::Overdue {
        tracing::warn!("stopped before every request was answered");
    }
    Ok(Exit::Done)
}

/// From this call on, SIGHUP reads everything anew.
#[cfg(unix)]
fn reload_on_hangup(server: Arc<Server>, places: Places, address: SocketAddr) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reload(&server, &places, address);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn reload_on_hangup(_: Arc<Server>, _: Places, _: SocketAddr) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn reload(server: &Server, places: &Places, address: SocketAddr) {
    use crate::sign_server::Reload;
    match places.load(address) {
        Ok(Loaded { signer, tls }) => {
            server.replace(signer, tls);
            server.metrics.reloaded(Reload::Done);
            tracing::info!("credentials, tokens and certificates read anew");
        }
        Err(error) => {
            server.metrics.reloaded(Reload::Refused);
            tracing::error!("nothing changed, the old credentials, tokens and certificates stay: {error:#}");
        }
    }
}
