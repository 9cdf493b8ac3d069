//! The boards of builders at the data API: place and volume, by builder code.
//!
//! They are behind: volume can take 24 hours to arrive there, and only builders that Polymarket has
//! verified are shown. Volume is in shares, not dollars.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::clob::get;
use super::http::Http;
use crate::attribution::Amount;
use crate::facts::Failure;
use crate::text;

/// Pages of the leaderboard that are looked through for a builder.
const MOST_PAGES: usize = 40;
/// Buckets of the volume that are asked for: all builders come at once, and the answer has a limit.
const BUCKETS: &str = "14";

/// What the boards are cut into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Period {
    #[default]
    Day,
    Week,
    Month,
    All,
}

impl Period {
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::All => "all",
        }
    }
}

/// One row of a board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeaderboardRow {
    pub rank: Option<u64>,
    pub name: Option<String>,
    pub verified: Option<bool>,
    /// Shares.
    pub volume: Option<Amount>,
    pub active_users: Option<u64>,
    /// When the bucket began; only in the volume over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
}

/// What the boards say of a builder.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Boards {
    /// `None` where the leaderboard does not show the builder.
    pub standing: Option<LeaderboardRow>,
    /// The newest bucket first; those without the builder are left out.
    pub volume: Vec<LeaderboardRow>,
}

/// Looks a builder code up on both boards.
///
/// # Errors
///
/// [`Failure`] of either request.
pub async fn boards(http: &Http, data: &Url, code: &str, period: Period) -> Result<Boards, Failure> {
    let (standing, volume) = tokio::join!(standing(http, data, code, period), volume(http, data, code, period));
    Ok(Boards { standing: standing?, volume: volume? })
}

#[derive(Deserialize)]
struct Envelope {
    data: Vec<Value>,
    #[serde(default)]
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    #[serde(default)]
    next_cursor: Option<String>,
}

async fn standing(http: &Http, data: &Url, code: &str, period: Period) -> Result<Option<LeaderboardRow>, Failure> {
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        // a cursor holds the period that it was made for
        let query = match &cursor {
            None => ("time_period", period.word()),
            Some(cursor) => ("cursor", cursor.as_str()),
        };
        let page: Envelope = http.send(get(None, data, "/v2/builders/leaderboard", &[query])).await?.object()?;
        if let Some(row) = page.data.iter().find(|row| is_of(row, code)) {
            return Ok(Some(read(row)));
        }
        let before = cursor;
        cursor = page.pagination.and_then(|pagination| pagination.next_cursor).filter(|next| !next.is_empty());
        match &cursor {
            None => return Ok(None),
            Some(next) if before.as_ref() == Some(next) || page.data.is_empty() => break,
            Some(_) => {}
        }
    }
    let reason = "the leaderboard does not end, and none of its pages has the builder".to_owned();
    Err(Failure::Garbled { status: 200, reason })
}

async fn volume(http: &Http, data: &Url, code: &str, period: Period) -> Result<Vec<LeaderboardRow>, Failure> {
    let query = [("interval", period.word()), ("limit", BUCKETS)];
    let body: Envelope = http.send(get(None, data, "/v2/builders/volume", &query)).await?.object()?;
    Ok(body.data.iter().filter(|row| is_of(row, code)).map(read).collect())
}

fn is_of(row: &Value, code: &str) -> bool {
    row["builder_code"].as_str().is_some_and(|listed| listed.eq_ignore_ascii_case(code))
}

fn read(row: &Value) -> LeaderboardRow {
    let whole = |name: &str| row[name].as_u64().or_else(|| row[name].as_str()?.parse().ok());
    let name = row["builder_name"].as_str().or_else(|| row["builder"].as_str());
    LeaderboardRow {
        rank: whole("rank"),
        name: name.map(|name| text::quoted(name, 60)).filter(|name| !name.is_empty()),
        verified: row["verified"].as_bool(),
        volume: Amount::read(&row["volume"]),
        active_users: whole("active_users"),
        date: row["date"].as_str().and_then(date),
    }
}

/// A moment, or a day of which the service leaves the time out.
fn date(text: &str) -> Option<Timestamp> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(|| Some(day()?.timestamp()))
}
