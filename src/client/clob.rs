//! The CLOB's REST interface: paths, and what its answers mean.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use alloy_primitives::{Address, U256};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::http::{Answer, Http, Request};
use crate::auth::l2::{ApiCredentials, SecretKey};
use crate::facts::probe::Probe;
use crate::facts::{BalanceAllowance, BuilderFees, BuilderKey, Failure, SessionSigners};
use crate::secret::Secret;

/// The cursor that ends every listing: base64 of -1. No server takes it back.
const END_CURSOR: &str = "LTE=";
/// Unix seconds that a server's clock can say: the years 2020 to 2099.
const TIMES: std::ops::Range<i64> = 1_577_836_800..4_102_444_800;
/// Rows that are taken of one page; the service gives 300.
const MOST_ROWS: usize = 2_000;
/// Bytes of one row; a trade can name hundreds of orders.
const LARGEST_ROW: usize = 256 * 1024;
/// Characters of the id of a key, which is a UUID.
const LONGEST_ID: usize = 100;

/// `base` with `path` behind whatever path it has, and a query.
pub(crate) fn join(base: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// The same as the log shows it: the base may hold an access key.
fn shown(base: &Url, path: &str, query: &[(&str, &str)]) -> String {
    let query = join(base, path, query).query().map_or_else(String::new, |query| format!("?{query}"));
    format!("{}{path}{query}", crate::settings::shown_url(base))
}

/// A read of `path` behind `base`.
pub(super) fn get(probe: impl Into<Option<Probe>>, base: &Url, path: &str, query: &[(&str, &str)]) -> Request<'static> {
    Request { shown: Some(shown(base, path, query)), ..Request::get(probe, join(base, path, query)) }
}

/// The CLOB at one base URL.
pub struct Clob<'a> {
    pub http: &'a Http,
    pub base: &'a Url,
}

impl Clob<'_> {
    /// Whole Unix seconds, as a bare number (or as the object that the Python client tolerates). What is
    /// no time of this century's clocks is none.
    pub fn read_time(answer: &Answer) -> Result<i64, Failure> {
        let body: Value = answer.json()?;
        let number = body.as_i64().or_else(|| body.get("time")?.as_i64()).or_else(|| body.get("timestamp")?.as_i64());
        let number = number.ok_or_else(|| answer.garbled("not a number of seconds"))?;
        Some(number).filter(|seconds| TIMES.contains(seconds)).ok_or_else(|| answer.garbled("not a plausible time"))
    }

    /// `{"version": 2}`.
    pub fn read_version(answer: &Answer) -> Result<u64, Failure> {
        #[derive(Deserialize)]
        struct Body {
            version: u64,
        }
        Ok(answer.object::<Body>()?.version)
    }

    /// `{"apiKey", "secret", "passphrase"}`; of builders `key` instead of `apiKey`.
    pub fn read_credentials(answer: &Answer) -> Result<ApiCredentials, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            #[serde(alias = "key")]
            api_key: String,
            secret: String,
            passphrase: String,
        }
        // an error must not quote the body: it holds the secret
        let wanted = "not an object with apiKey, secret and passphrase";
        let body: Body =
            if answer.is_object() { answer.secret_json(wanted)? } else { return Err(answer.garbled(wanted)) };
        let credentials = ApiCredentials {
            key: body.api_key,
            secret: Secret::new(body.secret),
            passphrase: Secret::new(body.passphrase),
        };
        if !is_id(&credentials.key) || answer.repeats_secret(&credentials.key) {
            return Err(answer.garbled("its apiKey is not a key ID"));
        }
        if credentials.passphrase.is_empty() || credentials.secret.is_empty() {
            return Err(answer.garbled("credentials without a secret or a passphrase"));
        }
        match SecretKey::decode(&credentials.secret) {
            Ok(_) => Ok(credentials),
            Err(_) => Err(answer.garbled("its secret is not base64, so nothing can be signed with it")),
        }
    }

    /// `{"apiKeys": [...]}`: texts on the wire, objects in the TypeScript client's type.
    pub fn read_api_keys(answer: &Answer) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            api_keys: Vec<Value>,
        }
        let text = |key: &Value| {
            let id = key.as_str().or_else(|| key.get("apiKey")?.as_str()).filter(|id| is_id(id));
            id.map(str::to_owned).ok_or_else(|| answer.garbled("a row of its apiKeys is not a key ID"))
        };
        answer.object::<Body>()?.api_keys.iter().map(text).collect()
    }

    /// The same, with the key that asked among them: a list without it is of somebody else, or of no CLOB,
    /// and no proof of anything.
    pub fn read_own_api_keys(answer: &Answer, own: &str) -> Result<Vec<String>, Failure> {
        let keys = Self::read_api_keys(answer)?;
        if keys.iter().any(|key| key == own) {
            Ok(keys)
        } else {
            Err(answer.garbled("its list of API keys does not contain the requesting key"))
        }
    }

    /// `{"apiKey"}`. The key is all that reading takes, so an error must not quote it.
    pub fn read_readonly_key(answer: &Answer) -> Result<String, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            api_key: String,
        }
        let key = answer.secret_json::<Body>("not an object with apiKey")?.api_key;
        Some(key).filter(|key| is_id(key)).ok_or_else(|| answer.garbled("its apiKey is not a key"))
    }

    /// `{"readonlyApiKeys": [...]}`, as the Rust client has it, or the bare array of the TypeScript
    /// clients.
    pub fn read_readonly_keys(answer: &Answer) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Body {
            Bare(Vec<String>),
            #[serde(rename_all = "camelCase")]
            Named {
                readonly_api_keys: Vec<String>,
            },
        }
        let (Body::Bare(keys) | Body::Named { readonly_api_keys: keys }) = answer.secret_json("not a list of keys")?;
        if keys.iter().all(|key| is_id(key)) { Ok(keys) } else { Err(answer.garbled("a row of its list is not a key")) }
    }

    /// `{"closed_only": false}`.
    pub fn read_closed_only(answer: &Answer) -> Result<bool, Failure> {
        #[derive(Deserialize)]
        struct Body {
            closed_only: bool,
        }
        Ok(answer.object::<Body>()?.closed_only)
    }

    /// `{"balance": "0", "allowances": {"0x…": "0"}}` in base units.
    pub fn read_balance(answer: &Answer) -> Result<BalanceAllowance, Failure> {
        #[derive(Deserialize)]
        struct Body {
            #[serde(deserialize_with = "amount")]
            balance: U256,
            #[serde(default)]
            allowances: BTreeMap<Address, Amount>,
        }
        let body: Body = answer.object()?;
        let allowances = body.allowances.into_iter().map(|(spender, amount)| (spender, amount.0)).collect();
        Ok(BalanceAllowance { balance: body.balance, allowances })
    }

    /// `{"wallet": "0x…", "signers": [{"address", …}]}`.
    pub fn read_session_signers(answer: &Answer) -> Result<SessionSigners, Failure> {
        #[derive(Deserialize)]
        struct Body {
            wallet: Option<Address>,
            signers: Vec<SignerRow>,
        }
        #[derive(Deserialize)]
        struct SignerRow {
            address: Address,
        }
        let body: Body = answer.object()?;
        Ok(SessionSigners { wallet: body.wallet, signers: body.signers.iter().map(|row| row.address).collect() })
    }

    /// An array of `{"key", "createdAt", "revokedAt"?}`, or of plain texts. Times are ISO 8601 or Unix
    /// milliseconds.
    pub fn read_builder_keys(answer: &Answer) -> Result<Vec<BuilderKey>, Failure> {
        let rows: Vec<Value> = answer.json()?;
        let key = |row: &Value| {
            let key = row.as_str().or_else(|| row.get("key")?.as_str()).filter(|key| is_id(key));
            let key = key.ok_or_else(|| answer.garbled("a row of its list is not a builder key"))?.to_owned();
            let revoked = row.get("revokedAt").filter(|at| !at.is_null() && *at != "");
            Ok(BuilderKey {
                key,
                revoked: revoked.is_some(),
                created_ms: row.get("createdAt").and_then(unix_ms),
                revoked_ms: revoked.and_then(unix_ms),
            })
        };
        rows.iter().map(key).collect()
    }

    /// A page `{"limit", "count", "next_cursor", "data": [...]}` of a listing: its rows, and the cursor of
    /// the next page, if there is one. The rows are still text: hundreds of them as values would take
    /// far more memory than what is made of them.
    pub fn read_page(answer: &Answer) -> Result<(Vec<&RawValue>, Option<String>), Failure> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default)]
            next_cursor: String,
            #[serde(borrow, deserialize_with = "rows")]
            data: Vec<&'a RawValue>,
        }
        let page: Page<'_> = answer.object()?;
        if !page.data.iter().all(|row| is_trade(row)) {
            return Err(answer.garbled("a row of its page is not a trade"));
        }
        let next = Some(page.next_cursor).filter(|cursor| !cursor.is_empty() && cursor != END_CURSOR);
        Ok((page.data, next))
    }

    /// `{"builder_maker_fee_rate_bps", "builder_taker_fee_rate_bps"}`.
    pub fn read_builder_fees(answer: &Answer) -> Result<BuilderFees, Failure> {
        #[derive(Deserialize)]
        struct Body {
            builder_maker_fee_rate_bps: u32,
            builder_taker_fee_rate_bps: u32,
        }
        let body: Body = answer.object()?;
        Ok(BuilderFees { maker_bps: body.builder_maker_fee_rate_bps, taker_bps: body.builder_taker_fee_rate_bps })
    }
}

/// Whether a row names a trade.
fn is_trade(row: &RawValue) -> bool {
    serde_json::from_str::<Name<'_>>(row.get()).is_ok_and(|name| name.get().is_some())
}

/// By what a row of a page is known again.
pub(super) fn row_name(row: &RawValue) -> String {
    let name = serde_json::from_str::<Name<'_>>(row.get());
    name.ok().and_then(|name| name.get().map(str::to_owned)).unwrap_or_else(|| row.get().to_owned())
}

/// What trades are named by, in either listing.
#[derive(Deserialize)]
struct Name<'a> {
    #[serde(borrow, default, alias = "trade_id")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "transactionHash")]
    transaction_hash: Option<Cow<'a, str>>,
}

impl Name<'_> {
    fn get(&self) -> Option<&str> {
        self.id.as_deref().or(self.transaction_hash.as_deref()).filter(|name| !name.is_empty())
    }
}

/// A row of a page.
pub fn row(text: &RawValue) -> Value {
    // it was taken for JSON before
    serde_json::from_str(text.get()).unwrap_or_default()
}

/// Whether a text can be the id of a key: printable, and no longer than those are.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The rows of a page, one after another: what is too much ends it before it takes memory.
fn rows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'de RawValue>, D::Error> {
    struct Rows;
    impl<'de> Visitor<'de> for Rows {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of rows")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
            let mut rows: Vec<&'de RawValue> = Vec::new();
            while let Some(row) = sequence.next_element::<&'de RawValue>()? {
                if rows.len() == MOST_ROWS {
                    return Err(A::Error::custom(format!("more than {MOST_ROWS} rows in a page")));
                }
                if row.get().len() > LARGEST_ROW {
                    return Err(A::Error::custom(format!("a row of more than {} KiB", LARGEST_ROW / 1024)));
                }
                rows.push(row);
            }
            Ok(rows)
        }
    }
    deserializer.deserialize_seq(Rows)
}

/// Unix milliseconds of a time as text or number.
fn unix_ms(time: &Value) -> Option<i64> {
    let parsed = || time.as_str()?.parse::<jiff::Timestamp>().ok();
    time.as_i64().or_else(|| parsed().map(jiff::Timestamp::as_millisecond))
}

/// A whole number as decimal text or as a JSON number.
struct Amount(U256);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        amount(deserializer).map(Self)
    }
}

/// A whole number as decimal text or as a JSON number.
pub(super) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // an empty text would count as zero
    let digits = Some(text).filter(|text| !text.is_empty());
    let parsed = digits.and_then(|text| U256::from_str_radix(&text, 10).ok());
    parsed.ok_or_else(|| serde::de::Error::custom("expected a whole number of base units"))
}
