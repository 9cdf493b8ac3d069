//! `/auth/*`: keys of users, read-only keys, builder keys.

use alloy_primitives::Address;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::auth::l2::ApiCredentials;
use crate::sandbox::Sandbox;
use crate::sandbox::http::{Answer, Received, Refusal};
use crate::sandbox::trades::SAMPLE_CODE;

pub(super) fn create(sandbox: &Sandbox, received: &Received) -> Answer {
    let (owner, nonce) = sandbox.wallet(received)?;
    let usable_from = sandbox.now() + sandbox.scenario.server.key_lag_seconds;
    let made = sandbox.keys().create(owner, nonce, usable_from);
    made.map(|credentials| triple("apiKey", &credentials))
        .ok_or_else(|| Refusal::bad_request("Could not create api key"))
}

pub(super) fn derive(sandbox: &Sandbox, received: &Received) -> Answer {
    let (owner, nonce) = sandbox.wallet(received)?;
    let known = sandbox.keys().derive(owner, nonce);
    known
        .map(|credentials| triple("apiKey", &credentials))
        .ok_or_else(|| Refusal::bad_request("Could not derive api key!"))
}

fn triple(key: &str, credentials: &ApiCredentials) -> Value {
    json!({
        key: credentials.key,
        "secret": credentials.secret.expose(),
        "passphrase": credentials.passphrase.expose(),
    })
}

pub(super) fn list(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    Ok(json!({ "apiKeys": sandbox.keys().users_of(user.owner) }))
}

pub(super) fn delete(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    sandbox.keys().delete(&user.key);
    Ok(json!("OK"))
}

pub(super) fn closed_only(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    Ok(json!({ "closed_only": sandbox.scenario.account.closed_only && user.owner == sandbox.demo.eoa }))
}

pub(super) fn create_readonly(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    Ok(json!({ "apiKey": sandbox.keys().create_readonly(user.owner) }))
}

pub(super) fn list_readonly(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    Ok(json!({ "readonlyApiKeys": sandbox.keys().readonly_of(user.owner) }))
}

pub(super) fn delete_readonly(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    let body = received.json().unwrap_or_default();
    let key = body["key"].as_str().ok_or_else(|| Refusal::bad_request("invalid readonly api key body"))?;
    Ok(json!(sandbox.keys().delete_readonly(user.owner, key)))
}

pub(super) fn validate_readonly(sandbox: &Sandbox, received: &Received) -> Answer {
    let owner: Option<Address> = received.parameter("address").and_then(|text| text.parse().ok());
    let key = received.parameter("key").unwrap_or_default();
    let valid = owner.is_some_and(|owner| sandbox.keys().readonly_of(owner).contains(&key));
    if valid { Ok(json!("OK")) } else { Err(Refusal::unauthorized("Unauthorized/Invalid api key")) }
}

pub(super) fn create_builder(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    let made = sandbox.keys().create_builder(user.owner, SAMPLE_CODE, sandbox.timestamp());
    Ok(triple("key", &made))
}

pub(super) fn list_builder(sandbox: &Sandbox, received: &Received) -> Answer {
    let user = sandbox.user(received)?;
    let entry = |id: &str, created: Timestamp, revoked: Option<Timestamp>| match revoked {
        None => json!({ "key": id, "createdAt": created.to_string() }),
        Some(revoked) => json!({ "key": id, "createdAt": created.to_string(), "revokedAt": revoked.to_string() }),
    };
    let keys = sandbox.keys();
    Ok(keys.builders_of(user.owner).map(|key| entry(&key.credentials.key, key.created, key.revoked)).collect())
}

/// The older clients and the unified ones sign with the builder key that they revoke; the others
/// sign as the user and name no key, so the newest one goes.
pub(super) fn revoke_builder(sandbox: &Sandbox, received: &Received) -> Answer {
    let key = if received.has_builder_headers() {
        sandbox.builder(received)?
    } else {
        let user = sandbox.user(received)?;
        let keys = sandbox.keys();
        let newest = keys.builders_of(user.owner).rev().find(|key| key.revoked.is_none());
        newest.ok_or_else(|| Refusal::bad_request("invalid revoke builder api key body"))?.credentials.key.clone()
    };
    sandbox.keys().revoke_builder(&key, sandbox.timestamp());
    Ok(json!("OK"))
}
