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
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
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
    write!(second, "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut buffer = [0; 1000];
    assert!(second.read(&mut buffer).is_err());
    drop(first);
    second.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(second.read(&mut buffer).unwrap() > 0);
}

#[test]
fn when_all_places_are_taken_the_connection_that_is_idle_for_longest_goes_first() {
    let arguments = ["--listen", "127.0.0.1:0", "--max-connections", "3", "--idle-timeout", "3600"];
    let server = Server::start(&mut command(&arguments));
    let connect = |sent: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        stream
    };
    let mut idle = connect("");
    let _slow_head = connect("POST /sign HTTP/1.1\r\nhost: localhost\r\n");
    let mut busy =
        connect("POST /sign HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n");
    let mut buffer = [0; 1000];
    assert!(busy.read(&mut buffer).unwrap() > 0, "it is asked for its body");
    let mut honest = connect("");
    assert!(ask(&mut honest).starts_with("HTTP/1.1 200"));
    assert!(idle.read(&mut buffer).is_ok_and(|length| length == 0), "the idle one is closed");
    write!(busy, "{{\"a\": 1 }}").unwrap();
    assert!(busy.read(&mut buffer).unwrap() > 0, "the busy one is answered");
}

#[cfg(unix)]
#[test]
fn clients_that_never_read_hold_no_place() {
    let arguments = ["--listen", "127.0.0.1:0", "--max-connections", "4", "--idle-timeout", "3600", "--quiet"];
    let server = Server::start(&mut command(&arguments));
    let many = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(1000);
    let shout = || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
        // until neither side takes more
        while stream.write_all(many.as_bytes()).is_ok() {}
        stream
    };
    let deaf: Vec<TcpStream> = std::thread::scope(|scope| {
        let shouting: Vec<_> = (0..4).map(|_| scope.spawn(shout)).collect();
        shouting.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut honest = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    honest.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
    assert!(ask(&mut honest).starts_with("HTTP/1.1 200"));
    // and without anybody who waits for their places they are left, too
    std::thread::sleep(Duration::from_secs(12));
    let closed: Vec<bool> = deaf.iter().map(is_closed).collect();
    assert_eq!(closed, [true; 4]);
}

/// Whether the other side has closed or reset a connection, with what it had sent before.
#[cfg(unix)]
fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                return !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
            }
        }
    }
}

/// The token is looked at before a body is kept, as far as the answers allow: callers without it hold
/// none of the places for long bodies.
#[tokio::test]
async fn long_bodies_of_strangers_hold_up_nobody() {
    let server = Server::start(command(&["--listen", "127.0.0.1:0", "--quiet"]).env("AUTHORIZATION_TOKEN", TOKEN));
    let half = format!(
        "POST /sign HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90000\r\n\r\n{}",
        " ".repeat(70_000)
    );
    let held: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
            stream.write_all(half.as_bytes()).unwrap();
            stream
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = std::time::Instant::now();
    let body = json!({ "method": "POST", "path": "/order", "body": format!("{{{}}}", " ".repeat(100_000)) });
    assert_eq!(answer(client().post(server.url("/sign")).bearer_auth(TOKEN).json(&body)).await.0, 200);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(answer(client().post(server.url("/sign")).bearer_auth("wrong").json(&body)).await.0, 401);
    drop(held);
}

#[test]
fn a_connection_that_sends_no_head_is_closed() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0", "--idle-timeout", "1"]));
    let mut buffer = [0; 1000];
    for sent in ["", "POST /sign HTTP/1.1\r\nhost: localhost\r\n"] {
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
    write!(slow, "POST /sign HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{{").unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut answered = String::new();
    slow.read_to_string(&mut answered).unwrap();
    assert!(answered.starts_with("HTTP/1.1 408"), "{answered}");
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: localhost\r\na: {}\r\n\r\n", "x".repeat(20_000)).unwrap();
    let mut buffer = [0; 1000];
    let length = stream.read(&mut buffer).unwrap();
    assert!(buffer[..length].starts_with(b"HTTP/1.1 431"));
}
