//! What the stand-in knows and how it answers: one function a service.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use alloy_primitives::{Address, B256, Signature, U256, address, hex, keccak256};
use axum::body::Bytes;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// The second published key of anvil and hardhat, and, from published tables, what belongs to it.
pub(super) const KEY: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
pub(super) const EOA: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");
pub(super) const PROXY: Address = address!("d9d24e482c11F586cd9A1a53dC3eEc6dE3883862");
pub(super) const SAFE: Address = address!("8ac5D4Bd2752AFc9F5CA531f19D617647216B893");
pub(super) const UUPS: Address = address!("5F4f45aBd6e86C60B3Df2a4aF103f85256A2Ce6d");
pub(super) const BEACON: Address = address!("4Fe2CC4925607a473264FA89e7138075695A5F8e");
/// The first published key's address and Safe: somebody else's.
pub(super) const STRANGER: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
pub(super) const STRANGERS_SAFE: Address = address!("d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47");

pub(super) const PUSD: Address = address!("C011a7E12a19f7B1f670d46F03B03f3342E82DFB");
pub(super) const USDC_E: Address = address!("2791Bca1f2de4661ED88A30C99A7a9449Aa84174");
const FACTORY: &str = "00000000000fb5c9adea0298d729a0cb3823cc07";

const PROXY_CODE: &str = "363d3d373d3d3d363d7344e999d5c2f66ef0861317f9a4805ac2e90aeb4f5af43d82803e903d91602b57fd5bf3";
const SAFE_CODE: &str = "6080604052600080546001600160a01b0316813563530ca43760e11b1415602857808252602082f35b3682833781823684845af490503d82833e806041573d82fd5b503d81f3fea264697066735822122015938e3bf2c49f5df5c1b7f9569fa85cc5d6f3074bb258a2dc0c7e299bc9e33664736f6c63430008040033";
const UUPS_CODE: &str = "363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3";
const BEACON_CODE: &str = "363d3d373d3d363d602036600436635c60da1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3";

/// The code of each wallet of the account's key.
pub(super) fn code_of(wallet: Address) -> Vec<u8> {
    let arguments = format!("000000000000000000000000{FACTORY}000000000000000000000000{}", hex::encode(EOA));
    let text = match wallet {
        PROXY => PROXY_CODE.to_owned(),
        SAFE | STRANGERS_SAFE => SAFE_CODE.to_owned(),
        UUPS => format!("{UUPS_CODE}{arguments}"),
        BEACON => format!("{BEACON_CODE}{arguments}"),
        _ => String::new(),
    };
    hex::decode(text).unwrap()
}

/// An API key.
pub(super) struct Key {
    pub(super) owner: Address,
    pub(super) nonce: u64,
    pub(super) id: String,
    pub(super) secret: [u8; 32],
    pub(super) passphrase: String,
    /// Refused until the moment in Unix seconds, or until it is derived.
    pub(super) usable_from: i64,
    pub(super) asleep: bool,
}

impl Key {
    pub(super) fn new(owner: Address, nonce: u64) -> Self {
        let seed = keccak256([owner.as_slice(), &nonce.to_be_bytes()].concat());
        let h = hex::encode(seed);
        Self {
            owner,
            nonce,
            // version and variant nibbles are arbitrary, as in the real ones
            id: format!("{}-{}-f{}-0{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..32]),
            secret: keccak256(seed).0,
            passphrase: hex::encode(keccak256([seed.as_slice(), b"p"].concat())),
            usable_from: 0,
            asleep: false,
        }
    }

    pub(super) fn secret(&self) -> String {
        URL_SAFE.encode(self.secret)
    }
}

pub(super) struct Account {
    pub(super) wallet: Address,
    pub(super) signature_type: u8,
}

/// Answered before anything is looked at: path prefix, status, content type, body.
pub(super) type Front = (&'static str, u16, &'static str, &'static str);

// each is a switch of its own, for a case to throw
#[allow(clippy::struct_excessive_bools)]
pub(super) struct World {
    pub(super) account: Account,
    pub(super) keys: Vec<Key>,
    pub(super) builders: Vec<(Key, bool)>,
    pub(super) chain_id: u64,
    pub(super) clock_ahead: i64,
    pub(super) code: BTreeMap<Address, Vec<u8>>,
    pub(super) owners: BTreeMap<Address, Address>,
    /// Token and holder to base units.
    pub(super) money: BTreeMap<(Address, Address), u64>,
    pub(super) pol: BTreeMap<Address, u64>,
    pub(super) approved: BTreeSet<Address>,
    /// What the CLOB has cached, where that is not the truth.
    pub(super) cached: Option<u64>,
    pub(super) profile: bool,
    pub(super) closed_only: bool,
    pub(super) blocked: bool,
    /// Trading is paused at both exchanges.
    pub(super) exchange_paused: bool,
    /// The node takes one call at a time.
    pub(super) refuses_batches: bool,
    pub(super) signer_token: Option<&'static str>,
    pub(super) front: Option<Front>,
    derived: BTreeSet<String>,
}

/// A request as it came.
pub(super) struct Asked {
    pub(super) head: Parts,
    pub(super) body: Bytes,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.head.uri.query().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

pub(super) type Reply = (u16, &'static str, String);

pub(super) fn ok(body: &Value) -> Reply {
    (200, "application/json; charset=utf-8", format!("{body}\n"))
}

fn no(status: u16, body: &Value) -> Reply {
    (status, "application/json", body.to_string())
}

fn unauthorized() -> Reply {
    no(401, &json!({ "code": "unauthenticated", "error": "key or signature not accepted" }))
}

/// Of the market that the world has.
const CONDITION: B256 = B256::repeat_byte(0xc4);

/// How far a stamp may be off; the real limit is not published, and the sandbox's is another.
const WINDOW_S: i64 = 45;

impl World {
    pub(super) fn new(wallet: Address) -> Self {
        let signature_type = match wallet {
            EOA => 0,
            PROXY => 1,
            SAFE => 2,
            _ => 3,
        };
        Self {
            account: Account { wallet, signature_type },
            keys: vec![Key::new(EOA, 0), Key::new(STRANGER, 0)],
            builders: Vec::new(),
            chain_id: 137,
            clock_ahead: 0,
            code: [(wallet, code_of(wallet)), (STRANGERS_SAFE, code_of(STRANGERS_SAFE))].into(),
            owners: [(wallet, EOA), (STRANGERS_SAFE, STRANGER)].into(),
            money: [((PUSD, wallet), 12_340_000)].into(),
            pol: [(EOA, 7)].into(),
            approved: [wallet].into(),
            cached: None,
            profile: wallet != EOA,
            closed_only: false,
            blocked: false,
            exchange_paused: false,
            refuses_batches: false,
            signer_token: None,
            front: None,
            derived: BTreeSet::new(),
        }
    }

    pub(super) fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        i64::try_from(since).unwrap() + self.clock_ahead
    }

    pub(super) fn answer(&mut self, asked: &Asked) -> Reply {
        let (method, path) = (asked.head.method.as_str(), asked.head.uri.path());
        if let Some((_, status, kind, body)) = self.front.filter(|(prefix, ..)| path.starts_with(prefix)) {
            return (status, kind, body.to_owned());
        }
        match (method, path) {
            ("GET", "/time") => (200, "text/plain", format!("{}\n", self.now())),
            ("GET", "/version") => ok(&json!({ "build": "f00dcafe", "version": 2 })),
            ("GET", "/auth/derive-api-key") => self.derive(asked),
            ("POST", "/polygon") => self.node(&asked.body),
            ("GET", "/geo") => {
                ok(&json!({ "ip": "192.0.2.9", "region": "IDF", "country": "FR", "blocked": self.blocked, "v": 1 }))
            }
            ("GET", "/gamma/public-profile") if self.profile => ok(
                &json!({ "pseudonym": "Quiet-Harbour", "verifiedBadge": false, "proxyWallet": format!("{:#x}", self.account.wallet) }),
            ),
            ("GET", "/gamma/public-profile") => {
                no(404, &json!({ "type": "not found error", "error": "no such profile" }))
            }
            ("GET", "/gamma/markets/slug/harbour-reopens") => {
                ok(&json!({ "id": "9", "conditionId": format!("{CONDITION:#x}"), "volumeNum": 1.5 }))
            }
            ("GET", path) if path == format!("/markets/{CONDITION:#x}") => ok(&json!({
                "tokens": [
                    { "winner": false, "price": 0.25, "outcome": "Yes", "token_id": U256::from_be_bytes(CONDITION.0).to_string() },
                    { "token_id": "77", "outcome": "No" },
                ],
                "tags": null, "neg_risk": true, "accepting_orders": true, "archived": false, "closed": false,
                "active": true, "enable_order_book": true, "condition_id": format!("{CONDITION:x}"),
                "minimum_tick_size": "0.001", "minimum_order_size": 15, "question": "Does the harbour reopen?",
            })),
            ("GET", "/relayer/deployed") => ok(&json!({ "deployed": true, "checkedAt": self.now() })),
            ("GET", "/relayer/transactions") => self.relayer(asked),
            ("POST", "/signer/sign") => self.sign(asked),
            ("GET", "/builder/trades") => ok(&json!({ "data": [], "next_cursor": "LTE=", "count": 0, "limit": 100 })),
            _ => self.signed(asked),
        }
    }

    /// Everything that wants the five headers of an API key.
    fn signed(&self, asked: &Asked) -> Reply {
        let known = [
            "/auth/api-keys",
            "/auth/ban-status/closed-only",
            "/auth/builder-api-key",
            "/balance-allowance",
            "/data/trades",
            "/v1/user/session-signers",
        ];
        let path = asked.head.uri.path();
        if !known.contains(&path) {
            return (404, "text/plain; charset=utf-8", "404 page not found\n".to_owned());
        }
        let Some(owner) = self.user(asked) else { return unauthorized() };
        match path {
            "/auth/api-keys" => {
                let ids: Vec<&str> =
                    self.keys.iter().filter(|key| key.owner == owner).map(|key| key.id.as_str()).collect();
                ok(&json!({ "total": ids.len(), "apiKeys": ids }))
            }
            "/auth/ban-status/closed-only" => ok(&json!({ "reason": null, "closed_only": self.closed_only })),
            "/auth/builder-api-key" => {
                let row = |(key, revoked): &(Key, bool)| json!({ "createdAt": "2026-02-01T00:00:00Z", "revokedAt": revoked.then_some("2026-03-01T00:00:00Z"), "key": key.id });
                ok(&self.builders.iter().map(row).collect())
            }
            "/balance-allowance" => self.balance(asked, owner),
            "/data/trades" => ok(&json!({ "next_cursor": "LTE=", "data": [], "limit": 100, "count": 0 })),
            _ => no(404, &json!({ "error": "no wallet" })),
        }
    }

    fn hmac(key: &Key, asked: &Asked, prefix: &str, path: &str, now: i64) -> Option<()> {
        let header = |name: &str| asked.header(&format!("{prefix}{name}"));
        let stamp = header("TIMESTAMP")?;
        let seconds: i64 = stamp.parse().ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).ok()?;
        mac.update(format!("{stamp}{}{path}", asked.head.method).as_bytes());
        mac.update(&asked.body);
        let right = URL_SAFE.encode(mac.finalize().into_bytes()) == header("SIGNATURE")?;
        (right && key.passphrase == header("PASSPHRASE")? && (seconds - now).abs() <= WINDOW_S).then_some(())
    }

    fn user(&self, asked: &Asked) -> Option<Address> {
        let key = self.keys.iter().find(|key| Some(key.id.as_str()) == asked.header("POLY_API_KEY"))?;
        Self::hmac(key, asked, "POLY_", asked.head.uri.path(), self.now())?;
        let address: Address = asked.header("POLY_ADDRESS")?.parse().ok()?;
        let awake = !key.asleep || self.derived.contains(&key.id);
        (address == key.owner && awake && key.usable_from <= self.now()).then_some(address)
    }

    fn derive(&mut self, asked: &Asked) -> Reply {
        let Some((owner, nonce)) = self.wallet(asked) else {
            return no(401, &json!({ "error": "bad wallet signature" }));
        };
        match self.keys.iter().find(|key| key.owner == owner && U256::from(key.nonce) == nonce) {
            None => no(400, &json!({ "error": "nothing to derive" })),
            Some(key) => {
                self.derived.insert(key.id.clone());
                ok(&json!({ "passphrase": key.passphrase, "secret": key.secret(), "apiKey": key.id, "kind": "user" }))
            }
        }
    }

    /// EIP-712 by hand: domain, struct, digest, recovery.
    fn wallet(&self, asked: &Asked) -> Option<(Address, U256)> {
        let address: Address = asked.header("POLY_ADDRESS")?.parse().ok()?;
        let stamp = asked.header("POLY_TIMESTAMP")?;
        let nonce: U256 = asked.header("POLY_NONCE")?.parse().ok()?;
        let seconds: i64 = stamp.parse().ok()?;
        let words = |words: &[B256]| keccak256(words.iter().flat_map(|word| word.0).collect::<Vec<_>>());
        let domain = words(&[
            keccak256("EIP712Domain(string name,string version,uint256 chainId)"),
            keccak256("ClobAuthDomain"),
            keccak256("1"),
            U256::from(self.chain_id).into(),
        ]);
        let message = words(&[
            keccak256("ClobAuth(address address,string timestamp,uint256 nonce,string message)"),
            address.into_word(),
            keccak256(stamp),
            nonce.into(),
            keccak256("This message attests that I control the given wallet"),
        ]);
        let digest = keccak256([&[0x19, 0x01], domain.as_slice(), message.as_slice()].concat());
        let signature: Signature = asked.header("POLY_SIGNATURE")?.parse().ok()?;
        let signer = signature.recover_address_from_prehash(&digest).ok()?;
        (signer == address && (seconds - self.now()).abs() <= WINDOW_S).then_some((address, nonce))
    }

    fn balance(&self, asked: &Asked, owner: Address) -> Reply {
        if asked.parameter("asset_type").as_deref() != Some("COLLATERAL") {
            return no(400, &json!({ "error": "asset type?" }));
        }
        let deposit =
            [UUPS, BEACON].into_iter().find(|wallet| self.code.get(wallet).is_some_and(|code| !code.is_empty()));
        let wallet = match asked.parameter("signature_type").as_deref() {
            Some("1") => PROXY,
            Some("2") => SAFE,
            Some("3") => match deposit {
                Some(wallet) => wallet,
                None => return no(400, &json!({ "error": "owner is without deposit wallet" })),
            },
            _ => owner,
        };
        let truth = self.money.get(&(PUSD, wallet)).copied().unwrap_or_default();
        let seen = self.cached.filter(|_| wallet == self.account.wallet).unwrap_or(truth);
        ok(&json!({ "updated": self.now(), "allowances": {}, "balance": seen.to_string() }))
    }

    fn relayer(&self, asked: &Asked) -> Reply {
        let id = asked.header("POLY_BUILDER_API_KEY");
        let key = self.builders.iter().find(|(key, revoked)| !revoked && Some(key.id.as_str()) == id);
        let passes = key.and_then(|(key, _)| Self::hmac(key, asked, "POLY_BUILDER_", "/transactions", self.now()));
        if passes.is_some() { ok(&json!([])) } else { no(401, &json!({ "message": "who are you" })) }
    }

    fn sign(&self, asked: &Asked) -> Reply {
        if let Some(token) = self.signer_token
            && asked.header("authorization") != Some(token)
        {
            return no(401, &json!({ "error": "Invalid authorization token" }));
        }
        let (key, _) = &self.builders[0];
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let stamp = self.now();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        mac.update(format!("{stamp}{}{}{}", text("method"), text("path"), text("body")).as_bytes());
        ok(&json!({
            "POLY_BUILDER_TIMESTAMP": stamp.to_string(),
            "POLY_BUILDER_SIGNATURE": URL_SAFE.encode(mac.finalize().into_bytes()),
            "POLY_BUILDER_PASSPHRASE": key.passphrase,
            "POLY_BUILDER_API_KEY": key.id,
        }))
    }
}
