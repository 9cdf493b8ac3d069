//! The relayer, as an account with an API key of its own sees it. Only reads.

use alloy_primitives::Address;
use serde::Deserialize;
use url::Url;

use super::clob::get;
use super::http::{Answer, Http, Request};
use crate::auth::AuthHeaders;
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::endpoints;
use crate::facts::probe::Probe;
use crate::facts::{Failure, RelayerNonce, RelayerTransaction, RelayerTransactions};
use crate::secret::Secret;
use crate::text;

/// Transactions that are kept.
const KEPT: usize = 20;
/// More keys than anybody has.
const MOST_KEYS: usize = 1_000;

/// A relayer API key and the address beside it, as text: the relayer compares it so.
pub struct KeyHeaders<'a> {
    pub key: &'a Secret,
    pub address: String,
}

impl KeyHeaders<'_> {
    fn headers(&self) -> AuthHeaders {
        AuthHeaders::new(vec![
            ("RELAYER_API_KEY", self.key.expose().to_owned()),
            ("RELAYER_API_KEY_ADDRESS", self.address.clone()),
        ])
    }
}

/// `GET /relayer/api/keys`: whose the key is, as the relayer lists it.
///
/// # Errors
///
/// [`Failure::Refused`] with status 401 where the relayer does not accept the key with this address.
pub async fn owner_of_key(http: &Http, relayer: &Url, with: &KeyHeaders<'_>) -> Result<Address, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        api_key: String,
        address: Address,
    }
    let headers = with.headers();
    let request = get(Probe::RelayerKey, relayer, endpoints::RELAYER_KEYS, &[]).with(&headers);
    let answer = http.send(request).await?;
    let rows: Vec<Row> = answer.secret_json("not a list of relayer API keys")?;
    if rows.len() > MOST_KEYS {
        return Err(answer.garbled("a list with too many relayer API keys"));
    }
    let own = rows.into_iter().find(|row| Secret::new(row.api_key.as_str()) == *with.key);
    own.map(|row| row.address).ok_or_else(|| answer.garbled("the list does not contain the key that was sent"))
}

/// `GET /transactions` with a relayer API key.
///
/// # Errors
///
/// [`Failure`] for everything but a list of transactions.
pub async fn transactions(http: &Http, relayer: &Url, with: &KeyHeaders<'_>) -> Result<RelayerTransactions, Failure> {
    let headers = with.headers();
    let request = get(Probe::RelayerTransactions, relayer, endpoints::RELAYER_TRANSACTIONS, &[]).with(&headers);
    read_transactions(&http.send(request).await?, |_| true)
}

/// A row of the list; clients and service differ in the names of some fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    #[serde(rename = "transactionID", alias = "transaction_id", alias = "transactionId")]
    id: String,
    #[serde(default, alias = "transaction_hash")]
    transaction_hash: Option<String>,
    state: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default, alias = "error_msg")]
    error_msg: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default, alias = "created_at")]
    created_at: Option<String>,
    #[serde(default)]
    from: Option<Address>,
}

impl Row {
    pub(super) fn is_from(&self, signer: Address) -> bool {
        self.from == Some(signer)
    }

    fn created_ms(&self) -> Option<i64> {
        let at: jiff::Timestamp = self.created_at.as_deref()?.parse().ok()?;
        Some(at.as_millisecond())
    }
}

/// The transactions of an answer that are wanted, the newest first.
pub(super) fn read_transactions(
    answer: &Answer,
    is_wanted: impl Fn(&Row) -> bool,
) -> Result<RelayerTransactions, Failure> {
    let rows: Vec<Row> = answer.json()?;
    let listed = rows.len();
    let mut wanted: Vec<Row> = rows.into_iter().filter(is_wanted).collect();
    // where a row has no time, the order of the list stays
    wanted.sort_by_key(|row| std::cmp::Reverse(row.created_ms()));
    let clean = |text: &str, longest| text::quoted(text, longest);
    let newest = wanted.iter().take(KEPT).map(|row| RelayerTransaction {
        id: clean(&row.id, 64),
        hash: row.transaction_hash.as_deref().filter(|hash| !hash.is_empty()).map(|hash| clean(hash, 66)),
        state: clean(&row.state, 40),
        kind: clean(row.kind.as_deref().unwrap_or_default(), 20),
        error: row.error_msg.as_deref().filter(|error| !error.is_empty()).map(|error| clean(error, 200)),
        nonce: row.nonce.as_deref().filter(|nonce| !nonce.is_empty()).map(|nonce| clean(nonce, 20)),
        created_ms: row.created_ms(),
    });
    Ok(RelayerTransactions { listed, newest: newest.collect() })
}

/// The next nonce of the signer's wallet of this kind.
///
/// # Errors
///
/// [`Failure`] for everything but a number.
pub async fn nonce(http: &Http, relayer: &Url, signer: Address, kind: WalletKind) -> Result<RelayerNonce, Failure> {
    #[derive(Deserialize)]
    struct Body {
        nonce: String,
    }
    let signer = signer.to_string();
    let of_kind = |kind| get(Probe::RelayerNonce, relayer, "/nonce", &[("address", signer.as_str()), ("type", kind)]);
    let request = match kind.signature_type() {
        SignatureType::PolyProxy => of_kind("PROXY"),
        SignatureType::PolyGnosisSafe | SignatureType::Eoa => of_kind("SAFE"),
        SignatureType::Poly1271 => {
            get(Probe::RelayerNonce, relayer, "/v1/account/transactions/params", &[("address", signer.as_str())])
        }
    };
    let answer = http.send(Request { ..request }).await?;
    let body: Body = answer.object()?;
    let nonce = body.nonce.parse().map_err(|_| answer.garbled("the nonce is not a whole number"))?;
    Ok(RelayerNonce { nonce })
}
