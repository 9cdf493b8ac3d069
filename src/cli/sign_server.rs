//! `polydoctor sign-server`.

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::collections::BTreeMap;
use std::env::{self, VarError};
use std::fs;
use std::future::Future;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::Exit;
use crate::auth::l2::ApiCredentials;
use crate::secret::Secret;
use crate::settings::{EnvFile, env_file_variables};
use crate::sign_server::{self, Allowed, Answered, Signer};

const KEY: &str = "POLY_BUILDER_API_KEY";
const SECRET: &str = "POLY_BUILDER_SECRET";
const PASSPHRASE: &str = "POLY_BUILDER_PASSPHRASE";
const TOKEN: &str = "AUTHORIZATION_TOKEN";
const PORT: &str = "PORT";

const DEFAULT_PORT: u16 = 5001;

/// How long a stop waits for requests in flight; supervisors kill after ten seconds.
const GRACE: Duration = Duration::from_secs(8);

const HELP: &str = "Reads POLY_BUILDER_API_KEY, POLY_BUILDER_SECRET, POLY_BUILDER_PASSPHRASE, AUTHORIZATION_TOKEN and \
                    PORT from the environment or .env.";

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
    /// Let other machines in without a token: anybody who reaches the server signs as the builder
    #[arg(long)]
    allow_public: bool,
    /// Sign only this method and path, such as POST:/order; repeatable [default: all]
    #[arg(long, value_name = "METHOD:PATH")]
    allow: Vec<Allowed>,
    /// No line a request on standard error
    #[arg(long)]
    quiet: bool,
    /// Read variables from this file [default: .env, if there is one]
    #[arg(long, value_name = "PATH")]
    env_file: Option<PathBuf>,
}

pub(super) async fn run(args: SignServerArgs) -> anyhow::Result<Exit> {
    let file = args.env_file.map_or(EnvFile::Usual, EnvFile::Named);
    let variables = Variables { file: env_file_variables(&file)? };
    let missing = variables.missing([KEY, SECRET, PASSPHRASE])?;
    for name in &missing {
        // as the official server words it
        writeln!(io::stderr(), "Error: {name} environment variable is required")?;
    }
    if !missing.is_empty() {
        return Ok(Exit::Usage);
    }
    let token = match &args.token_file {
        Some(path) => Some(read_token(path)?),
        None => variables.get(TOKEN)?.map(|token| Secret::new(token.trim())),
    };
    let address = match args.listen {
        Some(address) => address,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, variables.port()?)),
    };
    if token.is_none() && !args.allow_public && !is_private(address.ip()) {
        bail!(
            "{address} can be reached from other machines, and without {TOKEN} anybody there could sign as the \
             builder: set a token, listen on 127.0.0.1, or say --allow-public"
        );
    }
    let signer = Signer::new(variables.credentials()?, token).context(SECRET)?.with_allowed(args.allow);
    let log: Option<fn(&Answered)> = if args.quiet { None } else { Some(log) };
    listen(address, sign_server::server(signer, log)).await
}

async fn listen(address: SocketAddr, server: axum::Router) -> anyhow::Result<Exit> {
    // before the ready line: whoever has read it may send a signal
    let asked_to_stop = stop_signal()?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let mut out = io::stdout();
    writeln!(out, "Builder signing server listening on :{}", listener.local_addr()?.port())?;
    out.flush()?;
    let (stopping, stops) = oneshot::channel();
    let serving = axum::serve(listener, server).with_graceful_shutdown(async move {
        asked_to_stop.await;
        // the receiver is gone only when the server has ended
        let _ = stopping.send(());
    });
    tokio::select! {
        ended = serving.into_future() => ended?,
        () = overdue(stops) => {
            let _ = writeln!(io::stderr(), "polydoctor: stopped before every request was answered");
        }
    }
    Ok(Exit::Done)
}

/// Ends when a stop has taken too long.
async fn overdue(stops: oneshot::Receiver<()>) {
    match stops.await {
        Ok(()) => tokio::time::sleep(GRACE).await,
        Err(_) => std::future::pending().await,
    }
}

/// Ends at the first SIGTERM or Ctrl-C from this call on.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}

/// Ends at the first Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

fn log(answered: &Answered) {
    // a server outlives whoever reads its log
    let _ = writeln!(io::stderr(), "{answered}");
}

/// Whether only this machine reaches the address.
fn is_private(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn read_token(path: &Path) -> anyhow::Result<Secret> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let token = text.trim();
    if token.is_empty() {
        bail!("{shown} holds no token");
    }
    Ok(Secret::new(token))
}

/// The environment, and behind it the `.env` file. Empty text counts as not set.
struct Variables {
    file: BTreeMap<String, String>,
}

impl Variables {
    /// A value that is no text is an error: a server must not run open because its token is odd.
    fn get(&self, name: &str) -> anyhow::Result<Option<String>> {
        let own = match env::var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => bail!("{name} is not UTF-8 text"),
        };
        let is_set = |value: &String| !value.trim().is_empty();
        Ok(own.filter(is_set).or_else(|| self.file.get(name).cloned().filter(is_set)))
    }

    fn missing(&self, names: [&'static str; 3]) -> anyhow::Result<Vec<&'static str>> {
        let mut missing = Vec::new();
        for name in names {
            if self.get(name)?.is_none() {
                missing.push(name);
            }
        }
        Ok(missing)
    }

    fn credentials(&self) -> anyhow::Result<ApiCredentials> {
        let part = |name| Ok::<_, anyhow::Error>(self.get(name)?.unwrap_or_default());
        Ok(ApiCredentials {
            key: part(KEY)?,
            secret: Secret::new(part(SECRET)?),
            passphrase: Secret::new(part(PASSPHRASE)?),
        })
    }

    fn port(&self) -> anyhow::Result<u16> {
        let Some(text) = self.get(PORT)? else { return Ok(DEFAULT_PORT) };
        // the text is not shown: it may be a secret in the wrong place
        text.trim().parse().ok().with_context(|| format!("{PORT} is not a port: a whole number up to 65535"))
    }
}
