//! The records of the two listings: a builder's trades and an account's own.
//!
//! Services leave fields out and add new ones, so every field but the id is optional, and what is not
//! known is dropped. Texts are cleaned of control characters and cut.

use alloy_primitives::{Address, B256, U256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::amount::Amount;
use crate::text;

/// The longest text of a record that is kept.
const LONGEST: usize = 120;

/// One row of `GET /builder/trades`.
///
/// Amounts come as decimal text in whole units ("5" shares at "0.01" are "0.05"), whatever the
/// examples of the documentation show. In practice `builder` is empty and the code is in
/// `builder_code`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BuilderTrade {
    /// The service's id of the trade; empty where the row only has a transaction hash.
    pub id: String,
    /// `TAKER` or `MAKER`: on which side of the match the builder's user was.
    pub trade_type: Option<String>,
    /// Hash of the order that took liquidity, as the listing writes it.
    pub taker_order_hash: Option<String>,
    /// The row's `builder`: documented as the code, empty in practice.
    pub builder: Option<String>,
    /// The code that the order carried: `0x` and 64 hex digits.
    pub builder_code: Option<B256>,
    /// Condition id of the market, 32 bytes.
    pub market: Option<B256>,
    /// Token id of the outcome; decimal text in JSON.
    #[serde(serialize_with = "decimal")]
    pub asset_id: Option<U256>,
    /// `BUY` or `SELL`.
    pub side: Option<String>,
    /// Shares.
    pub size: Option<Amount>,
    /// Dollars.
    pub size_usdc: Option<Amount>,
    /// Dollars a share.
    pub price: Option<Amount>,
    /// `MATCHED`, `CONFIRMED`, `FAILED`, …, with or without `TRADE_STATUS_` in front.
    pub status: Option<String>,
    /// Name of the outcome, such as `Yes`.
    pub outcome: Option<String>,
    /// Place of the outcome in its market, from 0.
    pub outcome_index: Option<i64>,
    /// The API key that sent the order.
    pub owner: Option<String>,
    /// The wallet of the builder's user.
    pub maker: Option<Address>,
    /// Hash of the transaction on Polygon, `0x` and 64 hex digits.
    pub transaction_hash: Option<String>,
    /// When the orders were matched; the row has Unix seconds.
    pub match_time: Option<Timestamp>,
    /// The row's `bucketIndex`; nothing here depends on it.
    pub bucket_index: Option<i64>,
    /// The row's `fee`, whose unit the listing does not name; `fee_usdc` has dollars.
    pub fee: Option<Amount>,
    /// What the platform took, in dollars.
    pub fee_usdc: Option<Amount>,
    /// What the builder took, in the unit of the listing.
    pub builder_fee: Option<Amount>,
    /// Why the trade failed; absent where it did not.
    pub err_msg: Option<String>,
    /// When the service made the row.
    pub created_at: Option<Timestamp>,
    /// When the service last changed the row.
    pub updated_at: Option<Timestamp>,
}

impl BuilderTrade {
    /// `None` for a row that names no trade.
    pub fn read(row: &Value) -> Option<Self> {
        let row = Row(row);
        let trade = Self {
            id: row.text(&["id", "trade_id"]).unwrap_or_default(),
            trade_type: row.text(&["tradeType"]),
            taker_order_hash: row.text(&["takerOrderHash"]),
            builder: row.text(&["builder"]),
            builder_code: row.parsed("builderCode"),
            market: row.parsed("market"),
            asset_id: row.asset(&["assetId"]),
            side: row.text(&["side"]),
            size: row.amount("size"),
            size_usdc: row.amount("sizeUsdc"),
            price: row.amount("price"),
            status: row.text(&["status"]),
            outcome: row.text(&["outcome"]),
            outcome_index: row.whole(&["outcomeIndex"]),
            owner: row.text(&["owner"]),
            maker: row.parsed("maker"),
            transaction_hash: row.text(&["transactionHash"]),
            match_time: row.whole(&["matchTime"]).and_then(|seconds| Timestamp::from_second(seconds).ok()),
            bucket_index: row.whole(&["bucketIndex"]),
            fee: row.amount("fee"),
            fee_usdc: row.amount("feeUsdc"),
            builder_fee: row.amount("builderFee"),
            err_msg: row.text(&["err_msg", "errMsg"]),
            created_at: row.parsed("createdAt"),
            updated_at: row.parsed("updatedAt"),
        };
        (!trade.id.is_empty() || trade.transaction_hash.is_some()).then_some(trade)
    }

    /// Unix seconds.
    pub fn matched_s(&self) -> Option<i64> {
        self.match_time.map(Timestamp::as_second)
    }
}

/// One row of `GET /data/trades`, as far as it matters for attribution.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnTrade {
    /// The service's id of the trade; empty where the row only has a transaction hash.
    pub id: String,
    /// The account's own order, whichever side of the match it was on.
    pub order_id: Option<String>,
    /// Condition id of the market, 32 bytes.
    pub market: Option<B256>,
    /// `BUY` or `SELL`, of the account's own order.
    pub side: Option<String>,
    /// Shares.
    pub size: Option<Amount>,
    /// Dollars a share.
    pub price: Option<Amount>,
    /// `MATCHED`, `CONFIRMED`, `FAILED`, …, with or without `TRADE_STATUS_` in front.
    pub status: Option<String>,
    /// The API key that sent the order.
    pub owner: Option<String>,
    /// Hash of the transaction on Polygon, `0x` and 64 hex digits.
    pub transaction_hash: Option<String>,
    /// When the orders were matched; the row has Unix seconds.
    pub match_time: Timestamp,
}

impl OwnTrade {
    /// `maker` is the account's wallet. `None` for a row without a trade's name or time.
    pub fn read(row: &Value, maker: Address) -> Option<Self> {
        let whole = Row(row);
        let id = whole.text(&["id", "trade_id"]);
        let transaction_hash = whole.text(&["transaction_hash"]);
        if id.is_none() && transaction_hash.is_none() {
            return None;
        }
        // of a match that somebody else started, the own part is among the maker's orders
        let is_own = |order: &&Value| Row(order).parsed("maker_address") == Some(maker);
        let resting = (whole.text(&["trader_side"]).as_deref() == Some("MAKER"))
            .then(|| row.get("maker_orders")?.as_array()?.iter().find(is_own))
            .flatten()
            .map(Row);
        let own = resting.unwrap_or(Row(row));
        Some(Self {
            id: id.unwrap_or_default(),
            order_id: own.text(&["order_id", "taker_order_id"]),
            market: whole.parsed("market"),
            side: own.text(&["side"]).or_else(|| whole.text(&["side"])),
            size: own.amount("matched_amount").or_else(|| whole.amount("size")),
            price: own.amount("price"),
            status: whole.text(&["status"]),
            owner: own.text(&["owner"]),
            transaction_hash,
            match_time: Timestamp::from_second(whole.whole(&["match_time"])?).ok()?,
        })
    }
}

/// Fields of a row, each under the first of its names that is there.
#[derive(Clone, Copy)]
struct Row<'a>(&'a Value);

impl Row<'_> {
    fn text(self, names: &[&str]) -> Option<String> {
        let found = names.iter().find_map(|name| self.0.get(name)?.as_str());
        found.map(|text| text::quoted(text, LONGEST)).filter(|text| !text.is_empty())
    }

    fn parsed<T: std::str::FromStr>(self, name: &str) -> Option<T> {
        self.0.get(name)?.as_str()?.parse().ok()
    }

    fn amount(self, name: &str) -> Option<Amount> {
        Amount::read(self.0.get(name)?)
    }

    fn whole(self, names: &[&str]) -> Option<i64> {
        let value = names.iter().find_map(|name| self.0.get(name))?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    fn asset(self, names: &[&str]) -> Option<U256> {
        U256::from_str_radix(names.iter().find_map(|name| self.0.get(name)?.as_str())?, 10).ok()
    }
}

/// Token ids are decimal everywhere, and larger than any JSON number.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn decimal<S: serde::Serializer>(id: &Option<U256>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_with_nothing_but_an_id_is_a_trade_and_unknown_fields_are_dropped() {
        let trade = BuilderTrade::read(&json!({ "id": "x", "new_field": 1, "outcome": "a\u{1b}[2Jb" })).unwrap();
        assert_eq!((trade.id.as_str(), trade.outcome.as_deref()), ("x", Some("a [2Jb")));
        assert!(!serde_json::to_string(&trade).unwrap().contains("new_field"));
        assert_eq!(BuilderTrade::read(&json!({ "size": "1" })), None);
        assert_eq!(BuilderTrade::read(&json!("nonsense")), None);
    }

    #[test]
    fn the_own_order_of_a_resting_trade_is_among_the_makers() {
        let own = Address::repeat_byte(7);
        let row = json!({
            "id": "t", "trader_side": "MAKER", "taker_order_id": "0xtheirs", "side": "BUY", "size": "100",
            "owner": "their-key", "match_time": "1790000000", "status": "CONFIRMED",
            "maker_orders": [
                { "order_id": "0xother", "maker_address": Address::ZERO.to_string(), "matched_amount": "60" },
                { "order_id": "0xown", "maker_address": own.to_string(), "matched_amount": "40", "owner": "my-key",
                  "price": "0.4", "side": "SELL" },
            ],
        });
        let trade = OwnTrade::read(&row, own).unwrap();
        assert_eq!(trade.order_id.as_deref(), Some("0xown"));
        assert_eq!((trade.owner.as_deref(), trade.side.as_deref()), (Some("my-key"), Some("SELL")));
        assert_eq!(trade.size, "40".parse().ok());
    }
}
