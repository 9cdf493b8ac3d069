//! What an order may have been signed as: its domain and its fields, right and under known mistakes.

use std::cell::OnceCell;

use alloy_primitives::{Address, B256};

use super::changes::{FieldChange, field_changes, salts};
use crate::auth::contracts;
use crate::auth::order::{Domain, Exchange, NAME, Order, Terms, Version};
use crate::cause::Cause;
use crate::inspect::difference::Difference;
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
    pub(super) difference: Option<Difference>,
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
    salts: OnceCell<Vec<FieldChange>>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(order: &'a Order, known: &'a Known) -> Self {
        let exchanges = exchanges(order, known);
        Self { order, known, exchanges, odd: OnceCell::new(), changes: OnceCell::new(), salts: OnceCell::new() }
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

    /// What a salt may have been before it was rounded.
    pub(super) fn salts(&self) -> &[FieldChange] {
        self.salts.get_or_init(|| salts(self.order))
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
    let mistake = |cause, signed: String, but: String| {
        Some(Mistake { cause, signed, but, change: change.clone(), difference: None })
    };
    let wanted = Exchange::find(chain_id, right, known.neg_risk.unwrap_or(false)).map(Exchange::domain);
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
        let found = found.map(|found| Mistake { difference: difference(&domain, wanted.as_ref()), ..found });
        let separator = exchange.separator;
        let is_common = !is_unlikely;
        all.push(DomainCandidate { domain, separator, mistake: found, exchange: Some(*exchange), is_common });
    }
    all.sort_by_key(|candidate| (candidate.mistake.is_some(), !candidate.is_common));
    all
}

/// The first part of a domain that is not as it has to be.
fn difference(signed: &Domain, wanted: Option<&Domain>) -> Option<Difference> {
    let wanted = wanted?;
    let of = |part, signed: &dyn std::fmt::Display, wanted: &dyn std::fmt::Display| {
        Difference::of(part, &signed.to_string(), &wanted.to_string())
    };
    of("verifyingContract", &signed.contract, &wanted.contract)
        .or_else(|| of("chainId", &signed.chain_id, &wanted.chain_id))
        .or_else(|| of("domain version", &signed.version, &wanted.version))
        .or_else(|| of("domain name", &signed.name, &wanted.name))
}

/// Domains that no exchange has.
fn odd_domains(order: &Order, known: &Known) -> Vec<DomainCandidate> {
    let (chain_id, right) = (chain_of(known), version_of(order));
    let change = domain_change(right, known);
    let wanted = Exchange::find(chain_id, right, known.neg_risk.unwrap_or(false)).map(Exchange::domain);
    let mut all = Vec::new();
    let mut add = |domain: Domain, cause, signed: String| {
        let but = "no exchange has this domain".to_owned();
        // clients that were not brought up to date in every place
        let is_common = cause == Cause::OrderWrongVersion && domain.version != "3";
        let difference = difference(&domain, wanted.as_ref());
        let mistake = Some(Mistake { cause, signed, but, change: change.clone(), difference });
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
        ("the collateral, pUSD", chain.tokens.pusd),
        ("the former collateral, USDC.e", chain.tokens.usdc_e),
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
