//! The mistakes themselves.

use super::*;

pub(super) struct Mistake {
    pub(super) name: &'static str,
    pub(super) cause: Cause,
    /// What it changes: two of one kind do not go together.
    pub(super) part: u8,
    pub(super) is_signed: bool,
    pub(super) make: fn(&mut Signing),
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

pub(super) const MISTAKES: &[Mistake] = &[
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
    signed("the URL with its port", Cause::PathMismatch, 2, |s| {
        s.signed[2].insert_str(0, "https://clob.polymarket.com:443");
    }),
    signed("the URL without TLS", Cause::PathMismatch, 2, |s| s.signed[2].insert_str(0, "http://clob.polymarket.com")),
    signed("the path twice", Cause::PathMismatch, 2, |s| s.signed[2] = s.signed[2].repeat(2)),
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
    signed("only the order", Cause::BodySerialisation, 3, |s| {
        if let Some(order) = json(s).get("order").filter(|order| order.is_object()) {
            s.signed[3] = order.to_string();
        }
    }),
    signed("without what is false", Cause::BodySerialisation, 3, |s| {
        let mut value = json(s);
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|_, value| *value != false);
        }
        s.signed[3] = value.to_string();
    }),
    signed("the body in base64", Cause::BodySerialisation, 3, |s| s.signed[3] = STANDARD.encode(&s.signed[3])),
    signed("the body's hash in base64", Cause::BodySerialisation, 3, |s| {
        use sha2::Digest as _;
        s.signed[3] = STANDARD.encode(Sha256::digest(&s.signed[3]));
    }),
    signed("sorted keys over lines", Cause::BodySerialisation, 3, |s| {
        let mut value = json(s);
        value.sort_all_objects();
        s.signed[3] = serde_json::to_string_pretty(&value).unwrap();
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
    signed("the secret in lower case", Cause::SecretEncoding, 4, |s| {
        s.key = SecretKey::decode(&Secret::new(secret(s).to_lowercase())).unwrap().bytes().to_vec();
    }),
    signed("decoded as text that leaves out what is not", Cause::SecretEncoding, 4, |s| {
        s.key = String::from_utf8_lossy(&s.key).replace(char::REPLACEMENT_CHARACTER, "").into_bytes();
    }),
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
    signed("bytes of Python", Cause::SignatureEncoding, 5, |s| {
        s.encode = |bytes| format!("b'{}'", URL_SAFE.encode(bytes));
    }),
    signed("hex in capitals", Cause::SignatureEncoding, 5, |s| s.encode = |bytes| hex::encode_upper(bytes)),
    signed("percent signs", Cause::SignatureEncoding, 5, |s| {
        s.encode = |bytes| URL_SAFE.encode(bytes).replace('=', "%3D");
    }),
    signed("SHA-512", Cause::SignatureEncoding, 5, |s| {
        s.mac = |key, message| {
            Hmac::<sha2::Sha512>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
        };
    }),
    signed("newlines between the parts", Cause::MessageLayout, 11, |s| s.lay_out = |s| s.signed.join("\n")),
    signed("the method first", Cause::MessageLayout, 11, |s| {
        s.lay_out = |s| {
            let [timestamp, method, path, body] = &s.signed;
            format!("{method}{path}{timestamp}{body}")
        };
    }),
    signed("the API key in the message", Cause::MessageLayout, 11, |s| {
        s.lay_out = |s| {
            let [timestamp, method, path, body] = &s.signed;
            format!("{timestamp}{}{method}{path}{body}", s.api_key)
        };
    }),
    signed("the message as the key", Cause::MessageLayout, 11, |s| {
        s.mac = |key, message| sha256(message, key);
    }),
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
    plain("an address without 0x", Cause::AddressHeader, 8, |s| s.address = s.address[2..].into()),
    plain("a part of the address", Cause::AddressHeader, 8, |s| s.address.truncate(20)),
    plain("the API key as address", Cause::AddressHeader, 8, |s| s.address = s.api_key.clone()),
    plain("the API key in quotes", Cause::CredentialsStale, 9, |s| s.api_key = format!("\"{}\"", s.api_key)),
    plain("API key and passphrase exchanged", Cause::CredentialsStale, 10, |s| {
        std::mem::swap(&mut s.api_key, &mut s.passphrase);
    }),
    plain("the secret as passphrase", Cause::CredentialsStale, 10, |s| s.passphrase = secret(s)),
    plain("the builder's key", Cause::BuilderCredentialsAsUser, 9, |s| s.api_key = BUILDER_KEY.into()),
    plain("the builder's passphrase", Cause::CredentialsStale, 10, |s| s.passphrase = BUILDER_PASSPHRASE.into()),
];
