//! Mistakes that are put into requests of the official clients.

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

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
    encode: fn(&[u8]) -> String,
    rename: fn(&str) -> String,
    left_out: Option<&'static str>,
}

impl Signing {
    fn draft(&self) -> Draft {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key).unwrap().chain_update(self.signed.concat());
        let signature = (self.encode)(&mac.finalize().into_bytes());
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

struct Mistake {
    name: &'static str,
    cause: Cause,
    /// What it changes: two of one kind do not go together.
    part: u8,
    is_signed: bool,
    make: fn(&mut Signing),
}

const fn signed(name: &'static str, cause: Cause, part: u8, make: fn(&mut Signing)) -> Mistake {
    Mistake { name, cause, part, is_signed: true, make }
}

const fn plain(name: &'static str, cause: Cause, part: u8, make: fn(&mut Signing)) -> Mistake {
    Mistake { name, cause, part, is_signed: false, make }
}

fn json(signing: &Signing) -> serde_json::Value {
    serde_json::from_str(signing.draft.body.as_deref().unwrap()).unwrap()
}

fn secret(signing: &Signing) -> String {
    signing.known.user.secret.as_ref().unwrap().expose().to_owned()
}

/// As Python's `json.dumps` writes it, which no crate here does.
fn spaced(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", serde_json::json!(name), spaced(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Array(values) => format!("[{}]", values.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn python(value: &serde_json::Value) -> String {
    spaced(value).replace('"', "'").replace("false", "False").replace("true", "True").replace("null", "None")
}

const MISTAKES: &[Mistake] = &[
    signed("milliseconds are signed", Cause::TimestampUnit, 0, |s| s.signed[0].push_str("417")),
    signed("milliseconds are signed and sent", Cause::TimestampUnit, 0, |s| {
        s.signed[0].push_str("417");
        s.timestamp.push_str("417");
    }),
    signed("milliseconds are sent", Cause::TimestampUnit, 0, |s| s.timestamp.push_str("417")),
    signed("microseconds are signed", Cause::TimestampUnit, 0, |s| s.signed[0].push_str("000000")),
    signed("a fraction is signed", Cause::TimestampUnit, 0, |s| s.signed[0].push_str(".0")),
    signed("a fraction is sent", Cause::TimestampUnit, 0, |s| s.timestamp.push_str(".4171")),
    signed("a date is signed", Cause::TimestampUnit, 0, |s| {
        s.signed[0] = jiff::Timestamp::from_second(s.timestamp.parse().unwrap()).unwrap().to_string();
    }),
    signed("the header is stamped later", Cause::TimestampStale, 0, |s| {
        s.timestamp = (s.timestamp.parse::<i64>().unwrap() + 3).to_string();
    }),
    signed("method in lower case", Cause::MethodMismatch, 1, |s| s.signed[1] = s.signed[1].to_lowercase()),
    signed("method capitalised", Cause::MethodMismatch, 1, |s| {
        s.signed[1] = format!("{}{}", &s.signed[1][..1], s.signed[1][1..].to_lowercase());
    }),
    signed("GET is signed", Cause::MethodMismatch, 1, |s| s.signed[1] = "GET".into()),
    signed("PUT is signed", Cause::MethodMismatch, 1, |s| s.signed[1] = "PUT".into()),
    signed("the query is signed", Cause::PathHasQuery, 2, |s| s.signed[2].push_str("?market=0x1&limit=5")),
    signed("the URL is signed", Cause::PathMismatch, 2, |s| s.signed[2].insert_str(0, "https://clob.polymarket.com")),
    signed("the URL and its query are signed", Cause::PathHasQuery, 2, |s| {
        s.signed[2] = format!("https://clob.polymarket.com{}?market=0x1&limit=5", s.signed[2]);
    }),
    signed("host and path are signed", Cause::PathMismatch, 2, |s| s.signed[2].insert_str(0, "clob.polymarket.com")),
    signed("a slash behind the path", Cause::PathMismatch, 2, |s| s.signed[2].push('/')),
    signed("no slash before the path", Cause::PathMismatch, 2, |s| s.signed[2] = s.signed[2][1..].into()),
    signed("a prefix", Cause::PathMismatch, 2, |s| s.signed[2].insert_str(0, "/api")),
    signed("another endpoint", Cause::PathMismatch, 2, |s| s.signed[2] = "/data/orders".into()),
    signed("no path", Cause::PathMismatch, 2, |s| s.signed[2].clear()),
    signed("spaces in the body", Cause::BodySerialisation, 3, |s| s.signed[3] = spaced(&json(s))),
    signed("the body over lines", Cause::BodySerialisation, 3, |s| {
        s.signed[3] = serde_json::to_string_pretty(&json(s)).unwrap();
    }),
    signed("sorted keys", Cause::BodySerialisation, 3, |s| {
        let mut value = json(s);
        value.sort_all_objects();
        s.signed[3] = value.to_string();
    }),
    signed("Python's str", Cause::BodySerialisation, 3, |s| s.signed[3] = python(&json(s))),
    signed("encoded twice", Cause::BodySerialisation, 3, |s| s.signed[3] = serde_json::json!(s.signed[3]).to_string()),
    signed("the body is not signed", Cause::BodyMissing, 3, |s| s.signed[3].clear()),
    signed("a line end is signed", Cause::BodySerialisation, 3, |s| s.signed[3].push('\n')),
    signed("an empty object is signed", Cause::BodySerialisation, 3, |s| s.signed[3] = "{}".into()),
    signed("slashes are escaped", Cause::BodySerialisation, 3, |s| s.signed[3] = s.signed[3].replace('/', "\\/")),
    signed("characters are escaped", Cause::BodySerialisation, 3, |s| {
        let escaped = |c: char| {
            if c.is_ascii() {
                c.to_string()
            } else {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
        };
        s.signed[3] = s.signed[3].chars().map(escaped).collect();
    }),
    signed("[object Object] is signed", Cause::BodySerialisation, 3, |s| s.signed[3] = "[object Object]".into()),
    signed("the body's hash is signed", Cause::BodySerialisation, 3, |s| {
        use sha2::Digest as _;
        s.signed[3] = hex::encode(Sha256::digest(&s.signed[3]));
    }),
    signed("the secret as text", Cause::SecretNotDecoded, 4, |s| s.key = secret(s).into_bytes()),
    signed("the secret as hex digits", Cause::SecretNotDecoded, 4, |s| s.key = hex::encode(&s.key).into_bytes()),
    signed("the secret in quotes", Cause::SecretNotDecoded, 4, |s| s.key = format!("\"{}\"", secret(s)).into_bytes()),
    signed("the secret with a line end", Cause::SecretNotDecoded, 4, |s| {
        s.key = format!("{}\n", secret(s)).into_bytes();
    }),
    signed("a letter is lost", Cause::SecretEncoding, 4, |s| {
        s.key = SecretKey::decode(&Secret::new(&secret(s)[1..])).unwrap().bytes().to_vec();
    }),
    signed("decoded as text", Cause::SecretEncoding, 4, |s| {
        s.key = String::from_utf8_lossy(&s.key).into_owned().into_bytes();
    }),
    signed("the builder's secret", Cause::BuilderCredentialsAsUser, 4, |s| {
        s.key = SecretKey::decode(&Secret::new(BUILDER_SECRET)).unwrap().bytes().to_vec();
    }),
    signed("the private key", Cause::WrongSecret, 4, |s| {
        s.key = hex::decode(s.known.private_key.as_ref().unwrap().expose()).unwrap();
    }),
    signed("the passphrase", Cause::WrongSecret, 4, |s| s.key = s.passphrase.clone().into_bytes()),
    signed("an empty key", Cause::WrongSecret, 4, |s| s.key.clear()),
    signed("standard alphabet", Cause::SignatureEncoding, 5, |s| {
        s.encode = |bytes| STANDARD.encode(bytes);
        // until it differs
        for second in 0..60 {
            let time = (s.timestamp.parse::<i64>().unwrap() + second).to_string();
            s.signed[0].clone_from(&time);
            let mac = Hmac::<Sha256>::new_from_slice(&s.key).unwrap().chain_update(s.signed.concat());
            if STANDARD.encode(mac.finalize().into_bytes()).contains(['+', '/']) {
                s.timestamp = time;
                return;
            }
        }
        unreachable!("one in four has neither");
    }),
    signed("no padding", Cause::SignatureEncoding, 5, |s| s.encode = |bytes| URL_SAFE.encode(bytes).replace('=', "")),
    signed("hex", Cause::SignatureEncoding, 5, |s| s.encode = |bytes| hex::encode(bytes)),
    signed("hex with 0x", Cause::SignatureEncoding, 5, |s| s.encode = |bytes| hex::encode_prefixed(bytes)),
    signed("base64 of hex", Cause::SignatureEncoding, 5, |s| s.encode = |bytes| STANDARD.encode(hex::encode(bytes))),
    plain("dashes", Cause::HeaderNames, 6, |s| s.rename = |name| name.replace('_', "-")),
    plain("POLY_API_…", Cause::HeaderNames, 6, |s| {
        s.rename = |name| if name == "POLY_TIMESTAMP" { "POLY_API_TIMESTAMP".into() } else { name.into() };
    }),
    plain("a typo", Cause::HeaderNames, 6, |s| {
        s.rename = |name| if name == "POLY_PASSPHRASE" { "POLY_PASSPHARSE".into() } else { name.into() };
    }),
    plain("no passphrase", Cause::HeaderMissing, 7, |s| s.left_out = Some("POLY_PASSPHRASE")),
    plain("no address", Cause::HeaderMissing, 7, |s| s.left_out = Some("POLY_ADDRESS")),
    plain("no timestamp", Cause::HeaderMissing, 7, |s| s.left_out = Some("POLY_TIMESTAMP")),
    plain("no API key", Cause::HeaderMissing, 7, |s| s.api_key = "undefined".into()),
    plain("the funder's address", Cause::AddressHeader, 8, |s| s.address = s.known.funder.unwrap().to_string()),
    plain("the proxy's address", Cause::AddressHeader, 8, |s| s.address = s.known.wallets[1].1.to_string()),
    plain("the builder's key", Cause::BuilderCredentialsAsUser, 9, |s| s.api_key = BUILDER_KEY.into()),
    plain("the builder's passphrase", Cause::CredentialsStale, 10, |s| s.passphrase = BUILDER_PASSPHRASE.into()),
];

/// Vectors with a body of JSON, as they are signed; their query is never signed.
fn signings() -> Vec<Signing> {
    let vectors = vectors(L2);
    let bodies = ["/order", "/orders", "/auth/readonly-api-key", "/orders-scoring", "/v1/heartbeats"];
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
            && ["endpoint", "body:", "random"].iter().any(|kind| note.starts_with(kind))
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
    assert!(signings.len() >= 10, "{}", signings.len());
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
            let name = mistake.name;
            assert_eq!(
                first.map(|first| first.cause),
                Some(mistake.cause),
                "{name} {form:?}: {pasted}\n{:?}",
                found.requests
            );
            if mistake.is_signed {
                assert_eq!(first.map(|first| first.certainty), Some(Certainty::Proven), "{name} {form:?}: {pasted}");
            }
            assert_eq!(found.findings().count(), 1, "{name} {form:?}: {:?}", super::causes(&found));
        }
        assert!(made >= 50, "{made} of {}", MISTAKES.len());
    }
}

#[test]
fn of_two_mistakes_one_is_named_first_and_mostly_both() {
    const PAIRS: usize = 100;
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
        (one.make)(&mut signing);
        // its time is already signed in its own way
        if other.name == "standard alphabet" && one.part == 0 {
            continue;
        }
        (other.make)(&mut signing);
        made += 1;
        let found = of_requests(&signing.draft().pasted(Form::Raw), &signing.known);
        let named: Vec<Cause> = found.findings().map(|finding| finding.cause).collect();
        let is_first = named.first().is_some_and(|cause| [one.cause, other.cause].contains(cause));
        first += usize::from(is_first);
        both += usize::from(named.contains(&one.cause) && named.contains(&other.cause));
        if !is_first {
            missed.push(format!("{} and {}: {named:?}", one.name, other.name));
        }
    }
    assert!(first * 100 >= 95 * PAIRS, "{first} of {PAIRS}: {missed:#?}");
    assert!(both * 100 >= 80 * PAIRS, "both {both} of {PAIRS}");
}
