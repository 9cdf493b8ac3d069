//! What is wrong in each case, on both sides: the world, and the settings.

use std::collections::BTreeMap;

use alloy_primitives::{Address, address, hex};

use super::world::{BEACON, EOA, Key, PROXY, PUSD, SAFE, STRANGER, STRANGERS_SAFE, USDC_E, UUPS, World, code_of};

type Settings = BTreeMap<String, String>;

pub(super) struct Case {
    pub(super) name: &'static str,
    /// The account's own wallet.
    pub(super) wallet: Address,
    pub(super) cause: Option<&'static str>,
    pub(super) change: fn(&mut World, &mut Settings),
}

macro_rules! cases {
    ($($name:literal $wallet:ident => $cause:expr, $change:expr;)+) => {
        pub(super) const CASES: &[Case] =
            &[$(Case { name: $name, wallet: $wallet, cause: $cause, change: $change },)+];
    };
}

fn set(settings: &mut Settings, name: &str, value: impl std::fmt::Display) {
    settings.insert(name.to_owned(), value.to_string());
}

fn forget_credentials(settings: &mut Settings) {
    for name in ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"] {
        settings.remove(name);
    }
}

/// Empties the account's wallet.
fn spend(world: &mut World) {
    world.money.clear();
}

/// A builder key of the usual form, version 7, made in February 2026.
fn builder(world: &mut World) -> &mut (Key, bool) {
    let key = Key { id: "019c16a0-0000-7abc-8def-0123456789ab".to_owned(), ..Key::new(EOA, 99) };
    world.builders.push((key, false));
    world.builders.last_mut().unwrap()
}

fn set_builder(world: &World, settings: &mut Settings) {
    let (key, _) = &world.builders[0];
    set(settings, "POLY_BUILDER_API_KEY", &key.id);
    set(settings, "POLY_BUILDER_SECRET", key.secret());
    set(settings, "POLY_BUILDER_PASSPHRASE", &key.passphrase);
    set(settings, "POLY_BUILDER_CODE", format!("0x{}", "1a".repeat(32)));
}

fn set_signer(settings: &mut Settings) {
    let url = format!("{}/signer/sign", settings["CLOB_HOST"]);
    set(settings, "POLY_BUILDER_SIGNER_URL", url);
}

const BLOCK: &str = "<html>\n<head><title>Attention Required! | Cloudflare</title></head><body>blocked</body></html>";
const NOWHERE: Address = address!("1aC3DDdfBe544e408F96e0fc9cd0c9C8e603Bd11");

cases! {
    "all right, a Safe" SAFE => None, |_, _| {};
    "all right, an EOA" EOA => None, |_, settings| set(settings, "FUNDER", "");
    "all right, a proxy" PROXY => None, |_, _| {};
    "all right, a deposit wallet" UUPS => None, |_, _| {};
    "all right, a beacon wallet, nothing derived yet" BEACON => None, |_, settings| forget_credentials(settings);
    "all right, a node that takes no batches" SAFE => None, |world, _| world.refuses_batches = true;
    "all right, no profile" SAFE => None, |world, _| world.profile = false;
    "all right, a builder with a signer" SAFE => None, |world, settings| {
        builder(world);
        set_builder(world, settings);
        set_signer(settings);
    };
    "all right, three seconds off" SAFE => None, |world, _| world.clock_ahead = 3;
    "a Safe called deposit wallet" SAFE => Some("wrong-signature-type"), |_, settings| set(settings, "SIGNATURE_TYPE", 3);
    "a deposit wallet called proxy" UUPS => Some("wrong-signature-type"), |_, settings| set(settings, "SIGNATURE_TYPE", 1);
    "a proxy called Safe" PROXY => Some("wrong-signature-type"), |_, settings| set(settings, "SIGNATURE_TYPE", 2);
    "type 0, money in the proxy" PROXY => Some("wrong-signature-type"), |_, settings| {
        set(settings, "SIGNATURE_TYPE", 0);
        set(settings, "FUNDER", "");
    };
    "the funder is the signer" BEACON => Some("funder-is-signer"), |_, settings| set(settings, "FUNDER", EOA);
    "no funder" SAFE => Some("funder-missing"), |_, settings| set(settings, "FUNDER", "");
    "the Deposit dialogue's address" BEACON => Some("funder-is-deposit-address"), |_, settings| set(settings, "FUNDER", NOWHERE);
    "delegated code" BEACON => Some("deposit-wallet-delegated"), |world, settings| {
        world.code.insert(NOWHERE, hex!("ef0100e6cae83bde06e4c305530e199d7217f42808555b").to_vec());
        set(settings, "FUNDER", NOWHERE);
    };
    "somebody else's Safe" SAFE => Some("funder-not-controlled"), |_, settings| set(settings, "FUNDER", STRANGERS_SAFE);
    "somebody else's Safe, and no wallet of one's own" EOA => Some("key-not-wallet-owner"), |world, settings| {
        spend(world);
        set(settings, "FUNDER", STRANGERS_SAFE);
        set(settings, "SIGNATURE_TYPE", 2);
    };
    "handed to another owner" UUPS => Some("key-not-wallet-owner"), |world, _| world.owners = [(UUPS, STRANGER)].into();
    "not deployed" BEACON => Some("wallet-not-deployed"), |world, _| {
        world.code.clear();
        world.approved.clear();
    };
    "the key's Safe, for an account with a deposit wallet" BEACON => Some("deposit-wallet-required"), |_, settings| {
        set(settings, "FUNDER", SAFE);
        set(settings, "SIGNATURE_TYPE", 2);
    };
    "money in the old proxy" BEACON => Some("funds-in-other-wallet"), |world, _| {
        spend(world);
        world.code.insert(PROXY, code_of(PROXY));
        world.money.insert((PUSD, PROXY), 99_000_000);
    };
    "USDC.e" SAFE => Some("wrong-collateral-token"), |world, _| {
        spend(world);
        world.money.insert((USDC_E, SAFE), 50_000_000);
    };
    "no money" SAFE => Some("balance-missing"), |world, _| spend(world);
    "a view that is behind" UUPS => Some("balance-cache-stale"), |world, _| world.cached = Some(0);
    "nothing approved" SAFE => Some("allowance-missing"), |world, _| world.approved.clear();
    "approved by the signer" SAFE => Some("allowance-by-wrong-owner"), |world, _| world.approved = [EOA].into();
    "no gas" EOA => Some("gas-missing"), |world, settings| {
        world.pol.clear();
        set(settings, "FUNDER", "");
    };
    "five minutes off" SAFE => Some("clock-drift"), |world, _| world.clock_ahead = -300;
    "the chain of the test network" SAFE => Some("wrong-chain-id"), |_, settings| set(settings, "CHAIN_ID", 80002);
    "another address's credentials" SAFE => Some("credentials-other-address"), |world, settings| {
        let key = &world.keys[1];
        set(settings, "CLOB_API_KEY", &key.id);
        set(settings, "CLOB_SECRET", key.secret());
        set(settings, "CLOB_PASS_PHRASE", &key.passphrase);
    };
    "an old passphrase" SAFE => Some("credentials-stale"), |_, settings| set(settings, "CLOB_PASS_PHRASE", "ab".repeat(32));
    "another set's key" SAFE => Some("credentials-stale"), |world, settings| set(settings, "CLOB_API_KEY", &world.keys[1].id);
    "no secret" SAFE => Some("credentials-incomplete"), |_, settings| set(settings, "CLOB_SECRET", "");
    "a secret in hex" SAFE => Some("secret-encoding"), |world, settings| set(settings, "CLOB_SECRET", hex::encode(world.keys[0].secret));
    "credentials of nonce 2" SAFE => Some("credentials-other-nonce"), |world, _| world.keys[0].nonce = 2;
    "no key anywhere" SAFE => Some("credentials-missing"), |world, settings| {
        world.keys.clear();
        forget_credentials(settings);
    };
    "a key at nonce 1 only" SAFE => Some("no-key-at-nonce"), |world, settings| {
        world.keys[0].nonce = 1;
        forget_credentials(settings);
    };
    "a new key" SAFE => Some("credentials-just-created"), |world, _| world.keys[0].usable_from = i64::MAX;
    "closed only" SAFE => Some("closed-only"), |world, _| world.closed_only = true;
    "a closed region" SAFE => Some("geoblocked"), |world, _| world.blocked = true;
    "blocked" SAFE => Some("cloudflare-blocked"), |world, _| world.front = Some(("/auth", 403, "text/html", BLOCK));
    "limited" SAFE => Some("rate-limited"), |world, _| world.front = Some(("/time", 429, "text/plain", "slow down"));
    "out of order" SAFE => Some("clob-outage"), |world, _| world.front = Some(("/", 503, "text/plain", "upstream unavailable"));
    "trading is paused" BEACON => Some("exchange-paused"), |world, _| world.exchange_paused = true;
    "a builder's key for the user" SAFE => Some("builder-credentials-as-user"), |world, settings| {
        builder(world);
        let (key, _) = &world.builders[0];
        set(settings, "CLOB_API_KEY", &key.id);
        set(settings, "CLOB_SECRET", key.secret());
        set(settings, "CLOB_PASS_PHRASE", &key.passphrase);
    };
    "a user's key for the builder" SAFE => Some("user-credentials-as-builder"), |world, settings| {
        builder(world);
        set_builder(world, settings);
        let key = &world.keys[0];
        set(settings, "POLY_BUILDER_API_KEY", &key.id);
        set(settings, "POLY_BUILDER_SECRET", key.secret());
        set(settings, "POLY_BUILDER_PASSPHRASE", &key.passphrase);
    };
    "a revoked builder key" SAFE => Some("builder-key-revoked"), |world, settings| {
        builder(world).1 = true;
        set_builder(world, settings);
    };
    "no builder code" SAFE => Some("builder-code-missing"), |world, settings| {
        builder(world);
        set_builder(world, settings);
        set(settings, "POLY_BUILDER_CODE", "");
    };
    "a signer with a token" SAFE => Some("remote-signer-unauthorized"), |world, settings| {
        builder(world);
        world.signer_token = Some("Bearer open sesame");
        set_signer(settings);
    };
}
