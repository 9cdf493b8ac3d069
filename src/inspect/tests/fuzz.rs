//! Any bytes are read: texts that people paste, with all kinds of damage done to them.
//!
//! `PROPTEST_CASES` asks for more of them, or for others: the number of rounds is the seed. A failure prints the
//! text. Built for release, a million rounds take minutes.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::drafts::{Draft, FORMS};
use super::orders::ORDERS;
use super::{BUILDER, Known, L1, L2, Random, inspect, results, text, vectors};
use crate::inspect::reading::{self, Reading};

/// One text of some kilobytes takes no longer, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(2);
/// Of so many readings one is inspected, too: the search meets values only.
const INSPECTED: u64 = 512;
const LONGEST: usize = 24 << 10;

/// What means something to one of the readers.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "`",
    "\\",
    "\\\\",
    "\\\"",
    "\\u",
    "\\ud83d",
    "\\u{",
    "\\x",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "$'",
    "^\"",
    "^",
    "%",
    "&",
    ";",
    "|",
    ",",
    ":",
    "=",
    "=>",
    "<",
    ">",
    "é",
    "\u{1f680}",
    "\u{feff}",
    "\u{202e}",
    "b'",
    "send: b'",
    "> ",
    "curl ",
    " -H ",
    " -d ",
    "--data-raw ",
    " -X",
    "@",
    "POST / HTTP/1.1\r\n",
    "Content-Length: ",
    "POLY_ADDRESS: ",
    "POLY_SIGNATURE",
    "\"headers\":",
    "\"postData\":{\"text\":",
    "\"order\":{",
    "makerAmount",
    "maker_amount",
    "signatureParams",
    "depositWalletParams",
    "WALLET-CREATE",
    "\"calls\":[",
    "salt",
    "Order { ",
    "Some(",
    "Decimal('",
    "<Side.BUY: 0>",
    "0x",
    "1e308",
    "-1",
    "99999999999999999999999999999",
    "null",
    "undefined",
    "None",
    "NaN",
    "https://",
    "?",
    "#",
    "//",
    "\" + \"",
    "/submit",
    "RELAYER_API_KEY: ",
];

/// Texts that people paste: every vector in some form, and the texts that explanations are tested with.
fn corpus() -> Vec<String> {
    let mut texts = Vec::new();
    for (number, vector) in [L1, L2, BUILDER].into_iter().flat_map(vectors).enumerate() {
        let Some(headers) = results(&vector).next() else { continue };
        let draft = Draft {
            method: Some(text(&vector, "method")).filter(|method| !method.is_empty()).unwrap_or("POST").into(),
            path: Some(text(&vector, "path")).filter(|path| !path.is_empty()).unwrap_or("/auth/api-key").into(),
            query: (number % 3 == 0).then(|| "a=1&b=%20".into()),
            headers,
            body: vector["body"].as_str().map(str::to_owned),
            ..Draft::default()
        };
        texts.push(draft.pasted(FORMS[number % FORMS.len()]));
    }
    for (number, vector) in vectors(ORDERS).iter().enumerate() {
        let results: Vec<&Value> = vector["results"].as_object().unwrap().values().collect();
        let body = text(results[number % results.len()], "post_body");
        texts.push(match number % 4 {
            0 => body.to_owned(),
            1 => body.replace('"', "'"),
            2 => format!("DEBUG posting Order({})", body.replace([':'], "=").replace(['{', '}', '"'], "")),
            _ => serde_json::json!({ "level": "debug", "msg": body }).to_string(),
        });
    }
    texts.extend(super::relay::bodies());
    for file in [
        include_str!("../../../tests/it/explain/field.jsonl"),
        include_str!("../../../tests/it/explain/forms.jsonl"),
        include_str!("../../../tests/it/explain/raised.jsonl"),
    ] {
        let lines = file.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        texts.extend(lines.filter_map(|line| line["text"].as_str().map(str::to_owned)));
    }
    texts.retain(|text| !text.is_empty() && text.len() < LONGEST / 2);
    texts
}

fn damaged(corpus: &[String], random: &mut Random) -> Vec<u8> {
    if random.below(40) == 0 {
        return (0..random.below(400)).map(|_| random.next().to_le_bytes()[0]).collect();
    }
    let mut bytes = corpus[random.below(corpus.len())].clone().into_bytes();
    for _ in 0..=random.below(8) {
        if bytes.is_empty() || bytes.len() > LONGEST {
            break;
        }
        let place = random.below(bytes.len());
        match random.below(9) {
            0 => bytes[place] = random.next().to_le_bytes()[0],
            1 => bytes.truncate(place),
            2 => drop(bytes.drain(..place)),
            3 => drop(bytes.drain(place..(place + random.below(40)).min(bytes.len()))),
            4 | 5 => drop(bytes.splice(place..place, PIECES[random.below(PIECES.len())].bytes())),
            6 => {
                let piece = PIECES[random.below(PIECES.len())].repeat(1 + random.below(200));
                drop(bytes.splice(place..place, piece.bytes()));
            }
            7 => {
                let again = bytes[place..(place + random.below(300)).min(bytes.len())].to_vec();
                drop(bytes.splice(place..place, again));
            }
            _ => {
                let other = corpus[random.below(corpus.len())].as_bytes();
                let start = random.below(other.len());
                let end = (start + random.below(400)).min(other.len());
                drop(bytes.splice(place..place, other[start..end].iter().copied()));
            }
        }
    }
    bytes
}

/// What was read is of this text, and no more than it can hold.
fn check(reading: &Reading, text: &str) {
    let lines = text.matches('\n').count() + 1;
    let all = reading.requests.iter().map(|request| request.line);
    let all = all.chain(reading.orders.iter().map(|order| order.line));
    let all = all.chain(reading.submissions.iter().map(|submission| submission.line));
    for line in all.chain(reading.unread.iter().map(|unread| unread.line)) {
        assert!((1..=lines + 1).contains(&line), "line {line} of {lines}: {text:?}");
    }
    let held: usize = reading.requests.iter().filter_map(|request| request.body.as_ref()).map(String::len).sum();
    assert!(held <= 4 * text.len() + 64, "{held} bytes of bodies: {text:?}");
    let found = reading.requests.len() + reading.orders.len() + reading.submissions.len();
    assert!(found <= text.len() / 4 + 1, "{found}: {text:?}");
}

#[test]
fn any_damaged_paste_is_read_in_bounded_time_and_memory() {
    let corpus = corpus();
    assert!(corpus.len() > 300, "{}", corpus.len());
    let rounds = u64::from(proptest::test_runner::Config::default().cases) * 12;
    let mut random = Random(0x5eed_f0f0_1234_5678 ^ rounds.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let known = Known { signer: Some(alloy_primitives::Address::repeat_byte(1)), ..Known::default() };
    // patterns are made when they are used first
    corpus.iter().take(50).for_each(|text| drop(reading::read(text)));
    let took = |text: &str, round: u64| {
        let started = Instant::now();
        let result = std::panic::catch_unwind(|| {
            let reading = reading::read(text);
            check(&reading, text);
            if round.is_multiple_of(INSPECTED) {
                let found = inspect(text, &known);
                assert!(!found.json().to_string().is_empty());
            }
        });
        assert!(result.is_ok(), "round {round}: {text:?}");
        started.elapsed()
    };
    for round in 0..rounds {
        let bytes = damaged(&corpus, &mut random);
        let text = String::from_utf8_lossy(&bytes);
        // a machine that does other things meanwhile is no hang
        let tries = std::iter::repeat_with(|| took(&text, round)).take(4);
        let slow = tries.take_while(|elapsed| *elapsed >= LIMIT).count();
        assert!(slow < 4, "round {round} takes longer than {LIMIT:?}: {text:?}");
    }
}
