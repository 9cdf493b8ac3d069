//! What people paste: texts of public threads, forms of client libraries, and texts that no rule was
//! written from. Each leads to one of the causes that were wanted for it before it was tried.

use std::time::{Duration, Instant};

use polydoctor::reference::{Reading, Reported, Service, read};
use serde::Deserialize;
use serde_json::Value;

use super::logs::megabytes;
use super::piped;
use crate::program::{causes, check, run, stdout};

/// A text and what it has to lead to.
#[derive(Debug, Deserialize)]
struct Pasted {
    #[serde(default)]
    source: String,
    #[serde(default)]
    text: String,
    /// Instead of a text: an error that is reported to the checklist of this scenario.
    demo: Option<String>,
    #[serde(default)]
    reported: Vec<String>,
    /// One of these comes first; `none` where no cause may be named.
    want: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    service: Option<Service>,
    #[serde(default)]
    round: u8,
}

fn lines(text: &str) -> Vec<Pasted> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The causes that a text leads to; `none` for none.
fn found(reading: &Reading) -> Vec<String> {
    if !reading.exposed.is_empty() {
        return vec!["secret-exposed".to_owned()];
    }
    let causes = reading.errors.first().map(|first| &first.causes[..]).unwrap_or_default();
    match causes {
        [] => vec!["none".to_owned()],
        _ => causes.iter().map(|weighted| weighted.cause.name().to_owned()).collect(),
    }
}

/// What is wrong with what was found; nothing where it is as wanted.
fn judged(case: &Pasted, found: &[String]) -> Option<String> {
    let is_wanted = found.first().is_some_and(|first| case.want.contains(first));
    let is_never = found.first().is_some_and(|first| case.never.contains(first));
    (!is_wanted || is_never).then(|| {
        format!("{} {:?}\n  wanted {:?}, found {found:?}\n  {:?}", case.source, case.demo, case.want, case.text)
    })
}

/// Each leads to what is wanted, and to who spoke where that is given.
fn hold<'a>(cases: impl Iterator<Item = &'a Pasted>) {
    let wrong: Vec<String> = cases
        .filter_map(|case| {
            let reading = read(&case.text);
            let spoke = reading.errors.first().and_then(|first| first.service);
            let is_other = case.service.is_some() && spoke != case.service;
            let other = || format!("{}\n  wanted {:?}, spoke {spoke:?}\n  {:?}", case.source, case.service, case.text);
            judged(case, &found(&reading)).or_else(|| is_other.then(other))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn texts_of_public_threads_lead_to_the_cause_that_was_found_there() {
    let cases = lines(include_str!("field.jsonl"));
    hold(cases.iter().filter(|case| case.demo.is_none()));
}

#[test]
fn the_checklist_takes_the_same_texts_as_reported_errors() {
    let cases = lines(include_str!("field.jsonl"));
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| case.demo.is_some()) {
        let mut arguments = vec!["--demo", case.demo.as_deref().unwrap()];
        for error in &case.reported {
            arguments.extend(["--symptom", error]);
        }
        let (report, _) = check(&arguments);
        let found: Vec<String> = causes(&report).into_iter().map(str::to_owned).collect();
        wrong.extend(judged(case, &found));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_form_of_the_clients_leads_to_who_spoke_and_to_a_cause() {
    hold(lines(include_str!("forms.jsonl")).iter());
}

/// In rounds: what each text has to lead to was fixed before it was tried. Right at the first try were 35 of
/// 44, 22 of 23, 52 of 61 and 25 of 27; of the sixth, in one person's own words, 87 of
/// 109; of the seventh, by somebody who knew none of the rules, 107 of 120.
#[test]
fn texts_that_no_rule_was_written_from_lead_to_what_was_wanted_before() {
    let cases = lines(include_str!("fresh.jsonl"));
    for (round, count) in [(1, 40), (3, 50), (4, 25)] {
        assert!(cases.iter().filter(|case| case.round == round).count() >= count, "round {round}");
    }
    hold(cases.iter());
}

/// Subjects and states in any words, and texts in which host, client or a more specific statement decides. What
/// each has to lead to was fixed before it was tried; right at the first try were 19 of 99.
#[test]
fn texts_in_words_of_their_own_lead_to_what_was_wanted_before() {
    let cases = lines(include_str!("composed.jsonl"));
    assert!(cases.len() > 90, "{}", cases.len());
    hold(cases.iter());
}

/// Errors of other services, statements in a bot's or a person's own words, shortened sentences, and values that
/// decide among causes. None of them was read rightly before there were rules for their kinds.
#[test]
fn other_services_and_plain_words_lead_to_what_was_wanted_before() {
    let cases = lines(include_str!("plain.jsonl"));
    assert!(cases.len() > 40, "{}", cases.len());
    hold(cases.iter());
}

/// What is printed is about the text: its own words stand above the page, with its own status.
#[test]
fn a_page_is_headed_by_what_was_pasted() {
    for (text, heading, never) in [
        ("Error: daily request count exceeded, request rate limited", "daily request count exceeded", "authenticated"),
        (
            "[user-ws] wss://ws-subscriptions-clob.polymarket.com/ws/user Error: Unexpected server response: 403",
            "\n403 at the",
            "\n401 at",
        ),
        (
            "Error: POLYMARKET_FUNDER is required when POLYMARKET_SIGNATURE_TYPE=1",
            "POLYMARKET_FUNDER is required",
            "POLY_1271",
        ),
        ("go: tls: certificate signed by unknown authority", "certificate signed by unknown authority", "Node.js"),
    ] {
        let printed = stdout(&piped(text.as_bytes(), &[]));
        assert!(printed.contains(heading) && !printed.contains(never), "{printed}");
    }
    let other = stdout(&piped(b"pybit.exceptions.InvalidRequestError: invalid request (ErrCode: 10002)", &[]));
    assert!(
        other.contains("A different service") && other.contains("Bybit") && !other.contains("sdk-outdated"),
        "{other}"
    );
}

/// What the libraries themselves print when a server fails in each way, with the URL of each service.
#[test]
fn what_libraries_raise_is_read_by_failure_and_host() {
    let cases = lines(include_str!("raised.jsonl"));
    assert!(cases.len() > 200, "{}", cases.len());
    hold(cases.iter());
}

fn first(text: &str) -> Reported {
    read(text).errors.into_iter().next().unwrap_or_default()
}

#[test]
fn what_surrounds_an_error_does_not_matter() {
    let said = r#"{"error":"wallet registry validation failed: wallet 0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50 is not registered"}"#;
    let escaped = serde_json::to_string(said).unwrap();
    for text in [
        said.to_owned(),
        format!("2026-11-01 10:00:00,123 [ERROR] bot.relay: submit failed: {said}"),
        format!("\u{1b}[31m✗ ERROR\u{1b}[0m POST https://relayer-v2.polymarket.com/submit -> 400 {said}"),
        format!(r#"{{"level":"error","msg":{escaped},"url":"https://relayer-v2.polymarket.com/submit"}}"#),
        format!("bot-1  | 2026-11-01T10:00:00Z ERROR 部署失败: 400 - {said}"),
        format!(
            "Error: relayer returned 400 Bad Request:\n{said}\n    at submit (/app/relay.js:10:5)\n    at async main (/app/index.js:3:1)"
        ),
        format!(
            "Exception in thread \"main\" java.io.IOException: Unexpected code Response{{protocol=h2, code=400, message=, url=https://relayer-v2.polymarket.com/submit}} body: {said}\n\tat app.Main.main(Main.kt:12)"
        ),
        said.replace('"', "'"),
        "map[error:wallet registry validation failed: wallet 0xBc0f is not registered]".to_owned(),
    ] {
        let first = first(&text);
        assert_eq!(first.service, Some(Service::Relayer), "{text}");
        assert_eq!(
            first.causes.first().map(|weighted| weighted.cause.name()),
            Some("relayer-wallet-unknown"),
            "{text}"
        );
    }
}

#[test]
fn an_unknown_sentence_is_quoted_and_never_explained_by_its_status() {
    for (text, service, status) in [
        (
            r#"POST https://relayer-v2.polymarket.com/submit 400 {"error":"flux capacitor is out of phase"}"#,
            Service::Relayer,
            400,
        ),
        (
            r"PolyApiException[status_code=401, error_message={'error': 'flux capacitor is out of phase'}]",
            Service::Clob,
            401,
        ),
        (
            r#"HTTP 403 from https://clob.polymarket.com/order: {"error":"flux capacitor is out of phase"}"#,
            Service::Clob,
            403,
        ),
        (
            r#"https://api.polymarket.us/v1/orders 401 {"message":"flux capacitor is out of phase"}"#,
            Service::PolymarketUs,
            401,
        ),
    ] {
        let first = first(text);
        assert_eq!((first.service, first.status), (Some(service), Some(status)), "{text}");
        assert_eq!((first.text.as_str(), first.sentence), ("flux capacitor is out of phase", None), "{text}");
        assert!(first.causes.is_empty(), "{text}");
        let output = piped(text.as_bytes(), &[]);
        let printed = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(
            printed.contains("flux capacitor is out of phase") && printed.contains("Not in the reference"),
            "{printed}"
        );
        assert!(printed.contains(service.words().trim_start_matches("the ")), "{printed}");
    }
}

#[test]
fn an_error_of_another_service_is_none_of_polymarket() {
    for text in [
        "telegram.error.Unauthorized: 401 https://api.telegram.org/bot/sendMessage",
        "HTTP 401 https://api.elections.kalshi.com/trade-api/v2/portfolio/orders {\"error\":\"invalid signature\"}",
        "openai.AuthenticationError: Error code: 401 - {'error': {'message': 'Incorrect API key provided'}} https://api.openai.com/v1/chat",
    ] {
        let first = first(text);
        assert_eq!(first.service, Some(Service::Other), "{text}");
        assert!(first.causes.is_empty(), "{text}: {:?}", first.causes);
    }
}

#[test]
fn of_several_errors_the_one_nearest_to_the_failure_comes_first() {
    let log = "2026-11-01 10:00:00 INFO starting\n\
               2026-11-01 10:00:01 WARN [CLOB Client] request error {\"status\":400,\"data\":{\"error\":\"Could not create api key\"}}\n\
               2026-11-01 10:00:02 ERROR could not detect network (event=\"noNetwork\", code=NETWORK_ERROR, version=providers/5.7.1)\n\
               2026-11-01 10:00:03 INFO retrying\n\
               2026-11-01 10:00:04 ERROR PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]\n\
               2026-11-01 10:00:05 INFO bye\n";
    let reading = read(log);
    let named: Vec<(usize, Option<&str>)> = reading.errors.iter().map(|error| (error.line, error.sentence)).collect();
    assert_eq!(named[0], (5, Some("invalid signature")), "{named:?}");
    assert!(named.contains(&(2, Some("Could not create api key"))), "{named:?}");
    assert!(named.contains(&(3, Some("could not detect network"))), "{named:?}");
    let printed = stdout(&piped(log.as_bytes(), &[]));
    assert!(printed.starts_with("Line 5: ") || printed.starts_with("line 5: "), "{printed}");
    assert!(printed.contains("Also in this text") && printed.contains("line 2: "), "{printed}");
}

#[test]
fn a_secret_in_a_text_is_told_first_and_never_printed() {
    let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let secret = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
    for (text, kind, value) in [
        (
            format!(
                "PRIVATE_KEY=0x{key}\nPolyApiException[status_code=400, error_message={{'error': 'invalid signature'}}]"
            ),
            "private key",
            key,
        ),
        (format!("CLOB_SECRET={secret} 401 {{\"error\":\"Unauthorized/Invalid api key\"}}"), "API secret", secret),
        ("\"POLY_PASSPHRASE\":\"0c9d1e2f3a4b5c6d\",\"status\":401".to_owned(), "API passphrase", "0c9d1e2f3a4b5c6d"),
    ] {
        for format in ["text", "json", "markdown"] {
            let printed = stdout(&piped(text.as_bytes(), &["--format", format]));
            assert!(printed.contains(kind) && !printed.contains(value), "{printed}");
        }
        let answer: Value = serde_json::from_slice(&piped(text.as_bytes(), &["--format", "json"]).stdout).unwrap();
        assert_eq!(answer["entries"][0]["name"], "secret-exposed", "{text}");
        assert!(stdout(&piped(text.as_bytes(), &[])).starts_with("This text contains a secret"), "{text}");
        let (report, _) = check(&["--demo", "healthy-safe", "--symptom", &text]);
        assert_eq!(causes(&report).first(), Some(&"secret-exposed"), "{text}");
        assert!(!report.to_string().contains(value));
    }
}

#[test]
fn the_beginning_of_a_sentence_is_enough() {
    let output = run(&["explain", "maker address not allowed"]);
    let printed = stdout(&output);
    assert_eq!(output.status.code(), Some(0));
    assert!(printed.starts_with("maker address not allowed, please use the deposit wallet flow\n"), "{printed}");
    assert!(stdout(&run(&["explain", "invlid signatre"])).starts_with("No exact match. Closest known error:\n"));
}

#[test]
fn words_of_the_field_are_explained() {
    for word in [
        "funder",
        "L1",
        "L2",
        "nonce",
        "signer",
        "deposit wallet",
        "relayer",
        "CLOB",
        "Gamma",
        "pUSD",
        "builder code",
        "signature type",
        "proxy wallet",
        "Safe",
        "API credentials",
        "attribution",
    ] {
        let output = run(&["explain", word]);
        let printed = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "{word}");
        assert!(printed.starts_with(&format!("{word}\nterm\n\nWhat it means\n")), "{word}: {printed}");
    }
    let answer: Value = serde_json::from_slice(&run(&["explain", "--format", "json", "funder"]).stdout).unwrap();
    assert_eq!((&answer["entries"][0]["kind"], &answer["entries"][0]["name"]), (&"term".into(), &"funder".into()));
}

#[test]
fn a_megabyte_is_read_at_once_whatever_it_is() {
    let _ = read("warm up: invalid signature");
    // a debug build on a busy machine is many times slower than what is shipped
    let (limit, share) =
        if cfg!(debug_assertions) { (Duration::from_secs(10), 8) } else { (Duration::from_millis(100), 1) };
    let texts = megabytes();
    for (name, text) in &texts {
        assert!(text.len() >= (1 << 20) - 16, "{name}: {}", text.len());
        let text = &text[..text.floor_char_boundary(text.len() / share)];
        let started = Instant::now();
        let _ = read(text);
        let took = started.elapsed();
        assert!(took < limit, "{took:?} for {name}");
    }
    let end =
        format!("{}\nPolyApiException[status_code=400, error_message={{'error': 'invalid signature'}}]", texts[0].1);
    assert_eq!(first(&end).sentence, Some("invalid signature"), "the end of a log is read");
}

#[test]
fn other_names_lead_to_their_term() {
    for (word, term) in [
        ("derive", "derive"),
        ("POLY_1271", "POLY_1271"),
        ("UUPS", "deposit wallet"),
        ("beacon", "deposit wallet"),
        ("collateral", "pUSD"),
    ] {
        let printed = stdout(&run(&["explain", word]));
        assert!(printed.starts_with(&format!("{term}\nterm\n")), "{word}: {printed}");
    }
}
