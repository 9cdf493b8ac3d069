//! The live channels: how the sandbox's behave, and what a check makes of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use polydoctor::checks::Status;
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{ChannelAnswer, Facts};
use polydoctor::report::{Report, Verdict};
use polydoctor::sandbox::scenario;
use polydoctor::settings::{self, EnvFile, Inputs};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::program::polydoctor;
use crate::support::Lab;

const ID: &str = "live.channel";

struct Channel(WebSocketStream<TcpStream>);

#[derive(Debug, PartialEq)]
enum Came {
    Text(Value),
    /// What is no JSON.
    Word(String),
    Closed(Option<u16>),
    Nothing,
}

impl Channel {
    async fn open(url: &str) -> Self {
        let host = url.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        Self(tokio_tungstenite::client_async(url, stream).await.unwrap().0)
    }

    async fn send(&mut self, text: impl ToString) {
        self.0.send(Message::text(text.to_string())).await.unwrap();
    }

    async fn next_within(&mut self, time: Duration) -> Came {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        return serde_json::from_str(&text).map_or_else(|_| Came::Word(text.to_string()), Came::Text);
                    }
                    Some(Ok(Message::Close(frame))) => return Came::Closed(frame.map(|frame| frame.code.into())),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Came::Closed(None),
                }
            }
        };
        tokio::time::timeout(time, next).await.unwrap_or(Came::Nothing)
    }

    async fn next(&mut self) -> Came {
        self.next_within(Duration::from_secs(5)).await
    }

    async fn answer(&mut self, frame: Value) -> Came {
        self.send(frame).await;
        self.next().await
    }
}

/// The `auth` of the lab's own account.
fn triple(lab: &Lab) -> Value {
    let own = lab.configured().credentials;
    json!({ "apiKey": own.key, "secret": own.secret.expose(), "passphrase": own.passphrase.expose() })
}

fn user(lab: &Lab) -> String {
    format!("{}/ws/user", lab.running.announcement().ws_url)
}

fn text(value: Value) -> Came {
    Came::Text(value)
}

#[tokio::test]
async fn the_user_channel_says_nothing_to_right_credentials_and_closes_with_1008_after_a_second_for_wrong_ones() {
    let lab = Lab::named("healthy-safe").await;
    let mut right = Channel::open(&user(&lab)).await;
    right.send(json!({ "type": "user", "auth": triple(&lab) })).await;
    assert_eq!(right.next_within(Duration::from_millis(1_300)).await, Came::Nothing);
    right.send("PING").await;
    assert_eq!(right.next().await, Came::Word("PONG".to_owned()));
    for part in ["apiKey", "secret", "passphrase"] {
        let mut auth = triple(&lab);
        auth[part] = json!("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
        let mut wrong = Channel::open(&user(&lab)).await;
        let sent = Instant::now();
        wrong.send(json!({ "type": "user", "auth": auth })).await;
        wrong.send("PING").await;
        assert_eq!(wrong.next().await, Came::Word("PONG".to_owned()), "a PONG proves nothing");
        assert_eq!(wrong.next().await, Came::Closed(Some(1008)), "{part}");
        assert!(sent.elapsed() >= Duration::from_millis(900), "{part}: {:?}", sent.elapsed());
    }
    let bare = lab.http.get(lab.url("/ws")).send().await.unwrap().status();
    assert_eq!((bare, lab.http.get(lab.url("/ws/")).send().await.unwrap().status()), (bare, bare));
    assert_eq!(bare, 404);
}

#[tokio::test]
async fn events_go_to_their_owner_alone_and_only_for_the_markets_that_were_asked_for() {
    let lab = Lab::written("[live]\nemits = ['order', 'trade']\nevery_ms = 50").await;
    let mut all = Channel::open(&user(&lab)).await;
    all.send(json!({ "type": "user", "auth": triple(&lab) })).await;
    let mut kinds = Vec::new();
    let mut markets = Vec::new();
    while kinds.len() < 4 {
        let Came::Text(event) = all.next().await else { panic!("no event") };
        kinds.push(event["event_type"].as_str().unwrap().to_owned());
        markets.push(event["market"].as_str().unwrap().to_owned());
        assert_eq!(event["owner"], lab.configured().credentials.key);
    }
    assert!(kinds.contains(&"order".to_owned()) && kinds.contains(&"trade".to_owned()), "{kinds:?}");
    let mut one = Channel::open(&user(&lab)).await;
    one.send(json!({ "type": "user", "auth": triple(&lab), "markets": [markets[0]] })).await;
    for _ in 0..3 {
        let Came::Text(event) = one.next().await else { panic!("no event") };
        assert_eq!(event["market"], markets[0]);
    }
    let mut none = Channel::open(&user(&lab)).await;
    none.send(json!({ "type": "user", "auth": triple(&lab), "markets": [] })).await;
    assert_eq!(none.next_within(Duration::from_millis(400)).await, Came::Nothing);
    let stranger = lab.create(crate::support::STRANGER_KEY, 0).await.credentials;
    let auth = json!({ "apiKey": stranger.key, "secret": stranger.secret.expose(), "passphrase": stranger.passphrase.expose() });
    let mut other = Channel::open(&user(&lab)).await;
    other.send(json!({ "type": "user", "auth": auth })).await;
    assert_eq!(other.next_within(Duration::from_millis(400)).await, Came::Nothing);
}

#[tokio::test]
async fn the_live_data_service_acknowledges_and_holds_to_its_limits() {
    let lab = Lab::named("healthy-safe").await;
    let url = &lab.running.announcement().live_url;
    let mut channel = Channel::open(url).await;
    let wrong = json!({ "apiKey": "x", "secret": "y", "passphrase": "z" });
    let error = |rid: &str, code: &str| text(json!({ "op": "error", "rid": rid, "code": code }));
    let subscribe = |rid: &str, channel: &str, filter: Value| json!({ "op": "subscribe", "rid": rid, "subscriptions": [{ "channel": channel, "filter": filter }] });
    assert_eq!(channel.answer(subscribe("s", "price.crypto", json!({}))).await, error("s", "auth_required"));
    assert_eq!(channel.answer(json!({ "op": "auth", "rid": "a", "auth": wrong })).await, error("a", "auth_invalid"));
    assert_eq!(
        channel.answer(json!({ "op": "auth", "rid": "b", "auth": triple(&lab) })).await,
        text(json!({ "op": "authed", "rid": "b" })),
        "a wrong attempt does not close it"
    );
    assert_eq!(channel.answer(json!({ "op": "ping", "rid": "p" })).await, text(json!({ "op": "pong", "rid": "p" })));
    assert_eq!(channel.answer(json!({ "op": "heartbeat", "rid": "h" })).await, error("h", "bad_op"));
    for (name, filter, code) in
        [("price.nothing", json!({ "symbol": "x" }), "bad_channel"), ("price.crypto", json!({}), "bad_filter")]
    {
        let Came::Text(answer) = channel.answer(subscribe("c", name, filter)).await else { panic!("{name}") };
        assert_eq!((&answer["op"], &answer["code"], &answer["channel"]), (&json!("error"), &json!(code), &json!(name)));
    }
    let done = channel.answer(subscribe("d", "price.polymarket", json!({ "asset_id": "123" }))).await;
    assert_eq!(done, text(json!({ "op": "subscribed", "rid": "d", "channel": "price.polymarket" })));
    let Came::Text(event) = channel.next().await else { panic!("no event") };
    assert_eq!((&event["channel"], &event["payload"]["asset_id"]), (&json!("price.polymarket"), &json!("123")));
    // the eighth attempt is answered, the ninth ends the connection
    let mut many = Channel::open(url).await;
    for attempt in 0..8 {
        let answer = many.answer(json!({ "op": "auth", "rid": "a", "auth": wrong })).await;
        assert_eq!(answer, error("a", "auth_invalid"), "{attempt}");
    }
    assert_eq!(many.answer(json!({ "op": "auth", "rid": "a", "auth": wrong })).await, Came::Closed(Some(4008)));
    let mut large = Channel::open(url).await;
    large.send("x".repeat(64 * 1024 + 1)).await;
    assert_eq!(large.next().await, Came::Closed(Some(4008)));
    let mut full = Channel::open(url).await;
    full.answer(json!({ "op": "auth", "rid": "a", "auth": triple(&lab) })).await;
    let filters: Vec<Value> =
        (0..65).map(|n| json!({ "channel": "price.equity", "filter": { "symbol": n.to_string() } })).collect();
    full.send(json!({ "op": "subscribe", "rid": "f", "subscriptions": filters })).await;
    let mut codes = Vec::new();
    while codes.len() < 65 {
        match full.next().await {
            Came::Text(answer) if answer["rid"] == "f" => codes.push(answer["code"].clone()),
            Came::Text(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(codes.iter().filter(|code| **code == "sub_limit").count(), 1);
}

#[tokio::test]
async fn the_channels_end_with_the_sandbox() {
    let lab = Lab::named("healthy-safe").await;
    let mut user = Channel::open(&user(&lab)).await;
    let mut live = Channel::open(&lab.running.announcement().live_url).await;
    lab.running.stop().await.unwrap();
    assert_eq!(user.next().await, Came::Closed(Some(1001)));
    assert_eq!(live.next().await, Came::Closed(Some(4003)));
}

/// A run of everything with these variables.
async fn observe(mut environment: BTreeMap<String, String>, deep: bool) -> Facts {
    environment.retain(|_, value| !value.is_empty());
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]);
    let engine = if deep { engine.deep() } else { engine };
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    engine.facts().borrow().clone()
}

async fn observe_scenario(name: &str, deep: bool) -> Facts {
    let lab = Lab::named(name).await;
    observe(lab.running.announcement().env.clone(), deep).await
}

#[tokio::test]
async fn a_healthy_account_of_any_kind_passes_and_no_channel_makes_one_broken() {
    let mut passed = 0;
    for name in scenario::names().filter(|name| name.starts_with("healthy")) {
        let report = Report::of(&observe_scenario(name, false).await);
        let status = report.check(ID).unwrap().status;
        assert!(matches!(status, Status::Pass | Status::Note), "{name}: {status:?}");
        assert_eq!(
            status == Status::Note,
            name.starts_with("healthy-live-"),
            "{name}: {}",
            report.check(ID).unwrap().summary
        );
        assert_eq!(report.verdict, Verdict::Healthy, "{name}");
        passed += usize::from(status == Status::Pass);
    }
    assert!(passed >= 15, "{passed}");
}

#[tokio::test]
async fn the_user_channel_is_asked_only_when_told_and_its_answer_is_known_after_three_seconds() {
    let usual = observe_scenario("healthy-safe", false).await;
    assert!(usual.user_channel.known().is_none());
    assert!(!usual.requests.iter().any(|request| request.url.contains("/ws/user")));
    let deep = observe_scenario("healthy-safe", true).await;
    let user = deep.user_channel.known().unwrap();
    assert!(user.answer.is_accepted() && user.pong_ms.is_some() && user.open_ms >= 3_000, "{user:?}");
    assert_eq!(
        Report::of(&deep).check(ID).unwrap().summary,
        "Both live channels accept the configured API credentials"
    );
    let wrong = observe_scenario("credentials-mixed-secret", true).await;
    let user = wrong.user_channel.known().unwrap();
    assert_eq!(user.answer, ChannelAnswer::Rejected { how: "closed with code 1008".to_owned() });
    let report = Report::of(&wrong);
    assert_eq!(report.check(ID).unwrap().status, Status::Fail);
    assert_eq!(report.diagnoses[0].cause.name(), "credentials-stale");
}

#[tokio::test]
async fn a_channel_that_is_silent_costs_no_more_than_its_own_time_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let lab = Lab::named("healthy-safe").await;
    let mut environment = lab.running.announcement().env.clone();
    let url = format!("ws://{}/ws", silent.local_addr().unwrap());
    environment.insert("POLYMARKET_LIVE_URL".to_owned(), url);
    let began = Instant::now();
    let facts = observe(environment, false).await;
    assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
    let report = Report::of(&facts);
    let check = report.check(ID).unwrap();
    assert_eq!((report.verdict, check.status), (Verdict::Healthy, Status::Note), "{check:?}");
}

#[tokio::test]
async fn nothing_is_opened_offline_nor_beside_a_clob_whose_channel_is_not_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/ws", listener.local_addr().unwrap());
    let output = polydoctor()
        .args(["check", "--offline", "--format", "json"])
        .envs([("POLYMARKET_LIVE_URL", url.as_str()), ("POLYMARKET_WS_URL", url.as_str())])
        .envs([("CLOB_API_KEY", "a"), ("CLOB_SECRET", "b"), ("CLOB_PASS_PHRASE", "c")])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["requests"], json!([]));
    let asked = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(asked.is_err(), "offline, and somebody came");
    // a local CLOB: its credentials are not shown to the official channel
    let lab = Lab::named("healthy-safe").await;
    let mut environment = lab.running.announcement().env.clone();
    environment.remove("POLYMARKET_LIVE_URL");
    environment.remove("POLYMARKET_WS_URL");
    let facts = observe(environment, true).await;
    let report = Report::of(&facts);
    let check = report.check(ID).unwrap();
    assert_eq!((report.verdict, check.status), (Verdict::Healthy, Status::Note));
    assert!(check.summary.contains("set POLYMARKET_LIVE_URL"), "{}", check.summary);
    assert!(facts.requests.iter().all(|request| request.url.contains("127.0.0.1")), "{:?}", facts.requests);
}

/// A server that takes a WebSocket and answers every frame by what this makes of it.
async fn server(answer: impl Fn(&str) -> Vec<Message> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/ws", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { continue };
            if let Some(Ok(Message::Text(text))) = socket.next().await {
                for message in answer(&text) {
                    let _ = socket.send(message).await;
                }
            }
            let _ = tokio::time::timeout(Duration::from_secs(10), socket.next()).await;
        }
    });
    url
}

#[tokio::test]
async fn whatever_a_channel_answers_no_account_becomes_broken_and_no_secret_is_shown() {
    let lab = Lab::named("healthy-safe").await;
    let own = lab.configured().credentials;
    type Answer = fn(&str) -> Vec<Message>;
    let answers: [(&str, Answer); 12] = [
        ("an echo as a code", |text| {
            vec![Message::text(json!({ "op": "error", "rid": "a1", "code": text }).to_string())]
        }),
        ("an echo as the reason of a close", |text| {
            let frame: Value = serde_json::from_str(text).unwrap();
            let reason = frame["auth"]["secret"].as_str().unwrap().to_owned();
            let code = tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode::Library(4003);
            vec![Message::Close(Some(tokio_tungstenite::tungstenite::protocol::CloseFrame {
                code,
                reason: reason.into(),
            }))]
        }),
        ("an echo as it is", |text| vec![Message::text(text.to_owned()), Message::Close(None)]),
        ("something else first", |_| {
            vec![Message::text("{\"op\":\"hello\"}"), Message::text("{\"op\":\"authed\",\"rid\":\"a1\"}")]
        }),
        ("the answer of another request", |_| {
            vec![Message::text("{\"op\":\"authed\",\"rid\":\"b\"}"), Message::Close(None)]
        }),
        ("no JSON", |_| vec![Message::text("no"), Message::Close(None)]),
        ("bytes", |_| vec![Message::binary(vec![1, 2, 3]), Message::Close(None)]),
        ("pings", |_| vec![Message::Ping(vec![1].into()), Message::text("{\"op\":\"authed\",\"rid\":\"a1\"}")]),
        ("a message that is too large", |_| vec![Message::text("x".repeat(100_000))]),
        ("a deep one", |_| vec![Message::text("[".repeat(60_000)), Message::Close(None)]),
        ("control characters", |_| {
            vec![Message::text(json!({ "op": "error", "rid": "a1", "code": "\u{1b}[31mred\u{7}" }).to_string())]
        }),
        ("rate_limited", |_| vec![Message::text("{\"op\":\"error\",\"rid\":\"a1\",\"code\":\"rate_limited\"}")]),
    ];
    for (name, answer) in answers {
        let mut environment = lab.running.announcement().env.clone();
        environment.insert("POLYMARKET_LIVE_URL".to_owned(), server(answer).await);
        let facts = observe(environment, false).await;
        let report = Report::of(&facts);
        let check = report.check(ID).unwrap();
        assert_eq!(report.verdict, Verdict::Healthy, "{name}: {check:?}");
        let is_yes = ["something else first", "pings"].contains(&name);
        assert_eq!(check.status, if is_yes { Status::Pass } else { Status::Note }, "{name}: {}", check.summary);
        let shown = serde_json::to_string(&report).unwrap() + &serde_json::to_string(&facts).unwrap();
        for secret in [own.secret.expose(), own.passphrase.expose()] {
            assert!(!shown.contains(secret.trim_end_matches('=')), "{name}: {shown}");
        }
        assert!(!shown.contains("\\u001b"), "{name}");
    }
}

#[tokio::test]
async fn what_comes_instead_of_a_channel_is_a_note_with_its_reason() {
    let lab = Lab::named("healthy-safe").await;
    let with = |url: String| {
        let mut environment = lab.running.announcement().env.clone();
        environment.insert("POLYMARKET_LIVE_URL".to_owned(), url);
        environment
    };
    let host = lab.running.announcement().ws_url.clone();
    for (url, reason) in
        [(format!("{host}/time"), "200 with an unexpected answer"), (format!("{host}/nothing"), "404 not found")]
    {
        let report = Report::of(&observe(with(url.clone()), false).await);
        let check = report.check(ID).unwrap();
        assert_eq!((report.verdict, check.status), (Verdict::Healthy, Status::Note), "{url}");
        assert!(check.evidence.iter().any(|evidence| evidence.value.contains(reason)), "{url}: {:?}", check.evidence);
    }
}

#[tokio::test]
async fn credentials_that_a_channel_accepts_and_http_rejects_are_not_what_is_wrong() {
    let facts = observe_scenario("relay-drops-one-header", false).await;
    let report = Report::of(&facts);
    let first = &report.diagnoses[0];
    assert_eq!(first.cause.name(), "headers-dropped");
    assert!(first.because.iter().any(|text| text.contains("live channel accepts")), "{:?}", first.because);
    // without the channel the same answers look like new credentials
    let without = Facts { live: polydoctor::facts::Fact::NotAsked { why: "not asked".to_owned() }, ..facts };
    assert_ne!(Report::of(&without).diagnoses[0].cause.name(), "headers-dropped");
}

#[test]
fn the_check_opens_the_channel_at_once_so_that_it_adds_no_round_trip() {
    const LATENCY: u64 = 400;
    let sandbox = crate::program::Sandbox::start(&["--latency", &LATENCY.to_string()]);
    let output = polydoctor().args(["check", "--format", "json"]).envs(sandbox.env()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "healthy", "{report}");
    let requests = report["requests"].as_array().unwrap();
    let sent = |request: &Value| request["sent_ms"].as_u64().unwrap();
    let round_trips = requests.iter().map(sent).max().unwrap() / LATENCY + 1;
    assert_eq!(round_trips, 3, "{requests:#?}");
    let live = requests.iter().find(|request| request["probe"] == "live").unwrap();
    assert!(sent(live) < LATENCY, "{live}");
    assert_eq!(live["status"], 101);
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == ID).unwrap();
    let timing = check["evidence"].as_array().unwrap().iter().find(|evidence| evidence["label"] == "timing").unwrap();
    assert!(timing["value"].as_str().unwrap().starts_with("connected after 4"), "{timing}");
    // its answer is there before the last of the others
    assert!(check["elapsed_ms"].as_u64().unwrap() < 3 * LATENCY, "{check}");
}
