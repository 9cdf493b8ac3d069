//! Trades: those under a builder's code, and those of the demo account.

use alloy_primitives::{Address, B256, U256, b256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::http::Received;
use super::keys::derive;
use super::scenario::Account;

/// The demo account's builder code.
pub(super) const DEMO_CODE: B256 = b256!("4f2c0bba608033563f74b82300e2ed59f54f8d0de08281031f03fb2c62819e63");
/// A code with a history for everybody: what new builder keys see, and what examples ask for.
pub(super) const SAMPLE_CODE: B256 = B256::repeat_byte(0x11);

/// How many trades of other people each code has: more than a page.
const OF_OTHERS: usize = 150;

pub(super) struct Trade {
    /// Under which code it is listed, if any.
    code: Option<B256>,
    /// The signer whose own trade it is, if anybody's here.
    account: Option<Address>,
    id: String,
    market: B256,
    asset: U256,
    /// The wallet that made the order, and the API key that sent it.
    maker: Address,
    owner: String,
    /// Cents a share, and shares.
    price: u8,
    size: u8,
    buys: bool,
    /// Unix seconds.
    matched_at: i64,
    confirmed: bool,
    order_hash: B256,
    transaction: B256,
}

impl Trade {
    /// As the account sees it at `/data/trades`.
    fn of_account(&self) -> Value {
        json!({
            "id": self.id,
            "taker_order_id": self.order_hash,
            "market": self.market,
            "asset_id": self.asset.to_string(),
            "side": self.side(),
            "size": self.size.to_string(),
            "fee_rate_bps": "0",
            "price": self.price(),
            "status": self.status(),
            "match_time": self.matched_at.to_string(),
            "last_update": (self.matched_at + 4).to_string(),
            "outcome": "Yes",
            "bucket_index": 0,
            "owner": self.owner,
            "maker_address": self.maker.to_string(),
            "maker_orders": [],
            "transaction_hash": self.transaction,
            "trader_side": "TAKER",
        })
    }

    /// As the builder sees it at `/builder/trades`. The strict Rust client wants an address as
    /// `builder`; the code is in `builderCode`.
    fn of_builder(&self, code: B256) -> Value {
        let time = |seconds| Timestamp::from_second(seconds).unwrap_or_default().to_string();
        json!({
            "id": self.id,
            "tradeType": "TAKER",
            "takerOrderHash": self.order_hash,
            "builder": Address::from_slice(&code[12..]).to_string(),
            "builderCode": code,
            "market": self.market,
            "assetId": self.asset.to_string(),
            "side": self.side(),
            "size": self.size.to_string(),
            "sizeUsdc": cents(u32::from(self.price) * u32::from(self.size)),
            "price": self.price(),
            "status": self.status(),
            "outcome": "Yes",
            "outcomeIndex": 0,
            "owner": self.owner,
            "maker": self.maker.to_string(),
            "transactionHash": self.transaction,
            "matchTime": self.matched_at.to_string(),
            "bucketIndex": 0,
            "fee": "0",
            "feeUsdc": "0",
            "builderFee": "0",
            "err_msg": null,
            "createdAt": time(self.matched_at),
            "updatedAt": time(self.matched_at + 4),
        })
    }

    fn side(&self) -> &'static str {
        if self.buys { "BUY" } else { "SELL" }
    }

    fn status(&self) -> &'static str {
        if self.confirmed { "CONFIRMED" } else { "MATCHED" }
    }

    fn price(&self) -> String {
        cents(u32::from(self.price))
    }
}

fn cents(amount: u32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// Whose trades the demo account's are.
pub(super) struct Trader {
    pub(super) signer: Address,
    pub(super) wallet: Address,
    pub(super) key: String,
}

/// All trades, the newest first.
pub(super) struct Trades(Vec<Trade>);

impl Trades {
    pub(super) fn new(seed: u64, now: i64, demo: &Trader, account: &Account) -> Self {
        const MINUTE: i64 = 60;
        const DAY: i64 = 24 * 60 * MINUTE;
        // Code, whether the demo account's own, how many, age of the newest, and time between two.
        let sets = [
            (None, true, account.pending_trades, MINUTE, 3 * MINUTE),
            (None, true, account.unattributed_trades, 2 * DAY, 5 * 60 * MINUTE),
            (Some(DEMO_CODE), true, account.attributed_trades, 3 * 60 * MINUTE, 7 * 60 * MINUTE),
            (Some(DEMO_CODE), false, OF_OTHERS, 20 * MINUTE, 37 * MINUTE),
            (Some(SAMPLE_CODE), false, OF_OTHERS, 25 * MINUTE, 41 * MINUTE),
        ];
        let mut trades: Vec<Trade> = Vec::new();
        for (set, (code, own, count, age, step)) in (0_u8..).zip(sets) {
            for (number, ago) in (0..count).zip((age..).step_by(usize::try_from(step).unwrap_or(1))) {
                let random = |label: &str| derive(seed, label, &[&[set], &number.to_be_bytes()]);
                trades.push(trade(random, code, own.then_some(demo), now - ago, ago >= 10 * MINUTE));
            }
        }
        trades.sort_by_key(|trade| -trade.matched_at);
        Self(trades)
    }

    pub(super) fn of_account(&self, signer: Address, filter: &Filter) -> Vec<Value> {
        let own = self.0.iter().filter(|trade| trade.account == Some(signer) && filter.takes(trade));
        own.map(Trade::of_account).collect()
    }

    pub(super) fn of_builder(&self, code: B256, filter: &Filter) -> Vec<Value> {
        let listed = self.0.iter().filter(|trade| trade.code == Some(code) && filter.takes(trade));
        listed.map(|trade| trade.of_builder(code)).collect()
    }
}

fn trade(
    random: impl Fn(&str) -> [u8; 32],
    code: Option<B256>,
    own: Option<&Trader>,
    matched_at: i64,
    confirmed: bool,
) -> Trade {
    let numbers = random("numbers");
    let uuid = |label: &str| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&random(label)[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    };
    // A handful of markets, so that filtering by one gives several trades.
    let market = derive(0, "market", &[&[numbers[0] % 5]]);
    Trade {
        code,
        account: own.map(|trader| trader.signer),
        id: uuid("id"),
        market: market.into(),
        asset: U256::from_be_bytes(derive(0, "asset", &[&market])),
        maker: own.map_or_else(|| Address::from_slice(&random("maker")[..20]), |trader| trader.wallet),
        owner: own.map_or_else(|| uuid("owner"), |trader| trader.key.clone()),
        price: 1 + numbers[1] % 99,
        size: 5 + numbers[2] % 96,
        buys: numbers[3].is_multiple_of(2),
        matched_at,
        confirmed,
        order_hash: random("order").into(),
        transaction: random("transaction").into(),
    }
}

/// The parameters that all trade lists take.
#[derive(Default)]
pub(super) struct Filter {
    id: Option<String>,
    market: Option<B256>,
    asset: Option<U256>,
    maker: Option<Address>,
    /// Unix seconds, both exclusive.
    before: Option<i64>,
    after: Option<i64>,
}

impl Filter {
    /// The filter that a request asks for; `None` when a value makes no sense.
    pub(super) fn read(received: &Received) -> Option<Self> {
        Some(Self {
            id: received.parameter("id").map(str::to_owned),
            market: received.parameter("market").map(str::parse).transpose().ok()?,
            asset: received.parameter("asset_id").map(str::parse).transpose().ok()?,
            maker: received
                .parameter("maker_address")
                .or(received.parameter("maker"))
                .map(str::parse)
                .transpose()
                .ok()?,
            before: received.parameter("before").map(str::parse).transpose().ok()?,
            after: received.parameter("after").map(str::parse).transpose().ok()?,
        })
    }

    fn takes(&self, trade: &Trade) -> bool {
        self.id.as_ref().is_none_or(|id| *id == trade.id)
            && self.market.is_none_or(|market| market == trade.market)
            && self.asset.is_none_or(|asset| asset == trade.asset)
            && self.maker.is_none_or(|maker| maker == trade.maker)
            && self.before.is_none_or(|before| trade.matched_at < before)
            && self.after.is_none_or(|after| trade.matched_at > after)
    }
}

/// One page of a list. A cursor is base64 of the offset of the page's first entry; that of the last
/// page's end is base64 of `-1`. `None` when the cursor is none of ours.
pub(super) fn page(cursor: Option<&str>, limit: usize, list: &[Value]) -> Option<Value> {
    let start: i64 = match cursor {
        None => 0,
        Some(text) => String::from_utf8(STANDARD.decode(text).ok()?).ok()?.parse().ok()?,
    };
    // Asking on behind the end gives an empty last page.
    let start = usize::try_from(start).map_or(list.len(), |start| start.min(list.len()));
    let end = list.len().min(start + limit);
    let next = if end < list.len() { end.to_string() } else { "-1".to_owned() };
    let data = &list[start..end];
    Some(json!({ "limit": limit, "count": data.len(), "next_cursor": STANDARD.encode(next), "data": data }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let list: Vec<Value> = (0..25).map(Value::from).collect();
        let first = page(Some("MA=="), 10, &list).unwrap();
        assert_eq!(first, page(None, 10, &list).unwrap());
        let second = page(first["next_cursor"].as_str(), 10, &list).unwrap();
        let third = page(second["next_cursor"].as_str(), 10, &list).unwrap();
        assert_eq!([&first, &second, &third].map(|page| page["count"].clone()), [10, 10, 5].map(Value::from));
        assert_eq!(third["next_cursor"], "LTE=");
        assert_eq!(page(Some("LTE="), 10, &list).unwrap()["count"], 0);
        assert_eq!(page(Some("nonsense"), 10, &list), None);
        assert_eq!(page(None, 10, &[]).unwrap()["next_cursor"], "LTE=");
    }
}
