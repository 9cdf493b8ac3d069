//! The live channels (WebSocket): the user channel and the live data service. Both take the API credentials as
//! they are, and judge them as the CLOB's own requests do.

mod bolt;
mod events;
mod user;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use alloy_primitives::Address;
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;
use tokio::sync::watch;

use super::Sandbox;
use crate::auth::l2::SecretKey;
use crate::secret::{Secret, same_text};
pub use events::EventKind;
pub(super) use events::markets;

/// Where the live data service is.
pub(super) const LIVE: &str = "/-/live/ws";
/// What the official clients add to the base of the user channel.
const USER: &str = "/ws/user";

/// The largest frame that either takes.
const LARGEST_FRAME: usize = 64 * 1024;

/// What all channels share.
pub(super) struct Live {
    /// The number of the next event.
    next: AtomicU64,
    /// How long each answer is held back.
    pub(super) latency: Duration,
    /// Its other end is dropped when the sandbox ends.
    ended: watch::Receiver<()>,
}

impl Live {
    /// And what ends its channels when it is dropped.
    pub(super) fn new(latency: Duration) -> (Self, watch::Sender<()>) {
        let (end, ended) = watch::channel(());
        (Self { next: AtomicU64::new(0), latency, ended }, end)
    }

    /// Waits until the sandbox ends.
    pub(super) async fn end(&self) {
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
    }
}

/// Whether the path is of a channel at a host of its own.
pub(super) fn is_channel(path: &str) -> bool {
    path.starts_with("/ws/") || super::us::is_at_root(path)
}

pub(super) fn routes(router: Router<Arc<Sandbox>>) -> Router<Arc<Sandbox>> {
    let open =
        |upgrade: WebSocketUpgrade| upgrade.max_message_size(2 * LARGEST_FRAME).max_frame_size(2 * LARGEST_FRAME);
    router
        .route(
            USER,
            get(move |State(sandbox): State<Arc<Sandbox>>, upgrade: WebSocketUpgrade, _: Request| async move {
                open(upgrade).on_upgrade(|socket| user::serve(sandbox, socket)) as Response
            }),
        )
        .route(
            LIVE,
            get(move |State(sandbox): State<Arc<Sandbox>>, upgrade: WebSocketUpgrade, _: Request| async move {
                open(upgrade).on_upgrade(|socket| bolt::serve(sandbox, socket)) as Response
            }),
        )
}

/// A channel's side of a connection: answers are late by the sandbox's latency.
struct Channel {
    socket: WebSocket,
    latency: Duration,
}

impl Channel {
    /// Whether it could be sent.
    async fn send(&mut self, text: impl Into<String>) -> bool {
        tokio::time::sleep(self.latency).await;
        self.socket.send(Message::Text(text.into().into())).await.is_ok()
    }

    async fn close(mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code, reason: reason.into() };
        let _ = self.socket.send(Message::Close(Some(frame))).await;
        // what is in the way of the farewell is read, so that it arrives
        let rest = async { while self.socket.recv().await.is_some_and(|frame| frame.is_ok()) {} };
        let _ = tokio::time::timeout(Duration::from_secs(1), rest).await;
    }
}

/// What the channels make of key, secret and passphrase.
enum Triple {
    /// Whose they are.
    Right(Address),
    Wrong,
    /// They exist, and are not usable yet or any more.
    Asleep,
}

impl Sandbox {
    /// Judges the `auth` of a frame.
    fn triple(&self, auth: &Value) -> Triple {
        let text = |name: &str| auth.get(name).and_then(Value::as_str).unwrap_or_default();
        let keys = self.keys();
        let Some(key) = keys.user(text("apiKey")) else { return Triple::Wrong };
        let bytes = |secret: &Secret| SecretKey::decode(secret).ok().map(|key| key.bytes().to_vec());
        let secret = bytes(&Secret::new(text("secret")));
        let is_right = secret.is_some()
            && secret == bytes(&key.credentials.secret)
            && same_text(text("passphrase"), key.credentials.passphrase.expose());
        match is_right {
            false => Triple::Wrong,
            true if key.asleep || key.usable_from > self.now() => Triple::Asleep,
            true => Triple::Right(key.owner),
        }
    }
}
