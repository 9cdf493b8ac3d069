//! A remote builder signer: asked to sign a harmless message, as the official SDK would ask it.

use url::Url;

use super::http::{Http, Request};
use crate::auth::builder::{SignRequest, SignedHeaders};
use crate::auth::l2::SecretKey;
use crate::engine::facts::{Failure, RemoteSigner};
use crate::engine::probe::Probe;
use crate::secret::Secret;

/// What is signed: no endpoint of the CLOB, so the signature is of no use to anybody.
const METHOD: &str = "GET";
const PATH: &str = "/polydoctor-signer-test";

/// Asks for a signature, and recomputes it when the builder secret is known.
pub async fn ask(
    http: &Http,
    url: &Url,
    token: Option<&Secret>,
    secret: Option<&Secret>,
) -> Result<RemoteSigner, Failure> {
    let body = serde_json::to_string(&SignRequest { method: METHOD, path: PATH, body: None })
        .map_err(|error| Failure::NotSent { reason: error.to_string() })?;
    let shown = crate::settings::shown_url(url);
    let request =
        Request { bearer: token, shown: Some(shown), ..Request::post(Probe::BuilderSigner, url.clone(), body) };
    let answer = http.send(request).await?;
    // an error must not quote the body: it holds the passphrase
    let signed: SignedHeaders = serde_json::from_str(&answer.text).map_err(|_| Failure::Garbled {
        status: answer.status,
        reason: "not the four POLY_BUILDER_ fields".to_owned(),
    })?;
    let message = format!("{}{METHOD}{PATH}", signed.poly_builder_timestamp);
    let verifies = secret
        .and_then(|secret| SecretKey::decode(secret).ok())
        .map(|key| key.verifies(&message, &signed.poly_builder_signature));
    Ok(RemoteSigner {
        key: super::http::clean(&signed.poly_builder_api_key, 80),
        timestamp: super::http::clean(&signed.poly_builder_timestamp, 40),
        asked_s: f64::midpoint(answer.sent_s, answer.received_s),
        signature_verifies: verifies,
    })
}
