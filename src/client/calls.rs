//! The calls of the CLOB: what each asks, who signs it, and what its answer means. Probes, commands and
//! the tasks of the dashboard send the same ones; only their clocks and their logs differ.

use std::borrow::Cow;

use alloy_primitives::{Address, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use reqwest::Method;
use serde_json::json;

use super::clob::{self, Clob};
use super::http::{Answer, LARGEST_OF_KEYS, LARGEST_PAGE, Request};
use super::markets;
use crate::auth::l2::{ApiCredentials, NotBase64, SecretKey};
use crate::auth::wallet::SignatureType;
use crate::auth::{AuthHeaders, builder, l1, l2};
use crate::endpoints;
use crate::facts::probe::Probe;
use crate::facts::{BalanceAllowance, BuilderFees, BuilderKey, Failure, Market, SessionSigners};

/// Signing with the private key.
#[derive(Clone, Copy)]
pub struct Wallet<'a> {
    pub key: &'a PrivateKeySigner,
    pub chain_id: u64,
    /// Nonce of the API credentials to use.
    pub nonce: U256,
}

/// Signing with API credentials, for this address: the signer's, unless something is to be found out.
#[derive(Clone, Copy)]
pub struct User<'a> {
    pub address: Address,
    pub credentials: &'a ApiCredentials,
}

/// Who signs a call.
#[derive(Clone, Copy)]
enum Signed<'a> {
    Nobody,
    /// L1.
    Wallet(Wallet<'a>),
    /// L2.
    User(User<'a>),
    Builder(&'a ApiCredentials),
}

type Reader<'a, T> = Box<dyn Fn(&Answer) -> Result<T, Failure> + Send + Sync + 'a>;

/// What is asked of the CLOB, and what is read of its answer.
pub struct Call<'a, T> {
    method: Method,
    path: Cow<'a, str>,
    /// Never part of what is signed.
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    signed: Signed<'a>,
    /// Bytes of the answer that are read at most.
    largest: usize,
    /// What no answer may bring to a screen, beside what signs.
    hidden: Option<&'a str>,
    read: Reader<'a, T>,
    /// What of the value is secret from then on.
    secrets: for<'t> fn(&'t T) -> Vec<&'t str>,
}

impl<'a, T> Call<'a, T> {
    fn new(
        method: Method,
        path: impl Into<Cow<'a, str>>,
        signed: Signed<'a>,
        read: impl Fn(&Answer) -> Result<T, Failure> + Send + Sync + 'a,
    ) -> Self {
        let (path, read) = (path.into(), Box::new(read));
        let (query, largest) = (Vec::new(), LARGEST_OF_KEYS);
        Self { method, path, query, body: None, signed, largest, hidden: None, read, secrets: |_| Vec::new() }
    }

    fn asking<const N: usize>(self, query: [(&'static str, String); N]) -> Self {
        Self { query: query.into(), ..self }
    }

    /// Why what would sign it cannot.
    pub(super) fn unsignable(&self) -> Option<String> {
        let not_base64 = |credentials: &ApiCredentials| SecretKey::decode(&credentials.secret).err();
        match self.signed {
            Signed::Nobody | Signed::Wallet(_) => None,
            Signed::User(user) => not_base64(user.credentials).map(|error| error.to_string()),
            Signed::Builder(with) => not_base64(with).map(|error| format!("builder credentials: {error}")),
        }
    }

    /// None where nobody signs. `timestamp` is in Unix seconds.
    fn headers(&self, timestamp: i64) -> Result<AuthHeaders, Failure> {
        let (method, path, body) = (self.method.as_str(), self.path.as_ref(), self.body.as_deref());
        let not_sent = |reason: String| Failure::NotSent { reason };
        let by_secret = |headers: Result<AuthHeaders, NotBase64>| headers.map_err(|error| not_sent(error.to_string()));
        match self.signed {
            Signed::Nobody => Ok(AuthHeaders::new(Vec::new())),
            Signed::Wallet(Wallet { key, chain_id, nonce }) => {
                l1::headers(key, chain_id, timestamp, nonce).map_err(|error| not_sent(error.to_string()))
            }
            Signed::User(User { address, credentials }) => {
                by_secret(l2::headers(address, credentials, timestamp, method, path, body))
            }
            Signed::Builder(credentials) => by_secret(builder::headers(credentials, timestamp, method, path, body)),
        }
    }
}

impl Clob<'_> {
    /// Sends a call, signed and stamped at the moment when it is sent. `stamp` gives Unix seconds; the probe
    /// is the one that it is logged for.
    ///
    /// # Errors
    ///
    /// [`Failure`] for every answer but 200 to 299, and for one that is not read as what was asked.
    pub async fn ask<T>(
        &self,
        probe: Option<Probe>,
        call: &Call<'_, T>,
        stamp: impl Fn() -> i64 + Send + Sync,
    ) -> Result<(Answer, T), Failure> {
        if let Some(hidden) = call.hidden {
            self.http.hide([hidden]);
        }
        let query: Vec<(&str, &str)> = call.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sign = || call.headers(stamp());
        let request = Request {
            // a change is never sent twice
            is_read: call.method == Method::GET,
            method: call.method.clone(),
            body: call.body.clone(),
            sign: Some(&sign),
            largest: call.largest,
            ..clob::get(probe, self.base, &call.path, &query)
        };
        let answer = self.http.send(request).await?;
        let value = (call.read)(&answer)?;
        // no later answer brings these to a screen
        for secret in (call.secrets)(&value) {
            self.http.hide([secret]);
        }
        Ok((answer, value))
    }
}

fn secrets_of(credentials: &ApiCredentials) -> Vec<&str> {
    vec![credentials.secret.expose(), credentials.passphrase.expose()]
}

/// Credentials, whose secrets are hidden from then on.
fn giving<'a>(method: Method, path: &'static str, signed: Signed<'a>) -> Call<'a, ApiCredentials> {
    Call { secrets: secrets_of, ..Call::new(method, path, signed, Clob::read_credentials) }
}

/// The server's clock, in whole Unix seconds.
pub fn time() -> Call<'static, i64> {
    Call::new(Method::GET, endpoints::TIME, Signed::Nobody, Clob::read_time)
}

/// The time where a guide looks for it, and no client; `None` where it is none.
pub fn guide_time() -> Call<'static, Option<i64>> {
    Call::new(Method::GET, endpoints::GUIDE_TIME, Signed::Nobody, |answer| Ok(Clob::read_time(answer).ok()))
}

pub fn version() -> Call<'static, u64> {
    Call::new(Method::GET, endpoints::VERSION, Signed::Nobody, Clob::read_version)
}

/// The credentials of a nonce, by a read.
pub fn derive(by: Wallet<'_>) -> Call<'_, ApiCredentials> {
    giving(Method::GET, endpoints::DERIVE, Signed::Wallet(by))
}

pub fn create_api_key(by: Wallet<'_>) -> Call<'_, ApiCredentials> {
    giving(Method::POST, endpoints::API_KEY, Signed::Wallet(by))
}

/// The ids of all API keys of the signer.
pub fn api_keys(by: User<'_>) -> Call<'_, Vec<String>> {
    let own = &by.credentials.key;
    Call::new(Method::GET, endpoints::API_KEYS, Signed::User(by), |answer| Clob::read_own_api_keys(answer, own))
}

/// Deletes the key that signs.
pub fn delete_api_key(by: User<'_>) -> Call<'_, ()> {
    Call::new(Method::DELETE, endpoints::API_KEY, Signed::User(by), done)
}

pub fn create_readonly_key(by: User<'_>) -> Call<'_, String> {
    Call::new(Method::POST, endpoints::READONLY_KEY, Signed::User(by), Clob::read_readonly_key)
}

pub fn readonly_keys(by: User<'_>) -> Call<'_, Vec<String>> {
    Call::new(Method::GET, endpoints::READONLY_KEYS, Signed::User(by), Clob::read_readonly_keys)
}

/// Whether there was such a key.
pub fn delete_readonly_key<'a>(by: User<'a>, key: &'a str) -> Call<'a, bool> {
    let body = Some(json!({ "key": key }).to_string());
    // typed as a boolean by one client and not at all by the others
    let call = Call::new(Method::DELETE, endpoints::READONLY_KEY, Signed::User(by), done_or_boolean);
    Call { body, hidden: Some(key), ..call }
}

/// Whether a read-only key opens what this address owns. Signed by nobody.
pub fn validate_readonly_key(address: Address, key: &str) -> Call<'_, bool> {
    let call = Call::new(Method::GET, endpoints::VALIDATE_READONLY_KEY, Signed::Nobody, done_or_boolean);
    let call = call.asking([("address", address.to_string()), ("key", key.to_owned())]);
    Call { hidden: Some(key), ..call }
}

/// A new builder key. Its secret is given this once.
pub fn create_builder_key(by: User<'_>) -> Call<'_, ApiCredentials> {
    giving(Method::POST, endpoints::BUILDER_KEYS, Signed::User(by))
}

pub fn builder_keys(by: User<'_>) -> Call<'_, Vec<BuilderKey>> {
    Call::new(Method::GET, endpoints::BUILDER_KEYS, Signed::User(by), Clob::read_builder_keys)
}

/// Revokes a builder key that the service chooses.
pub fn revoke_builder_key_as_user(by: User<'_>) -> Call<'_, ()> {
    Call::new(Method::DELETE, endpoints::BUILDER_KEYS, Signed::User(by), done)
}

/// Revokes the builder key that signs.
pub fn revoke_builder_key(by: &ApiCredentials) -> Call<'_, ()> {
    Call::new(Method::DELETE, endpoints::BUILDER_KEYS, Signed::Builder(by), done)
}

pub fn closed_only(by: User<'_>) -> Call<'_, bool> {
    Call::new(Method::GET, endpoints::CLOSED_ONLY, Signed::User(by), Clob::read_closed_only)
}

pub fn session_signers(by: User<'_>) -> Call<'_, SessionSigners> {
    Call::new(Method::GET, endpoints::SESSION_SIGNERS, Signed::User(by), Clob::read_session_signers)
}

/// Of the collateral, under a signature type.
pub fn balance(by: User<'_>, kind: SignatureType) -> Call<'_, BalanceAllowance> {
    let call = Call::new(Method::GET, endpoints::BALANCE_ALLOWANCE, Signed::User(by), Clob::read_balance);
    call.asking(collateral(kind))
}

/// Has the CLOB read balance and allowances of the collateral from the chain again.
pub fn update_balance(by: User<'_>, kind: SignatureType) -> Call<'_, ()> {
    Call::new(Method::GET, endpoints::UPDATE_BALANCE, Signed::User(by), |_| Ok(())).asking(collateral(kind))
}

fn collateral(kind: SignatureType) -> [(&'static str, String); 2] {
    [("asset_type", "COLLATERAL".to_owned()), ("signature_type", u8::from(kind).to_string())]
}

pub fn builder_fees(code: &str) -> Call<'static, BuilderFees> {
    let path = format!("{}{code}", endpoints::BUILDER_FEES);
    Call::new(Method::GET, path, Signed::Nobody, Clob::read_builder_fees)
}

/// The rules of a market, by its condition id. Signed by nobody.
pub fn market(condition: B256) -> Call<'static, Market> {
    let path = format!("{}{condition}", endpoints::MARKET);
    Call::new(Method::GET, path, Signed::Nobody, move |answer| markets::read(answer, condition))
}

/// The condition id of the market that a token belongs to. Signed by nobody.
pub fn market_of_token(token: U256) -> Call<'static, B256> {
    let path = format!("{}{token}", endpoints::MARKET_OF_TOKEN);
    Call::new(Method::GET, path, Signed::Nobody, markets::read_condition)
}

/// Which trades are listed, and what they are asked for with.
#[derive(Clone, Copy)]
pub enum Trades<'a> {
    /// Of an account.
    Own(User<'a>),
    /// Of a builder by its code, which is part of the query: since protocol version 2.
    ByCode,
    /// Of a builder by its credentials: protocol version 1.
    ByKey(&'a ApiCredentials),
}

/// A page of a listing; [`Clob::read_page`] reads it, since rows are parts of the answer.
pub fn page<'a>(of: Trades<'a>, query: Vec<(&'static str, String)>) -> Call<'a, ()> {
    let (path, signed) = match of {
        Trades::Own(user) => (endpoints::TRADES, Signed::User(user)),
        Trades::ByCode => (endpoints::BUILDER_TRADES, Signed::Nobody),
        Trades::ByKey(credentials) => (endpoints::BUILDER_TRADES, Signed::Builder(credentials)),
    };
    Call { query, largest: LARGEST_PAGE, ..Call::new(Method::GET, path, signed, |_| Ok(())) }
}

/// Whether an answer says that a change was made: `"OK"`. Anything else is the answer of somebody else, or
/// of none.
fn done(answer: &Answer) -> Result<(), Failure> {
    match answer.text().trim() {
        "\"OK\"" | "OK" => Ok(()),
        _ => Err(answer.garbled("not OK, nor any other known response")),
    }
}

fn done_or_boolean(answer: &Answer) -> Result<bool, Failure> {
    match answer.text().trim() {
        "false" => Ok(false),
        "true" => Ok(true),
        _ => done(answer).map(|()| true),
    }
}
