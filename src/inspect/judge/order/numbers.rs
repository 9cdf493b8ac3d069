//! Amounts, times and codes of an order, and what stands beside it in the body.

use alloy_primitives::{B256, U256};

use super::OrderCase;
use super::fields::Fields;
use crate::auth::builder::builder_key_created_ms;
use crate::auth::order::{Order, Terms};
use crate::auth::placeholder::is_placeholder;
use crate::cause::{Cause, Certainty};
use crate::inspect::Outcome;
use crate::inspect::finding::Finding;
use crate::inspect::judge::values::{self, ValuePresence};
use crate::text::quoted;

/// Amounts have so many decimals.
const DECIMALS: usize = 6;
/// The finest tick of a market is a ten-thousandth; of a price, so many are one.
const TICKS: u64 = 10_000;
/// A dated order has to live for at least so many seconds.
const SHORTEST_S: u64 = 180;
/// Nobody trades a billion shares at once, in millionths.
const BILLION: u64 = 1_000_000_000_000_000;
/// Larger numbers are not exact in JSON as JavaScript reads it.
const EXACT: u64 = 1 << 53;

/// 10^-6 as a decimal number.
pub(super) fn decimal(amount: U256) -> String {
    let digits = format!("{:0>7}", amount.to_string());
    let (whole, fraction) = digits.split_at(digits.len() - DECIMALS);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn decimals(amount: U256) -> usize {
    decimal(amount).split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Shares and collateral of an order.
pub(super) fn shares_and_collateral(order: &Order) -> (U256, U256) {
    if order.side == 0 { (order.taker_amount, order.maker_amount) } else { (order.maker_amount, order.taker_amount) }
}

/// The price for a share, rounded to what a market's finest tick can tell, and a bit.
pub(super) fn price(order: &Order) -> Option<String> {
    let (shares, collateral) = shares_and_collateral(order);
    let scaled = collateral.checked_mul(U256::from(1_000_000))?.checked_div(shares)?;
    Some(decimal(scaled))
}

impl OrderCase<'_> {
    pub(super) fn numbers(&mut self, order: &Order, fields: &Fields) {
        for (name, units) in &fields.fractions {
            let given = self.posted.field(&name.to_ascii_lowercase()).map_or("", |scalar| scalar.text.as_str());
            let summary =
                format!("{name} is {}: amounts are whole numbers, in millionths", values::harmless(given, 40));
            let is_signed = matches!(self.outcome, Outcome::Right | Outcome::Mistaken);
            let certainty = if is_signed { Certainty::Proven } else { Certainty::Likely };
            let mut finding = Finding::new(Cause::OrderParameters, certainty, summary);
            if is_signed {
                finding = finding.because(format!("{units} was signed"));
            }
            self.add(finding, format!("Set {name} to {units}, as a string"));
        }
        if fields.fractions.is_empty() {
            self.amounts(order);
        }
        self.expiration(order, fields);
        if let Terms::V2 { timestamp, builder, .. } = order.terms {
            self.timestamp(timestamp);
            self.builder(builder);
        }
        let salt_is_text = self.posted.field("salt").is_some_and(|salt| salt.is_quoted);
        if self.posted.is_body && order.salt > U256::from(EXACT) && !salt_is_text {
            let summary =
                "salt is larger than a JSON number can represent exactly, so the server may read a different one";
            let finding = Finding::new(Cause::OrderParameters, Certainty::Possible, summary);
            self.add(
                finding.because(format!("salt is {}, the limit is {EXACT}", order.salt)),
                "Choose a salt below 2^53 and sign again",
            );
        }
    }

    fn parameters(&mut self, certainty: Certainty, summary: String, change: String) {
        self.add(Finding::new(Cause::OrderParameters, certainty, summary), change);
    }

    /// Of amounts that were perhaps changed after signing, the change comes first.
    fn of_amounts(&self) -> Certainty {
        if self.outcome == Outcome::Unexplained { Certainty::Possible } else { Certainty::Likely }
    }

    fn amounts(&mut self, order: &Order) {
        let sure = self.of_amounts();
        let Order { maker_amount, taker_amount, .. } = *order;
        if maker_amount.is_zero() || taker_amount.is_zero() {
            let name = if maker_amount.is_zero() { "makerAmount" } else { "takerAmount" };
            let summary = format!("{name} is 0: such an order can never be filled");
            return self.parameters(sure, summary, format!("Set {name} and sign again"));
        }
        let (shares, collateral) = shares_and_collateral(order);
        let (shares_text, collateral_text) = (decimal(shares), decimal(collateral));
        let words = if order.side == 0 { "BUY" } else { "SELL" };
        if collateral >= shares {
            let price = price(order).unwrap_or_default();
            let summary = format!(
                "The price is {price} ({collateral_text} pUSD for {shares_text} shares); it must be between 0 and 1"
            );
            let mut finding = Finding::new(Cause::OrderParameters, sure, summary);
            finding = finding.because(if order.side == 0 {
                "for BUY makerAmount is what is paid, and takerAmount the shares"
            } else {
                "for SELL makerAmount is the shares, and takerAmount what is paid"
            });
            return self.add(finding, format!("Set the amounts for a {words} at a price below 1 and sign again"));
        }
        let kind = self.order_type();
        let is_market = matches!(kind.as_deref(), Some("FOK" | "FAK"));
        let is_limit = matches!(kind.as_deref(), Some("GTC" | "GTD"));
        if is_market {
            self.market_precision(order);
        } else {
            let exact = collateral.checked_mul(U256::from(TICKS)).is_some_and(|scaled| (scaled % shares).is_zero());
            let certainty = if is_limit { sure } else { Certainty::Possible };
            if decimals(shares) > 2 && (is_limit || !exact) {
                let summary = format!("{shares_text} shares: a limit order allows at most 2 decimals");
                self.parameters(certainty, summary, "Round the size down to 2 decimals and sign again".to_owned());
            } else if !exact {
                let price = price(order).unwrap_or_default();
                let summary = format!("The price {price} is not on a tick: the smallest is 0.0001");
                self.parameters(
                    certainty,
                    summary,
                    "Round the price to the market's tick size, multiply it by the size, and sign again".to_owned(),
                );
            }
        }
        let million = U256::from(1_000_000);
        if is_market && order.side == 0 && collateral < million {
            let summary = format!("{collateral_text} pUSD: the smallest market BUY is $1");
            self.parameters(sure, summary, "Buy for at least $1 and sign again".to_owned());
        } else if shares < U256::from(10_000) {
            let summary =
                format!("{shares_text} shares: that is below the step of every market; amounts are in millionths");
            self.parameters(sure, summary, "Multiply the amounts by 1000000 and sign again".to_owned());
        } else if shares >= U256::from(BILLION) {
            let summary = format!("{shares_text} shares: amounts have 6 decimals, not 18");
            self.parameters(sure, summary, "Scale the amounts to 6 decimals and sign again".to_owned());
        }
    }

    /// The server's rule for orders that match at once, whatever the tick of the market is.
    fn market_precision(&mut self, order: &Order) {
        let sure = self.of_amounts();
        for (name, amount, most) in [("makerAmount", order.maker_amount, 2), ("takerAmount", order.taker_amount, 4)] {
            let given = decimals(amount);
            if given > most {
                let summary = format!(
                    "{name} is {}: a market order allows at most {most} decimals, not {given}",
                    decimal(amount)
                );
                let change = format!("Round {name} down to {most} decimals and sign again");
                self.parameters(sure, summary, change);
            }
        }
    }

    fn order_type(&self) -> Option<String> {
        let kind = self.posted.beside("ordertype")?;
        let last = kind.text.trim_end_matches('>').trim_matches(['\'', '"']).rsplit(['.', ':', ' ', '\'']).next()?;
        Some(last.to_ascii_uppercase())
    }

    fn expiration(&mut self, order: &Order, fields: &Fields) {
        let expiration = match order.terms {
            Terms::V1 { expiration, .. } => expiration,
            Terms::V2 { .. } => fields.expiration.unwrap_or_default(),
        };
        let is_signed = matches!(order.terms, Terms::V1 { .. });
        let again = if is_signed { " and sign again" } else { "" };
        let is_dated = self.order_type().as_deref() == Some("GTD");
        if expiration.is_zero() {
            if is_dated {
                let summary = "orderType is GTD, but expiration is 0".to_owned();
                self.parameters(
                    Certainty::Likely,
                    summary,
                    format!("Set expiration (Unix seconds){again}, or use GTC"),
                );
            }
            return;
        }
        if expiration >= U256::from(100_000_000_000_u64) {
            let summary = format!("expiration is {expiration}: that is milliseconds; it must be in seconds");
            let finding = Finding::new(Cause::OrderExpirationUnit, Certainty::Likely, summary);
            return self.add(finding, format!("Set expiration to {}{again}", expiration / U256::from(1000)));
        }
        let Some(now) = self.known.sent_s.and_then(|now| u64::try_from(now).ok()) else { return };
        if expiration <= U256::from(now) {
            let summary = format!(
                "expiration is {expiration}: {} s before the order was sent",
                now.saturating_sub(expiration.saturating_to())
            );
            let finding = Finding::new(Cause::OrderExpirationUnit, Certainty::Likely, summary);
            self.add(finding, format!("Set expiration to a future time{again}"));
        } else if is_dated && expiration < U256::from(now.saturating_add(SHORTEST_S)) {
            let ahead = expiration.saturating_to::<u64>().saturating_sub(now);
            let summary = format!("expiration is only {ahead} s ahead; a GTD order needs at least {SHORTEST_S} s");
            let finding = Finding::new(Cause::OrderExpirationUnit, Certainty::Likely, summary);
            self.add(finding, format!("Set expiration at least {SHORTEST_S} s ahead{again}"));
        }
    }

    /// Of an order: milliseconds, unlike everything else.
    fn timestamp(&mut self, timestamp: U256) {
        let digits = timestamp.to_string().len();
        let unit = match digits {
            12..=14 => return,
            9..=11 => "seconds",
            15..=17 => "microseconds",
            18..=20 => "nanoseconds",
            _ => "not a plausible time",
        };
        let summary = format!("timestamp is {timestamp}: that is {unit}; in an order it must be in milliseconds");
        let finding = Finding::new(Cause::TimestampUnit, Certainty::Likely, summary).without_code();
        self.add(
            finding.fix("Put Unix milliseconds into the order; only the headers have seconds"),
            "Set timestamp to Unix milliseconds and sign again",
        );
    }

    fn builder(&mut self, builder: B256) {
        let Some(code) = self.known.builder_code.filter(|code| !code.is_zero() && *code != builder) else { return };
        let summary = if builder.is_zero() {
            "The order has no builder code, but your settings have one".to_owned()
        } else {
            format!("The order has the builder code {builder}, not the one in your settings")
        };
        self.add(
            Finding::new(Cause::OrderBuilderMissing, Certainty::Likely, summary),
            format!("Set builder to {code} and sign again"),
        );
    }

    /// Owner and order type of a body, and the headers that came with it.
    pub(super) fn body(&mut self) {
        let posted = self.posted;
        let key = posted.carrier.as_ref().and_then(|carrier| carrier.api_key.clone());
        let is_given = |text: &str| values::standing(text) == ValuePresence::Given && !is_placeholder(text);
        let key = key.filter(|key| is_given(key));
        if let Some(owner) = posted.beside("owner") {
            self.owner(owner.text.trim(), key.as_deref());
        } else if posted.is_body {
            self.parameters(
                Certainty::Likely,
                "The body has no owner".to_owned(),
                "Set owner to the API key".to_owned(),
            );
        }
        if let Some(kind) = self.order_type()
            && let written = posted.beside("ordertype").map_or("", |kind| kind.text.as_str())
            && (!["GTC", "GTD", "FOK", "FAK"].contains(&kind.as_str()) || written.to_ascii_uppercase() != written)
            && posted.is_body
        {
            let kind = if written.eq_ignore_ascii_case(&kind) { written.to_owned() } else { kind };
            let summary = format!("orderType is {}; it must be GTC, GTD, FOK or FAK", quoted(&kind, 20));
            self.parameters(Certainty::Likely, summary, "Set orderType to one of GTC, GTD, FOK and FAK".to_owned());
        }
        let is_post_only = posted.beside("postonly").is_some_and(|value| value.text.eq_ignore_ascii_case("true"));
        if is_post_only && matches!(self.order_type().as_deref(), Some("FOK" | "FAK")) {
            let summary = "postOnly works only with GTC and GTD, not with an order that must match at once".to_owned();
            self.parameters(Certainty::Likely, summary, "Remove postOnly, or use GTC".to_owned());
        }
    }

    fn owner(&mut self, owner: &str, header: Option<&str>) {
        let wrong = |summary: String| Finding::new(Cause::OrderOwnerNotApiKey, Certainty::Likely, summary);
        // what is no UUID may be a secret
        let header_id = header.filter(|key| uuid::Uuid::try_parse(key).is_ok());
        let wanted =
            header_id.or(self.known.user.key.as_deref()).map_or("the API key (a UUID)".to_owned(), str::to_owned);
        let change = format!("Set owner to {wanted}");
        match values::standing(owner) {
            ValuePresence::Empty => {
                return self.add(wrong("owner is empty; it must be the API key".to_owned()), change);
            }
            ValuePresence::Hidden => return,
            ValuePresence::Given => {}
        }
        if is_placeholder(owner) && !owner.starts_with("0x") {
            return;
        }
        if owner.starts_with("0x") && owner.len() == 42 {
            let summary = format!("owner is the wallet address {}; it must be the API key", quoted(owner, 50));
            return self.add(wrong(summary), change);
        }
        if let Some(key) = header.filter(|key| !key.eq_ignore_ascii_case(owner)) {
            let summary =
                format!("owner is {}, but POLY_API_KEY is {}", values::harmless(owner, 50), values::harmless(key, 50));
            return self.add(wrong(summary), change);
        }
        let known = self.known;
        if known.builder.key.as_deref() == Some(owner) && known.user.key.as_deref() != Some(owner) {
            return self
                .add(wrong("owner is the builder key in your settings; it must be the API key".to_owned()), change);
        }
        if let Some(key) = known.user.key.as_deref().filter(|key| header.is_none() && !key.eq_ignore_ascii_case(owner))
        {
            let summary =
                format!("owner is {}, but the API key in your settings is {key}", values::harmless(owner, 50));
            return self.add(wrong(summary), change);
        }
        if uuid::Uuid::try_parse(owner).is_err() {
            self.add(
                wrong(format!("owner is {}; it must be the API key, a UUID", values::harmless(owner, 50))),
                change,
            );
        } else if builder_key_created_ms(owner).is_some() && known.user.key.is_none() {
            self.add(
                wrong("owner looks like a builder key (a version 7 UUID); it must be the API key".to_owned()),
                change,
            );
        }
    }
}
