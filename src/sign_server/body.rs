//! Reads a JSON body the way the official server's parser (Express, body-parser 1) does.

use std::io::Read;
use std::time::Duration;

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use flate2::read::{GzDecoder, ZlibDecoder};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Buf as _};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// 1 MB, before and after decompression.
const LIMIT: usize = 1024 * 1024;

/// A body that is refused is read all the same, as the official server does: a client that is still
/// sending it when the connection closes never sees the answer. This much, and no more.
const PATIENCE: usize = 8 * LIMIT;

/// The time in which a body must be there.
const TIME: Duration = Duration::from_secs(10);

/// What a body may hold before it takes its turn among the big ones; orders are far below.
const SMALL: usize = 64 * 1024;

/// How many big bodies are in memory at once, in all of the process; the others wait unread.
static BIG: Semaphore = Semaphore::const_new(64);

/// The body as JSON; `{}` where there is none, or none that says it is JSON.
///
/// # Errors
///
/// 408 when it takes too long, 415 for a charset or an encoding that is not known, 413 beyond the
/// limit, 400 for what is no JSON object or array.
pub(super) async fn read<B: Body + Unpin>(headers: &HeaderMap, body: B) -> Result<Value, StatusCode> {
    let sent = timeout(TIME, collect(body)).await.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    let content_type = text(headers, CONTENT_TYPE);
    let mut parts = content_type.split(';').map(str::trim);
    if parts.next() != Some("application/json") {
        return Ok(Value::Object(Map::new()));
    }
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).unwrap_or("utf-8");
    if charset.trim_matches('"') != "utf-8" {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let encoding = text(headers, CONTENT_ENCODING);
    if !ENCODINGS.contains(&encoding.as_str()) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let plain = decode(&encoding, sent?)?;
    if plain.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(&plain) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(value),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

async fn collect<B: Body + Unpin>(mut body: B) -> Result<Vec<u8>, StatusCode> {
    let (mut kept, mut length, mut turn) = (Vec::new(), 0, None);
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else { continue };
        length += data.remaining();
        if length > PATIENCE {
            break;
        } else if length > LIMIT {
            (kept, turn) = (Vec::new(), None);
        } else if length > SMALL && turn.is_none() {
            turn = BIG.acquire().await.ok();
        }
        while length <= LIMIT && data.has_remaining() {
            let chunk = data.chunk();
            kept.extend_from_slice(chunk);
            data.advance(chunk.len());
        }
    }
    if length > LIMIT { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(kept) }
}

const ENCODINGS: [&str; 4] = ["", "identity", "gzip", "deflate"];

fn decode(encoding: &str, sent: Vec<u8>) -> Result<Vec<u8>, StatusCode> {
    match encoding {
        "gzip" => inflate(GzDecoder::new(sent.as_slice())),
        "deflate" => inflate(ZlibDecoder::new(sent.as_slice())),
        _ => Ok(sent),
    }
}

fn inflate(reader: impl Read) -> Result<Vec<u8>, StatusCode> {
    let mut plain = Vec::new();
    // One byte more than allowed tells "exactly the limit" from "beyond it".
    reader.take(LIMIT as u64 + 1).read_to_end(&mut plain).map_err(|_| StatusCode::BAD_REQUEST)?;
    if plain.len() > LIMIT { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(plain) }
}

fn text(headers: &HeaderMap, name: HeaderName) -> String {
    let value = headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    String::from_utf8_lossy(value).trim().to_ascii_lowercase()
}
