//! `polydoctor builder trades`

mod print;

use std::io::Write as _;

use alloy_primitives::{Address, B256, U256};

use super::{AccountArgs, End, Exit, Format, RangeArgs, interrupted, shown};
use crate::attribution::{BuilderTrade, Totals};
use crate::cli::progress::Progress;
use crate::cli::terminal;
use crate::client::clob;
use crate::client::trades::{By, Filter, Listing, Source, advance_cursor};
use print::Printer;

#[derive(Debug, clap::Args)]
pub(super) struct TradesArgs {
    /// Only the trade with this ID
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Only this market, by its condition ID
    #[arg(long, value_name = "0x…")]
    market: Option<B256>,
    /// Only this outcome, by its token ID
    #[arg(long, value_name = "NUMBER", value_parser = token_id)]
    asset: Option<U256>,
    /// Only trades of this wallet
    #[arg(long, value_name = "ADDRESS")]
    maker: Option<Address>,
    #[command(flatten)]
    range: RangeArgs,
    /// Maximum number of trades to read
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "all")]
    limit: usize,
    /// Read all trades, to the end of the listing
    #[arg(long)]
    all: bool,
    /// Continue where an earlier listing stopped
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    account: AccountArgs,
}

fn token_id(text: &str) -> Result<U256, String> {
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let number = is_number.then(|| U256::from_str_radix(text, 10).ok()).flatten();
    number.ok_or_else(|| "a token ID has digits only".to_owned())
}

impl TradesArgs {
    fn filter(&self) -> Filter {
        let (id, market, asset, maker) = (self.id.clone(), self.market, self.asset, self.maker);
        Filter { id, market, asset, maker, ..self.range.filter() }
    }
}

pub(super) async fn run(mut args: TradesArgs) -> anyhow::Result<Exit> {
    let (mut account, _demo) = args.account.open().await?;
    let source = Source::of_builder(&account, args.range.by)?;
    let by = source.by();
    if by == By::Key {
        // what is asked next says so when nothing answers
        let _ = account.use_server_time().await;
    }
    let mut reading = Reading {
        listing: Listing::new(&account, source, &args.filter(), args.cursor.as_deref()),
        maker: args.maker,
        left: if args.all { usize::MAX } else { args.limit },
        totals: Totals::default(),
        printer: Printer::new(args.format, by)?,
        next: None,
    };
    let mut progress = Progress::new(args.format != Format::Json);
    let end = reading.read(&mut progress).await?;
    progress.clear();
    let Reading { totals, printer, next, .. } = reading;
    // what stands before a cursor is not among them
    let is_whole = matches!(end, End::Whole) && args.cursor.is_none();
    printer.end(&totals, is_whole, next.as_deref())?;
    if let Some(words) = end.words() {
        writeln!(terminal::err(), "note: {words}; {} trades were read", totals.all.trades)?;
    }
    if let Some(cursor) = next {
        // what a server says is quoted for the shell, or not offered
        let go_on = shlex::try_quote(&cursor);
        let go_on = go_on.map_or_else(|_| String::new(), |word| format!(", or continue with --cursor {word}"));
        writeln!(terminal::err(), "note: there are more trades: pass --all{go_on}")?;
    }
    Ok(if end.is_cut_off() { Exit::Unknown } else { Exit::Done })
}

struct Reading<'a> {
    listing: Listing<'a>,
    /// Version 2 does not say that it takes this filter, so what passes is looked at again.
    maker: Option<Address>,
    left: usize,
    totals: Totals,
    printer: Printer,
    /// Where to go on, when not at the end.
    next: Option<String>,
}

impl Reading<'_> {
    async fn read(&mut self, progress: &mut Progress) -> anyhow::Result<End> {
        let mut stop = std::pin::pin!(interrupted());
        loop {
            self.next = self.listing.cursor().map(str::to_owned);
            if self.left == 0 && self.next.is_some() {
                return Ok(End::Enough);
            }
            let page = tokio::select! {
                biased;
                () = &mut stop => return Ok(End::Stopped),
                page = self.listing.next() => page,
            };
            let page = match page {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(End::Whole),
                Err(error) => return End::of(error),
            };
            let mut oldest = None;
            for (place, row) in page.rows.iter().enumerate() {
                let Some(trade) = BuilderTrade::read(&clob::row(row)).filter(|trade| self.takes(trade)) else {
                    continue;
                };
                if self.left == 0 {
                    self.next = self.next.take().map(|cursor| advance_cursor(&cursor, place));
                    return Ok(End::Enough);
                }
                self.left -= 1;
                oldest = trade.match_time.or(oldest);
                self.totals.add(&trade);
                self.printer.trade(&trade)?;
            }
            let back_to = oldest.map_or_else(String::new, |at| format!(", back to {} UTC", shown(at)));
            progress.say(&format!("{} trades{back_to}; Ctrl-C stops and keeps them", self.totals.all.trades));
        }
    }

    fn takes(&self, trade: &BuilderTrade) -> bool {
        self.maker.is_none() || trade.maker.is_none() || trade.maker == self.maker
    }
}
