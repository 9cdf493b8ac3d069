//! The live channels: what is sent to each, and what its answers mean.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::http::millis;
use super::socket::{Closed, Received, Socket};
use crate::auth::l2::ApiCredentials;
use crate::facts::{ChannelAnswer, Failure, UserEvent};
use crate::secret::Secret;

/// How long a channel may take to answer before it counts as silent.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// For so long the user channel has to stay open: wrong credentials close it after about a second.
pub const STAYS_OPEN: Duration = Duration::from_secs(3);

/// The heartbeat of the user channel, and its answer.
pub const PING: &str = "PING";
pub const PONG: &str = "PONG";

/// What closes the user channel for wrong credentials.
const POLICY: u16 = 1008;
/// What closes the live data service for them.
const AUTHENTICATION_FAILED: u16 = 4001;

/// The user channel at its base, which many write with a part of the path.
pub fn user_channel(base: &Url) -> Url {
    let path = base.path().trim_end_matches('/');
    let missing = match path {
        whole if whole.ends_with("/ws/user") => "",
        part if part.ends_with("/ws") => "/user",
        _ => "/ws/user",
    };
    let path = format!("{path}{missing}");
    let mut url = base.clone();
    url.set_path(&path);
    url
}

/// The first frame to the live data service. It holds the secret as it is.
pub fn auth_frame(rid: &str, credentials: &ApiCredentials) -> Secret {
    Secret::new(json!({ "op": "auth", "rid": rid, "auth": triple(credentials) }).to_string())
}

/// The first frame to the user channel, for all markets. It holds the secret as it is.
pub fn user_frame(credentials: &ApiCredentials) -> Secret {
    Secret::new(json!({ "type": "user", "auth": triple(credentials) }).to_string())
}

fn triple(credentials: &ApiCredentials) -> serde_json::Value {
    json!({
        "apiKey": credentials.key,
        "secret": credentials.secret.expose(),
        "passphrase": credentials.passphrase.expose(),
    })
}

/// A frame of the live data service that answers one of ours.
#[derive(Debug, Deserialize)]
struct Reply {
    op: String,
    #[serde(default)]
    rid: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

/// What a text of the live data service says to the credentials; `None` where it is about something else.
pub fn authentication(text: &str, rid: &str) -> Option<ChannelAnswer> {
    let reply: Reply = serde_json::from_str(text).ok()?;
    if reply.rid.as_deref() != Some(rid) {
        return None;
    }
    match (reply.op.as_str(), reply.code) {
        ("authed", _) => Some(ChannelAnswer::Accepted),
        ("error", Some(code)) if code == "auth_invalid" => Some(ChannelAnswer::Rejected { how: code }),
        ("error", Some(code)) => Some(ChannelAnswer::Unclear { how: code }),
        _ => None,
    }
}

/// Sends the credentials to the live data service and waits for its answer. How long that took.
///
/// # Errors
///
/// [`Failure`] where it is silent, or says nothing that can be read.
pub async fn authenticate(
    socket: &mut Socket,
    credentials: &ApiCredentials,
    patience: Duration,
) -> Result<(ChannelAnswer, Duration), Failure> {
    const RID: &str = "a1";
    let sent = Instant::now();
    let silent = Failure::TimedOut { after_ms: millis(patience) };
    let frame = auth_frame(RID, credentials);
    let answered = async {
        socket.send(frame.expose()).await?;
        loop {
            match socket.next().await? {
                Received::Text(text) => {
                    if let Some(answer) = authentication(&text, RID) {
                        return Ok(clean(socket, answer));
                    }
                }
                Received::Closed(closed) => return Ok(after_data(&closed)),
            }
        }
    };
    let answer = tokio::time::timeout(patience, answered).await.unwrap_or(Err(silent))?;
    Ok((answer, sent.elapsed()))
}

/// A code of the service is a short word; what else stands in its place is cut and without secrets.
pub fn clean(socket: &Socket, answer: ChannelAnswer) -> ChannelAnswer {
    match answer {
        ChannelAnswer::Unclear { how } => ChannelAnswer::Unclear { how: socket.shown(&how, 40) },
        other => other,
    }
}

/// How the user channel took credentials.
pub struct Watched {
    pub answer: ChannelAnswer,
    pub pong: Option<Duration>,
    pub open: Duration,
}

/// Sends the credentials to the user channel, then a `PING`, and watches it for as long as wrong ones would
/// take to close it.
///
/// # Errors
///
/// [`Failure`] where it cannot be sent to, or sends what no WebSocket may.
pub async fn watch_user(socket: &mut Socket, credentials: &ApiCredentials) -> Result<Watched, Failure> {
    let sent = Instant::now();
    socket.send(user_frame(credentials).expose()).await?;
    let pinged = Instant::now();
    socket.send(PING).await?;
    let mut pong = None;
    let is_over = |pong: &Option<Duration>| sent.elapsed() >= STAYS_OPEN && pong.is_some();
    while !is_over(&pong) {
        // a slow PONG is waited for a little longer
        let until = if pong.is_some() { STAYS_OPEN } else { PATIENCE };
        match tokio::time::timeout(until.saturating_sub(sent.elapsed()), socket.next()).await {
            Ok(Ok(Received::Text(text))) if text == PONG => pong = pong.or_else(|| Some(pinged.elapsed())),
            Ok(Ok(Received::Text(_))) => {}
            Ok(Ok(Received::Closed(closed))) => {
                return Ok(Watched { answer: after(&closed), pong, open: sent.elapsed() });
            }
            Ok(Err(failure)) => return Err(failure),
            Err(_) => break,
        }
    }
    let answer = match pong {
        Some(_) => ChannelAnswer::Accepted,
        None => ChannelAnswer::Unclear { how: "no PONG".to_owned() },
    };
    Ok(Watched { answer, pong, open: sent.elapsed() })
}

/// What it means that the live data service closed the connection.
pub fn after_data(closed: &Closed) -> ChannelAnswer {
    rejected_by(AUTHENTICATION_FAILED, closed)
}

/// What it means that the user channel was closed.
pub fn after(closed: &Closed) -> ChannelAnswer {
    rejected_by(POLICY, closed)
}

fn rejected_by(code: u16, closed: &Closed) -> ChannelAnswer {
    let how = closed.to_string();
    if closed.code == Some(code) { ChannelAnswer::Rejected { how } } else { ChannelAnswer::Unclear { how } }
}

/// A heartbeat of the live data service, and whether a text answers it.
pub fn ping_frame(rid: &str) -> String {
    json!({ "op": "ping", "rid": rid }).to_string()
}

pub fn is_pong(text: &str, rid: &str) -> bool {
    let reply: Option<Reply> = serde_json::from_str(text).ok();
    reply.is_some_and(|reply| reply.op == "pong" && reply.rid.as_deref() == Some(rid))
}

/// The events in a text of the user channel: one, or a list of them.
pub fn user_events(text: &str) -> Vec<UserEvent> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let all = match value {
        serde_json::Value::Array(all) => all,
        one => vec![one],
    };
    all.iter().filter_map(user_event).collect()
}

fn user_event(event: &serde_json::Value) -> Option<UserEvent> {
    let text = |name: &str| match event.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let kind = text("event_type");
    let (what, size) = match kind.as_str() {
        "order" => (text("type"), text("original_size")),
        "trade" => (text("status"), text("size")),
        _ => return None,
    };
    Some(UserEvent {
        kind,
        what,
        side: text("side"),
        size,
        price: text("price"),
        outcome: text("outcome"),
        market: text("market"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_channel_is_found_from_every_base_that_people_write() {
        for base in ["ws://h:1", "ws://h:1/", "ws://h:1/ws", "ws://h:1/ws/", "ws://h:1/ws/user", "ws://h:1/ws/user/"] {
            assert_eq!(user_channel(&base.parse().unwrap()).as_str(), "ws://h:1/ws/user", "{base}");
        }
        assert_eq!(user_channel(&"wss://h/a".parse().unwrap()).as_str(), "wss://h/a/ws/user");
    }

    #[test]
    fn events_are_read_alone_and_in_lists_and_nothing_else_is_one() {
        let order =
            r#"{"event_type":"order","id":"0x1","type":"PLACEMENT","side":"BUY","original_size":"10","price":0.5}"#;
        let trade =
            r#"{"event_type":"trade","status":"MATCHED","side":"SELL","size":"3","price":"0.41","outcome":"NO"}"#;
        let read = user_events(&format!("[{order},{trade},{{}},7]"));
        assert_eq!(user_events(order), read[..1]);
        let said: Vec<_> =
            read.iter().map(|event| (event.what.as_str(), event.size.as_str(), event.price.as_str())).collect();
        assert_eq!(said, [("PLACEMENT", "10", "0.5"), ("MATCHED", "3", "0.41")]);
        for other in ["PONG", "", "null", "{}", r#"{"event_type":"book"}"#, r#"{"event_type":7}"#] {
            assert!(user_events(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn only_an_answer_to_our_own_frame_counts() {
        let read = |text: &str| authentication(text, "a1");
        assert_eq!(read(r#"{"op":"authed","rid":"a1"}"#), Some(ChannelAnswer::Accepted));
        assert!(read(r#"{"op":"error","rid":"a1","code":"auth_invalid"}"#).unwrap().is_rejected());
        for code in ["auth_unavailable", "auth_expired", "auth_required", "rate_limited"] {
            let text = json!({ "op": "error", "rid": "a1", "code": code }).to_string();
            assert_eq!(read(&text), Some(ChannelAnswer::Unclear { how: code.to_owned() }), "{code}");
        }
        for other in [
            r#"{"op":"authed","rid":"a2"}"#,
            r#"{"op":"authed"}"#,
            r#"{"op":"pong","rid":"a1"}"#,
            r#"{"op":"error","rid":"a1"}"#,
            r#"{"channel":"price.crypto","v":1}"#,
            "[]",
            "null",
            "authed",
            "",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
