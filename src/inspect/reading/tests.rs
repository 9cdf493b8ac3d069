use super::*;

fn only(text: &str) -> Request {
    let mut reading = read(text);
    assert_eq!(reading.requests.len(), 1, "{text}: {:?}", reading.unread);
    reading.requests.remove(0)
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.iter().find(|(known, _)| known == name).map_or("absent", |(_, value)| value)
}

#[test]
fn maps_of_languages_are_read() {
    for text in [
        "headers = {'POLY_ADDRESS': '0xf39F', 'POLY_SIGNATURE': 'abc=', 'POLY_NONCE': 7}",
        "{ POLY_ADDRESS: '0xf39F', POLY_SIGNATURE: \"abc=\", POLY_NONCE: 7 }",
        "headers: {\"POLY_ADDRESS\": \"0xf39F\", \"POLY_SIGNATURE\": \"abc=\", \"POLY_NONCE\": \"7\"}, body: None }",
        "Array\n(\n    [POLY_ADDRESS] => 0xf39F\n    [POLY_SIGNATURE] => abc=\n    [POLY_NONCE] => 7\n)",
        "['POLY_ADDRESS' => '0xf39F', 'POLY_SIGNATURE' => 'abc=', 'POLY_NONCE' => 7]",
        "{POLY_ADDRESS=0xf39F, POLY_SIGNATURE=abc=, POLY_NONCE=7}",
        "map[POLY_ADDRESS:[0xf39F] POLY_SIGNATURE:[abc=] POLY_NONCE:[7]]",
        "[('POLY_ADDRESS', '0xf39F'), ('POLY_SIGNATURE', 'abc='), ('POLY_NONCE', '7')]",
        "POLY_ADDRESS: 0xf39F\nPOLY_SIGNATURE: abc=\nPOLY_NONCE: 7",
        "> POLY_ADDRESS: 0xf39F\n> POLY_SIGNATURE: abc=\n> POLY_NONCE: 7",
        "[['POLY_ADDRESS', b'0xf39F'], ['POLY_SIGNATURE', b'abc='], ['POLY_NONCE', b'7']]",
    ] {
        let request = only(text);
        let values = ["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_NONCE"].map(|name| header(&request, name).to_owned());
        assert_eq!(values, ["0xf39F", "abc=", "7"], "{text}");
    }
}

#[test]
fn command_lines_are_read_as_their_shells_do() {
    for text in [
        "curl -X DELETE -H 'POLY_ADDRESS: 0xf39F' -H \"POLY_NONCE: 7\" https://clob.polymarket.com/order -d '{\"a\":\"it'\\''s\"}'",
        "$ curl --request DELETE \\\n  --url https://clob.polymarket.com/order \\\n  --header 'POLY_ADDRESS: 0xf39F' --header 'POLY_NONCE: 7' --data-raw $'{\"a\":\"it\\'s\"}' \\\n  --compressed",
        "curl -sS -XDELETE \"https://clob.polymarket.com/order\" -H \"POLY_ADDRESS: 0xf39F\" -H \"POLY_NONCE: 7\" --data \"{\\\"a\\\":\\\"it's\\\"}\" | jq .",
        "curl ^\"https://clob.polymarket.com/order^\" ^\n  -X ^\"DELETE^\" ^\n  -H ^\"POLY_ADDRESS: 0xf39F^\" -H ^\"POLY_NONCE: 7^\" ^\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"it's^\\^\"^}^\"",
        "curl.exe 'https://clob.polymarket.com/order' `\n  -X DELETE -H 'POLY_ADDRESS: 0xf39F' `\n  -H 'POLY_NONCE: 7' -d '{\"a\":\"it''s\"}'",
    ] {
        let request = only(text);
        assert_eq!(request.method.as_deref(), Some("DELETE"), "{text}");
        assert_eq!(request.body.as_deref(), Some("{\"a\":\"it's\"}"), "{text}");
        assert_eq!((header(&request, "POLY_ADDRESS"), header(&request, "POLY_NONCE")), ("0xf39F", "7"), "{text}");
        let target = request.target.as_ref().unwrap();
        assert_eq!((target.host.as_str(), target.path.as_str()), ("clob.polymarket.com", "/order"), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    for (text, line, said) in [
        ("x\ncurl -H 'POLY_ADDRESS: 0x1 https://clob.polymarket.com/order", 2, "not closed"),
        ("curl https://clob.polymarket.com/order -d @order.json", 1, "in a file"),
        ("POST /order HTTP/1.1\nHost: clob.polymarket.com\nContent-Length: 99\n\n{}", 5, "Content-Length is 99"),
        ("{\"headers\":\n {\"POLY_ADDRESS\": ", 2, "the JSON ends here"),
        ("POLY_ADDRESS: 'abc\nPOLY_NONCE: 1", 1, "could not be read"),
        ("\n\n{\"order\": {\"makerAmount\": \"1\"}}", 3, "a signed order"),
    ] {
        let unread = read(text).unread;
        let found = unread.iter().find(|unread| unread.text.contains(said));
        assert_eq!(found.map(|unread| unread.line), Some(line), "{text}: {unread:?}");
    }
}

#[test]
fn what_holds_no_request_is_none() {
    for text in [
        "",
        "\u{0}\u{1}\u{2}",
        "curl is a fine tool",
        "CLOB_API_KEY=f4f247b7-4ac7-ff29-a152-04fda0a8755a",
        "GET /index.html HTTP/1.1\nHost: example.com\n\n",
        "{\"a\": [1, 2, {\"b\": null}]}",
        "HTTP/1.1 401 Unauthorized\n\n{\"error\":\"Unauthorized/Invalid api key\"}",
    ] {
        assert_eq!(read(text).requests.len(), 0, "{text}");
    }
}

#[test]
fn targets_are_taken_apart_as_they_are() {
    for (text, host, path, query) in [
        ("https://clob.polymarket.com/data/orders?a=1&b=2", "clob.polymarket.com", "/data/orders", Some("a=1&b=2")),
        ("clob.polymarket.com/order", "clob.polymarket.com", "/order", None),
        ("/order?x", "", "/order", Some("x")),
        ("https://clob.polymarket.com", "clob.polymarket.com", "/", None),
        ("http://127.0.0.1:8080/data/../orders#x", "127.0.0.1:8080", "/data/../orders", None),
    ] {
        let target = Target::of(text);
        assert_eq!(
            (target.host.as_str(), target.path.as_str(), target.query.as_deref()),
            (host, path, query),
            "{text}"
        );
    }
}
