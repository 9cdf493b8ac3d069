//! Trades as they arrive, and what they come to: a table, one JSON object, or CSV.

use std::io::{self, Write as _};

use jiff::civil::Date;
use serde::Serialize as _;

use super::super::{Format, harmless, shown};
use crate::attribution::{Amount, BuilderTrade, Sum, Totals};
use crate::cli::{style, terminal};
use crate::client::trades::By;
use crate::render::Style;

/// So many of the largest markets, and of the newest days, are written in the text.
const MARKETS: usize = 10;
const DAYS: usize = 31;

/// Writes each trade at once, so that memory does not grow with the listing.
pub(super) enum Printer {
    Text { rows: u64 },
    Json { rows: u64 },
    Csv { rows: u64, writer: Box<csv::Writer<terminal::Clean<io::Stdout>>> },
}

impl Printer {
    pub(super) fn new(format: Format, by: By) -> io::Result<Self> {
        Ok(match format {
            Format::Text => Self::Text { rows: 0 },
            Format::Csv => Self::Csv { rows: 0, writer: Box::new(csv::Writer::from_writer(terminal::out())) },
            Format::Json => {
                write!(terminal::out(), r#"{{"schema":1,"by":{},"trades":["#, serde_json::to_string(&by)?)?;
                Self::Json { rows: 0 }
            }
        })
    }

    pub(super) fn trade(&mut self, trade: &BuilderTrade) -> anyhow::Result<()> {
        let mut out = terminal::out();
        match self {
            Self::Text { rows } => {
                if *rows == 0 {
                    writeln!(
                        out,
                        "{}",
                        line("matched (UTC)", "side", "shares", ["price", "dollars", "fees"], "status", "market")
                    )?;
                }
                writeln!(out, "{}", row(trade))?;
                *rows += 1;
            }
            Self::Json { rows } => {
                out.write_all(if *rows == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut out, trade)?;
                *rows += 1;
            }
            Self::Csv { rows, writer } => {
                writer.serialize(for_sheet(trade))?;
                *rows += 1;
            }
        }
        Ok(())
    }

    /// The sums; `next` is where to go on, when that is not the end.
    pub(super) fn end(self, totals: &Totals, complete: bool, next: Option<&str>) -> anyhow::Result<()> {
        let mut out = terminal::out();
        match self {
            Self::Text { rows } => {
                if rows > 0 {
                    writeln!(out)?;
                }
                sums(&mut out, totals, complete)?;
            }
            Self::Json { .. } => {
                write!(out, "\n],\"totals\":")?;
                totals.serialize(&mut serde_json::Serializer::new(&mut out))?;
                let partial_day = serde_json::to_string(&partial_day(totals, complete))?;
                let next = serde_json::to_string(&next)?;
                writeln!(out, ",\"complete\":{complete},\"partial_day\":{partial_day},\"next_cursor\":{next}}}")?;
            }
            Self::Csv { rows: 0, .. } => write!(out, "{}", csv_header()?)?,
            Self::Csv { mut writer, .. } => writer.flush()?,
        }
        Ok(())
    }
}

/// The same trade with texts that no spreadsheet takes for a formula: names of outcomes are people's.
fn for_sheet(trade: &BuilderTrade) -> BuilderTrade {
    let mut trade = trade.clone();
    trade.id = harmless(&trade.id);
    for text in [
        &mut trade.trade_type,
        &mut trade.taker_order_hash,
        &mut trade.builder,
        &mut trade.side,
        &mut trade.status,
        &mut trade.outcome,
        &mut trade.owner,
        &mut trade.transaction_hash,
        &mut trade.err_msg,
    ]
    .into_iter()
    .flatten()
    {
        *text = harmless(text);
    }
    trade
}

/// The names of the columns, which the writer gives with its first row only.
fn csv_header() -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.serialize(BuilderTrade::default())?;
    let text = String::from_utf8(writer.into_inner()?)?;
    Ok(text.lines().next().map(|header| format!("{header}\n")).unwrap_or_default())
}

/// A row of the table. Where the terminal is narrow, columns go before lines break.
fn line(at: &str, side: &str, shares: &str, money: [&str; 3], status: &str, market: &str) -> String {
    /// Cells that the columns need up to each of these.
    const WITH_MARKET: usize = 100;
    const WITH_SECONDS: usize = 82;
    const WITH_FEES: usize = 77;
    const WITH_STATUS: usize = 66;
    let Style { ascii, width, .. } = style();
    let has = |needed: usize| width.is_none_or(|width| width >= needed);
    let [price, volume, fees] = money;
    // without year and seconds
    let at = if has(WITH_SECONDS) { format!("{at:<19}") } else { format!("{:<14}", at.get(5..16).unwrap_or(at)) };
    let mut columns = vec![format!("{at}  {side:<4} {shares:>10} {price:>8} {volume:>12}")];
    columns.extend(has(WITH_FEES).then(|| format!(" {fees:>10}")));
    columns.extend(has(WITH_STATUS).then(|| format!("  {status:<10}")));
    columns.extend(has(WITH_MARKET).then(|| format!(" {market}")));
    let line = columns.concat();
    let line = line.trim_end();
    if ascii { line.replace('–', "-").replace('…', "...") } else { line.to_owned() }
}

fn row(trade: &BuilderTrade) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let amount = |value: Option<Amount>| value.map_or_else(|| "–".to_owned(), |amount| amount.to_string());
    let at = trade.match_time.map_or_else(|| "–".to_owned(), shown);
    let market = trade.market.map_or_else(|| "–".to_owned(), |market| market.to_string());
    let market =
        if market.len() > 20 { format!("{}…{}", &market[..10], &market[market.len() - 6..]) } else { market };
    let money = [amount(trade.price), amount(trade.size_usdc), amount(trade.fee_usdc)];
    line(
        &at,
        &text(&trade.side),
        &amount(trade.size),
        money.each_ref().map(String::as_str),
        text(&trade.status).trim_start_matches("TRADE_STATUS_"),
        &market,
    )
}

/// The oldest day of a listing that was not read to its end: more of it may follow.
fn partial_day(totals: &Totals, complete: bool) -> Option<Date> {
    totals.by_day.keys().next().copied().filter(|_| !complete)
}

fn sums(out: &mut impl io::Write, totals: &Totals, complete: bool) -> io::Result<()> {
    if totals.all.trades == 0 {
        return writeln!(out, "{}", if complete { "No trades" } else { "No trade was read" });
    }
    writeln!(out, "{}", sum(if complete { "all" } else { "newest" }, &totals.all))?;
    if !complete {
        writeln!(out, "Incomplete: the totals cover only these trades")?;
    }
    if totals.all.without_volume > 0 {
        writeln!(out, "{} of them have no volume and do not count", totals.all.without_volume)?;
    }
    for (heading, split) in [("By side", &totals.by_side), ("By status", &totals.by_status)] {
        section(out, heading, split.iter(), usize::MAX, None)?;
    }
    let mut markets: Vec<(&String, &Sum)> = totals.by_market.iter().collect();
    markets.sort_by_key(|(_, of)| std::cmp::Reverse(of.volume));
    section(out, "By market, largest first", markets.into_iter(), MARKETS, None)?;
    let partial = partial_day(totals, complete).map(|day| day.to_string());
    section(out, "By day (UTC), newest first", totals.by_day.iter().rev(), DAYS, partial.as_deref())
}

fn section<'a, N: ToString + 'a>(
    out: &mut impl io::Write,
    heading: &str,
    sums: impl ExactSizeIterator<Item = (&'a N, &'a Sum)>,
    most: usize,
    partial: Option<&str>,
) -> io::Result<()> {
    let cut = if sums.len() > most { format!(", {most} of {}", sums.len()) } else { String::new() };
    writeln!(out, "\n{heading}{cut}")?;
    for (name, of) in sums.take(most) {
        let name = name.to_string();
        let mark = if partial == Some(name.as_str()) { "  (partial day)" } else { "" };
        writeln!(out, "{}{mark}", sum(&name, of))?;
    }
    Ok(())
}

fn sum(name: &str, of: &Sum) -> String {
    let trades = if of.trades == 1 { "trade" } else { "trades" };
    format!("{name:<10}  {} {trades}, ${}, fees ${}, builder fees ${}", of.trades, of.volume, of.fees, of.builder_fees)
}
