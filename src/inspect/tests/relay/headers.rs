//! Headers of requests to the relayer.

use alloy_primitives::Address;
use serde_json::json;

use super::super::KnownCredentials;
use super::super::drafts::{FORMS, Form};
use super::{Known, RELAYER_KEY, Secret, call, inspect, known, signer, wallets};

/// Headers, settings, and the causes that are named.
type Case<'a> = (Vec<(&'a str, &'a str)>, Known, Vec<&'a str>);

/// Headers and settings of a request to the relayer, and the causes that are named.
#[test]
fn headers_of_the_relayer_are_named_missed_and_attributed() {
    let owner = signer().address();
    let other = Address::repeat_byte(0x22).to_string();
    let lower = owner.to_string().to_lowercase();
    let (owner, safe_wallet) = (owner.to_string(), wallets().safe.to_string());
    let builder = || KnownCredentials { key: Some(RELAYER_KEY.into()), ..KnownCredentials::default() };
    let cases: Vec<Case<'_>> = vec![
        (vec![("RELAYER_API_KEY", RELAYER_KEY), ("RELAYER_API_KEY_ADDRESS", &owner)], known(), vec![]),
        (vec![], known(), vec!["relayer-credentials-missing"]),
        (vec![("RELAYER_API_KEY", RELAYER_KEY)], known(), vec!["header-missing"]),
        (vec![("RELAYER-API-KEY", RELAYER_KEY), ("RELAYER-API-KEY-ADDRESS", &owner)], known(), vec!["header-names"]),
        (vec![("X-Relayer-Api-Key", RELAYER_KEY), ("RELAYER_API_KEY_ADDRESS", &owner)], known(), vec!["header-names"]),
        (
            vec![("RELAYER_API_KEY", RELAYER_KEY), ("RELAYER_API_KEY_ADDRESS", &lower)],
            known(),
            vec!["relayer-key-invalid"],
        ),
        (
            vec![("RELAYER_API_KEY", RELAYER_KEY), ("RELAYER_API_KEY_ADDRESS", &other)],
            known(),
            vec!["relayer-key-of-other-address"],
        ),
        (
            vec![("RELAYER_API_KEY", RELAYER_KEY), ("RELAYER_API_KEY_ADDRESS", &safe_wallet)],
            Known { funder: Some(wallets().safe), ..known() },
            vec!["relayer-key-of-other-address"],
        ),
        (
            vec![("RELAYER_API_KEY", "not-a-key"), ("RELAYER_API_KEY_ADDRESS", &owner)],
            known(),
            vec!["relayer-key-invalid"],
        ),
        (
            vec![("RELAYER_API_KEY", RELAYER_KEY), ("RELAYER_API_KEY_ADDRESS", &owner)],
            Known { builder: builder(), ..known() },
            vec!["relayer-key-invalid"],
        ),
        (
            vec![
                ("POLY_ADDRESS", &owner),
                ("POLY_SIGNATURE", "XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg="),
                ("POLY_TIMESTAMP", "1700000000"),
                ("POLY_API_KEY", "f4f247b7-4ac7-ff29-a152-04fda0a8755a"),
                ("POLY_PASSPHRASE", "aaaaaaaaaaaaaaaa"),
            ],
            known(),
            vec!["relayer-credentials-missing"],
        ),
        (
            vec![
                ("POLY_BUILDER_API_KEY", RELAYER_KEY),
                ("POLY_BUILDER_SIGNATURE", "XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg="),
                ("POLY_BUILDER_TIMESTAMP", "1700000000"),
                ("POLY_BUILDER_PASSPHRASE", "aaaaaaaaaaaaaaaa"),
            ],
            Known { relayer_key: Some(Secret::new(RELAYER_KEY)), ..known() },
            vec!["relayer-key-as-builder"],
        ),
    ];
    for (place, (headers, known, expected)) in cases.into_iter().enumerate() {
        let mut draft = call(&json!({}));
        draft.path = "/transactions".into();
        draft.method = "GET".into();
        draft.body = None;
        draft.headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let forms = if headers.is_empty() { &[Form::Raw, Form::Curl][..] } else { FORMS };
        let pasted = draft.pasted(forms[place % forms.len()]);
        let pasted = pasted.replace("Host: clob.polymarket.com", "Host: relayer-v2.polymarket.com");
        let found = inspect(&pasted, &known);
        let mut named: Vec<&str> = found.findings().map(|finding| finding.cause.name()).collect();
        named.dedup();
        let fixes: String = found.findings().map(|finding| finding.fix.as_str()).collect();
        assert!(!fixes.contains("L1 with") && !fixes.contains("five"), "of the CLOB: {fixes}");
        assert_eq!(named, expected, "{headers:?}: {pasted}\n{:#?}", found.requests);
    }
}
