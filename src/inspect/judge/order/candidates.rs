//! What an order may have been signed as: its domain and its fields, right and under known mistakes.

use std::cell::OnceCell;

use alloy_primitives::{Address, B256, U256};

use crate::auth::contracts;
use crate::auth::order::{Domain, Exchange, NAME, Order, Terms, Version};
use crate::auth::wallet::WalletMap;
use crate::cause::Cause;
use crate::inspect::known::Known;

/// What is wrong with what was signed.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub(super) cause: Cause,
    /// What was signed, to stand behind "Signed".
    pub(super) signed: String,
    /// What the order or its market says.
    pub(super) but: String,
    /// What would have to change.
    pub(super) change: String,
}

/// A domain that an order may be signed under.
#[derive(Clone)]
pub(super) struct DomainCandidate {
    pub(super) domain: Domain,
    pub(super) separator: B256,
    /// `None`: nothing is wrong with it.
    pub(super) mistake: Option<Mistake>,
    /// The exchange that has it; `None` where none does.
    pub(super) exchange: Option<Exchange>,
    pub(super) is_common: bool,
}

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

/// The chain that an order has to be for.
pub(super) fn chain_of(known: &Known) -> u64 {
    let id = known.chain_id();
    if contracts::chain(id).is_some() { id } else { contracts::POLYGON }
}

/// What one order may have been signed as; what is seldom needed is made when it is.
pub(super) struct Candidates<'a> {
    pub(super) order: &'a Order,
    known: &'a Known,
    exchanges: Vec<DomainCandidate>,
    odd: OnceCell<Vec<DomainCandidate>>,
    changes: OnceCell<Vec<FieldChange>>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(order: &'a Order, known: &'a Known) -> Self {
        let exchanges = exchanges(order, known);
        Self { order, known, exchanges, odd: OnceCell::new(), changes: OnceCell::new() }
    }

    /// The domains of the exchanges, the right ones first.
    pub(super) fn exchanges(&self) -> &[DomainCandidate] {
        &self.exchanges
    }

    /// Those that an order of this token has to be signed for.
    pub(super) fn right(&self) -> impl Iterator<Item = &DomainCandidate> {
        self.exchanges.iter().filter(|domain| domain.mistake.is_none() && domain.is_common)
    }

    /// Domains that no exchange has.
    pub(super) fn odd(&self) -> &[DomainCandidate] {
        self.odd.get_or_init(|| odd_domains(self.order, self.known))
    }

    /// Wrong domains, the common ones first.
    pub(super) fn wrong(&self, is_common: bool) -> impl Iterator<Item = &DomainCandidate> {
        let all = self.exchanges.iter().chain(self.odd());
        all.filter(move |domain| domain.mistake.is_some() && domain.is_common == is_common)
    }

    pub(super) fn changes(&self) -> &[FieldChange] {
        self.changes.get_or_init(|| field_changes(self.order, self.known))
    }

    /// Common changes of two different fields.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&FieldChange, &FieldChange)> {
        let changes = self.changes();
        changes.iter().enumerate().filter(|(_, first)| first.is_common).flat_map(move |(place, first)| {
            let others = changes[place + 1..].iter();
            others.filter(|second| second.is_common && first.field != second.field).map(move |second| (first, second))
        })
    }
}

/// The version of the exchange that an order has to be signed for.
fn version_of(order: &Order) -> Version {
    match order.terms {
        Terms::V1 { .. } => Version::V1,
        Terms::V2 { .. } if Exchange::is_v3_token(order.token_id) => Version::V3,
        Terms::V2 { .. } => Version::V2,
    }
}

/// What would have to change about a wrong domain.
fn domain_change(right: Version, known: &Known) -> String {
    let wanted = Exchange::find(chain_of(known), right, known.neg_risk.unwrap_or(false));
    wanted.map_or_else(String::new, |wanted| format!("Sign for {wanted}, {}", wanted.address))
}

fn exchanges(order: &Order, known: &Known) -> Vec<DomainCandidate> {
    let chain_id = chain_of(known);
    let right = version_of(order);
    let (is_old, wants_v3) = (right == Version::V1, right == Version::V3);
    let change = domain_change(right, known);
    let mistake = |cause, signed: String, but: String| Some(Mistake { cause, signed, but, change: change.clone() });
    let mut all = Vec::new();
    for exchange in Exchange::all() {
        let signed = format!("for {exchange} ({})", exchange.address);
        let is_other_kind =
            right != Version::V3 && known.neg_risk.is_some_and(|neg_risk| neg_risk != exchange.neg_risk);
        let own = contracts::chain(chain_id).map_or("this chain", |chain| chain.name.as_str());
        let found = if exchange.chain_id != chain_id {
            mistake(Cause::OrderWrongChain, signed, format!("the order belongs on {own} (chain ID {chain_id})"))
        } else if is_old != (exchange.version == Version::V1) || (wants_v3 && exchange.version != Version::V3) {
            let but = match right {
                Version::V1 => "its fields are those of V1",
                Version::V2 => "its fields are those of V2",
                Version::V3 => "the token ID is one of V3",
            };
            mistake(Cause::OrderWrongVersion, signed, but.to_owned())
        } else if exchange.version != Version::V3 && is_other_kind {
            let kind = if exchange.neg_risk { "not neg-risk" } else { "neg-risk" };
            mistake(Cause::OrderWrongExchange, signed, format!("the market is {kind}"))
        } else {
            None
        };
        // an order of version 3 has a token of that version; some tests of clients do not
        let is_unlikely = !wants_v3 && exchange.version == Version::V3;
        let domain = exchange.domain();
        let separator = exchange.separator;
        let is_common = !is_unlikely;
        all.push(DomainCandidate { domain, separator, mistake: found, exchange: Some(*exchange), is_common });
    }
    all.sort_by_key(|candidate| (candidate.mistake.is_some(), !candidate.is_common));
    all
}

/// Domains that no exchange has.
fn odd_domains(order: &Order, known: &Known) -> Vec<DomainCandidate> {
    let (chain_id, right) = (chain_of(known), version_of(order));
    let change = domain_change(right, known);
    let mut all = Vec::new();
    let mut add = |domain: Domain, cause, signed: String| {
        let but = "no exchange has this domain".to_owned();
        // clients that were not brought up to date in every place
        let is_common = cause == Cause::OrderWrongVersion && domain.version != "3";
        let mistake = Some(Mistake { cause, signed, but, change: change.clone() });
        all.push(DomainCandidate { separator: domain.separator(), domain, mistake, exchange: None, is_common });
    };
    let Some(chain) = contracts::chain(chain_id) else { return all };
    let own = |neg_risk| Exchange::find(chain_id, right, neg_risk).map(Exchange::domain);
    let kinds = [false, true].into_iter().filter(|neg_risk| known.neg_risk.is_none_or(|known| known == *neg_risk));
    for neg_risk in kinds.take(if right == Version::V3 { 1 } else { 2 }) {
        let Some(domain) = own(neg_risk) else { continue };
        for version in ["1", "2", "3"].into_iter().filter(|version| *version != domain.version) {
            let changed = Domain { version: version.to_owned(), ..domain.clone() };
            add(
                changed,
                Cause::OrderWrongVersion,
                format!("with domain version \"{version}\" for the contract of {right}"),
            );
        }
        for other in [1, 31337, 80001, 80002, 137].into_iter().filter(|other| *other != chain_id) {
            let changed = Domain { chain_id: other, ..domain.clone() };
            if Exchange::all().iter().all(|known| known.separator != changed.separator()) {
                add(changed, Cause::OrderWrongChain, format!("with chain ID {other}"));
            }
        }
        for name in ["Polymarket Exchange", "Polymarket", "CTF Exchange", "ClobAuthDomain"] {
            let changed = Domain { name: name.to_owned(), ..domain.clone() };
            add(changed, Cause::OrderWrongExchange, format!("with domain name \"{name}\" instead of \"{NAME}\""));
        }
    }
    let contracts = [
        ("the neg-risk adapter", chain.exchanges.neg_risk_adapter),
        ("the conditional tokens contract", chain.tokens.conditional),
        ("the zero address", Address::ZERO),
    ];
    for (name, contract) in contracts {
        let domain = Domain::of(chain_id, right, contract);
        add(domain, Cause::OrderWrongExchange, format!("for {name} ({contract}) instead of an exchange"));
    }
    for other in Version::ALL.into_iter().filter(|other| *other != right) {
        let Some(exchange) = Exchange::find(chain_id, other, false) else { continue };
        let domain = Domain::of(chain_id, right, exchange.address);
        add(
            domain,
            Cause::OrderWrongVersion,
            format!("for the contract of {other} with domain version \"{}\"", right.number()),
        );
    }
    all
}

/// Every known change of the fields of an order.
fn field_changes(order: &Order, known: &Known) -> Vec<FieldChange> {
    let mut changes = Changes { all: Vec::new(), order };
    changes.wallets(known);
    changes.kinds();
    changes.amounts();
    changes.terms(known);
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
            but: format!("the order says {sent}"),
            change: format!("Send {field} {signed}, as it was signed, or sign again with {sent}"),
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

    fn terms(&mut self, known: &Known) {
        match self.order.terms {
            Terms::V2 { timestamp, metadata, builder } => {
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
