//! Trades: those under a builder's code, and those of the demo account.
//!
//! Only when and which is kept, 16 bytes a trade; everything else follows from the seed when a page
//! is asked for, so that a hundred thousand cost nothing.

mod filter;
mod page;

use std::borrow::Cow;

use alloy_primitives::{Address, B256, U256, b256};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::keys::derive;
use super::scenario::{Account, Builder};
pub(super) use filter::Filter;
pub(super) use page::page;

/// The demo account's builder code.
pub(super) const DEMO_CODE: B256 = b256!("4f2c0bba608033563f74b82300e2ed59f54f8d0de08281031f03fb2c62819e63");
/// A code with a history for everybody: what new builder keys see, and what examples ask for.
pub(super) const SAMPLE_CODE: B256 = B256::repeat_byte(0x11);

/// How many trades of other people each code has: more than a page.
const OF_OTHERS: usize = 350;

/// What the platform takes of a taker, in hundredths of a percent.
const PLATFORM_BPS: u64 = 100;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// How far back trades reach where there are many.
const SPAN: i64 = 90 * DAY;

struct Trade {
    id: String,
    market: B256,
    asset: U256,
    /// The wallet that made the order, and the API key that sent it.
    maker: Address,
    owner: String,
    /// Whether the order rested in the book until somebody else took it.
    rested: bool,
    /// Cents a share, and shares.
    price: u64,
    size: u64,
    buys: bool,
    /// Unix seconds.
    matched_at: i64,
    confirmed: bool,
    order_hash: B256,
    /// The other side's.
    other: (B256, Address, String),
    transaction: B256,
}

impl Trade {
    /// As the account sees it at `/data/trades`: the trade is the taker's, and who rested is among its
    /// makers.
    fn of_account(&self) -> Value {
        let (taker, makers) =
            if self.rested { (&self.other, vec![self.as_maker()]) } else { (&self.own(), Vec::new()) };
        json!({
            "id": self.id,
            "taker_order_id": taker.0,
            "market": self.market,
            "asset_id": self.asset.to_string(),
            "side": side(self.buys != self.rested),
            "size": self.size.to_string(),
            "fee_rate_bps": "0",
            "price": self.price(),
            "status": self.status(),
            "match_time": self.matched_at.to_string(),
            "last_update": (self.matched_at + 4).to_string(),
            "outcome": "Yes",
            "bucket_index": 0,
            "owner": taker.2,
            "maker_address": taker.1.to_string(),
            "maker_orders": makers,
            "transaction_hash": self.transaction,
            "trader_side": if self.rested { "MAKER" } else { "TAKER" },
        })
    }

    fn own(&self) -> (B256, Address, String) {
        (self.order_hash, self.maker, self.owner.clone())
    }

    fn as_maker(&self) -> Value {
        json!({
            "order_id": self.order_hash,
            "owner": self.owner,
            "maker_address": self.maker.to_string(),
            "matched_amount": self.size.to_string(),
            "price": self.price(),
            "fee_rate_bps": "0",
            "asset_id": self.asset.to_string(),
            "outcome": "Yes",
            "side": side(self.buys),
        })
    }

    /// As the builder sees it at `/builder/trades`. The strict Rust client wants an address as
    /// `builder`; the code is in `builderCode`.
    fn of_builder(&self, code: B256, fees: &Builder) -> Value {
        let time = |seconds| Timestamp::from_second(seconds).unwrap_or_default().to_string();
        // cents to millionths of a dollar
        let volume = self.price * self.size * 10_000;
        let share = |bps: u64| decimal(volume * bps / 10_000);
        let (platform, builder) = if self.rested { (0, fees.maker_bps) } else { (PLATFORM_BPS, fees.taker_bps) };
        json!({
            "id": self.id,
            "tradeType": if self.rested { "MAKER" } else { "TAKER" },
            "takerOrderHash": if self.rested { self.other.0 } else { self.order_hash },
            "builder": Address::from_slice(&code[12..]).to_string(),
            "builderCode": code,
            "market": self.market,
            "assetId": self.asset.to_string(),
            "side": side(self.buys),
            "size": self.size.to_string(),
            "sizeUsdc": decimal(volume),
            "price": self.price(),
            "status": self.status(),
            "outcome": "Yes",
            "outcomeIndex": 0,
            "owner": self.owner,
            "maker": self.maker.to_string(),
            "transactionHash": self.transaction,
            "matchTime": self.matched_at.to_string(),
            "bucketIndex": 0,
            "fee": share(platform),
            "feeUsdc": share(platform),
            "builderFee": share(builder),
            "err_msg": null,
            "createdAt": time(self.matched_at),
            "updatedAt": time(self.matched_at + 4),
        })
    }

    fn status(&self) -> &'static str {
        if self.confirmed { "CONFIRMED" } else { "MATCHED" }
    }

    fn price(&self) -> String {
        decimal(self.price * 10_000)
    }
}

fn side(buys: bool) -> &'static str {
    if buys { "BUY" } else { "SELL" }
}

/// Millionths as decimal text, without zeros at its end, as the service writes it.
fn decimal(millionths: u64) -> String {
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Whose trades the demo account's are.
pub(super) struct Trader {
    pub(super) signer: Address,
    pub(super) wallet: Address,
    pub(super) key: String,
}

/// Which trade: its place in the set that it belongs to, and when it was matched (Unix seconds).
#[derive(Clone, Copy)]
struct Entry {
    set: Set,
    number: u32,
    matched_at: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Pending,
    Unattributed,
    Attributed,
    Others,
    Sample,
}

impl Set {
    fn is_own(self) -> bool {
        matches!(self, Self::Pending | Self::Unattributed | Self::Attributed)
    }

    fn code(self) -> Option<B256> {
        match self {
            Self::Pending | Self::Unattributed => None,
            Self::Attributed | Self::Others => Some(DEMO_CODE),
            Self::Sample => Some(SAMPLE_CODE),
        }
    }
}

/// All trades.
pub(super) struct Trades {
    seed: u64,
    /// When the sandbox started, in Unix seconds.
    started: i64,
    demo: Trader,
    fees: Builder,
    /// A handful with a token each, so that filtering by one gives several trades.
    markets: [(B256, U256); 5],
    /// The newest first.
    own: Vec<Entry>,
    of_demo_code: Vec<Entry>,
    of_sample_code: Vec<Entry>,
}

impl Trades {
    pub(super) fn new(seed: u64, now: i64, demo: Trader, account: &Account, fees: &Builder) -> Self {
        // How many, age of the newest, and time between two.
        let sets = [
            (Set::Pending, account.pending_trades, MINUTE, 3 * MINUTE),
            (Set::Unattributed, account.unattributed_trades, 2 * DAY, 5 * 60 * MINUTE),
            (Set::Attributed, account.attributed_trades, 3 * 60 * MINUTE, 7 * 60 * MINUTE),
            (Set::Others, OF_OTHERS, 20 * MINUTE, 37 * MINUTE),
            (Set::Sample, OF_OTHERS, 25 * MINUTE, 41 * MINUTE),
        ];
        let mut all: Vec<Entry> = Vec::new();
        for (set, count, age, usual) in sets {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            for number in 0..count {
                // many share the span evenly
                let ago = age + (number * usual).min((SPAN - age) * number / count);
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                all.push(Entry { set, number, matched_at: now - ago });
            }
        }
        all.sort_by_key(|entry| -entry.matched_at);
        let those = |wanted: fn(Set) -> bool| all.iter().copied().filter(|entry| wanted(entry.set)).collect();
        Self {
            seed,
            started: now,
            demo,
            fees: fees.clone(),
            own: those(Set::is_own),
            markets: [0, 1, 2, 3, 4].map(|number: u8| {
                let market = derive(0, "market", &[&[number]]);
                (market.into(), U256::from_be_bytes(derive(0, "asset", &[&market])))
            }),
            of_demo_code: those(|set| set.code() == Some(DEMO_CODE)),
            of_sample_code: those(|set| set.code() == Some(SAMPLE_CODE)),
        }
    }

    /// The ids of the demo account's trades that carry no code, and are too old to be counted yet.
    pub(super) fn unattributed(&self) -> Vec<String> {
        let those = self.own.iter().filter(|entry| entry.set == Set::Unattributed);
        those.map(|entry| self.trade(*entry).id).collect()
    }

    /// A page of an account's own trades; `None` when the cursor is none of ours.
    pub(super) fn of_account(&self, signer: Address, filter: &Filter, cursor: Option<&str>) -> Option<Value> {
        let own = if signer == self.demo.signer { self.own.as_slice() } else { &[] };
        let own = self.select(own, filter);
        page(cursor, 500, own.len(), |range| own[range].iter().map(|entry| self.trade(*entry).of_account()).collect())
    }

    /// A page of the trades under a code; `None` when the cursor is none of ours.
    pub(super) fn of_builder(&self, code: B256, filter: &Filter, cursor: Option<&str>) -> Option<Value> {
        let listed = match code {
            DEMO_CODE => self.of_demo_code.as_slice(),
            SAMPLE_CODE => &self.of_sample_code,
            _ => &[],
        };
        let listed = self.select(listed, filter);
        let row = |entry: &Entry| self.trade(*entry).of_builder(code, &self.fees);
        page(cursor, 300, listed.len(), |range| listed[range].iter().map(row).collect())
    }

    fn select<'a>(&self, all: &'a [Entry], filter: &Filter) -> Cow<'a, [Entry]> {
        let newest = all.partition_point(|entry| filter.before.is_some_and(|before| entry.matched_at >= before));
        let oldest = all.partition_point(|entry| filter.after.is_none_or(|after| entry.matched_at > after));
        let all = all.get(newest..oldest).unwrap_or_default();
        // whose a trade is need not be made up first
        let of_demo = filter.maker == Some(self.demo.wallet);
        let takes = |entry: &&Entry| {
            (!of_demo || entry.set.is_own()) && (filter.is_by_maker_only(of_demo) || filter.takes(&self.trade(**entry)))
        };
        if filter.is_by_time_only() { Cow::Borrowed(all) } else { all.iter().filter(takes).copied().collect() }
    }

    fn trade(&self, entry: Entry) -> Trade {
        let seed = derive(self.seed, "trade", &[&[entry.set as u8], &entry.number.to_be_bytes()]);
        let mut random = Random(u64::from_be_bytes(seed[..8].try_into().unwrap_or_default()));
        let numbers = random.bytes::<4>();
        let (market, asset) = self.markets[usize::from(numbers[0] % 5)];
        let own = entry.set.is_own().then_some(&self.demo);
        let (maker, owner) = (Address::from(random.bytes::<20>()), random.uuid());
        Trade {
            id: random.uuid(),
            market,
            asset,
            maker: own.map_or(maker, |trader| trader.wallet),
            owner: own.map_or(owner, |trader| trader.key.clone()),
            rested: entry.number % 5 == 4,
            price: u64::from(1 + numbers[1] % 99),
            size: u64::from(5 + numbers[2] % 96),
            buys: numbers[3].is_multiple_of(2),
            matched_at: entry.matched_at,
            confirmed: self.started - entry.matched_at >= 10 * MINUTE,
            order_hash: random.bytes::<32>().into(),
            other: (random.bytes::<32>().into(), random.bytes::<20>().into(), random.uuid()),
            transaction: random.bytes::<32>().into(),
        }
    }
}

/// Bytes that look random and follow from a seed: splitmix64, as one HMAC for each would take longer
/// than the listing.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes()[..chunk.len()]);
        }
        bytes
    }

    fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_service_does() {
        assert_eq!([5_000_000, 50_000, 12_340_001, 0].map(decimal), ["5", "0.05", "12.340001", "0"]);
    }
}
