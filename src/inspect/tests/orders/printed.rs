//! Orders in the forms that programs print them in.

use proptest::prelude::*;
use serde_json::Value;

use super::{Kind, Known, ORDERS, Outcome, causes, inspect, known, only, text, vectors};

fn field<'a>(order: &'a Value, name: &str) -> &'a str {
    text(order, name)
}

/// The order of a vector with its signature, in many forms.
fn forms(vector: &Value) -> Vec<(&'static str, String)> {
    let order = &vector["order"];
    let signature = text(vector, "signature");
    let [salt, maker, signer, token, maker_amount, taker_amount, side, timestamp, metadata, builder, expiration] = [
        "salt",
        "maker",
        "signer",
        "tokenId",
        "makerAmount",
        "takerAmount",
        "side",
        "timestamp",
        "metadata",
        "builder",
        "expiration",
    ]
    .map(|name| field(order, name));
    let kind = order["signatureType"].as_u64().unwrap();
    let number = u8::from(side == "SELL");
    let kind_name = ["EOA", "POLY_PROXY", "POLY_GNOSIS_SAFE", "POLY_1271"][usize::try_from(kind).unwrap()];
    let body = text(&vector["results"]["ts_v2_ethers"], "post_body");
    let escaped = serde_json::to_string(body).unwrap();
    let python = body.replace('"', "'").replace("false", "False");
    let debug = format!(
        "SignedOrder {{ order: Order {{ salt: {salt}, maker: {maker}, signer: {signer}, tokenId: {token}, makerAmount: {maker_amount}, \
         takerAmount: {taker_amount}, side: {number}, signatureType: {kind}, timestamp: {timestamp}, metadata: {metadata}, \
         builder: {builder} }}, signature: {signature}, order_type: GTC, owner: 7c4fcf4b-0504-4ab6-ae31-1bc83fbb1abb, post_only: Some(false) }}"
    );
    let mut forms = vec![
        ("body", body.to_owned()),
        ("list of POST /orders", format!("[{body}]")),
        (
            "log of axios",
            format!(
                "[CLOB Client] request error {{\"status\":400,\"config\":{{\"method\":\"post\",\"url\":\"https://clob.polymarket.com/order\",\"data\":{escaped}}}}}"
            ),
        ),
        ("line with escapes", format!("2026-11-30 ERROR posted {escaped} and failed")),
        ("Python dict", format!("order: {python}")),
        (
            "Python dataclass",
            format!(
                "SignedOrderV2(salt='{salt}', maker='{maker}', signer='{signer}', tokenId='{token}', makerAmount='{maker_amount}', \
                 takerAmount='{taker_amount}', side=<Side.{side}: {number}>, signatureType=<SignatureTypeV2.{kind_name}: {kind}>, \
                 timestamp='{timestamp}', metadata='{metadata}', builder='{builder}', expiration='{expiration}', signature='{signature}', order_hash='')"
            ),
        ),
        (
            "TypeScript object",
            format!(
                "signed order {{\n  salt: '{salt}',\n  maker: '{maker}',\n  signer: '{signer}',\n  tokenId: '{token}',\n  makerAmount: {maker_amount}n,\n  \
                 takerAmount: {taker_amount}n,\n  side: {number},\n  signatureType: {kind},\n  timestamp: '{timestamp}',\n  metadata: '{metadata}',\n  \
                 builder: '{builder}',\n  expiration: '{expiration}',\n  signature: '{signature}'\n}}\n"
            ),
        ),
        ("Rust debug", debug.clone()),
        ("curl", format!("curl -X POST https://clob.polymarket.com/order -d '{body}'")),
        (
            "curl of cmd",
            format!("curl -X POST \"https://clob.polymarket.com/order\" --data-raw \"{}\"", body.replace('"', "\\\"")),
        ),
        (
            "raw HTTP",
            format!(
                "POST /order HTTP/1.1\r\nHost: clob.polymarket.com\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        ),
        (
            "Go",
            format!(
                "{{Salt:{salt} Maker:{maker} Signer:{signer} TokenID:{token} MakerAmount:{maker_amount} TakerAmount:{taker_amount} Side:{side} SignatureType:{kind} Timestamp:{timestamp} Metadata:{metadata} Builder:{builder} Signature:{signature}}}"
            ),
        ),
    ];
    if let Ok(parts) = signature.parse::<alloy_primitives::Signature>() {
        forms.push(("Rust debug with the signature by its parts", debug.replace(signature, &format!("{parts:?}"))));
        forms.push(("pretty Rust debug", debug.replace(", ", ",\n    ").replace("{ ", "{\n    ")));
    }
    forms
}

#[test]
fn an_order_says_the_same_whatever_printed_it() {
    let vectors = vectors(ORDERS);
    for place in [24, 27, 29, 33, 38] {
        let vector = &vectors[place];
        for (form, pasted) in forms(vector) {
            let found = inspect(&pasted, &known(vector));
            let order = only(&found);
            assert_eq!(order.outcome, Outcome::Right, "{form}: {pasted}\n{order:#?}");
            assert_eq!(order.order.as_ref().unwrap()["maker"], vector["order"]["maker"], "{form}");
            let of_order: Vec<_> = order.findings.iter().map(|finding| finding.cause.name()).collect();
            assert_eq!(of_order, Vec::<&str>::new(), "{form}: {pasted}");
        }
        let log: String =
            forms(vector).iter().enumerate().map(|(place, (_, form))| format!("entry {place}\n{form}\n")).collect();
        let found = inspect(&log, &known(vector));
        assert!(found.requests.iter().filter(|request| request.kind == Kind::Order).count() >= 1);
        assert!(found.unread.is_empty(), "{:?}", found.unread);
    }
}

#[test]
fn several_orders_are_taken_one_by_one_with_their_lines() {
    let vectors = vectors(ORDERS);
    let taken: Vec<&Value> = [24, 26, 28, 30].map(|place| &vectors[place]).into();
    let bodies: Vec<&str> = taken.iter().map(|vector| text(&vector["results"]["py_v2"], "post_body")).collect();
    let known = Known { chain_id: Some(137), ..Known::default() };
    let makers = |found: &super::Inspection| -> Vec<Value> {
        found.requests.iter().map(|request| request.order.as_ref().unwrap()["maker"].clone()).collect()
    };
    let expected: Vec<Value> = taken.iter().map(|vector| vector["order"]["maker"].clone()).collect();
    for text in [bodies.join("\n"), format!("[{}]", bodies.join(",\n")), bodies.join(" then ")] {
        let found = inspect(&text, &known);
        assert_eq!(makers(&found), expected, "{text}");
        assert_eq!(causes(&found), Vec::<&str>::new());
        assert_eq!(found.json()["kind"], "log");
    }
    let found = inspect(&format!("x\n\n{}\n", bodies.join("\n\n")), &known);
    assert_eq!(found.requests.iter().map(|request| request.line).collect::<Vec<_>>(), [3, 5, 7, 9]);
}

#[test]
fn a_request_and_its_order_are_both_judged() {
    let vector = &vectors(ORDERS)[28];
    let body = text(&vector["results"]["py_v2"], "post_body");
    let signer = text(vector, "signer_address");
    let request = format!(
        "curl https://clob.polymarket.com/order -H 'POLY_ADDRESS: {signer}' -H 'POLY_API_KEY: f4f247b7-4ac7-ff29-a152-04fda0a8755a' \
         -H 'POLY_PASSPHRASE: {{{{passphrase}}}}' -H 'POLY_TIMESTAMP: 1784000000' -H 'POLY_SIGNATURE: abc=' -d '{body}'"
    );
    let found = inspect(&request, &known(vector));
    let kinds: Vec<Kind> = found.requests.iter().map(|request| request.kind).collect();
    assert_eq!(kinds, [Kind::L2, Kind::Order]);
    // the owner is another key than that of the headers
    assert_eq!(found.requests[1].findings[0].cause.name(), "order-owner-not-api-key");
    assert_eq!(found.requests[1].outcome, Outcome::Right);
    let other =
        request.replace(&format!("POLY_ADDRESS: {signer}"), "POLY_ADDRESS: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    let found = inspect(&other, &Known { signer: None, ..known(vector) });
    let named: Vec<_> = found.requests[1].findings.iter().map(|finding| finding.cause.name()).collect();
    assert_eq!(named, ["order-signer-field", "order-owner-not-api-key"]);
}

#[test]
fn an_order_that_breaks_off_is_said_with_its_line() {
    let vector = &vectors(ORDERS)[28];
    let body = text(&vector["results"]["py_v2"], "post_body");
    for length in [120, 320, 500, 600] {
        let found = inspect(&format!("\n\nposting {}", &body[..length]), &Known::default());
        if body[..length].contains("makerAmount") {
            assert_eq!(found.unread.first().map(|unread| unread.line), Some(3), "{length}");
        }
        assert!(found.requests.is_empty(), "{length}");
    }
}

#[test]
fn hidden_parts_are_not_judged() {
    let vector = &vectors(ORDERS)[28];
    let body = text(&vector["results"]["py_v2"], "post_body");
    for (from, to) in [
        (text(vector, "signature"), "0x…"),
        (text(vector, "signature"), "<redacted>"),
        ("7c4fcf4b-0504-4ab6-ae31-1bc83fbb1abb", "***"),
        ("7c4fcf4b-0504-4ab6-ae31-1bc83fbb1abb", "YOUR_API_KEY"),
    ] {
        let found = inspect(&body.replace(from, to), &known(vector));
        assert_eq!(causes(&found), Vec::<&str>::new(), "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in the place of a part of an order.
    #[test]
    fn any_order_like_text_is_read_without_a_panic(
        place in 0_usize..900, length in 0_usize..200, junk in ".{0,60}", seed in 0_usize..48, form in 0_usize..12,
    ) {
        let vector = &vectors(ORDERS)[24 + seed % 32];
        let (_, mut text) = forms(vector).swap_remove(form);
        let mut start = place.min(text.len());
        while !text.is_char_boundary(start) { start -= 1; }
        let mut end = (start + length).min(text.len());
        while !text.is_char_boundary(end) { end += 1; }
        text.replace_range(start..end, &junk);
        let reading = super::super::super::reading::read(&text);
        prop_assert!(reading.orders.len() < 20);
        if place % 16 == 0 {
            let found = inspect(&text, &known(vector));
            prop_assert!(found.json().is_object());
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), mark in any::<bool>()) {
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if mark {
            text.insert_str(text.char_indices().nth(20).map_or(0, |(place, _)| place), "{\"makerAmount\":{(takerAmount=");
        }
        let found = inspect(&text, &Known::default());
        prop_assert!(found.requests.len() < 50);
    }
}

#[test]
fn a_long_text_of_half_orders_is_read_in_no_time() {
    for piece in ["{\"makerAmount\":", "({[makerAmount ", "'makerAmount': ", "{\"makerAmount\":1,\"tokenId\":2}\n"] {
        let text = piece.repeat((256 << 10) / piece.len());
        let started = std::time::Instant::now();
        let reading = super::super::super::reading::read(&text);
        assert!(reading.unread.len() + reading.orders.len() > 0, "{piece}");
        // unoptimised, on a machine that does other things too
        assert!(started.elapsed().as_secs() < 20, "{piece}: {:?}", started.elapsed());
    }
}
