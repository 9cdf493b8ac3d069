//! Where our server does otherwise than the official one, on purpose. What both do alike is in
//! `tests/vectors/builder.json`, recorded from the official server.
//!
//! The official column was seen on an Express server like the official one, that of
//! `tests/benches/sign_server/official`. Nothing but the body and the headers of CORS counts there:
//! ours sends no headers that protect pages (helmet's), and no `ETag`.

use reqwest::Method;

use super::{Server, command, refused};
use crate::support::client;

const SIGN: &str = r#"{"method":"POST","path":"/order"}"#;

/// Signed as `POST /orders` with `[]`.
const UNLISTED: &[u8] = br#"{"method":"POST","path":"/order","body":"s[]"}"#;

struct Difference {
    why: &'static str,
    arguments: &'static [&'static str],
    request: (Method, &'static str, Vec<u8>),
    official: u16,
    ours: u16,
}

fn differences() -> Vec<Difference> {
    let signing = |body: &[u8]| (Method::POST, "/sign", body.to_vec());
    let getting = |path| (Method::GET, path, Vec::new());
    let nested =
        [&br#"{"method":"POST","path":"/order","x":"#[..], &b"[".repeat(129), &b"]".repeat(129), b"}"].concat();
    let row = |why, arguments, request, official, ours| Difference { why, arguments, request, official, ours };
    vec![
        row("a balancer asks for the health, and needs no token", &[], getting("/healthz"), 404, 200),
        row("Prometheus scrapes", &[], getting("/metrics"), 404, 200),
        row("--allow narrows what is signed", &["--allow", "GET:/time"], signing(SIGN.as_bytes()), 200, 403),
        row("a body could go on with the path", &["--allow", "POST:/order"], signing(UNLISTED), 200, 403),
        // either would be signed with another character in its place, and no service takes that
        row("a text is UTF-8", &[], signing(b"{\"method\":\"POST\",\"path\":\"/order\",\"body\":\"\xff\"}"), 200, 400),
        row("no half of a pair", &[], signing(br#"{"method":"POST","path":"/order","body":"\ud83d"}"#), 200, 400),
        row("nothing nests deeper than 128 levels", &[], signing(&nested), 200, 400),
    ]
}

#[tokio::test]
async fn answers_differ_where_they_should() {
    for Difference { why, arguments, request: (method, path, body), official, ours } in differences() {
        assert_ne!(official, ours, "{why}");
        let server = Server::start(command(&["--listen", "127.0.0.1:0", "--quiet"]).args(arguments));
        let request = client().request(method, server.url(path)).header("content-type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), ours, "{why}");
    }
}

/// The official server starts with each of these, on every address, by default at port 8080.
#[test]
fn what_would_not_sign_rightly_does_not_start() {
    for (why, arguments, (name, value)) in [
        ("open to other machines", &["--listen", "0.0.0.0:0"][..], ("AUTHORIZATION_TOKEN", "")),
        ("a secret that is not base64", &[], ("POLY_BUILDER_SECRET", "not base64!")),
        ("variables of nothing but spaces", &[], ("POLY_BUILDER_API_KEY", " ")),
        ("a port that is none", &[], ("PORT", "80a")),
    ] {
        assert!(!refused(command(arguments).env(name, value)).is_empty(), "{why}");
    }
}
