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

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::Exit;
use super::stop::Signals;
use crate::cli::terminal;
use crate::settings::EnvFile;
use crate::sign_server::{Allowed, Limits, PageOrigin, RateLimit, Server, Stopped};
use places::{Loaded, Places};
use variables::Variables;

/// How long a stop waits for requests in flight; supervisors kill after ten seconds.
const GRACE: Duration = Duration::from_secs(8);

/// Scrapers are few.
const SCRAPERS: usize = 16;

/// Run a builder signing server that keeps the secret on one machine
///
/// A drop-in for the official builder signing server. Reads POLY_BUILDER_API_KEY, POLY_BUILDER_SECRET, POLY_BUILDER_PASSPHRASE, AUTHORIZATION_TOKEN and PORT from the environment or .env. SIGHUP reloads credentials, tokens and certificates; if they are invalid, or the token is gone, the old ones stay in use. SIGTERM finishes requests in flight; a second one stops at once.
#[derive(Debug, clap::Args)]
pub(super) struct SignServerArgs {
    /// IP address and port to listen on [default: 127.0.0.1 and PORT, or 5001]
    ///
    /// Port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Read the token that callers must send from this file
    ///
    /// Instead of AUTHORIZATION_TOKEN.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
    /// Sign for several builders, selected by the caller's token
    ///
    /// A TOML file of [[account]] with name, tokens, key, secret and passphrase, each text or { env =
    /// "NAME" }.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["token_file", "allow_public"])]
    accounts: Option<PathBuf>,
    /// Allow other machines without a token
    ///
    /// Anyone who can reach the server can sign as the builder.
    #[arg(long)]
    allow_public: bool,
    /// Also sign for web pages of this origin without a token (repeatable)
    ///
    /// Such as https://app.example [default: only pages of this machine].
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<PageOrigin>,
    /// Sign only this method and path, such as POST:/order (repeatable) [default: all]
    ///
    /// And only with a JSON body or none.
    #[arg(long, value_name = "METHOD:PATH")]
    allow: Vec<Allowed>,
    /// Limit signatures per token, e.g. 50/s, 50/m or 50/h [default: no limit]
    #[arg(long, value_name = "NUMBER/UNIT")]
    rate_limit: Option<RateLimit>,
    /// TLS certificate chain (PEM)
    #[arg(long, value_name = "PATH", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLS private key (PEM)
    #[arg(long, value_name = "PATH", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve /metrics without a token on this separate IP:PORT instead
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// Maximum number of open connections; more wait
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,
    /// Close connections that do not send a complete request head within this time
    #[arg(long, value_name = "SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=3600))]
    idle_timeout: u64,
    /// Format of the log on standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = log::Format::Text)]
    log_format: log::Format,
    /// Do not log requests
    #[arg(long)]
    quiet: bool,
    /// Read variables from this file [default: .env, if it exists]
    #[arg(long, value_name = "PATH")]
    env_file: Option<PathBuf>,
}

pub(super) fn run(args: SignServerArgs) -> anyhow::Result<Exit> {
    let env_file = args.env_file.map_or(EnvFile::Usual, EnvFile::Named);
    let variables = Variables::read(&env_file)?;
    let address = match args.listen {
        Some(address) => address,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, variables.port()?)),
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
    let Loaded { signer, tls } = places.load(&variables, address)?;
    let server = Server::new(signer, tls).for_callers(args.allow_origin, places::is_local(address.ip()));
    let limits = Limits {
        connections: args.max_connections as usize,
        idle: Duration::from_secs(args.idle_timeout),
        grace: GRACE,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(serve(address, args.metrics_listen, places, server, limits));
    // a file may still be read on a thread of its own; nobody waits for it
    runtime.shutdown_background();
    done
}

async fn serve(
    address: SocketAddr,
    scrapes: Option<SocketAddr>,
    places: Places,
    mut server: Server,
    limits: Limits,
) -> anyhow::Result<Exit> {
    let bind =
        async |address| TcpListener::bind(address).await.map_err(|error| terminal::cannot_listen(address, error));
    let mut scraped = None;
    if let Some(address) = scrapes {
        server = server.without_metrics();
        scraped = Some(bind(address).await?);
    }
    let server = Arc::new(server);
    // before the ready line: whoever has read it may send a signal
    let (stop, again) = first_and_second(Signals::new()?);
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
    let stopped = tokio::select! {
        stopped = server.listen(listener, limits, stop) => stopped,
        () = again => Stopped::Overdue,
    };
    if stopped == Stopped::Overdue {
        tracing::warn!("stopped before every request was answered");
    } else {
        tracing::info!("stopped, every request was answered");
    }
    Ok(Exit::Done)
}

/// Two futures that end at the first signal, and at the one after it.
fn first_and_second(mut signals: Signals) -> (impl Future<Output = ()>, impl Future<Output = ()>) {
    let (said, stop) = oneshot::channel();
    let again = async move {
        signals.next().await;
        // who does not wait for it has ended
        let _ = said.send(());
        signals.next().await;
    };
    (async { _ = stop.await }, again)
}

/// From this call on, SIGHUP reads everything anew.
#[cfg(unix)]
fn reload_on_hangup(server: Arc<Server>, places: Places, address: SocketAddr) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    let places = Arc::new(places);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let (server, places) = (Arc::clone(&server), Arc::clone(&places));
            // files may be slow; signals that come meanwhile are one
            let read = tokio::task::spawn_blocking(move || reload(&server, &places, address));
            if read.await.is_err() {
                tracing::error!(
                    "reload failed, the old credentials, tokens and certificates stay in use: internal error"
                );
            }
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
    match places.reload(address, server.is_open()) {
        Ok(Loaded { signer, tls }) => {
            server.replace(signer, tls);
            server.metrics.reloaded(Reload::Done);
            tracing::info!("credentials, tokens and certificates reloaded");
        }
        Err(error) => {
            server.metrics.reloaded(Reload::Refused);
            tracing::error!("reload failed, the old credentials, tokens and certificates stay in use: {error:#}");
        }
    }
}
