//! What the builder panel asks for: trades, both listings side by side, and the boards.

use std::time::{Duration, Instant};

use super::TaskContext;
use crate::attribution::BuilderTrade;
use crate::client::account::{Account, AccountError};
use crate::client::boards::{self, Boards, Period};
use crate::client::clob;
use crate::client::comparison::Comparison;
use crate::client::trades::{Filter, Listing, Source, builder_code};
use crate::facts::Failure;
use crate::tui::NewsSender;
use crate::tui::state::panels::builder::BuilderNews;
use crate::tui::state::task::News;

/// False when nobody listens any more.
fn tell(post: &NewsSender, news: BuilderNews) -> bool {
    post.send(News::Builder(news)).is_ok()
}

/// The first page of trades, and the boards.
pub(super) async fn look(context: &TaskContext, post: &NewsSender) {
    let account = context.account("the builder panel").await;
    tokio::join!(read_on(&account, None, false, post), async {
        tell(post, BuilderNews::Boards(read_boards(&account).await.map_err(|error| error.to_string())));
    });
}

pub(super) async fn trades(context: &TaskContext, cursor: &str, all: bool, post: &NewsSender) {
    read_on(&context.account("more trades of the builder").await, Some(cursor), all, post).await;
}

async fn read_on(account: &Account, cursor: Option<&str>, all: bool, post: &NewsSender) {
    let source = match Source::of_builder(account, None) {
        Ok(source) => source,
        Err(error) => {
            tell(post, BuilderNews::NoTrades(error.to_string()));
            return;
        }
    };
    let mut listing = Listing::new(account, source, &Filter::default(), cursor);
    loop {
        let news = match listing.next().await {
            Ok(None) => return,
            Ok(Some(page)) => {
                let trades = page.rows.iter().filter_map(|row| BuilderTrade::read(&clob::row(row))).collect();
                BuilderNews::Trades(trades, listing.cursor().map(str::to_owned))
            }
            Err(error) => BuilderNews::NoTrades(error.to_string()),
        };
        let goes_on = all && matches!(news, BuilderNews::Trades(..));
        if !tell(post, news) || !goes_on {
            return;
        }
    }
}

/// Tells twice a second what both listings come to so far, so that a stop loses next to nothing.
pub(super) async fn reconcile(context: &TaskContext, post: &NewsSender) {
    let account = context.account("the comparison of own and builder trades").await;
    if let Err(error) = compare(&account, post).await {
        tell(post, BuilderNews::NotCompared(error.to_string()));
    }
}

async fn compare(account: &Account, post: &NewsSender) -> Result<(), AccountError> {
    const EVERY: Duration = Duration::from_millis(500);
    let source = Source::of_builder(account, None)?;
    let mut comparison = Comparison::new(account, source, &Filter::default()).await?;
    let mut told = Instant::now();
    loop {
        let step = comparison.step().await;
        let goes_on = matches!(step, Ok(true));
        if !goes_on || told.elapsed() >= EVERY {
            told = Instant::now();
            if !tell(post, BuilderNews::Compared(comparison.judge())) {
                return Ok(());
            }
        }
        if !step? {
            return Ok(());
        }
    }
}

async fn read_boards(account: &Account) -> Result<Boards, AccountError> {
    let code = builder_code(account.settings())?;
    let data = account.settings().data_url.as_ref();
    let data = data.ok_or_else(|| Failure::NotSent { reason: "the URL of the data API is not usable".to_owned() })?;
    Ok(boards::boards(account.http(), &data.value, code, Period::Day).await?)
}
