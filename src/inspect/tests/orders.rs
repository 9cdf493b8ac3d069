//! Orders of the official clients, as they are and with mistakes put into them.

mod mistakes;
mod printed;

use alloy_primitives::Address;
use serde_json::Value;

use super::{Cause, Certainty, Inspection, Kind, Known, Outcome, causes, inspect, text, vectors};

pub(super) const ORDERS: &str = include_str!("../../../tests/vectors/orders.json");
const EXCHANGE: &str = include_str!("../../../tests/vectors/exchange.json");

/// What the settings of a vector's account know.
pub(super) fn known(vector: &Value) -> Known {
    Known {
        signer: Some(text(vector, "signer_address").parse::<Address>().unwrap()),
        chain_id: vector["chain_id"].as_u64(),
        neg_risk: vector["neg_risk"].as_bool().filter(|_| vector["exchange_version"] != 3),
        ..Known::default()
    }
}

/// The order that an inspection found, the only one.
pub(super) fn only(found: &Inspection) -> &super::super::Inspected {
    let orders: Vec<_> = found.requests.iter().filter(|request| request.kind == Kind::Order).collect();
    assert_eq!(orders.len(), 1, "{:?}", found.unread);
    orders[0]
}

/// Two clients of version 1 sign for the adapter on Amoy, which the vectors note.
fn is_for_the_adapter(vector: &Value, client: &str) -> bool {
    ["py_v1", "rs_v1"].contains(&client) && vector["chain_id"] == 80002 && vector["neg_risk"] == true
}

#[test]
fn nothing_is_wrong_with_the_orders_of_official_clients() {
    let mut right = 0;
    for vector in vectors(ORDERS) {
        for (client, result) in vector["results"].as_object().unwrap() {
            let body = text(result, "post_body");
            // with the settings of the account, and with no settings but the chain
            let bare = Known { chain_id: vector["chain_id"].as_u64(), ..Known::default() };
            for known in [known(&vector), bare] {
                let found = inspect(body, &known);
                let order = only(&found);
                let id = format!("{} {client}: {:#?}", vector["id"], order);
                if is_for_the_adapter(&vector, client) {
                    assert_eq!(causes(&found), ["order-wrong-exchange"], "{id}");
                    assert_eq!(order.findings[0].certainty, Certainty::Proven, "{id}");
                } else {
                    assert_eq!(causes(&found), Vec::<&str>::new(), "{id}");
                    assert_eq!(order.outcome, Outcome::Right, "{id}");
                    assert!(order.changes.is_empty() && order.reproduced_by.is_some(), "{id}");
                    right += 1;
                }
            }
        }
    }
    assert!(right > 600, "{right}");
}

/// What the contract answered is known: the order alone decides it, and so does the inspection.
#[test]
fn orders_are_judged_as_the_exchange_contract_judged_them() {
    let cases = vectors(EXCHANGE);
    assert_eq!(cases.len(), 117);
    for case in cases {
        let id = format!("{} ({})", case["id"], text(&case, "note"));
        let asked = text(&case, "exchange");
        let known = Known {
            chain_id: case["chain_id"].as_u64(),
            neg_risk: Some(asked.starts_with("0xe2222d")),
            ..Known::default()
        };
        let found = inspect(&case["order"].to_string(), &known);
        let order = only(&found);
        let accepted = case["validateOrderSignature"]["result"].as_str() == Some("0x");
        // amounts, and the compact form that the contract takes, are no matter of this view
        let counts = |finding: &&super::super::Finding| {
            finding.cause != Cause::OrderParameters && finding.certainty > Certainty::Possible
        };
        let faults: Vec<&str> = order.findings.iter().filter(counts).map(|finding| finding.cause.name()).collect();
        let is_right = faults.is_empty() && matches!(order.outcome, Outcome::Right | Outcome::Mistaken);
        assert_eq!(is_right, accepted, "{id}: {faults:?} {order:#?}");
        let is_empty = case["order"]["makerAmount"] == "0";
        let is_said = order.findings.iter().any(|finding| finding.summary.contains("can never be filled"));
        assert_eq!(is_said, is_empty, "{id}: {order:#?}");
        let kind = text(&case, "note");
        let first = order.findings.first().map(|finding| finding.cause.name());
        match kind {
            "as the official clients signed it" | "the maker has called pauseUser" => assert_eq!(first, None, "{id}"),
            "asked of the other exchange (neg-risk flag wrong)" => {
                assert_eq!(first, Some("order-wrong-exchange"), "{id}");
            }
            "signature type changed" => assert_eq!(first, Some("order-signature-type"), "{id}: {order:#?}"),
            "maker is a foreign address" => assert_eq!(first, Some("order-modified"), "{id}: {order:#?}"),
            "takerAmount changed after signing" => assert_eq!(first, Some("order-modified"), "{id}"),
            "signature one byte short" => assert_eq!(first, Some("signature-encoding"), "{id}: {order:#?}"),
            _ => {}
        }
    }
}

/// An order that somebody published, and the error that the server gave for it had another reason.
#[test]
fn a_published_order_is_found_right() {
    let order = r#"{"order":{"salt":1018789015136,
 "maker":"0x43bc9b674bA052f815CbE2113cDe784cF9475B35",
 "signer":"0x43bc9b674bA052f815CbE2113cDe784cF9475B35",
 "tokenId":"25968266233034896887180396827466900198780859103374793634057155743131125594489",
 "makerAmount":"50000","takerAmount":"5000000","side":"BUY","expiration":"0",
 "signatureType":0,"timestamp":"1784486089486",
 "metadata":"0x0000000000000000000000000000000000000000000000000000000000000000",
 "builder":"0x0000000000000000000000000000000000000000000000000000000000000000",
 "signature":"0xd4e83b00ed7cc5bbc59f5e95f9599b84ac843122753b63b9d45fb71d0a6643741d0b612c7665375c4cfce5992125d59f22fadb083037b113e0c129ac02cd53d91b"},
 "owner":"PLACEHOLDER","orderType":"GTC","deferExec":false,"postOnly":false}"#;
    let found = inspect(order, &Known::default());
    let only = only(&found);
    assert_eq!((causes(&found), only.outcome), (vec![], Outcome::Right));
    let reproduced = only.reproduced_by.as_ref().unwrap();
    assert_eq!(reproduced["digest"], "0x63ac62b5cda1130804ee9e0ef3f42882881facc9b5607717300937d258ce151f");
    assert_eq!(reproduced["verifying_contract"], "0xE111180000d2663C0091e4f400237545B87B996B");
    // for a neg-risk market it is signed for the wrong exchange
    let found = inspect(order, &Known { neg_risk: Some(true), ..Known::default() });
    assert_eq!(causes(&found), ["order-wrong-exchange"]);
    assert_eq!(found.findings().next().unwrap().certainty, Certainty::Proven);
    let changes = &super::orders::only(&found).changes;
    assert!(changes[0].contains("0xe2222d279d744050d28e00520010520000310F59"), "{changes:?}");
}
