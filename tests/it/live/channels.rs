//! How the sandbox's live channels behave: what is known of the real ones.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Lab, STRANGER_KEY};

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
    let stranger = lab.create(STRANGER_KEY, 0).await.credentials;
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
