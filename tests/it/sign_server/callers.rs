//! Who may call a server that asks for no token, and what a body may be under a list.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Server, TOKEN, command};
use crate::support::{answer, client};

/// The status that an order to sign gets when it comes with these headers.
async fn status(server: &Server, token: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = client().post(server.url("/sign")).json(&json!({ "method": "POST", "path": "/order" }));
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    answer(request).await.0.as_u16()
}

#[tokio::test]
async fn a_foreign_page_gets_nothing_signed_without_a_token() {
    let open = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let guarded = Server::start(command(&["--listen", "127.0.0.1:0"]).env("AUTHORIZATION_TOKEN", TOKEN));
    let public = Server::start(&mut command(&["--listen", "0.0.0.0:0", "--allow-public"]));
    let allowing =
        Server::start(&mut command(&["--listen", "127.0.0.1:0", "--allow-origin", "https://attacker.example"]));
    let foreign = [("origin", "https://attacker.example")];
    let local = [("origin", "http://localhost:3000")];
    let rebound = [("host", "attacker.example:5001")];
    for (what, headers, expected) in [
        ("no browser", &[][..], [200, 200, 200, 200]),
        ("a foreign page", &foreign, [403, 200, 403, 200]),
        ("a page of this machine", &local, [200, 200, 200, 200]),
        ("a rebound name", &rebound, [403, 200, 200, 403]),
        ("a page at a rebound name", &[rebound[0], ("origin", "http://attacker.example:5001")], [403, 200, 403, 403]),
        ("a page from a file", &[("origin", "null")], [403, 200, 403, 403]),
    ] {
        let mut found = Vec::new();
        for (server, token) in [(&open, ""), (&guarded, TOKEN), (&public, ""), (&allowing, "")] {
            found.push(status(server, token, headers).await);
        }
        assert_eq!(found, expected, "{what}");
    }
    // what holds no secret is answered to everybody
    let health = client().get(open.url("/healthz")).header("host", "attacker.example");
    assert_eq!(answer(health).await.0, 200);
    let metrics = client().get(open.url("/metrics")).header("host", "attacker.example");
    assert_eq!(answer(metrics).await.0, 403);
}

#[test]
fn a_request_has_one_host() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    for (hosts, status) in [
        ("", "400"),
        ("host: localhost\r\n", "200"),
        ("host: localhost\r\nhost: localhost\r\n", "400"),
        ("host: localhost\r\nHost: attacker.example\r\n", "400"),
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        write!(stream, "GET / HTTP/1.1\r\n{hosts}connection: close\r\n\r\n").unwrap();
        let mut answered = String::new();
        stream.read_to_string(&mut answered).unwrap();
        assert_eq!(answered.split(' ').nth(1), Some(status), "{hosts}");
    }
}

/// The signature covers time, method, path and body with nothing between them, so a body that goes on
/// with the path of the list would make it one of another path.
#[tokio::test]
async fn no_body_makes_the_signature_one_of_a_path_that_is_not_on_the_list() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0", "--allow", "POST:/order"]));
    let sign = async |body: Value| {
        let mut wanted = json!({ "method": "POST", "path": "/order" });
        wanted["body"] = body;
        answer(client().post(server.url("/sign")).json(&wanted)).await.0.as_u16()
    };
    for body in ["", "{}", r#"{"order":{}}"#, r#"[{"order":{}}]"#] {
        assert_eq!(sign(json!(body)).await, 200, "{body}");
    }
    for body in [r#"s[{"order":{}}]"#, "s", "/../orders{}", "?x={}", " {}", "\n{}", "\u{feff}{}", "\"s\"", "1"] {
        assert_eq!(sign(json!(body)).await, 403, "{body}");
    }
}
