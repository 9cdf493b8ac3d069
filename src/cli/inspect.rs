//! `polydoctor inspect`

pub(super) mod text;

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::Exit;
use super::settings::SettingsArgs;
use crate::cli::look::Format;
use crate::cli::terminal;
use crate::client::exchange;
use crate::client::http::Http;
use crate::client::rpc::Node;
use crate::facts::probe::Probe;
use crate::inspect::{self, Inspected, Inspection, Known, Question};
use crate::settings::Settings;

/// A longer text is no request.
const LONGEST: u64 = 16 << 20;

/// Find out what is wrong with a captured request, order or relayer transaction: its headers or fields, and what was signed
///
/// Reads a raw HTTP request, a curl command (bash, cmd, PowerShell), a HAR file, a JSON object with
/// method, url, headers and body, headers as a program prints them, the body of POST /order or /orders,
/// the body of the relayer's POST /submit, signed orders as TypeScript, Python and Rust programs print
/// them, and logs that contain any of them.
/// Signatures are recomputed with every known mistake, using the credentials from the settings; the variant that reproduces the captured signature is the proof. Makes no network request without --on-chain, and prints no secret.
#[derive(Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// File with the request, order or log; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// When the request was sent, in Unix seconds
    ///
    /// Without it, the age of the timestamp and the expiration of orders are not checked.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    now: Option<i64>,
    /// Whether the market of the orders is neg-risk
    ///
    /// Without it, both exchange contracts are accepted.
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    neg_risk: Option<bool>,
    /// Check whether the exchange contract accepts the orders
    ///
    /// Each order is sent to the Polygon RPC.
    #[arg(long)]
    on_chain: bool,
    /// Shorten wallet addresses, key IDs and signatures, for public sharing
    #[arg(long)]
    share: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) fn run(mut args: InspectArgs) -> anyhow::Result<Exit> {
    let settings = args.settings.read()?.settings()?;
    let (text, name) = args.text()?;
    let known = Known { neg_risk: args.neg_risk, ..Known::of(&settings, args.now) };
    let mut inspection = inspect::inspect(&text, &known);
    if args.on_chain {
        super::block_on(ask(&mut inspection, &settings))?;
    }
    if args.share {
        inspection.share();
    }
    let printed = match args.format {
        Format::Json => format!("{:#}\n", inspection.json()),
        Format::Text if inspection.requests.is_empty() => String::new(),
        Format::Text => text::text(&inspection, super::style()),
    };
    terminal::out().write_all(printed.as_bytes())?;
    if inspection.requests.is_empty() {
        not_understood(&inspection, &name)?;
        return Ok(Exit::Usage);
    }
    let is_unknown = |request: &Inspected| request.on_chain.as_ref().is_some_and(|on_chain| !on_chain.is_known);
    Ok(if inspection.findings().next().is_some() {
        Exit::No
    } else if inspection.requests.iter().any(is_unknown) {
        Exit::Unknown
    } else {
        Exit::Done
    })
}

/// Asks the exchange contract about each order.
async fn ask(inspection: &mut Inspection, settings: &Settings) -> anyhow::Result<()> {
    let Some(url) = &settings.rpc_url else {
        bail!("--on-chain needs a Polygon RPC: set --rpc-url or POLYGON_RPC_URL");
    };
    let http = Http::new(settings.timeout);
    let node = Node { http: &http, url: &url.value, probe: Probe::Chain };
    for request in &mut inspection.requests {
        let Some(Question { order, signature, exchange }) = &request.question else { continue };
        let answer = exchange::ask(&node, order, signature, exchange).await;
        request.answered(answer.map_err(|failure| failure.to_string()));
    }
    Ok(())
}

/// Why there is nothing to inspect, on standard error.
fn not_understood(inspection: &Inspection, name: &str) -> io::Result<()> {
    let mut err = terminal::err();
    writeln!(err, "error: no signed request or order found in {name}")?;
    for unread in &inspection.unread {
        writeln!(err, "  line {}: {}", unread.line, unread.text)?;
    }
    for exposure in &inspection.exposed {
        writeln!(
            err,
            "warning: the text contains a secret: {}, line {}; {}",
            exposure.kind, exposure.line, exposure.fix
        )?;
    }
    writeln!(
        err,
        "Paste the request with its POLY_ or X-PM- headers (raw HTTP, a curl command, HAR, JSON), the signed order, or a \
         client's log. For an error message alone, use `polydoctor explain`"
    )
}

impl InspectArgs {
    /// The text, and what it is called.
    fn text(&self) -> anyhow::Result<(String, String)> {
        let file = self.file.as_ref().filter(|file| file.as_os_str() != "-");
        let (bytes, name) = match file {
            Some(path) => {
                let name = path.display().to_string();
                let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
                (end(file).with_context(|| format!("cannot read {name}"))?, name)
            }
            None if self.settings.reads_standard_input() => {
                bail!("standard input contains the private key, so the request must come from a file")
            }
            None => {
                if io::stdin().is_terminal() {
                    writeln!(terminal::err(), "Paste the request, then press Ctrl-D")?;
                }
                (end(io::stdin().lock())?, "standard input".to_owned())
            }
        };
        if bytes.len() as u64 > LONGEST {
            bail!("{name} is larger than {} MiB; cut out the request", LONGEST >> 20);
        }
        let text = decoded(bytes).with_context(|| format!("{name} is binary, not text"))?;
        if text.trim().is_empty() {
            bail!("{name} is empty; pass a request, an order, a curl command, a HAR file or a log");
        }
        Ok((text, name))
    }
}

fn end(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Text in UTF-8, or in UTF-16 as PowerShell writes it. `None` where it is binary.
fn decoded(bytes: Vec<u8>) -> Option<String> {
    let units = |read: fn([u8; 2]) -> u16| bytes[2..].chunks_exact(2).map(|unit| read([unit[0], unit[1]])).collect();
    let units: Option<Vec<u16>> = match bytes.get(..2) {
        Some([0xff, 0xfe]) => Some(units(u16::from_le_bytes)),
        Some([0xfe, 0xff]) => Some(units(u16::from_be_bytes)),
        _ => None,
    };
    if let Some(units) = units {
        return Some(String::from_utf16_lossy(&units));
    }
    if bytes.contains(&0) {
        return None;
    }
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let odd = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    // a stray byte is not binary
    (odd * 10 <= text.chars().count()).then(|| text.trim_start_matches('\u{feff}').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_and_binary_is_told() {
        assert_eq!(decoded(b"\xff\xfea\0b\0".to_vec()).as_deref(), Some("ab"));
        assert_eq!(decoded(b"\xfe\xff\0a".to_vec()).as_deref(), Some("a"));
        assert_eq!(decoded(b"\xef\xbb\xbfa".to_vec()).as_deref(), Some("a"));
        assert_eq!(decoded(b"a caf\xe9 in Latin-1".to_vec()).as_deref(), Some("a caf\u{fffd} in Latin-1"));
        assert_eq!(decoded(b"\x7fELF\0\0".to_vec()), None);
        assert_eq!(decoded(vec![0x9f; 40]), None);
    }
}
