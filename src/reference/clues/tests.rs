use super::*;
use crate::reference::read;

fn first(text: &str) -> Option<Cause> {
    read(text).errors.first()?.causes.first().map(|weighted| weighted.cause)
}

#[test]
fn what_was_signed_is_compared_with_what_was_sent() {
    for (signed, sent, cause) in [
        ("signed: 1795023111get/auth/api-keys", "GET /auth/api-keys", Cause::MethodMismatch),
        ("sig over ts + 'GET' + '/data/orders'", "POST /data/orders", Cause::MethodMismatch),
        ("$ts . 'GET' . '/orders'", "GET https://clob.polymarket.com/data/orders", Cause::PathMismatch),
        ("f\"{ts}GET/data/trades?market=0x12\"", "GET /data/trades", Cause::PathHasQuery),
    ] {
        let text = format!("{signed}\n{sent}\n401 {{\"error\":\"Unauthorized/Invalid api key\"}}");
        assert_eq!(first(&text), Some(cause), "{text}");
    }
    let right = "1795023111GET/auth/api-keys\nGET /auth/api-keys 401 {\"error\":\"Unauthorized/Invalid api key\"}";
    assert!(![Some(Cause::MethodMismatch), Some(Cause::PathMismatch)].contains(&first(right)));
}

#[test]
fn two_clocks_are_compared_where_both_are_told() {
    let text = |stamp: u32| {
        format!(
            "> POLY_TIMESTAMP: {stamp}\n< HTTP/2 401\n< date: Tue, 24 Nov 2026 06:16:44 GMT\n\
             {{\"error\":\"Unauthorized/Invalid api key\"}}"
        )
    };
    assert_eq!(first(&text(1_795_500_680)), Some(Cause::ClockDrift));
    assert_ne!(first(&text(1_795_501_003)), Some(Cause::ClockDrift));
    let printed = "$ date -u\nTue Nov  3 06:11:20 UTC 2026\n$ curl https://clob.polymarket.com/time\n1793686604\n\
                   Unauthorized/Invalid api key";
    assert_eq!(first(printed), Some(Cause::ClockDrift));
}

#[test]
fn every_clue_stands_beside_an_error_that_can_be_met() {
    for clue in &*CLUES {
        let met = crate::reference::errors().iter().any(|entry| entry.weight_of(clue.beside).is_some());
        assert!(met, "{:?}", clue.beside);
        assert!(!clue.says.is_empty() || !clue.text.is_empty(), "{:?}", clue.cause);
    }
}

#[test]
fn a_clue_changes_the_order_and_keeps_the_other_causes() {
    let plain = read("PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]");
    let told = read("neg_risk=False\nPolyApiException[status_code=400, error_message={'error': 'invalid signature'}]");
    let (plain, told) = (&plain.errors[0].causes, &told.errors[0].causes);
    assert_eq!((told[0].cause, plain.len()), (Cause::OrderWrongExchange, told.len()));
    assert!(told.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
}
