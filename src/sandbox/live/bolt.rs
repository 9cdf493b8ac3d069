//! The live data service: operations with acknowledgements, and its published limits.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Channel, LARGEST_FRAME, Triple};
use crate::sandbox::Sandbox;

const MOST_AUTHENTICATIONS: u32 = 8;
const MOST_SUBSCRIPTIONS: usize = 64;
/// Subscribe frames in a second.
const MOST_FRAMES: usize = 20;
/// Between two pings of ours.
const PINGS: Duration = Duration::from_secs(25);
/// Between two events of a subscription.
const TICKS: Duration = Duration::from_millis(250);

const AUTHENTICATION_FAILED: u16 = 4001;
const SLOW: u16 = 4002;
const DRAINING: u16 = 4003;
const POLICY: u16 = 4008;

/// The channels of prices that the official client subscribes to, and what each is filtered by.
const CHANNELS: [(&str, &str); 5] = [
    ("price.crypto", "symbol"),
    ("price.crypto.twap", "symbol"),
    ("price.equity", "symbol"),
    ("price.equity.twap", "symbol"),
    ("price.polymarket", "asset_id"),
];

/// Those whose prices are averages of a minute.
const AVERAGES: [&str; 2] = ["price.crypto.twap", "price.equity.twap"];

struct Subscription {
    channel: &'static str,
    /// Its value of the filter: a symbol or an asset.
    of: String,
}

#[derive(Default)]
struct State {
    authenticated: bool,
    attempts: u32,
    subscriptions: Vec<Subscription>,
    /// When the last subscribe frames came.
    frames: VecDeque<Instant>,
    seq: u64,
}

/// What becomes of a frame: answers, or the end.
enum Reply {
    Say(Vec<Value>),
    Close(u16),
}

pub(super) async fn serve(sandbox: Arc<Sandbox>, socket: WebSocket) {
    let mut channel = Channel { socket, latency: sandbox.live.latency };
    let mut state = State::default();
    let mut pings = tokio::time::interval_at(Instant::now() + PINGS, PINGS);
    let mut ticks = tokio::time::interval(TICKS);
    let mut is_pong_due = false;
    loop {
        tokio::select! {
            frame = channel.socket.recv() => {
                is_pong_due = false;
                let reply = match frame {
                    Some(Ok(Message::Text(text))) if text.len() > LARGEST_FRAME => Reply::Close(POLICY),
                    Some(Ok(Message::Text(_))) if sandbox.scenario.live.silent => continue,
                    Some(Ok(Message::Text(text))) => state.answer(&sandbox, &text),
                    Some(Ok(Message::Binary(_))) => Reply::Close(POLICY),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                };
                match reply {
                    Reply::Say(answers) => {
                        for answer in answers {
                            if !channel.send(answer.to_string()).await {
                                return;
                            }
                        }
                    }
                    Reply::Close(code) => return channel.close(code, "").await,
                }
            }
            _ = ticks.tick(), if state.authenticated && !state.subscriptions.is_empty() => {
                for event in state.events(&sandbox) {
                    if !channel.send(event.to_string()).await {
                        return;
                    }
                }
            }
            _ = pings.tick() => {
                if is_pong_due {
                    return channel.close(SLOW, "").await;
                }
                is_pong_due = true;
                if channel.socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                    return;
                }
            }
            () = sandbox.live.end() => return channel.close(DRAINING, "").await,
        }
    }
}

fn error(rid: &Value, code: &str) -> Value {
    match rid {
        Value::Null => json!({ "op": "error", "code": code }),
        rid => json!({ "op": "error", "rid": rid, "code": code }),
    }
}

impl State {
    fn answer(&mut self, sandbox: &Sandbox, text: &str) -> Reply {
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        let rid = frame.get("rid").cloned().unwrap_or_default();
        let one = |answer| Reply::Say(vec![answer]);
        match frame.get("op").and_then(Value::as_str) {
            Some("auth") => self.authenticate(sandbox, &frame, &rid),
            Some("ping") if rid.is_null() => one(json!({ "op": "pong" })),
            Some("ping") => one(json!({ "op": "pong", "rid": rid })),
            Some("subscribe" | "unsubscribe") if !self.authenticated => one(error(&rid, "auth_required")),
            Some("subscribe") => Reply::Say(self.subscribe(&frame, &rid)),
            Some("unsubscribe") => Reply::Say(self.unsubscribe(&frame, &rid)),
            _ => one(error(&rid, "bad_op")),
        }
    }

    fn authenticate(&mut self, sandbox: &Sandbox, frame: &Value, rid: &Value) -> Reply {
        self.attempts += 1;
        if self.attempts > MOST_AUTHENTICATIONS {
            return Reply::Close(POLICY);
        }
        let live = &sandbox.scenario.live;
        if live.closes {
            return Reply::Close(AUTHENTICATION_FAILED);
        }
        let code = match (&live.auth_error, sandbox.triple(frame.get("auth").unwrap_or(&Value::Null))) {
            (Some(code), _) => code.as_str(),
            (None, Triple::Right(_)) if !live.rejects => {
                self.authenticated = true;
                return Reply::Say(vec![json!({ "op": "authed", "rid": rid })]);
            }
            (None, Triple::Asleep) => "auth_expired",
            (None, _) => "auth_invalid",
        };
        self.authenticated = false;
        Reply::Say(vec![error(rid, code)])
    }

    fn subscribe(&mut self, frame: &Value, rid: &Value) -> Vec<Value> {
        let now = Instant::now();
        self.frames.retain(|at| now.duration_since(*at) < Duration::from_secs(1));
        if self.frames.len() >= MOST_FRAMES {
            return vec![error(rid, "rate_limited")];
        }
        self.frames.push_back(now);
        self.each(frame, rid, "subscribed", |state, subscription| {
            if state.subscriptions.len() >= MOST_SUBSCRIPTIONS {
                return Err("sub_limit");
            }
            state.subscriptions.push(subscription);
            Ok(())
        })
    }

    fn unsubscribe(&mut self, frame: &Value, rid: &Value) -> Vec<Value> {
        self.each(frame, rid, "unsubscribed", |state, gone| {
            state.subscriptions.retain(|own| (own.channel, &own.of) != (gone.channel, &gone.of));
            Ok(())
        })
    }

    /// An answer for each of the frame's subscriptions, in their order.
    fn each(
        &mut self,
        frame: &Value,
        rid: &Value,
        done: &str,
        change: impl Fn(&mut Self, Subscription) -> Result<(), &'static str>,
    ) -> Vec<Value> {
        let wanted = frame.get("subscriptions").and_then(Value::as_array).cloned().unwrap_or_default();
        if wanted.is_empty() {
            return vec![error(rid, "bad_channel")];
        }
        let answer = |wanted: &Value| {
            let channel = wanted.get("channel").cloned().unwrap_or_default();
            match subscription(wanted).and_then(|subscription| change(self, subscription)) {
                Ok(()) => json!({ "op": done, "rid": rid, "channel": channel }),
                Err(code) => json!({ "op": "error", "rid": rid, "channel": channel, "code": code }),
            }
        };
        wanted.iter().map(answer).collect()
    }

    /// A price for each subscription.
    fn events(&mut self, sandbox: &Sandbox) -> Vec<Value> {
        let now_ms = sandbox.timestamp().as_millisecond();
        let Self { subscriptions, seq, .. } = self;
        let mut event = |subscription: &Subscription| {
            *seq += 1;
            let price = format!("{}.5", 60_000 + *seq % 100);
            let mut payload =
                json!({ "source": "sandbox", "timestamp": now_ms, "value": 60_000.5, "full_accuracy_value": price });
            let name = CHANNELS.iter().find(|(channel, _)| *channel == subscription.channel).map_or("", |(_, by)| by);
            payload[name] = json!(subscription.of);
            if AVERAGES.contains(&subscription.channel) {
                payload["window_seconds"] = json!(60);
            }
            json!({ "v": 1, "channel": subscription.channel, "seq": *seq, "ts": now_ms, "payload": payload })
        };
        subscriptions.iter().map(&mut event).collect()
    }
}

/// A subscription of a frame, or the code of what is wrong with it.
fn subscription(wanted: &Value) -> Result<Subscription, &'static str> {
    let name = wanted.get("channel").and_then(Value::as_str).unwrap_or_default();
    let (channel, by) = CHANNELS.iter().find(|(known, _)| *known == name).ok_or("bad_channel")?;
    let of = wanted.get("filter").and_then(|filter| filter.get(by)).and_then(Value::as_str).ok_or("bad_filter")?;
    Ok(Subscription { channel, of: of.to_owned() })
}
