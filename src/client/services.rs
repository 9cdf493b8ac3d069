//! The services beside the CLOB: Gamma, geoblock, relayer.

use alloy_primitives::Address;
use serde::Deserialize;
use url::Url;

use super::clob::join;
use super::http::{Http, Request, Sign};
use crate::auth::wallet::{SignatureType, WalletKind};
use crate::endpoints;
use crate::facts::probe::Probe;
use crate::facts::{Failure, Geoblock, PublicProfile};
use crate::text;

/// `GET /public-profile?address=`: the wallet that Polymarket shows for a signer.
pub async fn public_profile(http: &Http, gamma: &Url, address: Address) -> Result<PublicProfile, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        proxy_wallet: Option<Address>,
    }
    let url = join(gamma, "/public-profile", &[("address", &address.to_string())]);
    match http.send(Request::get(Probe::Profile, url)).await {
        Ok(answer) => Ok(PublicProfile { proxy_wallet: answer.json::<Body>()?.proxy_wallet }),
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
    let body: Body = http.send(Request::get(Probe::Geoblock, url.clone())).await?.json()?;
    Ok(Geoblock {
        blocked: body.blocked,
        country: text::quoted(&body.country, 40),
        region: text::quoted(&body.region, 40),
    })
}

/// `GET /deployed?address=&type=`: whether the relayer knows a wallet as deployed.
pub async fn deployed(http: &Http, relayer: &Url, wallet: Address, kind: WalletKind) -> Result<bool, Failure> {
    #[derive(Deserialize)]
    struct Body {
        deployed: bool,
    }
    let kind = match kind.signature_type() {
        SignatureType::PolyProxy => "PROXY",
        SignatureType::PolyGnosisSafe | SignatureType::Eoa => "SAFE",
        SignatureType::Poly1271 => "WALLET",
    };
    let url = join(relayer, "/deployed", &[("address", &wallet.to_string()), ("type", kind)]);
    Ok(http.send(Request::get(Probe::Deployed, url)).await?.json::<Body>()?.deployed)
}

/// How many transactions the relayer lists for these builder headers: proof that they are good.
pub async fn builder_transactions(http: &Http, relayer: &Url, sign: Sign<'_>) -> Result<usize, Failure> {
    let url = join(relayer, endpoints::RELAYER_TRANSACTIONS, &[]);
    let answer = http.send(Request { sign: Some(sign), ..Request::get(Probe::BuilderAccess, url) }).await?;
    Ok(answer.json::<Vec<serde_json::Value>>()?.len())
}
