//! `polydoctor headers`

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

mod print;

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::Exit;
use super::settings::SettingsArgs;
use crate::cli::terminal;
use crate::client::account::{Account, AccountError};
use crate::client::http::{Http, now_s};
use crate::endpoints;
use crate::headers::{self, Key, Level, Signed, Unsigned};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One header per line
    Headers,
    Json,
    /// A command that sends the request
    Curl,
}

/// Signs exactly what it is given, and warns on standard error about what a server would reject.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct HeadersArgs {
    /// Kind of authentication
    ///
    /// l1 signs with the private key, l2 with the API credentials, builder with the builder credentials, us
    /// with the secret key of Polymarket US.
    #[arg(value_enum)]
    level: Level,
    /// [default: GET, or POST with a body]
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Path as clients sign it, without host and query
    ///
    /// [default: /auth/derive-api-key for l1, /auth/api-keys for l2, /transactions of the relayer for
    /// builder, /v1/account/balances for us]
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Exact body text to send
    #[arg(long, value_name = "TEXT", conflicts_with = "body_file")]
    body: Option<String>,
    /// Read the body from this file, every byte of it; `-` reads standard input
    #[arg(long, value_name = "PATH")]
    body_file: Option<PathBuf>,
    /// Unix seconds, or milliseconds for us [default: now]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, conflicts_with = "server_time")]
    timestamp: Option<i64>,
    /// Use the CLOB's time for the timestamp (one request)
    ///
    /// For machines with an unreliable clock; official clients do the same with useServerTime or
    /// use_server_time.
    #[arg(long)]
    server_time: bool,
    /// Add builder headers to those of l2
    ///
    /// As clients of protocol version 1 send them with orders.
    #[arg(long)]
    with_builder: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Headers)]
    format: Format,
    /// Show the exact signed message, part by part and byte by byte
    #[arg(long)]
    explain: bool,
    /// Show the passphrase; otherwise curl reads it from its variable
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) async fn run(mut args: HeadersArgs) -> anyhow::Result<Exit> {
    if args.with_builder && args.level != Level::L2 {
        bail!("--with-builder works only with l2");
    }
    if args.server_time && args.level == Level::Us {
        bail!(
            "--server-time reads the time of the CLOB; Polymarket US has no such endpoint, only a Date header in its responses"
        );
    }
    let reading = args.settings.read()?;
    let body = args.read_body()?;
    let settings = reading.settings()?;
    let http = Http::new(settings.timeout);
    let mut account = Account::new(settings, http);
    if args.server_time {
        match account.use_server_time().await {
            Ok(()) => writeln!(terminal::err(), "note: {}", headers::about_clock(account.ahead_s()))?,
            Err(AccountError::Failure(failure)) => {
                writeln!(terminal::err(), "error: could not read the server's time: {failure}")?;
                return Ok(Exit::Unknown);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let unsigned = args.unsigned(body, &account);
    let mut signed = sign(&unsigned, &account, args.level)?;
    if args.with_builder {
        signed = signed.and(sign(&unsigned, &account, Level::Builder)?);
    }
    for remark in &signed.remarks {
        writeln!(terminal::err(), "note: {remark}")?;
    }
    if args.format == Format::Curl && !args.show_secrets {
        for variable in headers::absent_variables(&signed.headers, account.settings()) {
            writeln!(terminal::err(), "note: the command reads the passphrase from ${variable}; export it first")?;
        }
    }
    if args.format == Format::Curl
        && !args.show_secrets
        && headers::hides_address(&unsigned, &signed.headers, account.settings())
    {
        writeln!(
            terminal::err(),
            "note: the URL contains a password or access key; the command reads it from ${}",
            headers::BASE_VARIABLE
        )?;
    }
    let printed = print::print(&args, &unsigned, &signed, account.settings())?;
    terminal::out().write_all(printed.as_bytes())?;
    Ok(Exit::Done)
}

impl HeadersArgs {
    fn read_body(&self) -> anyhow::Result<Option<String>> {
        /// No service takes a body of this length.
        const LONGEST: u64 = 16 << 20;
        let Some(path) = &self.body_file else { return Ok(self.body.clone()) };
        let bytes = if path.as_os_str() != "-" {
            crate::settings::read_file(path, LONGEST).with_context(|| format!("cannot read {}", path.display()))?
        } else if self.settings.reads_standard_input() {
            bail!("standard input contains the private key, so the body must come from --body or from a file");
        } else {
            let mut bytes = Vec::new();
            io::stdin().take(LONGEST + 1).read_to_end(&mut bytes)?;
            anyhow::ensure!(bytes.len() as u64 <= LONGEST, "the body on standard input is larger than 16 MiB");
            bytes
        };
        let text = String::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| anyhow::anyhow!("the body in {} is not UTF-8, so clients cannot sign it", path.display()))
    }

    fn unsigned(&self, body: Option<String>, account: &Account) -> Unsigned {
        let path = match self.level {
            Level::L1 => endpoints::DERIVE,
            Level::L2 => endpoints::API_KEYS,
            Level::Builder => endpoints::RELAYER_TRANSACTIONS,
            Level::Us => endpoints::US_BALANCES,
        };
        let now = || if self.level == Level::Us { account.timestamp_ms() } else { account.timestamp() };
        let method = if body.is_some() { "POST" } else { "GET" };
        Unsigned {
            method: self.method.clone().unwrap_or_else(|| method.to_owned()),
            path: self.path.clone().unwrap_or_else(|| path.to_owned()),
            body,
            timestamp: self.timestamp.unwrap_or_else(now),
        }
    }
}

/// Signs with what the settings have for this level.
///
/// # Errors
///
/// A sentence for what is missing or cannot be used.
pub(super) fn sign(unsigned: &Unsigned, account: &Account, level: Level) -> anyhow::Result<Signed> {
    // today's seconds are far below the limits of i64
    #[allow(clippy::cast_possible_truncation)]
    let now_s = now_s() as i64;
    Ok(match level {
        Level::L1 => {
            let (signer, chain_id, nonce) = (account.signer()?, account.chain_id()?, account.nonce()?);
            unsigned.sign(Key::L1 { signer, chain_id, nonce }, now_s)?
        }
        Level::L2 => {
            let (signer, credentials) = (account.signer()?, account.credentials()?);
            unsigned.sign(Key::L2 { signer, credentials: &credentials }, now_s)?
        }
        Level::Builder => unsigned.sign(Key::Builder { credentials: &account.builder_credentials()? }, now_s)?,
        Level::Us => unsigned.sign(Key::Us { credentials: &account.us_credentials()? }, now_s)?,
    })
}
