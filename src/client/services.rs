//! The services beside the CLOB: Gamma, geoblock, relayer.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::clob::get;
use super::http::{Http, Request, Sign};
use crate::endpoints;
use crate::facts::probe::Probe;
use crate::facts::{Failure, Geoblock, PublicProfile, RelayerTransactions};
use crate::settings::shown_url;
use crate::text;

/// `GET /public-profile?address=`: the wallet that Polymarket shows for a signer.
pub async fn public_profile(http: &Http, gamma: &Url, address: Address) -> Result<PublicProfile, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        // null is an answer, nothing is none
        #[serde(deserialize_with = "Option::deserialize")]
        proxy_wallet: Option<Address>,
    }
    let request = get(Probe::Profile, gamma, "/public-profile", &[("address", &address.to_string())]);
    match http.send(request).await {
        Ok(answer) => Ok(PublicProfile { proxy_wallet: answer.object::<Body>()?.proxy_wallet }),
        Err(Failure::Refused { status: 404, .. }) => Ok(PublicProfile { proxy_wallet: None }),
        Err(failure) => Err(failure),
    }
}

/// The geoblock endpoint at its full address.
pub async fn geoblock(http: &Http, url: &Url) -> Result<Geoblock, Failure> {
    #[derive(Deserialize)]
    struct Body {
        blocked: bool,
        #[serde(default)]
        country: String,
        #[serde(default)]
        region: String,
    }
    let body: Body = http
        .send(Request { shown: Some(shown_url(url)), ..Request::get(Probe::Geoblock, url.clone()) })
        .await?
        .object()?;
    Ok(Geoblock {
        blocked: body.blocked,
        country: text::quoted(&body.country, 40),
        region: text::quoted(&body.region, 40),
    })
}

/// `GET /deployed?address=&type=`: whether the relayer knows a wallet as deployed. The type `WALLET` stands for
/// every kind; of deposit wallets the others say no.
pub async fn deployed(http: &Http, relayer: &Url, wallet: Address) -> Result<bool, Failure> {
    #[derive(Deserialize)]
    struct Body {
        deployed: bool,
    }
    let request = get(Probe::Deployed, relayer, "/deployed", &[("address", &wallet.to_string()), ("type", "WALLET")]);
    Ok(http.send(request).await?.object::<Body>()?.deployed)
}

/// What the relayer lists for these builder headers, which is proof that they are good: how many transactions,
/// and the newest of this signer.
pub async fn builder_transactions(
    http: &Http,
    relayer: &Url,
    signer: Option<Address>,
    sign: Sign<'_>,
) -> Result<RelayerTransactions, Failure> {
    let request = get(Probe::BuilderAccess, relayer, endpoints::RELAYER_TRANSACTIONS, &[]);
    let answer = http.send(Request { sign: Some(sign), ..request }).await?;
    let rows = answer.json::<Vec<BTreeMap<String, Value>>>()?;
    // an object with nothing in it is no transaction
    if rows.iter().any(BTreeMap::is_empty) {
        return Err(answer.garbled("a row of its list is not a transaction"));
    }
    let of_signer = |row: &super::relayer::Row| signer.is_some_and(|signer| row.is_from(signer));
    // a list whose rows are of another shape proves as much
    let newest = super::relayer::read_transactions(&answer, of_signer).map(|read| read.newest).unwrap_or_default();
    Ok(RelayerTransactions { listed: rows.len(), newest })
}
