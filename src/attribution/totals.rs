//! Sums over a builder's trades.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::amount::Amount;
use super::trade::BuilderTrade;

/// What some trades come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// How many trades were added up.
    pub trades: u64,
    /// Shares.
    pub size: Amount,
    /// Dollars.
    pub volume: Amount,
    /// Dollars that the platform took.
    pub fees: Amount,
    /// What the builder's own fee came to, in the unit of the listing.
    pub builder_fees: Amount,
    /// Trades whose volume the listing does not say.
    pub without_volume: u64,
}

impl Sum {
    fn add(&mut self, trade: &BuilderTrade) {
        self.trades += 1;
        self.size += trade.size.unwrap_or_default();
        self.volume += trade.size_usdc.unwrap_or_default();
        self.fees += trade.fee_usdc.unwrap_or_default();
        self.builder_fees += trade.builder_fee.unwrap_or_default();
        self.without_volume += u64::from(trade.size_usdc.is_none());
    }
}

/// All trades, and the same split up. What a trade does not say counts under `unknown`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Over every trade.
    pub all: Sum,
    /// By condition id of the market: `0x` and 64 hex digits.
    pub by_market: BTreeMap<String, Sum>,
    /// By `BUY` and `SELL`.
    pub by_side: BTreeMap<String, Sum>,
    /// By status as the listing writes it, such as `CONFIRMED`.
    pub by_status: BTreeMap<String, Sum>,
    /// By the day (UTC) of the match; trades without a time are left out.
    pub by_day: BTreeMap<Date, Sum>,
}

impl Totals {
    /// Counts a trade in the whole and in each split.
    pub fn add(&mut self, trade: &BuilderTrade) {
        let unknown = || "unknown".to_owned();
        self.all.add(trade);
        let market = trade.market.map_or_else(unknown, |market| market.to_string());
        self.by_market.entry(market).or_default().add(trade);
        self.by_side.entry(trade.side.clone().unwrap_or_else(unknown)).or_default().add(trade);
        self.by_status.entry(trade.status.clone().unwrap_or_else(unknown)).or_default().add(trade);
        if let Some(at) = trade.match_time {
            self.by_day.entry(at.to_zoned(TimeZone::UTC).date()).or_default().add(trade);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sums_are_exact_and_split_up() {
        let mut totals = Totals::default();
        for number in 0..1000 {
            let side = if number % 4 == 0 { "SELL" } else { "BUY" };
            let row = json!({ "id": number.to_string(), "side": side, "sizeUsdc": "0.1", "feeUsdc": 0.000_001,
                "matchTime": 1_790_000_000 + number * 200 });
            totals.add(&BuilderTrade::read(&row).unwrap());
        }
        // a tenth a thousand times is no round number in floats
        assert_eq!(totals.all.volume.base_units(), 100_000_000);
        assert_eq!(totals.all.fees.base_units(), 1_000);
        assert_eq!(totals.by_side["SELL"].trades, 250);
        assert_eq!(totals.by_status["unknown"].trades, 1000);
        assert_eq!(totals.by_day.len(), 3);
        assert_eq!(totals.by_day.values().map(|day| day.trades).sum::<u64>(), 1000);
    }
}
