//! `/ws/user`: no acknowledgement for right credentials, close code 1008 a second later for wrong ones, and
//! `PONG` for `PING`, which alone keeps the connection alive.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::Address;
use axum::extract::ws::{Message, WebSocket};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior};

use super::{Channel, Triple, events};
use crate::sandbox::Sandbox;

/// So long wrong credentials stay connected.
const BEFORE_CLOSE: Duration = Duration::from_secs(1);
/// So long a connection lives without a frame; then it is gone without a farewell.
const SILENCE: Duration = Duration::from_mins(2);
const MOST_MARKETS: usize = 500;
const POLICY: u16 = 1008;
const GOING_AWAY: u16 = 1001;

/// The markets whose events a channel gets; `None` for all.
type Markets = Option<BTreeSet<String>>;

#[derive(Default)]
struct State {
    /// Whose events go here; nobody's before the credentials are seen to be right.
    owner: Option<Address>,
    markets: Markets,
    closes_at: Option<Instant>,
}

pub(super) async fn serve(sandbox: Arc<Sandbox>, socket: WebSocket) {
    let mut channel = Channel { socket, latency: sandbox.live.latency };
    let live = &sandbox.scenario.live;
    let every = Duration::from_millis(live.every_ms.max(1));
    let mut turns = tokio::time::interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut state = State::default();
    let mut last = Instant::now();
    loop {
        let closing = async {
            match state.closes_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            frame = channel.socket.recv() => {
                last = Instant::now();
                match frame {
                    Some(Ok(Message::Text(text))) if text.as_str() == "PING" => {
                        if !sandbox.scenario.live.silent && !channel.send("PONG").await {
                            return;
                        }
                    }
                    Some(Ok(Message::Text(text))) => state.read(&sandbox, &text),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                }
            }
            () = closing => return channel.close(POLICY, "").await,
            () = tokio::time::sleep_until(last + SILENCE) => return,
            () = sandbox.live.end() => return channel.close(GOING_AWAY, "").await,
            _ = turns.tick(), if state.owner == Some(sandbox.demo.eoa) && !live.emits.is_empty() => {
                for kind in &live.emits {
                    let event = events::next(&sandbox, *kind);
                    if state.wants(&event.market) && !channel.send(event.text).await {
                        return;
                    }
                }
            }
        }
    }
}

impl State {
    fn wants(&self, market: &str) -> bool {
        self.markets.as_ref().is_none_or(|markets| markets.contains(market))
    }

    /// What is no frame of the channel is ignored.
    fn read(&mut self, sandbox: &Sandbox, text: &str) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return };
        let markets = |frame: &Value| {
            let list = frame.get("markets")?.as_array()?;
            Some(list.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect::<BTreeSet<String>>())
        };
        if let Some(auth) = frame.get("auth") {
            match sandbox.triple(auth) {
                Triple::Right(owner) if !sandbox.scenario.live.rejects => self.owner = Some(owner),
                _ => self.closes_at = self.closes_at.or(Some(Instant::now() + BEFORE_CLOSE)),
            }
            self.markets = markets(&frame);
        } else if let Some(changed) = markets(&frame) {
            match (frame.get("operation").and_then(Value::as_str), &mut self.markets) {
                (Some("subscribe"), Some(own)) => own.extend(changed),
                (Some("subscribe"), own @ None) => *own = Some(changed),
                (Some("unsubscribe"), Some(own)) => own.retain(|market| !changed.contains(market)),
                _ => {}
            }
        }
        if self.markets.as_ref().is_some_and(|markets| markets.len() > MOST_MARKETS) {
            self.closes_at = Some(Instant::now());
        }
    }
}
