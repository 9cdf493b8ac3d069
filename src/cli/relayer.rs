//! `polydoctor relayer`

use std::io::Write as _;

use serde_json::{Value, json};

use super::Exit;
use super::sandbox::DemoArgs;
use super::settings::SettingsArgs;
use super::wrap::wrapped;
use crate::checks::{self, Status, nonces_apart, relayer_transactions, transaction_words};
use crate::cli::look::Format;
use crate::cli::terminal;
use crate::engine::Engine;
use crate::facts::probe::Probe;
use crate::facts::{Fact, Facts, Failure, RelayerTransaction};
use crate::report::{CheckReport, Report, Selection};
use crate::settings;

/// The check that judges what is shown.
const CHECK: &str = "relayer.key";

/// Show the account at the relayer: API key, nonce, transactions
#[derive(Debug, clap::Args)]
pub(super) struct RelayerArgs {
    #[command(subcommand)]
    command: RelayerCommand,
}

#[derive(Debug, clap::Subcommand)]
enum RelayerCommand {
    Status(Box<StatusArgs>),
}

/// Show whether the relayer accepts its API key, the key's owner, the nonce and the last transactions
///
/// Read-only: nothing is sent to the chain, and no key is created or deleted.
#[derive(Debug, clap::Args)]
struct StatusArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    demo: DemoArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) async fn run(args: RelayerArgs) -> anyhow::Result<Exit> {
    let RelayerCommand::Status(args) = args.command;
    status(*args).await
}

async fn status(mut args: StatusArgs) -> anyhow::Result<Exit> {
    let demo = args.demo.start().await?;
    let settings = match &demo {
        Some(demo) => settings::load(&args.settings.inputs_on(demo))?,
        None => args.settings.load()?,
    };
    let engine = Engine::new(settings, false, &[]);
    let mut probes = checks::probes_of([CHECK]);
    probes.insert(Probe::Deployed);
    engine.run(&probes).await;
    let facts = engine.facts().borrow().clone();
    let report = Report::by(&facts, &Selection::these([CHECK]));
    let Some(check) = report.check(CHECK) else { anyhow::bail!("{CHECK} is not among the checks") };
    let printed = match args.format {
        Format::Text => text(&facts, &report, check),
        Format::Json => serde_json::to_string_pretty(&object(&facts, &report, check))? + "\n",
    };
    terminal::out().write_all(printed.as_bytes())?;
    Ok(match check.status {
        Status::Fail | Status::Warn => Exit::No,
        _ if facts.relayer_key.failure().is_some() => Exit::Unknown,
        Status::Unknown => Exit::Unknown,
        _ => Exit::Done,
    })
}

/// What the relayer makes of the key, in a word.
fn key_state(facts: &Facts) -> &'static str {
    match &facts.relayer_key {
        Fact::Known { .. } => "accepted",
        Fact::Failed { failure: Failure::Refused { status: 401 | 403, .. }, .. } => "rejected",
        Fact::NotAsked { .. } if facts.setup.relayer_key.is_none() => "none",
        _ => "unknown",
    }
}

fn object(facts: &Facts, report: &Report, check: &CheckReport) -> Value {
    let wallet_nonce = facts.setup.maker().and_then(|maker| facts.on_chain(maker)?.nonce);
    let code = facts.setup.maker().and_then(|maker| facts.on_chain(maker)).map(crate::facts::OnChain::has_code);
    json!({
        "schema": 1,
        "signer": facts.setup.signer(),
        "funder": facts.setup.maker(),
        "status": check.status,
        "summary": check.summary,
        "key": {
            "state": key_state(facts),
            "owner": facts.relayer_key.known().map(|key| key.owner),
            "accepted_with": facts.relayer_key.known().map(|key| key.sent),
            "answer": facts.relayer_key.failure().map(ToString::to_string),
        },
        "deployed": { "relayer": facts.deployed.known(), "chain": code },
        "nonce": { "relayer": facts.relayer_nonce.known().map(|nonce| nonce.nonce), "wallet": wallet_nonce },
        "transactions": relayer_transactions(facts).map(|all| all.iter().map(transaction).collect::<Vec<_>>()),
        "diagnoses": report.diagnoses,
    })
}

fn transaction(transaction: &RelayerTransaction) -> Value {
    let at = transaction.created_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    json!({
        "id": transaction.id,
        "state": transaction.state,
        "type": transaction.kind,
        "error": transaction.error,
        "nonce": transaction.nonce,
        "hash": transaction.hash,
        "created_at": at.map(|at| at.to_string()),
    })
}

fn text(facts: &Facts, report: &Report, check: &CheckReport) -> String {
    let yes = |known: Option<bool>| known.map_or("could not be determined", |yes| if yes { "yes" } else { "no" });
    let code = facts.setup.maker().and_then(|maker| facts.on_chain(maker)).map(crate::facts::OnChain::has_code);
    let nonce = match (facts.relayer_nonce.known(), nonces_apart(facts)) {
        (_, Some((of_relayer, on_chain))) => format!("{of_relayer} (the Safe's own: {on_chain})"),
        (Some(nonce), None) => nonce.nonce.to_string(),
        (None, None) => match &facts.relayer_nonce {
            Fact::NotAsked { why } => format!("not checked: {why}"),
            _ => "could not be determined".to_owned(),
        },
    };
    let mut rows = vec![
        ("relayer".to_owned(), format!("{}: {}", check.status.word(), check.summary)),
        ("signer".to_owned(), facts.setup.signer().map_or_else(|| "none".to_owned(), |signer| signer.to_string())),
        ("funder".to_owned(), facts.setup.maker().map_or_else(|| "none".to_owned(), |maker| maker.to_string())),
    ];
    if let Some(key) = facts.relayer_key.known() {
        rows.push(("key owner".to_owned(), key.owner.to_string()));
    }
    rows.push((
        "deployed".to_owned(),
        format!("{}, according to the relayer; {}, on chain", yes(facts.deployed.known().copied()), yes(code)),
    ));
    rows.push(("nonce".to_owned(), nonce));
    match relayer_transactions(facts) {
        Some([]) => rows.push(("transactions".to_owned(), "none".to_owned())),
        Some(all) => {
            for (place, transaction) in all.iter().enumerate() {
                let label = if place == 0 { "transactions" } else { "" };
                rows.push((label.to_owned(), format!("{}  {}", transaction.id, transaction_words(transaction))));
            }
        }
        None => rows.push(("transactions".to_owned(), "could not be determined".to_owned())),
    }
    if let Some(first) = report.diagnoses.first() {
        rows.push(("cause".to_owned(), format!("{} ({})", first.title, first.cause.name())));
        rows.push(("fix".to_owned(), first.fix.text.clone()));
        rows.extend(first.fix.edits.iter().map(|edit| (String::new(), edit.clone())));
    }
    let longest = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let line = |(label, value): &(String, String)| {
        wrapped(value, &format!("{label:<longest$}  "), &" ".repeat(longest + 2)) + "\n"
    };
    rows.iter().map(line).collect()
}
