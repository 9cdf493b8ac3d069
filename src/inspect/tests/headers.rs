//! Headers: those that are elsewhere or of another call, the alphabet of signatures, and secrets among them.

use super::drafts::{Draft, FORMS, Form};
use super::{Cause, Certainty, Known, KnownCredentials, L1, Secret, SecretKey, inspect, of_requests, results, vectors};

/// Headers that are elsewhere, or of another call.
#[test]
fn headers_in_the_wrong_place_and_of_the_wrong_call_are_named() {
    let names = ["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_TIMESTAMP", "POLY_API_KEY", "POLY_PASSPHRASE"];
    let values = [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg=",
        "1700000000",
        "f4f247b7-4ac7-ff29-a152-04fda0a8755a",
        "aaaaaaaaaaaaaaaa",
    ];
    let headers: Vec<(String, String)> =
        names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect();
    let map: serde_json::Map<_, _> =
        names.iter().zip(values).map(|(name, value)| ((*name).into(), value.into())).collect();
    let first = |draft: &Draft| {
        let found = of_requests(&draft.pasted(Form::Curl), &Known::default());
        let first = found.findings().next().cloned().unwrap_or_else(|| panic!("{}", draft.pasted(Form::Curl)));
        (first.cause, first.summary)
    };
    let posted = Draft { method: "POST".into(), path: "/order".into(), ..Draft::default() };
    let in_body =
        Draft { body: Some(serde_json::json!({ "owner": "x", "headers": map }).to_string()), ..posted.clone() };
    let (cause, summary) = first(&in_body);
    assert_eq!(cause, Cause::HeaderMissing);
    assert!(summary.starts_with("Headers are in the body of the request: POLY_ADDRESS"), "{summary}");
    let query: Vec<String> = names.iter().zip(values).map(|(name, value)| format!("{name}={value}")).collect();
    let in_query = Draft { query: Some(query.join("&")), ..posted.clone() };
    assert!(first(&in_query).1.starts_with("Headers are in the query of the request"), "{:?}", first(&in_query));
    let derive = Draft { path: "/auth/derive-api-key".into(), headers: headers.clone(), ..Draft::default() };
    assert!(first(&derive).1.contains("needs L1 headers"), "{:?}", first(&derive));
    let wallet = vectors(L1)[1].clone();
    let l1 = Draft { path: "/data/orders".into(), headers: results(&wallet).next().unwrap(), ..Draft::default() };
    assert!(first(&l1).1.contains("needs L2 headers"), "{:?}", first(&l1));
    let mut twice = headers;
    twice.push(("POLY_TIMESTAMP".into(), "1700000005".into()));
    let twice = Draft { path: "/data/orders".into(), headers: twice, ..Draft::default() };
    assert!(first(&twice).1.contains("more than once"), "{:?}", first(&twice));
    let token = Draft {
        path: "/data/orders".into(),
        headers: vec![("Authorization".into(), "Bearer abc".into())],
        ..Draft::default()
    };
    let found = of_requests(&token.pasted(Form::Raw), &Known::default());
    assert!(found.requests[0].findings[0].because.iter().any(|said| said.contains("Authorization")), "{found:?}");
}

/// Three calls that somebody logged: all signed rightly, two encoded in the alphabet that the server refuses.
#[test]
fn of_three_logged_calls_those_in_the_standard_alphabet_are_named() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let secret = Secret::new("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=");
    let key = SecretKey::decode(&secret).unwrap();
    let signed = |timestamp: i64| {
        let mac = Hmac::<sha2::Sha256>::new_from_slice(key.bytes()).unwrap();
        STANDARD.encode(mac.chain_update(format!("{timestamp}GET/auth/api-keys")).finalize().into_bytes())
    };
    let is_plain = |timestamp: &i64| !signed(*timestamp).contains(['+', '/']);
    let plain = (1_766_000_000..1_766_000_999).find(is_plain).unwrap();
    let odd: Vec<i64> = (1_766_000_000..1_766_000_999).filter(|timestamp| !is_plain(timestamp)).take(2).collect();
    let call = |timestamp: i64, answer: &str| {
        let key = "f4f247b7-4ac7-ff29-a152-04fda0a8755a";
        format!(
            "DEBUG GET https://clob.polymarket.com/auth/api-keys headers={{'POLY_ADDRESS': \
             '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'POLY_SIGNATURE': '{}', 'POLY_TIMESTAMP': '{timestamp}', \
             'POLY_API_KEY': '{key}', 'POLY_PASSPHRASE': 'aaaaaaaaaaaaaaaa'}}\nDEBUG {answer}\n",
            signed(timestamp)
        )
    };
    let refused = "401 {\"error\":\"Unauthorized/Invalid api key\"}";
    let log = [call(odd[0], refused), call(plain, "200 {\"apiKeys\":[]}"), call(odd[1], refused)].concat();
    let known = Known {
        signer: Some("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".parse().unwrap()),
        user: KnownCredentials { secret: Some(secret), ..KnownCredentials::default() },
        ..Known::default()
    };
    let found = inspect(&log, &known);
    let named: Vec<Vec<(Cause, Certainty)>> = found
        .requests
        .iter()
        .map(|request| request.findings.iter().map(|finding| (finding.cause, finding.certainty)).collect())
        .collect();
    // the case of the address changes nothing, and the path is signed bare
    let wrong = vec![(Cause::SignatureEncoding, Certainty::Proven)];
    assert_eq!(named, [wrong.clone(), vec![], wrong], "{:#?}", found.requests);
}

#[test]
fn a_secret_in_a_header_is_named_and_never_printed_whatever_the_form_is() {
    let [passphrase, builder, relayer] =
        ["9f0c2d7b51e84a6d9f0c2d7b", "0c9d1e2f55aa0c9d1e2f55aa", "01967c03-b8c8-7000-8f68-8b8eaec6fd3d"];
    let draft = Draft {
        path: "/transactions".into(),
        base: "https://relayer-v2.polymarket.com".into(),
        headers: vec![
            ("POLY_PASSPHRASE".into(), passphrase.into()),
            ("POLY_BUILDER_PASSPHRASE".into(), builder.into()),
            ("RELAYER_API_KEY".into(), relayer.into()),
            ("RELAYER_API_KEY_ADDRESS".into(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".into()),
        ],
        ..Draft::default()
    };
    for form in FORMS.iter().copied() {
        let pasted = draft.pasted(form);
        for share in [false, true] {
            let mut found = inspect(&pasted, &Known::default());
            if share {
                found.share();
            }
            let mut kinds: Vec<&str> = found.exposed.iter().map(|exposure| exposure.kind.as_str()).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, ["API passphrase", "builder passphrase", "relayer API key"], "{form:?}: {pasted}");
            let printed = found.json().to_string();
            let shown = [passphrase, builder, relayer].iter().any(|secret| printed.contains(*secret));
            assert!(!shown, "{form:?}: {printed}");
        }
    }
    // masks and examples are none
    let hidden = pasted_with("<hidden>");
    assert!(inspect(&hidden, &Known::default()).exposed.is_empty(), "{hidden}");
}

fn pasted_with(passphrase: &str) -> String {
    let headers = vec![("POLY_PASSPHRASE".into(), passphrase.into()), ("POLY_NONCE".into(), "0".into())];
    Draft { headers, ..Draft::default() }.pasted(Form::Har)
}
