//! `polydoctor builder reconcile`

use std::io::{self, Write as _};

use jiff::Timestamp;
use serde::Serialize;

use super::{AccountArgs, End, Exit, Format, RangeArgs, harmless, interrupted, shown};
use crate::attribution::{AccountIdentity, Amount, Reason, Reconciler, Reconciliation, Unlisted};
use crate::cli::progress::Progress;
use crate::cli::terminal;
use crate::client::comparison::Comparison;
use crate::client::trades::{By, Source};

/// So many of each kind are written in the text; the other formats have all.
const ROWS: usize = 50;

#[derive(Debug, clap::Args)]
pub(super) struct ReconcileArgs {
    #[command(flatten)]
    range: RangeArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    account: AccountArgs,
}

pub(super) async fn run(mut args: ReconcileArgs) -> anyhow::Result<Exit> {
    let (mut account, _demo) = args.account.open().await?;
    let source = Source::of_builder(&account, args.range.by)?;
    let by = source.by();
    // what is asked next says so when nothing answers
    let _ = account.use_server_time().await;
    let mut comparison = match Comparison::new(&account, source, &args.range.filter()).await {
        Ok(comparison) => comparison,
        Err(error) => return not_begun(&End::of(error)?),
    };
    let end = read(&mut comparison).await?;
    let found = comparison.judge();
    print(args.format, by, comparison.whose(), &found)?;
    if let Some(words) = end.words() {
        writeln!(terminal::err(), "note: {words}; the results cover only what was read")?;
    }
    Ok(match (found.complete, found.missing.is_empty()) {
        (false, _) => Exit::Unknown,
        _ if found.own == 0 => Exit::Unknown,
        (true, false) => Exit::No,
        (true, true) => Exit::Done,
    })
}

/// There are no credentials to read the account's own trades with.
fn not_begun(end: &End) -> anyhow::Result<Exit> {
    writeln!(
        terminal::err(),
        "error: cannot read the account's own trades: {}. `polydoctor check creds.derive` shows why",
        end.words().unwrap_or_default()
    )?;
    Ok(Exit::Unknown)
}

async fn read(comparison: &mut Comparison<'_>) -> anyhow::Result<End> {
    let mut stop = std::pin::pin!(interrupted());
    let mut progress = Progress::new(false);
    let end = loop {
        let step = tokio::select! {
            biased;
            () = &mut stop => break End::Stopped,
            step = comparison.step() => step,
        };
        match step {
            Ok(true) => progress.say(&so_far(comparison.progress())),
            Ok(false) => break End::Whole,
            Err(error) => break End::of(error)?,
        }
    };
    progress.clear();
    Ok(end)
}

fn so_far(both: &Reconciler) -> String {
    let [own, listed, matched] = both.counts();
    let at = both.oldest_s().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let back_to = at.map_or_else(String::new, |at| format!(", back to {} UTC", shown(at)));
    format!("{own} of yours, {listed} of the builder, {matched} in both{back_to}; Ctrl-C stops")
}

fn print(format: Format, by: By, whose: &AccountIdentity, found: &Reconciliation) -> anyhow::Result<()> {
    let mut out = terminal::out();
    match format {
        Format::Text => text(&mut out, by, whose, found)?,
        Format::Json => {
            let maker = whose.maker.to_string();
            serde_json::to_writer_pretty(&mut out, &Document { schema: 1, by, maker, found })?;
            writeln!(out)?;
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(COLUMNS)?;
            for (state, list) in [("missing", &found.missing), ("pending", &found.pending)] {
                for unlisted in list {
                    writer.write_record(record(state, unlisted))?;
                }
            }
            writer.flush()?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    by: By,
    maker: String,
    #[serde(flatten)]
    found: &'a Reconciliation,
}

const COLUMNS: [&str; 11] = [
    "state",
    "id",
    "order_id",
    "transaction_hash",
    "match_time",
    "market",
    "side",
    "size",
    "price",
    "status",
    "reason",
];

fn record(state: &str, Unlisted { trade, reason }: &Unlisted) -> [String; 11] {
    let text = |value: &Option<String>| value.as_deref().map(harmless).unwrap_or_default();
    let units = |value: Option<Amount>| value.map(|amount| amount.base_units().to_string()).unwrap_or_default();
    [
        state.to_owned(),
        harmless(&trade.id),
        text(&trade.order_id),
        text(&trade.transaction_hash),
        trade.match_time.to_string(),
        trade.market.map(|market| market.to_string()).unwrap_or_default(),
        text(&trade.side),
        units(trade.size),
        units(trade.price),
        text(&trade.status),
        reason.words().to_owned(),
    ]
}

fn text(out: &mut impl io::Write, by: By, whose: &AccountIdentity, found: &Reconciliation) -> io::Result<()> {
    let by = match by {
        By::Code => "the builder code",
        By::Key => "the builder key",
    };
    writeln!(out, "{:>8}  trades of {}", found.own, whose.maker)?;
    writeln!(out, "{:>8}  trades under {by}", found.listed)?;
    writeln!(out, "{:>8}  in both", found.matched)?;
    writeln!(out, "{:>8}  missing under {by}", found.missing.len())?;
    for (reason, count) in found.reasons() {
        writeln!(out, "          {count}: {}", reason.words())?;
    }
    writeln!(out, "{:>8}  pending: {}", found.pending.len(), Reason::Young.words())?;
    writeln!(out, "{:>8}  other users': under {by}, but not from this account", found.foreign)?;
    if found.unjudged > 0 {
        writeln!(out, "{:>8}  not compared: the other listing was not read that far back", found.unjudged)?;
    }
    list(out, "Missing", &found.missing)?;
    list(out, "Pending", &found.pending)?;
    writeln!(out, "\n{}", verdict(found))
}

fn list(out: &mut impl io::Write, heading: &str, trades: &[Unlisted]) -> io::Result<()> {
    if trades.is_empty() {
        return Ok(());
    }
    let all = trades.len();
    let cut = if all > ROWS { format!(", {ROWS} of {all}; --format csv prints all") } else { String::new() };
    writeln!(out, "\n{heading}{cut}")?;
    for Unlisted { trade, reason } in trades.iter().take(ROWS) {
        let of = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        writeln!(out, "{} UTC  trade {}", shown(trade.match_time), trade.id)?;
        writeln!(out, "  order        {}", of(&trade.order_id))?;
        writeln!(out, "  transaction  {}", of(&trade.transaction_hash))?;
        writeln!(out, "  likely       {}", reason.words())?;
    }
    Ok(())
}

fn verdict(found: &Reconciliation) -> String {
    let since = found.judged_since.map_or_else(String::new, |at| format!(" since {} UTC", shown(at)));
    match (found.comparable, found.complete, found.missing.len()) {
        _ if found.own == 0 => format!("The account has no trades to compare{since}"),
        (false, ..) => "The two listings use different trade IDs, so missing trades could not be determined".to_owned(),
        (true, false, 0) => format!("Incomplete; nothing is missing{since}"),
        (true, false, missing) => format!("Incomplete; {missing} trades are missing{since}"),
        (true, true, 0) => "Nothing is missing".to_owned(),
        (true, true, missing) => format!("{missing} of {} trades are not attributed", found.own),
    }
}
