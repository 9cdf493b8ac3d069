//! One market: which is meant, the order that is planned for it, and what it allows.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

/// What a run is asked about a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketQuestion {
    /// Which market is meant.
    pub name: MarketName,
    /// An outcome by its name, such as `Yes`; `None` where any of them will do.
    pub outcome: Option<String>,
    /// An order that is to be judged, which nobody posts.
    pub order: Option<PlannedOrder>,
}

/// How people name a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarketName {
    /// The last part of a market's address, such as `will-it-rain-tomorrow`; people also give an event's.
    Slug(String),
    /// The page of an event, which has one market or several.
    Event(String),
    /// The condition id, 32 bytes.
    Condition(B256),
    /// The token id of one of its outcomes.
    Token(U256),
}

/// A text that names no market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotAMarket {
    /// The address of another site, or of no page at all.
    #[error("this is not the URL of an event or market page on polymarket.com")]
    Address,
    /// Hex digits that are none of an id.
    #[error("a condition ID is 0x and 64 hex digits")]
    Hex,
    /// A number too short or too long for a token id.
    #[error("a token ID has about 77 digits; pass the slug of the market instead of its number")]
    Number,
    /// Neither of these, nor a slug.
    #[error("pass the URL of its page, its slug, its condition ID or a token ID")]
    Text,
}

/// Longer slugs do not exist.
const LONGEST_SLUG: usize = 300;
/// Token ids are hashes: shorter numbers are something else.
const SHORTEST_TOKEN: usize = 50;
/// Of 32 bytes.
const CONDITION_DIGITS: usize = 64;

impl FromStr for MarketName {
    type Err = NotAMarket;

    fn from_str(text: &str) -> Result<Self, NotAMarket> {
        let text = text.trim();
        if text.contains("://") || text.contains("polymarket.com") {
            return of_address(text);
        }
        if let Some(digits) = text.strip_prefix("0x") {
            return digits.parse().map(Self::Condition).map_err(|_| NotAMarket::Hex);
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let token = Some(text).filter(|text| text.len() >= SHORTEST_TOKEN).and_then(|text| text.parse().ok());
            return token.map(Self::Token).ok_or(NotAMarket::Number);
        }
        // a condition id without its 0x, or a private key, which goes nowhere
        if text.len() >= CONDITION_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAMarket::Hex);
        }
        slug(text).map(Self::Slug).ok_or(NotAMarket::Text)
    }
}

/// `/event/EVENT`, `/event/EVENT/MARKET` or `/market/MARKET`, behind a language or not.
fn of_address(text: &str) -> Result<MarketName, NotAMarket> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).map_err(|_| NotAMarket::Address)?;
    let is_ours = |host: &str| host == "polymarket.com" || host.ends_with(".polymarket.com");
    if !url.host_str().is_some_and(is_ours) {
        return Err(NotAMarket::Address);
    }
    let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    let place = parts.iter().position(|part| matches!(*part, "event" | "market")).ok_or(NotAMarket::Address)?;
    let name = match (parts[place], &parts[place + 1..]) {
        ("event", [event]) => slug(event).map(MarketName::Event),
        ("event", [_, market, ..]) | ("market", [market, ..]) => slug(market).map(MarketName::Slug),
        _ => None,
    };
    name.ok_or(NotAMarket::Address)
}

fn slug(text: &str) -> Option<String> {
    let is_slug = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_one = !text.is_empty() && text.len() <= LONGEST_SLUG && text.chars().all(is_slug);
    // a part of a path that leads elsewhere is none
    (is_one && !text.starts_with('.')).then(|| text.to_owned())
}

impl fmt::Display for MarketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slug(slug) => write!(f, "market {slug}"),
            Self::Event(slug) => write!(f, "event {slug}"),
            Self::Condition(id) => write!(f, "market with the condition ID {id}"),
            Self::Token(id) => write!(f, "market with the token {id}"),
        }
    }
}

impl MarketName {
    /// As it is typed where a market is named.
    pub fn typed(&self) -> String {
        match self {
            Self::Slug(slug) => slug.clone(),
            Self::Event(slug) => format!("https://polymarket.com/event/{slug}"),
            Self::Condition(id) => id.to_string(),
            Self::Token(id) => id.to_string(),
        }
    }
}

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// Collateral for shares.
    Buy,
    /// Shares for collateral.
    Sell,
}

impl fmt::Display for Side {
    /// As in the body of an order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        })
    }
}

/// A limit order that somebody means to post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOrder {
    /// Which way it goes.
    pub side: Side,
    /// Of one share, in millionths of a dollar.
    pub price: u64,
    /// In millionths of a share.
    pub size: u64,
}

/// What the services say of a market.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarketAnswer {
    /// Its rules.
    Found(Box<Market>),
    /// There is none of this name; who said so.
    Unknown {
        /// `Gamma` or `The CLOB`.
        by: String,
    },
    /// The page of an event with several markets, by their slugs.
    Several {
        /// At most as many as one would read.
        slugs: Vec<String>,
    },
}

/// A market as the CLOB describes it. Prices and sizes are in millionths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the CLOB")]
pub struct Market {
    /// What it is about, in the words of the site.
    pub question: String,
    /// The last part of its address; empty where the CLOB names none.
    pub slug: String,
    /// By which orders and trades name it.
    pub condition: B256,
    /// Each with the token that stands for it.
    pub outcomes: Vec<MarketOutcome>,
    /// Whether its orders go to the exchange for negative-risk markets.
    pub neg_risk: bool,
    /// Prices are multiples of this.
    pub tick: u64,
    /// Fewer shares are refused.
    pub min_size: u64,
    /// The base rate that takers pay, in hundredths of a percent; `None` where none is named.
    pub taker_fee_bps: Option<u64>,
    /// Whether it is traded on the CLOB at all.
    pub has_order_book: bool,
    /// Whether it is open for trading.
    pub active: bool,
    /// Whether it is over.
    pub closed: bool,
    /// Whether it was taken off the site.
    pub archived: bool,
    /// Whether new orders are taken at the moment.
    pub accepts_orders: bool,
}

impl Market {
    /// The outcome that is asked about: by its token, by its name, or the first. `None` where the market has
    /// none of that name, or the token is another one's.
    pub fn outcome(&self, question: &MarketQuestion) -> Option<&MarketOutcome> {
        let is_named = |outcome: &&MarketOutcome| {
            question.outcome.as_ref().is_none_or(|name| outcome.name.eq_ignore_ascii_case(name))
        };
        let is_token = |outcome: &&MarketOutcome| match &question.name {
            MarketName::Token(token) => outcome.token == *token,
            _ => true,
        };
        self.outcomes.iter().filter(is_token).find(is_named)
    }
}

/// What a wallet holds of an outcome, by the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldShares {
    /// Whose shares.
    pub wallet: Address,
    /// Of which outcome.
    pub token: U256,
    /// In millionths of a share.
    pub amount: U256,
}

/// One outcome of a market.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarketOutcome {
    /// Such as `Yes`.
    pub name: String,
    /// The ERC-1155 id of its shares.
    pub token: U256,
    /// Whether the market was resolved for it.
    pub won: bool,
}

/// A decimal number such as `0.57` in millionths; `None` for what is none, or has more than six decimals.
pub fn millionths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || part.len() > 6 || text.len() == text.matches('.').count() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole.checked_mul(1_000_000)?.checked_add(format!("{part:0<6}").parse().ok()?)
}

/// Millionths as a decimal number without zeros at its end, such as `0.57`.
pub fn decimal(millionths: u64) -> String {
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_is_named_in_each_way_that_people_have_at_hand() {
        let token = "25968266233034896887180396827466900198780859103374793634057155743131125594489";
        let condition = format!("0x{}", "ab".repeat(32));
        for (text, name) in [
            ("https://polymarket.com/event/fed-decision", MarketName::Event("fed-decision".to_owned())),
            ("polymarket.com/event/fed-decision?tid=1", MarketName::Event("fed-decision".to_owned())),
            ("https://polymarket.com/event/fed/fed-cut-50#x", MarketName::Slug("fed-cut-50".to_owned())),
            ("https://polymarket.com/zh/event/fed/fed-cut", MarketName::Slug("fed-cut".to_owned())),
            ("https://www.polymarket.com/market/rain", MarketName::Slug("rain".to_owned())),
            (" will-it-rain ", MarketName::Slug("will-it-rain".to_owned())),
            (&condition, MarketName::Condition(B256::repeat_byte(0xab))),
            (token, MarketName::Token(token.parse().unwrap())),
        ] {
            assert_eq!(text.parse(), Ok(name), "{text}");
        }
        for (text, refusal) in [
            ("https://example.com/event/fed", NotAMarket::Address),
            ("https://polymarket.com.example.com/event/fed", NotAMarket::Address),
            ("https://polymarket.com/", NotAMarket::Address),
            ("https://polymarket.com/event/../x", NotAMarket::Address),
            ("0x1234", NotAMarket::Hex),
            ("516725", NotAMarket::Number),
            ("", NotAMarket::Text),
            ("..", NotAMarket::Text),
            ("rain?", NotAMarket::Text),
            (&"ab".repeat(32), NotAMarket::Hex),
        ] {
            assert_eq!(text.parse::<MarketName>(), Err(refusal), "{text}");
        }
    }

    #[test]
    fn amounts_are_read_to_the_millionth_and_printed_as_they_were_typed() {
        for (text, amount) in
            [("0.57", 570_000), ("10", 10_000_000), (".5", 500_000), ("5.", 5_000_000), ("0.000001", 1)]
        {
            assert_eq!(millionths(text), Some(amount), "{text}");
            assert_eq!(millionths(&decimal(amount)), Some(amount));
        }
        for text in ["", ".", "-1", "1e3", "0.0000001", "1,5", " 1", "99999999999999999999", "1.2.3"] {
            assert_eq!(millionths(text), None, "{text}");
        }
        assert_eq!([decimal(0), decimal(1_130_000), decimal(100_000_000)], ["0", "1.13", "100"]);
    }
}
