//! Polymarket US: signed reads, the public gateway and the private channel. Only reads.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use url::Url;

use super::clob::get;
use super::http::{Answer, Dated, Http, Request, millis};
use super::socket::{Received, Socket};
use crate::auth::AuthHeaders;
use crate::auth::us::{self, UsCredentials};
use crate::endpoints;
use crate::facts::probe::Probe;
use crate::facts::{ChannelAnswer, Failure, UsBalance, UsGateway, UsPositions};
use crate::text;

/// More currencies than any account has.
const MOST_BALANCES: usize = 100;
/// The longest currency, amount or word of an error that is kept.
const LONGEST: usize = 40;
/// Names the one subscription.
const REQUEST: &str = "polydoctor-1";

/// What came of a request, and the clock of whoever answered.
pub type Said<T> = (Result<T, Failure>, Option<Dated>);

/// Polymarket US, for one key.
pub struct Us<'a> {
    pub http: &'a Http,
    /// Of signed requests.
    pub base: &'a Url,
    pub credentials: &'a UsCredentials,
}

impl Us<'_> {
    fn headers(&self, path: &str, stamp_ms: i64) -> Result<AuthHeaders, Failure> {
        us::headers(self.credentials, stamp_ms, "GET", path)
            .map_err(|mistake| Failure::NotSent { reason: mistake.to_string() })
    }

    async fn read<T>(
        &self,
        probe: Probe,
        path: &str,
        stamp_ms: impl Fn() -> i64 + Send + Sync,
        read: impl Fn(&Answer) -> Result<T, Failure>,
    ) -> Said<T> {
        let sign = || self.headers(path, stamp_ms());
        let request = Request { sign: Some(&sign), ..get(probe, self.base, path, &[]) };
        let (answer, dated) = self.http.send_dated(request).await;
        (answer.and_then(|answer| read(&answer)), dated)
    }

    /// `GET /v1/account/balances`. `stamp_ms` gives Unix milliseconds when the request is sent.
    pub async fn balances(&self, stamp_ms: impl Fn() -> i64 + Send + Sync) -> Said<Vec<UsBalance>> {
        self.read(Probe::UsBalances, endpoints::US_BALANCES, stamp_ms, read_balances).await
    }

    /// `GET /v1/portfolio/positions`, the first page.
    pub async fn positions(&self, stamp_ms: impl Fn() -> i64 + Send + Sync) -> Said<UsPositions> {
        self.read(Probe::UsPositions, endpoints::US_POSITIONS, stamp_ms, read_positions).await
    }

    /// Opens the private channel, which is signed as a GET of its path.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it is not opened; 401 for a key that is not accepted.
    pub async fn open_private(&self, stamp_ms: i64) -> Result<Socket, Failure> {
        let headers = self.headers(endpoints::US_PRIVATE_CHANNEL, stamp_ms)?;
        Socket::open_with(self.http, Some(Probe::UsLive), &private_channel(self.base), Some(&headers)).await
    }
}

/// Asks the gateway for one market, which anybody may. Whoever answers has a clock, too.
pub async fn gateway(http: &Http, base: &Url) -> Said<UsGateway> {
    let request = get(Probe::UsGateway, base, endpoints::US_MARKETS, &[("limit", "1")]);
    let (answer, dated) = http.send_dated(request).await;
    let read = |answer: Answer| {
        let is_json = answer.json::<Value>()?.is_object();
        if is_json { Ok(UsGateway { status: answer.status }) } else { Err(answer.garbled("no list of markets")) }
    };
    (answer.and_then(read), dated)
}

/// The WebSocket beside a base URL.
fn private_channel(base: &Url) -> Url {
    let mut url = base.clone();
    // between these schemes that never fails
    let _ = url.set_scheme(if base.scheme() == "http" { "ws" } else { "wss" });
    url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), endpoints::US_PRIVATE_CHANNEL));
    url.set_query(None);
    url
}

/// `{"balances": [{"currency": "USD", "currentBalance": 12.5, …}]}`
fn read_balances(answer: &Answer) -> Result<Vec<UsBalance>, Failure> {
    let body: Value = answer.object()?;
    balances(&body).ok_or_else(|| answer.garbled("no list of balances"))
}

fn balances(body: &Value) -> Option<Vec<UsBalance>> {
    let rows = body.get("balances")?.as_array().filter(|rows| rows.len() <= MOST_BALANCES)?;
    let row = |row: &Value| {
        let currency = text::quoted(row.get("currency")?.as_str()?, LONGEST);
        let amount = match row.get("currentBalance") {
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(Value::String(amount)) => Some(text::quoted(amount, LONGEST)),
            _ => None,
        };
        Some(UsBalance { currency, amount })
    };
    rows.iter().map(row).collect()
}

/// `{"positions": {…}, "eof": true}`; an empty account may have no field at all.
fn read_positions(answer: &Answer) -> Result<UsPositions, Failure> {
    let body: Value = answer.object()?;
    let listed = match body.get("positions") {
        Some(Value::Object(positions)) => positions.len(),
        Some(Value::Array(positions)) => positions.len(),
        None | Some(Value::Null) if body.get("eof").is_some() => 0,
        _ => return Err(answer.garbled("no positions")),
    };
    Ok(UsPositions { listed })
}

/// Subscribes to the balance and waits for its snapshot, which comes at once. How long that took.
///
/// # Errors
///
/// [`Failure`] where the channel is silent, or cannot be sent to.
pub async fn subscribe(socket: &mut Socket, patience: Duration) -> Result<(ChannelAnswer, Duration), Failure> {
    let sent = Instant::now();
    let silent = Failure::TimedOut { after_ms: millis(patience) };
    let frame = json!({
        "subscribe": { "requestId": REQUEST, "subscriptionType": "SUBSCRIPTION_TYPE_ACCOUNT_BALANCE" }
    });
    let answered = async {
        socket.send(frame.to_string()).await?;
        loop {
            match socket.next().await? {
                Received::Text(text) => {
                    if let Some(answer) = answer_of(&text) {
                        return Ok(super::live::clean(socket, answer));
                    }
                }
                Received::Closed(closed) => return Ok(ChannelAnswer::Unclear { how: closed.to_string() }),
            }
        }
    };
    let answer = tokio::time::timeout(patience, answered).await.unwrap_or(Err(silent))?;
    Ok((answer, sent.elapsed()))
}

/// What a text of the channel says to the subscription; `None` for a heartbeat and what is of others.
fn answer_of(text: &str) -> Option<ChannelAnswer> {
    /// The name of today's service, and the one that older clients know.
    const SNAPSHOTS: [&str; 2] = ["accountBalancesSnapshot", "accountBalanceSubscriptionSnapshot"];
    let frame: Value = serde_json::from_str(text).ok()?;
    if let Some(error) = frame.get("error").and_then(Value::as_str) {
        return Some(ChannelAnswer::Unclear { how: error.to_owned() });
    }
    let is_ours = frame.get("requestId").is_none_or(|id| id == REQUEST);
    let has_snapshot = SNAPSHOTS.iter().any(|name| frame.get(name).is_some_and(Value::is_object));
    (is_ours && has_snapshot).then_some(ChannelAnswer::Accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_snapshot_is_a_yes() {
        let snapshot = |id: &str| {
            format!(
                r#"{{"requestId":"{id}","subscriptionType":"SUBSCRIPTION_TYPE_ACCOUNT_BALANCE","accountBalancesSnapshot":{{"balances":[]}}}}"#
            )
        };
        assert_eq!(answer_of(&snapshot(REQUEST)), Some(ChannelAnswer::Accepted));
        assert_eq!(answer_of(&snapshot("another")), None);
        assert_eq!(answer_of(r#"{"heartbeat":{}}"#), None);
        assert_eq!(answer_of("no JSON"), None);
        let error = ChannelAnswer::Unclear { how: "invalid_message".to_owned() };
        assert_eq!(answer_of(r#"{"error":"invalid_message"}"#), Some(error));
    }

    #[test]
    fn balances_are_read_with_and_without_an_amount() {
        let body = json!({ "balances": [
            { "currency": "USD", "currentBalance": 12.5 },
            { "currency": "EUR" },
        ] });
        let read = balances(&body).unwrap();
        assert_eq!(read[0], UsBalance { currency: "USD".to_owned(), amount: Some("12.5".to_owned()) });
        assert_eq!(read[1], UsBalance { currency: "EUR".to_owned(), amount: None });
        assert_eq!(balances(&json!({ "balances": [{}] })), None);
        assert_eq!(balances(&json!({ "data": [] })), None);
    }

    #[test]
    fn the_channel_is_beside_the_base() {
        for (base, channel) in [
            ("https://api.polymarket.us", "wss://api.polymarket.us/v1/ws/private"),
            ("http://127.0.0.1:1/-/us/", "ws://127.0.0.1:1/-/us/v1/ws/private"),
        ] {
            assert_eq!(private_channel(&base.parse().unwrap()).as_str(), channel);
        }
    }
}
