//! The two listings of trades, page by page: an account's own and a builder's.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256, U256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;
use tokio::time::timeout;

use super::account::{Account, AccountError};
use super::calls::{self, Trades};
use super::clob::{self, Clob};
use super::http::{Answer, millis};
use crate::auth::builder;
use crate::auth::l2::ApiCredentials;
use crate::endpoints::FIRST_CURSOR;
use crate::facts::Failure;
use crate::settings::Settings;

/// For so long one listing is read; a cursor goes on from where it ended.
const LONGEST: Duration = Duration::from_mins(10);
/// Many new trades between two pages move the rows of one to the next; more than that is no accident.
const MOST_STALE: u32 = 3;

/// Which trades, and what they are asked for with.
#[derive(Clone, Debug)]
pub enum Source {
    /// `GET /data/trades` of a wallet, with its L2 credentials.
    Own { maker: Address, credentials: ApiCredentials },
    /// `GET /builder/trades` by builder code, without headers: since protocol version 2.
    ByCode(String),
    /// `GET /builder/trades` with builder headers: protocol version 1.
    ByKey(ApiCredentials),
}

/// By what a builder's trades are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// By builder code, without headers: since protocol version 2
    Code,
    /// By builder credentials, as headers: protocol version 1
    Key,
}

impl By {
    /// What these settings have: the code, unless there are only credentials.
    pub fn usual(settings: &Settings) -> Self {
        if settings.builder_code.is_none() && !settings.builder.is_empty() { Self::Key } else { Self::Code }
    }
}

impl Source {
    /// A builder's trades, by what is configured: the code, else the credentials.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] when what it takes is missing or unusable.
    pub fn of_builder(account: &Account, by: Option<By>) -> Result<Self, AccountError> {
        let settings = account.settings();
        match by.unwrap_or_else(|| By::usual(settings)) {
            By::Code => Ok(Self::ByCode(builder_code(settings)?.to_owned())),
            By::Key => account.builder_credentials().map(Self::ByKey),
        }
    }

    pub fn by(&self) -> By {
        if matches!(self, Self::ByCode(_)) { By::Code } else { By::Key }
    }
}

/// The configured builder code.
///
/// # Errors
///
/// [`AccountError::Setting`] when there is none, or none that orders can carry.
pub fn builder_code(settings: &Settings) -> Result<&str, AccountError> {
    let missing = "there is no builder code; set POLY_BUILDER_CODE, or pass --builder-code: polymarket.com/settings?tab=builder shows it";
    let code = settings.builder_code.as_ref().ok_or_else(|| AccountError::Setting(missing.to_owned()))?;
    match builder::usable_code(&code.value) {
        Ok(()) => Ok(&code.value),
        Err(wrong) => Err(AccountError::Setting(format!("the builder code ({}) {wrong}", code.source))),
    }
}

/// What the service may leave out. Times are Unix seconds, both exclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub id: Option<String>,
    pub market: Option<B256>,
    pub asset: Option<U256>,
    pub maker: Option<Address>,
    pub after_s: Option<i64>,
    pub before_s: Option<i64>,
}

impl Filter {
    fn query(&self) -> Vec<(&'static str, String)> {
        [
            ("id", self.id.clone()),
            ("market", self.market.map(|market| market.to_string())),
            ("asset_id", self.asset.map(|asset| asset.to_string())),
            ("maker_address", self.maker.map(|maker| maker.to_string())),
            ("after", self.after_s.map(|seconds| seconds.to_string())),
            ("before", self.before_s.map(|seconds| seconds.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// One page, without what pages before had: the list moves on while it is read.
pub struct Page {
    /// Still text: as values they would take many times the memory.
    pub rows: Vec<Box<RawValue>>,
    /// The service's clock, where the answer is dated; Unix seconds.
    pub date_s: Option<i64>,
}

/// A listing in the course of being read. Dropping a read half-way loses nothing.
pub struct Listing<'a> {
    account: &'a Account,
    source: Source,
    query: Vec<(&'static str, String)>,
    /// `None` behind the end.
    cursor: Option<String>,
    /// Of every cursor and every row so far: a server may lead round, or on without an end.
    seen: HashSet<u64>,
    /// By what rows are known again; other servers cannot choose texts that look alike to it.
    hasher: RandomState,
    /// Pages in a row that had nothing new.
    stale: u32,
    /// Why it cannot be read on.
    stuck: Option<Failure>,
    longest: Duration,
    began: Option<Instant>,
}

impl<'a> Listing<'a> {
    /// From a cursor of an earlier reading, or from the newest trade.
    pub fn new(account: &'a Account, source: Source, filter: &Filter, cursor: Option<&str>) -> Self {
        let mut query = filter.query();
        match &source {
            Source::Own { maker, .. } => query.push(("maker_address", maker.to_string())),
            Source::ByCode(code) => query.push(("builder_code", code.clone())),
            Source::ByKey(_) => {}
        }
        let cursor = Some(cursor.unwrap_or(FIRST_CURSOR).to_owned());
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Self { account, source, query, cursor, seen, hasher, stale: 0, stuck: None, longest: LONGEST, began: None }
    }

    /// Read for so long at most.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// Where to read on; `None` behind the end.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The next page, no faster than the limits of the account's connections; `None` behind the end.
    ///
    /// # Errors
    ///
    /// Those of the call, except a 429, which is waited out a few times. [`Failure::Garbled`] where the
    /// listing goes round or on without an end, and [`Failure::TimedOut`] where it takes too long.
    pub async fn next(&mut self) -> Result<Option<Page>, AccountError> {
        if let Some(failure) = &self.stuck {
            return Err(failure.clone().into());
        }
        let Some(cursor) = self.cursor.clone() else { return Ok(None) };
        let left = self.longest.saturating_sub(self.began.get_or_insert_with(Instant::now).elapsed());
        let answer = match timeout(left, self.ask(&cursor)).await {
            Ok(answer) => answer?,
            Err(_) => return Err(Failure::TimedOut { after_ms: millis(self.longest) }.into()),
        };
        let (rows, next) = Clob::read_page(&answer)?;
        let rows: Vec<Box<RawValue>> =
            rows.into_iter().filter(|row| self.is_new("row", &clob::row_name(row))).map(ToOwned::to_owned).collect();
        self.is_new("cursor", &cursor);
        if let Some(next) = &next {
            // what was read stands; only reading on is of no use
            self.stale = if rows.is_empty() { self.stale + 1 } else { 0 };
            self.stuck = match (self.is_new("cursor", next), self.stale) {
                (false, _) => Some(answer.garbled("the listing repeats: its next page was already read")),
                (true, MOST_STALE..) => {
                    Some(answer.garbled("the listing does not end, and its pages have nothing new"))
                }
                (true, _) => None,
            };
        }
        self.cursor = next;
        Ok(Some(Page { rows, date_s: answer.date_s }))
    }

    /// Whether this cursor, or row, is met for the first time.
    fn is_new(&mut self, kind: &str, name: &str) -> bool {
        let hash = self.hasher.hash_one((kind, name));
        self.seen.insert(hash)
    }

    async fn ask(&self, cursor: &str) -> Result<Answer, AccountError> {
        let mut query = self.query.clone();
        query.push(("next_cursor", cursor.to_owned()));
        let of = match &self.source {
            Source::Own { credentials, .. } => Trades::Own(self.account.user(credentials)?),
            Source::ByCode(_) => Trades::ByCode,
            Source::ByKey(credentials) => Trades::ByKey(credentials),
        };
        Ok(self.account.answer_in_time(&calls::page(of, query)).await?.0)
    }
}

/// The cursor of so many rows further on. Cursors are offsets in base64; of one that is not, itself.
pub fn advance_cursor(cursor: &str, rows: usize) -> String {
    let offset = || String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?.parse::<u64>().ok();
    let further = offset().and_then(|offset| offset.checked_add(rows as u64));
    further.map_or_else(|| cursor.to_owned(), |offset| STANDARD.encode(offset.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_offsets_and_others_are_left_alone() {
        assert_eq!(advance_cursor("MA==", 300), "MzAw");
        assert_eq!(advance_cursor("aWQ6MjQ5Mzk2", 5), "aWQ6MjQ5Mzk2");
        assert_eq!(advance_cursor("not base64", 5), "not base64");
        let last = STANDARD.encode(u64::MAX.to_string());
        assert_eq!(advance_cursor(&last, 5), last);
    }
}
