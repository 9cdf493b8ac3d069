//! A WebSocket: texts in and out, with limits.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Upgraded;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use super::hidden::{self, Hidden};
use super::http::{Http, millis};
use crate::auth::AuthHeaders;
use crate::facts::Failure;
use crate::facts::probe::Probe;
use crate::text;

/// The largest message that is read: what the live data service takes itself.
const LARGEST: usize = 64 * 1024;
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// A WebSocket that is open, or was.
pub struct Socket {
    stream: WebSocketStream<Upgraded>,
    /// It knows what may not be shown.
    http: Http,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A message as it came: it is for reading only. What is shown of it goes through [`Socket::shown`].
    Text(String),
    Closed(Closed),
}

/// How a server ended a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// `None` where the connection ended without a farewell.
    pub code: Option<u16>,
    /// What the server says of it, fit to be shown; mostly nothing.
    pub reason: String,
}

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code, self.reason.as_str()) {
            (Some(code), "") => write!(f, "closed with code {code}"),
            (Some(code), reason) => write!(f, "closed with code {code} ({reason})"),
            (None, _) => f.write_str("connection lost without a close code"),
        }
    }
}

impl Socket {
    /// Opens one; the probe is the one that it is logged for.
    ///
    /// # Errors
    ///
    /// [`Failure`] where the server does not open it.
    pub async fn open(http: &Http, probe: Option<Probe>, url: &Url) -> Result<Self, Failure> {
        Self::open_with(http, probe, url, None).await
    }

    /// The same for a server that wants headers to open one.
    ///
    /// # Errors
    ///
    /// As [`Socket::open`].
    pub async fn open_with(
        http: &Http,
        probe: Option<Probe>,
        url: &Url,
        headers: Option<&AuthHeaders>,
    ) -> Result<Self, Failure> {
        let connection = http.upgrade(probe, url, headers).await?;
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let stream = WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await;
        Ok(Self { stream, http: http.clone() })
    }

    /// Sends a text.
    ///
    /// # Errors
    ///
    /// [`Failure::Unreachable`] where the connection is gone.
    pub async fn send(&mut self, text: impl Into<String>) -> Result<(), Failure> {
        self.stream.send(Message::text(text.into())).await.map_err(|error| lost(&error))
    }

    /// Waits for the next text, or for the end. Pings of the server are answered on the way.
    ///
    /// # Errors
    ///
    /// [`Failure::Garbled`] for what no WebSocket may send, and for what is too large.
    pub async fn next(&mut self) -> Result<Received, Failure> {
        loop {
            return match self.stream.next().await {
                Some(Ok(Message::Text(text))) => Ok(Received::Text(text.as_str().to_owned())),
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.as_ref().map(|frame| self.shown(&frame.reason, 120)).unwrap_or_default();
                    Ok(Received::Closed(Closed { code: frame.map(|frame| frame.code.into()), reason }))
                }
                // a ping is answered when the stream is read on
                Some(Ok(_)) => continue,
                Some(Err(Error::Capacity(_))) => {
                    Err(garbled(format!("a message is larger than {} KiB", LARGEST / 1024)))
                }
                Some(Err(Error::Protocol(error))) if !is_reset(&error) => Err(garbled(error.to_string())),
                Some(Err(Error::Utf8(_))) => Err(garbled("a message is not UTF-8".to_owned())),
                Some(Err(_)) | None => Ok(Received::Closed(Closed { code: None, reason: String::new() })),
            };
        }
    }

    /// The next text or the end, within a time.
    ///
    /// # Errors
    ///
    /// As [`Socket::next`]; [`Failure::TimedOut`] where nothing came.
    pub async fn next_within(&mut self, time: Duration) -> Result<Received, Failure> {
        let silent = Failure::TimedOut { after_ms: millis(time) };
        tokio::time::timeout(time, self.next()).await.unwrap_or(Err(silent))
    }

    /// So many characters of a text from outside, without secrets.
    pub fn shown(&self, text: &str, longest: usize) -> String {
        let text = hidden::without_any(&hidden::unescaped(text), [&self.http.hidden(), &Hidden::default()]);
        text::quoted(&text, longest)
    }

    /// Says farewell, without waiting long for it to arrive.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(FAREWELL, self.stream.close(None)).await;
    }
}

fn is_reset(error: &tokio_tungstenite::tungstenite::error::ProtocolError) -> bool {
    matches!(error, tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)
}

fn garbled(reason: String) -> Failure {
    Failure::Garbled { status: 101, reason }
}

fn lost(error: &Error) -> Failure {
    let reason = match error {
        Error::Io(error) => error.kind().to_string(),
        _ => "the connection was closed".to_owned(),
    };
    Failure::Unreachable { reason }
}
