use super::super::patterns::{content_words, has_code};
use super::super::recognise;
use super::*;
use crate::reference::errors;

fn texts(raw: &str) -> Vec<&'static str> {
    recognise(raw).into_iter().map(|error| error.text.as_str()).collect()
}

fn host(service: Service) -> &'static str {
    match service {
        Service::PolygonRpc => "https://polygon-rpc.com/",
        Service::PolymarketUs => "https://api.polymarket.us/v1/orders",
        Service::Relayer => "https://relayer-v2.polymarket.com/submit",
        Service::Websocket => "wss://ws-subscriptions-clob.polymarket.com/ws/user",
        _ => "https://clob.polymarket.com/",
    }
}

#[test]
fn every_sentence_is_found_in_itself() {
    let mut wrong = Vec::new();
    for error in errors().iter().filter(|error| !error.is_placed()) {
        let said = error.text.replace("{}", "0x4fd2");
        let said = error.from.first().map_or(said.clone(), |service| format!("{}: {said}", host(*service)));
        if texts(&said).first() != Some(&error.text.as_str()) {
            wrong.push((said.clone(), texts(&said)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// In prose, where neither host nor status nor a code is there, it takes three words that mean
/// something.
#[test]
fn no_sentence_is_known_in_prose_by_fewer_than_three_words_with_a_meaning() {
    let (mut short, mut wrong) = (0, Vec::new());
    for error in errors().iter().filter(|error| !error.is_placed() && !error.is_status()) {
        for text in std::iter::once(&error.text).chain(&error.also) {
            let is_figure = error.said_by == "symptom" && text.contains(|c: char| c.is_ascii_digit());
            if content_words(text) >= 3 || has_code(text) || is_figure {
                continue;
            }
            short += 1;
            let said = text
                .replace("{}", "thing")
                .replace(['"', '\'', '`', '(', ')', '[', ']', '{', '}', ':', '!', '.', ','], " ");
            let prose = format!("yesterday somebody wrote that {said} was what they remembered of that long day");
            // the name of the service is as good as its host
            let is_named = Service::of_words(&prose).is_some() || missing(&prose).is_some();
            if !is_named && texts(&prose).contains(&error.text.as_str()) {
                wrong.push(prose);
            }
        }
    }
    assert!(short > 40 && wrong.is_empty(), "{short} {wrong:#?}");
}

#[test]
fn a_part_of_another_sentence_is_no_sentence() {
    assert_eq!(texts("Unauthorized/Invalid api key"), ["Unauthorized/Invalid api key"]);
    assert_eq!(texts("404 Not Found"), ["404 Not Found"]);
    assert_eq!(texts(r#"{"error":"Not Found","path":"/nope"}"#), ["Not Found"]);
}

#[test]
fn a_status_counts_only_where_nothing_else_does() {
    assert_eq!(texts("401"), ["401 Unauthorized"]);
    assert_eq!(texts("HTTP/1.1 503"), ["503 Service Unavailable"]);
    assert_eq!(texts("Request failed with status code 403")[0], "403 Forbidden");
    assert_eq!(texts("429 Too Many Requests: invalid signature"), ["invalid signature"]);
    assert!(texts("it took 401 of all the many seconds that there are in this very long day").is_empty());
}

#[test]
fn hostile_text_is_bounded() {
    assert!(read("").errors.is_empty());
    assert!(texts(&"é".repeat(600_000)).is_empty());
    let huge = "invalid signature ".to_owned() + &"order ".repeat(200_000);
    assert!(texts(&huge).is_empty(), "only the end is read");
}
