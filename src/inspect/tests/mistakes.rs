//! Mistakes that are put into requests of the official clients.

mod made;

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use self::made::MISTAKES;
use super::drafts::{Draft, FORMS, Form};
use super::{
    Cause, Certainty, Known, KnownCredentials, L2, Random, Secret, credentials, key, of_requests, text, vectors,
};
use crate::auth::contracts;
use crate::auth::l2::SecretKey;
use crate::auth::wallet::WalletMap;

const BUILDER_SECRET: &str = "jnvSvfsWaV_D08cLb816tG6R4dXI4JJa-P-FvPsqkYE=";
const BUILDER_KEY: &str = "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5";
const BUILDER_PASSPHRASE: &str = "1816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a";

/// A request that is about to be signed.
#[derive(Clone)]
struct Signing {
    draft: Draft,
    known: Known,
    address: String,
    timestamp: String,
    api_key: String,
    passphrase: String,
    /// Timestamp, method, path and body as they are signed.
    signed: [String; 4],
    key: Vec<u8>,
    /// Puts the parts together.
    lay_out: fn(&Signing) -> String,
    mac: fn(&[u8], &[u8]) -> Vec<u8>,
    encode: fn(&[u8]) -> String,
    rename: fn(&str) -> String,
    left_out: Option<&'static str>,
}

impl Signing {
    fn draft(&self) -> Draft {
        let signature = (self.encode)(&(self.mac)(&self.key, (self.lay_out)(self).as_bytes()));
        let headers = [
            ("POLY_ADDRESS", self.address.clone()),
            ("POLY_SIGNATURE", signature),
            ("POLY_TIMESTAMP", self.timestamp.clone()),
            ("POLY_API_KEY", self.api_key.clone()),
            ("POLY_PASSPHRASE", self.passphrase.clone()),
        ];
        let headers = headers.into_iter().filter(|(name, _)| Some(*name) != self.left_out);
        Draft { headers: headers.map(|(name, value)| ((self.rename)(name), value)).collect(), ..self.draft.clone() }
    }
}

fn sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

/// Vectors with a body of JSON, as they are signed; their query is never signed.
fn signings() -> Vec<Signing> {
    let vectors = vectors(L2);
    let bodies = ["/order", "/orders", "/auth/readonly-api-key", "/orders-scoring", "/v1/heartbeats", "/data/orders"];
    let taken = vectors.iter().filter(|vector| {
        let body = vector["body"].as_str().unwrap_or_default();
        let note = text(vector, "note");
        bodies.contains(&text(vector, "path"))
            && !body.contains(['\'', '\n', '\\'])
            && body.len() < 4096
            && serde_json::from_str::<serde_json::Value>(body).is_ok_and(|value| {
                serde_json::to_string(&value).is_ok_and(|text| text == body)
                    && value.as_object().is_some_and(|fields| !fields.is_empty())
            })
            && ["endpoint", "body:", "random", "secret: plain, c", "secret: urlsafe, c"]
                .iter()
                .any(|kind| note.starts_with(kind))
            && ["POST", "DELETE"].contains(&text(vector, "method"))
    });
    let signing = |vector: &serde_json::Value| {
        let private_key = Secret::new(text(vector, "private_key"));
        let signer = key::parse(&private_key).unwrap().signer.address();
        let user = credentials(vector);
        let map = WalletMap::derive(contracts::chain(137).unwrap(), signer);
        let secret = SecretKey::decode(user.secret.as_ref().unwrap()).ok().filter(|key| key.form.is_usual_length())?;
        let (method, path) = (text(vector, "method").to_owned(), text(vector, "path").to_owned());
        let body = vector["body"].as_str().unwrap().to_owned();
        let timestamp = vector["timestamp"].to_string();
        let signing = Signing {
            address: signer.to_string(),
            timestamp: timestamp.clone(),
            api_key: user.key.clone()?,
            passphrase: user.passphrase.as_ref()?.expose().to_owned(),
            signed: [timestamp, method.clone(), path.clone(), body.clone()],
            key: secret.bytes().to_vec(),
            lay_out: |signing| signing.signed.concat(),
            mac: sha256,
            encode: |bytes| URL_SAFE.encode(bytes),
            rename: str::to_owned,
            left_out: None,
            draft: Draft {
                method,
                path,
                body: Some(body),
                query: Some("market=0x1&limit=5".into()),
                ..Draft::default()
            },
            known: Known {
                signer: Some(signer),
                private_key: Some(private_key),
                funder: Some(map.safe),
                wallets: map.iter().map(|(kind, address)| (kind.to_string(), address)).collect(),
                user,
                builder: KnownCredentials {
                    key: Some(BUILDER_KEY.into()),
                    secret: Some(Secret::new(BUILDER_SECRET)),
                    passphrase: Some(Secret::new(BUILDER_PASSPHRASE)),
                },
                ..Known::default()
            },
        };
        // what is signed here is what the client signed
        let ours = signing.draft().headers.into_iter().find(|(name, _)| name == "POLY_SIGNATURE")?.1;
        assert_eq!(Some(ours.as_str()), vector["signature"].as_str(), "{}", vector["id"]);
        Some(signing)
    };
    taken.filter_map(signing).take(20).collect()
}

#[test]
fn each_single_mistake_is_named_first_and_proven_by_the_signature() {
    let signings = signings();
    assert_eq!(signings.len(), 20);
    assert!(MISTAKES.len() >= 60, "{}", MISTAKES.len());
    let mut missed = Vec::new();
    for (place, signing) in signings.iter().enumerate() {
        let right = of_requests(&signing.draft().pasted(Form::Raw), &signing.known);
        assert_eq!(super::causes(&right), Vec::<&str>::new(), "{}", signing.draft().pasted(Form::Raw));
        let mut made = 0;
        for (number, mistake) in MISTAKES.iter().enumerate() {
            let mut signing = signing.clone();
            let before = (signing.signed.clone(), signing.timestamp.clone(), signing.key.clone());
            (mistake.make)(&mut signing);
            if mistake.is_signed
                && mistake.part < 5
                && before == (signing.signed.clone(), signing.timestamp.clone(), signing.key.clone())
            {
                // nothing in this body to write in another way
                continue;
            }
            made += 1;
            let form = FORMS[(place + number) % FORMS.len()];
            let pasted = signing.draft().pasted(form);
            let found = of_requests(&pasted, &signing.known);
            let first = found.findings().next();
            let is_right = first.is_some_and(|first| {
                first.cause == mistake.cause && (!mistake.is_signed || first.certainty == Certainty::Proven)
            });
            if !is_right || found.findings().count() != 1 {
                missed.push(format!("{} {form:?}: {pasted}\n{:#?}", mistake.name, found.requests));
            }
        }
        assert!(made >= 60, "{made} of {}", MISTAKES.len());
    }
    assert!(missed.is_empty(), "{} missed: {}", missed.len(), missed[..missed.len().min(8)].join("\n"));
}

#[test]
fn of_two_mistakes_one_is_named_first_and_mostly_both() {
    const PAIRS: usize = 200;
    let signings = signings();
    let mut random = Random(0x0dd_ba11_5eed_0001);
    let (mut first, mut both, mut made) = (0, 0, 0);
    let mut missed = Vec::new();
    while made < PAIRS {
        let mut signing = signings[random.below(signings.len())].clone();
        let (one, other) = (&MISTAKES[random.below(MISTAKES.len())], &MISTAKES[random.below(MISTAKES.len())]);
        if one.part == other.part || one.cause == other.cause {
            continue;
        }
        let (one, other) = if one.part < other.part { (one, other) } else { (other, one) };
        // its time is already signed in its own way
        let is_timed = |mistake: &made::Mistake| mistake.name == "standard alphabet";
        if (is_timed(other) && one.part == 0) || (is_timed(one) && other.cause == Cause::MessageLayout) {
            continue;
        }
        // in some bodies there is nothing to write in another way
        let mut before = signing.draft().pasted(Form::Raw);
        let changes = [one, other].into_iter().all(|mistake| {
            (mistake.make)(&mut signing);
            let now = signing.draft().pasted(Form::Raw);
            now != std::mem::replace(&mut before, now.clone())
        });
        if !changes {
            continue;
        }
        made += 1;
        let found = of_requests(&signing.draft().pasted(Form::Raw), &signing.known);
        let named: Vec<Cause> = found.findings().map(|finding| finding.cause).collect();
        let is_first = named.first().is_some_and(|cause| [one.cause, other.cause].contains(cause));
        let is_both = named.contains(&one.cause) && named.contains(&other.cause);
        first += usize::from(is_first);
        both += usize::from(is_both);
        if !is_first || !is_both {
            missed.push(format!("{} and {}: {named:?}", one.name, other.name));
        }
    }
    assert!(first * 100 >= 95 * PAIRS, "{first} of {PAIRS}: {missed:#?}");
    assert!(both * 100 >= 80 * PAIRS, "both {both} of {PAIRS}: {missed:#?}");
}
