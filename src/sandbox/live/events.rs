//! What the user channel tells: orders and trades of the demo account.

use std::sync::atomic::Ordering;

use alloy_primitives::{Address, B256, keccak256};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// How many markets events are of.
const MARKETS: usize = 3;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// An order that was placed, then filled, then canceled.
    Order,
    /// A fill, which is matched, mined and confirmed.
    Trade,
}

/// The condition ids of the markets that events are of.
pub(in crate::sandbox) fn markets() -> [B256; MARKETS] {
    std::array::from_fn(|number| keccak256(format!("live market {number}")))
}

/// The market of an event (its condition id), and its text.
pub(super) struct Event {
    pub(super) market: String,
    pub(super) text: String,
}

/// The next event of the demo account. Its content follows from its number.
pub(super) fn next(sandbox: &Sandbox, kind: EventKind) -> Event {
    let number = sandbox.live.next.fetch_add(1, Ordering::Relaxed);
    let owner = sandbox.demo.eoa;
    let key = sandbox.keys().users_of(owner).first().map(ToString::to_string).unwrap_or_default();
    let hash = |label: &str| keccak256(format!("{label} {} {number}", sandbox.live_seed));
    let market = markets()[usize::try_from(number).unwrap_or_default() % MARKETS];
    let wallet = sandbox.demo.address(sandbox.scenario.account.wallet).unwrap_or(owner);
    let now_ms = sandbox.timestamp().as_millisecond();
    let content = Content { number, key, market, wallet, now_ms };
    let text = match kind {
        EventKind::Order => content.order(hash("order")),
        EventKind::Trade => content.trade(hash("trade"), hash("taker"), hash("transaction")),
    };
    Event { market: market.to_string(), text: text.to_string() }
}

struct Content {
    number: u64,
    key: String,
    market: B256,
    wallet: Address,
    now_ms: i64,
}

impl Content {
    fn asset(&self) -> String {
        alloy_primitives::U256::from_be_bytes(keccak256(self.market).0).to_string()
    }

    fn side(&self) -> &'static str {
        if self.number.is_multiple_of(2) { "BUY" } else { "SELL" }
    }

    fn order(&self, id: B256) -> Value {
        let (kind, matched, status) = match self.number % 3 {
            0 => ("PLACEMENT", "0", "LIVE"),
            1 => ("UPDATE", "10", "MATCHED"),
            _ => ("CANCELLATION", "0", "CANCELED"),
        };
        json!({
            "event_type": "order",
            "id": id,
            "owner": self.key,
            "order_owner": self.key,
            "market": self.market,
            "asset_id": self.asset(),
            "side": self.side(),
            "original_size": "10",
            "size_matched": matched,
            "price": "0.57",
            "outcome": "YES",
            "type": kind,
            "status": status,
            "order_type": "GTC",
            "maker_address": self.wallet.to_string(),
            "associate_trades": [],
            "created_at": (self.now_ms / 1000).to_string(),
            "timestamp": self.now_ms.to_string(),
        })
    }

    fn trade(&self, id: B256, taker: B256, transaction: B256) -> Value {
        let status = ["MATCHED", "MINED", "CONFIRMED"][usize::try_from(self.number % 3).unwrap_or_default()];
        json!({
            "event_type": "trade",
            "type": "TRADE",
            "id": id,
            "taker_order_id": taker,
            "market": self.market,
            "asset_id": self.asset(),
            "side": self.side(),
            "size": "10",
            "price": "0.57",
            "fee_rate_bps": "0",
            "status": status,
            "outcome": "YES",
            "owner": self.key,
            "trade_owner": self.key,
            "maker_address": self.wallet.to_string(),
            "maker_orders": [],
            "bucket_index": 0,
            "trader_side": "TAKER",
            "transaction_hash": transaction,
            "match_time": (self.now_ms / 1000).to_string(),
            "last_update": (self.now_ms / 1000).to_string(),
            "timestamp": self.now_ms.to_string(),
        })
    }
}
