//! A remote builder signer: asked to sign as the official SDK asks it.

use std::time::Duration;

use url::Url;

use super::http::{Answer, Http, Request, millis};
use crate::auth::builder::{SignRequest, SignedHeaders};
use crate::auth::l2::SecretKey;
use crate::facts::probe::Probe;
use crate::facts::{Failure, RemoteSigner, SignedOver};
use crate::secret::Secret;
use crate::text;

/// What the SDK has signed, so that a signer with a list of what it signs takes it too.
const METHOD: &str = "POST";
const PATH: &str = "/order";
/// No order, so the signature is of no use to anybody; spaced, so that a rewritten one differs.
const BODY: &str = r#"{ "polydoctor": "a test of the signer, no order", "parts": [1, 2] }"#;

/// How far the time that it is sent lies back: too far to be met by chance, near enough to be taken.
const BACK_S: i64 = 7;

/// Asks for a signature and recomputes it when the builder secret is known. Then asks once without the
/// token, and once with a timestamp, which it may refuse as it likes.
pub async fn ask(
    http: &Http,
    url: &Url,
    token: Option<&Secret>,
    secret: Option<&Secret>,
) -> Result<RemoteSigner, Failure> {
    let usual = SignRequest { method: METHOD, path: PATH, body: Some(BODY), timestamp: None };
    let (answer, signed) = sign(http, url, token, &usual).await?;
    let asked_s = f64::midpoint(answer.sent_s, answer.received_s);
    // today's seconds are far below the limits of i64
    #[allow(clippy::cast_possible_truncation)]
    let earlier = asked_s.floor() as i64 - BACK_S;
    let stamped = SignRequest { timestamp: Some(earlier), ..usual.clone() };
    let (stamped, open) = tokio::join!(sign(http, url, token, &stamped), async {
        match token {
            Some(_) => Some(sign(http, url, None, &usual).await.is_ok()),
            None => None,
        }
    });
    let signature = secret
        .and_then(|secret| SecretKey::decode(secret).ok())
        .map(|key| covered(&key, &signed.poly_builder_timestamp, &signed.poly_builder_signature));
    Ok(RemoteSigner {
        key: text::quoted(&signed.poly_builder_api_key, 80),
        timestamp: text::quoted(&signed.poly_builder_timestamp, 40),
        asked_s,
        latency_ms: millis(Duration::try_from_secs_f64(answer.received_s - answer.sent_s).unwrap_or_default()),
        signature,
        open_without_token: open,
        takes_timestamp: stamped.ok().map(|(_, signed)| signed.poly_builder_timestamp == earlier.to_string()),
    })
}

async fn sign(
    http: &Http,
    url: &Url,
    token: Option<&Secret>,
    wanted: &SignRequest<'_>,
) -> Result<(Answer, SignedHeaders), Failure> {
    let body = serde_json::to_string(wanted).map_err(|error| Failure::NotSent { reason: error.to_string() })?;
    let shown = crate::settings::shown_url(url);
    let request =
        Request { bearer: token, shown: Some(shown), ..Request::post(Probe::BuilderSigner, url.clone(), body) };
    let answer = http.send(request).await?;
    // an error must not quote the body: it holds the passphrase
    let signed = answer.secret_json("not the four POLY_BUILDER_ fields")?;
    Ok((answer, signed))
}

/// Which of the messages that signers are known to make gives this signature.
fn covered(key: &SecretKey, timestamp: &str, signature: &str) -> SignedOver {
    let rewritten = serde_json::from_str::<serde_json::Value>(BODY).map(|body| body.to_string()).unwrap_or_default();
    let lower = METHOD.to_ascii_lowercase();
    let tries = [
        (SignedOver::Everything, METHOD, BODY),
        (SignedOver::NoBody, METHOD, ""),
        (SignedOver::BodyRewritten, METHOD, rewritten.as_str()),
        (SignedOver::OtherCase, lower.as_str(), BODY),
    ];
    let signs = |method: &str, body: &str| key.verifies(&format!("{timestamp}{method}{PATH}{body}"), signature);
    tries.into_iter().find(|(_, method, body)| signs(method, body)).map_or(SignedOver::Nothing, |(covered, ..)| covered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::l2;

    #[test]
    fn what_a_signature_covers_is_found_out() {
        let key = SecretKey::decode(&Secret::new("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=")).unwrap();
        let compact = BODY.replace(' ', "").replace("atestofthesigner,noorder", "a test of the signer, no order");
        for (message, covered_by) in [
            (l2::message(1_790_000_000, METHOD, PATH, Some(BODY)), SignedOver::Everything),
            (l2::message(1_790_000_000, METHOD, PATH, None), SignedOver::NoBody),
            (l2::message(1_790_000_000, METHOD, PATH, Some(&compact)), SignedOver::BodyRewritten),
            (l2::message(1_790_000_000, "post", PATH, Some(BODY)), SignedOver::OtherCase),
            (l2::message(1_790_000_001, METHOD, PATH, Some(BODY)), SignedOver::Nothing),
        ] {
            assert_eq!(covered(&key, "1790000000", &key.sign(&message)), covered_by, "{message}");
        }
    }
}
