//! `polydoctor check --market`: one market, and an order that is planned for it.

use crate::facts::{MarketName, MarketQuestion, PlannedOrder, Side, millionths};

/// What is asked about one market.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "One market")]
pub(in crate::cli) struct MarketArgs {
    /// Market to check with order.market: its rules, the balance and the approvals
    #[arg(long, value_name = "SLUG|URL|CONDITION|TOKEN", conflicts_with = "replay")]
    market: Option<MarketName>,
    /// Outcome of the market, such as Yes [default: the first, or that of the token]
    #[arg(long, value_name = "NAME", requires = "market")]
    outcome: Option<String>,
    /// Check a limit order on this side and show its unsigned body; nothing is posted
    #[arg(long, value_enum, ignore_case = true, requires_all = ["market", "price", "size"])]
    side: Option<OrderSide>,
    /// Price of one share in dollars, such as 0.57
    #[arg(long, value_name = "DOLLARS", requires = "side", value_parser = amount)]
    price: Option<u64>,
    /// Number of shares, such as 10.5
    #[arg(long, value_name = "SHARES", requires = "side", value_parser = amount)]
    size: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OrderSide {
    Buy,
    Sell,
}

fn amount(text: &str) -> Result<u64, String> {
    let amount = millionths(text).filter(|amount| *amount > 0);
    amount.ok_or_else(|| "expected a number above 0 with at most 6 decimals, such as 0.57".to_owned())
}

impl MarketArgs {
    /// The question; `None` where no market is named.
    pub(in crate::cli) fn question(&self) -> Option<MarketQuestion> {
        let order = |side| {
            let side = match side {
                OrderSide::Buy => Side::Buy,
                OrderSide::Sell => Side::Sell,
            };
            Some(PlannedOrder { side, price: self.price?, size: self.size? })
        };
        let outcome = self.outcome.as_deref().map(|name| name.trim().to_owned());
        Some(MarketQuestion { name: self.market.clone()?, outcome, order: self.side.and_then(order) })
    }
}
