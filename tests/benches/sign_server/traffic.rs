//! A bounded stream of requests, good and bad, every answer of which is checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use polydoctor::auth::l2::{SecretKey, message};
use polydoctor::secret::Secret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::process::{KEY, PASSPHRASE, SECRET, Server};

pub(crate) const TOKEN: &str = "a-token-of-the-traffic";

/// What one request of a stream is.
#[derive(Clone, Copy)]
enum Kind {
    Good,
    WrongToken,
    /// A body just beyond the limit of 1 MB.
    Oversized,
    /// The connection ends in the middle of the head.
    CutHead,
    /// The connection ends in the middle of the body.
    CutBody,
}

impl Kind {
    /// In every hundred: one whose connection is cut, one with an oversized body, one with a wrong token.
    fn of(number: u64) -> Self {
        match number % 200 {
            0 => Self::CutHead,
            100 => Self::CutBody,
            33 | 133 => Self::Oversized,
            66 | 166 => Self::WrongToken,
            _ => Self::Good,
        }
    }
}

/// What a stream saw. Each whole request was answered rightly, or the stream panicked.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) good: u64,
    pub(crate) wrong_token: u64,
    pub(crate) oversized: u64,
    pub(crate) cut: u64,
    /// The most resident memory, in KiB, in the first and in the second half of the stream.
    pub(crate) resident: [u32; 2],
}

/// Sends so many requests over so many connections at a time.
pub(crate) async fn run(server: &Server, total: u64, connections: u64) -> Outcome {
    let next = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> =
        (0..connections).map(|_| tokio::spawn(client(server.port, total, Arc::clone(&next)))).collect();
    let mut resident = [0, 0];
    while !clients.iter().all(tokio::task::JoinHandle::is_finished) {
        let half = usize::from(next.load(Ordering::Relaxed) > total / 2);
        resident[half] = resident[half].max(server.resident());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for client in clients {
        client.await.unwrap();
    }
    let count = |wanted: fn(Kind) -> bool| (0..total).filter(|&number| wanted(Kind::of(number))).count() as u64;
    let outcome = Outcome {
        good: count(|kind| matches!(kind, Kind::Good)),
        wrong_token: count(|kind| matches!(kind, Kind::WrongToken)),
        oversized: count(|kind| matches!(kind, Kind::Oversized)),
        cut: count(|kind| matches!(kind, Kind::CutHead | Kind::CutBody)),
        resident,
    };
    let cut_bodies = count(|kind| matches!(kind, Kind::CutBody));
    let wanted = [(200, outcome.good), (400, cut_bodies), (401, outcome.wrong_token), (413, outcome.oversized)];
    counted(server.port, &wanted).await;
    outcome
}

/// Waits until the server has counted exactly these answers, and has nothing in flight but this question.
async fn counted(port: u16, wanted: &[(u16, u64)]) {
    let began = Instant::now();
    loop {
        let mut connection = Connection::open(port).await;
        let head = format!("GET /metrics HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n\r\n");
        let (status, text) = connection.ask(head.as_bytes(), b"").await;
        assert_eq!(status, 200);
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.map_or(0, |line| line.trim().parse::<u64>().unwrap())
        };
        let request = |status| format!("polydoctor_sign_server_requests_total{{route=\"/sign\",status=\"{status}\"}}");
        let is_counted = wanted.iter().all(|&(status, count)| value(&request(status)) == count);
        let in_flight = value("polydoctor_sign_server_requests_in_flight");
        if is_counted && in_flight == 1 {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "not {wanted:?}, but {in_flight} in flight and {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn client(port: u16, total: u64, next: Arc<AtomicU64>) {
    let secret = SecretKey::decode(&Secret::new(SECRET)).unwrap();
    let oversized = sign_request(&"x".repeat(1024 * 1024));
    let mut connection = Connection::open(port).await;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= total {
            return;
        }
        match Kind::of(number) {
            Kind::Good => {
                let order = order(number);
                let body = sign_request(&order);
                let (status, answer) = connection.ask(&head(TOKEN, body.len()), body.as_bytes()).await;
                assert_eq!(status, 200, "{answer}");
                check(&secret, &order, &answer);
            }
            Kind::WrongToken => {
                let body = sign_request(&order(number));
                let (status, answer) = connection.ask(&head("another", body.len()), body.as_bytes()).await;
                assert_eq!((status, answer.as_str()), (401, r#"{"error":"Invalid authorization token"}"#));
            }
            Kind::Oversized => {
                let (status, answer) = connection.ask(&head(TOKEN, oversized.len()), oversized.as_bytes()).await;
                assert_eq!((status, answer.as_str()), (413, r#"{"error":"Internal Server Error"}"#));
            }
            kind @ (Kind::CutHead | Kind::CutBody) => {
                let body = sign_request(&order(number));
                let head = head(TOKEN, body.len());
                let sent = match kind {
                    Kind::CutHead => head[..head.len() / 2].to_vec(),
                    _ => [&head, &body.as_bytes()[..body.len() / 2]].concat(),
                };
                connection.stream.write_all(&sent).await.unwrap();
                connection = Connection::open(port).await;
            }
        }
    }
}

/// A text of up to 2,000 characters, each time another.
fn order(number: u64) -> String {
    let filling = ["0x5e4", "\"side\":\"BUY\"", "Zoë 🚀 ", "\\\n\t"][(number / 7 % 4) as usize];
    format!("{number}{}", filling.repeat((number * 31 % 170) as usize))
}

fn sign_request(order: &str) -> String {
    json!({ "method": "POST", "path": "/order", "body": order }).to_string()
}

fn head(token: &str, length: usize) -> Vec<u8> {
    format!(
        "POST /sign HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes()
}

/// The four headers and no more, with the signature of what was sent.
fn check(secret: &SecretKey, order: &str, answer: &str) {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let timestamp = answer["POLY_BUILDER_TIMESTAMP"].as_str().unwrap();
    let age = jiff::Timestamp::now().as_second() - timestamp.parse::<i64>().unwrap();
    assert!((0..60).contains(&age), "{answer}");
    let signature = secret.sign(&message(timestamp.parse().unwrap(), "POST", "/order", Some(order)));
    let wanted = json!({
        "POLY_BUILDER_API_KEY": KEY,
        "POLY_BUILDER_PASSPHRASE": PASSPHRASE,
        "POLY_BUILDER_SIGNATURE": signature,
        "POLY_BUILDER_TIMESTAMP": timestamp,
    });
    assert_eq!(answer, wanted);
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 64 * 1024] }
    }

    /// Status and body of the answer to a request.
    async fn ask(&mut self, head: &[u8], body: &[u8]) -> (u16, String) {
        self.stream.write_all(&[head, body].concat()).await.unwrap();
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
            if let Some(answer) = whole(std::str::from_utf8(&self.buffer[..filled]).unwrap()) {
                return answer;
            }
        }
    }
}

fn whole(text: &str) -> Option<(u16, String)> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (body.len() == length.parse::<usize>().unwrap()).then(|| (status, body.to_owned()))
}
