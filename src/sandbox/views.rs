//! The services beside the CLOB: Gamma, the data API and the geoblock page.

// All functions of a route table have one type.
#![allow(clippy::unnecessary_wraps)]

use alloy_primitives::{Address, B256};
use axum::routing::MethodFilter as Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Sandbox;
use super::http::{Answer, Received, Refusal, Route};
use super::rpc;
use super::trades::{DEMO_CODE, SAMPLE_CODE};
use crate::auth::wallet::WalletKind;

pub(super) const RPC: &str = "/-/rpc";
pub(super) const GAMMA: &str = "/-/gamma";
pub(super) const DATA: &str = "/-/data";
pub(super) const RELAYER: &str = "/-/relayer";
pub(super) const GEOBLOCK: &str = "/-/geoblock";

/// Paths are written out, so that a request is found where its table says; a test holds them to the
/// prefixes above.
pub(super) const ROUTES: &[Route] = &[
    (Method::POST, "/-/rpc", rpc::serve),
    (Method::POST, "/-/rpc/", rpc::serve),
    (Method::GET, "/-/gamma/public-profile", public_profile),
    (Method::GET, "/-/data/v1/builders/leaderboard", leaderboard_v1),
    (Method::GET, "/-/data/v1/builders/volume", volume_v1),
    (Method::GET, "/-/data/v2/builders/leaderboard", leaderboard_v2),
    (Method::GET, "/-/data/v2/builders/volume", volume_v2),
    (Method::GET, "/-/data/v2/approvals", approvals),
    (Method::GET, "/-/geoblock", geoblock),
];

pub(super) fn address(received: &Received, name: &str) -> Result<Address, Refusal> {
    let text = received.parameter(name).filter(|text| text.starts_with("0x"));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Refusal::bad_request(format!("invalid {name}")))
}

/// The profile of an account, asked for by its signer or its wallet.
fn public_profile(sandbox: &Sandbox, received: &Received) -> Answer {
    let asked = address(received, "address")?;
    let account = &sandbox.scenario.account;
    let people = [(&sandbox.demo, "sandbox-demo"), (&sandbox.other, "sandbox-other")].into_iter();
    let people = people.chain(sandbox.customers.iter().map(|customer| (&customer.wallets, "sandbox-customer")));
    let has_profile = account.profile.unwrap_or(account.wallet != WalletKind::Eoa);
    let found = people.filter(|_| has_profile).find_map(|(map, name)| {
        let wallet = map.address(account.wallet)?;
        [map.eoa, wallet]
            .contains(&asked)
            .then(|| json!({ "proxyWallet": wallet.to_string(), "name": name, "pseudonym": name }))
    });
    found.ok_or_else(|| Refusal::not_found("profile not found"))
}

const VOLUME: u32 = 48_211;

fn leaderboard_v1(_: &Sandbox, _: &Received) -> Answer {
    Ok(json!([{ "rank": "1", "builder": "sandbox-builder", "volume": VOLUME, "activeUsers": 31, "verified": true }]))
}

fn volume_v1(sandbox: &Sandbox, _: &Received) -> Answer {
    let day = sandbox.timestamp().to_string();
    Ok(json!([{ "dt": day, "builder": "sandbox-builder", "volume": VOLUME, "activeUsers": 31, "rank": "1" }]))
}

/// The demo builder, and one that is ahead of it; those that are not verified are not shown.
fn on_boards(sandbox: &Sandbox) -> Vec<Value> {
    let entry = |rank: u32, name: &str, code: B256, volume: u32| {
        json!({
            "rank": rank,
            "builder_name": name,
            "builder_code": code,
            "profile_image": "",
            "verified": true,
            "volume": volume,
            "active_users": 31,
        })
    };
    let mut builders = vec![entry(1, "sandbox-sample", SAMPLE_CODE, 3 * VOLUME)];
    if !sandbox.scenario.builder.unverified {
        builders.push(entry(2, "sandbox-builder", DEMO_CODE, VOLUME));
    }
    builders
}

/// A page a builder.
fn leaderboard_v2(sandbox: &Sandbox, received: &Received) -> Answer {
    let place: usize = match received.parameter("cursor") {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| Refusal::bad_request("invalid cursor"))?,
    };
    let builders = on_boards(sandbox);
    let next = Some(place + 1).filter(|next| *next < builders.len()).map(|next| next.to_string());
    let has_more = next.is_some();
    let data: Vec<&Value> = builders.get(place).into_iter().collect();
    Ok(json!({ "data": data, "pagination": { "next_cursor": next, "has_more": has_more } }))
}

/// Each bucket has all builders, the newest bucket first.
fn volume_v2(sandbox: &Sandbox, received: &Received) -> Answer {
    let days = match received.parameter("interval").unwrap_or("day") {
        "day" => 1,
        "week" => 7,
        "month" => 30,
        "all" => 365,
        _ => return Err(Refusal::bad_request("invalid interval")),
    };
    let limit: i64 = received.parameter("limit").unwrap_or("30").parse().unwrap_or(0);
    if !(1..=90).contains(&limit) {
        return Err(Refusal::bad_request("invalid limit"));
    }
    let today = sandbox.now().div_euclid(86_400);
    let mut rows = Vec::new();
    for bucket in 0..limit {
        let day = (today - today.rem_euclid(days) - bucket * days) * 86_400;
        for (number, mut row) in (1..).zip(on_boards(sandbox)) {
            row["date"] = json!(Timestamp::from_second(day).unwrap_or_default().to_string());
            row["volume"] = json!(i64::from(VOLUME) * days / (number + bucket % 5));
            rows.push(row);
        }
    }
    Ok(json!({ "data": rows }))
}

fn approvals(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = address(received, "user")?;
    let ledger = &sandbox.ledger;
    let contracts: Vec<Value> = (ledger.grants.iter())
        .map(|grant| {
            let approved = ledger.is_granted(grant.token, user, grant.spender);
            json!({
                "token": grant.token.to_string(),
                "spender": grant.spender.to_string(),
                "standard": if grant.shares { "ERC1155" } else { "ERC20" },
                "approved": approved,
                "amount": if approved { "max" } else { "0" },
            })
        })
        .collect();
    Ok(json!({ "data": { "address": user.to_string(), "chain_id": ledger.chain.id, "contracts": contracts } }))
}

fn geoblock(sandbox: &Sandbox, _: &Received) -> Answer {
    // Documentation addresses (RFC 5737); Cuba is among the countries that the documentation lists.
    Ok(if sandbox.scenario.server.geoblocked {
        json!({ "blocked": true, "ip": "203.0.113.7", "country": "CU", "region": "03" })
    } else {
        json!({ "blocked": false, "ip": "198.51.100.7", "country": "IE", "region": "L" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_stands_under_its_prefix() {
        for (_, path, _) in ROUTES.iter().chain(crate::sandbox::relayer::ROUTES) {
            let known = [RPC, GAMMA, DATA, RELAYER, GEOBLOCK];
            assert!(known.iter().any(|prefix| path.starts_with(prefix)), "{path}");
        }
    }
}
