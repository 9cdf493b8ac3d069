//! Reads a JSON body the way the official server's parser (Express, body-parser 1) does.

use std::io::Read;
use std::time::Duration;

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
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

/// What is kept of the body of a caller without the right token: enough to say of a small one what the
/// official server says of it.
const OF_STRANGERS: usize = 4 * 1024;

/// How many big bodies are in memory at once, in all of the process; the others wait unread.
static BIG: Semaphore = Semaphore::const_new(64);

/// The body as JSON; `{}` where there is none, or none that says it is JSON. Of a caller who is not
/// known a body that is not small is passed over, and stands as `{}` too.
///
/// # Errors
///
/// 408 when it takes too long, 415 for a charset or an encoding that is not known, 413 beyond the
/// limit, 400 for what is no JSON object or array.
pub(super) async fn read<B: Body + Unpin>(headers: &HeaderMap, body: B, is_known: bool) -> Result<Value, StatusCode> {
    let most = if is_known { LIMIT } else { OF_STRANGERS };
    let sent = timeout(TIME, collect(body, most)).await.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    let mut parts = text(headers, CONTENT_TYPE).split(';').map(str::trim);
    if !parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Ok(Value::Object(Map::new()));
    }
    let charset = parts.find_map(|part| part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("charset")));
    if charset.is_some_and(|(_, charset)| !charset.trim_matches('"').eq_ignore_ascii_case("utf-8")) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let encoding = Encoding::named(text(headers, CONTENT_ENCODING)).ok_or(StatusCode::UNSUPPORTED_MEDIA_TYPE)?;
    let Some(sent) = sent? else { return Ok(Value::Object(Map::new())) };
    let plain = encoding.decode(sent)?;
    let plain = plain.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&plain); // a byte order mark
    if plain.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(plain) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(value),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

/// The whole body; `None` when it is longer than what is kept of it.
async fn collect<B: Body + Unpin>(mut body: B, most: usize) -> Result<Option<Vec<u8>>, StatusCode> {
    let (mut kept, mut length, mut turn) = (Vec::new(), 0, None);
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else { continue };
        length += data.remaining();
        if length > PATIENCE {
            break;
        } else if length > most {
            (kept, turn) = (Vec::new(), None);
        } else if length > SMALL && turn.is_none() {
            turn = BIG.acquire().await.ok();
        }
        while length <= most && data.has_remaining() {
            let chunk = data.chunk();
            kept.extend_from_slice(chunk);
            data.advance(chunk.len());
        }
    }
    if length > LIMIT { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok((length <= most).then_some(kept)) }
}

#[derive(Clone, Copy)]
enum Encoding {
    Identity,
    Gzip,
    Deflate,
}

impl Encoding {
    fn named(name: &str) -> Option<Self> {
        let known =
            [("", Self::Identity), ("identity", Self::Identity), ("gzip", Self::Gzip), ("deflate", Self::Deflate)];
        known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, encoding)| encoding)
    }

    fn decode(self, sent: Vec<u8>) -> Result<Vec<u8>, StatusCode> {
        match self {
            Self::Identity => Ok(sent),
            Self::Gzip => inflate(GzDecoder::new(sent.as_slice())),
            Self::Deflate => inflate(ZlibDecoder::new(sent.as_slice())),
        }
    }
}

fn inflate(reader: impl Read) -> Result<Vec<u8>, StatusCode> {
    let mut plain = Vec::new();
    // One byte more than allowed tells "exactly the limit" from "beyond it".
    reader.take(LIMIT as u64 + 1).read_to_end(&mut plain).map_err(|_| StatusCode::BAD_REQUEST)?;
    if plain.len() > LIMIT { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(plain) }
}

/// A header's value; one that is no text is nothing that is known.
fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).map_or("", |value| value.to_str().unwrap_or("?").trim())
}
