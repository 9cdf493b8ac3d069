//! What clients may take of a server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::{Server, TOKEN, command, refused};
use crate::support::{answer, client};

#[tokio::test]
async fn each_token_has_its_rate() {
    let server =
        Server::start(command(&["--listen", "127.0.0.1:0", "--rate-limit", "2/h"]).env("AUTHORIZATION_TOKEN", TOKEN));
    // an empty method is not signed, so it takes nothing
    for (method, status) in [("", 400), ("POST", 200), ("", 400), ("POST", 200), ("POST", 429)] {
        assert_eq!(server.sign(method, "/order", TOKEN).await.0, status);
    }
    let body = json!({ "method": "POST", "path": "/order" });
    let request = client().post(server.url("/sign")).bearer_auth(TOKEN).json(&body);
    let refusal = request.try_clone().unwrap().send().await.unwrap();
    let wait: u32 = refusal.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1700..=1800).contains(&wait), "{wait}");
    assert_eq!(answer(request).await.1, json!({ "error": "Too Many Requests" }));
    // what would not be signed is refused as ever
    assert_eq!(server.sign("POST", "/order", "wrong").await.0, 401);
    assert_eq!(server.sign("", "/order", TOKEN).await.0, 400);
    assert!(refused(&mut command(&["--rate-limit", "fast"])).contains("such as 50/s"));
}

fn ask(stream: &mut TcpStream) -> String {
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut buffer = [0; 1000];
    let length = stream.read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[test]
fn connections_beyond_the_limit_wait_for_a_place() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0", "--max-connections", "1"]));
    let connect = || TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let (mut first, mut second) = (connect(), connect());
    assert!(ask(&mut first).starts_with("HTTP/1.1 200"));
    write!(second, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut buffer = [0; 1000];
    assert!(second.read(&mut buffer).is_err());
    drop(first);
    second.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(second.read(&mut buffer).unwrap() > 0);
}

#[test]
fn a_connection_that_sends_no_head_is_closed() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0", "--idle-timeout", "1"]));
    let mut buffer = [0; 1000];
    for sent in ["", "POST /sign HTTP/1.1\r\nhost: x\r\n"] {
        let mut slow = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        slow.write_all(sent.as_bytes()).unwrap();
        slow.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        assert_eq!(slow.read(&mut buffer).unwrap(), 0, "{sent}");
    }
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let mut slow = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(slow, "POST /sign HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{").unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut answered = String::new();
    slow.read_to_string(&mut answered).unwrap();
    assert!(answered.starts_with("HTTP/1.1 408"), "{answered}");
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "x".repeat(20_000)).unwrap();
    let mut buffer = [0; 1000];
    let length = stream.read(&mut buffer).unwrap();
    assert!(buffer[..length].starts_with(b"HTTP/1.1 431"));
}
