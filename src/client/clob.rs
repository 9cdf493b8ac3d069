//! The CLOB's REST interface: paths, and what its answers mean.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::http::{Answer, Http, Request, Sign};
use crate::auth::l2::ApiCredentials;
use crate::auth::wallet::SignatureType;
use crate::facts::probe::Probe;
use crate::facts::{BalanceAllowance, BuilderFees, BuilderKey, Failure, SessionSigners};
use crate::secret::Secret;

/// The cursor that ends every listing: base64 of -1. No server takes it back.
const END_CURSOR: &str = "LTE=";

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

/// The CLOB at one base URL.
pub struct Clob<'a> {
    pub http: &'a Http,
    pub base: &'a Url,
}

impl Clob<'_> {
    /// A read; the query is never part of what is signed.
    pub async fn get(
        &self,
        probe: Probe,
        path: &str,
        query: &[(&str, &str)],
        sign: Option<Sign<'_>>,
    ) -> Result<Answer, Failure> {
        let request = Request { sign, ..Request::get(probe, join(self.base, path, query)) };
        self.http.send(request).await
    }

    /// Whole Unix seconds, as a bare number (or as the object that the Python client tolerates).
    pub fn read_time(answer: &Answer) -> Result<i64, Failure> {
        let body: Value = answer.json()?;
        let number = body.as_i64().or_else(|| body.get("time")?.as_i64()).or_else(|| body.get("timestamp")?.as_i64());
        number.ok_or_else(|| Failure::Garbled { status: answer.status, reason: "no number of seconds".to_owned() })
    }

    /// `{"version": 2}`.
    pub fn read_version(answer: &Answer) -> Result<u64, Failure> {
        #[derive(Deserialize)]
        struct Body {
            version: u64,
        }
        Ok(answer.json::<Body>()?.version)
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
        let body: Body = serde_json::from_str(&answer.text).map_err(|_| Failure::Garbled {
            status: answer.status,
            reason: "no object with apiKey, secret and passphrase".to_owned(),
        })?;
        Ok(ApiCredentials {
            key: body.api_key,
            secret: Secret::new(body.secret),
            passphrase: Secret::new(body.passphrase),
        })
    }

    /// `{"apiKeys": [...]}`: texts on the wire, objects in the TypeScript client's type.
    pub fn read_api_keys(answer: &Answer) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            #[serde(default)]
            api_keys: Vec<Value>,
        }
        let text = |key: &Value| key.as_str().or_else(|| key.get("apiKey")?.as_str()).map(str::to_owned);
        Ok(answer.json::<Body>()?.api_keys.iter().filter_map(text).collect())
    }

    /// `{"apiKey"}`. The key is all that reading takes, so an error must not quote it.
    pub fn read_readonly_key(answer: &Answer) -> Result<String, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            api_key: String,
        }
        let body: Result<Body, _> = serde_json::from_str(&answer.text);
        body.map(|body| body.api_key).map_err(|_| garbled(answer, "no object with apiKey"))
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
        match serde_json::from_str(&answer.text) {
            Ok(Body::Bare(keys) | Body::Named { readonly_api_keys: keys }) => Ok(keys),
            Err(_) => Err(garbled(answer, "no list of keys")),
        }
    }

    /// `{"closed_only": false}`.
    pub fn read_closed_only(answer: &Answer) -> Result<bool, Failure> {
        #[derive(Deserialize)]
        struct Body {
            closed_only: bool,
        }
        Ok(answer.json::<Body>()?.closed_only)
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
        let body: Body = answer.json()?;
        let allowances = body.allowances.into_iter().map(|(spender, amount)| (spender, amount.0)).collect();
        Ok(BalanceAllowance { balance: body.balance, allowances })
    }

    /// `{"wallet": "0x…", "signers": [{"address", …}]}`.
    pub fn read_session_signers(answer: &Answer) -> Result<SessionSigners, Failure> {
        #[derive(Deserialize)]
        struct Body {
            wallet: Option<Address>,
            #[serde(default)]
            signers: Vec<SignerRow>,
        }
        #[derive(Deserialize)]
        struct SignerRow {
            address: Address,
        }
        let body: Body = answer.json()?;
        Ok(SessionSigners { wallet: body.wallet, signers: body.signers.iter().map(|row| row.address).collect() })
    }

    /// An array of `{"key", "createdAt", "revokedAt"?}`, or of plain texts. Times are ISO 8601 or Unix
    /// milliseconds.
    pub fn read_builder_keys(answer: &Answer) -> Result<Vec<BuilderKey>, Failure> {
        let rows: Vec<Value> = answer.json()?;
        let key = |row: &Value| {
            let key = row.as_str().or_else(|| row.get("key")?.as_str())?.to_owned();
            let revoked = row.get("revokedAt").filter(|at| !at.is_null() && *at != "");
            Some(BuilderKey {
                key,
                revoked: revoked.is_some(),
                created_ms: row.get("createdAt").and_then(unix_ms),
                revoked_ms: revoked.and_then(unix_ms),
            })
        };
        Ok(rows.iter().filter_map(key).collect())
    }

    /// A page `{"limit", "count", "next_cursor", "data": [...]}` of a listing: its rows, and the cursor of
    /// the next page, if there is one. The rows are still text: hundreds of them as values would take
    /// far more memory than what is made of them.
    pub fn read_page(answer: &Answer) -> Result<(Vec<&RawValue>, Option<String>), Failure> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default)]
            next_cursor: String,
            #[serde(borrow)]
            data: Vec<&'a RawValue>,
        }
        let page: Page<'_> = answer.json()?;
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
        let body: Body = answer.json()?;
        Ok(BuilderFees { maker_bps: body.builder_maker_fee_rate_bps, taker_bps: body.builder_taker_fee_rate_bps })
    }

    /// The query of a collateral balance.
    pub fn collateral_query(kind: SignatureType) -> [(&'static str, String); 2] {
        [("asset_type", "COLLATERAL".to_owned()), ("signature_type", u8::from(kind).to_string())]
    }
}

/// A row of a page.
pub fn row(text: &RawValue) -> Value {
    // it was taken for JSON before
    serde_json::from_str(text.get()).unwrap_or_default()
}

fn garbled(answer: &Answer, reason: &str) -> Failure {
    Failure::Garbled { status: answer.status, reason: reason.to_owned() }
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

fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // an empty text would count as zero
    let digits = Some(text).filter(|text| !text.is_empty());
    let parsed = digits.and_then(|text| U256::from_str_radix(&text, 10).ok());
    parsed.ok_or_else(|| serde::de::Error::custom("expected a whole number of base units"))
}
