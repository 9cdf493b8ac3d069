//! The wallet map: from the private key over its signer to each wallet that it can have, and from the
//! one in use to the funder.

mod graph;

use std::fmt::Write as _;

use alloy_primitives::utils::format_units;
use alloy_primitives::{Address, U256};
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::Line;

use self::graph::{Graph, Piece};
use super::Content;
use crate::auth::wallet::{CodeClass, SignatureType, WalletKind};
use crate::checks::{self, KeyRole, Status};
use crate::facts::key_shape;
use crate::facts::probe::Probe;
use crate::facts::{KeyFact, OnChain, OrderVerdict};
use crate::settings::Source;
use crate::tui::state::{App, Phase};
use crate::tui::text::duration;
use crate::tui::verdict::since;

pub(super) fn content(app: &App, room: Size) -> Content {
    let spaced = map(app, room, true);
    let fits = spaced.len() <= usize::from(room.height);
    Content { lines: if fits { spaced } else { map(app, room, false) }, ..Content::default() }
}

fn map(app: &App, room: Size, spaced: bool) -> Vec<Line<'static>> {
    let mut graph = Graph::new(app.theme, room.width.into(), spaced);
    if app.phase() == Phase::Launching {
        return vec![Line::from("Reading the settings")];
    }
    if let Some((status, said)) = reach(app).or_else(|| first_problem(app)) {
        let sign = format!("{} {}", app.theme.symbol(status, app.now_ms), status.word());
        graph.remark((sign, app.theme.status(status)), &said);
    }
    key(app, &mut graph, spaced);
    branches(app, &mut graph);
    funder(app, &mut graph);
    relayer(app, &mut graph);
    graph.finish()
}

/// What the relayer says, where the account has dealings with it.
fn relayer(app: &App, graph: &mut Graph) {
    let facts = &app.facts;
    let last = checks::relayer_transactions(facts).and_then(<[_]>::first);
    let Some(check) = app.report.check("relayer.key") else { return };
    if (facts.setup.relayer_key.is_none() && last.is_none()) || !check.status.is_settled() {
        return;
    }
    let mut said = format!("Relayer: {}", check.summary);
    match (checks::nonces_apart(facts), facts.relayer_nonce.known()) {
        (Some((of_relayer, on_chain)), _) => {
            let _ = write!(said, "; nonce {of_relayer} there, {on_chain} in the Safe");
        }
        (None, Some(nonce)) => {
            let _ = write!(said, "; nonce {}", nonce.nonce);
        }
        (None, None) => {}
    }
    if let Some(last) = last {
        let _ = write!(said, "; last transaction {}", checks::transaction_words(last));
    }
    let sign = format!("{} {}", app.theme.symbol(check.status, app.now_ms), check.status.word());
    graph.remark((sign, app.theme.status(check.status)), &said);
}

fn plain(text: impl Into<String>) -> Piece {
    (text.into(), Style::new())
}

/// Why the map is not whole; `None` when the chain was read.
fn reach(app: &App) -> Option<(Status, String)> {
    let facts = &app.facts;
    if let Some(since_ms) = facts.running_since_ms(Probe::Chain) {
        let asking = duration(since(app, Some(since_ms)));
        return Some((Status::Running, format!("Reading the wallets from the Polygon RPC, {asking}")));
    }
    if let Some(failure) = facts.failure(Probe::Chain) {
        let said = format!(
            "The Polygon RPC did not respond: {failure}. The wallets are derived from the key; their state is unknown"
        );
        return Some((Status::Unknown, said));
    }
    let configured = facts.setup.chain();
    match facts.chain.known() {
        Some(state) if state.chain_id != configured => {
            let node = state.chain_id;
            let said = format!(
                "The Polygon RPC is on chain {node}, but chain {configured} is configured: its data is not shown"
            );
            Some((Status::Fail, said))
        }
        None if facts.setup.offline => Some((Status::Note, "Offline: nothing was requested".to_owned())),
        _ => None,
    }
}

/// The first of the checks of this map that did not pass.
fn first_problem(app: &App) -> Option<(Status, String)> {
    let ids = [
        "key.format",
        "wallet.map",
        "wallet.signature-type",
        "wallet.funder",
        "wallet.deployed",
        "order.exchange",
        "funds.balance",
    ];
    let check = ids.iter().filter_map(|id| app.report.check(id)).find(|check| check.status.is_problem())?;
    Some((check.status, check.summary.clone()))
}

/// The beginning of the chain: the private key, and whose it is.
fn key(app: &App, graph: &mut Graph, spaced: bool) {
    let bad = app.theme.status(Status::Fail);
    let setup = &app.facts.setup;
    let Some(key) = &setup.key else {
        let watched = match &setup.funder {
            Some(_) => "watch-only: the funder is read, but nothing can be signed",
            None => "without it there is no signer and no wallet",
        };
        graph.node("private key", &[("not set".to_owned(), bad), plain(watched)], false);
        return;
    };
    let from = plain(from(&key.source));
    match &key.value {
        KeyFact::Unusable { mistake, .. } => {
            graph.node("private key", &[(format!("not valid: {mistake}"), bad), from], false);
        }
        KeyFact::Usable { signer, .. } => {
            let shape = if spaced { key_shape(&key.value) } else { String::new() };
            graph.node("private key", &[from, (shape, app.theme.dim())], true);
            graph.space();
            graph.node("signer", &[(signer.to_string(), Style::new().bold())], true);
        }
    }
}

fn branches(app: &App, graph: &mut Graph) {
    let facts = &app.facts;
    let Some(wallets) = &facts.setup.wallets else {
        if facts.setup.signer().is_some() {
            let said = format!("Polymarket has no contracts on chain {}: no wallets", facts.setup.chain());
            graph.branch(true, &[(said, app.theme.status(Status::Fail))], &[]);
        }
        return;
    };
    let rich = checks::holds_collateral(facts);
    let count = wallets.iter().count();
    for (place, (kind, address)) in wallets.iter().enumerate() {
        graph.space();
        if facts.setup.maker() == Some(address) {
            graph.start_rail(app.theme.status(judged(app)));
        }
        let head = head(app, kind, address, graph.room());
        graph.branch(place + 1 == count, &head, &details(app, kind, address, rich == Some(address)));
    }
}

/// How the funder was judged.
fn judged(app: &App) -> Status {
    app.report.check("wallet.funder").map_or(Status::Waiting, |check| check.status)
}

/// Room in which heads stand as the rows of a table.
const TABLE: usize = 60;

fn head(app: &App, kind: WalletKind, address: Address, room: usize) -> Vec<Piece> {
    let at = app.facts.on_chain(address);
    let style = if at.is_some_and(is_bare) { app.theme.dim() } else { Style::new().bold() };
    let name = if room >= TABLE { format!("{:<23}", kind.name()) } else { kind.name().to_owned() };
    vec![
        (name, style),
        plain(format!("type {}", u8::from(kind.signature_type()))),
        plain(address.to_string()),
        match (at, kind) {
            (None, _) => (String::new(), Style::new()),
            (Some(at), WalletKind::Eoa) if !at.has_code() => ("no code".to_owned(), app.theme.dim()),
            (Some(at), _) if !at.has_code() => ("not deployed".to_owned(), app.theme.dim()),
            (Some(at), _) if at.code.wallet_kind() == Some(kind) => plain("deployed"),
            (Some(_), _) => ("other contract".to_owned(), app.theme.status(Status::Warn)),
        },
    ]
}

/// Neither code nor anything of value.
fn is_bare(at: &OnChain) -> bool {
    !at.has_code() && worth(at).is_zero() && at.pol.is_zero()
}

/// All dollars there, collateral or not: base units of 6 decimals.
fn worth(at: &OnChain) -> U256 {
    at.pusd.saturating_add(at.usdc_e).saturating_add(at.usdc)
}

/// Money, owner, code, and who else speaks of this wallet.
fn details(app: &App, kind: WalletKind, address: Address, is_richest: bool) -> Vec<Piece> {
    let facts = &app.facts;
    let mut said = Vec::new();
    if let Some(at) = facts.on_chain(address) {
        said.extend(money(app, at, is_richest));
        said.extend(code(at, kind));
        said.extend(owner(app, address, at));
    }
    said.extend(exchange(app, kind, address));
    if let Some((_, _, why)) = checks::account_wallet(facts).filter(|(_, account, _)| *account == address) {
        said.push((format!("the account's wallet: {why}"), app.theme.status(Status::Pass)));
    }
    if let Some(known) = facts.session_signers.known().filter(|known| known.wallet == Some(address)) {
        let signers = known.signers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let signers = if signers.is_empty() { "none".to_owned() } else { signers };
        said.push(plain(format!("session signers: {signers}")));
    }
    said
}

/// The exchange's yes or no to orders of a wallet: of the one in use, and where that is a no, of the others
/// that it accepts.
fn exchange(app: &App, kind: WalletKind, address: Address) -> Option<Piece> {
    let proof = checks::order_proof(&app.facts)?;
    let own = kind.signature_type();
    let accepts = |kind: SignatureType| proof.verdict(address, kind).is_some_and(OrderVerdict::is_accepted);
    if proof.maker != address {
        let said = || (format!("the exchange accepts type {}", u8::from(own)), app.theme.status(Status::Pass));
        return (proof.is_rejected() && accepts(own)).then(said);
    }
    let number = u8::from(proof.signature_type);
    Some(match proof.verdict(address, proof.signature_type)? {
        OrderVerdict::Accepted { .. } if proof.is_accepted() => {
            (format!("the exchange accepts type {number}"), app.theme.status(Status::Pass))
        }
        OrderVerdict::Rejected => {
            let instead = if accepts(own) { format!(", accepts type {}", u8::from(own)) } else { String::new() };
            (format!("the exchange rejects type {number}{instead}"), app.theme.status(Status::Fail))
        }
        _ => ("the exchange's response is unknown".to_owned(), app.theme.dim()),
    })
}

fn money(app: &App, at: &OnChain, is_richest: bool) -> Vec<Piece> {
    let version = app.facts.protocol_version();
    let style = if is_richest { Style::new().bold() } else { Style::new() };
    let tokens = [("pUSD", at.pusd, version != 1), ("USDC.e", at.usdc_e, version == 1), ("USDC", at.usdc, false)];
    let held = tokens.into_iter().filter(|(_, units, _)| !units.is_zero()).map(|(name, units, is_collateral)| {
        let remark = if is_collateral { "" } else { ", not collateral" };
        (format!("{} {name}{remark}", amount(units, 6)), style)
    });
    let gas = (!at.pol.is_zero()).then(|| plain(format!("{} POL", amount(at.pol, 18))));
    let mark = is_richest.then(|| ("$ holds the collateral".to_owned(), style));
    held.chain(gas).chain(mark).collect()
}

/// Base units as a decimal number: two places at least, six at most.
fn amount(units: U256, decimals: u8) -> String {
    let text = format_units(units, decimals).unwrap_or_else(|_| units.to_string());
    let Some((whole, part)) = text.split_once('.') else { return text };
    let part = part.get(..6).unwrap_or(part).trim_end_matches('0');
    match (whole, part) {
        ("0", "") if !units.is_zero() => "under 0.000001".to_owned(),
        _ => format!("{whole}.{part:0<2}"),
    }
}

fn code(at: &OnChain, kind: WalletKind) -> Option<Piece> {
    match at.code {
        CodeClass::Empty => None,
        class if class.wallet_kind() == Some(kind) => {
            let version = at.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
            Some(plain(format!("code: {}{version}", kind.name())))
        }
        class => Some(plain(format!("code: {class}"))),
    }
}

fn owner(app: &App, address: Address, at: &OnChain) -> Option<Piece> {
    let signer = app.facts.setup.signer();
    let owners = || at.owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let needed = at.threshold.filter(|needed| *needed > 1 || at.owners.len() > 1);
    let needed = needed.map_or_else(String::new, |needed| format!(", {needed} of {} must sign", at.owners.len()));
    Some(match signer.map(|signer| checks::standing(&app.facts, address, signer)) {
        Some(KeyRole::Owner) => plain(format!("owner: the signer{needed}")),
        Some(KeyRole::Session { until_s }) => {
            plain(format!("the signer is a session key until {}", checks::date(until_s)))
        }
        Some(KeyRole::Stranger) if at.owners.is_empty() => {
            ("rejects this key's signatures".to_owned(), app.theme.status(Status::Fail))
        }
        Some(KeyRole::Stranger) => {
            (format!("owner: {}, not the signer{needed}", owners()), app.theme.status(Status::Fail))
        }
        None if !at.owners.is_empty() => plain(format!("owner: {}{needed}", owners())),
        _ if at.code == CodeClass::Proxy => {
            ("a proxy has no owner on chain: its wallet address is derived from the signer".to_owned(), app.theme.dim())
        }
        _ => return None,
    })
}

fn from(source: &Source) -> String {
    if *source == Source::Default { "by default".to_owned() } else { format!("from {source}") }
}

/// The end of the chain: the maker of orders, and how it was judged.
fn funder(app: &App, graph: &mut Graph) {
    let setup = &app.facts.setup;
    let mut said = Vec::new();
    match (&setup.funder, setup.maker()) {
        (Some(funder), _) => {
            said.push((funder.value.to_string(), Style::new().bold()));
            said.push(whose(app, funder.value));
            said.extend(of_foreign(app, funder.value));
            said.push((from(&funder.source), app.theme.dim()));
        }
        (None, Some(_)) => said.push(plain("not set: type 0 trades from the signer")),
        (None, None) => said.push(("not set".to_owned(), app.theme.status(Status::Fail))),
    }
    if let Some(kind) = &setup.signature_type {
        said.push(plain(format!("type {}, {}", kind.value, from(&kind.source))));
    }
    graph.end_rail(|graph| graph.node("funder", &said, false));
    let Some(wallets) = &setup.wallets else { return };
    let profile = app.facts.profile.known().and_then(|profile| profile.proxy_wallet);
    if let Some(wallet) = profile.filter(|wallet| wallets.kind_of(*wallet).is_none()) {
        let remark = "Polymarket's profile shows it; not one of this key's wallets".to_owned();
        graph.node("profile", &[plain(wallet.to_string()), (remark, app.theme.status(Status::Warn))], false);
    }
}

/// The exchange's word on a funder that is none of the map's wallets.
fn of_foreign(app: &App, funder: Address) -> Option<Piece> {
    let wallets = app.facts.setup.wallets.as_ref()?;
    let proof = checks::order_proof(&app.facts).filter(|proof| proof.maker == funder)?;
    if wallets.kind_of(funder).is_some() {
        return None;
    }
    let number = u8::from(proof.signature_type);
    if proof.is_accepted() {
        return Some((format!("the exchange accepts type {number}"), app.theme.status(Status::Pass)));
    }
    proof.is_rejected().then(|| (format!("the exchange rejects type {number}"), app.theme.status(Status::Fail)))
}

/// What the funder is to the key, and what is there where it is nothing to it.
fn whose(app: &App, funder: Address) -> Piece {
    let setup = &app.facts.setup;
    let owned = setup.wallets.as_ref().and_then(|wallets| wallets.kind_of(funder));
    match owned {
        Some(WalletKind::Eoa) => plain("the signer itself"),
        Some(kind) => plain(format!("the {kind} of this key")),
        None => {
            let there = app.facts.on_chain(funder).map_or_else(String::new, |at| {
                let held: Vec<_> = money(app, at, false).into_iter().map(|(text, _)| text).collect();
                let owner = owner(app, funder, at).map(|(text, _)| text);
                let parts = [vec![at.code.to_string()], held, owner.into_iter().collect()].concat();
                format!(": {}", parts.join(", "))
            });
            let (said, status) = match setup.signer() {
                Some(_) => ("not one of this key's wallets", Status::Fail),
                None => ("on chain", Status::Note),
            };
            (format!("{said}{there}"), app.theme.status(status))
        }
    }
}
