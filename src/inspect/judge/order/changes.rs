//! Known changes of the fields of an order between signing and sending.

use alloy_primitives::{Address, B256, U256};

use super::candidates::{Mistake, chain_of};
use crate::auth::contracts;
use crate::auth::order::{Order, Terms};
use crate::auth::wallet::WalletMap;
use crate::cause::Cause;
use crate::inspect::difference::Difference;
use crate::inspect::known::Known;

/// One change of the fields.
pub(super) struct FieldChange {
    pub(super) mistake: Mistake,
    /// Of which field: two changes of one field do not go together.
    pub(super) field: &'static str,
    pub(super) is_common: bool,
    make: Box<dyn Fn(&mut Order)>,
}

impl FieldChange {
    pub(super) fn apply(&self, order: &Order) -> Order {
        let mut order = order.clone();
        (self.make)(&mut order);
        order
    }
}

/// Every known change of the fields of an order.
pub(super) fn field_changes(order: &Order, known: &Known) -> Vec<FieldChange> {
    let mut changes = Changes { all: Vec::new(), order };
    changes.wallets(known);
    changes.kinds();
    changes.amounts();
    changes.terms(known);
    changes.all
}

/// Numbers from here on are not exact in JSON as JavaScript reads it.
const EXACT: u64 = 1 << 53;
/// Candidates for a rounded number at most.
const MOST_ROUNDED: u64 = 128;

/// The salts that JavaScript rounds to the one that was sent; none where it had no need to.
pub(super) fn salts(order: &Order) -> Vec<FieldChange> {
    let Ok(sent) = u64::try_from(order.salt) else { return Vec::new() };
    // the distance of two neighbours
    let step = (1_u64 << sent.checked_ilog2().unwrap_or(0)) / (EXACT / 2);
    if sent <= EXACT || sent % step != 0 || step > MOST_ROUNDED {
        return Vec::new();
    }
    let mut changes = Changes { all: Vec::new(), order };
    for apart in 1..=step / 2 {
        for salt in [sent - apart, sent.saturating_add(apart)] {
            let (signed, sent) = (salt.to_string(), format!("{sent}, which JavaScript made of it"));
            changes
                .add("salt", false, Cause::OrderModified, &signed, &sent, move |order| order.salt = U256::from(salt));
        }
    }
    changes.all
}

struct Changes<'a> {
    all: Vec<FieldChange>,
    order: &'a Order,
}

impl Changes<'_> {
    fn add(
        &mut self,
        field: &'static str,
        is_common: bool,
        cause: Cause,
        signed: &str,
        sent: &str,
        make: impl Fn(&mut Order) + 'static,
    ) {
        if signed == sent {
            return;
        }
        let mistake = Mistake {
            cause,
            signed: format!("with {field} {signed}"),
            but: format!("the order has {sent}"),
            change: format!("Send {field} {signed}, as it was signed, or sign again with {sent}"),
            difference: Difference::of(field, signed, sent),
        };
        self.all.push(FieldChange { mistake, field, is_common, make: Box::new(make) });
    }

    fn wallets(&mut self, known: &Known) {
        let Order { maker, signer, signature_type, .. } = *self.order;
        let chain = contracts::chain(chain_of(known));
        let mut makers = vec![signer];
        makers.extend(
            chain
                .into_iter()
                .flat_map(|chain| WalletMap::derive(chain, signer).iter().collect::<Vec<_>>())
                .map(|(_, wallet)| wallet),
        );
        makers.extend(known.signer.into_iter().chain(known.funder));
        makers.extend(known.wallets.iter().map(|(_, wallet)| *wallet));
        let mut seen = vec![maker];
        for wallet in makers {
            if seen.contains(&wallet) {
                continue;
            }
            seen.push(wallet);
            let is_signer = [wallet, maker].contains(&signer) && matches!(signature_type, 1 | 2);
            let cause = if is_signer { Cause::OrderMakerIsSigner } else { Cause::OrderModified };
            let is_common = wallet == signer || Some(wallet) == known.funder;
            self.add("maker", is_common, cause, &wallet.to_string(), &maker.to_string(), move |order| {
                order.maker = wallet;
            });
        }
        let mut seen = vec![signer];
        for wallet in [Some(maker), known.signer, known.funder].into_iter().flatten() {
            if !seen.contains(&wallet) {
                seen.push(wallet);
                let (signed, sent) = (wallet.to_string(), signer.to_string());
                self.add("signer", true, Cause::OrderSignerField, &signed, &sent, move |order| order.signer = wallet);
            }
        }
    }

    fn kinds(&mut self) {
        let Order { side, signature_type, .. } = *self.order;
        for other in 0..=3_u8 {
            let (signed, sent) = (other.to_string(), signature_type.to_string());
            self.add("signatureType", true, Cause::OrderSignatureType, &signed, &sent, move |order| {
                order.signature_type = other;
            });
        }
        let name = |side| if side == 0 { "BUY" } else { "SELL" };
        let other = 1 - side.min(1);
        self.add("side", true, Cause::OrderModified, name(other), name(side), move |order| order.side = other);
    }

    fn amounts(&mut self) {
        let Order { maker_amount, taker_amount, .. } = *self.order;
        let trillion = U256::from(1_000_000_000_000_u64);
        let million = U256::from(1_000_000);
        let swapped = "swapped with takerAmount";
        self.add("makerAmount", true, Cause::OrderModified, swapped, &maker_amount.to_string(), move |order| {
            (order.maker_amount, order.taker_amount) = (taker_amount, maker_amount);
        });
        let both = |order: &mut Order, change: &dyn Fn(U256) -> U256| {
            order.maker_amount = change(order.maker_amount);
            order.taker_amount = change(order.taker_amount);
        };
        let sent = format!("{maker_amount} and {taker_amount}");
        self.add(
            "makerAmount and takerAmount",
            true,
            Cause::OrderParameters,
            "a million times as large",
            &sent,
            move |order| {
                both(order, &|amount| amount.saturating_mul(million));
            },
        );
        self.add(
            "makerAmount and takerAmount",
            false,
            Cause::OrderParameters,
            "with 18 decimals instead of 6",
            &sent,
            move |order| both(order, &|amount| amount.saturating_mul(trillion)),
        );
        self.add(
            "makerAmount and takerAmount",
            false,
            Cause::OrderParameters,
            "a million times as small",
            &sent,
            move |order| {
                both(order, &|amount| amount / million);
            },
        );
        for (name, sent) in [("makerAmount", maker_amount), ("takerAmount", taker_amount)] {
            let mut all = vec![sent.saturating_mul(million), sent / million];
            // to 2, 3, 4 and 5 decimals, down and up
            for digits in [10_000_u64, 1000, 100, 10] {
                let digits = U256::from(digits);
                all.extend([sent - sent % digits, (sent + digits - U256::from(1)) / digits * digits]);
            }
            for (place, signed) in all.into_iter().enumerate() {
                let cause = if place < 2 { Cause::OrderParameters } else { Cause::OrderModified };
                self.add(name, place == 0, cause, &signed.to_string(), &sent.to_string(), move |order| {
                    amount(order, name, signed);
                });
            }
        }
    }

    /// The struct of V1, by a client that was brought up to date in its bodies only.
    fn old_struct(&mut self) {
        let zero = U256::ZERO;
        let terms = Terms::V1 { taker: Address::ZERO, expiration: zero, nonce: zero, fee_rate_bps: zero };
        let mistake = Mistake {
            cause: Cause::OrderWrongVersion,
            signed: "as the struct of V1".to_owned(),
            but: "its fields are those of V2".to_owned(),
            change: "Sign the struct of V2, with timestamp, metadata and builder".to_owned(),
            difference: None,
        };
        let make = Box::new(move |order: &mut Order| order.terms = terms);
        self.all.push(FieldChange { mistake, field: "terms", is_common: true, make });
    }

    fn terms(&mut self, known: &Known) {
        match self.order.terms {
            Terms::V2 { timestamp, metadata, builder } => {
                self.old_struct();
                let thousand = U256::from(1000);
                for signed in [timestamp.saturating_mul(thousand), timestamp / thousand] {
                    let texts = (signed.to_string(), timestamp.to_string());
                    self.add("timestamp", true, Cause::TimestampUnit, &texts.0, &texts.1, move |order| {
                        if let Terms::V2 { timestamp, .. } = &mut order.terms {
                            *timestamp = signed;
                        }
                    });
                }
                let codes = [Some(B256::ZERO), known.builder_code];
                for signed in codes.into_iter().flatten() {
                    self.add(
                        "builder",
                        true,
                        Cause::OrderModified,
                        &signed.to_string(),
                        &builder.to_string(),
                        move |order| {
                            if let Terms::V2 { builder, .. } = &mut order.terms {
                                *builder = signed;
                            }
                        },
                    );
                }
                for signed in [B256::ZERO, builder] {
                    self.add(
                        "metadata",
                        true,
                        Cause::OrderModified,
                        &signed.to_string(),
                        &metadata.to_string(),
                        move |order| {
                            if let Terms::V2 { metadata, .. } = &mut order.terms {
                                *metadata = signed;
                            }
                        },
                    );
                }
            }
            Terms::V1 { taker, expiration, nonce, fee_rate_bps } => {
                let thousand = U256::from(1000);
                let times = [
                    (expiration.saturating_mul(thousand), Cause::OrderExpirationUnit),
                    (expiration / thousand, Cause::OrderExpirationUnit),
                    (U256::ZERO, Cause::OrderModified),
                ];
                for (signed, cause) in times {
                    let texts = (signed.to_string(), expiration.to_string());
                    self.add("expiration", true, cause, &texts.0, &texts.1, move |order| {
                        if let Terms::V1 { expiration, .. } = &mut order.terms {
                            *expiration = signed;
                        }
                    });
                }
                for signed in [0_u64, 1] {
                    let signed = U256::from(signed);
                    self.add(
                        "nonce",
                        signed.is_zero(),
                        Cause::OrderModified,
                        &signed.to_string(),
                        &nonce.to_string(),
                        move |order| {
                            if let Terms::V1 { nonce, .. } = &mut order.terms {
                                *nonce = signed;
                            }
                        },
                    );
                }
                for signed in [0_u64, 1000, 200, 100] {
                    let signed = U256::from(signed);
                    let texts = (signed.to_string(), fee_rate_bps.to_string());
                    self.add("feeRateBps", signed.is_zero(), Cause::OrderModified, &texts.0, &texts.1, move |order| {
                        if let Terms::V1 { fee_rate_bps, .. } = &mut order.terms {
                            *fee_rate_bps = signed;
                        }
                    });
                }
                self.add(
                    "taker",
                    false,
                    Cause::OrderModified,
                    &Address::ZERO.to_string(),
                    &taker.to_string(),
                    |order| {
                        if let Terms::V1 { taker, .. } = &mut order.terms {
                            *taker = Address::ZERO;
                        }
                    },
                );
            }
        }
    }
}

fn amount(order: &mut Order, name: &str, value: U256) {
    if name == "makerAmount" {
        order.maker_amount = value;
    } else {
        order.taker_amount = value;
    }
}
